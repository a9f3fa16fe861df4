-- Libraries of a zone, with their locations.
CREATE TABLE library (
    zone  TEXT NOT NULL,
    code  TEXT NOT NULL,
    body  BLOB NOT NULL,  -- JSON: the Library
    PRIMARY KEY (zone, code)
) WITHOUT ROWID, STRICT;

-- Holdings, those of a record beside each other.
CREATE TABLE holding (
    zone      TEXT NOT NULL,
    mms_id    TEXT NOT NULL,
    id        TEXT NOT NULL,
    library   TEXT NOT NULL,
    location  TEXT NOT NULL,
    body      BLOB NOT NULL,  -- JSON: the Holding
    PRIMARY KEY (zone, mms_id, id)
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX holding_by_id ON holding (zone, id);
CREATE INDEX holding_by_location ON holding (zone, library, location);

-- Items, those of a record beside each other.
CREATE TABLE item (
    zone     TEXT NOT NULL,
    mms_id   TEXT NOT NULL,
    holding  TEXT NOT NULL,
    barcode  TEXT NOT NULL,
    body     BLOB NOT NULL,  -- JSON: the Item
    PRIMARY KEY (zone, mms_id, holding, barcode)
) WITHOUT ROWID, STRICT;

CREATE UNIQUE INDEX item_by_barcode ON item (zone, barcode);
