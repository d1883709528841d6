"""The part of payments that speaks to the gateway: begins them, asks how they stand, sends refunds, hears notices.

Rows in the database are the queue. Whatever the gateway does, a booking is made, cancelled and moved without it.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from calendera.bodies import read_body, strict_json
from calendera.clock import Clock
from calendera.gateway import SIGNATURE, HttpGateway, NotSigned, check_signature, read_intent
from calendera.logs import log
from calendera.settings import Settings
from calendera.stopped import Stopped
from models.paying import begun, look_again, observe, put_off, take_payment
from models.payment import Payment, Refund
from models.refunding import refund_done, refund_failed, refund_put_off, take_refund
from models.storage.reach import bound
from rules.payments import GatewayFailed, PaymentState

NOTICE_LIMIT = 64 * 1024
# Whoever books waits for the address of the payment page, but not for long: the worker brings it later.
PATIENCE = 4.0
_THANKS = (
    "Thank you. As soon as the payment is confirmed, your booking is too, and a mail tells you. "
    "You can close this page.\n"
)


class Payments:
    """What the program lends to resolvers, and two jobs of the worker."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.gateway = HttpGateway.of(settings, clock)
        self._minutes = settings.payment_minutes
        self.clock = clock

    @property
    def lasting(self) -> timedelta | None:
        """How long a payment may take; None where nothing is paid online."""
        return timedelta(minutes=self._minutes) if self.gateway else None

    async def start(self, account_id: UUID, payment_id: UUID) -> None:
        """Bring a payment to the gateway now, as far as it answers soon. Raises nothing: the worker tries again."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._begin(await Payment.of(account_id).get(id=payment_id))
        except (TimeoutError, GatewayFailed) as failure:
            log.warning("payment not begun", job_id=payment_id, reason=getattr(failure, "code", "TIMEOUT"))

    async def look_at_one(self) -> int:
        """Begin or ask about the payment that has been due longest; how many were dealt with (0 or 1)."""
        gateway = self.gateway
        taken = await take_payment(self.clock.now()) if gateway else None
        if taken is None or gateway is None:
            return 0
        with bound(taken.account_id):
            try:
                await self._look(gateway, await Payment.of(taken.account_id).get(id=taken.id))
            except Exception as error:
                # Our own mistake: the others do not wait for it.
                log.error("payment put off", job_id=taken.id, attempt=taken.attempts, exc_info=error)
                await put_off(taken, self.clock.now())
        return 1

    async def _look(self, gateway: HttpGateway, payment: Payment) -> None:
        try:
            if payment.reference is None:
                await self._begin(payment)
            else:
                await self._ask(gateway, payment)
        except GatewayFailed as failure:
            log.warning("payment unclear", job_id=payment.id, attempt=payment.attempts, reason=failure.code)
            await look_again(payment, self.clock.now())

    async def refund_one(self) -> int:
        """Send the refund that has been due longest; how many were dealt with (0 or 1). Killed in the middle, it is
        sent again under the same key."""
        gateway = self.gateway
        refund = await take_refund(self.clock.now()) if gateway else None
        if refund is None or gateway is None:
            return 0
        with bound(refund.account_id):
            await self._refund(gateway, refund)
        return 1

    async def _begin(self, payment: Payment) -> None:
        if self.gateway is None or payment.expires_at is None or payment.state is not PaymentState.PENDING:
            return
        if payment.expires_at <= self.clock.now():
            await look_again(payment, self.clock.now())
            return
        amount = payment.amount_minor, payment.currency
        intent = await self.gateway.create(payment.account_id, payment.id, *amount, payment.expires_at)
        if (intent.payment_id, intent.amount, intent.currency) != (payment.id, *amount):
            raise GatewayFailed("ANOTHER_INTENT", temporary=True)
        await begun(payment, intent, self.clock.now())
        await observe(intent, self.clock.now())

    async def _ask(self, gateway: HttpGateway, payment: Payment) -> None:
        intent = await gateway.fetch(payment.reference or "")
        if intent.state is PaymentState.PENDING or not await observe(intent, self.clock.now()):
            await look_again(payment, self.clock.now())

    async def _refund(self, gateway: HttpGateway, refund: Refund) -> None:
        about = {"job": "refund", "job_id": refund.id, "attempt": refund.attempts}
        try:
            payment = await Payment.of(refund.account_id).get(id=refund.payment_id)
            if payment.reference is None:
                raise GatewayFailed("NO_REFERENCE", temporary=False)
            done = await gateway.refund(payment.reference, refund.id, refund.amount_minor, payment.currency)
            await refund_done(refund, done, self.clock.now())
        except GatewayFailed as failure:
            again = await refund_failed(refund, self.clock.now(), temporary=failure.temporary)
            line = "refund not sent, will be tried again" if again else "refund given up"
            (log.warning if again else log.error)(line, reason=failure.code, **about)
        except Exception as error:
            log.error("refund put off", exc_info=error, **about)
            await refund_put_off(refund, self.clock.now())
        else:
            log.info("refund sent", **about)


def notice_route(payments: Payments) -> Route:
    """`POST /payments/notices`: what the gateway tells, signed. Answers 204 for whatever it has understood, also twice,
    and 401 for what is not the gateway's."""

    async def heard(request: Request) -> Response:
        try:
            return await _heard(payments, request)
        except Stopped as stopped:
            log.warning("payment notice refused", status=stopped.status)
            return PlainTextResponse(stopped.message, stopped.status, headers=stopped.headers)
        except ClientDisconnect:
            return Response(status_code=400)

    return Route("/payments/notices", heard, methods=["POST"])


def paid_route() -> Route:
    """`GET /paid`: where the gateway sends people back to. The same for everybody: what came of it is told by mail."""

    async def paid(_request: Request) -> Response:
        return PlainTextResponse(_THANKS, headers={"Cache-Control": "no-store"})

    return Route("/paid", paid, methods=["GET"])


async def _heard(payments: Payments, request: Request) -> Response:
    if payments.gateway is None:
        raise Stopped(404, "Nothing is paid online here.")
    body = await read_body(request, NOTICE_LIMIT)
    now = payments.clock.now()
    try:
        check_signature(payments.gateway.secret, request.headers.get(SIGNATURE, ""), body, now)
    except NotSigned:
        raise Stopped(401, "This is not signed, wrongly, or too long ago.") from None
    told: Any = strict_json(body, "The notice")
    try:
        intent = read_intent(told.get("intent") if isinstance(told, dict) else None)
    except GatewayFailed as failure:
        raise Stopped(400, f"This is no notice about an intent: {failure.code}.") from None
    with bound(intent.account_id):
        news = await observe(intent, now)
    log.info("payment notice", job_id=intent.payment_id, outcome="NEWS" if news else "KNOWN")
    return Response(status_code=204)
