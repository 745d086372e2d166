"""Logs are events with types and ids: never a name, a phone, an id number or a token."""

from __future__ import annotations

from functools import lru_cache

from aws_lambda_powertools import Logger


@lru_cache(maxsize=1)
def _logger() -> Logger:
    return Logger(service="epipass", log_uncaught_exceptions=False)


def event(name: str, **ids: str | int | bool | None) -> None:
    """Write one event, `results.applied`, with ids and counts only."""
    _logger().info(name, extra=ids)


def failure(name: str, error: BaseException, **ids: str | int | bool | None) -> None:
    """Write an unexpected failure by its type and place; its message may quote somebody's data, so it stays out."""
    _logger().error(name, extra={**ids, "error": type(error).__name__, "at": _place(error)})


def _place(error: BaseException) -> str:
    trace, frames = error.__traceback__, []
    while trace:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(frames[-6:]))
