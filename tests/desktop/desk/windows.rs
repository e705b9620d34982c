//! Windows as other programs have them, and a window manager that looks after them.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use system_tests::retry;
use x11rb::{
    NONE,
    connection::Connection,
    protocol::xproto::{
        AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt as _, CreateWindowAux,
        EventMask, PropMode, Window, WindowClass,
    },
    wrapper::ConnectionExt as _,
};

use super::{Area, Desk, GREEN};
use crate::child::Running;

/// A loaded machine starts a window manager within a second.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);

/// The user places the window himself (ICCCM, `WM_NORMAL_HINTS`: USPosition, USSize).
const AS_THE_USER_WANTS: u32 = 0b11;
/// `WM_NORMAL_HINTS` has 18 numbers.
const NORMAL_HINTS: usize = 18;
/// Decorations are spoken of, and there are none (Motif's hints).
const NO_FRAME: [u32; 5] = [0b10, 0, 0, 0, 0];
/// ICCCM, `WM_CHANGE_STATE`.
const ICONIC: u32 = 3;
/// A pager speaks: nobody is kept from what he asks for (EWMH).
const FROM_A_PAGER: u32 = 2;

impl Desk {
    /// Puts a window manager on the display; `None`, and says why, without one.
    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    pub(crate) fn manage(&self, display: &str, home: &str) -> Option<Running> {
        let manager = Running::start(
            Command::new("openbox")
                .arg("--sm-disable")
                .env("DISPLAY", display)
                .env("HOME", home)
                .env("XDG_CONFIG_HOME", home)
                .stdin(Stdio::null())
                .stderr(Stdio::null()),
        );
        let manager = manager.map_err(|reason| println!("skipped: {reason}")).ok()?;
        let manages = || (self.of_root("_NET_SUPPORTING_WM_CHECK") != NONE).then_some(());
        let does = retry(PATIENCE, LOOK, manages);
        assert!(does.is_some(), "openbox looks after the windows");
        Some(manager)
    }

    /// Opens a window of this class, in front and with the keyboard.
    pub(crate) fn open_window(&self, class: &str, area: (i16, i16, u16, u16)) -> Window {
        let (x, y, width, height) = area;
        let connection = &self.connection;
        let window = connection.generate_id().expect("an id");
        let green = CreateWindowAux::new().background_pixel(GREEN);
        let (copied, depth) = (WindowClass::INPUT_OUTPUT, 0);
        connection
            .create_window(depth, window, self.root, x, y, width, height, 0, copied, 0, &green)
            .expect("sent");
        let names = format!("{class}\0{class}\0");
        let text = AtomEnum::STRING;
        connection
            .change_property8(PropMode::REPLACE, window, AtomEnum::WM_CLASS, text, names.as_bytes())
            .expect("sent");
        let mut hints = [0; NORMAL_HINTS];
        hints[0] = AS_THE_USER_WANTS;
        self.say(window, "WM_NORMAL_HINTS", "WM_SIZE_HINTS", &hints);
        self.say(window, "_MOTIF_WM_HINTS", "_MOTIF_WM_HINTS", &NO_FRAME);
        connection.map_window(window).expect("sent").check().expect("a mapped window");
        self.bring_forward(window);
        window
    }

    fn say(&self, window: Window, property: &str, kind: &str, numbers: &[u32]) {
        let (property, kind) = (self.atom(property), self.atom(kind));
        let (mode, connection) = (PropMode::REPLACE, &self.connection);
        connection.change_property32(mode, window, property, kind, numbers).expect("sent");
    }

    /// As its button on a panel does.
    pub(crate) fn minimise(&self, window: Window) {
        self.ask_manager(window, "WM_CHANGE_STATE", [ICONIC, 0, 0, 0, 0]);
    }

    /// Puts a window in front, out of the panel too, and gives it the keyboard.
    pub(crate) fn bring_forward(&self, window: Window) {
        self.ask_manager(window, "_NET_ACTIVE_WINDOW", [FROM_A_PAGER, 0, 0, 0, 0]);
        let has_keyboard = || (self.active() == window).then_some(());
        retry(PATIENCE, LOOK, has_keyboard).expect("the window manager does as a pager says");
    }

    /// The window that has the keyboard, as the window manager says.
    pub(crate) fn active(&self) -> Window {
        self.of_root("_NET_ACTIVE_WINDOW")
    }

    /// Moves a window, as far as a window manager lets it.
    pub(crate) fn put(&self, window: Window, x: i32, y: i32) {
        let there = ConfigureWindowAux::new().x(x).y(y);
        let moved = self.connection.configure_window(window, &there);
        moved.expect("sent").check().expect("the window is there");
    }

    /// Where the inside of a window lies on the screen, whatever frame it has.
    pub(crate) fn area(&self, window: Window) -> Option<Area> {
        let size = self.connection.get_geometry(window).ok()?.reply().ok()?;
        let at = self.connection.translate_coordinates(window, self.root, 0, 0).ok()?;
        let at = at.reply().ok()?;
        let (x, y) = (at.dst_x, at.dst_y);
        Some(Area { x, y, width: size.width, height: size.height })
    }

    /// The app's main window.
    pub(crate) fn main_window(&self) -> Window {
        let mut found = self.all_windows(self.root).into_iter().filter(|&window| {
            self.text(window, AtomEnum::WM_NAME.into()) == b"Ringside" && self.is_shown(window)
        });
        found.next().expect("the app is open")
    }

    pub(super) fn all_windows(&self, above: Window) -> Vec<Window> {
        let asked = self.connection.query_tree(above).expect("sent").reply();
        let children = asked.map(|tree| tree.children).unwrap_or_default();
        let below = children.iter().flat_map(|&child| self.all_windows(child));
        children.iter().copied().chain(below).collect()
    }

    fn ask_manager(&self, window: Window, what: &str, data: [u32; 5]) {
        const FORMAT: u8 = 32;
        let asked = ClientMessageEvent::new(FORMAT, window, self.atom(what), data);
        let managers = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        let sent = self.connection.send_event(false, self.root, managers, asked);
        sent.expect("sent").check().expect("the root window takes it");
    }

    fn of_root(&self, property: &str) -> u32 {
        self.numbers(self.root, property).first().copied().unwrap_or(NONE)
    }
}
