"""With whom the platform shares data, and how much left: for everybody."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

import resolvers.sharing as resolve
from graph.field import told, value
from graph.shape import Size
from graph.sharing_enums import Channel, EgressRefusal, ProcessorRole, Purpose, Recipient, Safeguard
from rules.ids import global_id


@strawberry.type(description="Somebody who gets personal data from the platform to do a task with it.")
class Processor:
    id: strawberry.ID = told("Its id.", resolver=lambda root: strawberry.ID(global_id("processor", root.id)))
    name: str = told("Who they are.")
    task: str = told("What they do with it.")
    role: ProcessorRole = told("As what they get it.")
    channel: Channel = told("By which way it goes there.")
    purposes: list[Purpose] = told(
        "What for; a message for anything else is refused.", resolver=lambda root: list(root.registered.purposes)
    )
    categories: list[str] = told(
        "Which categories of data, as fideslang calls them; a message with any other is refused.",
        resolver=lambda root: root.categories.split(),
    )
    country: str = told("Where they keep it, as two letters of ISO 3166-1.")
    region: str = told(
        "The country again, but `EEA` for each of the European Economic Area.",
        resolver=lambda root: root.registered.region,
    )
    safeguard: Safeguard | None = told(
        "What protects the data there for businesses of other regions; null: nothing, so theirs is not sent there."
    )
    safeguard_until: date | None = told("The last day of that safeguard; null where there is none.")
    announced_at: datetime = told("When they were put into the register.", resolver=lambda root: root.created_at)
    starts_at: datetime = told("From when on they get data: 30 days after businesses were told, where there were any.")
    ended_at: datetime | None = told("Since when they get nothing any more; null while they do.")


@strawberry.type(description="How many messages of one kind there were.")
class DataFlow:
    channel: Channel = told("By which way they went.")
    recipient: Recipient = told("To whom.")
    processor: Processor | None = told("Who of the register; null for other recipients, and where none was found.")
    purpose: Purpose = told("What for. Marketing and sale are no purposes here.")
    region: str | None = told(
        "Into which region, as `Processor.region`; null where none was left or it is not known.",
    )
    refusal: EgressRefusal | None = told("Why they did not leave; null: they left.")
    count: int = told("How many; attempts of one message count each.")


@strawberry.type(description="What left the platform, and what was refused.")
class DataFlows:
    first_day: date = told("The first day that counts, in UTC.")
    last_day: date = told("The last day that counts, in UTC.")
    flows: list[DataFlow] = told("Each kind that there was, by way and recipient.", size=Size(assumed=20))


@strawberry.type
class SharingQueries:
    processors = value(resolve.processors, None, list[Processor], size=Size(assumed=10))
    data_flows = value(resolve.data_flows, None, DataFlows, weight=5)
