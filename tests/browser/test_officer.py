"""The officer's console, with the real service and its embedded login, on a desktop and on a phone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP_SCREEN, PHONE_SCREEN
from tests.browser.desk import Desk
from tests.browser.guard import faults_of_access
from tests.browser.office import Office, Phone, short_id
from tests.browser.served import origin_of
from tests.conftest import Http

SCRIPT = "<img src=x onerror=globalThis.planted=1>"
ELSEWHERE = "980101"  # a district of nobody's


@pytest.fixture
def new_office(served: Http, new_page: Callable[..., Page]) -> Callable[..., Office]:
    """Opens the console for a new officer of a district of their own."""

    def make(scope: str = "", **screen: Any) -> Office:
        page = new_page(**({"accept_downloads": True, **DESKTOP_SCREEN} | screen))
        made = Office(served, Desk(page, origin_of(served, "desk")))
        made.sign_in(scope and made.area + scope)
        return made

    return make


@pytest.fixture
def office(new_office: Callable[..., Office]) -> Office:
    """On a desktop computer, in Chinese."""
    return new_office()


@pytest.fixture
def on_phone(new_office: Callable[..., Office]) -> Office:
    """On a phone of 360 pixels, in Chinese."""
    return new_office(**PHONE_SCREEN)


def _fill(page: Page, form: str, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"#{form}-{name}").fill(value)


def test_a_unit_is_registered_once_and_a_shorter_approval_is_asked_about(office: Office) -> None:
    """What is wrong stands beside its field; a second click registers nothing more; shortening says what it withdraws."""
    page, unit = office.desk.page, short_id("U")
    office.go("units/new")
    _fill(page, "unit", id=unit, name="澄湖食品厂", area="110101", number="EPI-1", issuer="指挥部", quota="0")
    page.locator("#unit button[type=submit]").click()
    assert "不在您管理的范围内" in page.locator("#unit-area-fault").inner_text()
    assert "至少为1" in page.locator("#unit-quota-fault").inner_text()
    assert page.evaluate("document.activeElement.id") == "unit-area"
    assert office.desk.faults() == []
    assert page.locator("#unit-name").input_value() == "澄湖食品厂"  # kept over the change of language
    _fill(page, "unit", area=office.area + "003001", quota="60", day="2030-05-01", time="18:00")
    page.locator("#unit button[type=submit]").dblclick()
    said = office.outcome("已登记并核准")
    assert ("2030年5月1日" in said, unit in said) == (True, True)
    assert page.evaluate("document.activeElement.className") == "outcome"
    stored = office.http.get(f"/units/{unit}", token=office.token).json()
    assert (stored["name"], stored["ends_at"], stored["quota"]) == ("澄湖食品厂", "2030-05-01T10:00:00Z", 60)
    _again_is_no_change(office, unit)
    _shorten(office, unit)


def _again_is_no_change(office: Office, unit: str) -> None:
    page = office.desk.page
    _fill(page, "unit", id=unit, name="另一家", area=office.area, number="EPI-2", issuer="指挥部", quota="5")
    page.locator("#unit button[type=submit]").click()
    office.outcome("已登记为“澄湖食品厂”")
    assert office.http.get(f"/units/{unit}", token=office.token).json()["quota"] == 60


def _shorten(office: Office, unit: str) -> None:
    page = office.desk.page
    office.go("units")
    page.locator("#search").fill(unit)
    page.locator("table.list tbody tr").get_by_role("link").click()
    page.locator("#unit-day").fill("2029-05-01")
    page.locator("#unit button[type=submit]").click()
    asked = page.locator("dialog.consent")
    assert "几秒内撤销" in asked.inner_text()
    assert faults_of_access(page) == []
    page.keyboard.press("Escape")
    asked.wait_for(state="detached")
    assert page.evaluate("document.activeElement.type") == "submit"  # whoever says no goes on where they were
    assert office.http.get(f"/units/{unit}", token=office.token).json()["ends_at"] == "2030-05-01T10:00:00Z"
    page.locator("#unit button[type=submit]").click()
    office.agree()
    assert "2029年5月1日" in office.outcome("已保存")
    assert office.http.get(f"/units/{unit}", token=office.token).json()["ends_at"] == "2029-05-01T10:00:00Z"
    assert office.desk.faults() == []


def test_a_laboratory_is_registered_and_changed(office: Office) -> None:
    """It is found in the list, and opened from there to be changed."""
    page, lab = office.desk.page, short_id("L")
    office.go("labs/new")
    _fill(page, "lab", id=lab, name="澄湖医学检验所")
    page.locator("#lab button[type=submit]").click()
    office.outcome("已登记“澄湖医学检验所”")
    office.go("labs")
    page.locator("table.list tbody tr").get_by_role("link").click()
    page.locator("#lab-name").fill("澄湖检验中心")
    page.locator("#lab button[type=submit]").click()
    office.outcome("已保存“澄湖检验中心”")
    assert office.http.get("/labs", token=office.token).json()["labs"] == [
        {"lab": lab, "name": "澄湖检验中心", "area": office.area}
    ]
    assert office.desk.faults() == []


def test_a_held_upload_is_released_from_a_phone(on_phone: Office) -> None:
    """Whose it is, why it waits and how many rows, in words; a reason is asked for; what came of it is told."""
    office, page = on_phone, on_phone.desk.page
    unit = office.register_unit()
    job = office.hold_upload(unit)
    office.go("")
    page.locator(".big-link", has_text="1份上传待人工核验").click()
    card = page.locator(f"[data-job='{job}']")
    text = card.inner_text()
    assert f"澄湖食品厂（{unit}）" in text
    assert "6行有问题，其中6行是“证件号码”一列的同一个问题。" in text
    assert "证件号码格式与证件类型不符" in text  # the law's own sentence, from the job's list of bad rows
    assert office.desk.faults() == []
    assert "6行是“证件号码”" in office.copied()
    card.locator("button.solid").click()
    dialog = page.locator("dialog.consent")
    assert "6行有问题的不采用" in dialog.inner_text()
    dialog.locator("button[type=submit]").click()
    assert dialog.locator("textarea").get_attribute("aria-invalid") == "true"
    assert faults_of_access(page) == []
    office.agree("单位已确认")
    assert "合格4行，有问题6行" in office.outcome("已生效")
    assert office.job(job, "done")["rows_applied"] == 4
    assert page.locator("[data-job]").count() == 0


def test_of_two_who_decide_the_second_is_told(office: Office) -> None:
    """Somebody else's decision stands and is shown; an own cancellation changes nothing else."""
    unit, page = office.register_unit(), office.desk.page
    first, second = office.hold_upload(unit), office.upload_list(unit, good=3, bad=7)
    office.go("holds")
    body = {"decision": "cancel", "reason": "重复上传"}
    assert office.http.post(f"/jobs/{first}/decision", body, token=office.token).status == 200
    page.locator(f"[data-job='{first}'] button.solid").click()
    office.agree("准予生效")
    office.outcome("可能别人已处理")
    page.locator(f"[data-job='{first}']").wait_for(state="detached")
    page.locator(f"[data-job='{second}'] button.plain").click()
    office.agree("名单有误")
    office.outcome("已取消")
    assert office.job(second, "cancelled")["rows_applied"] == 0
    assert "没有待核验的上传" in page.locator("main").inner_text()


def test_a_run_is_started_read_and_its_held_unit_released_from_a_phone(on_phone: Office) -> None:
    """What arrived, what is stuck and with whom, what changed for whom; released, it ends; all of it can be copied."""
    office, page = on_phone, on_phone.desk.page
    unit = office.hold_unit()
    waiting = office.register_unit("青禾食品")
    office.upload_list(waiting, good=2)
    office.hold_upload(waiting)
    # What arrived in the second of the cut-off is the next run's.
    page.wait_for_timeout(1100)
    office.go("runs")
    assert office.desk.faults() == []
    page.locator("button.big").click()
    assert "随即撤销" in page.locator("dialog.consent").inner_text()
    office.agree()
    page.locator(f"[data-unit='{unit}']").wait_for(timeout=120_000)
    assert "名单上25人中，9人将失去通行资格" in page.locator(f"[data-unit='{unit}']").inner_text()
    page.locator("h2", has_text="卡在哪里").wait_for()
    assert office.desk.faults() == []
    report = office.copied()
    run = page.url.rsplit("/", 1)[-1]
    _is_the_report(office, run, report)
    page.locator(f"[data-unit='{unit}'] button.solid").click()
    office.agree("已核实离职")
    office.outcome("已准予")
    page.locator("main [role=status]", has_text="已完成").wait_for(timeout=120_000)
    assert _report(office, run)["withdrawn"] == 25
    assert f"云岭自来水公司（{unit}），25人：撤销 25，需要检测 16，不符合条件 9" in office.copied()
    office.go("runs")
    assert "已完成" in page.locator("table.list").inner_text()


def _report(office: Office, run: str) -> dict[str, Any]:
    return dict(office.http.get(f"/matching/runs/{run}", token=office.token).json())


def _is_the_report(office: Office, run: str, text: str) -> None:
    told = _report(office, run)
    lines = text.splitlines()
    assert told["withdrawn"] == 16  # not for want of the list: that waits
    assert lines[:2] == ["【数据比对报告】", f"区划：{office.area}"]
    assert any(line.startswith("数据截止：") and "月" in line for line in lines)
    assert {
        "状态：有单位待核验",
        f"撤销 {told['withdrawn']}",
        "没有检测结果 18",
        "人员名单2份：合格6行，有问题6行",
    } <= set(lines)
    stuck = lines[lines.index("〔卡在哪里、在谁那里〕") :]
    assert [line for line in stuck if line.startswith("· 青禾食品")]
    assert [line for line in stuck if "9人将失去通行资格" in line]


def test_a_gates_code_is_shown_once_and_its_shifts_can_be_ended(office: Office) -> None:
    """Register a gate, make its code, save its poster; the phone that began a shift is seen, and taken off."""
    page, venue, gate = office.desk.page, office.register_venue(), short_id("G")
    office.go("venues")
    page.locator("table.list tbody tr").get_by_role("link").click()
    page.locator("#gate-id").fill(gate)
    page.locator("#gate-name").fill("东门")
    page.locator("#gate button[type=submit]").click()
    office.outcome("已登记“东门”")
    assert office.desk.saved("text=下载海报（PDF）").startswith(b"%PDF-")
    page.locator(".outcome", has_text=f"poster-{venue}.pdf").wait_for()
    page.locator("table.list").get_by_role("link").click()
    page.get_by_role("button", name="生成口令").click()
    code = page.locator(".gate-code").inner_text()
    assert office.desk.faults() == []
    assert page.locator(".gate-code").inner_text() == code  # kept over the change of language
    assert office.desk.saved("text=下载上岗海报（PDF）").startswith(b"%PDF-")
    phone, begun = Phone.begin(office.http, gate, code, "东门1号机")
    assert begun.status == 201, begun.body
    phone.report("pass.example.com", begun.json()["token"])
    _take_off_shift(office, phone, code)
    office.go("venues")
    office.go(f"venues/gate/{venue}/{gate}")
    assert page.locator(".gate-code").count() == 0
    page.get_by_role("button", name="更换口令").click()
    office.agree()
    assert page.locator(".gate-code").inner_text() != code


def _take_off_shift(office: Office, phone: Phone, code: str) -> None:
    page = office.desk.page
    page.get_by_role("button", name="刷新").click()
    card = page.locator(f"[data-device='{phone.device}']")
    assert "东门1号机" in card.inner_text()
    assert "pass.example.com" in page.locator("main").inner_text()
    text = office.copied()
    assert ("东门1号机" in text, "pass.example.com，1次" in text, code in text) == (True, True, False)
    card.get_by_role("button").click()
    assert "12小时内也不能" in page.locator("dialog.consent").inner_text()
    office.agree()
    office.outcome("已撤下")
    assert card.count() == 0
    assert office.desk.faults() == []
    again = phone.ask(f"/gates/{phone.gate}/shifts", {"code": code, "label": ""})
    assert (again.status, again.json()["code"]) == (403, "revoked")


def test_what_lies_elsewhere_is_refused_in_words(office: Office) -> None:
    """Another district's unit, venue and run are not shown, and the page says whom to ask."""
    page, http = office.desk.page, office.http
    unit, token = short_id("U"), http.token("officer", ELSEWHERE)
    document = {"number": "EPI-1", "issued_by": "指挥部"}
    facts = {"name": "别处", "area": ELSEWHERE, "document": document, "quota": 5, "ends_at": "2030-01-01T00:00:00Z"}
    assert http.put(f"/units/{unit}", facts, token=token).status == 201
    office.go(f"units/of/{unit}")
    page.locator(".fault", has_text="不在您管理的区划内").first.wait_for()
    assert "别处" not in page.locator("main").inner_text()
    office.go("units/new")
    _fill(page, "unit", id=unit, name="我的", area=office.area, number="EPI-1", issuer="指挥部", quota="5")
    page.locator("#unit button[type=submit]").click()
    office.outcome("不在您管理的区划内")
    assert office.desk.faults() == []
    office.go("runs/of/" + uuid.uuid4().hex)
    page.locator(".fault", has_text="没有这次数据比对").wait_for()
    office.go("nowhere")
    assert "没有这一页" in page.locator("h1").inner_text()


def test_a_subdistricts_officer_is_told_that_runs_are_a_districts(new_office: Callable[..., Office]) -> None:
    """They see their own figures and holds, and whom to ask for a run."""
    office = new_office("003", **PHONE_SCREEN)
    page = office.desk.page
    office.settled()
    assert "没有待处理的事项" in page.locator("main").inner_text()
    assert page.locator("main .fault").count() == 0
    assert office.desk.faults() == []
    text = office.copied()
    assert text.splitlines()[:2] == ["【今日情况】", f"区划：{office.area}003"]
    assert "扫码登记：当日0，累计0" in text
    office.go("runs")
    assert "联系区县管理人员" in page.locator("main").inner_text()
    assert page.locator("main button").count() == 0


def test_a_script_in_any_name_stays_text(office: Office) -> None:
    """Units, venues, gates and phones may be called anything; nothing of it runs, and nothing copied is a formula."""
    page, http = office.desk.page, office.http
    unit, venue = office.register_unit(SCRIPT), office.register_venue(f"=1+1{SCRIPT}")
    gate = office.register_gate(venue, SCRIPT)
    code = http.post(f"/gates/{gate}/code", token=office.token).json()["code"]
    _, begun = Phone.begin(http, gate, code, "<img src=x onerror=planted=1>")
    assert begun.status == 201, begun.body
    office.hold_upload(unit)
    for at in ("", "units", f"units/of/{unit}", "holds", "venues", f"venues/of/{venue}", f"venues/gate/{venue}/{gate}"):
        office.go(at)
        if at:
            page.locator("main", has_text="<img src=x").wait_for()
        assert page.evaluate("globalThis.planted") is None
        assert page.locator("main img").count() == 0
    office.go("holds")
    page.locator("[data-job] button.plain").click()
    assert SCRIPT in page.locator("dialog.consent").inner_text()
    page.locator("dialog.consent button.plain").click()
    page.locator("dialog.consent").wait_for(state="detached")
    assert "取消" in page.evaluate("document.activeElement.textContent")
    assert not [line for line in office.copied().splitlines() if line.startswith(("=", "+", "@"))]


def test_an_answer_that_does_not_come_is_said_and_tried_again(office: Office) -> None:
    """A list says that it could not be read, never that nothing waits; a decision that got no answer is still to be made."""
    page, job = office.desk.page, office.hold_upload(office.register_unit())
    page.route("**/jobs*", lambda route: route.abort())
    office.go("holds")
    page.locator(".fault", has_text="没有收到答复").wait_for()
    assert ("没有待核验的上传" in page.locator("main").inner_text(), page.locator(".copy").count()) == (False, 0)
    page.unroute("**/jobs*")
    page.get_by_role("button", name="重试").click()
    page.route("**/decision", lambda route: route.abort())
    page.locator(f"[data-job='{job}'] button.solid").click()
    office.agree("单位已确认")
    office.outcome("没有收到答复")
    assert office.job(job, "held")["rows_applied"] == 0
    page.unroute("**/decision")
    page.locator(f"[data-job='{job}'] button.solid").click()
    office.agree("单位已确认")
    office.outcome("已生效")


def test_a_venue_that_was_applied_for_is_approved(office: Office) -> None:
    """Until then it has no poster; the reason is kept with the decision."""
    page, http = office.desk.page, office.http
    applied = http.post("/venues", {"name": "云岭菜场", "area": office.area + "003"}, token=office.token).json()
    office.go(f"venues/of/{applied['venue']}")
    assert "待审批" in page.locator("main").inner_text()
    assert page.get_by_role("button", name="下载海报").count() == 0
    page.get_by_role("button", name="批准", exact=True).click()
    office.agree("材料齐全")
    office.outcome("已批准“云岭菜场”")
    page.get_by_role("button", name="下载海报").wait_for()
    record = http.get(f"/venues/{applied['venue']}/record", token=office.token).json()
    assert (record["state"], record["reason"]) == ("approved", "材料齐全")
