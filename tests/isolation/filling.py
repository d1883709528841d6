"""An account filled with one row of every kind, each text a canary that must never reach the rival."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance

import models
from models.access_key import AccessKey
from models.account import Account
from models.app import App
from models.calendar_feed import CalendarFeed
from models.customer import Customer
from models.engagement import Engagement
from models.event import Event
from models.external_busy import BusySource
from models.mail import Mail, MailTemplate
from models.passkey import Passkey
from models.personal import Plain, Why
from models.policy_notice import PolicyNotice
from models.privacy_settings import PrivacySettings
from models.resource import ResourceNeed
from models.series import SeriesOccurrence
from models.session import Session
from models.staff import Calendar, TimeOff
from models.storage.database import dialect, fetch
from models.storage.instant import Instant
from models.tenancy import Owned
from models.travel import Travel
from models.user import User
from privacy.policy import versions
from rules.ids import PREFIXES, global_id
from rules.passkeys import Registered
from rules.payments import DepositKind
from rules.slot_checks import Unfit
from tests.businesses import Business

OWNED: list[type[Owned]] = [
    found for found in vars(models).values() if isinstance(found, type) and issubclass(found, Owned)
]
MINUTE = timedelta(minutes=1)


def canary(business: Business) -> str:
    """The word that is in every text of this business; its end alone where a column holds no more."""
    return f"canary{mark(business)}"


def mark(business: Business) -> str:
    """What is in each of its canaries: ten digits that nothing else of the test has."""
    return business.account.id.hex[-10:]


async def fill(business: Business) -> dict[str, UUID]:
    """One row of every owned table, an app and a passkey of the owner; the id of each by its table. What the business
    is made of gets canaries too."""
    await write_on_what_is_there(business)
    made: dict[str, UUID] = {"app": await develop(business)}
    waiting = [model for model in OWNED if model._meta.db_table not in {"membership", "privacy_settings"}]
    while waiting:
        ready = [model for model in waiting if all(table in made for table in refers_to(model))]
        assert ready, f"references go in a circle: {waiting}"
        for model in ready:
            row = await model.create(account_id=business.account.id, **values(model, business, made))
            made[model._meta.db_table] = row.pk
            waiting.remove(model)
    ended = {"staff_id": None, "location_id": made["location"], "revoked_at": business.product.clock.now()}
    of_a_place = values(CalendarFeed, business, made) | ended
    await CalendarFeed.create(account_id=business.account.id, **of_a_place)
    to_a_place = {"zone": None, "location_id": made["location"], "last_on": date(2027, 6, 4)}
    to_a_place["first_on"] = to_a_place["last_on"]
    await Travel.create(account_id=business.account.id, **values(Travel, business, made) | to_a_place)
    # And Ada once more, for whoever looks for people who are there twice.
    twin = values(Customer, business, made) | {"email": f"twin-{canary(business)}@example.com"}
    await Customer.create(account_id=business.account.id, **twin)
    of_a_unit = values(Calendar, business, made) | {"staff_id": None, "resource_id": made["resource"], "unit": 1}
    await fill_resource(business, made, await Calendar.create(account_id=business.account.id, **of_a_unit))
    refused = {"booking_id": None, "refused": Unfit.TAKEN, "position": 2}
    await SeriesOccurrence.create(
        account_id=business.account.id, **values(SeriesOccurrence, business, made) | refused
    )  # fmt: skip
    new = Registered(canary(business), "key", 0, [], backed_up=False)
    now = business.product.clock.now()
    made["passkey"] = (await Passkey.keep(business.owner_user.id, canary(business), new, now)).pk
    await agree(business.owner_user.id, now)
    return made


async def agree(user_id: UUID, at: datetime) -> UUID:
    """The person agrees to a privacy policy that they were mailed."""
    notice = await PolicyNotice.acknowledge(user_id, versions()[-1].version, at, agrees=True)
    await PolicyNotice.was_mailed(notice.id, at)
    return notice.id


async def fill_resource(business: Business, made: dict[str, UUID], unit: Calendar) -> None:
    """What may be of a person or of a resource, once more of a resource."""
    alone = {"staff_id": None, "resource_id": made["resource"]}
    further: list[tuple[type[Owned], dict[str, Any]]] = [
        (Engagement, alone | {"calendar_id": unit.id, "unit": 1}),
        (TimeOff, alone),
        (BusySource, alone | {"unit": 1}),
        (CalendarFeed, alone),
        (ResourceNeed, {"place": 1, "units": 1}),
    ]
    for model, of_it in further:
        await model.create(account_id=business.account.id, **values(model, business, made) | of_it)


async def develop(business: Business) -> UUID:
    """An app that this business develops. It is in no account, so that others may install it; the rest is theirs."""
    word, now = canary(business), business.product.clock.now()
    app = await App.create(
        created_at=now, updated_at=now, developer_account_id=business.account.id, name=word, description=word,
        homepage=f"https://{word}.example/", redirect_uris=[f"https://{word}.example/"], scopes=["bookings:read"],
        confidential=False,
    )  # fmt: skip
    return app.id


async def write_on_what_is_there(business: Business) -> None:
    word, account, user = canary(business), business.account.id, business.owner_user
    await Account.filter(id=account).update(name=word, slug=f"{word}-of-the-account")
    await User.filter(id=user.id).update(name=word, email=f"{word}@people.example")
    await Session.filter(user_id=user.id).update(device=word)
    await PrivacySettings.of(account).update(booking_notice=word)
    await AccessKey.of(account).update(name=word)
    now = business.product.clock.now()
    kept = {"created_at": now, "due_at": now + timedelta(days=300)}
    words = {"to": f"{word}@mail.example", "data": {"word": word}}
    await Mail.create(account_id=account, template=MailTemplate.BOOKING_CONFIRMED, about_id=user.id, **kept, **words)


def refers_to(model: type[Owned]) -> list[str]:
    found = [field.refers_to for field in model._meta.fields_map.values() if hasattr(field, "refers_to")]
    return [*found, "booking"] if model is Event else found  # it happened to the one that there is


def values(model: type[Owned], business: Business, made: dict[str, UUID]) -> dict[str, Any]:
    """A value for every column, then what the table's own constraints want."""
    found = {
        name: value_of(name, field, business, made)
        for name, field in model._meta.fields_map.items()
        if name not in {"id", "account_id"}
    }
    return found | special(model._meta.db_table, business, made)


def value_of(name: str, field: Any, business: Business, made: dict[str, UUID]) -> Any:
    now = business.product.clock.now()
    if hasattr(field, "refers_to"):
        return made[field.refers_to]
    if name in {"archived_at", "revoked_at", "dead_at", "lease_until"}:
        return None
    if isinstance(field, Instant):
        return now + timedelta(days=30) if name.startswith(("ends", "expires", "request")) else now
    if isinstance(field, CharEnumFieldInstance):
        return next(iter(field.enum_type))
    if isinstance(field, fields.CharField | fields.TextField):
        return text(name, field, business)
    if name in {"options", "given"}:
        return [canary(business)]
    if name in {"data", "origins"}:
        return {"word": canary(business)} if name == "data" else [f"https://{canary(business)}.example"]
    if field.has_db_default() or field.default is not None:
        return field.default() if callable(field.default) else field.default
    return plain_value(business, field)


def text(name: str, field: Any, business: Business) -> str:
    word = canary(business)
    known = {
        "email": f"{word}@example.com", "phone": phone(business), "zone": "America/Chicago", "currency": "USD",
        "customer_zone": "America/Chicago", "local_start": "2027-01-11T06:00",
    }  # fmt: skip
    longest = getattr(field, "max_length", None) or 99
    # What is hashed tells nothing of the business; two rows must not share it.
    return known.get(name) or (f"{uuid4().hex}{uuid4().hex}" if is_secret(field) else word)[-longest:]


def is_secret(field: Any) -> bool:
    """Whether a column is marked as a secret."""
    return getattr(field, "mark", None) == Plain(Why.SECRET)


def phone(business: Business) -> str:
    """The number of its customers, which is nobody else's."""
    return f"+1512{int(mark(business), 16) % 10**7:07}"


def plain_value(business: Business, field: Any) -> Any:
    if isinstance(field, fields.UUIDField):
        return business.owner_user.id
    return date(2027, 1, 11) if isinstance(field, fields.DateField) else 30


def special(table: str, business: Business, made: dict[str, UUID]) -> dict[str, Any]:
    now = business.product.clock.now()
    epoch = int(now.timestamp())
    money = {"price_minor": 1000, "currency": "USD"}
    known: dict[str, dict[str, Any]] = {
        "service": money
        | {"deposit_kind": DepositKind.PERCENT, "deposit_percent": 20}
        | {"reminder_minutes": [60]},
        "add_on": money,
        # Of no account that a gateway knows: another test's worker, which serves them all, finds nothing due here.
        "payment": {"amount_minor": 1000, "redirect_url": f"https://{canary(business)}.example/"}
        | {"lease_until": None, "due_at": None},
        "payment_entry": {"amount_minor": 1000, "refund_id": None},
        "refund": {"amount_minor": 1000, "due_at": None},
        "booking_add_on": {"unit_price_minor": 1000, "quantity": 1},
        "booking": money | {"deposit_minor": 200} | {"starts_at": now, "ends_at": now + 30 * MINUTE},
        "booking_series": {"rule": "FREQ=DAILY;COUNT=2", "size": 2}
        | {"left_out": ["2027-01-18"], "added": ["2027-01-19"]},
        "series_occurrence": {"position": 1, "refused": None},
        "calendar_feed": {"location_id": None, "resource_id": None},
        "busy_source": {"resource_id": None, "unit": None},
        "calendar_subscription": {"resource_id": None},
        "time_off": {"ends_at": now + 60 * MINUTE, "resource_id": None},
        "travel": {"location_id": None, "first_on": date(2027, 6, 1), "last_on": date(2027, 6, 2)},
        "calendar": {"resource_id": None, "unit": None},
        "resource_need": {"units": None},
        "engagement": {"resource_id": None, "unit": None},
        "hold": {"starts_at": now + 60 * MINUTE, "ends_at": now + 90 * MINUTE},
        "schedule": {"weekly": [
            {"weekday": day, "start_minute": 480, "end_minute": 1200, "valid_from": None, "valid_until": None}
            for day in range(1, 8)
        ]},
        "occupancy": {"starts": epoch, "ends": epoch + 1800}
        | {"booking_id": None, "hold_id": None, "expires": None},
        "external_busy": {"starts": epoch, "ends": epoch + 1800},
        "group_session": {"taken": 2},  # by the booking and the hold
        "segment": money | {"hold_id": None, "starts_at": now, "ends_at": now + 30 * MINUTE},
        "audit_entry": {"position": 1_000_000, "link": "0" * 64},
        "audit_checkpoint": {"position": 1_000_000, "link": "0" * 64},
        "security_event": {"subject": "access_key", "subject_id": made.get("access_key"), "acknowledged_at": None},
        "app_installation": {"app_id": made.get("app")},
        "platform_access": {"given_at": None, "expires_at": None, "ended_at": None, "minutes": 30},
        "event": {"subject": "booking", "subject_id": made.get("booking", business.account.id)},
    }  # fmt: skip
    return known.get(table, {})


def ids(made: dict[str, UUID], business: Business) -> list[str]:
    """The ids that clients would see of the filled rows."""
    tables = {**made, "account": business.account.id, "app_user": business.owner_user.id}
    return [global_id(table, key) for table, key in tables.items() if table in PREFIXES]


async def snapshot(business: Business) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the account holds, as the database has it."""
    found = {}
    for model in OWNED:
        table = model._meta.db_table
        key = business.account.id if dialect() == "postgres" else str(business.account.id)
        rows = await fetch(f'SELECT * FROM "{table}" WHERE account_id = $1 ORDER BY id', key)
        found[table] = [tuple(row) if dialect() == "sqlite" else tuple(row.values()) for row in rows]
    found["app"] = [tuple(vars(app).items()) for app in await App.made_by(business.account.id).order_by("id")]
    return found


def but_for_the_watch(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    """A snapshot without what is written about attempts, and about what people of the platform look at: that something
    was refused or asked for is noted, and may be."""
    noting = {"security_event", "account_read"}
    noted = {table: [row for row in rows if not noting & set(map(str, row))] for table, rows in found.items()}
    return {table: rows for table, rows in noted.items() if table != "security_event"}
