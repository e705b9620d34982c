//! The app without its window, and beside another one: started, not driven.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, ExitStatus, Stdio},
    time::Duration,
};

use outbox::{EntryState, Filter, OutboxView};
use system_tests::retry;
use x11rb::{
    connection::Connection,
    protocol::xproto::{
        Atom, AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, Window,
        WindowClass,
    },
    rust_connection::RustConnection,
};

use crate::{child::Running, display::Display, installation::Installation};

/// A loaded machine makes a web view within seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

const TITLE: &[u8] = b"Ringside";

/// `ringside-desktop` ends so where the machine lacks something.
const EXIT_ENVIRONMENT: i32 = 4;

#[test]
fn a_second_start_goes_to_the_first_and_opens_nothing() {
    let Some(desk) = Desk::with_bus() else { return };
    let mut first = desk.start();
    let window = desk.window();
    let second = ended(&mut desk.start());
    assert!(second.success(), "it was told where the first is: {second}");
    assert_eq!(desk.windows(), [window], "there is the first one's window alone");
    assert!(is_running(&mut first));
}

#[test]
fn without_a_session_bus_the_lock_of_the_queue_keeps_a_second_start_out() {
    let Some(desk) = Desk::without_bus() else { return };
    let mut first = desk.start();
    let window = desk.window();
    let mut second = desk.start();
    assert_eq!(ended(&mut second).code(), Some(EXIT_ENVIRONMENT));
    let said = fs::read_to_string(desk.log(2)).expect("what it said");
    assert!(said.contains("another Ringside is already running"), "{said}");
    assert_eq!(desk.windows(), [window]);
    assert!(is_running(&mut first));
}

#[test]
fn with_a_tray_the_window_is_closed_and_what_happens_is_kept() {
    let Some(desk) = Desk::with_bus() else { return };
    desk.put_a_tray();
    let mut app = desk.start();
    desk.close(desk.window());
    let gone = || desk.windows().is_empty().then_some(());
    retry(PATIENCE, LOOK, gone).expect("the window is gone");

    desk.installation.post_kills(0);
    desk.installation.post_kills(1);
    let kept = || (desk.pending() > 0).then_some(());
    retry(PATIENCE, LOOK, kept).expect("the kill is in the upload queue");
    assert!(is_running(&mut app));
}

#[test]
fn in_the_tray_a_second_start_opens_the_window_anew() {
    let Some(desk) = Desk::with_bus() else { return };
    desk.put_a_tray();
    let mut app = desk.start();
    let first = desk.window();
    desk.close(first);
    retry(PATIENCE, LOOK, || desk.windows().is_empty().then_some(())).expect("it is gone");
    assert!(ended(&mut desk.start()).success());
    assert_ne!(desk.window(), first, "another window of the same app");
    assert!(is_running(&mut app));
}

#[test]
fn without_a_tray_the_app_ends_with_its_window() {
    let Some(desk) = Desk::with_bus() else { return };
    let mut app = desk.start();
    desk.close(desk.window());
    assert!(ended(&mut app).success(), "nobody could open it again");
}

#[test]
fn a_second_start_in_a_match_asks_for_a_look_and_takes_nothing() {
    let Some(desk) = Desk::with_bus() else { return };
    let _app = desk.start();
    let window = desk.window();
    desk.installation.post_kills(0);
    desk.installation.post_kills(1);
    let overlay = || desk.titled(b"Ringside overlay").first().copied();
    retry(PATIENCE, LOOK, overlay).expect("a match runs");
    let game = desk.put_game();

    assert!(ended(&mut desk.start()).success());
    let urgent = || desk.is_urgent(window).then_some(());
    retry(PATIENCE, LOOK, urgent).expect("the taskbar's entry is marked");
    assert_eq!(desk.focus(), game, "the keyboard is the game's");
    assert!(desk.is_above(game, window), "and nothing came before it");
}

#[test]
fn without_a_tray_a_hidden_start_brings_its_window_after_the_match_and_not_into_it() {
    let Some(desk) = Desk::with_bus() else { return };
    let _app = desk.start_with(&["--hidden"]);
    retry(PATIENCE, LOOK, || desk.installation.listens().then_some(())).expect("it listens");
    desk.installation.post_kills(0);
    desk.installation.post_kills(1);
    let overlay = || desk.titled(b"Ringside overlay").first().copied();
    retry(PATIENCE, LOOK, overlay).expect("a match runs");

    let waits = || desk.has_logged(1, "waits for the end of the match").then_some(());
    retry(PATIENCE, LOOK, waits).expect("no tray comes");
    assert_eq!(desk.windows(), [0; 0], "nothing pops up in a match");
    desk.installation.post_menu();
    desk.window();
}

/// A display, maybe a session bus, and an installation on them.
pub(crate) struct Desk {
    connection: RustConnection,
    root: Window,
    /// Where the session bus is.
    pub(crate) bus: String,
    pub(crate) installation: Installation,
    binary: PathBuf,
    started: std::cell::Cell<u32>,
    _daemon: Option<Running>,
    display: Display,
}

impl Desk {
    pub(crate) fn with_bus() -> Option<Self> {
        Self::or_skipped(session_bus().map(|(daemon, bus)| (Some(daemon), bus)))
    }

    fn without_bus() -> Option<Self> {
        Self::or_skipped(Ok((None, "unix:path=/nonexistent/bus".to_owned())))
    }

    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    fn or_skipped(bus: Result<(Option<Running>, String), String>) -> Option<Self> {
        bus.and_then(Self::new).map_err(|reason| println!("skipped: {reason}")).ok()
    }

    fn new((daemon, bus): (Option<Running>, String)) -> Result<Self, String> {
        let test = env::current_exe().map_err(|error| error.to_string())?;
        let binary = test.ancestors().nth(2).expect("tests lie in <profile>/deps");
        let binary = binary.join("ringside-desktop");
        if !binary.exists() {
            return Err(format!("{} is not built", binary.display()));
        }
        let display = Display::start()?;
        let connected = x11rb::connect(Some(&display.name)).map_err(|error| error.to_string());
        let (connection, screen) = connected?;
        let root = connection.setup().roots[screen].root;
        let installation = Installation::new();
        let started = std::cell::Cell::new(0);
        let _daemon = daemon;
        Ok(Self { connection, root, bus, installation, binary, started, _daemon, display })
    }

    /// Starts the app on this folder, as a player does by its icon.
    fn start(&self) -> Running {
        self.start_with(&[])
    }

    fn start_with(&self, arguments: &[&str]) -> Running {
        self.start_in("x11", arguments)
    }

    /// The same where the session says that it is of this kind.
    pub(crate) fn start_in(&self, session: &str, arguments: &[&str]) -> Running {
        self.started.set(self.started.get() + 1);
        let log = fs::File::create(self.log(self.started.get())).expect("a fresh file");
        let home = self.installation.home.path();
        Running::start(
            Command::new(&self.binary)
                .args(["--data-dir", &self.installation.data_dir()])
                .args(arguments)
                .env("DISPLAY", &self.display.name)
                .env("GDK_BACKEND", "x11")
                .env("XDG_SESSION_TYPE", session)
                .env("HOME", home)
                .env("XDG_RUNTIME_DIR", home)
                .env("DBUS_SESSION_BUS_ADDRESS", &self.bus)
                .env("LANG", "C.UTF-8")
                .env("NO_AT_BRIDGE", "1")
                .env_remove("WAYLAND_DISPLAY")
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log),
        )
        .expect("the binary is there")
    }

    /// What the start of this number wrote.
    fn log(&self, start: u32) -> PathBuf {
        self.installation.home.path().join(format!("start-{start}.log"))
    }

    pub(crate) fn has_logged(&self, start: u32, words: &str) -> bool {
        fs::read_to_string(self.log(start)).is_ok_and(|log| log.contains(words))
    }

    /// The main window, once it is there.
    fn window(&self) -> Window {
        let found = || self.windows().first().copied();
        retry(PATIENCE, LOOK, found).expect("the app shows its window")
    }

    fn windows(&self) -> Vec<Window> {
        self.titled(TITLE)
    }

    /// Windows that are shown, of exactly this title.
    pub(crate) fn titled(&self, title: &[u8]) -> Vec<Window> {
        let tree = self.connection.query_tree(self.root).expect("sent").reply().expect("a tree");
        let name = AtomEnum::WM_NAME.into();
        let is_it = |window: &Window| self.is_shown(*window) && self.text(*window, name) == title;
        tree.children.into_iter().filter(is_it).collect()
    }

    fn is_shown(&self, window: Window) -> bool {
        use x11rb::protocol::xproto::MapState;
        let asked = self.connection.get_window_attributes(window).expect("sent").reply();
        asked.is_ok_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }

    fn text(&self, window: Window, property: Atom) -> Vec<u8> {
        let asked = self.connection.get_property(false, window, property, AtomEnum::ANY, 0, 64);
        asked.expect("sent").reply().map(|reply| reply.value).unwrap_or_default()
    }

    /// As the button of a title bar does.
    fn close(&self, window: Window) {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS"), self.atom("WM_DELETE_WINDOW"));
        let message = ClientMessageEvent::new(32, window, protocols, [delete, 0, 0, 0, 0]);
        let sent = self.connection.send_event(false, window, EventMask::NO_EVENT, message);
        sent.expect("sent").check().expect("the window is there");
    }

    /// Events that wait in the upload queue.
    fn pending(&self) -> u64 {
        let queue = PathBuf::from(self.installation.data_dir()).join("outbox.sqlite");
        OutboxView::open(&queue)
            .and_then(|view| view.count(Filter::In(EntryState::Pending)))
            .unwrap_or_default()
    }

    /// A panel that shows tray icons, as far as a program can see.
    fn put_a_tray(&self) {
        let panel = self.put_window(1, 1);
        let selection = self.atom("_NET_SYSTEM_TRAY_S0");
        let owned = self.connection.set_selection_owner(panel, selection, x11rb::CURRENT_TIME);
        owned.expect("sent").check().expect("nobody else has it");
    }

    /// A window that covers the app's and has the keyboard, as a game does.
    fn put_game(&self) -> Window {
        use x11rb::protocol::xproto::InputFocus;
        let game = self.put_window(800, 500);
        self.connection.map_window(game).expect("sent").check().expect("a mapped window");
        let focus = self.connection.set_input_focus(InputFocus::PARENT, game, x11rb::CURRENT_TIME);
        focus.expect("sent").check().expect("it takes the keyboard");
        game
    }

    fn put_window(&self, width: u16, height: u16) -> Window {
        let window = self.connection.generate_id().expect("an id");
        let (class, look) =
            (WindowClass::COPY_FROM_PARENT, CreateWindowAux::new().override_redirect(1));
        self.connection
            .create_window(0, window, self.root, 0, 0, width, height, 0, class, 0, &look)
            .expect("sent")
            .check()
            .expect("a window");
        window
    }

    /// The urgency flag of the classic hints, which taskbars show.
    fn is_urgent(&self, window: Window) -> bool {
        const URGENCY: u32 = 256;
        let hints = AtomEnum::WM_HINTS;
        let asked = self.connection.get_property(false, window, hints, AtomEnum::ANY, 0, 1);
        let reply = asked.expect("sent").reply().expect("the window is there");
        let flags = reply.value32().and_then(|mut values| values.next());
        flags.is_some_and(|flags| flags & URGENCY != 0)
    }

    fn focus(&self) -> Window {
        self.connection.get_input_focus().expect("sent").reply().expect("a focus").focus
    }

    fn is_above(&self, one: Window, other: Window) -> bool {
        let tree = self.connection.query_tree(self.root).expect("sent").reply().expect("a tree");
        let place = |window| tree.children.iter().position(|child| *child == window);
        place(one) > place(other)
    }

    fn atom(&self, name: &str) -> Atom {
        let asked = self.connection.intern_atom(false, name.as_bytes()).expect("sent");
        asked.reply().expect("an atom").atom
    }
}

/// A session bus of the test's own, and its address.
fn session_bus() -> Result<(Running, String), String> {
    let mut daemon = Running::start(
        Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null()),
    )?;
    let stdout = daemon.0.stdout.take().expect("stdout was piped");
    let mut address = String::new();
    BufReader::new(stdout).read_line(&mut address).map_err(|error| error.to_string())?;
    match address.trim() {
        "" => Err("dbus-daemon ended before it took connections".to_owned()),
        address => Ok((daemon, address.to_owned())),
    }
}

fn ended(app: &mut Running) -> ExitStatus {
    let ended = || app.0.try_wait().expect("a child of ours");
    retry(PATIENCE, LOOK, ended).expect("it ends by itself")
}

fn is_running(app: &mut Running) -> bool {
    app.0.try_wait().expect("a child of ours").is_none()
}
