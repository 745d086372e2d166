"""What an online guard's page would fetch and conclude: over HTTP, from where pages are served, by the library's code.

Unlike the page it pins no root: whose key signed the statement is watched by `epipass doctor` and by people.
"""

from __future__ import annotations

import os
import urllib.request
from typing import Final

import credentials
from functions.keys import service as keys
from functions.shared.config import settings

OK: Final = "ok"
WITHDRAWN: Final = credentials.Withdrawn.code
UNREACHABLE: Final = "no-network"
_TIMEOUT_S: Final = 5
_MOST_BYTES: Final = 1 << 20


def verdict(token: str, at: int) -> str:
    """Return the code a guard's page that has just asked for the list gives a pass: `ok`, `withdrawn`, another refusal.

    `no-network` when nothing answers; that a page would then go by the list it holds is not the canary's concern.
    """
    try:
        found = keys.stated(fetched(keys.STATEMENT_KEY))
        verifier = credentials.Verifier(found, issuer=settings().issuer)
        lists = credentials.StatusLists(found, settings().issuer)
        named = verifier.verify(token, at=at, status=credentials.UNCHECKED).credential_status
        lists.add(fetched("status/" + named.status_list_credential.rsplit("/", 1)[1]), at)
        verifier.verify(token, at=at, status=lists)
    except credentials.Refused as refused:
        return refused.code
    except OSError:  # refused, timed out, or not there yet: urllib's errors are all of this kind
        return UNREACHABLE
    return OK


def fetched(path: str) -> str:
    """Return a published file as it is served at the door.

    Raises:
        OSError: nothing answers there, or it is not there.
    """
    # The address is the template's own, never a request's.
    asked = urllib.request.Request(  # noqa: S310
        f"{os.environ['CANARY_PAGES_URL']}/{path}", headers={"User-Agent": "epipass-canary"}
    )
    with urllib.request.urlopen(asked, timeout=_TIMEOUT_S) as answer:  # noqa: S310
        return str(answer.read(_MOST_BYTES).decode("ascii", "replace")).strip()
