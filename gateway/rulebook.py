"""From settings to the rules of the importer: each zone's integration profile, and the replies.

Part of the composition root: what settings name and only the importer knows is checked here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from gateway import config
from gateway.config.problems import Problems, listed, nearest, quoted
from gateway.importer import normalize
from gateway.importer.merge import METHODS, OTHER_WAYS
from gateway.importer.profile import Profiles, prepare
from gateway.importer.replies import Replies, fault
from gateway.importer.zones import Account, Zones
from gateway.marc.selector import selector
from gateway.model import Zone


class Rulebook(NamedTuple):
    """What the importer and its front ends go by."""

    profiles: Profiles
    replies: Replies


def zones_of(settings: config.Settings) -> Zones:
    """The zones of the settings, with their passwords; those of a store can be added to them."""
    zones = settings.model_zones()
    accounts = (Account(zones[key], zone.password.reveal()) for key, zone in settings.zones.items())
    return Zones(accounts, hosts=settings.model_hosts(), profiles=settings.profiles, usual=config.DEFAULT_PROFILES)


def rulebook(settings: config.Settings, zones: Mapping[str, Zone] | None = None) -> Rulebook:
    """The rules that the settings make, for `zones` by key where they are not those of the settings alone.

    Raises `SettingsError` with a line for each key that cannot be used.
    """
    problems = Problems()

    def report(key: str, text: str) -> None:
        problems.add(key, settings.where(key), text)

    for name, method in settings.merge_methods.items():
        if name in METHODS or name in OTHER_WAYS:
            report(
                f"merge_methods.{name}", "is one of the gateway's; give yours another name, and name that in a profile"
            )
        for key, selectors in (("keep", method.keep), ("leave_out", method.leave_out)):
            for text in _faults(selector, selectors):
                report(f"merge_methods.{name}.{key}", text)
    methods = [*METHODS, *settings.merge_methods]
    for name, profile in settings.profiles.items():
        for text in _faults(normalize.rule, profile.normalization):
            report(f"profiles.{name}.normalization", text)
        if profile.merge_method not in methods:
            near = nearest(profile.merge_method, methods)
            hint = f"did you mean {quoted(near)}?" if near else f"there are {listed(methods)}"
            report(f"profiles.{name}.merge_method", f"{quoted(profile.merge_method)} is no merge method; {hint}")
    for name, text in settings.replies.items():
        if wrong := fault(text):
            report(f"replies.{name}", wrong)
    problems.raise_any()
    prepared = {name: prepare(name, profile, settings.merge_methods) for name, profile in settings.profiles.items()}
    chosen = settings.model_zones() if zones is None else zones
    return Rulebook(Profiles(chosen, prepared), Replies(settings.replies))


def _faults(make: Callable[[str], object], texts: Iterable[str]) -> Iterator[str]:
    """What is wrong with each of the texts of which nothing can be made."""
    for text in texts:
        try:
            make(text)
        except ValueError as error:
            yield str(error)
