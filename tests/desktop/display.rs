//! A display server without a screen, or with two that can be unplugged.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use tempfile::TempDir;

use crate::{child::Running, desk::Area};

/// The size of a small laptop's free space.
const SCREEN: &str = "1040x700x24";

/// A graphics card that is none, with two outputs that want no more than a name.
const TWO_SCREENS: &str = r#"
Section "ServerFlags"
    Option "AutoAddDevices" "false"
    Option "AutoAddGPU" "false"
    Option "DontVTSwitch" "true"
EndSection
Section "Device"
    Identifier "card"
    Driver "dummy"
    VideoRam 64000
EndSection
Section "Monitor"
    Identifier "monitor"
    HorizSync 5.0 - 1000.0
    VertRefresh 5.0 - 200.0
EndSection
Section "Screen"
    Identifier "screen"
    Device "card"
    Monitor "monitor"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Virtual 2880 900
        Modes "1280x720"
    EndSubSection
EndSection
"#;

const FIRST: &str = "DUMMY0";
const SECOND: &str = "DUMMY1";
const SECOND_MODE: &str = "1600x900";

/// A loaded machine starts a display server within seconds.
const START: Duration = Duration::from_secs(60);

/// What Xorg says where it may not be started: it wants a console, and the right to it.
const NOT_ALLOWED: [&str; 6] = [
    "/dev/tty0",
    "Cannot open virtual console",
    "Only console users are allowed",
    "elevated privileges",
    "Permission denied",
    "Operation not permitted",
];

/// A running display server.
pub(crate) struct Display {
    /// Its name, as `DISPLAY` wants it.
    pub(crate) name: String,
    _server: Running,
    _files: Option<TempDir>,
}

impl Display {
    /// The two screens of [`Display::of_two_screens`], from left to right.
    pub(crate) const SCREENS: [Area; 2] = [
        Area { x: 0, y: 0, width: 1_280, height: 720 },
        Area { x: 1_280, y: 0, width: 1_600, height: 900 },
    ];

    /// Starts one on a number that is free.
    pub(crate) fn start() -> Result<Self, String> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", SCREEN, "-nolisten", "tcp"]);
        let mut server = start(command.stderr(Stdio::null()))?;
        match number(&mut server) {
            Some(number) => Ok(Self::named(&number, server, None)),
            None => Err("the display server ended before it took connections".to_owned()),
        }
    }

    /// Starts one with two screens of different size; `Err` where Xorg is missing or
    /// may not be started without a seat: one that does not take the configuration
    /// fails the test.
    pub(crate) fn of_two_screens() -> Result<Self, String> {
        let files = TempDir::new().map_err(|error| error.to_string())?;
        let path = |name: &str| files.path().join(name);
        let (config, log, said) = (path("xorg.conf"), path("log"), path("said"));
        fs::write(&config, TWO_SCREENS).map_err(|error| error.to_string())?;
        let stderr = File::create(&said).map_err(|error| error.to_string())?;
        let mut command = Command::new("Xorg");
        command.args(["-displayfd", "1", "-noreset", "-novtswitch", "-sharevts"]);
        command.args(["-nolisten", "tcp", "-config"]).arg(&config).arg("-logfile").arg(&log);
        let mut server = start(command.stderr(stderr))?;
        let Some(number) = number(&mut server) else {
            // The start script says on stderr what it refuses; Xorg itself logs it.
            let told = [said, log].map(|file| fs::read(file).unwrap_or_default()).concat();
            return Err(refusal(&String::from_utf8_lossy(&told)));
        };
        let display = Self::named(&number, server, Some(files));
        display.try_xrandr(&["--output", FIRST, "--mode", "1280x720", "--primary"])?;
        display.try_xrandr(&["--addmode", SECOND, SECOND_MODE])?;
        display.plug_in_the_second();
        Ok(display)
    }

    fn named(number: &str, server: Running, files: Option<TempDir>) -> Self {
        Self { name: format!(":{number}"), _server: server, _files: files }
    }

    /// Plugs the second screen in, to the right of the first.
    pub(crate) fn plug_in_the_second(&self) {
        let on = ["--output", SECOND, "--mode", SECOND_MODE, "--right-of", FIRST];
        self.try_xrandr(&on).expect("it is plugged in");
        self.look_what_is_plugged_in();
    }

    /// Unplugs it.
    pub(crate) fn unplug_the_second(&self) {
        self.try_xrandr(&["--output", SECOND, "--off"]).expect("it is unplugged");
        self.look_what_is_plugged_in();
    }

    /// A card that is there looks by itself and tells every program; this one when it
    /// is asked.
    fn look_what_is_plugged_in(&self) {
        self.try_xrandr(&["--query"]).expect("the card is asked");
    }

    /// `Err` where there is no xrandr: one that fails fails the test.
    fn try_xrandr(&self, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new("xrandr");
        let asked = command.args(arguments).env("DISPLAY", &self.name);
        let status = asked.stdout(Stdio::null()).status();
        let status = status.map_err(|error| format!("xrandr cannot be started: {error}"))?;
        assert!(status.success(), "xrandr {arguments:?}: {status}");
        Ok(())
    }
}

fn start(command: &mut Command) -> Result<Running, String> {
    Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()))
}

/// The number that a display server writes when it takes connections; `None` where it
/// ended before.
fn number(server: &mut Running) -> Option<String> {
    let stdout = server.0.stdout.take();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let line = stdout.and_then(|stdout| BufReader::new(stdout).lines().next()?.ok());
        // Whoever waited too long does not listen any more.
        tell.send(line).ok();
    });
    let line = told.recv_timeout(START);
    assert!(line.is_ok(), "the display server takes no connections after {START:?}");
    let line = line.ok().flatten()?;
    Some(line.trim().to_owned()).filter(|number| !number.is_empty())
}

/// What of an Xorg's last words says that it may not be started here; all of them fail
/// the test where none does.
fn refusal(told: &str) -> String {
    let mut lines = told.lines();
    let refuses = |line: &&str| NOT_ALLOWED.iter().any(|&words| line.contains(words));
    let refusal = lines.find(refuses).unwrap_or_else(|| panic!("Xorg does not start: {told}"));
    format!("Xorg may not be started: {}", refusal.trim())
}
