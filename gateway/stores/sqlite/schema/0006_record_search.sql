-- By what records are searched for: gateway/search makes it and reads it, no query stands here.

-- How far each zone's rows are. A zone that was never searched has none.
CREATE TABLE index_state (
    zone        TEXT PRIMARY KEY,
    rules       INTEGER NOT NULL,  -- version of the rules by which they were made
    epoch       INTEGER NOT NULL,  -- how often they were made anew
    generation  INTEGER NOT NULL,  -- how often something was put into them
    numbers     INTEGER NOT NULL   -- how many changes they have
) WITHOUT ROWID, STRICT;

-- Records that were written or removed, and that no row knows of yet.
CREATE TABLE index_change (
    zone    TEXT NOT NULL,
    place   INTEGER NOT NULL,  -- rising in the order of the commits
    mms_id  TEXT NOT NULL,
    PRIMARY KEY (zone, place)
) WITHOUT ROWID, STRICT;

-- Who has a key: numbers of documents, 65,536 of them a block.
CREATE TABLE posting (
    zone     TEXT NOT NULL,
    key      TEXT NOT NULL,
    block    INTEGER NOT NULL,
    numbers  BLOB NOT NULL,
    PRIMARY KEY (zone, key, block)
) WITHOUT ROWID, STRICT;

-- A version of a record that was indexed. The text stands last: to sort by the others it is not read.
CREATE TABLE document (
    zone    TEXT NOT NULL,
    number  INTEGER NOT NULL,
    mms_id  TEXT NOT NULL,
    title   TEXT NOT NULL,
    author  TEXT NOT NULL,
    date    TEXT NOT NULL,
    text    TEXT NOT NULL,
    PRIMARY KEY (zone, number)
) WITHOUT ROWID, STRICT;

CREATE INDEX document_by_record ON document (zone, mms_id, number);

-- All that is there is still to be indexed; what was written last comes last.
INSERT INTO index_change
SELECT zone, row_number() OVER (PARTITION BY zone ORDER BY at, mms_id), mms_id FROM record;
