"""The part of a zone's page on scripts: what stands in its own and its host's, and a form of one step more for each."""

from typing import NamedTuple

from gateway.desk import scripts
from gateway.desk.desk import Desk
from gateway.desk.scripts import HostScript, ZoneScript
from gateway.frontends.ui.script_forms import Filled, Form, of_host, of_zone


class Section(NamedTuple):
    """All that the template shows."""

    script: ZoneScript
    form: Form
    host: str
    host_script: HostScript
    host_form: Form
    alone: bool
    """Whether scripts can be given."""


def section(desk: Desk, key: str, filled: Filled, host_filled: Filled) -> Section | None:
    """What there is to say of a zone's script and its host's; None for a zone that is not in force."""
    zone = desk.zones.by_key.get(key)
    if zone is None or zone.host not in desk.hosts.scripted:
        return None
    own, of_its_host = scripts.of_zone(desk, key), scripts.of_host(desk, zone.host)
    return Section(own, of_zone(filled), zone.host, of_its_host, of_host(host_filled), desk.alone)
