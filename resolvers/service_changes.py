"""Services: creating, changing and archiving them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import strawberry

from models.location import Location
from models.service import Assignment, Confirmation, Service, Visibility
from permissions.roles import Permission
from resolvers import archiving
from resolvers.archiving import ArchiveInput, reference
from resolvers.checking import Checks, cleaned, given
from resolvers.context import Info
from resolvers.deposits import DEPOSIT_WORDS, DepositInput, deposit_columns
from resolvers.durations import OTHERS_WORDS, ServiceDurationInput, check_durations, other_durations
from resolvers.money import MoneyInput, price_columns
from resolvers.service_terms import RULES, WORDS, ServiceLimitInput, check_reach, stored, term
from rules.names import suggest_slug
from rules.payments import DepositRefund, PaymentProvider
from rules.quoting import PriceUnit
from rules.slots import SlotMode

P = Permission
_LOCATION = "Where it takes place; a place in use. Null where that is not said."


@strawberry.input(description="A new service.")
class CreateServiceInput:
    name: str = term("name")
    duration_minutes: int = term("duration_minutes")
    slug: str | None = strawberry.field(description=f"{WORDS['slug']} Made from the name where left out.", default=None)
    description: str = stored("description")
    location_id: strawberry.ID | None = strawberry.field(description=_LOCATION, default=None)
    other_durations: list[ServiceDurationInput] = strawberry.field(description=OTHERS_WORDS, default_factory=list)
    step_minutes: int = stored("step_minutes")
    alignment_minutes: int | None = stored("alignment_minutes")
    slot_mode: SlotMode = stored("slot_mode")
    before_minutes: int = stored("before_minutes")
    after_minutes: int = stored("after_minutes")
    gap_after_minutes: int = stored("gap_after_minutes")
    maximum_wait_minutes: int = stored("maximum_wait_minutes")
    notice_minutes: int = stored("notice_minutes")
    horizon_days: int = stored("horizon_days")
    capacity: int = stored("capacity")
    price: MoneyInput | None = term("price", default=None)
    price_unit: PriceUnit = stored("price_unit")
    deposit: DepositInput | None = strawberry.field(description=DEPOSIT_WORDS, default=None)
    deposit_refund: DepositRefund = stored("deposit_refund")
    deposit_provider: PaymentProvider = stored("deposit_provider")
    confirmation: Confirmation = stored("confirmation")
    request_minutes: int = stored("request_minutes")
    requests_block: bool = stored("requests_block")
    cancel_cutoff_minutes: int = stored("cancel_cutoff_minutes")
    reschedule_cutoff_minutes: int = stored("reschedule_cutoff_minutes")
    visibility: Visibility = stored("visibility")
    assignment: Assignment = stored("assignment")
    limits: list[ServiceLimitInput] = term("limits", default_factory=list)
    most_active_per_customer: int | None = term("most_active_per_customer", default=None)
    waitlist_minutes: int = stored("waitlist_minutes")
    reminder_minutes: list[int] | None = term("reminder_minutes", default=None)


async def create_service(info: Info, input: CreateServiceInput) -> Service:
    """Add a service. Nobody offers it until `offerService` says who."""
    checks = Checks()
    columns = [column for column in RULES if column != "slug" or input.slug is not None]
    values = cleaned(checks, RULES, {column: getattr(input, column) for column in columns})
    values |= price_columns(checks, "price", input.price)
    values |= deposit_columns(checks, "deposit", input.deposit)
    values["other_durations"] = other_durations(checks, input.other_durations)
    values["location_id"] = await reference(info, checks, "locationId", Location, input.location_id, P.CATALOGUE_READ)
    _finish(checks, values)
    if "slug" in values:
        return await Service.begin(info.context.act, **values)
    return await Service.begin_named(info.context.act, suggest_slug(input.name) or "service", **values)


@strawberry.input(description="Changes to a service. What is left out stays as it is. Bookings keep what was promised.")
class UpdateServiceInput:
    id: strawberry.ID = strawberry.field(description="Which service.")
    expected_version: int = strawberry.field(description="The `version` that was read.")
    name: strawberry.Maybe[str] = term("name", default=None)
    slug: strawberry.Maybe[str] = term("slug", default=None)
    description: strawberry.Maybe[str] = term("description", default=None)
    location_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=_LOCATION, default=None)
    duration_minutes: strawberry.Maybe[int] = term("duration_minutes", default=None)
    other_durations: strawberry.Maybe[list[ServiceDurationInput]] = strawberry.field(
        description=OTHERS_WORDS, default=None
    )
    step_minutes: strawberry.Maybe[int] = term("step_minutes", default=None)
    alignment_minutes: strawberry.Maybe[int | None] = term("alignment_minutes", default=None)
    slot_mode: strawberry.Maybe[SlotMode] = term("slot_mode", default=None)
    before_minutes: strawberry.Maybe[int] = term("before_minutes", default=None)
    after_minutes: strawberry.Maybe[int] = term("after_minutes", default=None)
    gap_after_minutes: strawberry.Maybe[int] = term("gap_after_minutes", default=None)
    maximum_wait_minutes: strawberry.Maybe[int] = term("maximum_wait_minutes", default=None)
    notice_minutes: strawberry.Maybe[int] = term("notice_minutes", default=None)
    horizon_days: strawberry.Maybe[int] = term("horizon_days", default=None)
    capacity: strawberry.Maybe[int] = term("capacity", default=None)
    price: strawberry.Maybe[MoneyInput | None] = term("price", default=None)
    price_unit: strawberry.Maybe[PriceUnit] = term("price_unit", default=None)
    deposit: strawberry.Maybe[DepositInput | None] = strawberry.field(description=DEPOSIT_WORDS, default=None)
    deposit_refund: strawberry.Maybe[DepositRefund] = term("deposit_refund", default=None)
    deposit_provider: strawberry.Maybe[PaymentProvider] = term("deposit_provider", default=None)
    confirmation: strawberry.Maybe[Confirmation] = term("confirmation", default=None)
    request_minutes: strawberry.Maybe[int] = term("request_minutes", default=None)
    requests_block: strawberry.Maybe[bool] = term("requests_block", default=None)
    cancel_cutoff_minutes: strawberry.Maybe[int] = term("cancel_cutoff_minutes", default=None)
    reschedule_cutoff_minutes: strawberry.Maybe[int] = term("reschedule_cutoff_minutes", default=None)
    visibility: strawberry.Maybe[Visibility] = term("visibility", default=None)
    assignment: strawberry.Maybe[Assignment] = term("assignment", default=None)
    limits: strawberry.Maybe[list[ServiceLimitInput]] = term("limits", default=None)
    most_active_per_customer: strawberry.Maybe[int | None] = term("most_active_per_customer", default=None)
    waitlist_minutes: strawberry.Maybe[int] = term("waitlist_minutes", default=None)
    reminder_minutes: strawberry.Maybe[list[int] | None] = term("reminder_minutes", default=None)


async def update_service(info: Info, input: UpdateServiceInput) -> Service:
    """Change a service."""
    found = await info.context.find(Service, input.id, P.CATALOGUE_MANAGE)
    checks = Checks()
    values = cleaned(checks, RULES, given(input, *RULES))
    for name, value in given(input, "price", "other_durations", "location_id").items():
        if name == "price":
            values |= price_columns(checks, "price", value)
        elif name == "other_durations":
            values[name] = other_durations(checks, value)
        else:
            values[name] = await reference(info, checks, "locationId", Location, value, P.CATALOGUE_READ)
    _finish(checks, values, {column: getattr(found, column) for column in _TOGETHER})
    await found.change(info.context.act, input.expected_version, **values)
    return found


@strawberry.input(description="What to archive.")
class ArchiveServiceInput(ArchiveInput):
    pass


async def archive_service(info: Info, input: ArchiveServiceInput) -> Service:
    """Take a service out of use: it can no longer be booked. Its bookings stay as they are."""
    return await archiving.archive(info, Service, input, P.CATALOGUE_MANAGE)


# What goes only with certain values of the others.
_TOGETHER = ("notice_minutes", "horizon_days", "duration_minutes", "other_durations", "capacity")


def _finish(checks: Checks, values: dict[str, Any], stored: Mapping[str, Any] = MappingProxyType({})) -> None:
    """Refuse what was noted, and what does not go together; `stored` has what an update leaves out."""
    merged = {**stored, **values}
    if not checks.problems:
        check_reach(checks, merged["notice_minutes"], merged["horizon_days"])
        check_durations(checks, merged)
    checks.done()
