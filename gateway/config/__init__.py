"""Every setting in one tree: built-in, file, environment and `--set` laid over each other, each value with its place.

Reads settings and nothing else: it opens no store, binds no port and keeps no state; a password is behind `Secret`.
"""

from gateway.config.reader import example_password_zones, load
from gateway.config.secret import MASK, PASSWORD_BYTES, Secret, password_fault
from gateway.config.show import Entry, Value, entries, toml
from gateway.config.sources import DEFAULT_FILE, example_text
from gateway.config.tree import (
    BUILT_IN,
    DEFAULT_PROFILES,
    REPLY_KEYS,
    CirculationSettings,
    HostSettings,
    HttpSettings,
    LimitSettings,
    LogSettings,
    NcipSettings,
    Origins,
    Settings,
    StoreSettings,
    SubmissionSettings,
    WmsSettings,
    Z3950Settings,
    ZoneSettings,
)

__all__ = [
    "BUILT_IN",
    "DEFAULT_FILE",
    "DEFAULT_PROFILES",
    "MASK",
    "PASSWORD_BYTES",
    "REPLY_KEYS",
    "CirculationSettings",
    "Entry",
    "HostSettings",
    "HttpSettings",
    "LimitSettings",
    "LogSettings",
    "NcipSettings",
    "Origins",
    "Secret",
    "Settings",
    "StoreSettings",
    "SubmissionSettings",
    "Value",
    "WmsSettings",
    "Z3950Settings",
    "ZoneSettings",
    "entries",
    "example_password_zones",
    "example_text",
    "load",
    "password_fault",
    "toml",
]
