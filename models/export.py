"""Export: a process that writes everything an account holds into an archive."""

from __future__ import annotations

import enum

from tortoise import fields

from models.columns import choice, moment_if_any
from models.personal import Why, plain
from models.tenancy import Owned


class ExportStatus(enum.Enum):
    """Where an export is."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    READY = "READY"
    FAILED = "FAILED"
    EXPIRED = "EXPIRED"


class Export(Owned):
    """`lease_until` and `attempts` let another worker take over from one that died."""

    status = choice(ExportStatus, ExportStatus.PENDING)
    requested_by_id = plain(fields.UUIDField(null=True), Why.IDENTIFIER)
    size_bytes = plain(fields.BigIntField(null=True), Why.STATE)
    row_count = plain(fields.IntField(null=True), Why.STATE)
    attempts = plain(fields.IntField(default=0), Why.STATE)
    lease_until = moment_if_any()
    finished_at = moment_if_any()
    expires_at = moment_if_any()

    class Meta:
        table = "export"
