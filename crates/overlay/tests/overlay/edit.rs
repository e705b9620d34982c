//! Working on the overlay: what is kept, what is undone, what is told the shell.

use overlay::edit::{
    Act, Adjustment, Corner, Direction, Effect, Handle, Mode, OverlayEdit, Restyle, Step,
    Surroundings, Work,
};
use overlay::placement::{
    Anchor, Desktop, LogicalSize, MonitorSeen, Place, Point, Rect, ScalePercent, Side, Size,
    resolve,
};
use proptest::prelude::*;

#[test]
fn edit_mode_takes_the_clicks_and_locking_gives_them_back() {
    let mut edit = OverlayEdit::new(Place::default());
    assert_eq!(act(&mut edit, Act::Enter), [Effect::TakeClicks]);
    assert_eq!(edit.mode(), Mode::Edit);
    assert_eq!(act(&mut edit, Act::Enter), [], "it is there already");
    assert_eq!(act(&mut edit, Act::Lock), [Effect::PassClicks], "nothing was changed");
    assert_eq!(edit.mode(), Mode::Play);
    assert_eq!(act(&mut edit, Act::Lock), []);
}

#[test]
fn the_hotkey_goes_in_and_out() {
    let mut edit = OverlayEdit::new(Place::default());
    assert_eq!(act(&mut edit, Act::Toggle), [Effect::TakeClicks]);
    assert_eq!(act(&mut edit, Act::Toggle), [Effect::PassClicks]);
}

#[test]
fn a_dragged_overlay_goes_with_the_pointer_and_is_saved_when_locked() {
    let mut edit = editing(Place::default());
    let start = rect_of(&edit);
    assert_eq!(work(&mut edit, Work::PickUp(Handle::Body, point(10, 10))), []);
    assert_eq!(work(&mut edit, Work::PullTo(point(510, 110))), [Effect::Stand]);
    assert_eq!(rect_of(&edit), start.moved_by(500, 100));
    assert_eq!(work(&mut edit, Work::PullTo(point(511, 112))), [Effect::Stand]);
    assert_eq!(rect_of(&edit), start.moved_by(501, 102), "counted from where it was picked up");
    assert_eq!(work(&mut edit, Work::LetGo), []);
    assert_eq!(work(&mut edit, Work::PullTo(point(0, 0))), [], "nobody holds it");
    let saved = edit.place().clone();
    assert_eq!(act(&mut edit, Act::Lock), [Effect::PassClicks, Effect::Save(saved)]);
}

#[test]
fn escape_leaves_everything_as_it_was() {
    let mut edit = editing(Place::default());
    work(&mut edit, Work::PickUp(Handle::Body, point(0, 0)));
    work(&mut edit, Work::PullTo(point(300, 300)));
    work(&mut edit, Work::Restyle(Restyle::Opacity(Adjustment::Less)));
    assert_eq!(act(&mut edit, Act::Cancel), [Effect::PassClicks, Effect::Stand]);
    assert_eq!(*edit.place(), Place::default());
}

#[test]
fn arrow_keys_move_by_a_pixel_and_by_twenty() {
    let mut edit = editing(centred());
    let start = rect_of(&edit);
    work(&mut edit, Work::Nudge(Direction::Right, Step::Near));
    work(&mut edit, Work::Nudge(Direction::Down, Step::Far));
    assert_eq!(rect_of(&edit), start.moved_by(1, 20));
    work(&mut edit, Work::Nudge(Direction::Up, Step::Far));
    work(&mut edit, Work::Nudge(Direction::Left, Step::Near));
    assert_eq!(rect_of(&edit), start);
}

#[test]
fn at_the_edge_an_arrow_key_does_nothing() {
    let corner = Anchor { across: Side::Start, down: Side::End };
    let mut edit = editing(centred().anchored(corner));
    assert_eq!(work(&mut edit, Work::Nudge(Direction::Left, Step::Far)), []);
    assert_eq!(work(&mut edit, Work::Nudge(Direction::Down, Step::Near)), []);
}

#[test]
fn a_pulled_corner_scales() {
    let mut edit = editing(centred());
    let start = rect_of(&edit);
    work(&mut edit, Work::PickUp(Handle::Corner(Corner::BottomRight), point(0, 0)));
    assert_eq!(work(&mut edit, Work::PullTo(point(165, 0))), [Effect::Stand]);
    assert_eq!(edit.place().scale, ScalePercent::nearest(150.0));
    assert_eq!(rect_of(&edit).at(), start.at(), "the corner opposite stays");
}

#[test]
fn steps_of_size_and_opacity_end_at_their_bounds() {
    let mut edit = editing(centred());
    let mut stands = || work(&mut edit, Work::Restyle(Restyle::Scale(Adjustment::More)));
    assert_eq!((0..30).filter(|_| stands() == [Effect::Stand]).count(), 20, "from 100 to 300");
    assert_eq!(edit.place().scale.get(), 300);
    for _ in 0..30 {
        work(&mut edit, Work::Restyle(Restyle::Opacity(Adjustment::Less)));
    }
    assert_eq!(edit.place().opacity.get(), 30);
}

#[test]
fn a_reset_in_play_is_saved_at_once_and_in_edit_mode_when_locked() {
    let lost = centred().anchored(Anchor { across: Side::End, down: Side::Start });
    let mut edit = OverlayEdit::new(lost.clone());
    let first_day = Place::default();
    assert_eq!(act(&mut edit, Act::Reset), [Effect::Stand, Effect::Save(first_day.clone())]);
    let mut edit = editing(lost.clone());
    assert_eq!(act(&mut edit, Act::Reset), [Effect::Stand]);
    assert_eq!(*edit.place(), first_day);
    act(&mut edit, Act::Cancel);
    assert_eq!(*edit.place(), lost, "a reset can be undone as well");
}

#[test]
fn a_reset_takes_the_overlay_out_of_the_pointers_hand() {
    let mut edit = editing(centred());
    work(&mut edit, Work::PickUp(Handle::Body, point(0, 0)));
    act(&mut edit, Act::Reset);
    assert_eq!(work(&mut edit, Work::PullTo(point(300, 300))), []);
}

#[test]
fn arrow_keys_move_as_far_to_the_eye_where_pixels_are_smaller() {
    let desktop = Desktop::new([MonitorSeen { scale: 2.0, ..seen("A", 0) }]);
    let around = Surroundings { size: page(), desktop: &desktop };
    let mut edit = editing(centred());
    let left = |edit: &OverlayEdit| {
        resolve(edit.place(), page(), &desktop).standing().map(|it| it.rect.at().x)
    };
    let before = left(&edit);
    edit.handle(Act::Work(Work::Nudge(Direction::Right, Step::Near)), around);
    assert_eq!(left(&edit), before.map(|x| x + 2));
}

#[test]
fn another_game_ends_edit_mode_and_brings_its_own_place() {
    let mut edit = editing(Place::default());
    let loaded = act(&mut edit, Act::Load(centred()));
    assert_eq!(loaded, [Effect::PassClicks, Effect::Stand]);
    assert_eq!((edit.mode(), edit.place()), (Mode::Play, &centred()));
}

#[test]
fn a_place_on_a_gone_monitor_outlives_a_look_into_edit_mode() {
    let saved = on_second();
    let mut edit = editing(saved.clone());
    let there = rect_of(&edit);
    work(&mut edit, Work::PickUp(Handle::Body, point(5, 5)));
    work(&mut edit, Work::PullTo(point(5, 5)));
    work(&mut edit, Work::MovedTo(there.at()));
    work(&mut edit, Work::LetGo);
    assert_eq!(act(&mut edit, Act::Lock), [Effect::PassClicks], "nobody moved it");
    act(&mut edit, Act::Enter);
    work(&mut edit, Work::Restyle(Restyle::Scale(Adjustment::More)));
    assert_eq!(edit.place().monitor, saved.monitor, "a size has no monitor");
    work(&mut edit, Work::Nudge(Direction::Left, Step::Far));
    assert_ne!(edit.place().monitor, saved.monitor, "now the player has put it elsewhere");
}

#[test]
fn without_a_monitor_edit_mode_moves_nothing_and_ends() {
    let mut edit = editing(centred());
    let nowhere = Desktop::default();
    let around = Surroundings { size: page(), desktop: &nowhere };
    assert_eq!(edit.handle(Act::Work(Work::MovedTo(point(3, 3))), around), []);
    assert_eq!(edit.handle(Act::Lock, around), [Effect::PassClicks]);
}

proptest! {
    #[test]
    fn clicks_pass_whenever_nobody_edits(acts in any_acts()) {
        let mut edit = OverlayEdit::new(Place::default());
        let mut takes_clicks = false;
        for next in acts {
            for effect in act(&mut edit, next) {
                match effect {
                    Effect::TakeClicks => takes_clicks = true,
                    Effect::PassClicks => takes_clicks = false,
                    Effect::Stand | Effect::Save(_) => {}
                }
            }
            prop_assert_eq!(takes_clicks, edit.mode() == Mode::Edit);
        }
    }

    #[test]
    fn cancelling_undoes_whatever_was_done(works in proptest::collection::vec(any_work(), 0..12)) {
        let mut edit = editing(on_second());
        for next in works {
            prop_assert!(!work(&mut edit, next).iter().any(|it| matches!(it, Effect::Save(_))));
        }
        act(&mut edit, Act::Cancel);
        prop_assert_eq!(edit.place(), &on_second());
    }

    #[test]
    fn in_play_a_page_moves_nothing(works in proptest::collection::vec(any_work(), 0..12)) {
        let mut edit = OverlayEdit::new(on_second());
        for next in works {
            prop_assert_eq!(work(&mut edit, next), []);
        }
        prop_assert_eq!(edit.place(), &on_second());
    }

    #[test]
    fn what_was_saved_last_is_what_it_has_in_play(acts in any_acts()) {
        let mut saved = Place::default();
        let mut edit = OverlayEdit::new(saved.clone());
        for next in acts {
            if let Act::Load(place) = &next {
                saved = place.clone();
            }
            for effect in act(&mut edit, next) {
                if let Effect::Save(place) = effect {
                    saved = place;
                }
            }
            prop_assert!(edit.mode() == Mode::Edit || *edit.place() == saved);
        }
    }
}

fn any_acts() -> impl Strategy<Value = Vec<Act>> {
    let switch = prop_oneof![
        Just(Act::Toggle),
        Just(Act::Enter),
        Just(Act::Lock),
        Just(Act::Cancel),
        Just(Act::Reset),
        Just(Act::Load(centred())),
        Just(Act::Load(on_second())),
    ];
    let act = prop_oneof![1 => switch, 2 => any_work().prop_map(Act::Work)];
    proptest::collection::vec(act, 0..24)
}

fn any_work() -> impl Strategy<Value = Work> {
    let any_point = || (-3_000..3_000, -3_000..3_000).prop_map(|(x, y)| point(x, y));
    prop_oneof![
        any_point().prop_map(|at| Work::PickUp(Handle::Body, at)),
        any_point().prop_map(|at| Work::PickUp(Handle::Corner(Corner::TopLeft), at)),
        any_point().prop_map(Work::PullTo),
        any_point().prop_map(Work::MovedTo),
        Just(Work::LetGo),
        Just(Work::Nudge(Direction::Left, Step::Far)),
        Just(Work::Nudge(Direction::Down, Step::Near)),
        Just(Work::Restyle(Restyle::Scale(Adjustment::More))),
        Just(Work::Restyle(Restyle::Opacity(Adjustment::Less))),
        Just(Work::Restyle(Restyle::Anchor(Anchor { across: Side::End, down: Side::Middle }))),
    ]
}

fn editing(place: Place) -> OverlayEdit {
    let mut edit = OverlayEdit::new(place);
    act(&mut edit, Act::Enter);
    edit
}

fn work(edit: &mut OverlayEdit, work: Work) -> Vec<Effect> {
    act(edit, Act::Work(work))
}

fn act(edit: &mut OverlayEdit, act: Act) -> Vec<Effect> {
    edit.handle(act, Surroundings { size: page(), desktop: &one_monitor() })
}

fn rect_of(edit: &OverlayEdit) -> Rect {
    let stands = resolve(edit.place(), page(), &one_monitor());
    stands.standing().expect("there is a monitor").rect
}

fn centred() -> Place {
    Place::default().anchored(Anchor { across: Side::Middle, down: Side::Middle })
}

/// Saved on a monitor that is not there.
fn on_second() -> Place {
    let second = Desktop::new([seen("B", 1_920)]);
    Place { monitor: Some(second.monitors()[0].id().clone()), ..centred() }
}

fn one_monitor() -> Desktop {
    Desktop::new([seen("A", 0)])
}

fn seen(name: &str, x: i32) -> MonitorSeen {
    let area = Rect::new(Point { x, y: 0 }, Size { width: 1_920, height: 1_080 });
    MonitorSeen { name: name.to_owned(), area, scale: 1.0, primary: true }
}

fn page() -> LogicalSize {
    LogicalSize::new(330.0, 200.0)
}

fn point(x: i32, y: i32) -> Point {
    Point { x, y }
}
