"""The audit log in its table: appended by many at once, read by auditors only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from credentials import auditlog
from functions.audit import service
from infra.local import Service
from tests.conftest import Http

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
