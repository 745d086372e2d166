"""A holder's phone: people enrolled over the real service with keys that only this browser has, as the wallet does it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from playwright.sync_api import Page

from functions.checkins import receipts
from functions.checkins import service as checkins
from functions.shared.clock import now
from functions.shared.masking import mask
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.people.world import CODE, Someone

AREA = "990101"
_ENROL = """async ({body, name, nickname}) => {
  const bytes = (text) => new TextEncoder().encode(text);
  const base64url = (of) => btoa(String.fromCharCode(...new Uint8Array(of)))
    .replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=/g, "");
  const part = (value) => base64url(bytes(JSON.stringify(value)));
  const pair = await crypto.subtle.generateKey({name: "ECDSA", namedCurve: "P-256"}, false, ["sign", "verify"]);
  const {x, y} = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk = {kty: "EC", crv: "P-256", x, y};
  const jti = base64url(crypto.getRandomValues(new Uint8Array(16)));
  const claims = {jti, htm: "POST", htu: location.origin + "/people", iat: Math.floor(Date.now() / 1000)};
  const signed = part({typ: "dpop+jwt", alg: "ES256", jwk}) + "." + part(claims);
  const signature = await crypto.subtle.sign({name: "ECDSA", hash: "SHA-256"}, pair.privateKey, bytes(signed));
  const answer = await fetch("/people", {
    method: "POST",
    headers: {"Content-Type": "application/json"},
    body: JSON.stringify({...body, device_key: jwk, proof: signed + "." + base64url(signature)}),
  });
  if (!answer.ok) throw new Error((await answer.json()).code);
  const {pid} = await answer.json();
  const opening = indexedDB.open("epipass-me");
  const database = await new Promise((done, failed) => {
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
  const writing = database.transaction("people", "readwrite");
  const member = {pid, name, nickname, key: {pair, jwk}, addedAt: Date.now(), knownDevices: []};
  writing.objectStore("people").put(member, pid);
  await new Promise((done) => { writing.oncomplete = done; });
  database.close();
  return pid;
}"""
_STORED = """async (name) => {
  const opening = indexedDB.open("epipass-me");
  const database = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
  const asking = database.transaction(name).objectStore(name).getAll();
  const found = await new Promise((done) => { asking.onsuccess = () => done(asking.result); });
  database.close();
  return found;
}"""


@dataclass(frozen=True)
class Place:
    """A venue with a poster: the short code on it, and the last part of the address in its symbol."""

    venue: str
    code: str
    address: str
    name: str


def open_place(served: Http, name: str = "澄湖图书馆", *, pass_required: bool = False) -> Place:
    """Register a venue of this test's own, with one code."""
    officer, venue = served.token("officer", AREA), f"V-{uuid.uuid4().hex[:10]}"
    made = served.put(f"/venues/{venue}", {"name": name, "area": AREA + "003"}, token=officer)
    assert made.status == 201, made.body
    policy = {"pass_required": pass_required, "max_list_age_s": 14400, "peak_per_s": 1}
    assert served.put(f"/venues/{venue}/policy", policy, token=officer).status == 200
    made = served.post(f"/venues/{venue}/codes", {"label": "东门"}, token=officer)
    code = made.json()
    return Place(venue, code["code"], code["url"].rpartition("/c/")[2], name)


def scan_poster(page: Page, served: Http, place: Place) -> None:
    """Open the check-in page as a camera does."""
    page.goto(f"{origin_of(served, 'me')}/c/{place.address}")
    page.locator("h1", has_text=place.name).wait_for()


def enrol(page: Page, *people: Someone, nicknames: tuple[str, ...] = ()) -> None:
    """Enrol people on the phone whose page of the holder's origin is open; a reload then knows them."""
    for place, one in enumerate(people):
        one.receive_code()
        body = {
            "id_type": "resident-id",
            "id_number": one.number,
            "name": one.name,
            "phone": one.phone,
            "code": CODE,
        }
        nickname = nicknames[place] if place < len(nicknames) else ""
        assert page.evaluate(_ENROL, {"body": body, "name": mask(one.name), "nickname": nickname}) == one.pid
    page.reload()
    page.locator("h1").wait_for()


def stored(page: Page, store: str) -> list[dict[str, object]]:
    """What the phone keeps in one store."""
    found: list[dict[str, object]] = page.evaluate(_STORED, store)
    return found


def rows(page: Page) -> list[tuple[str, str, str]]:
    """What the service has of the people on this phone: direction, decision, cause, in the order of time."""
    found = [row for member in stored(page, "people") for row in checkins.of_person(str(member["pid"]), now())]
    return [(row.direction, row.decision, row.cause) for row in sorted(found, key=lambda row: (row.at, row.decision))]


def marks_now(place: Place, later_s: int = 0) -> set[str]:
    """The marks that a gate's page may show at this moment, made from the venue's seed as a shift's are."""
    near = (now() + later_s + step for step in (-1, 0, 1))
    return {receipts.marks(receipts.seed(place.venue, receipts.block_of(at)), receipts.window_of(at)) for at in near}


def shown(page: Page) -> str:
    """The two characters on the screen."""
    return page.locator("#marks").inner_text()


def outcomes(page: Page) -> list[str | None]:
    """What the screen says of each person."""
    page.locator(".answer").first.wait_for()
    return [one.get_attribute("data-outcome") for one in page.locator(".answer").all()]
