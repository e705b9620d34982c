//! A limit on the size of requests that nobody announced.

use event_model::Origin;
use uploader::Answer;

use crate::support::{Device, Scripted, Seen, id, whole};

fn too_large(seen: &Seen, events_max: usize) -> Option<Answer> {
    (seen.ids.len() > events_max).then(|| whole(413, "<html>Request Entity Too Large</html>"))
}

/// Requests in all, and those in vain.
fn requests(server: &Scripted, events_max: usize) -> (usize, usize) {
    let seen = server.seen.lock().expect("nobody panicked");
    (seen.len(), seen.iter().filter(|seen| seen.ids.len() > events_max).count())
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_eight_events_costs_a_backlog_few_requests() {
    let mut device = Device::new();
    device.limits.events_max = 1_000;
    device.append(0..1_000);
    let server = Scripted::new(&device, |seen, _| too_large(seen, 8));
    let mut running = device.upload_over(server.clone());
    running.until_idle_with(1_000).await;
    assert_eq!(server.stored(), (0..1_000).map(id).collect::<Vec<_>>(), "once, and in order");
    assert_eq!(device.status().quarantined, 0);
    let (all, in_vain) = requests(&server, 8);
    assert!(in_vain <= 8 + 2 * 4, "{in_vain}: 1,000 twice, six halves, and then to ask again");
    assert!(all <= 180, "{all}: eight at a time are 125");
    assert!(device.clock.elapsed().as_secs() < 20, "{:?}", device.clock.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_gone_is_noticed() {
    let mut device = Device::new();
    device.limits.events_max = 1_000;
    device.append(0..1_000);
    let server = Scripted::new(&device, |seen, n| if n < 40 { too_large(seen, 8) } else { None });
    let mut running = device.upload_over(server.clone());
    running.until_idle_with(1_000).await;
    let (all, _) = requests(&server, 8);
    assert!(all < 110, "{all}: batches grow again");
}

#[tokio::test(start_paused = true)]
async fn one_413_by_chance_makes_no_batch_smaller() {
    let mut device = Device::new();
    device.limits.events_max = 100;
    device.append(0..1_000);
    let server = Scripted::new(&device, |_, n| (n == 2).then(|| whole(413, "")));
    let mut running = device.upload_over(server.clone());
    assert_eq!(running.until_idle_with(1_000).await.requests, 11);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_too_large_by_itself_makes_no_batch_smaller() {
    let device = Device::new();
    device.append_to("large", [7_777], Origin::Live);
    let server =
        Scripted::new(&device, |seen, _| seen.ids.contains(&id(7_777)).then(|| whole(413, "")));
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.failed_requests == 3).await;
    device.append_to("small", 0..500, Origin::Live);
    running.wake.notify_one();
    running.until(|now| now.stored == 500).await;
    let seen = server.seen.lock().unwrap();
    let good = seen.iter().filter(|seen| !seen.ids.contains(&id(7_777))).count();
    assert_eq!(good, 5, "a hundred in each, as ever");
}
