//! A display server's pixels, seen without going through the app.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use anyhow::{Context, Result};
use x11rb::{
    NONE,
    connection::Connection,
    protocol::{
        Event,
        damage::{ConnectionExt as _, ReportLevel},
        xproto::{
            AtomEnum, ConnectionExt as _, CreateWindowAux, ImageFormat, MapState, Window,
            WindowClass,
        },
    },
    rust_connection::RustConnection,
};

use super::{
    figures::{Change, TimeOfDay, is_drawn},
    wall,
};

const OVERLAY: &str = "Ringside overlay";

/// The overlay's head ends and its foot begins so many pixels from its edges, at
/// scale 1: between them are its rows, and none of the borders.
const HEAD: usize = 44;
const FOOT: usize = 32;

/// Bytes of a pixel of a display with 24 bits of colour.
const PIXEL: usize = 4;

/// Between two looks for a word of the display server: what it says is late by less.
const LISTENS_EVERY: Duration = Duration::from_micros(300);

/// A connection to a display.
pub(crate) struct Screen {
    connection: RustConnection,
    root: Window,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Area {
    x: i16,
    y: i16,
    width: u16,
    height: u16,
}

impl Screen {
    pub(crate) fn connect(display: &str) -> Result<Self> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        let root = connection.setup().roots[screen].root;
        Ok(Self { connection, root })
    }

    /// A panel that shows tray icons, as far as a program can see, for as long as
    /// this connection is open.
    pub(crate) fn put_a_tray(&self) -> Result<()> {
        let panel = self.connection.generate_id()?;
        let (class, look) =
            (WindowClass::COPY_FROM_PARENT, CreateWindowAux::new().override_redirect(1));
        self.connection
            .create_window(0, panel, self.root, 0, 0, 1, 1, 0, class, 0, &look)?
            .check()?;
        let tray = self.connection.intern_atom(false, b"_NET_SYSTEM_TRAY_S0")?.reply()?.atom;
        self.connection.set_selection_owner(panel, tray, x11rb::CURRENT_TIME)?.check()?;
        Ok(())
    }

    /// Whether a window of exactly this title is on the screen.
    pub(crate) fn shows(&self, title: &str) -> bool {
        self.find(title).is_some()
    }

    /// Whether the overlay is on the screen.
    pub(crate) fn shows_overlay(&self) -> bool {
        self.shows(OVERLAY)
    }

    fn find(&self, title: &str) -> Option<Window> {
        let tree = self.connection.query_tree(self.root).ok()?.reply().ok()?;
        tree.children.into_iter().find(|window| {
            self.is_shown(*window) && self.title(*window).as_deref() == Some(title.as_bytes())
        })
    }

    fn title(&self, window: Window) -> Option<Vec<u8>> {
        let name = AtomEnum::WM_NAME;
        let asked = self.connection.get_property(false, window, name, AtomEnum::ANY, 0, 64);
        Some(asked.ok()?.reply().ok()?.value)
    }

    fn is_shown(&self, window: Window) -> bool {
        let asked = self.connection.get_window_attributes(window);
        let reply = asked.ok().and_then(|asked| asked.reply().ok());
        reply.is_some_and(|window| window.map_state == MapState::VIEWABLE)
    }

    fn area(&self, window: Window) -> Option<Area> {
        let it = self.connection.get_geometry(window).ok()?.reply().ok()?;
        Some(Area { x: it.x, y: it.y, width: it.width, height: it.height })
    }

    /// What the screen shows there, whichever windows it is made of.
    fn picture(&self, area: Area) -> Option<Vec<u8>> {
        let Area { x, y, width, height } = area;
        let format = ImageFormat::Z_PIXMAP;
        let asked = self.connection.get_image(format, self.root, x, y, width, height, !0);
        Some(asked.ok()?.reply().ok()?.data)
    }
}

/// What was seen of the overlay.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sightings {
    /// When it looked otherwise than before.
    pub(crate) changes: Vec<Change>,
    /// When there was something to see of it where nothing was before.
    pub(crate) appearances: Vec<TimeOfDay>,
}

/// Looks at the overlay's pixels whenever the display server says that some changed.
pub(crate) struct Watch {
    seen: Arc<Mutex<Sightings>>,
    ends: Arc<AtomicBool>,
    looking: Option<JoinHandle<Result<()>>>,
}

impl Watch {
    pub(crate) fn begin(display: &str) -> Result<Self> {
        let screen = Screen::connect(display)?;
        let (seen, ends) = (Arc::default(), Arc::default());
        let looker =
            Looker { screen, seen: Arc::clone(&seen), ends: Arc::clone(&ends), last: None };
        let looking = Some(std::thread::spawn(move || looker.look()));
        Ok(Self { seen, ends, looking })
    }

    /// What was seen since this was asked last.
    pub(crate) fn take(&self) -> Sightings {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn end(mut self) -> Result<Sightings> {
        self.ends.store(true, Ordering::Relaxed);
        let looking = self.looking.take().context("it looks once")?;
        looking.join().ok().context("the looker panicked")??;
        Ok(self.take())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}

struct Looker {
    screen: Screen,
    seen: Arc<Mutex<Sightings>>,
    ends: Arc<AtomicBool>,
    /// The overlay's picture at the last look; absent while it was not to be seen.
    last: Option<(Area, Vec<u8>)>,
}

impl Looker {
    fn look(mut self) -> Result<()> {
        let connection = &self.screen.connection;
        connection.damage_query_version(1, 1)?.reply().context("no DAMAGE extension")?;
        let damage = connection.generate_id()?;
        connection.damage_create(damage, self.screen.root, ReportLevel::NON_EMPTY)?.check()?;
        while !self.ends.load(Ordering::Relaxed) {
            let Some(event) = self.screen.connection.poll_for_event()? else {
                std::thread::sleep(LISTENS_EVERY);
                continue;
            };
            if matches!(event, Event::DamageNotify(_)) {
                let at = wall::now();
                // First: what changes from here on is told anew.
                self.screen.connection.damage_subtract(damage, NONE, NONE)?.check()?;
                self.compare(at);
            }
        }
        Ok(())
    }

    fn compare(&mut self, at: TimeOfDay) {
        let area = self.screen.find(OVERLAY).and_then(|window| self.screen.area(window));
        let Some(area) = area else {
            self.last = None;
            return;
        };
        let picture = self.screen.picture(area).filter(|picture| is_drawn(picture));
        let Some(picture) = picture else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.last {
            None => seen.appearances.push(at),
            Some((before, last)) if (before, last) != (&area, &picture) => {
                let rows = *before != area || rows_of(area, last) != rows_of(area, &picture);
                seen.changes.push(Change { at, rows });
            }
            Some(_) => return,
        }
        self.last = Some((area, picture));
    }
}

/// The part of a picture of the overlay that has its rows.
fn rows_of(area: Area, picture: &[u8]) -> &[u8] {
    let line = usize::from(area.width) * PIXEL;
    let lines = usize::from(area.height);
    let (first, end) = (HEAD.min(lines), lines.saturating_sub(FOOT).max(HEAD.min(lines)));
    picture.get(first * line..end * line).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_is_between_head_and_foot() {
        let area = Area { x: 0, y: 0, width: 2, height: 100 };
        let line = |at: usize| at * 2 * PIXEL;
        let mut picture = vec![0; line(100)];
        let before = picture.clone();
        picture[line(HEAD) - 1] = 9;
        picture[line(100 - FOOT)] = 9;
        assert_eq!(rows_of(area, &before), rows_of(area, &picture), "head and foot are none");
        picture[line(HEAD)] = 9;
        assert_ne!(rows_of(area, &before), rows_of(area, &picture));
    }

    #[test]
    fn an_overlay_without_rows_has_none() {
        let area = Area { x: 0, y: 0, width: 2, height: 60 };
        assert_eq!(rows_of(area, &vec![7; 60 * 2 * PIXEL]), &[] as &[u8]);
    }
}
