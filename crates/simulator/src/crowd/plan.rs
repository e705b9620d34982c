//! What a crowd is made of.

/// When a simulated match starts: a fixed day, 2026-11-20 at 19:00 UTC.
pub const START_UNIX_MS: i64 = 1_795_201_200_000;

/// Which game's way of telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleSet {
    /// Kills alone, both names known, under VALORANT's name: the family of
    /// earlier simulations of the same question, which the aims are stated for.
    Kills,
    /// Kills, structures, objectives, multikills and the ends of a match, on
    /// the game's own clock.
    League,
    /// Rounds in which the dead stay dead unless revived, and the spike.
    Valorant,
    /// Rounds, the bomb, and each player's own kills and deaths alone.
    Cs2,
    /// Goals, shots, saves and demolitions.
    RocketLeague,
}

/// How late a witness is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Noise {
    /// The source is read, or tells, once in so many milliseconds.
    pub grid_ms: u64,
    /// Mean of an exponential delay before that.
    pub transport_ms: u64,
}

impl Noise {
    /// VALORANT through GEP tells every half second (its documentation).
    /// The delay is that of earlier simulations, and chosen.
    pub const GEP: Self = Self { grid_ms: 500, transport_ms: 300 };
    /// League is polled once a second; the delay is chosen.
    pub const LEAGUE: Self = Self { grid_ms: 1_000, transport_ms: 50 };
    /// Counter-Strike buffers 0.1 s (its configuration); the delay is
    /// chosen below its receive lag of 0.01 to 2.96 s.
    pub const CS2: Self = Self { grid_ms: 100, transport_ms: 60 };
    /// 20 ms between the two messages of one goal (seen in recordings).
    pub const ROCKET_LEAGUE: Self = Self { grid_ms: 20, transport_ms: 20 };
    /// Twice the noise that the figures are claimed for.
    pub const HEAVY: Self = Self { grid_ms: 1_000, transport_ms: 600 };
}

/// A step of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// How far, to either side.
    pub by_ms: u64,
    /// On how many of a hundred devices.
    pub share_pct: u64,
    /// How often on each.
    pub times: u32,
}

impl Step {
    /// The step that an aim is stated for.
    pub const SEVEN_SECONDS: Self = Self { by_ms: 7_000, share_pct: 30, times: 1 };
}

/// What is wrong with the clocks. All drift by up to 100 ppm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockFault {
    /// The server corrects each event by its age, right to 50 ms and the time
    /// that the request took.
    Good,
    /// A wall clock that is wrong by a constant: a bell curve of this width.
    Constant {
        /// Its standard deviation.
        deviation_ms: u64,
    },
    /// The same, evenly up to this far to either side.
    Even {
        /// How far.
        most_ms: u64,
    },
    /// Good clocks, of which some step, with a new epoch: the client saw it.
    /// What it then says of the time is the stepped wall clock's word.
    Announced(Step),
    /// The same without a new epoch. The client claims a good time all along,
    /// as one does that stamps with one clock and announces another.
    Unannounced(Step),
    /// The same from clients that have only a wall clock and claim nothing.
    UnannouncedWall(Step),
    /// Some devices sleep: they miss the stretch, and their monotonic clock
    /// does not count it. The age of an event is right again afterwards.
    Sleep {
        /// How long.
        ms: u64,
        /// On how many of a hundred devices.
        share_pct: u64,
    },
    /// Some devices start anew: a new epoch, and what was not yet sent has only
    /// its wall clock's time, wrong by two seconds or so.
    Reboot {
        /// On how many of a hundred devices.
        share_pct: u64,
    },
    /// Some wall clocks stand in 1970 or in 2106, and nothing better is known.
    Absurd {
        /// On how many of a hundred devices.
        share_pct: u64,
    },
    /// Some devices start anew, as another run with another epoch, and from then
    /// on have only a wall clock that is wrong by a constant, a bell curve of
    /// this width. What they had not sent by then has only its wall clock's
    /// time as well.
    Restart {
        /// Its standard deviation.
        deviation_ms: u64,
        /// For how long before it nothing had been sent.
        unsent_ms: u64,
        /// On how many of a hundred devices.
        share_pct: u64,
    },
    /// Every report's time is wrong by another amount, up to an hour.
    Chaos,
}

/// When something happens to a device: steps, restarts, who joins late or is
/// away for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turns {
    /// Where much is told before and afterwards.
    Within,
    /// In the last minutes: afterwards a device tells of a few kills and no
    /// more, on a clock that nobody knows yet.
    NearEnd,
}

impl Turns {
    /// Of a match's length: where a clock's fault comes.
    pub(super) fn fault_pct(self) -> (u64, u64) {
        match self {
            Self::Within => (10, 90),
            Self::NearEnd => NEAR_END_PCT,
        }
    }

    /// Of a match's length: where somebody joins late or loses it.
    pub(super) fn turn_pct(self) -> (u64, u64) {
        match self {
            Self::Within => (10, 60),
            Self::NearEnd => NEAR_END_PCT,
        }
    }
}

/// In a match of forty minutes with 150 kills: three to twelve of them.
const NEAR_END_PCT: (u64, u64) = (92, 98);

/// Whether the game counts the victim's deaths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counters {
    /// Reports carry no counter.
    None,
    /// Each carries the right one.
    Native,
    /// The scoreboard was one behind in so many of a hundred reports.
    Lagging {
        /// That share.
        pct: u64,
    },
}

/// Whose clock numbers the rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoundClock {
    /// The device's own wall clock, right or wrong.
    Wall,
    /// The source: everybody says the same. Kind to whoever rests on it.
    Source,
}

/// A stretch in which some devices do not reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outage {
    /// On how many of a hundred devices.
    pub share_pct: u64,
    /// Shortest and longest.
    pub ms: (u64, u64),
}

impl Outage {
    /// That of earlier simulations; chosen.
    pub const USUAL: Self = Self { share_pct: 30, ms: (200_000, 900_000) };
}

/// What the liars do. They know of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lie {
    /// They make the same forty kills up, and their clocks slip by six seconds.
    Invents,
    /// The same with clocks as right as anybody's.
    InventsOnTime,
    /// The same, and each tells them in the names of all players, one after the
    /// other.
    Impersonates,
    /// The same, and each lists thirty players that nobody knows in the name of
    /// each of these thirty.
    ListsStrangers,
    /// The same in nobody's name: their reports name no observer.
    Nameless,
    /// They tell what they saw a second time, some seconds later.
    Repeats,
    /// They miss nothing and tell everything twice at the same instant.
    Twins,
    /// The same in the name of somebody who does not play.
    TwinsOfStrangers,
    /// The same in the name of an honest player, on a clock 20 s off.
    TwinsOfAnother,
    /// Their clocks slip by six seconds over the match.
    ShiftsClock,
    /// Their clocks stand where numbers end: the monotonic one of some, the
    /// match's of the others.
    AbsurdClocks,
    /// They keep half of what they saw to themselves.
    Omits,
    /// They tell everything, and delete half of it when the match is over.
    Deletes,
    /// They send two thousand kills of nobody, each alone.
    Floods,
}

impl Lie {
    /// Every one.
    pub const ALL: [Self; 14] = [
        Self::Invents,
        Self::InventsOnTime,
        Self::Impersonates,
        Self::ListsStrangers,
        Self::Nameless,
        Self::Repeats,
        Self::Twins,
        Self::TwinsOfStrangers,
        Self::TwinsOfAnother,
        Self::ShiftsClock,
        Self::AbsurdClocks,
        Self::Omits,
        Self::Deletes,
        Self::Floods,
    ];
}

/// What a crowd is made of. Equal plans make equal crowds, and a changed field
/// changes nothing but what it speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrowdPlan {
    /// The same seed gives the same crowd.
    pub seed: u64,
    /// The game.
    pub rules: RuleSet,
    /// How long the match lasts, nearly.
    pub length_ms: u64,
    /// How many kills happen, nearly, repeats among them.
    pub kills: u32,
    /// How many of a thousand kills begin a burst of 2 to 6: the same victim,
    /// revived, and killed again.
    pub burst_permille: u64,
    /// Between two kills of a burst, and up to a tenth more.
    pub repeat_gap_ms: u64,
    /// How many players run a companion.
    pub devices: usize,
    /// How many of them run a second one for the same account.
    pub two_streams: usize,
    /// What is wrong with the clocks.
    pub clock: ClockFault,
    /// How many of a hundred happenings a device misses.
    pub miss_pct: u64,
    /// Who does not reach the server for a while, if anybody.
    pub outage: Option<Outage>,
    /// How many devices send the second half only after the end.
    pub offline_second_half: usize,
    /// How many devices send all that they have a day later, after the seal.
    pub after_seal: usize,
    /// How many of a hundred devices join late.
    pub late_join_pct: u64,
    /// How many of a hundred lose the match for a minute, and number anew.
    pub reconnect_pct: u64,
    /// In how many of a hundred reports one name is wrong.
    pub name_fault_pct: u64,
    /// How many of the devices lie.
    pub liars: usize,
    /// What about.
    pub lie: Lie,
    /// Whether the honest devices' sources list the ten players.
    pub lists_players: bool,
    /// When something happens to a device.
    pub turns: Turns,
    /// What the game counts.
    pub counters: Counters,
    /// Whose clock numbers the rounds.
    pub round_clock: RoundClock,
    /// How late a witness is.
    pub noise: Noise,
    /// Whether each device tells the true time of what it saw, whatever its clocks do:
    /// as if all clocks were known.
    pub clocks_known: bool,
}

impl CrowdPlan {
    /// The middle of the grid: ten devices with good clocks, a tenth missed,
    /// repeats eight seconds apart, nearly one in ten.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            rules: RuleSet::Kills,
            length_ms: 2_400_000,
            kills: 150,
            burst_permille: 37,
            repeat_gap_ms: 8_000,
            devices: 10,
            two_streams: 0,
            clock: ClockFault::Good,
            miss_pct: 10,
            outage: Some(Outage::USUAL),
            offline_second_half: 0,
            after_seal: 0,
            late_join_pct: 0,
            reconnect_pct: 0,
            name_fault_pct: 0,
            liars: 0,
            lie: Lie::Invents,
            lists_players: false,
            turns: Turns::Within,
            counters: Counters::None,
            round_clock: RoundClock::Wall,
            noise: Noise::GEP,
            clocks_known: false,
        }
    }

    /// The same for another game, with its counters, clock and noise.
    #[must_use]
    pub fn of_game(seed: u64, rules: RuleSet) -> Self {
        let (noise, counters) = match rules {
            RuleSet::Kills => (Noise::GEP, Counters::None),
            RuleSet::Valorant => (Noise::GEP, Counters::Native),
            RuleSet::League => (Noise::LEAGUE, Counters::Native),
            RuleSet::Cs2 => (Noise::CS2, Counters::Native),
            RuleSet::RocketLeague => (Noise::ROCKET_LEAGUE, Counters::Native),
        };
        let round_clock = RoundClock::Source;
        Self { rules, noise, counters, round_clock, ..Self::new(seed) }
    }

    /// Whether a device sends what it has after the seal.
    pub(crate) fn is_after_seal(&self, device_no: usize) -> bool {
        (self.devices.saturating_sub(self.after_seal)..self.devices).contains(&device_no)
    }

    /// How many streams reach the server.
    #[must_use]
    pub fn streams(&self) -> usize {
        self.devices + self.two_streams.min(self.devices)
    }

    /// The player whose game a stream watches.
    #[must_use]
    pub fn player_of(&self, device_no: usize) -> usize {
        if device_no < self.devices { device_no } else { device_no - self.devices }
    }

    /// Whether a stream lies: the last devices do.
    #[must_use]
    pub fn is_liar(&self, device_no: usize) -> bool {
        device_no < self.devices && device_no + self.liars >= self.devices
    }
}
