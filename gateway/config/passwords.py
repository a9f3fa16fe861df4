"""Finds each zone's password, wherever the settings say it stands, and puts it into the tree as a `Secret`.

No password, and no part of one, gets into an error text: a password may also stand where it does not belong.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from gateway.config.problems import Problems, dotted, kind
from gateway.config.secret import Secret, password_fault
from gateway.config.sources import Leaf, Table, decode
from gateway.config.tree import PASSWORD_KEYS

PASSWORD_FILE_BYTES = 4096
"""Most that is read of a password file: any password or hash fits, and a device file cannot fill the memory."""

TOKENS = (("http", "token"), ("webhooks", "secret"))
"""Section and name of each setting that is a secret of its own; it may be empty."""
KEYS = ("wskey", "wskey_secret")
"""The same of each zone."""
TOKEN_CHARACTERS = 16
"""Fewest of one: it is all that stands between the network and the records, or between others and a signature."""
TOKEN = re.compile(rf"[!-~]{{{TOKEN_CHARACTERS},}}")
"""What goes into an HTTP header as it is."""

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""Names of environment variables; what is none is not repeated in an error, for it may be the password itself."""


class Unusable(Exception):
    """No password can be had; the text goes on from the key."""


def resolve(tree: Table, environ: Mapping[str, str], folder: Path, problems: Problems) -> None:
    """Sets `password` of each zone in `tree` to a Secret; an empty one where there is a problem.

    A relative `password_file` is seen from `folder`, or from the working folder where no file names it.
    """
    for section, name in TOKENS:
        _hide_token(tree, section, name, problems)
    zones = tree.entries.get("zones")
    if not isinstance(zones, Table):
        return
    for key, zone in zones.entries.items():
        if isinstance(zone, Table):
            _resolve_zone(("zones", key), zone, environ, folder, problems)
            for name in KEYS:
                _hide(zone, ("zones", key), name, problems)


def _hide_token(tree: Table, section: str, name: str, problems: Problems) -> None:
    """One of `TOKENS` becomes a Secret."""
    table = tree.entries.get(section)
    if isinstance(table, Table):
        _hide(table, (section,), name, problems)


def _hide(table: Table, path: tuple[str, ...], name: str, problems: Problems) -> None:
    entry = table.entries.get(name)
    if not isinstance(entry, Leaf):
        return
    text = entry.value if isinstance(entry.value, str) else ""
    if not isinstance(entry.value, str):
        problems.add(dotted((*path, name)), entry.place, f"must be text in quotes, is {kind(entry.value)}")
    elif not TOKEN.fullmatch(text) and (text or name in KEYS):
        words = f"must have at least {TOKEN_CHARACTERS} characters, all of them ASCII and none a space"
        problems.add(dotted((*path, name)), entry.place, words)
        text = ""
    table.entries[name] = Leaf(Secret(text), entry.place)


def _resolve_zone(
    path: tuple[str, ...], zone: Table, environ: Mapping[str, str], folder: Path, problems: Problems
) -> None:
    given = [key for key in PASSWORD_KEYS if key in zone.entries]
    if not given:
        return
    name, *others = given
    for other in others:
        place, beside = zone.entries[other].place, zone.entries[name].place
        text = f"stands beside {name} ({beside}); keep one of the two"
        problems.add(dotted((*path, other)), place, text)
    entry = zone.entries[name]
    try:
        password = _password(name, entry, environ, folder)
    except Unusable as unusable:
        problems.add(dotted((*path, name)), entry.place, str(unusable))
        password = ""
    zone.entries["password"] = Leaf(Secret(password), entry.place)


def _password(name: str, entry: Leaf | Table, environ: Mapping[str, str], folder: Path) -> str:
    if isinstance(entry, Table):
        raise Unusable("must be text in quotes, is a table")
    if not isinstance(entry.value, str):
        raise Unusable(f"must be text in quotes, is {kind(entry.value)}")
    match name:
        case "password_file":
            source = "the file"
            password = _from_file(Path(entry.value) if entry.text else folder / entry.value)
        case "password_env":
            source = "the variable"
            password = _from_variable(entry.value, environ)
        case _:
            source = ""
            password = entry.value
    fault = password_fault(password)
    if fault is not None:
        raise Unusable(f"what {source} holds {fault}" if source else fault)
    return password


def _from_file(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(PASSWORD_FILE_BYTES + 1)
    except FileNotFoundError:
        reason = "does not exist"
    except IsADirectoryError:
        reason = "is a folder"
    except (OSError, ValueError) as error:
        # ValueError: a NUL in the name.
        reason = f"cannot be read: {getattr(error, 'strerror', None) or error}"
    else:
        text = decode(raw)
        if len(raw) > PASSWORD_FILE_BYTES:
            reason = f"is longer than {PASSWORD_FILE_BYTES} bytes"
        elif text is None:
            reason = "is not UTF-8 text"
        else:
            return text.removesuffix("\n").removesuffix("\r")
    raise Unusable(f"the file {file} {reason}; put the password there, on one line")


def _from_variable(name: str, environ: Mapping[str, str]) -> str:
    if not VARIABLE.fullmatch(name):
        raise Unusable("is not the name of an environment variable; write its name here, and the password into it")
    if name not in environ:
        raise Unusable(f"the environment variable {name} is not set; set it to the password")
    return environ[name]
