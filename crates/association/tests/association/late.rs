//! Honest devices that come after the seal add their word to what is there, and
//! make no second record of it.

use std::collections::BTreeMap;

use association::{
    ClusterNo, Description, MatchState, OccurrenceNo, Placed, Rules, Solution, StreamFlag, Streams,
    TimeQuality, trust::Standing,
};
use event_model::Game;
use proptest::prelude::*;

use crate::{
    crowd::{Clocks, Crowd, Witnessed},
    measure::Measure,
    reader::{Reader, assert_agree},
    sketch::{contents, league, sketch},
    told::Told,
};

/// A match that is sealed with the first so many devices, and told the rest then.
struct Late {
    state: MatchState,
    reader: Reader,
    sealed: BTreeMap<OccurrenceNo, (Standing, Description)>,
}

fn tell(state: &mut MatchState, reader: &mut Reader, position: u64, told: &Told) {
    state.place(&told.report(position));
    state.resolve_if_due();
    reader.read(&state.take_changes());
}

impl Late {
    fn of(reports: &[Witnessed], in_time: u32) -> Self {
        let mut state = MatchState::new(Rules::of(&Game::new("valorant").unwrap()));
        let mut reader = Reader::default();
        let is_late = |report: &Witnessed| report.told.device > u128::from(in_time);
        let first_late = reports.iter().position(is_late).unwrap();
        let mut sealed = BTreeMap::new();
        for (index, (position, report)) in (1..).zip(reports).enumerate() {
            if index == first_late {
                state.seal();
                let standing = |o: association::Occurrence| (o.no, (o.belief.standing, o.said));
                sealed = state.occurrences().into_iter().map(standing).collect();
            }
            tell(&mut state, &mut reader, position, &report.told);
        }
        assert_agree(&reader, &state);
        Self { state, reader, sealed }
    }

    /// What was sealed stands as it was; how much of it is less believed.
    fn fallen(&self) -> usize {
        let now: BTreeMap<_, _> = self.state.occurrences().into_iter().map(|o| (o.no, o)).collect();
        let is_fallen = |(no, (standing, said)): (&OccurrenceNo, &(Standing, Description))| {
            let now = &now[no];
            assert!(!now.is_late);
            assert_eq!(now.said, *said);
            rank(now.belief.standing) < rank(*standing)
        };
        self.sealed.iter().filter(|sealed| is_fallen(*sealed)).count()
    }

    fn inventors(&self) -> usize {
        let views = Streams::read(&self.state.rows().whole).unwrap().views();
        views.iter().filter(|view| view.flags.contains(&StreamFlag::Inventions)).count()
    }
}

/// By how much an occurrence is believed.
fn rank(standing: Standing) -> usize {
    use Standing::{Confirmed, Contradicted, Lone, Supported};
    [Contradicted, Lone, Supported, Confirmed].iter().position(|one| *one == standing).unwrap()
}

/// The record in the solver's words, for who measures it.
fn as_solved(state: &MatchState) -> Solution {
    let mut cluster_of = vec![ClusterNo(0); state.reports().len()];
    for (cluster, occurrence) in (0..).map(ClusterNo).zip(state.occurrences()) {
        for report in occurrence.reports {
            cluster_of[usize::try_from(report.0).unwrap() - 1] = cluster;
        }
    }
    Solution { cluster_of, ..Solution::default() }
}

/// By how much late devices' times are off, and whether the server knows.
fn shifted(reports: &mut [Witnessed], in_time: u32, by_ms: i64, quality: TimeQuality) {
    for report in reports.iter_mut().filter(|report| report.told.device > u128::from(in_time)) {
        report.told.at_ms += by_ms;
        report.told.quality = quality;
    }
}

/// Reports by seed, what they are called, and how many devices are in time.
type Cell<'a> = (String, u32, Box<dyn Fn(u64) -> Vec<Witnessed> + 'a>);

#[expect(clippy::print_stdout, reason = "figures are read by people too")]
fn check(cells: &[Cell<'_>]) {
    let matches = if std::env::var_os("RINGSIDE_LONG").is_some() { 20 } else { 1 };
    let mut missed = Vec::new();
    for (name, in_time, reports) in cells {
        let (mut late, mut opened) = (Measure::default(), Measure::default());
        let (mut inventors, mut fallen) = (0, 0);
        for seed in 0..matches {
            let reports = reports(seed);
            let mut one = Late::of(&reports, *in_time);
            late.add(&reports, &as_solved(&one.state));
            inventors += one.inventors();
            fallen += one.fallen();
            one.state.reopen();
            one.reader.read(&one.state.take_changes());
            assert_agree(&one.reader, &one.state);
            opened.add(&reports, &as_solved(&one.state));
        }
        let line = format!(
            "{name:24} {in_time} in time: doubled {} merged {} lost {} of {}, reopened {} {} {}; \
             {inventors} inventors, {fallen} fallen",
            late.doubled,
            late.merged,
            late.lost,
            late.truths,
            opened.doubled,
            opened.merged,
            opened.lost
        );
        println!("{line}");
        let doubled_max = opened.doubled + late.truths / 50;
        if (inventors, fallen) != (0, 0) || late.doubled > doubled_max || late.merged > 1 {
            missed.push(line);
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn devices_that_come_after_the_seal_double_nothing_whatever_their_clocks() {
    let clocks = [
        ("good", Clocks::Good),
        ("2 s", Clocks::Off(2.0)),
        ("30 s", Clocks::Off(30.0)),
        ("1 h", Clocks::Wild(3_600.0)),
    ];
    let cells = clocks.into_iter().flat_map(|(name, clocks)| {
        [1, 2, 5, 9].map(|in_time| -> Cell<'_> {
            let crowd = Crowd { clocks, ..Crowd::default() };
            (name.to_owned(), in_time, Box::new(move |seed| crowd.reports(seed)))
        })
    });
    check(&cells.collect::<Vec<_>>());
}

#[test]
fn who_comes_after_the_seal_and_missed_something_takes_nobodys_word_away() {
    let cells = [2, 5, 9].map(|in_time| -> Cell<'_> {
        let crowd = Crowd { misses: 0.3, ..Crowd::default() };
        ("good, 30 % missed".to_owned(), in_time, Box::new(move |seed| crowd.reports(seed)))
    });
    check(&cells);
}

#[test]
fn devices_whose_good_times_are_off_after_the_seal_double_nothing() {
    let cells = [3_000, -10_000, 60_000].into_iter().flat_map(|by_ms| {
        [1, 5, 9].map(|in_time| -> Cell<'_> {
            let reports = move |seed| {
                let mut reports = Crowd::default().reports(seed);
                shifted(&mut reports, in_time, by_ms, TimeQuality::Good);
                reports
            };
            (format!("good but off {by_ms} ms"), in_time, Box::new(reports))
        })
    });
    check(&cells.collect::<Vec<_>>());
}

#[test]
fn what_was_sealed_on_a_clock_that_nobody_knew_is_joined_once_it_is_known() {
    const KILLS: u64 = 40;
    let told = |device: u128, kill: u64, off_ms: i64| {
        let (at, names) = (60_000 + kill * 17_000, ["Ana", "Bo", "Cem", "Dora", "Eli"]);
        let name = |player: u64| names[usize::try_from(player % 5).unwrap()];
        let one =
            Told::kill(device, at + kill * 37 % 400, name(kill), name(kill * 2 + 1 + kill / 5));
        Told { at_ms: one.at_ms + off_ms, quality: TimeQuality::Low, ..one }
    };
    let (mut state, mut reader) = (MatchState::new(league()), Reader::default());
    (0..KILLS).for_each(|kill| tell(&mut state, &mut reader, kill + 1, &told(1, kill, 20_000)));
    state.seal();
    for kill in 0..KILLS {
        let position = KILLS + kill + 1;
        let Placed::Late(home) = state.place(&told(2, kill, -30_000).report(position)) else {
            panic!("a report of another device");
        };
        assert!(kill < 24 || home.0 <= KILLS, "{kill} stands beside what is sealed");
        state.resolve_if_due();
    }
}

proptest! {
    #[test]
    fn once_solved_what_came_late_stands_the_same_in_any_order(
        (told, in_time, arrived, resolves) in sketch().prop_flat_map(|sketch| {
            let (in_time, late): (Vec<Told>, Vec<Told>) =
                sketch.told().into_iter().partition(|told| told.device < 3);
            let resolves = prop::collection::vec(any::<bool>(), 70);
            (Just(late.clone()), Just(in_time), Just(late).prop_shuffle(), resolves)
        }),
    ) {
        let sealed = |late: &[Told], resolves: &[bool]| {
            let (mut state, mut reader) = (MatchState::new(league()), Reader::default());
            for (position, told) in (1..).zip(&in_time) {
                tell(&mut state, &mut reader, position, told);
            }
            state.seal();
            let before = contents(&state).len();
            for ((position, told), resolve) in (100..).zip(late).zip(resolves.iter().cycle()) {
                state.place(&told.report(position));
                if *resolve {
                    state.resolve_if_due();
                }
            }
            state.resolve();
            reader.read(&state.take_changes());
            assert_agree(&reader, &state);
            let frozen = state.occurrences().iter().filter(|o| !o.is_late).count();
            assert_eq!(frozen, before, "what was sealed neither goes nor comes");
            let again = MatchState::from_rows(league(), &state.rows()).unwrap();
            assert_eq!(again.rows(), state.rows());
            contents(&state)
        };
        prop_assert_eq!(sealed(&told, &[true]), sealed(&arrived, &resolves));
    }
}
