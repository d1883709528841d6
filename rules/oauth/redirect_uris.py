"""Where a browser may be sent back to with a code: exactly the registered addresses (RFC 9700, 2.1; RFC 8252, 7.3)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rules.web_addresses import clean_url

_LOOPBACK = ("127.0.0.1", "[::1]")
_LOOPBACK_PORT = re.compile(r"\A(http://(?:127\.0\.0\.1|\[::1\]))(?::[0-9]{1,5})?(?=[/?])")


def clean_redirect_uri(value: str) -> str:
    """Return a redirect address as it will be compared: https, or http on the own machine by its number.

    `localhost` is refused: a name can be made to lead elsewhere, and RFC 8252 asks for the number.
    """
    url = clean_url(value)
    if "#" in value:
        raise ValueError("A redirect address ends before the `#`: browsers keep that part to themselves.")
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise ValueError("A redirect address begins with https://; for the own machine write http://127.0.0.1 instead.")
    return _without_port(url)


def matches(registered: str, asked: str) -> bool:
    """Whether an address is the registered one, character by character. Programs on the user's machine cannot know
    which port will be free, so on the loopback address any port is the same."""
    return _without_port(asked) == registered


def _without_port(url: str) -> str:
    return _LOOPBACK_PORT.sub(r"\1", url, count=1)
