"""The template with a restored table's name wherever the old one is meant: variable, grants and stream, in one go.

A point-in-time recovery makes a new table, which the stack does not own. `restored.json` in the repository says which
tables are meant instead (`epipass restore point` writes it), and `make build` builds from a template so changed; the
embedded engine, which has no such tables, goes on with the template as it is.

`python -m infra.build.restored [RECORD|none]` prints the template to build from.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

from infra.local.template import parse
from infra.paths import ROOT, TEMPLATE

ARN: Final = "arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{name}"
RECORD: Final = ROOT / "restored.json"
NONE: Final = "none"  # the stack's own tables
CHANGED: Final = "template.restored.yaml"  # beside the sources that it names
NAME: Final = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class NotPointed(Exception):
    """The template cannot be changed so; the sentence says why."""


def repointed(text: str, table: str, name: str, stream: str) -> str:
    """Return the template's text with every reference to a table meaning the table called `name` instead.

    Args:
        text: the template, YAML.
        table: the table's logical id, `CheckinTable`.
        name: the restored table's name.
        stream: the ARN of the restored table's stream; empty when it has none.

    Raises:
        NotPointed: no such table, no such name, or a stream is read and none was given.
    """
    if not NAME.fullmatch(name):
        raise NotPointed(f"{name!r} is no name of a table")
    document = parse(text)
    if document["Resources"].get(table, {}).get("Type") != "AWS::DynamoDB::Table":
        raise NotPointed(f"the template has no table {table}")
    changed = replaced(text, table, name, stream)
    left = list(_references(parse(changed), table))
    if left:
        raise NotPointed(f"{table} is still meant at {', '.join(left)}: change it there by hand")
    return changed


def variable_of(table: str) -> str:
    """Return the variable by which code knows a table: `TABLE_LAST_SEEN` of `LastSeenTable`."""
    words = re.findall(r"[A-Z][a-z]*", table.removesuffix("Table"))
    return "TABLE_" + "_".join(words).upper()


def replaced(text: str, table: str, name: str, stream: str) -> str:
    """Return the text with a table of the stack's own replaced wherever it is named, not looking at what is left."""
    if f"{table}.StreamArn" in text and not stream:
        raise NotPointed(f"a function reads the stream of {table}, and {name} has none: `epipass restore ready` first")
    arn = ARN.format(name=name)
    own, edge = re.escape(table), r"(?![A-Za-z0-9])"
    for pattern, new in (
        (rf"!GetAtt {own}\.StreamArn{edge}", f'"{stream}"'),
        (rf"!GetAtt {own}\.Arn{edge}", f'!Sub "{arn}"'),
        (rf"\$\{{{own}\.Arn\}}", arn),
        (rf"\$\{{{own}\}}", name),
        (rf"!Ref {own}{edge}", f'"{name}"'),
    ):
        text = re.sub(pattern, new, text)
    return text


def recorded(record: Path) -> dict[str, dict[str, str]]:
    """Return what was restored: the logical id of each table, with `table`, its name, and `stream`, an ARN or nothing.

    Raises:
        NotPointed: the record is no JSON, as a merge leaves it.
    """
    if not record.is_file():
        return {}
    try:
        held: dict[str, dict[str, str]] = json.loads(record.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise NotPointed(f"{record.name} is no JSON: {wrong}") from None
    return held


def point(record: Path, text: str, table: str, name: str, stream: str) -> None:
    """Record that a table is meant instead of another; the template `text` is asked whether it can be.

    Raises:
        NotPointed: as `repointed`; nothing was recorded.
    """
    repointed(text, table, name, stream)
    held = recorded(record) | {table: {"table": name, "stream": stream}}
    record.write_text(json.dumps(held, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def build_from(record: Path, template: Path) -> Path:
    """Return the template to build from: as it is, or changed by a record and written beside it.

    Raises:
        NotPointed: as `repointed`, or there is no such record: built without it, a release points back at the old table.
    """
    if not record.is_file():
        raise NotPointed("there is no such file; say RESTORED=none to build from the stack's own tables")
    held = recorded(record)
    if not held:
        return template
    text = template.read_text(encoding="utf-8")
    for table, restored in held.items():
        text = repointed(text, table, restored["table"], restored["stream"])
    changed = template.with_name(CHANGED)
    changed.write_text(text, encoding="utf-8")
    return changed


def _references(document: dict[str, Any], table: str) -> list[str]:
    return [
        f"{part}.{logical}"
        for part in ("Globals", "Resources", "Outputs")
        for logical, value in document.get(part, {}).items()
        if logical != table and _means(value, table)
    ]


def _means(value: Any, table: str) -> bool:
    if isinstance(value, dict):
        if value.get("Ref") == table or (value.get("Fn::GetAtt") or [None])[0] == table:
            return True
        return any(_means(one, table) for one in value.values())
    if isinstance(value, list):
        return any(_means(one, table) for one in value)
    return isinstance(value, str) and re.search(rf"\$\{{{re.escape(table)}(\.\w+)?\}}", value) is not None


if __name__ == "__main__":
    asked = sys.argv[1] if sys.argv[1:] else RECORD if RECORD.is_file() else NONE
    given = Path(asked)
    try:
        sys.stdout.write(f"{TEMPLATE if asked == NONE else build_from(given, TEMPLATE)}\n")
    except NotPointed as reason:
        sys.exit(f"{given.name}: {reason}.")
