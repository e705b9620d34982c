//! Who may see which match.

use event_model::DeviceId;

use crate::follower::AFTERMATH_MS;

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// A reader: every match.
    Reader,
    /// A device: the matches that are sealed of those it has events in, and
    /// before that those that it takes part in and has told live to be over, as
    /// long as nothing that happened later says otherwise. While a match runs a
    /// companion learns nothing that its own game did not tell it.
    Device(DeviceId),
}

impl Viewer {
    /// The device to restrict by, for SQL that takes NULL as no restriction.
    pub(super) fn restriction(self) -> Option<[u8; 16]> {
        match self {
            Self::Reader => None,
            Self::Device(device) => Some(device.0.into_bytes()),
        }
    }
}

/// True for a `game_match m` that the viewer bound to `?1` may see.
pub(super) fn visible() -> String {
    format!(
        "(?1 IS NULL OR EXISTS (
              SELECT 1 FROM match_device d
              WHERE d.match_id = m.match_id AND d.device = ?1 AND {}))",
        readable()
    )
}

/// True for a `game_match m` that its `match_device d` may see.
pub(super) fn readable() -> String {
    let (is_over, is_borne_out) = (is_over(), is_borne_out("d.device"));
    format!("(m.sealed_at_ms IS NOT NULL OR ({is_over} AND ({IS_ALONE} OR {is_borne_out})))")
}

/// It told its end live, and nothing that is believed lies behind the first such word,
/// but for what may still belong to what was before. A second end does not help who
/// told a first one too early. What one device alone tells is believed of who takes
/// part: a stranger who tells a late kill keeps nobody from what they played.
///
/// What is told of a time to come was known when it was received.
fn is_over() -> String {
    format!(
        "(d.left_at_ms IS NOT NULL
          AND (m.last_received_ms <= d.left_at_ms + {AFTERMATH_MS} OR NOT EXISTS (
              SELECT 1 FROM occurrence o
              WHERE o.match_id = m.match_id AND o.at_ms > d.left_at_ms + {AFTERMATH_MS}
                    AND o.kind <> 'match_ended' AND o.standing <> 3 AND o.kept <> X''
                    AND (o.standing <> 0 OR EXISTS (
                        SELECT 1 FROM report w JOIN stream u USING (match_id, stream_no)
                        WHERE w.match_id = o.match_id AND w.occurrence_no = o.occurrence_no
                              AND w.state IN (0, 1) AND {})))))",
        is_borne_out("u.device")
    )
}

/// Nobody else told of it: there is nothing to learn.
const IS_ALONE: &str = "NOT EXISTS (
    SELECT 1 FROM match_device e WHERE e.match_id = d.match_id AND e.device <> d.device)";

/// Of what a device told and others should have seen they bear out more than not.
/// When a match and its rounds begin and end anybody can guess.
fn is_borne_out(device: &str) -> String {
    format!(
        "0 < (
            SELECT total(CASE
                WHEN b.standing = 2 THEN 1
                WHEN b.standing = 1 THEN 0
                WHEN b.standing = 0 AND EXISTS (
                    SELECT 1 FROM report q JOIN stream t USING (match_id, stream_no)
                    WHERE q.match_id = b.match_id AND q.occurrence_no = b.occurrence_no
                          AND q.state IN (0, 1) AND t.device <> s.device) THEN 1
                ELSE -(b.expected > 1) END)
            FROM stream s JOIN report r USING (match_id, stream_no)
                 JOIN occurrence b USING (match_id, occurrence_no)
            WHERE s.match_id = m.match_id AND s.device = {device} AND r.state IN (0, 1)
                  AND r.kind NOT IN
                      ('match_started', 'match_ended', 'round_started', 'round_ended'))"
    )
}
