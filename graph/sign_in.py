"""Signing up, in and out."""

from __future__ import annotations

import strawberry

import resolvers.sign_in as resolve
from graph.accounts import Viewer
from graph.enums import Permission
from graph.errors import (
    AlreadyTaken,
    LinkInvalid,
    NotFound,
    SecondFactorNeeded,
    SignInFailed,
    SignInFirst,
    Throttled,
    ValidationFailed,
)
from graph.mutations import HASHING, mutation

P = Permission

NOW = {"viewer": (Viewer, "Who asks from now on, as the cookie that came with this answer says.")}
_MAILED = {"mailed": (bool, "Always true: look into the mailbox. Says nothing about whether the address is known.")}
_SIGNED_OUT = {"signed_out": (bool, "Always true: that browser is signed out.")}
_ENDED = {"sessions_ended": (int, "How many browsers were signed out.")}


@strawberry.type
class SignInMutations:
    sign_up = mutation(resolve.sign_up, P.SIGN_IN, _MAILED, ValidationFailed, AlreadyTaken, Throttled, weight=HASHING)
    confirm_sign_up = mutation(resolve.confirm_sign_up, P.SIGN_IN, NOW, LinkInvalid, AlreadyTaken, SignInFirst)
    sign_in = mutation(resolve.sign_in, P.SIGN_IN, NOW, SecondFactorNeeded, SignInFailed, Throttled, weight=HASHING)
    sign_out = mutation(resolve.sign_out, P.SIGN_IN, NOW)
    sign_out_by_link = mutation(resolve.sign_out_by_link, P.SIGN_IN, _SIGNED_OUT, LinkInvalid)
    switch_account = mutation(resolve.switch_account, P.OWN_USER, NOW, NotFound)
    request_password_reset = mutation(resolve.request_password_reset, P.SIGN_IN, _MAILED, ValidationFailed, Throttled)
    reset_password = mutation(resolve.reset_password, P.SIGN_IN, _ENDED, ValidationFailed, LinkInvalid, weight=HASHING)
