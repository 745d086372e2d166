"""The pass as a pure library: no cloud, no clock, no network, no environment; keys, time and lists are handed in."""

from credentials.curve import LocalSigner, Signer
from credentials.keys import KeySet, VerifyingKey, published_jwk
from credentials.live import sign_proof
from credentials.passes import Pass, PassClaims, issue_pass
from credentials.refusals import (
    Expired,
    NotLive,
    NotYetValid,
    Refused,
    StatusUnknown,
    Unreadable,
    Untrusted,
    Withdrawn,
)
from credentials.statement import sign_statement
from credentials.status import UNCHECKED, StatusLists, status_list
from credentials.transport import pack, pack_bytes, unpack
from credentials.verifier import Verifier

__all__ = [
    "UNCHECKED",
    "Expired",
    "KeySet",
    "LocalSigner",
    "NotLive",
    "NotYetValid",
    "Pass",
    "PassClaims",
    "Refused",
    "Signer",
    "StatusLists",
    "StatusUnknown",
    "Unreadable",
    "Untrusted",
    "Verifier",
    "VerifyingKey",
    "Withdrawn",
    "issue_pass",
    "pack",
    "pack_bytes",
    "published_jwk",
    "sign_proof",
    "sign_statement",
    "status_list",
    "unpack",
]
