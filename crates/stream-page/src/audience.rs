//! What an audience may see of what the player sees. Pure.

use live_view::{
    Capture, CompanionStatus, FeedLine, LiveUpdate, PauseCode, Running, Status, UploadStatus,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Error;

/// The longest delay: what streaming programs offer for theirs.
pub const DELAY_MAX_S: u16 = 300;

/// What stands for the player where names are hidden: in a line both the
/// observer and the player's own part are called so.
const YOU: &str = "you";

/// Bytes of randomness in a salt: 128 bits.
const SALT_BYTES: usize = 16;

/// Bytes of a digest that tell lines apart: a feed has some hundreds.
const ID_BYTES: usize = 8;

/// What an audience may see, and when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// Whether players are named.
    pub names: Names,
    /// How much later than the player.
    pub delay: Delay,
}

/// Whether players are named.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Names {
    /// As the game names them.
    Shown,
    /// Nobody is named; the player is told apart from the others.
    #[default]
    Hidden,
}

/// How much later than the player an audience sees something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Delay(u16);

/// A delay of more than [`DELAY_MAX_S`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stream is delayed by {DELAY_MAX_S} seconds at most")]
pub struct TooLong;

impl Delay {
    /// A delay of so many seconds.
    ///
    /// # Errors
    /// Above [`DELAY_MAX_S`].
    pub fn new(seconds: u16) -> Result<Self, TooLong> {
        if seconds <= DELAY_MAX_S { Ok(Self(seconds)) } else { Err(TooLong) }
    }

    /// Seconds.
    #[must_use]
    pub fn as_secs(self) -> u16 {
        self.0
    }

    pub(crate) fn as_ms(self) -> u64 {
        u64::from(self.0) * 1_000
    }
}

impl TryFrom<u16> for Delay {
    type Error = TooLong;

    fn try_from(seconds: u16) -> Result<Self, TooLong> {
        Self::new(seconds)
    }
}

impl From<Delay> for u16 {
    fn from(delay: Delay) -> Self {
        delay.0
    }
}

/// What keeps the ids that an audience is told from being held against a guess: the
/// real ones can be made by who knows the players and the moment.
pub(crate) struct Salt([u8; SALT_BYTES]);

impl Salt {
    /// A new one.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub(crate) fn generate() -> Result<Self, Error> {
        let mut bytes = [0; SALT_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
        Ok(Self(bytes))
    }

    /// Another id for each id, and the same one for the same.
    fn disguise(&self, id: &str) -> String {
        let digest = Sha256::new_with_prefix(self.0).chain_update(id).finalize();
        hex::encode(&digest[..ID_BYTES])
    }
}

/// The update as an audience may see it.
pub(crate) fn for_audience(update: LiveUpdate, names: Names, salt: &Salt) -> LiveUpdate {
    let line = |line| match names {
        Names::Shown => without_ids(line, salt),
        Names::Hidden => without_names(without_ids(line, salt)),
    };
    LiveUpdate {
        forget: update.forget,
        lines: update.lines.into_iter().map(line).collect(),
        running: update.running.map(running),
        status: update.status.map(status),
    }
}

/// The page still tells lines apart, and the lines of one match from another's.
fn without_ids(line: FeedLine, salt: &Salt) -> FeedLine {
    let (event_id, match_key) = (salt.disguise(&line.event_id), salt.disguise(&line.match_key));
    FeedLine { event_id, match_key, ..line }
}

fn without_names(line: FeedLine) -> FeedLine {
    let hidden = |name: Option<String>| {
        let name = name?;
        is_the_player(&name, &line).then(|| YOU.to_owned())
    };
    let (attacker, victim) = (hidden(line.attacker.clone()), hidden(line.victim.clone()));
    let you = line.you.as_ref().map(|_| YOU.to_owned());
    FeedLine { attacker, victim, you, observer: Some(YOU.to_owned()), ..line }
}

/// As the pages tell it (`ui/src/lib/you.ts`): Counter-Strike names nobody but
/// the player; League's observer is a whole Riot id, and its events have the part
/// before the last `#`.
fn is_the_player(name: &str, line: &FeedLine) -> bool {
    if let Some(you) = &line.you {
        return name == you;
    }
    if line.source == "cs2" {
        return true;
    }
    let Some(observer) = line.observer.as_deref() else { return false };
    let bare = match observer.rsplit_once('#') {
        Some((bare, _)) if !bare.is_empty() => bare,
        Some(_) | None => observer,
    };
    name == observer || name.trim() == bare.trim()
}

/// A match's key may be made of the ids of those who play it, and what the player marked
/// for a video is nobody else's.
fn running(running: Running) -> Running {
    let glance = running.glance.map(|mut glance| {
        glance.match_key.clear();
        glance
    });
    Running { glance, source: running.source, chapters: 0 }
}

/// Counts alone: addresses, paths and reasons are nobody's but the player's.
fn status(status: Status) -> Status {
    let upload = status.companion.upload;
    let upload = UploadStatus {
        paused: upload.paused.map(|_| PauseCode::Other),
        paused_reason: upload.paused_reason.map(|_| String::new()),
        server: upload.server.map(|_| String::new()),
        ..upload
    };
    let companion = CompanionStatus { upload, ..CompanionStatus::default() };
    Status { capture: bare(status.capture), companion }
}

fn bare(capture: Capture) -> Capture {
    match capture {
        Capture::Starting | Capture::Running => capture,
        Capture::WithoutSettings { .. } => Capture::WithoutSettings { problem: String::new() },
        Capture::Failed { .. } => Capture::Failed { problem: String::new() },
    }
}

#[cfg(test)]
mod tests {
    use live_view::{Glance, Saved, SourceStatus};

    use super::*;

    #[test]
    fn where_names_are_hidden_none_is_in_what_is_sent() {
        let update = LiveUpdate {
            forget: false,
            lines: vec![
                line("league", Some("Ana"), Some("Bo"), Some("Ana#EUW")),
                line("league", Some("Bo"), Some("Ana"), Some("Ana#EUW")),
                line("league", Some("Bo"), Some("Dee"), None),
            ],
            running: None,
            status: None,
        };
        let sent = for_audience(update, Names::Hidden, &salt());
        let text = serde_json::to_string(&sent).unwrap();
        for name in ["Ana", "Bo", "Dee", "EUW"] {
            assert!(!text.contains(name), "{name} in {text}");
        }
        let parts: Vec<_> = sent.lines.iter().map(|line| (&line.attacker, &line.victim)).collect();
        let you = Some(YOU.to_owned());
        assert_eq!(parts, [(&you, &None), (&None, &you), (&None, &None)]);
        assert_eq!(sent.lines[0].observer.as_deref(), Some(YOU), "the page tells which is you");
    }

    #[test]
    fn the_player_of_counter_strike_is_told_apart_although_the_observer_is_a_number() {
        let line = line("cs2", Some("Ana"), None, Some("76561198000000001"));
        assert_eq!(without_names(line).attacker.as_deref(), Some(YOU));
    }

    #[test]
    fn names_are_shown_where_the_player_shows_them() {
        let shown = line("league", Some("Ana"), Some("Bo"), Some("Ana#EUW"));
        let sent = for_audience(of_lines(vec![shown.clone()]), Names::Shown, &salt());
        let named =
            |line: &FeedLine| (line.attacker.clone(), line.victim.clone(), line.observer.clone());
        assert_eq!(sent.lines.iter().map(named).collect::<Vec<_>>(), [named(&shown)]);
    }

    #[test]
    fn ids_tell_lines_and_matches_apart_and_are_nobody_elses() {
        let of = |event_id: &str, match_key: &str| FeedLine {
            event_id: event_id.to_owned(),
            match_key: match_key.to_owned(),
            ..line("league", None, None, None)
        };
        let lines = vec![of("e-1", "m-1"), of("e-2", "m-1"), of("e-1", "m-2")];
        for names in [Names::Shown, Names::Hidden] {
            let (salt, another) = (salt(), salt());
            let told = |salt: &Salt| for_audience(of_lines(lines.clone()), names, salt).lines;
            let sent = told(&salt);
            assert_eq!(sent, told(&salt), "a line told again is the same line");
            assert_eq!(sent[0].event_id, sent[2].event_id);
            assert_ne!(sent[0].event_id, sent[1].event_id);
            assert_eq!(sent[0].match_key, sent[1].match_key);
            assert_ne!(sent[0].match_key, sent[2].match_key);
            assert_ne!(sent[0].event_id, told(&another)[0].event_id, "a guess proves nothing");
            let text = serde_json::to_string(&sent).unwrap();
            assert!(!text.contains("e-1") && !text.contains("m-1"), "{text}");
        }
    }

    #[test]
    fn an_audience_is_to_forget_what_the_player_had_erased() {
        let update = LiveUpdate { forget: true, ..of_lines(Vec::new()) };
        assert!(for_audience(update, Names::Hidden, &salt()).forget);
    }

    #[test]
    fn an_audience_learns_no_address_no_path_and_no_reason() {
        let source = SourceStatus { source: "cs2".to_owned(), ..SourceStatus::default() };
        let upload = UploadStatus {
            pending: 3,
            paused: Some(PauseCode::KeyRefused),
            paused_reason: Some("SECRET".to_owned()),
            server: Some("https://SECRET".to_owned()),
            ..UploadStatus::default()
        };
        let companion = CompanionStatus {
            sources: vec![source],
            upload,
            recording_problem: Some("SECRET".to_owned()),
            history_problem: Some("SECRET".to_owned()),
            programs_problem: Some("SECRET".to_owned()),
        };
        let capture = Capture::WithoutSettings { problem: "C:/SECRET".to_owned() };
        let glance = Glance { match_key: "league:SECRET".to_owned(), ..Glance::default() };
        let update = LiveUpdate {
            forget: false,
            lines: Vec::new(),
            running: Some(Running {
                glance: Some(glance),
                source: Some("league".to_owned()),
                chapters: 3,
            }),
            status: Some(Status { capture, companion }),
        };
        for names in [Names::Shown, Names::Hidden] {
            let sent = for_audience(update.clone(), names, &salt());
            assert!(!serde_json::to_string(&sent).unwrap().contains("SECRET"));
            assert_eq!(sent.running.unwrap().chapters, 0);
            let upload = sent.status.unwrap().companion.upload;
            assert_eq!((upload.pending, upload.server.is_some()), (3, true), "counts stay");
            assert_eq!(upload.paused, Some(PauseCode::Other), "not even as a code");
        }
    }

    #[test]
    fn no_delay_is_longer_than_the_longest() {
        assert_eq!(Delay::new(DELAY_MAX_S).unwrap().as_ms(), 300_000);
        assert_eq!(Delay::new(DELAY_MAX_S + 1), Err(TooLong));
    }

    fn salt() -> Salt {
        Salt::generate().unwrap()
    }

    fn of_lines(lines: Vec<FeedLine>) -> LiveUpdate {
        LiveUpdate { forget: false, lines, running: None, status: None }
    }

    fn line(
        source: &str,
        attacker: Option<&str>,
        victim: Option<&str>,
        observer: Option<&str>,
    ) -> FeedLine {
        FeedLine {
            event_id: "1".to_owned(),
            source: source.to_owned(),
            match_key: "key".to_owned(),
            kind: "kill".to_owned(),
            attacker: attacker.map(str::to_owned),
            victim: victim.map(str::to_owned),
            observer: observer.map(str::to_owned),
            you: None,
            round: None,
            match_clock_ms: None,
            named: None,
            streak: None,
            weapon: None,
            headshot: None,
            time: String::new(),
            saved: Saved::Saved,
        }
    }
}
