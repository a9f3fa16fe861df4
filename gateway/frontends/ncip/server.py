"""NCIP at Alma's addresses: each message to the zone it is for, the answer back, and the exchange kept for people.

Alma only answers, and never asks. Source: spec, oai-ncip.md.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import structlog
import trio

from gateway.circulation.exchanges import cut, kept
from gateway.circulation.lending import Lender, Refused
from gateway.errors import GatewayError, NotFound
from gateway.frontends.http.views import Answer, Asked, zone_at
from gateway.frontends.ncip import problems, reading, wire
from gateway.frontends.ncip.layout import Edition, Service, Tag
from gateway.frontends.ncip.services import Case, Wrong, carry_out
from gateway.frontends.ncip.wire import Message, Problem
from gateway.model import Exchange, Zone, unfiled_zone
from gateway.stores.base import Store

EDITIONS: Final = {"NCIPServlet": Edition.TWO, "NCIPServlet/v1": Edition.ONE}
"""By path: Alma has an address for each [doc]."""

SERVICES: Final = frozenset(Service)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class _Heard:
    """What is known of an exchange, as far as it has been read."""

    def __init__(self) -> None:
        self.message: Message | None = None
        self.zone: Zone | None = None

    @property
    def service(self) -> str:
        return self.message.service if self.message else ""


class Ncip:
    """The view, of all zones."""

    def __init__(
        self,
        store: Store,
        lender: Lender,
        zones: Mapping[str, Zone],
        *,
        partners: Callable[[str], Sequence[str]],
        profile_checked: Collection[str],
        kept: Callable[[], object] = lambda: None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """`zones` by key, as they are just now; `partners` of a zone, by its key; `profile_checked`:
        services that want a partner's code. `kept` is called when exchanges can be read. `clock` is UTC.
        """
        self._store = store
        self._lender = lender
        self._zones = zones
        self._partners = partners
        self._profile_checked = frozenset(profile_checked)
        self._kept = kept
        self._clock = clock
        self._log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.ncip").bind()

    async def answer(self, asked: Asked) -> Answer:
        """Answer a message. Raises `NotFound` for another address.

        What comes by another method than POST is none: where nothing may be changed that alone is held up.
        """
        edition = EDITIONS.get(asked.path.rstrip("/"))
        if edition is None:
            raise NotFound(f"there is no {asked.path}; NCIP 2 goes to NCIPServlet, NCIP 1 to NCIPServlet/v1")
        body = asked.body if asked.method == "POST" else b""
        at, began = self._clock(), trio.current_time()
        heard = _Heard()
        content: list[Tag] = []
        problem = None
        try:
            content = await self._done(asked, body, edition, heard)
        except Wrong as wrong:
            problem = wrong.problem
        except Refused as why:
            problem = problems.refused(why, Service(heard.service))
        except GatewayError as error:
            self._log.warning("ncip.failed", service=heard.service, error=str(error))
            problem = problems.problem(problems.FAILED, heard.service)
        answered = _answer(edition, heard, [problem.tag] if problem else content)
        exchange = Exchange(
            at=at,
            zone=heard.zone.key if heard.zone else unfiled_zone(asked.hosts[0]),
            peer=str(asked.address),
            protocol=edition,
            service=cut(heard.service),
            problem=problem.kind if problem else "",
            element=cut(problem.element) if problem else "",
            value=cut(problem.value) if problem else "",
            subject=" ".join(map(cut, heard.message.named)) if heard.message else "",
            asked=kept(body),
            answered=kept(answered),
            seconds=trio.current_time() - began,
        )
        self._store.note_exchange(exchange, self._kept)
        self._tell(exchange)
        return Answer(wire.CONTENT_TYPE, answered)

    async def _done(self, asked: Asked, body: bytes, edition: Edition, heard: _Heard) -> list[Tag]:
        """Do what is asked, and say what goes into the answer. Raises `Wrong`, `Refused`, `GatewayError`."""
        try:
            heard.message = message = wire.message(reading.read(body))
        except (reading.Unread, wire.NoMessage) as error:
            raise Wrong(Problem(problems.UNREAD.words, value=str(error))) from error
        if message.edition is not edition:
            raise Wrong(Problem(problems.UNREAD.words, f"//{message.service}", message.edition))
        heard.zone = zone = self._zone(message, asked.hosts)
        if message.service not in SERVICES:
            raise Wrong(problems.problem(problems.UNSUPPORTED, message.service))
        service = Service(message.service)
        if service in self._profile_checked:
            self._check_profile(message, zone)
        case = Case(self._lender, self._store, zone, message, str(asked.address), self._clock())
        return await carry_out(service, case)

    def _zone(self, message: Message, hosts: Sequence[str]) -> Zone:
        """The zone of the institution that it is for, or where it says none, of the one that it is from."""
        agency = message.to_agency or message.from_agency
        zone = zone_at(self._zones, agency, hosts)
        if zone is None:
            raise Wrong(problems.problem(problems.UNKNOWN_AGENCY, message.service, problems.AGENCY, agency))
        return zone

    def _check_profile(self, message: Message, zone: Zone) -> None:
        """In the first edition LookupUser may have the partner's code as its agency's authentication [doc]."""
        also = message.edition is Edition.ONE and message.service == Service.LOOKUP_USER
        named = message.profile or (message.credential if also else "")
        if named not in self._partners(zone.key):
            wrong = problems.problem(problems.UNKNOWN_PARTNER, message.service, problems.PROFILE, message.profile)
            raise Wrong(wrong)

    def _tell(self, exchange: Exchange) -> None:
        told = {"zone": exchange.zone, "peer": exchange.peer, "service": exchange.service}
        if exchange.problem:
            self._log.info("ncip.refused", **told, problem=exchange.problem, element=exchange.element)
        else:
            self._log.debug("ncip.done", **told)


def _answer(edition: Edition, heard: _Heard, content: Sequence[Tag]) -> bytes:
    """From the zone, or from whom the message was meant for; to who sent it.

    A problem stands alone where no service of Alma's was asked for [assumed].
    """
    message = heard.message
    if message is None or message.service not in SERVICES:
        return wire.answer(edition, "", content)
    own = heard.zone.code if heard.zone else message.to_agency
    header = wire.header(own, message.from_agency)
    return wire.answer(edition, message.service, [header, *content], agency=own)
