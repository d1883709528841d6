"""Cut text into what a reader calls characters, so that showing "the first one" never shows half of one.

This is the part of Unicode's UAX #29 that masking needs: combining marks, emoji joined by U+200D, skin tones, flags.
Hangul that is NFC needs no rule of its own.
"""

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
_ZERO_WIDTH_NON_JOINER = "\u200c"
_PICTURES = ("So", "Sm")
_MARKS = ("Mn", "Mc", "Me")


def graphemes(text: str) -> list[str]:
    """Return the user-perceived characters of `text`, in order; joined together they are `text` again."""
    clusters: list[str] = []
    for char in text:
        if clusters and _continues(clusters[-1], char):
            clusters[-1] += char
        else:
            clusters.append(char)
    return clusters


def _continues(cluster: str, char: str) -> bool:
    if char in (_ZERO_WIDTH_JOINER, _ZERO_WIDTH_NON_JOINER):
        return True
    if cluster.endswith(_ZERO_WIDTH_JOINER) and unicodedata.category(char) in _PICTURES:
        return True  # only pictures: between letters a joiner shapes them and does not make one of two
    if unicodedata.category(char) in _MARKS or _is_skin_tone(char) or _is_tag(char):
        return True
    return _is_flag_half(char) and len(cluster) == 1 and _is_flag_half(cluster)


def _is_skin_tone(char: str) -> bool:
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_tag(char: str) -> bool:
    """Tag characters spell the region in the flags of England, Scotland and Wales."""
    return "\U000e0020" <= char <= "\U000e007f"


def _is_flag_half(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
