"""Several passes on one PDF: those who can be printed for are, the others are named with a coarse cause."""

from __future__ import annotations

import io
from base64 import b64decode
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp
from botocore.exceptions import ClientError

from credentials import UNCHECKED, LocalSigner, PassClaims, Verifier, issue_pass
from functions.audit import service as audit
from functions.audit.model import AuditRow
from functions.keys import service as keys
from functions.passes import printing, refs
from functions.passes.model import passes_of
from functions.passes.printed_cards import printed_cards
from functions.passes.printed_pdf import PrintedPass
from functions.people.model import Device
from functions.shared import clock
from tests.conftest import Http, Reply
from tests.decoding import QR, qr_codes
from tests.people.world import AREA, Someone, World

WORD = "https://pass.example.gov"


@pytest.fixture
def world(http: Http) -> World:
    """An approved unit, with the HTTP server up."""
    assert http.url
    return World().approve()


def print_them(http: Http, world: World, *people: Someone | str, token: str = "", **changed: Any) -> Reply:
    """Ask for the passes of some people, or of refs, as the unit's clerk."""
    named = [one if isinstance(one, str) else refs.ref_of(world.unit, one.pid) for one in people]
    body = {"refs": named, "reason": "没有手机", **changed}
    return http.post(f"/units/{world.unit}/printed", body, token=token or http.token("unit", world.unit))


def entitle(world: World, *people: Someone) -> None:
    """List people and let each have a negative test."""
    world.list_people(*people)
    for one in people:
        assert world.result(one) == "eligible"


def pages(pdf: bytes) -> list[set[str]]:
    """What a camera reads on each page, drawn as a printer draws it."""
    drawn = [page.render(scale=150 / 72).to_pil() for page in pypdfium2.PdfDocument(pdf)]
    return [set(qr_codes(picture)) for picture in drawn]


def test_those_who_can_be_printed_for_are_and_the_others_are_named(http: Http, world: World) -> None:
    """One has a device, one is ill, one is unknown, one is named twice: the rest is on paper, genuine, and audited."""
    fine = [Someone() for _ in range(5)]
    phone, ill = Someone(), Someone()
    entitle(world, *fine, phone, ill)
    now = clock.now()
    Device(phone.pid, "a" * 43, label="d", added_at=now, used_at=now, ttl=now + 3600).save()
    world.result(ill, "positive", hours=1)
    token = http.token("unit", world.unit, subject=f"clerk-{world.unit}")
    answer = print_them(http, world, *fine, phone, ill, "A" * 43, fine[0], token=token)
    told = answer.json()
    assert (answer.status, told["printed"]) == (201, 5)
    assert told["refused"] == [
        {"ref": refs.ref_of(world.unit, phone.pid), "cause": "has-device"},
        {"ref": refs.ref_of(world.unit, ill.pid), "cause": "not-eligible"},
        {"ref": "A" * 43, "cause": "person"},
    ]
    assert "positive" not in answer.body.decode()
    scanned = pages(b64decode(told["pdf"]))
    assert [len(page) for page in scanned] == [4, 1]
    verifier = Verifier(keys.key_set(world.at), issuer=WORD)
    seen = [verifier.verify_presentation(text, at=clock.now(), status=UNCHECKED) for page in scanned for text in page]
    assert {one.credential_subject.document_tail for one in seen} == {one.number[-4:] for one in fine}
    assert all(one.printed for one in seen)
    actor = f"unit:clerk-{world.unit}"
    shard = audit.record(actor, "test.probe", at=clock.now()).shard
    acts = [row.act for row in audit.entries(shard, at=clock.now()) if row.actor == actor]
    assert acts.count("pass.print") == 6  # for the ill one too: it is written before anything is known
    assert not passes_of(phone.pid, world.unit)


def test_printing_again_prints_the_same_passes(http: Http, world: World) -> None:
    """A jammed printer costs nothing: the same people, one row each, the same codes."""
    people = [Someone(), Someone()]
    entitle(world, *people)
    first, second = (print_them(http, world, *people).json() for _ in range(2))
    assert pages(b64decode(first["pdf"])) == pages(b64decode(second["pdf"]))
    assert [len(passes_of(one.pid, world.unit)) for one in people] == [1, 1]


def test_when_nobody_can_be_printed_for_there_is_no_pdf(http: Http, world: World) -> None:
    """An empty sheet would look like a success."""
    world.list_people(Someone())
    told = print_them(http, world, "A" * 43).json()
    assert told == {"printed": 0, "refused": [{"ref": "A" * 43, "cause": "person"}], "pdf": None}


def test_two_dozen_are_printed_at_once(http: Http, world: World) -> None:
    """The most a request may name: six sheets, four cards on each."""
    people = [Someone() for _ in range(24)]
    entitle(world, *people)
    told = print_them(http, world, *people).json()
    assert (told["printed"], told["refused"]) == (24, [])
    assert [len(page) for page in pages(b64decode(told["pdf"]))] == [4] * 6


def test_one_whom_the_audit_log_does_not_take_is_busy_and_the_others_are_printed(world: World) -> None:
    """Nothing is signed for them; asked for again, it is."""
    people = [Someone() for _ in range(3)]
    entitle(world, *people)
    lost = refs.ref_of(world.unit, people[1].pid)
    asked = audit.hash_of(world.unit, lost, "x")

    def refuse(params: dict[str, Any], **_event: Any) -> None:
        if asked in str(params["body"]):
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException", "Message": ""}}, "PutItem")

    events = AuditRow._get_connection().connection.client.meta.events
    named = [refs.ref_of(world.unit, one.pid) for one in people]
    events.register("before-call.dynamodb.PutItem", refuse)
    try:
        told = printing.print_several(world.unit, named, "x", actor=f"unit:{world.unit}", at=clock.now())
    finally:
        events.unregister("before-call.dynamodb.PutItem", refuse)
    assert [(bool(one.token), one.cause) for one in told] == [(True, ""), (False, "busy"), (True, "")]
    assert not passes_of(people[1].pid, world.unit)
    [again] = printing.print_several(world.unit, [lost], "x", actor=f"unit:{world.unit}", at=clock.now())
    assert again.token


@pytest.mark.parametrize(
    "changed",
    [{"refs": []}, {"refs": ["A"] * 25}, {"refs": ["x y"]}, {"reason": " "}, {"reason": ""}, {"more": 1}],
)
def test_a_request_that_makes_no_sense_is_refused(http: Http, world: World, changed: dict[str, Any]) -> None:
    """Nobody, too many, no ref, no reason, an unknown member."""
    assert print_them(http, world, "A" * 43, **changed).status == 400


def test_who_may_print(http: Http, world: World) -> None:
    """The unit and an officer of its area; nobody else."""
    one = Someone()
    entitle(world, one)
    for role, scope, status in (
        ("officer", AREA, 201),
        ("unit", world.unit, 201),
        ("officer", "990102", 403),
        ("unit", "U-other", 403),
        ("lab", world.lab, 403),
    ):
        assert print_them(http, world, one, token=http.token(role, scope)).status == status


def test_a_unit_sees_for_whom_to_print(http: Http, world: World) -> None:
    """Whether somebody shows their pass on a phone, and nothing else of the phone."""
    here, there = Someone(name="张明"), Someone(name="欧阳娜娜")
    world.list_people(here, there)
    now = clock.now()
    Device(there.pid, "a" * 43, label="d", added_at=now, used_at=now, ttl=now + 3600).save()
    page = http.get(f"/units/{world.unit}/people", token=http.token("unit", world.unit)).json()
    assert {one["name"]: one["has_device"] for one in page["people"]} == {"张*": False, "欧阳*娜": True}


def card(**changed: str) -> PrintedPass:
    """A pass to be drawn, with the longest facts there are."""
    facts: dict[str, Any] = {
        "name": "买**·阿**拉",
        "unit": "中国（浙江）自由贸易试验区杭州片区第三人民医院附属社区卫生服务中心及其下属全部服务站点和发热门诊",
        "zone": "临时管控区东二片A3-17",
        "document_number": "杭防指〔2026〕第0000001号文件附件三之二",
        "document_issued_by": "杭州市滨江区新型冠状病毒肺炎疫情防控工作领导小组办公室",
        "document_tail": "251X",
        **changed,
    }
    claims = PassClaims(
        issuer=WORD,
        subject="AAECAwQFBgcICQoL",
        issued_at=1_795_312_800,
        expires_at=1_795_312_800 + 46 * 3_600,
        sampled_at=1_795_312_800 - 7_200,
        reference="mZ3v0xK9QwE1rT5y",
        status_list="2026-11-24a-1",
        status_index=4711,
        holder=None,
        **facts,
    )
    return PrintedPass.of(issue_pass(claims, LocalSigner.generate()), "https://gate.pass.example.gov/v#")


def test_a_card_says_what_a_guard_asks_for() -> None:
    """Masked name, tail, unit, zone, end in China time with its date, authority; a specimen says so."""
    sheet = pypdf.PdfReader(io.BytesIO(printed_cards([card()], specimen=True))).pages[0]
    text = sheet.extract_text().replace("\n", "")
    for fact in (
        "买**·阿**拉",
        "251X",
        "发热门诊",
        "临时管控区东二片A3-17",
        "2026年11月24日（周二）08:00",
        "领导小组办公室",
        "第0000001号",
        "样章 SPECIMEN",
    ):
        assert fact in text
    assert (
        "SPECIMEN" not in pypdf.PdfReader(io.BytesIO(printed_cards([card()], specimen=False))).pages[0].extract_text()
    )
    with pytest.raises(ValueError, match="no pass"):
        printed_cards([], specimen=True)


def test_the_code_on_a_card_is_large_enough_to_scan() -> None:
    """At least 45 mm of symbol on an A6 card, also with the longest facts."""
    picture = pypdfium2.PdfDocument(printed_cards([card()], specimen=True))[0].render(scale=150 / 72).to_pil()
    (found,) = zxingcpp.read_barcodes(picture, QR)
    corners = found.position
    width_mm = (corners.top_right.x - corners.top_left.x) / 150 * 25.4
    assert width_mm >= 45
    assert corners.bottom_right.x / 150 * 25.4 < 105
