"""Reading a calendar file to the end: its entries, and remarks about what is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from calendera.imports.files import TextFile, Unreadable
from calendera.imports.progress import progress
from rules.ics_entries import Entry, read_entry
from rules.ics_lines import Component, components
from rules.ics_values import Zones
from rules.ics_zones import declared_zone
from rules.import_remarks import Remark

MOST_ENTRIES = 100_000


@dataclass(slots=True)
class Diary:
    """What a file holds. `replaced` are the occurrences of each series that an entry of their own stands for."""

    entries: list[Entry] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    replaced: dict[str, set[int]] = field(default_factory=dict)

    def add(self, component: Component, zones: Zones) -> None:
        """Take in a time zone or an event."""
        if component.name == "VTIMEZONE":
            declared = declared_zone(component)
            if declared is not None:
                zones.declared[declared[0]] = declared[1]
            return
        entry, remarks = read_entry(component, zones)
        self.remarks += remarks
        if entry is not None:
            self.entries.append(entry)
            if entry.replaces is not None:
                self.replaced.setdefault(entry.uid, set()).add(entry.replaces)


def read(file: TextFile, floating: ZoneInfo) -> Diary:
    """Read the whole file; times without a zone are `floating`'s. Raises Unreadable where it is no calendar."""
    diary, zones = Diary(), Zones(floating)
    with progress("Reading", file.size) as advance:
        try:
            for component in components(file.lines(advance)):
                diary.add(component, zones)
                if len(diary.entries) > MOST_ENTRIES:
                    raise Unreadable(f"More than {MOST_ENTRIES} entries; export the calendar year by year.")
        except ValueError as problem:
            raise Unreadable(str(problem)) from None
    return diary
