//! The main window: made when it is wanted, gone when it is closed.

use tauri::{
    AppHandle, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder,
    utils::config::{Color, WindowConfig},
};
use tracing::debug;

/// The window's name in capabilities, streams and tauri.conf.json.
pub(crate) const LABEL: &str = "main";

/// The address of the settings within the window's page (`ui/src/lib/route.svelte.ts`).
const SETTINGS: &str = "/settings";

/// `--ink` of the pages' dark theme.
const DARK: Color = Color(0x0f, 0x13, 0x18, 0xff);

/// `--ink` of the pages' light theme.
const LIGHT: Color = Color(0xf3, 0xf5, 0xf8, 0xff);

/// What the window shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// The page it is on, or its first one.
    AsItStands,
    /// The settings.
    Settings,
}

/// The window, where there is one.
pub(crate) fn find(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(LABEL)
}

/// Shows the window, which is made where there is none. It takes no keyboard:
/// that is for [`crate::quiet`] to permit.
pub(crate) fn show(app: &AppHandle, page: Page) -> tauri::Result<WebviewWindow> {
    let Some(window) = find(app) else { return make(app, page) };
    turn(&window, page);
    window.unminimize()?;
    window.show()?;
    Ok(window)
}

/// Sees to it that there is a window. One that is there stays minimised or covered: a
/// system gives the keyboard to a window that is restored.
pub(crate) fn be_there(app: &AppHandle, page: Page) -> tauri::Result<WebviewWindow> {
    let Some(window) = find(app) else { return make(app, page) };
    turn(&window, page);
    Ok(window)
}

fn make(app: &AppHandle, page: Page) -> tauri::Result<WebviewWindow> {
    let configured = app.config().app.windows.iter().find(|window| window.label == LABEL);
    let configured = configured.ok_or(tauri::Error::WindowNotFound)?;
    let window = WebviewWindowBuilder::from_config(app, &at(configured, page))?.build()?;
    if let Ok(theme) = window.theme() {
        wear(app, theme);
    }
    Ok(window)
}

/// The window as configured, which opens on this page: a window just made may not say
/// its address yet, so that it could not be turned.
fn at(configured: &WindowConfig, page: Page) -> WindowConfig {
    let mut config = configured.clone();
    if let (Page::Settings, WebviewUrl::App(path)) = (page, &mut config.url) {
        path.as_mut_os_string().push(format!("#{SETTINGS}"));
    }
    config
}

fn turn(window: &WebviewWindow, page: Page) {
    if page == Page::AsItStands {
        return;
    }
    let turned = window.url().and_then(|mut url| {
        // It is still being made, and `about:blank` has no settings.
        if url.scheme() == "about" {
            return Ok(());
        }
        url.set_fragment(Some(SETTINGS));
        window.navigate(url)
    });
    if let Err(error) = turned {
        debug!(%error, "The window stays on its page");
    }
}

/// Gives the window the ground that its page is going to have: a window that
/// opens white over a dark desktop blinds.
pub(crate) fn wear(app: &AppHandle, theme: Theme) {
    let Some(window) = find(app) else { return };
    if let Err(error) = window.set_background_color(Some(ground(theme))) {
        debug!(%error, "The window opens in the system's own colour");
    }
}

fn ground(theme: Theme) -> Color {
    // The type lets others be added, and most systems are light.
    if theme == Theme::Dark { DARK } else { LIGHT }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_is_made_for_the_settings_opens_on_them() {
        let configured =
            WindowConfig { url: WebviewUrl::App("main.html".into()), ..WindowConfig::default() };
        let opens_on = |page| at(&configured, page).url;
        assert_eq!(opens_on(Page::Settings), WebviewUrl::App("main.html#/settings".into()));
        assert_eq!(opens_on(Page::AsItStands), configured.url);
    }

    #[test]
    fn the_grounds_are_those_of_the_pages() {
        let tokens = include_str!("../ui/src/styles/tokens.css");
        for Color(red, green, blue, _) in [DARK, LIGHT] {
            let ink = format!("--ink: #{red:02x}{green:02x}{blue:02x};");
            assert!(tokens.contains(&ink), "{ink}");
        }
    }
}
