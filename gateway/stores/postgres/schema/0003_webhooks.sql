-- Programs that are told what was exported to a zone, and how far that has come.
CREATE TABLE webhook (
    zone  text COLLATE "C" NOT NULL,
    key   text COLLATE "C" NOT NULL,
    body  text NOT NULL,    -- JSON: the Webhook
    mark  bigint NOT NULL,  -- of the swap that kept it, by which it is known again
    PRIMARY KEY (zone, key)
);
