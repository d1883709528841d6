"""EgressFlow: how many messages left on a day, to whom and for what, and how many were refused. It names nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tortoise import fields
from uuid_utils.compat import uuid7

from models.columns import choice
from models.leases import uuid_of
from models.personal import Why, plain
from models.processor import Processor
from models.storage.database import execute, fetch
from models.tenancy import Global
from rules.sharing import Channel, Decision, EgressRefusal, Flow, Purpose, Recipient

_NOBODY = "'00000000-0000-0000-0000-000000000000'"
_KEY = f"day, channel, recipient, COALESCE(processor_id, {_NOBODY}), purpose, region, refusal"
_COUNT = f"""
    INSERT INTO egress_flow (id, created_at, day, channel, recipient, processor_id, purpose, region, refusal, count)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
    ON CONFLICT ({_KEY}) DO UPDATE SET count = egress_flow.count + 1
"""
_SUMS = """
    SELECT channel, recipient, processor_id, purpose, region, refusal, SUM(count) AS count FROM egress_flow
    WHERE day BETWEEN $1 AND $2
    GROUP BY channel, recipient, processor_id, purpose, region, refusal
    ORDER BY channel, recipient, processor_id, purpose, region, refusal
"""


@dataclass(frozen=True, slots=True)
class FlowSum:
    """How many messages of one kind there were. `region` None: it is not known, or none is left."""

    channel: Channel
    recipient: Recipient
    purpose: Purpose
    region: str | None
    refusal: EgressRefusal | None
    count: int
    processor: Processor | None = None


class EgressFlow(Global):
    """`region` and `refusal` are empty where there is none: they are part of the key."""

    day = plain(fields.DateField(), Why.STATE)
    channel = choice(Channel)
    recipient = choice(Recipient)
    processor_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    purpose = choice(Purpose)
    region = plain(fields.CharField(max_length=3, default=""), Why.STATE)
    refusal = plain(fields.CharField(max_length=32, default=""), Why.STATE)
    count = plain(fields.BigIntField(), Why.STATE)

    class Meta:
        table = "egress_flow"

    @classmethod
    async def note(cls, flow: Flow, decision: Decision, now: datetime) -> None:
        """One more."""
        processor, refusal = decision.processor, decision.refusal
        await execute(
            _COUNT, uuid7(), now, now.date(), flow.channel.value, decision.recipient.value,
            processor.id if processor else None, flow.purpose.value, processor.region if processor else "",
            refusal.value if refusal else "",
        )  # fmt: skip

    @classmethod
    async def sums(cls, first: date, last: date) -> list[FlowSum]:
        """What there was from the first day to the last, both included."""
        known = {row.id: row for row in await Processor.all()}
        return [
            FlowSum(
                Channel(row["channel"]), Recipient(row["recipient"]), Purpose(row["purpose"]), row["region"] or None,
                EgressRefusal(row["refusal"]) if row["refusal"] else None, int(row["count"]),
                known[uuid_of(row["processor_id"])] if row["processor_id"] else None,
            )
            for row in await fetch(_SUMS, first, last)
        ]  # fmt: skip
