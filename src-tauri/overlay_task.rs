//! Does with the overlay's window what follows from the match, the settings and
//! its page, for as long as the app runs.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use companion::DataDir;
use overlay::{
    edit::{Act, Effect, Mode},
    stage::Order,
    watchdog::Nonce,
};
use tauri::{AppHandle, Manager, async_runtime, ipc::Channel};
use tokio::{sync::Notify, time::Instant};
use tracing::{debug, warn};

use crate::{
    live::Live,
    monitors, on_screen,
    overlay_state::{Overlay, OverlayTold},
    overlay_window,
};

/// How often it is seen whether a monitor came or went while the overlay is
/// wanted: no window system tells Tauri of it.
const MONITORS_LOOKED_AT: Duration = Duration::from_secs(1);

/// What the overlay's task and the commands share.
pub(crate) struct Stagehand {
    began: Instant,
    /// The page's ear; a page that was loaded again has another.
    page: Mutex<Option<Channel<OverlayTold>>>,
    /// Something has changed that the live view does not tell.
    stir: Notify,
    /// Whoever writes the places has it: what is written last is what holds.
    writing: Mutex<()>,
}

impl Stagehand {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            page: Mutex::default(),
            stir: Notify::new(),
            writing: Mutex::default(),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn tell(&self, told: OverlayTold) {
        let page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = page.as_ref()
            && let Err(error) = page.send(told)
        {
            debug!(%error, "The overlay's page is gone");
        }
    }
}

/// Follows the live view for as long as the app runs.
pub(crate) async fn run(app: AppHandle, live: Arc<Live>) {
    let hand = app.state::<Stagehand>();
    let mut changed = live.changes();
    let mut looked_at: Option<Instant> = None;
    loop {
        changed.mark_unchanged();
        follow(&app, &live);
        if looked_at.is_none_or(|at| at.elapsed() >= MONITORS_LOOKED_AT) {
            looked_at = Some(Instant::now());
            on_main(&app, keep_on_screen);
        }
        let wait = stage(&app);
        tokio::select! {
            still = changed.changed() => if still.is_err() { return },
            () = hand.stir.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
    }
}

/// The page says its first word, and is told how to look.
pub(crate) fn page_is_there(app: &AppHandle, page: Channel<OverlayTold>) {
    let hand = app.state::<Stagehand>();
    *hand.page.lock().unwrap_or_else(PoisonError::into_inner) = Some(page);
    app.state::<Overlay>().state().loaded(hand.now_ms());
    tell_look(app);
    hand.stir.notify_one();
}

/// The page answers.
pub(crate) fn page_answers(app: &AppHandle, nonce: Nonce) {
    let hand = app.state::<Stagehand>();
    app.state::<Overlay>().state().answered(hand.now_ms(), nonce);
    hand.stir.notify_one();
}

/// The window is gone: whoever moved it moves nothing any more.
pub(crate) fn window_is_gone(app: &AppHandle) {
    let cancelled = {
        let overlay = app.state::<Overlay>();
        let mut state = overlay.state();
        state.gone();
        state.act(Act::Cancel)
    };
    perform(app, cancelled);
    app.state::<Stagehand>().stir.notify_one();
}

/// Changes what is known of the overlay, and does what follows.
pub(crate) fn change(
    app: &AppHandle,
    how: impl FnOnce(&mut crate::overlay_state::OverlayState) -> Vec<Effect>,
) {
    let effects = how(&mut app.state::<Overlay>().state());
    perform(app, effects);
}

/// Does what follows from an act. Each effect is done from what is known by
/// then, so that it does not matter which of two threads comes first.
fn perform(app: &AppHandle, effects: Vec<Effect>) {
    if effects.is_empty() {
        return;
    }
    for effect in effects {
        match effect {
            Effect::TakeClicks | Effect::PassClicks => on_main(app, obey_mode),
            Effect::Stand => on_main(app, stand),
            Effect::Save(place) => {
                app.state::<Overlay>().state().keep(place);
                save(app);
            }
        }
    }
    tell_look(app);
    app.state::<Stagehand>().stir.notify_one();
}

fn follow(app: &AppHandle, live: &Live) {
    let running = live.running();
    let running = running.as_ref().map(|(source, phase)| (source.as_str(), *phase));
    change(app, |state| state.tell_match(running));
}

/// Does what is due with the window; how long until more may be.
fn stage(app: &AppHandle) -> Duration {
    let hand = app.state::<Stagehand>();
    let next = app.state::<Overlay>().state().poll(hand.now_ms());
    for order in next.orders {
        match order {
            Order::Open => on_main(app, overlay_window::open),
            Order::Show => on_main(app, overlay_window::show),
            Order::Hide => on_main(app, hide),
            Order::Close => on_main(app, close),
            Order::Ask(nonce) => hand.tell(OverlayTold::Ask(nonce)),
        }
    }
    next.in_ms.map_or(MONITORS_LOOKED_AT, Duration::from_millis).min(MONITORS_LOOKED_AT)
}

fn hide(app: &AppHandle) {
    overlay_window::hide(app);
    // Seen in edit mode whatever else is so: its page does not answer.
    change(app, |state| if state.mode() == Mode::Edit { state.act(Act::Cancel) } else { vec![] });
}

fn close(app: &AppHandle) {
    if !overlay_window::close(app) {
        window_is_gone(app);
    }
}

fn keep_on_screen(app: &AppHandle) {
    let desktop = monitors::desktop(app);
    if app.state::<Overlay>().state().look_at(desktop.clone()) {
        stand(app);
        on_screen::bring_back(app, &desktop);
    }
}

fn stand(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(overlay_window::LABEL) {
        overlay_window::place(&window);
    }
}

fn obey_mode(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(overlay_window::LABEL)
        // What was never placed does not exist for the system yet.
        && matches!(window.is_visible(), Ok(true))
    {
        overlay_window::obey_mode(&window);
    }
}

fn tell_look(app: &AppHandle) {
    let look = app.state::<Overlay>().state().look();
    app.state::<Stagehand>().tell(OverlayTold::Look(look));
}

/// Writes the places beside whatever else is done; a disk may take its time.
fn save(app: &AppHandle) {
    let app = app.clone();
    async_runtime::spawn_blocking(move || {
        let hand = app.state::<Stagehand>();
        let _turn = hand.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let places = app.state::<Overlay>().state().places().clone();
        if let Err(error) = companion::save_overlay_places(&app.state::<Arc<DataDir>>(), &places) {
            warn!(%error, "The overlay's place holds for this run only");
        }
    });
}

/// Windows belong to the main thread; elsewhere Windows would wait for itself.
fn on_main(app: &AppHandle, what: fn(&AppHandle)) {
    let handle = app.clone();
    if let Err(error) = app.run_on_main_thread(move || what(&handle)) {
        debug!(%error, "The app is ending");
    }
}
