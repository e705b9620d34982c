-- Replaces version 1. What is here is written by the commit of a batch; what
-- follows from it, the gate's index and association, is in index.sqlite and can
-- be made anew.
CREATE TABLE device_2 (
    -- What other tables name a device by.
    device_no      INTEGER PRIMARY KEY,
    device         TEXT NOT NULL UNIQUE,
    name           TEXT NOT NULL,
    token_hash     BLOB NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    enrolled_at_ms INTEGER NOT NULL,
    revoked_at_ms  INTEGER
) STRICT;

-- Months of the log (see segment.rs): each has tables receipt_N and event_N.
CREATE TABLE segment (
    segment_no     INTEGER PRIMARY KEY AUTOINCREMENT,
    month          TEXT NOT NULL,
    first_batch    INTEGER NOT NULL,
    first_position INTEGER NOT NULL,
    has_events     INTEGER NOT NULL CHECK (has_events IN (0, 1))
) STRICT;

-- What is known of an outbox's sequence, as packed ranges (see ranges.rs).
CREATE TABLE outbox (
    device_no INTEGER NOT NULL,
    outbox    BLOB NOT NULL,
    known     BLOB NOT NULL,
    PRIMARY KEY (device_no, outbox)
) STRICT, WITHOUT ROWID;

CREATE TABLE server_version (
    version_no INTEGER PRIMARY KEY,
    version    TEXT NOT NULL UNIQUE
) STRICT;

-- Requests with an Idempotency-Key. An answer speaks of one outbox's sequence,
-- so its name is made of outbox and key.
CREATE TABLE kept_answer (
    device_no      INTEGER NOT NULL,
    name           BLOB NOT NULL,
    batch_no       INTEGER NOT NULL,
    answered_at_ms INTEGER NOT NULL,
    PRIMARY KEY (device_no, name)
) STRICT, WITHOUT ROWID;
