//! Requests that are refused as a whole cost no event.

use std::collections::BTreeSet;

use event_model::Origin;
use uploader::UploadState;

use crate::support::{Device, Scripted, id, whole};

#[tokio::test(start_paused = true)]
async fn a_refusal_by_chance_is_forgotten() {
    let device = Device::new();
    device.append(0..20);
    let server = Scripted::new(&device, |_, n| (n == 0).then(|| whole(400, "")));
    let mut running = device.upload_over(server.clone());
    let progress = running.until_idle_with(20).await;
    assert_eq!(progress.requests, 2, "the same batch again, whole");
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen[0].request.body, seen[1].request.body, "and so under the same key");
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_is_too_large_is_halved_until_it_fits() {
    let device = Device::new();
    device.append(0..90);
    let server = Scripted::new(&device, |seen, _| (seen.ids.len() > 12).then(|| whole(413, "")));
    let mut running = device.upload_over(server.clone());
    running.until_idle_with(90).await;
    assert_eq!(server.stored(), (0..90).map(id).collect::<Vec<_>>(), "in order");
}

#[tokio::test(start_paused = true)]
async fn poison_costs_no_other_event_and_ends_in_quarantine() {
    let device = Device::new();
    device.append_to("bad", 0..50, Origin::Live);
    let poison = id(17);
    let server =
        Scripted::new(&device, move |seen, _| seen.ids.contains(&poison).then(|| whole(400, "")));
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.stored == 49).await;
    for n in 100..104 {
        device.append_to("good", n..=n, Origin::Live);
        running.wake.notify_one();
        let stored = 50 + u64::from(n - 100);
        running.until(|now| now.stored >= stored).await;
    }
    running.until(|now| now.state == UploadState::Idle).await;
    let stored: BTreeSet<_> = server.stored().into_iter().collect();
    assert_eq!(stored.len(), 53, "every other event, once");
    let status = device.status();
    assert_eq!((status.quarantined, status.pending, status.settled), (1, 0, 53));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_refuses_everything_is_asked_less_and_less() {
    let device = Device::new();
    device.append(0..50);
    let server = Scripted::new(&device, |_, n| (n < 20).then(|| whole(404, "")));
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.failed_requests == 20).await;
    assert_eq!(device.status().quarantined, 0);
    let at = server.requests_at();
    assert!(at[19].as_secs() > 130, "twenty requests in {:?}", at[19]);
    running.until_idle_with(50).await;
}
