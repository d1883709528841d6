"""The widget: a booking form in the salon's own page. It has a key that everybody can read, and no cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from calendera.tour.asking import Asker, Data
from calendera.tour.cast import ORIGIN, WIDGET_KEY
from calendera.tour.route import Route
from rules.zones import zone

# Far enough ahead for every notice and cutoff of the seeded services, near enough for their horizons.
FIRST_DAY, LAST_DAY = 9, 20
CUSTOMER = {"name": "Tour Guest", "email": "tour.guest@example.com"}

HOLD, BOOK, MY_BOOKING = "widget/Hold", "widget/Book", "widget/MyBooking"
CUSTOMERS = """
query Customers { customers(first: 3) { nodes { id name email } } }
"""


async def as_widget(route: Route) -> None:
    """Look at the shop window, hold a slot, book it, read it again, and try to see more."""
    route.telling.part(
        "Widget: the booking form in the salon's page",
        f"/embed/v1/{WIDGET_KEY}/graphql, Origin: {ORIGIN}",
        "The key stands in the page for everybody to read. It opens the shop window, nothing else; no cookie is set.",
    )
    async with route.widget("widget", WIDGET_KEY, ORIGIN) as widget:
        wish = await _choose(widget, route)
        token = await _hold(widget, route, wish)
        booking = await _book(widget, route, wish | {"holdToken": token})
        await widget.denied("Ask for the salon's customers, in words of one's own.", CUSTOMERS, "FORBIDDEN")
        why = "Ask for the week with the document of the dashboard: it is not a widget's."
        await widget.denied(why, "dashboard/Week", "PERSISTED_QUERY_NOT_FOUND", **route.week())
        why = "Ask for the new booking without its token: the key in the page must not be enough."
        await widget.denied(why, MY_BOOKING, "FORBIDDEN", id=booking["id"])
        widget.expect("no cookie in any answer", not widget.transport.noted.cookie, widget.transport.noted.cookie)
    async with route.widget("widget", WIDGET_KEY, ORIGIN, route.cancel_by) as booker:
        why = "Show the visitor what they booked, with the token that came with the answer."
        shown = (await booker.read(why, MY_BOOKING, id=booking["id"]))["booking"]
        booker.expect("the booking that was made", bool(shown) and shown["id"] == booking["id"], shown)
        await booker.denied("Ask for the salon's customers with that token.", CUSTOMERS, "FORBIDDEN")
    await _from_elsewhere(route)


async def _choose(widget: Asker, route: Route) -> Data:
    """The service, person and start of an appointment, as a visitor picks them."""
    why = "Show whose page it is, what happens to the visitor's data, and what can be booked: one GET, no preflight."
    window = await widget.read(why, "widget/Services", first=20)
    at_once = [one for one in window["services"]["nodes"] if one["confirmation"] == "AUTO" and one["staff"]]
    widget.expect("services that are confirmed at once", bool(at_once), window)
    service = max(at_once, key=lambda one: int(one["durationMinutes"]))
    today = route.now.astimezone(zone(window["account"]["zone"])).date()
    dates = {"from": str(today + timedelta(FIRST_DAY)), "to": str(today + timedelta(LAST_DAY))}
    route.dates = dates
    free = await free_slots(widget, f"When is {service['name']} free?", serviceId=service["id"], **dates)
    widget.expect("free starts", bool(free), free)
    slot = free[0]
    route.seen |= {"account": window["account"]["id"], "service": service["id"], "staff": slot["staffIds"][0]}
    route.seen["start"] = slot["startsAt"]
    return {"serviceId": service["id"], "staffId": slot["staffIds"][0], "startsAt": slot["startsAt"]}


async def free_slots(client: Asker, why: str, document: str = "widget/Availability", **which: Any) -> list[Data]:
    """The free starts of a service on some dates; perhaps none."""
    found = (await client.read(why, document, **which))["availability"]
    if found is None:
        raise client.surprise("a service that can be booked", found)
    free: list[Data] = found["slots"]
    return free


async def _hold(widget: Asker, route: Route, wish: Data) -> str:
    """Hold the slot, and look at it as others and its holder see it now; the hold's token."""
    held = await widget.do("Keep the slot for this visitor while they fill in the form.", HOLD, input=wish)
    token = str(held["token"])
    asked = {"serviceId": wish["serviceId"], "staffId": wish["staffId"], **route.days_around(wish["startsAt"])}
    others = await free_slots(widget, "Look again, as every other visitor.", **asked)
    starts = [slot["startsAt"] for slot in others]
    widget.expect("the held start gone", wish["startsAt"] not in starts, wish["startsAt"])
    mine = await free_slots(widget, "Look again, as the one who holds it.", **asked, holdToken=token)
    starts = [slot["startsAt"] for slot in mine]
    widget.expect("the start still free for its holder", wish["startsAt"] in starts, starts)
    why = "Let another visitor try to hold the same: whoever comes second is offered other times."
    taken = await widget.refused(why, HOLD, "SlotTaken", input=wish)
    widget.expect("other times offered", bool(taken["alternatives"]), taken)
    return token


async def _book(widget: Asker, route: Route, wish: Data) -> Data:
    """Book what is held, twice with one key as a shaky network makes clients do; the booking."""
    wanted = wish | {"customer": CUSTOMER, "note": "Booked by calendera tour.", "idempotencyKey": str(uuid4())}
    booked = await widget.do("Book what is held.", BOOK, input=wanted)
    route.cancel_by = booked["manageToken"]
    booking: Data = booked["booking"]
    route.seen["booking"] = booking["id"]
    widget.expect("a confirmed booking", booking["status"] == "CONFIRMED", booking["status"])
    widget.expect("a token that manages it", str(route.cancel_by).startswith("mt_"), route.cancel_by)
    why = "Send the same again, as after a lost connection: the same key must not book twice."
    again = await widget.do(why, BOOK, input=wanted)
    widget.expect("the same booking", again["booking"]["id"] == booking["id"], again)
    return booking


async def _from_elsewhere(route: Route) -> None:
    """A copy of the key in somebody else's page."""
    async with route.widget("another page", WIDGET_KEY, "https://elsewhere.example") as elsewhere:
        why = "Use the same key in the page of a site that the salon did not allow."
        await elsewhere.denied(why, "widget/PrivacyNotice", "FORBIDDEN")
