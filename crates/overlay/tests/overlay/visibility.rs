//! When the overlay is seen: every combination there is, and the cases by name.

use overlay::edit::Mode;
use overlay::placement::MonitorId;
use overlay::visibility::{
    Content, GameWindow, Lies, Moment, Seen, Situation, Switch, When, Where, Why, seen, wanted,
};
use overlay::watchdog::Health;

const WHERES: [Where; 4] = [Where::OverGame, Where::OtherMonitor, Where::ObsOnly, Where::Nowhere];
const WHENS: [When; 2] = [When::Always, When::CalmMoments];
const SWITCHES: [Switch; 2] = [Switch::On, Switch::Off];
const CONTENTS: [Content; 2] = [Content::Nothing, Content::Something];
const GAMES: [GameWindow; 5] = [
    GameWindow::Front,
    GameWindow::Visible,
    GameWindow::Covered,
    GameWindow::Minimised,
    GameWindow::Unknown,
];
const MOMENTS: [Moment; 5] =
    [Moment::Playing, Moment::Dead, Moment::Buying, Moment::BetweenRounds, Moment::OutOfPlay];
const LIES: [Lies; 2] = [Lies::OnGamesMonitor, Lies::OnAnother];
const MODES: [Mode; 2] = [Mode::Play, Mode::Edit];

/// Over a game in front, with something to show, always.
const PLAYING: Situation = Situation {
    choice: Where::OverGame,
    lies: Lies::OnGamesMonitor,
    when: When::Always,
    switch: Switch::On,
    content: Content::Something,
    game: GameWindow::Front,
    moment: Moment::Playing,
    mode: Mode::Play,
};

#[test]
fn each_reason_alone_hides_it() {
    let calm = Situation { when: When::CalmMoments, ..PLAYING };
    for (situation, expected) in [
        (PLAYING, Seen::Shown),
        (Situation { choice: Where::ObsOnly, ..PLAYING }, Seen::Hidden(Why::InObsOnly)),
        (Situation { choice: Where::Nowhere, ..PLAYING }, Seen::Hidden(Why::NotWanted)),
        (Situation { switch: Switch::Off, ..PLAYING }, Seen::Hidden(Why::SwitchedOff)),
        (Situation { content: Content::Nothing, ..PLAYING }, Seen::Hidden(Why::NothingToShow)),
        (Situation { game: GameWindow::Minimised, ..PLAYING }, Seen::Hidden(Why::GameMinimised)),
        (Situation { game: GameWindow::Covered, ..PLAYING }, Seen::Hidden(Why::GameCovered)),
        (Situation { game: GameWindow::Visible, ..PLAYING }, Seen::Shown),
        (Situation { game: GameWindow::Unknown, ..PLAYING }, Seen::Shown),
        (Situation { game: GameWindow::Minimised, lies: Lies::OnAnother, ..PLAYING }, Seen::Shown),
        (Situation { choice: Where::OtherMonitor, ..PLAYING }, Seen::Shown),
        (calm, Seen::Hidden(Why::InPlay)),
        (Situation { moment: Moment::Dead, ..calm }, Seen::Shown),
        (Situation { moment: Moment::Buying, ..calm }, Seen::Shown),
        (Situation { moment: Moment::BetweenRounds, ..calm }, Seen::Shown),
        (Situation { moment: Moment::OutOfPlay, ..calm }, Seen::Shown),
        (Situation { lies: Lies::OnAnother, ..calm }, Seen::Shown),
    ] {
        assert_eq!(seen(&situation, Health::Healthy), expected, "{situation:?}");
    }
}

#[test]
fn of_several_reasons_the_most_lasting_is_told() {
    let everything = Situation {
        choice: Where::Nowhere,
        when: When::CalmMoments,
        switch: Switch::Off,
        content: Content::Nothing,
        game: GameWindow::Minimised,
        ..PLAYING
    };
    let told = |situation| seen(&situation, Health::Healthy);
    assert_eq!(seen(&everything, Health::Silent), Seen::Hidden(Why::PageSilent));
    assert_eq!(told(everything), Seen::Hidden(Why::NotWanted));
    let wanted = Situation { choice: Where::OverGame, ..everything };
    assert_eq!(told(wanted), Seen::Hidden(Why::SwitchedOff));
    let switched_on = Situation { switch: Switch::On, ..wanted };
    assert_eq!(told(switched_on), Seen::Hidden(Why::NothingToShow));
    let with_content = Situation { content: Content::Something, ..switched_on };
    assert_eq!(told(with_content), Seen::Hidden(Why::GameMinimised));
    let in_front = Situation { game: GameWindow::Front, ..with_content };
    assert_eq!(told(in_front), Seen::Hidden(Why::InPlay));
}

#[test]
fn a_silent_page_is_always_hidden() {
    for situation in all() {
        assert_eq!(seen(&situation, Health::Silent), Seen::Hidden(Why::PageSilent));
    }
}

#[test]
fn edit_mode_always_shows_a_page_that_answers() {
    for situation in all().filter(|situation| situation.mode == Mode::Edit) {
        assert_eq!(seen(&situation, Health::Healthy), Seen::Shown, "{situation:?}");
    }
}

#[test]
fn what_is_not_known_of_the_games_window_hides_nothing() {
    for situation in all() {
        let in_front = Situation { game: GameWindow::Front, ..situation };
        let unknown = Situation { game: GameWindow::Unknown, ..situation };
        assert_eq!(wanted(&unknown), wanted(&in_front), "{situation:?}");
    }
}

/// The click takes the keyboard from the game, which stays to be seen; in
/// exclusive fullscreen the game minimises itself.
#[test]
fn a_click_on_another_monitor_hides_nothing() {
    for situation in all() {
        let before = wanted(&Situation { game: GameWindow::Front, ..situation });
        let after = wanted(&Situation { game: GameWindow::Visible, ..situation });
        assert_eq!(after, before, "{situation:?}");
        if situation.lies == Lies::OnAnother {
            let fullscreen = wanted(&Situation { game: GameWindow::Minimised, ..situation });
            assert_eq!(fullscreen, before, "{situation:?}");
        }
    }
}

#[test]
fn more_calm_never_hides_it() {
    for situation in all() {
        let always = wanted(&Situation { when: When::Always, ..situation });
        let calm = wanted(&Situation { when: When::CalmMoments, ..situation });
        if situation.moment == Moment::Playing {
            assert!(calm == always || calm == Seen::Hidden(Why::InPlay), "{situation:?}");
        } else {
            assert_eq!(calm, always, "{situation:?}");
        }
    }
}

#[test]
fn a_page_is_wanted_exactly_where_it_would_be_seen_if_it_answered() {
    for situation in all() {
        assert_eq!(wanted(&situation), seen(&situation, Health::Healthy));
    }
}

#[test]
fn an_overlay_that_lost_its_other_monitor_lies_on_the_games() {
    let id = |name: &str| MonitorId { name: name.to_owned(), width: 1, height: 1, nth: 0 };
    let (games, other) = (id("A"), id("B"));
    let beside = Where::OtherMonitor;
    assert_eq!(Lies::of(beside, &other, Some(&games)), Lies::OnAnother);
    assert_eq!(Lies::of(beside, &games, Some(&games)), Lies::OnGamesMonitor);
    assert_eq!(Lies::of(beside, &games, None), Lies::OnAnother, "nobody knows where the game is");
    assert_eq!(Lies::of(Where::OverGame, &other, Some(&games)), Lies::OnAnother, "dragged there");
    assert_eq!(Lies::of(Where::OverGame, &other, None), Lies::OnGamesMonitor);
}

/// All 6,400 of them.
fn all() -> impl Iterator<Item = Situation> {
    let mut situations = Vec::new();
    for choice in WHERES {
        for when in WHENS {
            for switch in SWITCHES {
                for content in CONTENTS {
                    for game in GAMES {
                        let places = Situation { choice, when, switch, content, game, ..PLAYING };
                        situations.extend(MOMENTS.map(|moment| Situation { moment, ..places }));
                    }
                }
            }
        }
    }
    let in_mode = |situation| MODES.map(|mode| Situation { mode, ..situation });
    let on_monitor = |situation| LIES.map(|lies| Situation { lies, ..situation });
    situations.into_iter().flat_map(in_mode).flat_map(on_monitor)
}
