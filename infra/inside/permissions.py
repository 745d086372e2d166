"""Permissions as the cloud names them, where the engine's names differ."""

from __future__ import annotations

import json
from typing import Any

from ministack.core import iam_actions

# The cloud authorises a batch by the action for one message.
BATCHES = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def install() -> None:
    """Name batch actions as the cloud does, and let conditions see a KMS call's encryption context."""
    name, context = iam_actions.extract_iam_action, iam_actions.request_tag_context

    def named(*args: Any, **kwargs: Any) -> Any:
        action = name(*args, **kwargs)
        return BATCHES.get(action, action)

    def with_encryption_context(service: str, action: str, body: bytes, params: dict[str, Any]) -> dict[str, Any]:
        return {**context(service, action, body, params), **(_encryption_context(body) if service == "kms" else {})}

    iam_actions.extract_iam_action = named
    iam_actions.request_tag_context = with_encryption_context


def _encryption_context(body: bytes) -> dict[str, Any]:
    stated = json.loads(body or b"{}").get("EncryptionContext") or {}
    return {f"kms:EncryptionContext:{key}": value for key, value in stated.items()}
