//! Ten devices that send as much as they can of whatever costs most.

use association::MatchState;

use crate::{
    allocated,
    clock::{Times, timed},
    honest::rules,
    peak,
    report::{Dice, Sent},
    say,
};

/// What they send: the report of a device with this number.
type Attack = fn(device: u64, event: u64, dice: &mut Dice) -> Sent;

const ATTACKS: [(&str, Attack); 5] = [
    ("everybody dies once", everybody_dies_once),
    ("one dies all the time", one_dies_all_the_time),
    ("backwards", backwards),
    ("a clock a report", a_clock_a_report),
    ("1970 to 2106", any_year),
];

fn sent(device: u64, event: u64, ms: u64, victim: &str) -> Sent {
    Sent::kill(u128::from(device), u128::from(event), ms, "Ana", victim)
}

fn everybody_dies_once(device: u64, event: u64, dice: &mut Dice) -> Sent {
    sent(device, event, dice.below(3_600_000), &format!("{device} {event} and more to keep"))
}

fn one_dies_all_the_time(device: u64, event: u64, dice: &mut Dice) -> Sent {
    sent(device, event, dice.below(60_000), "Bo")
}

fn backwards(device: u64, event: u64, dice: &mut Dice) -> Sent {
    sent(device, event, 3_600_000_000 - event * 10_000, &format!("{}", dice.below(10)))
}

fn a_clock_a_report(device: u64, event: u64, dice: &mut Dice) -> Sent {
    let mut sent = sent(device, event, dice.below(3_600_000), &format!("{}", dice.below(10)));
    sent.epoch = u128::from(device << 32 | event);
    sent
}

fn any_year(device: u64, event: u64, dice: &mut Dice) -> Sent {
    let mut sent = sent(device, event, dice.below(3_600_000), &format!("{}", dice.below(10)));
    sent.at_ms = i64::try_from(dice.below(4_291_747_200)).unwrap_or_default() * 1_000;
    sent.sequence = dice.below(1 << 40);
    sent
}

pub(crate) fn measure(each: u64) {
    for (name, attack) in ATTACKS {
        let mut dice = Dice(7);
        let room = usize::try_from(each * 10).expect("a count fits");
        let mut places = Times::with_room(room);
        let mut resolves = Times::with_room(room / 64 + 64);
        let before = allocated();
        peak();
        let mut state = MatchState::new(rules());
        let mut solved = 0;
        for event in 0..each {
            for device in 1..=10 {
                let sent = attack(device, event, &mut dice);
                let report = sent.report(event * 10 + device);
                places.push(timed(|| state.place(&report)).1);
            }
            let (_, took) = timed(|| state.resolve_if_due());
            let now = state.resolves();
            if now > solved {
                solved = now;
                resolves.push(took);
            }
            drop(state.take_changes());
        }
        let held = allocated() - before;
        let most = peak() - before;
        say(&format!(
            "| {name}: place, 99 of 100 | {} µs | 1,000 µs |",
            places.at(990).as_micros()
        ));
        say(&format!("| {name}: place, the longest | {} µs | |", places.at(1_000).as_micros()));
        say(&format!(
            "| {name}: resolves, the longest | {solved}, {} ms | |",
            resolves.at(1_000).as_millis()
        ));
        say(&format!("| {name}: held | {} KiB | 8,192 KiB |", held / 1_024));
        say(&format!("| {name}: at most, while solved | {} KiB | |", most / 1_024));
    }
}
