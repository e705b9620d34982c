//! The page at `/`, as a browser gets it. What it does there is looked at in
//! `tests/system`.

use reqwest::{StatusCode, header::IF_NONE_MATCH};

use crate::support::{Reply, TestServer, send};

async fn get(server: &TestServer, path: &str) -> Reply {
    send(server.client.get(server.url(path))).await
}

/// What `text` names between `before` and the next quote.
fn named(text: &str, before: &str) -> Vec<String> {
    let rest = text.split(before).skip(1);
    rest.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

#[tokio::test]
async fn the_page_and_all_that_it_loads_is_served_and_nothing_else() {
    let server = TestServer::start().await;
    let mut waiting = vec![("/".to_owned(), "text/html; charset=utf-8")];
    let mut seen = Vec::new();
    while let Some((path, content_type)) = waiting.pop() {
        if seen.contains(&path) {
            continue;
        }
        let reply = get(&server, &path).await;
        assert_eq!(reply.status, StatusCode::OK, "{path}");
        assert_eq!(reply.header("content-type"), Some(content_type), "{path}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        let policy = reply.header("content-security-policy").unwrap();
        for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"] {
            assert!(policy.split("; ").any(|one| one == rule), "{rule} in {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        let text = String::from_utf8(reply.body).unwrap();
        assert!(
            !text.contains("http://") || path.ends_with(".svg") || is_namespace(&text),
            "{path}"
        );
        let modules = named(&text, "from \"./").into_iter().map(|name| format!("/assets/{name}"));
        let files = ["src=\"", "href=\""].iter().flat_map(|before| named(&text, before));
        for file in files.chain(modules).filter(|file| file.starts_with("/assets/")) {
            let content_type = match file.rsplit('.').next().unwrap() {
                "js" => "text/javascript; charset=utf-8",
                "css" => "text/css; charset=utf-8",
                "svg" => "image/svg+xml",
                other => panic!("{other}"),
            };
            waiting.push((file, content_type));
        }
        seen.push(path);
    }
    assert!(seen.len() > 3, "{seen:?}");
    for path in ["/assets/none.js", "/assets/..%2Findex.html", "/index.html"] {
        assert_eq!(get(&server, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// The only addresses elsewhere that a page of ours may name.
fn is_namespace(text: &str) -> bool {
    text.matches("http://").count() == text.matches("http://www.w3.org/").count()
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let server = TestServer::start().await;
    let version = get(&server, "/assets/app.js").await.header("etag").unwrap().to_owned();
    let again = server.client.get(server.url("/assets/app.js"));
    let kept = send(again.header(IF_NONE_MATCH, format!("\"other\", W/{version}"))).await;
    assert_eq!((kept.status, kept.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let whichever = server.client.get(server.url("/assets/app.js"));
    let kept = send(whichever.header(IF_NONE_MATCH, "*")).await;
    assert_eq!((kept.status, kept.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = server.client.get(server.url("/assets/app.js"));
    let sent = send(other.header(IF_NONE_MATCH, "\"other\"")).await;
    assert_eq!(sent.status, StatusCode::OK);
}
