"""Names, titles, tags, notes and slugs: each function returns the clean value or raises ValueError with a sentence.

What is cleaned, refused and kept is the same for all and written in `rules/text.py`.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from rules.text import clean_block, clean_line

NAME_LENGTH = 120
TAG_LENGTH = 40
TAGS = 20
NOTE_LENGTH = 4000
SLUG_LENGTH = 60
SLUG_SHORTEST = 3

# Words that are, or may become, a path of this server, or that would let a business pass for the platform.
_RESERVED = (
    "about account accounts admin api app assets auth billing blog book booking bookings calendera calendar customer "
    "customers dashboard docs download embed export graphql health healthz help home import invitation invite legal "
    "login logout mail manage new node null owner partner partners password pricing privacy public readyz register "
    "reset robots root security session sessions settings sign-in sign-out sign-up signin signout signup slots staff "
    "static status support system terms trust undefined user users webhook webhooks well-known widget www"
)
RESERVED_SLUGS = frozenset(_RESERVED.split())
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def clean_name(value: str, what: str = "name") -> str:
    """Return the name of a person, business, service, place or resource: one line of 1 to 120 characters.

    Any script and any emoji; `what` is the word for the message ("business name").
    """
    return clean_line(value, what, most=NAME_LENGTH)


def clean_note(value: str, what: str = "note") -> str:
    """Return free text of at most 4000 characters; line breaks are kept as `\\n`. It may be empty."""
    return clean_block(value, what, most=NOTE_LENGTH)


def clean_tag(value: str) -> str:
    """Return a tag: one line of 1 to 40 characters without commas, which separate tags in an imported list."""
    tag = clean_line(value, "tag", most=TAG_LENGTH)
    if "," in tag:
        raise ValueError("A tag cannot contain a comma; write two tags instead.")
    return tag


def clean_tags(values: Iterable[str]) -> tuple[str, ...]:
    """Return at most 20 tags in their order, each once: tags that differ only in case are the same tag."""
    tags: dict[str, str] = {}
    for value in values:
        tag = clean_tag(value)
        tags.setdefault(tag.casefold(), tag)
        if len(tags) > TAGS:
            raise ValueError(f"Too many tags: at most {TAGS}.")
    return tuple(tags.values())


def clean_slug(value: str) -> str:
    """Return a slug, the part of an address that names a business or service: 3 to 60 of a-z, 0-9 and single hyphens.

    Capitals become small. Raises ValueError for other characters and for words the platform keeps for itself.
    """
    slug = value.strip(" ").lower() if len(value) <= 4 * SLUG_LENGTH else value
    if not SLUG_SHORTEST <= len(slug) <= SLUG_LENGTH:
        raise ValueError(f"The slug must have {SLUG_SHORTEST} to {SLUG_LENGTH} characters, this has {len(slug)}.")
    if not _SLUG.fullmatch(slug):
        raise ValueError("The slug may use a-z, 0-9 and single hyphens between them, like `river-street-salon`.")
    if slug in RESERVED_SLUGS:
        raise ValueError(f"The slug `{slug}` is reserved; add a word, like `{slug}-berlin`.")
    return slug


def numbered_slug(slug: str, taken: Collection[str]) -> str:
    """Return the first of `slug`, `slug-2`, `slug-3`… that is not among `taken`, cut to fit its number."""
    number, found = 1, slug
    while found in taken:
        number += 1
        found = f"{slug[: SLUG_LENGTH - len(str(number)) - 1].rstrip('-')}-{number}"
    return found


def suggest_slug(name: str) -> str | None:
    """Return a valid slug made from `name` ("Café & Bar" → `cafe-bar`); None where no Latin letter or digit is left."""
    letters = unicodedata.normalize("NFKD", name[: 4 * SLUG_LENGTH]).replace("ß", "ss")
    plain = "".join(char for char in letters if unicodedata.category(char) != "Mn").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-")
    try:
        return clean_slug(slug)
    except ValueError:
        return None
