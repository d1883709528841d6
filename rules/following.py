"""Following changes: what is said where they cannot be followed from a cursor."""

from rules.errors import Refusal, RefusalCode


class CursorGone(Refusal):
    code = RefusalCode.CURSOR_GONE

    def __init__(self) -> None:
        super().__init__(
            "What follows this cursor is not known here any more: history was cleared, or the database is an earlier "
            "one. Take `latestCursor` without a cursor, read everything anew, then follow from it."
        )
