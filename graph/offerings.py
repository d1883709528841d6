"""Offerings: which staff member offers which service."""

from __future__ import annotations

import strawberry

import resolvers.offerings as resolve
from graph.enums import Permission
from graph.errors import NotFound, ValidationFailed
from graph.field import edge, graph_type, shown
from graph.mutations import mutation
from graph.node import Node
from graph.services import Service
from graph.staff import Staff
from models.service import Offering as OfferingRow

P = Permission


@graph_type(OfferingRow)
class Offering(Node):
    """A staff member offers a service."""

    service: Service = edge(P.CATALOGUE_READ, "What is offered.", via="service_id")
    staff: Staff = edge(P.CATALOGUE_READ, "Who offers it.", via="staff_id")
    weight: int | None = shown(
        P.CATALOGUE_INTERNALS_READ,
        "Share of the bookings that ask for anyone, compared with the others who offer the service.",
    )


@strawberry.type
class OfferingMutations:
    offer_service = mutation(
        resolve.offer_service,
        P.CATALOGUE_MANAGE,
        {"offering": (Offering, "The two together, as stored now.")},
        ValidationFailed,
        NotFound,
    )
    stop_offering = mutation(
        resolve.stop_offering,
        P.CATALOGUE_MANAGE,
        {"service": (Service, "What is no longer offered."), "staff": (Staff, "Who no longer offers it.")},
        NotFound,
    )
