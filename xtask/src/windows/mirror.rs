//! Which Debian mirror this machine reaches: the one in its own apt sources.

use std::{fs, path::Path};

/// Where the sources do not name a Debian mirror (Ubuntu's do not).
const PUBLIC: &str = "http://deb.debian.org/debian";

/// The mirror to build a Debian root from.
pub(crate) fn of_this_machine() -> String {
    let texts = source_files().into_iter().filter_map(|path| fs::read_to_string(path).ok());
    texts.flat_map(|text| uris(&text)).find(|uri| is_debian(uri)).unwrap_or_else(|| PUBLIC.into())
}

fn source_files() -> Vec<std::path::PathBuf> {
    let apt = Path::new("/etc/apt");
    let mut files = vec![apt.join("sources.list")];
    let listed = fs::read_dir(apt.join("sources.list.d")).into_iter().flatten().flatten();
    let mut more: Vec<_> = listed.map(|entry| entry.path()).collect();
    more.sort();
    files.append(&mut more);
    files
}

/// The addresses in a file of apt sources, in either of its two formats.
fn uris(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    lines.flat_map(uris_in_line).collect()
}

fn uris_in_line(line: &str) -> Vec<String> {
    let is_source = line.starts_with("URIs:") || line.starts_with("deb ");
    let words = line.split_whitespace().filter(|word| is_source && word.starts_with("http"));
    words.map(|word| word.trim_end_matches('/').to_owned()).collect()
}

/// The archive itself: neither its security updates nor a third party's.
fn is_debian(uri: &str) -> bool {
    uri.ends_with("/debian")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_of_apt_sources_are_read() {
        let one_line = "# deb http://old.example/debian sid main\n\
                        deb [signed-by=/usr/share/k.gpg] https://mirror.example/debian/ sid main\n\
                        deb-src http://source.example/debian sid main\n";
        assert_eq!(uris(one_line), ["https://mirror.example/debian"]);

        let deb822 = "Types: deb\n# http://snapshot.example/debian\n\
                      URIs: http://a.example/debian http://b.example/debian\nSuites: bookworm\n";
        assert_eq!(uris(deb822), ["http://a.example/debian", "http://b.example/debian"]);
    }

    #[test]
    fn security_updates_and_third_parties_are_no_mirror() {
        assert!(is_debian("http://deb.debian.org/debian"));
        assert!(!is_debian("http://deb.debian.org/debian-security"));
        assert!(!is_debian("https://deb.nodesource.com/node_20.x"));
        assert!(!is_debian("http://archive.ubuntu.com/ubuntu"));
    }
}
