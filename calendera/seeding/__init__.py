"""`calendera seed`: three believable businesses with a year of bookings, to look at and to try things on.

The data depend on the date (UTC) and on nothing else: made twice on one day they are the same, ids and references
included; only the ids of accounts, owners' memberships, calendars, what links services to add-ons and resources, and
the events of setting up are new. Dates count from the Monday of the week in which the seed is made, so that there is
always a diary this week: 40 weeks back and 13 ahead, a year and a week, which holds both clock changes of every zone.
Everything is written in one transaction.
"""

from __future__ import annotations

import typer

from calendera.cli_start import Stop
from calendera.clock import Clock
from calendera.open_database import open_database
from calendera.seeding import demo
from calendera.seeding.bookings import Diary, partner_of
from calendera.seeding.catalogue import make_catalogue
from calendera.seeding.chance import Chance
from calendera.seeding.clinic import CLINIC
from calendera.seeding.days import Days
from calendera.seeding.greeting import greeting
from calendera.seeding.plan import BusinessPlan
from calendera.seeding.salon import SALON
from calendera.seeding.signing_in import add_members, furnish, open_account
from calendera.seeding.tutor import TUTOR
from calendera.settings import Settings
from models import AccessKey, Account, passwords
from models.storage.database import lock, transaction
from models.storage.reach import bound
from rules.tokens import token_hash

BUSINESSES = (SALON, CLINIC, TUTOR)


async def seed(settings: Settings, clock: Clock | None = None) -> None:
    """Fill an empty database and print how to get in. One that has accounts is left alone.

    Raises Stop in production: everybody knows the credentials.
    """
    if settings.environment == "production":
        raise Stop("`seed` makes accounts whose passwords and keys everybody knows; it does not run in production.")
    now = (clock or Clock()).now()
    days = Days.of(now)
    async with open_database(settings):
        passwords.install(settings.password_profile)
        if await _fill(days) or await _is_ours():
            for line in greeting(settings, days):
                typer.echo(line)
        else:
            typer.echo("The database has accounts already; it was left as it is.")


async def _fill(days: Days) -> bool:
    """Write everything, unless there is an account. Of two that start at once, the second finds the first's."""
    async with transaction():
        await lock(["seed"])
        if await Account.exists():
            return False
        for plan in BUSINESSES:
            await _make(plan, days)
    return True


async def _make(plan: BusinessPlan, days: Days) -> None:
    chance = Chance(plan.slug)
    act = await open_account(plan, days, chance)
    with bound(act.account_id):
        await furnish(act, plan, days, chance)
        catalogue = await make_catalogue(act, plan, days, chance)
        await add_members(act, plan, {name: row.id for name, row in catalogue.staff.items()}, days, chance)
        rows = Diary(act, plan, days, chance, catalogue, await partner_of(act)).fill()
        await rows.insert()


async def _is_ours() -> bool:
    """Whether the accounts are the seed's: its partner key opens the salon."""
    salon = await Account.get_or_none(slug=SALON.slug)
    theirs = token_hash(demo.partner_key(SALON.slug))
    with bound(salon.id if salon else None):
        return salon is not None and await AccessKey.of(salon.id).filter(token_hash=theirs).exists()
