"""Second factors: signing in with them, and one's own."""

from __future__ import annotations

from datetime import datetime

import strawberry

import resolvers.proving as proving
import resolvers.second_factors as resolve
from graph.accounts import Viewer
from graph.enums import Permission
from graph.errors import ChallengeEnded, LongerPasswordFirst, NotFound, ProofFailed, Throttled, ValidationFailed
from graph.field import told, value
from graph.mutations import HASHING, mutation
from graph.sign_in import NOW

P = Permission


@strawberry.type(description="What a person has set up to prove who they are, beside the password.")
class SecondFactors:
    in_use: bool = told("Whether signing in by password asks for a second factor.")
    codes_since: datetime | None = told("Since when an authenticator app is used; null without one.")
    passkeys: int = told("How many passkeys; `myPasskeys` lists them.")
    recovery_codes_left: int = told("How many recovery codes were not used. Make new ones before it is 0.")


@strawberry.type
class SecondFactorQueries:
    my_second_factors = value(resolve.my_second_factors, P.OWN_USER, SecondFactors)


_CODES = "Shown now and never again; each replaces the second factor once. Empty where the person has some already."
_GAINED = {
    "viewer": (Viewer, "Who asks, in a session with a new token."),
    "recovery_codes": (list[str], _CODES),
}
_SET_UP = {
    "secret": (str, "For typing into the app, in base 32. Show it to the person only."),
    "uri": (str, "The same as `otpauth://…`, to show as a QR code that is drawn on the spot."),
}


@strawberry.type
class SecondFactorMutations:
    complete_sign_in = mutation(proving.complete_sign_in, P.SIGN_IN, NOW, ChallengeEnded, ProofFailed, Throttled)
    prove_it_is_me = mutation(
        proving.prove_it_is_me,
        P.OWN_USER,
        NOW,
        ProofFailed,
        ChallengeEnded,
        ValidationFailed,
        Throttled,
        weight=HASHING,
    )
    set_up_codes = mutation(resolve.set_up_codes, P.OWN_USER, _SET_UP, fresh=True)
    confirm_codes = mutation(resolve.confirm_codes, P.OWN_USER, _GAINED, ProofFailed, Throttled, fresh=True)
    remove_codes = mutation(resolve.remove_codes, P.OWN_USER, NOW, NotFound, LongerPasswordFirst, fresh=True)
    make_recovery_codes = mutation(
        resolve.make_recovery_codes, P.OWN_USER,
        {"recovery_codes": (list[str], "Shown now and never again.")}, NotFound, fresh=True,
    )  # fmt: skip
