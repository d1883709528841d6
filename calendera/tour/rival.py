"""The rival: the owner of another business, who has come to know ids of the salon and tries them everywhere.

Whatever they ask must be answered as an id that nobody has: a difference would tell what exists.
"""

from __future__ import annotations

from uuid_utils.compat import uuid7

from calendera.tour.asking import Asker, Data
from calendera.tour.cast import RIVAL
from calendera.tour.dashboard import sign_in
from calendera.tour.route import Route
from rules.ids import PREFIXES, global_id

LOOK = """
query Look($booking: ID!, $customer: ID!, $service: ID!, $staff: ID!, $account: ID!, $from: Date!, $to: Date!) {
  node(id: $booking) { id }
  nodes(ids: [$booking, $customer, $service, $staff, $account]) { id }
  booking(id: $booking) { id status }
  customer(id: $customer) { id name email }
  service(id: $service) { id name }
  staffMember(id: $staff) { id name }
  bookings(first: 1, filter: {customerId: $customer}) { totalCount nodes { id } }
  availability(serviceId: $service, from: $from, to: $to) { slots { startsAt } }
}
"""
CANCEL = """
mutation Cancel($input: CancelBookingInput!) {
  cancelBooking(input: $input) { __typename ... on Refusal { message code } }
}
"""
RESCHEDULE = """
mutation Reschedule($input: RescheduleBookingInput!) {
  rescheduleBooking(input: $input) { __typename ... on Refusal { message code } }
}
"""
RENAME = """
mutation Rename($input: UpdateCustomerInput!) {
  updateCustomer(input: $input) { __typename ... on Refusal { message code } }
}
"""
BOOK = """
mutation Book($input: BookInput!) {
  book(input: $input) { __typename ... on Refusal { message code } }
}
"""
SWITCH = """
mutation Switch($input: SwitchAccountInput!) {
  switchAccount(input: $input) { __typename ... on Refusal { message code } }
}
"""
KINDS = ("booking", "customer", "service", "staff", "account")
STARTS_AT = "2027-06-01T15:00:00Z"


async def as_rival(route: Route) -> None:
    """Ask for everything that was seen, and for ids that nobody has; the answers must be the same."""
    route.telling.part(
        "Rival: the owner of another business, with ids of the salon",
        "Each question is asked twice: with the salon's ids and with ids that nobody has.",
    )
    seen = {kind: route.seen[kind] for kind in KINDS}
    nobody = {kind: global_id(kind, uuid7()) for kind in KINDS if kind in PREFIXES}
    async with route.dashboard("rival") as rival:
        viewer = await sign_in(rival, RIVAL, "The owner of the other business signs in.")
        rival.expect("another business", viewer["account"]["id"] != seen["account"], viewer)
        found = await rival.read("Look for the salon's rows.", LOOK, **seen, **route.dates)
        random = await rival.read("Look for rows that do not exist.", LOOK, **nobody, **route.dates)
        rival.expect("the same answer for both", found == random, found)
        rival.expect("nothing in it", not _values(found), found)
        await _try_to_change(rival, seen, nobody)


async def _try_to_change(rival: Asker, seen: Data, nobody: Data) -> None:
    for (what, document, wanted), (_, _, random) in zip(_attempts(seen), _attempts(nobody), strict=True):
        refused = await rival.refused(f"{what}.", document, "NotFound", input=wanted)
        absent = await rival.refused(f"{what}, with an id that nobody has.", document, "NotFound", input=random)
        rival.expect("the same words for both", refused == absent, (refused, absent))


def _attempts(ids: Data) -> list[tuple[str, str, Data]]:
    """What somebody would try who has ids: in words, the mutation, its input."""
    booking, customer, service = ids["booking"], ids["customer"], ids["service"]
    return [
        ("Cancel the salon's booking", CANCEL, {"id": booking}),
        ("Move it", RESCHEDULE, {"id": booking, "startsAt": STARTS_AT, "expectedVersion": 2}),
        ("Rename its customer", RENAME, {"id": customer, "name": "Mine", "expectedVersion": 1}),
        ("Book its service", BOOK, {"serviceId": service, "startsAt": STARTS_AT, "customer": {"name": "Rival"}}),
        ("Switch to its account", SWITCH, {"accountId": ids["account"]}),
    ]


def _values(found: object) -> list[object]:
    """Whatever an answer holds beside nulls, zeros and empty lists."""
    if isinstance(found, dict):
        return [value for one in found.values() for value in _values(one)]
    if isinstance(found, list):
        return [value for one in found for value in _values(one)]
    return [found] if found else []
