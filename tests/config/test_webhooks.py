"""The secret of webhooks in the settings."""

import pytest

from gateway import config
from gateway.errors import SettingsError

SECRET = "open-sesame-47110815"


def test_there_is_none_unless_it_is_set() -> None:
    assert config.load().webhooks.secret.reveal() == ""
    assert config.load(overrides=[f"webhooks.secret={SECRET}"]).webhooks.secret.reveal() == SECRET


@pytest.mark.parametrize("secret", ["short", "with a space in it, though long", "ümlaut-ümlaut-ümlaut"])
def test_a_secret_that_is_none_is_told_without_repeating_it(secret: str) -> None:
    with pytest.raises(SettingsError) as raised:
        config.load(overrides=[f"webhooks.secret={secret}"])
    assert "webhooks.secret (--set webhooks.secret): must have at least 16 characters, all of them ASCII" in str(
        raised.value
    )
    assert secret not in str(raised.value)


def test_it_is_shown_nowhere() -> None:
    settings = config.load(overrides=[f"webhooks.secret={SECRET}"])
    assert SECRET not in repr(settings)
    assert SECRET not in config.toml(settings)
    assert {entry.key: entry.value for entry in config.entries(settings)}["webhooks.secret"] == config.MASK
    assert SECRET in settings.secrets()
