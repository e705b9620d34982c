//! A stand-in of a desktop's portal: it speaks the documented interface, and
//! answers as it is in the mood to.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use portal_hotkeys::Wish;
use tokio::sync::watch;
use zbus::{
    Connection, fdo, interface,
    message::Header,
    zvariant::{ObjectPath, OwnedObjectPath, OwnedValue, Value},
};

use crate::bus::Bus;

const OBJECT: &str = "/org/freedesktop/portal/desktop";
const HOTKEYS: &str = "org.freedesktop.portal.GlobalShortcuts";
const REQUEST: &str = "org.freedesktop.portal.Request";
const SESSION: &str = "org.freedesktop.portal.Session";

/// The id that the stand-in knows as installed.
pub(crate) const APP: &str = "app.ringside.desktop";

/// How the stand-in answers a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As was wished, as GNOME does: no word of keys where there are none.
    Grants,
    /// The first alone, and with other keys.
    GrantsOthers,
    /// As was wished, without a list in the answer, as KDE does.
    GrantsInSilence,
    /// The player says no.
    Refuses,
    /// It ends in some other way.
    Fails,
    /// The player does not answer.
    Waits,
    /// As was wished, by the first version of the interface.
    IsOfVersionOne,
}

type Said = HashMap<String, OwnedValue>;

/// What the stand-in knows, shared by its objects.
#[derive(Clone)]
struct Known(Arc<Mutex<State>>, watch::Sender<Seen>);

/// What a test may wait for.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    asked: bool,
    page: bool,
}

struct State {
    mood: Mood,
    /// The connections that said an id which is installed.
    installed: HashSet<String>,
    /// The latest session: who has it, and where.
    session: Option<(String, OwnedObjectPath)>,
    is_bound: bool,
    asked: Option<Vec<Wish>>,
    granted: Vec<(String, Said)>,
    taken_back: bool,
    session_closed: bool,
}

/// The stand-in, as a test sees it.
pub(crate) struct StandIn {
    connection: Connection,
    known: Known,
}

impl StandIn {
    pub(crate) async fn on(bus: &Bus, mood: Mood) -> Self {
        let this = Self::without_interfaces(bus, mood).await;
        let objects = this.connection.object_server();
        objects.at(OBJECT, Hotkeys(this.known.clone())).await.expect("an interface");
        objects.at(OBJECT, Registry(this.known.clone())).await.expect("an interface");
        this.appears().await
    }

    /// A portal of a desktop that has everything but hotkeys.
    pub(crate) async fn without_hotkeys(bus: &Bus) -> Self {
        let this = Self::without_interfaces(bus, Mood::Grants).await;
        let objects = this.connection.object_server();
        objects.at(OBJECT, Registry(this.known.clone())).await.expect("an interface");
        this.appears().await
    }

    async fn without_interfaces(bus: &Bus, mood: Mood) -> Self {
        let state = State {
            mood,
            installed: HashSet::new(),
            session: None,
            is_bound: false,
            asked: None,
            granted: Vec::new(),
            taken_back: false,
            session_closed: false,
        };
        let known = Known(Arc::new(Mutex::new(state)), watch::Sender::new(Seen::default()));
        Self { connection: bus.connect().await, known }
    }

    async fn appears(self) -> Self {
        self.connection.request_name("org.freedesktop.portal.Desktop").await.expect("the name");
        self
    }

    pub(crate) fn turns(&self, mood: Mood) {
        self.known.state().mood = mood;
    }

    pub(crate) fn asked(&self) -> Option<Vec<Wish>> {
        self.known.state().asked.clone()
    }

    /// Waits until a question stands before the player.
    pub(crate) async fn is_asked(&self) {
        self.known.1.subscribe().wait_for(|seen| seen.asked).await.expect("the stand-in is there");
    }

    pub(crate) fn took_its_question_back(&self) -> bool {
        self.known.state().taken_back
    }

    pub(crate) fn saw_the_session_closed(&self) -> bool {
        self.known.state().session_closed
    }

    /// Waits until the page of the keys is opened.
    pub(crate) async fn opens_its_page(&self) {
        self.known.1.subscribe().wait_for(|seen| seen.page).await.expect("the stand-in is there");
    }

    pub(crate) async fn presses(&self, id: &str) {
        let (_, path) = self.known.session();
        self.tell(HOTKEYS, "Activated", OBJECT, &(path, id, 7_u64, Said::new())).await;
    }

    pub(crate) async fn presses_in_another_session(&self, id: &str) {
        let path = ObjectPath::try_from(format!("{OBJECT}/session/other/one")).expect("a path");
        self.tell(HOTKEYS, "Activated", OBJECT, &(path, id, 7_u64, Said::new())).await;
    }

    pub(crate) async fn changes(&self, id: &str, keys: &str) {
        let (_, path) = self.known.session();
        let listed = vec![(id, HashMap::from([("trigger_description", Value::from(keys))]))];
        self.tell(HOTKEYS, "ShortcutsChanged", OBJECT, &(path, listed)).await;
    }

    pub(crate) async fn closes_the_session(&self) {
        let (_, path) = self.known.session();
        self.tell(SESSION, "Closed", path.as_str(), &(Said::new(),)).await;
    }

    pub(crate) async fn ends(&self) {
        self.connection.release_name("org.freedesktop.portal.Desktop").await.expect("it had it");
    }

    async fn tell<B>(&self, interface: &str, signal: &str, path: &str, body: &B)
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
    {
        let (sender, _) = self.known.session();
        let told = self.connection.emit_signal(Some(sender), path, interface, signal, body).await;
        told.expect("the bus takes a signal");
    }
}

impl Known {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder of this lock panics")
    }

    fn session(&self) -> (String, OwnedObjectPath) {
        self.state().session.clone().expect("there is a session")
    }
}

struct Registry(Known);

#[interface(name = "org.freedesktop.host.portal.Registry")]
impl Registry {
    fn register(
        &self,
        #[zbus(header)] header: Header<'_>,
        app_id: &str,
        _options: Said,
    ) -> fdo::Result<()> {
        if app_id != APP {
            return Err(fdo::Error::Failed("App info not found".to_owned()));
        }
        self.0.state().installed.insert(sender(&header));
        Ok(())
    }
}

struct Hotkeys(Known);

#[derive(Debug, zbus::DBusError)]
#[zbus(prefix = "org.freedesktop.portal.Error")]
enum Refusal {
    #[zbus(error)]
    Bus(zbus::Error),
    NotAllowed(String),
}

#[interface(name = "org.freedesktop.portal.GlobalShortcuts")]
impl Hotkeys {
    async fn create_session(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        options: Said,
    ) -> Result<OwnedObjectPath, Refusal> {
        let sender = sender(&header);
        if !self.0.state().installed.contains(&sender) {
            return Err(Refusal::NotAllowed("An app id is required".to_owned()));
        }
        let session = path("session", &sender, &options["session_handle_token"]);
        connection.object_server().at(&session, Session(self.0.clone())).await?;
        {
            let mut state = self.0.state();
            state.session = Some((sender.clone(), session.clone()));
            state.is_bound = false;
        }
        let results = HashMap::from([("session_handle", Value::from(session.as_str()))]);
        Ok(answer(connection, &sender, &options, 0, &results).await?)
    }

    async fn bind_shortcuts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        _session: ObjectPath<'_>,
        shortcuts: Vec<(String, Said)>,
        _parent_window: &str,
        options: Said,
    ) -> Result<OwnedObjectPath, Refusal> {
        let sender = sender(&header);
        let mood = self.0.state().mood;
        let again = std::mem::replace(&mut self.0.state().is_bound, true);
        if again {
            return Ok(answer(connection, &sender, &options, 2, &HashMap::new()).await?);
        }
        self.0.state().asked = Some(shortcuts.iter().map(wish).collect());
        let code = match mood {
            Mood::Refuses => 1,
            Mood::Fails => 2,
            Mood::Waits => return self.waits(connection, &sender, &options).await,
            Mood::Grants | Mood::GrantsOthers | Mood::GrantsInSilence | Mood::IsOfVersionOne => 0,
        };
        let granted: Vec<_> = shortcuts.iter().map(|asked| granted(asked, mood)).collect();
        let granted = if mood == Mood::GrantsOthers { granted[..1].to_vec() } else { granted };
        let mut results = HashMap::new();
        if code == 0 {
            if mood != Mood::GrantsInSilence {
                results.insert("shortcuts", Value::from(granted.clone()));
            }
            self.0.state().granted = granted;
        }
        Ok(answer(connection, &sender, &options, code, &results).await?)
    }

    async fn list_shortcuts(
        &self,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
        _session: ObjectPath<'_>,
        options: Said,
    ) -> Result<OwnedObjectPath, Refusal> {
        let granted = self.0.state().granted.clone();
        let results = HashMap::from([("shortcuts", Value::from(granted))]);
        Ok(answer(connection, &sender(&header), &options, 0, &results).await?)
    }

    fn configure_shortcuts(&self, _session: ObjectPath<'_>, _parent_window: &str, _options: Said) {
        self.0.1.send_modify(|seen| seen.page = true);
    }

    #[zbus(property, name = "version")]
    fn version(&self) -> u32 {
        if self.0.state().mood == Mood::IsOfVersionOne { 1 } else { 2 }
    }
}

impl Hotkeys {
    /// The player does not answer; the question can be taken back.
    async fn waits(
        &self,
        connection: &Connection,
        sender: &str,
        options: &Said,
    ) -> Result<OwnedObjectPath, Refusal> {
        let path = path("request", sender, &options["handle_token"]);
        connection.object_server().at(&path, Request(self.0.clone())).await?;
        self.0.1.send_modify(|seen| seen.asked = true);
        Ok(path)
    }
}

struct Request(Known);

#[interface(name = "org.freedesktop.portal.Request")]
impl Request {
    fn close(&self) {
        self.0.state().taken_back = true;
    }
}

struct Session(Known);

#[interface(name = "org.freedesktop.portal.Session")]
impl Session {
    fn close(&self) {
        self.0.state().session_closed = true;
    }
}

fn sender(header: &Header<'_>) -> String {
    header.sender().expect("the bus says who asks").to_string()
}

/// Where a request or a session lies, as the interface has it.
fn path(kind: &str, sender: &str, token: &OwnedValue) -> OwnedObjectPath {
    let token = <&str>::try_from(token).expect("a token is a text");
    let sender = sender.trim_start_matches(':').replace('.', "_");
    OwnedObjectPath::try_from(format!("{OBJECT}/{kind}/{sender}/{token}")).expect("a path")
}

/// Answers to its asker alone, as the portal does.
async fn answer(
    connection: &Connection,
    sender: &str,
    options: &Said,
    code: u32,
    results: &HashMap<&str, Value<'_>>,
) -> zbus::Result<OwnedObjectPath> {
    let path = path("request", sender, &options["handle_token"]);
    connection.emit_signal(Some(sender), &path, REQUEST, "Response", &(code, results)).await?;
    Ok(path)
}

fn wish((id, said): &(String, Said)) -> Wish {
    let text = |name| said.get(name).map(|text| <&str>::try_from(text).expect("a text").to_owned());
    Wish {
        id: id.clone(),
        description: text("description").expect("every hotkey says what it does"),
        preferred: text("preferred_trigger"),
    }
}

fn granted((id, said): &(String, Said), mood: Mood) -> (String, Said) {
    let mut granted = Said::from([("description".to_owned(), said["description"].clone())]);
    let keys = if mood == Mood::GrantsOthers {
        Some("Press <super>m".to_owned())
    } else {
        let wished = said.get("preferred_trigger");
        wished.map(|keys| format!("Press {}", <&str>::try_from(keys).expect("a text")))
    };
    if let Some(keys) = keys {
        let keys = OwnedValue::try_from(Value::from(keys)).expect("a text has no file");
        granted.insert("trigger_description".to_owned(), keys);
    }
    (id.clone(), granted)
}
