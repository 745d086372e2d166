"""template.yaml read, and rewritten for the embedded engine, as a frozen plan.

Planning touches nothing but files; `deploy.py` performs the plan. What the engine refuses or drops is listed here
and nowhere else.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.paths import FONT

# The bucket that code and machine definitions are put into; not one of the template's.
CODE_BUCKET = "epipass-local-code"
# Types the engine refuses, or for which there is nothing to do on one machine.
REFUSED_TYPES = frozenset(
    {
        "AWS::Serverless::LayerVersion",  # functions run on the project's own Python
        "AWS::WAFv2::WebACLAssociation",
        "AWS::ApplicationAutoScaling::ScalableTarget",
        "AWS::ApplicationAutoScaling::ScalingPolicy",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",  # it would exist; it names alarms that do not, and nothing draws it
        "AWS::Budgets::Budget",
        "AWS::SecretsManager::RotationSchedule",
    }
)
# The zip format's first instant: the same sources give the same bytes, so the same name, so no update.
FIXED_DATE = (1980, 1, 1, 0, 0, 0)
Template = dict[str, Any]


@dataclass(frozen=True)
class Upload:
    """Bytes that the template refers to, named by their hash."""

    key: str
    body: bytes


@dataclass(frozen=True)
class Plan:
    """All that deploying takes: the rewritten template, the bytes it refers to, and what its text loses."""

    template: Upload
    uploads: tuple[Upload, ...]
    ttl: tuple[tuple[str, str], ...]  # (logical id of a table, its TTL attribute): the engine drops it
    dropped: tuple[str, ...]


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags (!Ref, !Sub, …) turned into their long form."""


def _short_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)  # noqa: S101 - the third and last kind of node
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_tag)


def read(path: Path) -> Template:
    """The template as plain data, short tags spelt out."""
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> Template:
    """The same of a template's text."""
    loaded = yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader with tags added
    if not isinstance(loaded, dict):
        raise TypeError("this is not a template")
    return json.loads(json.dumps(loaded))  # type: ignore[no-any-return]  # anchors are shared objects: part them


def plan(path: Path, packaged: Iterable[str]) -> Plan:
    """What to deploy into the engine for the template at `path`, with the sources `packaged` beside it as its code."""
    template = read(path)
    code = _upload(bundle(path.parent, packaged), ".zip")
    uploads = {code.key: code}
    dropped = tuple(sorted(name for name, found in _resources(template) if refused(found)))
    for name in dropped:
        del template["Resources"][name]
    common = template.get("Globals", {}).get("Function", {})
    common.pop("Layers", None)
    common.pop("CodeUri", None)
    variables = common.get("Environment", {}).get("Variables", {})
    if "EPIPASS_FONT" in variables:
        variables["EPIPASS_FONT"] = str(FONT)  # no layer is built here
    ttl = []
    for name, resource in _resources(template):
        resource.pop("Metadata", None)
        properties = resource.setdefault("Properties", {})
        if resource["Type"] == "AWS::Serverless::Function":
            properties.pop("Layers", None)
            properties["CodeUri"] = _at(code)
        if resource["Type"] == "AWS::Serverless::StateMachine":
            definition = _upload((path.parent / properties["DefinitionUri"]).read_bytes(), ".json")
            uploads[definition.key] = definition
            properties["DefinitionUri"] = _at(definition)
        if "TimeToLiveSpecification" in properties:
            ttl.append((name, str(properties["TimeToLiveSpecification"]["AttributeName"])))
    return Plan(_upload(json.dumps(template).encode(), ".template"), tuple(uploads.values()), tuple(ttl), dropped)


def refused(resource: Template) -> bool:
    """Tell whether the engine has no such resource: by its type, or an alarm over an expression instead of a metric."""
    return resource["Type"] in REFUSED_TYPES or "Metrics" in resource.get("Properties", {})


def bundle(root: Path, packaged: Iterable[str]) -> bytes:
    """A zip of the sources: the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for source in sorted(_sources(root, packaged)):
            entry = zipfile.ZipInfo(source.relative_to(root).as_posix(), FIXED_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, source.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _sources(root: Path, packaged: Iterable[str]) -> Iterator[Path]:
    for name in packaged:
        path = root / name
        if path.is_file():
            yield path
        else:
            yield from (p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def _resources(template: Template) -> list[tuple[str, dict[str, Any]]]:
    return list(template["Resources"].items())


def _upload(body: bytes, extension: str) -> Upload:
    return Upload(hashlib.sha256(body).hexdigest()[:16] + extension, body)


def _at(upload: Upload) -> Mapping[str, str]:
    return {"Bucket": CODE_BUCKET, "Key": upload.key}
