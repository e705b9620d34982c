//! Shows the live feed and the status in a terminal.

use std::sync::Mutex;

use companion::{CompanionStatus, FeedLine, Glance, Saved, Shell, event_model::Source};

use crate::output;

/// A shell that writes lines.
pub(crate) struct TerminalShell {
    form: Form,
    last: Mutex<Vec<String>>,
}

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Sentences to stderr.
    Text,
    /// Events as lines of JSON to stdout, sentences to stderr.
    Json,
    /// Nothing.
    Silent,
}

impl TerminalShell {
    pub(crate) fn new(form: Form) -> Self {
        Self { form, last: Mutex::new(Vec::new()) }
    }
}

impl Shell for TerminalShell {
    fn feed(&self, entry: FeedLine) {
        match self.form {
            Form::Silent => {}
            Form::Json => drop(output::json_line(&entry)),
            Form::Text => output::note(&feed_line(&entry)),
        }
    }

    /// A terminal shows what happened, not how it stands.
    fn glance(&self, _: Source, _: Option<Glance>) {}

    fn status(&self, status: CompanionStatus) {
        if self.form == Form::Silent {
            return;
        }
        let sentences = sentences(&status);
        let mut last = self.last.lock().expect("no holder of the last sentences panics");
        for sentence in sentences.iter().filter(|sentence| !last.contains(sentence)) {
            output::note(sentence);
        }
        *last = sentences;
    }
}

fn feed_line(entry: &FeedLine) -> String {
    let clock = entry.match_clock_ms.map_or(String::new(), |ms| {
        let seconds = ms / 1000;
        format!("{:02}:{:02} ", seconds / 60, seconds % 60)
    });
    let round = entry.round.map_or(String::new(), |round| format!("round {round} "));
    let actors = match (&entry.attacker, &entry.victim) {
        (Some(attacker), Some(victim)) => format!(" {attacker} → {victim}"),
        (Some(attacker), None) => format!(" {attacker}"),
        (None, Some(victim)) => format!(" → {victim}"),
        (None, None) => String::new(),
    };
    let saved = match entry.saved {
        Saved::Saved => "",
        Saved::NotSaved => " (not saved)",
    };
    format!("{} {clock}{round}{}{actors}{saved}", entry.source, entry.kind.replace('_', " "))
}

/// What a person wants to know once, when it changes.
fn sentences(status: &CompanionStatus) -> Vec<String> {
    let mut sentences: Vec<_> = status
        .sources
        .iter()
        .map(|source| format!("{}: {}", source.source, source.state))
        .collect();
    let games_off = status
        .sources
        .iter()
        .flat_map(|source| source.games_off.iter().map(|off| format!("{}: {off}", source.source)));
    sentences.extend(games_off);
    if let Some(reason) = &status.upload.paused_reason {
        sentences.push(format!("upload: {reason}"));
    }
    let dropped = status.sources.iter().filter(|source| source.frames_dropped > 0);
    sentences.extend(dropped.map(|source| {
        format!("{}: {} frames were not looked at", source.source, source.frames_dropped)
    }));
    sentences.extend(status.problems().map(str::to_owned));
    sentences
}
