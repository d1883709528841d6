"""Choosing add-ons: what an input or an argument says of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import strawberry

from models.add_on import AddOn
from models.extras import with_extras
from models.offer import Offer
from resolvers.checking import Checks
from resolvers.context import Info
from resolvers.searching import key_in
from rules.add_ons import AddOnChoice
from rules.errors import BadInput
from rules.money_errors import AddOnRefused

MOST_KINDS = 20
MOST_OF_ONE = 100
CHOSEN_WORDS = (
    f"What is chosen beside the service, each add-on once; at most {MOST_KINDS}. Their minutes make the appointment "
    "longer."
)


@strawberry.input(description="So many of one add-on that the service offers.")
class AddOnChoiceInput:
    add_on_id: strawberry.ID = strawberry.field(description="Which; one of the service's `addOns`.")
    quantity: int = strawberry.field(description="How many of it; from 1 to its `maximum`.", default=1)


AddOnsArgument = Annotated[
    list[AddOnChoiceInput] | None, strawberry.argument(description=f"{CHOSEN_WORDS} Null: none.")
]


def chosen(checks: Checks, path: str, choices: Sequence[AddOnChoiceInput] | None) -> tuple[AddOnChoice, ...]:
    """The choices of an input; what is wrong with them is noted."""
    found: dict[str, AddOnChoice] = {}
    if choices is not None and len(choices) > MOST_KINDS:
        checks.wrong(path, f"At most {MOST_KINDS} different add-ons can be chosen.")
        return ()
    for place, one in enumerate(choices or ()):
        if not 1 <= one.quantity <= MOST_OF_ONE:
            checks.wrong(f"{path}.{place}.quantity", f"must be from 1 to {MOST_OF_ONE}, not {one.quantity}.")
        if one.add_on_id in found:
            checks.wrong(f"{path}.{place}.addOnId", "is chosen twice. Name it once, with the quantity.")
        found[one.add_on_id] = AddOnChoice(key_in(AddOn, one.add_on_id), one.quantity)
    return tuple(found.values())


async def with_chosen(info: Info, offer: Offer, choices: Sequence[AddOnChoiceInput] | None) -> Offer:
    """The offer as it is with what a query chose; `BadInput` for what cannot be chosen."""
    checks = Checks()
    wanted = chosen(checks, "addOns", choices)
    if wanted and offer.parts:
        checks.wrong("addOns", "What is added to a service is booked with it alone, not in a visit.")
    if checks.problems:
        raise BadInput("; ".join(f"`{problem.path}` {problem.message}" for problem in checks.problems))
    try:
        return await with_extras(info.context.account_id, offer, wanted)
    except AddOnRefused as refusal:
        raise BadInput(f"`addOns`: {refusal.message}") from None
