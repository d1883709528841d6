"""Doors at which the clock takes part: walk-ins, and a payment that comes as its time is over."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

from httpx import Headers

from models.booking_changes import expire_requests
from models.storage.database import fetch
from rules.ids import key_of
from rules.payments import DepositKind, DepositRefund, PaymentProvider
from tests.api import Answer
from tests.bookable import bookable, said
from tests.businesses import id_of
from tests.hammer.hammering import Blow, Floor, Strike, somebody, soon
from tests.paying import BOOK

_LATE = frozenset({"SlotTaken"})


async def walk_ins(floor: Floor) -> Strike:
    """Everybody enters whom they see standing there, with the same person at the same time."""
    desk = await bookable(floor.business, duration_minutes=15, step_minutes=15)
    began = floor.business.product.clock.now().replace(second=0, microsecond=0)

    async def strike(number: int) -> Blow:
        came = {"alreadyBegun": True, "evenIfNotOffered": True, "staffId": id_of(desk.staff[0])}
        at = said(began - timedelta(minutes=20 * (number + 1)))
        sent = [
            partial(caller, BOOK, input={"serviceId": desk.id, "startsAt": at, "customer": somebody(), **came})
            for caller in floor.owners()
        ]
        return Blow(sent, (1, 1), _LATE)

    return strike


async def payments(floor: Floor) -> Strike:
    """Of one request that waits for its deposit: the gateway tells that it was paid, workers end it, others want its
    time. It is paid once, and either stands or its money goes back."""
    gateway, business = floor.gateway, floor.business
    assert gateway is not None
    desk = await bookable(
        business, price_minor=10_000, currency="USD", deposit_kind=DepositKind.PERCENT, deposit_percent=20,
        deposit_provider=PaymentProvider.GATEWAY, deposit_refund=DepositRefund.UNTIL_CUTOFF,
    )  # fmt: skip
    free = await business.service("Call", duration_minutes=60, step_minutes=30)
    await free.offer(business.act, desk.staff[0].id, 1)

    async def strike(number: int) -> Blow:
        at, visitor = soon(business, number), floor.everybody()[0]
        made = await visitor.did(BOOK, input={"serviceId": desk.id, "startsAt": at, "customer": somebody()})
        assert made["booking"]["waitsFor"] == "PAYMENT"
        id, intent = key_of("booking", made["booking"]["id"]), {**gateway.latest, "state": "paid"}
        over = datetime.now(UTC) + timedelta(hours=1)

        async def tell(n: int) -> Answer:
            body, header = gateway.notice(intent, datetime.now(UTC))
            http = floor.servers.clients[n % len(floor.servers.clients)]
            headers = {"Content-Type": "application/json", "Calendera-Signature": header}
            told = await http.post("/payments/notices", content=body, headers=headers)
            return Answer(told.status_code, {}, told.headers)

        async def expire(_: int) -> Answer:
            await expire_requests(over)
            return Answer(200, {"data": {"worker": {"__typename": "Looked"}}}, Headers())

        async def want(n: int) -> Answer:
            wish = {"serviceId": id_of(free), "startsAt": at, "customer": somebody()}
            return await floor.owners()[n](BOOK, input=wish)

        async def then(_: Counter[str]) -> None:
            (found,) = await fetch(_CAME_OF_IT, business.account.id, id)
            stands = found["status"] == "CONFIRMED"
            assert found["entries"] == 1, "it is paid once"
            assert stands or (found["status"], found["refunds"]) == ("EXPIRED", 1), dict(found)

        doers = (tell, want, expire)
        sent = [partial(doers[n % (3 if n < 24 else 2)], n) for n in range(floor.attempts)]
        return Blow(sent, (0, 1), _LATE | {"204", "Looked"}, then)

    return strike


_CAME_OF_IT = """
    SELECT b.status,
      (SELECT COUNT(*) FROM payment_entry e WHERE e.account_id = b.account_id AND e.booking_id = b.id) AS entries,
      (SELECT COUNT(*) FROM refund r JOIN payment p ON p.account_id = r.account_id AND p.id = r.payment_id
        WHERE p.account_id = b.account_id AND p.booking_id = b.id) AS refunds
    FROM booking b WHERE b.account_id = $1 AND b.id = $2
"""
