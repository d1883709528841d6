"""Which page a browser says a request comes from, where the browser's own cookie speaks for somebody.

Three locks, each enough alone in today's browsers: a header of ours and a content type that a page of another site
cannot send unasked, and what the browser itself says of the page. Whoever sends a secret has no need of them.
"""

from __future__ import annotations

from starlette.datastructures import Headers

from rules.errors import Denied

# A page of another site cannot send this header without asking first (CORS), and is then refused.
CLIENT_HEADER = "X-Calendera-Client"
_ELSEWHERE = "This request comes from a page of another site. The cookie works on pages of this server only."
_OURS = {"same-origin", "none"}  # none: typed, or opened from a bookmark


def check_page(headers: Headers, origin: str) -> None:
    """Denied where a browser says that the page which asks is not one of `origin`. Other programs say nothing."""
    named = headers.getlist("origin")
    if named and named != [origin]:
        raise Denied(_ELSEWHERE)
    said = headers.getlist("sec-fetch-site")
    if said and (len(said) > 1 or said[0] not in _OURS):
        raise Denied(_ELSEWHERE)


def check_client_header(headers: Headers) -> None:
    """Denied without the header that a page of another site cannot send."""
    if CLIENT_HEADER not in headers:
        raise Denied(f"Requests with the session cookie must send the header {CLIENT_HEADER}, as `dashboard`.")


def check_link(headers: Headers) -> None:
    """Denied where a page of another site loads a download into itself. Following a link from anywhere is allowed: it
    shows nothing to the page that it was on."""
    if headers.get("sec-fetch-site", "none") in _OURS:
        return
    if (headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")) != ("navigate", "document"):
        raise Denied(_ELSEWHERE)
