"""The policy covers its founding document in its own words, dates itself, and cannot change once published."""

import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from privacy.changes import ChangeKind, changes, material
from privacy.founding import digest, founding_sentences
from privacy.policy import Policy, PolicyFault, current, read, version, versions
from rules.contacts import clean_email, clean_phone
from rules.retention import RULES, RetentionClass

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "privacy" / "versions"
FOUNDING = ROOT.parent / "shared" / "seed" / "privacy-policy-2025-01-01.txt"

# A second record of what was published: changing a text takes changing its hash here too, in full view of a review.
PUBLISHED = {
    "2026-11-22": "100aabf3c3f1b5ebfffddb0fa965dcab70ba53b018a5d5629911d25e2ebdd88a",
    "2026-11-23": "fca8506f641d4c01dfa1d881da630b83a707c0bbfb5a808962a3a2138798c061",
}


TEXT = (FOLDER / "2026-11-23.toml").read_text(encoding="utf-8")


def founding_text_sentences(text: str) -> list[tuple[str, int, str]]:
    """The sentences of the founding document as (section, place in it, sentence); headings are no sentences."""
    section, found = "header", []
    for line in filter(None, map(str.strip, text.splitlines())):
        if heading := re.match(r"(\d+)\. ", line):
            section = heading[1]
        elif line == "Contact Us":
            section = "contact"
        elif line.endswith((".", ":")) or ": " in line:
            found += [(section, sentence) for sentence in re.split(r"(?<=\.) (?=[A-Z])", line)]
    counted: list[tuple[str, int, str]] = []
    for section, sentence in found:
        counted.append((section, 1 + sum(section == earlier for earlier, _, _ in counted), sentence))
    return counted


def the_policy() -> Policy:
    return versions()[-1]


@pytest.mark.promise("header")
@pytest.mark.parametrize("policy", versions(), ids=lambda policy: policy.version)
def test_every_founding_sentence_is_kept_by_a_passage_of_every_version(policy: Policy) -> None:
    kept = {sentence.kept_by for sentence in founding_sentences()}
    assert kept == set(policy.passages), "a founding sentence without a passage, or a passage that keeps none"


def test_the_founding_document_is_covered_sentence_by_sentence() -> None:
    rows = founding_sentences()
    places = [(row.section, row.ordinal) for row in rows]
    sections = ["header", *map(str, range(1, 11)), "contact"]
    counts = {section: sum(row.section == section for row in rows) for section in sections}
    assert places == [(section, place) for section in sections for place in range(1, counts[section] + 1)]
    assert len({row.digest for row in rows}) == len(rows) == 36
    assert all(row.kept_by == row.section or row.kept_by.startswith(f"{row.section}.") for row in rows)


@pytest.mark.skipif(not FOUNDING.exists(), reason="the founding document is not part of this repository")
def test_the_list_of_founding_sentences_is_the_founding_document() -> None:
    sentences = founding_text_sentences(FOUNDING.read_text(encoding="utf-8"))
    assert [(row.section, row.ordinal, row.digest) for row in founding_sentences()] == [
        (section, ordinal, digest(sentence)) for section, ordinal, sentence in sentences
    ]


def test_the_words_are_our_own() -> None:
    founding = {row.digest for row in founding_sentences()}
    ours = [text for policy in versions() for passage in policy.passages.values() for text in passage.sentences]
    assert not [text for text in ours if digest(text) in founding]


def test_last_updated_is_the_day_the_version_in_force_took_effect() -> None:
    first = versions()[0]
    assert current(first.effective_on - timedelta(days=1)) is None
    assert current(first.effective_on) == first and current(date(2026, 11, 23)) == versions()[1]
    assert first.last_updated == first.effective_on == date(2026, 11, 22)
    assert current(date(2999, 1, 1)) == the_policy()


def test_every_version_stays_readable_by_its_id() -> None:
    assert [version(policy.version) for policy in versions()] == list(versions())
    assert version("2025-01-01") is None
    assert version("../founding") is None


def test_what_was_published_is_what_is_served() -> None:
    listed = (FOLDER / "published.toml").read_text(encoding="utf-8")
    assert dict(re.findall(r'^(\S+) = "(\w+)"$', listed, re.MULTILINE)) == PUBLISHED


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the published versions that a test may spoil."""
    return Path(shutil.copytree(FOLDER, tmp_path / "versions"))


@pytest.mark.promise("10")
def test_a_published_text_cannot_change(folder: Path) -> None:
    text = folder / "2026-11-22.toml"
    text.write_text(text.read_text(encoding="utf-8").replace("90 days", "91 days"), encoding="utf-8")
    with pytest.raises(PolicyFault, match=r"changed after it was published.*new version"):
        read(folder)


def test_line_ends_of_a_checkout_are_no_change(folder: Path) -> None:
    text = folder / "2026-11-22.toml"
    text.write_bytes(text.read_bytes().replace(b"\n", b"\r\n"))
    assert read(folder) == versions()


def test_a_published_text_cannot_vanish(folder: Path) -> None:
    (folder / "2026-11-22.toml").unlink()
    with pytest.raises(PolicyFault, match="missing"):
        read(folder)


def test_a_text_that_was_not_published_is_not_served(folder: Path) -> None:
    shutil.copy(folder / "2026-11-22.toml", folder / "2027-01-01.toml")
    with pytest.raises(PolicyFault, match=f'2027-01-01 = "{PUBLISHED["2026-11-22"]}"'):
        read(folder)


def publish(folder: Path, name: str, text: str) -> None:
    """Publish `text` in `folder` as the error message of an unpublished text says."""
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PolicyFault) as unpublished:
        read(folder)
    line = str(unpublished.value).split("`")[1]
    with (folder / "published.toml").open("a", encoding="utf-8") as listed:
        listed.write(f"{line}\n")


def dated(published_on: str, text: str) -> str:
    """The text, published on another day."""
    return text.replace("published_on = 2026-11-23", f"published_on = {published_on}")


def test_a_new_version_takes_over_on_its_day(folder: Path) -> None:
    publish(folder, "2027-01-01", dated("2026-12-01", TEXT).replace("90", "60"))
    *_, second, third = read(folder)
    assert second == the_policy()
    assert third.last_updated == date(2027, 1, 1)
    assert second.passages["7.2"] != third.passages["7.2"]


@pytest.mark.promise("10")
def test_a_material_change_is_published_ahead(folder: Path) -> None:
    assert f"at least {the_policy().notice_days} days before" in " ".join(the_policy().passages["10"].sentences)
    publish(folder, "2026-12-31", dated("2026-12-18", TEXT).replace("90", "60"))
    with pytest.raises(PolicyFault, match=r"13 days after its publication; 2026-11-23 promises 14"):
        read(folder)


def test_what_says_the_same_may_take_effect_at_once(folder: Path) -> None:
    publish(folder, "2026-12-31", dated("2026-12-31", TEXT).replace("receive the data", "recieve the data"))
    assert read(folder)[-1].published_on == date(2026, 12, 31)


@pytest.mark.parametrize("day", ["2026-11-21", "2027-01-02"])
def test_nothing_is_published_before_its_time(folder: Path, day: str) -> None:
    publish(folder, "2027-01-01", dated(day, TEXT))
    with pytest.raises(PolicyFault, match="published after it took effect, or before"):
        read(folder)


@pytest.mark.parametrize(
    ("written", "changed", "kinds", "says_more"),
    [
        ("We send no advertising.", "We send now advertising.", [ChangeKind.CHANGED], True),
        ("for 90 days", "for 91 days", [ChangeKind.CHANGED], True),
        ("receive the data", "recieve the data", [ChangeKind.EDITORIAL], False),
        ("address below", "adress below", [ChangeKind.EDITORIAL] * 2, False),
        ('heading = "Delete"', 'heading = "Deleting"', [ChangeKind.EDITORIAL], False),
        ('privacy@calendera.com"', 'privacy@example.com"', [ChangeKind.EDITORIAL], False),
        ("We send no advertising.", "We send no advertising, at all.", [ChangeKind.CHANGED], True),
    ],
)
def test_whether_a_change_is_material_is_computed(
    folder: Path, written: str, changed: str, kinds: list[ChangeKind], says_more: bool
) -> None:
    publish(folder, "2027-01-01", dated("2026-12-01", TEXT.replace(written, changed)))
    *_, old, new = read(folder)
    assert [change.kind for change in changes(old, new)] == kinds
    assert material(old, new) is says_more


SECTION_8 = TEXT[TEXT.index("[[section]]\nnumber = 8") : TEXT.index("[[section]]\nnumber = 9")]


@pytest.mark.parametrize(
    ("written", "spoiled", "says"),
    [
        ("number = 10", "number = 1", "section 1 must"),
        ("[[section]]\nnumber = 8", "[[section]]\nnumber = 9", "section 9 must"),
        ('number = "1.2"', 'number = "1.4"', "1.1, 1.2, 1.3"),
        ('"We send no advertising."', '"We send no advertising"', "full stop"),
        ('email = "privacy@calendera.com"', "", "email"),
        (SECTION_8, "", "1 to 10 in order"),
        ("[introduction]", "[intro]", "introduction"),
    ],
)
def test_a_text_with_a_hole_is_not_served(folder: Path, written: str, spoiled: str, says: str) -> None:
    assert written in TEXT
    publish(folder, "2027-01-01", dated("2026-12-01", TEXT).replace(written, spoiled, 1))
    with pytest.raises(PolicyFault, match=says):
        read(folder)


@pytest.mark.promise("contact")
def test_the_contact_can_be_written_to_and_dialled() -> None:
    contact = the_policy().contact
    assert clean_email(contact.email) == contact.email
    assert clean_phone(contact.phone).normal == contact.phone_digits == "+15551232253"


def test_the_periods_in_the_text_are_the_periods_of_the_platform() -> None:
    account, booking = RULES[RetentionClass.ACCOUNT], RULES[RetentionClass.BOOKING]
    passages = the_policy().passages
    assert f"{account.default} {account.unit.value} after you cancel" in " ".join(passages["7.2"].sentences)
    assert f"{booking.default} {booking.unit.value} after the appointment" in " ".join(passages["7.3"].sentences)
    assert f"between {booking.least} and {booking.most} {booking.unit.value}" in " ".join(passages["7.3"].sentences)
