//! A display as it is, asked without going through the app.

mod windows;

use x11rb::{
    connection::Connection,
    protocol::{
        shape::{ConnectionExt as _, SK},
        xproto::{
            Atom, AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ConnectionExt as _,
            CreateWindowAux, ImageFormat, MOTION_NOTIFY_EVENT, MapState, Window, WindowClass,
        },
        xtest::ConnectionExt as _,
    },
    rust_connection::RustConnection,
};

use crate::window::App;

const TITLE: &[u8] = b"Ringside overlay";

/// The game of these tests: a green window of that many pixels.
const GAME: (u16, u16) = (800, 500);
const GREEN: u32 = 0x00_80_00;

/// Its colour through the overlay's ground, rgb(13 18 24 / 74 %), as red, green, blue.
const THROUGH: [u8; 3] = [10, 47, 18];
/// The overlay's ground where nothing is seen through it.
const GROUND: [u8; 3] = [13, 18, 24];
/// What rounding, and a display of another depth, may make of it.
const ROUNDING: u8 = 3;

/// The left one.
const BUTTON: u8 = 1;

/// Where a window lies on the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    pub(crate) x: i16,
    pub(crate) y: i16,
    pub(crate) width: u16,
    pub(crate) height: u16,
}

impl Area {
    /// Whether all of another lies in it.
    pub(crate) fn holds(self, other: Self) -> bool {
        let along = |start: i16, length: u16, its: i16, its_length: u16| {
            let end = |start: i16, length: u16| i32::from(start) + i32::from(length);
            start <= its && end(its, its_length) <= end(start, length)
        };
        along(self.x, self.width, other.x, other.width)
            && along(self.y, self.height, other.y, other.height)
    }
}

/// The display, and its pointer.
pub(crate) struct Desk {
    connection: RustConnection,
    root: Window,
}

impl Desk {
    pub(crate) fn of(app: &App) -> Self {
        let (connection, screen) = x11rb::connect(Some(app.display())).expect("the display runs");
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    /// A window that covers the app's and no window manager touches, as a
    /// borderless game does.
    pub(crate) fn put_game(&self) {
        let game = self.connection.generate_id().expect("an id");
        let green = CreateWindowAux::new().background_pixel(GREEN).override_redirect(1);
        let (width, height) = GAME;
        self.connection
            .create_window(
                0,
                game,
                self.root,
                0,
                0,
                width,
                height,
                0,
                WindowClass::COPY_FROM_PARENT,
                0,
                &green,
            )
            .expect("sent");
        self.connection.map_window(game).expect("sent").check().expect("a mapped window");
    }

    pub(crate) fn overlay(&self) -> Option<Window> {
        // A window manager puts it into a window of its own.
        let mut all = self.all_windows(self.root).into_iter();
        all.find(|&window| self.text(window, AtomEnum::WM_NAME.into()) == TITLE)
    }

    fn text(&self, window: Window, property: Atom) -> Vec<u8> {
        let asked = self.connection.get_property(false, window, property, AtomEnum::ANY, 0, 64);
        asked.ok().and_then(|asked| asked.reply().ok()).map(|reply| reply.value).unwrap_or_default()
    }

    pub(crate) fn input_rectangles(&self, window: Window) -> usize {
        let asked = self.connection.shape_get_rectangles(window, SK::INPUT).expect("sent");
        asked.reply().expect("the window is there").rectangles.len()
    }

    /// Whether it is on the screen.
    pub(crate) fn is_shown(&self, window: Window) -> bool {
        let asked = self.connection.get_window_attributes(window).expect("sent");
        asked.reply().is_ok_and(|window| window.map_state == MapState::VIEWABLE)
    }

    /// Where it lies on the screen.
    pub(crate) fn place(&self, window: Window) -> Area {
        let it = self.connection.get_geometry(window).expect("sent").reply().expect("there");
        Area { x: it.x, y: it.y, width: it.width, height: it.height }
    }

    /// Where it lies, in thousandths of what the screen leaves beside it.
    pub(crate) fn share_of_free(&self, area: Area) -> (i32, i32) {
        let screen = &self.connection.setup().roots[0];
        let share = |at: i16, length: u16, room: u16| {
            i32::from(at) * 1_000 / (i32::from(room) - i32::from(length))
        };
        (
            share(area.x, area.width, screen.width_in_pixels),
            share(area.y, area.height, screen.height_in_pixels),
        )
    }

    /// Takes what is under the pointer at one point, and drops it at another.
    pub(crate) fn drag(&self, from: (i16, i16), to: (i16, i16)) {
        self.point(from);
        self.fake(BUTTON_PRESS_EVENT, BUTTON, from);
        self.point(to);
        self.fake(BUTTON_RELEASE_EVENT, BUTTON, to);
    }

    fn point(&self, at: (i16, i16)) {
        self.fake(MOTION_NOTIFY_EVENT, 0, at);
    }

    fn fake(&self, event: u8, detail: u8, (x, y): (i16, i16)) {
        let sent = self.connection.xtest_fake_input(event, detail, 0, self.root, x, y, 0);
        sent.expect("sent").check().expect("the display has a pointer of its own");
    }

    /// Whether some point of the overlay shows the game through its ground.
    pub(crate) fn is_seen_through(&self, overlay: Window) -> bool {
        self.pixels(overlay).iter().any(|&pixel| is_about(pixel, THROUGH))
    }

    /// Whether its ground is as the pages have it, and so are its corners.
    pub(crate) fn is_opaque(&self, overlay: Window) -> bool {
        let pixels = self.pixels(overlay);
        let width = usize::from(self.place(overlay).width);
        let Some(last) = pixels.len().checked_sub(1) else { return false };
        let corners = [0, width - 1, last.saturating_sub(width - 1), last];
        let ground = pixels.iter().filter(|&&pixel| is_about(pixel, GROUND)).count();
        // Letters and lines take less than half of it.
        ground * 2 > pixels.len() && corners.iter().all(|&at| is_about(pixels[at], GROUND))
    }

    /// What is on the screen where it lies, as red, green, blue; none while it goes.
    fn pixels(&self, overlay: Window) -> Vec<[u8; 3]> {
        let geometry = self.connection.get_geometry(overlay).expect("sent").reply().expect("there");
        let (x, y, width, height) = (geometry.x, geometry.y, geometry.width, geometry.height);
        let format = ImageFormat::Z_PIXMAP;
        let asked = self.connection.get_image(format, self.root, x, y, width, height, !0);
        let Ok(image) = asked.expect("sent").reply() else { return Vec::new() };
        image.data.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect()
    }

    /// The third number of Motif's hints, which window managers read.
    pub(crate) fn decorations(&self, window: Window) -> Option<u32> {
        self.numbers(window, "_MOTIF_WM_HINTS").get(2).copied()
    }

    pub(crate) fn has_state(&self, window: Window, state: &str) -> bool {
        self.numbers(window, "_NET_WM_STATE").contains(&self.atom(state))
    }

    /// The input flag of the classic hints.
    pub(crate) fn wants_focus(&self, window: Window) -> bool {
        let hints = self.numbers(window, "WM_HINTS");
        const INPUT_HINT: u32 = 1;
        hints.first().is_none_or(|flags| flags & INPUT_HINT == 0) || hints.get(1) != Some(&0)
    }

    fn numbers(&self, window: Window, property: &str) -> Vec<u32> {
        let property = self.atom(property);
        let asked = self.connection.get_property(false, window, property, AtomEnum::ANY, 0, 64);
        let reply = asked.expect("sent").reply().expect("the window is there");
        reply.value32().map(Iterator::collect).unwrap_or_default()
    }

    fn atom(&self, name: &str) -> Atom {
        let asked = self.connection.intern_atom(false, name.as_bytes()).expect("sent");
        asked.reply().expect("an atom").atom
    }

    pub(crate) fn focus(&self) -> Window {
        self.connection.get_input_focus().expect("sent").reply().expect("a focus").focus
    }
}

fn is_about(pixel: [u8; 3], wanted: [u8; 3]) -> bool {
    pixel.iter().zip(wanted).all(|(is, wanted)| is.abs_diff(wanted) <= ROUNDING)
}
