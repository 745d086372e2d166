"""From which network address a request came, as limits count it.

The gateway tells who called *it*: behind CloudFront that is the edge, the same for thousands of people, and a caller
can write any `X-Forwarded-For`. So the edge (infra/edge.yaml) writes the viewer's address into a header of ours, over
whatever was sent, and proves itself by a secret that the distribution adds. The functions know the secret's hash alone.
Where no hash is configured there is no edge, as on one machine: then the gateway's word is the viewer's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from functions.shared.problems import Forbidden

PROOF: Final = "epipass-edge"
ADDRESS: Final = "epipass-viewer"
_HOUSEHOLD: Final = 64  # bits of an IPv6 address that a network is given; whoever has it has all addresses in it


def address_of(headers: Mapping[str, str], gateway_s: str, digests: Collection[str]) -> str:
    """Return the address a request is counted under.

    Args:
        headers: the request's, names in lower case.
        gateway_s: the address that called the gateway.
        digests: hex SHA-256 of each secret that an edge may prove itself by; two while one replaces the other.

    Raises:
        Forbidden: `edge`, when there is an edge and the request did not come through it.
    """
    if not digests:
        return counted(gateway_s)
    shown = hashlib.sha256(headers.get(PROOF, "").encode()).hexdigest()
    if shown not in digests:
        raise Forbidden("Call the address of the pages; this one is not for callers.", code="edge")
    return counted(headers.get(ADDRESS, ""))


def counted(address: str) -> str:
    """Return an address as limits count it: IPv4 whole, of IPv6 the network; what is no address is one place for all."""
    try:
        read = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped:
        return str(read.ipv4_mapped)
    return str(ip_network((int(read), _HOUSEHOLD), strict=False).network_address)
