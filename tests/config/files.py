"""Settings files for tests, and what is said of them."""

import re
import tomllib
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from gateway import config
from gateway.errors import SettingsError

PASSWORD = "Hunter2-Zx9"

LIBRARY = f"""\
[hosts.library]
connexion = 0

[zones.main]
host = "library"
kind = "institution"
code = "01LIB_MAIN"
mms_suffix = "1234"
password = "{PASSWORD}"
"""
"""A file with one host and one zone, in lines 1 to 9."""


def write(text: str, name: str = "gateway.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def problems(
    text: str = "", *, file: Path | None = None, environ: Mapping[str, str] = {}, overrides: Sequence[str] = ()
) -> list[str]:
    """The lines of the error that these settings give; `text` is that of gateway.toml."""
    if text:
        write(text)
    with pytest.raises(SettingsError) as caught:
        config.load(file, environ=environ, overrides=overrides)
    everything = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert PASSWORD not in everything
    assert caught.value.__context__ is None
    return str(caught.value).splitlines()


def example_text(*, uncommented: bool = False) -> str:
    """`config.example.toml`; `uncommented`, with the settings that it shows in comments."""
    text = config.example_text()
    return re.sub(r"^# (\[.*\]|\w+ = .*)$", r"\1", text, flags=re.MULTILINE) if uncommented else text


def example(*, uncommented: bool = False) -> dict[str, dict[str, object]]:
    return tomllib.loads(example_text(uncommented=uncommented))


def _keys(table: str, entries: dict[str, object]) -> Iterator[str]:
    """Dotted keys of a table, those of tables within it last."""
    for name, value in entries.items():
        if isinstance(value, dict):
            yield from _keys(f"{table}.{name}", value)
        else:
            yield f"{table}.{name}"


KEYS = [key for table, entries in example().items() for key in _keys(table, entries)]
"""Every key of `config.example.toml`, in its order."""
