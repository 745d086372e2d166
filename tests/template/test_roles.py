"""The roles of the template grant what the routes need: requests go through the deployed functions, refused what is not.

The engine enforces permissions; the ordinary `http` fixture does not meet them, for its process owns the account.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator

import pytest

from infra.local import Service
from infra.local.processes import start_http
from infra.local.state import free_port
from tests.conftest import Http

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
