"""`/privacy`: the platform's policy as a page for people, each promise with how it stands; and its feed.

Written on the server, because whoever turned scripts off may read a policy too. The same for everybody: no cookie is
read or set, no script runs, and nothing is loaded but our own stylesheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from calendera.authentication import address_of
from calendera.clock import Clock
from calendera.mail_words import day_of
from calendera.metering import Meter
from calendera.payers import payer_of
from permissions.viewer import VISITOR
from privacy import policy
from privacy.changes import Change, changes
from privacy.policy import Policy, is_material
from privacy.promises import PromiseStatus
from resolvers.policy import Kept, how_promises_stand, in_force

FEED = "/privacy.atom"
_COST = 10
_STANDS = {
    PromiseStatus.PASSING: "Kept",
    PromiseStatus.FAILING: "Not kept at the moment",
    PromiseStatus.NOT_CHECKED: "Not checked",
    PromiseStatus.PLANNED: "Kept by people, not by software yet",
}
_HEAD = """<!doctype html>
<html lang="en" dir="ltr">
  <head>
    <meta charset="utf-8">
    <title>{title} · Calendera</title>
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/pages/pages.css">
    <link rel="alternate" type="application/atom+xml" href="{feed}" title="Versions of the privacy policy">
  </head>
  <body>
    <main>
"""
_FOOT = """
    </main>
    <footer>Calendera. This page sets no cookie, runs no script and loads nothing from anywhere else.</footer>
  </body>
</html>
"""


def privacy_routes(clock: Clock, meter: Meter, public_url: str) -> list[Route]:
    """`/privacy`, `/privacy/{version}` for each published one, and the feed."""

    async def page(request: Request) -> Response:
        now, name = clock.now(), request.path_params.get("version")
        level = await meter.own.take(payer_of(VISITOR, address_of(request), now).key, _COST)
        if level.wait:
            seconds = max(1, ceil(level.wait))
            return PlainTextResponse(f"Come again in {seconds} s.\n", 429, headers={"Retry-After": str(seconds)})
        published = policy.published(now.date())
        shown = policy.version(name) if name else in_force(now) or policy.versions()[0]
        if shown not in published and name:
            return PlainTextResponse("No version of the policy was published under this name.\n", 404)
        text = "\n".join(_page(shown, await how_promises_stand(shown, now), published)) if shown else ""
        head = _HEAD.format(title=escape(shown.title if shown else ""), feed=FEED)
        return Response(f"{head}{text}{_FOOT}", media_type="text/html", headers={"Cache-Control": "no-cache"})

    async def feed(_request: Request) -> Response:
        text = "\n".join(_feed(policy.published(clock.now().date()), public_url))
        return Response(text, media_type="application/atom+xml", headers={"Cache-Control": "public, max-age=3600"})

    return [Route("/privacy", page), Route("/privacy/{version}", page), Route(FEED, feed)]


def _page(shown: Policy, stands: list[Kept], published: tuple[Policy, ...]) -> Iterator[str]:
    by_number = {kept.passage.number: kept for kept in stands}
    yield f"<h1>{escape(shown.title)}</h1>"
    yield f"<p>Last updated: {day_of(shown.last_updated)}</p>"
    yield from _passage(by_number["header"], "h2")
    for section in shown.sections:
        divided = len(section.subsections) > 1
        if divided:
            yield f"<h2>{section.number}. {escape(section.heading)}</h2>"
        for passage in section.subsections:
            yield from _passage(by_number[passage.number], "h3" if divided else "h2")
    yield from _passage(by_number["contact"], "h2")
    yield from _contact(shown)
    old = policy.before(shown)
    if old is not None:
        yield f"<h2>What differs from {old.version}</h2>"
        for change in changes(old, shown):
            yield from _change(change)
    yield "<h2>Versions</h2><ul>"
    yield from (f'<li><a href="/privacy/{one.version}">{one.version}</a></li>' for one in reversed(published))
    yield f'</ul><p><a href="{FEED}">Follow new versions (Atom)</a></p>'


def _passage(kept: Kept, tag: str) -> Iterator[str]:
    number = kept.passage.number
    name = f"{number} " if number[0].isdigit() else ""
    yield f'<{tag} id="p{number}">{name}{escape(kept.passage.heading)}</{tag}>'
    yield f"<p>{escape(kept.sentence)}</p>"
    checked = f" (checked {kept.checked_at:%Y-%m-%d %H:%M} UTC)" if kept.checked_at else ""
    yield f'<p class="hint"><strong>{_STANDS[kept.status]}</strong>{checked}. {escape(kept.evidence)}</p>'


def _contact(shown: Policy) -> Iterator[str]:
    contact = shown.contact
    yield "<dl>"
    yield f'<div><dt>Email</dt><dd><a href="mailto:{escape(contact.email)}">{escape(contact.email)}</a></dd></div>'
    yield f"<div><dt>Address</dt><dd>{escape(contact.postal_address)}</dd></div>"
    yield f'<div><dt>Phone</dt><dd><a href="tel:{escape(contact.phone_digits)}">{escape(contact.phone)}</a></dd></div>'
    yield "</dl>"


def _change(change: Change) -> Iterator[str]:
    meant = "says something else" if change.material else "says the same in other words"
    yield f"<details><summary>{change.passage} {escape(change.heading)} {meant}</summary>"
    for word, sentences in (("Before", change.before), ("Now", change.after)):
        yield f"<p><strong>{word}:</strong> {escape(' '.join(sentences)) or 'nothing'}</p>"
    yield "</details>"


def _feed(published: tuple[Policy, ...], public_url: str) -> Iterator[str]:
    url = escape(public_url)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield '<feed xmlns="http://www.w3.org/2005/Atom">'
    yield "<id>tag:calendera.com,2026:privacy</id><title>Privacy policy of Calendera</title>"
    yield "<author><name>Calendera</name></author>"
    yield f'<link rel="self" href="{url}{FEED}"/><link href="{url}/privacy"/>'
    yield f"<updated>{_noted(published[-1] if published else policy.versions()[0])}</updated>"
    for one in reversed(published):
        yield f"<entry><id>tag:calendera.com,2026:privacy/{one.version}</id>"
        yield f"<title>Privacy policy, in force from {one.version}</title><updated>{_noted(one)}</updated>"
        yield f'<link href="{url}/privacy/{one.version}"/><summary>{escape(_summary(one))}</summary></entry>'
    yield "</feed>\n"


def _noted(one: Policy) -> str:
    return f"{one.published_on.isoformat()}T00:00:00Z"


def _summary(one: Policy) -> str:
    old = policy.before(one)
    if old is None:
        return "The first version."
    parts = ", ".join(change.passage for change in changes(old, one))
    return f"{'Promises something else' if is_material(one) else 'Says the same in other words'}: {parts}."
