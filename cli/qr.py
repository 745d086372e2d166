"""`epipass qr`: a pass as a QR symbol, in the terminal or as a file."""

from __future__ import annotations

from pathlib import Path

import click

from cli import offline, told
from credentials import Unreadable, pack, symbols

DEFAULT_URL = "https://pass.example.gov/v#"


@click.command(short_help="Draw a pass as a QR symbol.")
@click.argument("text", metavar="TEXT|FILE|-")
@click.option(
    "--url", default=DEFAULT_URL, show_default=True, metavar="URL", help="What a phone opens, up to and with its #."
)
@click.option(
    "--out",
    "out_at",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write .svg or .png instead of the terminal.",
)
@offline.json_option
@click.pass_context
def qr(ctx: click.Context, text: str, *, url: str, out_at: Path | None, as_json: bool) -> None:
    """Draw TEXT: a token, `token~proof`, digits, or a QR's URL (then its own beginning is kept)."""
    shown = offline.text_of(text)
    before, mark, fragment = shown.partition("#")
    if mark:
        url, shown = before + mark, fragment
    if not url.endswith("#") or not url.isascii():
        raise click.BadParameter("the URL must be ASCII and end in #", param_hint="--url")
    if out_at is not None and out_at.suffix not in {".svg", ".png"}:
        raise click.BadParameter("write to a file that ends in .svg or .png", param_hint="--out")
    try:
        token, _, proof = shown.partition("~")
        digits = shown if shown.isascii() and shown.isdigit() else pack(token, proof or None)
        symbol = symbols.draw_symbol(url, digits)
    except Unreadable as problem:
        if as_json:
            told.print_json({"code": "unreadable", "cause": str(problem)})
        else:
            click.secho(f"✗ {problem}", fg="red")
        ctx.exit(1)
    if out_at is not None:
        drawn = symbols.as_svg(symbol) if out_at.suffix == ".svg" else symbols.as_png(symbol)
        try:
            out_at.write_bytes(drawn)
        except OSError as problem:
            raise click.UsageError(f"cannot write {out_at}: {problem}") from None
    if as_json:
        told.print_json(
            {
                "version": symbol.version,
                "modules": len(symbol.modules),
                "url": url + digits,
                "file": out_at and str(out_at),
            }
        )
    elif out_at is None:
        click.echo(symbols.as_text(symbol), nl=False)
    else:
        click.echo(f"{out_at}: version {symbol.version}, {len(symbol.modules)} modules")
