"""The edge says what the one-machine server says."""

from __future__ import annotations

import json
import re
import subprocess
from functools import lru_cache
from typing import Any

import pytest

from app import app
from functions.shared import viewer
from infra.local.published import FILES, ORIGINS, PREFIXES, keys, security_headers
from infra.local.template import read
from infra.paths import ROOT
from infra.routes import of_module
from tests.template import policy


@lru_cache(maxsize=1)
def whole() -> dict[str, Any]:
    """infra/edge.yaml, read once."""
    return read(ROOT / "infra" / "edge.yaml")


def edge() -> dict[str, Any]:
    """The resources of infra/edge.yaml."""
    found: dict[str, Any] = whole()["Resources"]
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


def api_behaviours() -> list[dict[str, Any]]:
    """Every way from a page's origin to the API."""
    return [
        behaviour
        for origin in ORIGINS
        for behaviour in distribution(origin)["CacheBehaviors"]
        if behaviour["TargetOriginId"] == "api"
    ]


def test_the_edge_proves_itself_and_says_whose_request_it_is() -> None:
    """Each way to the API adds the secret at its end and the viewer's address at its beginning; both by the service's names."""
    for origin in ORIGINS:
        (api,) = [one for one in distribution(origin)["Origins"] if one["Id"] == "api"]
        assert api["OriginCustomHeaders"] == [{"HeaderName": viewer.PROOF, "HeaderValue": {"Ref": "EdgeSecret"}}]
        assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"
    told = {"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["ViewerAddress", "FunctionARN"]}}
    for behaviour in api_behaviours():
        assert behaviour["FunctionAssociations"] == [told], behaviour["PathPattern"]
    secret = whole()["Parameters"]["EdgeSecret"]
    assert (secret["NoEcho"], "Default" in secret) == (True, False)


def test_whatever_a_viewer_writes_into_our_headers_is_gone() -> None:
    """The edge's own code, run: a forged address is written over, a forged proof does not go on."""
    code = edge()["ViewerAddress"]["Properties"]["FunctionCode"]
    forged = {viewer.ADDRESS: {"value": "198.51.100.7"}, viewer.PROOF: {"value": "x"}, "host": {"value": "h"}}
    event = {"viewer": {"ip": "203.0.113.9"}, "request": {"uri": "/codes", "headers": forged}}
    script = f"{code}\nconsole.log(JSON.stringify(handler({json.dumps(event)})))"
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout)["headers"] == {viewer.ADDRESS: {"value": "203.0.113.9"}, "host": {"value": "h"}}


def rules() -> dict[str, dict[str, Any]]:
    """The firewall's rules by name."""
    return {rule["Name"]: rule for rule in edge()["Firewall"]["Properties"]["Rules"]}


def matches(statement: Any) -> list[dict[str, Any]]:
    """Every comparison of a text that a rule makes."""
    if isinstance(statement, list):
        return [found for one in statement for found in matches(one)]
    if not isinstance(statement, dict):
        return []
    here = [statement["ByteMatchStatement"]] if "ByteMatchStatement" in statement else []
    return here + [found for value in statement.values() for found in matches(value)]


def scopes(statement: Any) -> list[tuple[str, str]]:
    """Every path that a rule is about, with how it is compared."""
    return [(match["SearchString"], match["PositionalConstraint"]) for match in matches(statement)]


@pytest.mark.parametrize(
    "path",
    [
        "/codes",
        "/people",
        "/tokens",
        "/venue-tokens",
        "/venue-codes/{code}",
        "/passes/verify",
        "/checkins",
        "/venue-managers",
    ],
)
def test_what_can_be_tried_out_is_limited_by_the_viewer_s_address(path: str) -> None:
    """A rule of its own, lower than the flood's, which answers 429 with when to come again."""
    about = [
        rule["Statement"]["RateBasedStatement"]
        for rule in rules().values()
        if "RateBasedStatement" in rule["Statement"]
        and any(
            path == said or (how == "STARTS_WITH" and path.startswith(said)) for said, how in scopes(rule["Statement"])
        )
    ]
    flood = rules()["floods"]["Statement"]["RateBasedStatement"]["Limit"]
    assert [one["AggregateKeyType"] for one in about] == ["IP"]
    assert about[0]["Limit"] < flood
    for rule in rules().values():
        if "RateBasedStatement" in rule["Statement"]:
            assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429


def test_no_other_spelling_of_a_path_escapes_its_rule() -> None:
    """The edge sends `/%63odes` and `/x/../codes` where `/codes` goes: rules compare what it chooses by."""
    paths = [match for match in matches(list(rules().values())) if "UriPath" in match["FieldToMatch"]]
    assert len(paths) == len(scopes([rule["Statement"] for rule in rules().values()]))
    for match in paths:
        order = sorted(match["TextTransformations"], key=lambda one: int(one["Priority"]))
        assert [one["Type"] for one in order] == ["URL_DECODE", "NORMALIZE_PATH"], match["SearchString"]


def test_the_provider_s_rules_keep_no_file_out() -> None:
    """Rules that read bodies count alone: a staff list is larger than 8 KB and names may look like anything."""
    groups = [one["Statement"]["ManagedRuleGroupStatement"] for one in rules().values() if "OverrideAction" in one]
    assert {one["Name"] for one in groups} == {"AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet"}
    counted = {
        each["Name"] for one in groups for each in one["RuleActionOverrides"] if each["ActionToUse"] == {"Count": {}}
    }
    assert {"SizeRestrictions_BODY", "CrossSiteScripting_BODY", "GenericRFI_BODY", "Log4JRCE_BODY"} <= counted


def test_only_short_bodies_are_measured_at_the_edge() -> None:
    """No route that takes files or batches is among those whose long bodies the firewall refuses."""
    measured = {path for path, _ in scopes(rules()["bodies"]["Statement"])}
    routes = {route.path: route for route in app.declared if route.method == "POST"}
    assert measured <= set(routes)
    assert not [path for path in measured if routes[path].body is bytes]
    assert not measured & {"/checkins", "/checkins/batch", "/scans", "/uploads"}


def test_rules_have_an_order_and_a_name_each() -> None:
    """Two rules of one priority would be refused at deployment."""
    held = edge()["Firewall"]["Properties"]["Rules"]
    assert sorted(rule["Priority"] for rule in held) == list(range(1, len(held) + 1))
    assert len(rules()) == len(held)


def test_the_edge_calls_somebody_when_it_turns_many_away_and_before_its_certificate_ends() -> None:
    """Its alarms are where their figures are, say what to do, and reach their topic under a key that they can use."""
    alarms = dict(policy.of_type(whole(), "AWS::CloudWatch::Alarm"))
    assert {one["MetricName"] for one in alarms.values()} == {"BlockedRequests", "DaysToExpiry"}
    for alarm in alarms.values():
        assert len(alarm["AlarmDescription"].rstrip(".").split(". ")) > 1
        assert alarm["AlarmActions"] == [{"Ref": "DutyTopic"}]
    acl = edge()["Firewall"]["Properties"]["VisibilityConfig"]["MetricName"]
    assert {"Name": "WebACL", "Value": acl} in alarms["BlockedAlarm"]["Dimensions"]
    assert policy.silent_topics(whole()) == set()
    assert policy.deleted_with_the_stack(whole()) == set()
    assert policy.unreasoned_stars((ROOT / "infra" / "edge.yaml").read_text(encoding="utf-8")) == []


def test_a_page_of_the_firewall_s_alarm_names_every_rule() -> None:
    """Its first command asks each rule how many it turned away."""
    text = (ROOT / "docs" / "alarms" / "BlockedAlarm.md").read_text(encoding="utf-8")
    assert re.search(r"for RULE in ([\w -]+);", text)[1].split() == list(rules())  # type: ignore[index]
