"""A trace by its pages: an officer asks, another person approves, both read, and the people concerned are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from jwcrypto import jwk
from playwright.sync_api import Page, Response

from functions.shared import clock
from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN
from tests.browser.desk import Desk
from tests.browser.guard import faults_of_access
from tests.browser.office import Office, short_id
from tests.browser.served import origin_of
from tests.conftest import Http
from tests.door.world import new_pid
from tests.tracing.world import Team, checkin, enrol, store

DAY, HOUR = 86_400, 3_600
NAME, PHONE, NUMBER = "欧阳娜娜", "13800138041", "990101199003071119"


@pytest.fixture
def officer(served: Http, new_page: Callable[..., Page]) -> Office:
    """Who asks, on a desktop."""
    page = new_page(**{"accept_downloads": True, **DESKTOP_SCREEN})
    made = Office(served, Desk(page, origin_of(served, "desk")))
    made.sign_in()
    return made


@pytest.fixture
def tracer(served: Http, new_page: Callable[..., Page], officer: Office) -> Office:
    """Who approves, on a phone: the same district, another person."""
    desk = Desk(new_page(**PHONE_SCREEN), origin_of(served, "desk"))
    desk.sign_in("tracer", officer.area)
    desk.page.wait_for_url("**/officer")
    desk.page.locator("main h1").wait_for()
    return Office(served, desk, officer.world)


def _fill(page: Page, form: str, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#{form}-{name}").fill(value)


def _no_faults(office: Office) -> None:
    assert faults_of_access(office.desk.page) == []


def _follow_up_key(officer: Office, tracer: Office) -> jwk.JWK:
    """Registered at one desk, confirmed at the other; the private half is refused before it is sent."""
    private = jwk.JWK.generate(kty="EC", crv="P-256")
    officer.go("traces/keys")
    page = officer.desk.page
    _fill(page, "key", key=short_id("K"), name="流调一组", jwk=private.export_private())
    page.locator("#key button[type=submit]").click()
    assert "私钥" in page.locator("#key-jwk-fault").inner_text()
    page.locator("#key-jwk").fill(private.export_public())
    page.locator("#key button[type=submit]").click()
    officer.outcome("等待另一人确认")
    _no_faults(officer)
    tracer.go("traces/keys")
    tracer.desk.page.locator("table button", has_text="确认").click()
    tracer.agree()
    tracer.outcome("已完成")
    assert tracer.desk.page.locator("nav a[aria-current=page]").all_inner_texts() == ["随访密钥"]
    _no_faults(tracer)
    return private


def _asked(officer: Office, venue: str, case: str) -> str:
    """Ask for who was at a venue since yesterday; the trace's address."""
    officer.go("traces")
    page = officer.desk.page
    _fill(page, "trace", case="张小明", document="流调字〔2026〕7号", venue=venue)
    page.locator("#trace button[type=submit]").click()
    assert "不要用姓名" in page.locator("#trace-case-fault").inner_text()
    page.locator("#trace-case").fill(case)
    page.locator("#trace button[type=submit]").click()
    officer.outcome("等待另一人批准")
    _no_faults(officer)
    page.locator(".outcome a").click()
    page.get_by_text("等待另一位登记人员批准").wait_for()
    return str(page.evaluate("location.hash.slice(1)"))


@pytest.mark.usefixtures("engine")
def test_from_the_ask_to_the_notice(officer: Office, tracer: Office) -> None:
    """No name and no phone comes to either screen, each reading in the log, a notice by two persons."""
    heard = [(office, _heard(office)) for office in (officer, tracer)]
    private, venue, people = _follow_up_key(officer, tracer), officer.register_venue(), [new_pid(), new_pid()]
    at = (clock.now() - 5 * HOUR) // HOUR * HOUR
    store(*(checkin(pid, venue, at, area=officer.area + "003") for pid in people))
    enrol(people[0], NAME, PHONE, NUMBER)
    case = short_id("CASE")
    address = _asked(officer, venue, case)
    tracer.go("")
    page = tracer.desk.page
    page.locator("table a", has_text=case).click()
    page.locator("#trace-key").wait_for()
    assert page.locator("nav a[aria-current=page]").all_inner_texts() == ["溯源"]
    _no_faults(tracer)
    until = clock.china_day(clock.now() + 2 * DAY)
    page.locator("#trace-embargo").fill(until)
    page.locator("button", has_text="批准").first.click()
    tracer.agree("流调需要")
    tracer.outcome("正在查找")
    for office in (officer, tracer):
        office.desk.page.locator("dd", has_text="已完成").wait_for(timeout=60_000)
    for office, answers in heard:
        _read(office, answers, Team(private=private))
    _embargo(officer, address.removeprefix("traces/of/"), until, people)
    _notice(officer, tracer, people)
    assert address.startswith("traces/of/T-")
    for office, answers in heard:
        texts = [office.desk.page.content(), *(one.text() for one in _about_traces(answers))]
        assert [one for one in (NAME, PHONE, NUMBER, *people) if any(one in text for text in texts)] == []


def _heard(office: Office) -> list[Response]:
    answers: list[Response] = []
    office.desk.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - the driver marks what it is given
    return answers


def _about_traces(answers: list[Response]) -> list[Response]:
    return [one for one in answers if "/traces" in one.url]


def _read(office: Office, answers: list[Response], team: Team) -> None:
    """Whom it found: who can be reached, and who not; who it is, is in the answer for the team's key alone."""
    page = office.desk.page
    page.locator("button", has_text="查看第一页").click()
    page.locator("table td", has_text="120").first.wait_for()
    said = page.locator("main").inner_text()
    assert (said.count("已加密给随访队"), said.count("从未注册")) == (1, 1)
    _no_faults(office)
    (told,) = [one.json() for one in _about_traces(answers) if one.url.endswith("/people")]
    (contact,) = [one["contact"] for one in told["people"] if "contact" in one]
    opened = team.open(contact)
    assert (opened["name"], opened["phone"]) == (NAME, PHONE)


def _embargo(officer: Office, trace: str, until: str, people: list[str]) -> None:
    """To the end of the day, in China, that the approver chose: until then whom it concerns reads nothing of it."""
    told = officer.http.get(f"/traces/{trace}", token=officer.token).json()
    assert told["visible_at"] == clock.rfc3339(clock.parse_instant(f"{until}T23:59+08:00"))
    for pid in people:
        assert officer.http.get("/me/lookups", token=officer.http.token("holder", pid)).json()["lookups"] == []


def _notice(officer: Office, tracer: Office, people: list[str]) -> None:
    page = officer.desk.page
    _fill(page, "notice", text_zh="请做核酸检测。", text_en="Please take a test.")
    page.locator("#notice button[type=submit]").click()
    officer.outcome("将发给 2 人")
    other = tracer.desk.page
    other.locator("button", has_text="确认发送").click()
    tracer.agree()
    tracer.outcome("正在发送")
    other.get_by_text("2 人中已送达 2").wait_for(timeout=60_000)
    # Every page has it, and texts may still go: how many was told, and that they can be stopped.
    other.locator("p.hint", has_text="另发短信到至多 2 部手机").first.wait_for()
    other.locator("button", has_text="停止").click()
    tracer.outcome("已停止")
    for pid in people:
        told: dict[str, Any] = officer.http.get("/me/notices", token=officer.http.token("holder", pid)).json()
        assert [one["text_zh"] for one in told["notices"]] == ["请做核酸检测。"]
