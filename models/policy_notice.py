"""PolicyNotice: what one person who signs in was told of one version of the privacy policy, and said to it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from tortoise import fields
from uuid_utils.compat import uuid7

from models.columns import moment_if_any
from models.leases import uuid_of
from models.mail import Mail, MailTemplate
from models.personal import Purpose, Subject, Why, personal, plain
from models.storage.database import execute, fetch, transaction
from models.storage.instant import Instant
from models.tenancy import Global
from models.user import User
from rules.retention import RetentionClass

BATCH = 100

_UNTOLD = """
    FROM app_user u WHERE u.created_at < $1
    AND NOT EXISTS (SELECT 1 FROM policy_notice n WHERE n.user_id = u.id AND n.version = $2)
"""
_POSTED = """
    INSERT INTO policy_notice (id, created_at, user_id, version) VALUES ($1, $2, $3, $4)
    ON CONFLICT (user_id, version) DO NOTHING
"""
_ACKNOWLEDGED = """
    INSERT INTO policy_notice (id, created_at, user_id, version, seen_at, agreed_at) VALUES ($1, $2, $3, $4, $2, $5)
    ON CONFLICT (user_id, version) DO UPDATE SET
      seen_at = COALESCE(policy_notice.seen_at, excluded.seen_at),
      agreed_at = COALESCE(policy_notice.agreed_at, excluded.agreed_at)
"""


def _when() -> Instant[datetime | None]:
    return personal(moment_if_any(), "user.behavior", Subject.MEMBER, Purpose.SERVICE, RetentionClass.USER)


class PolicyNotice(Global):
    """A ledger: every moment is the first of its kind and never changes. `mailed_at`: when the mail left us."""

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    version = plain(fields.CharField(max_length=10), Why.IDENTIFIER)
    mailed_at = moment_if_any()
    seen_at = _when()
    agreed_at = _when()

    class Meta:
        table = "policy_notice"

    @classmethod
    async def announce(cls, version: str, published_on: date, at: datetime) -> int:
        """Queue a mail for some of those who were here before a version was published and know nothing of it; how
        many. Call until it is 0. Two at once queue each mail once."""
        day = datetime.combine(published_on, time(), UTC)
        posted = 0
        for row in await fetch(f"SELECT u.id {_UNTOLD} ORDER BY u.id LIMIT {BATCH}", day, version):
            async with transaction():
                id = uuid7()
                if await execute(_POSTED, id, at, uuid_of(row["id"]), version):
                    user = await User.get(id=uuid_of(row["id"]))
                    await Mail.post(MailTemplate.POLICY_CHANGED, user.email, at, account_id=None, about_id=id)
                    posted += 1
        return posted

    @classmethod
    async def untold(cls, version: str, published_on: date) -> int:
        """How many were here before a version was published and have no notice of it."""
        day = datetime.combine(published_on, time(), UTC)
        return int((await fetch(f"SELECT COUNT(*) AS untold {_UNTOLD}", day, version))[0]["untold"])

    @classmethod
    async def was_mailed(cls, id: UUID, at: datetime) -> None:
        """The mail about it has left."""
        await cls.filter(id=id, mailed_at=None).update(mailed_at=at)

    @classmethod
    async def acknowledge(cls, user_id: UUID, version: str, at: datetime, *, agrees: bool) -> PolicyNotice:
        """Somebody says that they saw a version, or that they agree. What was said first stays."""
        await execute(_ACKNOWLEDGED, uuid7(), at, user_id, version, at if agrees else None)
        return await cls.get(user_id=user_id, version=version)
