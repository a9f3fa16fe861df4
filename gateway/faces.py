"""What page and API are given of a running gateway, and their listener. Part of the composition root."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

import trio

from gateway import __version__, config
from gateway.addresses import ask, reached_at, why_not_searched
from gateway.circulation.lending import Lender, Policies
from gateway.desk.desk import Audience, Desk, Setting
from gateway.desk.glancing import Glances
from gateway.desk.statistics import Statistics
from gateway.desk.telling import body
from gateway.desk.watching import Watch
from gateway.desk.zones import absent
from gateway.errors import SettingsError, Unusable
from gateway.hosts import Hosts
from gateway.importer.accept import Importer
from gateway.importer.mms import mms_id
from gateway.importer.replies import Replies
from gateway.importer.report import Known
from gateway.importer.zones import Zones
from gateway.listeners import Bound, Listening, Web
from gateway.model import unfiled_zone
from gateway.published import published
from gateway.publishing import Publisher
from gateway.stores.base import Store
from gateway.webhooks.deliverer import Deliverer
from gateway.webhooks.signing import Root


def audience(settings: config.Settings, store: Store, zones: Zones) -> Audience:
    """Who is told of every attempt."""
    deliverer = Deliverer(store, Root(settings.webhooks.secret.reveal()), f"connexion-gateway/{__version__}")
    return Audience(
        Watch(store, partial(_watched, zones)),
        Glances(lambda limit: store.attempts(limit=limit)),
        Statistics(),
        deliverer,
    )


def desk(
    settings: config.Settings,
    hosts: Hosts,
    *,
    alone: bool,
    store: Store,
    importer: Importer,
    audience: Audience,
    zones: Zones,
    replies: Replies,
) -> Desk:
    """What page and API are given; `alone`: whether no other worker takes exports at the same hosts."""
    return Desk(
        store=store,
        importer=importer,
        audience=audience,
        zones=zones,
        hosts=hosts,
        lender=lender(settings, store, zones),
        publisher=Publisher(store, published(settings)),
        exchanges=Glances(lambda limit: store.exchanges(limit=limit)),
        partners=settings.partners_of,
        alone=alone,
        settings=tuple([Setting(entry.key, entry.value, entry.origin) for entry in config.entries(settings)]),
        known=partial(_known, settings, zones, replies),
        missing=partial(_missing, hosts),
        read_only=settings.http.read_only,
        version=__version__,
    )


def lender(settings: config.Settings, store: Store, zones: Zones) -> Lender:
    """Who lends what the zones have, by the policies of the settings."""
    said = settings.circulation
    policies = Policies(
        loan_days=said.loan_days,
        renewals=said.renewals,
        recall_days=said.recall_days,
        rules=tuple(said.policies.values()),
    )
    return Lender(store, policies, new_mms_id=partial(_mms_id, zones))


@asynccontextmanager
async def facing(desk: Desk, settings: config.Settings, web: Web) -> AsyncIterator[None]:
    """Serve page, API and views, tell webhooks, and publish, within the context; open pages do not hold up its end.

    Raises `SettingsError` where the certificate cannot be used.
    """
    closing = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(desk.watch.run)
        nursery.start_soon(desk.glances.run)
        nursery.start_soon(desk.exchanges.run)
        nursery.start_soon(desk.deliverer.run, partial(body, desk.known))
        nursery.start_soon(desk.publisher.keep_running)
        async with trio.open_nursery() as serving:
            await serving.start(partial(_serve, desk, settings, web, closing))
            try:
                yield
            finally:
                closing.set()
        nursery.cancel_scope.cancel()


async def _serve(
    desk: Desk,
    settings: config.Settings,
    web: Web,
    closing: trio.Event,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    from gateway.frontends.http import listener, site
    from gateway.views import views

    http = settings.http
    tls = None
    if http.tls_cert:
        try:
            tls = listener.tls_context(http.tls_cert, http.tls_key)
        except Unusable as error:
            raise SettingsError(f"http.tls_cert and http.tls_key cannot be used: {error}") from error
    made = site.site(
        desk,
        views(settings, desk),
        token=http.token.reveal(),
        names=http.names,
        port=web.bound.port,
        secure=bool(tls),
    )

    async def closed() -> None:
        await closing.wait()
        made.close()

    await listener.serve(
        made.app, web.listeners, connections=http.connections, tls=tls, closing=closed, task_status=task_status
    )


def _mms_id(zones: Zones, zone: str, ordinal: int) -> str:
    """Raises `NotFound` for a zone that has just been taken away."""
    if zone not in zones.by_key:
        raise absent(zones, zone)
    return mms_id(ordinal, zones.by_key[zone].mms_suffix)


def _watched(zones: Zones) -> list[str]:
    """Keys of all zones that attempts are kept under."""
    return [*zones.by_key, *map(unfiled_zone, zones.hosts)]


def _known(settings: config.Settings, zones: Zones, replies: Replies) -> Known:
    """What the settings say, and the zones that were made since."""
    return Known(zones.hosts, zones.by_key, settings.profiles, settings.merge_methods, replies)


async def _missing(hosts: Hosts, seconds: float) -> Mapping[str, str]:
    """Those whose listener does not answer, or not as this host, and ports of Z39.50 that do not, each with the reason.

    A host that has a script is not asked whether it takes exports: it is to do something else, and to ask would use a
    step up. One that is deleted meanwhile is not missing.
    """
    found: dict[str, str] = {}

    async def look(one: Listening) -> None:
        key = one.host.key
        answer = await ask(reached_at(one.bound.address), one.bound.port, seconds)
        if (answer.fault or answer.is_of_another(key)) and hosts.listening.get(key) is one:
            found[key] = answer.fault or f"the host {answer.host} answers there"

    async def look_where_searched(name: str, at: Bound) -> None:
        why = await why_not_searched(reached_at(at.address), at.port, seconds)
        if why is not None and name in hosts.searches.ports:
            found[name] = why

    async with trio.open_nursery() as nursery:
        for one in [one for key, one in hosts.listening.items() if hosts.servers[key].script is None]:
            nursery.start_soon(look, one)
        for name, at in hosts.searches.ports.items():
            nursery.start_soon(look_where_searched, name, at)
    return found
