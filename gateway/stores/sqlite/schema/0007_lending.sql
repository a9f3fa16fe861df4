-- Who borrows.
CREATE TABLE patron (
    zone     TEXT NOT NULL,
    barcode  TEXT NOT NULL,
    body     BLOB NOT NULL,  -- JSON: the Patron
    PRIMARY KEY (zone, barcode)
) WITHOUT ROWID, STRICT;

-- Items that somebody has.
CREATE TABLE loan (
    zone    TEXT NOT NULL,
    item    TEXT NOT NULL,
    mms_id  TEXT NOT NULL,
    patron  TEXT NOT NULL,
    body    BLOB NOT NULL,  -- JSON: the Loan
    PRIMARY KEY (zone, item)
) WITHOUT ROWID, STRICT;

CREATE INDEX loan_by_mms_id ON loan (zone, mms_id);
CREATE INDEX loan_by_patron ON loan (zone, patron);

-- What somebody waits for.
CREATE TABLE request (
    zone         TEXT NOT NULL,
    id           TEXT NOT NULL,
    mms_id       TEXT NOT NULL,
    item         TEXT NOT NULL,
    patron       TEXT NOT NULL,
    external_id  TEXT NOT NULL,
    body         BLOB NOT NULL,  -- JSON: the Request
    PRIMARY KEY (zone, id)
) WITHOUT ROWID, STRICT;

CREATE INDEX request_by_mms_id ON request (zone, mms_id);
CREATE INDEX request_by_item ON request (zone, item);
CREATE INDEX request_by_patron ON request (zone, patron);
CREATE INDEX request_by_external_id ON request (zone, external_id);

-- Messages of other systems, the newest some thousand. What is long stands last: listings and searches do not read it.
CREATE TABLE exchange (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    zone      TEXT NOT NULL,
    body      BLOB NOT NULL,  -- JSON: the Exchange without its number and its messages
    words     TEXT NOT NULL,  -- what searches compare, small letters
    asked     BLOB NOT NULL,
    answered  BLOB NOT NULL
) STRICT;

CREATE INDEX exchange_by_zone ON exchange (zone);
