"""From settings to what each zone publishes for harvesters. Part of the composition root."""

from collections.abc import Iterator, Mapping

from gateway import config
from gateway.config.problems import Problems
from gateway.config.tree import SetSettings
from gateway.model import PublishingProfile, Repository
from gateway.publishing import ZonePublishing
from gateway.publishing.enrichment_text import read
from gateway.publishing.rules import SETS_OF_ZONE, profile_faults, repository_faults

NAMES: Mapping[str, str] = {"key": "name"}
"""What the settings call a field, where that is another name than the profile's."""


def published(settings: config.Settings) -> dict[str, ZonePublishing]:
    """By zone, of all zones. Raises `SettingsError` with a line for each key that cannot be used."""
    problems = Problems()
    found: dict[str, ZonePublishing] = {}
    for zone, of in settings.zones.items():
        at = f"zones.{zone}"
        oai = of.oai
        repository = Repository(
            zone=zone, active=oai.active, addresses=oai.addresses, page=oai.page, dialect=oai.dialect
        )
        for field, words in repository_faults(repository):
            _report(problems, settings, f"{at}.oai", field, words)
        if len(of.sets) > SETS_OF_ZONE:
            _report(problems, settings, at, "sets", f"are {len(of.sets)}; a zone has at most {SETS_OF_ZONE}")
        profiles: dict[str, PublishingProfile] = {}
        for key, one in of.sets.items():
            profile = _profile(problems, settings, zone, key, one)
            for field, words in _faults(profile, profiles):
                _report(problems, settings, f"{at}.sets.{key}", NAMES.get(field, field), words)
            profiles[profile.key] = profile
        found[zone] = ZonePublishing(repository=repository, profiles=tuple(profiles.values()))
    problems.raise_any()
    return found


def _faults(profile: PublishingProfile, others: Mapping[str, PublishingProfile]) -> Iterator[tuple[str, str]]:
    yield from profile_faults(profile)
    if profile.key in others:
        yield "key", f"{profile.key!r} is another set's of the zone, too; give one of them another name"


def _profile(problems: Problems, settings: config.Settings, zone: str, key: str, one: SetSettings) -> PublishingProfile:
    enrichment = []
    for text in one.enrichment:
        try:
            enrichment.append(read(text))
        except ValueError as error:
            _report(problems, settings, f"zones.{zone}.sets.{key}", "enrichment", str(error))
    return PublishingProfile(
        zone=zone,
        key=one.name or key,
        name=one.name or key,
        query=one.query,
        mms_ids=one.mms_ids,
        content=one.content,
        enrichment=tuple(enrichment),
        every_hours=one.every_hours,
        at_once=one.at_once,
    )


def _report(problems: Problems, settings: config.Settings, at: str, field: str, words: str) -> None:
    key = f"{at}.{field}"
    place = settings.origins.places.get(key) or settings.where(at)
    problems.add(key, place, words)
