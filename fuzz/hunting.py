"""One target, hunted: inputs from its samples, kept when they are judged in a way not seen before."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from fuzz.mutation import Mutator

_BATCH: Final = 64
_KEPT: Final = 400  # samples, beside those it began with
_SLOW_S: Final = 1.0
_FINDINGS: Final = 20  # of one target; more say the same


class Disagreement(AssertionError):
    """A law that must hold for any input, and does not for this one."""


@dataclass(frozen=True)
class Target:
    """Something that reads what strangers send.

    `judge` takes inputs and answers for each with a short word: accepted, or the name of a documented refusal. Whatever
    else it raises is a finding. `samples` are valid; `words` mean something to it.
    """

    name: str
    judge: Callable[[Sequence[bytes]], list[str]]
    samples: Sequence[bytes]
    words: Sequence[bytes] = ()
    batch: int = _BATCH


@dataclass
class Hunt:
    """What became of one target's inputs."""

    target: Target
    seed: int
    executed: int = 0
    took_s: float = 0.0
    slowest_s: float = 0.0
    slowest: bytes = b""
    verdicts: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[bytes, str]] = field(default_factory=list)

    @property
    def a_second(self) -> float:
        """Executions in a second."""
        return self.executed / self.took_s if self.took_s else 0.0


def each(judge_one: Callable[[bytes], str]) -> Callable[[Sequence[bytes]], list[str]]:
    """Return the judge of many out of a judge of one."""
    return lambda inputs: [judge_one(data) for data in inputs]


def hunt(target: Target, *, seed: int, seconds: float = 0.0, executions: int = 0) -> Hunt:
    """Hunt for `seconds`, or for exactly so many `executions`: the latter are the same for the same seed."""
    run = Hunt(target, seed)
    mutator = Mutator(f"{target.name} {seed}", target.words)
    samples = list(target.samples)
    began = time.perf_counter()
    _judge(run, list(samples), samples)
    while not _over(run, began, seconds, executions):
        left = executions - run.executed if executions else target.batch
        pick = mutator.random.choice
        inputs = [mutator.spoil(pick(samples), pick(samples)) for _ in range(min(target.batch, left))]
        _judge(run, inputs, samples)
    run.took_s = time.perf_counter() - began
    return run


def _over(run: Hunt, began: float, seconds: float, executions: int) -> bool:
    if len(run.findings) >= _FINDINGS:
        return True
    return run.executed >= executions if executions else time.perf_counter() - began >= seconds


def _judge(run: Hunt, inputs: Sequence[bytes], samples: list[bytes]) -> None:
    began = time.perf_counter()
    try:
        verdicts = run.target.judge(inputs)
    # Any exception at all is what is being looked for; which input raised it is found one by one.
    except Exception as error:  # noqa: BLE001
        if len(inputs) == 1:
            run.executed += 1
            run.findings.append((inputs[0], _told(error)))
            return
        before = len(run.findings)
        for data in inputs:
            _judge(run, [data], samples)
        if len(run.findings) == before:
            run.findings.append((b"\n".join(inputs), f"only together: {_told(error)}"))
        return
    took_s = (time.perf_counter() - began) / max(1, len(inputs))
    run.executed += len(inputs)
    if took_s > run.slowest_s:
        run.slowest_s, run.slowest = took_s, max(inputs, key=len)
    for data, verdict in zip(inputs, verdicts, strict=True):
        run.verdicts[verdict] += 1
        # The rarest verdicts are where the next ones are found.
        if run.verdicts[verdict] <= _KEPT // 40 and len(samples) < len(run.target.samples) + _KEPT:
            samples.append(data)


def _told(error: Exception) -> str:
    if isinstance(error, Disagreement):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({place.filename.rsplit('/', 2)[-1]}:{place.lineno})"
