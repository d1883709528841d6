"""URLs that are shown or called, and the origins that a widget key allows; refused with a ValueError that says why."""

import re
from urllib.parse import SplitResult, quote, urlsplit

from rules.hosts import clean_host, is_local

URL_LENGTH = 2000
_DEFAULT_PORTS = {"https": 443, "http": 80}
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\<>\"^`{|}\ud800-\udfff]")


def clean_url(value: str) -> str:
    """Return an `https://` or `http://` address with its host in ASCII, at most 2000 characters, without a password.

    Characters outside ASCII in the path are percent-encoded, as browsers send them.
    """
    parts = _split(value.strip(" "), "web address")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/?%:@!$&()*+,;=~-._')}" if parts.query else ""
    fragment = f"#{quote(parts.fragment, safe='/?%:@!$&()*+,;=~-._')}" if parts.fragment else ""
    url = f"{_authority(parts)}{path}{query}{fragment}"
    if len(url) > URL_LENGTH:
        raise ValueError(f"The web address is too long: at most {URL_LENGTH} characters.")
    return url


def clean_origin(value: str) -> str:
    """Return an origin exactly as a browser writes it in the `Origin` header: `https://host`, `https://host:8443`.

    `http` is for the own machine only. A path, even `/` alone, is refused: it would promise a narrower rule than
    browsers can keep. `*` and `null` are refused: they would allow every site, or every sandboxed one.
    """
    text = value.strip(" ")
    if text in ("*", "null"):
        raise ValueError("Name each site that may show the widget, like `https://www.example.com`.")
    parts = _split(text, "origin")
    if parts.path or "?" in text or "#" in text:
        raise ValueError("An origin ends after the host and port, without a slash, like `https://www.example.com`.")
    origin = _authority(parts)
    if parts.scheme == "http" and not is_local(clean_host(parts.netloc.removesuffix(_port(parts)))):
        raise ValueError("An origin must begin with https://; http:// is for `localhost` only.")
    return origin


def _split(text: str, what: str) -> SplitResult:
    if len(text) > URL_LENGTH:
        raise ValueError(f"The {what} is too long: at most {URL_LENGTH} characters.")
    if _NOT_IN_A_URL.search(text):
        raise ValueError(f"The {what} contains a space or another character that does not belong in it.")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise ValueError(f"The {what} cannot be read; write it like `https://www.example.com`.") from error
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        raise ValueError(f"The {what} must begin with https:// and a host, like `https://www.example.com`.")
    if "@" in parts.netloc:
        raise ValueError(f"The {what} must not contain a user name or password.")
    return parts


def _authority(parts: SplitResult) -> str:
    """`scheme://host`, with the port only where it is not the scheme's own."""
    written = _port(parts)
    host = clean_host(parts.netloc.removesuffix(written))
    port = _DEFAULT_PORTS[parts.scheme] if written in ("", ":") else int(written[1:])
    if not 1 <= port <= 65535:
        raise ValueError("The port must be a number from 1 to 65535.")
    return f"{parts.scheme}://{host}" + (f":{port}" if port != _DEFAULT_PORTS[parts.scheme] else "")


def _port(parts: SplitResult) -> str:
    """The port as written, with its colon; empty where there is none."""
    found = re.search(r":[0-9]{0,9}$", parts.netloc)
    return found[0] if found else ""
