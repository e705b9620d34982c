//! How Ringside looks, and how it starts: what a player chooses of the app itself.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Deserializer, Serialize};

use super::{Settings, file};
use crate::{DataDir, Error};

/// The language of everything that a player reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// The system's, where there are words in it.
    #[default]
    System,
    /// English.
    En,
    /// German.
    De,
}

/// The grounds and texts of the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
    /// White on black, with strong lines.
    Contrast,
}

/// The colours of the marks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "lowercase")]
pub enum Palette {
    /// Green, vermilion, amber and blue.
    #[default]
    Usual,
    /// Told apart with any of the common kinds of colour blindness.
    Safe,
}

/// How large everything is, in percent of the usual size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(try_from = "u16", into = "u16")]
pub struct UiSize(u16);

/// A size that no page is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotASize(u16);

/// How Ringside looks in all its windows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct Look {
    /// The language.
    pub language: Language,
    /// The theme.
    pub theme: Theme,
    /// The colours of the marks.
    pub palette: Palette,
    /// The size.
    pub size: UiSize,
}

/// The same as it may stand in the file, where each part can be left out. A page
/// is told all of it, always.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LookWritten {
    language: Language,
    theme: Theme,
    palette: Palette,
    size: UiSize,
}

/// Reads a look as it may stand in the file.
pub(super) fn written<'de, D: Deserializer<'de>>(file: D) -> Result<Look, D::Error> {
    let LookWritten { language, theme, palette, size } = LookWritten::deserialize(file)?;
    Ok(Look { language, theme, palette, size })
}

/// What becomes of Ringside when its window is closed. Whether it starts with
/// the system is the system's to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Presence {
    /// Where there is a tray, Ringside goes on there without a window.
    pub close_to_tray: bool,
}

/// Keys by what they do, as they stand in the file: an empty text is off. What
/// is no hotkey is for the shell to say, which alone knows of keys.
pub type Hotkeys = BTreeMap<String, String>;

/// Hotkeys that the desktop gives and decides on, as Wayland has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DesktopHotkeys {
    /// The player had the desktop asked for them, and did not refuse: it is asked
    /// at each start.
    pub wanted: bool,
}

impl UiSize {
    /// Smaller, a line is read on no screen.
    pub const MIN: Self = Self(80);
    /// Larger, a window of half a small screen holds no row.
    pub const MAX: Self = Self(200);

    /// In percent.
    #[must_use]
    pub fn percent(self) -> u16 {
        self.0
    }
}

impl Default for UiSize {
    fn default() -> Self {
        Self(100)
    }
}

impl TryFrom<u16> for UiSize {
    type Error = NotASize;

    fn try_from(percent: u16) -> Result<Self, NotASize> {
        let is_one = (Self::MIN.0..=Self::MAX.0).contains(&percent);
        if is_one { Ok(Self(percent)) } else { Err(NotASize(percent)) }
    }
}

impl From<UiSize> for u16 {
    fn from(size: UiSize) -> Self {
        size.0
    }
}

impl fmt::Display for NotASize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (UiSize::MIN.0, UiSize::MAX.0);
        write!(f, "the size is a percentage from {least} to {most}, not {}", self.0)
    }
}

impl Default for Presence {
    fn default() -> Self {
        Self { close_to_tray: true }
    }
}

impl Look {
    /// Writes it into the settings file, where everything else stays as it is.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn save(self, dir: &DataDir) -> Result<(), Error> {
        file::edit(dir, |file| {
            file.set("look", "language", word(self.language));
            file.set("look", "theme", word(self.theme));
            file.set("look", "palette", word(self.palette));
            file.set("look", "size", i64::from(self.size.percent()));
        })
    }
}

impl Presence {
    /// The same as [`Look::save`].
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn save(self, dir: &DataDir) -> Result<(), Error> {
        file::edit(dir, |file| file.set("presence", "close_to_tray", self.close_to_tray))
    }
}

impl DesktopHotkeys {
    /// The same as [`Look::save`].
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn save(self, dir: &DataDir) -> Result<(), Error> {
        file::edit(dir, |file| file.set("desktop_hotkeys", "wanted", self.wanted))
    }
}

impl Settings {
    /// Writes these hotkeys into the settings file.
    ///
    /// # Errors
    /// Where the file cannot be read or written: then it stays as it was.
    pub fn save_hotkeys(dir: &DataDir, hotkeys: &Hotkeys) -> Result<(), Error> {
        file::edit(dir, |file| {
            for (action, keys) in hotkeys {
                file.set("hotkeys", action, keys.as_str());
            }
        })
    }

    /// What stands in the file now; the defaults where there is none, or it
    /// cannot be read: the companion says so, and a window needs a look.
    #[must_use]
    pub fn as_they_stand(dir: &DataDir) -> Self {
        let text = std::fs::read_to_string(dir.settings()).ok();
        text.and_then(|text| toml_edit::de::from_str(&text).ok()).unwrap_or_default()
    }
}

/// A variant's name in the file.
fn word(variant: impl Serialize) -> String {
    let value = variant.serialize(toml_edit::ser::ValueSerializer::new());
    value.ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_the_same_after_a_restart() {
        let (_folder, dir) = installation("# mine\n[look]\ntheme = \"dark\" # at night\n");
        let look = Look {
            language: Language::De,
            theme: Theme::Contrast,
            palette: Palette::Safe,
            size: UiSize::try_from(150).unwrap(),
        };
        look.save(&dir).unwrap();
        assert_eq!(Settings::load_or_create(&dir).unwrap().look, look);
        let text = std::fs::read_to_string(dir.settings()).unwrap();
        let kept = "# mine\n[look]\ntheme = \"contrast\" # at night\n";
        assert!(text.starts_with(kept), "the player's own words stay: {text}");
    }

    #[test]
    fn a_size_that_no_page_is_made_for_is_no_setting() {
        let (_folder, dir) = installation("[look]\nsize = 900\n");
        let error = Settings::load_or_create(&dir).unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("from 80 to 200, not 900"), "{cause}");
    }

    #[test]
    fn a_file_that_cannot_be_read_gives_the_defaults_and_stays() {
        let (_folder, dir) = installation("[look\n");
        assert_eq!(Settings::as_they_stand(&dir), Settings::default());
        assert!(Look::default().save(&dir).is_err(), "what was not read is not written over");
        assert_eq!(std::fs::read_to_string(dir.settings()).unwrap(), "[look\n");
    }

    #[test]
    fn hotkeys_and_presence_are_the_same_after_a_restart() {
        let (_folder, dir) = installation("");
        let hotkeys = Hotkeys::from([("toggle_overlay".to_owned(), "Ctrl+F7".to_owned())]);
        Settings::save_hotkeys(&dir, &hotkeys).unwrap();
        Presence { close_to_tray: false }.save(&dir).unwrap();
        DesktopHotkeys { wanted: true }.save(&dir).unwrap();
        let settings = Settings::load_or_create(&dir).unwrap();
        assert_eq!(settings.hotkeys, hotkeys);
        assert!(!settings.presence.close_to_tray);
        assert!(settings.desktop_hotkeys.wanted);
    }

    fn installation(settings: &str) -> (tempfile::TempDir, DataDir) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.settings(), settings).unwrap();
        (folder, dir)
    }
}
