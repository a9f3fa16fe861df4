-- Programs that are told what was exported to a zone, and how far that has come.
CREATE TABLE webhook (
    zone  TEXT NOT NULL,
    key   TEXT NOT NULL,
    body  BLOB NOT NULL,  -- JSON: the Webhook
    PRIMARY KEY (zone, key)
) WITHOUT ROWID, STRICT;
