//! What working on the overlay makes of its place.

use super::{Adjustment, Direction, Grip, Handle, Restyle, Step, Surroundings, Work};
use crate::placement::{OpacityPercent, Place, Point, Rect, ScalePercent, place_of, resolve, snap};

/// How far an arrow key moves it, in CSS pixels: what a mouse cannot aim at.
pub const NUDGE_LOGICAL_PX: f64 = 1.0;

/// How far an arrow key with Shift moves it, in CSS pixels: across a 1080p
/// screen in less than a hundred presses.
pub const NUDGE_FAR_LOGICAL_PX: f64 = 20.0;

/// By how much one press or one notch of the wheel scales: from one bound to the
/// other in 25 of them.
pub const SCALE_STEP_PERCENT: u8 = 10;

/// By how much one press or one notch changes the opacity: from one bound to the
/// other in 14 of them.
pub const OPACITY_STEP_PERCENT: u8 = 5;

/// Where the window lies now, and how many pixels a CSS pixel has there.
#[derive(Clone, Copy)]
struct Now {
    rect: Rect,
    monitor_scale: f64,
}

/// The place after this work; `None` where the work changes none. Without a
/// monitor nothing can be moved.
pub(super) fn worked(
    work: Work,
    place: &Place,
    grip: &mut Option<Grip>,
    around: Surroundings<'_>,
) -> Option<Place> {
    let now = standing(place, around)?;
    match work {
        Work::PickUp(handle, pointer) => {
            *grip = Some(Grip::new(handle, pointer, now.rect, place.scale));
            None
        }
        Work::LetGo => {
            *grip = None;
            None
        }
        Work::PullTo(pointer) => pulled((*grip)?, pointer, place, now, around),
        Work::MovedTo(at) => moved(now.rect.moved_to(at), place, now, around),
        Work::Nudge(direction, step) => moved(nudged(now, direction, step), place, now, around),
        Work::Restyle(look) => Some(looking(look, place.clone())),
    }
}

fn standing(place: &Place, around: Surroundings<'_>) -> Option<Now> {
    let stands = resolve(place, around.size, around.desktop);
    let rect = stands.standing()?.rect;
    let monitor_scale = around.desktop.under(rect)?.scale();
    Some(Now { rect, monitor_scale })
}

/// The place of a window that was moved. One that lies where it lay keeps the
/// place that it had, also where it stands there for want of its monitor.
fn moved(to: Rect, place: &Place, now: Now, around: Surroundings<'_>) -> Option<Place> {
    let to = to.within(around.desktop.under(to)?.area());
    if to == now.rect { None } else { place_of(to, place, around.desktop) }
}

fn pulled(
    grip: Grip,
    pointer: Point,
    place: &Place,
    now: Now,
    around: Surroundings<'_>,
) -> Option<Place> {
    match grip.handle() {
        Handle::Body => {
            let free = grip.carried_to(pointer);
            moved(snap(free, around.desktop).rect, place, now, around)
        }
        Handle::Corner(corner) => {
            let (rect, scale) = grip.stretched_to(corner, pointer);
            let look = Place { scale, ..place.clone() };
            if scale == place.scale { None } else { place_of(rect, &look, around.desktop) }
        }
    }
}

fn nudged(now: Now, direction: Direction, step: Step) -> Rect {
    let logical = match step {
        Step::Near => NUDGE_LOGICAL_PX,
        Step::Far => NUDGE_FAR_LOGICAL_PX,
    };
    // A monitor's scale is small, and so is this.
    let far = (logical * now.monitor_scale).round().max(1.0) as i32;
    match direction {
        Direction::Left => now.rect.moved_by(-far, 0),
        Direction::Right => now.rect.moved_by(far, 0),
        Direction::Up => now.rect.moved_by(0, -far),
        Direction::Down => now.rect.moved_by(0, far),
    }
}

fn looking(look: Restyle, place: Place) -> Place {
    match look {
        Restyle::Anchor(anchor) => place.anchored(anchor),
        Restyle::Scale(change) => {
            let percent =
                f64::from(place.scale.get()) + f64::from(step(change, SCALE_STEP_PERCENT));
            Place { scale: ScalePercent::nearest(percent), ..place }
        }
        Restyle::ScaleTo(scale) => Place { scale, ..place },
        Restyle::Opacity(change) => {
            let percent = i32::from(place.opacity.get()) + step(change, OPACITY_STEP_PERCENT);
            Place { opacity: OpacityPercent::nearest(percent), ..place }
        }
        Restyle::OpacityTo(opacity) => Place { opacity, ..place },
    }
}

fn step(change: Adjustment, percent: u8) -> i32 {
    match change {
        Adjustment::More => i32::from(percent),
        Adjustment::Less => -i32::from(percent),
    }
}
