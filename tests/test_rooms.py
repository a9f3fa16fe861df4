"""Which room may import which: the design's table of rooms, held against every import in gateway/.

Imports inside functions and those for type checkers count like any other. A registry names modules in strings and
imports them when they are enabled; such a module is no import of the registry's room.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "gateway").rglob("*.py"))
}
"""Every module of the package, and its file."""


class Room(NamedTuple):
    """Modules that may import the same things."""

    modules: str
    """A regular expression that the whole name of a module matches."""
    rooms: tuple[str, ...]
    """Rooms it may import beside itself."""
    libraries: tuple[str, ...]
    """What it may import from outside the package and the standard library."""


ALL = ("all",)

ROOMS = {
    "errors": Room(r"gateway\.errors", (), ()),
    "model": Room(r"gateway\.model(\..+)?", ("errors",), ("msgspec",)),
    "marc": Room(r"gateway\.marc(\..+)?", ("errors", "model"), ("pymarc",)),
    "search": Room(r"gateway\.search(\..+)?", ("errors", "model", "marc"), ("msgspec",)),
    "stores.base": Room(
        r"gateway\.stores\.(base|finding|lending|publishing|shelving|transacting|whole)",
        ("errors", "model", "search"),
        (),
    ),
    "stores.indexing": Room(
        r"gateway\.stores\.(searching|indexing|stretches)", ("errors", "model", "search", "stores.base"), ("trio",)
    ),
    "stores.lent": Room(r"gateway\.stores\.lent", ("errors", "model", "stores.base"), ("msgspec", "trio")),
    "stores": Room(r"gateway\.stores", ("errors", "stores.base"), ()),
    "stores/*": Room(
        r"gateway\.stores\..+",
        ("errors", "model", "search", "stores.base", "stores.indexing", "stores.lent"),
        ("apsw", "psycopg", "msgspec", "trio"),
    ),
    "importer": Room(
        r"gateway\.importer(\..+)?",
        ("errors", "model", "marc", "search", "stores.base"),
        ("argon2", "msgspec", "structlog", "trio"),
    ),
    "circulation": Room(
        r"gateway\.circulation(\..+)?", ("errors", "model", "marc", "stores.base"), ("argon2", "msgspec", "trio")
    ),
    "publishing": Room(
        r"gateway\.publishing(\..+)?",
        ("errors", "model", "marc", "search", "circulation", "stores.base"),
        ("msgspec", "structlog", "trio"),
    ),
    "desk": Room(
        r"gateway\.desk(\..+)?",
        ("errors", "model", "marc", "search", "importer", "circulation", "publishing", "webhooks", "stores.base"),
        ("argon2", "msgspec", "structlog", "trio"),
    ),
    "webhooks": Room(
        r"gateway\.webhooks(\..+)?",
        ("errors", "model", "marc", "stores.base"),
        ("httpcore", "httpx", "msgspec", "structlog", "trio"),
    ),
    "frontends/*/wire": Room(
        r"gateway\.frontends\.(\w+\.(wire|readings|layout)|z3950\.(ber|values|asn1|oids|bib1|apdus(\.\w+)?))",
        ("errors", "model"),
        ("msgspec",),
    ),
    "frontends.base": Room(
        r"gateway\.frontends(\.(base|conversations|sockets))?", ("errors", "model"), ("structlog", "trio")
    ),
    "frontends.http": Room(
        r"gateway\.frontends\.http(\..+)?",
        ("frontends.base", "errors", "model", "desk", "stores.base"),
        ("msgspec", "structlog", "trio"),
    ),
    "frontends/*": Room(
        r"gateway\.frontends\..+",
        (
            *("frontends/*/wire", "frontends.base", "frontends.http", "errors", "model", "importer", "marc", "search"),
            *("circulation", "desk", "publishing", "webhooks", "stores.base"),
        ),
        ("msgspec", "structlog", "trio"),
    ),
    "config": Room(r"gateway\.config(\..+)?", ("errors", "model"), ("msgspec",)),
    "logs": Room(r"gateway\.logs", ("errors", "model"), ("msgspec", "structlog")),
    "top": Room(
        r"gateway|gateway\.(__main__|addresses|app|faces|hosts|listeners|published|rulebook|searches|views|cli|testing)(\..+)?",
        ALL,
        ALL,
    ),
}
"""The first room whose expression matches a module is its room."""

FOR_THEIR_OWN_FOLDER = ("stores/*", "frontends/*/wire", "frontends/*")
"""A concrete store and a front end are imported by modules of their own folder and from the top, by nobody else."""

WEB_LIBRARIES = {
    "gateway.frontends.http": ("h11", "hypercorn", "litestar", "prometheus_client"),
    "gateway.frontends.api": ("litestar",),
    "gateway.frontends.ui": ("jinja2", "litestar", "markupsafe"),
    "gateway.frontends.oai": ("litestar", "lxml"),
    "gateway.frontends.ncip": ("litestar", "lxml"),
    "gateway.frontends.sru": ("litestar", "lxml"),
}
"""What a front end over HTTP may import beside the libraries of its room."""

SANS_IO = {
    *("__future__", "abc", "bisect", "collections", "dataclasses", "enum", "functools"),
    *("itertools", "operator", "re", "string", "struct", "types", "typing"),
}
"""What of the standard library wire code may import: nothing with a clock, a log, a socket or a file."""

HOMES = {
    "asyncio": r"nowhere",
    "pymarc": r"gateway\.(marc\.record|testing\.marc)",
    "apsw": r"gateway\.stores\..+",
    "psycopg": r"gateway\.stores\..+",
}
"""The only modules that may import something, whatever their room says."""


def room_of(module: str) -> str | None:
    return next((name for name, room in ROOMS.items() if re.fullmatch(room.modules, module)), None)


def folder_of(module: str) -> str:
    """A store's or a front end's own folder; for any other module its room's."""
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[1:2] in (["stores"], ["frontends"]) else 2])


def imported(module: str, source: str) -> Iterator[tuple[int, str]]:
    """Each import in a module's source: its line, and the module that it names."""
    package = module.split(".") if FILES.get(module, Path()).name == "__init__.py" else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) + 1 - node.level] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            names = (f"{base}.{alias.name}" for alias in node.names)
            yield from ((node.lineno, name if name in FILES else base) for name in names)


def violations(module: str, source: str) -> list[str]:
    """What a module of this name and source would import against the rules."""
    room = room_of(module)
    if room is None:
        return [f"{module} stands in no room"]
    return [f"{module}:{line} imports {name}" for line, name in imported(module, source) if not allowed(module, name)]


def allowed(module: str, name: str) -> bool:
    library = name.partition(".")[0]
    if library in HOMES and not re.fullmatch(HOMES[library], module):
        return False
    here = room_of(module)
    assert here is not None
    if library == "gateway":
        return _may_enter(module, here, name)
    if library in sys.stdlib_module_names:
        return here != "frontends/*/wire" or library in SANS_IO
    libraries = ROOMS[here].libraries
    return libraries == ALL or library in (*libraries, *WEB_LIBRARIES.get(folder_of(module), ()))


def _may_enter(module: str, here: str, name: str) -> bool:
    there = room_of(name)
    if there is None:
        return False
    if ROOMS[here].rooms == ALL:
        return True
    if there != here and there not in ROOMS[here].rooms:
        return False
    return there not in FOR_THEIR_OWN_FOLDER or folder_of(name) == folder_of(module)


@pytest.mark.parametrize("module", FILES)
def test_module_imports_what_its_room_may(module):
    assert violations(module, FILES[module].read_text("utf-8")) == []


def test_rooms_name_rooms():
    assert {name for room in ROOMS.values() if room.rooms != ALL for name in room.rooms} <= set(ROOMS)
    assert set(FOR_THEIR_OWN_FOLDER) <= set(ROOMS)


@pytest.mark.parametrize(
    ("module", "source", "named"),
    [
        ("gateway.errors", "from gateway import model", "gateway.model"),
        ("gateway.model", "from gateway.marc import rules", "gateway.marc.rules"),
        ("gateway.model", "import structlog", "structlog"),
        ("gateway.marc.rules", "import pymarc", "pymarc"),
        ("gateway.marc.rules", "from gateway.stores.base import Store", "gateway.stores.base"),
        ("gateway.search.query", "from gateway.importer import match", "gateway.importer.match"),
        ("gateway.stores.base", "import apsw", "apsw"),
        ("gateway.stores", "from gateway.stores import memory", "gateway.stores.memory"),
        ("gateway.stores.memory", "from gateway.stores.sqlite import rows", "gateway.stores.sqlite.rows"),
        ("gateway.stores.sqlite.rows", "from gateway.importer import match", "gateway.importer.match"),
        ("gateway.stores.sqlite.rows", "from gateway.frontends.base import GONE", "gateway.frontends.base"),
        ("gateway.stores.sqlite.rows", "import structlog", "structlog"),
        ("gateway.importer.match", "from gateway.stores import sqlite", "gateway.stores.sqlite"),
        ("gateway.importer.match", "from gateway.frontends.connexion import wire", "gateway.frontends.connexion.wire"),
        ("gateway.importer.match", "from gateway.config import load", "gateway.config"),
        ("gateway.importer.match", "import apsw", "apsw"),
        ("gateway.circulation.loans", "from gateway.importer import replies", "gateway.importer.replies"),
        ("gateway.circulation.loans", "import httpx", "httpx"),
        ("gateway.frontends.connexion.wire", "import trio", "trio"),
        ("gateway.frontends.connexion.wire", "import structlog", "structlog"),
        ("gateway.frontends.connexion.wire", "import time", "time"),
        ("gateway.frontends.connexion.wire", "from datetime import datetime", "datetime"),
        ("gateway.frontends.connexion.wire", "import logging", "logging"),
        ("gateway.frontends.connexion.wire", "from gateway.importer import replies", "gateway.importer.replies"),
        ("gateway.frontends.connexion.wire", "from . import server", "gateway.frontends.connexion.server"),
        ("gateway.frontends.connexion.readings", "import socket", "socket"),
        ("gateway.frontends.z3950.wire", "from ..connexion import wire", "gateway.frontends.connexion.wire"),
        ("gateway.frontends.z3950.apdus.opac", "import trio", "trio"),
        (
            "gateway.frontends.oai.server",
            "from gateway.frontends.connexion import server",
            "gateway.frontends.connexion.server",
        ),
        (
            "gateway.frontends.oai.server",
            "from gateway.frontends.connexion import wire",
            "gateway.frontends.connexion.wire",
        ),
        ("gateway.frontends.oai.server", "import gateway.stores.sqlite", "gateway.stores.sqlite"),
        ("gateway.frontends.oai.server", "from gateway.stores import opened", "gateway.stores"),
        ("gateway.frontends.oai.server", "import jinja2", "jinja2"),
        ("gateway.frontends.connexion.server", "import litestar", "litestar"),
        ("gateway.frontends.base", "from gateway.importer import replies", "gateway.importer.replies"),
        ("gateway.config.tree", "import trio", "trio"),
        ("gateway.logs", "from gateway import config", "gateway.config"),
        ("gateway.app", "import asyncio", "asyncio"),
        ("gateway.cli.records", "import pymarc", "pymarc"),
        ("gateway.cli.records", "from apsw import Connection", "apsw"),
    ],
)
@pytest.mark.parametrize(
    "written",
    ["{}", "def later() -> None:\n    {}", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    {}"],
    ids=["at-the-top", "in-a-function", "for-type-checkers"],
)
def test_import_against_the_rules_is_reported(module, source, named, written):
    text = written.format(source)
    assert violations(module, text) == [f"{module}:{len(text.splitlines())} imports {named}"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("gateway.model", "from gateway.errors import GatewayError"),
        ("gateway.marc.record", "import pymarc"),
        ("gateway.search.indexes", "from gateway.marc.record import Record"),
        ("gateway.stores.sqlite", "from . import rows"),
        ("gateway.stores.postgres", "import psycopg"),
        ("gateway.importer.accept", "from gateway.stores.base import Store"),
        ("gateway.frontends.connexion.server", "from . import wire"),
        ("gateway.frontends.connexion.wire", "from gateway.frontends.connexion.readings import read"),
        ("gateway.frontends.z3950.apdus.opac", "from msgspec import Struct"),
        ("gateway.frontends.oai.server", "from lxml import etree"),
        ("gateway.frontends.api.records", "from gateway.stores.base import Store"),
        ("gateway.app", "from gateway.stores import sqlite"),
        ("gateway.app", "import hypercorn.trio"),
        ("gateway.testing.plugin", "import pytest"),
        ("gateway.cli.send", "from gateway.frontends.connexion.client import sending"),
    ],
)
def test_import_within_the_rules_is_not_reported(module, source):
    assert violations(module, source) == []


def test_each_import_of_a_line_is_reported():
    assert violations("gateway.errors", "import re, trio, apsw\nfrom gateway import model, logs") == [
        "gateway.errors:1 imports trio",
        "gateway.errors:1 imports apsw",
        "gateway.errors:2 imports gateway.model",
        "gateway.errors:2 imports gateway.logs",
    ]


def test_module_in_no_room_is_reported():
    assert violations("gateway.attic", "import re") == ["gateway.attic stands in no room"]
    assert violations("gateway.app", "import gateway.attic") == ["gateway.app:1 imports gateway.attic"]
