"""The lake: which function may read, write and delete what in it, said once more, so that no grant widens unnoticed."""

from __future__ import annotations

from collections import defaultdict
from fnmatch import fnmatchcase
from typing import Any

from functions.lake import manifest, service
from functions.matching import run_files
from tests.template.reading import listed, statements

# Files of pids: `new/` as they arrive, `state/` as folded. Of a run: `sources` is its plan, five digits are decisions.
READ = {
    "DeskFunction": {"manifest.json", "runs/*/tallies", "overdue/*"},
    "JobsFunction": {"manifest.json"},
    "MatchCoordinateFunction": {"manifest.json", "runs/sources/*", "runs/*/tallies", "runs/*/overdue"},
    "MatchFoldFunction": {"new/*", "state/*", "runs/sources/*"},
    "MatchDecideFunction": {"state/*", "runs/sources/*", "runs/*/standing.parquet"},
    "MatchApplyFunction": {"runs/*/?????"},
}
WRITE = {
    "DeskFunction": {"runs/sources/*"},
    "JobsFunction": {"manifest.json", "new/*"},
    "MatchCoordinateFunction": {"manifest.json", "runs/sources/*", "runs/*/tallies", "overdue/*"},
    "MatchFoldFunction": {"state/*", "runs/*/standing.parquet"},
    "MatchDecideFunction": {"runs/*/?????", "runs/*/tallies", "runs/*/overdue"},
}
DELETE = {"MatchCoordinateFunction": {"new/*", "state/*"}, "MatchFoldFunction": {"state/*"}}
LAKE = "${LakeBucket.Arn}/"
BUCKETS = ("LakeBucket", "PublicBucket", "UploadsBucket")


def granted() -> dict[str, dict[str, set[str]]]:
    """The patterns of keys of the lake, by action and by who has the grant."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for name, statement in statements():
        for action in listed(statement["Action"]):
            for resource in listed(statement.get("Resource", [])):
                place = resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource
                if place.startswith(LAKE):
                    found[action][name].add(place.removeprefix(LAKE))
                if resource == {"Fn::GetAtt": ["LakeBucket", "Arn"]}:
                    found[action][name].add("")
    return found


def may(action: str, key: str) -> set[str]:
    """Who may do something to an object of the lake."""
    return {name for name, keys in granted()[action].items() if any(fnmatchcase(key, pattern) for pattern in keys)}


def test_each_function_reads_writes_and_deletes_what_its_step_needs() -> None:
    """Who widens a grant changes this table too, and says why; nothing else may be done to the lake."""
    found = granted()
    assert found["s3:GetObject"] == READ
    assert found["s3:PutObject"] == WRITE
    assert found["s3:DeleteObject"] == DELETE
    # Absent is told from forbidden by whoever may list: names are hashes and numbers.
    assert found["s3:ListBucket"] == {name: {""} for name in READ}
    assert set(found) == {"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"}


def test_every_grant_on_objects_names_its_bucket() -> None:
    """Otherwise it could mean the lake without saying so, and the table above would not see it."""
    for name, statement in statements():
        if any(action.startswith("s3:") for action in listed(statement["Action"])):
            for resource in listed(statement["Resource"]):
                assert _bucket(resource) in BUCKETS, (name, resource)


def _bucket(resource: Any) -> str:
    if isinstance(resource, dict) and "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    return str(resource.get("Fn::Sub", "")).partition(".Arn}/")[0].removeprefix("${") if resource != "*" else ""


def test_what_a_run_decided_about_people_goes_from_one_step_to_the_next_and_nowhere_else() -> None:
    """Decided by one function, applied by another; the desk, and what sums up, read counts."""
    decisions = run_files.place("a" * 64, 255, "b" * 32, f"{7:05d}")
    assert may("s3:PutObject", decisions) == {"MatchDecideFunction"}
    assert may("s3:GetObject", decisions) == {"MatchApplyFunction"}
    assert may("s3:DeleteObject", decisions) == set()
    counts = run_files.place("a" * 64, 255, "b" * 32, "tallies")
    assert may("s3:GetObject", counts) == {"DeskFunction", "MatchCoordinateFunction"}


def test_a_plan_once_kept_is_changed_by_no_step_that_follows_it() -> None:
    """Only who may plan may write what plans read; only jobs and the fold's commit name files."""
    assert may("s3:PutObject", f"runs/sources/{'a' * 64}") == {"DeskFunction", "MatchCoordinateFunction"}
    assert may("s3:PutObject", manifest.KEY) == {"JobsFunction", "MatchCoordinateFunction"}
    assert may("s3:PutObject", service.key("results", "a")) == {"JobsFunction"}
    assert may("s3:PutObject", f"{manifest.STATE}a/b.parquet") == {"MatchFoldFunction"}
