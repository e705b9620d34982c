//! The overlay as the display server has it: in nobody's way.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use system_tests::retry;
use x11rb::{
    connection::Connection,
    protocol::{
        shape::{ConnectionExt as _, SK},
        xproto::{
            Atom, AtomEnum, ConnectionExt as _, CreateWindowAux, ImageFormat, Window, WindowClass,
        },
    },
    rust_connection::RustConnection,
};

use crate::{child::Running, window::App};

/// A loaded machine makes a web view within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

const TITLE: &[u8] = b"Ringside overlay";

/// The game of these tests: a green window of that many pixels.
const GAME: (u16, u16) = (800, 500);
const GREEN: u32 = 0x00_80_00;

/// Its colour through the overlay's ground, rgb(13 18 24 / 74 %), as red, green, blue.
const THROUGH: [u8; 3] = [10, 47, 18];
/// What rounding, and a display of another depth, may make of it.
const ROUNDING: u8 = 3;

#[test]
fn the_overlay_lies_over_the_game_and_is_in_nobodys_way() {
    let Some(app) = App::open() else { return };
    let Some(_compositor) = compositor(&app) else { return };
    app.wait_for(r#"[role="log"][aria-live="polite"]"#, "");
    let desk = Desk::of(&app);
    desk.put_game();
    let focus = desk.focus();

    app.installation.post_kills(0);
    app.installation.post_kills(1);

    let overlay = retry(PATIENCE, LOOK, || desk.overlay()).expect("a match shows the overlay");
    let takes_clicks = || (desk.input_rectangles(overlay) == 0).then_some(());
    retry(PATIENCE, LOOK, takes_clicks).expect("every click goes through to the game");
    let seen_through = || desk.is_seen_through(overlay).then_some(());
    retry(PATIENCE, LOOK, seen_through).expect("the game is seen through it");
    assert_eq!(desk.decorations(overlay), Some(0), "it has no frame");
    for state in ["_NET_WM_STATE_ABOVE", "_NET_WM_STATE_SKIP_TASKBAR"] {
        assert!(desk.has_state(overlay, state), "{state}");
    }
    assert!(!desk.wants_focus(overlay), "no window manager gives it the keyboard");
    assert_eq!(desk.focus(), focus, "the keyboard is where it was");
}

/// Blends windows; `None`, and says why, where there is none on this machine.
#[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
fn compositor(app: &App) -> Option<Running> {
    let picom = Running::start(
        Command::new("picom")
            .args(["--backend", "xrender", "--config", "/dev/null"])
            .env("DISPLAY", app.display())
            .stdin(Stdio::null())
            .stderr(Stdio::null()),
    );
    picom.map_err(|reason| println!("skipped: {reason}")).ok()
}

/// The display, asked without going through the app.
struct Desk {
    connection: RustConnection,
    root: Window,
}

impl Desk {
    fn of(app: &App) -> Self {
        let (connection, screen) = x11rb::connect(Some(app.display())).expect("the display runs");
        let root = connection.setup().roots[screen].root;
        Self { connection, root }
    }

    /// A window that covers the app's and no window manager touches, as a
    /// borderless game does.
    fn put_game(&self) {
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

    fn overlay(&self) -> Option<Window> {
        let children = self.connection.query_tree(self.root).ok()?.reply().ok()?.children;
        children.into_iter().find(|window| self.text(*window, AtomEnum::WM_NAME.into()) == TITLE)
    }

    fn text(&self, window: Window, property: Atom) -> Vec<u8> {
        let asked = self.connection.get_property(false, window, property, AtomEnum::ANY, 0, 64);
        asked.ok().and_then(|asked| asked.reply().ok()).map(|reply| reply.value).unwrap_or_default()
    }

    fn input_rectangles(&self, window: Window) -> usize {
        let asked = self.connection.shape_get_rectangles(window, SK::INPUT).expect("sent");
        asked.reply().expect("the window is there").rectangles.len()
    }

    /// Whether some point of the overlay shows the game through its ground.
    fn is_seen_through(&self, overlay: Window) -> bool {
        let geometry = self.connection.get_geometry(overlay).expect("sent").reply().expect("there");
        let (x, y, width, height) = (geometry.x, geometry.y, geometry.width, geometry.height);
        let format = ImageFormat::Z_PIXMAP;
        let asked = self.connection.get_image(format, self.root, x, y, width, height, !0);
        let Ok(image) = asked.expect("sent").reply() else { return false };
        image.data.chunks_exact(4).any(|pixel| {
            let [blue, green, red] = [pixel[0], pixel[1], pixel[2]];
            [red, green, blue]
                .iter()
                .zip(THROUGH)
                .all(|(is, wanted)| is.abs_diff(wanted) <= ROUNDING)
        })
    }

    /// The third number of Motif's hints, which window managers read.
    fn decorations(&self, window: Window) -> Option<u32> {
        self.numbers(window, "_MOTIF_WM_HINTS").get(2).copied()
    }

    fn has_state(&self, window: Window, state: &str) -> bool {
        self.numbers(window, "_NET_WM_STATE").contains(&self.atom(state))
    }

    /// The input flag of the classic hints.
    fn wants_focus(&self, window: Window) -> bool {
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

    fn focus(&self) -> Window {
        self.connection.get_input_focus().expect("sent").reply().expect("a focus").focus
    }
}
