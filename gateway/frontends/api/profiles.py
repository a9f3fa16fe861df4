"""Integration profiles: how records come into zones, as settings and in Alma's words."""

from litestar import get
from msgspec import Struct

from gateway.errors import NotFound
from gateway.frontends.api.parameters import ProfileKey, TheDesk
from gateway.importer.profile import words
from gateway.importer.report import Known
from gateway.model import Profile
from gateway.search.terms import suggestion


class ProfileShown(Struct, frozen=True):
    """An integration profile."""

    key: str
    zones: tuple[str, ...]
    """Keys of the zones that go by it."""
    settings: Profile
    words: dict[str, str]
    """Alma's label and value of each setting, in the order of its page."""


class ProfileList(Struct, frozen=True):
    """All integration profiles."""

    profiles: tuple[ProfileShown, ...]


@get("/profiles", operation_id="listProfiles", tags=["profiles"])
async def list_profiles(desk: TheDesk) -> ProfileList:
    """List the integration profiles."""
    known = desk.known()
    return ProfileList(tuple([_shown(known, key) for key in known.profiles]))


@get("/profiles/{profile:str}", operation_id="getProfile", tags=["profiles"])
async def get_profile(desk: TheDesk, profile: ProfileKey) -> ProfileShown:
    """Tell of one integration profile how records come in by it."""
    known = desk.known()
    if profile not in known.profiles:
        raise NotFound(f"there is no profile {profile!r}; {suggestion(profile, known.profiles)}")
    return _shown(known, profile)


def _shown(known: Known, key: str) -> ProfileShown:
    zones = tuple([zone.key for zone in known.zones.values() if key in zone.profiles])
    return ProfileShown(key, zones, known.profiles[key], words(known.profiles[key], known.merge_methods))
