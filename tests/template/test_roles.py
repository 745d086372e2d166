"""The roles of the template grant what the routes need: requests go through the deployed functions, refused what is not.

The engine enforces permissions; the ordinary `http` fixture does not meet them, for its process owns the account.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from jwcrypto import jwk

from credentials import LocalSigner
from credentials.proofs import sign_dpop, thumbprint
from functions.shared.config import settings
from functions.shared.pids import pid_of
from infra.local import Service
from infra.local.processes import start_http
from infra.local.state import free_port
from tests.conftest import Http, Reply
from tests.jobs.driving import staff_csv

AREA = "990101"


@pytest.fixture(scope="module")
def through_functions(engine: Service) -> Iterator[Http]:
    """The HTTP API, answered by the deployed functions."""
    port = free_port()
    server = start_http(engine.state, port, {**engine.environment, "EPIPASS_DISPATCH": "functions"})
    try:
        yield Http(f"http://127.0.0.1:{port}", engine.token)
    finally:
        server.stop()


def test_an_upload_goes_through_under_the_roles(through_functions: Http) -> None:
    """Registered by an officer, uploaded by a lab, worked by the queue's function, read by its owner."""
    http, lab = through_functions, f"L-{uuid.uuid4().hex[:8]}"
    officer, owner = http.token("officer", AREA), http.token("lab", lab)
    assert http.get("/health").status == 200
    assert http.put(f"/labs/{lab}", {"name": "示范检验所", "area": AREA}, token=officer).status == 201
    rows = b"tube,id_type,id_number,sampled_at,reported_at,result\nT-1,passport,X1234567,"
    sampled = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 7200)).encode()
    body = rows + sampled + b"," + sampled + b",negative\n"
    sent = http.post(f"/labs/{lab}/results?format=csv", body, token=owner)
    assert sent.status == 202, sent.body
    job = sent.json()["job"]
    deadline = time.monotonic() + 60
    while (told := http.get(f"/jobs/{job}", token=owner)).status == 200 and time.monotonic() < deadline:
        if told.json()["state"] not in {"received", "running"}:
            break
        time.sleep(0.3)
    assert (told.status, told.json()["state"], told.json()["rows_accepted"]) == (200, "done", 1)


def test_desk_and_public_answer_under_their_roles(through_functions: Http) -> None:
    """What officers and auditors read and write, and what anybody may send, is granted."""
    http, unit = through_functions, f"U-{uuid.uuid4().hex[:8]}"
    document = {"number": "EPI-1", "issued_by": "区疫情防控指挥部"}
    registration = {"name": "示范单位", "area": AREA, "category": "shop", "zone": "A1", "document": document}
    ends_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    made = http.put(
        f"/units/{unit}", {**registration, "quota": 10, "ends_at": ends_at}, token=http.token("officer", AREA)
    )
    assert made.status == 201, made.body
    assert http.get(f"/units/{unit}/people", token=http.token("unit", unit)).status == 200
    assert http.get("/audit", token=http.token("auditor", "")).status == 200
    assert http.post("/codes", {"phone": "13800138000"}).status == 202


def test_what_the_consoles_ask_goes_through_under_the_roles(through_functions: Http) -> None:
    """Lists of a district and of a whole province, jobs, a file to correct, people and print, runs: each is granted."""
    http, unit = through_functions, f"U-{uuid.uuid4().hex[:8]}"
    officer, owner = http.token("officer", AREA), http.token("unit", unit)
    facts = {"name": "示范单位", "area": AREA, "document": {"number": "EPI-1", "issued_by": "区疫情防控指挥部"}}
    registered = http.put(f"/units/{unit}", {**facts, "quota": 10, "ends_at": "2090-01-01T00:00:00Z"}, token=officer)
    assert registered.status == 201, registered.body
    sheet = staff_csv([int(uuid.uuid4().hex[:4], 16) % 4_000 + 5_000]) + "张三,990101199001010011,\n".encode()
    job = http.post(f"/units/{unit}/staff-list?format=csv", sheet, token=owner).json()["job"]
    deadline = time.monotonic() + 60
    while (told := http.get(f"/jobs/{job}", token=owner).json())["state"] in {"received", "running"}:
        assert time.monotonic() < deadline, told
        time.sleep(0.3)
    assert told["state"] == "done", told
    corrections = http.get(f"/jobs/{job}/to-correct.xlsx", token=owner)
    assert (corrections.status, corrections.body[:4]) == (200, b"PK\x03\x04"), corrections.body
    assert [one["job"] for one in http.get(f"/units/{unit}/jobs", token=owner).json()["jobs"]] == [job]
    for token in (officer, http.token("officer", AREA[:2])):
        for path in ("/units", "/labs", "/jobs?state=done"):
            listed = http.get(path, token=token)
            assert listed.status == 200, (path, listed.body)
    for token in (officer, http.token("auditor", "")):
        assert http.get("/matching/runs", token=token).status == 200
    (person,) = http.get(f"/units/{unit}/people", token=owner).json()["people"]
    assert person["has_device"] is False
    printed = http.post(f"/units/{unit}/printed", {"refs": [person["ref"]], "reason": "没有手机"}, token=officer)
    assert printed.json()["refused"] == [{"ref": person["ref"], "cause": "needs-test"}], printed.body


def test_a_shift_from_poster_to_end_goes_through_under_the_roles(through_functions: Http) -> None:
    """A manager prints and makes the code, a guard begins, reports and ends, the manager reads; each by its own function."""
    http, tail, key = through_functions, uuid.uuid4().hex[:8], LocalSigner.generate()
    venue, gate, device = f"V-{tail}", f"G-{tail}", thumbprint(key.public_jwk())
    officer, manager = http.token("officer", AREA), http.token("venue", venue)
    application = {"name": "示范书店", "area": f"{AREA}001001"}
    assert http.put(f"/venues/{venue}", application, token=officer).status == 201
    assert http.put(f"/gates/{gate}", {"venue": venue, "name": "东门"}, token=manager).status == 201
    assert http.get(f"/gates/{gate}/poster", token=manager).body.startswith(b"%PDF")
    code = http.post(f"/gates/{gate}/code", token=manager).json()["code"]
    assert http.get(f"/gates/{gate}").json()["venue_name"] == "示范书店"

    def bound(method: str, path: str, body: dict[str, Any] | None = None, token: str = "") -> Reply:
        url, at = settings().gate_url + path, int(time.time())
        spent = {"access_token": token} if token else {}
        proof = sign_dpop(key, method=method, url=url, at=at, jti=uuid.uuid4().hex, **spent)
        said = {"Authorization": f"DPoP {token}"} if token else {}
        return http.request(method, path, body, headers={"DPoP": proof, **said})

    token = bound("POST", f"/gates/{gate}/shifts", {"code": code, "label": "旧手机"}).json()["token"]
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    report = {"kind": "foreign-link", "host": "pass.example.com", "at": now}
    filed = bound("POST", f"/gates/{gate}/reports", {"reports": [report, report]}, token)
    assert [one["status"] for one in filed.json()["results"]] == [201, 200], filed.body
    read = http.get(f"/gates/{gate}/reports", token=manager).json()["reports"]
    assert [one["host"] for one in read] == ["pass.example.com"]
    ended = bound("DELETE", f"/gates/{gate}/shifts/{device}", token=token)
    assert (ended.status, ended.json()["stands"]) == (200, False), ended.body
    listed = http.get(f"/gates/{gate}/shifts", token=manager).json()["shifts"]
    assert [(one["label"], one["stands"]) for one in listed] == [("旧手机", False)]


def test_a_trace_goes_through_under_the_roles(through_functions: Http) -> None:
    """Asked and approved by one function, searched and its notice sent by another, seen by the holder's: each is granted."""
    http, tail, number = through_functions, uuid.uuid4().hex[:8], "X7654321"
    venue, key = f"V-{tail}", f"K-{tail}"
    officer, tracer = http.token("officer", AREA), http.token("tracer", AREA)
    area = f"{AREA}001001"
    assert http.put(f"/venues/{venue}", {"name": "示范超市", "area": area}, token=officer).status == 201
    assert http.put(f"/venues/{venue}/policy", {"pass_required": False}, token=officer).status == 200
    now = int(time.time())
    seen = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 60))
    person = {"id_type": "passport", "id_number": number, "direction": "in", "at": seen}
    assert http.post(f"/venues/{venue}/assisted-checkins", person, token=officer).status == 201
    private = jwk.JWK.generate(kty="EC", crv="P-256")
    public = {name: private.export_public(as_dict=True)[name] for name in ("kty", "crv", "x", "y")}
    team = {"name": "流调一组", "area": AREA, "jwk": public}
    assert http.put(f"/follow-up-keys/{key}", team, token=officer).status == 201
    assert http.post(f"/follow-up-keys/{key}/confirmation", token=tracer).json()["state"] == "confirmed"
    assert http.get("/follow-up-keys", token=officer).status == 200
    start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - ago)) for ago in (7200, 1))
    ask = {"case": "CASE-7", "ground": "case-investigation", "document": "EPI-7", "start": start, "end": end}
    of_nobody = http.post("/traces", {**ask, "id_type": "passport", "id_number": "X1112223"}, token=officer)
    assert of_nobody.status == 201, of_nobody.body
    trace = http.post("/traces", {**ask, "venue": venue}, token=officer).json()["trace"]
    decision = {"decision": "approve", "follow_up_key": key}
    for one in (of_nobody.json()["trace"], trace):
        assert http.post(f"/traces/{one}/approval", decision, token=tracer).status == 200
        assert (_reached(http, one, officer, "done")["hours_total"] > 0) == (one == trace)
    people = http.get(f"/traces/{trace}/people", token=tracer).json()["people"]
    assert [(one["unreachable"], one["met"][0]["confirmed"]) for one in people] == [("never-enrolled", True)]
    assert http.get("/traces", token=tracer).status == 200
    proposed = http.post(f"/traces/{trace}/notice", {"text_zh": "请检测。", "text_en": "Test."}, token=officer).json()
    confirmed = http.post(f"/traces/{trace}/notice/confirmation", {"digest": proposed["digest"]}, token=tracer)
    assert confirmed.status == 200, confirmed.body
    deadline = time.monotonic() + 60
    while (told := http.get(f"/traces/{trace}", token=officer).json()["notice"])["state"] != "sent":
        assert time.monotonic() < deadline, told
        time.sleep(0.3)
    holder = http.token("holder", pid_of("passport", number))
    assert [one["text_en"] for one in http.get("/me/notices", token=holder).json()["notices"]] == ["Test."]
    assert "trace" in [one["kind"] for one in http.get("/me/lookups", token=holder).json()["lookups"]]


def _reached(http: Http, trace: str, token: str, state: str) -> dict[str, Any]:
    """Wait for a trace to be in a state."""
    deadline = time.monotonic() + 60
    while (told := http.get(f"/traces/{trace}", token=token).json())["state"] != state:
        assert time.monotonic() < deadline, told
        time.sleep(0.3)
    found: dict[str, Any] = told
    return found


def test_the_publisher_names_its_lists_under_its_role(engine: Service) -> None:
    """It publishes what the next two days need, and reads the index that it may have to replace: now, and once more."""
    functions = engine.client("lambda")
    pages = functions.get_paginator("list_functions").paginate()
    (name,) = [
        one["FunctionName"]
        for page in pages
        for one in page["Functions"]
        if "-PublisherFunction-" in one["FunctionName"]
    ]
    for _ in range(2):
        answered = functions.invoke(FunctionName=name, Payload=b"{}")
        assert "FunctionError" not in answered, answered["Payload"].read()
    # The lists just opened are published on demand, too: whoever came second leaves them to whoever came first.
    deadline = time.monotonic() + 30
    while len(listed := _index(engine)) < 8 and time.monotonic() < deadline:
        time.sleep(0.3)
    assert len(listed) >= 8


def _index(engine: Service) -> list[str]:
    held = engine.client("s3").get_object(Bucket=engine.environment["BUCKET_PUBLIC"], Key="status/index.json")
    return list(json.loads(held["Body"].read())["lists"])


def test_posters_go_through_under_the_roles(through_functions: Http) -> None:
    """A code made, replaced and drawn; a print job by its own worker, fetched; a walk's word from a worker's phone."""
    http, area, venue = through_functions, f"{AREA}{uuid.uuid4().int % 10**6:06d}", f"V-{uuid.uuid4().hex[:8]}"
    officer, worker = http.token("officer", AREA), http.token("worker", area)
    assert http.put(f"/venues/{venue}", {"name": "书店", "area": area}, token=officer).status == 201
    first = http.post(f"/venues/{venue}/codes", {"label": "东门"}, token=officer)
    assert first.status == 200, first.body
    made = http.post(f"/venues/{venue}/codes/{first.json()['code']}/replacement", None, token=officer)
    assert made.status == 200, made.body
    assert made.json()["label"] == "东门"
    drawn = http.get(f"/venues/{venue}/poster?size=card", token=officer)
    assert (drawn.status, drawn.body[:5]) == (200, b"%PDF-"), drawn.body[:200]
    asked = http.post(f"/areas/{area}/posters", {"size": "a5", "venues": [venue]}, token=officer)
    assert asked.status == 202, asked.body
    job, deadline = asked.json()["print"], time.monotonic() + 60
    while (told := http.get(f"/prints/{job}", token=officer).json())["state"] != "done" and time.monotonic() < deadline:
        time.sleep(0.3)
    assert (told["state"], told["pages_done"]) == ("done", 2), told  # the entrance, and the door that was drawn
    assert [one["print"] for one in http.get(f"/areas/{area}/posters", token=officer).json()["prints"]] == [job]
    step = f"/venues/{venue}/codes/{made.json()['code']}/poster"
    seen = http.post(step, {"state": "seen"}, token=worker)
    assert (seen.status, seen.json()["poster"]) == (200, "seen"), seen.body
    record = http.get(f"/venues/{venue}/record", token=officer)
    assert (record.status, len(record.json()["codes"])) == (200, 3), record.body
    early = http.post(step, {"state": "handed-over"}, token=worker)
    assert (early.status, early.json()["code"]) == (409, "poster")
