"""Paying in tests: the documents, and a product whose payments go to a gateway on loopback."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from calendera.app import build
from calendera.worker import Worker
from models.storage.database import fetch
from rules.payments import DepositKind, DepositRefund, PaymentProvider
from tests.api import Caller
from tests.bookable import Desk, bookable
from tests.businesses import Business
from tests.gateway import SECRET, FakeGateway
from tests.product import UNLIMITED, Product, settings_for

PAYMENT = """id provider method state redirectUrl expiresAt settledAt amount { amountMinor currency }
    refunded { amountMinor } returning { amountMinor } entries { kind method amount { amountMinor } }"""
MONEY = """id version status waitsFor price { amountMinor } paid { amountMinor currency } balance { amountMinor }
    deposit { amount { amountMinor currency } provider refund }"""
BOOK = f"""mutation ($input: BookInput!) {{ book(input: $input) {{ __typename
    ... on BookPayload {{ manageToken booking {{ {MONEY} }} payment {{ {PAYMENT} }} }}
    ... on Refusal {{ code message }} }} }}"""
SEEN = f"query ($id: ID!) {{ booking(id: $id) {{ {MONEY} payments {{ {PAYMENT} }} }} }}"
PAY = f"""mutation ($input: PayDepositInput!) {{ payDeposit(input: $input) {{ __typename
    ... on PayDepositPayload {{ payment {{ {PAYMENT} }} }} ... on Refusal {{ code message }} }} }}"""
RECORD = f"""mutation ($input: RecordPaymentInput!) {{ recordPayment(input: $input) {{ __typename
    ... on RecordPaymentPayload {{ payment {{ {PAYMENT} }} booking {{ {MONEY} }} }}
    ... on Refusal {{ code message }} ... on ValidationFailed {{ fields {{ path message }} }} }} }}"""
REFUND = f"""mutation ($input: RefundPaymentInput!) {{ refundPayment(input: $input) {{ __typename
    ... on RefundPaymentPayload {{ payment {{ {PAYMENT} }} booking {{ {MONEY} }} }}
    ... on Refusal {{ code message }} ... on NothingToRefund {{ left {{ amountMinor }} }} }} }}"""


@dataclass
class Till:
    """A salon that takes deposits online: its gateway, its worker, and the application that both belong to."""

    product: Product
    salon: Business
    gateway: FakeGateway
    desk: Desk
    worker: Worker
    app: Any

    @classmethod
    async def open(cls, product: Product, salon: Business, gateway: FakeGateway, **service: Any) -> Till:
        given = {**UNLIMITED, "CALENDERA_PAYMENT_GATEWAY_URL": gateway.url, "CALENDERA_PAYMENT_GATEWAY_SECRET": SECRET}
        settings = settings_for(product.folder, product.database.url, **given)
        terms = {
            "price_minor": 10000, "currency": "USD", "deposit_kind": DepositKind.PERCENT, "deposit_percent": 20,
            "deposit_provider": PaymentProvider.GATEWAY, "deposit_refund": DepositRefund.UNTIL_CUTOFF, **service,
        }  # fmt: skip
        desk = await bookable(salon, **terms)
        app = build(settings, product.clock)
        return cls(product, salon, gateway, desk, Worker(settings, product.clock), app)

    @property
    def visitor(self) -> Caller:
        return self._here(self.salon.widget)

    @property
    def owner(self) -> Caller:
        return self._here(self.salon.owner)

    def _here(self, caller: Caller) -> Caller:
        return Caller(self.product.http(self.app), caller.path, caller.headers)

    def holder(self, token: str) -> Caller:
        headers = {**self.salon.widget.headers, "Authorization": f"Bearer {token}"}
        return Caller(self.product.http(self.app), self.salon.widget.path, headers)

    async def book(self, hour: int = 10, **more: Any) -> Any:
        return await self.visitor.did(BOOK, input=self.desk.wanted(self.desk.at(hour), **more))

    async def seen(self, made: Any) -> Any:
        return (await self.owner.ok(SEEN, id=made["booking"]["id"]))["booking"]

    async def tell(self, intent: Any, *, later: timedelta = timedelta(), **more: Any) -> httpx.Response:
        """A signed notice about an intent, sent by the gateway."""
        body, header = self.gateway.notice(intent, self.product.clock.now() + later, **more)
        return await self.send(body, header)

    async def send(self, body: bytes, header: str | None) -> httpx.Response:
        headers = {"Content-Type": "application/json"} | ({"Calendera-Signature": header} if header else {})
        return await self.product.http(self.app).post("/payments/notices", content=body, headers=headers)

    async def work(self) -> None:
        """Everything that the worker finds to do with payments now."""
        for job in self.worker.jobs:
            if job.name in ("payments", "refunds", "expired requests"):
                while await job.work():
                    pass

    async def ledger(self) -> list[int]:
        """Every line of the ledger of the salon, in order."""
        sql = "SELECT amount_minor FROM payment_entry WHERE account_id = $1 ORDER BY id"
        return [row["amount_minor"] for row in await fetch(sql, self.salon.account.id)]
