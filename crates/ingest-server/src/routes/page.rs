//! `/`: a page for the backend's people, which asks this server as any reader
//! does. It is part of the binary, and loads nothing from anywhere else.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ingest_api::{Problem, ProblemKind};
use sha2::{Digest, Sha256};

use crate::rejection::Rejection;

/// Nothing but what is served here runs or is shown, and nobody may frame it:
/// names of players are a stranger's text.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

macro_rules! files {
    ($($name:literal as $content_type:expr),+ $(,)?) => {
        [$(File {
            name: $name,
            content_type: $content_type,
            bytes: include_bytes!(concat!("../../web/", $name)),
        }),+]
    };
}

struct File {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

static PAGE: [File; 1] = files!("index.html" as HTML);
static ASSETS: [File; 11] = files!(
    "style.css" as STYLE,
    "app.js" as SCRIPT,
    "api.js" as SCRIPT,
    "dom.js" as SCRIPT,
    "list.js" as SCRIPT,
    "match.js" as SCRIPT,
    "parts.js" as SCRIPT,
    "picture.js" as SCRIPT,
    "record.js" as SCRIPT,
    "texts.js" as SCRIPT,
    "icon.svg" as PICTURE,
);

/// Which version all of them are: a browser asks with each look, and is sent
/// what changed only. They change together, with the binary.
static VERSION: LazyLock<HeaderValue> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    PAGE.iter().chain(&ASSETS).for_each(|file| hash.update(file.bytes));
    let hash = hash.finalize();
    let word = hash.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    HeaderValue::try_from(format!("\"{word:016x}\"")).expect("hex in quotes is a header's value")
});

/// The page for the backend's people.
#[utoipa::path(
    get, path = "/", tag = "page",
    responses((status = 200, description = "The page", body = String, content_type = "text/html; charset=utf-8")),
)]
pub(crate) async fn page(headers: HeaderMap) -> Response {
    let [page] = &PAGE;
    page.response(&headers)
}

/// What the page loads.
#[utoipa::path(
    get, path = "/assets/{name}", tag = "page",
    params(("name" = String, Path, min_length = 1, max_length = 64, example = "app.js", description = "The file")),
    responses(
        (status = 200, description = "The file", body = String, content_type = "text/javascript; charset=utf-8"),
        (status = 404, description = "`not_found`", body = Problem, content_type = "application/problem+json"),
    ),
)]
pub(crate) async fn asset(
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Rejection> {
    let file = ASSETS.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Rejection::new(ProblemKind::NotFound, "no such file"))?;
    Ok(file.response(&headers))
}

impl File {
    fn response(&self, headers: &HeaderMap) -> Response {
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let own = VERSION.to_str().unwrap_or_default();
        let is_known = known.is_some_and(|known| {
            let is_own = |one: &str| one == "*" || one.trim_start_matches("W/") == own;
            known.split(',').any(|one| is_own(one.trim()))
        });
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            self.bytes.into_response()
        };
        let is: [(HeaderName, HeaderValue); 6] = [
            (header::CONTENT_TYPE, HeaderValue::from_static(self.content_type)),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (header::ETAG, VERSION.clone()),
        ];
        for (name, value) in is {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::readiness::MADE_ANEW;

    #[test]
    fn the_page_knows_by_what_words_it_is_told_that_matches_are_made_anew() {
        let file = ASSETS.iter().find(|file| file.name == "api.js").unwrap();
        let script = String::from_utf8_lossy(file.bytes);
        assert!(script.contains(&format!("const ANEW = \"{MADE_ANEW}\";")));
    }
}
