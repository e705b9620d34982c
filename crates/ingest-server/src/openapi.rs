//! The contract as an OpenAPI document.

mod whole;

use event_model::canonical_json;
use ingest_api::{FeedEvent, Lifetimes, Limits, Problem};
use ingest_store::Store;
use serde_json::{Value, json};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::{Config, SERVER_VERSION, routes};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ringside ingest",
        description = "Events of matches in, receipts out; what really happened, to read.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        routes::events::post_events,
        routes::devices::enrol,
        routes::sources::sources,
        routes::matches::list_matches,
        routes::matches::one_match,
        routes::matches::streams,
        routes::occurrences::list_occurrences,
        routes::occurrences::one_occurrence,
        routes::feed::feed,
        routes::statistics::of_match,
        routes::statistics::of_player,
        routes::sealing::seal,
        routes::sealing::reopen,
        routes::erasing::erase_event,
        routes::erasing::erase_match,
        routes::erasing::erase_device,
        routes::operations::healthz,
        routes::operations::readyz,
        routes::operations::metrics,
        routes::operations::openapi,
        routes::page::page,
        routes::page::asset,
    ),
    components(schemas(FeedEvent, Limits, Lifetimes, Problem)),
    modifiers(&Tokens),
)]
struct Contract;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let kinds = [
            ("device", "A device's token, from POST /v1/devices"),
            ("reader", "A reader's token, from `ringside-ingest reader add`"),
            ("operator", "An operator's token, from `ringside-ingest reader add --operator`"),
            ("enrolment_key", "From `ringside-ingest key add`"),
        ];
        for (name, description) in kinds {
            let bearer = HttpBuilder::new()
                .scheme(HttpAuthScheme::Bearer)
                .description(Some(description))
                .build();
            components.add_security_scheme(name, SecurityScheme::Http(bearer));
        }
    }
}

/// The document of a server with the limits and lifetimes of `config`.
#[must_use]
pub fn openapi_json(config: &Config) -> String {
    let mut contract = Contract::openapi();
    contract.info.version = SERVER_VERSION.to_owned();
    let mut document: Value =
        serde_json::to_value(contract).expect("an OpenAPI document is always JSON");
    whole::complete(&mut document);
    let mut limits = json!(config.limits);
    if let (Some(limits), Value::Object(bounds)) =
        (limits.as_object_mut(), config.bounds.published())
    {
        limits.extend(bounds);
    }
    document["x-ringside-limits"] = limits;
    let mut lifetimes = json!(config.lifetimes);
    // `null` where events stay.
    lifetimes["retain_days"] = json!(config.retain_days);
    lifetimes["device_outboxes_max"] = json!(Store::OUTBOXES_MAX);
    document["x-ringside-lifetimes"] = lifetimes;
    let mut text =
        serde_json::to_string_pretty(&sorted(&document)).expect("a JSON value is always JSON");
    text.push('\n');
    text
}

/// The same with its names in order, whichever map `serde_json` was built with:
/// another crate of a build may ask it to keep the order of insertion.
fn sorted(document: &Value) -> Value {
    serde_json::from_slice(&canonical_json(document)).expect("canonical JSON is JSON")
}
