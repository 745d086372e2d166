"""A million passes signed, encoded for a QR and audited by `epipass audit`, as shares of raw ES256 on all cores.

Raw is measured in as many processes as there are cores, before and after each stage: whatever else the machine does
slows both. `python -m bench.audits [--passes 1000000]`
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
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
PASSES_FILE = "passes.jsonl"
LIST = "2026-11-24a-1"
_LIST_BYTES = 131_072  # room for 1,048,576 passes
_AT_ONCE = 2_000
_RAW = 4_000
_MESSAGE = 1_400  # as long as what a pass's signature covers
_ROUNDS = 5
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


@dataclass(frozen=True)
class Signed:
    """A chunk of tokens, the digits of all their codes, and the processor's seconds of signing and of encoding."""

    tokens: list[str]
    digits: int
    sign_s: float
    encode_s: float


def sign(first: int) -> Signed:
    """Sign and encode a chunk of passes."""
    signer, keys = LocalSigner.from_secret(SECRET), _holders()
    claims = [
        msgspec.structs.replace(
            facts(number % PASSES, keys[number % PASSES]),
            subject=f"AAECAwQFB{number:07d}",
            reference=f"mZ3v0xK9Q{number:07d}",
            status_list=LIST,
            status_index=number,
        )
        for number in range(first, first + _AT_ONCE)
    ]
    began = time.process_time()
    tokens = [issue_pass(one, signer) for one in claims]
    signed = time.process_time()
    digits = sum(len(to_digits(pack_bytes(token))) for token in tokens)
    return Signed(tokens, digits, signed - began, time.process_time() - signed)


def sign_raw(_: int) -> int:
    """Sign prepared bytes, deterministically as we do."""
    key, algorithm = (
        ec.derive_private_key(SECRET, ec.SECP256R1()),
        ec.ECDSA(hashes.SHA256(), deterministic_signing=True),
    )
    message = b"x" * _MESSAGE
    for _number in range(_RAW):
        key.sign(message, algorithm)
    return _RAW


def verify_raw(_: int) -> int:
    """Verify one signature again and again."""
    key, algorithm = ec.derive_private_key(SECRET, ec.SECP256R1()), ec.ECDSA(hashes.SHA256())
    message, public = b"x" * _MESSAGE, key.public_key()
    signature = key.sign(message, algorithm)
    for _number in range(_RAW):
        public.verify(signature, message, algorithm)
    return _RAW


def raw(work: Callable[[int], int], jobs: int, times: int = 3) -> Spent:
    """Do raw work on all cores."""
    with ProcessPoolExecutor(jobs) as pool:
        list(pool.map(abs, range(jobs)))  # the processes are there
        with _counted() as spent:
            done = sum(pool.map(work, range(jobs * times)))
    return Spent(done, *spent())


def run(passes: int) -> None:
    """Sign, encode and audit, a part of the passes each round, and print."""
    jobs = os.cpu_count() or 1
    rounds: dict[str, list[tuple[Spent, Spent]]] = {"issue_pass": [], "issued and encoded": [], "epipass audit": []}
    size = digits = 0
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        folder = Path(scratch)
        _publish(folder)
        each = max(_AT_ONCE, passes // _ROUNDS // _AT_ONCE * _AT_ONCE)
        for first in range(0, each * _ROUNDS, each):
            before = raw(sign_raw, jobs)
            made, sign_s, more_size, more_digits = _signed(
                folder / PASSES_FILE, range(first, first + each, _AT_ONCE), jobs
            )
            size, digits = size + more_size, digits + more_digits
            base = _both(before, raw(sign_raw, jobs))
            rounds["issue_pass"].append((Spent(made.passes, made.wall_s * sign_s / made.cpu_s, sign_s), base))
            rounds["issued and encoded"].append((made, base))
            before = raw(verify_raw, jobs)
            audited = _audited(folder)
            rounds["epipass audit"].append((audited, _both(before, raw(verify_raw, jobs))))
    total = each * _ROUNDS
    print(
        f"\n{total:,} passes on {jobs} cores, {_ROUNDS} rounds, load {os.getloadavg()[0]:.1f}; shares of raw ES256 x cores"
    )
    print(f"a token has {size / total:.0f} characters, its code {digits / total:.0f} digits")
    _show(rounds)


def _show(rounds: dict[str, list[tuple[Spent, Spent]]]) -> None:
    print(f"{'':20}{'s':>8}{'CPU s':>8}{'passes/s':>10}{'raw/s':>9}{'share':>7}{'by CPU':>8}")
    for title, some in rounds.items():
        wall, cpu = sum(own.wall_s for own, _ in some), sum(own.cpu_s for own, _ in some)
        rate, base = (statistics.median(one[place].rate for one in some) for place in (0, 1))
        by_clock, by_cpu = (statistics.median(own.against(raw)[place] for own, raw in some) for place in (0, 1))
        print(f"{title:20}{wall:8.1f}{cpu:8.1f}{rate:10,.0f}{base:9,.0f}{by_clock:7.2f}{by_cpu:8.2f}")


def _signed(path: Path, firsts: range, jobs: int) -> tuple[Spent, float, int, int]:
    """Sign and encode on all cores; return what it took, the processors' seconds of signing alone, and lengths."""
    digits, size, sign_s, encode_s = 0, 0, 0.0, 0.0
    with path.open("w", encoding="ascii") as out, ProcessPoolExecutor(jobs) as pool:
        list(pool.map(abs, range(jobs)))
        with _counted() as spent:
            for some in pool.map(sign, firsts):
                size, digits = size + sum(map(len, some.tokens)), digits + some.digits
                sign_s, encode_s = sign_s + some.sign_s, encode_s + some.encode_s
                out.write("\n".join(some.tokens) + "\n")
    return Spent(len(firsts) * _AT_ONCE, spent()[0], sign_s + encode_s), sign_s, size, digits


def _audited(folder: Path) -> Spent:
    """Run the command as an auditor does: keys, status lists, one file; its own start is counted.

    Raises:
        SystemExit: not every pass was accepted.
    """
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
            [epipass, "audit", str(folder / PASSES_FILE), *trust, "--json"], capture_output=True, check=False
        )
    if done.returncode:
        raise SystemExit(f"the audit ended {done.returncode}: {done.stdout.decode()} {done.stderr.decode()}")
    return Spent(int(json.loads(done.stdout)["passes"]), *spent())


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
