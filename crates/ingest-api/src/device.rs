//! Enrolment of a device.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /v1/devices`, authorised by an enrolment key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// Chosen by the client, once.
    pub device: Uuid,
    /// For the operator's list: 1 to 100 printable characters.
    #[schema(
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
        max_length = 100
    )]
    pub name: String,
    /// The token that the device wants, 32 to 128 visible ASCII characters. A
    /// device that keeps it before it asks can ask again where the answer was
    /// lost: showing it is showing its own token. Without one the server makes
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[!-~]{32,128}$")]
    pub token: Option<String>,
}

/// Characters that a wished token may have: enough that nobody guesses it.
pub const WISHED_TOKEN_CHARS: std::ops::RangeInclusive<usize> = 32..=128;

impl std::fmt::Debug for Enrolment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolment")
            .field("device", &self.device)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Its answer, 201.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolled {
    /// The device.
    pub device: Uuid,
    /// Its token; the server keeps only a hash of it.
    pub token: String,
    /// The key of pseudonyms, 64 hex digits: all devices of the server write the same
    /// pseudonym for the same name. A device that has its token already gets it by
    /// asking again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub names_key: Option<String>,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolled").field("device", &self.device).finish_non_exhaustive()
    }
}
