//! What the client shows, between two changes.

/// Everything that can change during the match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scene {
    pub(super) place: Place,
    /// Rounds that are over.
    pub(super) round: u32,
    pub(super) round_phase: Option<RoundPhase>,
    pub(super) bomb: Option<Bomb>,
    /// How each round was won.
    pub(super) wins: Vec<Win>,
    pub(super) own: Own,
    pub(super) watched: Watched,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Menu,
    Warmup,
    Live,
    GameOver,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RoundPhase {
    Freezetime,
    Live,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bomb {
    Planted,
    Exploded,
    Defused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Win {
    CtElimination,
    TElimination,
    CtDefuse,
    TBomb,
    CtTime,
}

/// The own player's counters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) kills: u32,
    pub(super) deaths: u32,
    pub(super) assists: u32,
    pub(super) score: u32,
    pub(super) round_kills: u32,
    pub(super) health: u32,
    pub(super) money: u32,
}

/// Whom the `player` block shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watched {
    Own,
    /// A team-mate, after the own death: with counters of their own.
    TeamMate(usize),
    /// The same, with the counters that this player really has.
    Player(usize, Own),
    Nobody,
}

impl Scene {
    /// The main menu, before anything.
    pub(super) const MENU: Self = Self {
        place: Place::Menu,
        round: 0,
        round_phase: None,
        bomb: None,
        wins: Vec::new(),
        own: Own::FRESH,
        watched: Watched::Own,
    };

    /// Rounds won by a side.
    pub(super) fn score(&self, side: &str) -> usize {
        self.wins.iter().filter(|win| win.side() == side).count()
    }
}

impl Own {
    pub(super) const FRESH: Self =
        Self { kills: 0, deaths: 0, assists: 0, score: 0, round_kills: 0, health: 100, money: 800 };
}

impl Win {
    /// As `round.win_team` says it.
    pub(super) fn side(self) -> &'static str {
        match self {
            Self::CtElimination | Self::CtDefuse | Self::CtTime => "CT",
            Self::TElimination | Self::TBomb => "T",
        }
    }

    /// As `map.round_wins` says it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::CtElimination => "ct_win_elimination",
            Self::TElimination => "t_win_elimination",
            Self::CtDefuse => "ct_win_defuse",
            Self::TBomb => "t_win_bomb",
            Self::CtTime => "ct_win_time",
        }
    }
}
