//! What the chores need of the machine, and installing it after saying so.
//!
//! Only Debian and its relatives are installed on; elsewhere the list of the
//! Tauri handbook applies, and a build that lacks something says what.

use std::{
    fmt,
    io::{IsTerminal, Write},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::process;

/// What a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Compiling the workspace, the desktop app with it.
    Build,
    /// The pages of the app.
    Pages,
    /// Tests that open the app on a display of their own.
    Desktop,
    /// Tests that open the server's page.
    ServerPage,
    /// Asking the server whether it does what its document says.
    Contract,
    /// Tests that let programs crash at any system call.
    Crashes,
    /// Tests with PCs whose wall clock is wrong.
    Clocks,
    /// Compiling what the Windows installer asks.
    Installer,
    /// Compiling and testing for Windows.
    Windows,
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Build => "to build the workspace",
            Self::Pages => "to build and test the pages",
            Self::Desktop => "to open the app in tests",
            Self::ServerPage => "to open the server's page in tests",
            Self::Contract => "to hold the server to its OpenAPI document",
            Self::Crashes => "to crash programs at any call in tests",
            Self::Clocks => "to give programs wrong clocks in tests",
            Self::Installer => "to compile what the Windows installer asks",
            Self::Windows => "to build and test for Windows",
        })
    }
}

/// Whether to ask before installing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// `--yes`, or a machine that nobody watches.
    Given,
    /// Ask on the terminal.
    Ask,
}

impl Consent {
    /// As the flag says; CI has nobody to ask.
    pub(crate) fn of(yes: bool) -> Self {
        if yes || crate::ci::is_ci() { Self::Given } else { Self::Ask }
    }
}

/// Debian's name of what is needed, and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Package {
    name: &'static str,
    purpose: Purpose,
}

const PACKAGES: &[Package] = &[
    package("build-essential", Purpose::Build),
    package("libayatana-appindicator3-dev", Purpose::Build),
    package("librsvg2-dev", Purpose::Build),
    package("libwebkit2gtk-4.1-dev", Purpose::Build),
    package("libxdo-dev", Purpose::Build),
    package("pkg-config", Purpose::Build),
    package("dbus-x11", Purpose::Desktop),
    // Looks after windows: which lies over which, and what is minimised.
    package("openbox", Purpose::Desktop),
    // Blends windows: what is seen through the overlay.
    package("picom", Purpose::Desktop),
    package("webkit2gtk-driver", Purpose::Desktop),
    // Plugs screens in and out: xrandr, and two screens that are none.
    package("x11-xserver-utils", Purpose::Desktop),
    package("xserver-xorg-core", Purpose::Desktop),
    package("xserver-xorg-video-dummy", Purpose::Desktop),
    package("xvfb", Purpose::Desktop),
    package("nodejs", Purpose::Pages),
    package("npm", Purpose::Pages),
    package("chromium", Purpose::ServerPage),
    package("python3-venv", Purpose::Contract),
    package("strace", Purpose::Crashes),
    package("libfaketime", Purpose::Clocks),
    package("nsis", Purpose::Installer),
    package("debian-archive-keyring", Purpose::Windows),
    package("debootstrap", Purpose::Windows),
];

/// What `ui/package.json` asks for, as major and minor.
const OLDEST_NODE: (u32, u32) = (20, 19);

const fn package(name: &'static str, purpose: Purpose) -> Package {
    Package { name, purpose }
}

/// Installs what is missing for `purposes`, and says what and why first.
pub(crate) fn ensure(purposes: &[Purpose], consent: Consent) -> Result<()> {
    if !process::succeeds(Command::new("dpkg-query").arg("--version")) {
        println!("not a Debian system: see https://v2.tauri.app/start/prerequisites/");
        return Ok(());
    }
    let missing = missing(purposes, is_installed);
    if missing.is_empty() {
        println!("every package is installed");
        return Ok(());
    }
    println!("these packages are missing:");
    for package in &missing {
        println!("  {} ({})", package.name, package.purpose);
    }
    if consent == Consent::Ask && !is_agreed()? {
        bail!("nothing was installed: install the packages above and start again");
    }
    install(&missing)
}

fn missing(purposes: &[Purpose], is_installed: impl Fn(Package) -> bool) -> Vec<Package> {
    let needed = PACKAGES.iter().copied().filter(|package| purposes.contains(&package.purpose));
    needed.filter(|package| !is_installed(*package)).collect()
}

fn is_installed(package: Package) -> bool {
    // Node comes from many places, Debian being only one of them.
    if package.purpose == Purpose::Pages && node_version().is_some() {
        return true;
    }
    // So does Python.
    if package.purpose == Purpose::Contract && has_venv() {
        return true;
    }
    let asked = process::output(
        Command::new("dpkg-query")
            .args(["--show", "--showformat=${db:Status-Status}"])
            .arg(package.name),
    );
    asked.is_ok_and(|status| status == "installed")
}

/// Whether Python can make virtual environments: Debian packs that apart.
fn has_venv() -> bool {
    process::succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]))
}

/// Fails with a sentence where Node is missing or too old for the pages' tools.
pub(crate) fn check_node() -> Result<()> {
    let (major, minor) = OLDEST_NODE;
    match node_version() {
        Some(version) if version >= OLDEST_NODE => Ok(()),
        Some((found, _)) => {
            bail!("Node {found} is too old: the pages need {major}.{minor} or later")
        }
        None => bail!("Node is missing: the pages need {major}.{minor} or later, with npm"),
    }
}

fn node_version() -> Option<(u32, u32)> {
    parse_node_version(&process::output(Command::new("node").arg("--version")).ok()?)
}

fn parse_node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn is_agreed() -> Result<bool> {
    if !std::io::stdin().is_terminal() {
        bail!("nobody is there to ask: start again with --yes to install the packages above");
    }
    print!("install them now? [y/N] ");
    std::io::stdout().flush().context("cannot write to the terminal")?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).context("cannot read the answer")?;
    Ok(is_yes(&answer))
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

fn install(missing: &[Package]) -> Result<()> {
    // A source that does not answer is no reason to stop: the packages may
    // come from the others.
    if let Err(error) = process::run(apt_get()?.arg("update")) {
        println!("{error}; trying with the lists as they are");
    }
    process::run(
        apt_get()?
            .args(["install", "--yes", "--no-install-recommends"])
            .args(missing.iter().map(|package| package.name)),
    )
    .context("the packages above could not be installed")
}

/// apt-get with the right to install, by being root or by a sudo that does not ask.
fn apt_get() -> Result<Command> {
    if is_root() {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        return Ok(command);
    }
    if !process::succeeds(Command::new("sudo").args(["-n", "true"])) {
        bail!("installing needs root: install the packages above with sudo and start again");
    }
    let mut command = Command::new("sudo");
    command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    Ok(command)
}

/// Whether this process may do what only root may.
pub(crate) fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_needed_and_missing_is_named() {
        let missing = missing(&[Purpose::Desktop], |package| package.name == "xvfb");
        let names: Vec<_> = missing.iter().map(|package| package.name).collect();
        let wanted = [
            "dbus-x11",
            "openbox",
            "picom",
            "webkit2gtk-driver",
            "x11-xserver-utils",
            "xserver-xorg-core",
            "xserver-xorg-video-dummy",
        ];
        assert_eq!(names, wanted);
    }

    #[test]
    fn only_a_clear_yes_is_consent() {
        assert!(is_yes("y\n") && is_yes(" Yes \n"));
        for answer in ["", "\n", "n\n", "yess\n"] {
            assert!(!is_yes(answer), "{answer:?}");
        }
    }

    #[test]
    fn a_version_of_node_is_read_as_it_is_printed() {
        assert_eq!(parse_node_version("v20.20.2"), Some((20, 20)));
        assert_eq!(parse_node_version("not a version"), None);
    }

    #[test]
    fn a_flag_is_consent() {
        assert_eq!(Consent::of(true), Consent::Given);
    }
}
