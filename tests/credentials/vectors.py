"""Reading the vector files: recipes made into texts, a case into the call it stands for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from credentials import UNCHECKED, KeySet, Pass, Refused, StatusLists, Verifier, unpack

Json = dict[str, Any]
FOLDER = Path(__file__).parent.parent / "vectors"


def read_cases() -> list[tuple[str, Json]]:
    """Every case of every file, its file's settings underneath, with a name for the report."""
    found = []
    for path in sorted(FOLDER.glob("*.json")):
        whole = json.loads(path.read_text(encoding="utf-8"))
        cases = whole.pop("cases")
        found += [(f"{path.stem}: {case['name']}", {**whole, **case}) for case in cases]
    return found


def expand(recipe: Any) -> Any:
    """The input a recipe stands for."""
    if isinstance(recipe, dict) and "repeat" in recipe:
        text, times = recipe["repeat"]
        return text * times
    if isinstance(recipe, dict) and "join" in recipe:
        return "".join(expand(part) for part in recipe["join"])
    return recipe


def keys_of(case: Json) -> KeySet:
    """The keys a case is judged with."""
    if "statement" not in case:
        return KeySet.from_jwks(case["jwks"])
    seen = case.get("newest_seq", 0)
    return KeySet.from_statement(case["statement"], roots=case["roots"], at=case["at"], newest_seq=seen)


def judge(case: Json) -> Pass | None:
    """Do what the case says; the pass where there is one, or the refusal."""
    keys, at = keys_of(case), case["at"]
    lists = None
    if case.get("lists") is not None:
        lists = StatusLists(keys, case["issuer"], case.get("max_age_s"))
        for token in case["lists"]:
            lists.add(token, at)
    if "list" in case:
        (lists or StatusLists(keys, case["issuer"])).add(expand(case["list"]), at)
        return None
    if "token" not in case and "presentation" not in case:
        return None
    verifier, status = Verifier(keys, issuer=case["issuer"]), lists or UNCHECKED
    if "token" in case:
        return verifier.verify(expand(case["token"]), at=at, status=status)
    return verifier.verify_presentation(expand(case["presentation"]), at=at, status=status, nonce=case.get("nonce"))


def verdict_of(case: Json) -> tuple[str, Pass | None]:
    """The code and, when accepted, the pass."""
    try:
        return "ok", judge(case)
    except Refused as refusal:
        return refusal.code, None


def rebuilt(case: Json) -> Json:
    """What the digits of a case unpack to."""
    digits = case["presentation"].partition("#")[2] or case["presentation"]
    token, proof = unpack(digits, issuer=case["issuer"], nonce=case.get("nonce"))
    return {"token": token, "proof": proof}
