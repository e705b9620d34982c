//! The keeper against the stand-in: orders in, what became of them out.

use portal_hotkeys::{Failure, Order, Portal, Told, keep};
use tokio::sync::{mpsc, watch};

use crate::{
    bus::Bus,
    given_as,
    stand_in::{APP, Mood, StandIn},
    unsaid, wishes,
};

#[tokio::test]
async fn nothing_is_asked_before_there_is_an_order() {
    let Some(bus) = Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut kept = Kept::on(&bus);
    assert_eq!(kept.told().await, Told::Found { configures: true });
    assert_eq!(desktop.asked(), None, "a start opens no dialog");
}

#[tokio::test]
async fn an_order_is_asked_and_a_press_is_told() {
    let Some(bus) = Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut kept = Kept::on(&bus);
    kept.is_given().await;
    desktop.presses("pause_upload").await;
    assert_eq!(kept.told().await, Told::Pressed("pause_upload".to_owned()));
}

#[tokio::test]
async fn a_match_that_begins_takes_the_question_back() {
    let Some(bus) = Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Waits).await;
    let mut kept = Kept::on(&bus);
    kept.told().await;
    kept.asks();
    assert_eq!(kept.told().await, Told::Asking);
    desktop.is_asked().await;
    kept.match_runs.send_replace(true);
    assert_eq!(kept.told().await, Told::Over(Failure::Withdrawn));
    assert!(desktop.took_its_question_back(), "its dialog would stand over the game");
    assert!(desktop.saw_the_session_closed());
}

#[tokio::test]
async fn after_a_refusal_it_can_be_asked_again() {
    let Some(bus) = Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Refuses).await;
    let mut kept = Kept::on(&bus);
    kept.told().await;
    kept.asks();
    assert_eq!(kept.told().await, Told::Asking);
    assert_eq!(kept.told().await, Told::Over(Failure::Refused));
    desktop.turns(Mood::Grants);
    kept.asks_and_is_given().await;
}

#[tokio::test]
async fn a_session_that_the_desktop_ends_is_told_and_can_be_had_again() {
    let Some(bus) = Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut kept = Kept::on(&bus);
    kept.is_given().await;
    desktop.closes_the_session().await;
    assert_eq!(kept.told().await, Told::Closed);
    kept.asks_and_is_given().await;
    desktop.presses("mark_chapter").await;
    assert_eq!(kept.told().await, Told::Pressed("mark_chapter".to_owned()));
}

#[tokio::test]
async fn a_desktop_without_a_portal_may_get_one_later() {
    let Some(bus) = Bus::start() else { return };
    let mut kept = Kept::on(&bus);
    assert_eq!(kept.told().await, Told::Over(Failure::NoPortal));
    let _desktop = StandIn::on(&bus, Mood::Grants).await;
    kept.asks_and_is_given().await;
}

#[tokio::test]
async fn hotkeys_that_are_asked_for_anew_end_the_earlier_ones() {
    let Some(bus) = Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut kept = Kept::on(&bus);
    kept.is_given().await;
    kept.asks_and_is_given().await;
    assert!(desktop.saw_the_session_closed(), "else a key would be given twice");
}

#[tokio::test]
async fn the_desktops_page_is_opened_where_hotkeys_are_given() {
    let Some(bus) = Bus::start() else { return };
    let desktop = StandIn::on(&bus, Mood::Grants).await;
    let mut kept = Kept::on(&bus);
    kept.is_given().await;
    kept.orders.try_send(Order::Configure).unwrap();
    desktop.opens_its_page().await;
}

/// A keeper at work.
struct Kept {
    orders: mpsc::Sender<Order>,
    match_runs: watch::Sender<bool>,
    told: mpsc::UnboundedReceiver<Told>,
}

impl Kept {
    fn on(bus: &Bus) -> Self {
        let (orders, ordered) = mpsc::channel(portal_hotkeys::ORDERS_MAX);
        let (match_runs, runs) = watch::channel(false);
        let (tell, told) = mpsc::unbounded_channel();
        let address = bus.address().to_owned();
        let find = move || {
            let address = address.clone();
            async move { Portal::on(Bus::connect_to(&address).await, APP).await }
        };
        let tell = move |news| {
            tell.send(news).ok();
        };
        tokio::spawn(keep(find, ordered, runs, tell));
        Self { orders, match_runs, told }
    }

    async fn told(&mut self) -> Told {
        self.told.recv().await.expect("the keeper is at work")
    }

    fn asks(&self) {
        self.orders.try_send(Order::Ask(wishes().to_vec())).expect("there is room");
    }

    async fn is_given(&mut self) {
        assert_eq!(self.told().await, Told::Found { configures: true });
        self.asks_and_is_given().await;
    }

    async fn asks_and_is_given(&mut self) {
        self.asks();
        assert_eq!(self.told().await, Told::Asking);
        assert_eq!(self.told().await, Told::Found { configures: true });
        let given = vec![given_as("mark_chapter", "Press CTRL+SHIFT+F11"), unsaid("pause_upload")];
        assert_eq!(self.told().await, Told::Given(given));
    }
}
