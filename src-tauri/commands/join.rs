//! Invitations to a server.

use companion::{Backlog, InvitationRead, Joining, read_invitation};
use tauri::State;

use super::problem::{Problem, ProblemCode};
use crate::{companion_task::CompanionTask, invitations::Invitations};

/// What a pasted text is. Nothing is sent, and nobody is asked.
#[tauri::command]
#[specta::specta]
pub(crate) async fn invitation_read(text: String) -> InvitationRead {
    read_invitation(&text)
}

/// The invitation that was clicked elsewhere, handed out once. Nothing is read of it.
#[tauri::command]
#[specta::specta]
pub(crate) async fn invitation_pending(
    invitations: State<'_, Invitations>,
) -> Result<Option<String>, Problem> {
    Ok(invitations.take())
}

/// The player agrees to what they were shown: this PC enrols there, and events are
/// sent there from now on; of those that wait, what `backlog` says.
#[tauri::command]
#[specta::specta]
pub(crate) async fn invitation_accept(
    task: State<'_, CompanionTask>,
    text: String,
    backlog: Backlog,
) -> Result<Joining, Problem> {
    let companion = task.companion().await;
    Ok(companion.as_ref().ok_or(ProblemCode::NotRunning)?.join(&text, backlog).await?)
}
