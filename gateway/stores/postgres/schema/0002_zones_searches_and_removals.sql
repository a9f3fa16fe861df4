-- Zones that were made at run time.
CREATE TABLE kept_zone (
    zone  text COLLATE "C" NOT NULL,
    body  text NOT NULL,  -- JSON: the KeptZone
    PRIMARY KEY (zone)
);

-- When records were removed; without an MMS ID, when the zone was last reset.
CREATE TABLE removed (
    zone    text COLLATE "C" NOT NULL,
    mms_id  text COLLATE "C" NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (zone, mms_id)
);

-- How often the zone was reset: ordinals that were leased before are no longer good.
ALTER TABLE zone ADD COLUMN epoch bigint NOT NULL DEFAULT 0;

-- What searches compare, a line each (words.py). Of attempts that have none, such as earlier ones, all is looked at.
ALTER TABLE attempt ADD COLUMN words text COLLATE "C" NOT NULL DEFAULT '';

-- For listings over all zones, and for searches, which then need not touch the attempts' bytes.
DROP INDEX attempt_by_seq;
CREATE INDEX attempt_by_seq ON attempt (seq) INCLUDE (zone, at, words);
