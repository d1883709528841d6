"""Locales: the language and region in which dates, prices and mails are written."""

import re

_LOCALE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|[0-9]{3}))?", re.IGNORECASE | re.ASCII)


def clean_locale(value: str) -> str:
    """Return a BCP 47 tag of language, optional script and optional region in its usual case: `de-DE`, `zh-Hant-TW`.

    Raises ValueError for other shapes. Whether we have translations for it is not checked.
    """
    found = _LOCALE.fullmatch(value.strip(" "))
    if not found:
        raise ValueError("Write the locale as a language and a region, like `en-US`, `de-DE` or `mi-NZ`.")
    language, script, region = found.groups("")
    return "-".join(part for part in (language.lower(), script.title(), region.upper()) if part)
