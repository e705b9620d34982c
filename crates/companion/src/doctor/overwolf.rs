//! Overwolf: whether Ringside listens, and where its page is to be loaded from.

use super::{Advice, Looking, Page, heard};

pub(super) async fn page(looking: &Looking<'_>) -> Page {
    let overwolf = &looking.settings.overwolf;
    let is_written = looking.overwolf_page.join("manifest.json").is_file();
    let folder = looking.overwolf_page.display().to_string();
    let advice = match (overwolf.enabled, is_written) {
        (false, _) => Vec::new(),
        (true, true) => vec![Advice::LoadPage { folder }],
        (true, false) => vec![Advice::StartRingside { folder }],
    };
    Page { reachable: heard(overwolf.port).await, advice }
}
