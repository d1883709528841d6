"""The customer: whoever has the manage link of the booking. Cancelling it also leaves the database tidy."""

from __future__ import annotations

from calendera.tour.route import Route

MINE = """
query Mine($id: ID!) {
  booking(id: $id) { id reference status startsAt service { name } cancellableUntil }
}
"""
CUSTOMERS = """
query Customers { customers(first: 3) { nodes { name } } }
"""
CANCEL = """
mutation Cancel($input: CancelBookingInput!) {
  cancelBooking(input: $input) {
    __typename
    ... on CancelBookingPayload { booking { id status } }
    ... on Refusal { message code }
  }
}
"""


async def as_customer(route: Route) -> None:
    """Open the booking by its link, try another, and cancel it."""
    route.telling.part(
        "Customer: the link that manages one booking",
        "/graphql with Authorization: Bearer mt_…; no account, no password, no cookie.",
    )
    async with route.by_secret("customer", route.cancel_by or "") as customer:
        why = "Look at the appointment, which the salon has moved and the rival could not."
        mine = (await customer.read(why, MINE, id=route.seen["booking"]))["booking"]
        customer.expect("a confirmed booking", bool(mine) and mine["status"] == "CONFIRMED", mine)
        why = "Look at another booking of the salon."
        other = (await customer.read(why, MINE, id=route.seen["other booking"]))["booking"]
        customer.expect("nothing", other is None, other)
        await customer.denied("Ask who else comes there.", CUSTOMERS, "FORBIDDEN")
        cancelled = await customer.do("Cancel the appointment.", CANCEL, input=_which(route))
        route.cancel_by = None
        status = cancelled["booking"]["status"]
        customer.expect("a cancelled booking, and its time free again", status == "CANCELLED", status)


async def tidy(route: Route) -> None:
    """Cancel the booking where the tour ended before its customer did."""
    if route.cancel_by is None:
        return
    async with route.by_secret("tidying", route.cancel_by) as customer:
        await customer.do(
            "Cancel what this tour has booked, to leave the diary as it was.", CANCEL, input=_which(route)
        )
        route.cancel_by = None


def _which(route: Route) -> dict[str, str]:
    return {"id": route.seen["booking"], "reason": "Booked by calendera tour."}
