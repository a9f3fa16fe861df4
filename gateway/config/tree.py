"""The settings as the rest of the gateway sees them: keys, types, defaults, units and reasons.

The defaults are those of `config.example.toml` (a test compares them). Profiles and merge methods are the model's own
nouns, their defaults too. Holds no reading and no checking across keys.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from gateway.config.secret import Secret
from gateway.model import Host, LoanPolicy, MergeMethod, Outcome, Profile, Reason, Zone, ZoneKind
from gateway.model.lending import Days, Renewals
from gateway.model.publishing import MOST_HOURS, MOST_PAGE_RECORDS, SET_NAME

BUILT_IN = "built-in settings"
"""The place of a value that nobody set."""

# `description` completes the sentence "must be …" in an error.
Text = Annotated[str, Meta(description="text in quotes")]
Names = Annotated[tuple[str, ...], Meta(description='a list of texts, such as ["alma.example.org"]')]
Partners = Annotated[
    tuple[Annotated[str, Meta(pattern=r"\A\S+\Z")], ...],
    Meta(description='a list of texts without spaces, such as ["ReShareIndexData"]'),
]
ProfileNames = Annotated[tuple[str, ...], Meta(description='a list of texts, such as ["carli-iz"]')]
Suffix = Annotated[str, Meta(pattern=r"\A[0-9]{4}\Z", description='exactly four digits in quotes, such as "5867"')]
NcipService = Literal[
    "LookupUser",
    "RequestItem",
    "CancelRequestItem",
    "AcceptItem",
    "CheckOutItem",
    "CheckInItem",
    "RenewItem",
    "RecallItem",
]
NcipServices = Annotated[tuple[NcipService, ...], Meta(description='a list of services, such as ["LookupUser"]')]
RegistryId = Annotated[str, Meta(pattern=r"\A[0-9]{1,12}\Z", description='digits in quotes, such as "12345"')]
Port = Annotated[int, Meta(ge=0, le=65535, description="a port, a whole number from 0 (any free one) to 65535")]
# Upper bounds keep sums of settings within what clocks, calendars and SQLite's integers can hold.
Ports = Annotated[
    tuple[Annotated[int, Meta(ge=0, le=65535)], ...],
    Meta(description="a list of ports, whole numbers from 0 (any free one) to 65535, such as [1921, 210]"),
]
Count = Annotated[int, Meta(ge=1, le=10**9, description="a whole number from 1 to 1,000,000,000")]
Thousands = Annotated[int, Meta(ge=1, le=10_000, description="a whole number from 1 to 10,000")]
Networks = Annotated[tuple[str, ...], Meta(description='a list of networks, such as ["192.0.2.0/24"]')]
SetName = Annotated[
    str,
    Meta(
        pattern=rf"\A({SET_NAME})?\Z",
        description="at most 100 letters, digits and -_.!~*'() in quotes, for harvesters take no other; no space",
    ),
]
MmsIds = Annotated[
    tuple[Annotated[str, Meta(pattern=r"\A[0-9]{1,19}\Z")], ...],
    Meta(description='a list of MMS IDs, such as ["9910000000015867"]'),
]
PageRecords = Annotated[
    int, Meta(ge=1, le=MOST_PAGE_RECORDS, description=f"a whole number of records from 1 to {MOST_PAGE_RECORDS}")
]
Hours = Annotated[int, Meta(ge=0, le=MOST_HOURS, description=f"a whole number of hours from 0 to {MOST_HOURS:,}")]
Seconds = Annotated[float, Meta(gt=0, le=10**6, description="a number of seconds above 0, at most 1,000,000")]
SecondsOrNone = Annotated[float, Meta(ge=0, le=10**6, description="a number of seconds from 0 to 1,000,000")]


class StoreSettings(Struct, frozen=True):
    """Where records and attempts are kept."""

    url: Text = "sqlite:gateway-data/gateway.db"
    """`memory:`, gone at the end, or `sqlite:FILE`; a relative FILE is seen from the working folder."""


class SubmissionSettings(Struct, frozen=True):
    """How long attempts are kept. Records never expire."""

    keep: Count = 100_000
    """Attempts; the oldest go first. Bounds the store: with the longest record each, 10 GB."""
    keep_days: Days = 0
    """Days; 0 = however long, for those whom only the number matters."""


class LogSettings(Struct, frozen=True):
    """What is logged to standard error, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least level that is written."""
    format: Literal["auto", "json", "console"] = "auto"
    """`auto` = `console` on a terminal, else `json`, a line an event."""


class LimitSettings(Struct, frozen=True):
    """What keeps one client from using up what all need."""

    connections: Count = 2000
    """Connections at once, over all hosts; one more gets a busy reply. Open files and memory bound them."""
    connections_per_peer: Count = 250
    """Connections of one client address, this computer itself exempt: a classroom behind one address fits."""
    message_bytes: Count = 101_000
    """Bytes: the longest record (99,999) and logon items of 191 bytes each, with room for what stands between."""
    first_byte_seconds: Seconds = 10.0
    """Seconds from connecting to the first byte: nobody types an export, a client that connects sends."""
    message_seconds: Seconds = 30.0
    """Seconds from a message's first byte to its last: the longest record over a slow line, and no slower."""
    idle_seconds: Seconds = 90.0
    """Seconds between a reply and the next message: Connexion's own Timeout in the documented settings."""
    import_seconds: Seconds = 9.0
    """Seconds after which an import that has not begun is given up: Record Manager waits 10 for its answer."""
    failed_logon_seconds: SecondsOrNone = 2.0
    """Longest wait, in seconds, before the reply to a logon that fails again and again: slows guessing. 0 = none."""
    shutdown_seconds: Seconds = 10.0
    """Seconds for what is in flight when the gateway is stopped; service managers mostly kill after more."""


class HttpSettings(Struct, frozen=True):
    """The page and the API."""

    enabled: bool = True
    """Whether there are any."""
    address: Text = "127.0.0.1"
    """Address it listens on, or a name of this computer; beyond this computer a token is required."""
    port: Port = 8550
    """Port; 0 = any free one."""
    names: Names = ()
    """Further names by which browsers reach it, such as that of a proxy before it."""
    token: Secret = Secret("")
    """Who knows it may use the page and the API. Empty = everybody on this computer."""
    tls_cert: Text = ""
    """File with the certificate and its chain, PEM; empty = no TLS."""
    tls_key: Text = ""
    """File with the certificate's key, PEM."""
    read_only: bool = False
    """Whether page and API change nothing, for a sandbox that many look at; exports come in as ever."""
    connections: Count = 1000
    """Connections at once: browsers have up to six each, and one of a page that stays open stays too."""


class WebhookSettings(Struct, frozen=True):
    """Programs that are told of exports over HTTP. Which ones is no setting: the API and the page make them."""

    secret: Secret = Secret("")
    """What their signing secrets are worked out of. Empty = there are no webhooks."""


class Z3950Settings(Struct, frozen=True):
    """The Z39.50 servers: Alma's at each host, and OCLC's WMS."""

    scan: bool = True
    """Whether terms can be listed [assumed]."""
    sort: bool = True
    """Whether result sets can be sorted [assumed]."""
    records: Thousands = 10_000
    """Most records of a result set: Alma's [doc]. How many were found is told as it is."""
    result_sets: Count = 100
    """Result sets of a session; the one that was used least lately goes for a further one."""
    sessions: Count = 200
    """Sessions at once, over all hosts; each may keep some 10 MB of results."""
    sessions_per_peer: Count = 50
    """Sessions of one client address, this computer itself exempt."""
    idle_seconds: Seconds = 600.0
    """Seconds between two requests: who reads a list for longer searches again."""


class WmsSettings(Struct, frozen=True):
    """The Z39.50 server of OCLC's WorldShare Management Services, for zones that have a registry ID."""

    address: Text = "127.0.0.1"
    """Address it listens on, or a name of this computer."""
    ports: Ports = ()
    """Its ports: OCLC's is 210. None = there is no such server."""
    results: Count = 100
    """Most records of a search that are shown [doc]."""
    page: Count = 20
    """Most records of a present [doc]."""
    requests: Thousands = 10
    """Searches and presents of an institution within `seconds` [doc]."""
    seconds: Seconds = 5.0
    """The time in which requests are counted [doc]."""


class CirculationSettings(Struct, frozen=True):
    """For how long the zones lend."""

    loan_days: Days = 28
    """Days, unless a policy says otherwise; until the end of the last one, UTC [assumed]."""
    renewals: Renewals = 3
    """How often a loan is renewed, unless a policy says otherwise [assumed]."""
    recall_days: Days = 7
    """Days that somebody may keep what is asked back, if it is not due sooner [assumed]."""
    policies: dict[str, LoanPolicy] = {}
    """Rules by item policy and user group, in their order: the first one that fits counts."""


PROFILE_CHECKED: tuple[NcipService, ...] = (
    "LookupUser",
    "AcceptItem",
    "CheckOutItem",
    "CheckInItem",
    "RenewItem",
    "RecallItem",
)
"""All but those of which ReShare sends none."""


class NcipSettings(Struct, frozen=True):
    """What other systems ask of the zones by NCIP."""

    profile_checked: NcipServices = PROFILE_CHECKED
    """Services that want the partner's code as application profile type: Alma wants it of all [doc], but ReShare leaves
    it out of RequestItem and CancelRequestItem [seen]."""


class OaiSettings(Struct, frozen=True):
    """A zone's repository: its integration profile of type OAI-PMH."""

    active: bool = True
    """Whether it can be harvested at all."""
    addresses: Networks = ()
    """Who may harvest. None = everybody."""
    page: PageRecords = 100
    """Records of a page; 900 is the most in Alma [doc]."""
    dialect: Literal["alma", "strict"] = "alma"
    """`alma`: the last page has no resumptionToken [seen]; `strict`: an empty one, as the protocol wants it."""


class SetSettings(Struct, frozen=True):
    """A zone's publishing profile: a set for harvesters."""

    name: SetName = ""
    """setSpec and setName, as harvesters ask for it. Left out, the key."""
    query: Text = ""
    """A saved search, as in records' search box, evaluated at each run. Empty = all records of the zone."""
    mms_ids: MmsIds = ()
    """A list of records instead: an itemized set."""
    content: Literal["all", "physical"] = "all"
    """`physical`: Physical titles, those that have a holding."""
    enrichment: Names = ()
    """Fields that are added, such as `852 holding: b=library, c=location`."""
    every_hours: Hours = 24
    """Hours from one run to the next; 0 = only when somebody says so."""
    at_once: bool = False
    """Whether it is published when somebody harvests, without runs: not Alma's way, but handy in tests."""


class HostSettings(Struct, frozen=True):
    """An emulated Alma host: an address of its own, because TCP does not tell which host name was typed."""

    names: Names = ()
    """What it is called in real life; shown, never resolved."""
    address: Text = "127.0.0.1"
    """Address it listens on, or a name of this computer."""
    connexion: Port = 5500
    """Port of OCLC Gateway Export; 0 = any free one."""
    z3950: Ports | None = None
    """Ports of Z39.50, by which zones are searched. Left out, it is Alma's, or the next one that is free; with 0 for
    `connexion` any free one."""

    @property
    def z3950_ports(self) -> tuple[int, ...]:
        """Those that were chosen, or else Alma's."""
        if self.z3950 is not None:
            return self.z3950
        return (ALMA_PORT,) if self.connexion else (0,)


ALMA_PORT = 1921
"""Where Alma answers Z39.50; 210 is for clients that know no other port, and mostly wants an administrator."""
DEFAULT_PROFILES: dict[ZoneKind, tuple[str, ...]] = {"institution": ("carli-iz",), "network": ("carli-nz",)}
"""Profiles of a zone that names none, by its kind."""


DEFAULT_PARTNERS = ("ReShareIndexData",)
"""Codes of the resource sharing partners of a zone that names none: ReShare's own example [doc]."""


class ZoneSettings(Struct, frozen=True, kw_only=True):
    """A catalogue, found by its host and the logon ID."""

    host: Text
    """Key of the host at which it is reached."""
    kind: ZoneKind
    """Whose catalogue it is: an institution's, or that of a network of them."""
    code: Text
    """Institution code, which is the logon ID: at most 191 bytes of UTF-8, as the desktop client's length octet."""
    network: Text | None = None
    """Key of the network zone that an institution belongs to."""
    mms_suffix: Suffix
    """The last four digits of its MMS IDs."""
    profiles: ProfileNames | None = None
    """Keys of its integration profiles. Unless there is exactly one, exports are answered as Alma answers them then."""
    password: Secret
    """The password, or a hash of it; read from `password_file` or `password_env` where one of these is set."""
    password_file: Text | None = None
    """File that holds the password on one line. A relative one is seen from the settings file's folder, or from the
    working folder where the environment or `--set` names it."""
    password_env: Text | None = None
    """Environment variable that holds the password."""
    partners: Partners = DEFAULT_PARTNERS
    """Codes of the resource sharing partners that may ask by NCIP: what they send as application profile type."""
    oai: OaiSettings = OaiSettings()
    """How it is harvested by OAI-PMH."""
    sets: dict[str, SetSettings] = {}
    """What is harvested of it. None = all records, at once."""
    registry_id: RegistryId | None = None
    """WorldCat Registry ID of the institution, by which OCLC's WMS names its database."""
    wskey: Secret | None = None
    """The web service key that opens that database; without one nobody can."""
    wskey_secret: Secret | None = None
    """And its secret."""

    @property
    def profiles_in_force(self) -> tuple[str, ...]:
        """Its own, or those of its kind."""
        return DEFAULT_PROFILES[self.kind] if self.profiles is None else self.profiles


PASSWORD_KEYS = ("password", "password_file", "password_env")
"""Exactly one of these is set for a zone; one that beats another in the cascade takes its place."""

SECTIONS: dict[str, type[Struct]] = {
    "store": StoreSettings,
    "submissions": SubmissionSettings,
    "log": LogSettings,
    "limits": LimitSettings,
    "http": HttpSettings,
    "webhooks": WebhookSettings,
    "z3950": Z3950Settings,
    "wms": WmsSettings,
    "ncip": NcipSettings,
    "circulation": CirculationSettings,
}
"""Tables of fixed names."""

FAMILIES: dict[str, type[Struct]] = {
    "hosts": HostSettings,
    "zones": ZoneSettings,
    "profiles": Profile,
    "merge_methods": MergeMethod,
}
"""Tables whose entries the user names."""

NESTED_FAMILIES = ("policies", "sets")
"""The same within another table."""

REPLACED_TOGETHER = ("hosts", "zones")
"""Families of which a file that has any entry replaces all built-in ones: somebody's own zones are no addition to
CARLI's. Of the others, entries of a file are laid over the built-in ones key by key."""

REPLIES = "replies"
"""The table of texts by reply key."""

LOGON_REASONS = (Reason.NO_LOGON, Reason.UNKNOWN_LOGON, Reason.WRONG_PASSWORD)
"""They have one reply, for texts of their own would tell which of the two was wrong."""
REPLY_KEYS = tuple(
    end.value
    for end in (
        *(Outcome.CREATED, Outcome.MERGED, Outcome.UNCHANGED, Outcome.LOGON_FAILED, Outcome.BUSY),
        *[reason for reason in Reason if reason not in LOGON_REASONS],
    )
)
"""What a reply goes by: the reason, or the outcome where that has none or all its reasons have one text."""


class Origins(Struct, frozen=True):
    """Where the values in force come from."""

    file: Path | None = None
    """The settings file that was read."""
    builtin_hosts: bool = True
    """Whether hosts and zones are those of `config.example.toml`; single keys of theirs may be set elsewhere."""
    places: dict[str, str] = {}
    """Dotted key -> place, for each key that was set."""


class Settings(Struct, frozen=True):
    """All settings in force, checked."""

    store: StoreSettings = StoreSettings()
    submissions: SubmissionSettings = SubmissionSettings()
    log: LogSettings = LogSettings()
    limits: LimitSettings = LimitSettings()
    http: HttpSettings = HttpSettings()
    webhooks: WebhookSettings = WebhookSettings()
    z3950: Z3950Settings = Z3950Settings()
    wms: WmsSettings = WmsSettings()
    ncip: NcipSettings = NcipSettings()
    circulation: CirculationSettings = CirculationSettings()
    hosts: dict[str, HostSettings] = {}
    zones: dict[str, ZoneSettings] = {}
    profiles: dict[str, Profile] = {}
    merge_methods: dict[str, MergeMethod] = {}
    """A site's own, beside those that the gateway has."""
    replies: dict[str, str] = {}
    """Texts, by `REPLY_KEYS`, that take the place of the gateway's own. What stands in braces is not checked here."""
    origins: Origins = Origins()
    """No setting: where the others come from."""

    def where(self, key: str) -> str:
        """The place where a dotted key was set: `gateway.toml, line 12`, `environment variable …`, `--set …`, or
        `built-in settings`, which is also the answer for a default."""
        return self.origins.places.get(key, BUILT_IN)

    @property
    def builtin_hosts(self) -> bool:
        """Whether hosts and zones are the built-in ones, so that a port that is taken may be swapped for another."""
        return self.origins.builtin_hosts

    def partners_of(self, zone: str) -> tuple[str, ...]:
        """Codes of a zone's resource sharing partners, by its key; those of one made at run time are the default."""
        return self.zones[zone].partners if zone in self.zones else DEFAULT_PARTNERS

    def secrets(self) -> list[str]:
        """Every password and token, for those who see to it that none is shown."""
        keys = (key for zone in self.zones.values() for key in (zone.password, zone.wskey, zone.wskey_secret))
        secrets = [self.http.token, self.webhooks.secret, *keys]
        return [secret.reveal() for secret in secrets if secret and secret.reveal()]

    def model_hosts(self) -> dict[str, Host]:
        """The hosts by key, without addresses."""
        return {key: Host(key=key, names=host.names) for key, host in self.hosts.items()}

    def model_zones(self) -> dict[str, Zone]:
        """The zones by key, without passwords."""
        return {
            key: Zone(
                key=key,
                host=zone.host,
                kind=zone.kind,
                code=zone.code,
                mms_suffix=zone.mms_suffix,
                network=zone.network,
                profiles=zone.profiles_in_force,
            )
            for key, zone in self.zones.items()
        }
