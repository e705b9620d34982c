//! What was read, within bounds.

use super::{Happening, TracedFrame};

/// Frames that made events, or could not be read, or hold names that are not known.
/// A long match makes some thousands; a page of more is opened by no browser.
pub const TELLING_FRAMES_MAX: usize = 10_000;

/// Frames of which nothing came, which are there for what stands around the others.
pub const SILENT_FRAMES_MAX: usize = 2_000;

/// Bytes of bodies held together: a page of twice as many, since they are escaped, is
/// what a browser still opens at once.
pub const HELD_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Faults, marks and the like: each is a line.
const LINES_MAX: usize = 10_000;

/// Collects what is read, and counts what there is no room for.
#[derive(Debug, Clone, Default)]
pub struct TraceTape {
    happenings: Vec<Happening>,
    telling: usize,
    silent: usize,
    lines: usize,
    held_bytes: usize,
    bodies_left_out: u64,
    lines_left_out: u64,
}

impl TraceTape {
    /// Adds what comes next.
    pub fn push(&mut self, happening: Happening) {
        match happening {
            Happening::Frame(frame) => self.push_frame(frame),
            line if self.lines < LINES_MAX => {
                self.lines += 1;
                self.happenings.push(line);
            }
            Happening::Fault { .. }
            | Happening::Mark { .. }
            | Happening::Played { .. }
            | Happening::End { .. }
            | Happening::LeftOut { .. } => self.lines_left_out += 1,
        }
    }

    fn push_frame(&mut self, mut frame: TracedFrame) {
        let (count, most) = if frame.is_telling() {
            (&mut self.telling, TELLING_FRAMES_MAX)
        } else {
            (&mut self.silent, SILENT_FRAMES_MAX)
        };
        if *count >= most {
            return self.leave_out(&frame);
        }
        *count += 1;
        let bytes = frame.body.as_ref().map_or(0, Vec::len);
        if self.held_bytes + bytes > HELD_BYTES_MAX {
            frame.body = None;
            self.bodies_left_out += 1;
        } else {
            self.held_bytes += bytes;
        }
        self.happenings.push(Happening::Frame(frame));
    }

    /// Neighbours that are left out are one line.
    fn leave_out(&mut self, frame: &TracedFrame) {
        let made = frame.events.len() as u64;
        match self.happenings.last_mut() {
            Some(Happening::LeftOut { to_ms, frames, events, .. }) => {
                (*to_ms, *frames, *events) = (frame.t_ms, *frames + 1, *events + made);
            }
            // Lines of every other frame would be as long as the frames.
            Some(_) | None => self.happenings.push(Happening::LeftOut {
                from_ms: frame.t_ms,
                to_ms: frame.t_ms,
                frames: 1,
                events: made,
            }),
        }
    }

    /// What was read, in order.
    #[must_use]
    pub fn happenings(&self) -> &[Happening] {
        &self.happenings
    }

    /// The frames among it.
    pub fn frames(&self) -> impl Iterator<Item = &TracedFrame> {
        self.happenings.iter().filter_map(|happening| match happening {
            Happening::Frame(frame) => Some(frame),
            Happening::Fault { .. }
            | Happening::Mark { .. }
            | Happening::Played { .. }
            | Happening::End { .. }
            | Happening::LeftOut { .. } => None,
        })
    }

    /// What there was no room for, in words; empty where nothing is left out.
    #[must_use]
    pub fn left_out(&self) -> String {
        let (mut frames, mut events) = (0, 0);
        for happening in &self.happenings {
            if let Happening::LeftOut { frames: more, events: made, .. } = happening {
                frames += more;
                events += made;
            }
        }
        let mut said = Vec::new();
        if frames > 0 {
            said.push(format!("{frames} frames with {events} events"));
        }
        if self.bodies_left_out > 0 {
            said.push(format!("the bodies of {} more frames", self.bodies_left_out));
        }
        if self.lines_left_out > 0 {
            said.push(format!("{} lines of failed readings and marks", self.lines_left_out));
        }
        said.join(", ")
    }
}

impl TracedFrame {
    /// Whether something came of it.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        !self.events.is_empty() || self.unreadable.is_some() || !self.unknown.is_empty()
    }
}
