"""The credentials of the seed: the same on every machine, so that documentation and the tour can name them, and
therefore never made where it matters: `seed` refuses to run in production."""

from __future__ import annotations

import hashlib

from permissions.roles import Scope

PASSWORD = "four lanterns by the river"  # noqa: S105 - known to everyone, which is the point
ORIGINS = ("http://localhost:3000", "http://127.0.0.1:3000", "http://localhost:8000", "http://127.0.0.1:8000")
# What a partner that keeps the books needs. It may not see customers, so it can be shown being refused.
PARTNER_SCOPES = (Scope.CATALOGUE_READ, Scope.AVAILABILITY_READ, Scope.BOOKINGS_READ)


def widget_key(slug: str) -> str:
    """The publishable key of a seeded business."""
    return f"pk_demo_{_derived(slug, 'widget')}"


def partner_key(slug: str) -> str:
    """The secret key of a seeded business's partner."""
    return f"sk_demo_{_derived(slug, 'partner')}"


def _derived(slug: str, what: str) -> str:
    return hashlib.sha256(f"calendera demo {what} of {slug}".encode()).hexdigest()[:32]
