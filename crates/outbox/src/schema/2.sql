-- Spans instead of rows: neighbours of one match that stand alike are one row,
-- so that an append, a claim or a settlement of many writes little more than
-- one of a single event.

CREATE TABLE queue_2 (
    first    INTEGER PRIMARY KEY,
    last     INTEGER NOT NULL,
    match_id INTEGER NOT NULL,
    since_ms INTEGER NOT NULL  -- 0: since it was appended; -1: put back, not seen yet
) STRICT;
INSERT INTO queue_2
    SELECT min(sequence), max(sequence), match_id, 0 FROM (
        SELECT sequence, match_id,
            sequence - row_number() OVER (PARTITION BY match_id ORDER BY sequence) AS island
        FROM queue)
    GROUP BY match_id, island;

CREATE TABLE settled_2 (
    first    INTEGER PRIMARY KEY,
    last     INTEGER NOT NULL,
    match_id INTEGER NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT;
INSERT INTO settled_2
    SELECT min(sequence), max(sequence), match_id, settled_ms FROM (
        SELECT sequence, match_id, settled_ms, sequence - row_number()
            OVER (PARTITION BY match_id, settled_ms ORDER BY sequence) AS island
        FROM settled JOIN event USING (sequence))
    GROUP BY match_id, settled_ms, island;

CREATE TABLE suspect_2 (
    sequence  INTEGER PRIMARY KEY,
    match_id  INTEGER NOT NULL,
    batch     INTEGER NOT NULL,  -- events with one number are sent together
    refused   INTEGER NOT NULL,  -- how often these were refused together
    alone     INTEGER NOT NULL,  -- how often this was refused alone, and it counted
    aside     INTEGER NOT NULL,  -- 1: others of its match may pass
    successes INTEGER NOT NULL   -- successful requests when it was last refused
) STRICT;
INSERT INTO suspect_2 SELECT * FROM suspect;

CREATE TABLE quarantine_2 (
    sequence INTEGER PRIMARY KEY,
    reason   TEXT NOT NULL,
    detail   TEXT,
    since_ms INTEGER NOT NULL
) STRICT;
INSERT INTO quarantine_2 SELECT * FROM quarantine;

-- Which sequences a match has, sent or not: where its ids are looked for.
CREATE TABLE match_span (
    match_id INTEGER NOT NULL,
    first    INTEGER NOT NULL,
    last     INTEGER NOT NULL,
    PRIMARY KEY (match_id, first)
) STRICT, WITHOUT ROWID;
INSERT INTO match_span
    SELECT match_id, min(sequence), max(sequence) FROM (
        SELECT sequence, match_id,
            sequence - row_number() OVER (PARTITION BY match_id ORDER BY sequence) AS island
        FROM event)
    GROUP BY match_id, island;

-- Ids are looked for within their match: match 0 are those of schema 1, which
-- did not say.
CREATE TABLE known_id_2 (
    match_id INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    known_ms INTEGER NOT NULL,
    PRIMARY KEY (match_id, event_id)
) STRICT, WITHOUT ROWID;
INSERT INTO known_id_2 SELECT 0, event_id, known_ms FROM known_id;

-- The same rows without an index: ids are random, and an index of them writes
-- a page for every event.
CREATE TABLE event_2 (
    sequence    INTEGER PRIMARY KEY,
    event_id    BLOB NOT NULL,
    match_id    INTEGER NOT NULL,
    origin      TEXT NOT NULL,  -- live or replay
    appended_ms INTEGER NOT NULL,
    checksum    INTEGER NOT NULL,
    body        TEXT NOT NULL
) STRICT;
INSERT INTO event_2 SELECT * FROM event ORDER BY sequence;

-- What refers to others goes before them.
DROP TABLE in_flight;
DROP TABLE suspect;
DROP TABLE queue;
DROP TABLE settled;
DROP TABLE quarantine;
DROP TABLE known_id;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
ALTER TABLE queue_2 RENAME TO queue;
ALTER TABLE settled_2 RENAME TO settled;
ALTER TABLE suspect_2 RENAME TO suspect;
ALTER TABLE quarantine_2 RENAME TO quarantine;
ALTER TABLE known_id_2 RENAME TO known_id;
CREATE INDEX queue_by_match ON queue (match_id, first);
CREATE INDEX suspect_by_batch ON suspect (batch, sequence);
CREATE INDEX known_id_by_age ON known_id (known_ms);

-- Of the queue, what is in a request at the moment; emptied at start.
CREATE TABLE in_flight (
    first    INTEGER PRIMARY KEY,
    last     INTEGER NOT NULL,
    match_id INTEGER NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT;
