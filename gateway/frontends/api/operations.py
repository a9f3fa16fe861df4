"""Every operation of the API, in the order of its description."""

from typing import Final

from litestar.handlers import HTTPRouteHandler

from gateway.frontends.api import (
    about,
    changes,
    events,
    profiles,
    records,
    replies,
    state,
    submissions,
    uploads,
    waits,
    zones,
)

OPERATIONS: Final[tuple[HTTPRouteHandler, ...]] = (
    about.gateway,
    about.hosts,
    about.host,
    state.statistics,
    state.settings,
    zones.list_zones,
    zones.make_zone,
    zones.get_zone,
    zones.delete_zone,
    zones.reset_zone,
    zones.change_password,
    zones.connexion_settings,
    profiles.list_profiles,
    profiles.get_profile,
    submissions.list_submissions,
    waits.wait,
    events.follow,
    submissions.get_submission,
    submissions.delete_submission,
    submissions.get_raw,
    submissions.get_transcript,
    submissions.get_diagnosis,
    records.list_records,
    uploads.upload_records,
    records.get_record,
    changes.delete_record,
    records.list_versions,
    records.get_version,
    records.compare_versions,
    changes.revert_record,
    changes.flag_record,
    changes.add_field,
    replies.list_replies,
)
