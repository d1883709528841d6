"""Offer: a service as it can be booked, by whom, with what and when. Read with one statement."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from models.hours import closed_of, hours_of
from models.service import Assignment, Confirmation, Visibility
from models.storage.client import Row
from models.storage.database import dialect, fetch
from models.teams import Need, Provider, Team, needs_of
from models.travel import travels_of, travels_text
from rules.add_ons import Extra
from rules.durations import Duration, chosen, durations_of
from rules.intervals import Window
from rules.limits import Limit, limits_of
from rules.payments import Deposit, DepositKind, DepositRefund, PaymentProvider
from rules.quoting import PriceUnit, total
from rules.slots import SlotMode, Terms
from rules.stays import Stay, itinerary
from rules.zones import zone

NOBODY = UUID(int=0)

# The hours that decide about a date may be kept in a zone where it is another date, and run past midnight.
_MARGIN = timedelta(days=4)

# $3 are those who count although they may not offer it any more: the staff of a booking that is being moved.
# What the service needs is the same for everybody, so the first row alone has it, and everybody's travels with it.
_SERVICE = """
    SELECT s.id, s.name, s.archived_at, s.visibility, s.confirmation, s.request_minutes, s.duration_minutes,
      s.other_durations, s.step_minutes, s.alignment_minutes, s.slot_mode, s.before_minutes, s.after_minutes,
      s.notice_minutes, s.horizon_days, s.gap_after_minutes, s.maximum_wait_minutes, s.capacity,
      s.price_minor, s.currency, s.price_unit,
      s.deposit_kind, s.deposit_minor, s.deposit_percent, s.deposit_refund, s.deposit_provider, s.cancel_cutoff_minutes,
      s.reschedule_cutoff_minutes, s.requests_block, s.limits, s.most_active_per_customer,
      s.assignment, CASE WHEN row_number() OVER (ORDER BY f.search_name, f.id) = 1 THEN {needs} END AS needs,
      CASE WHEN row_number() OVER (ORDER BY f.search_name, f.id) = 1 THEN {travels} END AS travels,
      s.location_id AS service_location_id,
      f.id AS staff_id, c.id AS calendar_id, o.weight, COALESCE(s.location_id, f.location_id) AS location_id,
      CASE WHEN s.location_id IS NULL THEN lf.archived_at ELSE ls.archived_at END AS place_archived_at,
      COALESCE(ls.zone, lf.zone, a.zone) AS zone, COALESCE(ls.zone, a.zone) AS place_zone,
      f.schedule_id, h.zone AS schedule_zone, h.weekly, {overrides} AS overrides, {closed} AS closed
    FROM service s
    JOIN account a ON a.id = s.account_id
    LEFT JOIN location ls ON ls.account_id = s.account_id AND ls.id = s.location_id
    LEFT JOIN staff f ON f.account_id = s.account_id AND f.archived_at IS NULL AND (f.id {among_also} OR EXISTS (
      SELECT 1 FROM offering x WHERE x.account_id = f.account_id AND x.service_id = s.id AND x.staff_id = f.id
    ))
    LEFT JOIN offering o ON o.account_id = f.account_id AND o.service_id = s.id AND o.staff_id = f.id
    LEFT JOIN calendar c ON c.account_id = f.account_id AND c.staff_id = f.id
    LEFT JOIN location lf ON lf.account_id = f.account_id AND lf.id = f.location_id
    LEFT JOIN schedule h ON h.account_id = f.account_id AND h.id = f.schedule_id
    WHERE s.account_id = $1 AND s.id = $2
    ORDER BY f.search_name, f.id
"""
# The overrides of a schedule from $4 to $5 as one JSON text, [[date, windows], …]: part of the statement, not one more.
_FROM_OVERRIDES = """
    FROM schedule_override v
    WHERE v.account_id = h.account_id AND v.schedule_id = h.id AND v.on_date >= $4 AND v.on_date <= $5
"""
# And when the place is closed, as [[date, start minute, end minute], …].
_CLOSURE = "d.on_date, d.start_minute, d.end_minute"
_FROM_CLOSED = """
    FROM closed_day d
    WHERE d.account_id = s.account_id AND d.location_id = COALESCE(s.location_id, f.location_id)
      AND d.on_date >= $4 AND d.on_date <= $5
"""
_CLOSED = {
    "sqlite": f"(SELECT json_group_array(json_array({_CLOSURE})) {_FROM_CLOSED})",
    "postgres": f"""
      (SELECT COALESCE(json_agg(json_build_array({_CLOSURE}) ORDER BY d.on_date), '[]') {_FROM_CLOSED})::text
    """,
}
# And every unit that the service may need, with its hours. A group whose resources are out of use has no units.
_FROM_NEEDS = """
    FROM resource_need n
    JOIN needed_resource m ON m.account_id = n.account_id AND m.resource_need_id = n.id
    JOIN resource r ON r.account_id = m.account_id AND r.id = m.resource_id
    LEFT JOIN calendar u
      ON u.account_id = r.account_id AND u.resource_id = r.id AND u.unit <= r.quantity AND r.archived_at IS NULL
    LEFT JOIN schedule h ON h.account_id = r.account_id AND h.id = r.schedule_id
    WHERE n.account_id = $1 AND n.service_id = $2
"""
_UNIT = "n.place, n.units, r.search_name, r.id, r.name, u.id, u.unit, h.zone"
_OVERRIDES = {
    "sqlite": f"(SELECT json_group_array(json_array(v.on_date, json(v.windows))) {_FROM_OVERRIDES})",
    "postgres": f"(SELECT COALESCE(json_agg(json_build_array(v.on_date, v.windows)), '[]') {_FROM_OVERRIDES})",
}
_NEEDS = {
    "sqlite": f"""
      (SELECT json_group_array(json_array({_UNIT}, json(h.weekly), json({_OVERRIDES["sqlite"]}))) {_FROM_NEEDS})
    """,
    "postgres": f"""
      (SELECT COALESCE(json_agg(json_build_array({_UNIT}, h.weekly, {_OVERRIDES["postgres"]})), '[]')
      {_FROM_NEEDS})::text
    """,
}
_STATEMENTS = {
    "sqlite": _SERVICE.format(
        needs=_NEEDS["sqlite"],
        overrides=_OVERRIDES["sqlite"],
        closed=_CLOSED["sqlite"],
        travels=travels_text("sqlite", "$4", "$5"),
        among_also="IN (SELECT value FROM json_each($3))",
    ),
    "postgres": _SERVICE.format(
        needs=_NEEDS["postgres"],
        overrides=f"{_OVERRIDES['postgres']}::text",
        closed=_CLOSED["postgres"],
        travels=travels_text("postgres", "$4", "$5"),
        among_also="= ANY($3::uuid[])",
    ),
}


@dataclass(frozen=True, slots=True)
class Price:
    """What a service costs, in minor units; `amount` None where that is not said."""

    amount: int | None
    currency: str | None
    unit: PriceUnit

    def total(self, party: int, extras: Sequence[Extra]) -> int | None:
        """What a booking for so many costs."""
        return total(self.amount, persons=party if self.unit is PriceUnit.PERSON else 1, extras=extras)

    def columns(self, party: int, extras: Sequence[Extra]) -> dict[str, Any]:
        """What a booking for so many keeps of it."""
        return {
            "price_minor": self.total(party, extras), "currency": self.currency,
            "unit_price_minor": self.amount, "price_unit": self.unit,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """A service with everyone who offers it. `promised` are the columns that a booking keeps as they are now.

    `zone` is that of its place, or the business's. `terms` and `price` are those of one of its `durations`: of the
    first, the usual one, until another one is chosen. `extras` were chosen beside it, and are in its length.
    `parts` are the services of a visit, each as it is alone; none where it is one service. After a part the next one
    begins `gap_minutes` later, or up to `wait_minutes` after that; `exactly` as many later where the time is kept
    already. `kept` is who is preferred.
    """

    service_id: UUID
    name: str
    zone: ZoneInfo
    archived: bool
    visibility: Visibility
    confirmation: Confirmation
    request_minutes: int
    terms: Terms
    durations: tuple[Duration, ...]
    notice_minutes: int
    horizon_days: int
    capacity: int
    limits: tuple[Limit, ...]
    most_active_per_customer: int | None
    assignment: Assignment
    price: Price
    deposit: Deposit
    promised: dict[str, Any]
    providers: tuple[Provider, ...]
    needs: tuple[Need, ...]
    gap_minutes: int
    wait_minutes: int
    extras: tuple[Extra, ...] = ()
    parts: tuple[Offer, ...] = ()
    exactly: int | None = None
    kept: UUID | None = None

    @property
    def distance(self) -> Window:
        """How long after its end the next service of a visit begins: from, and up to, so many seconds."""
        if self.exactly is not None:
            return self.exactly * 60, self.exactly * 60
        return self.gap_minutes * 60, (self.gap_minutes + self.wait_minutes) * 60

    @property
    def services(self) -> tuple[Offer, ...]:
        """Each service of it alone."""
        return self.parts or (self,)

    def money_columns(self, party: int) -> dict[str, Any]:
        """What a booking for so many keeps of price and deposit."""
        kept = self.price.columns(party, self.extras)
        return {
            **kept, "deposit_minor": self.deposit.of(kept["price_minor"]), "deposit_refund": self.deposit.refund,
            "deposit_provider": self.deposit.provider,
        }  # fmt: skip

    @property
    def shared(self) -> bool:
        """Whether several parties may come at once: then a session has the time, and they have seats in it."""
        return self.capacity > 1

    def lasting(self, minutes: int | None) -> Offer:
        """The offer with the duration that was chosen, at its price; None: the usual one. ValueError for none of its
        durations, with all of them in its words."""
        duration = chosen(self.durations, minutes)
        price = Price(duration.price_minor, duration.currency, self.price.unit)
        return replace(self, terms=replace(self.terms, duration=duration.minutes * 60), price=price)

    def at(self, start: int) -> Offer:
        """The offer with everybody where they are at an epoch second."""
        if not any(person.itinerary for person in self.providers):
            return self
        return replace(self, providers=tuple(person.at(start) for person in self.providers))

    def on_clocks(self, zone_name: str | None) -> Offer:
        """The offer at one start without whoever is on a travel to other clocks; None: with everybody."""
        away = [person for person in self.providers if person.stay.trip and person.zone.key != zone_name]
        if zone_name is None or not away:
            return self
        closed = {person.staff_id: replace(person, stay=replace(person.stay, hours=None)) for person in away}
        return replace(self, providers=tuple(closed.get(person.staff_id, person) for person in self.providers))

    def provider(self, staff_id: UUID) -> Provider | None:
        """The provider with this staff id, if there is one."""
        return next((person for person in self.providers if person.staff_id == staff_id), None)

    def teams(self, staff_id: UUID | None = None) -> list[Team]:
        """Those who could serve it, by name; with `staff_id` those with this person. A collective service has one."""
        if self.assignment is Assignment.COLLECTIVE:
            named = staff_id is None or self.provider(staff_id) is not None
            return [Team(self.providers)] if self.providers and named else []
        return [Team((person,)) for person in self.providers if staff_id in (None, person.staff_id)]


_PROMISED = (
    "before_minutes", "after_minutes", "cancel_cutoff_minutes", "reschedule_cutoff_minutes",
    "requests_block",
)  # fmt: skip


async def read_offer(
    account_id: UUID, service_id: UUID, first: date, last: date, *, also: Collection[UUID] = ()
) -> Offer | None:
    """The offer of a service, with the hours of its people on the dates `first` to `last`; None for an unknown id."""
    begin, end = first - _MARGIN, last + _MARGIN
    rows = await fetch(_STATEMENTS[dialect()], account_id, service_id, list(also), begin, end)
    return _offer(rows) if rows else None


def _offer(rows: list[Row]) -> Offer:
    row = rows[0]
    travels = travels_of(row["travels"])
    return Offer(
        service_id=_key(row["id"]),
        name=row["name"],
        zone=zone(row["place_zone"]),
        archived=row["archived_at"] is not None,
        visibility=Visibility(row["visibility"]),
        confirmation=Confirmation(row["confirmation"]),
        request_minutes=row["request_minutes"],
        terms=_terms(row),
        durations=_durations(row),
        notice_minutes=row["notice_minutes"],
        horizon_days=row["horizon_days"],
        capacity=row["capacity"],
        limits=_limits(_text(row["limits"])),
        most_active_per_customer=row["most_active_per_customer"],
        assignment=Assignment(row["assignment"]),
        price=Price(row["price_minor"], row["currency"], PriceUnit(row["price_unit"])),
        deposit=_deposit(row),
        promised={column: row[column] for column in _PROMISED},
        providers=tuple(_provider(one, travels) for one in rows if one["calendar_id"] is not None),
        needs=needs_of(row["needs"]),
        gap_minutes=row["gap_after_minutes"],
        wait_minutes=row["maximum_wait_minutes"],
    )


def _terms(row: Row) -> Terms:
    return Terms(
        duration=row["duration_minutes"] * 60,
        step=row["step_minutes"] * 60,
        before=row["before_minutes"] * 60,
        after=row["after_minutes"] * 60,
        mode=SlotMode(row["slot_mode"]),
        alignment=(row["alignment_minutes"] or 0) * 60,
    )


def _deposit(row: Row) -> Deposit:
    return Deposit(
        DepositKind(row["deposit_kind"]), row["deposit_minor"], row["deposit_percent"],
        DepositRefund(row["deposit_refund"]), PaymentProvider(row["deposit_provider"]),
    )  # fmt: skip


def _provider(row: Row, travels: Mapping[UUID, tuple[Stay, ...]]) -> Provider:
    hours, archived = None, row["place_archived_at"] is not None
    if row["schedule_id"] is not None and not archived:
        hours = hours_of(row["schedule_zone"], _text(row["weekly"]), row["overrides"])
    home = Stay(
        zone(row["zone"]), key_or_none(row["location_id"]), hours, closed_of(row["zone"], row["closed"]), archived
    )
    staff_id = _key(row["staff_id"])
    turns: tuple[Stay, ...] = ()
    if staff_id in travels:
        bound_to = key_or_none(row["service_location_id"])
        turns = itinerary(home, [_serving(stay, home, bound_to) for stay in travels[staff_id]])
    return Provider(staff_id, _key(row["calendar_id"]), row["weight"] or 1, home, turns)


def _serving(travel: Stay, home: Stay, bound_to: UUID | None) -> Stay:
    """A travel as it is for a service: one that has its place is served nowhere else."""
    if bound_to in (None, travel.location_id):
        return travel
    return replace(home, hours=None, begun=travel.begun, trip=travel.trip)


@lru_cache(maxsize=1024)
def _limits(stored: str) -> tuple[Limit, ...]:
    return limits_of(orjson.loads(stored))


def _durations(row: Row) -> tuple[Duration, ...]:
    usual = Duration(row["duration_minutes"], row["price_minor"], row["currency"])
    return durations_of(usual, orjson.loads(_text(row["other_durations"])))


def key_or_none(value: Any) -> UUID | None:
    """A key as a row of either engine has it."""
    return None if value is None else _key(value)


def _key(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
