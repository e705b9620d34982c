//! One start of the game: its header, and who plays in it.

use serde::{Deserialize, Serialize};

use super::{
    line::Line,
    name::JournalName,
    session::Session,
    silent,
    table::{self, Entry},
};
use crate::{FollowedTo, MatchNow, Step};

/// Commanders of one start that are remembered: an account has few.
const SESSIONS_MAX: usize = 8;

/// One start of the game.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Journal {
    stem: String,
    /// When the header of its first part was written, in milliseconds since the
    /// Unix epoch.
    began_ms: Option<i64>,
    build: Build,
    /// Each commander's, the present one's at the end.
    sessions: Vec<Session>,
    in_menu: bool,
}

/// Which game wrote the journal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Build {
    pub(super) version: Option<String>,
    pub(super) build: Option<String>,
}

impl Journal {
    pub(super) fn new(name: &JournalName) -> Self {
        Self {
            stem: name.stem.clone(),
            began_ms: None,
            build: Build::default(),
            sessions: Vec::new(),
            in_menu: false,
        }
    }

    pub(super) fn is_of(&self, name: &JournalName) -> bool {
        self.stem == name.stem
    }

    /// Tells what a line says.
    pub(super) fn take(
        &mut self,
        line: &Line,
        place: &FollowedTo,
        name: &JournalName,
        step: &mut Step,
    ) {
        if let Some(account) = line.account() {
            self.turn_to(account, line.commander());
        }
        match line.event.as_str() {
            "Fileheader" => self.read_header(line, name),
            "LoadGame" => {
                self.in_menu = false;
                let build = self.build.clone();
                self.session().start(Some(line), &build, step);
            }
            "Shutdown" => {
                if let Some(session) = self.sessions.last_mut() {
                    session.end(None, step);
                }
            }
            "Music" => self.in_menu = line.text("MusicTrack") == Some("MainMenu"),
            event => match table::entry(event) {
                Some(entry) => self.tell(entry, line, place, step),
                None if silent::is_known(event) => {}
                None => step.drift.count(&self.unknown(event)),
            },
        }
        if let Some(session) = self.sessions.last_mut() {
            session.look_at(line);
        }
        step.match_now = self.match_now(line);
    }

    /// A commander who loads the game elsewhere is no longer in it here.
    pub(super) fn end_of(&mut self, account: &str, step: &mut Step) {
        for session in self.sessions.iter_mut().filter(|session| session.is_of(account)) {
            session.end(Some("the game was started again"), step);
        }
    }

    fn tell(&mut self, entry: &Entry, line: &Line, place: &FollowedTo, step: &mut Step) {
        let build = self.build.clone();
        let session = self.session();
        session.start(None, &build, step);
        session.tell(entry, (line, place), &build, step);
    }

    /// The present session; before anybody is named, nobody's.
    fn session(&mut self) -> &mut Session {
        if self.sessions.is_empty() {
            self.turn_to("", None);
        }
        self.sessions.last_mut().expect("there is one now")
    }

    fn turn_to(&mut self, account: &str, commander: Option<&str>) {
        let known = self.sessions.iter().position(|session| session.is_of(account));
        let mut session = match known {
            Some(index) => self.sessions.remove(index),
            None => Session::new(&self.stem, account, self.began_ms),
        };
        session.name(commander);
        if self.sessions.len() >= SESSIONS_MAX {
            self.sessions.remove(0);
        }
        self.sessions.push(session);
    }

    fn read_header(&mut self, line: &Line, name: &JournalName) {
        let part = line.members.get("part").and_then(serde_json::Value::as_u64);
        if part.or(name.part.map(u64::from)).is_none_or(|part| part == 1) {
            self.began_ms = Some(line.at_ms);
        }
        let text = |member: &str| line.text(member).map(|text| text.trim().to_owned());
        self.build = Build { version: text("gameversion"), build: text("build") };
    }

    fn unknown(&self, event: &str) -> String {
        format!("event={event}{}", self.build.suffix())
    }

    fn match_now(&self, line: &Line) -> MatchNow {
        match self.sessions.last() {
            Some(session) if session.is_open() => {
                MatchNow::Running(Box::new(session.glance(line.at_ms, self.in_menu)))
            }
            Some(_) => MatchNow::NoMatch,
            None => MatchNow::Untold,
        }
    }
}

impl Build {
    /// Said behind an unknown name: it is known to one version and not to another.
    pub(super) fn suffix(&self) -> String {
        self.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default()
    }
}
