"""`gateway zones`: where each zone is reached, and how records come into it.

Reads the settings and, for the zones made at run time, the store; changes neither.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_text, local_time
from gateway.cli.reading import check_zone, zones_there_are
from gateway.config import Settings
from gateway.errors import StoreError
from gateway.model import Facts, Outcome, Reason, Receipt, Zone

if TYPE_CHECKING:
    from gateway.importer.replies import Replies
    from gateway.importer.zones import Zones

LABEL_COLUMNS: Final = 21
PROFILE_COLUMNS: Final = 57
"""Alma's longest label, and a gap."""


@click.command()
@click.argument("key", metavar="[ZONE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a zone.")
@click.pass_obj
def zones(options: Options, key: str | None, as_json: bool) -> None:
    """Show the zones.

    First those of the settings, then those made at run time. What to type into Connexion for each, and its integration
    profile in Alma's words.
    """
    from gateway.rulebook import rulebook

    settings = options.settings()
    replies = rulebook(settings).replies
    zones = _zones(settings)
    if key is not None and key not in zones.keys:
        check_zone(settings, key, named="ZONE")
    chosen = [_zone(zones, one) for one in zones.keys if key in (None, one)]
    if as_json:
        for zone in chosen:
            echo_json(_object(settings, zones, zone))
    elif not chosen:
        click.echo("no zones", err=True)
    else:
        echo_text("\n\n".join("\n".join(_lines(settings, zones, zone, replies)) for zone in chosen))


def _zones(settings: Settings) -> "Zones":
    """Those of the settings and of the store; where that cannot be read, those of the settings, and that is said."""
    from gateway.rulebook import zones_of

    try:
        return zones_there_are(settings)
    except StoreError as error:
        click.echo(f"gateway: zones made at run time are not shown: {error}", err=True)
        return zones_of(settings)


def _zone(zones: "Zones", key: str) -> Zone:
    """In force or left out."""
    return zones.by_key[key] if key in zones.by_key else zones.made[key].zone


def _object(settings: Settings, zones: "Zones", zone: Zone) -> dict[str, object]:
    """A zone for programs."""
    host = settings.hosts.get(zone.host)
    made = zones.made.get(zone.key)
    return {
        "zone": zone.key,
        "code": zone.code,
        "kind": zone.kind,
        "host": zone.host,
        "host_names": host.names if host else (),
        "address": host.address if host else None,
        "port": host.connexion if host else None,
        "network": zone.network,
        "mms_suffix": zone.mms_suffix,
        "profiles": zone.profiles,
        "profile": _profile(settings, zone),
        "made_at": made.at if made else None,
        "left_out": _left_out(zones, zone) or None,
    }


def _profile(settings: Settings, zone: Zone) -> dict[str, str] | None:
    """Alma's labels and values; None where not exactly one profile is named, or the settings have none of that name."""
    from gateway.importer.profile import words

    if len(zone.profiles) != 1 or zone.profiles[0] not in settings.profiles:
        return None
    return words(settings.profiles[zone.profiles[0]], settings.merge_methods)


def _lines(settings: Settings, zones: "Zones", zone: Zone, replies: "Replies") -> Iterator[str]:
    """A zone for people."""
    made = zones.made.get(zone.key)
    yield zone.key
    labelled = {
        "Logon ID": zone.code,
        "Kind": zone.kind,
        "Host": _host(settings, zone),
        "Reached at": _reached_at(settings, zone),
        "Network": _network(zones, zone),
        "MMS IDs end with": zone.mms_suffix,
        "Made": f"at run time, {local_time(made.at)}" if made else "in the settings",
        "Left out": _left_out(zones, zone),
    }
    for label, value in labelled.items():
        if value:
            yield f"  {label:{LABEL_COLUMNS}}{value}"
    if zone.key not in zones.by_key:
        return
    profile = _profile(settings, zone)
    if profile is None:
        yield f"  {_no_profile(zone, replies)}"
        return
    [name] = zone.profiles
    yield f"  {'Integration profile':{LABEL_COLUMNS}}{name} ({settings.profiles[name].title})"
    for label, value in profile.items():
        yield f"    {label:{PROFILE_COLUMNS}}{value}"


def _host(settings: Settings, zone: Zone) -> str:
    host = settings.hosts.get(zone.host)
    return f"{zone.host} ({', '.join(host.names)})" if host and host.names else zone.host


def _reached_at(settings: Settings, zone: Zone) -> str:
    from gateway.addresses import reached_at

    host = settings.hosts.get(zone.host)
    if host is None:
        return ""
    port = f"port {host.connexion}" if host.connexion else "any free port, which gateway serve says"
    return f"{reached_at(host.address)}, {port}"


def _network(zones: "Zones", zone: Zone) -> str:
    network = zones.by_key.get(zone.network or "")
    return f"{network.key} ({network.code})" if network else ""


def _left_out(zones: "Zones", zone: Zone) -> str:
    """Why a zone that was made is not in force; empty where it is."""
    faults = zones.left_out.get(zone.key, ()) if zone.key in zones.made else ()
    return "; ".join(f"{fault.field}: {fault.words}" for fault in faults)


def _no_profile(zone: Zone, replies: "Replies") -> str:
    """That no record comes in, and what is answered instead."""
    several = len(zone.profiles)
    which = f"{several} integration profiles ({', '.join(zone.profiles)})" if several else "No integration profile"
    reason = Reason.SEVERAL_NAMED if several else Reason.NONE_NAMED
    receipt = Receipt(zone.key, Outcome.NO_PROFILE, reason, facts=Facts(institution=zone.code))
    reply = ". ".join(replies.text(receipt).splitlines())
    return f'{which}: exports are answered "{reply}"'
