-- The database itself.
CREATE TABLE store (
    singleton          INTEGER PRIMARY KEY CHECK (singleton = 1),
    store_id           TEXT NOT NULL,
    -- Association has folded in the log up to this position.
    associated_through INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE device (
    device         TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    token_hash     BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    enrolled_at_ms INTEGER NOT NULL,
    revoked_at_ms  INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE reader (
    reader        TEXT PRIMARY KEY,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL CHECK (role IN ('reader', 'operator')),
    token_hash    BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    added_at_ms   INTEGER NOT NULL,
    revoked_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment_key (
    name          TEXT PRIMARY KEY,
    key_hash      BLOB NOT NULL UNIQUE CHECK (length(key_hash) = 32),
    added_at_ms   INTEGER NOT NULL,
    expires_at_ms INTEGER,
    uses_max      INTEGER CHECK (uses_max > 0),
    uses          INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Gate and log at once.
CREATE TABLE log (
    position        INTEGER PRIMARY KEY,
    device          TEXT NOT NULL REFERENCES device (device),
    event_id        TEXT NOT NULL,
    outbox          TEXT,
    sequence        INTEGER CHECK (sequence > 0),
    event_type      TEXT NOT NULL,
    subject         TEXT,
    fingerprint     BLOB NOT NULL CHECK (length(fingerprint) = 32),
    -- The event byte for byte as it was sent. NULL once it was erased: the gate
    -- remembers the id, so that no retry restores what a player deleted.
    event           TEXT,
    origin          TEXT CHECK (origin IN ('live', 'replay')),
    received_at_ms  INTEGER NOT NULL,
    corrected_at_ms INTEGER NOT NULL,
    time_quality    TEXT NOT NULL CHECK (time_quality IN ('good', 'low')),
    UNIQUE (device, event_id)
) STRICT;

-- What is known of an outbox's sequence: closed ranges that neither overlap
-- nor touch.
CREATE TABLE known_range (
    device         TEXT NOT NULL REFERENCES device (device),
    outbox         TEXT NOT NULL,
    first_sequence INTEGER NOT NULL CHECK (first_sequence > 0),
    last_sequence  INTEGER NOT NULL CHECK (last_sequence >= first_sequence),
    PRIMARY KEY (device, outbox, first_sequence)
) STRICT, WITHOUT ROWID;

-- Answers to requests that carried an Idempotency-Key. An answer speaks of one
-- outbox's sequence, so a key is a device's and an outbox's; '' names none.
CREATE TABLE answer (
    answer         INTEGER PRIMARY KEY,
    device         TEXT NOT NULL REFERENCES device (device),
    outbox         TEXT NOT NULL,
    key            TEXT NOT NULL,
    body_hash      BLOB NOT NULL CHECK (length(body_hash) = 32),
    status         INTEGER NOT NULL,
    body           BLOB NOT NULL,
    answered_at_ms INTEGER NOT NULL,
    UNIQUE (device, outbox, key)
) STRICT;
CREATE INDEX answer_by_age ON answer (answered_at_ms);
CREATE INDEX answer_by_device ON answer (device, answer);

-- From here on everything is written by association and can be built anew
-- from the log.
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

CREATE TABLE match_device (
    match_id INTEGER NOT NULL REFERENCES game_match (match_id),
    device   TEXT NOT NULL REFERENCES device (device),
    -- 1 once this device itself has sent match_ended.
    ended    INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
    PRIMARY KEY (match_id, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_device_by_device ON match_device (device);

CREATE TABLE occurrence (
    occurrence_id  TEXT PRIMARY KEY,
    match_id       INTEGER NOT NULL REFERENCES game_match (match_id),
    kind           TEXT NOT NULL,
    actors         TEXT NOT NULL,
    round          INTEGER,
    match_clock_ms INTEGER,
    at_ms          INTEGER NOT NULL,
    at_quality     TEXT NOT NULL CHECK (at_quality IN ('good', 'low')),
    confidence     REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    revision       INTEGER NOT NULL,
    late           INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    details        TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_in_order
    ON occurrence (match_id, at_ms, ifnull(match_clock_ms, 0), occurrence_id);

CREATE TABLE witness (
    occurrence_id TEXT NOT NULL REFERENCES occurrence (occurrence_id),
    device        TEXT NOT NULL REFERENCES device (device),
    event_id      TEXT NOT NULL,
    PRIMARY KEY (occurrence_id, device, event_id)
) STRICT, WITHOUT ROWID;
