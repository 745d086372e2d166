"""The picture of a rush, as SVG by hand: latencies against what was offered, and what became of it beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from bench.arrivals import PATIENCE_S
from bench.drawing import HEIGHT, Panel, whole

if TYPE_CHECKING:
    from bench.rush import Step

_LINES = (("p50", 0.5, "#0b6"), ("p90", 0.9, "#e80"), ("p99", 0.99, "#c22"))
_TICKS = (1, 2, 5)
_LEFT, _RIGHT = (70, 420), (510, 850)


def picture(steps: Sequence[Step]) -> str:
    """Return the picture of the steps, in their order."""
    span = (steps[0].offered / 1.2, steps[-1].offered * 1.2)
    rates = tuple(tick * 10.0**power for power in range(4) for tick in _TICKS if span[0] <= tick * 10**power <= span[1])
    drawn = [*_times(steps, span, rates), *_done(steps, span, rates)]
    return whole("A morning rush: latencies and refusals against requests a second", drawn)


def _times(steps: Sequence[Step], span: tuple[float, float], rates: tuple[float, ...]) -> list[str]:
    """Latencies in seconds, logarithmic both ways, with what a page waits at most and how long a refusal takes."""
    refusals = [(one.offered, one.refusal) for one in steps if one.refusal]
    lowest = min([one.latency(0.5) for one in steps] + [took for _, took in refusals])
    least, most = 10.0 ** math.floor(math.log10(max(0.0001, lowest))), PATIENCE_S * 1.25
    panel = Panel(*_LEFT, span, (least, most), logarithmic=True, across="requests offered a second", marks=rates)
    ticks = [10.0**power for power in range(round(math.log10(least)), math.floor(math.log10(most)) + 1)]
    _, patience = panel.at(span[0], PATIENCE_S)
    drawn = [
        panel.axes("Latency from the instant it was due", ticks, "s"),
        f'<line class="r" x1="{panel.left}" x2="{panel.right}" y1="{patience:.1f}" y2="{patience:.1f}"/>',
    ]
    drawn += [panel.line([(one.offered, one.latency(share)) for one in steps], hue) for _, share, hue in _LINES]
    named = [(name, hue) for name, _, hue in _LINES]
    if refusals:
        drawn.append(panel.line(refusals, "#888"))
        named.append(("a refusal", "#888"))
    return [
        *drawn,
        _legend(panel.left, named),
        _note(panel.left, 1, f"dashed: {PATIENCE_S:.0f} s, when a page gives up"),
    ]


def _done(steps: Sequence[Step], span: tuple[float, float], rates: tuple[float, ...]) -> list[str]:
    """What was served, refused in order and neither, a second."""
    most = max(one.offered for one in steps)
    unit = 10.0 ** math.floor(math.log10(most)) / 2
    ticks = [unit * number for number in range(math.ceil(most / unit) + 1)]
    panel = Panel(*_RIGHT, span, (0, ticks[-1]), logarithmic=False, across="requests offered a second", marks=rates)
    parts: tuple[tuple[str, str, Callable[[Step], float]], ...] = (
        ("served", "#06c", lambda step: step.served),
        ("refused in order", "#888", lambda step: step.orderly),
        ("otherwise", "#c22", lambda step: len(step.disorderly) / step.seconds),
    )
    lines = [panel.line([(one.offered, of(one)) for one in steps], hue) for _, hue, of in parts]
    offered = panel.line([(one.offered, one.offered) for one in steps], "#888", dots=False)
    named = [(name, hue) for name, hue, _ in parts]
    axes = panel.axes("What became of them, a second", ticks, "/s")
    return [axes, offered, *lines, _legend(panel.left, named), _note(panel.left, 1, "dashed: all that was offered")]


def _legend(left: int, named: Sequence[tuple[str, str]]) -> str:
    made, across = [], left
    for name, hue in named:
        made.append(f'<circle cx="{across}" cy="{HEIGHT - 38}" r="4" fill="{hue}"/>')
        made.append(f'<text x="{across + 9}" y="{HEIGHT - 34}">{escape(name)}</text>')
        across += 34 + 8 * len(name)
    return "".join(made)


def _note(left: int, row: int, text: str) -> str:
    return f'<text x="{left}" y="{HEIGHT - 34 + 18 * row}">{escape(text)}</text>'
