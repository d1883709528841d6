"""From which network an attempt came, for counting: what one party can change at will counts as one."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

_ONE_CUSTOMER = 64  # bits: a provider gives each customer at least a /64 of IPv6


def counted_network(address: str) -> str:
    """An IPv4 address as it is, an IPv6 address by its /64, anything else as the text it is."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((found, _ONE_CUSTOMER), strict=False))
