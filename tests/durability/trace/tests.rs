//! Lines as `strace` writes them.

use super::*;

const FOLDER: &str = "/d";
const SAID: &str = "/said";

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}

fn acts(trace: &str) -> Vec<Act> {
    let watched = Watched { folder: Path::new(FOLDER), acknowledgements: Path::new(SAID) };
    watched.acts(trace)
}

#[test]
fn a_write_goes_where_its_offset_says() {
    let line = format!("7 pwrite64(4<{}>, \"{}\", 3, 512) = 3", hex("/d/a"), hex("abc"));
    let expected = Act::Write { name: "a".into(), offset: Some(512), bytes: b"abc".to_vec() };
    assert_eq!(acts(&line), [expected]);
}

#[test]
fn a_plain_write_goes_behind_the_last_one() {
    let open = format!(
        "7 openat(AT_FDCWD<{}>, \"{}\", O_RDWR|O_CREAT, 0600) = 4<x>",
        hex("/"),
        hex("/d/a")
    );
    let write = format!("7 write(4<{}>, \"{}\", 3) = 3", hex("/d/a"), hex("abc"));
    let offsets: Vec<_> = acts(&[open.as_str(), &write, &write].join("\n"))
        .into_iter()
        .filter_map(|act| if let Act::Write { offset, .. } = act { offset } else { None })
        .collect();
    assert_eq!(offsets, [0, 3]);
}

#[test]
fn a_flush_covers_only_what_was_done_before_it_began() {
    let write = format!("8 pwrite64(4<{}>, \"{}\", 1, 0) = 1", hex("/d/a"), hex("x"));
    let begins = format!("7 fdatasync(4<{}> <unfinished ...>", hex("/d/a"));
    let ends = "7 <... fdatasync resumed>) = 0";
    let all = acts(&[write.as_str(), &begins, &write, ends].join("\n"));
    assert_eq!(all[2], Act::Flush { name: "a".into(), begun: 1, flushed: true });
}

#[test]
fn a_failed_flush_is_told_from_one_that_worked() {
    let line = format!("7 fsync(4<{}>) = -1 EIO (Input/output error) (INJECTED)", hex("/d/a"));
    assert_eq!(acts(&line), [Act::Flush { name: "a".into(), begun: 0, flushed: false }]);
}

#[test]
fn what_is_elsewhere_or_failed_is_no_act() {
    let elsewhere = format!("7 pwrite64(4<{}>, \"{}\", 1, 0) = 1", hex("/e/a"), hex("x"));
    let failed = format!("7 unlink(\"{}\") = -1 ENOENT (No such file)", hex("/d/a"));
    let index = format!("7 pwrite64(4<{}>, \"{}\", 1, 0) = 1", hex("/d/a-shm"), hex("x"));
    assert_eq!(acts(&[elsewhere, failed, index, "7 +++ exited with 0 +++".into()].join("\n")), []);
}
