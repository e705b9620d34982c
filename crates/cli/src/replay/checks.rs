//! What a replay checks, and how the program ends for it.

use companion::{Drained, ReplayReport};
use replay_report::{Case, EventDiff, Outcome};

use crate::exit::Exit;

/// What is asked of a replay that is over.
pub(super) struct Checks<'c> {
    pub(super) report: &'c ReplayReport,
    pub(super) differences: Option<&'c EventDiff>,
    pub(super) is_strict: bool,
    /// What would enrol this folder.
    pub(super) enrol: &'c str,
}

/// The answers.
pub(super) struct Checked {
    pub(super) cases: Vec<Case>,
    pub(super) complaints: Vec<String>,
    pub(super) differences: Option<EventDiff>,
    pub(super) exit: Exit,
}

/// One question's answer.
enum Answer {
    Holds,
    /// In one line, and all of it.
    DoesNot(String, String),
    /// This machine or the server was in the way.
    Unknown(String),
}

impl Checks<'_> {
    /// Asks everything; the first thing that does not hold decides the exit code.
    pub(super) fn check(&self) -> Checked {
        let mut checked = Checked {
            cases: Vec::new(),
            complaints: Vec::new(),
            differences: self.differences.cloned(),
            exit: Exit::Done,
        };
        checked.add("the recording replays", Answer::Holds);
        if let Some(differences) = self.differences {
            checked.add("the events are as expected", as_expected(differences));
        }
        if self.is_strict {
            checked.add("nothing is unknown", self.nothing_unknown());
        }
        if let Some(faults) = &self.report.faults_played {
            for promise in &faults.promises {
                let answer = if promise.holds {
                    Answer::Holds
                } else {
                    let message = format!("{}: broken", promise.what);
                    Answer::DoesNot(message, promise.said.clone())
                };
                checked.add(&promise.what, answer);
            }
        }
        if self.report.drained != Drained::NothingToSend {
            checked.add("everything is with the server", self.everything_sent());
        }
        checked
    }

    /// Not what failed as recorded: a game that is loading answers nothing.
    fn nothing_unknown(&self) -> Answer {
        let report = self.report;
        let mut found = Vec::new();
        if report.unreadable > 0 {
            let why = report.last_unreadable.as_deref().unwrap_or_default();
            found.push(format!("{} frames could not be read; the last: {why}", report.unreadable));
        }
        let names = report.drift.iter().map(|(name, times)| format!("unknown: {name} ({times})"));
        found.extend(names);
        if let Some(line) = report.torn_line {
            found.push(format!("the recording breaks off in line {line}"));
        }
        if let Some(rules) = report.newer_session_logic {
            found.push(format!("recorded under newer rules ({rules}) than this version knows"));
        }
        match found.as_slice() {
            [] => Answer::Holds,
            found => {
                let message = format!("--strict: {} things are unknown", found.len());
                Answer::DoesNot(message, found.join("\n"))
            }
        }
    }

    fn everything_sent(&self) -> Answer {
        let report = self.report;
        let reason = report.paused_reason.as_deref().unwrap_or("the server took nothing");
        let waiting = format!("{} events still wait to be sent: {reason}", report.pending);
        match report.drained {
            Drained::StillWaiting => Answer::Unknown(format!(
                "{waiting}. They are kept; the same command sends them when that is over"
            )),
            Drained::NotEnrolled => Answer::Unknown(format!(
                "{waiting}. They are kept; enrol first, with a key of the server's operator: \
                 `{}`. Then the same command sends them",
                self.enrol
            )),
            Drained::Done | Drained::NothingToSend if report.refused > 0 => Answer::DoesNot(
                format!(
                    "the server refused {} events; `ringside outbox list --state quarantined` \
                     says why",
                    report.refused
                ),
                String::new(),
            ),
            Drained::Done | Drained::NothingToSend => Answer::Holds,
        }
    }
}

fn as_expected(differences: &EventDiff) -> Answer {
    if differences.is_empty() {
        return Answer::Holds;
    }
    let text = differences.to_string();
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    Answer::DoesNot(format!("the events differ: {first}"), rest.to_owned())
}

impl Checked {
    fn add(&mut self, name: &str, answer: Answer) {
        let (outcome, complaint, exit) = match answer {
            Answer::Holds => (Outcome::Holds, None, Exit::Done),
            Answer::DoesNot(message, text) => {
                let all =
                    if text.is_empty() { message.clone() } else { format!("{message}\n{text}") };
                (Outcome::Fails { message, text }, Some(all), Exit::DoesNotHold)
            }
            Answer::Unknown(message) => {
                let complaint = Some(message.clone());
                (Outcome::Error { message }, complaint, Exit::Environment)
            }
        };
        self.cases.push(Case { name: name.to_owned(), outcome });
        self.complaints.extend(complaint);
        if self.exit == Exit::Done {
            self.exit = exit;
        }
    }
}
