"""The join as pandas speaks it: whole columns, read by pyarrow. A peer, not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bench.answer import Answer, Clock, answer
from functions.matching.policy import DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

    from bench.inputs import Inputs

_KEY = ["pid", "lab", "tube"]
_RESULTS = [*_KEY, "revision", "pool_size", "sampled_at", "result"]
_BEFORE_ALL = -(1 << 62)
_AFTER_ALL = 1 << 62
Frame = Any  # a DataFrame: pandas ships no types


def run(inputs: Inputs) -> Answer:
    """Fold, unless that was done, and join a city."""
    clock = Clock()
    with clock.of("read"):
        columns = _RESULTS if inputs.folded else [*_RESULTS, "ord"]
        results = _read(inputs.result_files, columns)
        listed = _read(inputs.listing_files, ["pid", "unit", "generation", "until"])
        stood = _read(inputs.standing_files, ["pid", "unit", "cause", "expires_at", "decided_at"])
        revised = _read(inputs.revised_files, ["lab", "tube", "revision"]) if inputs.folded else None
    with clock.of("fold and join"):
        pairs = _pairs(inputs, listed, stood)
        counted = _counted(inputs, results, revised, pairs["pid"].unique())
        del results
        decided = _decided(inputs, pairs, _people(counted), _uncleared(counted, inputs.cutoff))
        found = decided.groupby("cause").agg(n=("end", "size"), ends=("end", "sum"), changed=("changed", "sum"))
    return answer(((str(row.Index), int(row.n), int(row.ends), int(row.changed)) for row in found.itertuples()), clock)


def _read(paths: list[Path], columns: list[str]) -> Frame:
    import pandas as pd  # noqa: PLC0415 - present where `make bench` put it

    return pd.concat([pd.read_parquet(path, columns=columns) for path in paths], ignore_index=True)


def _pairs(inputs: Inputs, listed: Frame, stood: Frame) -> Frame:
    import pandas as pd  # noqa: PLC0415 - as above

    names = ["unit", "generation", "approved", "ends_at"]
    units = pd.DataFrame([[getattr(one, name) for name in names] for one in inputs.units], columns=names)
    units["ends_at"] = units["ends_at"].astype("float64").fillna(_AFTER_ALL).astype("int64")
    listed = listed[(listed["until"] == 0) | (listed["until"] > inputs.cutoff)].merge(units, on=["unit", "generation"])
    listed["listed_until"] = listed["until"].where(listed["until"] > 0, listed["ends_at"])
    listed = listed.groupby(["pid", "unit"], sort=False, as_index=False)["listed_until"].min()
    stood = stood.rename(columns={"cause": "stood_cause", "expires_at": "stood_end"})
    pairs = listed.merge(stood, on=["pid", "unit"], how="outer")
    return pairs.merge(units.drop(columns="generation"), on="unit", how="left")


def _counted(inputs: Inputs, rows: Frame, revised: Frame | None, pids: Frame) -> Frame:
    """Return the rows that say something of somebody who is asked about."""
    if revised is None:
        again = rows.duplicated(_KEY, keep=False)
        newest = rows[again].sort_values("ord").drop_duplicates(_KEY, keep="last")
        import pandas as pd  # noqa: PLC0415 - as above

        rows = pd.concat([rows[~again], newest]).drop(columns="ord")
        revised = rows.loc[rows["revision"] > 0, ["lab", "tube", "revision"]]
    taken = revised.groupby(["lab", "tube"], as_index=False)["revision"].max().rename(columns={"revision": "taken"})
    cutoff = inputs.cutoff
    seen = (rows["sampled_at"] <= cutoff) & (rows["sampled_at"] > cutoff - DEFAULT.history_s)
    rows = rows[seen & (rows["result"] != "void") & rows["pid"].isin(pids)].merge(taken, on=["lab", "tube"], how="left")
    rows = rows[~((rows["pool_size"] == 1) & (rows["taken"] > rows["revision"]))]
    return rows[["pid", "sampled_at", "pool_size", "result"]]


def _people(counted: Frame) -> Frame:
    instant, result = counted["sampled_at"], counted["result"]
    single, said = counted["pool_size"] == 1, result != "pending"
    severity = result.map({"negative": 1, "inconclusive": 3, "positive": 4}).fillna(0).astype("int64")
    wanted = {
        "newest": (instant * 8 + severity).where(said),
        "last_pool": instant.where((result == "positive") & ~single),
        "last_single": instant.where(said & single),
        "last_pending": instant.where(~said),
    }
    filled = counted[["pid"]].assign(
        **{name: column.fillna(_BEFORE_ALL).astype("int64") for name, column in wanted.items()}
    )
    return filled.groupby("pid", sort=False, as_index=False).max()


def _uncleared(counted: Frame, cutoff: int) -> Frame:
    """Return the pids of those with a positive that stands uncleared."""
    confirmed = (
        (counted["result"] == "positive")
        & (counted["pool_size"] == 1)
        & (counted["sampled_at"] >= cutoff - DEFAULT.positive_life_s)
    )
    pids = counted.loc[confirmed, "pid"].unique()
    rows = counted[counted["pid"].isin(pids) & (counted["result"] != "pending")].assign(
        key=lambda all_: all_["sampled_at"] * 8 + all_["result"].map({"negative": 1, "inconclusive": 3, "positive": 4})
    )
    newest = rows.groupby("pid")["key"].max().rename("newest")
    positives = counted.loc[confirmed, ["pid", "sampled_at"]].sort_values("sampled_at", ascending=False)
    positives["place"] = positives.groupby("pid").cumcount()
    positives = positives.merge(newest, on="pid")
    latest = positives[positives["place"] == 0].set_index("pid")
    spent = latest["newest"] == latest["sampled_at"] * 8 + 4
    hardest = positives[positives["place"] == positives["pid"].map(spent.astype("int64"))][["pid", "sampled_at"]]
    negatives = rows.loc[rows["result"] == "negative", ["pid", "sampled_at"]]
    later = hardest.merge(negatives, on="pid", how="left", suffixes=("_at", ""))
    later["sampled_at"] = later["sampled_at"].where(later["sampled_at"] > later["sampled_at_at"])
    spans = later.groupby("pid")["sampled_at"].agg(["count", "min", "max"])
    return spans.index[(spans["count"] < 2) | (spans["max"] - spans["min"] < DEFAULT.clearing_gap_s)]


def _decided(inputs: Inputs, pairs: Frame, people: Frame, uncleared: Frame) -> Frame:
    import numpy as np  # noqa: PLC0415 - as above

    cutoff, oldest = inputs.cutoff, inputs.cutoff - DEFAULT.negative_life_s
    all_ = pairs.merge(people, on="pid", how="left")
    for column in ("newest", "last_pool", "last_single", "last_pending"):
        all_[column] = all_[column].fillna(_BEFORE_ALL).astype("int64")
    sampled, severity, pending = all_["newest"] // 8, all_["newest"] % 8, all_["last_pending"] >= oldest
    tested = all_["newest"] > _BEFORE_ALL
    said = {
        "approval-ended": all_["ends_at"] <= cutoff,
        "unit-not-approved": ~(all_["approved"] == True),  # noqa: E712 - of what may be missing
        "not-listed": ~(all_["listed_until"] > cutoff),
        "inconclusive": tested & (severity == 3),
        "pool-recheck": (all_["last_pool"] > 0) & (all_["last_pool"] >= all_["last_single"]),
        "positive-not-cleared": all_["pid"].isin(uncleared),
        "positive": tested & (severity == 4),
        "result-pending": (sampled < oldest) & pending,
        "no-test": ~tested,
        "test-too-old": sampled < oldest,
    }
    cause = np.select([column.to_numpy(dtype=bool) for column in said.values()], list(said), default="eligible")
    ends = all_[["listed_until", "ends_at"]].fillna(_AFTER_ALL).astype("int64").min(axis=1)
    end = np.where(cause == "eligible", np.minimum(sampled + DEFAULT.negative_life_s, ends), 0)
    differs = (all_["stood_cause"] != cause) | (all_["stood_end"] != end)
    changed = all_["stood_cause"].isna() | ((all_["decided_at"] < cutoff) & differs)
    return all_[[]].assign(cause=cause, end=end, changed=changed.to_numpy(dtype=bool))
