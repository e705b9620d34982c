//! The match at a glance: a lane a kind, and below how many frames came when.

use std::collections::BTreeMap;

use super::{Happening, Trace, words::clock};
use crate::escape::escaped;

/// The drawing's own units.
const WIDTH: u64 = 1000;
const LABELS: u64 = 150;
const LANE: u64 = 20;
const FRAMES_HIGH: u64 = 40;
const TOP: u64 = 22;
const AXIS: u64 = 20;

/// Columns in which frames are counted.
const COLUMNS: u64 = 170;

/// Lanes: the kinds that happened most often; the others share the last one.
const LANES_MAX: usize = 12;

/// Marks drawn: one a round of the longest match.
const MARKS_MAX: usize = 60;

pub(super) fn timeline(trace: &Trace) -> String {
    let scale = Scale::of(trace);
    let lanes = lanes(trace);
    let floor = TOP + LANE * lanes.len() as u64 + FRAMES_HIGH;
    let high = floor + AXIS;
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {high}\" role=\"img\" aria-label=\"When which events \
         happened, from {} to {}\">",
        clock(scale.from),
        clock(scale.to)
    );
    for (row, (kind, times)) in lanes.iter().enumerate() {
        let y = TOP + LANE * row as u64 + LANE / 2;
        svg.push_str(&format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <line class=\"lane\" x1=\"{LABELS}\" y1=\"{y}\" x2=\"{WIDTH}\" y2=\"{y}\"/>",
            LABELS - 8,
            y + 4,
            escaped(kind)
        ));
        for t_ms in times {
            svg.push_str(&format!("<circle cx=\"{}\" cy=\"{y}\" r=\"4\"/>", scale.x(*t_ms)));
        }
    }
    svg.push_str(&frames(trace, &scale, floor));
    svg.push_str(&notes(trace, &scale, floor));
    svg.push_str(&format!(
        "<text x=\"{LABELS}\" y=\"{0}\">{1}</text><text x=\"{WIDTH}\" y=\"{0}\" \
         text-anchor=\"end\">{2}</text></svg>",
        high - 4,
        clock(scale.from),
        clock(scale.to)
    ));
    svg
}

struct Scale {
    from: u64,
    to: u64,
}

impl Scale {
    fn of(trace: &Trace) -> Self {
        let times = || trace.tape.happenings().iter().map(time);
        let from = times().min().unwrap_or(0);
        Self { from, to: times().max().unwrap_or(0).max(from + 1) }
    }

    fn x(&self, t_ms: u64) -> u64 {
        LABELS + (t_ms - self.from) * (WIDTH - LABELS - 6) / (self.to - self.from)
    }

    fn column(&self, t_ms: u64) -> u64 {
        (t_ms - self.from) * (COLUMNS - 1) / (self.to - self.from)
    }
}

fn time(happening: &Happening) -> u64 {
    match happening {
        Happening::Frame(frame) => frame.t_ms,
        Happening::Fault { t_ms, .. }
        | Happening::Mark { t_ms, .. }
        | Happening::Played { t_ms, .. }
        | Happening::End { t_ms, .. }
        | Happening::LeftOut { to_ms: t_ms, .. } => *t_ms,
    }
}

/// Kinds and when each happened, the most frequent first.
fn lanes(trace: &Trace) -> Vec<(String, Vec<u64>)> {
    let mut kinds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for frame in trace.tape.frames() {
        for event in &frame.events {
            kinds.entry(&event.kind).or_default().push(frame.t_ms);
        }
    }
    let mut lanes: Vec<(String, Vec<u64>)> =
        kinds.into_iter().map(|(kind, times)| (kind.to_owned(), times)).collect();
    lanes.sort_by_key(|(_, times)| std::cmp::Reverse(times.len()));
    if lanes.len() > LANES_MAX {
        let others = lanes.split_off(LANES_MAX - 1).into_iter().flat_map(|(_, times)| times);
        lanes.push(("others".to_owned(), others.collect()));
    }
    for (_, times) in &mut lanes {
        times.dedup();
    }
    lanes
}

fn frames(trace: &Trace, scale: &Scale, floor: u64) -> String {
    let mut columns = vec![0_u64; usize::try_from(COLUMNS).unwrap_or_default()];
    for happening in trace.tape.happenings() {
        let more = match happening {
            Happening::Frame(_) => 1,
            Happening::LeftOut { frames, .. } => *frames,
            Happening::Fault { .. }
            | Happening::Mark { .. }
            | Happening::Played { .. }
            | Happening::End { .. } => continue,
        };
        let column = usize::try_from(scale.column(time(happening))).unwrap_or_default();
        columns[column] += more;
    }
    let most = columns.iter().copied().max().unwrap_or(0).max(1);
    let wide = (WIDTH - LABELS) / COLUMNS;
    let mut svg = format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">frames</text>",
        LABELS - 8,
        floor - FRAMES_HIGH / 2 + 6
    );
    for (column, frames) in (0..COLUMNS).zip(columns) {
        if frames > 0 {
            let high = (frames * (FRAMES_HIGH - 6) / most).max(1);
            svg.push_str(&format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{high}\"/>",
                LABELS + column * wide,
                floor - high,
                wide - 1
            ));
        }
    }
    svg
}

/// Marks with their words, faults as strokes.
fn notes(trace: &Trace, scale: &Scale, floor: u64) -> String {
    let mut svg = String::new();
    let mut marks = 0;
    for happening in trace.tape.happenings() {
        let x = scale.x(time(happening));
        match happening {
            Happening::Mark { text, .. } if marks < MARKS_MAX => {
                marks += 1;
                svg.push_str(&format!(
                    "<line class=\"mark\" x1=\"{x}\" y1=\"14\" x2=\"{x}\" y2=\"{floor}\"/>\
                     <text x=\"{x}\" y=\"11\">{}</text>",
                    escaped(text)
                ));
            }
            Happening::Fault { .. } | Happening::Played { .. } => svg.push_str(&format!(
                "<line class=\"fault\" x1=\"{x}\" y1=\"{}\" x2=\"{x}\" y2=\"{floor}\"/>",
                floor - FRAMES_HIGH
            )),
            Happening::Mark { .. }
            | Happening::Frame(_)
            | Happening::End { .. }
            | Happening::LeftOut { .. } => {}
        }
    }
    svg
}
