//! Which window is a game's, by the names that its makers gave it.
//!
//! A window is known by its class, and by its title where the class is one of a
//! library that many games use. A title that is translated is not found: then the
//! game's window is unknown, and nothing is hidden for it.
//!
//! Sources: Counter-Strike 2 on Linux has the class `cs2` (Hyprland issue 3610)
//! and had `SDL Application` for a time (hyprland-plugins pull request 225), on
//! Windows `SDL_app` like every game of SDL; League's game is a `RiotWindowClass`,
//! its client an `RCLIENT`, which is not the game. Wine names a window's class
//! after the program.

/// What tells a game's window from others.
#[derive(Debug)]
pub struct Game {
    source: &'static str,
    kinds: &'static [Kind],
}

#[derive(Debug)]
struct Kind {
    class: &'static str,
    /// `None` where the class is the game's own.
    title: Option<&'static str>,
}

const GAMES: &[Game] = &[
    Game {
        source: "cs2",
        kinds: &[
            named("cs2"),
            titled("SDL_app", "Counter-Strike 2"),
            titled("SDL Application", "Counter-Strike 2"),
        ],
    },
    Game {
        source: "league",
        kinds: &[
            titled("RiotWindowClass", "League of Legends (TM) Client"),
            named("league of legends.exe"),
        ],
    },
];

impl Game {
    /// The game of this source; `None` where nobody has written down its window.
    #[must_use]
    pub fn of(source: &str) -> Option<&'static Self> {
        GAMES.iter().find(|game| game.source == source)
    }

    /// Whether a window of this class and title is the game's. Classes are told
    /// without regard to upper and lower case, as Windows does.
    #[must_use]
    pub fn is_called(&self, class: &str, title: &str) -> bool {
        self.kinds.iter().any(|kind| {
            kind.class.eq_ignore_ascii_case(class) && kind.title.is_none_or(|its| its == title)
        })
    }
}

const fn named(class: &'static str) -> Kind {
    Kind { class, title: None }
}

const fn titled(class: &'static str, title: &'static str) -> Kind {
    Kind { class, title: Some(title) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_game_knows_its_window_and_not_the_others() {
        let known = [
            ("cs2", "cs2", "whatever it says"),
            ("cs2", "SDL_app", "Counter-Strike 2"),
            ("league", "RiotWindowClass", "League of Legends (TM) Client"),
            ("league", "League of Legends.exe", ""),
        ];
        for (source, class, title) in known {
            for game in GAMES {
                assert_eq!(game.is_called(class, title), game.source == source, "{class}");
            }
        }
    }

    #[test]
    fn a_page_about_a_game_is_not_the_game() {
        let cs2 = Game::of("cs2").unwrap();
        assert!(!cs2.is_called("firefox", "Counter-Strike 2"));
        assert!(!cs2.is_called("SDL_app", "Another game"), "many games are made with SDL");
        let league = Game::of("league").unwrap();
        assert!(!league.is_called("RCLIENT", "League of Legends"), "its client is not the game");
    }

    #[test]
    fn a_source_without_a_known_window_has_none() {
        assert!(Game::of("chess").is_none());
    }
}
