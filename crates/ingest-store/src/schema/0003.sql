-- What was decided about matches. It depends on when somebody asked, so it is
-- part of the log: whoever follows it folds a decision in behind the event that
-- it was made at.
CREATE TABLE match_decision (
    decision_no   INTEGER PRIMARY KEY AUTOINCREMENT,
    -- The newest position of the log then.
    through       INTEGER NOT NULL,
    -- A key that leads to the match.
    match_key     TEXT NOT NULL,
    decision      TEXT NOT NULL CHECK (decision IN ('sealed', 'reopened')),
    reason        TEXT NOT NULL CHECK (reason IN ('all_ended', 'aged', 'operator')),
    decided_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX match_decision_by_key ON match_decision (match_key, decision_no);
