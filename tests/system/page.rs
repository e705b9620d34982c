//! The page at `/` in Debian's Chromium: what it shows is what the server keeps of
//! a match that several devices told it of.

mod browser;
mod gone;
mod telling;

use std::collections::BTreeSet;

use association::{
    StreamFlag,
    joining::{JoinFlag, SessionFlag},
};
use serde_json::{Value, json};
use system_tests::{Server, scratch};

pub(crate) use self::browser::Browser;
use self::{
    browser::Key,
    telling::{HOSTILE, KEY, Kill, SESSION_KEY, Teller},
};

/// What the tellers saw before the page is opened, and what they see later.
const KILLS: u32 = 16;
const LATER: u32 = 2;

/// The picture as it stands: what was seen by which device, and by whom it was missed.
const DOTS: &str = r#"
    [...document.querySelectorAll("circle[data-cell=CELL]")]
        .map((dot) => [dot.closest("[data-occurrence]").dataset.occurrence, dot.dataset.device])
"#;

/// Those of the server's words about a match that the page has none for.
const UNSAID: &str = r#"
    import("/assets/texts.js").then(({ tables: { en } }) => WORDS.filter((name) => !(name in en)))
"#;

/// Words that are not in both tables, or not with the same holes.
const UNLIKE: &str = r#"
    import("/assets/texts.js").then(({ tables: { en, de } }) => {
        const flat = (table) => ({ ...table, ...table.events, events: "" });
        const holes = (words) => [...new Set(JSON.stringify(words ?? null).match(/{\w+}|null/g))].sort();
        const names = Object.keys({ ...flat(en), ...flat(de) });
        return names.filter((name) => String(holes(flat(en)[name])) !== String(holes(flat(de)[name])));
    })
"#;

/// Events of a feed in an order and with gaps as a cut makes them; what is left, by id.
const LEFT: &str = r#"
    import("/assets/record.js").then(({ Record }) => {
        const record = new Record();
        const one = (id, revision) => ({ id, revision, at: null, standing: "lone", witnesses: [] });
        record.apply("created", { revision: 1, occurrence: one("old", 1) });
        record.apply("reset", { revision: 9 });
        for (const id of ["a", "b", "c", "d"]) record.apply("created", { revision: 9, occurrence: one(id, 9) });
        record.apply("witnessed", { revision: 8, id: "a", occurrence: one("a", 8) });
        record.apply("merged", { revision: 10, id: "b", into: "a", occurrence: one("a", 10) });
        record.apply("merged", { revision: 10, id: "b", into: "a", occurrence: one("a", 10) });
        record.apply("split", { revision: 11, from: "a", occurrence: one("e", 11) });
        record.apply("retracted", { revision: 12, id: "c" });
        record.apply("witnessed", { revision: 12, id: "c", witness: {} });
        record.apply("retimed", { revision: 13, occurrence: one("d", 13) });
        record.apply("witnessed", { revision: 12, id: "d", occurrence: one("d", 12) });
        return Object.fromEntries(record.inOrder().map(({ id, revision }) => [id, revision]));
    })
"#;

/// A server, four devices in one match, and the page. Fields are dropped in order.
struct Evening {
    page: Browser,
    server: Server,
    tellers: Vec<Teller>,
    _folder: tempfile::TempDir,
}

impl Evening {
    /// Opens the page of a server that knows a match; `None`, and says why, where
    /// this machine has no Chromium.
    #[expect(clippy::print_stdout, reason = "the test runner shows why a test was skipped")]
    fn open() -> Option<Self> {
        let page = match Browser::open() {
            Ok(page) => page,
            // In CI nobody reads that a test was skipped.
            Err(reason) if std::env::var_os("CI").is_some() => panic!("{reason}"),
            Err(reason) => {
                println!("skipped: {reason}");
                return None;
            }
        };
        let folder = scratch();
        let server = Server::start(folder.path()).unwrap();
        let tellers = telling::tellers(&server);
        let mut evening = Self { page, server, tellers, _folder: folder };
        evening.tell(0..KILLS);
        let url = format!("{}/", evening.server.url());
        evening.page.go(&url);
        Some(evening)
    }

    /// Every device tells of those that it saw.
    fn tell(&self, kills: std::ops::Range<u32>) {
        let kills: Vec<_> = kills.map(Kill::of).collect();
        self.tellers.iter().for_each(|teller| teller.tell(self.server.url(), &kills));
    }

    fn sign_in(&mut self) {
        let token = self.server.reader_token().to_owned();
        self.page.wait_until("document.activeElement.id === 'token'");
        self.page.type_text(&token);
        self.page.press(Key::Enter);
        self.page.wait_until("document.querySelector('[data-match]')");
    }

    fn open_match(&mut self) {
        self.open_match_of(KEY);
    }

    fn open_match_of(&mut self, key: &str) {
        self.page.run(&format!("document.querySelector('[data-match={key:?}] a').click()"));
        self.page.wait_until("document.querySelector('#connection').dataset.state === 'live'");
    }

    /// Waits until the picture has a column for each of so many kills.
    fn wait_for_columns(&mut self, count: u32) {
        let columns = "document.querySelectorAll('[data-occurrence]').length";
        self.page.wait_until(&format!("{columns} === {count}"));
    }

    fn dots(&mut self, cell: &str) -> BTreeSet<(String, String)> {
        let dots = self.page.run(&DOTS.replace("CELL", cell));
        let text = |part: &Value| part.as_str().unwrap().to_owned();
        dots.as_array().unwrap().iter().map(|dot| (text(&dot[0]), text(&dot[1]))).collect()
    }

    /// The same as the server has it.
    fn witnesses(&self) -> BTreeSet<(String, String)> {
        let occurrences = self.server.occurrences().unwrap();
        let seen = occurrences.iter().flat_map(|occurrence| {
            let witnesses = occurrence["witnesses"].as_array().unwrap().iter();
            witnesses.map(|witness| (occurrence["id"].clone(), witness["device"].clone()))
        });
        let text = |part: Value| part.as_str().unwrap().to_owned();
        seen.map(|(id, device)| (text(id), text(device))).collect()
    }

    fn figure(&mut self, name: &str) -> Value {
        self.page.run(&format!("document.querySelector('[data-figure={name}]').textContent"))
    }
}

/// Reports of the kills up to `count`: what all devices together sent of them.
fn reports(count: u32) -> usize {
    (0..count).map(|number| Kill::of(number).witnesses().count()).sum()
}

#[test]
fn a_wrong_token_is_told_and_kept_nowhere() {
    let Some(mut evening) = Evening::open() else { return };
    let page = &mut evening.page;
    page.wait_until("document.activeElement.id === 'token'");
    page.type_text("not-a-token-of-this-server");
    page.press(Key::Enter);
    page.wait_until("document.querySelector('[role=alert].wrong').textContent.includes('refused')");
    assert_eq!(page.run("sessionStorage.length + localStorage.length"), 0);
    assert_eq!(page.run("document.querySelectorAll('[data-match]').length"), 0);
    evening.sign_in();
}

#[test]
fn the_page_shows_each_kill_once_with_all_who_saw_it() {
    let Some(mut evening) = Evening::open() else { return };
    evening.sign_in();
    let cells =
        "[...document.querySelectorAll('[data-match] :is(th, td)')].map((c) => c.innerText)";
    let row = evening.page.run(cells);
    assert!(row[0].as_str().unwrap().starts_with("VALORANT"), "{row}");
    assert_eq!(row[2], "4", "devices: {row}");
    assert_eq!((&row[3], &row[4]), (&json!("16"), &json!(reports(KILLS).to_string())), "{row}");
    assert_eq!(evening.figure("deduplication"), ratio(KILLS));

    evening.open_match();
    evening.wait_for_columns(KILLS);
    let seen = evening.dots("seen");
    assert_eq!(seen, evening.witnesses());
    assert_eq!(seen.len(), reports(KILLS), "every report is a dot: nothing else is told");
    assert_eq!(evening.figure("occurrences"), KILLS.to_string());
    missing_are_those_who_did_not_tell(&mut evening);
    each_witness_stands_with_its_time(&mut evening);
    names_are_text(&mut evening);
    clocks_and_players_are_there(&mut evening);
    nothing_is_cut_off_on_a_phone(&mut evening.page);
    both_languages_have_every_word(&mut evening.page);
    what_is_odd_has_words(&mut evening.page);
    assert_eq!(evening.page.faults(), [] as [&str; 0]);
}

fn ratio(kills: u32) -> String {
    let reports = u32::try_from(reports(kills)).unwrap();
    format!("{:.2} : 1", f64::from(reports) / f64::from(kills))
}

/// Hollow rings: those who watched and did not tell, as many as the server expected.
fn missing_are_those_who_did_not_tell(evening: &mut Evening) {
    let missing = evening.dots("missing");
    assert!(missing.is_disjoint(&evening.dots("seen")));
    for occurrence in evening.server.occurrences().unwrap() {
        let rings = missing.iter().filter(|(id, _)| occurrence["id"] == **id).count();
        let count = |name: &str| occurrence[name].as_u64().unwrap();
        let expected = count("expected") - count("seen_by");
        assert_eq!(u64::try_from(rings), Ok(expected), "{occurrence}");
    }
    assert!(!missing.is_empty(), "one in four is missed by somebody");
}

fn each_witness_stands_with_its_time(evening: &mut Evening) {
    let occurrences = evening.server.occurrences().unwrap();
    let chosen = occurrences.iter().find(|one| one["seen_by"] == 3).unwrap();
    let id = chosen["id"].as_str().unwrap();
    evening.page.run(&format!("document.querySelector('[data-row={id:?}] a').click()"));
    evening.page.wait_until("document.querySelectorAll('[data-witness]').length === 3");
    let rows = "[...document.querySelectorAll('[data-witness]')].map((row) => [row.dataset.witness, row.innerText])";
    let rows = evening.page.run(rows);
    for witness in chosen["witnesses"].as_array().unwrap() {
        let rows = rows.as_array().unwrap();
        let row = rows.iter().find(|row| row[0] == witness["event_id"]).unwrap();
        let said = row[1].as_str().unwrap();
        assert!(said.contains(witness["account"].as_str().unwrap()), "{said}");
        // Minutes, seconds and thousandths: the hour depends on where one is.
        let at = witness["at"].as_str().unwrap();
        assert!(said.contains(&at[14..23]), "{said} has no {at}");
    }
}

/// A player's name that would be a program, were it not text.
fn names_are_text(evening: &mut Evening) {
    let page = &mut evening.page;
    assert_eq!(page.run("document.title"), "VALORANT · Ringside");
    assert_eq!(page.run("document.querySelectorAll('main img, main script').length"), 0);
    let named = "[...document.querySelectorAll('.names bdi')].map((name) => name.textContent)";
    let names = page.run(named);
    assert!(names.as_array().unwrap().contains(&json!(HOSTILE)), "{names}");
    let words = page.run("document.querySelector('.words tbody').textContent");
    assert!(words.as_str().unwrap().contains(HOSTILE), "{words}");
}

fn clocks_and_players_are_there(evening: &mut Evening) {
    let lines = "new Set([...document.querySelectorAll('.clock-row')].filter((row) => row.querySelector('svg.clock path')).map((row) => row.dataset.device)).size";
    assert_eq!(evening.page.run(lines), 4, "each device's clock has a line");
    let kills = "[...document.querySelectorAll('[data-player]')].map((row) => Number(row.children[1].textContent)).reduce((a, b) => a + b, 0)";
    assert_eq!(evening.page.run(kills), KILLS, "every kill is somebody's");
}

fn nothing_is_cut_off_on_a_phone(page: &mut Browser) {
    page.resize(320, 640);
    let fits = "document.documentElement.scrollWidth <= innerWidth && innerWidth === 320";
    assert_eq!(page.run(fits), true);
    page.resize(1280, 900);
}

fn both_languages_have_every_word(page: &mut Browser) {
    let unlike = page.run(UNLIKE);
    assert_eq!(unlike, json!([]), "in one language only, or with other holes to fill");
}

#[test]
fn what_happens_now_appears_without_a_reload_also_after_a_crash_of_the_server() {
    let Some(mut evening) = Evening::open() else { return };
    evening.sign_in();
    evening.open_match();
    evening.wait_for_columns(KILLS);
    evening.page.run("window.isStillThere = true");
    evening.tell(KILLS..KILLS + 1);
    evening.wait_for_columns(KILLS + 1);
    evening.page.wait_until("document.querySelector('.feed [data-change=created]')");

    let (folder, address) = evening.server.crash().unwrap();
    let state = "document.querySelector('#connection').dataset.state";
    evening.page.wait_until(&format!("{state} === 'waiting'"));
    evening.server = Server::start_on(&folder, &address).unwrap();
    evening.tell(KILLS + 1..KILLS + LATER);
    evening.page.wait_until(&format!("{state} === 'live'"));
    evening.wait_for_columns(KILLS + LATER);
    let reports = reports(KILLS + LATER);
    evening
        .page
        .wait_until(&format!("document.querySelectorAll('[data-cell=seen]').length === {reports}"));
    assert_eq!(evening.dots("seen"), evening.witnesses());
    assert_eq!(evening.page.run("window.isStillThere"), true, "the page was not loaded again");
}

#[test]
fn what_an_operator_seals_is_final_in_the_open_page() {
    let Some(mut evening) = Evening::open() else { return };
    evening.sign_in();
    evening.open_match();
    let state = "document.querySelector('h1 [data-state]').dataset.state";
    assert_eq!(evening.page.run(state), "open");
    let operator = evening.server.add_reader("an operator", &["--operator"]).unwrap();
    for (act, shown) in [("seal", "final"), ("reopen", "open")] {
        evening.tellers[0]
            .post(&format!("{}/v1/matches/{KEY}/{act}", evening.server.url()), &operator);
        evening.page.wait_until(&format!("{state} === '{shown}'"));
    }
    evening.page.wait_until("document.querySelectorAll('.feed :is([data-change=sealed], [data-change=reopened])').length === 2");
}

#[test]
fn an_open_page_goes_along_when_its_match_is_joined_into_another_and_says_what_is_odd() {
    let Some(mut evening) = Evening::open() else { return };
    let apart = Teller::apart(&evening.server);
    let kills: Vec<_> = (0..KILLS).map(Kill::of).collect();
    apart.tell(evening.server.url(), &kills[..1]);
    evening.sign_in();
    evening.open_match_of(SESSION_KEY);
    evening.wait_for_columns(1);
    apart.tell_its_id(evening.server.url(), Kill::of(KILLS));
    apart.tell(evening.server.url(), &kills[1..]);
    evening.page.wait_until(&format!("decodeURIComponent(location.hash).includes({KEY:?})"));
    evening.wait_for_columns(KILLS);
    let here = "document.querySelector('.key').textContent.includes('is part of another now')";
    evening.page.wait_until(here);
    let all = reports(KILLS) + kills.len();
    let seen = "document.querySelectorAll('[data-cell=seen]').length";
    evening.page.wait_until(&format!("{seen} === {all}"));
    assert_eq!(evening.dots("seen"), evening.witnesses());

    assert_eq!(evening.page.run("document.querySelectorAll('h1 [data-flag]').length"), 0);
    evening.tellers[0].tell_of_another_year(evening.server.url(), Kill::of(KILLS));
    let odd = "document.querySelector('h1 [data-flag=absurd_times]')";
    evening.page.wait_until(&format!("{odd}?.textContent === 'times of other years'"));
}

/// What the server may say of a match stands in the page's own words.
fn what_is_odd_has_words(page: &mut Browser) {
    let streams = StreamFlag::OF_MATCHES.map(StreamFlag::as_str);
    let sessions = SessionFlag::ALL.map(SessionFlag::as_str);
    let joins = JoinFlag::ALL.map(JoinFlag::as_str);
    let of_match = streams.iter().chain(&sessions).chain(&joins).map(|word| format!("odd.{word}"));
    let of_stream = StreamFlag::ALL.map(|flag| format!("flag.{}", flag.as_str()));
    let words: Vec<_> = of_match.chain(of_stream).collect();
    assert_eq!(page.run(&UNSAID.replace("WORDS", &json!(words).to_string())), json!([]));
}

#[test]
fn whoever_applies_the_feed_has_the_last_state_of_what_still_stands() {
    let Some(mut evening) = Evening::open() else { return };
    assert_eq!(evening.page.run(LEFT), json!({ "a": 10, "d": 13, "e": 11 }));
}

#[test]
fn every_witness_is_reached_with_the_keyboard_alone() {
    let Some(mut evening) = Evening::open() else { return };
    evening.sign_in();
    tab_to(&mut evening.page, "document.activeElement.closest('[data-match]')");
    evening.page.press(Key::Enter);
    evening.wait_for_columns(KILLS);
    tab_to(&mut evening.page, "document.activeElement.role === 'listbox'");
    let chosen = "document.querySelector('[role=option][aria-selected=true]')";
    evening.page.press(Key::Home);
    evening.page.wait_until(&format!("{chosen}?.matches(':first-child')"));
    evening.page.press(Key::Left);
    evening.page.press(Key::Enter);
    evening.page.wait_until("document.activeElement.id === 'witnesses-title'");
    let first = Kill::of(0).witnesses().count();
    let shown = evening.page.run("document.querySelectorAll('[data-witness]').length");
    assert_eq!(shown, first, "those of the first kill: there is none before it");
    evening.page.press(Key::Escape);
    evening.page.wait_until("document.activeElement.role === 'listbox'");
    let outlined = "getComputedStyle(document.activeElement).outlineStyle";
    assert_eq!(evening.page.run(outlined), "solid", "the focus is seen");
}

/// Presses Tab until the focus is where it is wanted.
fn tab_to(page: &mut Browser, wanted: &str) {
    let reached = (0..40).any(|_| {
        page.press(Key::Tab);
        page.run(&format!("Boolean({wanted})")) == true
    });
    assert!(reached, "Tab never comes to {wanted}");
}
