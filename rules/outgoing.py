"""Where a server may go that asks for an address which somebody else wrote: nowhere near itself.

The name is read here; the address that it leads to is checked where the connection is made, and that very address is
used, so that a name cannot lead elsewhere a moment later.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

LONGEST_ADDRESS = 2_000
_WORDS = "must be the https address of a calendar (webcal:// will do), without a user or password in it."
# IPv6 addresses that carry an IPv4 address, and where in their bits it stands.
_CARRIERS = (
    (ip_network("::ffff:0:0/96"), 0), (ip_network("::/96"), 0), (ip_network("64:ff9b::/96"), 0),
    (ip_network("2002::/16"), 80),
)  # fmt: skip


def clean_feed_address(value: str, *, loopback: bool = False) -> str:
    """The address of a calendar elsewhere. ValueError with a sentence that does not repeat it, for it is a secret.

    `loopback`: also http, as on this very machine.
    """
    text = value.strip()
    if len(text) > LONGEST_ADDRESS or any(ord(one) <= 32 or ord(one) == 127 for one in text):
        raise ValueError(_WORDS)
    if text[:9].lower() == "webcal://":
        text = f"https://{text[9:]}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(_WORDS) from None
    schemes = {"https", "http"} if loopback else {"https"}
    if parts.scheme not in schemes or not parts.hostname or port == 0 or "@" in parts.netloc:
        raise ValueError(_WORDS)
    return _without_fragment(parts)


def _without_fragment(parts: SplitResult) -> str:
    try:
        return parts._replace(fragment="", netloc=parts.netloc.encode("idna").decode()).geturl()
    except UnicodeError:
        raise ValueError(_WORDS) from None


def shown_address(value: str) -> str:
    """As much of an address as may be shown: where it is, not the secret in it."""
    return f"https://{urlsplit(value).hostname}/…"


def may_connect(address: str, *, loopback: bool = False) -> bool:
    """Whether a connection may be made to this network address: the public internet alone."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inside = _carried(found)
    if loopback and inside.is_loopback:
        return True
    return inside.is_global and not inside.is_multicast and not (inside.is_reserved or inside.is_unspecified)


def _carried(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(found, IPv6Address):
        if found.teredo is not None:
            return IPv4Address("0.0.0.0")  # noqa: S104 - nowhere: whom it leads to is for others to choose
        for network, shift in _CARRIERS:
            if found in network and int(found) > 1:
                return IPv4Address((int(found) >> shift) & 0xFFFFFFFF)
    return found
