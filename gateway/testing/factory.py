"""Further zones for a test, in `connexion_gateway_factory`."""

from typing import TYPE_CHECKING, Final

from gateway.desk.zones import ZoneWanted
from gateway.model import ZoneKind
from gateway.testing.zone import Gateway

if TYPE_CHECKING:
    from gateway.testing.session import Session

__tracebackhide__ = True


class MakeGateway:
    """Makes zones in the gateway of a session, each the test's own."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self.made: Final[list[Gateway]] = []
        """In the order in which they were made."""

    def __call__(
        self,
        *,
        kind: ZoneKind = "institution",
        network: Gateway | None = None,
        profile: str | None = None,
        mms_suffix: str | None = None,
        code: str | None = None,
    ) -> Gateway:
        """A zone of this kind, empty; an institution may belong to a `network`.

        `profile` is the key of an integration profile, else that of its kind; `mms_suffix` the last four digits of its
        MMS IDs; `code` its logon ID, which no other zone at its host may have. Raises `NotDone`.
        """
        wanted = ZoneWanted(
            key="",
            code=code or "",
            kind=kind,
            network=network.zone if network else None,
            profiles=None if profile is None else (profile,),
            mms_suffix=mms_suffix,
        )
        gateway = self._session.make(wanted)
        self.made.append(gateway)
        return gateway
