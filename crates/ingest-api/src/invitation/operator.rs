//! The operator's name in an invitation: a stranger's words on a player's screen.

use super::InvitationFault;

/// A name that stands in one line.
const CHARS_MAX: usize = 80;

/// The name without white space around it.
pub(super) fn checked(text: &str) -> Result<String, InvitationFault> {
    let name = text.trim();
    let length = name.chars().count();
    let is_shown = name.chars().all(|char| !char.is_control() && !is_unseen(char));
    if (1..=CHARS_MAX).contains(&length) && is_shown {
        Ok(name.to_owned())
    } else {
        Err(InvitationFault::Operator)
    }
}

/// Whether it turns the direction of writing, or takes no room: either makes a text
/// read otherwise than it stands.
fn is_unseen(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}'
            | '\u{e0000}'..='\u{10ffff}'
    )
}
