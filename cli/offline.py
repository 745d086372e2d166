"""What the offline commands share: reading passes, keys, lists and instants from where a person keeps them."""

from __future__ import annotations

import json
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from credentials import UNCHECKED, KeySet, Refused, StatusLists, Verifier
from credentials.status import Unchecked

MAX_BYTES = 4 * 1024 * 1024
TIMEOUT_S = 10
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_Command = TypeVar("_Command", bound=Callable[..., Any])


class NewFile(click.Path):
    """A file that a long command writes at its end: that its folder is there is asked before the work, not after it."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path.

        Raises:
            click.BadParameter: it is a folder, is not to be written, or lies in no folder.
        """
        path: Path = super().convert(value, param, ctx)  # type: ignore[assignment]  # as path_type says
        if not path.parent.is_dir():
            self.fail(f"there is no folder {path.parent}", param, ctx)
        return path


def trust_options(command: _Command) -> _Command:
    """The options by which a person says whom to trust, and when: the same on each command that verifies."""
    options = (
        click.option("--keys", "keys_at", required=True, metavar="FILE|URL", help="JWK set, or a key statement with --root."),
        click.option("--root", "roots_at", multiple=True, metavar="FILE", help="A pinned root key (JWK or JWK set); then --keys is a key statement."),
        click.option("--issuer", required=True, metavar="URL", help="Whose passes: https://…, no trailing slash."),
        click.option("--status", "status_at", metavar="DIR|URL", help="Status lists: a folder of them, or where they are published."),
        click.option("--at", "at_text", metavar="TIME", help="The instant to judge at: RFC 3339 or epoch seconds. Default: now."),
        click.option("--max-age", "max_age_s", type=click.IntRange(min=0), metavar="SECONDS", help="The oldest status list to accept."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def json_option(command: _Command) -> _Command:
    """`--json`: one document on standard output, nothing else there."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")(command)


def instant_of(text: str | None) -> int:
    """Epoch seconds of what a person wrote; China Standard Time when no zone is given."""
    if text is None:
        return int(time.time())
    if re.fullmatch(r"[0-9]{9,11}", text):
        return int(text)
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time: write 2026-11-22T10:00:00+08:00, or epoch seconds") from None
    if when.tzinfo is None:
        when = datetime.fromisoformat(text + "+08:00")
    return int(when.astimezone(UTC).timestamp())


def is_url(text: str) -> bool:
    """Whether a person means something on the network."""
    return text.startswith(("https://", "http://"))


def read_bytes(place: str) -> bytes:
    """What is in a file or at a URL, at most 4 MiB; a sentence instead of a traceback when it cannot be had."""
    try:
        if is_url(place):
            with urllib.request.urlopen(place, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the scheme was checked
                content: bytes = answer.read(MAX_BYTES + 1)
        else:
            with Path(place).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except OSError as problem:
        raise click.UsageError(f"cannot read {place}: {problem}") from None
    if len(content) > MAX_BYTES:
        raise click.UsageError(f"{place} is over {MAX_BYTES // 1024 // 1024} MiB")
    return content


def read_json(place: str) -> Any:
    """JSON from a file or URL."""
    content = read_bytes(place)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        if _TOKEN.fullmatch(content.decode("latin-1").strip()):
            told = f"{place} is signed; if it is a key statement, name the root key that you trust: --root FILE"
            raise click.UsageError(told) from None
        raise click.UsageError(f"{place} is not JSON") from None


def read_ascii(place: str) -> str:
    """A token from a file or URL."""
    try:
        return read_bytes(place).decode("ascii").strip()
    except UnicodeDecodeError:
        raise click.UsageError(f"{place} is not a token") from None


def jwks_of(place: str) -> list[dict[str, Any]]:
    """The keys in a file that is a JWK or a JWK set."""
    content = read_json(place)
    found = content.get("keys", [content]) if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(key, dict) for key in found):
        raise click.UsageError(f"{place} is neither a JWK nor a JWK set")
    return found


def keys_from(place: str, roots_at: Iterable[str], at: int) -> KeySet:
    """The issuer's keys, by a statement when roots are pinned."""
    roots = [key for root in roots_at for key in jwks_of(root)]
    try:
        if roots:
            return KeySet.from_statement(read_ascii(place), roots=roots, at=at)
        return KeySet.from_jwks({"keys": jwks_of(place)})
    except Refused as problem:
        raise click.UsageError(f"{place}: {problem}") from None


def verifier_of(keys: KeySet, issuer: str) -> Verifier:
    """A verifier, or a sentence about the issuer."""
    try:
        return Verifier(keys, issuer=issuer)
    except (Refused, ValueError) as problem:
        raise click.UsageError(str(problem)) from None


def lists_from(
    place: str | None, keys: KeySet, issuer: str, at: int, *, max_age_s: int | None, wanted: str | None = None
) -> StatusLists | Unchecked:
    """The status lists in a folder, or the one a pass names, from where lists are published.

    A list that is refused is named on standard error and left out: the verdict is then `status-unknown`.
    """
    if place is None:
        return UNCHECKED
    lists = StatusLists(keys, issuer, max_age_s)
    if is_url(place):
        sources = [] if wanted is None else [_published(place, wanted)]
    else:
        folder = Path(place)
        if not folder.is_dir():
            raise click.UsageError(f"{place} is not a folder")
        sources = sorted(str(path) for path in folder.iterdir() if path.is_file())
    for source in sources:
        try:
            # A list may be newer than the instant that is asked about, never newer than the clock.
            lists.add(read_ascii(source), max(at, int(time.time())))
        except (Refused, click.UsageError) as problem:
            say(f"status list {source} left out: {problem}")
    return lists


def _published(place: str, wanted: str) -> str:
    """Where a list is: beside its siblings, whether a person names that folder or the host it is on."""
    folder = place.rstrip("/")
    return f"{folder}{'' if folder.endswith('/status') else '/status'}/{wanted.rpartition('/')[2]}"


def say(text: str) -> None:
    """A word to the person, beside the answer on standard output."""
    click.echo(text, err=True)


def text_of(place: str) -> str:
    """A pass as a person hands it over: the text itself, a file, or `-` for standard input."""
    if place == "-":
        return sys.stdin.read(MAX_BYTES).strip()
    if _is_file(place):
        return read_bytes(place).decode("utf-8", "replace").strip()
    return place.strip()


def _is_file(place: str) -> bool:
    try:
        return not is_url(place) and Path(place).is_file()
    except (OSError, ValueError):  # too long for a file's name, or no name at all: it is the pass itself
        return False


def is_token(text: str) -> bool:
    """Whether a text is a bare token; anything else is a presentation."""
    return _TOKEN.fullmatch(text) is not None
