import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from calendera.secret_key import signing_key
from calendera.settings import Settings, SettingsError, read_settings, variable
from calendera.settings_table import as_they_stand, documentation, printable
from tests.program.conftest import ROOT

SECRET = "hunter2-hunter2-hunter2-hunter2-hunter2"
FIT_FOR_PRODUCTION = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://book.example",
    "SECRET_KEY": SECRET,
    "DATABASE_URL": f"postgresql://app:{SECRET}@db.example/calendera?sslmode=verify-full",
    "SMTP_URL": f"smtps://app:{SECRET}@mail.example",
    "REDIS_URL": f"rediss://app:{SECRET}@cache.example/0",
}


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"CALENDERA_{name}", value)


def refusal() -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings()
    return str(caught.value)


def test_without_variables_everything_stays_on_this_machine() -> None:
    settings = read_settings()
    assert settings.database_url.get_secret_value() == "sqlite:///var/calendera.db"
    assert (settings.host, settings.public_url, settings.smtp_url) == ("127.0.0.1", "http://127.0.0.1:8000", None)
    assert settings.trusted_proxies == ()


def test_database_and_spool_follow_the_data_folder_and_the_url_follows_the_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_all(monkeypatch, {"DATA_DIR": "/srv/data", "PORT": "9000"})
    settings = read_settings()
    assert settings.database_url.get_secret_value() == "sqlite:////srv/data/calendera.db"
    assert settings.mail_spool == Path("/srv/data/mail")
    assert settings.public_url == "http://127.0.0.1:9000"


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {"PORT": "", "SMTP_URL": ""})
    assert read_settings() == Settings()


def test_an_unknown_variable_is_refused_with_the_closest_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALENDERA_DATABSE_URL", "sqlite:///x")
    assert refusal().startswith("CALENDERA_DATABSE_URL is not a setting of Calendera; did you mean CALENDERA_DATABASE_")


def test_variables_of_the_test_suite_are_not_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALENDERA_TEST_DATABASE", "sqlite")
    assert read_settings() == Settings()


def test_everything_that_is_wrong_is_said_at_once_and_no_value_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, {"PORT": SECRET, "SMTP_URL": f"http://me:{SECRET}@x", "SECRET_KEY": "short", "HOTS": "x"})
    lines = refusal().splitlines()
    assert {line.split(":")[0].split(" ")[0] for line in lines} == {
        "CALENDERA_HOTS",
        "CALENDERA_PORT",
        "CALENDERA_SMTP_URL",
        "CALENDERA_SECRET_KEY",
    }
    assert SECRET not in "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "ftp://book.example"),
        ("PUBLIC_URL", "https://book.example/path"),
        ("PUBLIC_URL", "https://me:pw@book.example"),
        ("PUBLIC_URL", "https://book.example:99999"),
        ("PUBLIC_URL", "book.example"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.1,,10.0.0.2"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
        ("DATABASE_URL", "mysql://x/y"),
        ("SMTP_URL", "smtp://"),
        ("REDIS_URL", "http://cache.example"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://cache.example/name"),
        ("REDIS_URL", "rediss://cache.example/0?ssl_cert_reqs=none"),
        ("COST_BUCKET", "999"),
        ("OPERATION_COST", "99"),
        ("WORKERS", "0"),
        ("OPERATION_TIMEOUT_SECONDS", "nan"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_malformed_value_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"CALENDERA_{name}", value)
    assert refusal().startswith(f"CALENDERA_{name}: ")


def test_proxies_are_a_comma_separated_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALENDERA_TRUSTED_PROXIES", "10.0.0.7, fd00::/8")
    assert read_settings().trusted_proxies == ("10.0.0.7", "fd00::/8")


def test_settings_do_not_change_after_they_are_read() -> None:
    with pytest.raises(ValidationError):
        read_settings().port = 1


def test_secrets_show_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, FIT_FOR_PRODUCTION)
    settings = read_settings()
    shown = [repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()]
    shown += [value for _name, value, _given in as_they_stand(settings)]
    assert SECRET not in "\n".join(shown)
    assert printable(settings.database_url) == "postgresql://db.example/calendera"
    assert printable(settings.smtp_url) == "smtps://mail.example"
    assert printable(SecretStr("postgresql://h/d?password=hunter2")) == "postgresql://h/d"


def test_production_starts_with_everything_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, FIT_FOR_PRODUCTION)
    assert read_settings().secure


def test_production_on_one_machine_needs_no_encryption_between_its_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    local = {
        "PUBLIC_URL": "http://localhost:8000",
        "DATABASE_URL": "postgresql://127.0.0.1/x",
        "SMTP_URL": "smtp://[::1]:25",
        "REDIS_URL": "redis://127.0.0.1/0",
    }
    set_all(monkeypatch, FIT_FOR_PRODUCTION | local)
    assert not read_settings().secure


@pytest.mark.promise("4.1")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "http://book.example"),
        ("PUBLIC_URL", "http://127.0.0.1.book.example"),
        ("PASSWORD_PROFILE", "cheapest"),
        ("SECRET_KEY", ""),
        ("SMTP_URL", "smtp://mail.example"),
        ("REDIS_URL", "redis://cache.example"),
        ("DATABASE_URL", "postgresql://db.example/x"),
        ("DATABASE_URL", "postgresql://db.example/x?sslmode=prefer"),
        ("DATABASE_URL", "postgresql:///x?host=db.example"),
    ],
)
def test_production_refuses_what_is_fit_for_a_laptop_only(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    set_all(monkeypatch, FIT_FOR_PRODUCTION | {name: value})
    assert [line.split(":")[0] for line in refusal().splitlines()] == [f"CALENDERA_{name}"]
    monkeypatch.setenv("CALENDERA_ENVIRONMENT", "development")
    read_settings()


def test_every_setting_is_described_and_the_page_is_current() -> None:
    page = documentation()
    for name, field in Settings.model_fields.items():
        assert len(field.description or "") > 20, f"{variable(name)} needs a description"
        assert f"| `{variable(name)}` |" in page
    committed = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    assert committed == page, "run `calendera settings --write`"


def test_a_given_key_is_used_and_none_is_made(tmp_path: Path) -> None:
    assert signing_key(Settings(data_dir=tmp_path, secret_key=SecretStr(SECRET))).get_secret_value() == SECRET
    assert list(tmp_path.iterdir()) == []


def test_processes_that_start_together_agree_on_one_key_that_only_the_owner_reads(tmp_path: Path) -> None:
    program = (
        "from calendera.secret_key import signing_key; from calendera.settings import read_settings;"
        "input(); print(signing_key(read_settings()).get_secret_value())"
    )
    environment = os.environ | {"CALENDERA_DATA_DIR": str(tmp_path / "var")}
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("\n")
        starter.stdin.flush()
    keys = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret.key"]
    assert stat.S_IMODE((tmp_path / "var/secret.key").stat().st_mode) == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    signing_key(settings)
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        signing_key(settings)
