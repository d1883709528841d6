"""The key that signs what leaves the program: given in production, made once on a developer's machine."""

import os
import secrets
import stat
from pathlib import Path

from pydantic import SecretStr

from calendera.settings import Settings, SettingsError
from calendera.settings_checks import SECRET_KEY_LENGTH


def signing_key(settings: Settings) -> SecretStr:
    """The setting, or else the key in `data_dir/secret.key`, which is made when missing.

    Processes that start at the same moment agree on one key. Raises SettingsError when others can read the file.
    """
    if settings.secret_key is not None:
        return settings.secret_key
    path = settings.data_dir / "secret.key"
    if not path.exists():
        _make(path)
    return SecretStr(_read(path))


def _make(path: Path) -> None:
    """Write the whole key under a name of its own, then give it the real name: whoever comes second keeps the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read(path: Path) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} can be read by others; run `chmod 600 {path}`.")
    key = path.read_text(encoding="ascii").strip()
    if len(key) < SECRET_KEY_LENGTH:
        raise SettingsError(f"{path} is shorter than {SECRET_KEY_LENGTH} characters; delete it to have it made anew.")
    return key
