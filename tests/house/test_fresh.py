"""What takes a fresh sign-in: the whole list, so that a reviewer sees what was added to it and what is missing."""

from __future__ import annotations

from graphql import GraphQLObjectType

from graph.schema import build, print_sdl
from graph.shape import shape_of
from permissions.classes import Can

FRESH = {
    "Booking.sensitiveAnswers",
    "Mutation.addPasskey",
    "Mutation.approveApp",
    "Mutation.archiveApp",
    "Mutation.beginPasskey",
    "Mutation.approveBreakGlass",
    "Mutation.changeMemberRole",
    "Mutation.confirmCodes",
    "Mutation.createApp",
    "Mutation.createCalendarFeed",
    "Mutation.createPartnerKey",
    "Mutation.createWidgetKey",
    "Mutation.enterAccount",
    "Mutation.grantSupportAccess",
    "Mutation.inviteMember",
    "Mutation.makeRecoveryCodes",
    "Mutation.mergeCustomers",
    "Mutation.removeCodes",
    "Mutation.removeMember",
    "Mutation.removePasskey",
    "Mutation.requestBreakGlass",
    "Mutation.requestExport",
    "Mutation.revokeAccessKey",
    "Mutation.revokeAllSessions",
    "Mutation.revokeCalendarFeed",
    "Mutation.revokeInvitation",
    "Mutation.revokeOtherSessions",
    "Mutation.setUpCodes",
    "Mutation.rotateAppSecret",
    "Mutation.updateApp",
    "Mutation.updatePrivacySettings",
    "Mutation.updateWidgetKey",
}


def test_what_could_harm_most_takes_a_fresh_sign_in() -> None:
    found = set()
    for type_ in build()._schema.type_map.values():
        if not isinstance(type_, GraphQLObjectType) or type_.name.startswith("__"):
            continue
        for name, field in type_.fields.items():
            shape = shape_of(field.extensions["strawberry-definition"])
            if shape and isinstance(shape.permission, Can) and shape.permission.fresh:
                found.add(f"{type_.name}.{name}")
    assert found == FRESH


def test_the_schema_says_so() -> None:
    sdl = print_sdl()
    assert sdl.count("freshSignIn: true") == len(FRESH)
    assert "freshSignIn: null" not in sdl
