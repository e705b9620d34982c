//! What a player finds in the history, and does with it.

use event_model::{
    DeviceId, Event, EventData, EventId, Game, Kind, MatchKey, MatchOrigin, MatchRef, Moment,
    Origin, WallTime,
};
use match_story::{ChapterPick, KindWord, OwnMark, Whose};
use outbox::{Append, NewEvent, Outbox, OutboxView, ToldEvent};
use uuid::Uuid;

use super::{
    ChapterWish, EraseWhere, MatchSearch, Matches, NotAsked, ServerErasure, SpreadsheetWish,
    WitnessAnswer,
};
use crate::{
    DataDir,
    pipeline::tests::{at, stream},
};

/// An installation with an outbox that this test owns.
struct Pc {
    _folder: tempfile::TempDir,
    dir: DataDir,
    outbox: Outbox,
}

impl Pc {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let outbox = Outbox::open(&dir.outbox(), device(), at(0)).unwrap();
        Self { _folder: folder, dir, outbox }
    }

    fn matches(&self) -> Matches {
        Matches::of(&self.dir)
    }

    /// A match that begins at this minute, with so many kills, a minute apart.
    fn play(&mut self, name: &str, minute: i64, kills: u32) {
        let events = (0..=kills).map(|n| {
            let kind = if n == 0 { Kind::MatchStarted } else { Kind::Kill };
            event(name, n, kind, minute + i64::from(n))
        });
        let group = [Append { stream: stream(), state: Vec::new(), events: events.collect() }];
        self.outbox.append(&group, at(1)).unwrap();
    }

    /// The outbox is gone, as what it forgets after a week is.
    fn forget(&mut self) {
        let other = self.dir.path().join("other.sqlite");
        self.outbox = Outbox::open(&other, device(), at(0)).unwrap();
        for suffix in ["", "-wal", "-shm", ".id", ".lock"] {
            drop(std::fs::remove_file(self.dir.path().join(format!("outbox.sqlite{suffix}"))));
        }
    }

    fn keys(&self, text: &str) -> Vec<String> {
        let search = MatchSearch { text: text.to_owned(), ..MatchSearch::default() };
        let page = self.matches().page(&search, None, 100).unwrap();
        page.matches.iter().map(|of| of.key.to_string()).collect()
    }
}

fn device() -> DeviceId {
    DeviceId(Uuid::from_u128(1))
}

fn key(name: &str) -> MatchKey {
    MatchKey::native(&Game::cs2(), name)
}

fn id(name: &str, n: u32) -> EventId {
    let of_name = name.bytes().fold(0, |id, byte| id * 256 + u128::from(byte));
    EventId(Uuid::from_u128(of_name << 32 | u128::from(n)))
}

fn event(name: &str, n: u32, kind: Kind, minute: i64) -> NewEvent {
    let match_ref = MatchRef { key: key(name), origin: MatchOrigin::Native };
    let mut data = EventData::of_match(Game::cs2(), match_ref);
    data.actors.attacker = Some("Ana".to_owned());
    let time = WallTime::from_unix_ms(1_700_000_000_000 + minute * 60_000);
    let observed = Moment { wall: time, ..at(u64::try_from(minute).unwrap() * 60_000) }.clock;
    NewEvent { event: Event { id: id(name, n), kind, data }, origin: Origin::Live, time, observed }
}

#[test]
fn what_the_upload_queue_forgot_is_still_told() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    pc.play("b", 60, 1);
    let before = pc.matches().open(&key("a")).unwrap().unwrap();
    assert_eq!((before.summary.events, before.uploads.waiting), (3, 3));
    pc.forget();
    let after = pc.matches().open(&key("a")).unwrap().unwrap();
    assert_eq!(after.timeline, before.timeline);
    assert_eq!(pc.keys(""), ["cs2:b", "cs2:a"], "the newest first");
    assert_eq!(pc.matches().open(&key("never played")).unwrap(), None);
}

#[test]
fn what_programs_tell_drives_no_match_out_of_the_history() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    let more_than_it_keeps = 2_001;
    let told = (0..more_than_it_keeps).map(|n| {
        let (kind, subject) = ("com.example.lap".to_owned(), format!("lap:{n}"));
        let time = WallTime::from_unix_ms(0);
        ToldEvent::new(id("lap", n), kind, subject, time, serde_json::Value::Null).unwrap()
    });
    pc.outbox.append_told(&told.collect::<Vec<_>>(), at(2)).unwrap();
    let page = pc.matches().page(&MatchSearch::default(), None, 100).unwrap();
    assert_eq!((page.found, page.kept), (1, 1));
    assert_eq!(page.matches[0].key, key("a"));
}

#[test]
fn pages_and_searches_hold_every_match_once() {
    let mut pc = Pc::new();
    // Two of them begin at one moment.
    for (name, minute) in [("a", 0), ("b", 7), ("c", 7), ("d", 20), ("e", 30)] {
        pc.play(name, minute, 1);
    }
    let (mut keys, mut before) = (Vec::new(), None);
    loop {
        let page = pc.matches().page(&MatchSearch::default(), before.as_deref(), 2).unwrap();
        assert_eq!((page.found, page.kept), (5, 5));
        keys.extend(page.matches.iter().map(|of| of.key.to_string()));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(keys, ["cs2:e", "cs2:d", "cs2:b", "cs2:c", "cs2:a"]);
    assert_eq!(pc.keys("ana").len(), 5, "a player's name");
    assert_eq!(pc.keys("bo").len(), 0);
    let shown = [("cs2".to_owned(), "Counter-Strike".to_owned())].into();
    let search = MatchSearch { text: "counter".to_owned(), shown, ..MatchSearch::default() };
    assert_eq!(pc.matches().page(&search, None, 9).unwrap().found, 5, "by the page's own words");
}

#[tokio::test]
async fn an_erased_match_is_nowhere_and_does_not_come_back() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    pc.play("b", 9, 1);
    let erasure = pc.matches().erase(&key("a"), EraseWhere::Here, at(5)).await.unwrap();
    assert_eq!((erasure.here, erasure.being_sent), (3, 0));
    assert_eq!(erasure.server, ServerErasure::NotWanted);
    assert_eq!(pc.keys(""), ["cs2:b"]);
    assert_eq!(pc.outbox.view().ids_of_match("cs2:a").unwrap(), []);
    // The game tells it again.
    pc.play("a", 0, 2);
    assert_eq!(pc.keys(""), ["cs2:b"]);
    let page = pc.matches().page(&MatchSearch::default(), None, 9).unwrap();
    assert_eq!(page.erasing, [], "nothing is left to erase");
}

#[tokio::test]
async fn without_a_server_nobody_is_asked() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    let answer = pc.matches().witnesses(&key("a"), at(9)).await.unwrap();
    assert_eq!(answer, WitnessAnswer::NotAsked { why: NotAsked::NoServer });
    let erasure = pc.matches().erase(&key("a"), EraseWhere::Everywhere, at(9)).await.unwrap();
    assert_eq!(erasure.server, ServerErasure::NoServer);
    assert_eq!(pc.matches().go_on_erasing(at(9)).await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_again_to_erase_and_meanwhile_nothing_is_kept() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    let server = "http://127.0.0.1:9";
    let settings = format!("[upload]\nserver = \"{server}\"\nconsent = true\n");
    std::fs::write(pc.dir.settings(), settings).unwrap();
    let mut identity = crate::Identity::load_or_create(&pc.dir).unwrap();
    identity.keep_token(&pc.dir, server, "rsd_secret").unwrap();
    let erasure = pc.matches().erase(&key("a"), EraseWhere::Everywhere, at(9)).await.unwrap();
    let why = super::NotTold::Offline;
    assert_eq!(erasure.server, ServerErasure::Later { why });
    // What else the game tells of it meanwhile goes too.
    let more = [Append {
        stream: stream(),
        state: Vec::new(),
        events: vec![event("a", 50, Kind::Kill, 50)],
    }];
    pc.outbox.append(&more, at(10)).unwrap();
    assert_eq!(pc.keys(""), Vec::<String>::new());
    assert_eq!(pc.matches().go_on_erasing(at(11)).await.unwrap(), 1);
    assert_eq!(pc.outbox.view().ids_of_match("cs2:a").unwrap(), []);
    let page = pc.matches().page(&MatchSearch::default(), None, 9).unwrap();
    assert_eq!((page.erasing[0].key.as_str(), page.erasing[0].at_server), ("cs2:a", true));
}

#[tokio::test]
async fn a_server_that_knew_this_pc_as_another_device_is_asked_to_erase_too() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    let mut identity = crate::Identity::load_or_create(&pc.dir).unwrap();
    identity.keep_token(&pc.dir, "http://127.0.0.1:9", "rsd_secret").unwrap();
    crate::Identity::renew(&pc.dir).unwrap();
    let erasure = pc.matches().erase(&key("a"), EraseWhere::Everywhere, at(9)).await.unwrap();
    let why = super::NotTold::Offline;
    assert_eq!(erasure.server, ServerErasure::Later { why }, "no server of these settings");
    assert_eq!(pc.matches().go_on_erasing(at(11)).await.unwrap(), 1);
}

#[tokio::test]
async fn an_identity_that_cannot_be_read_is_not_taken_for_no_server() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    std::fs::write(pc.dir.identity(), "{half").unwrap();
    let refused = pc.matches().erase(&key("a"), EraseWhere::Everywhere, at(9)).await;
    assert!(matches!(refused, Err(crate::Error::Identity { .. })), "{refused:?}");
    let page = pc.matches().page(&MatchSearch::default(), None, 9).unwrap();
    assert!(page.erasing[0].at_server, "it is still to be asked");
}

#[tokio::test]
async fn a_match_that_cannot_be_gone_on_with_keeps_no_other() {
    let mut pc = Pc::new();
    for name in ["a", "b"] {
        pc.play(name, 0, 1);
        pc.matches().erase(&key(name), EraseWhere::Here, at(9)).await.unwrap();
        std::fs::write(pc.dir.identity(), "{half").unwrap();
        // No server can be asked, for either.
        let erased = pc.matches().erase(&key(name), EraseWhere::Everywhere, at(9)).await;
        assert!(matches!(erased, Err(crate::Error::Identity { .. })), "{erased:?}");
        std::fs::remove_file(pc.dir.identity()).unwrap();
    }
    std::fs::write(pc.dir.identity(), "{half").unwrap();
    for name in ["a", "b"] {
        let events = vec![event(name, 50, Kind::Kill, 50)];
        let more = [Append { stream: stream(), state: Vec::new(), events }];
        pc.outbox.append(&more, at(10)).unwrap();
    }
    pc.matches().go_on_erasing(at(11)).await.unwrap_err();
    for name in ["cs2:a", "cs2:b"] {
        assert_eq!(pc.outbox.view().ids_of_match(name).unwrap(), [], "{name}");
    }
}

#[tokio::test]
async fn a_server_whose_certificate_is_gone_keeps_no_other_from_being_asked() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    // In the order of their names: this one first.
    let without = "http://127.0.0.1:1";
    let settings =
        format!("[upload]\nserver = \"{without}\"\nserver_ca = \"gone.pem\"\nconsent = true\n");
    std::fs::write(pc.dir.settings(), settings).unwrap();
    let other = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let server = format!("http://{}", other.local_addr().unwrap());
    let mut identity = crate::Identity::load_or_create(&pc.dir).unwrap();
    identity.keep_token(&pc.dir, without, "rsd_secret").unwrap();
    identity.keep_token(&pc.dir, &server, "rsd_secret").unwrap();
    let (asked, was_asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let connection = other.accept();
        asked.send(connection.is_ok()).ok();
    });
    let erasure = pc.matches().erase(&key("a"), EraseWhere::Everywhere, at(9)).await.unwrap();
    assert!(matches!(erasure.server, ServerErasure::Later { .. }), "{erasure:?}");
    assert_eq!(was_asked.try_recv(), Ok(true), "the other server");
}

#[tokio::test]
async fn an_erased_match_goes_from_the_queue_of_a_former_identity_too() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    let limits = delivery::BatchLimits::within(&ingest_api::Limits::default());
    let claimed = pc.outbox.claim(&limits, at(2)).unwrap();
    assert!(!claimed.is_empty(), "it was being sent when the identity changed");
    let other = pc.dir.path().join("other.sqlite");
    pc.outbox = Outbox::open(&other, device(), at(0)).unwrap();
    let was = crate::Identity::load_or_create(&pc.dir).unwrap().device().to_string();
    crate::privacy::renew(&pc.dir).unwrap();
    pc.outbox = Outbox::open(&pc.dir.outbox(), device(), at(0)).unwrap();
    let former = pc.dir.former().join(was);
    assert!(is_said_in(&former, "Ana"), "the test looks where it is");

    let erasure = pc.matches().erase(&key("a"), EraseWhere::Here, at(5)).await.unwrap();
    assert_eq!((erasure.here, erasure.being_sent), (3, 0));
    let queue = OutboxView::open(&former.join("outbox.sqlite")).unwrap();
    assert_eq!(queue.ids_of_match("cs2:a").unwrap(), []);
    drop(queue);
    assert!(!is_said_in(&former, "Ana"), "nor in what the files have left");
    let page = pc.matches().page(&MatchSearch::default(), None, 9).unwrap();
    assert_eq!(page.erasing, [], "nothing is left to erase");
}

fn is_said_in(folder: &std::path::Path, word: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut contents = files.map(|path| std::fs::read(path).unwrap());
    contents.any(|bytes| bytes.windows(word.len()).any(|part| part == word.as_bytes()))
}

#[test]
fn chapters_have_the_words_of_the_page() {
    let mut pc = Pc::new();
    pc.play("a", 0, 3);
    let pick = ChapterPick { kinds: [KindWord(Kind::Kill)].into(), whose: Whose::Everybodys };
    let labels = [(id("a", 1).to_string(), "Ana was first".to_owned())].into();
    let marked = "Markiert".to_owned();
    let wish = ChapterWish { start: id("a", 0).to_string(), pick, labels, marked };
    let seen = WallTime::from_unix_ms(1_700_000_000_000 + 90_000);
    let own = [OwnMark { seen, match_clock_ms: None }];
    let chapters = pc.matches().chapters(&key("a"), &wish, &own).unwrap().unwrap();
    assert_eq!(
        chapters.text,
        "00:00 match_started\n01:00 Ana was first\n01:30 Markiert\n02:00 kill\n03:00 kill\n"
    );
    let elsewhere = ChapterWish { start: id("b", 0).to_string(), ..wish };
    assert_eq!(pc.matches().chapters(&key("a"), &elsewhere, &[]).unwrap(), None);
}

#[test]
fn a_spreadsheet_has_a_row_an_event_and_writes_over_nothing() {
    let mut pc = Pc::new();
    pc.play("a", 0, 2);
    let folder = pc.dir.path().join("out");
    let wish = SpreadsheetWish {
        labels: [(id("a", 1).to_string(), "Ana was first".to_owned())].into(),
        ..SpreadsheetWish::default()
    };
    let first = pc.matches().csv(&key("a"), &wish, &folder).unwrap().unwrap();
    let second = pc.matches().csv(&key("a"), &wish, &folder).unwrap().unwrap();
    assert_ne!(first.path, second.path);
    let text = std::fs::read_to_string(&first.path).unwrap();
    assert_eq!((text.lines().count(), first.events), (1 + 3, 3));
    assert!(text.contains(",Ana was first,"), "in the words of the page: {text}");
}

#[test]
fn before_anything_was_captured_the_history_is_empty_and_makes_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
    let page = Matches::of(&dir).page(&MatchSearch::default(), None, 9).unwrap();
    assert_eq!((page.matches.len(), page.next, page.kept), (0, None, 0));
    assert!(!dir.history().exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_looks_into_the_history() {
    use std::os::unix::fs::PermissionsExt;
    let mut pc = Pc::new();
    pc.play("a", 0, 1);
    pc.keys("");
    let folder = pc.dir.history().parent().unwrap().to_owned();
    let mode = std::fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "{mode:o}");
}
