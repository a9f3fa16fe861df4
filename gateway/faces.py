"""What page and API are given of a running gateway, and their listener. Part of the composition root."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial

import trio

from gateway import __version__, config
from gateway.addresses import ask, lan_address, reached_at
from gateway.desk.desk import Audience, Desk, Place, Setting
from gateway.desk.glancing import Glances
from gateway.desk.statistics import Statistics
from gateway.desk.watching import Watch
from gateway.errors import SettingsError, Unusable
from gateway.frontends.base import loopback_only
from gateway.importer.accept import Importer
from gateway.importer.replies import Replies
from gateway.importer.report import Known
from gateway.importer.zones import Zones
from gateway.listeners import Listening, Places, Web
from gateway.model import unfiled_zone
from gateway.stores.base import Store


def audience(settings: config.Settings, store: Store, zones: Zones) -> Audience:
    """Who is told of every attempt."""
    return Audience(Watch(store, partial(_watched, settings, zones)), Glances(store), Statistics())


def desk(
    settings: config.Settings,
    places: Places,
    *,
    store: Store,
    importer: Importer,
    audience: Audience,
    zones: Zones,
    replies: Replies,
) -> Desk:
    """What page and API are given."""
    return Desk(
        store=store,
        importer=importer,
        audience=audience,
        zones=zones,
        places=tuple(_places(places.hosts)),
        settings=tuple([Setting(entry.key, entry.value, entry.origin) for entry in config.entries(settings)]),
        known=partial(_known, settings, zones, replies),
        missing=partial(_missing, places.hosts),
        read_only=settings.http.read_only,
        version=__version__,
    )


@asynccontextmanager
async def facing(desk: Desk, http: config.HttpSettings, web: Web) -> AsyncIterator[None]:
    """Serve page and API within the context; pages that are open do not hold up its end.

    Raises `SettingsError` where the certificate cannot be used.
    """
    closing = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.watch.run)
        nursery.start_soon(desk.glances.run)
        async with trio.open_nursery() as serving:
            await serving.start(partial(_serve, desk, http, web, closing))
            try:
                yield
            finally:
                closing.set()
        nursery.cancel_scope.cancel()


async def _serve(
    desk: Desk,
    http: config.HttpSettings,
    web: Web,
    closing: trio.Event,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    from gateway.frontends.http import listener, site

    tls = None
    if http.tls_cert:
        try:
            tls = listener.tls_context(http.tls_cert, http.tls_key)
        except Unusable as error:
            raise SettingsError(f"http.tls_cert and http.tls_key cannot be used: {error}") from error
    made = site.site(desk, token=http.token.reveal(), names=http.names, port=web.bound.port, secure=bool(tls))

    async def closed() -> None:
        await closing.wait()
        made.close()

    await listener.serve(
        made.app, web.listeners, connections=http.connections, tls=tls, closing=closed, task_status=task_status
    )


def _watched(settings: config.Settings, zones: Zones) -> list[str]:
    """Keys of all zones that attempts are kept under."""
    return [*zones.by_key, *map(unfiled_zone, settings.hosts)]


def _known(settings: config.Settings, zones: Zones, replies: Replies) -> Known:
    """What the settings say, and the zones that were made since."""
    return Known(settings.model_hosts(), zones.by_key, settings.profiles, settings.merge_methods, replies)


def _places(hosts: Sequence[Listening]) -> Iterator[Place]:
    for host, _, bound in hosts:
        only_here = loopback_only(bound.address)
        everywhere = reached_at(bound.address) != bound.address
        address = (lan_address() or reached_at(bound.address)) if everywhere else bound.address
        yield Place(host.key, host.names, address, bound.port, only_here, bound.instead_of)


async def _missing(hosts: Sequence[Listening]) -> Mapping[str, str]:
    """Those whose listener does not answer, or not as this host, each with the reason."""
    found: dict[str, str] = {}

    async def look(one: Listening) -> None:
        answer = await ask(reached_at(one.bound.address), one.bound.port)
        if answer.fault or answer.is_of_another(one.host.key):
            found[one.host.key] = answer.fault or f"the host {answer.host} answers there"

    async with trio.open_nursery() as nursery:
        for one in hosts:
            nursery.start_soon(look, one)
    return found
