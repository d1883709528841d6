"""The partner: another company's server with a secret key, limited to the scopes that the salon gave it."""

from __future__ import annotations

from datetime import timedelta

from calendera.tour.asking import Asker, Data
from calendera.tour.cast import PARTNER_KEY
from calendera.tour.route import Route
from rules.instants import format_instant

PAGE = 20
MOST_PAGES = 20

CHANGED = """
query Changed($since: DateTime!, $first: Int!, $after: String, $count: Boolean!) {
  bookings(filter: {changedSince: $since}, orderBy: UPDATED_AT, first: $first, after: $after) {
    nodes { id reference status startsAt updatedAt service { name } }
    pageInfo { hasNextPage endCursor }
    totalCount @include(if: $count)
  }
}
"""
CUSTOMERS = """
query Customers { customers(first: 3) { nodes { name email } } }
"""
SETTINGS = """
query Settings { privacySettings { bookingMonths } }
"""
REVOKE = """
mutation Revoke($input: RevokeAccessKeyInput!) { revokeAccessKey(input: $input) { __typename } }
"""
VIEWER = """
query Viewer { viewer { kind permissions { name access } } }
"""


async def as_partner(route: Route) -> None:
    """Read what changed since yesterday, page by page, and be refused the rest."""
    route.telling.part(
        "Partner: the server of another company",
        "/graphql with Authorization: Bearer sk_…, a secret key that can do what its scopes say.",
    )
    async with route.by_secret("partner", PARTNER_KEY) as partner:
        viewer = (await partner.read("Ask what this key may do.", VIEWER))["viewer"]
        partner.expect("a partner", viewer["kind"] == "PARTNER", viewer)
        changed = await _read_changes(partner, route)
        partner.expect("the booking from the widget among them", route.seen["booking"] in changed, changed)
        await partner.denied("Ask for customers, which none of its scopes opens.", CUSTOMERS, "FORBIDDEN")
        await partner.denied("Ask for the privacy settings, which no scope at all opens.", SETTINGS, "FORBIDDEN")
        why = "Try to revoke a key, as somebody with a stolen one might."
        await partner.denied(why, REVOKE, "FORBIDDEN", input={"id": route.seen["booking"]})
    async with route.by_secret(
        "partner with a mistyped key", f"{PARTNER_KEY[:-1]}{_other(PARTNER_KEY[-1])}"
    ) as mistyped:
        await mistyped.denied("Ask with one letter of the key wrong.", VIEWER, "UNAUTHENTICATED")


async def _read_changes(partner: Asker, route: Route) -> list[str]:
    """The ids of all bookings that changed since yesterday, the latest change last."""
    asked: Data = {"since": format_instant(route.now - timedelta(days=1)), "first": PAGE, "count": True}
    why = "Read the bookings that changed since yesterday, the oldest change first."
    found: list[Data] = []
    total = 0
    for _ in range(MOST_PAGES):
        page = (await partner.read(why, CHANGED, **asked))["bookings"]
        total = page.get("totalCount", total)
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        asked |= {"after": page["pageInfo"]["endCursor"], "count": False}
        why = "Go on after the last cursor: rows that change meanwhile shift nothing."
    ids = [one["id"] for one in found]
    counts = (total, len(ids), len(set(ids)))
    partner.expect("every booking once", counts == (total,) * 3, "counted, read, different: {} {} {}".format(*counts))
    times = [one["updatedAt"] for one in found]
    partner.expect("the order that was asked for", times == sorted(times), times)
    return ids


def _other(letter: str) -> str:
    return "a" if letter != "a" else "b"
