-- A zone's counter of records, from which MMS IDs are made.
CREATE TABLE zone (
    zone     TEXT PRIMARY KEY,
    ordinal  INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

-- The newest version of each record. Earlier ones move to record_version when the next is written.
CREATE TABLE record (
    zone                 TEXT NOT NULL,
    mms_id               TEXT NOT NULL,
    version              INTEGER NOT NULL,
    marc                 BLOB NOT NULL,
    title                TEXT NOT NULL,
    identifiers          BLOB NOT NULL,     -- JSON, as the table identifier has them
    originating_system   TEXT NOT NULL,
    originating_version  TEXT NOT NULL,
    at                   INTEGER NOT NULL,  -- microseconds since 1970, UTC
    submission           TEXT NOT NULL,
    PRIMARY KEY (zone, mms_id)
) STRICT;

CREATE TABLE record_version (
    zone                 TEXT NOT NULL,
    mms_id               TEXT NOT NULL,
    version              INTEGER NOT NULL,
    marc                 BLOB NOT NULL,
    title                TEXT NOT NULL,
    identifiers          BLOB NOT NULL,
    originating_system   TEXT NOT NULL,
    originating_version  TEXT NOT NULL,
    at                   INTEGER NOT NULL,
    submission           TEXT NOT NULL,
    PRIMARY KEY (zone, mms_id, version)
) STRICT;

-- By what a record's newest version is found.
CREATE TABLE identifier (
    zone    TEXT NOT NULL,
    value   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    mms_id  TEXT NOT NULL,
    PRIMARY KEY (zone, value, kind, mms_id)
) WITHOUT ROWID, STRICT;

-- Every attempt. AUTOINCREMENT: the number of one that was deleted is never given again.
CREATE TABLE attempt (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT,
    id            TEXT NOT NULL UNIQUE,
    zone          TEXT NOT NULL,
    at            INTEGER NOT NULL,
    host          TEXT NOT NULL,
    peer          TEXT NOT NULL,
    logon_id      TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    reason        TEXT,
    mms_id        TEXT NOT NULL,
    oclc_numbers  BLOB NOT NULL,  -- JSON
    title         TEXT NOT NULL,
    findings      BLOB NOT NULL,  -- JSON
    facts         BLOB NOT NULL,  -- JSON
    raw           BLOB NOT NULL,
    seconds       REAL,
    delivered     INTEGER
) STRICT;

CREATE INDEX attempt_by_zone ON attempt (zone, seq);
