"""Email addresses and telephone numbers: each function returns the clean value or raises ValueError with a sentence.

The sentences never repeat what was typed: it is personal, and messages reach logs.
"""

import re
import unicodedata
from dataclasses import dataclass

from rules.hosts import clean_domain
from rules.text import clean_line

EMAIL_LENGTH = 254  # RFC 5321 with erratum 1690: what fits into a mail server's MAIL FROM
LOCAL_PART_OCTETS = 64
PHONE_LENGTH = 40

_NOT_IN_AN_ATOM = frozenset(' "(),:;<>@[\\]')
_EXTENSION = re.compile(r"\s*(?:;ext=|,|#|x|ext\.?|extension)\s*([0-9]{1,6})$", re.IGNORECASE)
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_NUMBER = re.compile(r"(\+)?([0-9 ().\-/\u2010-\u2015]*[A-Z]{0,10})")


def clean_email(value: str) -> str:
    """Return an address in the one form that is stored and compared: NFC, small letters, domain in ASCII (IDNA).

    At most 254 octets, 64 before the `@`. Quoted local parts and addresses of machines (`ada@[192.0.2.1]`) are
    refused: nobody books with them, and they are how headers are injected. Not casefolded: straße is not strasse.
    """
    if len(value) > 2 * EMAIL_LENGTH:
        raise ValueError(f"The email address is too long: at most {EMAIL_LENGTH} characters.")
    if re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", value):
        raise ValueError("The email address contains a line break or another control character; remove it.")
    local, at, domain = clean_line(value, "email address", most=EMAIL_LENGTH).rpartition("@")
    local = unicodedata.normalize("NFC", local.lower())
    if not (at and all(local.split(".")) and _NOT_IN_AN_ATOM.isdisjoint(local)):
        raise ValueError("The email address must look like `name@example.com`.")
    if len(local.encode()) > LOCAL_PART_OCTETS:
        raise ValueError(f"The part of the email address before the @ is too long: at most {LOCAL_PART_OCTETS} bytes.")
    email = f"{local}@{clean_domain(domain)}"
    if len(email.encode()) > EMAIL_LENGTH:
        raise ValueError(f"The email address is too long: at most {EMAIL_LENGTH} characters.")
    return email


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as it was typed, for people, and its `normal` form, for comparing and dialling.

    `normal` is `+15551232253` when the country was written, else the bare digits; an extension follows as `;ext=12`.
    """

    typed: str
    normal: str


def clean_phone(value: str) -> Phone:
    """Return a telephone number of at most 40 characters; `123-CALE` is read on the keypad, `00` at the start is `+`.

    International numbers have 7 to 15 digits (E.164), others 5 to 15. Whether it rings is not checked.
    """
    typed = clean_line(value, "phone number", most=PHONE_LENGTH)
    text = re.sub("[\u200e\u200f\u061c]", "", _ascii_digits(typed))
    extension = _EXTENSION.search(text)
    number = _NUMBER.fullmatch(text[: extension.start()] if extension else text)
    if not number:
        raise ValueError(
            "The phone number may hold digits, spaces, ( ) - . / and a + at the start, like +1 555 123 2253."
        )
    normal = _normal(number[1] or "", number[2].translate(_KEYPAD))
    return Phone(typed, f"{normal};ext={extension[1]}" if extension else normal)


def _normal(plus: str, written: str) -> str:
    """`+` and the digits of an international number, the bare digits of another."""
    if not plus and re.match(r"[^0-9]*0[^0-9]*0", written):
        plus, written = "+", written.replace("0", "", 2)
    if plus:
        written = written.replace("(0)", "", 1)  # +44 (0)20: that 0 is dialled at home only
    digits = re.sub(r"[^0-9]", "", written)
    fewest = 7 if plus else 5
    if not fewest <= len(digits) <= 15 or (plus and digits.startswith("0")):
        raise ValueError(f"The phone number must have {fewest} to 15 digits, and no 0 directly after the +.")
    return f"{plus}{digits}"


def _ascii_digits(text: str) -> str:
    """Digits of every script, and the wide forms of Asian keyboards, as ASCII."""
    wide = unicodedata.normalize("NFKC", text).strip()
    opened = re.sub(r"^\(\s*\+", "+(", wide)  # "(+49) 30" is "+(49) 30"
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in opened)
