"""A staff list on its way: checked, held or applied; the same bytes once; nothing half."""

from __future__ import annotations

import pytest

from functions.audit import service as audit
from functions.audit.model import AuditRow
from functions.jobs import service
from functions.jobs.model import Head
from functions.shared.clock import DAY_S, now
from functions.shared.problems import Conflict, Forbidden, NotFound
from functions.staff import service as staff
from tests.jobs.driving import Steps, listed, new_unit, person_id, staff_csv, upload


def state(head: Head) -> Head:
    return service.find(head.job, now())


def test_good_rows_apply_and_bad_rows_are_named(steps: Steps) -> None:
    """A few bad rows keep nobody else waiting, and errors.csv says row, column and law without a cell."""
    unit = new_unit()
    head = upload(unit, staff_csv(range(30)) + "王五,990101199001010011,13800138000\n赵六,,x\n".encode())
    assert head.state == "received"
    steps.finish()
    done = state(head)
    assert (done.state, done.rows_total, done.rows_rejected, done.added, done.leaving) == ("done", 32, 2, 30, 0)
    assert service.totals(done).applied == len(listed(unit)) == 30
    text = service.errors(done)
    assert isinstance(text, bytes)
    lines = text.decode("utf-8-sig").splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == [
        '32,id_number,"id-check-digit',
        '33,id_number,"id-missing',
        '33,phone,"phone',
    ]
    assert "990101199001010011" not in text.decode()


def test_names_and_phones_are_stored_encrypted_and_open_for_who_asks(steps: Steps) -> None:
    """The row holds no readable name or phone; the listing opens them."""
    unit = new_unit()
    upload(unit, staff_csv([7]))
    steps.finish()
    (listing,) = staff.staff_of(unit, now())
    assert (listing.name, listing.phone, listing.id_tail) == ("王小赵", "13800138000", person_id(7)[-4:])
    assert "13800138000" not in listing.sealed
    assert [one.unit for one in staff.listings(listing.pid, now()) if one.unit == unit] == [unit]


def test_of_two_rows_about_a_person_the_later_wins_and_the_job_says_so(steps: Steps) -> None:
    """One row a person; the one that gave way is counted, not lost in silence."""
    unit = new_unit()
    head = upload(unit, staff_csv([1, 2]) + staff_csv([1], phone="13900139000").split(b"\n", 1)[1])
    steps.finish()
    assert (state(head).rows_repeated, state(head).rows_rejected) == (1, 0)
    assert sorted(one.phone for one in staff.staff_of(unit, now())) == ["13800138000", "13900139000"]


def test_an_update_keeps_those_it_does_not_name(steps: Steps) -> None:
    """Update adds and changes, and removes nobody."""
    unit = new_unit()
    upload(unit, staff_csv(range(5)))
    steps.finish()
    head = upload(unit, staff_csv([4, 5], phone="13900139000"))
    steps.finish()
    assert (state(head).added, state(head).leaving, len(listed(unit))) == (1, 0, 6)
    assert [one.phone for one in staff.staff_of(unit, now())].count("13900139000") == 2


def test_a_replacing_list_names_those_leaving_and_waits(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is removed before a person has confirmed it and the log tells of it; the unit itself may."""
    unit = new_unit()
    upload(unit, staff_csv(range(10)))
    steps.finish()
    before = listed(unit)
    head = upload(unit, staff_csv(range(1, 11)), mode="replace")
    steps.finish()
    held = state(head)
    assert (held.state, held.leaving, held.added) == ("held", 1, 1)
    assert held.cause == "leaving: 1 of 10 people leave and wait for confirmation"
    assert service.leaving_names(held) == ["赵*赵"]
    with monkeypatch.context() as full:
        full.setattr(AuditRow, "put_if_absent", lambda _row: False)
        with pytest.raises(audit.NotRecorded):
            service.decide(held, "apply", "left us", actor="unit:x", owner=True, at=now())
    steps.finish()
    assert (state(head).state, listed(unit)) == ("held", before)
    service.decide(held, "apply", "left us", actor="unit:x", owner=True, at=now())
    steps.finish()
    assert (state(head).state, len(listed(unit)), len(listed(unit) & before)) == ("done", 10, 9)


def test_a_unit_cut_short_waits_for_an_officer(steps: Steps) -> None:
    """Over 20 % of 20 or more people leaving looks like half a file: the uploader can only cancel."""
    unit = new_unit()
    upload(unit, staff_csv(range(20)))
    steps.finish()
    head = upload(unit, staff_csv(range(15)), mode="replace")
    steps.finish()
    held = state(head)
    assert held.cause.startswith("leaving-many: the unit would lose 5 of its 20 people")
    with pytest.raises(Forbidden):
        service.decide(held, "apply", "x", actor="unit:x", owner=True, at=now())
    cancelled = service.decide(held, "cancel", "x", actor="unit:x", owner=True, at=now())
    assert cancelled.state == "cancelled"
    assert service.decide(cancelled, "cancel", "x", actor="unit:x", owner=True, at=now()).state == "cancelled"
    with pytest.raises(Conflict):
        service.decide(cancelled, "apply", "x", actor="officer:x", owner=False, at=now())
    steps.finish()
    assert len(listed(unit)) == 20


def test_a_mistyped_phone_removes_nobody(steps: Steps) -> None:
    """Somebody whose row is bad but whose id can be read stays as they were."""
    unit = new_unit()
    upload(unit, staff_csv(range(5)))
    steps.finish()
    head = upload(unit, staff_csv(range(4)) + staff_csv([4], phone="123").split(b"\n", 1)[1], mode="replace")
    steps.finish()
    assert (state(head).state, state(head).rows_rejected, len(listed(unit))) == ("done", 1, 5)


def test_a_systematic_fault_waits(steps: Steps) -> None:
    """Ids stored as numbers through a whole column are one fault: the file waits and says which."""
    unit = new_unit()
    lost = "".join(f"张三,9901011990010{n:02d}000,13800138000\n" for n in range(10, 22))
    head = upload(unit, staff_csv(range(20)) + lost.encode())
    steps.finish()
    assert state(head).state == "held"
    assert "id-stored-as-number in id_number" in state(head).cause
    assert not listed(unit)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (staff_csv(range(4)), "over-quota"),
        ("姓名,身份证号\n张三,1\n".encode(), "no-good-rows"),
        ("姓名,手机\n张三,1\n".encode(), "header-missing"),
    ],
)
def test_a_list_refused_whole_changes_nothing(steps: Steps, data: bytes, cause: str) -> None:
    """Too many people, no good row, no header: failed with its cause, and the list in force stays."""
    unit = new_unit(quota=3)
    upload(unit, staff_csv(range(2)))
    steps.finish()
    before = listed(unit)
    head = upload(unit, data)
    steps.finish()
    assert (state(head).state, state(head).cause.split(":")[0]) == ("failed", cause)
    assert listed(unit) == before


def test_a_list_without_a_good_row_says_what_is_wrong_with_each(steps: Steps) -> None:
    """Also a list refused whole has its errors.csv."""
    unit = new_unit()
    head = upload(unit, "姓名,身份证号\n张三,1\n".encode())
    steps.finish()
    text = service.errors(state(head))
    assert isinstance(text, bytes)
    assert text.decode("utf-8-sig").splitlines()[1].startswith('2,id_number,"id-length: ')
    assert state(head).rows_rejected == 1


def test_the_same_bytes_are_the_same_job_while_in_force(steps: Steps) -> None:
    """Twice the same file is one job; once another list is in force, it is a new wish."""
    unit = new_unit()
    first = upload(unit, staff_csv(range(3)))
    assert upload(unit, staff_csv(range(3))).job == first.job
    steps.finish()
    assert upload(unit, staff_csv(range(3))).job == first.job
    assert upload(unit, staff_csv(range(3)), mode="replace").job != first.job
    upload(unit, staff_csv(range(4)))
    steps.finish()
    again = upload(unit, staff_csv(range(3)))
    steps.finish()
    assert again.job != first.job
    assert state(again).state == "done"
    assert len(listed(unit)) == 4


def test_an_old_upload_released_late_does_not_undo_a_newer_one(steps: Steps) -> None:
    """The order of receipt decides, not the order in which holds are released."""
    unit = new_unit()
    upload(unit, staff_csv(range(10)))
    steps.finish()
    old = upload(unit, staff_csv(range(9), phone="13700137000"), mode="replace")
    steps.finish()
    upload(unit, staff_csv([0, 20], phone="13900139000"))
    steps.finish()
    service.decide(state(old), "apply", "x", actor="officer:x", owner=False, at=now())
    steps.finish()
    phones = {one.phone for one in staff.staff_of(unit, now())}
    assert state(old).state == "done", state(old).cause
    assert len(listed(unit)) == 10
    assert phones == {"13700137000", "13900139000"}


def test_a_list_replaced_meanwhile_is_superseded(steps: Steps) -> None:
    """What waited while a later upload replaced the whole list has nothing to say any more."""
    unit = new_unit()
    upload(unit, staff_csv(range(10)))
    steps.finish()
    old = upload(unit, staff_csv(range(9)), mode="replace")
    steps.finish()
    upload(unit, staff_csv(range(11)), mode="replace")
    steps.finish()
    service.decide(state(old), "apply", "x", actor="officer:x", owner=False, at=now())
    steps.finish()
    assert (state(old).state, state(old).cause.split(":")[0]) == ("cancelled", "superseded")
    assert len(listed(unit)) == 11


def test_a_hold_whose_file_is_gone_cannot_be_released(steps: Steps) -> None:
    """The file lives 7 days; a hold older than that asks for the file again."""
    unit = new_unit()
    upload(unit, staff_csv(range(10)))
    steps.finish()
    head = upload(unit, staff_csv(range(9)), mode="replace")
    steps.finish()
    with pytest.raises(Conflict):
        service.decide(state(head), "apply", "x", actor="officer:x", owner=False, at=now() + 7 * DAY_S)


def test_a_job_that_is_not_there_is_not_found(steps: Steps) -> None:
    """Also the rows that count attempts are no jobs."""
    assert not steps.pending()
    for job in ("J-NONE", "same"):
        with pytest.raises(NotFound):
            service.find(job, now())
