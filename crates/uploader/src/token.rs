//! The device token.

use std::fmt;

use reqwest::header::HeaderValue;

/// Longest token that is taken: far longer than any server of ours makes.
const LENGTH_MAX: usize = 4 * 1024;

/// What a device shows to the server. It is never written to a log or a
/// screen: there is no `Display`, and `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

/// The text cannot be a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a token is 1 to {LENGTH_MAX} visible ASCII characters without spaces")]
pub struct InvalidToken;

impl Token {
    /// A token from the server, or from where it was kept.
    ///
    /// # Errors
    /// Where it could not be sent in a header.
    pub fn new(text: &str) -> Result<Self, InvalidToken> {
        let fits = (1..=LENGTH_MAX).contains(&text.len());
        if !fits || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidToken);
        }
        let mut header =
            HeaderValue::try_from(format!("Bearer {text}")).map_err(|_| InvalidToken)?;
        header.set_sensitive(true);
        Ok(Self(header))
    }

    /// The token itself, for the one place that keeps it on disk.
    #[must_use]
    pub fn reveal(&self) -> &str {
        let header = self.0.to_str().expect("a token is visible ASCII");
        header.strip_prefix("Bearer ").expect("a token is kept as its header")
    }

    /// The value of `Authorization`.
    pub(crate) fn authorization(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_not_shown() {
        let token = Token::new("abc123").unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert!(!format!("{:?}", token.authorization()).contains("abc123"), "nor in a header");
        assert_eq!(token.reveal(), "abc123");
    }

    #[test]
    fn what_no_header_can_carry_is_no_token() {
        for text in ["", "a b", "a\nb", "ä", &"x".repeat(LENGTH_MAX + 1)] {
            assert_eq!(Token::new(text), Err(InvalidToken));
        }
    }
}
