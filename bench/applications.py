"""A thousand venues from one spreadsheet to one file of posters, over HTTP: `python -m bench.applications [--venues 1000]`.

Applied for by one file, read in the queue, approved by the hundred, printed as one job; then every page of the file is
read by a decoder, and what it reads must be each venue's current code, once. Beside it, in the same run: a hundred of
the same venues by one request each for applying and one for approving, as a clerk's own script would do it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.answer import Clock, demand
from infra.local import Service, embedded

AREA = "990101001"
ALONE = 100
TOGETHER = 100
_PATIENCE_S = 600


def main() -> None:
    """Measure, read every code back, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--venues", type=int, default=1_000, help="at most 2,000, as one file holds")
    parser.add_argument("--size", choices=("a4", "a5", "card"), default="a4")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder)) as service:
        os.environ.update(service.environment)
        clerk, clock = Clerk(service), Clock()
        one_by_one(clerk, clock)
        data = together(clerk, asked.venues, asked.size, clock)
        show(asked.venues, clock.stages)
        check(data, asked.venues)


class Clerk:
    """An officer of a subdistrict, with the requests of their page."""

    def __init__(self, service: Service) -> None:
        """Sign in."""
        self._url, self._token = service.url, service.token("officer", AREA)

    def ask(self, method: str, path: str, body: Any = None, *, file: bytes | None = None) -> Any:
        """Send a request and return what is answered, decoded; any refusal ends the run."""
        data = file if file is not None else (json.dumps(body).encode() if body is not None else None)
        headers = {"Authorization": f"Bearer {self._token}"}
        if data is not None:
            headers["Content-Type"] = "application/octet-stream" if file is not None else "application/json"
        request = urllib.request.Request(self._url + path, data, headers, method=method)  # noqa: S310 - a loopback address
        with urllib.request.urlopen(request, timeout=60) as answered:  # noqa: S310 - the same
            return json.loads(answered.read()) if "json" in answered.headers["Content-Type"] else answered.read()

    def waiting(self) -> Iterator[str]:
        """Read the queue to its end."""
        place = ""
        while True:
            page = self.ask("GET", f"/areas/{AREA}/venue-queue{place}")
            yield from (one["venue"]["venue"] for one in page["waiting"])
            if "next" not in page:
                return
            place = f"?next={page['next']}"

    def decide(self, decision: str, venues: list[str]) -> None:
        """Take one decision on all, a hundred a request."""
        for start in range(0, len(venues), TOGETHER):
            some = venues[start : start + TOGETHER]
            body = {"decision": decision, "reason": "材料齐全", "venues": some}
            results = self.ask("POST", f"/areas/{AREA}/venue-decisions", body)["results"]
            demand({one["result"] for one in results} == {"done"}, results[:3])


def one_by_one(clerk: Clerk, clock: Clock) -> None:
    """Apply for and approve some venues by a request each."""
    with clock.of("one by one: applied"):
        made = [clerk.ask("POST", "/venues", _facts(f"Y{number:04}"))["venue"] for number in range(ALONE)]
    with clock.of("one by one: approved"):
        for venue in made:
            clerk.decide("approve", [venue])


def together(clerk: Clerk, count: int, size: str, clock: Clock) -> bytes:
    """Apply for, approve and print all, and return the file."""
    sheet, row = _sheet(count), 1
    with clock.of("applied"):
        while row is not None:
            made = clerk.ask("POST", f"/areas/{AREA}/venue-applications?format=csv&from_row={row}", file=sheet)
            demand(not made["errors"], made["errors"])
            row = made.get("next_row")
    with clock.of("queue read"):
        waiting = list(clerk.waiting())
    demand(len(waiting) == count, f"{len(waiting)} wait")
    with clock.of("approved"):
        clerk.decide("approve", waiting)
    with clock.of("printed"):
        job = clerk.ask("POST", f"/areas/{AREA}/posters", {"size": size, "venues": waiting})["print"]
        until = time.monotonic() + _PATIENCE_S
        while (known := clerk.ask("GET", f"/prints/{job}"))["state"] != "done":
            demand(known["state"] != "failed" and time.monotonic() < until, known)
            time.sleep(0.2)
        data: bytes = clerk.ask("GET", f"/prints/{job}/file")
    return data


def show(count: int, took: dict[str, float]) -> None:
    """Print each stage, and beside two of them the same by a request a venue."""
    print(f"{count:,} venues from one file to one file; ratio: by a request each, per venue")
    for stage in ("applied", "queue read", "approved", "printed"):
        alone = took.get(f"one by one: {stage}")
        ratio = f"{alone / ALONE / (took[stage] / count):8.1f}" if alone else ""
        print(f"{stage:12}{took[stage]:8.1f} s{count / took[stage]:9.0f}/s{ratio}")


def check(data: bytes, count: int) -> None:
    """Read every page's code by a decoder; each venue's current code must be there once."""
    import pypdfium2  # noqa: PLC0415 - the decoder's, not the measured program's
    import zxingcpp  # noqa: PLC0415 - the same

    from functions.venues import codes, entrances, service  # noqa: PLC0415 - the environment names the tables

    document, at, read = pypdfium2.PdfDocument(data), int(time.time()), set()
    only_qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    for number in range(len(document)):
        (found,) = zxingcpp.read_barcodes(document[number].render(scale=1.5).to_pil(), only_qr)
        address = codes.read_address(found.text.rpartition("/")[2])
        if address is None or not codes.is_ours(address, entrances.sign):
            raise SystemExit(f"page {number + 1} holds no code of ours")
        read.add((address.venue, address.short))
    wanted = {
        (venue, code.code) for venue in {one for one, _ in read} for code in service.must(venue, at).current_codes
    }
    demand(len(document) == len(read) == count and read == wanted, f"{len(document)} pages, {len(read)} codes")
    print(
        f"{len(document):,} pages, {len(data) / 1024:,.0f} kB; a decoder read every code: {count:,} venues, each once"
    )


def _facts(mark: str) -> dict[str, Any]:
    return {"name": f"{mark}号店", "area": AREA + "001", "category": "shop", "address": f"江边路{mark}号"}


def _sheet(count: int) -> bytes:
    rows = (f"第{number}号店,{AREA}001,shop,江南路{number}号\n" for number in range(count))
    return "".join(("场所名称,区划代码,类别,地址\n", *rows)).encode()


if __name__ == "__main__":
    main()
