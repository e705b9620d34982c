-- Facts about the file, by name: its id, its device, the server last met.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Sums that would be slow to count; each changes with what it counts.
CREATE TABLE counter (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where each session state machine stands.
CREATE TABLE stream (
    source     TEXT NOT NULL,
    name       TEXT NOT NULL,
    state      BLOB NOT NULL,
    checksum   INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (source, name)
) STRICT, WITHOUT ROWID;

-- Match keys, so that an event carries a small number instead.
CREATE TABLE match_key (
    id  INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE
) STRICT;

-- The history: what was captured, as it is sent. Never updated.
CREATE TABLE event (
    sequence    INTEGER PRIMARY KEY,
    event_id    BLOB NOT NULL UNIQUE,
    match_id    INTEGER NOT NULL,
    origin      TEXT NOT NULL,  -- live or replay
    appended_ms INTEGER NOT NULL,
    checksum    INTEGER NOT NULL,
    body        TEXT NOT NULL
) STRICT;

-- What is still to be sent, in this order. Rows come and go, none is updated.
CREATE TABLE queue (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence) ON DELETE CASCADE,
    match_id INTEGER NOT NULL
) STRICT;
CREATE INDEX queue_by_match ON queue (match_id, sequence);

-- Of these, what is in a request at the moment; emptied at start.
CREATE TABLE in_flight (
    sequence INTEGER PRIMARY KEY REFERENCES queue (sequence) ON DELETE CASCADE,
    match_id INTEGER NOT NULL
) STRICT;

-- Of these, what was in a request that was refused as a whole.
CREATE TABLE suspect (
    sequence  INTEGER PRIMARY KEY REFERENCES queue (sequence) ON DELETE CASCADE,
    match_id  INTEGER NOT NULL,
    batch     INTEGER NOT NULL,  -- events with one number are sent together
    refused   INTEGER NOT NULL,  -- how often these were refused together
    alone     INTEGER NOT NULL,  -- how often this was refused alone, and it counted
    aside     INTEGER NOT NULL,  -- 1: others of its match may pass
    successes INTEGER NOT NULL   -- successful requests when it was last refused
) STRICT;
CREATE INDEX suspect_by_batch ON suspect (batch, sequence);

-- What the server has on its disk.
CREATE TABLE settled (
    sequence   INTEGER PRIMARY KEY REFERENCES event (sequence) ON DELETE CASCADE,
    settled_ms INTEGER NOT NULL
) STRICT;

-- What a person must look at.
CREATE TABLE quarantine (
    sequence INTEGER PRIMARY KEY REFERENCES event (sequence) ON DELETE CASCADE,
    reason   TEXT NOT NULL,
    detail   TEXT,
    since_ms INTEGER NOT NULL
) STRICT;

-- Ids whose event is gone: reading the same frames again must not bring it back.
CREATE TABLE known_id (
    event_id BLOB NOT NULL PRIMARY KEY,
    known_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX known_id_by_age ON known_id (known_ms);
