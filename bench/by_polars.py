"""The join as polars speaks it: lazy frames over the same files. A peer, not ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.answer import Answer, Clock, answer
from functions.matching.policy import DEFAULT

if TYPE_CHECKING:
    import polars as pl

    from bench.inputs import Inputs

_KEY = ("pid", "lab", "tube")


def run(inputs: Inputs) -> Answer:
    """Fold, unless that was done, and join a city: lazy plans, run by the streaming engine."""
    clock = Clock()
    with clock.of("fold and join"):
        found = _decided(inputs).collect(engine="streaming")
    rows = ((str(cause), int(people), int(ends), int(changed)) for cause, people, ends, changed in found.iter_rows())
    return answer(rows, clock)


def _decided(inputs: Inputs) -> pl.LazyFrame:
    import polars as pl  # noqa: PLC0415 - present where `make bench` put it

    cutoff, policy = inputs.cutoff, DEFAULT
    pairs = _pairs(inputs)
    people, uncleared = _medical(inputs, pairs.select("pid").unique())
    oldest = cutoff - policy.negative_life_s
    pending = (pl.col("last_pending") >= oldest).fill_null(value=False)
    severity, sampled = pl.col("newest") % 8, pl.col("newest") // 8
    cause = (
        pl.when((pl.col("ends_at") <= cutoff).fill_null(value=False)).then(pl.lit("approval-ended"))
        .when(~pl.col("approved").fill_null(value=False)).then(pl.lit("unit-not-approved"))
        .when(~pl.col("listed") | (pl.col("listed_until") <= cutoff).fill_null(value=False)).then(pl.lit("not-listed"))
        .when(severity == 3).then(pl.lit("inconclusive"))
        .when((pl.col("last_pool") >= pl.col("last_single").fill_null(0)).fill_null(value=False)).then(pl.lit("pool-recheck"))
        .when(pl.col("uncleared").fill_null(value=False)).then(pl.lit("positive-not-cleared"))
        .when(severity == 4).then(pl.lit("positive"))
        .when(severity.is_null() & pending).then(pl.lit("result-pending"))
        .when((sampled < oldest) & pending).then(pl.lit("result-pending"))
        .when(sampled < oldest).then(pl.lit("test-too-old"))
        .when(severity.is_null()).then(pl.lit("no-test"))
        .otherwise(pl.lit("eligible"))
    )  # fmt: skip
    end = pl.when(pl.col("cause") == "eligible").then(
        pl.min_horizontal(sampled + policy.negative_life_s, "listed_until", "ends_at")
    ).otherwise(0)  # fmt: skip
    differs = (pl.col("stood_cause") != pl.col("cause")) | (pl.col("stood_end") != pl.col("end"))
    changed = pl.col("stood_cause").is_null() | ((pl.col("decided_at") < cutoff) & differs)
    return (
        pairs.join(people, on="pid", how="left")
        .join(uncleared, on="pid", how="left")
        .with_columns(cause=cause)
        .with_columns(end=end)
        .group_by("cause")
        .agg(pl.len(), pl.col("end").sum(), changed.sum().alias("changed"))
    )


def _pairs(inputs: Inputs) -> pl.LazyFrame:
    import polars as pl  # noqa: PLC0415 - as above

    units = pl.LazyFrame(
        [(one.unit, one.generation, one.approved, one.ends_at) for one in inputs.units],
        schema={"unit": pl.String, "generation": pl.String, "approved": pl.Boolean, "ends_at": pl.Int64},
        orient="row",
    )
    listed = (
        pl.scan_parquet(inputs.listing_files)
        .filter((pl.col("until") == 0) | (pl.col("until") > inputs.cutoff))
        .join(units, on=["unit", "generation"])
        .group_by("pid", "unit")
        .agg(
            listed_until=pl.when(pl.col("until") > 0).then("until").otherwise("ends_at").min(),
            listed=pl.lit(value=True).first(),
        )
    )
    stood = pl.scan_parquet(inputs.standing_files).select(
        "pid", "unit", "decided_at", stood_cause="cause", stood_end="expires_at"
    )
    both = listed.join(stood, on=["pid", "unit"], how="full", coalesce=True)
    return both.with_columns(pl.col("listed").fill_null(value=False)).join(
        units.drop("generation"), on="unit", how="left"
    )


def _medical(inputs: Inputs, pids: pl.LazyFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Return what each person's rows say, and who has a positive that stands uncleared."""
    import polars as pl  # noqa: PLC0415 - as above

    cutoff, policy = inputs.cutoff, DEFAULT
    rows = pl.scan_parquet(inputs.result_files)
    if not inputs.folded:
        rows = _folded(rows)
    taken = rows.filter(pl.col("revision") > 0) if not inputs.folded else pl.scan_parquet(inputs.revised_files)
    taken = taken.group_by("lab", "tube").agg(taken=pl.col("revision").max())
    gone = (pl.col("pool_size") == 1) & (pl.col("taken") > pl.col("revision")).fill_null(value=False)
    counted = (
        rows.filter(pl.col("sampled_at").is_between(cutoff - policy.history_s + 1, cutoff))
        .join(pids, on="pid", how="semi")
        .join(taken, on=["lab", "tube"], how="left")
        .filter(~gone & (pl.col("result") != "void"))
        .select("pid", "sampled_at", "pool_size", "result")
        .collect(engine="streaming")
        .lazy()  # it is used three times, and would be made three times
    )
    said, positive = pl.col("result") != "pending", pl.col("result") == "positive"
    severity = (
        pl.when(pl.col("result") == "negative").then(1).when(pl.col("result") == "inconclusive").then(3).otherwise(4)
    )
    instant, single = pl.col("sampled_at"), pl.col("pool_size") == 1
    people = counted.group_by("pid").agg(
        newest=(instant * 8 + severity).filter(said).max(),
        last_pool=instant.filter(positive & ~single).max(),
        last_single=instant.filter(said & single).max(),
        last_pending=instant.filter(~said).max(),
    )
    confirmed = counted.filter(positive & single & (instant >= cutoff - policy.positive_life_s)).select(
        "pid", at="sampled_at"
    )
    return people, _uncleared(counted, people, confirmed)


def _folded(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Return the row that stands for each person and tube; only those that are there twice are sorted."""
    import polars as pl  # noqa: PLC0415 - as above

    wanted = rows.select(*_KEY, "revision", "pool_size", "sampled_at", "result", "ord")
    again = pl.struct(*_KEY).is_duplicated()
    newest = wanted.filter(again).sort("ord").unique(subset=_KEY, keep="last")
    return pl.concat([wanted.filter(~again), newest]).drop("ord").collect(engine="streaming").lazy()


def _uncleared(counted: pl.LazyFrame, people: pl.LazyFrame, confirmed: pl.LazyFrame) -> pl.LazyFrame:
    import polars as pl  # noqa: PLC0415 - as above

    latest = confirmed.group_by("pid").agg(pl.col("at").sort(descending=True))
    spent = pl.col("newest") == pl.col("at").list.get(0) * 8 + 4
    hardest = (
        latest.join(people.select("pid", "newest"), on="pid")
        .select("pid", at=pl.col("at").list.get(spent.cast(pl.Int64), null_on_oob=True))
        .drop_nulls()
    )
    negatives = counted.filter(pl.col("result") == "negative").select("pid", "sampled_at")
    later = pl.col("sampled_at").filter(pl.col("sampled_at") > pl.col("at"))
    return (
        hardest.join(negatives, on="pid", how="left")
        .group_by("pid")
        .agg(n=later.count(), gap=later.max() - later.min())
        .filter((pl.col("n") < 2) | (pl.col("gap") < DEFAULT.clearing_gap_s))
        .select("pid", uncleared=pl.lit(value=True))
    )
