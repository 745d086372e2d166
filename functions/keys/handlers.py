"""What the schedule and `epipass init` call."""

from __future__ import annotations

import base64
import os
from typing import Any

from botocore.exceptions import ClientError

from functions.keys import service
from functions.shared import clock, log
from functions.shared.aws import client
from functions.shared.pids import CONTEXT


def make_day_keys(_event: Any, _context: Any) -> dict[str, int]:
    """Make the coming days' keys and publish the JWK set; daily, and at first start."""
    made = service.make_ahead(clock.now())
    service.publish()
    return {"made": made}


def prepare_secrets(_event: Any, _context: Any) -> dict[str, bool]:
    """Fill the pid secret once, with KMS ciphertext; a filled one is never touched: every pid hangs on it."""
    if _is_filled(os.environ["SECRET_PID"]):
        return {"created": False}
    made = client("kms").generate_data_key_without_plaintext(
        KeyId=os.environ["KEY_DATA"], KeySpec="AES_256", EncryptionContext=CONTEXT
    )
    text = base64.b64encode(made["CiphertextBlob"]).decode()
    client("secretsmanager").put_secret_value(SecretId=os.environ["SECRET_PID"], SecretString=text)
    log.event("keys.pid-secret-created")
    return {"created": True}


def _is_filled(arn: str) -> bool:
    try:
        # The cloud has no value of a secret born empty; the embedded engine has an empty one.
        return bool(client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return False
