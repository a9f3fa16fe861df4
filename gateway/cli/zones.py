"""`gateway zones`: where each zone is reached, and how records come into it. Reads the settings, opens no store."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import click

from gateway.cli.options import Options
from gateway.cli.output import echo_json, echo_text
from gateway.cli.reading import check_zone
from gateway.config import Settings
from gateway.model import Facts, Outcome, Reason, Receipt, Zone

if TYPE_CHECKING:
    from gateway.importer.replies import Replies

LABEL_COLUMNS: Final = 21
PROFILE_COLUMNS: Final = 57
"""Alma's longest label, and a gap."""


@click.command()
@click.argument("key", metavar="[ZONE]", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a zone.")
@click.pass_obj
def zones(options: Options, key: str | None, as_json: bool) -> None:
    """Show the zones.

    What to type into Connexion for each, and its integration profile in Alma's words.
    """
    from gateway.rulebook import rulebook

    settings = options.settings()
    check_zone(settings, key, named="ZONE")
    replies = rulebook(settings).replies
    chosen = [zone for zone in settings.model_zones().values() if key in (None, zone.key)]
    if as_json:
        for zone in chosen:
            echo_json(_object(settings, zone))
    elif not chosen:
        click.echo("no zones", err=True)
    else:
        echo_text("\n\n".join("\n".join(_lines(settings, zone, replies)) for zone in chosen))


def _object(settings: Settings, zone: Zone) -> dict[str, object]:
    """A zone for programs."""
    host = settings.hosts[zone.host]
    return {
        "zone": zone.key,
        "code": zone.code,
        "kind": zone.kind,
        "host": zone.host,
        "host_names": host.names,
        "address": host.address,
        "port": host.connexion,
        "network": zone.network,
        "mms_suffix": zone.mms_suffix,
        "profiles": zone.profiles,
        "profile": _profile(settings, zone),
    }


def _profile(settings: Settings, zone: Zone) -> dict[str, str] | None:
    """Alma's labels and values; None where not exactly one profile is named."""
    from gateway.importer.profile import words

    if len(zone.profiles) != 1:
        return None
    return words(settings.profiles[zone.profiles[0]], settings.merge_methods)


def _lines(settings: Settings, zone: Zone, replies: "Replies") -> Iterator[str]:
    """A zone for people."""
    yield zone.key
    labelled = {
        "Logon ID": zone.code,
        "Kind": zone.kind,
        "Host": _host(settings, zone),
        "Reached at": _reached_at(settings, zone),
        "Network": _network(settings, zone),
        "MMS IDs end with": zone.mms_suffix,
    }
    for label, value in labelled.items():
        if value:
            yield f"  {label:{LABEL_COLUMNS}}{value}"
    profile = _profile(settings, zone)
    if profile is None:
        yield f"  {_no_profile(zone, replies)}"
        return
    [name] = zone.profiles
    yield f"  {'Integration profile':{LABEL_COLUMNS}}{name} ({settings.profiles[name].title})"
    for label, value in profile.items():
        yield f"    {label:{PROFILE_COLUMNS}}{value}"


def _host(settings: Settings, zone: Zone) -> str:
    names = settings.hosts[zone.host].names
    return f"{zone.host} ({', '.join(names)})" if names else zone.host


def _reached_at(settings: Settings, zone: Zone) -> str:
    from gateway.cli.addresses import reached_at

    host = settings.hosts[zone.host]
    port = f"port {host.connexion}" if host.connexion else "any free port, which gateway serve says"
    return f"{reached_at(host.address)}, {port}"


def _network(settings: Settings, zone: Zone) -> str:
    return f"{zone.network} ({settings.zones[zone.network].code})" if zone.network else ""


def _no_profile(zone: Zone, replies: "Replies") -> str:
    """That no record comes in, and what is answered instead."""
    several = len(zone.profiles)
    which = f"{several} integration profiles ({', '.join(zone.profiles)})" if several else "No integration profile"
    reason = Reason.SEVERAL_NAMED if several else Reason.NONE_NAMED
    receipt = Receipt(zone.key, Outcome.NO_PROFILE, reason, facts=Facts(institution=zone.code))
    reply = ". ".join(replies.text(receipt).splitlines())
    return f'{which}: exports are answered "{reply}"'
