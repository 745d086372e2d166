"""Drills of the wire between service and engine: it throttles, fails, is slow, resets and loses answers."""

from __future__ import annotations

from collections.abc import Mapping

from drills import load
from drills.crew import gathered
from drills.load import Size
from drills.oracle import Found
from drills.played import Played, ended, struck
from drills.stage import staged
from drills.weather import Fault, Weather


def throttle(people: int, size: Size, seed: int) -> Played:
    """Refuse requests as services do that throttle: some always, all of them for a spell."""
    return _weathered("throttle", {"throttle": 0.08}, people, size, seed, spell=(400, 60))


def errors(people: int, size: Size, seed: int) -> Played:
    """Answer requests with 500."""
    return _weathered("errors", {"error": 0.08}, people, size, seed, spell=(400, 60))


def latency(people: int, size: Size, seed: int) -> Played:
    """Delay requests, some of them beyond the clients' patience."""
    return _weathered("latency", {"latency": 0.15}, people, size, seed)


def resets(people: int, size: Size, seed: int) -> Played:
    """Reset connections before the engine heard, after it did what it was asked, and in the middle of its answer."""
    shares: dict[Fault, float] = {"answer-lost": 0.04, "unheard": 0.03, "truncated": 0.03}
    return _weathered("resets", shares, people, size, seed, spell=(600, 50))


def _weathered(
    name: str, shares: Mapping[Fault, float], people: int, size: Size, seed: int, spell: tuple[int, int] = (0, 0)
) -> Played:
    with staged() as stage:
        crew = gathered(stage, people)
        with stage.weather(Weather(shares, seed, *spell)) as weather:
            unanswered = load.run(crew, size, seed)
        played = Played(name, struck(weather.struck, weather.asked), Found())
        played.notes.append(f"{unanswered} acts never got an answer")
        return ended(crew, played)
