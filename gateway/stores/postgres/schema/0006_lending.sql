-- Who borrows.
CREATE TABLE patron (
    zone     text COLLATE "C" NOT NULL,
    barcode  text COLLATE "C" NOT NULL,
    body     text NOT NULL,  -- JSON: the Patron
    PRIMARY KEY (zone, barcode)
);

-- Items that somebody has.
CREATE TABLE loan (
    zone    text COLLATE "C" NOT NULL,
    item    text COLLATE "C" NOT NULL,
    mms_id  text COLLATE "C" NOT NULL,
    patron  text COLLATE "C" NOT NULL,
    body    text NOT NULL,  -- JSON: the Loan
    PRIMARY KEY (zone, item)
);

CREATE INDEX loan_by_mms_id ON loan (zone, mms_id);
CREATE INDEX loan_by_patron ON loan (zone, patron);

-- What somebody waits for.
CREATE TABLE request (
    zone         text COLLATE "C" NOT NULL,
    id           text COLLATE "C" NOT NULL,
    mms_id       text COLLATE "C" NOT NULL,
    item         text COLLATE "C" NOT NULL,
    patron       text COLLATE "C" NOT NULL,
    external_id  text COLLATE "C" NOT NULL,
    body         text NOT NULL,  -- JSON: the Request
    PRIMARY KEY (zone, id)
);

CREATE INDEX request_by_mms_id ON request (zone, mms_id);
CREATE INDEX request_by_item ON request (zone, item);
CREATE INDEX request_by_patron ON request (zone, patron);
CREATE INDEX request_by_external_id ON request (zone, external_id);

-- The numbers of exchanges, over all zones.
CREATE SEQUENCE exchange_seq;

-- Messages of other systems, the newest some thousand.
CREATE TABLE exchange (
    zone      text COLLATE "C" NOT NULL,
    seq       bigint NOT NULL,
    body      text NOT NULL,  -- JSON: the Exchange without its number and its messages
    words     text COLLATE "C" NOT NULL,  -- what searches compare, small letters
    asked     bytea NOT NULL,
    answered  bytea NOT NULL,
    PRIMARY KEY (zone, seq)
);

-- For listings over all zones.
CREATE INDEX exchange_by_seq ON exchange (seq);
