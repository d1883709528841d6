"""Session: a signed-in browser. Opaque 256-bit token, stored hashed, listed, revocable."""

from __future__ import annotations

import enum
from datetime import datetime, timedelta
from uuid import UUID

from tortoise import fields
from tortoise.queryset import QuerySet

from models.act import Act, Actor, ActorKind
from models.columns import choice, moment, moment_if_any, secret_hash
from models.event import record
from models.keyring import link_token, random_nonce, random_token
from models.mail import Mail, MailTemplate
from models.personal import Purpose, Subject, Why, personal, plain
from models.storage.database import transaction
from models.storage.reach import bound
from models.tenancy import Global
from rules.errors import LinkInvalid
from rules.retention import RetentionClass
from rules.tokens import token_hash


class SignInMethod(enum.Enum):
    """How somebody proved who they are when a session began."""

    PASSWORD = "PASSWORD"  # noqa: S105 - the name of a way
    PASSWORD_AND_CODE = "PASSWORD_AND_CODE"  # noqa: S105
    PASSWORD_AND_RECOVERY_CODE = "PASSWORD_AND_RECOVERY_CODE"  # noqa: S105
    PASSWORD_AND_PASSKEY = "PASSWORD_AND_PASSKEY"  # noqa: S105
    PASSKEY = "PASSKEY"
    LINK = "LINK"


class Session(Global):
    """`account_id` is the account the person works in now; None when they are a member of none.

    What happens to a session is an event of that account; where there is none, it is an event of nobody.
    """

    user_id = plain(fields.UUIDField(), Why.IDENTIFIER)
    account_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    # The account that somebody of the platform has entered, and by which leave. They are no members there.
    visit_account_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    visit_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    token_hash = secret_hash()
    device = personal(
        fields.CharField(max_length=120, default=""),
        "user.device",
        Subject.MEMBER,
        Purpose.SECURITY,
        RetentionClass.SESSION,
    )
    method = choice(SignInMethod, SignInMethod.PASSWORD)
    last_used_at = personal(moment(), "user.behavior", Subject.MEMBER, Purpose.SECURITY, RetentionClass.SESSION)
    notice_hash = plain(fields.CharField(max_length=64, null=True), Why.SECRET)
    notice_nonce = plain(fields.CharField(max_length=32, null=True), Why.SECRET)
    proved_at = moment()
    expires_at = moment()
    ended_at = moment_if_any()

    class Meta:
        table = "session"

    @classmethod
    async def begin(
        cls,
        user_id: UUID,
        account_id: UUID | None,
        device: str,
        at: datetime,
        days: int,
        method: SignInMethod = SignInMethod.PASSWORD,
        *,
        notify: str | None = None,
    ) -> str:
        """Begin a session and return its token, which is stored as a hash only.

        On a device that is new for this person, the address `notify` gets a mail with a link that ends the session.
        """
        token = random_token("ss")
        async with transaction():
            is_new = notify is not None and await cls._is_new(user_id, device)
            session = await cls.create(
                created_at=at,
                user_id=user_id,
                account_id=account_id,
                token_hash=token_hash(token),
                device=device,
                method=method,
                last_used_at=at,
                proved_at=at,
                expires_at=at + timedelta(days=days),
            )
            await session.tell("signed_in", at)
            if notify is not None and is_new:
                await session._notice(notify, at)
        return token

    @classmethod
    async def _is_new(cls, user_id: UUID, device: str) -> bool:
        """Whether none of a person's sessions that are still known was on a device called like this one."""
        mine = cls.filter(user_id=user_id)
        return await mine.exists() and not await mine.filter(device=device).exists()

    async def _notice(self, to: str, at: datetime) -> None:
        nonce = random_nonce()
        hashed = token_hash(link_token("es", self.id, nonce))
        await Session.filter(id=self.id).update(notice_hash=hashed, notice_nonce=nonce)
        await Mail.post(MailTemplate.NEW_DEVICE, to, at, account_id=None, about_id=self.id)

    @classmethod
    async def end_by_link(cls, token: str, at: datetime) -> None:
        """End the session that a mailed notice is about. LinkInvalid for one that has ended, and for no link."""
        noticed = cls.filter(notice_hash=token_hash(token), expires_at__gt=at)
        if not await cls.end(noticed, at):
            raise LinkInvalid

    @classmethod
    def live(cls, user_id: UUID, at: datetime) -> QuerySet[Session]:
        """A person's sessions that can still be used."""
        return cls.filter(user_id=user_id, ended_at=None, expires_at__gt=at)

    @classmethod
    async def end(cls, sessions: QuerySet[Session], at: datetime, *, event: str = "session_revoked") -> int:
        """End those of the sessions that have not ended, each with its event; answers how many. Holds from now on."""
        async with transaction():
            ending = await sessions.filter(ended_at=None)
            ended = await cls.filter(id__in=[session.id for session in ending], ended_at=None).update(ended_at=at)
            for session in ending:
                await session.tell(event, at)
        return ended

    @classmethod
    async def enter(cls, id: UUID, account_id: UUID, at: datetime) -> str | None:
        """Go on in another account, with a new token; the old one no longer works. None if the session has ended."""
        token = random_token("ss")
        async with transaction():
            live = cls.filter(id=id, ended_at=None)
            changes = {"account_id": account_id, "visit_account_id": None, "visit_id": None}
            if not await live.update(**changes, token_hash=token_hash(token)):
                return None
            await (await cls.get(id=id)).tell("session_switched", at)
        return token

    @classmethod
    async def visit(cls, id: UUID, account_id: UUID | None, access_id: UUID | None) -> str | None:
        """Enter an account for the platform (None: leave it), with a new token; leave the one that its person works in.
        None if it has ended."""
        token = random_token("ss")
        values = {"account_id": None, "visit_account_id": account_id, "visit_id": access_id}
        entered = await cls.filter(id=id, ended_at=None).update(**values, token_hash=token_hash(token))
        return token if entered else None

    @classmethod
    async def prove(cls, id: UUID, at: datetime) -> str | None:
        """Its person proved again who they are: fresh from now on, with a new token, in case the old one is known to
        others. None if it has ended."""
        token = random_token("ss")
        renewed = await cls.filter(id=id, ended_at=None).update(token_hash=token_hash(token), proved_at=at)
        return token if renewed else None

    async def tell(self, event: str, at: datetime) -> None:
        """Write down what happened in it, for the account that it works in."""
        if self.account_id is not None:
            act = Act(self.account_id, Actor(ActorKind.MEMBER, self.user_id), at)
            with bound(self.account_id):  # a person's sessions may be in several accounts: each history has its own
                await record(act, event, "session", self.id)
