"""What a credential may not use it does not see: introspection and `/graphql/schema`, by key and by person."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType, build_client_schema, build_schema
from graphql import get_introspection_query as introspection

from graph.schema import build
from graph.shape import shape_of
from graph.views import Views, needed
from models.membership import Role
from permissions import roles
from permissions.classes import Can
from permissions.roles import Access, Grants, Scope
from tests.api import Caller
from tests.businesses import Business

WHOLE = build()._schema


async def seen_by(caller: Caller) -> Any:
    return build_client_schema(await caller.ok(introspection()))


async def test_a_partner_sees_what_its_scopes_open(salon: Business) -> None:
    seen = await seen_by(await salon.partner_with(Scope.CATALOGUE_READ))
    assert {"account", "services", "node", "viewer"} <= set(seen.query_type.fields)
    assert not {"customers", "bookings", "accessKeys", "privacySettings", "exports"} & set(seen.query_type.fields)
    assert seen.mutation_type is None
    assert not {"Customer", "CustomerFilter", "BookInput", "AccessKey", "PrivacySettings"} & set(seen.type_map)
    opened = {"ACCOUNT_READ", "CATALOGUE_READ", "CHANGES_FOLLOW", "PRIVACY_NOTICE_READ"}
    assert set(seen.type_map["Permission"].values) == opened
    assert "includeArchived" not in seen.query_type.fields["services"].args
    more = await seen_by(await salon.partner_with(Scope.BOOKINGS_WRITE))
    assert "book" in more.mutation_type.fields
    assert not {"customerId", "evenIfNotOffered"} & set(more.type_map["BookInput"].fields)
    assert "internalNote" not in more.type_map["Booking"].fields


async def test_who_sees_contacts_masked_may_not_search_by_them(salon: Business) -> None:
    auditor, manager = await salon.member(Role.AUDITOR), await salon.member(Role.MANAGER)
    masked, clear = await seen_by(auditor), await seen_by(manager)
    assert set(masked.type_map["CustomerFilter"].fields) == {"tag"}
    assert {"search", "email", "phone"} <= set(clear.type_map["CustomerFilter"].fields)
    assert "NAME" in clear.type_map["CustomerOrder"].values and "NAME" not in masked.type_map["CustomerOrder"].values
    assert "email" in masked.type_map["Customer"].fields  # masked, but shown


async def test_one_type_is_asked_for_like_all_of_them(salon: Business) -> None:
    caller = await salon.partner_with(Scope.CATALOGUE_READ)
    found = await caller.ok(
        '{ __type(name: "Customer") { name } node: __type(name: "Node") { possibleTypes { name } } }'
    )
    assert found["__type"] is None
    named = {one["name"] for one in found["node"]["possibleTypes"]}
    assert "Service" in named and not named & {"Customer", "AccessKey", "PrivacySettings", "Export"}


async def test_the_sdl_is_what_introspection_shows(salon: Business, visitor: Caller) -> None:
    caller = await salon.partner_with(Scope.CATALOGUE_READ)
    text = await caller.http.get("/graphql/schema", headers=caller.headers)
    assert text.headers["cache-control"] == "no-store"
    assert set(build_schema(text.text).type_map) == set((await seen_by(caller)).type_map)
    assert (await visitor.http.get("/graphql/schema")).status_code == 401
    cookie = {"Cookie": salon.owner.headers["Cookie"]}
    assert (await visitor.http.get("/graphql/schema", headers=cookie)).status_code == 403


EVERY = {"nobody": roles.NOBODY, "widget": roles.WIDGET, "customer": roles.CUSTOMER}
EVERY |= {role.name: roles.ROLES[role] for role in Role} | {scope.value: roles.SCOPES[scope] for scope in Scope}


@pytest.mark.parametrize("name", EVERY)
def test_a_view_has_what_the_grants_open_and_nothing_else(name: str) -> None:
    grants: Grants = EVERY[name]
    seen = Views(WHOLE).of(grants)
    for type_name, type_ in WHOLE.type_map.items():
        shown: Any = seen.type_map.get(type_name)
        if type_name.startswith("__") or shown is None:
            continue
        if isinstance(type_, GraphQLObjectType):
            for field_name, field in type_.fields.items():
                permission = shape_of(field.extensions["strawberry-definition"]).permission  # type: ignore[union-attr]
                if isinstance(permission, Can) and permission.permission not in grants:
                    assert field_name not in shown.fields, (type_name, field_name)
        if isinstance(type_, GraphQLInputObjectType):
            wanted = {key for key, one in type_.fields.items() if open_to(grants, needed(one))}
            assert set(shown.fields) == wanted, type_name
        if isinstance(type_, GraphQLEnumType) and type_name == "Permission":
            assert set(shown.values) == {one.name for one in grants}


def open_to(grants: Grants, permission: roles.Permission | None) -> bool:
    return permission is None or grants.get(permission) in (Access.READ, Access.OWN)
