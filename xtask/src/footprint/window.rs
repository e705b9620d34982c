//! `cargo xtask footprint --window`: what the app with its windows costs beside a
//! game, and how soon it shows what happened.
//!
//! The release build on a display without a screen (Xvfb, picom, a session bus),
//! beside matches of the simulator in real time, uploading to a server. Memory and
//! work are those of the app and of all processes that its web views start.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use system_tests::{Server, Simulator};

use super::{
    desk::{App, Case, Desk, Installation, Overlay, wait_until},
    figures::{self, Latencies},
    game::{self, Shows},
    screen::Watch,
    tree::{Memory, Tree, Work},
    wall,
};
use crate::stopwatch::Stopwatch;

/// A start is over, and its memory returned, after so long.
const SETTLES: Duration = Duration::from_secs(10);

/// A start that took a game's word does nothing more that the next one would feel.
const RESTS: Duration = Duration::from_secs(3);

/// A window is kept hidden for a minute; it is looked at well within that.
const KEPT_FOR: Duration = Duration::from_secs(40);

/// Between a look for a listener and the next one: what a start may seem longer.
const KNOCKS_EVERY: Duration = Duration::from_millis(1);

/// An overlay that was hidden is still before it is wanted again.
const HIDDEN_FOR: Duration = Duration::from_secs(2);

/// This part of its length a simulated match lasts for certain: a round in which
/// little happens is a short one.
const PLAYED_FOR_CERTAIN: f64 = 0.6;

/// Between two looks at its memory, each some milliseconds of the kernel's work.
const WEIGHED_EVERY: Duration = Duration::from_secs(4);

/// How long, and how often.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// Length of a match.
    pub(crate) seconds: u64,
    /// Length of a pause without a game.
    pub(crate) idle: Duration,
    /// Starts of the app.
    pub(crate) starts: u32,
    /// Times that a hidden overlay is wanted again.
    pub(crate) wakes: u32,
    /// Times that an overlay which was given up is.
    pub(crate) openings: u32,
}

/// What one match cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Match {
    pub(crate) case: Case,
    /// The most, until its midst.
    pub(crate) memory: Memory,
    /// In a minute of it.
    pub(crate) work: Work,
}

/// What a while without a game cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Idle {
    pub(crate) what: &'static str,
    pub(crate) memory: Memory,
    pub(crate) work: Work,
}

/// Everything that was measured. Times are in microseconds.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    pub(crate) matches: Vec<Match>,
    pub(crate) idle: Vec<Idle>,
    pub(crate) events: Latencies,
    pub(crate) wakes: Vec<u64>,
    pub(crate) openings: Vec<u64>,
    pub(crate) hidden_starts: Vec<u64>,
    pub(crate) window_starts: Vec<u64>,
}

/// Where everything is measured.
pub(crate) struct Bench {
    pub(crate) binary: PathBuf,
    pub(crate) extent: Extent,
    pub(crate) server: Server,
    pub(crate) desk: Desk,
}

impl Bench {
    /// Measures one thing after another: two at once would measure each other.
    pub(crate) fn measure(&self) -> Result<Measured> {
        let mut measured = Measured::default();
        for main in [false, true] {
            let starts = self.starts(main)?;
            if main { measured.window_starts = starts } else { measured.hidden_starts = starts }
        }
        for overlay in [Overlay::Nowhere, Overlay::InCalmMoments] {
            self.a_match(Case { main: false, overlay }, &mut measured)?;
        }
        self.a_match(Case { main: true, overlay: Overlay::Nowhere }, &mut measured)?;
        self.a_match(Case { main: false, overlay: Overlay::OverGame }, &mut measured)?;
        self.a_match(Case { main: true, overlay: Overlay::OverGame }, &mut measured)?;
        self.wakes(&mut measured)?;
        Ok(measured)
    }

    /// From the start of the program to a game's first word that it takes.
    fn starts(&self, main: bool) -> Result<Vec<u64>> {
        println!("{} starts, {}", self.extent.starts, name_of(main, Overlay::OverGame));
        let installation = Installation::new(&self.server, Overlay::OverGame)?;
        // The first one makes the installation, which happens once.
        let first = App::start(&self.binary, &self.desk, &installation, main)?;
        let token = installation.gsi_token()?;
        knock(&installation, &token)?;
        std::thread::sleep(RESTS);
        first.end();
        let start = |_| {
            let app = App::start(&self.binary, &self.desk, &installation, main)?;
            knock(&installation, &token)?;
            let took = wall::now().since(app.started).context("time went backwards")?;
            std::thread::sleep(RESTS);
            app.end();
            Ok(took)
        };
        (0..self.extent.starts).map(start).collect()
    }

    /// A whole match of the simulator's.
    fn a_match(&self, case: Case, measured: &mut Measured) -> Result<()> {
        println!("a match of {} s, {}", self.extent.seconds, name_of(case.main, case.overlay));
        let installation = Installation::new(&self.server, case.overlay)?;
        let mut app = App::start(&self.binary, &self.desk, &installation, case.main)?;
        let token = installation.gsi_token()?;
        std::thread::sleep(SETTLES);
        if case.overlay == Overlay::Nowhere {
            let what = if case.main { "the main window" } else { "no window" };
            measured.idle.push(self.idle(what, app.tree())?);
        }
        let watch = Watch::begin(&self.desk.display)?;
        let (tree, stopwatch) = (app.tree(), Stopwatch::start());
        let before = tree.work()?;
        let truth = installation.file("truth.json");
        let play = Simulator::cs2(7, self.extent.seconds, installation.port, &token, &truth)?;
        let in_its_midst = Duration::from_secs(self.extent.seconds).mul_f64(PLAYED_FOR_CERTAIN);
        let memory = most_memory(tree, in_its_midst, stopwatch)?;
        let shows = self.desk.screen.shows_overlay();
        ensure!(shows || case.overlay != Overlay::OverGame, "the match shows no overlay");
        let minutes = stopwatch.elapsed().as_secs_f64() / 60.0;
        let work = tree.work()?.a_minute_since(before, minutes);
        measured.matches.push(Match { case, memory, work });
        play.finished()?;
        let changes = watch.end()?.changes;
        if case == (Case { main: false, overlay: Overlay::OverGame }) {
            measured.events = figures::latencies(&app.appends(), &changes);
            self.after_a_match(tree, measured)?;
        }
        app.end();
        Ok(())
    }

    /// The overlay is hidden, and at last given up.
    fn after_a_match(&self, tree: Tree, measured: &mut Measured) -> Result<()> {
        wait_until("the overlay was to be hidden", || !self.desk.screen.shows_overlay())?;
        std::thread::sleep(HIDDEN_FOR);
        let kept = self.extent.idle.min(KEPT_FOR);
        measured.idle.push(idle_for(kept, "the overlay, hidden and kept ready", tree)?);
        wait_until_given_up(tree)?;
        std::thread::sleep(HIDDEN_FOR);
        measured.idle.push(self.idle("the overlay, given up", tree)?);
        Ok(())
    }

    /// From the first word of a match to the overlay's first pixels.
    fn wakes(&self, measured: &mut Measured) -> Result<()> {
        let Extent { wakes, openings, .. } = self.extent;
        println!("{wakes} wakes of a hidden overlay, {openings} of one that was given up");
        let installation = Installation::new(&self.server, Overlay::OverGame)?;
        let app = App::start(&self.binary, &self.desk, &installation, false)?;
        let token = installation.gsi_token()?;
        knock(&installation, &token)?;
        std::thread::sleep(SETTLES);
        let watch = Watch::begin(&self.desk.display)?;
        let mut kills = 0;
        for _ in 0..openings {
            wait_until_given_up(app.tree())?;
            std::thread::sleep(HIDDEN_FOR);
            kills += 1;
            measured.openings.push(self.wake(&watch, &installation, &token, kills)?);
        }
        for _ in 0..wakes {
            kills += 1;
            measured.wakes.push(self.wake(&watch, &installation, &token, kills)?);
        }
        drop(watch);
        app.end();
        Ok(())
    }

    /// Microseconds until the overlay is seen, which is hidden again afterwards.
    fn wake(&self, watch: &Watch, game: &Installation, token: &str, kills: u32) -> Result<u64> {
        watch.take();
        let wanted = wall::now();
        ensure!(game::post(game.port, token, Shows::Round { kills }), "the app takes no word");
        let mut appeared = None;
        wait_until("the overlay was to be seen", || {
            appeared = watch.take().appearances.first().copied();
            appeared.is_some()
        })?;
        let took = appeared.and_then(|at| at.since(wanted)).context("it was there before")?;
        std::thread::sleep(HIDDEN_FOR);
        ensure!(game::post(game.port, token, Shows::Menu), "the app takes no word");
        wait_until("the overlay was to be hidden", || !self.desk.screen.shows_overlay())?;
        std::thread::sleep(HIDDEN_FOR);
        Ok(took)
    }

    fn idle(&self, what: &'static str, tree: Tree) -> Result<Idle> {
        idle_for(self.extent.idle, what, tree)
    }
}

fn idle_for(pause: Duration, what: &'static str, tree: Tree) -> Result<Idle> {
    println!("{} s without a game, {what}", pause.as_secs());
    let before = tree.work()?;
    let memory = most_memory(tree, pause, Stopwatch::start())?;
    let work = tree.work()?.a_minute_since(before, pause.as_secs_f64() / 60.0);
    Ok(Idle { what, memory, work })
}

/// The most that it took until so much time has passed. Other programs of the same
/// libraries lower a proportional size while they run, so one look would not do.
fn most_memory(tree: Tree, until: Duration, stopwatch: Stopwatch) -> Result<Memory> {
    let mut most = tree.memory()?;
    while stopwatch.elapsed() < until {
        std::thread::sleep(WEIGHED_EVERY.min(until.saturating_sub(stopwatch.elapsed())));
        let now = tree.memory()?;
        if now.total_kib() > most.total_kib() {
            most = now;
        }
    }
    Ok(most)
}

/// No process draws pages any more.
fn wait_until_given_up(tree: Tree) -> Result<()> {
    let no_page = || tree.draws_pages().is_ok_and(|draws| !draws);
    wait_until("the overlay was to be given up", no_page)
}

/// Shows the main menu until the app takes it.
fn knock(installation: &Installation, token: &str) -> Result<()> {
    let taken = || game::post(installation.port, token, Shows::Menu).then_some(());
    system_tests::retry(Duration::from_secs(30), KNOCKS_EVERY, taken).context("it takes no word")
}

/// The windows of a case, in words.
pub(crate) fn name_of(main: bool, overlay: Overlay) -> &'static str {
    match (main, overlay) {
        (false, Overlay::Nowhere) => "no window",
        (false, Overlay::OverGame) => "the overlay",
        (false, Overlay::InCalmMoments) => "the overlay, in calm moments only",
        (true, Overlay::Nowhere) => "the main window",
        (true, Overlay::OverGame) => "the main window and the overlay",
        (true, Overlay::InCalmMoments) => "the main window, and the overlay in calm moments",
    }
}
