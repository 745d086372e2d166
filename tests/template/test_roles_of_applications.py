"""Applications go through the deployed functions under their own roles: what each may do to the tables, and no more."""

from __future__ import annotations

import uuid

import pytest

from functions.shared.config import settings
from tests.conftest import Http
from tests.people.world import CODE, Someone, proof, public
from tests.template.test_roles import through_functions

__all__ = ["through_functions"]  # a fixture that needs the engine


@pytest.mark.usefixtures("engine")
def test_an_application_goes_through_under_the_roles(through_functions: Http) -> None:
    """Applied for by phone, sent back, corrected by its own device, renewed, approved; a sheet; a second device.

    The venue makes its code while it waits, so that its queue shows one.
    """
    http, keeper, area = through_functions, Someone(), f"990101{uuid.uuid4().int % 10**6:06d}"
    keeper.receive_code()
    origin = min(settings().origins)

    def proved(path: str) -> dict[str, object]:
        return {"device_key": public(keeper.device), "proof": proof(keeper.device, origin + path)}

    facts = {"name": "红光超市", "area": area, "address": "人民路1号"}
    told = {"contact_name": "王店长", "phone": keeper.phone, "code": CODE, **proved("/venue-applications")}
    applied = http.post("/venue-applications", {**facts, **told})
    assert applied.status == 201, applied.body
    venue, token = applied.json()["venue"], applied.json()["token"]
    officer, worker = http.token("officer", area[:9]), http.token("worker", area)
    path = f"/venues/{venue}/codes"
    held = {"Authorization": f"DPoP {token}", "DPoP": proof(keeper.device, origin + path, method="POST", token=token)}
    assert http.post(path, {"label": "东门"}, headers=held).status == 200
    waiting = http.get(f"/areas/{area}/venue-queue", token=worker)
    assert waiting.json()["waiting"][0]["venue"]["contact"]["phone"] == keeper.phone, waiting.body
    assert [code["label"] for code in waiting.json()["waiting"][0]["venue"]["codes"]] == ["东门"]
    decision = {"decision": "return", "reason": "请补充", "venues": [venue]}
    sent_back = http.post(f"/areas/{area}/venue-decisions", decision, token=officer)
    assert sent_back.json()["results"][0]["result"] == "done", sent_back.body
    path = f"/venues/{venue}/application"
    made = proof(keeper.device, origin + path, method="PUT", token=token)
    corrected = http.put(
        path, {**facts, "address": "人民路2号"}, headers={"Authorization": f"DPoP {token}", "DPoP": made}
    )
    assert corrected.status == 200, corrected.body
    assert http.post("/venue-tokens", {"venue": venue, **proved("/venue-tokens")}).status == 200
    approved = http.post(f"/areas/{area}/venue-decisions", {**decision, "decision": "approve"}, token=officer)
    assert approved.json()["results"][0]["result"] == "done", approved.body
    sheet = "名称,地址,联系人,手机\n二店,人民路3号,王店长,13800138000\n".encode()
    bulk = http.post(f"/areas/{area}/venue-applications?format=csv", sheet, token=worker)
    assert bulk.json().get("applied") == 1, bulk.body
