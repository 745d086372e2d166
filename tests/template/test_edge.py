"""The edge says what the one-machine server says."""

from __future__ import annotations

import re
from typing import Any

import pytest

from infra.local.published import FILES, ORIGINS, PREFIXES, keys, security_headers
from infra.local.template import read
from infra.paths import ROOT
from infra.routes import of_module


def edge() -> dict[str, Any]:
    """The resources of infra/edge.yaml."""
    found: dict[str, Any] = read(ROOT / "infra" / "edge.yaml")["Resources"]
    return found


def distribution(origin: str) -> dict[str, Any]:
    """One origin's distribution."""
    found: dict[str, Any] = edge()[f"{origin.capitalize()}Pages"]["Properties"]["DistributionConfig"]
    return found


@pytest.mark.parametrize("origin", ORIGINS)
def test_pages_have_the_same_headers_on_both_engines(origin: str) -> None:
    """A page that works under the local content security policy works under the cloud's."""
    policy = edge()[f"{origin.capitalize()}PageHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    security = policy["SecurityHeadersConfig"]
    here = security_headers(origin, "https://${UploadsBucketDomain} ${LoginOrigin}")
    stated = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert (stated["Fn::Sub"] if isinstance(stated, dict) else stated) == here["Content-Security-Policy"]
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == here["Referrer-Policy"]
    custom = {item["Header"]: item["Value"] for item in policy["CustomHeadersConfig"]["Items"]}
    assert custom == {name: here[name] for name in ("Permissions-Policy", "Cross-Origin-Opener-Policy")}
    behaviours = [distribution(origin)["DefaultCacheBehavior"], *distribution(origin)["CacheBehaviors"]]
    headed = {b["ResponseHeadersPolicyId"]["Ref"] for b in behaviours if b["TargetOriginId"] != "api"}
    assert headed == {f"{origin.capitalize()}PageHeaders"}


@pytest.mark.parametrize("origin", ORIGINS)
def test_no_page_may_do_more_than_it_needs(origin: str) -> None:
    """No foreign source, no inline code, no frame; sound at the gate alone; WebAssembly and the camera where codes are read."""
    headers = security_headers(origin)
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    for name in ("default-src", "base-uri", "form-action", "frame-ancestors"):
        assert policy[name] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert not re.search(r"unsafe-inline|'unsafe-eval'|https?:|\*", headers["Content-Security-Policy"])
    assert ("media-src" in policy) == (origin == "gate")
    reads = origin in {"gate", "desk"}  # passes and venue codes; a grid worker's posters
    assert ("'wasm-unsafe-eval'" in policy["script-src"]) == reads
    assert ("camera=(self)" in headers["Permissions-Policy"]) == reads
    applied_for_here = origin in {"me", "desk"}  # by whoever answers for a venue, and by a worker at its door
    assert ("geolocation=(self)" in headers["Permissions-Policy"]) == applied_for_here


def test_published_paths_answer_on_every_origin() -> None:
    """Keys, lists and contexts are at the same path wherever a page is opened."""
    for origin in ORIGINS:
        behaviours = distribution(origin)["CacheBehaviors"]
        published = {b["PathPattern"] for b in behaviours if b["TargetOriginId"] == "published"}
        assert published == {prefix + "*" for prefix in PREFIXES} | set(FILES)


def test_every_route_is_reached_through_some_origin() -> None:
    """Except what tells operators and developers about the API, each route has a page that may call it."""
    patterns = [
        behaviour["PathPattern"]
        for origin in ORIGINS
        for behaviour in distribution(origin)["CacheBehaviors"]
        if behaviour["TargetOriginId"] == "api"
    ]
    unreached = {
        route.path for route in of_module("app") if not any(_matches(pattern, route.path) for pattern in patterns)
    }
    assert unreached <= {"/health", "/openapi.json"}


def _matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def test_a_page_is_its_folders_index_and_stays_in_its_folder() -> None:
    """`/v` on gate. is pages/gate/v/index.html; no path climbs out, and a foreign host has no pages."""
    assert keys("gate.localhost:8000", "/v")[0] == "pages/gate/v/index.html"
    assert keys("gate.localhost:8000", "/") == ("pages/gate/index.html",)
    assert keys("gate.localhost:8000", "/../me/index.html") == ()
    assert keys("me.localhost:8000", "/c/V-10-K7QM3XPA91-aebagbaf") == ("pages/me/c/index.html",)
    assert (
        keys("gate.localhost:8000", "/c/V-10-K7QM3XPA91-aebagbaf")[0]
        == "pages/gate/c/V-10-K7QM3XPA91-aebagbaf/index.html"
    )
    assert keys("127.0.0.1:8000", "/v") == ()
    assert keys("127.0.0.1:8000", "/status/2026-11-24a-1") == ("status/2026-11-24a-1",)
