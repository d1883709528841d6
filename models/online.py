"""Online: asking for a payment that is made elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.act import Act
from models.booking import Booking
from models.payment import Payment
from rules.payments import PaymentMethod, PaymentProvider, PaymentState

# The gateway is asked once more when a payment's time is over, before the slot is given away.
GRACE = timedelta(minutes=2)


async def ask_online(act: Act, booking: Booking, amount: int, currency: str, until: datetime) -> Payment:
    """Ask for an online payment, in the caller's transaction. The worker brings it to the gateway, if nobody before."""
    return await Payment.add(
        act.account_id, created_at=act.at, updated_at=act.at, booking_id=booking.id,
        provider=PaymentProvider.GATEWAY, method=PaymentMethod.ONLINE, state=PaymentState.PENDING, amount_minor=amount,
        currency=currency, expires_at=until, due_at=act.at,
    )  # fmt: skip
