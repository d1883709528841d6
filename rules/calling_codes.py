"""Where the country's part of an international telephone number ends (ITU-T E.164 assigned codes)."""

_ONE_DIGIT = frozenset("17")
# First digit → second digits of the codes that have two.
_TWO_DIGITS = {
    "2": "07",
    "3": "0123469",
    "4": "013456789",
    "5": "12345678",
    "6": "0123456",
    "8": "1246",
    "9": "0123458",
}


def calling_code(digits: str) -> str:
    """Return the calling code at the start of an international number's digits, without `+` or `00`.

    Every code that is neither one nor two digits long has three, assigned or not.
    """
    if digits[:1] in _ONE_DIGIT:
        return digits[:1]
    two = digits[1:2] and digits[1:2] in _TWO_DIGITS.get(digits[:1], "")
    return digits[:2] if two else digits[:3]
