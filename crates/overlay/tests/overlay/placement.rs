//! Laws and cases of where the overlay stands.

use overlay::placement::{
    Along, Anchor, Desktop, Home, Lean, LogicalSize, MonitorId, MonitorSeen, OpacityPercent,
    Percent, Place, Point, Rect, ScalePercent, Side, Size, Standing, Stands, WhyMoved, place_of,
    resolve, snap,
};
use proptest::prelude::*;

#[test]
fn without_a_monitor_it_stands_nowhere() {
    let none = Desktop::default();
    assert_eq!(resolve(&Place::default(), LogicalSize::new(330.0, 200.0), &none), Stands::Nowhere);
    assert_eq!(place_of(rect(0, 0, 330, 200), &Place::default(), &none), None);
}

#[test]
fn left_of_and_above_the_first_monitor_coordinates_are_negative() {
    let desktop = Desktop::new([monitor("L", -1_920, -300, 1.0), monitor("R", 0, 0, 1.0)]);
    let place = corner_of(&desktop, "L");
    assert_eq!(standing(&place, &desktop).rect, rect(-330, -300 + 1_080 - 200, 330, 200));
}

#[test]
fn the_monitors_scale_and_the_players_make_the_size() {
    for (scale, player, width, height) in
        [(1.0, 100, 330, 200), (1.25, 100, 413, 250), (2.0, 100, 660, 400), (2.0, 150, 990, 600)]
    {
        let desktop = Desktop::new([monitor("A", 0, 0, scale)]);
        let place = Place { scale: ScalePercent::nearest(player.into()), ..Place::default() };
        let size = standing(&place, &desktop).rect.size();
        assert_eq!(size, Size { width, height }, "{scale} × {player} %");
    }
}

#[test]
fn unplugged_it_stands_at_home_and_plugged_in_again_where_it_was() {
    let both = Desktop::new([monitor("A", 0, 0, 1.0), monitor("B", 1_920, 0, 1.25)]);
    let place = corner_of(&both, "B");
    let before = resolve(&place, page(), &both);
    let alone = Desktop::new([monitor("A", 0, 0, 1.0)]);
    let Stands::Moved { to, why: WhyMoved::MonitorGone } = resolve(&place, page(), &alone) else {
        panic!("its monitor is gone");
    };
    assert_eq!(to.rect, rect(1_920 - 330, 1_080 - 200, 330, 200), "the same corner at home");
    assert_eq!(resolve(&place, page(), &both), before);
    assert!(matches!(before, Stands::AsSaved(_)));
}

#[test]
fn two_equal_monitors_are_not_taken_for_one_another() {
    let both = Desktop::new([monitor("DELL", 0, 0, 1.0), monitor("DELL", 1_920, 0, 1.0)]);
    let right = place_of(rect(2_000, 10, 330, 200), &Place::default(), &both);
    let right = right.expect("there are monitors");
    assert_eq!(standing(&right, &both).rect, rect(2_000, 10, 330, 200));
    let left_alone = Desktop::new([monitor("DELL", 0, 0, 1.0)]);
    let stands = resolve(&right, page(), &left_alone);
    assert!(matches!(stands, Stands::Moved { why: WhyMoved::MonitorGone, .. }), "{stands:?}");
}

#[test]
fn between_two_monitors_it_belongs_to_the_one_it_lies_on_most() {
    let desktop = Desktop::new([monitor("L", 0, 0, 1.0), monitor("R", 1_920, 0, 1.0)]);
    let on = |x| desktop.under(rect(x, 10, 330, 200)).map(|it| it.id().name.clone());
    assert_eq!(on(1_920 - 200).as_deref(), Some("L"));
    assert_eq!(on(1_920 - 100).as_deref(), Some("R"));
    assert_eq!(on(9_000).as_deref(), Some("R"), "the nearest where it lies on none");
}

#[test]
fn what_is_larger_than_its_monitor_is_made_smaller_as_a_whole() {
    let desktop = Desktop::new([monitor("A", 0, 0, 2.0)]);
    let stands = resolve(&Place::default(), LogicalSize::new(480.0, 1_080.0), &desktop);
    let Stands::Moved { to, why: WhyMoved::DoesNotFit } = stands else {
        panic!("2,160 pixels do not fit into 1,080: {stands:?}");
    };
    assert_eq!(to.rect.size(), Size { width: 480, height: 1_080 });
    assert!((to.zoom - 1.0).abs() < 1e-9, "the page is drawn at half of twice its size");
}

#[test]
fn a_game_that_changes_the_resolution_moves_nothing_to_another_monitor() {
    let both = Desktop::new([monitor("A", 0, 0, 1.0), monitor("B", 1_920, 0, 1.0)]);
    let place = corner_of(&both, "B");
    let small = MonitorSeen { area: rect(1_920, 0, 1_280, 720), ..monitor("B", 0, 0, 1.0) };
    let in_game = Desktop::new([monitor("A", 0, 0, 1.0), small]);
    let stands = resolve(&place, page(), &in_game);
    let Stands::AsSaved(standing) = stands else { panic!("it is there still: {stands:?}") };
    assert_eq!(standing.rect, rect(1_920 + 1_280 - 330, 720 - 200, 330, 200));
}

proptest! {
    #[test]
    fn it_always_lies_within_one_monitor(
        place in any_place(), size in any_size(), desktop in any_desktop(),
    ) {
        let stands = resolve(&place, size, &desktop);
        let standing = stands.standing().expect("there is a monitor");
        let on = desktop.monitors().iter().find(|monitor| *monitor.id() == standing.monitor);
        prop_assert!(on.is_some_and(|monitor| monitor.area().contains(standing.rect)));
        prop_assert!(!standing.rect.is_empty());
        prop_assert!(standing.zoom.is_finite() && standing.zoom > 0.0);
    }

    #[test]
    fn the_place_of_where_it_stands_is_where_it_stands(
        place in any_place(), size in any_size(), desktop in side_by_side(),
    ) {
        let first = standing_of(&place, size, &desktop);
        let again = place_of(first.rect, &place, &desktop).expect("there is a monitor");
        let second = standing_of(&again, size, &desktop);
        prop_assert_eq!(&second, &first);
        let thrice = place_of(second.rect, &again, &desktop);
        prop_assert_eq!(thrice, Some(again), "and has one name only");
    }

    #[test]
    fn a_monitor_that_is_unplugged_and_plugged_in_again_changes_nothing(
        place in any_place(), size in any_size(),
        monitors in proptest::collection::vec(any_monitor(), 2..5), gone in 0_usize..5,
    ) {
        let before = Desktop::new(monitors.clone());
        let stands = resolve(&place, size, &before);
        // The saved place goes through the time without its monitor untouched: what
        // is asked then leaves no trace.
        let mut fewer = monitors.clone();
        fewer.remove(gone % monitors.len());
        let meanwhile = resolve(&place, size, &Desktop::new(fewer));
        prop_assert!(meanwhile.standing().is_some());
        let reversed: Vec<_> = monitors.into_iter().rev().collect();
        let after = Desktop::new(reversed);
        prop_assume!(!mirrored(&after));
        prop_assert_eq!(resolve(&place, size, &after), stands, "in whatever order they come");
    }

    #[test]
    fn snapping_stays_on_the_monitor_and_is_done_once(
        x in -9_000_i32..9_000, y in -9_000_i32..9_000, desktop in any_desktop(),
    ) {
        let dragged = rect(x, y, 330, 200);
        let snapped = snap(dragged, &desktop);
        let on = desktop.under(dragged).expect("there is a monitor");
        prop_assert!(on.area().contains(snapped.rect));
        let at_once = Desktop::new([monitor_like(on.area(), on.scale())]);
        prop_assert_eq!(snap(snapped.rect, &at_once).rect, snapped.rect);
    }

    #[test]
    fn home_moves_a_place_without_a_monitor_and_no_other(
        place in any_place(), desktop in any_desktop(), nth in 0_usize..4,
    ) {
        let id = desktop.monitors()[nth % desktop.monitors().len()].id().clone();
        let at_home = desktop.clone().with_home(Home::On(id.clone()));
        let nowhere = Place { monitor: None, ..place.clone() };
        prop_assert_eq!(standing_of(&nowhere, page(), &at_home).monitor, id.clone());
        let named = Place { monitor: Some(id), ..place };
        prop_assert_eq!(resolve(&named, page(), &at_home), resolve(&named, page(), &desktop));
    }
}

fn any_desktop() -> impl Strategy<Value = Desktop> {
    proptest::collection::vec(any_monitor(), 1..5).prop_map(Desktop::new)
}

/// Monitors as systems lay them out: none over another.
fn side_by_side() -> impl Strategy<Value = Desktop> {
    let sizes = proptest::collection::vec((200_u32..8_000, 200_u32..5_000, any_scale()), 1..5);
    (sizes, -20_000_i32..9_000, -2_000_i32..2_000).prop_map(|(sizes, mut left, top)| {
        Desktop::new(sizes.into_iter().map(|(width, height, scale)| {
            let monitor = monitor_like(rect(left, top, width, height), scale);
            left += width.cast_signed();
            monitor
        }))
    })
}

prop_compose! {
    fn any_monitor()(
        name in "[AB]", x in -9_000_i32..9_000, y in -5_000_i32..5_000,
        width in 1_u32..8_000, height in 1_u32..5_000, scale in any_scale(), primary: bool,
    ) -> MonitorSeen {
        MonitorSeen { name, area: rect(x, y, width, height), scale, primary }
    }
}

fn any_scale() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(1.0),
        Just(1.25),
        Just(2.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-1.0),
        0.0_f64..9.0,
    ]
}

fn any_size() -> impl Strategy<Value = LogicalSize> {
    let length = || prop_oneof![9 => 1.0_f64..900.0, 2 => 900.0_f64..20_000.0, 1 => Just(f64::NAN)];
    (length(), length()).prop_map(|(width, height)| LogicalSize::new(width, height))
}

fn any_along() -> impl Strategy<Value = Along> {
    prop_oneof![
        any_percent().prop_map(Along::Start),
        any_percent().prop_map(Along::End),
        (-50.0_f64..=50.0).prop_map(|lean| Along::Middle(Lean::try_from(lean).expect("a lean"))),
    ]
}

fn any_percent() -> impl Strategy<Value = Percent> {
    (0.0_f64..=100.0).prop_map(|percent| Percent::try_from(percent).expect("a percentage"))
}

prop_compose! {
    fn any_place()(
        monitor in proptest::option::of(any_monitor()),
        across in any_along(), down in any_along(), scale in 50_u16..=300, opacity in 30_u8..=100,
    ) -> Place {
        let seen = monitor.map(|monitor| Desktop::new([monitor]));
        Place {
            monitor: seen.map(|desktop| desktop.monitors()[0].id().clone()),
            across,
            down,
            scale: ScalePercent::try_from(scale).expect("a scale"),
            opacity: OpacityPercent::try_from(opacity).expect("an opacity"),
        }
    }
}

/// Of two monitors at one place nobody can say which is the left one.
fn mirrored(desktop: &Desktop) -> bool {
    let mut corners: Vec<_> =
        desktop.monitors().iter().map(|it| (it.area().at().x, it.area().at().y)).collect();
    corners.dedup();
    corners.len() < desktop.monitors().len()
}

fn corner_of(desktop: &Desktop, name: &str) -> Place {
    let monitor = desktop.monitors().iter().find(|monitor| monitor.id().name == name);
    let id: MonitorId = monitor.expect("it is there").id().clone();
    let corner = Anchor { across: Side::End, down: Side::End };
    Place { monitor: Some(id), ..Place::default() }.anchored(corner)
}

fn standing(place: &Place, desktop: &Desktop) -> Standing {
    standing_of(place, page(), desktop)
}

fn standing_of(place: &Place, size: LogicalSize, desktop: &Desktop) -> Standing {
    resolve(place, size, desktop).standing().expect("there is a monitor").clone()
}

fn page() -> LogicalSize {
    LogicalSize::new(330.0, 200.0)
}

fn monitor(name: &str, x: i32, y: i32, scale: f64) -> MonitorSeen {
    MonitorSeen { name: name.to_owned(), ..monitor_like(rect(x, y, 1_920, 1_080), scale) }
}

fn monitor_like(area: Rect, scale: f64) -> MonitorSeen {
    MonitorSeen { name: "A".to_owned(), area, scale, primary: false }
}

fn rect(x: i32, y: i32, width: u32, height: u32) -> Rect {
    Rect::new(Point { x, y }, Size { width, height })
}
