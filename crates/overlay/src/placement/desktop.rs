//! The monitors of the moment, each under a name that outlives a restart.

use serde::{Deserialize, Serialize};

use super::Rect;

/// More monitors are not looked at. A graphics card drives eight at most; four
/// cards in one machine are more than any player has.
pub const MONITORS_MAX: usize = 32;

/// A scale below or above no system offers: Windows has 100 to 500 percent.
const SCALE_MIN: f64 = 0.5;
const SCALE_MAX: f64 = 8.0;

/// A monitor as the window system tells of it.
#[derive(Debug, Clone, PartialEq)]
pub struct MonitorSeen {
    /// The output's or the product's name; some systems give none.
    pub name: String,
    /// Where it lies on the desktop, in physical pixels.
    pub area: Rect,
    /// Physical pixels to a CSS pixel. What is no number counts as 1.
    pub scale: f64,
    /// Whether the system calls it the primary one.
    pub primary: bool,
}

/// How a monitor is found again: by its name and size, and by its order from
/// left to right where several are alike in both.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct MonitorId {
    /// The output's or the product's name.
    pub name: String,
    /// In physical pixels.
    pub width: u32,
    /// In physical pixels.
    pub height: u32,
    /// From 0, among those of the same name and size, from left to right.
    #[serde(default)]
    pub nth: u8,
}

/// A monitor that something can stand on.
#[derive(Debug, Clone, PartialEq)]
pub struct Monitor {
    id: MonitorId,
    area: Rect,
    scale: f64,
    primary: bool,
}

impl Monitor {
    /// How it is found again.
    #[must_use]
    pub fn id(&self) -> &MonitorId {
        &self.id
    }

    /// Where it lies, in physical pixels. Never empty.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.area
    }

    /// Physical pixels to a CSS pixel. Always finite and above 0.
    #[must_use]
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Whether the system calls it the primary one.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        self.primary
    }
}

/// Where an overlay stands that has no place, or whose monitor is gone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Home {
    /// On the primary monitor.
    #[default]
    Primary,
    /// On this one, such as the game's.
    On(MonitorId),
    /// On another than this one, where there is another.
    Beside(MonitorId),
}

/// All monitors there are, from left to right.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Desktop {
    monitors: Vec<Monitor>,
    home: Home,
}

impl Desktop {
    /// The monitors that are there, in whatever order the system names them.
    /// An empty one is being switched off and is not counted.
    #[must_use]
    pub fn new(seen: impl IntoIterator<Item = MonitorSeen>) -> Self {
        let mut seen: Vec<_> = seen
            .into_iter()
            .filter(|monitor| !monitor.area.is_empty())
            .take(MONITORS_MAX)
            .collect();
        // Stable: mirrored monitors stay in the system's order.
        seen.sort_by_key(|monitor| (monitor.area.at().x, monitor.area.at().y));
        let mut monitors: Vec<Monitor> = Vec::with_capacity(seen.len());
        for monitor in seen {
            let monitor = named(monitor, &monitors);
            monitors.push(monitor);
        }
        Self { monitors, home: Home::Primary }
    }

    /// The same monitors with another home.
    #[must_use]
    pub fn with_home(self, home: Home) -> Self {
        Self { home, ..self }
    }

    /// All of them, from left to right.
    #[must_use]
    pub fn monitors(&self) -> &[Monitor] {
        &self.monitors
    }

    /// The monitor that most of a rectangle lies on, or the nearest to it.
    #[must_use]
    pub fn under(&self, rect: Rect) -> Option<&Monitor> {
        let rank = |monitor: &&Monitor| {
            let shared = monitor.area.shared_with(rect);
            (std::cmp::Reverse(shared), monitor.area.distance_squared(rect))
        };
        self.monitors.iter().min_by_key(rank)
    }

    /// The monitor of this identity. A name that is there once is found in
    /// another size too: a game may have changed the resolution.
    pub(crate) fn find(&self, id: &MonitorId) -> Option<&Monitor> {
        if let Some(exact) = self.monitors.iter().find(|monitor| monitor.id == *id) {
            return Some(exact);
        }
        let mut namesakes = self.monitors.iter().filter(|monitor| monitor.id.name == id.name);
        match (namesakes.next(), namesakes.next()) {
            (Some(only), None) if id.nth == 0 => Some(only),
            _ => None,
        }
    }

    /// Where to go without a place of one's own.
    pub(crate) fn home(&self) -> Option<&Monitor> {
        let wished = match &self.home {
            Home::Primary => None,
            Home::On(id) => self.find(id),
            Home::Beside(id) => {
                let beside = self.find(id).map(Monitor::id);
                self.monitors.iter().find(|monitor| Some(&monitor.id) != beside)
            }
        };
        wished
            .or_else(|| self.monitors.iter().find(|monitor| monitor.primary))
            .or_else(|| self.monitors.first())
    }
}

fn named(seen: MonitorSeen, before: &[Monitor]) -> Monitor {
    let size = seen.area.size();
    let mut id = MonitorId { name: seen.name, width: size.width, height: size.height, nth: 0 };
    let alike = |other: &&Monitor| {
        let other = &other.id;
        (&other.name, other.width, other.height) == (&id.name, id.width, id.height)
    };
    let nth = before.iter().filter(alike).count();
    id.nth = u8::try_from(nth).expect("there are fewer than MONITORS_MAX before it");
    Monitor { id, area: seen.area, scale: usable(seen.scale), primary: seen.primary }
}

fn usable(scale: f64) -> f64 {
    if scale.is_finite() && scale > 0.0 { scale.clamp(SCALE_MIN, SCALE_MAX) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::placement::{Point, Size};

    #[test]
    fn equal_monitors_are_told_apart_from_left_to_right() {
        let desktop = Desktop::new([seen("DELL", 1_920, 1_920), seen("DELL", 0, 1_920)]);
        let ids: Vec<_> =
            desktop.monitors().iter().map(|it| (it.area().at().x, it.id().nth)).collect();
        assert_eq!(ids, [(0, 0), (1_920, 1)], "whatever order the system names them in");
    }

    #[test]
    fn monitors_of_one_name_and_different_sizes_are_each_the_first() {
        let desktop = Desktop::new([seen("DELL", 0, 1_920), seen("DELL", 1_920, 1_280)]);
        assert!(desktop.monitors().iter().all(|monitor| monitor.id().nth == 0));
    }

    #[test]
    fn a_monitor_in_another_resolution_is_the_same_where_its_name_is_there_once() {
        let saved = Desktop::new([seen("DP-1", 0, 2_560)]).monitors[0].id.clone();
        let changed = Desktop::new([seen("DP-1", 0, 1_280), seen("DP-2", 1_280, 1_920)]);
        assert_eq!(changed.find(&saved).map(|it| it.area.size().width), Some(1_280));
        let ambiguous = Desktop::new([seen("DP-1", 0, 1_280), seen("DP-1", 1_280, 1_920)]);
        assert_eq!(ambiguous.find(&saved), None, "nobody knows which of the two it was");
    }

    #[test]
    fn a_second_of_a_kind_is_not_found_in_the_first() {
        let two = Desktop::new([seen("DELL", 0, 1_920), seen("DELL", 1_920, 1_920)]);
        let second = two.monitors[1].id.clone();
        assert_eq!(Desktop::new([seen("DELL", 0, 1_920)]).find(&second), None);
    }

    #[test]
    fn a_scale_that_is_none_counts_as_one() {
        for nonsense in [f64::NAN, f64::INFINITY, 0.0, -2.0] {
            let monitor = MonitorSeen { scale: nonsense, ..seen("DP-1", 0, 1_920) };
            let scale = Desktop::new([monitor]).monitors[0].scale;
            assert!((scale - 1.0).abs() < f64::EPSILON, "{nonsense} became {scale}");
        }
    }

    #[test]
    fn a_monitor_without_an_area_is_none() {
        assert_eq!(Desktop::new([seen("DP-1", 0, 0)]).monitors(), []);
    }

    #[test]
    fn home_is_the_primary_unless_something_else_is_asked_for_and_there() {
        let primary = MonitorSeen { primary: true, ..seen("B", 1_920, 1_920) };
        let desktop = Desktop::new([seen("A", 0, 1_920), primary, seen("C", 3_840, 1_920)]);
        let home = |home: Home| {
            let desktop = desktop.clone().with_home(home);
            desktop.home().map(|monitor| monitor.id.name.clone()).unwrap_or_default()
        };
        let [a, b, _] = desktop.monitors() else { panic!("three were seen") };
        assert_eq!(home(Home::Primary), "B");
        assert_eq!(home(Home::On(a.id.clone())), "A");
        assert_eq!(home(Home::Beside(a.id.clone())), "B");
        assert_eq!(home(Home::Beside(b.id.clone())), "A", "the leftmost of the others");
        let gone = MonitorId { name: "gone".to_owned(), width: 1, height: 1, nth: 0 };
        assert_eq!(home(Home::On(gone)), "B");
    }

    #[test]
    fn the_only_monitor_is_home_even_where_another_is_asked_for() {
        let desktop = Desktop::new([seen("A", 0, 1_920)]);
        let only = desktop.monitors[0].id.clone();
        assert!(desktop.with_home(Home::Beside(only)).home().is_some());
    }

    fn seen(name: &str, x: i32, width: u32) -> MonitorSeen {
        let area = Rect::new(Point { x, y: 0 }, Size { width, height: width / 16 * 9 });
        MonitorSeen { name: name.to_owned(), area, scale: 1.0, primary: false }
    }
}
