"""Customer: who books. Known to one business only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from tortoise import fields
from tortoise.exceptions import IntegrityError
from tortoise.expressions import F

from models.act import Act
from models.columns import moment_if_any
from models.event import record
from models.mailed_links import end_mailed_links
from models.named import Named
from models.personal import Purpose, Subject, personal, ref
from models.storage.database import lock, transaction
from models.taken import is_duplicate, unique
from models.tenancy import Owned
from rules.retention import RetentionClass
from rules.searching import search_key

EMAIL_TAKEN = "Another customer of this business has this email address, perhaps an archived one."


class Customer(Named):
    """A person who books; found again by the email or phone, each in the one form of `rules/contacts.py`."""

    name = personal(
        fields.CharField(max_length=120), "user.name", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER
    )
    search_name = personal(fields.TextField(), "user.name", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER)
    email = personal(
        fields.CharField(max_length=254, null=True),
        "user.contact.email",
        Subject.CUSTOMER,
        Purpose.COMMUNICATION,
        RetentionClass.CUSTOMER,
    )
    phone = personal(
        fields.CharField(max_length=40, null=True),
        "user.contact.phone_number",
        Subject.CUSTOMER,
        Purpose.COMMUNICATION,
        RetentionClass.CUSTOMER,
    )
    internal_notes = personal(
        fields.TextField(default=""), "user.content", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER
    )
    wants_reminders = personal(
        fields.BooleanField(default=True), "user.behavior", Subject.CUSTOMER, Purpose.COMMUNICATION,
        RetentionClass.CUSTOMER,
    )  # fmt: skip
    archived_at = moment_if_any()

    class Meta:
        table = "customer"

    @classmethod
    async def begin(cls, act: Act, *, tags: Sequence[str] = (), **values: Any) -> Self:
        """Create a customer, with tags. AlreadyTaken (`email`) where another customer has the email."""
        with unique("customer", "email", EMAIL_TAKEN):
            async with transaction():
                customer = await super().begin(act, **values)
                await customer._tag(act, tags)
        return customer

    async def change(
        self, act: Act, expected_version: int, *, tags: Sequence[str] | None = None, **values: Any
    ) -> None:
        """Set columns, and all tags where given. AlreadyTaken (`email`) where another customer has the email."""
        other_mailbox = self.email is not None and values.get("email", self.email) != self.email
        with unique("customer", "email", EMAIL_TAKEN):
            async with transaction():
                await super().change(act, expected_version, **values)
                if other_mailbox:
                    await end_mailed_links(act, self.id, values["email"])
                if tags is not None:
                    await CustomerTag.of(act.account_id).filter(customer_id=self.id).delete()
                    await self._tag(act, tags)
                    await record(act, "customer_tagged", "customer", self.id, count=len(tags))

    @classmethod
    async def find_or_create(cls, act: Act, name: str, email: str | None, phone: str | None) -> tuple[Self, bool]:
        """The customer that somebody who books says to be, and whether they are new. All values are clean.

        The email decides; without one, the phone and the name together, since families share a phone, among those who
        have no email: what reaches a mailbox was not meant for whoever put it beside another's phone. Somebody who is
        known keeps every value as the business has it: whoever merely types an address must neither rename its owner
        nor, by being shown the row, read them. Callers show a known customer to nobody who has not proved to be them.
        Whoever was archived and books again is in use again.
        """
        async with transaction():
            if phone is not None and email is None:
                # No unique key stands behind phones, so the look and the insert must not be parted.
                await lock([f"customer-phone:{act.account_id}:{phone}"])
            known = await cls._known(act, name, email, phone)
            if known is None:
                try:
                    return await super().begin(act, name=name, email=email, phone=phone), True
                except IntegrityError as error:
                    if not is_duplicate(error, "customer", "email"):
                        raise
                known = await cls.of(act.account_id).get(email=email)
            await known._return(act)
            return known, False

    @classmethod
    async def _known(cls, act: Act, name: str, email: str | None, phone: str | None) -> Self | None:
        rows = cls.of(act.account_id)
        if email is not None:
            return await rows.get_or_none(email=email)
        if phone is None:
            return None
        alike = rows.filter(email=None, phone=phone, search_name=search_key(name))
        return await alike.order_by("created_at", "id").first()

    async def _return(self, act: Act) -> None:
        archived = Customer.of(act.account_id).filter(id=self.id, archived_at__isnull=False)
        changes: dict[str, Any] = {"archived_at": None, "version": F("version") + 1, "updated_at": act.at}
        if self.archived_at is not None and await archived.update(**changes):
            await record(act, "customer_returned", "customer", self.id)

    async def choose_reminders(self, act: Act, wanted: bool) -> None:
        """What the customer says, whoever else writes the row at that moment. Saying it again changes nothing."""
        async with transaction():
            otherwise = Customer.of(act.account_id).filter(id=self.id, wants_reminders=not wanted)
            if await otherwise.update(wants_reminders=wanted, version=F("version") + 1, updated_at=act.at):
                await record(act, "customer_chose_reminders", "customer", self.id, wanted=wanted)

    async def _tag(self, act: Act, tags: Sequence[str]) -> None:
        rows = [
            CustomerTag(
                account_id=act.account_id, created_at=act.at, customer_id=self.id, tag=tag, search_tag=search_key(tag)
            )
            for tag in tags
        ]
        if rows:
            await CustomerTag.of(act.account_id).bulk_create(rows)


class CustomerTag(Owned):
    """A word that a business sorts its customers by."""

    customer_id = ref("customer")
    tag = personal(
        fields.CharField(max_length=40), "user.content", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER
    )
    search_tag = personal(
        fields.TextField(), "user.content", Subject.CUSTOMER, Purpose.SERVICE, RetentionClass.CUSTOMER
    )

    class Meta:
        table = "customer_tag"
