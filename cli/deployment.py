"""The deployment that a command works on: the embedded engine of this machine, or a stack in the cloud."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import click

from infra.build.restored import RECORD
from infra.local.deploy import STACK
from infra.local.engine import Engine
from infra.paths import ROOT, TEMPLATE

STATE_VARIABLE = "EPIPASS_STATE"


@dataclass(frozen=True)
class Deployment:
    """A stack's names, and clients that reach it."""

    client: Callable[[str], Any]
    stack: str
    embedded: bool
    url: str  # of the embedded HTTP server; empty in the cloud

    def outputs(self) -> Mapping[str, str]:
        """What the stack says about itself."""
        stack = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def names(self) -> Mapping[str, str]:
        """The physical name of each resource by its logical id."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack)
        found = [resource for page in pages for resource in page["StackResourceSummaries"]]
        return {resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "") for resource in found}

    def environment(self) -> Mapping[str, str]:
        """What the public function sees: the template's Globals, resolved."""
        name = self.names()["PublicFunction"]
        held = self.client("lambda").get_function_configuration(FunctionName=name)
        return dict(held["Environment"]["Variables"])

    def call(self, output: str) -> Any:
        """What the function named by a stack output answers; raises ClickException when it fails."""
        answered = self.client("lambda").invoke(FunctionName=self.outputs()[output], Payload=b"{}")
        body = json.loads(answered["Payload"].read() or b"null")
        if answered.get("FunctionError"):
            raise click.ClickException(f"{output} failed: {body.get('errorType')} {body.get('errorMessage')}")
        return body


def state_folder() -> Path:
    """Where the embedded engine keeps its state: EPIPASS_STATE, or .epipass in the checkout (else where you are)."""
    checkout = ROOT if (ROOT / "template.yaml").is_file() else Path.cwd()
    return Path(os.environ.get(STATE_VARIABLE) or checkout / ".epipass").resolve()


def running(state: Path | None = None) -> dict[str, Any] | None:
    """What a running embedded service tells about itself; None when none runs."""
    try:
        told: dict[str, Any] = json.loads(((state or state_folder()) / "service.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return told


def deployment(stack: str | None) -> Deployment:
    """The stack called `stack` in the cloud, or the embedded service that runs on this machine.

    Raises:
        ClickException: no stack was named and nothing runs here.
    """
    if stack:
        return Deployment(_cloud, stack, embedded=False, url="")
    told = running()
    if told is None:
        raise click.ClickException(
            "No embedded service runs on this machine: start it with `epipass run`, or name a stack with --stack."
        )
    return Deployment(Engine(told["engine_url"]).client, STACK, embedded=True, url=told["url"])


def _cloud(service: str) -> Any:
    return boto3.client(service)


def stack_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--stack NAME`: a deployment in the cloud instead of the one on this machine."""
    told = "A CloudFormation stack in the cloud; without it, the service that runs on this machine."
    return click.option("--stack", metavar="NAME", help=told)(command)


def template_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--template FILE`: what the stack was built from."""
    told = "The template that the stack was built from; the checkout's by default."
    kind = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.option("--template", type=kind, default=TEMPLATE, help=told)(command)


def record_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--record FILE`: which restored tables are meant instead of the stack's own."""
    kind = click.Path(dir_okay=False, path_type=Path)
    return click.option("--record", type=kind, default=RECORD, help="restored.json, elsewhere.")(command)
