//! Rocket League: whether the game serves its Stats API, and what to do where no game
//! with one was found.

use super::{Advice, Looking, Page, answers};

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let port = looking.settings.rocket_league.port;
    let reachable = if answers(port).await {
        format!("the game serves its Stats API on 127.0.0.1:{port}")
    } else {
        format!(
            "nobody serves 127.0.0.1:{port}: the game is not running, or was started before its \
             Stats API was set up"
        )
    };
    let mut advice = Vec::new();
    if looking.standing.is_empty() {
        advice.push(Advice::sentence(
            "no Rocket League with a Stats API was found through Steam or Epic's launcher; where \
             it is installed elsewhere, set PacketSendRate to 10 in the file \
             TAGame/Config/DefaultStatsAPI.ini of its folder, and start the game again"
                .to_owned(),
        ));
    }
    Page { reachable, advice }
}
