"""SRU at Alma's path, `/view/sru/CODE`: a zone is searched in CQL, and tells what can be searched.

It is open to everybody [doc: no user is asked for], and changes nothing. In Alma it has to be switched on; here every
zone has it.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import structlog
import trio

from gateway.errors import BadQuery, NotFound, StoreError
from gateway.frontends.http.views import Answer, Asked, zone_at
from gateway.frontends.sru import layout
from gateway.frontends.sru.records import shown
from gateway.frontends.sru.wire import LAST_RECORD, Explain, Refused, SearchRetrieve, request
from gateway.model import Zone
from gateway.search import cql
from gateway.search.cql_indexes import ALMA, INDEXES, SETS
from gateway.search.cql_tokens import Wrong
from gateway.search.evaluate import TooShort
from gateway.stores.base import Found, Listed, Store

ARGUMENTS: Final = 100
"""Arguments of a request that are looked at; the longest good one has some ten."""
WRITTEN_HERE: Final = 50_000
"""Octets of MARC up to which records are written where exports are taken: some 5 ms. What is more goes to a thread."""
WRITING: Final = 2
"""Pages that are written in threads at once: these contend for the interpreter with those who export."""
TRIES: Final = 3
"""How often a search begins anew where the zone's index is made anew meanwhile, which is rare."""
PORTS: Final = {"http": 80, "https": 443}


class Sru:
    """The SRU servers of all zones."""

    def __init__(self, store: Store, zones: Mapping[str, Zone]) -> None:
        """`zones` by key, as they are just now."""
        self._store = store
        self._zones = zones
        self._writing = trio.CapacityLimiter(WRITING)

    async def answer(self, asked: Asked) -> Answer:
        """The view. What is wrong is told in SRU's own way, with the status 200."""
        explaining = False
        try:
            zone = self._zone(asked)
            wanted = request(_arguments(asked))
            explaining = isinstance(wanted, Explain)
            body = explained(zone, asked) if isinstance(wanted, Explain) else await self._searched(zone, wanted)
        except Refused as refused:
            body = layout.refused(refused.diagnostic, explaining=explaining)
        except StoreError as error:
            structlog.get_logger("gateway.sru").warning("sru.failed", path=asked.path, error=str(error))
            body = layout.refused(Refused(2).diagnostic)
        return Answer(layout.CONTENT_TYPE, body)

    def _zone(self, asked: Asked) -> Zone:
        code = asked.path.partition("/")[2].strip("/")
        zone = zone_at(self._zones, code, asked.hosts)
        if zone is None:
            raise Refused(235, code[:50], f"there is no institution {code[:50]}" if code else "the path names none")
        return zone

    async def _searched(self, zone: Zone, wanted: SearchRetrieve) -> bytes:
        query = _asked(wanted.query)
        for _ in range(TRIES):
            try:
                total, listed = await self._found(zone, query, wanted)
            except NotFound:  # what was found means nothing any more
                continue
            records = await self._written(listed, wanted.schema, zone.code)
            following = wanted.first + len(listed)
            return layout.found(
                total,
                records,
                first=wanted.first,
                following=following if listed and following <= total else 0,
                schema=wanted.schema,
                as_text=wanted.as_text,
            )
        raise Refused(2, "", "the zone's index is made anew just now; ask again")

    async def _found(self, zone: Zone, query: cql.Asked, wanted: SearchRetrieve) -> tuple[int, Sequence[Listed]]:
        """How many there are, and the records that are wanted. Raises `NotFound`, `Refused`.

        What is suppressed from discovery is among them, as in Alma, whose clients leave it out by the query [seen].
        """
        place = wanted.first - 1
        ahead = wanted.most if place == 0 and not query.by else 0
        try:
            found = await self._store.find_records(zone.key, query.query, read=ahead)
        except TooShort as error:
            raise Refused(29, "", str(error)) from error
        except BadQuery as error:
            raise Refused(48, "", str(error)) from error
        if place >= LAST_RECORD and place < found.result.total:
            raise Refused(61, str(wanted.first), f"{LAST_RECORD:,} records can be had; narrow the search")
        numbers = await self._numbers(zone, query, found, place, wanted.most)
        if len(found.read) >= len(numbers) and ahead:
            return found.result.total, found.read[: len(numbers)]
        listed = await self._store.found_inventory(zone.key, numbers, found.epoch) if numbers else []
        return found.result.total, listed

    async def _numbers(self, zone: Zone, query: cql.Asked, found: Found, place: int, most: int) -> Sequence[int]:
        if most == 0 or not query.by:
            return found.result.numbers(place, most) if most else []
        every = await self._store.sort_records(zone.key, found.result.numbers(), found.epoch, query.by)
        return every[place : place + most]

    async def _written(self, listed: Sequence[Listed], schema: str, code: str) -> list[layout.Shown]:
        def write() -> list[layout.Shown]:
            return [shown(one, schema, code) for one in listed]

        octets = sum([len(one.there.record.marc) for one in listed if one.there])
        return write() if octets <= WRITTEN_HERE else await trio.to_thread.run_sync(write, limiter=self._writing)


def explained(zone: Zone, asked: Asked) -> bytes:
    """What a zone tells of itself."""
    scheme, _, rest = asked.url.partition("://")
    name, _, path = rest.partition("/")
    try:
        url = urlsplit(f"//{name}")
        host, port = url.hostname or "", url.port or PORTS[scheme]
    except ValueError:  # a client says what it likes of the name by which it asks
        host, port = "", PORTS[scheme]
    indexes = [layout.Index(ALMA, one.name, one.title, one.relations, one.sort is not None) for one in INDEXES]
    server = layout.Server(host, port, path.lstrip("/"), zone.code, [*SETS.items()], indexes)
    return layout.explained(server)


def _asked(query: str) -> cql.Asked:
    try:
        return cql.parse(query)
    except Wrong as wrong:
        raise Refused(wrong.diagnostic, wrong.details, str(wrong)) from wrong


def _arguments(asked: Asked) -> Sequence[tuple[str, str]]:
    """Of the form that was posted, else of the query."""
    sent = asked.body if asked.method == "POST" and asked.body else asked.query
    read = partial(parse_qsl, keep_blank_values=True, max_num_fields=ARGUMENTS)
    try:
        return read(sent.decode("ascii"), errors="strict")
    except UnicodeDecodeError:
        raise Refused(6, "query", "the arguments are no text in UTF-8") from None
    except ValueError as error:
        raise Refused(6, "", f"there are more than {ARGUMENTS} arguments") from error
