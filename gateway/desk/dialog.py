"""What to type into Connexion's dialog for a zone, label by label, and why.

Source: CARLI's and Ex Libris' instructions, as docs/connexion.md has them.
"""

from typing import Final

from msgspec import Struct

from gateway.model import Zone

MENU: Final = "Tools > Options > Export > Create > OCLC Gateway Export"
OPTIONS: Final = "Tools > Options > Export > Record Characteristics"
BATCH: Final = "Tools > Options > Batch > Perform local actions in batch"
CHECKED: Final = "checked"
UNCHECKED: Final = "unchecked"
KNOWN_TO_YOU: Final = "known to you alone"
"""For a password that is kept as a hash."""
ONLY_HERE: Final = (
    "Only this computer reaches the gateway. gateway serve --lan lets others of the local network export to it, and "
    "wants passwords of your own."
)
FROM_ELSEWHERE: Final = (
    "Other computers reach the gateway too, where their network and this computer's firewall let them."
)


class Typed(Struct, frozen=True):
    """One field of the dialog."""

    label: str
    """As Connexion spells it."""
    value: str
    """To be typed, or `checked`, or `unchecked`; empty where it is as you like."""
    why: str
    copied: bool = False
    """Whether the value is the zone's own, to be copied letter by letter."""


class Dialog(Struct, frozen=True):
    """All that is to be set in Connexion client."""

    menu: str
    """Where the dialog is."""
    settings: tuple[Typed, ...]
    """Its fields from top to bottom."""
    name: str
    """What to call the destination."""
    also: tuple[tuple[str, Typed], ...]
    """Menu and field of what else matters to it."""
    reach: str
    """Who can export with these settings."""


ALSO: Final = (
    (
        OPTIONS,
        Typed("Bibliographic Records", "MARC 21, UTF-8 Unicode", "Alma refuses MARC-8, and so does the gateway."),
    ),
    (OPTIONS, Typed("Authority Records", "MARC 21, UTF-8 Unicode", "The same setting for both; none is imported.")),
    (BATCH, Typed("Bibliographic Record Export", UNCHECKED, "Checked, nothing is sent when you press Export.")),
)
"""What is set elsewhere in Connexion."""


def connexion_settings(zone: Zone, *, address: str, port: int, only_here: bool, password: str | None) -> Dialog:
    """What to type for a zone whose host is reached at this address and port.

    `only_here`: whether no other computer reaches it. `password` is None where only its hash is kept.
    """
    name = f"Gateway {'NZ' if zone.kind == 'network' else 'IZ'} {zone.key}"
    return Dialog(
        MENU, _settings(zone, address, port, password), name, ALSO, ONLY_HERE if only_here else FROM_ELSEWHERE
    )


def _settings(zone: Zone, address: str, port: int, password: str | None) -> tuple[Typed, ...]:
    clear = password is not None
    secret = "Capitals and spaces count." if clear else "Only its hash is kept; give the zone a new one if it is lost."
    return (
        Typed("Host Name", address, "The address alone: no https:// before it, no / behind it.", copied=True),
        Typed("Port", str(port), "Where this host takes exports; in Alma it is 5500.", copied=True),
        Typed(
            "Permanent Connection", UNCHECKED, "So in Alma's instructions; checked, several records share a connection."
        ),
        Typed(
            "Notify Host Before Disconnect", UNCHECKED, "So in Alma's instructions; Connexion browser has it checked."
        ),
        Typed("Print Results to Default Printer", "", "As you like: it prints each answer."),
        Typed("Timeout", "90", "Seconds to wait for an answer, as in Alma's instructions."),
        Typed("Retries", "3", "Further tries without an answer; a record is filed once all the same."),
        Typed("Delay", "0", "Seconds between two tries."),
        Typed("Send Local System Login ID and Password", CHECKED, "They say which zone is meant."),
        Typed("Logon ID", zone.code, "The institution code. Capitals and spaces count.", copied=True),
        Typed("Password", password if password is not None else KNOWN_TO_YOU, secret, copied=clear),
        Typed("Send User ID", UNCHECKED, "The logon ID says who exports; your OCLC authorization need not go out."),
    )
