"""Cancellation: why a booking was called off."""

from __future__ import annotations

from models.booking import words
from models.personal import ref
from models.tenancy import Owned


class Cancellation(Owned):
    """Why a booking was cancelled or declined, in the words of who did it. Who and when is in the history."""

    booking_id = ref("booking")
    reason = words()

    class Meta:
        table = "cancellation"
