"""The negative vectors in the built page itself: what the core must refuse, the page a camera opens refuses too.

The page takes its keys from a root-signed statement, so a vector's keys are put into one signed here. It looks at
status always, and never at a bare live pass; what differs for that alone is left to the core's own test.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from credentials import LocalSigner, sign_statement
from tests.browser.issuer import KEYS, day_path, decoded
from tests.browser.site import Site

VECTORS = Path(__file__).parents[1] / "vectors"
BEFORE_STATUS = {"unreadable", "untrusted", "not-yet-valid", "expired", "not-live"}
# Ten million characters come through no camera and no clipboard; the core's own test has them.
LONGEST = 100_000
LONGEST_ADDRESS = 100
# Chromium lets a page change its address 200 times in ten seconds.
PACE_MS = 55
# One after another through the fragment, as cameras hand them over, or through the field.
ASK_ALL = """async texts => {
  const said = [];
  for (const text of texts) {
    const answered = new Promise((done) => {
      let asked = false;
      setTimeout(() => done(["silent", ""]), 20000);
      const watch = new MutationObserver(() => {
        const { mark, code } = document.body.dataset;
        asked ||= mark === "checking";
        if (!asked || mark === "checking") return;
        watch.disconnect();
        done([mark, code]);
      });
      watch.observe(document.body, { attributes: true });
    });
    // An address loses its tabs and line ends before the page sees it.
    if (!/[\\t\\n\\r]/.test(text)) location.hash = "#" + text;
    else {
      document.querySelector("#text").value = text;
      document.querySelector(".paste").requestSubmit();
    }
    const [answer] = await Promise.all([answered, new Promise((done) => setTimeout(done, %d))]);
    said.push(answer);
  }
  return said;
}""" % (PACE_MS,)  # noqa: UP031 - the script is full of braces


@dataclass(frozen=True)
class Case:
    """A vector with what its file says: the facts to publish, the text to show, the code expected."""

    law: str
    name: str
    facts: dict[str, Any]
    text: str
    expect: str

    @property
    def situation(self) -> str:
        """What the site must publish, and the instant: cases that share it are asked in one go."""
        return json.dumps(self.facts, sort_keys=True)


def cooked(value: Any) -> Any:
    """The text of a recipe (tests/vectors/README.md)."""
    if isinstance(value, dict) and "repeat" in value:
        return value["repeat"][0] * value["repeat"][1]
    if isinstance(value, dict) and "join" in value:
        return "".join(cooked(part) for part in value["join"])
    return value


def cases() -> Iterator[Case]:
    """Every vector that a page can be shown and that must not be accepted."""
    for path in sorted(VECTORS.glob("*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        for vector in file.pop("cases"):
            facts = {name: value for name, value in (file | vector).items() if name in FACTS and value is not None}
            text = _fragment(cooked(vector.get("presentation", vector.get("token"))))
            if (
                text == text.strip()
                and 0 < len(text) < LONGEST
                and vector["expect"] != "ok"
                and _is_for_the_page(vector, facts)
            ):
                yield Case(file["law"], vector["name"], facts, text, vector["expect"])


def _fragment(shown: Any) -> str:
    """What a camera's browser would have behind the `#`; nothing when the vector is no text, or its address none."""
    if not isinstance(shown, str):
        return ""
    before, mark, after = shown.partition("#")
    if not mark:
        return shown
    return after if len(before) < LONGEST_ADDRESS else ""


FACTS = ("issuer", "at", "jwks", "statement", "roots", "lists")


def _is_for_the_page(vector: dict[str, Any], facts: dict[str, Any]) -> bool:
    # The page chooses no number, asks for no age of its own, and keeps the highest number of a statement by itself.
    if {"nonce", "max_age_s", "newest_seq"} & vector.keys():
        return False
    if vector["expect"] in BEFORE_STATUS:
        return True
    # After the proof comes status: a live pass without its holder does not get so far.
    return "presentation" in vector and "lists" in facts


def _published(facts: dict[str, Any], root: LocalSigner) -> dict[str, str]:
    """What the site of these facts publishes."""
    at, issuer = facts["at"], facts["issuer"]
    if "statement" in facts:
        roots, statement = facts["roots"], cooked(facts["statement"])
    else:
        roots = [root.public_jwk()]
        statement = sign_statement(issuer=issuer, at=at, keys=facts["jwks"]["keys"], signer=root)
    config = {"issuer": issuer, "roots": roots, "specimen": True, "phone": ""}
    lists = {f"/status/{_name(token)}": token for token in map(cooked, facts.get("lists", []))}
    return {"/config.json": json.dumps(config), KEYS: statement, day_path(at): statement, **lists}


def _name(token: str) -> str:
    return str(json.loads(decoded(token.split(".")[1]))["id"]).rpartition("/")[2]


def _ask(page: Page, site: Site, facts: dict[str, Any], texts: Iterable[str], root: LocalSigner) -> list[list[str]]:
    site.published = _published(facts, root)
    page.clock.set_fixed_time(facts["at"])
    page.goto("about:blank")
    page.goto(f"{site.origin}/v")
    page.locator(".paste").wait_for()
    page.evaluate("localStorage.clear()")
    said: list[list[str]] = page.evaluate(ASK_ALL, list(texts))
    return said


def _wrong(case: Case, mark: str, code: str) -> bool:
    if code == "no-keys":
        # A statement that is not to be trusted: nobody can say, whatever the pass is.
        return (mark, "statement" in case.facts) != ("unsure", True)
    return (code, mark) != (case.expect, "unsure" if case.expect == "status-unknown" else "refused")


def test_no_negative_vector_is_accepted_by_the_built_page(page: Page, site: Site) -> None:
    """Each is refused with the code that Python and the core give it, or, without keys to trust, is unsure."""
    root, faults, asked = LocalSigner.generate(), [], 0
    by_situation = sorted(cases(), key=lambda case: case.situation)
    for _situation, group in groupby(by_situation, key=lambda case: case.situation):
        # The same text twice would change no fragment.
        batch = list({case.text: case for case in group}.values())
        for case, (mark, code) in zip(
            batch, _ask(page, site, batch[0].facts, [case.text for case in batch], root), strict=True
        ):
            asked += 1
            if _wrong(case, mark, code):
                faults.append(f"{case.law}/{case.name}: {mark} {code}, and not {case.expect}")
    assert faults == []
    assert asked > 400


def test_a_bad_status_list_never_says_that_a_pass_stands(page: Page, site: Site) -> None:
    """A good pass beside each list of the vectors that must not be taken: nobody can say."""
    status, lists = (
        json.loads((VECTORS / f"{law}.json").read_text(encoding="utf-8")) for law in ("status", "status-list")
    )
    shown = next(
        _fragment(cooked(vector["presentation"]))
        for vector in status["cases"]
        if "presentation" in vector and vector["expect"] == "ok"
    )
    root = LocalSigner.generate()
    good = {name: status[name] for name in ("issuer", "at", "jwks", "lists")}
    assert _ask(page, site, good, [shown], root) == [["genuine", "ok"]]
    bad = {vector["name"]: cooked(vector["list"]) for vector in lists["cases"] if _is_bad_by_itself(vector)}
    for bad_name, token in bad.items():
        for name in [path for path in site.published if path.startswith("/status/")]:
            site.published[name] = token
        page.evaluate("() => { location.hash = ''; }")
        page.locator("body[data-mark=empty]").wait_for()
        [(mark, code)] = page.evaluate(ASK_ALL, [shown])
        assert (mark, code) == ("unsure", "status-unknown"), bad_name
    assert len(bad) > 25


def _is_bad_by_itself(vector: dict[str, Any]) -> bool:
    # Whatever keys, instant or earlier list a case brings of its own: this page has none of them.
    own = {"jwks", "at", "issuer", "lists", "statement"} & vector.keys()
    return vector["expect"] != "ok" and isinstance(cooked(vector["list"]), str) and not own


@pytest.fixture
def page(new_page: Any) -> Page:
    """A page without a worker: every answer is the network's."""
    opened: Page = new_page(service_workers="block")
    return opened
