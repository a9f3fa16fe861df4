-- Records that were written or removed, or of which a holding or an item was, since somebody last published them. Those
-- that were written may stand in index_change alone: who asks for them brings them here.
CREATE TABLE unpublished (
    zone    text COLLATE "C" NOT NULL,
    mms_id  text COLLATE "C" NOT NULL,
    place   bigint NOT NULL,  -- another one after each change
    PRIMARY KEY (zone, mms_id)
);

INSERT INTO unpublished SELECT zone, mms_id, 0 FROM record UNION SELECT zone, mms_id, 0 FROM index_change;

CREATE TABLE unpublished_state (
    zone     text COLLATE "C" NOT NULL,
    place    bigint NOT NULL,  -- of index_change, as far as it was brought here
    made_by  text NOT NULL,    -- who has last made all of the zone unpublished
    PRIMARY KEY (zone)
);

INSERT INTO unpublished_state SELECT zone, max(place), '' FROM index_change GROUP BY zone;

-- Records of sets as they were last published. By the key alone it is found which of them changed within a time.
CREATE TABLE published (
    zone     text COLLATE "C" NOT NULL,
    set_key  text COLLATE "C" NOT NULL,
    mms_id   text COLLATE "C" NOT NULL,
    at       bigint NOT NULL,  -- seconds since 1970, UTC
    digest   bytea NOT NULL,
    form     bytea NOT NULL,   -- MARCXML; empty where the record is deleted
    PRIMARY KEY (zone, set_key, mms_id) INCLUDE (at)
);

-- Forms are read as often as they are written, or oftener: they are not compressed, and those of usual length stay in
-- their rows, which may be as long as a page.
ALTER TABLE published ALTER COLUMN form SET STORAGE EXTERNAL;
ALTER TABLE published SET (toast_tuple_target = 8160);

CREATE INDEX published_by_time ON published (zone, set_key, at, mms_id);
CREATE INDEX published_deleted ON published (zone, set_key) WHERE form = ''::bytea;

-- Of zones what was made at run time, and the runs of their sets.
CREATE TABLE repository (
    zone  text COLLATE "C" NOT NULL,
    body  text NOT NULL,  -- JSON: the Repository
    PRIMARY KEY (zone)
);

CREATE TABLE publishing_profile (
    zone  text COLLATE "C" NOT NULL,
    key   text COLLATE "C" NOT NULL,
    body  text NOT NULL,  -- JSON: the PublishingProfile
    PRIMARY KEY (zone, key)
);

CREATE TABLE publishing_run (
    zone      text COLLATE "C" NOT NULL,
    set_key   text COLLATE "C" NOT NULL,
    began_at  timestamptz NOT NULL,
    body      text NOT NULL,  -- JSON: the PublishingRun
    PRIMARY KEY (zone, set_key, began_at)
);
