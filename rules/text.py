"""Clean what people type or paste: NFC, no controls, no hidden characters, whole scripts and whole emoji kept.

Removed in silence, because people paste them without knowing: direction embeddings, overrides and isolates
(U+202A-202E, U+2066-2069), which can make a text read as another, and other characters nobody sees. Letters carry
their own direction, so Arabic and Hebrew read as before. Kept: U+200E, U+200F and U+061C (harmless direction marks),
joiners, skin tones, flags. Refused, because no keyboard makes them: control characters, halves of a surrogate pair,
noncharacters, a heap of accents on one letter.

Lengths count code points of the NFC form, as the database does. Nothing is ever cut. Cleaning twice changes nothing.
"""

import re
import unicodedata

_MOST_MARKS_ON_A_LETTER = 8
_HIDDEN = re.compile(
    "(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f)"  # a flag spelled with tags stays
    "|[\u00ad\u180e\u200b\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[ \t\n\r\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
_SPACES_IN_LINE = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile(r" ?(?:\r\n|[\n\r\u0085\u2028\u2029]) ?")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and symbols that look like nothing


def clean_line(value: str, what: str, *, most: int, least: int = 1) -> str:
    """Return `value` as one line with single spaces. Raises ValueError with a sentence about `what` ("name").

    `least` and `most` are code points; with `least` 0 the result may be empty.
    """
    return _limited(_SPACES.sub(" ", _visible(value, what, most)).strip(" "), what, least, most)


def clean_block(value: str, what: str, *, most: int, least: int = 0) -> str:
    """Return `value` with its line breaks as `\\n`, single spaces in a line and at most one empty line in a row."""
    lines = _LINE_ENDS.sub("\n", _SPACES_IN_LINE.sub(" ", _visible(value, what, most)))
    return _limited(re.sub(r"\n{3,}", "\n\n", lines).strip(" \n"), what, least, most)


def _visible(value: str, what: str, most: int) -> str:
    # Spaces and decomposed letters shrink, so a longer text may fit; one this long is refused before any work on it.
    if len(value) > 8 * most + 64:
        raise ValueError(_too_long(what, most, len(value)))
    text = unicodedata.normalize("NFC", _HIDDEN.sub(lambda hit: hit[1] or "", value))
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MOST_MARKS_ON_A_LETTER:
            raise ValueError(f"The {what} has more than {_MOST_MARKS_ON_A_LETTER} accents on one letter; remove some.")
        if _is_refused(char, category):
            raise ValueError(
                f"The {what} contains a character that cannot be shown (U+{ord(char):04X}); type it again by hand."
            )
    return text


def _is_refused(char: str, category: str) -> bool:
    if category == "Cc":
        return char not in "\t\n\r\u0085"
    return category == "Cs" or "\ufdd0" <= char <= "\ufdef" or ord(char) & 0xFFFE == 0xFFFE


def _limited(text: str, what: str, least: int, most: int) -> str:
    if not _has_visible(text):
        text = ""
    if len(text) > most:
        raise ValueError(_too_long(what, most, len(text)))
    if not text and least:
        raise ValueError(f"The {what} is empty; write at least {_characters(least)}.")
    if len(text) < least:
        raise ValueError(f"The {what} is too short: at least {_characters(least)}, this has {len(text)}.")
    return text


def _has_visible(text: str) -> bool:
    """Whether anything can be seen: a letter, digit, symbol or picture, not only spaces, marks and joiners."""
    return any(unicodedata.category(char)[0] in "LNPS" and char not in _BLANK for char in text)


def _too_long(what: str, most: int, length: int) -> str:
    return f"The {what} is too long: at most {_characters(most)}, this has {length}."


def _characters(count: int) -> str:
    return f"{count} character" if count == 1 else f"{count} characters"
