"""Uploads as units, laboratories and officers meet them: every refusal reached, nobody in another's room."""

from __future__ import annotations

import hashlib
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

import pytest

from functions.jobs.sending import SMALL_BYTES
from infra.local import Service
from tests.conftest import Http
from tests.jobs.driving import person_id, staff_csv

AREA = "990101001001"


@pytest.fixture(scope="module")
def unit(http: Http) -> str:
    """A registered unit."""
    name = f"U-{uuid.uuid4().hex[:12]}"
    assert register(http, name).status == 201
    return name


def register(http: Http, unit: str, **changed: Any) -> Any:
    facts = {
        "name": "第一食品厂",
        "area": AREA,
        "document": {"number": "EPI-1", "issued_by": "区指挥部"},
        "quota": 100,
        "ends_at": "2030-01-01T00:00:00Z",
        **changed,
    }
    return http.put(f"/units/{unit}", facts, token=http.token("officer", "990101"))


def follow(http: Http, job: str, token: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer: dict[str, Any] = http.get(f"/jobs/{job}", token=token).json()
        if answer["state"] not in {"received", "running"}:
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{job} did not end")


def test_an_upload_ends_as_a_job_with_its_errors(http: Http, unit: str) -> None:
    """202 and a job, the same bytes 200 and that job, errors.csv without a cell; others may not look."""
    token = http.token("unit", unit)
    data = staff_csv(range(3)) + "张三,990101199001010011,\n".encode()
    first = http.post(f"/units/{unit}/staff-list?format=csv", data, token=token)
    assert first.status == 202
    job = first.json()["job"]
    done = follow(http, job, token)
    assert (done["state"], done["rows_total"], done["rows_accepted"], done["rows_rejected"]) == ("done", 4, 3, 1)
    again = http.post(f"/units/{unit}/staff-list?format=csv", data, token=token)
    assert (again.status, again.json()["job"]) == (200, job)
    errors = http.get(f"/jobs/{job}/errors.csv", token=token).body.decode("utf-8-sig")
    assert errors.startswith("row,column,law\r\n5,id_number,")
    assert "990101199001010011" not in errors
    for role, scope in (("unit", "U-other"), ("lab", unit), ("officer", "990102")):
        for path in (f"/jobs/{job}", f"/jobs/{job}/errors.csv"):
            assert http.get(path, token=http.token(role, scope)).status == 403
    assert http.get(f"/jobs/{job}", token=http.token("officer", "99")).status == 200
    assert http.get("/jobs/J-NONE", token=token).status == 403  # as another's: what there is, is told to nobody


@pytest.mark.parametrize("times", [1, 2_500], ids=["small", "large"])
def test_a_larger_file_goes_by_a_presigned_put(http: Http, unit: str, times: int) -> None:
    """The address signs checksum and length; the job starts when the file arrives, whichever queue tells of it."""
    token, data = http.token("unit", unit), staff_csv([3, 4, 5] * times)
    assert (len(data) > SMALL_BYTES) == (times > 1)
    asked = {"kind": "staff-list", "format": "csv", "unit": unit, "sha256": hashlib.sha256(data).hexdigest()}
    answer = http.post("/uploads", {**asked, "size": len(data)}, token=token)
    assert answer.status == 202
    told = answer.json()
    assert "X-Amz-Signature" in told["url"]
    assert "content-length" in told["url"]
    request = urllib.request.Request(told["url"], data, told["headers"], method="PUT")  # noqa: S310 - the engine's
    with urllib.request.urlopen(request, timeout=30) as put:  # noqa: S310 - the same
        assert put.status == 200
    deadline = time.monotonic() + 60
    while (done := http.get(f"/jobs/{told['job']}", token=token).json())["state"] != "done":
        assert time.monotonic() < deadline, done
        time.sleep(0.2)
    assert "url" not in http.post("/uploads", {**asked, "size": len(data)}, token=token).json()
    foreign = {**asked, "unit": "U-other", "size": len(data)}
    assert http.post("/uploads", foreign, token=token).status == 403
    assert http.post("/uploads", {**asked, "lab": "L-1", "size": 1}, token=token).status == 400


def test_how_large_a_file_may_be_is_said_before_it_is_sent(http: Http, unit: str) -> None:
    """Results as text may be four times as large as a staff list or a workbook; what is more is refused, 413."""
    laboratory, mib = f"L-{uuid.uuid4().hex[:12]}", 1 << 20
    registered = {"name": "中心实验室", "area": AREA}
    assert http.put(f"/labs/{laboratory}", registered, token=http.token("officer", "990101")).status == 201
    staff = {"kind": "staff-list", "unit": unit}, http.token("unit", unit), "csv"
    text, book = (
        ({"kind": "results", "lab": laboratory}, http.token("lab", laboratory), one) for one in ("csv", "xlsx")
    )
    for (of, token, file_format), most in ((staff, 64), (text, 256), (book, 64)):
        asked = {**of, "format": file_format, "sha256": "0" * 64}
        assert http.post("/uploads", {**asked, "size": most * mib}, token=token).status == 202
        refused = http.post("/uploads", {**asked, "size": most * mib + 1}, token=token)
        assert refused.status == 413, refused.body


def test_the_desk_s_page_alone_may_put_a_file_from_a_browser(http: Http, engine: Service, unit: str) -> None:
    """The bucket answers its preflight with PUT and the signed headers, and any other origin's with a refusal."""
    data = staff_csv(range(6, 9))
    asked = {"kind": "staff-list", "format": "csv", "unit": unit, "sha256": hashlib.sha256(data).hexdigest()}
    url = http.post("/uploads", {**asked, "size": len(data)}, token=http.token("unit", unit)).json()["url"]
    desk, headers = engine.environment["EPIPASS_DESK_URL"], "content-type,x-amz-checksum-sha256"

    def preflight(origin: str, method: str = "PUT") -> dict[str, str]:
        wanted = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
        request = urllib.request.Request(url, headers={"Origin": origin, **wanted}, method="OPTIONS")  # noqa: S310 - the engine's
        with urllib.request.urlopen(request, timeout=30) as answered:  # noqa: S310 - the same
            return {name.lower(): value for name, value in answered.headers.items()}

    allowed = preflight(desk)
    methods = {method.strip() for method in allowed["access-control-allow-methods"].split(",")}
    # GET: a long errors.csv is answered by the way to its presigned address.
    assert (allowed["access-control-allow-origin"], methods) == (desk, {"GET", "PUT"})
    assert {one.strip() for one in allowed["access-control-allow-headers"].split(",")} >= set(headers.split(","))
    for origin, method in (("https://evil.example", "PUT"), (desk, "POST"), (desk, "DELETE")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            preflight(origin, method)
        assert refused.value.code == 403


@pytest.mark.parametrize(
    ("query", "data", "content_type", "status", "code"),
    [
        ("", b"x", "", 400, "malformed"),
        ("?format=pdf", b"x", "", 400, "malformed"),
        ("?format=csv&mode=all", b"x", "", 400, "malformed"),
        ("?format=csv", b"", "", 422, "empty"),
        ("?format=csv", "姓名,手机\n张三,1".encode(), "", 422, "header-missing"),
        ("?format=xlsx", b"PK\x03\x04 cut", "", 422, "workbook-damaged"),
        ("?format=csv", b"x" * (4 * 1024 * 1024 + 1), "", 413, "too-large"),
        ("?format=csv", "姓名".encode("gb18030"), "text/csv", 415, "text-csv"),
        ("?format=csv", b"{}", "image/png", 415, "unsupported-media-type"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_once(
    http: Http, unit: str, *, query: str, data: bytes, content_type: str, status: int, code: str
) -> None:
    """The law in `code`, and no job."""
    headers = {"Content-Type": content_type} if content_type else {}
    answer = http.post(f"/units/{unit}/staff-list{query}", data, token=http.token("unit", unit), headers=headers)
    assert (answer.status, answer.json()["code"]) == (status, code)


def test_a_laboratory_writes_under_its_own_name_only(http: Http) -> None:
    """Another laboratory's token, a unit's, and a laboratory nobody registered are refused."""
    lab = f"L-{uuid.uuid4().hex[:12]}"
    officer = http.token("officer", "990101")
    assert http.put(f"/labs/{lab}", {"name": "信禾", "area": AREA}, token=officer).status == 201
    assert http.put(f"/labs/{lab}", {"name": "信禾所", "area": AREA}, token=officer).status == 200
    assert http.put(f"/labs/{lab}", {"name": "x", "area": AREA}, token=http.token("officer", "990102")).status == 403
    at = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 7 * 3600))
    data = f"管码,身份证号,采样时间,结果\nT1,{person_id(50)},{at},阴性\n".encode("gb18030")
    path = f"/labs/{lab}/results?format=csv"
    assert http.post(path, data, token=http.token("lab", "L-other")).status == 403
    assert http.post(path, data, token=http.token("unit", lab)).status == 403
    assert http.post("/labs/L-none/results?format=csv", data, token=http.token("lab", "L-none")).status == 404
    token = http.token("lab", lab)
    assert follow(http, http.post(path, data, token=token).json()["job"], token)["state"] == "done"


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 65}, "/name"),
        ({"name": "a\u202eb"}, "/name"),
        ({"area": "9901013"}, "/area"),
        ({"quota": 0}, "/quota"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
        ({"document": {"number": "x" * 33, "issued_by": "x"}}, "/document/number"),
    ],
)
def test_a_registration_that_breaks_a_law_is_refused(http: Http, changed: dict[str, Any], pointer: str) -> None:
    """What a pass could not show is not registered."""
    answer = register(http, "U-refused", **changed)
    assert (answer.status, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])


def test_an_officer_registers_in_their_own_area_only(http: Http, unit: str) -> None:
    """Neither there, nor by moving a unit from elsewhere; a registration changed keeps the list in force."""
    assert register(http, unit, name="第二食品厂").status == 200
    assert http.get(f"/units/{unit}", token=http.token("unit", unit)).json()["name"] == "第二食品厂"
    elsewhere = http.token("officer", "990102")
    assert http.get(f"/units/{unit}", token=elsewhere).status == 403
    body = {"name": "x", "document": {"number": "1", "issued_by": "x"}, "quota": 1, "ends_at": "2030-01-01T00:00:00Z"}
    for area in (AREA, "990102001"):
        assert http.put(f"/units/{unit}", {**body, "area": area}, token=elsewhere).status == 403
    assert http.put(f"/units/{unit}", {**body, "area": "990102001"}, token=http.token("officer", "99")).status == 200
