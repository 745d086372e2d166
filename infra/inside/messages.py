"""Texts to phones stay in memory: the engine would log number and code, and save both with its state."""

from __future__ import annotations

import logging
from typing import Any

from ministack.services import sns


def install() -> None:
    """Keep texts out of the engine's log and out of what it saves; the launcher reads them while it runs."""
    logging.getLogger("sns").addFilter(_is_no_text)
    saved = sns.get_state

    def without_texts() -> dict[str, Any]:
        return {**saved(), "sms_messages": {}}

    sns.get_state = without_texts


def _is_no_text(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("SNS SMS")
