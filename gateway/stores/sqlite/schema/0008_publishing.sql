-- Records that were written or removed, or of which a holding or an item was, since somebody last published them. Those
-- that were written may stand in index_change alone: who asks for them brings them here.
CREATE TABLE unpublished (
    zone    TEXT NOT NULL,
    mms_id  TEXT NOT NULL,
    place   INTEGER NOT NULL,  -- another one after each change
    PRIMARY KEY (zone, mms_id)
) WITHOUT ROWID, STRICT;

INSERT INTO unpublished SELECT zone, mms_id, 0 FROM record UNION SELECT zone, mms_id, 0 FROM index_change;

CREATE TABLE unpublished_state (
    zone     TEXT PRIMARY KEY,
    place    INTEGER NOT NULL,  -- of index_change, as far as it was brought here
    made_by  TEXT NOT NULL      -- who has last made all of the zone unpublished
) WITHOUT ROWID, STRICT;

INSERT INTO unpublished_state SELECT zone, max(place), '' FROM index_change GROUP BY zone;

-- Records of sets as they were last published. The form stands last: what asks for the others does not read it.
CREATE TABLE published (
    zone     TEXT NOT NULL,
    set_key  TEXT NOT NULL,
    mms_id   TEXT NOT NULL,
    at       INTEGER NOT NULL,  -- seconds since 1970, UTC
    digest   BLOB NOT NULL,
    form     BLOB NOT NULL,     -- MARCXML; empty where the record is deleted
    PRIMARY KEY (zone, set_key, mms_id)
) STRICT;

CREATE INDEX published_by_id ON published (zone, set_key, mms_id, at);
CREATE INDEX published_by_time ON published (zone, set_key, at, mms_id);
CREATE INDEX published_deleted ON published (zone, set_key) WHERE form = x'';

-- Of zones what was made at run time, and the runs of their sets.
CREATE TABLE repository (
    zone  TEXT PRIMARY KEY,
    body  BLOB NOT NULL  -- JSON: the Repository
) WITHOUT ROWID, STRICT;

CREATE TABLE publishing_profile (
    zone  TEXT NOT NULL,
    key   TEXT NOT NULL,
    body  BLOB NOT NULL,  -- JSON: the PublishingProfile
    PRIMARY KEY (zone, key)
) WITHOUT ROWID, STRICT;

CREATE TABLE publishing_run (
    zone      TEXT NOT NULL,
    set_key   TEXT NOT NULL,
    began_at  INTEGER NOT NULL,  -- microseconds since 1970, UTC
    body      BLOB NOT NULL,     -- JSON: the PublishingRun
    PRIMARY KEY (zone, set_key, began_at)
) WITHOUT ROWID, STRICT;
