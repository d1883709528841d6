"""What a browser is called in a list of sessions: "Firefox on Windows". The header itself is never kept."""

from __future__ import annotations

UNKNOWN = "Unknown device"
_READ = 400  # characters; a longer header is no browser's

# In this order: browsers name the ones that they want to be taken for as well.
_BROWSERS = (
    ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"), ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"), ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("python-httpx/", "A Python program"),
    ("node", "A Node.js program"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Macintosh", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_label(user_agent: str) -> str:
    """A label of a few words made of a User-Agent header: only names from the lists above, never text of the header."""
    text = user_agent[:_READ]
    browser = next((name for mark, name in _BROWSERS if mark in text), None)
    system = next((name for mark, name in _SYSTEMS if mark in text), None)
    return f"{browser} on {system}" if browser and system else browser or system or UNKNOWN
