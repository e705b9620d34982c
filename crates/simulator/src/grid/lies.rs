//! The liars that are measured.

use super::{Cell, cells::GAMES, cells::HOUR};
use crate::crowd::{Counters, CrowdPlan, Lie};

/// Most liars of ten devices that are measured.
pub(super) const LIARS_MAX: usize = 5;

/// A way to lie, in one kind of match.
#[derive(Debug, Clone, PartialEq)]
pub struct Liars {
    /// What they do, and where.
    pub name: String,
    /// The match; how many lie is another matter.
    pub plan: CrowdPlan,
}

impl Liars {
    /// How many of them are tried: five, where as many play, and always one less
    /// than play.
    #[must_use]
    pub fn most(&self) -> usize {
        LIARS_MAX.min(self.plan.devices - 1)
    }

    /// What they do, after how many.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}: {}", self.plan.devices, self.name)
    }

    /// The match with so many of them.
    #[must_use]
    pub fn plan_of(&self, liars: usize) -> CrowdPlan {
        CrowdPlan { liars, ..self.plan.clone() }
    }

    /// All that are measured.
    #[must_use]
    pub fn all(seed: u64) -> Vec<Self> {
        let middle = CrowdPlan::new(seed);
        let mut all: Vec<Self> =
            Lie::ALL.map(|lie| named(lie_word(lie), CrowdPlan { lie, ..middle.clone() })).into();
        for lie in [Lie::ListsStrangers, Lie::TwinsOfStrangers, Lie::Nameless] {
            let plan = CrowdPlan { lie, lists_players: true, ..middle.clone() };
            all.push(named(&format!("{}, the others list the players", lie_word(lie)), plan));
        }
        all.extend(of_games(seed));
        all.extend(among_few(seed));
        all
    }
}

fn named(name: &str, plan: CrowdPlan) -> Liars {
    Liars { name: name.to_owned(), plan }
}

/// Who invents with a right clock, in each game, with its counters and without.
fn of_games(seed: u64) -> Vec<Liars> {
    let lie = Lie::InventsOnTime;
    let middle = CrowdPlan::new(seed);
    let mut all =
        vec![named("native counters", CrowdPlan { lie, counters: Counters::Native, ..middle })];
    for (name, rules) in GAMES {
        let plan = CrowdPlan { lie, ..CrowdPlan::of_game(seed, rules) };
        all.push(named(&format!("{name}, native counters"), plan.clone()));
        let uncounted = CrowdPlan { counters: Counters::None, ..plan };
        all.push(named(&format!("{name}, without counters"), uncounted));
    }
    all
}

/// Who lies where few play, or all clocks are wrong.
fn among_few(seed: u64) -> Vec<Liars> {
    let plan = |devices, lie| CrowdPlan { devices, lie, ..CrowdPlan::new(seed) };
    let hour = |devices| CrowdPlan { clock: HOUR, ..plan(devices, Lie::InventsOnTime) };
    vec![
        named("2 devices: invents on time", plan(2, Lie::InventsOnTime)),
        named("2 devices: in all names", plan(2, Lie::Impersonates)),
        named("2 devices: lists strangers", plan(2, Lie::ListsStrangers)),
        named("3 devices: invents on time", plan(3, Lie::InventsOnTime)),
        named("3 devices, 1 h: invents on time", hour(3)),
        named("3 devices: in all names", plan(3, Lie::Impersonates)),
        named("3 devices: lists strangers", plan(3, Lie::ListsStrangers)),
        named("3 devices: tells all twice at once", plan(3, Lie::Twins)),
        named("5 devices: invents on time", plan(5, Lie::InventsOnTime)),
        named("10 devices, 1 h: invents on time", hour(10)),
    ]
}

/// Cells of the grid with liars: those who invent together, and one of each
/// other kind.
pub(super) fn cells(middle: &CrowdPlan) -> Vec<Cell> {
    let mut cells: Vec<Cell> = (1..=LIARS_MAX)
        .map(|liars| {
            let plan = CrowdPlan { liars, ..middle.clone() };
            let words = if liars == 1 { "liar invents alone" } else { "liars invent together" };
            Cell::aimed(format!("{liars} {words}"), plan)
        })
        .collect();
    cells.extend(Lie::ALL.into_iter().skip(1).map(|lie| {
        let plan = CrowdPlan { liars: 1, lie, ..middle.clone() };
        Cell::aimed(format!("1 liar: {}", lie_word(lie)), plan)
    }));
    cells
}

fn lie_word(lie: Lie) -> &'static str {
    match lie {
        Lie::Invents => "invents, its clock slips",
        Lie::InventsOnTime => "invents on time",
        Lie::Impersonates => "invents in all players' names",
        Lie::ListsStrangers => "invents and lists strangers",
        Lie::Nameless => "invents in nobody's name",
        Lie::Repeats => "repeats some seconds later",
        Lie::Twins => "tells all twice at once",
        Lie::TwinsOfStrangers => "tells all twice at once, as a stranger",
        Lie::TwinsOfAnother => "tells all twice at once, as another player",
        Lie::ShiftsClock => "shifts its clock",
        Lie::AbsurdClocks => "has absurd clocks",
        Lie::Omits => "omits",
        Lie::Deletes => "deletes what it told",
        Lie::Floods => "floods",
    }
}
