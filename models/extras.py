"""Extras: add-ons that somebody chose with a service. They lengthen what is offered and add to its price."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from models.leases import uuid_of
from models.offer import Offer
from models.storage.database import fetch
from rules.add_ons import AddOnChoice, AddOnProblem, Extra, problem_with
from rules.money_errors import AddOnRefused

_OFFERED = """
    SELECT a.id, a.name, a.price_minor, a.currency, a.extra_minutes, a.maximum
    FROM service_add_on x
    JOIN add_on a ON a.account_id = x.account_id AND a.id = x.add_on_id
    WHERE x.account_id = $1 AND x.service_id = $2 AND a.archived_at IS NULL
"""


async def with_extras(account_id: UUID, offer: Offer, choices: Sequence[AddOnChoice]) -> Offer:
    """The offer with what was chosen: longer, and dearer. AddOnRefused for what cannot be chosen with it.

    One statement more, and none where nothing was chosen.
    """
    if not choices:
        return offer
    rows = {uuid_of(row["id"]): row for row in await fetch(_OFFERED, account_id, offer.service_id)}
    extras: list[Extra] = []
    length = offer.terms.duration // 60
    for choice in choices:
        row = rows.get(choice.add_on_id)
        if row is None:
            raise AddOnRefused(choice.add_on_id, AddOnProblem.NOT_OFFERED, None)
        extra = Extra(
            choice.add_on_id, row["name"], row["price_minor"], row["currency"], choice.quantity, row["extra_minutes"]
        )
        length += extra.length
        found = problem_with(extra, row["maximum"], length, offer.price.currency, shared=offer.shared)
        if found is not None:
            raise AddOnRefused(choice.add_on_id, found, row["maximum"])
        extras.append(extra)
    return replace(offer, terms=replace(offer.terms, duration=length * 60), extras=tuple(extras))
