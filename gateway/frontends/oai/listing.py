"""Lists of records and of their headers: page by page along the MMS IDs, a piece of a page at a time."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

import trio

from gateway.frontends.oai import dates, layout
from gateway.frontends.oai.formats import FORMATS, Way
from gateway.frontends.oai.layout import Part
from gateway.frontends.oai.tokens import Place
from gateway.frontends.oai.wire import Code, Refused, Verb
from gateway.publishing import Publisher
from gateway.stores.base import Published

PIECE: Final = 100
"""Records that are in memory at once, some 300 kB, however long a page is; a usual page is one piece."""
WRITING_AT_ONCE: Final = 2
"""Pieces of a page that are turned into Dublin Core or MODS at once, some 40 ms each: cores are left to others."""

NOTHING: Final = "there is no record of these dates in this set"
NO_PROFILE: Final = "No Publishing profile exists for given set and metadataPrefix"
"""[doc]"""
NO_SETS: Final = "The repository does not support sets"
"""[doc]"""


class Wanted(NamedTuple):
    """A page of a list."""

    verb: Verb
    zone: str
    """Its key."""
    identifiers: str
    """How those of its records begin, as XML has it."""
    place: Place
    since: int | None
    """Seconds since 1970, UTC; also that is meant."""
    until: int | None
    """The same."""
    sets: Sequence[str]
    """Keys of the sets that are looked in."""
    usual: Sequence[str]
    """setSpecs of a record of which nothing else is known: that of the one set that is looked in."""
    alone: bool
    """Whether the zone has no other set than that: then nobody need ask in which a record is."""
    most: int
    """Records of the page."""
    resumed: bool
    strict: bool
    """Whether a list that was in several pages ends with an empty token, as the protocol wants."""


class Piece(NamedTuple):
    """Some records of a page."""

    rows: list[Published]
    sets: Mapping[str, Sequence[str]]
    """By MMS ID the setSpecs of a record."""
    more: bool
    """Whether others come behind them."""


class Lists:
    """Makes them."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._writing = trio.CapacityLimiter(WRITING_AT_ONCE)

    async def page(self, wanted: Wanted) -> AsyncGenerator[Sequence[Part]]:
        """The pieces of the element that is answered, each in its parts; there is at least one.

        Raises `Refused`, where nothing has been given yet, and `StoreError`.
        """
        left, after = wanted.most, wanted.place.after
        begin, end = b"<%b>" % wanted.verb.encode(), b"</%b>" % wanted.verb.encode()
        while left:
            piece = await self._piece(wanted, after, min(left, PIECE))
            if not piece.rows and left == wanted.most:
                raise Refused(Code.NO_RECORDS_MATCH, NOTHING)
            left = left - len(piece.rows) if piece.more else 0
            after = piece.rows[-1].mms_id if piece.rows else after
            written = await self._written(wanted, piece)
            yield [begin, *written, *([] if left else [_end(wanted, piece.more, after), end])]
            begin = b""

    async def record(self, wanted: Wanted, mms_id: str) -> Sequence[Part]:
        """The answer of `GetRecord`. Raises `Refused` where it was never published, and `StoreError`."""
        row = await self._publisher.one(wanted.zone, mms_id, wanted.sets)
        if row is None:
            raise unknown()
        written = await self._written(wanted, Piece([row], await self._sets(wanted, [row]), more=False))
        return [b"<GetRecord>", *written, b"</GetRecord>"]

    async def _piece(self, wanted: Wanted, after: str, most: int) -> Piece:
        rows = await self._publisher.page(
            wanted.zone,
            wanted.sets,
            after=after,
            since=wanted.since,
            until=wanted.until,
            limit=most + 1,
        )
        shown = rows[:most]
        return Piece(shown, await self._sets(wanted, shown), len(rows) > most)

    async def _sets(self, wanted: Wanted, rows: Sequence[Published]) -> Mapping[str, Sequence[str]]:
        if wanted.alone:
            return {}
        return await self._publisher.sets_of(wanted.zone, [row.mms_id for row in rows])

    async def _written(self, wanted: Wanted, piece: Piece) -> Sequence[Part]:
        if wanted.verb is Verb.LIST_IDENTIFIERS:
            return [_header(wanted, piece, row).encode() for row in piece.rows]
        way = FORMATS[wanted.place.prefix]
        write: Callable[[], Sequence[Part]] = partial(_records, wanted, piece, way)
        return await trio.to_thread.run_sync(write, limiter=self._writing) if way.slow else write()


def _records(wanted: Wanted, piece: Piece, way: Way) -> Sequence[Part]:
    parts: list[Part] = []
    for row in piece.rows:
        parts += layout.record(_header(wanted, piece, row), () if row.deleted else way.write(row.form))
    return parts


def _header(wanted: Wanted, piece: Piece, row: Published) -> str:
    """With every set of the record [doc, seen]; one that is deleted has the set that it has left, too."""
    sets = piece.sets.get(row.mms_id) or wanted.usual
    if deleted := row.deleted:
        sets = sorted({*sets, *wanted.usual})
    return layout.header(wanted.identifiers + row.mms_id, dates.written(row.at), sets, deleted=deleted)


def _end(wanted: Wanted, more: bool, after: str) -> bytes:
    """[seen] Alma's last page has no token; the protocol (3.5) wants an empty one."""
    if more:
        return layout.token(wanted.place._replace(after=after).token)
    return layout.token("") if wanted.resumed and wanted.strict else b""


def unknown() -> Refused:
    """Why a record is not shown."""
    return Refused(Code.ID_DOES_NOT_EXIST, "this repository has published no such record")
