"""The dashboard: people of the salon in their browsers. A session cookie, and a header that other sites cannot send."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calendera.tour.asking import Asker, Data
from calendera.tour.cast import OWNER, PASSWORD, STYLIST
from calendera.tour.diary import plan_ahead
from calendera.tour.route import Route
from calendera.tour.widget import free_slots
from rules.instants import format_instant
from rules.zones import zone as zone_of

PAGE = 100

SIGN_IN = """
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    __typename
    ... on SignInPayload { viewer { kind role account { id name zone } } }
    ... on Refusal { message code }
  }
}
"""
SIGN_OUT = """
mutation SignOut { signOut { __typename ... on SignOutPayload { viewer { kind } } } }
"""
ME = """
query Me { me { name email memberships { accountName role } } }
"""
HISTORY = """
query History($id: ID!) {
  booking(id: $id) { reference status version history { at name actorKind } }
}
"""
RESCHEDULE = """
mutation Reschedule($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) {
    __typename
    ... on RescheduleBookingPayload { booking { id reference version startsAt local { dateTime abbreviation } } }
    ... on VersionConflict { currentVersion }
    ... on Refusal { message code }
  }
}
"""
CONTACTS = """
query Contacts { customers(first: 3) { nodes { name email phone } } }
"""
SETTINGS = """
query Settings { privacySettings { bookingMonths staffSeeContacts } }
"""


async def as_dashboard(route: Route) -> None:
    """The owner reads the week, plans ahead and moves the booking of the widget; a stylist sees less; both sign out."""
    route.telling.part(
        "Dashboard: the owner and a stylist of the salon in their browsers",
        "/graphql with the session cookie, and the header X-Calendera-Client, which another site cannot send.",
    )
    async with route.dashboard("owner") as owner:
        viewer = await sign_in(owner, OWNER, "The owner signs in.")
        owner.expect("an owner", viewer["role"] == "OWNER", viewer)
        await _from_another_site(route, owner.transport.noted.cookie)
        await _read_week(owner, route, zone_of(viewer["account"]["zone"]))
        await plan_ahead(owner, route)
        await _move(owner, route)
        await _sign_out(owner)
    async with route.dashboard("stylist") as stylist:
        await sign_in(stylist, STYLIST, "A stylist signs in.")
        await _see_less(stylist)
        await _sign_out(stylist)


async def sign_in(browser: Asker, email: str, why: str) -> Data:
    """Sign a seeded person in; the viewer that the server sees from now on."""
    payload = await browser.do(why, SIGN_IN, input={"email": email, "password": PASSWORD})
    _, _, attributes = browser.transport.noted.set_cookie.partition(";")
    asked = {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"}
    given = {one.strip() for one in attributes.split(";")}
    kept = browser.transport.noted.cookie.startswith("__Host-") and asked <= given
    browser.expect("one __Host- cookie that scripts cannot read", kept, sorted(given))
    viewer: Data = payload["viewer"]
    return viewer


async def _from_another_site(route: Route, cookie: str) -> None:
    """What the page of another site can make the owner's browser send: the cookie, but never our header."""
    async with route.dashboard("another site", header=False) as elsewhere:
        elsewhere.transport.noted.cookie = cookie
        why = "Another site makes the owner's browser ask: the cookie comes along, the header cannot."
        await elsewhere.denied(why, ME, "FORBIDDEN")


async def _read_week(owner: Asker, route: Route, zone: ZoneInfo) -> None:
    today = route.now.astimezone(zone).date()
    monday = datetime.combine(today - timedelta(today.weekday()), time(), zone)
    week = {"from": _instant(monday), "before": _instant(datetime.combine(monday.date() + timedelta(7), time(), zone))}
    why = f"Read this week, up to {PAGE} bookings, with services, staff and customers: one request."
    found = (await owner.read(why, "dashboard/Week", **week, first=PAGE))["bookings"]["nodes"]
    owner.expect("bookings", bool(found), found)
    named = all(one["service"]["name"] and one["staff"]["name"] and one["customer"]["name"] for one in found)
    owner.expect("each with its service, its person and its customer", named, found)
    within = all(week["from"] <= one["startsAt"] < week["before"] for one in found)
    owner.expect("nothing from another week", within, [one["startsAt"] for one in found])
    route.seen |= {"other booking": found[0]["id"], "customer": found[0]["customer"]["id"]}


def _instant(moment: datetime) -> str:
    return format_instant(moment.astimezone(UTC))


async def _move(owner: Asker, route: Route) -> None:
    """Move the widget's booking to the next free start, and see what the history keeps."""
    booking = route.seen["booking"]
    before = (await owner.read("Look at the booking from the widget and its history.", HISTORY, id=booking))["booking"]
    made = [(event["name"], event["actorKind"]) for event in before["history"]]
    owner.expect("one event: a visitor made it", made == [("booking_made", "VISITOR")], made)
    which = {"serviceId": route.seen["service"], "staffId": route.seen["staff"]}
    why = "Look for another time with the same person."
    free = await free_slots(owner, why, "dashboard/FreeTimes", **which, **route.dates)
    owner.expect("free starts", bool(free), free)
    wanted = {"id": booking, "startsAt": free[-1]["startsAt"], "expectedVersion": before["version"]}
    moved = (await owner.do("Move it there.", RESCHEDULE, input=wanted))["booking"]
    same = moved["id"] == booking and moved["reference"] == before["reference"]
    owner.expect("the same booking with the same reference", same, moved)
    why = "Move it once more, as a colleague who still looks at the old version."
    late = await owner.refused(why, RESCHEDULE, "VersionConflict", input=wanted | {"startsAt": free[0]["startsAt"]})
    owner.expect("the version it is at now", late["currentVersion"] == moved["version"], late)
    after = (await owner.read("Look at the history again.", HISTORY, id=booking))["booking"]
    events = [(event["name"], event["actorKind"]) for event in after["history"]]
    owner.expect("one more event: a member moved it", events == [*made, ("booking_rescheduled", "MEMBER")], events)


async def _see_less(stylist: Asker) -> None:
    found = (await stylist.read("Look at some customers.", CONTACTS))["customers"]["nodes"]
    stylist.expect("customers with their names", all(one["name"] for one in found), found)
    hidden = all("…" in (one["email"] or "…") and "•" in (one["phone"] or "•") for one in found)
    stylist.expect("masked contacts for staff", hidden, found)
    await stylist.denied("Look at the salon's privacy settings.", SETTINGS, "FORBIDDEN")


async def _sign_out(browser: Asker) -> None:
    """Sign out, and try with the old cookie, as a thief of it would."""
    stolen = browser.transport.noted.cookie
    await browser.do("Sign out.", SIGN_OUT)
    browser.expect("the cookie taken back", not browser.transport.noted.cookie, "it is still there")
    browser.transport.noted.cookie = stolen
    await browser.denied("Go on with a copy of the old cookie.", ME, "UNAUTHENTICATED")
