"""CalendarFeed: an address with a secret, by which calendar programs follow the appointments of a person, a place or a
room."""

from __future__ import annotations

import enum
from uuid import UUID

from tortoise import fields

from models.act import Act
from models.columns import choice, moment_if_any, secret_hash
from models.event import record
from models.keyring import random_token
from models.personal import Why, plain, ref
from models.storage.database import lock, transaction
from models.tenancy import Owned
from rules.errors import FieldProblem, ValidationFailed
from rules.tokens import token_hash

MOST_LIVE = 200


class FeedDetail(enum.Enum):
    """How much a feed tells of each appointment."""

    BUSY = "BUSY"
    SERVICES = "SERVICES"
    CUSTOMERS = "CUSTOMERS"


class CalendarFeed(Owned):
    """Of one staff member, one place or one resource. Works while `made_by_id` is a member who may make feeds."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    staff_id = ref("staff", null=True)
    location_id = ref("location", null=True)
    resource_id = ref("resource", null=True)
    detail = choice(FeedDetail)
    token_hash = secret_hash()
    made_by_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    last_used_at = moment_if_any()
    revoked_at = moment_if_any()

    class Meta:
        table = "calendar_feed"

    @classmethod
    async def issue(
        cls, act: Act, made_by_id: UUID, name: str, detail: FeedDetail, **whose: UUID | None
    ) -> tuple[CalendarFeed, str]:
        """Make a feed of `staff_id`, `location_id` or `resource_id`. The second value is its secret, shown now and
        never again. ValidationFailed when the account has as many live feeds as it may."""
        token = random_token("cf")
        async with transaction():
            await lock([f"calendar_feed:{act.account_id}"])
            if await cls.of(act.account_id).filter(revoked_at=None).count() >= MOST_LIVE:
                message = f"The account has {MOST_LIVE} live feeds, which is the most. Revoke one first."
                raise ValidationFailed(FieldProblem("name", message))
            row = await cls.add(
                act.account_id, created_at=act.at, name=name, detail=detail, token_hash=token_hash(token),
                made_by_id=made_by_id, **whose,
            )  # fmt: skip
            await record(act, "calendar_feed_issued", "calendar_feed", row.id, detail=detail.value)
        return row, token

    async def revoke(self, act: Act) -> None:
        """End the feed: the next request for it finds nothing. Revoking what is revoked changes nothing."""
        live = type(self).of(act.account_id).filter(id=self.id, revoked_at=None)
        async with transaction():
            if await live.update(revoked_at=act.at):
                await record(act, "calendar_feed_revoked", "calendar_feed", self.id)

    @classmethod
    async def maker_left(cls, act: Act, user_id: UUID) -> None:
        """Somebody who made feeds is no member any more, and may have kept their addresses: they end."""
        await cls.of(act.account_id).filter(made_by_id=user_id, revoked_at=None).update(revoked_at=act.at)
