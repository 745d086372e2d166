"""The main job, end to end, over HTTP: lists and results in, a pass out, a correction, and the pass is gone.

Nothing here looks inside: what a unit, a laboratory, a guard and an auditor can see is what is asserted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jwt
import png
import pytest
import zxingcpp
from playwright.sync_api import Browser

from credentials import KeySet, StatusLists, Verifier, Withdrawn, unpack
from functions.shared.clock import now
from tests.browser.guard import Screen, answer
from tests.conftest import Http, Reply
from tests.main_job.district import AREA, District, ago, eventually

ISSUER = "https://pass.example.gov"


@dataclass
class Issued:
    """A printed pass as the unit holds it."""

    district: District
    ref: str
    url: str
    token: str


def read_symbol(picture: bytes) -> str:
    """What a camera reads in a PNG of black and white."""
    width, height, rows, _ = png.Reader(bytes=picture).read()
    pixels = bytes(255 * bit for row in rows for bit in row)
    found = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (height, width)))
    assert len(found) == 1
    return str(found[0].text)


@pytest.fixture(scope="module")
def issued(city: Http) -> Issued:
    """A district whose teacher 张小明 tested negative twelve hours ago, and whose unit printed her pass."""
    district = District(city)
    district.register()
    job = district.upload_list(["张小明", "欧阳娜娜"])
    assert (job["state"], job["rows_total"], job["rows_accepted"], job["rows_rejected"]) == ("done", 2, 2, 0)
    job = district.upload_results(("T-1", 0, 0, 12, "阴性"))
    assert (job["state"], job["rows_accepted"]) == ("done", 1)
    ref = district.person("张*明", "entitled")["ref"]
    printed = printed_pass(district, ref, "png")
    assert printed.status in {200, 201}, printed.body
    url = read_symbol(printed.body)
    token, _ = unpack(url.partition("#")[2], issuer=ISSUER)
    await_list(city, token)
    return Issued(district, ref, url, token)


def printed_pass(district: District, ref: str, form: str) -> Reply:
    """Ask for a printed pass as the unit's clerk."""
    path = f"/units/{district.unit}/people/{ref}/printed?format={form}"
    return district.http.post(path, {"reason": "no smartphone"}, token=district.unit_token)


def test_who_is_not_tested_needs_a_test(issued: Issued) -> None:
    """A listed person without a sample is not entitled, and the unit sees the coarse cause only."""
    person = issued.district.people()["欧阳*娜"]
    assert (person["state"], person["cause"]) == ("not-eligible", "needs-test")


def test_printing_again_gives_the_same_pass(issued: Issued) -> None:
    """A retry is the same pass, byte for byte, not a second one."""
    again = printed_pass(issued.district, issued.ref, "png")
    assert read_symbol(again.body) == issued.url


@pytest.mark.parametrize(("form", "magic"), [("pdf", b"%PDF"), ("svg", b"<")])
def test_a_pass_is_printed_in_every_form(issued: Issued, form: str, magic: bytes) -> None:
    """PDF for the printer, SVG for a document."""
    printed = printed_pass(issued.district, issued.ref, form)
    assert printed.body.lstrip().startswith(magic)


def test_a_foreign_library_verifies_the_token_from_the_published_keys_alone(issued: Issued) -> None:
    """PyJWT, given `jwks.json` and the issuer's name, accepts the token and reads the credential."""
    jwks = jwt.PyJWKSet.from_dict(issued.district.http.get("/.well-known/jwks.json").json())
    kid = jwt.get_unverified_header(issued.token)["kid"]
    key = next(key for key in jwks.keys if key.key_id == kid)
    claims = jwt.decode(issued.token, key.key, algorithms=["ES256"], issuer=ISSUER)
    assert claims["credentialSubject"]["name"] == "张*明"
    assert claims["type"] == ["VerifiableCredential", "EpidemicPass", "PrintedPass"]
    assert "documentTail" in claims["credentialSubject"]


def open_page(browser: Browser, http: Http, url: str) -> Screen:
    """What a guard's browser comes to when a camera opens the address in the symbol, on this test's port."""
    url = f"http://gate.localhost:{http.url.rsplit(':', 1)[1]}/v#{url.partition('/v#')[2]}"
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    try:
        page = context.new_page()
        page.goto(url)
        return answer(page)
    finally:
        context.close()


def await_list(http: Http, token: str) -> None:
    """Wait until the pass's status list is published: on a deployment whose clocks run it is, before any pass is."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    path = claims["credentialStatus"]["statusListCredential"].removeprefix(ISSUER)
    eventually(lambda: http.get(path).status == 200 or None, f"the list {path}")


def is_withdrawn(http: Http, issued: Issued) -> bool | None:
    """True once the published list, fetched and verified as anybody would, says so; else None."""
    keys = KeySet.from_jwks(http.get("/.well-known/jwks.json").json())
    claims: dict[str, Any] = jwt.decode(issued.token, options={"verify_signature": False})
    lists = StatusLists(keys, ISSUER)
    published = claims["credentialStatus"]["statusListCredential"].removeprefix(ISSUER)
    lists.add(http.get(published).body.decode(), now())
    try:
        Verifier(keys, issuer=ISSUER).verify(issued.token, at=now(), status=lists)
    except Withdrawn:
        return True
    return None


def test_a_corrected_result_takes_the_pass_away_at_the_door(issued: Issued, city: Http, browser: Browser) -> None:
    """Genuine, identity to check, before; withdrawn after; the browser follows the published list, and no page names the result."""
    before = open_page(browser, city, issued.url)
    assert (before.mark, before.code) == ("identity", "ok")
    assert all(
        part in before.text for part in ("张*明", "澄湖街道第三小学", "A3", "EPI-2026-0000001", "澄湖区疫情防控指挥部")
    )
    assert is_withdrawn(city, issued) is None
    issued.district.upload_results(("T-1", 1, 0, 12, "阳性"))
    eventually(lambda: is_withdrawn(city, issued), "the bit in the published list")
    after = open_page(browser, city, issued.url)
    assert (after.mark, after.code) == ("refused", "withdrawn")
    assert "阳" not in after.text
    assert "positive" not in after.text.lower()
    person = issued.district.person("张*明", "withdrawn")
    assert person["cause"] == "not-eligible"
    assert printed_pass(issued.district, issued.ref, "png").status in {409, 422}


def test_the_correction_is_not_undone_by_the_older_report(issued: Issued) -> None:
    """The first report sent again, late, changes nothing: revision 1 stands."""
    issued.district.upload_results(("T-1", 0, 0, 12, "阴性"), ("T-9", 0, 1, 5, "阴性"))
    issued.district.person("欧阳*娜", "entitled")
    assert issued.district.people()["张*明"]["state"] in {"withdrawn", "not-eligible"}


def test_a_check_in_becomes_a_row_and_a_repeat_is_answered_with_it(issued: Issued, http: Http) -> None:
    """`POST /checkins` is 201 once, 200 with the stored decision after, and one row in DynamoDB."""
    venue, pid = f"V-{issued.district.unit}", f"P{issued.district.unit[2:]}".ljust(22, "A")
    facts = {"name": "澄湖图书馆", "area": AREA + "003001"}
    made = http.put(f"/venues/{venue}", facts, token=issued.district.officer_token)
    assert made.status in {200, 201}, made.body
    act = {"venue": venue, "direction": "in", "at": ago(0)}
    holder = http.token("holder", pid, pid)
    first, again = (http.post("/checkins", act, token=holder) for _ in range(2))
    assert (first.status, again.status) == (201, 200), first.body
    # What was checked on the way is told once; what was decided, by which rule, each time.
    decided = [{name: answer.json()[name] for name in ("decision", "cause", "rule")} for answer in (first, again)]
    assert decided[0] == decided[1]


def test_a_shorter_approval_takes_away_what_outlives_it(city: Http) -> None:
    """An officer who ends a unit's approval early ends its passes with it, within seconds."""
    district = District(city)
    district.register()
    district.upload_list(["张小明"])
    district.upload_results(("T-1", 0, 0, 2, "阴性"))
    ref = district.person("张*明", "entitled")["ref"]
    url = printed_pass(district, ref, "url").body.decode()
    issued = Issued(district, ref, url, unpack(url.partition("#")[2], issuer=ISSUER)[0])
    await_list(city, issued.token)
    assert is_withdrawn(city, issued) is None
    district.register(status=200, ends_at=ago(-1))
    eventually(lambda: is_withdrawn(city, issued), "the withdrawal of a pass that outlives the approval")
