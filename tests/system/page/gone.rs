//! What is not there any more, and what was never there: the page says so, and keeps
//! nothing on the screen that was erased.

use serde_json::json;

use super::{
    Evening, KILLS, reports,
    telling::{KEY, Kill, SESSION_KEY, Teller},
};

const WITNESSES: &str = "document.querySelector('section.witnesses').innerText";

/// What a page's own functions make of what the server may say.
const SAID: &str = r#"
    import("/assets/texts.js").then(({ exactTime, percent, sentence, timeNear }) => {
        const kill = (attacker) => sentence({ kind: "kill", actors: { attacker, victim: "Bo" } });
        const near = timeNear("2026-11-22T19:10:05.123Z", "2026-11-22T19:00:00.000Z");
        const far = timeNear("2106-02-07T12:28:15.000Z", "2026-11-22T19:00:00.000Z");
        return {
            shares: [0, 0.009, 0.29, 0.9, 0.999].map(percent),
            names: ["A\u202eb", "A\u2069\u2067b"].map(kill),
            lengths: [near.length, far.includes("2106"), exactTime(null, "2026-11-22T19:00:00.000Z")],
        };
    })
"#;

/// Rows stand in the order of what they show.
const ORDERED: &str = r#"
    import("/assets/record.js").then(({ Record }) => {
        const record = new Record();
        const one = (id, at, match_clock_ms) => ({ id, at, match_clock_ms, revision: 1, witnesses: [] });
        record.put(one("a", "2026-11-22T19:00:02.000Z", 1_000));
        record.put(one("b", "2026-11-22T19:00:01.000Z", 2_000));
        const byClock = record.inOrder().map(({ id }) => id).join("");
        record.put(one("c", "2026-11-22T19:00:03.000Z", null));
        return [byClock, record.inOrder().map(({ id }) => id).join("")];
    })
"#;

#[test]
fn no_share_is_rounded_up_and_no_name_turns_around_what_stands_behind_it() {
    let Some(mut evening) = Evening::open() else { return };
    let said = evening.page.run(SAID);
    assert_eq!(said["shares"], json!(["0%", "0%", "29%", "90%", "99%"]));
    let plain = "\u{2068}Ab\u{2069} killed \u{2068}Bo\u{2069}";
    assert_eq!(said["names"], json!([plain, plain]));
    assert_eq!(said["lengths"], json!([8, true, "unknown"]), "a date where it is another day");
    assert_eq!(evening.page.run(ORDERED), json!(["ab", "bac"]));
}

#[test]
fn who_hides_everything_is_told_so() {
    let Some(mut evening) = Evening::open() else { return };
    evening.sign_in();
    evening.open_match();
    evening.wait_for_columns(KILLS);
    evening.page.run("document.querySelectorAll('.chip').forEach((chip) => chip.click())");
    evening.wait_for_columns(0);
    let said = "document.querySelector('section.picture').innerText";
    evening.page.wait_until(&format!("{said}.includes('All occurrences are hidden')"));
    assert_eq!(evening.page.run(&format!("{said}.includes('Nothing has happened')")), false);
}

#[test]
fn an_address_of_an_occurrence_that_never_was_is_told_apart_from_one_that_was() {
    let Some(mut evening) = Evening::open() else { return };
    evening.sign_in();
    evening.open_match();
    evening.wait_for_columns(KILLS);
    for never in ["00000000-0000-4000-8000-000000000000", "nothing"] {
        let at = format!("#/match/{}/{never}", KEY.replace(':', "%3A"));
        evening.page.run(&format!("location.hash = {at:?}"));
        evening.page.wait_until(&format!("{WITNESSES}.includes('no such occurrence')"));
    }
}

#[test]
fn a_chosen_occurrence_is_followed_into_the_match_and_the_occurrence_that_it_is_part_of() {
    let Some(mut evening) = Evening::open() else { return };
    let apart = Teller::apart(&evening.server);
    let kills: Vec<_> = (0..KILLS).map(Kill::of).collect();
    apart.tell(evening.server.url(), &kills[..1]);
    evening.sign_in();
    evening.open_match_of(SESSION_KEY);
    evening.wait_for_columns(1);
    let id = evening.page.run("document.querySelector('[data-row]').dataset.row");
    evening.page.run("document.querySelector('[data-row] a').click()");
    evening.page.wait_until("document.querySelectorAll('[data-witness]').length === 1");
    apart.tell_its_id(evening.server.url(), Kill::of(KILLS));
    apart.tell(evening.server.url(), &kills[1..]);

    let seen = Kill::of(0).witnesses().count() + 1;
    let rows = "document.querySelectorAll('[data-witness]').length";
    evening.page.wait_until(&format!("location.hash.includes('page') && {rows} === {seen}"));
    let old = id.as_str().unwrap();
    evening.page.run("location.hash = '#/'");
    evening.page.wait_until("document.querySelector('[data-match]')");
    let link = format!("#/match/{}/{old}", SESSION_KEY.replace(':', "%3A"));
    evening.page.run(&format!("location.hash = {link:?}"));
    evening.page.wait_until(&format!("{rows} === {seen}"));
    let key = "decodeURIComponent(location.hash)";
    assert_eq!(evening.page.run(&format!("{key}.includes({KEY:?})")), true, "the other's address");
}

#[test]
fn nothing_of_a_match_that_is_erased_stays_on_the_screen() {
    let Some(mut evening) = Evening::open() else { return };
    evening.sign_in();
    evening.open_match();
    evening.wait_for_columns(KILLS);
    let seen =
        format!("document.querySelectorAll('[data-cell=seen]').length === {}", reports(KILLS));
    evening.page.wait_until(&seen);
    assert_eq!(evening.page.run("document.body.innerText.includes('Ana #EU')"), true);
    for teller in &evening.tellers {
        teller.erase_all(evening.server.url());
    }
    evening.page.wait_until("!document.body.innerText.includes('#EU')");
    evening.page.wait_until("document.querySelector('#alert').innerText.includes('no such thing')");
    assert_eq!(evening.page.run("document.querySelector('main').innerText"), "All matches");
}
