//! Enrolment of a device.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /v1/devices`, authorised by an enrolment key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// Chosen by the client, once.
    pub device: Uuid,
    /// For the operator's list.
    pub name: String,
}

/// Its answer, 201.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Enrolled {
    /// The device.
    pub device: Uuid,
    /// Its token; the server keeps only a hash of it.
    pub token: String,
}

impl std::fmt::Debug for Enrolled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enrolled").field("device", &self.device).finish_non_exhaustive()
    }
}
