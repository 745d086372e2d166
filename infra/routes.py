"""The routes that the applications declare, and the events of template.yaml: what differs, line by line.

`python -m infra.routes` prints it; `--write` puts missing events in and takes superfluous ones out.
"""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass

from infra.paths import ROOT, TEMPLATE

ENTRIES = ("public", "holder", "assisted", "upload", "desk", "review", "posters", "coverage", "tracing", "oversight")
MAX_ROUTES = 40  # Chalice's table, the deployment's policy size and a reader's patience
_EVENT = re.compile(
    r"^ {8}(\w+): \{Type: HttpApi, Properties: \{ApiId: !Ref Http, Path: (\S+), Method: (\w+), "
    r'PayloadFormatVersion: "1\.0"\}\}$'
)


@dataclass(frozen=True, order=True)
class Declared:
    """One route of one entry."""

    path: str
    method: str

    @property
    def line(self) -> str:
        """The event's line in the template."""
        words = re.findall(r"[A-Za-z0-9]+", self.path)
        name = self.method.capitalize() + "".join(word[0].upper() + word[1:] for word in words)
        return (
            f"        {name}: {{Type: HttpApi, Properties: {{ApiId: !Ref Http, Path: {_quoted(self.path)}, "
            f'Method: {self.method}, PayloadFormatVersion: "1.0"}}}}'
        )


def _quoted(path: str) -> str:
    return f'"{path}"' if "{" in path else path


def of_module(module: str) -> frozenset[Declared]:
    """The routes of the application that `module` calls `app`."""
    app = importlib.import_module(module).app
    return frozenset(Declared(path, method) for path, methods in app.routes.items() for method in methods)


def of_entry(entry: str) -> frozenset[Declared]:
    """The routes of one entry's application."""
    return of_module(f"functions.entry.{entry}")


def of_template(text: str, entry: str) -> frozenset[Declared]:
    """The events of one entry's function in the template's text."""
    found = (_EVENT.match(line) for line in _block(text, entry))
    return frozenset(Declared(event[2].strip('"'), event[3]) for event in found if event)


def _block(text: str, entry: str) -> list[str]:
    lines = text.splitlines()
    head = f"  {entry.capitalize()}Function:"
    start = next((i for i, line in enumerate(lines) if line.startswith(head)), None)
    if start is None:
        return []
    end = next((i for i in range(start + 1, len(lines)) if re.match(r" {0,2}\S", lines[i])), len(lines))
    return lines[start:end]


def differences(text: str) -> list[str]:
    """What must change in the template, one sentence a line; empty when it agrees with the applications."""
    told = []
    for entry in ENTRIES:
        declared, written = of_entry(entry), of_template(text, entry)
        told += [f"{entry}: add   {route.line.strip()}" for route in sorted(declared - written)]
        told += [f"{entry}: remove {route.method} {route.path}" for route in sorted(written - declared)]
    return told


def rewritten(text: str) -> str:
    """The template's text with each entry's events as its application declares them."""
    for entry in ENTRIES:
        before = _block(text, entry)
        kept = [line for line in before if not _EVENT.match(line) and line.strip() != "Events:"]
        while kept and not kept[-1].strip():
            kept.pop()
        comments: list[str] = []
        while kept and kept[-1].startswith("  #"):
            comments.insert(0, kept.pop())
        events = [route.line for route in sorted(of_entry(entry))]
        after = [*kept, *(["      Events:", *events] if events else []), *comments]
        if before:
            tail = [""] if not before[-1].strip() else []
            text = text.replace("\n".join(before), "\n".join([*after, *tail]))
    return text


def main(arguments: list[str]) -> int:
    """Print the differences, or write them away; 1 when there were any left."""
    sys.path.insert(0, str(ROOT))
    text = TEMPLATE.read_text(encoding="utf-8")
    told = differences(text)
    print("\n".join(told) or "template.yaml has exactly the applications' routes.")
    if "--write" in arguments and told:
        TEMPLATE.write_text(rewritten(text), encoding="utf-8")
        return 0
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
