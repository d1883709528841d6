"""Host names: the one written form that mail, URLs and CORS compare."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

LOCALHOSTS = ("localhost", "127.0.0.1", "[::1]")

_LONGEST = 253
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


def clean_domain(value: str) -> str:
    """Return a domain name in small ASCII letters (IDNA 2008: `straße.de` → `xn--strae-oqa.de`), with at least one dot.

    Raises ValueError for anything that the public name system cannot hold, addresses of machines included.
    """
    host = _ascii(value)
    if "." not in host or host.endswith(".") or _NUMBER.fullmatch(host.rpartition(".")[2]):
        raise ValueError("Write a whole domain name, like `example.com`.")
    return host


def clean_host(value: str) -> str:
    """Return the host of a URL as browsers write it: a domain name, `localhost` or an IP address (IPv6 in brackets)."""
    if value.startswith("[") and value.endswith("]") and "%" not in value:
        try:
            return f"[{IPv6Address(value[1:-1]).compressed}]"
        except AddressValueError as error:
            raise ValueError("What stands in the brackets is not an IPv6 address.") from error
    host = _ascii(value)
    if not _NUMBER.fullmatch(host.rpartition(".")[2]):
        return host if is_local(host) else clean_domain(host)
    try:
        return str(IPv4Address(host))
    except AddressValueError as error:
        raise ValueError("Write an IPv4 address as four numbers, like `192.0.2.1`.") from error


def is_local(host: str) -> bool:
    """Whether a clean host is the machine the browser runs on."""
    return host in LOCALHOSTS or host.endswith(".localhost")


def _ascii(value: str) -> str:
    if len(value) > _LONGEST:
        raise ValueError(f"The domain name is too long: at most {_LONGEST} characters.")
    try:
        return idna.encode(value, uts46=True, std3_rules=True).decode("ascii")
    except UnicodeError as error:
        raise ValueError("The domain name is not valid; write it like `example.com`.") from error
