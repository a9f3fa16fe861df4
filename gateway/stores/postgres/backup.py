"""A copy of a store in a database by PostgreSQL's own program, beside the gateways that serve it.

The password goes to it by the environment: what stands in a command line, other users of the computer may see.
"""

import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from gateway.errors import NoStoreYet, StoreError
from gateway.stores.postgres.address import Address
from gateway.stores.postgres.migrations import TABLES
from gateway.stores.whole import part_of, put_in_place

PROGRAM: Final = "pg_dump"
OPTIONS: Final = ("--format=custom", "--no-owner", "--no-privileges", "--strict-names", "--no-password")
"""One file, compressed, for a database of whatever owner; all of it or nothing; and no question that nobody sees."""
PARTS: Final = ("gateway_schema", "attempt_seq", "index_place", "exchange_seq", *TABLES)
"""What of a database, which may hold others' too, is the store's."""


def back_up(url: str, target: Path, *, replace: bool) -> int:
    """Copy the store as it is at one moment to a file for `pg_restore`; its bytes. Blocks.

    Until the copy is whole and on the disk, nothing is at `target`, or what was there before. Raises `StoreError`, also
    where something is there and it is not to be replaced.
    """
    _check_target(target, replace=replace)
    address = Address(url)
    part = part_of(target)
    try:
        _dump(url, address, part)
        return put_in_place(part, target)
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _check_target(target: Path, *, replace: bool) -> None:
    if target.is_dir():
        raise StoreError(f"{target} is a folder; give the name of a file")
    if not target.parent.is_dir():
        raise StoreError(f"the folder {target.parent} does not exist")
    if target.exists() and not replace:
        raise StoreError(f"{target} is there already; give another name, or --force to replace it")


def _dump(url: str, address: Address, part: Path) -> None:
    given = {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    password = given.pop("password", "")
    if "sslpassword" in given:
        raise StoreError(f"an sslpassword cannot be handed to {PROGRAM} unseen; run it yourself, it asks for one")
    command = [PROGRAM, *OPTIONS, *_parts(address), f"--file={part}", make_conninfo(**given)]
    ended = _run(command, {"PGPASSWORD": password} if password else {})
    if ended.returncode:
        raise StoreError(f"{address.name} cannot be copied: {address.masked(' '.join(ended.stderr.split()))}")


def _parts(address: Address) -> list[str]:
    """Options that name the store's tables, in its own schema."""
    query = """
    SELECT quote_ident(current_schema()), count(*) FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relname = 'gateway_schema'
    """
    try:
        with psycopg.connect(address.conninfo) as connection:
            row = connection.execute(query).fetchone()
    except psycopg.Error as error:
        raise StoreError(f"{address.name} cannot be reached: {address.words(error)}") from None
    if row is None or not row[1]:
        raise NoStoreYet(f"there is no store in {address.name} yet; gateway serve makes it")
    return [f"--table={row[0]}.{name}" for name in PARTS]


def _run(command: list[str], secret: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 - a program of the system's, by a list of words
            command,
            env={**os.environ, **secret},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise StoreError(
            f"{PROGRAM} is not in PATH; it comes with PostgreSQL (Debian, Ubuntu: apt install postgresql-client)"
        ) from None
