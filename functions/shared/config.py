"""What the template tells a function through its environment, read once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


@dataclass(frozen=True)
class Settings:
    """The deployment's addresses and identity provider."""

    issuer: str
    api_url: str
    gate_url: str
    me_url: str
    desk_url: str
    oidc_issuer: str
    oidc_client: str
    oidc_jwks_url: str
    oidc_algorithm: str
    embedded: bool
    edge_digests: tuple[str, ...] = ()  # hex SHA-256 of the secrets by which the edge proves itself; none: no edge

    @property
    def origins(self) -> frozenset[str]:
        """Every origin at which a client may believe it reached us (RFC 9449 `htu` starts with one of them)."""
        return frozenset({self.api_url, self.gate_url, self.me_url, self.desk_url})


def is_loopback(url: str) -> bool:
    """Tell whether a URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    return host in _LOOPBACK or host.endswith(".localhost")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Read the environment; the embedded engine is known by its loopback `AWS_ENDPOINT_URL` alone."""
    get = os.environ.get
    issuer = get("EPIPASS_ISSUER", "https://pass.example.gov")
    return Settings(
        issuer=issuer,
        api_url=get("EPIPASS_API_URL", issuer),
        gate_url=get("EPIPASS_GATE_URL", issuer),
        me_url=get("EPIPASS_ME_URL", issuer),
        desk_url=get("EPIPASS_DESK_URL", issuer),
        oidc_issuer=get("OIDC_ISSUER", ""),
        oidc_client=get("OIDC_CLIENT", "epipass"),
        oidc_jwks_url=get("OIDC_JWKS_URL", ""),
        oidc_algorithm=get("OIDC_ALGORITHM", "RS256"),
        embedded=is_loopback(get("AWS_ENDPOINT_URL", "")),
        edge_digests=tuple(filter(None, get("EPIPASS_EDGE_DIGESTS", "").split(","))),
    )
