//! What is asked of a desktop over the life of a program, one thing at a time.

use tokio::sync::{mpsc, watch};

use crate::{Failure, Given, Wish};

/// More orders than this never wait: who gives them sees the answer of each.
pub const ORDERS_MAX: usize = 4;

/// What the player asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// To ask the desktop for these hotkeys, in the place of those there are. It
    /// may open a dialog.
    Ask(Vec<Wish>),
    /// To open the desktop's own page of the keys.
    Configure,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// There is a portal. Nothing was asked of it yet.
    Found {
        /// Whether it opens the desktop's own page of the keys.
        configures: bool,
    },
    /// The player is being asked.
    Asking,
    /// These hotkeys are ours now, and no others.
    Given(Vec<Given>),
    /// One was pressed, by its id.
    Pressed(String),
    /// The desktop's page of the keys does not open.
    NoPage,
    /// There are no hotkeys.
    Over(Failure),
    /// The desktop ended what it had given.
    Closed,
}

/// Keeps the hotkeys of the session that the program runs in, for as long as
/// somebody gives orders. `app_id` is that of its desktop entry. Where `match_runs`
/// turns true, a question is taken back.
pub async fn keep_for(
    app_id: String,
    orders: mpsc::Receiver<Order>,
    match_runs: watch::Receiver<bool>,
    tell: impl FnMut(Told) + Send,
) {
    #[cfg(target_os = "linux")]
    keep(|| crate::Portal::of_the_session(&app_id), orders, match_runs, tell).await;
    #[cfg(not(target_os = "linux"))]
    {
        drop((app_id, orders, match_runs));
        let mut tell = tell;
        tell(Told::Over(Failure::NoPortal));
    }
}

#[cfg(target_os = "linux")]
pub use kept::keep;

#[cfg(target_os = "linux")]
mod kept {
    use std::future::{Future, pending};

    use tokio::sync::{mpsc, watch};
    use tracing::debug;

    use super::{Order, Told};
    use crate::{Failure, News, Portal, Session, Wish};

    /// The same as [`keep_for`](super::keep_for), with any way to find a portal.
    /// Each question finds it anew: one that was started anew knows no program.
    pub async fn keep<Finding>(
        find: impl Fn() -> Finding + Send,
        mut orders: mpsc::Receiver<Order>,
        match_runs: watch::Receiver<bool>,
        mut tell: impl FnMut(Told) + Send,
    ) where
        Finding: Future<Output = Result<Portal, Failure>> + Send,
    {
        match find().await {
            Ok(portal) => tell(Told::Found { configures: portal.configures() }),
            Err(why) => tell(Told::Over(why)),
        }
        let mut kept = None;
        while let Some(heard) = hear(&mut orders, kept.as_mut()).await {
            match heard {
                Heard::Order(Order::Ask(wishes)) => {
                    if let Some(before) = kept.take() {
                        Session::close(before).await;
                    }
                    kept = ask(&find, &wishes, match_runs.clone(), &mut tell).await;
                }
                Heard::Order(Order::Configure) => configure(kept.as_ref(), &mut tell).await,
                Heard::News(News::Pressed(id)) => tell(Told::Pressed(id)),
                Heard::News(News::Changed(given)) => tell(Told::Given(given)),
                Heard::News(News::Closed) => {
                    kept = None;
                    tell(Told::Closed);
                }
            }
        }
    }

    enum Heard {
        Order(Order),
        News(News),
    }

    /// The next that happens; `None` when nobody gives orders any more.
    async fn hear(
        orders: &mut mpsc::Receiver<Order>,
        session: Option<&mut Session>,
    ) -> Option<Heard> {
        let news = async {
            match session {
                Some(session) => session.next().await,
                None => pending().await,
            }
        };
        tokio::select! {
            order = orders.recv() => order.map(Heard::Order),
            news = news => Some(Heard::News(news)),
        }
    }

    async fn ask<Finding>(
        find: &(impl Fn() -> Finding + Send),
        wishes: &[Wish],
        match_runs: watch::Receiver<bool>,
        tell: &mut (impl FnMut(Told) + Send),
    ) -> Option<Session>
    where
        Finding: Future<Output = Result<Portal, Failure>> + Send,
    {
        tell(Told::Asking);
        match bound(find, wishes, match_runs, tell).await {
            Ok(session) => Some(session),
            Err(why) => {
                tell(Told::Over(why));
                None
            }
        }
    }

    async fn bound<Finding>(
        find: &(impl Fn() -> Finding + Send),
        wishes: &[Wish],
        match_runs: watch::Receiver<bool>,
        tell: &mut (impl FnMut(Told) + Send),
    ) -> Result<Session, Failure>
    where
        Finding: Future<Output = Result<Portal, Failure>> + Send,
    {
        let portal = find().await?;
        let session = portal.session().await?;
        match session.bind(wishes, a_match(match_runs)).await {
            Ok(given) => {
                tell(Told::Found { configures: portal.configures() });
                tell(Told::Given(given));
                Ok(session)
            }
            Err(why) => {
                session.close().await;
                Err(why)
            }
        }
    }

    async fn a_match(mut runs: watch::Receiver<bool>) {
        if runs.wait_for(|runs| *runs).await.is_err() {
            // Nobody says any more whether one runs.
            pending::<()>().await;
        }
    }

    async fn configure(session: Option<&Session>, tell: &mut (impl FnMut(Told) + Send)) {
        let Some(session) = session else { return };
        if let Err(why) = session.configure().await {
            debug!(%why, "The desktop's page of the keys does not open");
            tell(Told::NoPage);
        }
    }
}
