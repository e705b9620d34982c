//! Streams as the game writes them, and as it does not.

use proptest::{collection::vec, prelude::*};

use super::*;

fn message(event: &str, data: &str) -> String {
    format!(r#"{{"Event":"{event}","Data":{}}}"#, serde_json::Value::from(data))
}

/// What comes of a stream that is read in pieces of this size.
fn cut(stream: &[u8], piece: usize) -> (Vec<String>, Lost) {
    let mut messages = Messages::default();
    let mut out = Vec::new();
    for bytes in stream.chunks(piece.max(1)) {
        messages.push(bytes);
        while let Some(message) = messages.take() {
            out.push(String::from_utf8_lossy(&message).into_owned());
        }
    }
    (out, messages.take_lost())
}

#[test]
fn messages_without_a_delimiter_are_told_apart_wherever_a_read_ends() {
    let awkward = [
        message("BallHit", r#"{"Name":"}{ \\ \" ]["}"#),
        message("UpdateState", r#"{"Players":[{"Name":"四月"},{"Name":"a\\\""}]}"#),
        r#"{"Event":"GoalScored","Data":{"Scorer":{"Name":"{\"Event\""}}}"#.to_owned(),
        "{}".to_owned(),
    ];
    let stream = awkward.concat();
    for piece in 1..=stream.len() {
        assert_eq!(cut(stream.as_bytes(), piece), (awkward.to_vec(), Lost::default()), "{piece}");
    }
}

#[test]
fn space_between_messages_is_nothing_and_anything_else_is_counted() {
    let (one, two) = (message("A", ""), message("B", ""));
    let (out, lost) = cut(format!("{one}\r\n\t {two}\0HTTP").as_bytes(), 7);
    assert_eq!(out, [one, two]);
    assert_eq!(lost, Lost { skipped_bytes: 5, oversized: 0 });
}

#[test]
fn half_a_message_waits_and_costs_nothing() {
    let whole = message("A", "{}");
    let mut messages = Messages::default();
    messages.push(&whole.as_bytes()[..10]);
    assert_eq!(messages.take(), None);
    messages.push(&whole.as_bytes()[10..]);
    assert_eq!(messages.take().as_deref(), Some(whole.as_bytes()));
    assert_eq!(messages.take_lost(), Lost::default());
}

#[test]
fn a_message_that_lost_its_end_costs_no_other() {
    let next = message("GoalScored", r#"{"Scorer":{"Name":"Ana"}}"#);
    for broken in [r#"{"Event":"A","Data":{"#, r#"{"Event":"A","#, r#"{"Event":"A","Data":"{\"X"#] {
        let stream = format!("{broken}{next}{next}");
        for piece in [1, 5, stream.len()] {
            let (out, lost) = cut(stream.as_bytes(), piece);
            assert_eq!(out, [broken, next.as_str(), next.as_str()], "passed on as it is");
            assert_eq!(lost, Lost::default());
        }
    }
}

#[test]
fn an_object_that_does_not_end_is_given_up_at_the_bound() {
    let next = message("A", "{}");
    let endless = "x".repeat(MESSAGE_BYTES_MAX);
    for piece in [1_000, 65_536] {
        // Nobody can say where it ends, but for what certainly is a beginning.
        let stream = format!(r#"{{"Event":"{endless}{endless}{next}{next}"#);
        let (out, lost) = cut(stream.as_bytes(), piece);
        assert_eq!((out, lost.oversized), (vec![next.clone(), next.clone()], 1));
        assert!(lost.skipped_bytes > 2 * endless.len() as u64);
    }
}

#[test]
fn noise_takes_no_more_time_than_it_takes_to_come() {
    let nested = format!("{}{}", r#"{"Event""#.repeat(10_000), "}".repeat(10_000));
    let (out, _) = cut(nested.repeat(20).as_bytes(), 65_536);
    assert_eq!(out.len(), 200_000, "each is looked at once");
}

proptest! {
    #[test]
    fn any_bytes_cut_anywhere_give_the_same(bytes in vec(any::<u8>(), 0..600), piece in 1_usize..50) {
        let mut stream = br#"{"Event":"#.to_vec();
        stream.extend(bytes);
        stream.extend(br#""}{"Event":"A"}"#);
        prop_assert_eq!(cut(&stream, piece), cut(&stream, stream.len()));
    }
}

proptest! {
    // Each is most of a megabyte.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn nothing_is_held_beyond_the_bound(noise in "[{\"x]{1,40}") {
        let mut messages = Messages::default();
        let stream: Vec<u8> = noise.bytes().cycle().take(3 * MESSAGE_BYTES_MAX).collect();
        for piece in stream.chunks(65_536) {
            messages.push(piece);
            while messages.take().is_some() {}
            prop_assert!(messages.bytes.len() - messages.begins <= MESSAGE_BYTES_MAX);
        }
    }
}
