//! What may stand in a recording, and how much of it, against the page.

use super::*;

fn hostile() -> String {
    "</pre><script>alert('x')</script><img src=\"http://elsewhere\" onerror=1>".to_owned()
}

fn frame(number: u64, body: &str, events: Vec<TracedEvent>) -> TracedFrame {
    TracedFrame {
        number,
        t_ms: number * 1000,
        about: hostile(),
        bytes: body.len(),
        body: Some(body.as_bytes().to_vec()),
        events,
        ..TracedFrame::default()
    }
}

fn event() -> TracedEvent {
    TracedEvent { id: hostile(), kind: hostile(), words: hostile(), json: hostile(), made_of: None }
}

#[test]
fn whatever_stands_in_a_recording_is_text_on_the_page() {
    let mut tape = TraceTape::default();
    tape.push(Happening::Frame(frame(1, &hostile(), vec![event()])));
    let text = hostile();
    tape.push(Happening::Fault { t_ms: 1, text: text.clone() });
    tape.push(Happening::Mark { t_ms: 1, text: text.clone() });
    tape.push(Happening::Played { t_ms: 1, text: text.clone() });
    tape.push(Happening::End { t_ms: 1, text });
    let receipt = ReceiptLine { id: hostile(), status: hostile(), detail: hostile() };
    let exchange = Exchange { answer: hostile(), receipts: vec![receipt], ..Exchange::default() };
    let promise = Promise { what: hostile(), holds: false, said: hostile() };
    let page = trace_page(&Trace {
        file: hostile(),
        facts: vec![(hostile(), hostile())],
        tape,
        exchanges: vec![exchange],
        promises: vec![promise],
        ..Trace::default()
    });
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert_eq!(page.matches("&lt;script&gt;").count() % 2, 0, "the title stands twice");
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
}

#[test]
fn failed_readings_that_there_is_no_room_for_are_counted() {
    let mut tape = TraceTape::default();
    let fault = || Happening::Fault { t_ms: 1, text: "connection refused".to_owned() };
    std::iter::repeat_with(fault).take(20_000).for_each(|fault| tape.push(fault));
    assert_eq!(tape.happenings().len(), 10_000);
    assert_eq!(tape.left_out(), "10000 lines of failed readings and marks");
}

#[test]
fn a_long_recording_makes_a_bounded_page_that_says_what_it_left_out() {
    let mut tape = TraceTape::default();
    let silent = SILENT_FRAMES_MAX as u64 + 7;
    for number in 1..=silent {
        tape.push(Happening::Frame(frame(number, "{}", Vec::new())));
    }
    tape.push(Happening::Frame(frame(silent + 1, "{}", vec![event()])));
    assert_eq!(tape.frames().count(), SILENT_FRAMES_MAX + 1, "what tells something is kept");
    assert_eq!(tape.left_out(), "7 frames with 0 events");
    let page = trace_page(&Trace { tape, ..Trace::default() });
    assert!(page.contains("7 frames with 0 events"));
}

#[test]
fn bodies_beyond_their_room_are_counted_and_not_held() {
    let mut tape = TraceTape::default();
    let large = "x".repeat(HELD_BYTES_MAX - 1);
    tape.push(Happening::Frame(frame(1, &large, Vec::new())));
    tape.push(Happening::Frame(frame(2, "xx", Vec::new())));
    assert_eq!(tape.left_out(), "the bodies of 1 more frames");
}

#[test]
fn a_trace_of_nothing_is_a_page_too() {
    let page = trace_page(&Trace::default());
    assert!(page.contains("No frame made an event") && page.contains("Nothing was sent"));
}
