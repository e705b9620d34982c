//! An address as a picture that a phone's camera reads.

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// A QR code, to be drawn as one path of a picture.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct QrPicture {
    /// Its width and its height, without the quiet ground around it.
    size: u16,
    /// Its dark modules, as the path of an SVG whose unit is a module.
    path: String,
}

/// The text's code; `None` for a text that is too long for one.
pub(crate) fn picture(text: &str) -> Option<QrPicture> {
    // A screen has no scratches: the least correction makes the largest modules.
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let size = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(size).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            let long = run.len();
            if run.contains(&Color::Dark) {
                path.push_str(&format!("M{x} {y}h{long}v1h-{long}z"));
            }
            x += long;
        }
    }
    Some(QrPicture { size: u16::try_from(size).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corners_of_a_code_are_where_a_camera_looks_for_them() {
        let QrPicture { size, path } = picture("https://192.168.178.20:28732/").unwrap();
        assert_eq!(size, 25, "an address fits into a code of 25 modules");
        let far = size - 7;
        for (x, y) in [(0, 0), (0, 6), (far, 0), (far, 6), (0, far), (0, size - 1)] {
            assert!(path.contains(&format!("M{x} {y}h7v1h-7z")), "{x} {y}");
        }
        assert!(path.contains("M2 2h3v1h-3z") && path.contains("M0 1h1v1h-1z"), "rings and cores");
    }

    #[test]
    fn what_no_code_holds_is_none() {
        assert!(picture(&"x".repeat(5_000)).is_none());
    }
}
