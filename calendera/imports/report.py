"""What an import tells the person at the terminal. Rows and columns, never a value: those are personal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from rules.import_remarks import Fate, Remark

ALL_IN = 0
SOME_REFUSED = 1
NOT_READ = 2


@dataclass(slots=True)
class Report:
    """`thing` and `place` are the words for what comes in and where it stands: customer and row, booking and line.

    `notes` are about the file as a whole.
    """

    thing: str
    place: str
    dry_run: bool
    accepted: int = 0
    remarks: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 when everything is in the database now, 1 when something was refused."""
        return SOME_REFUSED if any(one.fate is Fate.REFUSED for one in self.remarks) else ALL_IN

    def lines(self) -> Iterator[str]:
        """The report, remarks in the order of the file."""
        yield from self.notes
        for one in sorted(self.remarks, key=lambda remark: remark.row):
            where = f"{self.place} {one.row}" + (f", {one.column}" if one.column else "")
            yield f"{where}: {one.fate.value}. {one.sentence}"
        yield self._summary()

    def _summary(self) -> str:
        rows = {(one.row, one.fate) for one in self.remarks}
        counts = Counter(fate for _, fate in rows)
        verb = "would be brought in" if self.dry_run else "brought in"
        parts = [f"{self.accepted} {self.thing}{'' if self.accepted == 1 else 's'} {verb}"]
        parts += [f"{counts[fate]} {fate.value}" for fate in (Fate.REFUSED, Fate.SKIPPED) if counts[fate]]
        return ", ".join(parts) + (". Nothing was written: this was a dry run." if self.dry_run else ".")
