"""The owner plans ahead: the diary of everybody and everything, why a time is not offered, and a series."""

from __future__ import annotations

from calendera.tour.asking import Asker
from calendera.tour.route import Route
from calendera.tour.widget import CUSTOMER, free_slots

VIEW = """
query Diary($from: Date!, $to: Date!) {
  calendarView(from: $from, to: $to) {
    zone
    pages { staffId resourceId unit openHours { startsAt endsAt } busy { startsAt endsAt } conflicts { __typename } }
    bookings { id }
  }
}
"""
EXPLAIN = """
query Explain($serviceId: ID!, $staffId: ID!, $startsAt: DateTime!) {
  explainSlot(serviceId: $serviceId, staffId: $staffId, startsAt: $startsAt) {
    offered reason message alternatives { startsAt }
  }
}
"""
REPEAT = """
mutation Repeat($input: CreateBookingSeriesInput!) {
  createBookingSeries(input: $input) {
    __typename
    ... on CreateBookingSeriesPayload {
      series { rule occurrences { position refused booking { id local { dateTime offset } } } }
    }
    ... on Refusal { message code }
  }
}
"""
CALL_OFF = """
mutation CallOff($input: CancelBookingSeriesInput!) {
  cancelBookingSeries(input: $input) {
    __typename
    ... on CancelBookingSeriesPayload { series { occurrences { booking { status } } } }
    ... on Refusal { message code }
  }
}
"""
WEEKS = 4


async def plan_ahead(owner: Asker, route: Route) -> None:
    """Look at every calendar, ask about a time that is taken, and book what repeats; it is called off again."""
    found = await owner.read("See every calendar of those days: people, rooms and things.", VIEW, **route.dates)
    pages = found["calendarView"]["pages"]
    people = sum(bool(page["staffId"]) for page in pages)
    things = [page["unit"] for page in pages if page["resourceId"]]
    owner.expect("a page for each person, and one for each colour station", people > 0 and things == [1, 2], pages)
    await _ask_why(owner, route)
    await _repeat(owner, route)


async def _ask_why(owner: Asker, route: Route) -> None:
    asked = {"serviceId": route.seen["service"], "staffId": route.seen["staff"], "startsAt": route.seen["start"]}
    why = "Ask why the start that the widget has just booked is not offered to others."
    told = (await owner.read(why, EXPLAIN, **asked))["explainSlot"]
    owner.expect("TAKEN, in words, with other times", told["reason"] == "TAKEN" and told["alternatives"], told)


async def _repeat(owner: Asker, route: Route) -> None:
    """A standing appointment. What the weeks ahead have no room for is left out, and said."""
    which = {"serviceId": route.seen["service"], "staffId": route.seen["staff"]}
    free = await free_slots(
        owner, "Look for a time that could be a standing one.", "dashboard/FreeTimes", **which, **route.dates
    )
    wanted = which | {"startsAt": free[-1]["startsAt"], "customer": CUSTOMER, "onConflict": "SKIP_CONFLICTS"}
    why = f"Book it every week, {WEEKS} times: what cannot be booked is left out, and said."
    rule = {"rule": f"FREQ=WEEKLY;COUNT={WEEKS}"}
    made = (await owner.do(why, REPEAT, input=wanted | rule))["series"]["occurrences"]
    one_of_both = all(bool(one["booking"]) != bool(one["refused"]) for one in made)
    owner.expect("each booked or refused with a reason", len(made) == WEEKS and one_of_both, made)
    booked = [one["booking"] for one in made if one["booking"]]
    clocks = {one["local"]["dateTime"][11:16] for one in booked}
    owner.expect("the same time of day in every week, whatever the clocks do", len(clocks) == 1, booked)
    given = {"bookingId": booked[0]["id"], "scope": "ALL", "reason": "Booked by calendera tour."}
    ended = (await owner.do("Call all of it off at once.", CALL_OFF, input=given))["series"]["occurrences"]
    states = {one["booking"]["status"] for one in ended if one["booking"]}
    owner.expect("all of it cancelled", states == {"CANCELLED"}, states)
