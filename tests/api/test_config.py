"""What an operator can set: each mistake is one sentence that names the setting."""

from pathlib import Path

import pytest

from api.config import Config, ConfigError
from api.ledger import Ledger

SECRETS = {"JWT_KEYS": "k1:" + "a" * 32, "REFRESH_KEY": "r" * 32, "PHOTO_KEY": "0" * 64}


def read(**changes: str) -> Config:
    return Config.from_environment(SECRETS | changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRATION", "maybe"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "all"),
        ("REFRESH_KEY", "r" * 32 + ",short"),
        ("JWT_KEYS", "k1:" + "a" * 32 + ",k0:short"),
        ("JWT_KEYS", "a" * 40),
    ],
)
def test_a_mistake_is_a_sentence_that_names_the_setting(name, value):
    with pytest.raises(ConfigError, match=name):
        read(**{name: value})


def test_without_settings_everybody_may_register_and_no_proxy_is_believed():
    config = read()
    assert config.registration_open and config.trusted_proxies == 0 and config.old_refresh_keys == ()


def test_settings_are_read():
    config = read(REGISTRATION="closed", TRUSTED_PROXIES="2", REFRESH_KEY="n" * 32 + "," + "r" * 32)
    assert not config.registration_open and config.trusted_proxies == 2
    assert config.refresh_keys == ("n" * 32, "r" * 32)


def test_the_ledger_lies_beside_the_database_unless_told_otherwise():
    assert Ledger.of(read(DATABASE_URL="sqlite:///a/b.db")).path == Path("a/b.db.erased")
    assert Ledger.of(read(ERASURE_LEDGER="/safe/ledger")).path == Path("/safe/ledger")


@pytest.mark.parametrize("mode", ["production", "staging", ""])
@pytest.mark.parametrize("name", SECRETS)
def test_outside_development_nothing_starts_without_its_secrets(mode, name):
    with pytest.raises(ConfigError, match=name):
        read(SKINSCORE_ENV=mode, **{name: ""})
    assert read(SKINSCORE_ENV=mode)
