"""The offline commands: yes is 0, no is 1, misuse is 2; a sentence and never a traceback."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from cli.main import COMMANDS, epipass
from cli.roots import KmsSigner
from credentials import KeySet, LocalSigner, issue_pass, pack, sign_statement
from credentials.statement import digest
from tests.vectors.material import (
    AT,
    EXP,
    GATE,
    ISSUER,
    LIST,
    NBF,
    PASS_KEY,
    ROOT,
    STRANGER,
    claims,
    jwks,
    list_of,
    printed,
    proof,
)

TOKEN, PAPER = issue_pass(claims(), PASS_KEY), issue_pass(printed(), PASS_KEY)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Path:
    """A folder with what an auditor has: keys, a statement, roots, lists."""
    (tmp_path / "jwks.json").write_text(json.dumps(jwks()))
    statement = sign_statement(issuer=ISSUER, at=NBF, keys=jwks()["keys"], signer=ROOT)
    (tmp_path / "keys.jwt").write_text(statement)
    (tmp_path / "root.json").write_text(json.dumps(ROOT.public_jwk()))
    (tmp_path / "root-private.json").write_text(json.dumps(ROOT.private_jwk()))
    (tmp_path / "status").mkdir()
    (tmp_path / "status" / LIST).write_text(list_of(1235))
    return tmp_path


def run(*words: object, text: str | None = None) -> Result:
    """Run the command; what it raises beside its exit status fails the test."""
    return CliRunner().invoke(epipass, [str(word) for word in words], input=text, catch_exceptions=False)


def trust(desk: Path, at: int = AT) -> list[object]:
    """Keys, issuer and instant."""
    return ["--keys", desk / "jwks.json", "--issuer", ISSUER, "--at", at]


def answer(result: Result) -> Any:
    """The JSON on standard output, which is all that is there."""
    return json.loads(result.stdout)


def test_help_is_there_for_every_command() -> None:
    """Each command that is there explains itself, and its place in the list imports."""
    listed = run("--help")
    assert listed.exit_code == 0
    for name in COMMANDS:
        if f"\n  {name} " in listed.output:
            told = run(name, "--help")
            assert told.exit_code == 0
            assert "Usage:" in told.output


def test_what_is_no_command_is_misuse() -> None:
    """An unknown command or option is status 2."""
    assert run("verifi").exit_code == 2
    assert run("verify", "--no-such").exit_code == 2
    assert run("verify", TOKEN).exit_code == 2


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        (TOKEN, 0, "ok"),
        (PAPER, 0, "ok"),
        (f"{TOKEN}~{proof(TOKEN)}", 0, "ok"),
        (GATE + pack(TOKEN, proof(TOKEN)), 0, "ok"),
        (pack(PAPER), 0, "ok"),
        (pack(TOKEN), 1, "not-live"),
        (issue_pass(claims(), STRANGER), 1, "untrusted"),
        ("hello", 1, "unreadable"),
        ("", 1, "unreadable"),
        ("漢字", 1, "unreadable"),
    ],
)
def test_verify_says_yes_or_no(desk: Path, text: str, status: int, code: str) -> None:
    """A pass by argument and by standard input: the same verdict, the code in the JSON, the exit status."""
    for result in (
        run("verify", "--json", *trust(desk), "--", text),
        run("verify", "--json", *trust(desk), "-", text=text + "\n"),
    ):
        assert result.exit_code == status
        assert answer(result)["code"] == code
    told = run("verify", *trust(desk), "--", text)
    assert told.exit_code == status
    assert "NOT checked" in told.stderr


def test_verify_reads_a_file_and_a_statement(desk: Path) -> None:
    """A pass in a file, keys by a root-signed statement."""
    (desk / "pass.txt").write_text(TOKEN + "\n")
    words = ["--keys", desk / "keys.jwt", "--root", desk / "root.json", "--issuer", ISSUER, "--at", AT]
    assert run("verify", desk / "pass.txt", *words).exit_code == 0
    (desk / "root.json").write_text(json.dumps(STRANGER.public_jwk()))
    refused = run("verify", desk / "pass.txt", *words)
    assert refused.exit_code == 2
    assert "unknown key" in refused.stderr


def test_a_statement_without_a_root_says_what_is_missing(desk: Path) -> None:
    """Whoever takes the statement for a key set is told which option makes it one."""
    told = run("verify", TOKEN, "--keys", desk / "keys.jwt", "--issuer", ISSUER, "--at", AT)
    assert told.exit_code == 2
    assert "--root FILE" in told.output


def test_verify_asks_the_lists(desk: Path) -> None:
    """With --status a withdrawn pass is refused, and a missing list is no yes."""
    withdrawn = issue_pass(printed(status_index=1235), PASS_KEY)
    elsewhere = issue_pass(printed(status_list="a"), PASS_KEY)
    words = [*trust(desk), "--status", desk / "status", "--json"]
    for token, code in ((PAPER, "ok"), (withdrawn, "withdrawn"), (elsewhere, "status-unknown")):
        result = run("verify", token, *words)
        assert answer(result)["code"] == code
        assert result.exit_code == (0 if code == "ok" else 1)
    assert answer(run("verify", PAPER, *words))["status_checked"] is True
    assert answer(run("verify", PAPER, *words, "--max-age", "60"))["code"] == "status-unknown"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--keys", "no-such-file"),
        ("--issuer", "http://plain.example"),
        ("--at", "yesterday"),
        ("--status", "no-such-folder"),
    ],
)
def test_misuse_is_a_sentence(desk: Path, option: str, value: str) -> None:
    """A wrong place or time is status 2 with a sentence that names it."""
    words = {"--keys": desk / "jwks.json", "--issuer": ISSUER, "--at": AT, option: value}
    result = run("verify", TOKEN, *[word for pair in words.items() for word in pair])
    assert result.exit_code == 2
    assert "Error:" in result.stderr


def test_a_time_without_a_zone_is_chinas(desk: Path) -> None:
    """2026-11-22 12:00 in China is 04:00 UTC."""
    for text in ("2026-11-22T12:00:00", "2026-11-22T04:00:00Z", "2026-11-22 12:00:00+08:00"):
        assert run("verify", TOKEN, "--keys", desk / "jwks.json", "--issuer", ISSUER, "--at", text).exit_code == 0


@pytest.fixture(name="published")
def _published(desk: Path) -> Iterator[str]:
    """The same folder over HTTP, on a free port of this machine."""
    (desk / ".well-known").mkdir()
    (desk / ".well-known" / "jwks.json").write_text(json.dumps(jwks()))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(desk))) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing: a test's output is its own."""


def test_verify_fetches_what_is_published(published: str) -> None:
    """Keys and the one list a pass names come from where the issuer publishes them; the host alone is enough."""
    withdrawn = issue_pass(printed(status_index=1235), PASS_KEY)
    for status in (published, f"{published}/status", f"{published}/status/"):
        words = ["--keys", f"{published}/.well-known/jwks.json", "--issuer", ISSUER, "--at", AT, "--status", status]
        assert run("verify", PAPER, *words).exit_code == 0
        assert answer(run("verify", withdrawn, *words, "--json"))["code"] == "withdrawn"
    elsewhere = run("verify", issue_pass(printed(status_list="a"), PASS_KEY), *words, "--json")
    assert answer(elsewhere)["code"] == "status-unknown"
    assert "left out" in elsewhere.stderr
    assert run("verify", PAPER, "--keys", f"{published}/none", "--issuer", ISSUER).exit_code == 2


class FakeKms:
    """A KMS of one key, which answers as the cloud's does: DER out, a digest in."""

    def __init__(self) -> None:
        self.key = ec.derive_private_key(99, ec.SECP256R1())

    def get_public_key(self, **_asked: str) -> dict[str, bytes]:
        """SubjectPublicKeyInfo."""
        encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        return {"PublicKey": self.key.public_key().public_bytes(encoding, form)}

    def sign(self, **asked: Any) -> dict[str, bytes]:
        """DER over a digest."""
        assert (asked["MessageType"], asked["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_256")
        return {"Signature": self.key.sign(asked["Message"], ec.ECDSA(Prehashed(hashes.SHA256())))}


def test_a_root_in_kms_signs_statements() -> None:
    """What KMS signs is a statement like any other, under the root's own kid."""
    root = KmsSigner(FakeKms(), "alias/root")
    statement = sign_statement(issuer=ISSUER, at=NBF, keys=jwks()["keys"], signer=root)
    assert KeySet.from_statement(statement, roots=[root.public_jwk()], at=AT).statement is not None
    assert root.kid == LocalSigner.from_secret(99).kid


@pytest.mark.parametrize("content", ["{}", "[]", "hello", "-----BEGIN " + "PRIVATE KEY-----", '{"kty":"EC"}'])
def test_a_file_that_holds_no_root_is_misuse(desk: Path, content: str) -> None:
    """A sentence, not a traceback."""
    (desk / "bad").write_text(content)
    assert run("keys", "public", "--root", desk / "bad").exit_code == 2
    assert run("keys", "statement", "check", desk / "bad", "--root", desk / "root.json").exit_code == 1
    assert run("keys", "statement", "show", desk / "bad").exit_code == 1


def test_inspect_promises_nothing() -> None:
    """Parts of a forged pass are shown, with a word that nothing was verified."""
    forged = issue_pass(claims(), STRANGER)
    told = run("inspect", f"{forged}~{proof(forged)}")
    assert told.exit_code == 0
    assert "第三人民医院" in told.stdout
    assert "Nothing was verified" in told.stderr
    found = answer(run("inspect", "--json", GATE + pack(TOKEN, proof(TOKEN))))
    assert found["token"] == TOKEN
    assert found["proof"]["aud"] == ISSUER
    assert run("inspect", "hello").exit_code == 1
    assert answer(run("inspect", "--json", "12"))["code"] == "unreadable"


def test_qr_draws(desk: Path) -> None:
    """Terminal, SVG and PNG; what is no pass is status 1, a strange file name status 2."""
    assert "█" in run("qr", TOKEN).stdout
    for name in ("a.svg", "a.png"):
        assert run("qr", PAPER, "--out", desk / name).exit_code == 0
        assert (desk / name).stat().st_size > 500
    assert answer(run("qr", GATE + pack(PAPER), "--json"))["url"] == GATE + pack(PAPER)
    assert run("qr", "hello").exit_code == 1
    assert run("qr", PAPER, "--out", desk / "a.bmp").exit_code == 2
    assert run("qr", PAPER, "--url", "https://x").exit_code == 2


def test_audit_counts(desk: Path) -> None:
    """Each line has its verdict; the report counts them, names the first refusals and the keys."""
    lines = [
        TOKEN,
        json.dumps(PAPER),
        json.dumps({"token": TOKEN}),
        json.dumps({"presentation": f"{TOKEN}~{proof(TOKEN, AT - 500)}", "at": AT - 500}),
        issue_pass(claims(), STRANGER),
        json.dumps({"token": TOKEN, "at": EXP + 60}),
        "",
        "[" * 2_000,
        "x" * 40_000,
        json.dumps({"token": 7}),
    ]
    (desk / "passes.jsonl").write_text("\n".join(lines) + "\n")
    result = run("audit", desk / "passes.jsonl", *trust(desk), "--jobs", "1", "--json")
    found = answer(result)
    assert result.exit_code == 1
    assert found["codes"] == {"expired": 1, "ok": 4, "unreadable": 4, "untrusted": 1}
    assert found["keys"] == {PASS_KEY.kid: 3}
    assert [refusal["line"] for refusal in found["refusals"]] == [5, 6, 7, 8, 9, 10]
    told = run("audit", desk / "passes.jsonl", *trust(desk), "--jobs", "2")
    assert told.exit_code == 1
    assert "untrusted" in told.stdout
    assert "NOT checked" in told.stderr


def test_audit_of_a_pipe_and_of_two_files(desk: Path) -> None:
    """What cannot be sought is read as it comes; lines are counted anew in each file."""
    (desk / "passes.jsonl").write_text(f"{TOKEN}\n{TOKEN}\nx\n")
    os.mkfifo(desk / "pipe")
    writer = Thread(target=lambda: (desk / "pipe").write_text(f"{TOKEN}\nx\n{TOKEN}\n"))
    writer.start()
    found = answer(run("audit", desk / "passes.jsonl", desk / "pipe", *trust(desk), "--jobs", "1", "--json"))
    writer.join()
    assert found["codes"] == {"ok": 4, "unreadable": 2}
    assert [(refusal["file"], refusal["line"]) for refusal in found["refusals"]] == [
        (str(desk / "passes.jsonl"), 3),
        (str(desk / "pipe"), 2),
    ]


def test_audit_judges_each_in_its_time(desk: Path) -> None:
    """With --any-time an archive of passes that are over can be all genuine, and withdrawals still count."""
    (desk / "passes.jsonl").write_text(f"{TOKEN}\n{PAPER}\n")
    words = ["audit", desk / "passes.jsonl", *trust(desk, EXP + 9_999), "--status", desk / "status", "--jobs", "1"]
    assert run(*words).exit_code == 1
    assert run(*words, "--any-time").exit_code == 0
    (desk / "passes.jsonl").write_text(issue_pass(claims(status_index=1235), PASS_KEY))
    assert run(*words, "--any-time").exit_code == 1


def test_a_root_key_is_made_once(desk: Path) -> None:
    """The file is its owner's alone, and is never written over."""
    made = answer(run("keys", "root", "--out", desk / "new.json", "--json"))
    assert (desk / "new.json").stat().st_mode & 0o077 == 0
    assert answer(run("keys", "public", "--root", desk / "new.json"))["kid"] == made["kid"]
    assert run("keys", "root", "--out", desk / "new.json").exit_code == 2


def test_a_ceremony_goes_round(desk: Path) -> None:
    """Sign the next statement, check it against root and predecessor, verify a pass under it."""
    words = ["--root", desk / "root-private.json", "--keys", desk / "jwks.json", "--issuer", ISSUER]
    (desk / "jwks.json").write_text(json.dumps({"keys": [key for key in jwks()["keys"] if "epipass_use" in key]}))
    first, second = desk / "1.jwt", desk / "2.jwt"
    assert run("keys", "statement", "sign", *words, "--at", NBF, "--out", first).exit_code == 0
    made = run(
        "keys",
        "statement",
        "sign",
        *words,
        "--at",
        NBF + 60,
        "--previous",
        first,
        "--not-before",
        NBF,
        "--out",
        second,
        "--json",
    )
    assert (answer(made)["seq"], answer(made)["prev"], answer(made)["not_before"]) == (
        2,
        digest(first.read_text()),
        NBF,
    )
    checked = ["--root", desk / "root.json", "--at", AT]
    assert run("keys", "statement", "check", second, *checked, "--previous", first).exit_code == 0
    assert run("keys", "statement", "check", first, *checked, "--previous", second).exit_code == 1
    assert (
        run("keys", "statement", "check", second, "--root", desk / "root.json", "--at", NBF + 40 * 86_400).exit_code
        == 1
    )
    assert run("keys", "statement", "show", second).exit_code == 0
    assert run("keys", "statement", "sign", *words, "--at", NBF, "--out", first).exit_code == 2
    words = ["--keys", second, "--root", desk / "root.json", "--issuer", ISSUER, "--at", AT]
    assert run("verify", TOKEN, *words).exit_code == 0


def test_a_ceremony_drops_no_key_whose_passes_live(desk: Path) -> None:
    """The next statement keeps each key until its last pass has expired, and `not_before` never goes back."""
    full = [key for key in jwks()["keys"] if "epipass_use" in key]
    keys, first = desk / "jwks.json", desk / "1.jwt"
    keys.write_text(json.dumps({"keys": full}))
    words = ["keys", "statement", "sign", "--root", desk / "root-private.json", "--keys", keys, "--issuer", ISSUER]
    assert run(*words, "--at", NBF, "--not-before", NBF, "--out", first).exit_code == 0
    kept = answer(
        run(*words, "--at", AT, "--previous", first, "--not-before", NBF - 99, "--out", desk / "2.jwt", "--json")
    )
    assert kept["not_before"] == NBF
    keys.write_text(json.dumps({"keys": full[1:]}))
    lost = run(*words, "--at", AT, "--previous", first, "--out", desk / "3.jwt")
    assert lost.exit_code == 2
    assert PASS_KEY.kid in lost.stderr
    assert run(*words, "--at", NBF + 10 * 86_400, "--previous", first, "--out", desk / "3.jwt").exit_code == 0
