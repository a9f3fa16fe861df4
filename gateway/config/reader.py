"""`load`: sources in, checked settings out, or one error that tells everything that is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path as FilePath
from typing import TypeVar, get_args, get_origin

from msgspec import UNSET, Struct, structs

from gateway.config import checks, passwords, sources, values
from gateway.config.problems import Path, Problems, dotted, kind, listed, nearest, quoted, shown
from gateway.config.sources import Leaf, Table
from gateway.config.tree import (
    FAMILIES,
    LOGON_REASONS,
    REPLIES,
    REPLY_KEYS,
    SECTIONS,
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
    Text,
    WebhookSettings,
    WmsSettings,
    Z3950Settings,
    ZoneSettings,
)
from gateway.model import MergeMethod, Outcome, Profile

NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
"""Keys that users choose: they are names in the store, in URLs and in the environment; `@` is reserved."""

NAMED_BY = {"hosts": "host", "profiles": "profiles"}
"""Family -> the key by which a zone names entries of it."""

ELSEWHERE_LIKENESS = 0.8
"""Difflib ratio from which a key of another table is suggested, before a less likely one of the same: there are many,
and a far-fetched one misleads."""

S = TypeVar("S", bound=Struct)


def load(file: FilePath | None = None, *, environ: Mapping[str, str] = {}, overrides: Sequence[str] = ()) -> Settings:
    """The settings in force: built-in, under those of `file`, under the environment's, under `overrides`.

    Without `file`, `./gateway.toml` is read if it is there. `overrides` are texts such as `limits.connections=50`.
    Raises SettingsError with a line for each problem: dotted key, its place, what is wrong, what to write instead.
    """
    problems = Problems()
    gathered = sources.gather(file, environ, overrides, problems)
    folder = gathered.file.parent if gathered.file else FilePath()
    passwords.resolve(gathered.tree, environ, folder, problems)
    settings = _Reader(gathered, problems).settings()
    checks.check(settings, builtin_entries("hosts"), problems)
    problems.raise_any()
    return settings


def builtin_entries(family: str) -> dict[str, Table]:
    """The built-in entries of a family by key."""
    return _tables_of(sources.builtin(), family)


def example_password_zones(settings: Settings) -> tuple[str, ...]:
    """Keys of the zones whose password stands in `config.example.toml`, where anybody can read it."""
    written = [zone.entries.get("password") for zone in builtin_entries("zones").values()]
    known = {leaf.value for leaf in written if isinstance(leaf, Leaf)}
    return tuple(key for key, zone in settings.zones.items() if zone.password.reveal() in known)


def _tables_of(tree: Table, family: str) -> dict[str, Table]:
    table = tree.entries.get(family)
    entries = table.entries if isinstance(table, Table) else {}
    return {key: entry for key, entry in entries.items() if isinstance(entry, Table)}


class _Reader:
    """Walks the tree beside the structs. Where a value is unusable it reports that and goes on with UNSET, which the
    checks step around and nobody else sees: `load` raises."""

    def __init__(self, gathered: sources.Sources, problems: Problems) -> None:
        self.gathered = gathered
        self.tree = gathered.tree
        self.problems = problems
        self.places: dict[str, str] = {}

    def settings(self) -> Settings:
        self.unknown_keys(self.tree, (), [*SECTIONS, *FAMILIES, REPLIES])
        file, builtin_hosts = self.gathered.file, self.gathered.builtin_hosts
        return Settings(
            store=self.section(StoreSettings, "store"),
            submissions=self.section(SubmissionSettings, "submissions"),
            log=self.section(LogSettings, "log"),
            limits=self.section(LimitSettings, "limits"),
            http=self.section(HttpSettings, "http"),
            webhooks=self.section(WebhookSettings, "webhooks"),
            z3950=self.section(Z3950Settings, "z3950"),
            wms=self.section(WmsSettings, "wms"),
            ncip=self.section(NcipSettings, "ncip"),
            circulation=self.section(CirculationSettings, "circulation"),
            hosts=self.family(HostSettings, ("hosts",), self.tree.entries.get("hosts")),
            zones=self.family(ZoneSettings, ("zones",), self.tree.entries.get("zones")),
            profiles=self.family(Profile, ("profiles",), self.tree.entries.get("profiles")),
            merge_methods=self.family(MergeMethod, ("merge_methods",), self.tree.entries.get("merge_methods")),
            replies=self.replies(),
            origins=Origins(file=file, builtin_hosts=builtin_hosts, places=self.places),
        )

    def section(self, struct: type[S], name: str) -> S:
        table = self.table(self.tree.entries.get(name), (name,), f"[{name}]")
        return self.struct(struct, table, (name,)) if table else struct()

    def family(self, struct: type[S], at: Path, written: Table | Leaf | None) -> dict[str, S]:
        found: dict[str, S] = {}
        named = self.table(written, at, f"[{dotted(at)}.NAME]")
        for key, entry in named.entries.items() if named else ():
            path = (*at, key)
            table = self.table(entry, path, f"[{dotted(path)}]")
            if table is None:
                continue
            fault = self.name_fault(table, struct, path)
            if fault is not None:
                self.problems.add(dotted(path), table.place, fault)
            else:
                found[key] = self.struct(struct, table, path)
        return found

    def replies(self) -> dict[str, str]:
        found: dict[str, str] = {}
        table = self.table(self.tree.entries.get(REPLIES), (REPLIES,), f"[{REPLIES}]")
        for key, entry in table.entries.items() if table else ():
            path = (REPLIES, key)
            if key not in REPLY_KEYS:
                self.problems.add(dotted(path), entry.place, f"there is no such setting; {_reply_hint(key)}")
                continue
            self.places[dotted(path)] = entry.place
            text = self.value(entry, Text, path)
            if isinstance(text, str):
                found[key] = text
        return found

    def table(self, entry: Table | Leaf | None, path: Path, header: str) -> Table | None:
        if entry is None:
            return None
        self.places[dotted(path)] = entry.place
        if isinstance(entry, Table):
            return entry
        self.problems.add(dotted(path), entry.place, f"must be a table, {header}, is {kind(entry.value)}")
        return None

    def struct(self, struct: type[S], table: Table, path: Path) -> S:
        fields = structs.fields(struct)
        self.unknown_keys(table, path, [field.name for field in fields])
        read: dict[str, object] = {}
        for field in fields:
            key = (*path, field.name)
            entry = table.entries.get(field.name)
            if entry is not None:
                self.places[dotted(key)] = entry.place
                read[field.name] = self.field(entry, field.type, key)
            elif field.required:
                self.problems.add(dotted(key), table.place, f"is missing; {_example(key)}")
                read[field.name] = UNSET
        return struct(**read)

    def field(self, entry: Leaf | Table, wanted: object, path: Path) -> object:
        """A value, or a table within this table, or those of a family."""
        if get_origin(wanted) is dict:
            return self.family(get_args(wanted)[1], path, entry)
        if isinstance(wanted, type) and issubclass(wanted, Struct):
            table = self.table(entry, path, f"[{dotted(path)}]")
            return self.struct(wanted, table, path) if table else wanted()
        return self.value(entry, wanted, path)

    def value(self, entry: Leaf | Table, wanted: object, path: Path) -> object:
        try:
            if isinstance(entry, Leaf):
                return values.read(entry, wanted)
            fault = f"must be {values.words(wanted)}, is a table"
        except values.Unfit as unfit:
            fault = str(unfit)
        self.problems.add(dotted(path), entry.place, fault)
        return UNSET

    def unknown_keys(self, table: Table, path: Path, known: Sequence[str]) -> None:
        for key, entry in table.entries.items():
            if key not in known:
                text = f"there is no such setting; {_key_hint(key, known)}"
                self.problems.add(dotted((*path, key)), entry.place, text)

    def name_fault(self, table: Table, struct: type[Struct], path: Path) -> str | None:
        *family, key = path
        if not NAME.fullmatch(key):
            better = re.sub(r"[^a-z0-9]+", "-", key.lower()).strip("-")
            rule = "a name has small letters, digits and hyphens, and no hyphen first"
            return f"{rule}; write [{dotted((*family, better))}]" if better else rule
        return self.slip(table, struct, path) if table.text and len(family) == 1 else None

    def slip(self, table: Table, struct: type[Struct], path: Path) -> str | None:
        """A misspelt name in the environment or a flag, which would quietly make a host, a profile or half a zone."""
        family, key = path
        siblings = _tables_of(self.tree, family)
        near = nearest(key, [name for name, sibling in siblings.items() if not sibling.text])
        required = [field.name for field in structs.fields(struct) if field.required]
        missing = [name for name in required if name not in table.entries]
        if not missing and (required or near is None or self.in_use(family, key)):
            return None
        hints = [f"did you mean {quoted(near)}?"] if near else []
        hints += [f"a new one needs {listed(missing)} too"] if missing else []
        return f"there is no such {family.removesuffix('s').replace('_', ' ')}; {'; '.join(hints)}"

    def in_use(self, family: str, key: str) -> bool:
        return any(key in _named(zone, NAMED_BY[family]) for zone in _tables_of(self.tree, "zones").values())


def _named(zone: Table, by: str) -> tuple[object, ...]:
    """The entries of another family that a zone names; none where that cannot be read."""
    leaf = zone.entries.get(by)
    wanted = next(field.type for field in structs.fields(ZoneSettings) if field.name == by)
    try:
        value = values.read(leaf, wanted) if isinstance(leaf, Leaf) else ()
    except values.Unfit:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _key_hint(key: str, known: Sequence[str]) -> str:
    tables = {**SECTIONS, **{f"{family}.NAME": struct for family, struct in FAMILIES.items()}}
    # Backwards: of a key that several tables have, the first one's counts.
    elsewhere = {field: table for table, struct in reversed(tables.items()) for field in struct.__struct_fields__}
    del elsewhere["port"], elsewhere["ports"]  # a host's, called connexion there, is meant more often than others
    near = nearest(key, known, ELSEWHERE_LIKENESS)
    far = nearest(key, elsewhere, ELSEWHERE_LIKENESS)
    if near is None and far is not None:
        return f"did you mean {elsewhere[far]}.{far}?"
    near = near or nearest(key, known)
    return f"did you mean {quoted(near)}?" if near else f"known here: {', '.join(known)}"


def _reply_hint(key: str) -> str:
    if key in LOGON_REASONS:
        near = quoted(Outcome.LOGON_FAILED)
        return f"did you mean {near}? A failed logon has one text, which does not tell what was wrong with it"
    if key in [*Outcome]:
        return f"what ends so has a reason, and each reason its text; known here: {', '.join(REPLY_KEYS)}"
    return _key_hint(key, REPLY_KEYS)


def _example(path: Path) -> str:
    """How the first built-in entry of the family has a key."""
    family, _, name = path
    if name == "password":
        return 'write password = "…", or password_file = "FILE", or password_env = "NAME"'
    first = next(iter(builtin_entries(family).values()), None)
    if first is None:
        return f'write {name} = "…"'
    entry = first.entries[name]
    assert isinstance(entry, Leaf)
    return f"write for example {name} = {shown(entry.value)}"
