"""Services: what can be booked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

import resolvers.service_changes as change
import resolvers.services as resolve
from graph.enums import Assignment, Confirmation, LimitMeasure, LimitPeriod, Permission, SlotMode, Visibility
from graph.errors import AlreadyTaken, NotFound, ValidationFailed, VersionConflict
from graph.field import computed, edge, graph_type, listing, many, one, shown, told
from graph.locations import Location
from graph.money import Money, money, money_of
from graph.money_enums import DepositKind, DepositRefund, PaymentProvider, PriceUnit
from graph.mutations import mutation
from graph.node import Node
from graph.shape import Through
from models.add_on import ServiceAddOn
from models.intake import IntakeQuestion as IntakeQuestionRow
from models.resource import ResourceNeed as ResourceNeedRow
from models.service import Offering as OfferingRow
from models.service import Service as ServiceRow
from resolvers.add_ons import offered_add_ons
from resolvers.intake_questions import asked_now
from resolvers.service_terms import WORDS
from resolvers.staff import at_work
from rules.durations import Duration, durations_of
from rules.limits import limits_of

if TYPE_CHECKING:
    from graph.add_ons import AddOn
    from graph.intake import IntakeQuestion
    from graph.offerings import Offering
    from graph.resources import ResourceNeed
    from graph.staff import Staff

P = Permission


def _public(column: str) -> Any:
    return shown(P.CATALOGUE_READ, WORDS[column])


def _internal(column: str) -> Any:
    return shown(P.CATALOGUE_INTERNALS_READ, WORDS[column])


@strawberry.type(description="At most so much of a service in each period. Cancelled bookings do not count.")
class ServiceLimit:
    period: LimitPeriod = told("How long it counts before it begins anew.")
    measure: LimitMeasure = told("What it counts.")
    maximum: int = told("The most, inclusive.")


@strawberry.type(description="A length of time that a service may take.")
class ServiceDuration:
    minutes: int = told("Without buffers.")
    price: Money | None = told("What it costs at this length; null where the price is not said.")


@strawberry.type(description="What a service asks before the appointment.")
class ServiceDeposit:
    kind: DepositKind = told("How it is reckoned.")
    amount: Money | None = told("How much, where it is FIXED; never more than a booking costs.")
    percent: int | None = told("Which part of what a booking costs, where it is PERCENT.")


@graph_type(ServiceRow)
class Service(Node):
    """What can be booked. A booking keeps the price, buffers and cutoffs it was made with."""

    name: str = _public("name")
    slug: str = _public("slug")
    description: str = _public("description")
    location: Location | None = edge(
        P.CATALOGUE_READ, "Where it takes place; null where that is not said.", via="location_id"
    )
    duration_minutes: int = _public("duration_minutes")

    @computed(P.CATALOGUE_READ, "duration_minutes", "other_durations", "price_minor", "currency")
    def durations(self: Any) -> list[ServiceDuration]:
        """Every length that one may choose in `availability`, `holdSlot` and `book`: `durationMinutes` first."""
        usual = Duration(self.duration_minutes, self.price_minor, self.currency)
        return [
            ServiceDuration(minutes=one.minutes, price=money(one)) for one in durations_of(usual, self.other_durations)
        ]

    step_minutes: int = _public("step_minutes")
    alignment_minutes: int | None = _public("alignment_minutes")
    slot_mode: SlotMode | None = _internal("slot_mode")
    before_minutes: int | None = _internal("before_minutes")
    after_minutes: int | None = _internal("after_minutes")
    gap_after_minutes: int = _public("gap_after_minutes")
    maximum_wait_minutes: int = _public("maximum_wait_minutes")
    notice_minutes: int = _public("notice_minutes")
    horizon_days: int = _public("horizon_days")
    capacity: int = _public("capacity")

    most_active_per_customer: int | None = _public("most_active_per_customer")

    @computed(P.CATALOGUE_INTERNALS_READ, "limits")
    def limits(self: Any) -> list[ServiceLimit] | None:
        """How much of it can be booked in a day, week, month or year, over all its staff; empty: no limit."""
        return [
            ServiceLimit(period=one.period, measure=one.measure, maximum=one.maximum) for one in limits_of(self.limits)
        ]

    @computed(P.CATALOGUE_READ, "price_minor", "currency")
    def price(self: Any) -> Money | None:
        """What it costs; null where the price is not said."""
        return money(self)

    price_unit: PriceUnit = _public("price_unit")

    @computed(P.CATALOGUE_READ, "deposit_kind", "deposit_minor", "deposit_percent", "currency")
    def deposit(self: Any) -> ServiceDeposit | None:
        """What is asked before the appointment; null: nothing. `availability` says what it comes to."""
        if self.deposit_kind is DepositKind.NONE:
            return None
        return ServiceDeposit(
            kind=self.deposit_kind, amount=money_of(self.deposit_minor, self.currency), percent=self.deposit_percent
        )

    deposit_refund: DepositRefund = _public("deposit_refund")
    deposit_provider: PaymentProvider = _public("deposit_provider")
    confirmation: Confirmation = _public("confirmation")
    request_minutes: int = _public("request_minutes")
    requests_block: bool = _public("requests_block")
    cancel_cutoff_minutes: int = _public("cancel_cutoff_minutes")
    reschedule_cutoff_minutes: int = _public("reschedule_cutoff_minutes")
    staff: list[Annotated[Staff, strawberry.lazy("graph.staff")]] = many(
        P.CATALOGUE_READ,
        "Who offers it, of those in use, by name.",
        Through(OfferingRow, near="service_id", far="staff_id", sorted_by="search_name", shows=at_work),
    )
    offerings: list[Annotated[Offering, strawberry.lazy("graph.offerings")]] | None = many(
        P.CATALOGUE_INTERNALS_READ, "Who offers it with which weight.", Through(OfferingRow, near="service_id")
    )
    waitlist_minutes: int = _public("waitlist_minutes")
    reminder_minutes: list[int] | None = _public("reminder_minutes")
    questions: list[Annotated[IntakeQuestion, strawberry.lazy("graph.intake")]] = many(
        P.CATALOGUE_READ,
        "What it asks whoever books it, in order; without those that are archived.",
        Through(IntakeQuestionRow, near="service_id", order="place", shows=asked_now),
    )
    add_ons: list[Annotated[AddOn, strawberry.lazy("graph.add_ons")]] = many(
        P.CATALOGUE_READ,
        "What can be chosen beside it, of those in use, in the order in which it is shown.",
        Through(ServiceAddOn, near="service_id", far="add_on_id", sorted_by="position", shows=offered_add_ons),
    )
    visibility: Visibility | None = _internal("visibility")
    assignment: Assignment = _public("assignment")
    resource_needs: list[Annotated[ResourceNeed, strawberry.lazy("graph.resources")]] | None = many(
        P.CATALOGUE_INTERNALS_READ,
        "What it needs beside its people; empty: nothing.",
        Through(ResourceNeedRow, near="service_id", order="place"),
    )
    archived_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "Since when it is out of use; null while in use.")
    version: int | None = shown(
        P.CATALOGUE_INTERNALS_READ, "Grows with every change; send it back as `expectedVersion`."
    )
    created_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "When it was entered.")
    updated_at: datetime | None = shown(P.CATALOGUE_INTERNALS_READ, "When it last changed.")


@strawberry.type
class ServiceQueries:
    services = listing(resolve.services, P.CATALOGUE_READ, Service)
    service = one(resolve.service, P.CATALOGUE_READ, Service | None)


_STORED = {"service": (Service, "The service as stored now.")}


@strawberry.type
class ServiceMutations:
    create_service = mutation(change.create_service, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, AlreadyTaken)
    update_service = mutation(
        change.update_service, P.CATALOGUE_MANAGE, _STORED, ValidationFailed, AlreadyTaken, NotFound, VersionConflict
    )
    archive_service = mutation(change.archive_service, P.CATALOGUE_MANAGE, _STORED, NotFound, VersionConflict)
