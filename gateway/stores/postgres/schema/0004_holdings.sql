-- Libraries of a zone, with their locations.
CREATE TABLE library (
    zone  text COLLATE "C" NOT NULL,
    code  text COLLATE "C" NOT NULL,
    body  text NOT NULL,  -- JSON: the Library
    PRIMARY KEY (zone, code)
);

-- Holdings, those of a record beside each other.
CREATE TABLE holding (
    zone      text COLLATE "C" NOT NULL,
    mms_id    text COLLATE "C" NOT NULL,
    id        text COLLATE "C" NOT NULL,
    library   text COLLATE "C" NOT NULL,
    location  text COLLATE "C" NOT NULL,
    body      text NOT NULL,  -- JSON: the Holding
    PRIMARY KEY (zone, mms_id, id),
    UNIQUE (zone, id)
);

CREATE INDEX holding_by_location ON holding (zone, library, location);

-- Items, those of a record beside each other.
CREATE TABLE item (
    zone     text COLLATE "C" NOT NULL,
    mms_id   text COLLATE "C" NOT NULL,
    holding  text COLLATE "C" NOT NULL,
    barcode  text COLLATE "C" NOT NULL,
    body     text NOT NULL,  -- JSON: the Item
    PRIMARY KEY (zone, mms_id, holding, barcode),
    UNIQUE (zone, barcode)
);
