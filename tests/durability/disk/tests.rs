//! What the model of a disk promises, and what it does not.

use super::*;

fn write(name: &str, offset: u64, bytes: &[u8]) -> Act {
    Act::Write { name: name.into(), offset: Some(offset), bytes: bytes.to_vec() }
}

fn flush(name: &str, begun: usize) -> Act {
    Act::Flush { name: name.into(), begun, flushed: true }
}

fn fail_to_flush(name: &str, begun: usize) -> Act {
    Act::Flush { name: name.into(), begun, flushed: false }
}

fn create(name: &str) -> Act {
    Act::Open { name: name.into(), create: true, truncate: false }
}

fn disk(acts: &[Act]) -> Disk {
    let mut disk = Disk::default();
    acts.iter().for_each(|act| disk.act(act));
    disk
}

/// The bytes of `a` in many power failures; none where it has no name.
fn outcomes(disk: &Disk) -> Vec<Option<Vec<u8>>> {
    let mut random = Random::new(1);
    (0..200).map(|_| disk.after_power_loss(&mut random).file("a").map(<[u8]>::to_vec)).collect()
}

#[test]
fn a_killed_process_leaves_all_that_it_wrote() {
    let disk = disk(&[create("a"), write("a", 0, b"x"), write("a", 2, b"y")]);
    assert_eq!(disk.after_kill().file("a"), Some(&b"x\0y"[..]));
}

#[test]
fn what_was_flushed_is_there_under_a_flushed_name() {
    let disk = disk(&[create("a"), write("a", 0, b"x"), flush("a", 2), flush("", 3)]);
    assert!(outcomes(&disk).iter().all(|bytes| bytes.as_deref() == Some(b"x")));
}

#[test]
fn a_name_that_was_not_flushed_may_be_missing() {
    let disk = disk(&[create("a"), write("a", 0, b"x"), flush("a", 2)]);
    let outcomes = outcomes(&disk);
    assert!(outcomes.contains(&None) && outcomes.contains(&Some(b"x".to_vec())));
}

#[test]
fn a_write_that_was_not_flushed_may_be_missing_whole_or_in_part() {
    let two_sectors = [7; 1024];
    let disk = disk(&[create("a"), flush("", 1), write("a", 0, &two_sectors)]);
    let outcomes = outcomes(&disk);
    let mut second_only = [0; 1024];
    second_only[512..].fill(7);
    for expected in [&[][..], &two_sectors[..512], &two_sectors[..], &second_only[..]] {
        assert!(outcomes.iter().any(|bytes| bytes.as_deref() == Some(expected)));
    }
}

#[test]
fn a_flush_does_not_bring_what_an_earlier_one_failed_to_write() {
    let acts =
        [create("a"), flush("", 1), write("a", 0, b"x"), fail_to_flush("a", 3), flush("a", 4)];
    assert!(outcomes(&disk(&acts)).contains(&Some(Vec::new())));
}

#[test]
fn a_page_that_is_written_again_is_flushed_whole() {
    let acts = [
        create("a"),
        flush("", 1),
        write("a", 0, b"x"),
        fail_to_flush("a", 3),
        write("a", 1, b"y"),
        flush("a", 5),
    ];
    assert!(outcomes(&disk(&acts)).iter().all(|bytes| bytes.as_deref() == Some(b"xy")));
}

#[test]
fn a_rename_that_was_not_flushed_leaves_the_old_or_the_new_name() {
    let rename = Act::Rename { from: "b".into(), to: "a".into() };
    let disk = disk(&[create("b"), flush("", 1), rename]);
    let mut random = Random::new(2);
    for _ in 0..50 {
        let image = disk.after_power_loss(&mut random);
        assert_ne!(image.file("a").is_some(), image.file("b").is_some());
    }
}
