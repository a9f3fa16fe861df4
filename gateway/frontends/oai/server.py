"""OAI-PMH at Alma's path, `/view/oai/CODE/request`: who may ask a zone's repository, and its six verbs.

Keeps nothing of a harvest, and changes nothing but that records come to be published which a set publishes at once.
"""

import ipaddress
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

import structlog

from gateway.errors import NotFound, StoreError
from gateway.frontends.http.views import Address, Answer, Asked, zone_at
from gateway.frontends.oai import dates, layout, tokens
from gateway.frontends.oai.formats import FORMATS
from gateway.frontends.oai.layout import Part
from gateway.frontends.oai.listing import NO_PROFILE, NO_SETS, PIECE, Lists, Wanted, unknown
from gateway.frontends.oai.wire import NOT_UNDERSTOOD, TOKEN, Code, Refused, Request, Verb, request
from gateway.model import Repository, Zone
from gateway.publishing import Publisher

ARGUMENTS: Final = 100
"""Arguments of a request that are looked at; the longest good one has five."""
RETRY_SECONDS: Final = 10
"""After which a harvester may come back when the store does not answer: harvesters know the 503 that says so."""

NO_CODE: Final = "Problem with url - institution code is missing"
NO_REPOSITORY: Final = "OAI Repository definition doesnt exist for this Institution"
NOT_ACTIVE: Final = "OAI Repository is not active for this Institution"
"""[doc] Alma's words; that they come as `badArgument` is assumed."""
NOT_ALLOWED: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    "<error><error_code>21</error_code><error_description>Unauthorized access to the OAI services \N{EN DASH} please "
    "contact the system administrator for assistance</error_description></error>\n"
).encode()
"""[doc, seen] Code and words; the elements around them are assumed. Comes with the status 403 [seen]."""
NO_EMAIL: Final = "nobody@gateway.invalid"
"""The protocol wants an address; `invalid` is nobody's (RFC 2606)."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAPPED_BITS: Final = 96
"""Before the address of IPv4 in one of IPv6, `::ffff:192.0.2.1` (RFC 4291, 2.5.5.2)."""


class _Context(NamedTuple):
    """Whom a request reached."""

    zone: Zone
    repository: Repository
    url: str

    @property
    def name(self) -> str:
        """Of the repository, in identifiers."""
        return f"alma.{self.zone.code}"

    @property
    def identifiers(self) -> str:
        """How those of its records begin."""
        return f"oai:{self.name}:"

    @property
    def strict(self) -> bool:
        """Whether it keeps to the protocol where Alma does not."""
        return self.repository.dialect == "strict"

    @property
    def prefixes(self) -> list[str]:
        """Of the formats that it has."""
        return [prefix for prefix in self.repository.prefixes if prefix in FORMATS]


class _Body(NamedTuple):
    """What is answered, without what stands around it."""

    begun: Sequence[Part]
    rest: AsyncGenerator[Sequence[Part]] | None = None
    """What follows, of an answer that is long."""


class Oai:
    """The repositories of all zones."""

    def __init__(
        self, publisher: Publisher, zones: Mapping[str, Zone], *, clock: Callable[[], float] = time.time
    ) -> None:
        """`zones` by key, as they are just now."""
        self._publisher = publisher
        self._zones = zones
        self._clock = clock
        self._lists = Lists(publisher)
        self._verbs: Mapping[Verb, Callable[[_Context, Request], Awaitable[_Body]]] = {
            Verb.IDENTIFY: self._identify,
            Verb.LIST_METADATA_FORMATS: self._list_formats,
            Verb.LIST_SETS: self._list_sets,
            Verb.GET_RECORD: self._get_record,
            Verb.LIST_IDENTIFIERS: self._list,
            Verb.LIST_RECORDS: self._list,
        }

    async def answer(self, asked: Asked) -> Answer:
        """The view. Raises `NotFound` for a path that leads to no repository."""
        now = dates.written(int(self._clock()))
        asking: Request | None = None
        try:
            zone = self._zone(asked)
            repository = await self._publisher.repository(zone.key)
            if not repository.active:
                raise Refused(Code.BAD_ARGUMENT, NOT_ACTIVE)
            if repository.addresses and not _allowed(repository.addresses, asked.address):
                return Answer(layout.CONTENT_TYPE, NOT_ALLOWED, 403)
            asking = request(_arguments(asked))
            body = await self._verbs[asking.verb](_Context(zone, repository, asked.url), asking)
        except Refused as refused:
            body = _Body([layout.error(refused.code, refused.words)])
            asking = None if refused.code in NOT_UNDERSTOOD else asking
        except StoreError as error:
            structlog.get_logger("gateway.oai").warning("oai.failed", path=asked.path, error=str(error))
            return Answer("text/plain", b"", 503, [(b"retry-after", b"%d" % RETRY_SECONDS)])
        repeated = {"verb": asking.verb.value, **asking.arguments} if asking else {}
        head = layout.begin(now, asked.url, repeated)
        if body.rest is not None:
            return Answer(layout.CONTENT_TYPE, _streamed([head, *body.begun], body.rest))
        return Answer(layout.CONTENT_TYPE, b"".join((head, *body.begun, layout.FOOT)))

    def _zone(self, asked: Asked) -> Zone:
        """Whose repository the path names. Raises `Refused`, `NotFound`."""
        _, *rest = asked.path.split("/")
        if rest in ([], [""]) or rest[0] == "request":
            raise Refused(Code.BAD_ARGUMENT, NO_CODE)
        if rest[1:2] != ["request"]:
            raise NotFound(f"OAI-PMH is at oai/{rest[0]}/request")
        zone = zone_at(self._zones, rest[0], asked.hosts)
        if zone is None:
            raise Refused(Code.BAD_ARGUMENT, NO_REPOSITORY)
        return zone

    async def _identify(self, context: _Context, _: Request) -> _Body:
        earliest = dates.written(await self._publisher.earliest(context.zone.key))
        # Most institution codes begin with a digit, and have a `_`: the schema of what is said here has no such names.
        described = "" if context.strict and not layout.REPOSITORY.fullmatch(context.name) else context.name
        of = layout.Identity(context.zone.code, context.url, NO_EMAIL, earliest, dates.GRANULARITY, described)
        return _Body([layout.identify(of)])

    async def _list_formats(self, context: _Context, asking: Request) -> _Body:
        if identifier := asking.get("identifier"):
            mms_id = _mms_id(context, identifier)
            if await self._publisher.one(context.zone.key, mms_id, await self._sets(context)) is None:
                raise unknown()
        return _Body([layout.formats(FORMATS[prefix].format for prefix in context.prefixes)])

    async def _list_sets(self, context: _Context, asking: Request) -> _Body:
        if asking.get(TOKEN):
            raise Refused(Code.BAD_RESUMPTION_TOKEN, "the list of sets is given whole")
        named = [(one.key, one.name) for one in await self._publisher.profiles(context.zone.key) if one.key]
        if not named:
            raise Refused(Code.NO_SET_HIERARCHY, NO_SETS)
        return _Body([layout.sets(named)])

    async def _get_record(self, context: _Context, asking: Request) -> _Body:
        mms_id = _mms_id(context, asking.get("identifier"))
        place = tokens.Place("", "", "", _prefix(context, asking.get("metadataPrefix")))
        wanted = _wanted(context, asking, place, await self._sets(context))
        return _Body(await self._lists.record(wanted, mms_id))

    async def _list(self, context: _Context, asking: Request) -> _Body:
        resumed = TOKEN in asking.arguments
        place = tokens.read(asking.get(TOKEN)) if resumed else _beginning(asking)
        try:
            _prefix(context, place.prefix)
            wanted = _wanted(context, asking, place, await self._sets(context))
        except Refused as refused:
            if resumed:
                raise Refused(Code.BAD_RESUMPTION_TOKEN, refused.words) from refused
            raise
        pieces = self._lists.page(wanted)
        first = await anext(pieces)
        if wanted.most > PIECE:
            return _Body(first, pieces)
        await pieces.aclose()
        return _Body(first)

    async def _sets(self, context: _Context) -> list[str]:
        """Keys of all sets; where a zone was given none that of the one which every zone has, an empty one."""
        return [profile.key for profile in await self._publisher.profiles(context.zone.key)]


def _arguments(asked: Asked) -> Sequence[tuple[str, str]]:
    """Of the form that was posted, else of the query. Raises `Refused`."""
    sent = asked.body if asked.method == "POST" and asked.body else asked.query
    try:
        return parse_qsl(sent.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=ARGUMENTS)
    except ValueError as error:
        raise Refused(Code.BAD_ARGUMENT, "the arguments are no text in UTF-8, or far too many") from error


def _beginning(asking: Request) -> tokens.Place:
    return tokens.Place(*map(asking.get, ("from", "until", "set", "metadataPrefix")))


def _wanted(context: _Context, asking: Request, place: tokens.Place, keys: Sequence[str]) -> Wanted:
    """`keys`: of all sets of the zone. Raises `Refused` for a set that is none of them, and for dates that are none."""
    sets = _chosen(keys, place.set_)
    return Wanted(
        asking.verb,
        context.zone.key,
        layout.text(context.identifiers),
        place,
        dates.first(place.from_),
        dates.last(place.until),
        sets,
        [key for key in sets if key] if len(sets) == 1 else (),
        alone=len(keys) == 1,
        most=context.repository.page,
        resumed=TOKEN in asking.arguments,
        strict=context.strict,
    )


def _chosen(keys: Sequence[str], set_: str) -> Sequence[str]:
    """The set that is asked for, or all. Raises `Refused`."""
    if not set_:
        return keys
    if not any(keys):
        raise Refused(Code.NO_SET_HIERARCHY, NO_SETS)
    if set_ not in keys:
        raise Refused(Code.NO_RECORDS_MATCH, NO_PROFILE)
    return [set_]


def _prefix(context: _Context, prefix: str) -> str:
    if prefix not in context.prefixes:
        raise Refused(Code.CANNOT_DISSEMINATE_FORMAT, f"there is no {prefix}; there are {', '.join(context.prefixes)}")
    return prefix


def _mms_id(context: _Context, identifier: str) -> str:
    mms_id = identifier.removeprefix(context.identifiers)
    if mms_id == identifier or not (mms_id.isascii() and mms_id.isdigit()):
        raise unknown()
    return mms_id


async def _streamed(begun: Sequence[Part], rest: AsyncGenerator[Sequence[Part]]) -> AsyncGenerator[bytes]:
    """A whole document."""
    async with aclosing(rest):
        yield b"".join(begun)
        async for piece in rest:
            yield b"".join(piece)
        yield layout.FOOT


@lru_cache(maxsize=1_000)
def _networks(addresses: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(map(_network, addresses))


def _network(text: str) -> _Network:
    """One of IPv4 that was written as IPv6 as what it is: so are the addresses of clients."""
    network = ipaddress.ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is None or network.prefixlen < _MAPPED_BITS:
        return network
    return ipaddress.IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))


def _allowed(addresses: tuple[str, ...], client: Address) -> bool:
    return any(client in network for network in _networks(addresses))
