"""Hashing passwords with argon2id, in four threads of its own: however many sign in, the rest of the server answers."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import CHEAPEST

from rules.passwords import MAXIMUM, prepared

# The standard profile takes 64 MiB and a fifth of a second a hash, so four at a time bound memory and processors.
_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="password")
_PROFILES = {"standard": PasswordHasher(), "cheapest": PasswordHasher.from_parameters(CHEAPEST)}

_hasher: PasswordHasher | None = None
_nobodys = ""


def install(profile: str) -> None:
    """Install the profile of the settings: `standard`, or `cheapest` for tests. Takes as long as one hash."""
    global _hasher, _nobodys
    _hasher = _PROFILES[profile]
    _nobodys = _hasher.hash(secrets.token_bytes(32))


def _installed() -> PasswordHasher:
    if _hasher is None:
        raise RuntimeError("No password profile is installed: call models.passwords.install() at start.")
    return _hasher


async def hashed(password: str) -> str:
    """What is stored of a password that `rules.passwords` accepts."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _installed().hash, _bytes(password))


async def matches(stored: str | None, password: str) -> bool:
    """Whether a hash is the password's. None stands for an unknown person, and takes just as long to refuse.

    A password longer than any that is accepted is refused unread.
    """
    if len(password) > MAXIMUM:
        return False
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify, stored, password)


def outdated(stored: str) -> bool:
    """Whether a hash was made with another profile than the installed one."""
    return _installed().check_needs_rehash(stored)


def _verify(stored: str | None, password: str) -> bool:
    hasher = _installed()
    # A user made without a password has no hash. Nobody's takes its place, which no password is known to match.
    against = stored if stored and stored.startswith("$argon2") else _nobodys
    try:
        return hasher.verify(against, _bytes(password))
    except (VerificationError, InvalidHashError):
        return False


def _bytes(password: str) -> bytes:
    return prepared(password).encode("utf-8", "surrogatepass")
