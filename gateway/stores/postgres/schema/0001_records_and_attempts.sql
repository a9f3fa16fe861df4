-- The zone comes first in every key, so that the database can be spread by zone over several servers (citus.py).
-- Text is compared byte by byte. What is kept as JSON is a noun of gateway/model as msgspec writes it: a text of
-- a record may hold NUL, which a column of type text cannot, and JSON writes as \u0000.

-- How many records' ordinals the gateways of a zone have leased, from which MMS IDs are made.
CREATE TABLE zone (
    zone     text COLLATE "C" NOT NULL,
    ordinal  bigint NOT NULL,
    PRIMARY KEY (zone)
);

-- The newest version of each record. Earlier ones move to record_version when the next is written.
CREATE TABLE record (
    zone     text COLLATE "C" NOT NULL,
    mms_id   text COLLATE "C" NOT NULL,
    version  integer NOT NULL,
    marc     bytea NOT NULL,
    body     text NOT NULL,  -- JSON: the BibRecord without its MARC
    PRIMARY KEY (zone, mms_id)
);

CREATE TABLE record_version (
    zone     text COLLATE "C" NOT NULL,
    mms_id   text COLLATE "C" NOT NULL,
    version  integer NOT NULL,
    marc     bytea NOT NULL,
    body     text NOT NULL,
    PRIMARY KEY (zone, mms_id, version)
);

-- By what a record's newest version is found: its kind and value, such as oclc:12345.
CREATE TABLE identifier (
    zone    text COLLATE "C" NOT NULL,
    number  text COLLATE "C" NOT NULL,
    mms_id  text COLLATE "C" NOT NULL,
    PRIMARY KEY (zone, number, mms_id)
);

-- The numbers of attempts. A group of imports draws its own in one statement, under its zone's lock.
CREATE SEQUENCE attempt_seq;

CREATE TABLE attempt (
    zone  text COLLATE "C" NOT NULL,
    seq   bigint NOT NULL,
    id    text COLLATE "C" NOT NULL,
    at    timestamptz NOT NULL,
    raw   bytea NOT NULL,
    body  text NOT NULL,  -- JSON: the Submission without its bytes, and the Receipt
    PRIMARY KEY (zone, seq),
    UNIQUE (zone, id)
);

-- For listings over all zones.
CREATE INDEX attempt_by_seq ON attempt (seq);

-- What became of replies: rows of their own, for to change an attempt's would write its bytes again.
CREATE TABLE delivery (
    zone       text COLLATE "C" NOT NULL,
    seq        bigint NOT NULL,
    seconds    double precision NOT NULL,
    delivered  boolean NOT NULL,
    PRIMARY KEY (zone, seq)
);

-- Links that are still to be made, under the network zone in which their first half was done.
CREATE TABLE pending_link (
    zone        text COLLATE "C" NOT NULL,
    submission  text COLLATE "C" NOT NULL,
    link        text NOT NULL,  -- JSON
    PRIMARY KEY (zone, submission)
);

-- Most records have some 2 kB: to try to compress each costs more than to write it as it is.
ALTER TABLE record SET (toast_tuple_target = 4080);
ALTER TABLE record_version SET (toast_tuple_target = 4080);
ALTER TABLE attempt SET (toast_tuple_target = 4080);
