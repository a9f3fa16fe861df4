-- How each version came about, and what a record bears beside its MARC. X'5B5D' is an empty JSON array.
ALTER TABLE record ADD COLUMN made_by TEXT NOT NULL DEFAULT 'create';
ALTER TABLE record ADD COLUMN flags BLOB NOT NULL DEFAULT X'5B5D';  -- JSON
ALTER TABLE record ADD COLUMN management_tag TEXT NOT NULL DEFAULT '';
ALTER TABLE record ADD COLUMN linked_to TEXT NOT NULL DEFAULT '';

ALTER TABLE record_version ADD COLUMN made_by TEXT NOT NULL DEFAULT 'create';
ALTER TABLE record_version ADD COLUMN flags BLOB NOT NULL DEFAULT X'5B5D';  -- JSON
ALTER TABLE record_version ADD COLUMN management_tag TEXT NOT NULL DEFAULT '';
ALTER TABLE record_version ADD COLUMN linked_to TEXT NOT NULL DEFAULT '';

-- There was one way to make a later version.
UPDATE record SET made_by = 'overlay-all-fields-but-local' WHERE version > 1;
UPDATE record_version SET made_by = 'overlay-all-fields-but-local' WHERE version > 1;

-- Links that are still to be made, under the network zone in which their first half was done.
CREATE TABLE pending_link (
    zone        TEXT NOT NULL,
    submission  TEXT NOT NULL,
    link        BLOB NOT NULL,  -- JSON
    PRIMARY KEY (zone, submission)
) STRICT;
