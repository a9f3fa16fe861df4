-- By what records are searched for: gateway/search makes it and reads it, no query stands here.

-- How far each zone's rows are. A zone that was never searched has none.
CREATE TABLE index_state (
    zone        text COLLATE "C" NOT NULL,
    rules       integer NOT NULL,  -- version of the rules by which they were made
    epoch       bigint NOT NULL,   -- how often they were made anew
    generation  bigint NOT NULL,   -- how often something was put into them
    numbers     bigint NOT NULL,   -- how many changes they have
    PRIMARY KEY (zone)
);

-- Places are drawn under the zone's lock, as attempts' numbers are: they rise in the order of the commits.
CREATE SEQUENCE index_place;

-- Records that were written or removed, and that no row knows of yet.
CREATE TABLE index_change (
    zone    text COLLATE "C" NOT NULL,
    place   bigint NOT NULL,
    mms_id  text COLLATE "C" NOT NULL,
    PRIMARY KEY (zone, place)
);

-- Who has a key: numbers of documents, 65,536 of them a block. They are read often, and do not compress.
CREATE TABLE posting (
    zone     text COLLATE "C" NOT NULL,
    key      text COLLATE "C" NOT NULL,
    block    integer NOT NULL,
    numbers  bytea NOT NULL,
    PRIMARY KEY (zone, key, block)
);

ALTER TABLE posting ALTER COLUMN numbers SET STORAGE EXTERNAL;

-- A version of a record that was indexed.
CREATE TABLE document (
    zone    text COLLATE "C" NOT NULL,
    number  bigint NOT NULL,
    mms_id  text COLLATE "C" NOT NULL,
    title   text NOT NULL,
    author  text NOT NULL,
    date    text NOT NULL,
    text    text NOT NULL,
    PRIMARY KEY (zone, number)
);

CREATE INDEX document_by_record ON document (zone, mms_id, number);

-- All that is there is still to be indexed; what was written last comes last. When that was stands in the JSON, which
-- may have \u0000 elsewhere, and so is no json to PostgreSQL; no text in it has a quotation mark that is not escaped.
INSERT INTO index_change
SELECT zone, nextval('index_place'), mms_id
FROM (
    SELECT zone, mms_id FROM record ORDER BY zone, substring(body FROM '"at":"([^"]+)"')::timestamptz, mms_id
) AS written;
