//! The readers of this run: one a game, each switched on and off by itself.
//!
//! A game is one file here: its `start` makes the reader, hands it to [`With::spawn`]
//! and says how its health reads as a [`Now`].

mod cs2;
mod dota2;
mod elite;
mod followed;
mod health;
mod hearthstone;
mod league;
mod overwolf;
mod posting;
mod rocket_league;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
};

use event_model::{Clock, Received, Source};
use game_client::{Error as ClientError, GsiToken};
use game_session::FollowedTo;
use live_view::{GameOff, SourceState};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{DataDir, Error, Game, Identity, Settings, error::with_cause, kill_switch::TurnedOff};
pub(crate) use health::Health;
use health::{Now, Reader};
pub(crate) use league::look_at_client as look_at_league_client;
use posting::Posting;

/// Readers that run as tasks until told to stop.
pub(crate) struct Readers {
    running: BTreeMap<Game, Running>,
    /// Those that ended unasked and could not be begun again yet.
    ended: BTreeSet<Game>,
    health: Health,
    clock: Arc<dyn Clock>,
    /// What nobody may read for now.
    turned_off: TurnedOff,
    /// The same of the games in Overwolf, for the reader that runs.
    games_off: watch::Sender<Vec<GameOff>>,
    /// Whether Counter-Strike tells of itself.
    posting: Posting,
    /// Whether the player has League read.
    league_is_read: watch::Sender<bool>,
    /// What a game of Valve's shows to prove that it is the game.
    token: GsiToken,
    /// What the page in Overwolf shows.
    page_token: GsiToken,
    /// Where this installation keeps its files.
    dir: Option<DataDir>,
    /// How far the files of a source were taken, by what is saved.
    taken_to: TakenTo,
    /// How far they were passed on in this run.
    passed_on: PassedOn,
    /// Capture ends when the last copy of this has gone.
    readings: mpsc::Sender<Received>,
}

/// Asks the saved streams for the last line that each has taken.
pub(crate) type TakenTo = Arc<dyn Fn(Source) -> Option<FollowedTo> + Send + Sync>;

/// The last line of each source's files that was passed on, also of a reader that ended.
type PassedOn = BTreeMap<Source, watch::Receiver<Option<FollowedTo>>>;

struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// What a reader is started with.
struct With<'a> {
    settings: &'a Settings,
    clock: &'a Arc<dyn Clock>,
    token: &'a GsiToken,
    page_token: &'a GsiToken,
    games_off: watch::Receiver<Vec<GameOff>>,
    posting: &'a Posting,
    league_is_read: watch::Receiver<bool>,
    dir: Option<&'a DataDir>,
    taken_to: &'a TakenTo,
    passed_on: &'a PassedOn,
    readings: &'a mpsc::Sender<Received>,
}

/// A reader at work.
struct Started {
    running: Running,
    reader: Reader,
    /// The last line that it passes on, of a reader of files.
    passed_on: Option<watch::Receiver<Option<FollowedTo>>>,
}

impl With<'_> {
    fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(self.clock)
    }

    /// The last line of a source's files that its stream has taken, or takes before
    /// whatever is read now: the saved one may be behind it.
    fn taken_to(&self, source: Source) -> Option<FollowedTo> {
        let passed_on = self.passed_on.get(&source).and_then(|place| place.borrow().clone());
        passed_on.or_else(|| (self.taken_to)(source))
    }

    /// Starts what `run` makes, which ends when it is told to stop; `now` says how it
    /// is doing whenever somebody looks.
    fn spawn<R>(
        &self,
        now: impl Fn() -> Now + Send + 'static,
        run: impl FnOnce(mpsc::Sender<Received>, watch::Receiver<bool>) -> R,
    ) -> Started
    where
        R: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopping) = watch::channel(false);
        let task = tokio::spawn(run(self.readings.clone(), stopping));
        let reader = Reader::There { now: Box::new(now), address: None };
        Started { running: Running { stop, task }, reader, passed_on: None }
    }
}

impl Started {
    /// It listens there.
    fn at(mut self, listens: SocketAddr) -> Self {
        if let Reader::There { address, .. } = &mut self.reader {
            *address = Some(listens);
        }
        self
    }
}

impl Readers {
    /// No reader yet; [`Self::apply`] starts them.
    pub(crate) fn new(
        identity: &Identity,
        clock: Arc<dyn Clock>,
        readings: mpsc::Sender<Received>,
    ) -> Result<Self, Error> {
        let token = |text: &str, game: Game| {
            GsiToken::new(text).map_err(|cause| Error::Listener { game: game.title(), cause })
        };
        let page_token = token(identity.overwolf_token(), Game::Overwolf)?;
        let token = token(identity.gsi_token(), Game::Cs2)?;
        let (running, passed_on) = (BTreeMap::new(), BTreeMap::new());
        let health = Health::default();
        let turned_off = TurnedOff::default();
        let taken_to: TakenTo = Arc::new(|_| None);
        let (games_off, league_is_read) = (watch::Sender::default(), watch::Sender::default());
        let dir = None;
        Ok(Self {
            running,
            ended: BTreeSet::new(),
            health,
            clock,
            turned_off,
            games_off,
            posting: Posting::default(),
            league_is_read,
            token,
            page_token,
            dir,
            taken_to,
            passed_on,
            readings,
        })
    }

    /// The same, with those who follow files going on where `taken_to` says.
    pub(crate) fn going_on(self, taken_to: TakenTo) -> Self {
        Self { taken_to, ..self }
    }

    /// The same, with a folder for what a player loads into another program.
    pub(crate) fn beside(self, dir: &DataDir) -> Self {
        Self { dir: Some(dir.clone()), ..self }
    }

    /// How they are doing, from here on.
    pub(crate) fn health(&self) -> Health {
        self.health.clone()
    }

    /// What is turned off from here on, at the next [`Self::apply`]; whether that is
    /// another thing than before.
    pub(crate) fn turn_off(&mut self, turned_off: TurnedOff) -> bool {
        let is_new = self.turned_off != turned_off;
        self.games_off.send_replace(turned_off.in_overwolf());
        self.turned_off = turned_off;
        is_new
    }

    /// Starts a reader for every game that the settings have on and nobody turned off,
    /// and stops the others. One that could not be started is tried again.
    ///
    /// A port that is taken stops that one reader: the others capture on, and
    /// its status says what is wrong.
    pub(crate) async fn apply(&mut self, settings: &Settings) {
        self.league_is_read.send_replace(settings.reads(Game::League));
        self.ended.clear();
        for game in Game::READ {
            if !settings.reads(game) {
                self.stop(game).await;
            } else if let Some(state) = self.turned_off.state(game) {
                self.stop(game).await;
                self.health.set(game.source(), Reader::Absent(state));
            } else {
                self.bury(game).await;
                if !self.running.contains_key(&game) {
                    self.start(game, settings).await;
                }
            }
        }
    }

    /// Begins every reader again that ended unasked; the others go on as they are.
    pub(crate) async fn revive(&mut self, settings: &Settings) {
        let ended = self.running.iter().filter(|(_, running)| running.task.is_finished());
        self.ended.extend(ended.map(|(game, _)| *game));
        for game in std::mem::take(&mut self.ended) {
            self.bury(game).await;
            if settings.reads(game) && self.turned_off.state(game).is_none() {
                self.start(game, settings).await;
                if !self.running.contains_key(&game) {
                    self.ended.insert(game);
                }
            }
        }
    }

    /// Takes away a reader that ended unasked, so that it is begun again.
    async fn bury(&mut self, game: Game) {
        if self.running.get(&game).is_some_and(|running| running.task.is_finished()) {
            tracing::warn!(source = %game.source(), "A reader ended by itself and is begun again");
            self.stop(game).await;
        }
    }

    /// Stops all, and waits until they have.
    pub(crate) async fn stopped(mut self) {
        for running in self.running.values() {
            running.stop.send_replace(true);
        }
        while let Some((_, running)) = self.running.pop_first() {
            running.ended().await;
        }
    }

    async fn stop(&mut self, game: Game) {
        self.health.forget(game.source());
        if let Some(running) = self.running.remove(&game) {
            running.stop.send_replace(true);
            running.ended().await;
        }
    }

    async fn start(&mut self, game: Game, settings: &Settings) {
        let Self { clock, token, page_token, dir, taken_to, passed_on, readings, .. } = &*self;
        let (games_off, dir) = (self.games_off.subscribe(), dir.as_ref());
        let league_is_read = self.league_is_read.subscribe();
        let with = With {
            settings,
            clock,
            token,
            page_token,
            games_off,
            posting: &self.posting,
            league_is_read,
            dir,
            taken_to,
            passed_on,
            readings,
        };
        let started = match game {
            Game::League => league::start(&with),
            Game::Overwolf => overwolf::start(&with).await,
            Game::Cs2 => cs2::start(&with).await,
            Game::Dota2 => dota2::start(&with).await,
            Game::RocketLeague => Ok(rocket_league::start(&with)),
            Game::Elite => elite::start(&with),
            Game::Hearthstone => hearthstone::start(&with),
        };
        match started {
            Ok(Started { running, reader, passed_on }) => {
                self.health.set(game.source(), reader);
                self.passed_on.extend(passed_on.map(|place| (game.source(), place)));
                self.running.insert(game, running);
            }
            Err(state) => {
                tracing::warn!(source = %game.source(), %state, "A game cannot be read");
                self.health.set(game.source(), Reader::Absent(state));
            }
        }
    }

    /// Where games report to, as far as they are listened for.
    pub(crate) fn addresses(&self) -> BTreeMap<Game, SocketAddr> {
        let of = |game: Game| Some((game, self.health.address(game.source())?));
        Game::READ.into_iter().filter_map(of).collect()
    }
}

impl Running {
    async fn ended(self) {
        if let Err(error) = self.task.await {
            tracing::error!(%error, "A reader ended with a fault");
        }
    }
}

/// Why the port cannot be had.
fn unheard(port: u16, error: &ClientError) -> SourceState {
    let detail = with_cause(error);
    let is_taken = matches!(error, ClientError::Bind { source, .. }
        if source.kind() == std::io::ErrorKind::AddrInUse);
    if is_taken {
        SourceState::PortTaken { port, detail }
    } else {
        SourceState::CannotRead { detail }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use boot_clock::BootClock;
    use event_model::Source;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::DataDir;

    #[tokio::test]
    async fn a_game_is_heard_while_it_is_on_and_its_port_is_free_after() {
        let (mut readers, mut settings, port) = place();
        settings.cs2.port = port;
        readers.apply(&settings).await;
        assert_eq!(readers.health().now(Source::Cs2).state, SourceState::Listening);
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();

        settings.cs2.enabled = false;
        readers.apply(&settings).await;
        assert_eq!(readers.health().now(Source::Cs2).state, SourceState::Off);
        assert!(!readers.health().sources().contains(&Source::Cs2));
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    }

    #[tokio::test]
    async fn what_is_turned_off_is_read_no_more_and_says_why_until_it_is_on_again() {
        let (mut readers, mut settings, port) = place();
        settings.cs2.port = port;
        readers.apply(&settings).await;
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.kill_switch(), "[cs2]\nreason = \"a patch\"\n").unwrap();
        let (off, _) = TurnedOff::load(&dir, None);

        assert!(readers.turn_off(off.clone()));
        readers.apply(&settings).await;
        let said = readers.health().now(Source::Cs2).state.to_string();
        assert!(said.contains("kill-switch.toml") && said.contains("a patch"), "{said}");
        drop(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap());
        assert!(!readers.turn_off(off), "that is nothing new");

        assert!(readers.turn_off(TurnedOff::default()));
        readers.apply(&settings).await;
        assert_eq!(readers.health().now(Source::Cs2).state, SourceState::Listening);
        readers.stopped().await;
    }

    #[tokio::test]
    async fn what_the_player_has_off_is_not_shown_as_turned_off_by_others() {
        let (mut readers, mut settings, _) = place();
        settings.cs2.enabled = false;
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        std::fs::write(dir.kill_switch(), "[cs2]\nreason = \"a patch\"\n").unwrap();
        readers.turn_off(TurnedOff::load(&dir, None).0);
        readers.apply(&settings).await;
        assert_eq!(readers.health().now(Source::Cs2).state, SourceState::Off);
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_named_and_tried_again() {
        let (mut readers, mut settings, port) = place();
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        settings.cs2.port = port;
        readers.apply(&settings).await;
        let state = readers.health().now(Source::Cs2).state;
        assert!(matches!(state, SourceState::PortTaken { port: taken, .. } if taken == port));
        assert!(state.to_string().contains(&port.to_string()), "{state}");

        drop(other);
        readers.apply(&settings).await;
        assert_eq!(readers.health().now(Source::Cs2).state, SourceState::Listening);
        readers.stopped().await;
    }

    #[tokio::test]
    async fn the_page_in_overwolf_proves_itself_with_a_word_that_no_games_folder_has() {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let identity = Identity::load_or_create(&dir).unwrap();
        let (readings, _kept) = mpsc::channel(1);
        let readers = Readers::new(&identity, Arc::new(BootClock::new()), readings).unwrap();
        let mut readers = readers.beside(&dir);
        let mut settings = Settings::default();
        for game in Game::ALL.into_iter().filter(|game| *game != Game::Overwolf) {
            settings.read_no_more(game);
        }
        settings.overwolf.enabled = true;
        settings.overwolf.port = 0;
        readers.apply(&settings).await;
        let page = std::fs::read(crate::overwolf_page::folder(&dir).join("settings.json")).unwrap();
        let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
        assert_ne!(page["token"], identity.gsi_token());

        let address = readers.addresses()[&Game::Overwolf];
        let greet = |token: String| async move {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            let head = format!(
                "POST {} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
                 content-length: 2\r\nconnection: close\r\n\r\n[]",
                game_client::BRIDGE_PATH
            );
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer.split(' ').nth(1).map(str::to_owned)
        };
        assert_eq!(greet(identity.gsi_token().to_owned()).await.as_deref(), Some("401"));
        let token = page["token"].as_str().unwrap().to_owned();
        assert_eq!(greet(token).await.as_deref(), Some("200"));
        readers.stopped().await;
    }

    #[tokio::test]
    async fn a_reader_that_ended_is_begun_again() {
        let (mut readers, mut settings, port) = place();
        settings.cs2.port = port;
        readers.apply(&settings).await;
        ended_by_itself(&readers).await;
        readers.apply(&settings).await;
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();

        ended_by_itself(&readers).await;
        readers.revive(&settings).await;
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();

        ended_by_itself(&readers).await;
        settings.cs2.enabled = false;
        readers.revive(&settings).await;
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap_err();
        readers.stopped().await;
    }

    /// Counter-Strike's reader ends as one does that panicked.
    async fn ended_by_itself(readers: &Readers) {
        let running = &readers.running[&Game::Cs2];
        running.stop.send_replace(true);
        let ended = async {
            while !running.task.is_finished() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(10), ended).await.unwrap();
    }

    #[tokio::test]
    async fn what_has_no_reader_is_neither_started_nor_shown() {
        let (mut readers, mut settings, port) = place();
        settings.cs2.port = port;
        readers.apply(&settings).await;
        let shown = readers.health().sources();
        let read = Game::READ.map(Game::source);
        assert!(shown.iter().all(|source| read.contains(source)), "{shown:?}");
        readers.stopped().await;
    }

    /// Counter-Strike alone, and a port that nobody has.
    fn place() -> (Readers, Settings, u16) {
        let folder = tempfile::tempdir().unwrap();
        let dir = DataDir::open(Some(folder.path().to_owned())).unwrap();
        let identity = Identity::load_or_create(&dir).unwrap();
        let (readings, _) = mpsc::channel(1);
        let readers = Readers::new(&identity, Arc::new(BootClock::new()), readings).unwrap();
        let mut settings = Settings::default();
        for game in Game::ALL.into_iter().filter(|game| *game != Game::Cs2) {
            settings.read_no_more(game);
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        (readers, settings, free.local_addr().unwrap().port())
    }
}
