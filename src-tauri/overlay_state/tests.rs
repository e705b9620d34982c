//! What follows for the overlay from the match, the settings and the player.

use overlay::{
    edit::{Direction, Step, Work},
    placement::{Along, Anchor, MonitorSeen, OpacityPercent, Rect, ScalePercent, Side, Size},
    stage::Order,
    visibility::{Seen, When, Why},
};

use super::*;

#[test]
fn nobody_gets_an_overlay_unasked() {
    let mut state = OverlayState::new(OverlaySettings::default(), Places::default());
    state.tell_match(Some(("cs2", Phase::Playing)));
    assert_eq!(state.poll(0).orders, []);
    assert_eq!(state.report().seen, Seen::Hidden(Why::NotWanted));
}

#[test]
fn a_match_brings_it_and_its_end_takes_it_away() {
    let mut state = over_the_game();
    assert_eq!(state.poll(0).orders, []);
    state.tell_match(Some(("cs2", Phase::Playing)));
    assert_eq!(state.poll(1).orders, [Order::Open]);
    state.loaded(2);
    assert_eq!(state.poll(2).orders, [Order::Show]);
    state.tell_match(None);
    assert_eq!(state.poll(3).orders, [Order::Hide]);
}

#[test]
fn a_hotkey_switches_it_off_in_a_match_and_on_again() {
    let mut state = over_the_game();
    state.tell_match(Some(("cs2", Phase::Playing)));
    state.poll(0);
    state.loaded(1);
    assert_eq!(state.poll(1).orders, [Order::Show]);
    assert_eq!(state.turn_switch(), [Effect::Stand], "whoever waits for news looks again");
    assert_eq!(state.poll(2).orders, [Order::Hide]);
    state.turn_switch();
    assert_eq!(state.poll(3).orders, [Order::Show]);
}

#[test]
fn a_switch_is_of_use_only_where_a_window_was_chosen() {
    let of_use = |show| OverlayState::new(show, Places::default()).has_a_window();
    assert!(!of_use(OverlaySettings::default()), "the player was not asked yet");
    let chosen_to_be_seen = [Where::OverGame, Where::OtherMonitor, Where::ObsOnly, Where::Nowhere]
        .map(|show| of_use(chosen(show)));
    assert_eq!(chosen_to_be_seen, [true, true, false, false]);
}

#[test]
fn after_an_erasure_nothing_is_known_of_what_was_chosen() {
    let mut state = over_the_game();
    let first_day = OverlayState::new(OverlaySettings::default(), Places::default());
    state.turn_switch();
    let moved = Place { opacity: OpacityPercent::nearest(0), ..state.places().of("cs2") };
    state.keep(moved);
    assert_ne!(state.places(), first_day.places());
    state.forget();
    assert_eq!(state.places(), first_day.places());
    assert_eq!(state.report().settings, first_day.report().settings);
    state.tell_match(Some(("cs2", Phase::Playing)));
    assert_eq!(state.report().seen, Seen::Hidden(Why::NotWanted), "nor that it was off");
}

#[test]
fn in_calm_moments_only_it_is_seen_by_the_dead() {
    let mut state = over_the_game();
    let calm = OverlaySettings { when: When::CalmMoments, ..chosen(Where::OverGame) };
    state.configure(calm);
    state.tell_match(Some(("cs2", Phase::Playing)));
    assert_eq!(state.report().seen, Seen::Hidden(Why::InPlay));
    state.tell_match(Some(("cs2", Phase::Dead)));
    assert_eq!(state.report().seen, Seen::Shown);
}

#[test]
fn it_is_moved_also_where_it_is_shown_nowhere() {
    let mut state = OverlayState::new(chosen(Where::Nowhere), Places::default());
    assert_eq!(state.act(Act::Enter), [Effect::TakeClicks]);
    assert_eq!(state.poll(0).orders, [Order::Open]);
    assert_eq!(state.act(Act::Lock), [Effect::PassClicks], "nothing was changed or is saved");
}

#[test]
fn each_game_has_its_place() {
    let mut state = over_the_game();
    state.tell_match(Some(("league", Phase::Playing)));
    state.act(Act::Enter);
    state.act(Act::Work(Work::Nudge(Direction::Down, Step::Far)));
    let saved = state.act(Act::Lock);
    let Some(Effect::Save(place)) = saved.last().cloned() else { panic!("{saved:?}") };
    state.keep(place.clone());
    assert_eq!(state.tell_match(Some(("cs2", Phase::Playing))), [Effect::Stand]);
    assert_eq!(state.places().of("cs2"), Place::default());
    assert_eq!(state.places().of("league"), place);
}

#[test]
fn the_settings_page_moves_no_other_game_than_the_one_that_is_played() {
    let mut state = over_the_game();
    state.tell_match(Some(("cs2", Phase::Playing)));
    assert_eq!(state.choose_game("league"), []);
    assert_eq!(state.look().game, "cs2");
    state.tell_match(None);
    state.choose_game("league");
    assert_eq!(state.look().game, "league");
}

#[test]
fn another_monitor_is_another_than_the_one_it_was_put_on() {
    let mut state = over_the_game();
    let at_the_top = Anchor { across: Side::End, down: Side::Start };
    let monitor = Some(state.desktop.monitors()[0].id().clone());
    state.keep(Place { monitor, ..Place::default().anchored(at_the_top) });
    state.configure(chosen(Where::OtherMonitor));
    assert_eq!(state.standing().unwrap().0.monitor.name, "right");
    assert_eq!(state.look().across, Along::at(Side::End), "at the same distances");
    state.configure(chosen(Where::OverGame));
    assert_eq!(state.standing().unwrap().0.monitor.name, "left");
}

#[test]
fn its_page_is_enlarged_by_the_players_scale_alone() {
    let mut state = over_the_game();
    let large = ScalePercent::nearest(150.0);
    state.act(Act::Load(Place { scale: large, ..Place::default() }));
    let (standing, enlarged) = state.standing().unwrap();
    assert_eq!((standing.rect.size().width, enlarged), (990, 1.5), "the monitor has a scale of 2");
}

#[test]
fn a_point_of_an_enlarged_page_is_where_the_pointer_is() {
    let mut state = over_the_game();
    let large = ScalePercent::nearest(150.0);
    let corner = Anchor { across: Side::Start, down: Side::Start };
    state.act(Act::Load(Place { scale: large, ..Place::default().anchored(corner) }));
    assert_eq!(state.on_desktop(10, 20), Some(Point { x: 30, y: 60 }));
}

#[test]
fn a_page_is_no_higher_than_half_a_small_screen() {
    let mut state = over_the_game();
    assert!(state.fit(5_000));
    assert_eq!(state.height, HEIGHT_MAX);
    assert!(!state.fit(9_000), "and that changes nothing any more");
}

#[test]
fn it_goes_with_the_game_that_is_minimised_or_covered_and_comes_back() {
    let mut state = over_the_game();
    state.tell_match(Some(("cs2", Phase::Playing)));
    for (game, why) in
        [(GameWindow::Minimised, Why::GameMinimised), (GameWindow::Covered, Why::GameCovered)]
    {
        assert_eq!(state.tell_sight(on_the(LEFT, game)), [Effect::Stand], "somebody waits for it");
        assert_eq!(state.report().seen, Seen::Hidden(why));
        assert_eq!(state.tell_sight(on_the(LEFT, game)), [], "that is no news");
        state.tell_sight(on_the(LEFT, GameWindow::Visible));
        assert_eq!(state.report().seen, Seen::Shown);
    }
}

#[test]
fn it_stands_on_the_games_monitor_or_beside_it_whichever_that_is() {
    let mut state = over_the_game();
    state.tell_match(Some(("cs2", Phase::Playing)));
    state.tell_sight(on_the(RIGHT, GameWindow::Front));
    assert_eq!(state.look().monitor, "right", "the game is not on the primary one");
    state.configure(chosen(Where::OtherMonitor));
    assert_eq!(state.look().monitor, "left");
    state.tell_sight(on_the(RIGHT, GameWindow::Covered));
    assert_eq!(state.report().seen, Seen::Shown, "beside the game it is in nobody's way");
}

#[test]
fn a_minimised_game_takes_it_to_no_other_monitor() {
    let mut state = over_the_game();
    state.tell_match(Some(("cs2", Phase::Playing)));
    state.tell_sight(on_the(RIGHT, GameWindow::Front));
    state.tell_sight(Sight { game: GameWindow::Minimised, monitor: None });
    assert_eq!(state.look().monitor, "right", "where the game comes back to");
    assert_eq!(state.report().seen, Seen::Hidden(Why::GameMinimised));
}

#[test]
fn the_games_window_is_watched_only_while_it_decides_anything() {
    let mut state = over_the_game();
    assert_eq!(state.watched_game(), None, "nobody plays");
    state.tell_match(Some(("cs2", Phase::Playing)));
    assert_eq!(state.watched_game(), Some("cs2"));
    state.turn_switch();
    assert_eq!(state.watched_game(), None, "it is switched off");
    state.turn_switch();
    for show in [Where::ObsOnly, Where::Nowhere] {
        state.configure(chosen(show));
        assert_eq!(state.watched_game(), None, "{show:?}");
    }
}

#[test]
fn without_a_compositor_nothing_is_seen_through_it_and_the_player_loses_no_choice() {
    let mut state = over_the_game();
    let chosen = state.look().opacity;
    assert_eq!(state.look().ground, Ground::SeenThrough);
    assert_eq!(state.tell_compositing(Compositing::Off), [Effect::Stand], "its page is told");
    assert_eq!((state.look().ground, state.look().opacity), (Ground::Opaque, chosen));
    assert_eq!(state.tell_compositing(Compositing::Off), [], "that is no news");
    state.tell_compositing(Compositing::On);
    assert_eq!(state.look().ground, Ground::SeenThrough);
}

/// The monitors of [`over_the_game`] by their left edge.
const LEFT: i32 = 0;
const RIGHT: i32 = 2_560;

fn on_the(x: i32, game: GameWindow) -> Sight {
    let monitor = Rect::new(Point { x, y: 0 }, Size { width: 2_560, height: 1_440 });
    Sight { game, monitor: Some(monitor) }
}

fn over_the_game() -> OverlayState {
    let mut state = OverlayState::new(chosen(Where::OverGame), Places::default());
    let seen = |name: &str, x, scale, primary| MonitorSeen {
        name: name.to_owned(),
        area: Rect::new(Point { x, y: 0 }, Size { width: 2_560, height: 1_440 }),
        scale,
        primary,
    };
    assert!(
        state.look_at(Desktop::new([
            seen("left", LEFT, 2.0, true),
            seen("right", RIGHT, 1.0, false)
        ]))
    );
    state
}

fn chosen(show: Where) -> OverlaySettings {
    OverlaySettings { show: Some(show), ..OverlaySettings::default() }
}
