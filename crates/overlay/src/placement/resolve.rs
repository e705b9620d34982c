//! From a place to a rectangle, and back.

use super::{Along, Desktop, LogicalSize, Monitor, MonitorId, Place, Rect, Size};

/// Where the overlay stands now.
#[derive(Debug, Clone, PartialEq)]
pub enum Stands {
    /// Where it was put.
    AsSaved(Standing),
    /// Elsewhere or smaller, for this time: the saved place stays what it is.
    Moved {
        /// There.
        to: Standing,
        /// What kept it from its place.
        why: WhyMoved,
    },
    /// There is no monitor to stand on.
    Nowhere,
}

/// A window on one monitor.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// In physical pixels; within the monitor.
    pub rect: Rect,
    /// Physical pixels to a CSS pixel of the overlay's page: the monitor's scale
    /// times the player's, or less where it would not fit.
    pub zoom: f64,
    /// On which monitor.
    pub monitor: MonitorId,
}

/// What keeps an overlay from its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyMoved {
    /// Its monitor is not there; it stands at home, at the same distances.
    MonitorGone,
    /// It is larger than the monitor and was made smaller.
    DoesNotFit,
}

impl Stands {
    /// Where, however it came there.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        match self {
            Self::AsSaved(standing) | Self::Moved { to: standing, .. } => Some(standing),
            Self::Nowhere => None,
        }
    }
}

/// Where an overlay of this size stands that has this place. Always within one
/// monitor. `Nowhere` only where there is no monitor at all.
#[must_use]
pub fn resolve(place: &Place, size: LogicalSize, desktop: &Desktop) -> Stands {
    let saved = place.monitor.as_ref().map(|id| desktop.find(id));
    let gone = matches!(saved, Some(None));
    let Some(monitor) = saved.flatten().or_else(|| desktop.home()) else {
        return Stands::Nowhere;
    };
    let (fits, to) = stand_on(monitor, place, size);
    match (gone, fits) {
        (true, _) => Stands::Moved { to, why: WhyMoved::MonitorGone },
        (false, false) => Stands::Moved { to, why: WhyMoved::DoesNotFit },
        (false, true) => Stands::AsSaved(to),
    }
}

/// The place that resolves to this rectangle: on the monitor that most of it
/// lies on, looking as `look` does. `None` where there is no monitor.
#[must_use]
pub fn place_of(rect: Rect, look: &Place, desktop: &Desktop) -> Option<Place> {
    let monitor = desktop.under(rect)?;
    let area = monitor.area();
    Some(Place {
        monitor: Some(monitor.id().clone()),
        across: Along::of(rect.across(), area.across()),
        down: Along::of(rect.down(), area.down()),
        ..look.clone()
    })
}

/// Whether it fits, and where it stands.
fn stand_on(monitor: &Monitor, place: &Place, size: LogicalSize) -> (bool, Standing) {
    let (area, wished) = (monitor.area(), monitor.scale() * place.scale.factor());
    let shrink = shrinking(size.at_scale(wished), area.size());
    let zoom = wished * shrink;
    let Size { width, height } = size.at_scale(zoom);
    let across = place.across.in_area(area.across(), width);
    let down = place.down.in_area(area.down(), height);
    let rect = Rect::of(across, down);
    (shrink >= 1.0, Standing { rect, zoom, monitor: monitor.id().clone() })
}

/// By which factor a window has to be smaller to fit: 1 where it does.
fn shrinking(window: Size, room: Size) -> f64 {
    let across = f64::from(room.width) / f64::from(window.width);
    let down = f64::from(room.height) / f64::from(window.height);
    across.min(down).min(1.0)
}
