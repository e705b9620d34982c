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
    associated_through INTEGER NOT NULL,
    -- And all decisions up to this one (match_decision in ingest.sqlite).
    decided            INTEGER NOT NULL,
    -- Changes that did not come from following: whoever has some of it in memory
    -- looks whether it still is what it was.
    edits              INTEGER NOT NULL,
    -- Higher than any revision of a match that was forgotten. A match begins behind
    -- it: under one of those keys nobody takes its changes for those of before.
    forgotten_revision INTEGER NOT NULL,
    -- Eight random bytes, new whenever the same revision could tell of something
    -- else than before: when the file is made, and when it follows anew.
    generation         BLOB NOT NULL,
    -- The last batch that the log had when association began to follow it anew, until
    -- it is there again: before that this tells less than was told already.
    anew_until         INTEGER NOT NULL DEFAULT 0,
    -- And the last decision that was made by then.
    anew_decided       INTEGER NOT NULL DEFAULT 0
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
    match_id         INTEGER PRIMARY KEY,
    -- The key that it has now, or had when it was joined into another.
    key              TEXT NOT NULL UNIQUE,
    game             TEXT NOT NULL,
    started_at_ms    INTEGER NOT NULL,
    started_quality  TEXT NOT NULL CHECK (started_quality IN ('good', 'low')),
    -- Of its last change (see change).
    revision         INTEGER NOT NULL DEFAULT 0,
    -- The match that it was joined into: then only its changes are left here.
    moved_to         INTEGER,
    sealed_at_ms     INTEGER,
    -- Log position: events up to it were there at the seal.
    sealed_through   INTEGER,
    -- When it began to be open: its first event was received, or it was reopened.
    open_since_ms    INTEGER NOT NULL DEFAULT 0,
    last_received_ms INTEGER NOT NULL DEFAULT 0,
    -- When the last of its devices told its end; NULL while one has not.
    all_ended_ms     INTEGER,
    -- Events in occurrences, and of them those that came after the seal.
    reports          INTEGER NOT NULL DEFAULT 0,
    late             INTEGER NOT NULL DEFAULT 0,
    -- Events that are in none, since there were too many.
    overflow         INTEGER NOT NULL DEFAULT 0,
    -- Rows of types of somebody else's and of evidence, which association does
    -- not count, and how many of those were too many.
    apart            INTEGER NOT NULL DEFAULT 0,
    apart_overflow   INTEGER NOT NULL DEFAULT 0,
    occurrences      INTEGER NOT NULL DEFAULT 0,
    -- Occurrences by standing (see occurrence).
    confirmed        INTEGER NOT NULL DEFAULT 0,
    supported        INTEGER NOT NULL DEFAULT 0,
    lone             INTEGER NOT NULL DEFAULT 0,
    contradicted     INTEGER NOT NULL DEFAULT 0,
    -- What is odd about it, as words with spaces between.
    flags            TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX game_match_newest ON game_match (started_at_ms DESC, match_id DESC);
-- What may be sealed.
CREATE INDEX game_match_all_ended ON game_match (all_ended_ms, match_id)
    WHERE all_ended_ms IS NOT NULL AND sealed_at_ms IS NULL AND moved_to IS NULL;
CREATE INDEX game_match_silent ON game_match (last_received_ms, match_id)
    WHERE sealed_at_ms IS NULL AND moved_to IS NULL;
CREATE INDEX game_match_open ON game_match (open_since_ms, match_id)
    WHERE sealed_at_ms IS NULL AND moved_to IS NULL;

-- Sums over the matches that were not joined into others, so that nobody has to
-- read them all to know.
CREATE TABLE total (
    singleton   INTEGER PRIMARY KEY CHECK (singleton = 1),
    open        INTEGER NOT NULL,
    sealed      INTEGER NOT NULL,
    reports     INTEGER NOT NULL,
    occurrences INTEGER NOT NULL
) STRICT;
INSERT INTO total VALUES (1, 0, 0, 0, 0);
CREATE TRIGGER game_match_comes AFTER INSERT ON game_match WHEN new.moved_to IS NULL BEGIN
    UPDATE total SET open = open + (new.sealed_at_ms IS NULL),
                     sealed = sealed + (new.sealed_at_ms IS NOT NULL),
                     reports = reports + new.reports,
                     occurrences = occurrences + new.occurrences;
END;
CREATE TRIGGER game_match_goes AFTER DELETE ON game_match WHEN old.moved_to IS NULL BEGIN
    UPDATE total SET open = open - (old.sealed_at_ms IS NULL),
                     sealed = sealed - (old.sealed_at_ms IS NOT NULL),
                     reports = reports - old.reports,
                     occurrences = occurrences - old.occurrences;
END;
-- What is joined into another or forgotten stays so.
CREATE TRIGGER game_match_is_joined AFTER UPDATE OF moved_to ON game_match
WHEN old.moved_to IS NULL AND new.moved_to IS NOT NULL BEGIN
    UPDATE total SET open = open - (old.sealed_at_ms IS NULL),
                     sealed = sealed - (old.sealed_at_ms IS NOT NULL),
                     reports = reports - old.reports,
                     occurrences = occurrences - old.occurrences;
END;
CREATE TRIGGER game_match_changes AFTER UPDATE OF sealed_at_ms, reports, occurrences ON game_match
WHEN old.moved_to IS NULL AND new.moved_to IS NULL BEGIN
    UPDATE total SET open = open + (new.sealed_at_ms IS NULL) - (old.sealed_at_ms IS NULL),
                     sealed = sealed + (new.sealed_at_ms IS NOT NULL) - (old.sealed_at_ms IS NOT NULL),
                     reports = reports + new.reports - old.reports,
                     occurrences = occurrences + new.occurrences - old.occurrences;
END;

-- Every key that leads to a match: as events name it, or as one of its sessions
-- learnt it.
CREATE TABLE match_key (
    key      TEXT PRIMARY KEY,
    match_id INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX match_key_by_match ON match_key (match_id);

-- What association keeps of a match besides its reports and occurrences: its
-- streams and clocks among others.
CREATE TABLE match_state (
    match_id      INTEGER PRIMARY KEY,
    whole         BLOB NOT NULL,
    -- Of its last event.
    last_position INTEGER NOT NULL
) STRICT;

-- Which batches have events of a match, so that they are found without
-- reading the log.
CREATE TABLE match_batch (
    match_id INTEGER NOT NULL,
    batch_no INTEGER NOT NULL,
    PRIMARY KEY (match_id, batch_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE match_device (
    match_id       INTEGER NOT NULL,
    device         BLOB NOT NULL,
    -- When its last match_ended was; the outbox and the number that it had there.
    ended_at_ms    INTEGER,
    ended_outbox   BLOB,
    ended_sequence INTEGER,
    -- The place of the first one that it told live, when that was received, and
    -- when it was by the device's clock.
    left_no          INTEGER,
    left_received_ms INTEGER,
    left_told_ms     INTEGER,
    -- When it was as far as that clock is known, at the latest when received.
    left_at_ms       INTEGER,
    -- 1 where it told since of what happened later than its end.
    goes_on        INTEGER NOT NULL DEFAULT 0 CHECK (goes_on IN (0, 1)),
    PRIMARY KEY (match_id, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX match_device_by_device ON match_device (device);

-- How names are written, by their keys in association, as far as they are kept.
CREATE TABLE match_name (
    match_id INTEGER NOT NULL,
    name_key INTEGER NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (match_id, name_key)
) STRICT, WITHOUT ROWID;

-- Who sent what: a device, and the account whose game it watched.
CREATE TABLE stream (
    match_id    INTEGER NOT NULL,
    -- Counted from 0 in each match; another number than association's.
    stream_no   INTEGER NOT NULL,
    device      BLOB NOT NULL,
    -- NULL where the game names nobody.
    account     TEXT,
    PRIMARY KEY (match_id, stream_no)
) STRICT, WITHOUT ROWID;

-- One row an event, by its place in the log.
CREATE TABLE report (
    match_id      INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    -- Where it is now. Of one that was erased or was too much: where the public
    -- id leads that it founded; NULL where that is nowhere.
    occurrence_no INTEGER,
    -- 0 a witness, 1 one that came after the seal, 2 too much, 3 a type of
    -- somebody else's, 4 evidence, which is no witness, 5 erased.
    state         INTEGER NOT NULL,
    stream_no     INTEGER NOT NULL,
    -- 16 bytes where it is a UUID in its usual writing, else text.
    event_id      ANY NOT NULL,
    batch_no      INTEGER NOT NULL,
    -- NULL for a type of somebody else's.
    kind          TEXT,
    -- The key that it names, where that is another than the match's first one.
    subject       TEXT,
    at_ms         INTEGER NOT NULL,
    good          INTEGER NOT NULL CHECK (good IN (0, 1)),
    -- The how-manieth public id of the match it founded, where it did.
    published     INTEGER,
    -- What it told, as association keeps it.
    told          BLOB NOT NULL,
    PRIMARY KEY (match_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX report_by_occurrence ON report (match_id, occurrence_no);

-- Clustered by match, so that what is written together lies together.
CREATE TABLE occurrence (
    match_id       INTEGER NOT NULL,
    -- The log position of the event that founded it.
    occurrence_no  INTEGER NOT NULL,
    occurrence_id  BLOB NOT NULL,
    kind           TEXT NOT NULL,
    actors         TEXT NOT NULL,
    round          INTEGER,
    match_clock_ms INTEGER,
    at_ms          INTEGER NOT NULL,
    at_quality     TEXT NOT NULL CHECK (at_quality IN ('good', 'low')),
    confidence     REAL NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    -- 0 lone, 1 supported, 2 confirmed, 3 contradicted.
    standing       INTEGER NOT NULL DEFAULT 0,
    -- Accounts that saw it, and those that saw it or should have.
    seen_by        INTEGER NOT NULL DEFAULT 1,
    expected       INTEGER NOT NULL DEFAULT 1,
    -- JSON: the game's account ids of the actors; NULL where it gives none.
    actor_ids      TEXT,
    -- What players are counted it for (see statistics.rs); NULL for nothing.
    counted        TEXT,
    -- JSON: numbers of the occurrences that may be its other half; NULL for none.
    linked         TEXT,
    revision       INTEGER NOT NULL,
    late           INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
    details        TEXT NOT NULL,
    -- The events that actors and details are told by.
    attacker_from  INTEGER NOT NULL,
    victim_from    INTEGER NOT NULL,
    assists_from   INTEGER NOT NULL,
    -- What association keeps of it; empty for a type of somebody else's.
    kept           BLOB NOT NULL,
    PRIMARY KEY (match_id, occurrence_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_in_order
    ON occurrence (match_id, at_ms, ifnull(match_clock_ms, 0), occurrence_id);

-- Every id of an occurrence that was ever published. It names the occurrence of
-- that number, or where there is none the one that has the event of that
-- position now (report.occurrence_no); where there is none either it was
-- retracted.
CREATE TABLE occurrence_alias (
    match_id      INTEGER NOT NULL,
    occurrence_id BLOB NOT NULL,
    occurrence_no INTEGER NOT NULL,
    PRIMARY KEY (match_id, occurrence_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX occurrence_alias_by_no ON occurrence_alias (match_id, occurrence_no);

-- What changed, a row a step (see changes.rs).
CREATE TABLE change (
    match_id       INTEGER NOT NULL,
    first_revision INTEGER NOT NULL,
    last_revision  INTEGER NOT NULL,
    changes        BLOB NOT NULL,
    PRIMARY KEY (match_id, first_revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE player_match (
    match_id   INTEGER NOT NULL,
    account    TEXT NOT NULL,
    kills      INTEGER NOT NULL,
    deaths     INTEGER NOT NULL,
    assists    INTEGER NOT NULL,
    objectives INTEGER NOT NULL,
    PRIMARY KEY (match_id, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX player_match_by_account ON player_match (account);

-- What events of one key tell of their match: by this sessions are joined.
CREATE TABLE session (
    session_no INTEGER PRIMARY KEY,
    key        TEXT NOT NULL UNIQUE,
    match_id   INTEGER NOT NULL,
    -- By the server's clock.
    start_ms   INTEGER NOT NULL,
    -- Its events when this was last written, the last of them and its batch: what
    -- came since is read again from the log.
    heard         INTEGER NOT NULL,
    heard_through INTEGER NOT NULL,
    heard_batch   INTEGER NOT NULL,
    -- A SessionSummary: JSON in zstd.
    summary    BLOB NOT NULL
) STRICT;
CREATE INDEX session_by_match ON session (match_id);
-- Which sessions could be of one match: those with a block in common.
CREATE TABLE session_block (
    block      BLOB NOT NULL,
    start_ms   INTEGER NOT NULL,
    session_no INTEGER NOT NULL,
    PRIMARY KEY (block, start_ms, session_no)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_block_by_session ON session_block (session_no);
