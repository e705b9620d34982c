//! A recorded match: each answer as it was, in order.
//!
//! What the League client said beside it is said by a client beside it again, where there
//! is one; the game's own port never says it.

mod beside;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Result;
use event_model::{Fault, Reading};
use hyper::{StatusCode, body::Bytes};
use tokio::{sync::watch, time::timeout};

use super::{
    ClientSays, DOCUMENT_PATH, Door, LeagueAnswer, LeagueClientStage, LeagueGame, LeagueServer,
};
use crate::{Conductor, Cue, Played};
use beside::{Beside, of_client};

/// How long what stands at the end is waited for to be seen: a companion asks
/// once a second in a match, and every five outside of one.
const CURTAIN_WAIT: Duration = Duration::from_secs(6);

/// How often a companion may need to see the last document to settle its scores.
const ENCORES: u64 = 2;

/// Where no client can be counted, so long is enough for one to have tried: it
/// asks every five seconds then.
const CLOSED_MS_MAX: u64 = 6_000;

/// What a companion that asks now is answered, and how often it was.
#[derive(Debug)]
pub struct RecordedLeague {
    answer: Mutex<LeagueAnswer>,
    asked: watch::Sender<u64>,
    door: watch::Sender<Door>,
    beside: Beside,
}

impl Default for RecordedLeague {
    fn default() -> Self {
        Self {
            answer: Mutex::new(LeagueAnswer::LOADING),
            asked: watch::Sender::new(0),
            door: watch::Sender::new(Door::Open),
            beside: Beside::default(),
        }
    }
}

impl LeagueGame for RecordedLeague {
    fn answer(&self, path: &str) -> LeagueAnswer {
        if path != DOCUMENT_PATH {
            return LeagueAnswer::LOADING;
        }
        // Counted under the lock: who counts at zero finds the new answer.
        let answer = self.answer.lock().expect("no holder of the answer panics");
        self.asked.send_modify(|asked| *asked += 1);
        answer.clone()
    }

    fn turned_away(&self) {
        self.asked.send_modify(|asked| *asked += 1);
    }
}

impl RecordedLeague {
    /// What the League client beside this match says at the moment.
    #[must_use]
    pub fn client_says(self: &Arc<Self>) -> ClientSays {
        let recorded = Arc::clone(self);
        recorded.beside.begins();
        Arc::new(move || recorded.beside.says())
    }

    fn show(&self, shown: Shown) {
        {
            let mut answer = self.answer.lock().expect("no holder of the answer panics");
            *answer = shown.answer;
            self.asked.send_replace(0);
        }
        self.door.send_if_modified(|door| {
            let news = *door != shown.door;
            *door = shown.door;
            news
        });
    }

    async fn asked(&self, times: u64) {
        let mut asked = self.asked.subscribe();
        // The sender lives in `self`.
        drop(asked.wait_for(|asked| *asked >= times).await);
    }

    async fn asked_within(&self, times: u64, patience: Duration) {
        drop(timeout(patience, self.asked(times)).await);
    }

    fn shows_document(&self) -> bool {
        let answer = self.answer.lock().expect("no holder of the answer panics");
        matches!(*answer, LeagueAnswer::Document(_))
    }

    /// Plays a script from the first question on to its end.
    async fn perform(&self, mut conductor: Conductor) -> Result<Played> {
        self.asked(1).await;
        let mut played = Played::default();
        while let Some(cue) = conductor.next().await? {
            if let Some(said) = of_client(&cue.reading) {
                played.frames += 1;
                let is_new = self.beside.say(said);
                if is_new && conductor.waits_for_the_listener() {
                    drop(timeout(CURTAIN_WAIT, self.beside.asked()).await);
                }
                continue;
            }
            let shown = Shown::of(&cue, &mut played);
            let closes =
                self.shows_document() && !matches!(shown.answer, LeagueAnswer::Document(_));
            if closes && !conductor.is_stepped() {
                // What it said last is what a match's end is read from.
                self.asked_within(1, CURTAIN_WAIT).await;
            }
            self.show(shown);
            if conductor.waits_for_the_listener() {
                self.linger(&mut conductor).await?;
            }
        }
        if self.shows_document() {
            self.asked_within(1 + ENCORES, CURTAIN_WAIT).await;
        }
        Ok(played)
    }

    /// Until somebody has seen it, or cannot be waited for any more.
    async fn linger(&self, conductor: &mut Conductor) -> Result<()> {
        let closed = *self.door.borrow() == Door::Closed;
        if closed {
            let gap_ms = conductor.gap_ms()?.unwrap_or(0);
            tokio::time::sleep(Duration::from_millis(gap_ms.min(CLOSED_MS_MAX))).await;
        } else {
            self.asked_within(1, CURTAIN_WAIT).await;
        }
        Ok(())
    }
}

/// Serves a script, from the first question of a companion on.
///
/// A faster pace shows fewer of the documents, since a companion asks once a
/// second; at [`Tempo::Max`](crate::Tempo::Max) each is shown until it was asked for.
///
/// # Errors
/// Where the script cannot be read on, or the port is lost.
pub async fn play_league(
    server: LeagueServer<RecordedLeague>,
    conductor: Conductor,
) -> Result<Played> {
    let game = Arc::clone(&server.game);
    let door = game.door.subscribe();
    let mut played = Ok(Played::default());
    server.play(door, async { played = game.perform(conductor).await }).await?;
    played
}

/// The same with a League client beside it, to the end of the match.
///
/// # Errors
/// As [`play_league`], and where the client's port is lost.
pub async fn play_league_beside(
    server: LeagueServer<RecordedLeague>,
    client: LeagueClientStage,
    conductor: Conductor,
) -> Result<Played> {
    let over = watch::Sender::new(());
    let mut is_over = over.subscribe();
    let playing = async {
        let played = play_league(server, conductor).await;
        drop(over);
        played
    };
    let beside = client.run(async { while is_over.changed().await.is_ok() {} });
    tokio::try_join!(playing, beside).map(|(played, ())| played)
}

/// A reading as the process shows it.
struct Shown {
    door: Door,
    answer: LeagueAnswer,
}

impl Shown {
    fn of(cue: &Cue, played: &mut Played) -> Self {
        match &cue.reading {
            Reading::Frame(frame) => {
                played.frames += 1;
                let document = Bytes::copy_from_slice(&frame.body);
                Self { door: Door::Open, answer: LeagueAnswer::Document(document) }
            }
            Reading::Fault(fault) => {
                played.faults += 1;
                Self::failure(fault)
            }
        }
    }

    /// A fault says in words for a person what it was.
    fn failure(fault: &Fault) -> Self {
        let words = fault.error.as_str();
        let open = |answer| Self { door: Door::Open, answer };
        if words.starts_with("certificate") {
            return Self { door: Door::Foreign, ..open(LeagueAnswer::Silence) };
        }
        if let Some(status) = status_in(words) {
            return open(LeagueAnswer::Status(status));
        }
        if words.starts_with("no answer") {
            open(LeagueAnswer::Silence)
        } else if words.contains("longer than a frame") {
            open(LeagueAnswer::TooLong)
        } else {
            Self { door: Door::Closed, ..open(LeagueAnswer::Silence) }
        }
    }
}

/// The HTTP status that a text names, in brackets or behind the word.
fn status_in(words: &str) -> Option<StatusCode> {
    let numbers = words.split(|character: char| !character.is_ascii_digit());
    let mut statuses = numbers.filter(|number| number.len() == 3);
    let status: u16 = statuses.next()?.parse().ok()?;
    StatusCode::from_u16(status).ok()
}

#[cfg(test)]
mod tests {
    use event_model::Channel;

    use super::*;

    fn shown(error: &str) -> (Door, LeagueAnswer) {
        let fault = Fault { channel: Channel::Poll, error: error.to_owned() };
        let Shown { door, answer } = Shown::failure(&fault);
        (door, answer)
    }

    #[test]
    fn a_failure_is_played_as_what_it_was() {
        let status = |code| LeagueAnswer::Status(StatusCode::from_u16(code).unwrap());
        assert_eq!(shown("the match is loading (404)"), (Door::Open, status(404)));
        assert_eq!(shown("unexpected answer with status 503"), (Door::Open, status(503)));
        assert_eq!(shown("no answer: timed out"), (Door::Open, LeagueAnswer::Silence));
        assert_eq!(
            shown("the answer is longer than a frame may be"),
            (Door::Open, LeagueAnswer::TooLong)
        );
        assert_eq!(shown("no match is running (connection refused)").0, Door::Closed);
        assert_eq!(shown("certificate not accepted: UnknownIssuer").0, Door::Foreign);
    }
}
