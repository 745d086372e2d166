"""`epipass verify`: one pass, yes or no, and why; nothing but files unless a URL is asked for."""

from __future__ import annotations

import click

from cli import offline, told
from credentials import UNCHECKED, Pass, Refused
from credentials.status import StatusLists, Unchecked


@click.command(short_help="Verify a pass offline: yes or no, and why.")
@click.argument("text", metavar="TEXT|FILE|-")
@offline.trust_options
@click.option("--nonce", metavar="DIGITS", help="The six digits the guard chose; then no other proof will do.")
@offline.json_option
@click.pass_context
def verify(
    ctx: click.Context,
    text: str,
    *,
    keys_at: str,
    roots_at: tuple[str, ...],
    issuer: str,
    status_at: str | None,
    at_text: str | None,
    max_age_s: int | None,
    nonce: str | None,
    as_json: bool,
) -> None:
    """Verify a pass: TEXT is a token, a QR's URL, its digits, `token~proof`, a file that holds one, or - for standard input.

    A bare token is verified as a token; anything else as a presentation, which must be live unless it is printed.
    Exit status 0: genuine (for a printed pass the identity document is still to be checked). 1: refused, or nobody
    can say. 2: misused.
    """
    at = offline.instant_of(at_text)
    keys = offline.keys_from(keys_at, roots_at, at)
    verifier = offline.verifier_of(keys, issuer)
    shown = offline.text_of(text)

    def judged(status: StatusLists | Unchecked) -> Pass:
        if offline.is_token(shown):
            return verifier.verify(shown, at=at, status=status)
        return verifier.verify_presentation(shown, at=at, status=status, nonce=nonce)

    credential, refusal = None, None
    try:
        # Published lists are fetched only for a pass that is genuine otherwise: it names its list.
        credential = judged(UNCHECKED)
        if status_at is not None:
            wanted = credential.credential_status.status_list_credential
            lists = offline.lists_from(status_at, keys, issuer, at, max_age_s=max_age_s, wanted=wanted)
            credential = judged(lists)
    except Refused as problem:
        refusal = problem
    _tell(credential if refusal is None else None, refusal, asked=status_at is not None, as_json=as_json)
    ctx.exit(0 if refusal is None else 1)


def _tell(credential: Pass | None, refusal: Refused | None, *, asked: bool, as_json: bool) -> None:
    if as_json:
        told.print_json({**told.verdict_of(credential, refusal), "status_checked": asked and _was_asked(refusal)})
        return
    code = "ok" if refusal is None else refusal.code
    click.secho(
        f"{'✓' if refusal is None else '✗'} {told.SENTENCES[code]}", fg="green" if refusal is None else "red", bold=True
    )
    if refusal is not None:
        click.echo(f"  {refusal.code}: {refusal}")
    shown = credential if refusal is None else told.carried_by(refusal)
    if shown is not None:
        told.print_rows(told.rows_of(shown))
    if credential is not None:
        if credential.printed:
            click.secho("  Printed: check the identity document before you admit its bearer.", bold=True)
        click.echo(
            f"  {'live':<10} {'yes: its holder signed just now' if credential.live else 'not shown by its holder'}"
        )
    if not asked:
        offline.say("The status was NOT checked: this pass may have been withdrawn. Ask with --status.")


def _was_asked(refusal: Refused | None) -> bool:
    return refusal is None or refusal.code == "withdrawn"
