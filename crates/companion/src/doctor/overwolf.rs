//! Overwolf: whether Ringside listens, and where its page is to be loaded from.

use super::{Advice, Looking, Page, answers};

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let overwolf = &looking.settings.overwolf;
    let port = overwolf.port;
    let reachable = if answers(port).await {
        format!("Ringside listens on 127.0.0.1:{port}")
    } else {
        format!("nothing listens on 127.0.0.1:{port}: Ringside is not running")
    };
    let folder = &looking.overwolf_page;
    let advice = if !overwolf.enabled {
        Vec::new()
    } else if folder.join("manifest.json").is_file() {
        vec![Advice::sentence(format!(
            "load the folder {} into Overwolf, once: in its settings, under About, \
             Development options, Load unpacked extension; port and token are in it",
            folder.display()
        ))]
    } else {
        vec![Advice::sentence(format!(
            "start Ringside: it writes its page for Overwolf into {}",
            folder.display()
        ))]
    };
    Page { reachable, advice }
}
