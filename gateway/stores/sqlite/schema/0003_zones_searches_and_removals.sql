-- Zones that were made at run time.
CREATE TABLE kept_zone (
    zone      TEXT PRIMARY KEY,
    settings  BLOB NOT NULL,    -- JSON
    secret    TEXT NOT NULL,    -- the hash of its password
    at        INTEGER NOT NULL  -- microseconds since 1970, UTC
) WITHOUT ROWID, STRICT;

-- When records were removed; without an MMS ID, when the zone was last reset.
CREATE TABLE removed (
    zone    TEXT NOT NULL,
    mms_id  TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (zone, mms_id)
) WITHOUT ROWID, STRICT;

-- All that a search looks at before it looks at an attempt's bytes, beside each other and without these.
CREATE INDEX attempt_by_words ON attempt (
    seq, zone, at, host, logon_id, outcome, reason, mms_id, oclc_numbers, title
);
