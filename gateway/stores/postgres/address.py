"""Where the database is: a URL as libpq reads it. What is said of it never holds its password."""

import re
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gateway.errors import StoreError

MASK: Final = "********"
SECRETS: Final = ("password", "sslpassword")
"""Parameters that nobody is shown."""
EXAMPLE: Final = "postgresql://USER:PASSWORD@HOST/DATABASE"
ONE_AT: Final = re.compile(r"postgresql://([^@/?#]*@)?[^@]*")
"""What of a password stands behind another @ would be taken for the host, and be repeated."""
_ADDRESS: Final = r"[0-9A-Fa-f:.]+(%\w+)?"
NO_PASSWORDS: Final = {
    "host": re.compile(rf"[^:]*|/.*|{_ADDRESS}(,{_ADDRESS})*"),
    "port": re.compile(r"[0-9,]*"),
}
"""Names and folders, IPv6 addresses, numbers: what else libpq takes for these may be a password without its host."""
KEEPALIVE_IDLE_SECONDS: Final = 10
"""After so long without a word either end asks whether the other is still there."""
KEEPALIVE_INTERVAL_SECONDS: Final = 5
"""After which it asks again."""
KEEPALIVES: Final = 3
"""Questions without an answer after which the other is gone: a server, or a gateway, that went without a word."""
DEFAULTS: Final = {
    "application_name": "connexion-gateway",
    "connect_timeout": "3",
    "keepalives_idle": f"{KEEPALIVE_IDLE_SECONDS}",
    "keepalives_interval": f"{KEEPALIVE_INTERVAL_SECONDS}",
    "keepalives_count": f"{KEEPALIVES}",
    "tcp_user_timeout": "20000",
}
"""What a URL may say otherwise. Seconds, and one of milliseconds: a server that went without a word is found out."""


class Address:
    """A database of some server, and how to name it."""

    def __init__(self, url: str) -> None:
        """Raises `StoreError` for what is no such URL. libpq's own words would repeat it, password and all."""
        try:
            if not ONE_AT.fullmatch(url):
                raise psycopg.ProgrammingError
            given = conninfo_to_dict(url)
            if not all(form.fullmatch(f"{given.get(name, '')}") for name, form in NO_PASSWORDS.items()):
                raise psycopg.ProgrammingError
        except (psycopg.Error, UnicodeError):
            raise StoreError(
                f"the store's URL is not one of PostgreSQL, such as {EXAMPLE}; "
                "in a password write @ as %40, / as %2F, ? as %3F, # as %23 and % as %25"
            ) from None
        added = {name: value for name, value in DEFAULTS.items() if name not in given}
        self.conninfo = make_conninfo(url, **added, client_encoding="UTF8")
        """For `psycopg.connect`."""
        self._secrets = [f"{given[name]}" for name in SECRETS if given.get(name)]
        database = f"the database {given['dbname']}" if given.get("dbname") else "the user's own database"
        where = given.get("host") or given.get("hostaddr") or "this computer"
        self.name = self.masked(f"{database} at {where}")

    def masked(self, text: str) -> str:
        """The text without the password."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def words(self, error: psycopg.Error) -> str:
        """What the server or libpq says, on one line: without a row's contents, and without the password."""
        return self.masked(" ".join((error.diag.message_primary or str(error) or type(error).__name__).split()))
