//! The page: one file, no script, nothing from elsewhere.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use event_model::IdStory;
use sha2::{Digest, Sha256};

use super::{
    Exchange, Happening, Promise, Trace, TracedEvent, TracedFrame,
    timeline::timeline,
    words::{body, clock, count},
};
use crate::escape::escaped;

const STYLE: &str = include_str!("page.css");

/// The trace as one self-contained page. Its policy lets nothing be loaded and no
/// script run, whatever a frame holds.
#[must_use]
pub fn trace_page(trace: &Trace) -> String {
    let title = format!("Trace of {}", escaped(&trace.file));
    let style_sum = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let sections = [
        ("differences", "Differences", differences(trace)),
        ("promises", "What must hold", promises(&trace.promises)),
        ("timeline", "Timeline", Some(when(trace))),
        ("events", "Events", Some(events(trace))),
        ("frames", "Frames", Some(frames(trace))),
        ("sendings", "Sent", Some(sendings(trace))),
    ];
    let (mut links, mut parts) = (String::new(), String::new());
    for (id, heading, content) in sections {
        let Some(content) = content else { continue };
        links.push_str(&format!("<li><a href=\"#{id}\">{heading}</a></li>"));
        parts.push_str(&format!("<section><h2 id=\"{id}\">{heading}</h2>{content}</section>\n"));
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{style_sum}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n\
         <dl class=\"facts\">{}</dl>\n<nav aria-label=\"Parts of this page\"><ul>{links}</ul>\
         </nav>\n</header>\n<main>\n{parts}</main>\n\
         <footer>Written by <code>ringside replay --trace</code>. This file holds what was \
         recorded: names too, where the recording was not redacted.</footer>\n\
         </body>\n</html>\n",
        facts(&trace.facts)
    )
}

fn facts(facts: &[(String, String)]) -> String {
    let one = |(label, value): &(String, String)| {
        format!("<div><dt>{}</dt><dd>{}</dd></div>", escaped(label), escaped(value))
    };
    facts.iter().map(one).collect()
}

fn differences(trace: &Trace) -> Option<String> {
    let differences = trace.differences.as_ref()?;
    Some(if differences.is_empty() {
        let all = count(differences.found, "event");
        format!("<p class=\"good\">{all}, all as expected and in their order.</p>")
    } else {
        format!("<pre class=\"differences\">{}</pre>", escaped(&differences.to_string()))
    })
}

fn promises(promises: &[Promise]) -> Option<String> {
    if promises.is_empty() {
        return None;
    }
    let row = |promise: &Promise| {
        let (class, word) = if promise.holds { ("good", "holds") } else { ("bad", "broken") };
        let (what, said) = (escaped(&promise.what), escaped(&promise.said));
        format!(
            "<tr><td class=\"{class}\">{word}</td><th scope=\"row\">{what}</th><td>{said}</td></tr>"
        )
    };
    let rows: String = promises.iter().map(row).collect();
    Some(table("What must hold", &["", "What", "Seen"], &rows))
}

fn when(trace: &Trace) -> String {
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"Timeline\" tabindex=\"0\">{}</div>",
        timeline(trace)
    )
}

fn events(trace: &Trace) -> String {
    let mut rows = String::new();
    for frame in trace.tape.frames() {
        for (index, event) in frame.events.iter().enumerate() {
            rows.push_str(&format!(
                "<tr><td>{}</td><td>{}</td><td><a href=\"#{}\">{}</a></td></tr>",
                clock(frame.t_ms),
                escaped(&event.kind),
                place(frame, index),
                escaped(&event.words),
            ));
        }
    }
    if rows.is_empty() {
        return "<p>No frame made an event.</p>".to_owned();
    }
    table("Events", &["Time", "Kind", "Event"], &rows)
}

fn frames(trace: &Trace) -> String {
    let left_out = trace.tape.left_out();
    let note = if left_out.is_empty() {
        String::new()
    } else {
        format!("<p>Left out, since a page of everything would be too large: {left_out}.</p>")
    };
    let lines: String = trace.tape.happenings().iter().map(line).collect();
    format!(
        "{note}<p><input type=\"checkbox\" id=\"only\"> <label for=\"only\">Only frames of which \
         something came</label></p><ol class=\"tape\">{lines}</ol>"
    )
}

fn line(happening: &Happening) -> String {
    let plain = |t_ms: u64, class: &str, text: &str| {
        let (time, text) = (clock(t_ms), escaped(text));
        format!(
            "<li><p><span class=\"time\">{time}</span> <span class=\"{class}\">{text}</span></p></li>"
        )
    };
    match happening {
        Happening::Frame(frame) => of_frame(frame),
        Happening::Fault { t_ms, text } => plain(*t_ms, "soft", &format!("not read: {text}")),
        Happening::Mark { t_ms, text } => plain(*t_ms, "mark", &format!("mark: {text}")),
        Happening::Played { t_ms, text } => plain(*t_ms, "bad", &format!("played: {text}")),
        Happening::End { t_ms, text } => plain(*t_ms, "soft", &format!("end: {text}")),
        Happening::LeftOut { from_ms, to_ms, frames, events } => {
            let text = format!("{frames} frames to {} left out; {events} events", clock(*to_ms));
            plain(*from_ms, "soft", &text)
        }
    }
}

fn of_frame(frame: &TracedFrame) -> String {
    let class = if frame.is_telling() { "telling" } else { "silent" };
    let made = match frame.events.len() {
        0 => String::new(),
        events => format!(" <span class=\"made\">{}</span>", count(events, "event")),
    };
    let trouble = match (&frame.unreadable, frame.unknown.len()) {
        (Some(_), _) => " <span class=\"bad\">unreadable</span>".to_owned(),
        (None, 0) => String::new(),
        (None, names) => format!(" <span class=\"bad\">{}</span>", count(names, "unknown name")),
    };
    let mut inside = String::new();
    for (index, event) in frame.events.iter().enumerate() {
        inside.push_str(&of_event(event, &place(frame, index)));
    }
    if let Some(why) = &frame.unreadable {
        inside.push_str(&format!("<p class=\"bad\">{}</p>", escaped(why)));
    }
    if !frame.unknown.is_empty() {
        let names = escaped(&frame.unknown.join(", "));
        inside.push_str(&format!("<p class=\"bad\">Not known to this version: {names}</p>"));
    }
    inside.push_str(&of_body(frame));
    format!(
        "<li class=\"{class}\"><details><summary><span class=\"time\">{}</span> frame {} \
         <span class=\"soft\">{}, {} bytes</span>{made}{trouble}</summary>\
         <div class=\"inside\">{inside}</div></details></li>\n",
        clock(frame.t_ms),
        frame.number,
        escaped(&frame.about),
        frame.bytes,
    )
}

fn of_body(frame: &TracedFrame) -> String {
    let Some(bytes) = &frame.body else {
        return "<p class=\"soft\">There was no room for its body.</p>".to_owned();
    };
    let (text, said) = body(bytes);
    let said = said.map_or_else(String::new, |said| format!("<p class=\"soft\">{said}</p>"));
    let what = "Raw body";
    format!("<details><summary>{what}</summary><pre>{}</pre>{said}</details>", escaped(&text))
}

/// Where an event stands; a link there opens its frame.
fn place(frame: &TracedFrame, index: usize) -> String {
    format!("f{}-{}", frame.number, index + 1)
}

fn of_event(event: &TracedEvent, place: &str) -> String {
    let story = event.made_of.as_ref().map_or_else(
        || {
            "<p class=\"soft\">Held back since an earlier frame, where its id was made.</p>"
                .to_owned()
        },
        made_of,
    );
    format!(
        "<div id=\"{place}\"><p class=\"made\">{}</p>{story}<details><summary>As JSON</summary>\
         <pre>{}</pre></details></div>",
        escaped(&event.words),
        escaped(&event.json),
    )
}

fn made_of(story: &IdStory) -> String {
    let epoch = story.epoch.to_string();
    let observer = if story.observer.is_empty() { "nobody is named" } else { &story.observer };
    let id = story.id.to_string();
    let rows = [
        ("id", id.as_str()),
        ("game", &story.game),
        ("session key", &story.session),
        ("observer", observer),
        ("epoch", &epoch),
        ("kind", &story.kind),
        ("native key", &story.native_key),
    ];
    let one = |(label, value): (&str, &str)| {
        format!("<dt>{label}</dt><dd class=\"id\">{}</dd>", escaped(value))
    };
    let rows: String = rows.into_iter().map(one).collect();
    format!("<dl class=\"story\">{rows}</dl>")
}

fn sendings(trace: &Trace) -> String {
    if trace.exchanges.is_empty() {
        return "<p>Nothing was sent.</p>".to_owned();
    }
    let lines: String = trace.exchanges.iter().zip(1..).map(of_exchange).collect();
    let more = match trace.exchanges_left_out {
        0 => String::new(),
        more => format!("<p>{more} further requests are left out.</p>"),
    };
    format!(
        "<p class=\"soft\">Times are this machine's own, from the beginning of the replay.</p>\
         <ol class=\"tape\">{lines}</ol>{more}"
    )
}

fn of_exchange((exchange, number): (&Exchange, usize)) -> String {
    let events = match exchange.ids.len() {
        0 => "asked who the server is".to_owned(),
        events => count(events, "event"),
    };
    let inside = if exchange.receipts.is_empty() {
        let ids: String = exchange
            .ids
            .iter()
            .map(|id| format!("<tr><td class=\"id\">{}</td></tr>", escaped(id)))
            .collect();
        if ids.is_empty() {
            String::new()
        } else {
            table("Events of this request", &["Event"], &ids)
        }
    } else {
        let row = |line: &super::ReceiptLine| {
            let [id, status, detail] =
                [&line.id, &line.status, &line.detail].map(|text| escaped(text));
            format!("<tr><td class=\"id\">{id}</td><td>{status}</td><td>{detail}</td></tr>")
        };
        let rows: String = exchange.receipts.iter().map(row).collect();
        table("Receipts of this request", &["Event", "Receipt", "Why"], &rows)
    };
    format!(
        "<li><details><summary><span class=\"time\">{}</span> request {number} <span \
         class=\"soft\">{events}</span> <span class=\"made\">{}</span></summary>\
         <div class=\"inside\">{inside}</div></details></li>\n",
        clock(exchange.at_ms),
        escaped(&exchange.answer),
    )
}

/// A table that scrolls by itself where the window is narrow.
fn table(label: &str, heads: &[&str], rows: &str) -> String {
    let head = |head: &&str| {
        if head.is_empty() {
            "<td></td>".to_owned()
        } else {
            format!("<th scope=\"col\">{head}</th>")
        }
    };
    let heads: String = heads.iter().map(head).collect();
    format!(
        "<div class=\"scroll\" role=\"region\" aria-label=\"{label}\" tabindex=\"0\"><table>\
         <thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
}
