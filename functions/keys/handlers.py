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
    arn = os.environ["SECRET_PID"]
    secrets = client("secretsmanager")
    try:
        secrets.get_secret_value(SecretId=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    else:
        return {"created": False}
    made = client("kms").generate_data_key_without_plaintext(
        KeyId=os.environ["KEY_DATA"], KeySpec="AES_256", EncryptionContext=CONTEXT
    )
    secrets.put_secret_value(SecretId=arn, SecretString=base64.b64encode(made["CiphertextBlob"]).decode())
    log.event("keys.pid-secret-created")
    return {"created": True}
