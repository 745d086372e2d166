"""The embedded service as one context manager: engine, template, HTTP server; up in this order, down in the reverse."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import oidc
from infra.local.deploy import deploy
from infra.local.engine import REGION, Engine
from infra.local.problems import LaunchError, StateNotSaved
from infra.local.processes import Child, clean_environment, start_engine, start_http
from infra.local.state import HOST, State, check_port, free_port, held, readable_by_owner
from infra.local.template import plan
from infra.paths import PACKAGED, TEMPLATE

ISSUER = "https://pass.example.gov"
NOT_SAVED = 74  # what infra/inside/shutdown.py leaves with


@dataclass(frozen=True)
class Service:
    """A running embedded service: where it answers, and what its functions see."""

    url: str  # HTTP API and pages; nothing answers there unless it was asked for
    engine_url: str
    environment: Mapping[str, str]  # what any program of ours needs to act as a function would
    outputs: Mapping[str, str]
    state: State
    children: tuple[Child, ...] = field(repr=False)

    def client(self, service: str) -> Any:
        """A boto3 client of the engine."""
        return Engine(self.engine_url).client(service)

    def token(self, role: str, scope: str, subject: str = "") -> str:
        """A staff token of the embedded issuer, as `epipass token` mints it."""
        return oidc.mint(oidc.load(self.state.root), role, scope, subject or f"{role}-{scope}")

    def check(self) -> None:
        """Raise EngineDied if one of the processes has ended by itself."""
        for child in self.children:
            child.check()


@contextmanager
def embedded(
    state: Path,
    port: int | None = None,
    *,
    engine_port: int | None = None,
    http: bool = True,
    prepare: bool = True,
    schedules: bool = False,
    issuer: str = ISSUER,
) -> Iterator[Service]:
    """Start the engine on `state`, deploy template.yaml, serve on `port` (a free one by default); stop all at the end.

    `prepare` fills the secrets and makes the first day keys, as `epipass init` does in the cloud.
    `schedules` sets the template's clocks going: a person's run wants them, a test does not.
    Raises LaunchError with one sentence for the person at the terminal; StateNotSaved at the end.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(held(state.resolve()))
        http_port, gateway_port = port or free_port(), engine_port or free_port()
        check_port(gateway_port, "EPIPASS_ENGINE_PORT")
        check_port(http_port, "EPIPASS_PORT")
        engine = start_engine(folder, gateway_port)
        stack.callback(stopped, engine)
        service = _deployed(folder, engine, http_port, gateway_port, schedules=schedules, issuer=issuer)
        if prepare:
            call(service, "PrepareSecretsFunction")
            call(service, "DayKeysFunction")
        if http:
            server = start_http(folder, http_port, service.environment)
            stack.callback(server.stop)
            service = Service(**{**vars(service), "children": (engine, server)})
        _announce(service)
        stack.callback(folder.service_file.unlink, missing_ok=True)
        yield service


def stopped(engine: Child) -> None:
    """Stop the engine in order.

    Raises StateNotSaved when it left without having saved its state.
    """
    if engine.stop() == NOT_SAVED:
        raise StateNotSaved(engine.log)


def call(service: Service, output: str) -> Any:
    """What the function named by a stack output answers when called with nothing; LaunchError when it fails."""
    answered = service.client("lambda").invoke(FunctionName=service.outputs[output], Payload=b"{}")
    body = json.loads(answered["Payload"].read() or b"null")
    if answered.get("FunctionError"):
        told = f"{body.get('errorType', '')} {body.get('errorMessage', '')}"
        raise LaunchError(f"{output} failed: {told.strip()}. See {service.state.engine_log}.")
    return body


def _deployed(
    folder: State, engine: Child, http_port: int, gateway_port: int, *, schedules: bool, issuer: str
) -> Service:
    url, engine_url = f"http://{HOST}:{http_port}", f"http://{HOST}:{gateway_port}"
    key = oidc.ensure(folder.root, f"{url}/oidc")
    parameters = {
        "Stage": "local",
        "Issuer": issuer,
        "GateUrl": f"http://gate.localhost:{http_port}",
        "MeUrl": f"http://me.localhost:{http_port}",
        "DeskUrl": f"http://desk.localhost:{http_port}",
        "ApiUrl": url,
        "OidcIssuer": key.issuer,
        "OidcAlgorithm": "ES256",
        # From the engine itself: the HTTP server must not have to ask itself.
        "OidcJwksUrl": f"{engine_url}/{oidc.BUCKET}/{oidc.JWKS}",
        "Schedules": "ENABLED" if schedules else "DISABLED",
        "TraceTexts": "ENABLED",  # the console shows them; here they cost nothing
    }
    engine_api = Engine(engine_url)
    deployed = deploy(engine_api, plan(TEMPLATE, PACKAGED), parameters)
    environment = {
        **clean_environment(gateway_port),
        **deployed.environment,
        "EPIPASS_STATE": str(folder.root),
        "KEY_ROOT": deployed.outputs["RootKey"],
    }
    oidc.publish(engine_api.client("s3"), key, REGION)
    return Service(url, engine_url, environment, deployed.outputs, folder, (engine,))


def _announce(service: Service) -> None:
    """Tell the other commands of this machine where the service is; the file goes when the service does."""
    told = {"url": service.url, "engine_url": service.engine_url, "outputs": dict(service.outputs)}
    told["environment"] = {key: value for key, value in service.environment.items() if key in _told_names(service)}
    readable_by_owner(service.state.service_file, json.dumps(told, indent=1))


def _told_names(service: Service) -> set[str]:
    prefixes = (
        "TABLE_",
        "BUCKET_",
        "QUEUE_",
        "SECRET_",
        "KEY_",
        "EPIPASS_",
        "OIDC_",
        "MACHINE_",
        "AWS_",
        "POWERTOOLS_",
    )
    return {key for key in service.environment if key.startswith(prefixes)}
