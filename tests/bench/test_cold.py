"""What `make bench` tells of cold starts: every handler once, ratios to a peer of the same round, sizes as a zip has them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bench import cold, sizes
from bench.cold import CLIENT, Import
from tests.template.reading import functions


def test_every_handler_of_the_template_is_measured() -> None:
    """A function that is added is measured without anybody remembering to say so."""
    assert set(cold.handlers()) == {one["Handler"] for one in functions().values()}


def test_ratios_are_taken_within_a_round_and_the_slowest_is_told_first() -> None:
    """A round in which the machine was busy slows everybody in it, and changes no ratio."""
    took = {CLIENT: [Import(100, 9, 0, 40), Import(300, 9, 0, 40)], "a": [Import(200, 5, 1, 30), Import(600, 5, 1, 50)]}
    first, last = cold.lines(took, took)
    assert (first.name, first.one.ms, first.ratio, first.one.peak_mb) == ("a", 400, 2.0, 40)
    assert (last.name, last.ratio) == (CLIENT, 1.0)


def test_a_clean_interpreter_tells_what_an_import_pulled_in() -> None:
    """Its own modules are no part of it; ours are counted apart."""
    seen = cold.once("import functions.shared.clock")
    assert 0 < seen.ours <= seen.modules
    assert seen.peak_mb > 0


def test_a_statement_that_does_not_run_ends_the_measurement() -> None:
    """A handler that cannot be imported is no row of a table."""
    with pytest.raises(SystemExit, match="does not run"):
        cold.once("import functions.no_such_room")


def test_sizes_are_those_of_the_zip_that_would_be_uploaded(tmp_path: Path) -> None:
    """Told without writing it, to within a hundredth of what zipfile makes of the same folder."""
    source = tmp_path / "package"
    (source / "deep").mkdir(parents=True)
    for number in range(40):
        (source / "deep" / f"module{number}.py").write_text(f"x = {list(range(number, number + 400))}\n" * 9)
    with zipfile.ZipFile(tmp_path / "made.zip", "w", zipfile.ZIP_DEFLATED) as made:
        for path in sorted(source.rglob("*.py")):
            made.write(path, path.relative_to(source))
    told, real = sizes.of(source, "functions", "any"), (tmp_path / "made.zip").stat().st_size
    assert abs(told.zipped - real) < real / 100
    assert told.files == 40
    assert sizes.bound(source, "functions").zipped >= told.zipped


def test_a_broken_limit_is_told_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """`make bench` ends with status 1 because of it."""
    within = sizes.Size("functions", "any", 999_999, 2_000_000, 1)
    over = sizes.Size("deps", "arm64", 40_000_001, 200 * 2**20, 1)
    assert sizes.show([within, over]) == 1
    assert capsys.readouterr().out.count("OVER ITS LIMIT") == 1
    beyond_lambda = sizes.Size("bulk", "arm64", 1, 51 * 2**20, 1)
    assert sizes.show([within, over, beyond_lambda]) == 2
