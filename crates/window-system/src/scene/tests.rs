//! A desktop of two monitors, and what lies on it.

use overlay::placement::{Point, Size};
use proptest::prelude::*;

use super::*;

const LEFT: (i32, i32, u32, u32) = (0, 0, 1_920, 1_080);
const RIGHT: (i32, i32, u32, u32) = (1_920, 0, 2_560, 1_440);

#[test]
fn a_game_with_the_keyboard_is_in_front() {
    let game = Window { has_keyboard: true, ..fullscreen_game() };
    assert_eq!(lies(&[game]), GameWindow::Front);
}

#[test]
fn without_a_window_of_the_game_nothing_is_known() {
    assert_eq!(scene(&[other(LEFT)]).sight(), Sight::default());
}

#[test]
fn a_click_on_another_monitor_hides_nothing() {
    let clicked = Window { has_keyboard: true, ..other(RIGHT) };
    assert_eq!(lies(&[fullscreen_game(), clicked]), GameWindow::Visible);
}

#[test]
fn what_lies_over_half_of_the_game_covers_it_and_less_does_not() {
    let half = other((0, 0, 960, 1_080));
    assert_eq!(lies(&[fullscreen_game(), half]), GameWindow::Covered);
    let less = other((0, 0, 959, 1_080));
    assert_eq!(lies(&[fullscreen_game(), less]), GameWindow::Visible);
    assert_eq!(lies(&[half, fullscreen_game()]), GameWindow::Visible, "it lies below the game");
}

#[test]
fn two_windows_cover_together_what_neither_does_alone() {
    let quarters = [other((0, 0, 480, 1_080)), other((480, 0, 480, 1_080))];
    assert_eq!(lies(&[fullscreen_game(), quarters[0]]), GameWindow::Visible);
    assert_eq!(lies(&[fullscreen_game(), quarters[0], quarters[1]]), GameWindow::Covered);
    assert_eq!(
        lies(&[fullscreen_game(), quarters[0], quarters[0]]),
        GameWindow::Visible,
        "the same place twice is no more"
    );
}

#[test]
fn a_minimised_game_is_minimised_and_a_minimised_window_covers_nothing() {
    let away = Window { shown: Shown::Minimised, ..fullscreen_game() };
    assert_eq!(lies(&[away, other(LEFT)]), GameWindow::Minimised);
    let put_away = Window { shown: Shown::Minimised, ..other(LEFT) };
    assert_eq!(lies(&[fullscreen_game(), put_away]), GameWindow::Visible);
}

#[test]
fn a_game_on_another_desktop_is_covered() {
    let elsewhere = Window { shown: Shown::Elsewhere, ..fullscreen_game() };
    assert_eq!(lies(&[elsewhere]), GameWindow::Covered);
}

#[test]
fn a_game_across_two_monitors_counts_on_the_one_with_most_of_it() {
    let across = Window { area: rect((1_820, 0, 1_000, 1_000)), ..fullscreen_game() };
    let left_of_it = other((1_820, 0, 100, 1_000));
    let sight = scene(&[across, left_of_it]).sight();
    assert_eq!((sight.game, sight.monitor), (GameWindow::Visible, Some(rect(RIGHT))));
}

#[test]
fn of_several_windows_of_a_game_the_one_that_is_played_in_counts() {
    let crashed = Window { shown: Shown::Minimised, ..fullscreen_game() };
    let small = Window { area: rect((10, 10, 300, 200)), ..fullscreen_game() };
    assert_eq!(lies(&[crashed, small]), GameWindow::Visible);
    let over_the_small_one = other((0, 0, 400, 300));
    assert_eq!(
        lies(&[fullscreen_game(), small, over_the_small_one]),
        GameWindow::Visible,
        "the larger one is what is played in"
    );
}

#[test]
fn a_game_that_no_monitor_shows_is_unknown() {
    let lost = Window { area: rect((9_000, 0, 800, 600)), ..fullscreen_game() };
    assert_eq!(scene(&[lost]).sight(), Sight::default());
}

proptest! {
    #[test]
    fn neither_our_windows_nor_glass_change_anything(
        windows in any_windows(),
        at in 0..6_usize,
        area in any_area(),
        is_ours in any::<bool>(),
        has_keyboard in any::<bool>(),
    ) {
        let whose = if is_ours { Whose::Ours } else { Whose::Glass };
        let added = Window { whose, area, has_keyboard, shown: Shown::OnScreen };
        let mut more = windows.clone();
        more.insert(at.min(more.len()), added);
        prop_assert_eq!(scene(&more).sight(), scene(&windows).sight());
    }

    #[test]
    fn what_lies_beside_the_games_monitor_changes_nothing(
        windows in any_windows(),
        at in 0..6_usize,
        has_keyboard in any::<bool>(),
    ) {
        let sight = scene(&windows).sight();
        let Some(monitor) = sight.monitor else { return Ok(()) };
        let elsewhere = if monitor == rect(LEFT) { RIGHT } else { LEFT };
        let mut more = windows.clone();
        more.insert(at.min(more.len()), Window { has_keyboard, ..other(elsewhere) });
        prop_assert_eq!(scene(&more).sight(), sight);
    }

    #[test]
    fn one_window_more_on_top_uncovers_nothing(windows in any_windows(), area in any_area()) {
        let before = scene(&windows).sight();
        let mut more = windows;
        more.push(Window { whose: Whose::Other, area, ..fullscreen_game() });
        let after = scene(&more).sight();
        prop_assert_eq!(after.monitor, before.monitor);
        if before.game != after.game {
            prop_assert_eq!((before.game, after.game), (GameWindow::Visible, GameWindow::Covered));
        }
    }
}

fn any_windows() -> impl Strategy<Value = Vec<Window>> {
    let whose = prop_oneof![Just(Whose::Game), Just(Whose::Ours), Just(Whose::Other)];
    let shown = prop_oneof![Just(Shown::OnScreen), Just(Shown::Minimised), Just(Shown::Elsewhere)];
    let window = (whose, shown, any_area(), any::<bool>())
        .prop_map(|(whose, shown, area, has_keyboard)| Window { whose, shown, area, has_keyboard });
    proptest::collection::vec(window, 0..6)
}

fn any_area() -> impl Strategy<Value = Rect> {
    (-500..4_500_i32, -200..1_400_i32, 0..2_500_u32, 0..1_500_u32)
        .prop_map(|(x, y, width, height)| rect((x, y, width, height)))
}

fn lies(windows: &[Window]) -> GameWindow {
    scene(windows).sight().game
}

fn scene(windows: &[Window]) -> Scene {
    Scene { windows: windows.to_vec(), monitors: vec![rect(LEFT), rect(RIGHT)] }
}

fn fullscreen_game() -> Window {
    Window { whose: Whose::Game, shown: Shown::OnScreen, area: rect(LEFT), has_keyboard: false }
}

fn other(area: (i32, i32, u32, u32)) -> Window {
    Window { whose: Whose::Other, area: rect(area), ..fullscreen_game() }
}

fn rect((x, y, width, height): (i32, i32, u32, u32)) -> Rect {
    Rect::new(Point { x, y }, Size { width, height })
}
