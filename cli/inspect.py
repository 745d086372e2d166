"""`epipass inspect`: what a pass says. It promises nothing: no key, no time, no status."""

from __future__ import annotations

import json
from typing import Any

import click

from cli import offline, told
from credentials import Unreadable, b64, jws, unpack
from credentials.passes import MAX_TOKEN_CHARS
from credentials.transport import SPECIMEN_ISSUER


@click.command(short_help="Show what a pass says, promising nothing.")
@click.argument("text", metavar="TEXT|FILE|-")
@click.option(
    "--issuer",
    default=SPECIMEN_ISSUER,
    show_default=True,
    metavar="URL",
    help="Whose digits: its URL is part of their dictionary.",
)
@click.option("--nonce", metavar="DIGITS", help="The guard's nonce, to rebuild a live proof over it.")
@offline.json_option
@click.pass_context
def inspect(ctx: click.Context, text: str, *, issuer: str, nonce: str | None, as_json: bool) -> None:
    """Take a token, a QR's URL, its digits or `token~proof` apart and show its parts, unverified."""
    shown = offline.text_of(text)
    _, mark, fragment = shown.partition("#")
    shown = fragment if mark else shown
    try:
        found = _parts_of(shown, issuer, nonce)
    except (Unreadable, ValueError, RecursionError) as problem:
        if as_json:
            told.print_json({"code": "unreadable", "cause": str(problem)})
        else:
            click.secho(f"✗ {told.SENTENCES['unreadable']}", fg="red", bold=True)
            click.echo(f"  {problem}")
        ctx.exit(1)
    if as_json:
        told.print_json(found)
        return
    for name, part in found.items():
        click.secho(name, bold=True)
        click.echo(part if isinstance(part, str) else json.dumps(part, ensure_ascii=False, indent=2))
    offline.say("Nothing was verified: no key, no time, no status. Use `epipass verify`.")


def _parts_of(shown: str, issuer: str, nonce: str | None) -> dict[str, Any]:
    proof: str | None
    if shown.isascii() and shown.isdigit():
        token, proof = unpack(shown, issuer=issuer, nonce=nonce)
    else:
        token, tilde, after = shown.partition("~")
        proof = after if tilde else None
    found: dict[str, Any] = _decoded(token)
    if proof:
        opened = _decoded(proof)
        found |= {"proof header": opened["header"], "proof": opened["payload"], "proof token": proof}
    return found


def _decoded(token: str) -> dict[str, Any]:
    header, payload, _ = jws.split(token, MAX_TOKEN_CHARS)
    return {"header": json.loads(b64.decode(header)), "payload": json.loads(b64.decode(payload)), "token": token}
