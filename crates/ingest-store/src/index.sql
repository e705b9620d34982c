-- Everything here follows from ingest.sqlite and can be made anew from it.
CREATE TABLE follow (
    singleton          INTEGER PRIMARY KEY CHECK (singleton = 1),
    -- The log that this file follows.
    store_id           TEXT NOT NULL,
    -- Random: who does not know it cannot choose ids for one row of the gate.
    secret             BLOB NOT NULL,
    -- The gate's index has all batches up to this one; the mark tells a log
    -- that was restored from the one that was followed.
    shelved_through    INTEGER NOT NULL,
    shelved_mark       TEXT NOT NULL,
    -- Association has folded in all batches up to this one.
    associated_batch   INTEGER NOT NULL,
    associated_mark    TEXT NOT NULL,
    -- The same as a position in the log.
    associated_through INTEGER NOT NULL
) STRICT;

-- Where the gate finds an event id (see gate/shelf.rs).
CREATE TABLE gate (
    segment_no INTEGER NOT NULL,
    device_no  INTEGER NOT NULL,
    part       INTEGER NOT NULL,
    entries    BLOB NOT NULL,
    PRIMARY KEY (segment_no, device_no, part)
) STRICT, WITHOUT ROWID;

CREATE TABLE game_match (
    match_id        INTEGER PRIMARY KEY,
    key             TEXT NOT NULL UNIQUE,
    game            TEXT NOT NULL,
    started_at_ms   INTEGER NOT NULL,
    started_quality TEXT NOT NULL CHECK (started_quality IN ('good', 'low')),
    revision        INTEGER NOT NULL DEFAULT 0,
    sealed_at_ms    INTEGER
) STRICT;
CREATE INDEX game_match_newest ON game_match (started_at_ms DESC, match_id DESC);

-- Which batches have events of a match, so that they are found without
-- reading the log.
CREATE TABLE match_batch (
    match_id INTEGER NOT NULL,
    batch_no INTEGER NOT NULL,
    PRIMARY KEY (match_id, batch_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE match_device (
    match_id INTEGER NOT NULL,
    device   BLOB NOT NULL,
    -- 1 once this device itself has sent match_ended.
    ended    INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
    PRIMARY KEY (match_id, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_device_by_device ON match_device (device);

-- Clustered by match, so that what is written together lies together.
CREATE TABLE occurrence (
    match_id       INTEGER NOT NULL,
    occurrence_id  BLOB NOT NULL,
    kind           TEXT NOT NULL,
    actors         TEXT NOT NULL,
    round          INTEGER,
    match_clock_ms INTEGER,
    at_ms          INTEGER NOT NULL,
    at_quality     TEXT NOT NULL CHECK (at_quality IN ('good', 'low')),
    confidence     REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    revision       INTEGER NOT NULL,
    late           INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    details        TEXT NOT NULL,
    PRIMARY KEY (match_id, occurrence_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_in_order
    ON occurrence (match_id, at_ms, ifnull(match_clock_ms, 0), occurrence_id);

CREATE TABLE witness (
    match_id      INTEGER NOT NULL,
    occurrence_id BLOB NOT NULL,
    device        BLOB NOT NULL,
    event_id      TEXT NOT NULL,
    PRIMARY KEY (match_id, occurrence_id, device, event_id)
) STRICT, WITHOUT ROWID;
