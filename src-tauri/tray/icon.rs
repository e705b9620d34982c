//! The tray's icon, drawn: a disc that shows on any panel, and on it a shape and
//! a colour of each state, the same as in the window.

use super::state::TrayState;

/// Large enough for a panel of a 4K screen; systems make it smaller.
pub(super) const SIZE: u32 = 64;

/// Points a pixel is asked at, in each direction, for smooth edges.
const POINTS: u32 = 4;

/// The window's ground, and its marks.
const GROUND: [u8; 3] = [0x0f, 0x13, 0x18];
const GREEN: [u8; 3] = [0x4c, 0xc3, 0x8a];
const BLUE: [u8; 3] = [0x62, 0xb5, 0xec];
const AMBER: [u8; 3] = [0xea, 0xb3, 0x44];
const VERMILION: [u8; 3] = [0xf0, 0x7d, 0x55];

/// Red, green, blue and opacity of every pixel, row by row.
pub(super) fn draw(state: TrayState) -> Vec<u8> {
    let pixels = (0..SIZE).flat_map(|y| (0..SIZE).map(move |x| (x, y)));
    pixels.flat_map(|(x, y)| pixel(state, x, y)).collect()
}

fn pixel(state: TrayState, x: u32, y: u32) -> [u8; 4] {
    let mut sum = [0_u32; 4];
    for point in 0..POINTS * POINTS {
        let along = |at: u32, step: u32| {
            let step = f64::from(step) + 0.5;
            (f64::from(at) + step / f64::from(POINTS)) / f64::from(SIZE) * 2.0 - 1.0
        };
        let Some(colour) = at(state, along(x, point % POINTS), along(y, point / POINTS)) else {
            continue;
        };
        for (sum, part) in sum.iter_mut().zip(colour) {
            *sum += u32::from(part);
        }
        sum[3] += 1;
    }
    let [red, green, blue, seen] = sum;
    let part = |sum: u32| u8::try_from(sum / seen.max(1)).unwrap_or(u8::MAX);
    let opacity = u8::try_from(seen * 255 / (POINTS * POINTS)).unwrap_or(u8::MAX);
    [part(red), part(green), part(blue), opacity]
}

/// The colour at a point of the square from −1 to 1; `None` outside the disc.
fn at(state: TrayState, x: f64, y: f64) -> Option<[u8; 3]> {
    let from_centre = x.hypot(y);
    if from_centre > 1.0 {
        return None;
    }
    let colour = match state {
        TrayState::Capturing => GREEN,
        TrayState::Waiting => BLUE,
        TrayState::Held | TrayState::Incomplete => AMBER,
        TrayState::Trouble => VERMILION,
    };
    let ring = (0.84..=0.96).contains(&from_centre);
    Some(if ring || is_shape(state, x, y) { colour } else { GROUND })
}

/// Whether the state's shape is there: a dot, an arrow up, two bars, the
/// lower half of a disc, a triangle.
fn is_shape(state: TrayState, x: f64, y: f64) -> bool {
    match state {
        TrayState::Capturing => x.hypot(y) < 0.44,
        TrayState::Waiting => {
            let head = (-0.6..0.0).contains(&y) && x.abs() < y + 0.6;
            let shaft = (0.0..0.55).contains(&y) && x.abs() < 0.22;
            head || shaft
        }
        TrayState::Held => y.abs() < 0.5 && (0.14..0.46).contains(&x.abs()),
        TrayState::Incomplete => y > 0.04 && x.hypot(y) < 0.58,
        TrayState::Trouble => (-0.62..0.42).contains(&y) && x.abs() < (y + 0.62) * 0.58,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_shape_of_its_own_and_not_only_a_colour() {
        let shapes = TrayState::ALL.map(shape);
        for (at, shape) in shapes.iter().enumerate() {
            for other in &shapes[at + 1..] {
                let differ = shape.iter().zip(other).filter(|(one, two)| one != two).count();
                let seen = usize::try_from(SIZE * SIZE / 20).unwrap();
                assert!(differ > seen, "{differ} of its points differ");
            }
        }
    }

    #[test]
    fn the_corners_let_the_panel_through_and_the_middle_does_not() {
        for state in TrayState::ALL {
            let drawn = draw(state);
            assert_eq!(drawn.len(), usize::try_from(SIZE * SIZE * 4).unwrap());
            assert_eq!(drawn[3], 0, "{state:?}");
            let middle = usize::try_from((SIZE * SIZE / 2 + SIZE / 2) * 4).unwrap();
            assert_eq!(drawn[middle + 3], u8::MAX, "{state:?}");
        }
    }

    /// Which pixels are coloured, whatever the colour.
    fn shape(state: TrayState) -> Vec<bool> {
        draw(state).chunks_exact(4).map(|pixel| pixel[..3] != GROUND && pixel[3] > 0).collect()
    }
}
