//! The picture in `docs/figures/recovery.svg`: requests a second over time.

use super::simulation::{OUTAGE_AT_S, Seen};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 380.0;
/// Where the plot begins and ends within the picture.
const LEFT: f64 = 70.0;
const RIGHT: f64 = 840.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 318.0;

/// Readable on white and on black; colours that a colour-blind eye tells apart.
const STYLE: &str = "
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .small { font-size: 12px; fill: #57606a; }
  .title { font-size: 14px; font-weight: 600; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .axis { stroke: #57606a; stroke-width: 1; }
  .down { fill: #d0d7de; fill-opacity: .45; }
  .rate { fill: none; stroke: #0969da; stroke-width: 1.4; }
  .together { fill: none; stroke: #8c959f; stroke-width: 1.2; }
  .twice { stroke: #bc4c00; stroke-width: 1.6; stroke-dasharray: 7 4; }
  .twice-word { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9198a1; }
    .grid { stroke: #30363d; }
    .axis { stroke: #9198a1; }
    .down { fill: #30363d; fill-opacity: .7; }
    .rate { stroke: #58a6ff; }
    .together { stroke: #6e7681; }
    .twice { stroke: #f0883e; }
    .twice-word { fill: #f0883e; }
  }
";

/// Where a second and a rate are.
struct Scale {
    seconds: f64,
    rate_max: f64,
}

impl Scale {
    fn x(&self, second: f64) -> f64 {
        LEFT + (RIGHT - LEFT) * second / self.seconds
    }

    fn y(&self, rate: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * rate / self.rate_max
    }
}

/// Draws it.
///
/// `together` is the same without the random part of each delay.
pub(crate) fn draw(seen: &Seen, together: &Seen, before: f64, outage_s: u64) -> String {
    let scale = Scale { seconds: count(seen.requests.len()), rate_max: 2.6 * before };
    let most = |seen: &Seen| {
        let back_at = usize::try_from(OUTAGE_AT_S + outage_s).expect("minutes");
        *seen.requests[back_at..].iter().max().expect("there are seconds")
    };
    let mut svg = String::new();
    let mut put = |text: String| svg.push_str(&text);
    put(head());
    put(axes(&scale));
    put(outage(&scale, outage_s));
    put(rate(&scale, together, "together"));
    put(rate(&scale, seen, "rate"));
    put(twice(&scale, before));
    put(words(before, most(seen), most(together)));
    put("</svg>\n".to_owned());
    svg
}

fn head() -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         role=\"img\" aria-label=\"Requests a second before, in and after an outage\">\n\
         <style>{STYLE}</style>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"20\">1,000 companions, an event every ten seconds each; \
         503 for ten minutes, with one date for all</text>\n"
    )
}

fn axes(scale: &Scale) -> String {
    let mut out = String::new();
    for rate in [0.0, 50.0, 100.0, 150.0, 200.0, 250.0] {
        let y = scale.y(rate);
        out.push_str(&format!(
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\"/>\
             <text class=\"small\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{rate}</text>\n",
            LEFT - 8.0,
            y + 4.0
        ));
    }
    let begun = OUTAGE_AT_S / 60;
    for minute in (0..).step_by(2).take_while(|minute| seconds(minute * 60) <= scale.seconds) {
        let x = scale.x(seconds(minute * 60));
        out.push_str(&format!(
            "<line class=\"axis\" x1=\"{x:.1}\" y1=\"{BOTTOM}\" x2=\"{x:.1}\" y2=\"{:.1}\"/>\
             <text class=\"small\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>\n",
            BOTTOM + 5.0,
            BOTTOM + 20.0,
            seconds(minute) - seconds(begun)
        ));
    }
    let middle = f64::midpoint(LEFT, RIGHT);
    out.push_str(&format!(
        "<line class=\"axis\" x1=\"{LEFT}\" y1=\"{BOTTOM}\" x2=\"{RIGHT}\" y2=\"{BOTTOM}\"/>\n\
         <text x=\"{middle}\" y=\"{:.1}\" text-anchor=\"middle\">minutes since the outage began</text>\n\
         <text transform=\"translate(18 {:.1}) rotate(-90)\" text-anchor=\"middle\">\
         requests a second</text>\n",
        BOTTOM + 44.0,
        f64::midpoint(TOP, BOTTOM)
    ));
    out
}

fn outage(scale: &Scale, outage_s: u64) -> String {
    let (from, to) = (scale.x(seconds(OUTAGE_AT_S)), scale.x(seconds(OUTAGE_AT_S + outage_s)));
    format!(
        "<rect class=\"down\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>\n\
         <text class=\"small\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">the outage</text>\n",
        to - from,
        BOTTOM - TOP,
        f64::midpoint(from, to),
        TOP + 110.0
    )
}

/// What does not fit goes along the upper edge.
fn rate(scale: &Scale, seen: &Seen, class: &str) -> String {
    let mut points = String::new();
    for (second, requests) in seen.requests.iter().enumerate() {
        let (x, y) = (scale.x(count(second) + 0.5), scale.y(f64::from(*requests)).max(TOP));
        points.push_str(&format!("{x:.1},{y:.1} "));
    }
    format!("<polyline class=\"{class}\" points=\"{}\"/>\n", points.trim_end())
}

fn twice(scale: &Scale, before: f64) -> String {
    let y = scale.y(2.0 * before);
    format!(
        "<line class=\"twice\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{RIGHT}\" y2=\"{y:.1}\"/>\n\
         <text class=\"twice-word\" x=\"{:.1}\" y=\"{:.1}\">\
         twice the rate of the minute before ({:.0})</text>\n",
        LEFT + 6.0,
        y - 7.0,
        2.0 * before
    )
}

fn words(before: f64, most: u32, together: u32) -> String {
    format!(
        "<text class=\"small\" x=\"{LEFT}\" y=\"40\">{before:.0} requests a second in the minute \
         before; most in any second after it: {most}; without the random part of the \
         delays (grey): {together}</text>\n"
    )
}

fn seconds(whole: u64) -> f64 {
    f64::from(u32::try_from(whole).expect("minutes fit"))
}

fn count(of: usize) -> f64 {
    f64::from(u32::try_from(of).expect("minutes fit"))
}
