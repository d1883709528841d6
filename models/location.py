"""Location: where appointments take place."""

from __future__ import annotations

from tortoise import fields

from models.columns import moment_if_any
from models.kept import Kept
from models.personal import Why, plain


class Location(Kept):
    """A place with its own zone."""

    name = plain(fields.CharField(max_length=120), Why.BUSINESS)
    address = plain(fields.CharField(max_length=500, default=""), Why.BUSINESS)
    zone = plain(fields.CharField(max_length=64), Why.SETTING)
    archived_at = moment_if_any()

    class Meta:
        table = "location"
