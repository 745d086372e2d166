"""A million passes signed, encoded for a QR and audited by `epipass audit`, as shares of raw ES256 on all cores.

Raw is measured in as many processes as there are cores, before and after each stage: whatever else the machine does
slows both. `python -m bench.audits [--passes 1000000]`
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from bench.passes import AT, ISSUER, PASSES, SECRET, facts
from credentials import LocalSigner, issue_pass, pack_bytes, published_jwk, status_list
from credentials.transport import to_digits

MANY = 1_000_000
LIST = "2026-11-24a-1"
_LIST_BYTES = 131_072  # room for 1,048,576 passes
_AT_ONCE = 2_000
_RAW = 4_000
_STATUS_SECRET = 0x5555_5555


@dataclass(frozen=True)
class Spent:
    """What work on some passes took: seconds by the clock, and of processors."""

    passes: int
    wall_s: float
    cpu_s: float

    @property
    def rate(self) -> float:
        """Passes a second."""
        return self.passes / self.wall_s

    def against(self, raw: Spent) -> tuple[float, float]:
        """Return the share of raw's rate, by the clock and by processors' time."""
        return self.rate / raw.rate, (raw.cpu_s / raw.passes) / (self.cpu_s / self.passes)


def sign(first: int) -> tuple[list[str], int]:
    """Sign and encode a chunk of passes; return the tokens and the digits of all their codes."""
    signer, keys, digits = LocalSigner.from_secret(SECRET), _holders(), 0
    tokens = []
    for number in range(first, first + _AT_ONCE):
        claims = msgspec.structs.replace(
            facts(number % PASSES, keys[number % PASSES]),
            subject=f"AAECAwQFB{number:07d}",
            reference=f"mZ3v0xK9Q{number:07d}",
            status_list=LIST,
            status_index=number,
        )
        tokens.append(issue_pass(claims, signer))
        digits += len(to_digits(pack_bytes(tokens[-1])))
    return tokens, digits


def sign_raw(_: int) -> int:
    """Sign prepared bytes, deterministically as we do."""
    key, algorithm = (
        ec.derive_private_key(SECRET, ec.SECP256R1()),
        ec.ECDSA(hashes.SHA256(), deterministic_signing=True),
    )
    message = b"x" * 700
    for _number in range(_RAW):
        key.sign(message, algorithm)
    return _RAW


def verify_raw(_: int) -> int:
    """Verify one signature again and again."""
    key, algorithm = ec.derive_private_key(SECRET, ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    message, public = b"x" * 700, key.public_key()
    signature = key.sign(message, algorithm)
    for _number in range(_RAW):
        public.verify(signature, message, algorithm)
    return _RAW


def raw(work: Callable[[int], int], jobs: int, times: int = 6) -> Spent:
    """Do raw work on all cores."""
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(abs, range(jobs)))  # the processes are there
        with _counted() as spent:
            done = sum(pool.map(work, range(jobs * times)))
    return Spent(done, *spent())


def run(passes: int) -> None:
    """Sign, encode, audit and print."""
    jobs = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        _publish(folder)
        before = raw(sign_raw, jobs)
        signed, size, digits = _signed(folder / "passes.jsonl", passes, jobs)
        signing = _both(before, raw(sign_raw, jobs))
        before = raw(verify_raw, jobs)
        audited, report = _audited(folder)
        verifying = _both(before, raw(verify_raw, jobs))
    if report["accepted"] != signed.passes:
        raise SystemExit(f"of {signed.passes} passes {report['accepted']} were accepted: {report['codes']}")
    print(f"\n{signed.passes:,} passes on {jobs} cores, load {os.getloadavg()[0]:.1f}; shares of raw × cores")
    print(f"a token has {size / signed.passes:.0f} characters, its code {digits / signed.passes:.0f} digits")
    print(f"{'':24}{'s':>8}{'CPU s':>8}{'passes/s':>10}{'share':>8}{'by CPU':>8}")
    for title, spent, base in (
        ("raw sign", signing, signing),
        ("signed and encoded", signed, signing),
        ("raw verify", verifying, verifying),
        ("epipass audit", audited, verifying),
    ):
        by_clock, by_cpu = spent.against(base)
        print(f"{title:24}{spent.wall_s:8.1f}{spent.cpu_s:8.1f}{spent.rate:10,.0f}{by_clock:8.2f}{by_cpu:8.2f}")


def _signed(path: Path, passes: int, jobs: int) -> tuple[Spent, int, int]:
    firsts = range(0, passes, _AT_ONCE)
    digits = size = 0
    with path.open("w", encoding="ascii") as out, ProcessPoolExecutor(jobs) as pool:
        list(pool.map(abs, range(jobs)))
        with _counted() as spent:
            for tokens, some in pool.map(sign, firsts):
                size += sum(map(len, tokens))
                digits += some
                out.write("\n".join(tokens) + "\n")
    return Spent(len(firsts) * _AT_ONCE, *spent()), size, digits


def _audited(folder: Path) -> tuple[Spent, dict[str, int]]:
    """Run the command as an auditor does: keys, status lists, one file; its own start is counted."""
    epipass = str(Path(sys.executable).with_name("epipass"))
    trust = [
        "--keys",
        str(folder / "keys.json"),
        "--issuer",
        ISSUER,
        "--status",
        str(folder / "lists"),
        "--at",
        str(AT),
    ]
    with _counted() as spent:
        done = subprocess.run(
            [epipass, "audit", str(folder / "passes.jsonl"), *trust, "--json"], capture_output=True, check=False
        )
    if not done.stdout:
        raise SystemExit(done.stderr.decode())
    report = json.loads(done.stdout)
    return Spent(report["passes"], *spent()), report


def _publish(folder: Path) -> None:
    """Write the issuer's keys and a status list that has room for all."""
    day = {"nbf": AT - 7_200, "exp": AT + 79_200}
    signer, status = LocalSigner.from_secret(SECRET), LocalSigner.from_secret(_STATUS_SECRET)
    keys = [
        published_jwk(signer.public_jwk(), use="pass", **day),
        published_jwk(status.public_jwk(), use="status", **day),
    ]
    (folder / "keys.json").write_text(json.dumps({"keys": keys}))
    (folder / "lists").mkdir()
    listed = status_list(list_id=LIST, bits=bytes(_LIST_BYTES), issuer=ISSUER, signer=status, at=AT)
    (folder / "lists" / LIST).write_text(listed)


@lru_cache(maxsize=1)
def _holders() -> list[LocalSigner]:
    return [LocalSigner.from_secret(0xFEDC_BA98 + number) for number in range(PASSES)]


def _both(one: Spent, other: Spent) -> Spent:
    return Spent(one.passes + other.passes, one.wall_s + other.wall_s, one.cpu_s + other.cpu_s)


@contextmanager
def _counted() -> Iterator[Callable[[], tuple[float, float]]]:
    """Count the clock and the processors' time of this process and of those that are over when it is asked."""

    def cpu() -> float:
        both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(used.ru_utime + used.ru_stime for used in both)

    before, began, ended = cpu(), time.perf_counter(), 0.0
    yield lambda: (ended - began, cpu() - before)
    ended = time.perf_counter()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=MANY)
    run(parser.parse_args().passes)


if __name__ == "__main__":
    main()
