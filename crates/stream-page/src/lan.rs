//! The page for the player's other devices: encrypted, to who typed a code, for as
//! long as they want it.

mod address;
mod admission;
mod certificate;
mod connections;
mod door;
mod pace;
mod pairing;
mod routes;

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use live_view::LiveUpdate;
use tokio::sync::watch;

use self::{
    certificate::Certificate,
    pace::Pace,
    pairing::{Guess, Pairing, Tried},
};
use crate::{Audience, Error, Pages, StreamLook, StreamSurface, StreamToken, show::Show};

pub use self::{
    address::lan_address,
    pairing::{CODE_LIFE_MS, Code, CodeEnd, CodeShown, DEVICES_MAX, TRIES_MAX},
};

/// Where other devices find it, unless another program is there: beside the stream
/// page's own.
pub const LAN_PORT_DEFAULT: u16 = 28_732;

/// A page that other devices may read. It ends when this is dropped, and with it every
/// device's leave to read.
pub struct LanPage {
    shared: Arc<Shared>,
    fingerprint: String,
    /// Ends the listener and whatever is open where it is gone.
    _stop: watch::Sender<()>,
}

/// What the listener shares with its readers.
struct Shared {
    /// As a browser names it: the address that is shown, with its port.
    host: String,
    pages: Arc<dyn Pages>,
    pairing: Mutex<Pairing>,
    pace: Mutex<Pace>,
    show: Arc<Show>,
}

impl LanPage {
    /// Serves the page on this address of this PC, on this port or where that is taken
    /// on another; `now` is the time since 1970, for the certificate.
    ///
    /// # Errors
    /// Where no port of the address can be had, or the system gives no random bytes.
    pub async fn serve(
        address: Ipv4Addr,
        port: u16,
        now: Duration,
        audience: Audience,
        look: StreamLook,
        pages: Arc<dyn Pages>,
    ) -> Result<Self, Error> {
        let Certificate { acceptor, fingerprint } = Certificate::make(address, now)?;
        let listener = connections::listen(SocketAddr::from((address, port))).await?;
        let bound = listener.local_addr().map_err(|cause| Error::Bind { port, cause })?;
        let show = Arc::new(Show::new(StreamSurface::Device, audience, look)?);
        let now_ms = show.now_ms();
        let shared = Arc::new(Shared {
            host: bound.to_string(),
            pages,
            pairing: Mutex::new(Pairing::new(new_code()?, now_ms)),
            pace: Mutex::new(Pace::new(now_ms)),
            show,
        });
        let (stop, stopped) = watch::channel(());
        let router = routes::router(Arc::clone(&shared));
        tokio::spawn(connections::serve(listener, acceptor, router, stopped));
        Ok(Self { shared, fingerprint, _stop: stop })
    }

    /// What is to be opened on the other device. It is no secret.
    #[must_use]
    pub fn address(&self) -> String {
        format!("https://{}/", self.shared.host)
    }

    /// What the browser's warning is to be compared with: SHA-256 of the certificate.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The code for the next device.
    #[must_use]
    pub fn code(&self) -> CodeShown {
        self.shared.pairing().shown(self.shared.show.now_ms())
    }

    /// Another code in its stead.
    ///
    /// # Errors
    /// Where the system gives no random bytes.
    pub fn offer_code(&self) -> Result<(), Error> {
        self.shared.pairing().offer(new_code()?, self.shared.show.now_ms());
        Ok(())
    }

    /// So many devices may read.
    #[must_use]
    pub fn devices(&self) -> usize {
        self.shared.pairing().devices()
    }

    /// Sends every device away that was let in until now.
    pub fn end_devices(&self) {
        self.shared.pairing().end_devices();
        self.shared.show.end_readers();
    }

    /// Takes what the overlay is told.
    pub fn tell(&self, update: LiveUpdate) {
        self.shared.show.tell(update);
    }

    /// What is to be seen from now on; pages that are open begin anew.
    pub fn set_audience(&self, audience: Audience) {
        self.shared.show.set_audience(audience);
    }

    /// How the page looks from now on, also where it is open.
    pub fn set_look(&self, look: StreamLook) {
        self.shared.show.set_look(look);
    }
}

impl Shared {
    fn knows(&self, token: Option<&str>) -> bool {
        token.is_some_and(|token| self.pairing().knows(token))
    }

    fn guess(&self, guess: &Guess, token: &StreamToken) -> Tried {
        self.pairing().guess(guess, token, self.show.now_ms())
    }

    fn takes_one_more(&self) -> bool {
        let now_ms = self.show.now_ms();
        self.pace.lock().expect("no holder of this lock panics").takes(now_ms)
    }

    fn pairing(&self) -> MutexGuard<'_, Pairing> {
        self.pairing.lock().expect("no holder of this lock panics")
    }
}

fn new_code() -> Result<Code, Error> {
    loop {
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
        if let Some(code) = Code::of(u32::from_ne_bytes(bytes)) {
            return Ok(code);
        }
    }
}
