//! X11: what window managers publish of windows (EWMH, ICCCM), and who blends them.
//!
//! Each look asks for everything at once and then reads the answers: a window that
//! goes meanwhile is left out, and a display that goes is connected to anew.

mod answers;

use std::{env, error::Error, process};

use overlay::placement::{Point, Rect, Size};
use tracing::debug;
use x11rb::{
    NONE,
    connection::Connection,
    protocol::{
        randr::ConnectionExt as _,
        xfixes::{ConnectionExt as _, SelectionEventMask},
        xproto::{Atom, AtomEnum, ConnectionExt as _, Window as Id},
    },
    rust_connection::RustConnection,
};

use self::answers::Asked;
use crate::{
    Compositing,
    games::Game,
    scene::{Scene, WINDOWS_MAX, Window},
};

x11rb::atom_manager! {
    /// What is asked by name.
    pub(crate) Names:
    NamesCookie {
        UTF8_STRING,
        WM_STATE,
        _NET_ACTIVE_WINDOW,
        _NET_CLIENT_LIST_STACKING,
        _NET_CURRENT_DESKTOP,
        _NET_WM_DESKTOP,
        _NET_WM_NAME,
        _NET_WM_PID,
        _NET_WM_STATE,
        _NET_WM_STATE_HIDDEN,
    }
}

/// The version of XFixes that tells of a selection's owner is its first.
const XFIXES: (u32, u32) = (1, 0);

/// The display, as long as it answers.
#[derive(Debug, Default)]
pub(crate) struct System {
    display: Option<Display>,
}

impl System {
    /// What there is on the desktop; `None` where nobody tells.
    pub(crate) fn scene(&mut self, game: &Game) -> Option<Scene> {
        if is_wayland() {
            return None;
        }
        let display = match self.display.take() {
            Some(display) => display,
            None => Display::connect()
                .inspect_err(|error| debug!(%error, "No display tells of its windows"))
                .ok()?,
        };
        let scene = display.scene(game);
        match scene {
            Ok(scene) => {
                self.display = Some(display);
                Some(scene)
            }
            Err(error) => {
                debug!(%error, "The display does not tell of its windows");
                None
            }
        }
    }
}

/// A compositor of Wayland tells X11 programs of X11 windows alone: a scene without
/// the others would be a wrong one.
fn is_wayland() -> bool {
    env::var_os("WAYLAND_DISPLAY").is_some_and(|name| !name.is_empty())
}

#[derive(Debug)]
pub(crate) struct Display {
    connection: RustConnection,
    root: Id,
    names: Names,
}

impl Display {
    fn connect() -> Result<Self, Box<dyn Error>> {
        let (connection, screen) = x11rb::connect(None)?;
        let root = root_of(&connection, screen)?;
        let names = Names::new(&connection)?.reply()?;
        Ok(Self { connection, root, names })
    }

    fn scene(&self, game: &Game) -> Result<Scene, Box<dyn Error>> {
        let Some(stack) = self.of_root(self.names._NET_CLIENT_LIST_STACKING)? else {
            return Err("no window manager tells of the windows".into());
        };
        let seen = Around {
            game,
            ours: process::id(),
            active: self.number(self.names._NET_ACTIVE_WINDOW)?.unwrap_or(NONE),
            desktop: self.number(self.names._NET_CURRENT_DESKTOP)?,
        };
        let uppermost = stack.len().saturating_sub(WINDOWS_MAX);
        let mut asked = Vec::new();
        for &id in stack.iter().skip(uppermost) {
            asked.push((id, Asked::ask(self, id)?));
        }
        let windows: Vec<Window> =
            asked.into_iter().filter_map(|(id, asked)| asked.answer(self, &seen, id)).collect();
        Ok(Scene { windows, monitors: self.monitors()? })
    }

    fn monitors(&self) -> Result<Vec<Rect>, Box<dyn Error>> {
        let monitors = self.connection.randr_get_monitors(self.root, true)?.reply()?.monitors;
        let area = |x: i16, y: i16, width: u16, height: u16| rect(x, y, width, height);
        Ok(monitors.iter().map(|it| area(it.x, it.y, it.width, it.height)).collect())
    }

    fn number(&self, property: Atom) -> Result<Option<u32>, Box<dyn Error>> {
        Ok(self.of_root(property)?.and_then(|numbers| numbers.first().copied()))
    }

    /// What a window manager says on the root window; `None` where it says nothing.
    fn of_root(&self, property: Atom) -> Result<Option<Vec<u32>>, Box<dyn Error>> {
        // In units of four bytes: many more windows than are looked at.
        const LENGTH: u32 = 4_096;
        let any = AtomEnum::ANY;
        let asked = self.connection.get_property(false, self.root, property, any, 0, LENGTH)?;
        Ok(asked.reply()?.value32().map(Iterator::collect))
    }
}

/// What a window is seen against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    game: &'a Game,
    /// This very process, as our windows say it.
    ours: u32,
    active: Id,
    desktop: Option<u32>,
}

fn root_of(connection: &RustConnection, screen: usize) -> Result<Id, Box<dyn Error>> {
    Ok(connection.setup().roots.get(screen).ok_or("the display has no such screen")?.root)
}

fn rect(x: i16, y: i16, width: u16, height: u16) -> Rect {
    let at = Point { x: x.into(), y: y.into() };
    Rect::new(at, Size { width: width.into(), height: height.into() })
}

pub(crate) fn watch_compositing(told: impl FnMut(Compositing)) {
    if is_wayland() {
        return;
    }
    if let Err(error) = watch(told) {
        debug!(%error, "Whether windows are blended is not told any more");
    }
}

/// Whoever blends the windows of a screen owns a selection that is named after it
/// (EWMH, "Compositing managers").
fn watch(mut told: impl FnMut(Compositing)) -> Result<(), Box<dyn Error>> {
    let (connection, screen) = x11rb::connect(None)?;
    let root = root_of(&connection, screen)?;
    let name = format!("_NET_WM_CM_S{screen}");
    let selection = connection.intern_atom(false, name.as_bytes())?.reply()?.atom;
    connection.xfixes_query_version(XFIXES.0, XFIXES.1)?.reply()?;
    let any_change = SelectionEventMask::SET_SELECTION_OWNER
        | SelectionEventMask::SELECTION_WINDOW_DESTROY
        | SelectionEventMask::SELECTION_CLIENT_CLOSE;
    connection.xfixes_select_selection_input(root, selection, any_change)?.check()?;
    loop {
        let owner = connection.get_selection_owner(selection)?.reply()?.owner;
        told(if owner == NONE { Compositing::Off } else { Compositing::On });
        connection.wait_for_event()?;
    }
}

/// A name of Wayland's is believed; a display of X11 is asked.
pub(crate) fn has_screen() -> bool {
    is_wayland() || x11rb::connect(None).is_ok()
}

/// Programs of X11 are started from terminals and desktops that keep what they say.
pub(crate) fn say_without_a_window(_title: &str, _sentence: &str) {}
