//! What is said where no window can be made, and that capture needs none.

use std::{
    any::Any,
    error::Error,
    fmt::Display,
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
};

use companion::{DataDir, Language, Settings};

use crate::{EXIT_ENVIRONMENT, words::Spoken};

/// What a window lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// A desktop to open it on.
    Screen,
    /// What draws pages in it.
    WebView,
    /// Something else, which the system's own words name.
    Other,
}

/// The systems that are told something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Windows,
    Linux,
}

const SYSTEM: System = if cfg!(windows) { System::Windows } else { System::Linux };

/// What is known to be missing before any window is tried: a library that is not
/// there must not end the app with its own words alone.
pub(crate) fn lack() -> Option<Lack> {
    if !window_system::has_screen() {
        return Some(Lack::Screen);
    }
    tauri::webview_version().is_err().then_some(Lack::WebView)
}

/// Opens the app. A library that has no other way than to panic is heard too.
pub(crate) fn or_lack<T>(
    open: impl FnOnce() -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    panic::catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|panic| Err(words_of(&*panic)))
}

fn words_of(panic: &(dyn Any + Send)) -> Box<dyn Error> {
    let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
    let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
    said.unwrap_or_else(|| "a library ended the start".to_owned()).into()
}

/// Says it, and how the app ends: on standard error, and where there is none to
/// read, as with a program of Windows, in a window of the system's own. This is the
/// start; nobody plays yet.
pub(crate) fn end(lack: Lack, cause: Option<&dyn Display>, dir: Option<&DataDir>) -> ExitCode {
    let said = say(lack, cause, dir);
    window_system::say_without_a_window("Ringside", &said);
    ExitCode::from(EXIT_ENVIRONMENT)
}

/// Says it on standard error; what was said.
pub(crate) fn say(lack: Lack, cause: Option<&dyn Display>, dir: Option<&DataDir>) -> String {
    let said = sentence(lack, cause, SYSTEM, spoken(dir));
    // Where nobody reads it there is nobody to tell.
    writeln!(io::stderr(), "{said}").ok();
    said
}

/// As the player chose, or as the system speaks.
fn spoken(dir: Option<&DataDir>) -> Spoken {
    match dir.map(|dir| Settings::as_they_stand(dir).look.language) {
        Some(Language::De) => Spoken::German,
        Some(Language::En) => Spoken::English,
        Some(Language::System) | None => Spoken::of_the_environment(),
    }
}

fn sentence(lack: Lack, cause: Option<&dyn Display>, system: System, spoken: Spoken) -> String {
    let words = Words::of(spoken);
    let (happened, todo) = match (lack, system) {
        (Lack::Screen, _) => (words.no_screen, words.start_there),
        (Lack::WebView, System::Windows) => (words.no_webview2, words.install_webview2),
        (Lack::WebView, System::Linux) => (words.no_webkit, words.install_webkit),
        (Lack::Other, _) => (words.no_window, words.start_again),
    };
    let cause = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
    format!("{happened}{cause}. {} {todo}", words.without)
}

struct Words {
    no_screen: &'static str,
    no_webview2: &'static str,
    no_webkit: &'static str,
    no_window: &'static str,
    /// What it means for the player.
    without: &'static str,
    start_there: &'static str,
    install_webview2: &'static str,
    install_webkit: &'static str,
    start_again: &'static str,
}

impl Words {
    const fn of(spoken: Spoken) -> &'static Self {
        match spoken {
            Spoken::English => &ENGLISH,
            Spoken::German => &GERMAN,
        }
    }
}

const ENGLISH: Words = Words {
    no_screen: "Ringside cannot open its window: there is no desktop to open it on",
    no_webview2: "Ringside cannot open its window: Microsoft Edge WebView2 is missing",
    no_webkit: "Ringside cannot open its window: WebKitGTK, which draws it, does not work",
    no_window: "Ringside cannot open its window",
    without: "Nothing that was captured is lost, and capture works without windows: \
              `ringside run` captures and uploads.",
    start_there: "To see the window, start Ringside from your desktop.",
    install_webview2: "To see the window, install the \"WebView2 Runtime\" from Microsoft and \
                       start Ringside again.",
    install_webkit: "To see the window, install WebKitGTK again (on Debian and Ubuntu the \
                     package libwebkit2gtk-4.1-0) and start Ringside again.",
    start_again: "To see the window, mend what is named above and start Ringside again.",
};

const GERMAN: Words = Words {
    no_screen: "Ringside kann sein Fenster nicht öffnen: hier ist kein Desktop dafür",
    no_webview2: "Ringside kann sein Fenster nicht öffnen: Microsoft Edge WebView2 fehlt",
    no_webkit: "Ringside kann sein Fenster nicht öffnen: WebKitGTK, das es zeichnet, geht nicht",
    no_window: "Ringside kann sein Fenster nicht öffnen",
    without: "Nichts Aufgezeichnetes ist verloren, und aufgezeichnet wird auch ohne Fenster: \
              `ringside run` zeichnet auf und lädt hoch.",
    start_there: "Um das Fenster zu sehen, starte Ringside von deinem Desktop aus.",
    install_webview2: "Um das Fenster zu sehen, installiere die „WebView2 Runtime“ von Microsoft \
                       und starte Ringside neu.",
    install_webkit: "Um das Fenster zu sehen, installiere WebKitGTK neu (unter Debian und Ubuntu \
                     das Paket libwebkit2gtk-4.1-0) und starte Ringside neu.",
    start_again: "Um das Fenster zu sehen, behebe, was oben genannt ist, und starte Ringside neu.",
};

#[cfg(test)]
mod tests {
    use super::*;

    const LACKS: [Lack; 3] = [Lack::Screen, Lack::WebView, Lack::Other];
    const SYSTEMS: [System; 2] = [System::Windows, System::Linux];

    #[test]
    fn whatever_lacks_it_is_said_that_capture_works_without_and_how() {
        for (lack, system) in LACKS.into_iter().flat_map(|lack| SYSTEMS.map(|it| (lack, it))) {
            let english = sentence(lack, None, system, Spoken::English);
            let german = sentence(lack, None, system, Spoken::German);
            for said in [&english, &german] {
                assert!(said.contains("`ringside run`"), "{said}");
            }
            assert!(english.contains("To see the window, "), "{english}");
            assert!(german.contains("Um das Fenster zu sehen, "), "{german}");
        }
    }

    #[test]
    fn each_system_is_told_what_to_install_there() {
        let on = |system| sentence(Lack::WebView, None, system, Spoken::English);
        assert!(on(System::Windows).contains("WebView2"));
        assert!(!on(System::Windows).contains("WebKitGTK"));
        assert!(on(System::Linux).contains("libwebkit2gtk-4.1-0"));
    }

    #[test]
    fn the_systems_own_words_follow_what_happened() {
        let said = sentence(Lack::Other, Some(&"no memory"), System::Linux, Spoken::English);
        assert!(said.starts_with("Ringside cannot open its window (no memory). "), "{said}");
    }

    #[test]
    fn a_library_that_panics_ends_nothing_but_the_start() {
        let opened = or_lack::<()>(|| panic!("no display"));
        assert_eq!(opened.unwrap_err().to_string(), "no display");
        assert!(or_lack(|| Ok(7)).is_ok_and(|it| it == 7));
    }
}
