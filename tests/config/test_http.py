"""Page and API in the settings: who may reach them, and with what."""

from pathlib import Path

import pytest

from gateway import config
from gateway.errors import SettingsError

TOKEN = "open-sesame-47110815"


def problems(*overrides: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        config.load(overrides=overrides)
    return [line.strip() for line in str(raised.value).splitlines() if line.strip().startswith("http")]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_on_this_computer_alone_no_token_is_needed(address: str) -> None:
    assert config.load(overrides=[f"http.address={address}"]).http.token.reveal() == ""


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "gateway.library.example"])
def test_beyond_this_computer_a_token_is_needed(address: str) -> None:
    (line,) = problems(f"http.address={address}")
    assert line.startswith(f"http.address (--set http.address): {address} can be reached from other computers")
    assert "secrets.token_urlsafe" in line
    assert config.load(overrides=[f"http.address={address}", f"http.token={TOKEN}"]).http.address == address
    assert not config.load(overrides=[f"http.address={address}", "http.enabled=false"]).http.enabled


@pytest.mark.parametrize("token", ["short", "with a space in it, though long", "ümlaut-ümlaut-ümlaut"])
def test_a_token_that_is_none_is_told_without_repeating_it(token: str) -> None:
    (line,) = problems(f"http.token={token}")
    assert line == "http.token (--set http.token): must have at least 16 characters, all of them ASCII and none a space"


def test_a_token_is_shown_nowhere() -> None:
    settings = config.load(overrides=[f"http.token={TOKEN}"])
    assert TOKEN not in repr(settings)
    assert TOKEN not in config.toml(settings)
    assert {entry.key: entry.value for entry in config.entries(settings)}["http.token"] == config.MASK
    assert TOKEN in settings.secrets()


def test_certificate_and_key_go_together(tmp_path: Path) -> None:
    cert = tmp_path / "cert.pem"
    cert.write_text("")
    assert problems(f"http.tls_cert={cert}") == ["http.tls_cert (--set http.tls_cert): wants http.tls_key beside it"]
    assert problems(f"http.tls_key={cert}") == ["http.tls_key (--set http.tls_key): wants http.tls_cert beside it"]


def test_a_certificate_that_is_not_there(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_text("")
    (line,) = problems(f"http.tls_cert={cert}", f"http.tls_key={key}")
    assert line.startswith("http.tls_key (--set http.tls_key): ")
    assert line.endswith(" is no file that can be read")
