"""The template with one table's name changed wherever it is said: variable, grants and stream, in one go.

A point-in-time recovery makes a new table, which the stack does not own. Its name stands once in the functions'
environment and once in each grant, so that a hand at night would forget one; a machine does not.
"""

from __future__ import annotations

import re
from typing import Any, Final

from infra.local.template import parse

ARN: Final = "arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/{name}"
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
    held = document["Globals"]["Function"]["Environment"]["Variables"].get(variable_of(table))
    changed = _moved(text, held, name, stream) if isinstance(held, str) else replaced(text, table, name, stream)
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
        (rf"!Ref {own}{edge}", f'"{name}"'),
    ):
        text = re.sub(pattern, new, text)
    return text


def _moved(text: str, before: str, name: str, stream: str) -> str:
    """Point a table on that was pointed elsewhere before: a second restore."""
    was = re.escape(before)
    streams = re.compile(rf'"arn:[^"\s]*:table/{was}/stream/[^"\s]*"')
    if streams.search(text) and not stream:
        raise NotPointed(f"a function reads the stream of {before}, and {name} has none: `epipass restore ready` first")
    text = streams.sub(f'"{stream}"', text)
    return re.sub(rf'(?<=table/){was}(?=["/])|(?<="){was}(?=")', name, text)


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
