"""CustomerLink: a mailed permission to sign in as a customer of one business. CustomerSession: being signed in so."""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise import fields
from tortoise.queryset import QuerySet
from uuid_utils.compat import uuid7

from models import keyring
from models.act import Act
from models.columns import moment, moment_if_any, secret_hash
from models.customer import Customer
from models.event import record
from models.keyring import link_token, random_nonce, random_token
from models.mail import Mail, MailTemplate
from models.personal import Purpose, Subject, Why, personal, plain, ref
from models.storage.database import transaction
from models.tenancy import Owned
from rules.errors import LinkInvalid
from rules.retention import RetentionClass
from rules.tokens import token_hash

LINK_KEPT = timedelta(minutes=15)
SESSION_KEPT = timedelta(days=30)
SESSION_IDLE = timedelta(days=7)


def mailbox(email: str) -> str:
    """What is remembered of a mailbox that was proved: enough to notice that the customer has another one since."""
    return keyring.pseudonym("customer's mailbox", email)


class CustomerLink(Owned):
    """Works once, within 15 minutes, for as long as the customer has the mailbox that it was sent to.

    `customer_id` None: asked for an address that no customer has. Kept all the same, so that asking takes equally long;
    its mail is not sent.
    """

    customer_id = ref("customer", null=True)
    mailbox_hash = plain(fields.CharField(max_length=64), Why.SECRET)
    token_hash = secret_hash()
    nonce = plain(fields.CharField(max_length=32), Why.SECRET)
    expires_at = moment()
    used_at = moment_if_any()

    class Meta:
        table = "customer_link"

    @classmethod
    async def ask(cls, act: Act, email: str) -> None:
        """Mail a link to whoever books with this address. Nobody who asks can tell whether there is such a customer."""
        id, nonce = uuid7(), random_nonce()
        async with transaction():
            customer = await Customer.of(act.account_id).get_or_none(email=email)
            await cls.add(
                act.account_id, id=id, created_at=act.at, customer_id=customer.id if customer else None, nonce=nonce,
                mailbox_hash=mailbox(email), token_hash=token_hash(link_token("cl", id, nonce)),
                expires_at=act.at + LINK_KEPT,
            )  # fmt: skip
            await Mail.post(MailTemplate.CUSTOMER_LINK, email, act.at, account_id=act.account_id, about_id=id)

    async def customer(self) -> Customer | None:
        """Who signs in by it; None where nobody does, also once their address has become another."""
        found = await Customer.of(self.account_id).get_or_none(id=self.customer_id) if self.customer_id else None
        return found if found and found.email and mailbox(found.email) == self.mailbox_hash else None

    async def follow(self, act: Act, device: str) -> str:
        """Use the link up and begin a session; its token, which is stored as a hash only. LinkInvalid."""
        token = random_token("cs")
        async with transaction():
            unused = type(self).of(self.account_id).filter(id=self.id, used_at=None, expires_at__gt=act.at)
            customer = await self.customer()
            if customer is None or not await unused.update(used_at=act.at):
                raise LinkInvalid
            session = await CustomerSession.add(
                self.account_id, created_at=act.at, customer_id=customer.id, mailbox_hash=self.mailbox_hash,
                token_hash=token_hash(token), device=device, last_used_at=act.at, expires_at=act.at + SESSION_KEPT,
            )  # fmt: skip
            await record(act, "customer_signed_in", "customer_session", session.id)
        return token


class CustomerSession(Owned):
    """Ends by itself after 30 days, after 7 without use, and when the customer gets another email address."""

    customer_id = ref("customer")
    mailbox_hash = plain(fields.CharField(max_length=64), Why.SECRET)
    token_hash = secret_hash()
    device = personal(
        fields.CharField(max_length=120, default=""),
        "user.device",
        Subject.CUSTOMER,
        Purpose.SECURITY,
        RetentionClass.SESSION,
    )
    last_used_at = personal(moment(), "user.behavior", Subject.CUSTOMER, Purpose.SECURITY, RetentionClass.SESSION)
    expires_at = moment()
    ended_at = moment_if_any()

    class Meta:
        table = "customer_session"

    @classmethod
    def live(cls, rows: QuerySet[CustomerSession], at: datetime) -> QuerySet[CustomerSession]:
        """Those that can still be used."""
        return rows.filter(ended_at=None, expires_at__gt=at, last_used_at__gt=at - SESSION_IDLE)

    async def end(self, act: Act) -> None:
        """Sign out, from now on. Twice is as good as once."""
        async with transaction():
            if await type(self).of(self.account_id).filter(id=self.id, ended_at=None).update(ended_at=act.at):
                await record(act, "customer_session_ended", "customer_session", self.id)
