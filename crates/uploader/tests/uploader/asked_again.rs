//! Events that the server asks for again, for a while or for ever: what they
//! cost the others.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use delivery::{Silence, WaitReason};
use event_model::{EventId, Origin};
use serde_json::{Value, json};
use uploader::{Answer, UploadState};

use crate::support::{Device, Scripted, Seen, id, receipts, whole};

/// A server that asks for these again while `while_so` is true of the request's
/// number.
fn asking_again(
    device: &Device,
    poison: impl IntoIterator<Item = u32>,
    while_so: impl Fn(usize) -> bool + Send + Sync + 'static,
) -> (Scripted, Arc<Mutex<Vec<EventId>>>) {
    let poison: BTreeSet<EventId> = poison.into_iter().map(id).collect();
    let stored = Arc::<Mutex<Vec<EventId>>>::default();
    let known = Arc::clone(&stored);
    let server = Scripted::new(device, move |seen, n| {
        let poison = if while_so(n) { poison.clone() } else { BTreeSet::new() };
        Some(page(seen, &poison, &mut known.lock().expect("nobody panicked")))
    });
    (server, stored)
}

/// Receipts that keep `poison` and settle the others.
fn page(seen: &Seen, poison: &BTreeSet<EventId>, stored: &mut Vec<EventId>) -> Answer {
    let mut page: Value = serde_json::from_slice(&receipts(&seen.ids, stored)).expect("JSON");
    stored.retain(|id| !poison.contains(id));
    for (receipt, id) in page["receipts"].as_array_mut().expect("a list").iter_mut().zip(&seen.ids)
    {
        if poison.contains(id) {
            receipt["status"] = json!("retry");
        }
    }
    whole(200, page.to_string())
}

/// Requests with any of these in them.
fn requests_with(server: &Scripted, events: impl IntoIterator<Item = u32>) -> usize {
    let events: BTreeSet<EventId> = events.into_iter().map(id).collect();
    let seen = server.seen.lock().expect("nobody panicked");
    seen.iter().filter(|seen| seen.ids.iter().any(|id| events.contains(id))).count()
}

#[tokio::test(start_paused = true)]
async fn one_for_ever_costs_a_backlog_no_second() {
    for origin in [Origin::Live, Origin::Replay] {
        let device = Device::new();
        device.append_to("first", [7_777], origin);
        device.append(0..1_000);
        let (server, stored) = asking_again(&device, [7_777], |_| true);
        let mut running = device.upload_over(server.clone());
        running.until(|now| now.stored == 1_000).await;
        assert_eq!(*stored.lock().unwrap(), (0..1_000).map(id).collect::<Vec<_>>(), "in order");
        assert!(device.clock.elapsed() < Duration::from_secs(2), "{:?}", device.clock.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn one_for_ever_does_not_delay_what_comes_later() {
    // However long it was all that was left.
    for idle_s in [10, 30, 60, 90, 130, 180, 250, 350, 500, 700] {
        let device = Device::new();
        device.append(0..3);
        let (server, stored) = asking_again(&device, [0], |_| true);
        let mut running = device.upload_over(server);
        running.until(|now| now.stored == 2).await;
        tokio::time::sleep(Duration::from_secs(idle_s)).await;
        let (appended, before) = (device.clock.elapsed(), running.now().requests);
        device.append(3..4);
        running.wake.notify_one();
        running.until(|_| stored.lock().unwrap().contains(&id(3))).await;
        assert!(device.clock.elapsed() - appended < Duration::from_secs(1), "after {idle_s} s");
        assert!(running.now().requests <= before + 2, "after {idle_s} s");
        running.stop().await;
    }
}

#[tokio::test(start_paused = true)]
async fn one_for_ever_is_asked_about_less_and_less_and_kept() {
    let device = Device::new();
    device.append(0..3);
    let (server, _) = asking_again(&device, [0], |_| true);
    let running = device.upload_over(server.clone());
    tokio::time::sleep(Duration::from_secs(3_600)).await;
    let with_it = requests_with(&server, [0]);
    assert!((12..30).contains(&with_it), "{with_it}: gaps that grow to five minutes");
    assert_eq!(running.now().requests as usize, with_it);
    assert_eq!(device.status().pending, 1);
}

#[tokio::test(start_paused = true)]
async fn one_for_ever_does_not_keep_an_outage_alive() {
    let device = Device::new();
    device.append(0..1);
    let poison: BTreeSet<EventId> = [id(0)].into();
    let outage = |n: usize| (1..9).contains(&n) || n == 12;
    let server = Scripted::new(&device, move |seen, n| {
        Some(if outage(n) {
            Answer::Silence(Silence::Unreachable)
        } else {
            page(seen, &poison, &mut Vec::new())
        })
    });
    let mut running = device.upload_over(server.clone());
    let waiting =
        |state| matches!(state, UploadState::Waiting { reason: WaitReason::AskedAgain, .. });
    running.until(|now| now.requests == 12 && waiting(now.state)).await;
    let shown = device.status().paused_reason;
    assert_eq!(shown.as_deref(), Some("the server asked for some events again later"));
    running.until(|now| now.requests == 14).await;
    let at = server.requests_at();
    let waited = at[13] - at[12];
    assert!(
        waited <= Duration::from_secs(1),
        "{waited:?} after the first failure of another outage"
    );
}

#[tokio::test(start_paused = true)]
async fn when_nothing_else_is_left_the_player_sees_why_it_waits() {
    let device = Device::new();
    device.append(0..3);
    let (server, _) = asking_again(&device, [1], |n| n < 5);
    let mut running = device.upload_over(server.clone());
    let waiting =
        |state| matches!(state, UploadState::Waiting { reason: WaitReason::AskedAgain, .. });
    running.until(|now| now.stored == 2 && waiting(now.state)).await;
    let status = device.status();
    assert_eq!((status.pending, status.settled, status.quarantined), (1, 2, 0));
    assert_eq!(
        status.paused_reason.as_deref(),
        Some("the server asked for some events again later")
    );
    running.until_idle_with(3).await;
    assert_eq!(device.status().paused_reason, None);
}

#[tokio::test(start_paused = true)]
async fn many_scattered_ones_cost_few_requests() {
    let device = Device::new();
    device.append(0..1_000);
    let poison = || (0..1_000).step_by(10);
    let (server, stored) = asking_again(&device, poison(), |n| n < 14);
    let mut running = device.upload_over(server.clone());
    running.until_idle_with(1_000).await;
    assert_eq!(stored.lock().unwrap().len(), 1_000);
    let requests = server.seen.lock().unwrap().len();
    assert!(requests <= 11 + 10, "{requests}: ten batches, and those again together");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_everything_again_is_waited_for() {
    let device = Device::new();
    device.append(0..10_000);
    let full = Arc::new(AtomicBool::new(true));
    let is_full = Arc::clone(&full);
    let (server, stored) =
        asking_again(&device, 0..10_000, move |_| is_full.load(Ordering::SeqCst));
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.requests >= 24).await;
    assert!(device.clock.elapsed().as_secs() > 240, "{:?}", device.clock.elapsed());
    let status = device.status();
    assert_eq!((status.pending + status.in_flight, status.settled), (10_000, 0));
    full.store(false, Ordering::SeqCst);
    running.until_idle_with(10_000).await;
    let mut stored = stored.lock().unwrap().clone();
    stored.sort_unstable();
    assert_eq!(stored, (0..10_000).map(id).collect::<Vec<_>>(), "each once");
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_meanwhile_is_not_waited_for() {
    let device = Device::new();
    device.append(0..2);
    let (server, _) = asking_again(&device, [0], |_| true);
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.stored == 1).await;
    let now = event_model::Clock::now(&*device.clock);
    device.outbox.lock().unwrap().view_mut().delete(&[id(0)], now).unwrap();
    // The event, and that its number never comes.
    running.until_idle_with(2).await;
    assert_eq!(device.status().paused_reason, None);
}
