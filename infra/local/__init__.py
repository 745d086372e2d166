"""The embedded engine: template.yaml deployed on one machine, and served.

`embedded(state, port=…)` is the whole of it: a context manager that starts the engine, deploys the template,
serves the HTTP API and the pages, and stops everything again with its state kept.
"""

from infra.local.embedded import Service, embedded
from infra.local.problems import LaunchError

__all__ = ["LaunchError", "Service", "embedded"]
