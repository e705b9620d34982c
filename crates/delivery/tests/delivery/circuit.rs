//! When the next request may go out.

use delivery::{BACKOFF_MAX_MS, Circuit, OtherRequests, Silence, WaitReason};
use event_model::{ClockEpoch, ClockReading, Moment, WallTime};
use uuid::Uuid;

const OUTAGE: WaitReason = WaitReason::Silence(Silence::Unreachable);

fn at(epoch: u128, mono_ms: u64, unix_ms: i64) -> Moment {
    let clock = ClockReading { epoch: ClockEpoch(Uuid::from_u128(epoch)), mono_ms };
    Moment { clock, wall: WallTime::from_unix_ms(unix_ms) }
}

fn failed(times: u32, now: Moment) -> Circuit {
    let mut circuit = Circuit::default();
    for _ in 0..times {
        circuit.back_off(OUTAGE, None, now, 0);
    }
    circuit
}

#[test]
fn the_wait_runs_on_the_monotonic_clock() {
    let circuit = failed(3, at(1, 10_000, 0));
    assert_eq!(circuit.wait_ms(at(1, 10_500, 0)), 1_500);
    assert_eq!(circuit.wait_ms(at(1, 10_500, 86_400_000)), 1_500, "whatever the wall clock does");
    assert_eq!(circuit.wait_ms(at(1, 12_000, 0)), 0);
}

#[test]
fn a_restart_remembers_failures_and_wait() {
    let circuit = failed(5, at(1, 10_000, 0));
    let text = serde_json::to_string(&circuit).unwrap();
    let mut again: Circuit = serde_json::from_str(&text).unwrap();
    again.resume(at(1, 11_000, 0));
    assert_eq!(again.wait_ms(at(1, 11_000, 0)), 7_000);
    again.back_off(OUTAGE, None, at(1, 18_000, 0), 0);
    assert_eq!(again.wait_ms(at(1, 18_000, 0)), 16_000, "the sixth failure, not the first");
}

#[test]
fn after_a_reboot_the_wall_clock_tells_what_is_left() {
    let circuit = failed(5, at(1, 10_000, 50_000));
    assert_eq!(circuit.wait_ms(at(2, 3, 53_000)), 5_000);
}

#[test]
fn a_wall_clock_that_was_set_back_costs_one_wait_at_most() {
    let mut circuit = failed(50, at(1, 10_000, 1_000_000_000));
    circuit.resume(at(2, 0, 0));
    assert!(circuit.wait_ms(at(2, 0, 0)) <= BACKOFF_MAX_MS);
    assert_eq!(circuit.wait_ms(at(2, BACKOFF_MAX_MS, 0)), 0);
}

#[test]
fn one_success_forgets_all_failures() {
    let now = at(1, 0, 0);
    let mut circuit = failed(9, now);
    circuit.refuse(WaitReason::Status(400), now, 0);
    circuit.succeed();
    assert_eq!((circuit.wait_ms(now), circuit.reason()), (0, None));
    assert_eq!(circuit.refused_in_a_row(), 0);
    assert_eq!(circuit.others_since(0), OtherRequests::Succeeded);
    assert_eq!(circuit.others_since(1), OtherRequests::NoneSucceeded);
}

#[test]
fn a_new_token_ends_only_a_pause_for_the_old_one() {
    let now = at(1, 0, 0);
    let mut paused = Circuit::default();
    paused.pause(WaitReason::Unauthenticated, now, 0);
    paused.token_changed();
    assert_eq!(paused.wait_ms(now), 0);

    let mut failing = failed(4, now);
    failing.token_changed();
    assert_eq!(failing.wait_ms(now), 4_000, "an outage is not over by it");
}

#[test]
fn halving_a_batch_goes_on_at_the_shortest_delay() {
    let mut circuit = Circuit::default();
    let mut now = at(1, 0, 0);
    let mut gaps = Vec::new();
    for _ in 0..16 {
        circuit.refuse(WaitReason::Status(413), now, 0);
        gaps.push(circuit.wait_ms(now));
        now.clock.mono_ms += circuit.wait_ms(now);
    }
    assert_eq!(gaps[..12], [500; 12], "a bad event among a thousand is found meanwhile");
    assert_eq!(gaps[12..], [1_000, 2_000, 4_000, 8_000], "then it is somebody else who refuses");
}

#[test]
fn an_outage_among_refusals_is_an_outage() {
    let now = at(1, 0, 0);
    let mut circuit = failed(6, now);
    circuit.refuse(WaitReason::Status(400), now, 0);
    circuit.back_off(OUTAGE, None, now, 0);
    assert_eq!(circuit.refused_in_a_row(), 1, "an outage is no refusal");
    assert_eq!(circuit.wait_ms(now), 32_000, "the seventh failure, not the first");
}

#[test]
fn an_answer_to_a_mere_question_ends_an_outage_and_is_no_success() {
    let now = at(1, 0, 0);
    let mut circuit = failed(9, now);
    circuit.succeed();
    circuit.refuse(WaitReason::Status(400), now, 0);
    circuit.answered();
    assert_eq!((circuit.wait_ms(now), circuit.reason()), (0, None));
    assert_eq!(circuit.refused_in_a_row(), 0);
    assert_eq!(circuit.others_since(1), OtherRequests::NoneSucceeded);
}

#[test]
fn what_stands_aside_waits_by_itself() {
    let mut circuit = Circuit::default();
    let mut now = at(1, 0, 0);
    let mut gaps = Vec::new();
    for _ in 0..10 {
        circuit.refuse_aside(WaitReason::Status(400), now, 0);
        assert_eq!(circuit.wait_ms(now), 500, "nothing else waits longer");
        gaps.push(circuit.aside_wait_ms(now));
        now.clock.mono_ms += circuit.aside_wait_ms(now);
    }
    let doubled = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000];
    assert_eq!(gaps[..8], doubled);
    assert_eq!(gaps[8..], [BACKOFF_MAX_MS / 2; 2]);
    assert_eq!(circuit.refused_in_a_row(), 0, "it was known");
}

#[test]
fn what_stands_aside_waits_on_through_answers_and_a_restart_and_not_after_a_success() {
    let now = at(1, 0, 0);
    let mut circuit = Circuit::default();
    for _ in 0..4 {
        circuit.refuse_aside(WaitReason::Status(400), now, 0);
    }
    circuit.answered();
    assert_eq!((circuit.wait_ms(now), circuit.aside_wait_ms(now)), (0, 8_000));
    assert_eq!(circuit.reason(), Some(WaitReason::Status(400)), "and says why");
    let text = serde_json::to_string(&circuit).unwrap();
    let mut again: Circuit = serde_json::from_str(&text).unwrap();
    again.resume(at(2, 0, 1_000));
    assert_eq!(again.aside_wait_ms(at(2, 0, 1_000)), 7_000);
    circuit.succeed();
    assert_eq!((circuit.aside_wait_ms(now), circuit.reason()), (0, None));
}

#[test]
fn what_stands_aside_waits_for_an_outage_too() {
    let now = at(1, 0, 0);
    let mut circuit = failed(6, now);
    assert_eq!(circuit.aside_wait_ms(now), circuit.wait_ms(now));
    circuit.retry_now();
    assert_eq!(circuit.aside_wait_ms(now), 0);
}

#[test]
fn a_circuit_that_an_older_version_saved_is_read() {
    let text = r#"{"failures":3,"refused_in_a_row":13,"successes":7,"wait":null}"#;
    let circuit: Circuit = serde_json::from_str(text).unwrap();
    assert_eq!((circuit.refused_in_a_row(), circuit.successes()), (13, 7));
}

#[test]
fn a_wall_clock_that_steps_moves_no_wait_within_an_epoch() {
    for step in [-86_400_000, -1, 1, 86_400_000, i64::MAX] {
        let mut circuit = failed(5, at(1, 10_000, 500_000_000));
        // Also where the program restarts meanwhile.
        let stepped = at(1, 11_000, 500_000_000_i64.saturating_add(step));
        circuit.resume(stepped);
        assert_eq!(circuit.wait_ms(stepped), 7_000, "{step}");
    }
}

#[test]
fn a_wait_through_sleep_is_over_when_it_is_over() {
    let circuit = failed(9, at(1, 10_000, 0));
    let slept = at(1, 10_000 + 8 * 3_600_000, 0);
    assert_eq!(circuit.wait_ms(slept), 0, "the clock counts through sleep");
}
