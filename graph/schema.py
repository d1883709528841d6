"""The schema: every noun's queries and mutations glued together, and checked before it may serve."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import strawberry
from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLObjectType
from strawberry.schema.config import StrawberryConfig

from graph.access_keys import AccessKeyMutations, AccessKeyQueries
from graph.accounts import AccountMutations, AccountQueries
from graph.add_ons import AddOnMutations, AddOnQueries
from graph.apps import AppMutations, AppQueries
from graph.availability import AvailabilityQueries
from graph.bookings import BookingMutations, BookingQueries
from graph.calendar_feeds import CalendarFeedMutations, CalendarFeedQueries
from graph.changes import Subscription
from graph.closed_days import ClosedDayMutations, ClosedDayQueries
from graph.customer_sessions import CustomerSessionMutations, CustomerSessionQueries
from graph.customers import CustomerMutations, CustomerQueries
from graph.diary_pages import DiaryQueries
from graph.exports import ExportMutations, ExportQueries
from graph.external_busy import ExternalBusyMutations, ExternalBusyQueries
from graph.following import FollowingQueries
from graph.history import HistoryQueries
from graph.holds import HoldMutations
from graph.insights import InsightQueries
from graph.installed_apps import InstalledAppMutations, InstalledAppQueries
from graph.intake import IntakeMutations
from graph.locations import LocationMutations, LocationQueries
from graph.members import MemberMutations, MemberQueries
from graph.nodes import NodeQueries
from graph.offerings import OfferingMutations
from graph.passkeys import PasskeyMutations, PasskeyQueries
from graph.payment_mutations import PaymentMutations
from graph.people import PeopleMutations, PeopleQueries
from graph.platform_access import PlatformAccessMutations, PlatformAccessQueries
from graph.policy import PolicyMutations, PolicyQueries
from graph.privacy import PrivacyMutations, PrivacyQueries
from graph.resources import ResourceMutations, ResourceQueries
from graph.scalars import SCALARS
from graph.schedules import ScheduleMutations, ScheduleQueries
from graph.second_factors import SecondFactorMutations, SecondFactorQueries
from graph.security import SecurityMutations, SecurityQueries
from graph.series import SeriesMutations, SeriesQueries
from graph.series_changes import SeriesChangeMutations
from graph.services import ServiceMutations, ServiceQueries
from graph.shape import shape_of
from graph.sharing import SharingQueries
from graph.short import shorten
from graph.sign_in import SignInMutations
from graph.staff import StaffMutations, StaffQueries
from graph.time_off import TimeOffMutations, TimeOffQueries
from graph.travels import TravelMutations, TravelQueries
from graph.waitlist import WaitlistMutations, WaitlistQueries
from graph.zones import ZoneQueries


@strawberry.type(description="What can be read.")
class Query(
    NodeQueries,
    AccountQueries,
    MemberQueries,
    PeopleQueries,
    SecondFactorQueries,
    PasskeyQueries,
    LocationQueries,
    ServiceQueries,
    AddOnQueries,
    StaffQueries,
    ResourceQueries,
    ScheduleQueries,
    TimeOffQueries,
    TravelQueries,
    ClosedDayQueries,
    CustomerQueries,
    CustomerSessionQueries,
    AvailabilityQueries,
    SeriesQueries,
    BookingQueries,
    HistoryQueries,
    InsightQueries,
    DiaryQueries,
    WaitlistQueries,
    AccessKeyQueries,
    CalendarFeedQueries,
    AppQueries,
    InstalledAppQueries,
    PrivacyQueries,
    PolicyQueries,
    PlatformAccessQueries,
    SharingQueries,
    ExportQueries,
    SecurityQueries,
    ZoneQueries,
    FollowingQueries,
    ExternalBusyQueries,
):
    pass


@strawberry.type(description="What can be done. Each answers its payload, or a refusal that says why not.")
class Mutation(
    SignInMutations,
    SecondFactorMutations,
    PasskeyMutations,
    PeopleMutations,
    MemberMutations,
    AccountMutations,
    LocationMutations,
    ServiceMutations,
    AddOnMutations,
    StaffMutations,
    ResourceMutations,
    OfferingMutations,
    IntakeMutations,
    ScheduleMutations,
    TimeOffMutations,
    TravelMutations,
    ClosedDayMutations,
    CustomerMutations,
    CustomerSessionMutations,
    HoldMutations,
    BookingMutations,
    PaymentMutations,
    SeriesMutations,
    SeriesChangeMutations,
    WaitlistMutations,
    AccessKeyMutations,
    CalendarFeedMutations,
    AppMutations,
    InstalledAppMutations,
    PrivacyMutations,
    PolicyMutations,
    PlatformAccessMutations,
    SecurityMutations,
    ExportMutations,
    ExternalBusyMutations,
):
    pass


class Undeclared(TypeError):
    """A field was written without saying who may see it, or without words."""


@lru_cache(maxsize=1)
def build() -> strawberry.Schema:
    """The checked schema. Raises `Undeclared` when any field lacks its permission or its description."""
    schema = _make(sort=False)
    check(schema)
    shorten(schema._schema)
    return schema


def _make(*, sort: bool) -> strawberry.Schema:
    # A sorted schema is for printing: Strawberry sorts into new types, and its unions then know none of their members.
    config = StrawberryConfig(sort_schema=sort, scalar_map=SCALARS, disable_field_suggestions=True)
    return strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription, config=config)


def check(schema: strawberry.Schema) -> None:
    """Every field of every type says who may see it and what it is."""
    problems = [problem for type_ in schema._schema.type_map.values() for problem in _problems(type_)]
    if problems:
        raise Undeclared("; ".join(problems))


def _problems(type_: Any) -> list[str]:
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) or type_.name.startswith("__"):
        return []
    found = [] if type_.description else [f"{type_.name} has no description"]
    for name, field in type_.fields.items():
        written = field.extensions.get("strawberry-definition")
        if written is None or shape_of(written) is None:
            found.append(f"{type_.name}.{name} declares no permission: write it with graph/field.py")
        if not field.description:
            found.append(f"{type_.name}.{name} has no description")
    return found


def print_sdl() -> str:
    """The schema as SDL, as it is committed in schema.graphql."""
    schema = _make(sort=True)
    for type_ in schema._schema.type_map.values():
        if isinstance(type_, GraphQLEnumType) and "strawberry-definition" in type_.extensions:
            _know_members(type_)
    return f"{schema.as_str()}\n"


def _know_members(type_: GraphQLEnumType) -> None:
    """Let an enum type print its members: sorting leaves it their values only, but defaults are members."""
    members = type_.extensions["strawberry-definition"].wrapped_cls
    type_._value_lookup.update({members(value.value): name for name, value in type_.values.items()})
