//! Nothing jumps to the front, and nothing pops up, while a match runs.
//!
//! `overlay::quiet` decides. Here alone stands what takes a player's eyes or
//! keyboard (clippy.toml refuses it elsewhere), and it takes a permit. All of it
//! happens on the main thread.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use live_view::{SourceState, SourceStatus};
use overlay::quiet::{Answer, Interruption, Matches, May, Permit, Quiet};
use tauri::{AppHandle, Manager, UserAttentionType, WebviewWindow};
use tracing::{info, warn};

use crate::{
    entrance,
    hotkeys::Hotkeys,
    live::Live,
    main_window::{self, Page},
};

/// What may wait for the end of a match.
#[derive(Debug, PartialEq, Eq)]
enum Wish {
    /// The window: Ringside was started again, or has no tray to be seen in.
    SeeTheWindow,
    /// The window at its settings: a key has nothing to do before they are made.
    SeeTheSettings,
    /// The player wants hotkeys of a desktop that asks them in a dialog of its own.
    HaveHotkeys,
}

/// Whether a match runs, and what waits for its end.
#[derive(Default)]
pub(crate) struct QuietRule {
    quiet: Mutex<Quiet<Wish>>,
    /// A match began or ended while a window was being made.
    missed: AtomicBool,
}

/// Acts on what is known now; `None` where something else is being done. A window that
/// is being made lets other work in, and whatever that wished for is under way.
fn now<T>(app: &AppHandle, act: impl FnOnce(&mut Quiet<Wish>) -> T) -> Option<T> {
    let rule = app.state::<QuietRule>();
    let mut quiet = rule.quiet.try_lock().ok()?;
    quiet.set_matches(matches(app));
    let done = act(&mut quiet);
    drop(quiet);
    if rule.missed.swap(false, Ordering::Relaxed) {
        catch_up(app);
    }
    Some(done)
}

/// Ringside was started again: its window comes to the front, but where a match
/// runs or begins. There its entry in the taskbar is marked, and the window is shown
/// after the match, without the keyboard: the game may still have the screen.
pub(crate) fn started_again(app: &AppHandle) {
    now(app, |quiet| match quiet.ask_or_wait(Interruption::FocusWindow, Wish::SeeTheWindow) {
        Answer::Now(permit, _) => bring_to_front(app, Page::AsItStands, &permit),
        Answer::Waits { .. } => ask_for_a_look(app),
    });
}

/// Has the desktop asked for hotkeys, at once or after the match: it may open a
/// dialog.
pub(crate) fn ask_for_hotkeys(app: &AppHandle) -> May {
    let hotkeys = app.state::<Hotkeys>();
    let asked = now(app, |quiet| {
        hotkeys.match_runs(matches(app) == Matches::Running);
        match quiet.ask_or_wait(Interruption::Dialog, Wish::HaveHotkeys) {
            Answer::Now(permit, _) => {
                hotkeys.ask_the_desktop(app, &permit);
                May::Now
            }
            Answer::Waits { .. } => {
                hotkeys.ask_after_the_match();
                May::AfterMatch
            }
        }
    });
    asked.unwrap_or(May::AfterMatch)
}

/// Opens the desktop's page of the keys, which is a window, or does nothing where a
/// match runs.
pub(crate) fn open_the_desktops_keys(app: &AppHandle) -> May {
    let opened = now(app, |quiet| match quiet.ask(Interruption::Dialog) {
        Some(permit) => {
            app.state::<Hotkeys>().open_the_desktops_page(&permit);
            May::Now
        }
        None => May::AfterMatch,
    });
    opened.unwrap_or(May::AfterMatch)
}

/// There is no tray to be seen in, though the app was started without its window: it
/// opens now, or after the match.
pub(crate) fn appear(app: &AppHandle) {
    now(app, |quiet| match quiet.ask_or_wait(Interruption::FocusWindow, Wish::SeeTheWindow) {
        Answer::Now(..) => entrance::open(app),
        Answer::Waits { .. } => info!("The window waits for the end of the match"),
    });
}

/// A key was pressed that does nothing before a setting is made: the settings are there,
/// now or after the match, and take no keyboard. Whoever presses a key may be in a game
/// that is not known, or in its menu. A key is heard on any thread.
pub(crate) fn ask_for_settings(app: &AppHandle) {
    let handle = app.clone();
    app.run_on_main_thread(move || settings_wanted(&handle)).ok();
}

fn settings_wanted(app: &AppHandle) {
    now(app, |quiet| match quiet.ask_or_wait(Interruption::FocusWindow, Wish::SeeTheSettings) {
        Answer::Now(..) => show_and_take_nothing(app, Page::Settings),
        Answer::Waits { .. } => ask_for_a_look(app),
    });
}

/// The same at its settings.
pub(crate) fn open_the_settings(app: &AppHandle) {
    open_at(app, Page::Settings);
}

/// The player asked for the window here and now: it is shown at once, and has
/// the keyboard where no match runs.
pub(crate) fn open_for_the_player(app: &AppHandle) {
    open_at(app, Page::AsItStands);
}

fn open_at(app: &AppHandle, page: Page) {
    now(app, |quiet| match quiet.ask(Interruption::FocusWindow) {
        Some(permit) => bring_to_front(app, page, &permit),
        None => drop(shown(app, page)),
    });
}

/// Follows the live view for as long as the app runs, and does after a match
/// what waited for its end.
pub(crate) async fn follow(app: AppHandle, live: Arc<Live>) {
    let mut changed = live.changes();
    let mut known = matches_of(&live);
    while changed.changed().await.is_ok() {
        let runs = matches_of(&live);
        if std::mem::replace(&mut known, runs) != runs {
            let handle = app.clone();
            app.run_on_main_thread(move || catch_up(&handle)).ok();
        }
    }
}

fn catch_up(app: &AppHandle) {
    let hotkeys = app.state::<Hotkeys>();
    let caught_up = now(app, |quiet| {
        hotkeys.match_runs(matches(app) == Matches::Running);
        while let Some((permit, wish)) = quiet.next_waiting() {
            match wish {
                Wish::SeeTheWindow => show_and_take_nothing(app, Page::AsItStands),
                Wish::SeeTheSettings => show_and_take_nothing(app, Page::Settings),
                Wish::HaveHotkeys => hotkeys.ask_the_desktop(app, &permit),
            }
        }
    });
    if caught_up.is_none() {
        // Whoever is at it comes back to this.
        app.state::<QuietRule>().missed.store(true, Ordering::Relaxed);
    }
}

/// A game may have the screen: the window is there, and takes nothing.
fn show_and_take_nothing(app: &AppHandle, page: Page) {
    match main_window::be_there(app, page) {
        Ok(_) => ask_for_a_look(app),
        Err(error) => entrance::go_without_a_window(app, &error),
    }
}

fn matches(app: &AppHandle) -> Matches {
    matches_of(&app.state::<Arc<Live>>())
}

fn matches_of(live: &Live) -> Matches {
    let begins =
        |source: &SourceStatus| matches!(source.state, SourceState::Loading | SourceState::InMatch);
    if live.glance().is_some() || live.status().companion.sources.iter().any(begins) {
        Matches::Running
    } else {
        Matches::None
    }
}

fn shown(app: &AppHandle, page: Page) -> Option<WebviewWindow> {
    let shown = main_window::show(app, page);
    shown.inspect_err(|error| warn!(%error, "The window cannot be shown")).ok()
}

#[expect(clippy::disallowed_methods, reason = "with a permit, which no match gives")]
fn bring_to_front(app: &AppHandle, page: Page, permit: &Permit<'_>) {
    let Some(window) = shown(app, page) else { return };
    tracing::debug!(permit = ?permit.what(), "The window comes to the front");
    if let Err(error) = window.set_focus() {
        warn!(%error, "The window cannot come to the front");
    }
}

/// The taskbar's entry of a window that is there: it covers nothing.
#[expect(clippy::disallowed_methods, reason = "it marks an entry and brings nothing to the front")]
fn ask_for_a_look(app: &AppHandle) {
    let Some(window) = main_window::find(app) else { return };
    if let Err(error) = window.request_user_attention(Some(UserAttentionType::Informational)) {
        warn!(%error, "The taskbar cannot be asked for a look");
    }
}
