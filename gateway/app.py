"""The composition root: from settings to a running gateway, and to its orderly end."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Final

import structlog
import trio

from gateway import config
from gateway.faces import audience, desk, facing
from gateway.frontends.base import Admission, open_files
from gateway.frontends.connexion.server import Patience, Server
from gateway.hosts import Hosts
from gateway.importer.accept import Importer
from gateway.importer.logon import Logons
from gateway.listeners import Places, Running, listening
from gateway.model import Host
from gateway.rulebook import rulebook, zones_of
from gateway.searches import searching
from gateway.stores import open_store
from gateway.stores.base import Retention

__all__ = ["Running", "admission", "running", "serving"]

SPARE_FILES: Final = 160
"""Open files that are no connections: listeners, two of each host made at run time among them, the store's, standard
streams, and one more connection to be told."""

UNEVENNESS: Final = 2
"""Connections of a peer that one worker may have, in shares: of a hundred that stay, one of four was seen with 43."""


@asynccontextmanager
async def running(settings: config.Settings, *, lan: bool = False) -> AsyncIterator[Running]:
    """Listen and serve within the context; at its end as `serving`.

    Raises `SettingsError` when a listener cannot be had, `StoreError` when the store cannot.
    """
    async with listening(settings, lan=lan) as places, serving(settings, places):
        yield Running.at(places)


@asynccontextmanager
async def serving(settings: config.Settings, places: Places, *, workers: int = 1) -> AsyncIterator[None]:
    """Serve those who connect; at the end stop accepting, finish what is in flight, close the store.

    As one of so many `workers` that have the same listeners: each takes its share of what the settings allow them all.
    Raises `StoreError` when the store cannot be opened or read, perhaps in a group, for a store may have tasks of its
    own (`errors.failing` takes it out); `SettingsError` when the settings make no rules.
    """
    zones = zones_of(settings)
    rules = rulebook(settings, zones.by_key)
    retention = Retention(settings.submissions.keep, _days(settings.submissions.keep_days))
    async with (
        open_store(settings.store.url, retention=retention) as store,
        trio.open_nursery() as connections,
    ):
        limits = settings.limits
        await zones.begin(store)
        logons = Logons(zones, longest_delay=limits.failed_logon_seconds)
        told = audience(settings, store, zones)
        importer = Importer(
            store,
            logons,
            rules.profiles,
            import_seconds=limits.import_seconds,
            audience=told,
            scripts=zones.scripts,
        )
        await importer.finish_pending()
        admitting = admission(limits, workers)
        patience = Patience(limits.first_byte_seconds, limits.message_seconds, limits.idle_seconds)

        def server(host: Host) -> Server:
            return Server(
                host,
                importer,
                admitting,
                replies=rules.replies,
                patience=patience,
                message_bytes=limits.message_bytes,
            )

        async with trio.open_nursery() as accepting:
            accepting.start_soon(importer.keep_finishing)
            accepting.start_soon(zones.keep_reading)
            async with AsyncExitStack() as pages:
                searches = await pages.enter_async_context(searching(settings, places, store, zones))
                hosts = Hosts(server, zones, store, searches=searches, accepting=accepting, connections=connections)
                for one in places.hosts:
                    hosts.serve(one)
                if places.web is not None:
                    at_desk = desk(
                        settings,
                        hosts,
                        alone=workers == 1,
                        store=store,
                        importer=importer,
                        audience=told,
                        zones=zones,
                        replies=rules.replies,
                    )
                    await pages.enter_async_context(facing(at_desk, settings, places.web))
                yield
            accepting.cancel_scope.cancel()
        zones.scripts.close()
        hosts.close()
        connections.cancel_scope.deadline = trio.current_time() + limits.shutdown_seconds
    hosts.tell_left()
    _log().info("gateway.stopped", not_kept={key: dict(server.counts) for key, server in hosts.servers.items()})


def admission(limits: config.LimitSettings, workers: int) -> Admission:
    """What one of so many workers admits: its share of all connections, and `UNEVENNESS` times its share of a peer's.

    The system does not spread connections evenly over those who wait for them.
    """
    share = max(1, limits.connections // workers)
    in_all = min(share, open_files() - SPARE_FILES)
    if in_all < share:
        _log().warning("gateway.few_open_files", connections=in_all, wanted=share)
    per_peer = max(1, limits.connections_per_peer * UNEVENNESS // workers)
    return Admission(in_all=in_all, per_peer=min(per_peer, limits.connections_per_peer))


def _log() -> structlog.stdlib.BoundLogger:
    log: structlog.stdlib.BoundLogger = structlog.get_logger("gateway.app")
    return log


def _days(days: int) -> timedelta | None:
    return timedelta(days=days) if days else None
