"""What the W3C's data model 2.0 asks of any credential or presentation: for the lenient answers alone.

None of it is the product's. A pass is held to a narrower law, `credentials.shape`; here stand only as many of the
general laws as let the product's signing and verifying be reached with credentials of other people's making.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

Json = dict[str, Any]
CONTEXT_V2: Final = "https://www.w3.org/ns/credentials/v2"
# A context that maps every term, as the suites' examples expect of theirs.
OPEN_CONTEXTS: Final = frozenset({"https://www.w3.org/ns/credentials/examples/v2"})
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s]+")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_OWN_TYPES = frozenset(
    "VerifiableCredential VerifiablePresentation JsonSchema BitstringStatusListCredential BitstringStatusList"
    " BitstringStatusListEntry".split()
)
_TYPED = ("credentialStatus", "credentialSchema", "evidence", "refreshService", "termsOfUse")
# The registered claims of a JWT stand beside the members: an envelope's payload is the credential itself.
_CLAIMS = frozenset("iss sub iat nbf exp jti aud cnf".split())
_MEMBERS = _CLAIMS | {
    "@context", "id", "type", "name", "description", "issuer", "validFrom", "validUntil", "credentialSubject", *_TYPED,
}  # fmt: skip
_SHOWN_MEMBERS = _CLAIMS | {"@context", "id", "type", "holder", "verifiableCredential", "termsOfUse"}
ENVELOPE: Final = "EnvelopedVerifiableCredential"
# The JOSE suite ends one with a line's end, which readers of URLs drop.
_DATA_URL = re.compile(r"data:application/(vc\+jwt|vc\+sd-jwt|vc\+cose;base64),(\S+)\s*")
_VALUE_OBJECT = frozenset({"@value", "@language", "@direction"})


class Nonconforming(ValueError):
    """A document that the data model does not allow; its sentence names the member."""


def check_credential(document: Mapping[str, Any]) -> None:
    """Hold a credential to the general data model.

    Raises:
        Nonconforming: for the first law it breaks.
    """
    terms = _check_outside(document, "VerifiableCredential", _MEMBERS)
    _check_party(document.get("issuer"), "issuer")
    _check_subjects(document.get("credentialSubject"))
    _check_texts(document)
    _check_period(document)
    for member in _TYPED:
        for part in _listed(document.get(member, [])):
            _check_part(part, terms, needs_id=member == "credentialSchema")


def check_presentation(document: Mapping[str, Any]) -> None:
    """Hold a presentation to the general data model; whether the credentials in it are genuine is not looked into.

    Raises:
        Nonconforming: for the first law it breaks.
    """
    _check_outside(document, "VerifiablePresentation", _SHOWN_MEMBERS)
    if "holder" in document:
        _check_party(document["holder"], "holder")
    for credential in _listed(document.get("verifiableCredential", [])):
        open_envelope(credential)


def _check_outside(document: Mapping[str, Any], own: str, members: frozenset[str]) -> set[str] | None:
    """Hold what both have to its laws: contexts, id, types with its own among them, members; return the terms."""
    terms = check_contexts(document.get("@context"))
    _check_id(document, "id")
    _check_types(document, terms)
    if own not in _listed(document["type"]):
        raise Nonconforming(f"type without {own}")
    unknown = document.keys() - members - (terms or set())
    if unknown and terms is not None:
        raise Nonconforming(f"members that no context gives a meaning: {sorted(unknown)}")
    return terms


def open_envelope(document: object) -> tuple[str, str]:
    """The media type and the text of an enveloped credential; raises Nonconforming for what is none."""
    if not isinstance(document, dict):
        raise Nonconforming("not an object")
    if CONTEXT_V2 not in _listed(document.get("@context")):
        raise Nonconforming("@context without the base context")
    if document.get("type") not in (ENVELOPE, [ENVELOPE]):
        raise Nonconforming("not an envelope: no other proof is known here")
    found = _DATA_URL.fullmatch(str(document.get("id")))
    if found is None:
        raise Nonconforming("id is no data URL of a secured credential")
    return found[1], found[2]


def check_contexts(contexts: object) -> set[str] | None:
    """The terms that the contexts inside a document define; None when one of them defines every term."""
    if not isinstance(contexts, list) or not contexts or contexts[0] != CONTEXT_V2:
        raise Nonconforming("@context is no list that begins with the base context")
    terms: dict[str, object] = {}
    for context in contexts[1:]:
        if isinstance(context, str):
            _expect_url(context, "@context")
        elif isinstance(context, dict):
            _take_terms(context, terms)
        else:
            raise Nonconforming("@context holds what is neither a URL nor an object")
    is_open = any(isinstance(context, str) and context in OPEN_CONTEXTS for context in contexts)
    return None if is_open else set(terms)


def _take_terms(context: Json, terms: dict[str, object]) -> None:
    for term, meaning in context.items():
        if term.startswith("@"):
            continue
        # The base context protects its terms; whether another's are protected is not looked into: none is redefined.
        if term in _OWN_TYPES | _MEMBERS or terms.get(term, meaning) != meaning:
            raise Nonconforming(f"@context redefines {term}")
        _expect_url(meaning["@id"] if isinstance(meaning, dict) and "@id" in meaning else meaning, "@context")
        terms[term] = meaning


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _expect_url(value: object, member: str) -> None:
    if not isinstance(value, str) or _URL.fullmatch(value) is None:
        raise Nonconforming(f"{member} is no URL")


def _check_id(part: Mapping[str, Any], member: str) -> None:
    if "id" in part:
        _expect_url(part["id"], member)


def _check_types(part: Mapping[str, Any], terms: set[str] | None) -> None:
    types = _listed(part.get("type", []))
    if not types:
        raise Nonconforming("no type")
    for name in types:
        if not isinstance(name, str):
            raise Nonconforming("a type that is no text")
        if name not in _OWN_TYPES and terms is not None and name not in terms:
            _expect_url(name, "type")


def _check_part(part: object, terms: set[str] | None, *, needs_id: bool) -> None:
    if not isinstance(part, dict):
        raise Nonconforming("a part that is no object")
    _check_types(part, terms)
    if needs_id and "id" not in part:
        raise Nonconforming("a schema without id")
    _check_id(part, "id")


def _check_party(party: object, member: str) -> None:
    if isinstance(party, dict):
        _expect_url(party.get("id"), f"{member}.id")
        _check_texts(party)
    else:
        _expect_url(party, member)


def _check_subjects(subjects: object) -> None:
    found = _listed(subjects)
    if not found:
        raise Nonconforming("no credentialSubject")
    for subject in found:
        if not isinstance(subject, dict) or not subject:
            raise Nonconforming("a credentialSubject without a claim")
        _check_id(subject, "credentialSubject.id")


def _check_texts(part: Mapping[str, Any]) -> None:
    for text in _texts(part):
        if isinstance(text, str):
            continue
        if not isinstance(text, dict) or "@value" not in text or text.keys() - _VALUE_OBJECT:
            raise Nonconforming("a name or description that is neither a text nor a language value")


def _texts(part: Mapping[str, Any]) -> Iterator[object]:
    for member in ("name", "description"):
        yield from _listed(part.get(member, []))


def _check_period(document: Mapping[str, Any]) -> None:
    start, end = (_instant(document[name]) if name in document else None for name in ("validFrom", "validUntil"))
    if start is not None and end is not None and start > end:
        raise Nonconforming("validFrom after validUntil")


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
        raise Nonconforming("an instant that is no dateTimeStamp")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise Nonconforming("an instant that no calendar has") from None
