//! What is known of the overlay, and what follows from it. No window is touched here.

mod told;

use std::sync::{Mutex, MutexGuard};

use companion::OverlaySettings;
use live_view::Phase;
use overlay::{
    edit::{Act, Effect, Mode, OverlayEdit, Surroundings},
    placement::{
        Desktop, Home, LogicalSize, Monitor, MonitorId, Place, Places, Point, Standing, resolve,
    },
    stage::{Next, Stage},
    visibility::{Content, GameWindow, Lies, Moment, Situation, Switch, Where},
    watchdog::Nonce,
};
use window_system::{Compositing, scene::Sight};

pub(crate) use self::told::{Ground, OverlayChosen, OverlayLook, OverlayReport, OverlayTold};

/// Its width at scale 1, in CSS pixels: a glance, not a column.
pub(crate) const WIDTH: f64 = 330.0;

/// Its height until the page says what it needs.
pub(crate) const HEIGHT_FIRST: u32 = 120;

/// Higher it does not get, whatever a page says: half of a small screen.
const HEIGHT_MAX: u32 = 360;

/// The game whose place is moved before any was played: the one with the
/// smaller window of its own.
const GAME_FIRST: &str = "cs2";

/// The overlay as every thread of the shell knows it.
pub(crate) struct Overlay(Mutex<OverlayState>);

impl Overlay {
    pub(crate) fn new(settings: OverlaySettings, places: Places) -> Self {
        Self(Mutex::new(OverlayState::new(settings, places)))
    }

    /// Nothing is asked of a window while this is held: the answer may be an
    /// event that asks for it.
    pub(crate) fn state(&self) -> MutexGuard<'_, OverlayState> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

/// What is known of the overlay.
pub(crate) struct OverlayState {
    settings: OverlaySettings,
    places: Places,
    game: String,
    edit: OverlayEdit,
    stage: Stage,
    desktop: Desktop,
    height: u32,
    /// What the player of a running match does; `None` where none runs.
    phase: Option<Phase>,
    /// Whether the player has switched it off for this run.
    switch: Switch,
    /// How the game's window lies, as far as it is known.
    sight: Sight,
    ground: Ground,
}

impl OverlayState {
    fn new(settings: OverlaySettings, places: Places) -> Self {
        let edit = OverlayEdit::new(places.of(GAME_FIRST));
        Self {
            settings,
            places,
            game: GAME_FIRST.to_owned(),
            edit,
            stage: Stage::default(),
            desktop: Desktop::default(),
            height: HEIGHT_FIRST,
            phase: None,
            switch: Switch::On,
            sight: Sight::default(),
            ground: Ground::default(),
        }
    }

    /// Takes what the player chose. Another screen is another home: where it
    /// stood on the old one, it is not wanted any more.
    pub(crate) fn configure(&mut self, settings: OverlaySettings) -> Vec<Effect> {
        let elsewhere = settings.show != self.settings.show && self.settings.show.is_some();
        self.settings = settings;
        self.find_home();
        if !elsewhere {
            return vec![Effect::Stand];
        }
        self.places.forget_monitors();
        let place = self.places.of(&self.game);
        self.edit.handle(Act::Load(place.clone()), surroundings(&self.desktop, self.height));
        vec![Effect::PassClicks, Effect::Stand, Effect::Save(place)]
    }

    /// Forgets what the player chose, and where it stood.
    pub(crate) fn forget(&mut self) -> Vec<Effect> {
        self.settings = OverlaySettings::default();
        self.places = Places::default();
        self.switch = Switch::On;
        self.find_home();
        let place = self.places.of(&self.game);
        self.edit.handle(Act::Load(place), surroundings(&self.desktop, self.height));
        vec![Effect::PassClicks, Effect::Stand]
    }

    /// Switches it off, or on again. What is moved is locked first.
    pub(crate) fn turn_switch(&mut self) -> Vec<Effect> {
        self.switch = match self.switch {
            Switch::On => Switch::Off,
            Switch::Off => Switch::On,
        };
        let mut effects = self.act(Act::Lock);
        effects.push(Effect::Stand);
        effects
    }

    /// Takes which match runs, by its source's name, and what its player does.
    pub(crate) fn tell_match(&mut self, running: Option<(&str, Phase)>) -> Vec<Effect> {
        self.phase = running.map(|(_, phase)| phase);
        match running {
            Some((game, _)) => self.turn_to(game),
            None => Vec::new(),
        }
    }

    /// Whether the player chose that it is seen in a window at all.
    pub(crate) fn has_a_window(&self) -> bool {
        match self.settings.show {
            Some(Where::OverGame | Where::OtherMonitor) => true,
            Some(Where::ObsOnly | Where::Nowhere) | None => false,
        }
    }

    /// The game whose window decides whether the overlay is seen; `None` where the
    /// overlay is not seen whatever that window does.
    pub(crate) fn watched_game(&self) -> Option<&str> {
        let wanted = self.has_a_window() && self.switch == Switch::On;
        (wanted && self.phase.is_some()).then_some(self.game.as_str())
    }

    /// Takes how the game's window lies. A minimised one is on no monitor: it comes
    /// back to the one it was on.
    pub(crate) fn tell_sight(&mut self, sight: Sight) -> Vec<Effect> {
        let is_away = sight.game == GameWindow::Minimised;
        let monitor = sight.monitor.or(if is_away { self.sight.monitor } else { None });
        let sight = Sight { monitor, ..sight };
        if std::mem::replace(&mut self.sight, sight) == sight {
            return Vec::new();
        }
        self.find_home();
        vec![Effect::Stand]
    }

    /// Takes whether windows are blended.
    pub(crate) fn tell_compositing(&mut self, compositing: Compositing) -> Vec<Effect> {
        let ground = Ground::from(compositing);
        let is_new = std::mem::replace(&mut self.ground, ground) != ground;
        // Whoever stands is told how to look.
        if is_new { vec![Effect::Stand] } else { Vec::new() }
    }

    /// The place of this game is what is shown and moved, where no other is played.
    pub(crate) fn choose_game(&mut self, game: &str) -> Vec<Effect> {
        if self.phase.is_some() { Vec::new() } else { self.turn_to(game) }
    }

    /// Does something to the overlay.
    pub(crate) fn act(&mut self, act: Act) -> Vec<Effect> {
        self.edit.handle(act, surroundings(&self.desktop, self.height))
    }

    /// Keeps the place of the game that is played, and says what is to be written.
    pub(crate) fn keep(&mut self, place: Place) {
        self.places.keep(&self.game, place);
    }

    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    pub(crate) fn mode(&self) -> Mode {
        self.edit.mode()
    }

    /// Takes the monitors there are; whether they have changed.
    pub(crate) fn look_at(&mut self, desktop: Desktop) -> bool {
        let home = home(&desktop, self.settings.show, &self.sight);
        let desktop = desktop.with_home(home);
        let changed = desktop != self.desktop;
        self.desktop = desktop;
        changed
    }

    /// Takes how high the page says that it is, in CSS pixels; whether it changed.
    pub(crate) fn fit(&mut self, height: u32) -> bool {
        let height = height.clamp(1, HEIGHT_MAX);
        std::mem::replace(&mut self.height, height) != height
    }

    /// Where it stands, and by how much its page is enlarged there.
    pub(crate) fn standing(&self) -> Option<(Standing, f64)> {
        let around = surroundings(&self.desktop, self.height);
        let stands = resolve(self.edit.place(), around.size, around.desktop);
        let standing = stands.standing()?.clone();
        let monitor = self.desktop.under(standing.rect)?;
        let enlarged = standing.zoom / monitor.scale();
        Some((standing, enlarged))
    }

    /// Where a point of the page, in CSS pixels, lies on the desktop.
    pub(crate) fn on_desktop(&self, x: i32, y: i32) -> Option<Point> {
        let (standing, _) = self.standing()?;
        let at = standing.rect.at();
        // A page is no larger than a desktop.
        let px = |css: i32| (f64::from(css) * standing.zoom).round() as i32;
        Some(Point { x: at.x.saturating_add(px(x)), y: at.y.saturating_add(px(y)) })
    }

    /// What is to be done with the window.
    pub(crate) fn poll(&mut self, now_ms: u64) -> Next {
        let situation = self.situation();
        self.stage.poll(now_ms, &situation)
    }

    pub(crate) fn loaded(&mut self, now_ms: u64) {
        self.stage.loaded(now_ms);
    }

    pub(crate) fn answered(&mut self, now_ms: u64, nonce: Nonce) {
        self.stage.answered(now_ms, nonce);
    }

    /// The window is no more.
    pub(crate) fn gone(&mut self) {
        self.stage.gone();
    }

    pub(crate) fn look(&self) -> OverlayLook {
        let place = self.edit.place();
        OverlayLook {
            mode: self.edit.mode(),
            rows: self.rows(),
            opacity: place.opacity,
            ground: self.ground,
            scale: place.scale,
            across: place.across,
            down: place.down,
            monitor: self.standing().map_or_else(String::new, |(on, _)| on.monitor.name),
            game: self.game.clone(),
        }
    }

    /// How many events it shows.
    pub(crate) fn rows(&self) -> u8 {
        self.settings.rows.into()
    }

    pub(crate) fn report(&self) -> OverlayReport {
        let seen = self.stage.seen(&self.situation());
        OverlayReport { settings: self.settings.into(), look: self.look(), seen }
    }

    fn turn_to(&mut self, game: &str) -> Vec<Effect> {
        if self.game == game {
            return Vec::new();
        }
        game.clone_into(&mut self.game);
        self.act(Act::Load(self.places.of(game)))
    }

    fn find_home(&mut self) {
        let desktop = std::mem::take(&mut self.desktop);
        let home = home(&desktop, self.settings.show, &self.sight);
        self.desktop = desktop.with_home(home);
    }

    fn situation(&self) -> Situation {
        // Nobody gets a window over a game unasked.
        let choice = self.settings.show.unwrap_or(Where::Nowhere);
        let lies = match self.standing() {
            Some((standing, _)) => {
                let game = monitor_of_game(&self.desktop, &self.sight);
                Lies::of(choice, &standing.monitor, game)
            }
            None => Lies::OnGamesMonitor,
        };
        Situation {
            choice,
            lies,
            when: self.settings.when,
            switch: self.switch,
            content: if self.phase.is_some() { Content::Something } else { Content::Nothing },
            game: self.sight.game,
            moment: self.phase.map_or(Moment::OutOfPlay, moment),
            mode: self.edit.mode(),
        }
    }
}

fn surroundings(desktop: &Desktop, height: u32) -> Surroundings<'_> {
    Surroundings { size: LogicalSize::new(WIDTH, f64::from(height)), desktop }
}

/// The home that the player's choice makes: the game's monitor or another one. A
/// game is on the primary monitor where nobody tells.
fn home(desktop: &Desktop, show: Option<Where>, sight: &Sight) -> Home {
    let mut monitors = desktop.monitors().iter();
    let primary = || monitors.find(|monitor| monitor.is_primary()).map(Monitor::id);
    let game = monitor_of_game(desktop, sight).or_else(primary).cloned();
    match (show, game) {
        (Some(Where::OtherMonitor), Some(game)) => Home::Beside(game),
        (Some(Where::OverGame), Some(game)) => Home::On(game),
        (Some(Where::OverGame | Where::OtherMonitor), None)
        | (Some(Where::ObsOnly | Where::Nowhere) | None, _) => Home::Primary,
    }
}

fn monitor_of_game<'a>(desktop: &'a Desktop, sight: &Sight) -> Option<&'a MonitorId> {
    desktop.under(sight.monitor?).map(Monitor::id)
}

fn moment(phase: Phase) -> Moment {
    match phase {
        Phase::Playing => Moment::Playing,
        Phase::Dead => Moment::Dead,
        Phase::Buying => Moment::Buying,
        Phase::BetweenRounds => Moment::BetweenRounds,
        Phase::OutOfPlay => Moment::OutOfPlay,
    }
}

#[cfg(test)]
mod tests;
