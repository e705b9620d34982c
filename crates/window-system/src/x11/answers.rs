//! What a display answers of one window.

use x11rb::{
    cookie::Cookie,
    errors::ConnectionError,
    protocol::{
        shape::{ConnectionExt as _, GetRectanglesReply, SK},
        xproto::{
            Atom, AtomEnum, ConnectionExt as _, GetGeometryReply, GetPropertyReply,
            GetWindowAttributesReply, MapState, TranslateCoordinatesReply, Window as Id,
        },
    },
    rust_connection::RustConnection,
};

use super::{Around, Display, rect};
use crate::scene::{Shown, Whose, Window};

/// In units of four bytes. A class or a title that is longer is nobody's we know.
const TEXT: u32 = 64;

/// The desktop of a window that is on all of them (EWMH, `_NET_WM_DESKTOP`).
const ON_ALL: u32 = u32::MAX;

/// A window that is minimised (ICCCM, `WM_STATE`).
const ICONIC: u32 = 3;

type Answer<'a, T> = Cookie<'a, RustConnection, T>;

/// What one window was asked.
pub(super) struct Asked<'a> {
    class: Answer<'a, GetPropertyReply>,
    title: Answer<'a, GetPropertyReply>,
    owner: Answer<'a, GetPropertyReply>,
    states: Answer<'a, GetPropertyReply>,
    state: Answer<'a, GetPropertyReply>,
    desktop: Answer<'a, GetPropertyReply>,
    attributes: Answer<'a, GetWindowAttributesReply>,
    geometry: Answer<'a, GetGeometryReply>,
    place: Answer<'a, TranslateCoordinatesReply>,
    input: Answer<'a, GetRectanglesReply>,
}

impl<'a> Asked<'a> {
    pub(super) fn ask(display: &'a Display, id: Id) -> Result<Self, ConnectionError> {
        let (connection, names) = (&display.connection, &display.names);
        let property =
            |name: Atom| connection.get_property(false, id, name, AtomEnum::ANY, 0, TEXT);
        Ok(Self {
            class: property(AtomEnum::WM_CLASS.into())?,
            title: property(names._NET_WM_NAME)?,
            owner: property(names._NET_WM_PID)?,
            states: property(names._NET_WM_STATE)?,
            state: property(names.WM_STATE)?,
            desktop: property(names._NET_WM_DESKTOP)?,
            attributes: connection.get_window_attributes(id)?,
            geometry: connection.get_geometry(id)?,
            place: connection.translate_coordinates(id, display.root, 0, 0)?,
            input: connection.shape_get_rectangles(id, SK::INPUT)?,
        })
    }

    /// The window; `None` where it went before it answered.
    pub(super) fn answer(self, display: &Display, around: &Around<'_>, id: Id) -> Option<Window> {
        let (geometry, place) = (self.geometry.reply().ok()?, self.place.reply().ok()?);
        let is_mapped = self.attributes.reply().ok()?.map_state == MapState::VIEWABLE;
        let states = numbers(self.states);
        let is_minimised = states.contains(&display.names._NET_WM_STATE_HIDDEN)
            || numbers(self.state).first() == Some(&ICONIC);
        let shown = shown(is_mapped, is_minimised, first(self.desktop), around.desktop);
        let is_ours = first(self.owner) == Some(around.ours);
        let class = texts(self.class);
        let title = texts(self.title);
        let title = title.first().map_or("", String::as_str);
        // A window has the name of its program and one of its kind.
        let is_game = class.iter().any(|class| around.game.is_called(class, title));
        let takes_no_click = self.input.reply().is_ok_and(|input| input.rectangles.is_empty());
        let whose = match (is_ours, is_game, takes_no_click) {
            (true, _, _) => Whose::Ours,
            (false, true, _) => Whose::Game,
            (false, false, true) => Whose::Glass,
            (false, false, false) => Whose::Other,
        };
        let area = rect(place.dst_x, place.dst_y, geometry.width, geometry.height);
        Some(Window { whose, shown, area, has_keyboard: around.active == id })
    }
}

/// A window manager minimises what is on another desktop, or calls it hidden: the
/// desktop is looked at first.
fn shown(is_mapped: bool, is_minimised: bool, its: Option<u32>, current: Option<u32>) -> Shown {
    let is_here = its == Some(ON_ALL) || its.is_none() || current.is_none() || its == current;
    match (is_here, is_minimised, is_mapped) {
        (false, _, _) => Shown::Elsewhere,
        (true, true, _) => Shown::Minimised,
        (true, false, true) => Shown::OnScreen,
        (true, false, false) => Shown::Elsewhere,
    }
}

fn numbers(asked: Answer<'_, GetPropertyReply>) -> Vec<u32> {
    let reply = asked.reply().ok();
    reply.and_then(|it| it.value32().map(Iterator::collect)).unwrap_or_default()
}

fn first(asked: Answer<'_, GetPropertyReply>) -> Option<u32> {
    numbers(asked).first().copied()
}

/// Texts that end in zeros, as `WM_CLASS` holds two of them.
fn texts(asked: Answer<'_, GetPropertyReply>) -> Vec<String> {
    let value = asked.reply().map(|reply| reply.value).unwrap_or_default();
    let texts = value.split(|byte| *byte == 0).filter(|text| !text.is_empty());
    texts.map(|text| String::from_utf8_lossy(text).into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_another_desktop_is_not_minimised_whatever_its_manager_calls_it() {
        assert_eq!(shown(false, true, Some(1), Some(0)), Shown::Elsewhere);
        assert_eq!(shown(false, true, Some(0), Some(0)), Shown::Minimised);
        assert_eq!(shown(true, false, Some(ON_ALL), Some(0)), Shown::OnScreen);
        assert_eq!(shown(true, false, None, None), Shown::OnScreen, "there is one desktop");
        assert_eq!(shown(false, false, Some(0), Some(0)), Shown::Elsewhere, "it was withdrawn");
    }
}
