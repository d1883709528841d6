"""References of bookings: what people read out on the telephone and type from paper."""

from collections.abc import Callable, Sequence

# No 0 and O, 1, I and L, 2 and Z, 5 and S, 8 and B, U and V: nothing that is misread or misheard for another.
ALPHABET = "3467ACDEFGHJKMNPQRTVWXY9"
LENGTH = 8


def new_reference(choose: Callable[[Sequence[str]], str]) -> str:
    """A reference of 8 characters (1.1e11 of them), each picked by `choose`, as `secrets.choice`."""
    return "".join(choose(ALPHABET) for _ in range(LENGTH))


def read_reference(text: str) -> str:
    """A reference as somebody typed it, in the form that is stored: capitals, without spaces and hyphens."""
    return text.replace(" ", "").replace("-", "").upper()
