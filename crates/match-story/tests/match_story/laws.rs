//! Laws over any match.

use event_model::{ActorIds, ClockEpoch, Kind};
use match_story::{
    CHAPTER_SECONDS_MIN, ChapterPick, KindWord, OwnMarks, Part, Places, Query, Story, Timeline,
    TimelineAxis, Uploads, Whose, chapters, csv, read, recap, table, timeline,
};
use proptest::{prelude::*, sample::select};
use uuid::Uuid;

use crate::support::{ANA, Kept, cs2, key, of_bodies, plain, story};

const KINDS: [Kind; 8] = [
    Kind::MatchStarted,
    Kind::RoundStarted,
    Kind::RoundEnded,
    Kind::Kill,
    Kind::Death,
    Kind::BombPlanted,
    Kind::SessionEvidence,
    Kind::MatchEnded,
];

fn any_name() -> impl Strategy<Value = Option<String>> {
    const NAMES: [&str; 9] =
        ["Ana", "Bo ", "=1+1", "-x", "'", "a,b;\"c\"", "＋", "two\r\nlines", ""];
    prop_oneof![
        Just(None),
        select(&NAMES[..]).prop_map(|name| Some(name.to_owned())),
        ".{0,8}".prop_map(Some),
    ]
}

prop_compose! {
    fn any_event(clock: bool)(
        kind in select(&KINDS[..]),
        at_s in 0_i64..7_200,
        lag_s in 0_i64..5,
        step_s in prop_oneof![4 => Just(0_i64), 1 => -4_000_i64..4_000],
        round in prop::option::of(1_u32..5),
        (told_clock, rebooted, is_own) in (any::<bool>(), prop::bool::weighted(0.2), any::<bool>()),
        (attacker, victim) in (any_name(), any_name()),
        (ct, t) in (0_u32..4, 0_u32..4),
        winner in select(&["CT", "T", ""][..]),
        warm_up in prop::bool::weighted(0.1),
    ) -> Kept {
        let mut kept = cs2(1, at_s + lag_s, kind);
        kept.event.data.round = round;
        kept.event.data.match_clock_ms = (clock && told_clock).then_some(at_s * 1_000);
        kept.event.data.actors.attacker = attacker;
        kept.event.data.actors.victim = victim;
        if is_own {
            let attacker = Some(ANA.to_owned());
            kept.event.data.actor_ids = Some(ActorIds { attacker, ..ActorIds::default() });
            kept = kept.with("team", if t > 1 { "CT" } else { "T" });
        }
        if kind == Kind::RoundEnded {
            kept = kept.with("winner", winner).with("score", serde_json::json!({"ct": ct, "t": t}));
        }
        if warm_up {
            kept = kept.with("phase", "warmup");
        }
        if rebooted {
            kept.envelope.observed.epoch = ClockEpoch(Uuid::from_u128(1));
        }
        kept.envelope.time = kept.envelope.time.plus_ms(step_s * 1_000);
        kept
    }
}

/// Up to forty events of one match, with ids and sequences of their own.
fn any_match() -> impl Strategy<Value = Vec<Kept>> {
    let events =
        any::<bool>().prop_flat_map(|clock| prop::collection::vec(any_event(clock), 1..40));
    events.prop_map(|mut kept| {
        for (kept, number) in kept.iter_mut().zip(1..) {
            kept.event.id = crate::support::id(number);
            kept.envelope.sequence = number;
        }
        kept
    })
}

/// Everything that is told of a story, but for its summary.
fn views(story: &Story) -> (Timeline, String, Option<match_story::Recap>) {
    (timeline(story), csv(story, &plain()), recap(story, Uploads::default()))
}

/// Each case reads up to forty bodies, some laws several times.
fn config() -> ProptestConfig {
    ProptestConfig::with_cases(if std::env::var_os("RINGSIDE_LONG").is_some() { 2_000 } else { 64 })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_order_of_bodies_with_any_repeated_tells_the_same(
        (kept, order) in any_match().prop_flat_map(|kept| {
            let indices: Vec<_> = (0..kept.len()).chain(0..kept.len() / 3).collect();
            (Just(kept), Just(indices).prop_shuffle())
        }),
    ) {
        let bodies: Vec<_> = kept.iter().map(Kept::body).collect();
        let shuffled: Vec<_> = order.iter().map(|index| bodies[*index].clone()).collect();
        let key = kept[0].event.subject();
        let (one, other) = (of_bodies(key, &bodies), of_bodies(key, &shuffled));
        prop_assert_eq!(one.summary(), other.summary());
        prop_assert_eq!(views(&one), views(&other));
    }

    #[test]
    fn of_two_tellings_of_one_event_the_same_is_kept_in_any_order(
        (one, other) in (any_event(false), any_event(false)),
    ) {
        let key = one.event.subject();
        let orders = [[one.body(), other.body()], [other.body(), one.body()]];
        let stories = orders.each_ref().map(|bodies| of_bodies(key, bodies));
        prop_assert_eq!(&stories[0], &stories[1]);
    }

    #[test]
    fn marks_lie_on_the_picture_in_the_order_of_time(kept in any_match()) {
        let timeline = timeline(&story(&kept));
        for mark in &timeline.marks {
            prop_assert!((0.0..=1.0).contains(&mark.position), "{:?}", mark);
        }
        let by_time = timeline.marks.is_sorted_by_key(|mark| mark.elapsed_ms);
        prop_assert!(by_time, "time never goes back");
        let by_place = timeline.marks.is_sorted_by(|one, next| one.position <= next.position);
        prop_assert!(by_place || timeline.axis == TimelineAxis::Rounds, "rounds may be told of late");
        for round in &timeline.rounds {
            prop_assert!(0.0 <= round.from && round.from <= round.to && round.to <= 1.0, "{:?}", round);
        }
    }

    #[test]
    fn a_mark_of_a_round_lies_within_it_where_rounds_are_drawn(kept in any_match()) {
        let timeline = timeline(&story(&kept));
        if timeline.axis == TimelineAxis::Rounds {
            for mark in timeline.marks.iter().filter(|mark| mark.round.is_some()) {
                let holds = |round: &&match_story::RoundSpan| {
                    Some(round.number) == mark.round
                        && (round.from..=round.to).contains(&mark.position)
                };
                prop_assert!(timeline.rounds.iter().any(|round| holds(&round)), "{:?}", mark);
            }
        }
    }

    #[test]
    fn every_count_is_the_sum_of_what_it_counts(kept in any_match()) {
        let story = story(&kept);
        let (summary, timeline) = (story.summary(), timeline(&story));
        let marks = timeline.marks.len() as u32;
        prop_assert_eq!(summary.kinds.iter().map(|kind| kind.count).sum::<u32>(), summary.events);
        prop_assert_eq!(timeline.kinds.iter().map(|kind| kind.count).sum::<u32>(), marks);
        prop_assert_eq!(timeline.lanes.iter().map(|lane| lane.count).sum::<u32>(), marks);
        let own = timeline.marks.iter().filter(|mark| mark.part != Part::Watched).count() as u32;
        prop_assert_eq!(timeline.kinds.iter().map(|kind| kind.yours).sum::<u32>(), own);
    }

    #[test]
    fn the_table_says_what_the_picture_draws(kept in any_match()) {
        let timeline = timeline(&story(&kept));
        let table = table(&timeline);
        let ids = |row: &match_story::TableRow| row.event_id;
        let drawn: Vec<_> = timeline.marks.iter().map(|mark| mark.event_id).collect();
        prop_assert_eq!(table.rows.iter().map(ids).collect::<Vec<_>>(), drawn);
        for row in &table.rows {
            prop_assert_eq!(row.cells.len(), table.columns.len());
        }
    }

    #[test]
    fn chapters_begin_at_zero_and_keep_their_distance(
        (kept, start) in (any_match(), any::<prop::sample::Index>()),
    ) {
        let timeline = timeline(&story(&kept));
        prop_assume!(!timeline.marks.is_empty());
        let start = start.index(timeline.marks.len());
        let pick = ChapterPick { kinds: KINDS.map(KindWord).into(), whose: Whose::Everybodys };
        let label = |mark: &match_story::Mark| mark.attacker.clone().unwrap_or_default();
        let (start_id, own) = (timeline.marks[start].event_id, OwnMarks::default());
        let made = chapters(&timeline, start_id, &pick, own, label).unwrap();
        prop_assert_eq!(made.chapters[0].at_s, 0);
        let far = made.chapters.is_sorted_by(|one, next| next.at_s >= one.at_s + CHAPTER_SECONDS_MIN);
        prop_assert!(far, "{}", made.text);
        prop_assert_eq!(made.text.lines().count(), made.chapters.len(), "a line each");
        prop_assert_eq!(made.before as usize, start);
        let all = made.before as usize + made.chapters.len() + made.too_close as usize;
        prop_assert_eq!(all, timeline.marks.len(), "nothing is left out in silence");
    }

    #[test]
    fn a_spreadsheet_gives_every_event_back(kept in any_match()) {
        let story = story(&kept);
        let text = csv(&story, &plain());
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<_> = reader.records().collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(rows.len(), kept.len());
        for row in rows {
            let known = kept.iter().find(|kept| kept.event.id.to_string() == row[2]).unwrap();
            let data = &known.event.data;
            prop_assert_eq!(&row[5], known.event.kind.as_str());
            prop_assert_eq!(unguarded(&row[10]), data.actors.attacker.clone().unwrap_or_default());
            prop_assert_eq!(unguarded(&row[11]), data.actors.victim.clone().unwrap_or_default());
            prop_assert_eq!(&row[16], serde_json::to_string(&data.details).unwrap());
            for cell in &row {
                prop_assert!(!cell.starts_with(['=', '+', '@', '\t', '\r', '\n']), "{cell}");
            }
        }
    }

    #[test]
    fn no_bytes_make_it_panic(
        (mut kept, at, byte) in (any_match(), any::<prop::sample::Index>(), any::<u8>()),
        torn in any::<bool>(),
    ) {
        let whole = kept.pop().expect("a match has an event").body();
        let mut spoilt = whole.clone();
        let at = at.index(spoilt.len());
        if torn {
            spoilt.truncate(at);
        } else {
            spoilt[at] = byte;
        }
        let bodies: Vec<_> = kept.iter().map(Kept::body).chain([spoilt]).collect();
        let reading = read(&key(&event_model::Game::cs2()), bodies.iter().map(Vec::as_slice));
        let unused = reading.unused;
        let left = unused.unreadable + unused.unknown_kind + unused.elsewhere + unused.repeated;
        let told = reading.story.as_ref().map_or(0, |story| story.summary().events);
        prop_assert_eq!(told + left, bodies.len() as u32, "each is told or counted");
        if let Some(story) = reading.story {
            views(&story);
        }
    }

    #[test]
    fn a_match_is_found_by_any_of_its_names(kept in any_match()) {
        let summary = story(&kept).summary();
        for name in &summary.players {
            let query = Query::new(&name.to_uppercase());
            // Some capitals have no way back: `ŉ` is two letters in capitals.
            let same = Query::new(name) == query;
            prop_assert!(!same || query.matches(&summary, &Places::default(), &[]), "{name:?}");
        }
    }
}

/// The text behind the sign that keeps a spreadsheet from running it.
fn unguarded(cell: &str) -> String {
    cell.strip_prefix('\'').unwrap_or(cell).to_owned()
}
