//! League of Legends, from the Live Client Data API's `/allgamedata`.
//!
//! The game gives its whole list of events at every poll, numbered per game
//! process. What can go wrong with that list, and what becomes of it:
//!
//! | the game | here |
//! |---|---|
//! | repeats the list every second | an entry that was listed before is skipped |
//! | starts to number anew after a reconnect | the timeline sees another entry under a known number: next epoch |
//! | goes back in time and appends entries again | the same happening within 1.5 s, in order, is that entry |
//! | joins late and lists from there | the death counts are reconciled with the scores before a kill is numbered |
//! | starts the next match with the same ten | `GameStart` has another time, before the last one seen: new session |
//! | never names the match | the League client may: [`client`] |

mod client;
mod death_counts;
mod document;
mod entry;
mod events;
mod glance;
mod known_fields;
mod roster;
mod session;
mod timeline;

use event_model::{Frame, Moment, Reading};
use serde::{Deserialize, Serialize};

use crate::{MatchNow, Step, Unreadable};
pub(crate) use client::is_clients;
pub use client::{LEAGUE_CLIENT_PATH, LeagueClientSession};
use document::Document;
use session::Session;

/// Longest frame that is read: a full one of ten players has about 60 KiB.
const FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What is known of a League stream so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LeagueState {
    session: Option<Session>,
}

impl LeagueState {
    pub(crate) fn observe(&mut self, reading: &Reading, at: Option<Moment>) -> Step {
        match reading {
            // A poll may fail in the midst of a match: nothing is settled by it. After
            // the end the game is closed, and shows nothing any more.
            Reading::Fault(_) => match &self.session {
                Some(session) if session.has_ended() => {
                    Step { match_now: MatchNow::NoMatch, ..Step::default() }
                }
                Some(_) | None => Step::default(),
            },
            Reading::Frame(frame) if frame.body.len() > FRAME_BYTES_MAX => {
                let bytes = frame.body.len();
                Step::unreadable(Unreadable::TooLarge { bytes, limit: FRAME_BYTES_MAX })
            }
            Reading::Frame(frame) if is_clients(frame) => self.observe_client(frame),
            Reading::Frame(frame) => match Document::read(&frame.body) {
                Ok(document) => self.observe_document(&document, at),
                Err(why) => Step::unreadable(why),
            },
        }
    }

    /// The frames have ended: no further poll will settle what was held back.
    pub(crate) fn finish(&mut self) -> Step {
        let Some(session) = &mut self.session else { return Step::default() };
        let events = session.release_all();
        Step { events, seen: session.take_seen(), ..Step::default() }
    }

    /// Nothing is made of it yet: the game's next poll says whether it was of this match.
    fn observe_client(&mut self, frame: &Frame) -> Step {
        let said = match LeagueClientSession::read(&frame.body) {
            Ok(said) => said,
            Err(why) => return Step::unreadable(why),
        };
        if let (Some(id), Some(session)) = (said.running_match(), &mut self.session) {
            session.hear_client(id);
        }
        Step { drift: said.drift(), ..Step::default() }
    }

    fn observe_document(&mut self, document: &Document, at: Option<Moment>) -> Step {
        let mut step = Step { drift: document.drift(), ..Step::default() };
        // Loading: neither who plays nor when it began is known yet.
        let Some(start) = document.start() else { return step };
        let continues =
            self.session.as_ref().is_some_and(|session| session.continues(&start, document));
        if !continues {
            let mut last = self.finish();
            step.events.append(&mut last.events);
            step.seen.append(&mut last.seen);
            let (session, evidence) = Session::begin(start, document, self.session.as_ref());
            step.events.push(evidence);
            self.session = Some(session);
        }
        if let Some(session) = &mut self.session {
            step.events.append(&mut session.observe(document, at));
            step.seen.append(&mut session.take_seen());
            step.events.extend(session.learn_match());
            step.match_now = MatchNow::Running(Box::new(session.glance(document)));
        }
        step
    }
}
