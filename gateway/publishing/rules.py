"""What a publishing profile and a repository may say, for whoever makes one."""

import re
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from gateway.errors import BadQuery
from gateway.model import PublishingProfile, Repository
from gateway.model.publishing import MOST_HOURS, MOST_PAGE_RECORDS, SET_NAME
from gateway.publishing.enrichment import FIELDS_OF_PROFILE, faults
from gateway.search.words import parse

SETS_OF_ZONE: Final = 100
"""Most sets of a zone: a harvester is told of all of them at once."""
LISTED_RECORDS: Final = 10_000
"""Most records of a list: as many as a saved search shows of what it finds, some 200 kB."""
ADDRESSES: Final = 100
"""Most networks of a repository: each is looked at with each request."""

Fault = tuple[str, str]
"""A field, and words that go on from its name."""


def profile_faults(profile: PublishingProfile) -> Iterator[Fault]:
    """What is wrong with a profile."""
    if not re.fullmatch(SET_NAME, profile.key):
        wrong = "has a space in it; harvesters could not ask for it" if " " in profile.key else "is no name of a set"
        yield "key", f"{profile.key!r} {wrong}; write 1 to 100 letters, digits and -_.!~*'()"
    if profile.query:
        try:
            parse(profile.query)
        except BadQuery as error:
            yield "query", f"cannot be searched for: {error}"
    if profile.query and profile.mms_ids:
        yield "mms_ids", "stands beside query; a set is a saved search or a list, leave one of them out"
    if len(profile.mms_ids) > LISTED_RECORDS:
        yield "mms_ids", f"has {len(profile.mms_ids):,} records; a list has at most {LISTED_RECORDS:,}"
    if not all(re.fullmatch("[0-9]{1,19}", mms_id) for mms_id in profile.mms_ids):
        yield "mms_ids", "has something in it that is no MMS ID, which is of digits"
    if len(profile.enrichment) > FIELDS_OF_PROFILE:
        yield "enrichment", f"has {len(profile.enrichment)} fields; at most {FIELDS_OF_PROFILE} can be kept"
    for at, one in enumerate(profile.enrichment, 1):
        for words in faults(one):
            yield "enrichment", f"cannot be used: in field {at} {words}"
    if not 0 <= profile.every_hours <= MOST_HOURS:
        yield "every_hours", f"is {profile.every_hours}; write 0 to {MOST_HOURS:,}"


def repository_faults(repository: Repository) -> Iterator[Fault]:
    """What is wrong with a repository."""
    if not 1 <= repository.page <= MOST_PAGE_RECORDS:
        yield "page", f"is {repository.page}; write 1 to {MOST_PAGE_RECORDS}"
    if len(repository.addresses) > ADDRESSES:
        yield "addresses", f"has {len(repository.addresses)} networks; at most {ADDRESSES} can be kept"
    for text in repository.addresses:
        try:
            ip_network(text)
        except ValueError:
            yield "addresses", f"has {text!r} in it, which is no network; write it as 192.0.2.0/24, or one address"
