"""The audit log in its table: appended by many at once, read by auditors only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from secrets import token_hex

import pytest

from credentials import auditlog
from functions.audit import service
from functions.audit.model import AuditRow
from functions.shared import clock
from infra.local import Service
from tests.conftest import Http
from tests.door.inprocess import call

AT = 4_098_996_000  # in 2099: the engine deletes rows whose life is over, as DynamoDB does


def shard_of(actor: str, engine_at: int = AT) -> list[auditlog.Entry]:
    """Return the whole shard in which an actor's acts are."""
    shard = service.record(actor, "test.probe", at=engine_at).shard
    return list(service.entries(shard, at=engine_at))


@pytest.mark.usefixtures("engine")
def test_writers_at_once_make_one_chain() -> None:
    """Twenty acts by eight threads at one shard are twenty rows of one unbroken chain: it never forks."""
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: service.record("officer:one", "unit.register", case=f"U-{n}", at=AT), range(20)))
    rows = shard_of("officer:one")
    assert auditlog.verify_chain(rows).last == rows[-1]
    assert {f"U-{n}" for n in range(20)} <= {row.case for row in rows}


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(
    "facts",
    [
        {"case": "张明 called"},
        {"query_hash": "pid"},
        {"result_hash": "A" * 64},
        {"act": "Registered a unit"},
        {"actor": "officer: Wang Wei"},
    ],
)
def test_prose_is_refused(facts: dict[str, str]) -> None:
    """A log that is kept for years takes ids and hashes; a name cannot slip in."""
    given = {"actor": "officer:one", "act": "unit.register", **facts}
    with pytest.raises(ValueError, match="ids"):
        service.record(**given, at=AT)  # type: ignore[arg-type]


@pytest.mark.usefixtures("engine")
def test_rows_past_their_life_make_no_page_shorter() -> None:
    """The table keeps them a while: a page that they made shorter would look like the log's end."""
    made = [service.record("officer:old", "test.probe", at=AT + n) for n in range(4)]
    page = service.entries(made[0].shard, after=made[0].sequence - 1, limit=2, at=AT + auditlog.KEPT_S + 1)
    assert list(page) == made[2:]


def test_nobody_gains_a_right_that_the_log_does_not_tell_of(engine: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that takes no row: no unit and no laboratory is registered; and what breaks a law is no row."""
    officer, name, area = engine.token("officer", "990101", "log-full"), f"U-{token_hex(5)}", "990101001"
    document = {"number": "EPI-1", "issued_by": "区指挥部"}
    approval = {"document": document, "quota": 100, "ends_at": "2030-01-01T00:00:00Z"}
    rights: dict[str, dict[str, object]] = {
        f"/units/{name}": {"name": "第一食品厂", "area": area, **approval},
        f"/labs/{name}": {"name": "检测", "area": area},
    }
    with monkeypatch.context() as full:
        full.setattr(AuditRow, "put_if_absent", lambda _row: False)
        for path, facts in rights.items():
            refused = call("PUT", path, facts, token=officer)
            assert (refused.status, refused.json()["code"]) == (503, "audit"), path
    for path, facts in rights.items():
        assert call("PUT", path, {**facts, "name": ""}, token=officer).status == 422, path
        assert call("PUT", path, facts, token=officer).status == 201, path  # new: the refused one left nothing
    told = [row.act for row in shard_of("officer:log-full", clock.now()) if row.case == name]
    assert sorted(told) == ["lab.register", "unit.register"]


def test_auditors_read_it_page_by_page(http: Http, engine: Service) -> None:
    """`GET /audit` gives every row of a shard once, in order, over pages, and what it gives verifies."""
    for _ in range(205):
        service.record("officer:paged", "test.probe", at=AT)
    entry = service.record(
        "officer:paged", "run.start", case="R-1", count=3, query_hash=service.hash_of("a", "b"), at=AT
    )
    token, path = http.token("auditor", ""), f"/audit?shard={entry.shard}"
    answer = http.get(path, token=token)
    assert answer.status == 200, answer.body
    page = answer.json()
    assert page["shards"] == auditlog.SHARDS
    rows = [auditlog.Entry(**row) for row in page["entries"]]
    while page["next"]:
        page = http.get(f"{path}&next={page['next']}", token=token).json()
        rows += [auditlog.Entry(**row) for row in page["entries"]]
    last = auditlog.verify_chain(rows).last
    assert last is not None
    assert last.sequence >= entry.sequence > 200
    for none in ("9", "%C2%B9", "", "-1", "1" * 12):
        assert http.get(f"/audit?shard={none}", token=token).status == 400
    assert http.get("/audit", token=http.token("officer", "310101")).status == 403
    assert http.get("/audit").status == 401
    assert engine.url == http.url
