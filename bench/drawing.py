"""The picture of growth, as SVG by hand: time on logarithmic axes beside a line of slope one, memory beside its limit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.growth import Point

_WIDTH, HEIGHT = 900, 430
_TOP, _BOTTOM = 60, 330
_BUDGET_MB = 1_024
_STYLE = (
    "text{font:13px sans-serif;fill:#222}.t{font-weight:bold;font-size:15px}.g{stroke:#ddd}.r{stroke:#888;stroke-dasharray:5 4}"
    ".m{text-anchor:middle}.e{text-anchor:end}polyline{fill:none;stroke-width:2}"
)


@dataclass(frozen=True)
class Panel:
    """A pair of axes: people, or whatever goes `across`, on a logarithmic one, and what is measured.

    Attributes:
        across: the name of the axis below.
        marks: where that axis has its numbers; powers of ten unless told.
    """

    left: int
    right: int
    people: tuple[float, float]
    values: tuple[float, float]
    logarithmic: bool
    across: str = "people"
    marks: Sequence[float] = ()

    def at(self, people: float, value: float) -> tuple[float, float]:
        """Return where a value lies, in pixels."""
        across = _part(people, self.people, logarithmic=True)
        up = _part(value, self.values, logarithmic=self.logarithmic)
        return self.left + across * (self.right - self.left), _BOTTOM - up * (_BOTTOM - _TOP)

    def line(self, points: Sequence[tuple[float, float]], colour: str, *, dots: bool = True) -> str:
        """Return a line through points, and its dots."""
        places = [self.at(people, value) for people, value in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in places)
        dashed = "" if dots else ' stroke-dasharray="5 4"'
        return f'<polyline points="{path}" stroke="{colour}"{dashed}/>{marks if dots else ""}'

    def axes(self, title: str, ticks: Sequence[float], unit: str) -> str:
        """Return the grid, its numbers and the title."""
        drawn = [f'<text class="t" x="{self.left}" y="{_TOP - 24}">{escape(title)}</text>']
        for value in ticks:
            x, y = self.at(self.people[0], value)
            drawn.append(f'<line class="g" x1="{x:.1f}" x2="{self.right}" y1="{y:.1f}" y2="{y:.1f}"/>')
            drawn.append(f'<text class="e" x="{x - 8:.1f}" y="{y + 4:.1f}">{value:g} {unit}</text>')
        powers = range(math.ceil(math.log10(self.people[0])), math.floor(math.log10(self.people[1])) + 1)
        for mark in self.marks or [10.0**power for power in powers]:
            x, _ = self.at(mark, self.values[0])
            drawn.append(f'<line class="g" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_BOTTOM}"/>')
            drawn.append(f'<text class="m" x="{x:.1f}" y="{_BOTTOM + 20}">{mark:,.0f}</text>')
        drawn.append(
            f'<text class="m" x="{(self.left + self.right) / 2:.0f}" y="{_BOTTOM + 42}">{escape(self.across)}</text>'
        )
        return "".join(drawn)


def growth(points: Sequence[Point], fits: Sequence[str]) -> str:
    """Return the picture of some points, with the fits below."""
    span = (points[0].people / 1.3, points[-1].people * 1.3)
    most = 10 ** math.ceil(math.log10(max(one.cpu_s for one in points)))
    least = 10 ** math.floor(math.log10(min(min(one.cpu_s, one.wall_s) for one in points)))
    time = Panel(70, 420, span, (least, most), logarithmic=True)
    memory = Panel(510, 850, span, (0, max(_BUDGET_MB, *(one.peak_mb for one in points)) * 1.05), logarithmic=False)
    last = points[-1]
    linear = [(one.people, last.cpu_s * one.people / last.people) for one in points]
    seconds = [10.0**power for power in range(round(math.log10(least)), round(math.log10(most)) + 1)]
    _, limit = memory.at(span[0], _BUDGET_MB)
    drawn = [
        time.axes("Fold and join: processor time", seconds, "s"),
        time.line([point for point in linear if point[1] >= least], "#888", dots=False),
        time.line([(one.people, one.cpu_s) for one in points], "#0b6"),
        f'<text x="{time.left + 10}" y="{_TOP + 14}">dashed: linear</text>',
        memory.axes("Peak memory of the process", [0, 250, 500, 750, 1000], "MB"),
        f'<line class="r" x1="{memory.left}" x2="{memory.right}" y1="{limit:.1f}" y2="{limit:.1f}"/>',
        memory.line([(one.people, one.peak_mb) for one in points], "#06c"),
        *(f'<text x="70" y="{HEIGHT - 34 + 18 * row}">{escape(fit)}</text>' for row, fit in enumerate(fits)),
    ]
    return whole("Fold and join from ten thousand people to ten million", drawn)


def whole(title: str, drawn: Sequence[str]) -> str:
    """Return what was drawn as a picture with its title."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {HEIGHT}" role="img"><title>{escape(title)}</title>'
    return f'{head}<style>{_STYLE}</style><rect width="100%" height="100%" fill="#fff"/>{"".join(drawn)}</svg>\n'


def _part(value: float, span: tuple[float, float], *, logarithmic: bool) -> float:
    if logarithmic:
        return (math.log(value) - math.log(span[0])) / (math.log(span[1]) - math.log(span[0]))
    return (value - span[0]) / (span[1] - span[0])
