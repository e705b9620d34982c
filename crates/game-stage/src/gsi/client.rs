//! One request at a time to a listener on this machine.

use std::time::Duration;

use anyhow::{Context, Result};
use reqwest::{
    Client,
    header::{CONTENT_TYPE, USER_AGENT},
};

/// The game gives a request up after this, as our config file asks.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the game posts.
#[derive(Debug, Clone)]
pub struct GsiTarget {
    /// The listener's address.
    pub url: String,
    /// The token of the game's config file.
    pub token: String,
    /// What the game calls itself.
    pub user_agent: String,
}

/// The connection that the game keeps.
pub struct GsiClient {
    http: Client,
    target: GsiTarget,
}

/// Whether a request was answered with 2xx.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It was.
    Taken,
    /// It was not, or not in time.
    Refused,
}

impl GsiClient {
    /// A client for one listener; nothing is sent yet.
    ///
    /// # Errors
    /// Where this machine gives no HTTP client.
    pub fn new(target: GsiTarget) -> Result<Self> {
        // Plain HTTP, but the client wants a provider before it can be made.
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = Client::builder()
            .no_proxy()
            .http1_only()
            .timeout(ANSWER_TIMEOUT)
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self { http, target })
    }

    /// The token of the game's config file.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.target.token
    }

    /// Posts a body, and waits for the answer as the game does.
    pub async fn post(&self, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .http
            .post(&self.target.url)
            .header(USER_AGENT, &self.target.user_agent)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        match request.send().await {
            Ok(response) if response.status().is_success() => Answer::Taken,
            Ok(_) | Err(_) => Answer::Refused,
        }
    }
}
