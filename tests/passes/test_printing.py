"""Printed passes and a unit's view of its people, over HTTP."""

from __future__ import annotations

import pytest
from PIL import Image

from credentials import UNCHECKED, LocalSigner, Verifier
from functions.audit import service as audit
from functions.keys import service as keys
from functions.passes import issuing, refs, roster, service
from functions.passes.model import passes_of
from functions.people.model import Device
from functions.shared import clock
from functions.shared.problems import NotFound
from tests.conftest import Http, Reply
from tests.decoding import qr_codes
from tests.people.world import AREA, Someone, World, claims

WORD = "https://pass.example.gov"


@pytest.fixture
def world(http: Http) -> World:
    """An approved unit, with the HTTP server up."""
    assert http.url
    return World().approve()


def print_it(http: Http, world: World, one: Someone, wanted: str = "png", **changed: str) -> Reply:
    """Ask for a printed pass as the unit's clerk."""
    ref = changed.pop("ref", refs.ref_of(world.unit, one.pid))
    token = changed.pop("token", http.token("unit", world.unit))
    body = {"reason": "没有手机", **changed}
    return http.post(f"/units/{world.unit}/people/{ref}/printed?format={wanted}", body, token=token)


def entitled(world: World, *, phone: str = "") -> Someone:
    """Return a listed and tested person without a phone."""
    one = Someone()
    world.list_people(one, phone=phone)
    assert world.result(one) == "eligible"
    return one


def enrol_device(one: Someone) -> None:
    """Give a person a device."""
    now = clock.now()
    Device(one.pid, "a" * 43, label="d", added_at=now, used_at=now, ttl=now + 3600).save()


def test_a_printed_pass_is_read_from_the_paper(http: Http, world: World, tmp_path: object) -> None:
    """The PNG's symbol opens the guard's page with a genuine pass: printed, masked, with the document's tail."""
    one = entitled(world)
    answer = print_it(http, world, one)
    assert (answer.status, answer.headers["content-type"]) == (201, "image/png")
    path = f"{tmp_path}/pass.png"
    with open(path, "wb") as file:  # noqa: PTH123 - a path that zxing's Pillow opens
        file.write(answer.body)
    text = qr_codes(Image.open(path))[0]
    assert text.startswith("http://gate.localhost")
    seen = Verifier(keys.key_set(world.at), issuer=WORD).verify_presentation(text, at=clock.now(), status=UNCHECKED)
    assert seen.printed
    assert seen.cnf is None
    assert seen.credential_subject.document_tail == one.number[-4:]
    assert seen.credential_subject.name == "张*明"
    assert one.name not in str(claims_of(one, world))


def test_the_page_to_hand_out_is_a_pdf(http: Http, world: World) -> None:
    """Without a format a PDF comes, named by the ref alone, never by the person."""
    one = entitled(world)
    ref, token = refs.ref_of(world.unit, one.pid), http.token("unit", world.unit)
    answer = http.post(f"/units/{world.unit}/people/{ref}/printed", {"reason": "没有手机"}, token=token)
    assert (answer.status, answer.headers["content-type"]) == (201, "application/pdf")
    assert answer.body.startswith(b"%PDF-")
    assert answer.headers["content-disposition"] == f'attachment; filename="epipass-{ref[:8]}.pdf"'


def claims_of(one: Someone, world: World) -> list[object]:
    """Return the payloads of every pass of a person."""
    return [claims(row.token) for row in passes_of(one.pid, world.unit)]


def test_printing_again_is_the_same_pass(http: Http, world: World) -> None:
    """A lost sheet is printed again: the same bytes, one row; svg and png hold the same symbol."""
    one = entitled(world)
    assert print_it(http, world, one, "svg").body == print_it(http, world, one, "svg").body
    assert print_it(http, world, one, "png").status == 201
    assert len(passes_of(one.pid, world.unit)) == 1


def test_after_a_withdrawal_paper_is_printed_anew(http: Http, world: World) -> None:
    """The withdrawn sheet stays withdrawn, the next is another pass."""
    one = entitled(world)
    print_it(http, world, one)
    assert world.result(one, "positive", hours=1) == "refused"
    assert print_it(http, world, one).json()["code"] == "not-eligible"  # never the medical cause
    assert world.result(one, "void", hours=1, revision=1) == "eligible"
    assert print_it(http, world, one).status == 201
    assert sorted(p.withdrawn for p in service.signed_passes(one.pid, world.unit, world.at)) == [False, True]


def test_paper_and_phone_replace_each_other(http: Http, world: World) -> None:
    """A live pass withdraws the printed one; a printed one withdraws the live ones."""
    one = entitled(world, phone="13900000000")
    print_it(http, world, one)
    world.issue(one, LocalSigner.generate())
    states = {p.printed: p.withdrawn for p in service.signed_passes(one.pid, world.unit, world.at)}
    assert states == {True: True, False: False}
    assert print_it(http, world, one).status == 201
    live = [p for p in service.signed_passes(one.pid, world.unit, world.at) if not p.withdrawn]
    assert [p.printed for p in live] == [True]


def test_who_has_a_device_gets_no_paper(http: Http, world: World) -> None:
    """A person who can show a live pass is not printed one."""
    one = entitled(world)
    enrol_device(one)
    answer = print_it(http, world, one)
    assert (answer.status, answer.json()["code"]) == (409, "has-device")


def test_every_printing_is_in_the_audit_log(http: Http, world: World) -> None:
    """Who printed for which unit, with hashes for whom and why; neither pid nor reason in words."""
    one = entitled(world)
    token = http.token("unit", world.unit, subject=f"clerk-{world.unit}")
    print_it(http, world, one, token=token)
    actor = f"unit:clerk-{world.unit}"
    shard = audit.record(actor, "test.probe", at=clock.now()).shard
    rows = [row for row in audit.entries(shard, at=clock.now()) if row.actor == actor and row.act == "pass.print"]
    assert [(row.case, row.count) for row in rows] == [(world.unit, 1)]
    assert one.pid not in str(rows)
    assert "没有手机" not in str(rows)
    [stored] = passes_of(one.pid, world.unit)
    assert stored.reason
    assert "没有手机" not in stored.reason
    assert issuing.FIELDS.decrypt(f"{one.pid}|{stored.place}", "reason", stored.reason) == "没有手机"


def test_who_may_print(http: Http, world: World) -> None:
    """The unit and an officer above it; not another unit, a neighbour district's officer, a lab or nobody."""
    one = entitled(world)
    for role, scope, status in (
        ("officer", AREA, 201),
        ("unit", world.unit, 201),
        ("officer", "990102", 403),
        ("unit", "U-other", 403),
        ("lab", world.lab, 403),
    ):
        assert print_it(http, world, one, token=http.token(role, scope)).status == status
    assert http.post(f"/units/{world.unit}/people/{'A' * 43}/printed", {"reason": "x"}).status == 401


def test_what_cannot_be_printed(http: Http, world: World) -> None:
    """An invented ref, another unit's, somebody who left, a reason of blanks, an unknown format."""
    one, elsewhere = entitled(world), World().approve()
    for ref in ("x" * 43, "short", refs.ref_of(elsewhere.unit, one.pid)):
        assert print_it(http, world, one, ref=ref).status == 404
    assert print_it(http, world, one, "gif").status == 400
    assert print_it(http, world, one, reason="  ").status == 400
    world.list_people(Someone())
    assert print_it(http, world, one).status == 404


def test_a_ref_means_one_person_in_one_unit(engine: object) -> None:
    """Refs open only where they were made; two units cannot compare their people."""
    one = Someone()
    ref = refs.ref_of("U-1", one.pid)
    assert engine
    assert ref == refs.ref_of("U-1", one.pid) != refs.ref_of("U-2", one.pid)
    assert refs.pid_of_ref("U-1", ref) == one.pid
    assert one.pid not in ref
    others = [("U-1", ref[:-1] + last) for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"]
    for unit, tried in (("U-2", ref), *others, ("U-1", ref + "="), ("U-1", "!"), ("U-1", "")):
        if (unit, tried) != ("U-1", ref):
            with pytest.raises(NotFound):
                refs.pid_of_ref(unit, tried)


def test_a_unit_sees_its_people_masked_and_coarsely(http: Http, world: World) -> None:
    """Entitled, issued, withdrawn: states with coarse causes, masked names, opaque refs, nothing else."""
    fine, ill, untested = Someone(name="张明"), Someone(name="欧阳娜娜"), Someone(name="Maria Schmidt")
    world.list_people(fine, ill, untested)
    for one in (fine, ill):
        assert world.result(one) == "eligible"
        world.issue(one, LocalSigner.generate())
    world.result(ill, "positive", hours=1)
    page = http.get(f"/units/{world.unit}/people", token=http.token("unit", world.unit))
    told = {person["name"]: (person["state"], person["cause"]) for person in page.json()["people"]}
    assert told == {
        "张*": ("issued", ""),
        "欧阳*娜": ("withdrawn", "not-eligible"),
        "M*** S*****t": ("not-eligible", "needs-test"),
    }
    for secret in (fine.pid, ill.pid, fine.phone, ill.number, "positive", ill.name):
        assert secret not in page.body.decode()
    assert set(page.json()["people"][0]) <= {"ref", "name", "state", "cause", "has_device", "expires_at"}
    assert http.get(f"/units/{world.unit}/people", token=http.token("unit", "U-other")).status == 403
    assert http.get("/units/U-nowhere/people", token=http.token("unit", "U-nowhere")).status == 404


def test_a_long_list_comes_in_pages(http: Http, world: World) -> None:
    """Every person once, by cursors that are bound to caller and unit."""
    people = [Someone() for _ in range(roster.PAGE + 7)]
    world.list_people(*people)
    token, path = http.token("unit", world.unit), f"/units/{world.unit}/people"
    first = http.get(path, token=token).json()
    second = http.get(f"{path}?next={first['next']}", token=token).json()
    seen = [person["ref"] for person in first["people"] + second["people"]]
    assert sorted(seen) == sorted(refs.ref_of(world.unit, one.pid) for one in people)
    assert "next" not in second
    other = World().approve()
    foreign = http.get(f"/units/{other.unit}/people?next={first['next']}", token=http.token("unit", other.unit))
    assert (foreign.status, foreign.json()["code"]) == (400, "cursor")
