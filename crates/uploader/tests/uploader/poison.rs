//! An event that spoils every request it is in: what it costs the others.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use event_model::{EventId, Origin};
use ingest_api::{Problem, ProblemKind};
use outbox::{EntryState, Filter, Selection};
use uploader::{Answer, UploadState};

use crate::support::{Device, Running, Scripted, Seen, id, whole};

/// A server that refuses every request with one of these events in it.
fn refusing(device: &Device, poison: impl IntoIterator<Item = u32>) -> Scripted {
    let poison: BTreeSet<EventId> = poison.into_iter().map(id).collect();
    Scripted::new(device, move |seen, _| spoilt(seen, &poison))
}

fn spoilt(seen: &Seen, poison: &BTreeSet<EventId>) -> Option<Answer> {
    seen.ids.iter().any(|id| poison.contains(id)).then(|| whole(400, "<html>no</html>"))
}

/// The same from our own server, which says why.
fn refused_by_ours(seen: &Seen, poison: &BTreeSet<EventId>) -> Option<Answer> {
    spoilt(seen, poison)?;
    let problem = Problem::new(ProblemKind::MalformedBatch, "event 3 has no type");
    Some(whole(400, serde_json::to_vec(&problem).expect("a problem is JSON")))
}

/// Everything but the poison is stored, once.
fn assert_stored_but(server: &Scripted, events: u32, poison: &[u32]) {
    let stored = server.stored();
    let set: BTreeSet<EventId> = stored.iter().copied().collect();
    assert_eq!(set.len(), stored.len(), "none twice");
    let good = (0..events).filter(|n| !poison.contains(n)).map(id).collect();
    assert_eq!(set, good);
}

/// One event after the other goes to another match until the poison has been
/// refused often enough beside requests that succeeded.
async fn play_on_until_quarantined(device: &Device, running: &mut Running, poison: u64) {
    for n in 1_000_000..1_000_100 {
        if device.status().quarantined == poison {
            return;
        }
        device.append_to("another", n..=n, Origin::Live);
        running.wake.notify_one();
        let before = running.now().requests;
        running.until(|now| now.requests > before + 1).await;
    }
    panic!("{} of {poison} are quarantined", device.status().quarantined);
}

#[tokio::test(start_paused = true)]
async fn it_delays_its_own_batch_by_the_requests_that_find_it() {
    let everywhere = |n: u32| (0..n).map(move |at| (n, at)).collect::<Vec<_>>();
    let mut cases: Vec<(u32, u32)> = [2, 3, 8].into_iter().flat_map(everywhere).collect();
    cases.extend([(100, 0), (100, 50), (100, 99), (1_000, 0), (1_000, 500), (1_000, 999)]);
    for (events, at) in cases {
        let mut device = Device::new();
        device.limits.events_max = 1_000;
        device.append(0..events);
        let server = refusing(&device, [at]);
        let mut running = device.upload_over(server.clone());
        running.until(|now| now.stored == u64::from(events - 1)).await;
        assert_stored_but(&server, events, &[at]);
        let seen = server.seen.lock().unwrap();
        let in_vain = seen.iter().filter(|seen| seen.ids.len() > 1 && seen.ids.contains(&id(at)));
        let most = (f64::from(events)).log2().ceil() + 1.0;
        let in_vain = u32::try_from(in_vain.count()).unwrap();
        assert!(f64::from(in_vain) <= most, "{in_vain} for event {at} of {events}");
        assert!(device.clock.elapsed().as_secs() < 30, "{:?}", device.clock.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn it_delays_other_matches_by_one_request() {
    let device = Device::new();
    device.append_to("bad", 0..100, Origin::Live);
    let server = refusing(&device, [37]);
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.failed_requests == 1).await;
    for n in 1_000..1_008 {
        let before = server.seen.lock().unwrap().len();
        device.append_to("good", n..=n, Origin::Live);
        running.wake.notify_one();
        running.until(|_| server.stored().contains(&id(n))).await;
        let seen = server.seen.lock().unwrap();
        let at = seen.iter().position(|seen| seen.ids.contains(&id(n))).unwrap();
        assert!(at <= before + 1, "event {n}: request {at} after {before}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_verdict_on_one_event_delays_nobody() {
    let device = Device::new();
    device.append(0..100);
    let server = Scripted::new(&device, |seen, _| {
        let page = String::from_utf8(crate::support::receipts(&seen.ids, &mut Vec::new()));
        let spoilt = format!("{}\",\"status\":\"stored\"", id(37));
        Some(whole(200, page.unwrap().replace(&spoilt, &spoilt.replace("stored", "invalid"))))
    });
    let mut running = device.upload_over(server.clone());
    let progress = running.until(|now| now.quarantined == 1).await;
    assert_eq!((progress.requests, progress.stored), (1, 99));
}

#[tokio::test(start_paused = true)]
async fn several_are_found_one_by_one_wherever_they_are() {
    let sets: [&[u32]; 6] = [
        &[0, 1],
        &[0, 1, 2, 3, 4, 5, 6, 7],
        &[92, 93, 94, 95, 96, 97, 98, 99],
        &[0, 99],
        &[3, 31, 32, 33, 64, 90],
        &[10, 20, 30, 40, 50, 60, 70, 80],
    ];
    for poison in sets {
        let device = Device::new();
        device.append(0..100);
        let server = refusing(&device, poison.iter().copied());
        let mut running = device.upload_over(server.clone());
        running.until(|now| now.stored == 100 - poison.len() as u64).await;
        assert_stored_but(&server, 100, poison);
        assert_eq!(device.status().quarantined, 0, "nothing else has succeeded since");
        assert!(device.clock.elapsed().as_secs() < 600, "{poison:?}: {:?}", device.clock.elapsed());
        play_on_until_quarantined(&device, &mut running, poison.len() as u64).await;
    }
}

#[tokio::test(start_paused = true)]
async fn in_a_backlog_after_an_outage_it_costs_no_other_event() {
    let device = Device::new();
    device.append(0..1_000);
    let poison: BTreeSet<EventId> = [id(500)].into();
    let server =
        Scripted::new(
            &device,
            move |seen, n| {
                if n < 8 { Some(whole(503, "")) } else { spoilt(seen, &poison) }
            },
        );
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.stored == 999).await;
    assert_stored_but(&server, 1_000, &[500]);
    let requests = server.seen.lock().unwrap().len();
    assert!(requests <= 8 + 10 + 8 + 8 + 4, "{requests}: outage, batches, search, halves, alone");
    play_on_until_quarantined(&device, &mut running, 1).await;
}

/// The last event of an evening is refused alone, and nothing else is sent for so
/// long: this is how the next one begins.
async fn left_alone_for(idle_s: u64, poison: &[u32]) -> (Device, Scripted, Running) {
    let mut device = Device::new();
    device.limits.events_max = 1_000;
    device.append_to("last", 0..3, Origin::Live);
    let server = refusing(&device, poison.iter().copied());
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.stored == 2).await;
    tokio::time::sleep(Duration::from_secs(idle_s)).await;
    (device, server, running)
}

#[tokio::test(start_paused = true)]
async fn one_left_alone_does_not_delay_what_comes_later() {
    for next in ["last", "next"] {
        for idle_s in [10, 60, 250, 1_000, 3_600] {
            let (device, server, mut running) = left_alone_for(idle_s, &[2]).await;
            let (appended, before) = (device.clock.elapsed(), running.now().requests);
            device.append_to(next, 3..4, Origin::Live);
            running.wake.notify_one();
            running.until(|_| server.stored().contains(&id(3))).await;
            let waited = device.clock.elapsed() - appended;
            assert!(waited < Duration::from_secs(2), "{waited:?} after {idle_s} s");
            assert!(running.now().requests <= before + 2, "after {idle_s} s");
            running.stop().await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn one_left_alone_hides_no_other_in_a_later_batch() {
    let (device, server, mut running) = left_alone_for(3_600, &[2, 50]).await;
    let appended = device.clock.elapsed();
    device.append_to("next", 3..100, Origin::Live);
    running.wake.notify_one();
    running.until(|now| now.stored == 98).await;
    assert_stored_but(&server, 100, &[2, 50]);
    let waited = device.clock.elapsed() - appended;
    assert!(waited < Duration::from_secs(30), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn one_left_alone_is_tried_less_and_less_and_kept() {
    let (device, server, mut running) = left_alone_for(3_600, &[2]).await;
    let requests = server.seen.lock().unwrap().len();
    assert!((12..40).contains(&requests), "{requests}: gaps that grow to five minutes");
    let status = device.status();
    assert_eq!((status.pending, status.quarantined), (1, 0), "nobody else shows that it is this");
    assert_eq!(status.paused_reason.as_deref(), Some("the server answered with status 400"));
    let next = status.next_attempt_in_s.expect("it is tried again");
    assert!(next <= 300, "{next} s");
    assert_eq!(status.aside_in_s, Some(next), "others would go at once");
    let waiting = device.outbox.lock().unwrap().view().list(Filter::All, 3).unwrap();
    let aside: Vec<bool> = waiting.iter().map(|entry| entry.aside).collect();
    assert_eq!(aside, [false, false, true]);
    running.wake.notify_one();
    let waiting = running.until(|now| matches!(now.state, UploadState::Waiting { .. })).await;
    let reason = delivery::WaitReason::Status(400);
    let UploadState::Waiting { reason: shown, .. } = waiting.state else { return };
    assert_eq!(shown, reason);
}

#[tokio::test(start_paused = true)]
async fn where_everything_is_refused_a_new_event_makes_no_hurry() {
    let device = Device::new();
    device.append(0..1_000);
    let server = Scripted::new(&device, |_, _| Some(whole(404, "<html>no</html>")));
    let running = device.upload_over(server.clone());
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let before = server.seen.lock().unwrap().len();
    for n in 1_000..1_360 {
        device.append(n..=n);
        running.wake.notify_one();
        tokio::time::sleep(Duration::from_secs(10)).await;
    }
    let in_an_hour = server.seen.lock().unwrap().len() - before;
    assert!(in_an_hour <= 48, "{in_an_hour} requests: two in 150 s at most");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_everything_makes_nobody_throw_anything_away() {
    for status in [400, 404, 405, 411, 413, 422, 451] {
        let device = Device::new();
        device.append(0..1_000);
        let server =
            Scripted::new(&device, move |_, n| (n < 22).then(|| whole(status, "forbidden word")));
        let mut running = device.upload_over(server.clone());
        running.until(|now| now.failed_requests == 22).await;
        let status = device.status();
        assert_eq!((status.quarantined, status.pruned, status.lost), (0, 0, 0));
        assert_eq!(status.pending, 1_000);
        running.until_idle_with(1_000).await;
        assert_stored_but(&server, 1_000, &[]);
        let requests = server.seen.lock().unwrap().len();
        assert!(requests <= 22 + 160, "{requests} requests");
        assert_eq!(device.status().quarantined, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_quarantined_is_shown_with_its_reason_exported_and_sent_again() {
    let device = Device::new();
    device.append(0..10);
    let until = Arc::new(AtomicUsize::new(usize::MAX));
    let limit = Arc::clone(&until);
    let poison: BTreeSet<EventId> = [id(3)].into();
    let server = Scripted::new(&device, move |seen, n| {
        if n >= limit.load(Ordering::SeqCst) { None } else { refused_by_ours(seen, &poison) }
    });
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.stored == 9).await;
    play_on_until_quarantined(&device, &mut running, 1).await;
    running.until(|now| now.state == UploadState::Idle).await;
    let status = device.status();
    assert_eq!((status.pending, status.paused_reason, status.next_attempt_in_s), (0, None, None));

    let exported = {
        let mut outbox = device.outbox.lock().unwrap();
        let view = outbox.view_mut();
        let shown = view.list(Filter::In(EntryState::Quarantined), 10).unwrap();
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].event_id, id(3));
        let detail = shown[0].detail.as_deref();
        let words = "the server answered with status 400: malformed_batch: event 3 has no type";
        assert_eq!(detail, Some(words), "with what the server says of it");
        let exported: Vec<_> =
            view.export(Filter::In(EntryState::Quarantined)).map(Result::unwrap).collect();
        until.store(0, Ordering::SeqCst);
        assert_eq!(view.requeue(&Selection::All).unwrap(), 1);
        exported
    };
    assert!(exported[0].body.contains(&id(3).to_string()), "byte for byte as it was sent");
    running.until(|_| server.stored().contains(&id(3))).await;
    running.until(|now| now.state == UploadState::Idle).await;
    assert_eq!(device.status().quarantined, 0);
}
