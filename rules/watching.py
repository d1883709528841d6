"""What counts as an attack: how often something may happen before somebody is told, and what to say.

Counting is by windows: the first signal of a kind opens one, and whoever reaches the number within it is reported.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType


class SecurityEventKind(enum.Enum):
    """What was noticed. Each has one detector in `DETECTORS`."""

    FAILED_SIGN_INS = "FAILED_SIGN_INS"
    CREDENTIAL_STUFFING = "CREDENTIAL_STUFFING"
    ID_PROBING = "ID_PROBING"
    DENIALS = "DENIALS"
    MASS_READ = "MASS_READ"
    ENDED_CREDENTIAL = "ENDED_CREDENTIAL"
    APP_TOKEN_REUSED = "APP_TOKEN_REUSED"  # noqa: S105 - a word
    EGRESS_REFUSED = "EGRESS_REFUSED"


@dataclass(frozen=True, slots=True)
class Detector:
    """Reports when `most` signals of one source come `within` this time. `words` ends a sentence that begins with how
    often, `advice` says what to do."""

    most: int
    within: timedelta
    words: str
    advice: str


_K = SecurityEventKind
_QUARTER, _HOUR, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)

DETECTORS: Mapping[SecurityEventKind, Detector] = MappingProxyType(
    {
        _K.FAILED_SIGN_INS: Detector(
            10, _QUARTER, "attempts to sign in as one member failed",
            "Ask them whether it was they. A long password of their own and a second factor withstand guessing.",
        ),
        _K.CREDENTIAL_STUFFING: Detector(
            20, _QUARTER, "email addresses were tried from one network, none with its password",
            "Somebody tries a list of stolen passwords. Attempts are limited; block the network if it goes on.",
        ),
        _K.ID_PROBING: Detector(
            20, _HOUR, "ids were asked for that lead to nothing this credential may see",
            "A faulty program, or somebody who tries other businesses' ids; none was answered. Revoke the key, or ask "
            "the member.",
        ),
        _K.DENIALS: Detector(
            20, _HOUR, "operations asked for something this credential may not see or do",
            "A program that needs another scope, or somebody who tries what they may not. Nothing was given.",
        ),
        _K.MASS_READ: Detector(
            1_000, _HOUR, "contacts of customers were read in clear with one credential",
            "Expected of a first synchronisation. Otherwise revoke the key, or end the member's sessions.",
        ),
        _K.ENDED_CREDENTIAL: Detector(
            5, _DAY, "requests were sent with a credential that had been ended",
            "A program that was not told, or a thief. They were refused. Look where the old credential is kept.",
        ),
        _K.APP_TOKEN_REUSED: Detector(
            1, _DAY, "codes or tokens of an installed app came a second time",
            "One of the two who sent it is not the app, so that sign-in of the app was ended. Ask its developer, "
            "approve it again, or uninstall it.",
        ),
        _K.EGRESS_REFUSED: Detector(
            1, _DAY, "messages did not leave, for the register of processors does not cover them",
            "They wait and are tried again for two days. `calendera processors list` shows the register; announce who "
            "gets them, or renew their safeguard.",
        ),
    }
)  # fmt: skip


def message(kind: SecurityEventKind, count: int) -> str:
    """What happened and what to do, for a person."""
    detector = DETECTORS[kind]
    return f"{count:,} {detector.words}. {detector.advice}"


def due(kind: SecurityEventKind, before: int, after: int) -> int:
    """How many signals to report when a count grows from `before` to `after`: the number once it is full, and again
    each time it is full once more; 0 in between."""
    most = DETECTORS[kind].most
    return (after // most - before // most) * most
