"""The privacy policy as data: each version a file, found by its id or by the day, unaltered since its publication.

A version's id is the day it takes effect (`2026-11-22`), so "last updated" follows from the text that is shown and
cannot be forgotten. `versions/published.toml` holds the SHA-256 of every published text; a text that differs, is
missing or was never published stops the program, because showing a policy that nobody published is worse.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

from privacy.changes import material

_PUBLISHED = "published.toml"
_SECTIONS = tuple(range(1, 11))


class PolicyFault(Exception):
    """The policy's files are not what was published; the message says which and what to do."""


@dataclass(frozen=True, slots=True)
class Subsection:
    """The smallest part that can be pointed at: number `1.1`, or `8` where a section is not divided."""

    number: str
    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One of the ten numbered parts."""

    number: int
    heading: str
    subsections: tuple[Subsection, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """Where questions go. `phone` is for people, `phone_digits` for dialling."""

    heading: str
    sentences: tuple[str, ...]
    email: str
    postal_address: str
    phone: str
    phone_digits: str


@dataclass(frozen=True, slots=True)
class Policy:
    """One published version. `notice_days` is how long before they take effect it promises material changes."""

    version: str
    published_on: date
    effective_on: date
    notice_days: int
    title: str
    introduction: Subsection
    sections: tuple[Section, ...]
    contact: Contact

    @property
    def last_updated(self) -> date:
        return self.effective_on

    @property
    def passages(self) -> Mapping[str, Subsection]:
        """Everything that can be pointed at, by id: `header`, `1.1` … `10`, `contact`."""
        contact = Subsection("contact", self.contact.heading, self.contact.sentences)
        numbered = [subsection for section in self.sections for subsection in section.subsections]
        return {passage.number: passage for passage in (self.introduction, *numbered, contact)}


@cache
def versions() -> tuple[Policy, ...]:
    """Return every published version, the oldest first. Raises PolicyFault where a file is not what was published."""
    return read(files("privacy").joinpath("versions"))


def version(id: str) -> Policy | None:
    """Return the version with this id (`2026-11-22`); None where there is none."""
    return next((policy for policy in versions() if policy.version == id), None)


def current(at: date) -> Policy | None:
    """Return the version in force on the day `at` (UTC); None before the first took effect."""
    return next((policy for policy in reversed(versions()) if policy.effective_on <= at), None)


def published(at: date) -> tuple[Policy, ...]:
    """Return what was published by the day `at` (UTC), the oldest first: the last ones may not be in force yet."""
    return tuple(policy for policy in versions() if policy.published_on <= at)


def before(policy: Policy) -> Policy | None:
    """Return the version that this one replaces; None for the first."""
    return next((old for old, new in pairwise(versions()) if new == policy), None)


def is_material(policy: Policy) -> bool:
    """Whether it promises something else than the version it replaces; True for the first."""
    replaced = before(policy)
    return replaced is None or material(replaced, policy)


def latest_change(at: date) -> Policy | None:
    """Return the version published last by the day `at` that promises something else than the one before it; None
    where there is none. The first changed nothing for anybody."""
    return next((new for new in reversed(published(at)) if before(new) is not None and is_material(new)), None)


def digest(text: str) -> str:
    """Return the SHA-256 of a version's file in hex, the same whatever line ends a checkout has."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def read(folder: Traversable) -> tuple[Policy, ...]:
    """Read and check the versions in `folder`. Raises PolicyFault."""
    published = tomllib.loads(_text(folder, _PUBLISHED))["sha256"]
    present = {path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml")}
    unpublished = present - {_PUBLISHED.removesuffix(".toml")} - published.keys()
    if unpublished:
        name = min(unpublished)
        raise PolicyFault(
            f"The policy {name} was never published: keep drafts elsewhere, or add "
            f'`{name} = "{digest(_text(folder, f"{name}.toml"))}"` to {_PUBLISHED}.'
        )
    found = tuple(_published(folder, name, published[name]) for name in sorted(published))
    _check_announced(found)
    return found


def _check_announced(policies: Sequence[Policy]) -> None:
    """A material change takes effect as long after its publication as the version before it promises."""
    for old, new in pairwise(policies):
        ahead = (new.effective_on - new.published_on).days
        if new.published_on < old.published_on or ahead < 0:
            raise PolicyFault(f"The policy {new.version} was published after it took effect, or before {old.version}.")
        if ahead < old.notice_days and material(old, new):
            raise PolicyFault(
                f"The policy {new.version} changes what is promised {ahead} days after its publication; {old.version} "
                f"promises {old.notice_days}. Let it take effect later."
            )


def _published(folder: Traversable, name: str, sha256: str) -> Policy:
    text = _text(folder, f"{name}.toml")
    if digest(text) != sha256:
        raise PolicyFault(
            f"The policy {name} was changed after it was published. Restore the file and write a new version instead."
        )
    try:
        policy = _policy(name, tomllib.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise PolicyFault(f"The policy {name} cannot be read: {error!r}.") from error
    return policy


def _text(folder: Traversable, name: str) -> str:
    try:
        return folder.joinpath(name).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise PolicyFault(f"The policy file {name} is missing; published versions are kept for ever.") from error


def _policy(name: str, data: dict[str, Any]) -> Policy:
    sections = tuple(_section(section) for section in data["section"])
    if tuple(section.number for section in sections) != _SECTIONS:
        raise ValueError("the sections must be 1 to 10 in order")
    contact = dict(data["contact"])
    effective_on = date.fromisoformat(name)
    return Policy(
        version=name,
        published_on=data.get("published_on", effective_on),
        effective_on=effective_on,
        notice_days=data.get("notice_days", 0),
        title=data["title"],
        introduction=_subsection({"number": "header"} | data["introduction"]),
        sections=sections,
        contact=Contact(**contact | {"sentences": _sentences(contact)}),
    )


def _section(data: dict[str, Any]) -> Section:
    number = data["number"]
    subsections = tuple(_subsection(subsection) for subsection in data["subsection"])
    divided = [f"{number}.{ordinal}" for ordinal in range(1, len(subsections) + 1)]
    if [subsection.number for subsection in subsections] not in (divided, [str(number)]):
        raise ValueError(f"section {number} must have the parts {', '.join(divided)}")
    return Section(number, data["heading"], subsections)


def _subsection(data: dict[str, Any]) -> Subsection:
    return Subsection(data["number"], data["heading"], _sentences(data))


def _sentences(data: dict[str, Any]) -> tuple[str, ...]:
    sentences = tuple(data["sentences"])
    if not sentences or not all(isinstance(text, str) and text.endswith((".", ":")) for text in sentences):
        raise ValueError("every part needs sentences, and each ends with a full stop")
    return sentences
