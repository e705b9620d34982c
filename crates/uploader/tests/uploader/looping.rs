//! When requests go out, and what becomes of their events.

use std::time::Duration;

use delivery::{Silence, WaitReason};
use outbox::{OutboxView, Selection};
use uploader::{Answer, UploadState};

use crate::support::{Device, Scripted, id, token, whole};

#[tokio::test(start_paused = true)]
async fn every_event_arrives_once_and_in_order() {
    let device = Device::new();
    device.append(0..250);
    let server = Scripted::new(&device, |_, _| None);
    let mut running = device.upload_over(server.clone());
    let progress = running.until_idle_with(250).await;
    assert_eq!((progress.requests, progress.duplicates), (3, 0));
    assert_eq!(server.stored(), (0..250).map(id).collect::<Vec<_>>());
    let status = device.status();
    assert_eq!((status.settled, status.pending, status.in_flight), (250, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_waited_out_with_growing_gaps() {
    let device = Device::new();
    device.append(0..5);
    let server = Scripted::new(&device, |_, n| (n < 4).then(|| whole(503, "")));
    let mut running = device.upload_over(server.clone());
    let progress = running.until_idle_with(5).await;
    assert_eq!((progress.requests, progress.failed_requests), (5, 4));
    let at = server.requests_at();
    for (n, pair) in at.windows(2).enumerate() {
        let d = Duration::from_secs(1 << n);
        let gap = pair[1] - pair[0];
        assert!(gap >= d / 2 && gap <= d + Duration::from_millis(50), "gap {n}: {gap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_ours_settles_nothing() {
    let device = Device::new();
    device.append(0..5);
    let server = Scripted::new(&device, |_, n| match n {
        0 => Some(whole(200, "<html>Welcome to the hotel</html>")),
        1 => Some(whole(200, "{}")),
        2 => Some(whole(204, "")),
        3 => Some(whole(302, "")),
        4 => Some(Answer::Silence(Silence::TimedOut)),
        _ => None,
    });
    let mut running = device.upload_over(server.clone());
    let waiting = running.until(|now| matches!(now.state, UploadState::Waiting { .. })).await;
    let UploadState::Waiting { reason, .. } = waiting.state else { unreachable!() };
    assert_eq!(reason, WaitReason::NotOurServer);
    assert_eq!(device.status().pending, 5);
    assert_eq!(running.until_idle_with(5).await.failed_requests, 5);
}

#[tokio::test(start_paused = true)]
async fn the_server_s_own_wait_is_kept() {
    let device = Device::new();
    device.append(0..1);
    let busy = |_: &_, n| {
        (n == 0).then(|| Answer::Whole {
            status: 429,
            retry_after: Some("120".to_owned()),
            date: None,
            body: Vec::new(),
        })
    };
    let server = Scripted::new(&device, busy);
    device.upload_over(server.clone()).until_idle_with(1).await;
    let at = server.requests_at();
    let gap = at[1] - at[0];
    assert!((120..=181).contains(&gap.as_secs()), "{gap:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_token_pauses_until_there_is_another() {
    let device = Device::new();
    device.append(0..3);
    let right = token("second");
    let server = Scripted::new(&device, move |seen, _| {
        (seen.request.token != right).then(|| whole(401, ""))
    });
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.failed_requests == 3).await;
    let at = server.requests_at();
    assert!(at[1] - at[0] >= Duration::from_secs(5), "growing gaps, from 5 s");
    assert!(at[2] - at[1] >= Duration::from_secs(10));
    let status = device.status();
    assert_eq!(
        status.paused_reason.as_deref(),
        Some("the server does not know this device's token")
    );

    let changed = device.clock.elapsed();
    device.token.send_replace(Some(token("second")));
    running.until_idle_with(3).await;
    assert!(device.clock.elapsed() - changed < Duration::from_secs(1), "at once");
    assert_eq!(device.status().paused_reason, None);
}

#[tokio::test(start_paused = true)]
async fn without_a_token_nothing_is_sent() {
    let device = Device::new();
    device.token.send_replace(None);
    device.append(0..3);
    let server = Scripted::new(&device, |_, _| None);
    let mut running = device.upload_over(server.clone());
    running.until(|now| matches!(now.state, UploadState::Waiting { .. })).await;
    assert_eq!(
        device.status().paused_reason.as_deref(),
        Some("this device is not enrolled at the server (an enrolment key is needed)")
    );
    assert!(server.requests_at().is_empty());
    device.token.send_replace(Some(token("first")));
    running.until_idle_with(3).await;
}

#[tokio::test(start_paused = true)]
async fn a_new_event_goes_out_when_it_is_announced() {
    let device = Device::new();
    let server = Scripted::new(&device, |_, _| None);
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.state == UploadState::Idle).await;
    device.append(0..1);
    running.wake.notify_one();
    running.until_idle_with(1).await;
    assert!(device.clock.elapsed() < Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn what_another_process_put_back_is_noticed() {
    let device = Device::new();
    device.append(0..1);
    // A server that stores nothing of the first request, and says so.
    let server = Scripted::new(&device, |seen, n| {
        (n == 0).then(|| {
            let page = String::from_utf8(crate::support::receipts(&seen.ids, &mut Vec::new()));
            whole(200, page.unwrap().replace("stored", "invalid"))
        })
    });
    let mut running = device.upload_over(server.clone());
    running.until(|now| now.quarantined == 1 && now.state == UploadState::Idle).await;
    let path = device.outbox.lock().unwrap().view().path().to_owned();
    OutboxView::open(&path).unwrap().requeue(&Selection::All).unwrap();
    let asked = device.clock.elapsed();
    running.until_idle_with(1).await;
    assert!(device.clock.elapsed() - asked <= Duration::from_secs(1), "within a second");
}

#[tokio::test(start_paused = true)]
async fn a_stop_in_mid_request_keeps_the_batch() {
    let device = Device::new();
    device.append(0..3);
    let mut running = device.upload_over(Mute);
    running.until(|now| matches!(now.state, UploadState::Sending { events: 3 })).await;
    assert_eq!(device.status().in_flight, 3);
    running.stop().await;
    let status = device.status();
    assert_eq!((status.pending, status.in_flight), (3, 0));
}

/// A server that never answers.
struct Mute;

impl uploader::Transport for Mute {
    async fn send(&self, _: uploader::Request) -> Answer {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_hurry_a_wait() {
    let device = Device::new();
    device.append(0..1);
    let down = Scripted::new(&device, |_, _| Some(whole(503, "")));
    let mut running = device.upload_over(down.clone());
    running.until(|now| now.failed_requests == 8).await;
    running.stop().await;
    let last = *down.requests_at().last().unwrap();

    let device = device.restarted();
    let up = Scripted::new(&device, |_, _| None);
    device.upload_over(up.clone()).until_idle_with(1).await;
    let gap = up.requests_at()[0] - last;
    assert!(gap >= Duration::from_secs(64), "the eighth failure's wait: {gap:?}");
}
