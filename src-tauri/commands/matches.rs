//! The player's own history of matches.

use std::sync::Arc;

use boot_clock::BootClock;
use companion::{
    ChapterWish, DataDir, EraseWhere, Erasure, MatchSearch, Matches, MatchesPage, OpenMatch,
    Spreadsheet, SpreadsheetWish, WitnessAnswer,
    event_model::{Clock, MatchKey},
};
use match_story::Chapters;
use tauri::{AppHandle, Manager, State};

use super::{
    problem::{Problem, ProblemCode},
    waited,
};
use crate::{chapters, companion_task::CompanionTask, live::Live};

/// Matches of one page at most: more than anybody scrolls through at once.
const PAGE_MATCHES_MAX: u32 = 200;

/// Matches that fit a search, the newest first, beyond what `before` says where a
/// list is gone on with.
#[tauri::command]
#[specta::specta]
pub(crate) async fn matches_page(
    dir: State<'_, Arc<DataDir>>,
    query: MatchSearch,
    before: Option<String>,
    limit: u32,
) -> Result<MatchesPage, Problem> {
    let matches = Matches::of(&dir);
    let limit = limit.clamp(1, PAGE_MATCHES_MAX) as usize;
    waited(move || matches.page(&query, before.as_deref(), limit)).await
}

/// One match, told whole; nothing where the history does not have it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_open(
    dir: State<'_, Arc<DataDir>>,
    key: String,
) -> Result<Option<OpenMatch>, Problem> {
    let matches = Matches::of(&dir);
    waited(move || matches.open(&MatchKey::from_text(key))).await
}

/// The match as chapters for a video's description, with the moments of it that were
/// marked since the app started.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_chapters(
    dir: State<'_, Arc<DataDir>>,
    marked: State<'_, chapters::Chapters>,
    key: String,
    wish: ChapterWish,
) -> Result<Chapters, Problem> {
    let (matches, marked) = (Matches::of(&dir), marked.of(&key));
    let key = MatchKey::from_text(key);
    let chapters = waited(move || matches.chapters(&key, &wish, &marked)).await?;
    chapters.ok_or_else(|| ProblemCode::NoSuchEvent.into())
}

/// Writes the match as a spreadsheet into the player's downloads; nothing where the
/// history does not have it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_csv(
    app: AppHandle,
    dir: State<'_, Arc<DataDir>>,
    key: String,
    wish: SpreadsheetWish,
) -> Result<Option<Spreadsheet>, Problem> {
    let downloads = app.path().download_dir().or_else(|_| app.path().home_dir());
    let folder = downloads.map_err(|_| ProblemCode::File)?.join("Ringside");
    let matches = Matches::of(&dir);
    waited(move || matches.csv(&MatchKey::from_text(key), &wish, &folder)).await
}

/// What the server made of the match, where the player agreed to ask it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_witnesses(
    task: State<'_, CompanionTask>,
    dir: State<'_, Arc<DataDir>>,
    key: String,
) -> Result<WitnessAnswer, Problem> {
    let matches = Matches::of(&dir).asking(task.upload_options());
    Ok(matches.witnesses(&MatchKey::from_text(key), BootClock::new().now()).await?)
}

/// Erases the match on this PC, or on every server that this PC sent to as well. Not while
/// it runs: its rest would come back, and be sent.
#[tauri::command]
#[specta::specta]
pub(crate) async fn match_erase(
    app: AppHandle,
    task: State<'_, CompanionTask>,
    live: State<'_, Arc<Live>>,
    dir: State<'_, Arc<DataDir>>,
    key: String,
    wanted: EraseWhere,
) -> Result<Erasure, Problem> {
    if live.glance().is_some_and(|glance| glance.match_key == key) {
        return Err(ProblemCode::MatchRuns.into());
    }
    let matches = Matches::of(&dir).asking(task.upload_options());
    let of_match = key.clone();
    let erasure = matches.erase(&MatchKey::from_text(key), wanted, BootClock::new().now()).await?;
    waited(move || app.state::<chapters::Chapters>().forget_match(&of_match)).await?;
    Ok(erasure)
}
