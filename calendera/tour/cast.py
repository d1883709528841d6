"""Who takes part in the tour: people and keys of the businesses that `calendera seed` makes."""

from __future__ import annotations

from calendera.seeding import demo
from calendera.seeding.clinic import CLINIC
from calendera.seeding.plan import BusinessPlan
from calendera.seeding.salon import SALON
from models import Role


def _email(plan: BusinessPlan, role: Role) -> str:
    return next(member.email for member in plan.members if member.role is role)


PASSWORD = demo.PASSWORD
ORIGIN = demo.ORIGINS[0]
WIDGET_KEY = demo.widget_key(SALON.slug)
PARTNER_KEY = demo.partner_key(SALON.slug)
OWNER = _email(SALON, Role.OWNER)
STYLIST = _email(SALON, Role.STAFF)
RIVAL = _email(CLINIC, Role.OWNER)
