"""The pages as anybody may check them: what is served is what the root-signed key statement names."""

from __future__ import annotations

import json
import time
from hashlib import sha256

import pytest

from cli.ceremony import ORIGINS, STATEMENT, Filing, Login, initialise, page_manifest
from cli.deployment import Deployment
from credentials import KeySet
from credentials.statement import days_of, peek_statement
from functions.shared.clock import now
from infra.local import Service
from infra.local.deploy import STACK
from infra.local.published import security_headers
from infra.paths import ROOT
from tests.conftest import Http, Reply


@pytest.fixture(scope="module")
def public(engine: Service, http: Http) -> Http:
    """A deployment brought to work, with sampling sites."""
    deployment = Deployment(engine.client, STACK, embedded=True, url=engine.url)
    filings = [Filing("京ICP备00000000号-1", "https://beian.miit.gov.cn/")]
    list(initialise(deployment, phone="0000-0000000", sites=ROOT / "examples" / "sites.json", filings=filings))
    return http


def at_origin(public: Http, origin: str, path: str) -> Reply:
    """A file of an origin's, as a browser asks for it."""
    return public.get(path, headers={"Host": f"{origin}.localhost"})


@pytest.mark.parametrize("origin", ORIGINS)
def test_every_served_file_is_the_one_that_the_statement_names(public: Http, origin: str) -> None:
    """The manifest's SHA-256 is in the statement, and each file's in the manifest: `sha256sum -c` would say so."""
    manifest = public.get(f"/.well-known/epipass-pages/{origin}.txt").body
    statement = peek_statement(public.get(f"/{STATEMENT}").body.decode())
    assert sha256(manifest).hexdigest() in statement.pages
    lines = [line.split("  ./") for line in manifest.decode().splitlines()]
    assert {path for _, path in lines} >= {"index.html"}
    for digest, path in lines:
        assert sha256(at_origin(public, origin, f"/{path}").body).hexdigest() == digest, path


def test_a_manifest_is_what_sha256sum_prints(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Bytes in, one line a file, in byte order of the paths: a changed byte or name changes it."""
    folder = tmp_path_factory.mktemp("dist")
    (folder / "me" / "c").mkdir(parents=True)
    (folder / "me" / "index.html").write_bytes(b"a")
    (folder / "me" / "c" / "index.html").write_bytes(b"b")
    first = page_manifest("me", folder)
    assert first.splitlines() == [
        f"{sha256(b'b').hexdigest()}  ./c/index.html",
        f"{sha256(b'a').hexdigest()}  ./index.html",
    ]
    (folder / "me" / "index.html").write_bytes(b"c")
    assert page_manifest("me", folder) != first


def test_a_days_extract_says_what_the_month_says_with_fewer_keys(public: Http) -> None:
    """Each day of the statement's life has one: same root, number and end; its keys are the statement's own."""
    roots = public.get("/config.json").json()["roots"]
    token = public.get(f"/{STATEMENT}").body.decode()
    whole = peek_statement(token)
    for day in days_of(whole.iat, whole.exp):
        name = f"{time.strftime('%Y-%m-%d', time.gmtime(day))}.jwt"
        extract = public.get(f"/.well-known/epipass-keys/{name}").body.decode()
        held = KeySet.from_statement(extract, roots=roots, at=now(), newest_seq=whole.seq).statement
        assert held is not None
        assert (held.iss, held.seq, held.exp, held.prev, held.not_before) == (
            whole.iss,
            whole.seq,
            whole.exp,
            whole.prev,
            whole.not_before,
        )
        assert all(key in whole.keys for key in held.keys), name
        assert {key["epipass_use"] for key in held.keys} == {"pass", "status"}, name
        assert len(extract) * 3 < len(token), name
        # Who signs on that day is in it.
        signing = {
            use: [k for k in held.keys if k["epipass_use"] == use and k["nbf"] == day] for use in ("pass", "status")
        }
        assert all(len(found) == 1 for found in signing.values()), (name, signing)


@pytest.mark.parametrize("origin", ORIGINS)
def test_pages_and_workers_are_sent_as_the_edge_sends_them(engine: Service, public: Http, origin: str) -> None:
    """The origin's own policy on every page; documents and the service worker asked for again each time."""
    page = at_origin(public, origin, "/")
    assert page.status == 200
    sent = {name.lower(): value for name, value in page.headers.items()}
    # A desk's large files go to their presigned address: here that is the engine's.
    elsewhere = engine.engine_url if origin == "desk" else ""
    for name, value in security_headers(origin, elsewhere).items():
        assert sent[name.lower()] == value
    assert sent["cache-control"] == "no-cache"
    if origin != "desk":
        worker = at_origin(public, origin, "/sw.js")
        assert (worker.status, worker.headers["cache-control"]) == (200, "no-cache")
        assert worker.headers["content-type"].startswith("text/javascript")


def test_small_files_that_a_person_changes_are_published(public: Http) -> None:
    """Where to test, and the service workers' switch, which is off-able without a release."""
    sites = public.get("/sites.json").json()["sites"]
    assert all({"name", "address", "area", "hours"} <= site.keys() for site in sites)
    assert json.loads(public.get("/worker.json").body) == {"off": False}
    pages = public.get("/config.json").json()["pages"]
    assert set(pages) == set(ORIGINS)


def test_bringing_it_up_again_keeps_what_is_not_said_anew(engine: Service, public: Http) -> None:
    """A later `epipass init` for a new build or other sites loses neither the help line nor where staff sign in."""
    deployment = Deployment(engine.client, STACK, embedded=True, url=engine.url)
    before = public.get("/config.json").json()
    login = Login("https://login.example.gov/oauth2/authorize", "https://login.example.gov/oauth2/token")
    filing = Filing("京公网安备00000000000000号", "https://beian.mps.gov.cn/")
    list(initialise(deployment, phone="0571-0000 0000", login=login, filings=[filing]))
    list(initialise(deployment))
    kept = public.get("/config.json").json()
    assert kept["phone"] == "0571-0000 0000"
    assert kept["filings"] == [{"text": filing.text, "url": filing.url}]
    assert (kept["login"]["authorize"], kept["login"]["token"]) == (login.authorize, login.token)
    assert public.get("/sites.json").status == 200
    login = Login("/oidc/authorize", "/oidc/token")
    again = [Filing(**one) for one in before["filings"]]
    list(initialise(deployment, phone=before["phone"], login=login, filings=again))
    assert public.get("/config.json").json() == before
