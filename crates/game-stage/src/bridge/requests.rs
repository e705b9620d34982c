//! Messages as requests, one each.

use anyhow::{Context, Result};
use reqwest::{Client, StatusCode, header::CONTENT_TYPE};

use super::{ANSWER_TIMEOUT, BridgeTarget, Sent};

/// Who posts to the bridge.
pub(super) struct Requests {
    http: Client,
    url: String,
    token: String,
}

impl Requests {
    pub(super) fn to(target: &BridgeTarget) -> Result<Self> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = Client::builder()
            .no_proxy()
            .timeout(ANSWER_TIMEOUT)
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self { http, url: target.url.clone(), token: target.token.clone() })
    }

    pub(super) async fn send(&self, message: Vec<u8>) -> Sent {
        let request = self
            .http
            .post(&self.url)
            .bearer_auth(&self.token)
            .header(CONTENT_TYPE, "application/json")
            .body(message);
        match request.send().await.map(|answer| answer.status()) {
            Ok(status) if status.is_success() => Sent::Taken,
            Ok(StatusCode::SERVICE_UNAVAILABLE) | Err(_) => Sent::Later,
            Ok(status) => Sent::Refused(status),
        }
    }
}
