//! The entry with which the system starts Ringside: without its window, and on the
//! folder of this one. It is off until the player switches it on.

use std::path::Path;

use auto_launch::{AutoLaunch, AutoLaunchBuilder, Error, WindowsEnableMode};

use crate::arguments::Arguments;

/// What the entry is called: uninstalling looks for it.
const NAME: &str = "Ringside";

/// The entry, whether it is there or not.
pub(crate) struct Autostart(Result<AutoLaunch, Error>);

impl Autostart {
    /// The entry of the app that was started with these arguments.
    pub(crate) fn of(arguments: &Arguments) -> Self {
        let program = std::env::current_exe();
        Self(program.map_err(Error::Io).and_then(|program| entry(&program, arguments.data_dir())))
    }

    /// Whether the system starts Ringside; `None` where it does not say.
    pub(crate) fn is_on(&self) -> Option<bool> {
        self.0.as_ref().ok()?.is_enabled().ok()
    }

    /// Has the system start it, or not.
    ///
    /// # Errors
    /// In the system's own words, where the entry cannot be written.
    pub(crate) fn switch(&self, on: bool) -> Result<(), String> {
        let entry = self.0.as_ref().map_err(ToString::to_string)?;
        let done = if on { entry.enable() } else { entry.disable() };
        done.map_err(|error| error.to_string())
    }
}

fn entry(program: &Path, data_dir: Option<&Path>) -> Result<AutoLaunch, Error> {
    let mut arguments = vec!["--hidden".to_owned()];
    if let Some(dir) = data_dir {
        let dir = std::path::absolute(dir)?;
        arguments.extend(["--data-dir".to_owned(), QUOTED(&dir.display().to_string())]);
    }
    AutoLaunchBuilder::new()
        .set_app_name(NAME)
        .set_app_path(&QUOTED(&program.display().to_string()))
        .set_args(&arguments)
        // An entry for every user of this PC is nobody's to make.
        .set_windows_enable_mode(WindowsEnableMode::CurrentUser)
        .build()
}

/// As the entry of this system is read.
const QUOTED: fn(&str) -> String = if cfg!(windows) { on_a_command_line } else { in_an_exec_key };

/// As Windows takes a command line apart (`CommandLineToArgvW`): backslashes count
/// before a quote alone.
fn on_a_command_line(text: &str) -> String {
    let mut quoted = String::from('"');
    let mut backslashes = 0;
    for letter in text.chars() {
        if letter == '"' {
            quoted.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
        backslashes = if letter == '\\' { backslashes + 1 } else { 0 };
        quoted.push(letter);
    }
    quoted.extend(std::iter::repeat_n('\\', backslashes));
    quoted.push('"');
    quoted
}

/// As a desktop entry's `Exec` is read (freedesktop.org, Desktop Entry 1.5, "The Exec
/// key"): first as a string, in which a backslash is two, then as a quoted argument, and
/// last by its field codes.
fn in_an_exec_key(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '\\' => quoted.push_str(r"\\\\"),
            '"' | '`' | '$' => quoted.extend(['\\', '\\', letter]),
            '%' => quoted.push_str("%%"),
            _ => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_windows_command_line_is_taken_apart_into_what_was_meant() {
        for (text, quoted) in [
            (r"C:\Users\Max Muster\Ringside\a.exe", r#""C:\Users\Max Muster\Ringside\a.exe""#),
            // A backslash before the closing quote would keep it open.
            (r"D:\my data\", r#""D:\my data\\""#),
            (r#"a"b"#, r#""a\"b""#),
            (r#"a\"b"#, r#""a\\\"b""#),
        ] {
            assert_eq!(on_a_command_line(text), quoted);
        }
    }

    #[test]
    fn an_exec_key_is_read_as_what_was_meant() {
        for text in
            ["/opt/max muster/app", r#"/a"b"#, r"/back\slash", "/100%/f", "/$HOME/`id`", "/plain"]
        {
            assert_eq!(read_as_exec(&in_an_exec_key(text)), [text], "{}", in_an_exec_key(text));
        }
    }

    #[test]
    fn the_entry_starts_the_app_in_the_tray_on_its_folder() {
        let entry = entry(Path::new("/opt/a b/app"), Some(Path::new("/my data"))).unwrap();
        assert_eq!(entry.get_app_path(), QUOTED("/opt/a b/app"));
        let folder = std::path::absolute("/my data").unwrap().display().to_string();
        assert_eq!(entry.get_args(), ["--hidden", "--data-dir", &QUOTED(&folder)]);
    }

    /// What a desktop reads: the string, then its arguments, then their field codes.
    fn read_as_exec(value: &str) -> Vec<String> {
        let string = value.replace(r"\\", r"\");
        let (mut arguments, mut letters) = (Vec::new(), string.chars());
        while letters.next() == Some('"') {
            let mut argument = String::new();
            loop {
                match letters.next().expect("the quote is closed") {
                    '"' => break,
                    '\\' => argument.push(letters.next().expect("something is escaped")),
                    letter => argument.push(letter),
                }
            }
            arguments.push(argument.replace("%%", "%"));
        }
        arguments
    }
}
