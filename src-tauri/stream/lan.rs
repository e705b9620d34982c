//! The stream page for the player's other devices: on while they want it, and off at
//! every start.

use std::{
    net::{Ipv4Addr, UdpSocket},
    sync::Arc,
    time::Duration,
};

use boot_clock::BootClock;
use companion::event_model::Clock;
use serde::Serialize;
use stream_page::{
    Audience, CodeEnd, CodeShown, DEVICES_MAX, Error, LAN_PORT_DEFAULT, LanPage, StreamLook,
    lan_address,
};
use tauri::AppHandle;
use tokio::sync::Mutex;
use tracing::{info, warn};

use super::{
    AppPages, audience, followed, look,
    qr::{self, QrPicture},
    settings,
};
use crate::commands::Problem;

/// Its name among those who are told the live view.
const LABEL: &str = "stream-lan";

/// The page for other devices, while it is on.
#[derive(Default)]
pub(crate) struct Lan(Mutex<Option<Served>>);

/// The page, and where it listens.
struct Served {
    page: Arc<LanPage>,
    at: Ipv4Addr,
}

/// Whether other devices may read the page.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum LanState {
    /// Nothing listens.
    Off,
    /// It was to be switched on, and cannot be.
    Impossible {
        /// Because of this.
        why: LanObstacle,
    },
    /// It listens.
    On(LanShown),
}

/// Why other devices cannot read the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LanObstacle {
    /// This PC is in no network.
    NoNetwork,
    /// This PC's address is the Internet's, where strangers would knock.
    OnTheInternet,
    /// The system lets nothing listen there, or gives no random numbers.
    Refused,
}

/// What a player needs to open the page on another device.
#[derive(Debug, Clone, Serialize, specta::Type)]
pub(crate) struct LanShown {
    /// What is opened there. It is no secret.
    address: String,
    /// The same for a phone's camera.
    qr: Option<QrPicture>,
    /// What the browser's warning is compared with.
    fingerprint: String,
    /// The code that is typed there.
    code: LanCode,
    /// So many devices were let in.
    devices: u32,
    /// So many may be.
    devices_max: u32,
}

/// The code for the next device.
#[derive(Debug, Clone, Serialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(crate) enum LanCode {
    /// It lets one device in.
    Open {
        /// Six digits.
        code: String,
        /// So long it may be used, in seconds.
        left_s: u32,
        /// So many wrong tries are left.
        tries_left: u8,
    },
    /// It lets nobody in any more.
    Ended {
        /// Because of this.
        why: LanCodeEnd,
    },
}

/// Why a code lets nobody in any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LanCodeEnd {
    /// A device was let in with it.
    Used,
    /// It was guessed at too often.
    TooManyTries,
    /// Nobody used it in time.
    TooOld,
}

impl Lan {
    /// Whether it is on, and what a player needs then. It ends where this PC has lost
    /// the address: another one may be another network's, for which nobody asked.
    pub(crate) async fn state(&self) -> LanState {
        as_it_is(&mut *self.0.lock().await)
    }

    /// Switches it on or off. What is off has forgotten every device.
    pub(crate) async fn switch(&self, app: &AppHandle, on: bool) -> Result<LanState, Problem> {
        let mut place = self.0.lock().await;
        if !on || place.as_ref().is_some_and(|served| !is_ours(served.at)) {
            *place = None;
        }
        if on && place.is_none() {
            let audience = audience(settings(app)?.stream);
            match serve(app, audience).await {
                Ok(served) => *place = Some(served),
                Err(why) => return Ok(LanState::Impossible { why }),
            }
        }
        Ok(as_it_is(&mut place))
    }

    /// Switches it off: settings and everything else were erased.
    pub(crate) async fn end(&self) {
        *self.0.lock().await = None;
    }

    /// Another code, where it is on.
    pub(crate) async fn offer_code(&self) -> LanState {
        let mut place = self.0.lock().await;
        if let Some(Err(error)) = place.as_ref().map(|served| served.page.offer_code()) {
            warn!(%error, "There is no new code for another device");
        }
        as_it_is(&mut place)
    }

    /// Sends every device away.
    pub(crate) async fn end_devices(&self) -> LanState {
        let mut place = self.0.lock().await;
        if let Some(served) = &*place {
            served.page.end_devices();
        }
        as_it_is(&mut place)
    }

    /// What other devices may see from now on.
    pub(super) async fn set_audience(&self, audience: Audience) {
        if let Some(served) = &*self.0.lock().await {
            served.page.set_audience(audience);
        }
    }

    /// How the page looks from now on.
    pub(super) async fn set_look(&self, look: StreamLook) {
        if let Some(served) = &*self.0.lock().await {
            served.page.set_look(look);
        }
    }
}

async fn serve(app: &AppHandle, audience: Audience) -> Result<Served, LanObstacle> {
    let at = lan_address().map_err(|error| obstacle(&error))?;
    let now = u64::try_from(BootClock::new().now().wall.unix_ms()).unwrap_or_default();
    let (now, pages) = (Duration::from_millis(now), Arc::new(AppPages(app.clone())));
    let page = LanPage::serve(at, LAN_PORT_DEFAULT, now, audience, look(app), pages).await;
    let page = Arc::new(page.map_err(|error| obstacle(&error))?);
    followed(app, LABEL, &page, LanPage::tell);
    Ok(Served { page, at })
}

fn obstacle(error: &Error) -> LanObstacle {
    warn!(%error, "The stream page is not served to other devices");
    match error {
        Error::NoNetwork => LanObstacle::NoNetwork,
        Error::OnTheInternet => LanObstacle::OnTheInternet,
        Error::Bind { .. } | Error::NoRandomness => LanObstacle::Refused,
    }
}

fn as_it_is(place: &mut Option<Served>) -> LanState {
    let Some(served) = place else { return LanState::Off };
    if is_ours(served.at) {
        return shown(&served.page);
    }
    *place = None;
    match lan_address() {
        Ok(_) => {
            info!("This PC has another address: the stream page for other devices has ended");
            LanState::Off
        }
        Err(error) => LanState::Impossible { why: obstacle(&error) },
    }
}

/// Whether this PC still has the address. The way to elsewhere does not say so: it may
/// lead through a VPN, and other devices reach the page all the same.
fn is_ours(address: Ipv4Addr) -> bool {
    UdpSocket::bind((address, 0)).is_ok()
}

fn shown(page: &LanPage) -> LanState {
    let address = page.address();
    LanState::On(LanShown {
        qr: qr::picture(&address),
        address,
        fingerprint: page.fingerprint().to_owned(),
        code: code_shown(page.code()),
        devices: count(page.devices()),
        devices_max: count(DEVICES_MAX),
    })
}

fn code_shown(code: CodeShown) -> LanCode {
    match code {
        CodeShown::Open { code, left_ms, tries_left } => {
            // Rounded up: a code that says 0 is none.
            let left_s = u32::try_from(left_ms.div_ceil(1_000)).unwrap_or(u32::MAX);
            LanCode::Open { code: code.expose().to_owned(), left_s, tries_left }
        }
        CodeShown::Ended(why) => LanCode::Ended {
            why: match why {
                CodeEnd::Used => LanCodeEnd::Used,
                CodeEnd::TooManyTries => LanCodeEnd::TooManyTries,
                CodeEnd::TooOld => LanCodeEnd::TooOld,
            },
        },
    }
}

fn count(devices: usize) -> u32 {
    u32::try_from(devices).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_the_one_that_the_list_of_what_listens_says() {
        let folder = tempfile::tempdir().unwrap();
        let dir = companion::DataDir::look(Some(folder.path().join("none"))).unwrap();
        let addresses = companion::safety(&dir).unwrap().addresses;
        let said = addresses.iter().find(|used| used.what == companion::AddressUse::OtherDevices);
        assert!(said.unwrap().address.ends_with(&format!(":{LAN_PORT_DEFAULT}")), "{said:?}");
    }

    #[test]
    fn a_code_that_is_still_one_never_says_that_no_time_is_left() {
        let page = tauri::async_runtime::block_on(async {
            let address = Ipv4Addr::LOCALHOST;
            let look = StreamLook { rows: 4, language: stream_page::StreamLanguage::En };
            let pages = Arc::new(NoPages);
            LanPage::serve(address, 0, Duration::ZERO, Audience::default(), look, pages).await
        });
        let LanState::On(shown) = shown(&page.unwrap()) else { panic!("it is on") };
        let LanCode::Open { code, left_s, tries_left } = shown.code else { panic!("no code") };
        assert_eq!((code.len(), left_s, tries_left), (6, 120, stream_page::TRIES_MAX));
        assert_eq!(shown.fingerprint.len(), 32 * 3 - 1);
        assert!(shown.qr.is_some() && shown.address.starts_with("https://127.0.0.1:"));
    }

    #[test]
    fn an_address_is_this_pcs_while_something_can_be_bound_to_it() {
        assert!(is_ours(Ipv4Addr::LOCALHOST));
        // RFC 5737 keeps it for examples.
        assert!(!is_ours(Ipv4Addr::new(192, 0, 2, 77)));
    }

    struct NoPages;

    impl stream_page::Pages for NoPages {
        fn page(&self, _: &str) -> Option<stream_page::Page> {
            None
        }
    }
}
