//! `ringside record`.

use std::{io::BufRead as _, sync::Arc, time::Duration};

use boot_clock::BootClock;
use companion::{RecordRun, RecordSummary, RecordedFile};
use tokio::sync::mpsc;

use crate::{arguments::RecordArguments, exit::Exit, output, run::EndRequests};

/// How often it is looked what changed: as often as a person can follow.
const LOOK: Duration = Duration::from_secs(1);

/// Looks until what could not be read is tried again: each try that fails is logged.
const LOOKS_UNTIL_AGAIN: u32 = 30;

/// Marks that wait to be put in. A person types one at a time.
const MARKS_MAX: usize = 16;

pub(crate) async fn record(arguments: RecordArguments) -> anyhow::Result<Exit> {
    let (limit, json) = (arguments.seconds, arguments.json);
    let end_requests = EndRequests::listen()?;
    let options = arguments.options();
    output::note(&format!("recording into {}; Ctrl-C ends it", options.folder.display()));
    let mut run = RecordRun::start(options, Arc::new(BootClock::new())).await?;
    for (game, address) in run.addresses() {
        output::note(&format!("listening for {} on http://{address}/", game.title()));
    }
    let end = end_requests.one_or_over(limit);
    tokio::pin!(end);
    let mut marks = marks();
    let mut told = Told::default();
    let mut looks = 0_u32;
    loop {
        told.tell(&run);
        tokio::select! {
            () = &mut end => break,
            () = run.over() => break,
            Some(mark) = marks.recv() => put_in(&run, &mark),
            () = tokio::time::sleep(LOOK) => {
                looks += 1;
                if looks.is_multiple_of(LOOKS_UNTIL_AGAIN) {
                    run.look_again().await;
                }
            }
        }
    }
    let summary = run.stop().await;
    if json {
        output::json_line(&summary)?;
    } else {
        output::line(&text(&summary));
    }
    Ok(ended(&summary))
}

/// What was said already.
#[derive(Default)]
struct Told(Vec<String>);

impl Told {
    /// Says what is new of the games and the files.
    fn tell(&mut self, run: &RecordRun) {
        let games = run.games().into_iter().map(|(source, state)| format!("{source}: {state}"));
        let files = run.files().into_iter().map(|file| format!("writing {}", file.display()));
        let sentences: Vec<String> = games.chain(files).collect();
        for sentence in sentences.iter().filter(|sentence| !self.0.contains(sentence)) {
            output::note(sentence);
        }
        self.0 = sentences;
    }
}

/// Lines on stdin, as long as somebody writes some.
fn marks() -> mpsc::Receiver<String> {
    let (sender, marks) = mpsc::channel(MARKS_MAX);
    // A thread of its own: nothing ends a read of a terminal but the end of the program.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let mark = line.trim();
            if !mark.is_empty() && sender.blocking_send(mark.to_owned()).is_err() {
                break;
            }
        }
    });
    marks
}

fn put_in(run: &RecordRun, mark: &str) {
    match run.mark(mark) {
        0 => output::complain(&format!(
            "no game has said anything yet, so {mark:?} stands in no recording"
        )),
        _ => output::note(&format!("mark {mark:?}")),
    }
}

/// Says what is wrong, and how the program ends for it.
fn ended(summary: &RecordSummary) -> Exit {
    if summary.frames_dropped > 0 {
        let frames = summary.frames_dropped;
        output::complain(&format!("{frames} frames came faster than they were taken"));
    }
    if let Some(problem) = &summary.problem {
        output::complain(problem);
        return Exit::Environment;
    }
    if summary.files.is_empty() {
        output::complain("no game said anything, so nothing was recorded");
        return Exit::DoesNotHold;
    }
    Exit::Done
}

fn text(summary: &RecordSummary) -> String {
    let files = summary.files.iter().map(file_text);
    let without = summary.without.iter().map(|(source, state)| format!("{source}: {state}"));
    files.chain(without).collect::<Vec<_>>().join("\n")
}

fn file_text(file: &RecordedFile) -> String {
    let RecordedFile { path, frames, faults, duration_ms, bytes, .. } = file;
    let kib = bytes.div_ceil(1024);
    format!(
        "{}: {frames} frames, {faults} failed readings in {} s, {kib} KiB",
        path.display(),
        duration_ms / 1000
    )
}
