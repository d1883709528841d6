"""`calendera import-csv`: customer lists as people export them, and files that are none."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from models import Booking, Customer, CustomerTag, Event
from tests.businesses import Business
from tests.importing import FILES, Importer


@pytest.fixture
def importer(capsys: pytest.CaptureFixture[str]) -> Importer:
    return Importer(capsys)


async def everyone(business: Business) -> dict[str, Any]:
    """The customers of a business by name: (email, phone, notes, tags)."""
    rows = await Customer.of(business.account.id)
    tags = await CustomerTag.of(business.account.id)
    return {
        row.name: (row.email, row.phone, row.internal_notes, sorted(t.tag for t in tags if t.customer_id == row.id))
        for row in rows
    }


def written(folder: Path, text: str | bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


async def test_a_google_list_comes_in_but_for_the_rows_that_say_why(salon: Business, importer: Importer) -> None:
    done = await importer.csv(salon, FILES / "google_contacts.csv")
    assert done.code == 1
    assert done.summary == "3 customers brought in, 2 refused, 1 skipped."
    assert done.about(4) == ["row 4, First Name: refused. The name is empty; write at least 1 character."]
    assert done.about(5) == [
        "row 5, E-mail 1 - Value: refused. The email address must look like `name@example.com`.",
    ]
    assert done.about(6) == ["row 6, E-mail 1 - Value: skipped. Row 2 is the same customer and counts."]
    assert "Columns that were not read: Birthday." in done.lines
    found = await everyone(salon)
    assert found["Ada Lovelace"] == (
        "ada@example.com", "+15125550101", "Prefers mornings\nand the chair by the window", ["Regulars", "myContacts"],
    )  # fmt: skip
    assert found["محمد العلي"] == ("mohamed@example.com", "12345", "", ["VIP"])
    assert len(found) == 3


async def test_the_report_shows_no_personal_value(salon: Business, importer: Importer) -> None:
    done = await importer.csv(salon, FILES / "google_contacts.csv")
    for value in ("ada@", "Lovelace", "not-an-address", "Johnson", "nobody", "1815"):
        assert value.lower() not in "\n".join(done.lines).lower()


async def test_the_rival_gets_nothing(salon: Business, rival: Business, importer: Importer) -> None:
    await importer.csv(rival, written(salon.product.folder, "Name,E-mail\nAda,ada@example.com\n"))
    done = await importer.csv(salon, FILES / "google_contacts.csv")
    assert done.summary.startswith("3 customers")  # the rival's Ada is somebody else
    assert await everyone(rival) == {"Ada": ("ada@example.com", None, "", [])}


async def test_every_customer_has_a_history_that_names_the_import(salon: Business, importer: Importer) -> None:
    await importer.csv(salon, FILES / "google_contacts.csv")
    ids = {row.id for row in await Customer.of(salon.account.id)}
    events = await Event.of(salon.account.id).filter(name="customer_created")
    assert {(event.subject_id, event.actor_kind.value) for event in events} == {(key, "IMPORT") for key in ids}


async def test_windows_1252_with_semicolons_is_read_and_said_aloud(salon: Business, importer: Importer) -> None:
    done = await importer.csv(salon, FILES / "german_excel.csv")
    assert done.lines[0].startswith("The file is not UTF-8; it was read as Windows-1252.")
    assert done.about(2) == [
        "row 2: refused. The row has more cells than the first one; put quotes around text that contains the separator."
    ]
    assert await everyone(salon) == {"Zoë Müller": ("zoe@example.de", "03023125003", "", ["Stammgast"])}


async def test_utf_16_with_tabs_is_read(salon: Business, importer: Importer) -> None:
    done = await importer.csv(salon, FILES / "unicode_text.csv")
    assert (done.code, done.lines) == (0, ["1 customer brought in."])
    assert await everyone(salon) == {"Bo 🎉 Li": ("bo@example.com", "+6495550100", "", [])}


async def test_utf_8_with_a_mark_in_front_is_read(salon: Business, importer: Importer, tmp_path: Path) -> None:
    done = await importer.csv(salon, written(tmp_path, b"\xef\xbb\xbfName,E-mail\r\nJos\xc3\xa9,jose@example.com\r\n"))
    assert done.code == 0 and list(await everyone(salon)) == ["José"]


async def test_a_dry_run_says_the_same_and_writes_nothing(salon: Business, importer: Importer) -> None:
    before = await Event.of(salon.account.id).count()
    tried = await importer.csv(salon, FILES / "google_contacts.csv", dry_run=True)
    assert await everyone(salon) == {}
    assert await Event.of(salon.account.id).count() == before
    done = await importer.csv(salon, FILES / "google_contacts.csv")
    assert tried.lines[:-1] == done.lines[:-1]
    assert tried.summary == (
        "3 customers would be brought in, 2 refused, 1 skipped. Nothing was written: this was a dry run."
    )


async def test_a_second_time_nothing_is_added_or_changed(salon: Business, importer: Importer, tmp_path: Path) -> None:
    first = "Name,E-mail,Phone\nAda,ada@example.com,\nBo,,512 555 0100\nCy,,\n"
    await importer.csv(salon, written(tmp_path, first))
    before = await everyone(salon)
    again = await importer.csv(salon, written(tmp_path, first.replace("Ada", "Countess")))
    assert (again.code, again.summary) == (0, "0 customers brought in, 3 skipped.")
    assert await everyone(salon) == before


async def test_further_phone_numbers_are_named_as_left_out(salon: Business, importer: Importer, tmp_path: Path) -> None:
    done = await importer.csv(salon, written(tmp_path, "Name,Phone,Mobile\nAda,512 555 0100,512 555 0101\n"))
    assert done.code == 0
    assert done.about(2) == ["row 2, Phone: noted. A customer has one phone number; the others were left out."]
    assert (await everyone(salon))["Ada"][1] == "5125550101"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n\n\n", "The first row must name the columns"),
        (b"ada@example.com,512\nbo@example.com,513\n", "The first row must name the columns"),
        (b"E-mail,Phone\na@example.com,1\n", "The first row must name the columns"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "The file is not text"),
        (b"\xff\xfeName\x00", "The file does not hold the text that its first bytes promise"),
        (b'Name,Notes\nAda,"never closed' + b"x" * 200_000, "a quotation mark is probably not closed"),
        (b"Name\n" + b"x" * 2_000_000, "a line of a million characters"),
    ],
)
async def test_what_is_no_list_is_refused_in_one_sentence(
    salon: Business, importer: Importer, tmp_path: Path, text: bytes, sentence: str
) -> None:
    done = await importer.csv(salon, written(tmp_path, text))
    assert (done.code, done.lines, len(done.errors)) == (2, [], 1)
    assert sentence in done.errors[0]
    assert await everyone(salon) == {}


async def test_ten_megabytes_of_noise_are_refused(salon: Business, importer: Importer, tmp_path: Path) -> None:
    done = await importer.csv(salon, written(tmp_path, b"Name\n" + os.urandom(10_000_000)))
    assert done.code == 2 and len(done.errors) == 1


async def test_a_file_that_is_too_large_is_not_read(salon: Business, importer: Importer, tmp_path: Path) -> None:
    path = written(tmp_path, "Name\n")
    os.truncate(path, 51 << 20)
    done = await importer.csv(salon, path)
    assert (done.code, done.errors) == (2, ["calendera: The file has 51 MB; at most 50 MB are read at once."])


async def test_an_unknown_business_and_a_missing_file_are_one_sentence(
    salon: Business, importer: Importer, tmp_path: Path
) -> None:
    missing = await importer.csv(salon, tmp_path / "none.csv")
    unknown = await importer.csv(salon, FILES / "unicode_text.csv", account="nobody-here")
    assert missing.errors == ["calendera: The file cannot be opened (No such file or directory)."]
    assert (unknown.code, len(unknown.errors)) == (2, 1)


async def test_values_at_their_limits(salon: Business, importer: Importer, tmp_path: Path) -> None:
    rows = ["Name,Notes,Tags", "x" * 300 + ",,", f"Ada,{'n' * 4001},", "Bo,,\x1b[31mred", f"Cy,{'n' * 4000},{'t' * 41}"]
    done = await importer.csv(salon, written(tmp_path, "\n".join(rows).replace("\x1b", "")))
    assert [len(done.about(row)) for row in (2, 3, 4, 5)] == [1, 1, 0, 1]
    assert list(await everyone(salon)) == ["Bo"]


async def test_names_of_columns_cannot_steer_the_terminal(salon: Business, importer: Importer, tmp_path: Path) -> None:
    done = await importer.csv(salon, written(tmp_path, "Name,\u202eevil\u2066\nAda,x\n"))
    assert "Columns that were not read: ?evil?." in done.lines


async def test_two_thousand_customers_in_batches(salon: Business, importer: Importer, tmp_path: Path) -> None:
    rows = "".join(f"Person {n},p{n}@example.com,a;b\n" for n in range(2000))
    done = await importer.csv(salon, written(tmp_path, "Name,E-mail,Tags\n" + rows))
    assert done.lines == ["2000 customers brought in."]
    assert await Customer.of(salon.account.id).count() == 2000
    assert await CustomerTag.of(salon.account.id).count() == 4000
    assert await Booking.of(salon.account.id).count() == 0
