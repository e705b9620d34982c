-- Facts about the file, by name: whose events were taken in how far, what was given up.
CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A row a match. What is counted here changes with the events that it counts.
CREATE TABLE match (
    id        INTEGER PRIMARY KEY,
    key       TEXT NOT NULL UNIQUE,
    last_ms   INTEGER NOT NULL,  -- when the latest of its events was appended
    bytes     INTEGER NOT NULL,  -- of the bodies
    events    INTEGER NOT NULL,
    left_out  INTEGER NOT NULL,  -- events that had no room in it
    sent      INTEGER NOT NULL,  -- most of its events that were ever seen on the server
    summary   TEXT,              -- made from the bodies; none since the last of them came
    witnessed TEXT               -- the server's last word on it
) STRICT;
CREATE INDEX match_by_age ON match (last_ms);

CREATE TABLE event (
    match_id INTEGER NOT NULL,
    event_id BLOB NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (match_id, event_id)
) STRICT;

-- Matches that were erased here and not everywhere yet: nothing of them is taken in.
CREATE TABLE erasing (
    key       TEXT NOT NULL PRIMARY KEY,
    at_server INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
