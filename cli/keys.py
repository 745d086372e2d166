"""`epipass keys`: the root key's ceremony, about once a month, by two people and no function."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from cli import offline, told
from cli.extracts import check_extracts, extracts
from cli.roots import root_signer
from credentials import KeySet, LocalSigner, Refused, Untrusted
from credentials.statement import Statement, digest, needed, peek_statement, sign_statement

DAY_S = 86_400


@click.group(short_help="Root key ceremony, rotation, key statement.")
def keys() -> None:
    """Root keys and the key statement, offline.

    A ceremony: `statement sign` with the keys to publish and the statement before; `statement check` by a second
    person against the pinned roots; then publish the file at /.well-known/epipass-keys.jwt and keep the old one.
    """


@keys.command("root")
@click.option(
    "--out",
    "out_at",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the private key goes; never over a file that is there.",
)
@offline.json_option
def make_root(*, out_at: Path, as_json: bool) -> None:
    """Make a root key in a file: for a specimen or an offline machine. In the cloud the root stays in KMS."""
    signer = LocalSigner.generate()
    try:
        # Readable by its owner alone from the first byte on, and never over an older key.
        with os.fdopen(os.open(out_at, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(signer.private_jwk(), file)
    except OSError as problem:
        raise click.UsageError(f"cannot write {out_at}: {problem.strerror}") from None
    if as_json:
        told.print_json({"file": str(out_at), "kid": signer.kid, "public": {**signer.public_jwk(), "kid": signer.kid}})
    else:
        click.echo(f"{out_at}: root key {signer.kid}. Pin its public half: epipass keys public --root {out_at}")


@keys.command("public")
@click.option("--root", "root_at", required=True, metavar="FILE|kms:ARN", help="The root key.")
@offline.json_option
def show_public(*, root_at: str, as_json: bool) -> None:  # noqa: ARG001 - a JWK is JSON either way
    """Print a root key's public JWK: what pages and the command line pin."""
    signer = root_signer(root_at)
    told.print_json({**signer.public_jwk(), "kid": signer.kid, "alg": "ES256", "use": "sig"})


@keys.group("statement")
def statement() -> None:
    """Sign, check and show key statements."""


@statement.command("sign")
@click.option("--root", "root_at", required=True, metavar="FILE|kms:ARN", help="The root key that signs.")
@click.option(
    "--keys", "keys_at", required=True, metavar="FILE|URL", help="JWK set with kid, nbf, exp, epipass_use for each key."
)
@click.option("--issuer", required=True, metavar="URL")
@click.option("--previous", "previous_at", metavar="FILE", help="The statement before; leave out for the first alone.")
@click.option(
    "--not-before", "not_before_text", metavar="TIME", help="Passes issued earlier are withdrawn in one stroke."
)
@click.option("--page", "pages", multiple=True, metavar="SHA256", help="Hex SHA-256 of a published page build.")
@click.option("--days", type=click.IntRange(1, 31), default=31, show_default=True, help="How long it is valid.")
@click.option("--at", "at_text", metavar="TIME", help="Default: now.")
@click.option("--out", "out_at", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--extracts", "extracts_at", type=click.Path(file_okay=False, path_type=Path),
    help="A folder for each day's extract (YYYY-MM-DD.jwt): what a guard's first visit downloads.",
)  # fmt: skip
@offline.json_option
def sign(
    *,
    root_at: str,
    keys_at: str,
    issuer: str,
    previous_at: str | None,
    not_before_text: str | None,
    pages: tuple[str, ...],
    days: int,
    at_text: str | None,
    out_at: Path,
    extracts_at: Path | None,
    as_json: bool,
) -> None:
    """Sign the next key statement: its number follows the previous one's, and it names that one's hash.

    What was withdrawn stays so: `not_before` never goes back, and a key stays until its last pass has expired. Of the
    keys given it lists those that verify passes and status lists during its life: every guard's page downloads it.
    """
    at = offline.instant_of(at_text)
    published = offline.jwks_of(keys_at)
    previous = None if previous_at is None else offline.read_ascii(previous_at)
    not_before = None if not_before_text is None else offline.instant_of(not_before_text)
    signer = root_signer(root_at)
    try:
        not_before = _kept(previous, issuer, published, at=at, expires_at=at + days * DAY_S, not_before=not_before)
        token = sign_statement(
            issuer=issuer, at=at, keys=needed(published, at, at + days * DAY_S), signer=signer, previous=previous, not_before=not_before,
            pages=pages, expires_at=at + days * DAY_S,
        )  # fmt: skip
        made = KeySet.from_statement(token, roots=[signer.public_jwk()], at=at).statement
    except (Refused, ValueError) as problem:
        raise click.UsageError(str(problem)) from None
    _write(out_at, token)
    if extracts_at is not None:
        extracts_at.mkdir(parents=True, exist_ok=True)
        for day, extract in extracts(token, published, signer, previous):
            (extracts_at / f"{day}.jwt").write_text(extract, encoding="ascii")
    if made is not None:
        _tell(made, token, out_at, as_json=as_json)


def _kept(
    previous: str | None,
    issuer: str,
    published: list[dict[str, Any]],
    *,
    at: int,
    expires_at: int,
    not_before: int | None,
) -> int | None:
    """Hold the next statement to the one before; its `not_before`, at least as late. Raises ValueError."""
    for key in published:
        if not {"kid", "nbf", "exp", "epipass_use"} <= key.keys() or "d" in key:
            raise ValueError("each key needs kid, nbf, exp and epipass_use, and no private half")
    if previous is None:
        return not_before
    before = peek_statement(previous)
    if before.iss != issuer:
        raise ValueError("the previous statement is another issuer's")
    if at < before.iat:
        raise ValueError("the previous statement is from after this one")
    if expires_at < before.exp:
        # Its extracts for the days beyond would stay published, and say what this statement takes back.
        raise ValueError("the previous statement reaches further: sign for more days")
    kids = {key["kid"] for key in published}
    # A pass lives 48 hours beyond its key.
    lost = [
        str(key["kid"]) for key in before.keys if key["kid"] not in kids and int(key.get("exp", 0)) + 2 * DAY_S > at
    ]
    if lost:
        raise ValueError(f"keys whose passes may still be valid would be missing: {', '.join(lost)}")
    instants = [instant for instant in (before.not_before, not_before) if instant is not None]
    return max(instants, default=None)


def _write(out_at: Path, token: str) -> None:
    try:
        with out_at.open("x", encoding="ascii") as file:
            file.write(token)
    except FileExistsError:
        raise click.UsageError(f"{out_at} is there already; statements are kept, never written over") from None
    except OSError as problem:
        raise click.UsageError(f"cannot write {out_at}: {problem.strerror}") from None


@statement.command("check")
@click.argument("file")
@click.option(
    "--root", "roots_at", multiple=True, required=True, metavar="FILE", help="A pinned root key (JWK or JWK set)."
)
@click.option("--previous", "previous_at", metavar="FILE", help="The statement before: number and hash must follow it.")
@click.option(
    "--extracts", "extracts_at", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of the days' extracts: each must say what the statement says, and nothing more.",
)  # fmt: skip
@click.option("--at", "at_text", metavar="TIME", help="Default: now.")
@offline.json_option
@click.pass_context
def check(
    ctx: click.Context,
    file: str,
    *,
    roots_at: tuple[str, ...],
    previous_at: str | None,
    extracts_at: Path | None,
    at_text: str | None,
    as_json: bool,
) -> None:
    """Check a key statement against the pinned roots, and that it follows the previous one. Exit status 1: it does not."""
    at, token = offline.instant_of(at_text), offline.read_ascii(file)
    roots = [key for root in roots_at for key in offline.jwks_of(root)]
    try:
        before = None if previous_at is None else offline.read_ascii(previous_at)
        seen = 0 if before is None else peek_statement(before).seq
        found = KeySet.from_statement(token, roots=roots, at=at, newest_seq=seen).statement
        if found is None:
            raise Untrusted("no statement")
        if before is not None and before != token and (found.seq, found.prev) != (seen + 1, digest(before)):
            raise Untrusted("it does not follow the previous statement")
        if at >= found.exp:
            raise Untrusted("it is out of date: verdicts under it are unsure")
        if extracts_at is not None:
            check_extracts(found, extracts_at, roots, at)
    except Refused as problem:
        if as_json:
            told.print_json({"code": problem.code, "cause": str(problem)})
        else:
            click.secho(f"✗ {problem}", fg="red")
        ctx.exit(1)
    _tell(found, token, file, as_json=as_json)


@statement.command("show")
@click.argument("file")
@offline.json_option
@click.pass_context
def show(ctx: click.Context, file: str, *, as_json: bool) -> None:
    """Show what a key statement says, its signature unchecked."""
    token = offline.read_ascii(file)
    try:
        found = peek_statement(token)
    except Untrusted as problem:
        click.secho(f"✗ {problem}", fg="red")
        ctx.exit(1)
    _tell(found, token, file, as_json=as_json)
    offline.say("Nothing was verified. Use `epipass keys statement check`.")


def _tell(found: Statement, token: str, file: object, *, as_json: bool) -> None:
    document = {
        "file": str(file), "issuer": found.iss, "seq": found.seq, "sha256": digest(token), "prev": found.prev,
        "iat": found.iat, "exp": found.exp, "not_before": found.not_before,
        "keys": [{name: key.get(name) for name in ("kid", "epipass_use", "nbf", "exp")} for key in found.keys],
        "pages": found.pages,
    }  # fmt: skip
    if as_json:
        told.print_json(document)
        return
    click.echo(f"{file}: statement {found.seq} of {found.iss}, {len(found.keys)} keys, sha256 {digest(token)}")
    for key in found.keys:
        click.echo(f"  {key.get('epipass_use', 'pass'):<7} {key.get('kid')}  {key.get('nbf')}–{key.get('exp')}")
