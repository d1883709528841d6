"""`calendera import-csv`: a customer list, as another program exports it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from calendera.imports.files import TextFile, Unreadable
from calendera.imports.overtaken import unless_overtaken
from calendera.imports.progress import progress
from calendera.imports.report import Report
from models import Customer, brought_in
from models.act import Act
from models.storage.database import transaction
from rules.csv_columns import Header, Meaning, read_header, sniff
from rules.csv_customers import CustomerGiven, identity, read_customer
from rules.import_remarks import Fate, Remark

_PIECE = 1_000  # rows at a time, so that a long list takes little memory


@dataclass(slots=True)
class CustomerList:
    """What a file holds: customers that can be brought in, and remarks about the others."""

    header: Header
    customers: list[CustomerGiven] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


def read(file: TextFile) -> CustomerList:
    """Read the whole file. Raises Unreadable where it is no list with a header."""
    with progress("Reading", file.size) as advance:
        lines = enumerate(file.lines(advance), 1)
        begin, first = next(((row, line) for row, line in lines if line.strip()), (1, ""))
        rows = csv.reader(chain([first], (line for _, line in lines)), delimiter=sniff(first))
        try:
            return _list(enumerate(rows, begin))
        except csv.Error:
            raise Unreadable(
                f"From line {rows.line_num} on the file cannot be read as CSV: a quotation mark is probably not closed."
            ) from None


def _list(rows: Iterator[tuple[int, list[str]]]) -> CustomerList:
    try:
        found = CustomerList(read_header(next(rows, (1, []))[1]))
    except ValueError as problem:
        raise Unreadable(str(problem)) from None
    first_with: dict[tuple[str, ...], int] = {}
    for row, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        customer, remarks = read_customer(found.header, row, cells)
        found.remarks += remarks
        if customer is None:
            continue
        first = first_with.setdefault(customer.identity, row)
        if first == row:
            found.customers.append(customer)
        else:
            found.remarks.append(_skipped(found.header, customer, f"Row {first} is the same customer and counts."))
    return found


def _skipped(header: Header, customer: CustomerGiven, sentence: str) -> Remark:
    column = Meaning.EMAIL if customer.email else Meaning.NAME
    return Remark(customer.row, Fate.SKIPPED, header.title(column), sentence)


async def bring_in(act: Act, found: CustomerList, report: Report) -> None:
    """Write what is new, in one transaction, and complete the report. With a dry run everything but the writing."""
    new, known = await unless_overtaken(lambda: _once(act, found, dry_run=report.dry_run))
    report.accepted = len(new)
    report.remarks += found.remarks + known
    if found.header.unknown:
        report.notes.append(f"Columns that were not read: {', '.join(found.header.unknown[:20])}.")


async def _once(act: Act, found: CustomerList, *, dry_run: bool) -> tuple[list[CustomerGiven], list[Remark]]:
    async with transaction():
        new, known = await _new(act, found)
        if not dry_run:
            await _write(act, new)
    return new, known


async def _new(act: Act, found: CustomerList) -> tuple[list[CustomerGiven], list[Remark]]:
    """Those whom the account does not know yet, and a remark for each of the others."""
    rows = Customer.of(act.account_id)
    known = {identity(*values) for values in await rows.values_list("email", "phone", "search_name")}
    sentence = "The business knows this customer already, perhaps archived; nothing was changed."
    met = [_skipped(found.header, one, sentence) for one in found.customers if one.identity in known]
    return [one for one in found.customers if one.identity not in known], met


async def _write(act: Act, given: list[CustomerGiven]) -> None:
    with progress("Writing", len(given)) as advance:
        for start in range(0, len(given), _PIECE):
            piece = given[start : start + _PIECE]
            rows = [brought_in.customer(act, one.name, one.email, one.phone, one.notes) for one in piece]
            tags = [tag for one, row in zip(piece, rows, strict=True) for tag in brought_in.tags(row, one.tags)]
            await brought_in.insert(rows)
            await brought_in.insert(tags)
            await brought_in.insert([brought_in.event(act, "customer_created", "customer", row.id) for row in rows])
            advance(len(piece))
