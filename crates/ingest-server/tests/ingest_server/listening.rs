//! A consumer of a feed: it reads events, applies them, and comes back where it
//! was.

use std::collections::BTreeMap;

use reqwest::{Client, Response, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};

use crate::support::{TestServer, client};

/// An event as it came.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) id: Option<String>,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// An open feed.
pub(crate) struct Listening {
    response: Response,
    received: Vec<u8>,
    /// Comments, in their order.
    pub(crate) comments: Vec<String>,
}

impl Listening {
    pub(crate) async fn open(
        server: &TestServer,
        token: &str,
        path: &str,
        last_id: Option<&str>,
    ) -> Self {
        Self::of(try_open(server, token, path, last_id).await)
    }

    /// The same of a server of another process.
    pub(crate) async fn open_url(url: &str, token: &str, last_id: Option<&str>) -> Self {
        Self::of(request(&client(), url, token, last_id).await)
    }

    fn of(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, received: Vec::new(), comments: Vec::new() }
    }

    /// The next event; `None` where the feed has ended.
    pub(crate) async fn next(&mut self) -> Option<Told> {
        loop {
            let block = self.block().await?;
            let mut told = Told { id: None, name: "message".to_owned(), data: Value::Null };
            let mut is_event = false;
            for line in block.lines() {
                let (field, value) = line.split_once(':').unwrap();
                let value = value.strip_prefix(' ').unwrap_or(value);
                match field {
                    "" => self.comments.push(value.to_owned()),
                    "id" => told.id = Some(value.to_owned()),
                    "event" => told.name = value.to_owned(),
                    "data" => {
                        told.data = serde_json::from_str(value).unwrap();
                        is_event = true;
                    }
                    "retry" => assert!(value.parse::<u64>().is_ok()),
                    other => panic!("an unknown field {other:?}"),
                }
            }
            if is_event {
                return Some(told);
            }
        }
    }

    /// What stands between two empty lines.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.received.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.received.drain(..end + 2).collect();
                return Some(String::from_utf8(block[..end].to_vec()).unwrap());
            }
            // A connection that is cut off is an end as well.
            let piece = self.response.chunk().await.ok().flatten()?;
            self.received.extend_from_slice(&piece);
        }
    }

    /// Waits for the end, whatever comes before.
    pub(crate) async fn ended(mut self) {
        while self.next().await.is_some() {}
    }
}

/// Asks for a feed, whatever the answer is.
pub(crate) async fn try_open(
    server: &TestServer,
    token: &str,
    path: &str,
    last_id: Option<&str>,
) -> Response {
    request(&server.client, &server.url(path), token, last_id).await
}

async fn request(client: &Client, url: &str, token: &str, last_id: Option<&str>) -> Response {
    let request = client.get(url).header(AUTHORIZATION, format!("Bearer {token}"));
    let request = match last_id {
        Some(id) => request.header("Last-Event-ID", id),
        None => request,
    };
    request.send().await.unwrap()
}

/// What a consumer knows from a feed alone.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) occurrences: BTreeMap<String, Value>,
    pub(crate) sealed: bool,
    pub(crate) last_id: Option<String>,
    /// How often all of it was forgotten.
    pub(crate) resets: usize,
}

impl Known {
    /// Applies an event as `/openapi.json` says.
    pub(crate) fn apply(&mut self, told: &Told) {
        if let Some(id) = &told.id {
            self.last_id = Some(id.clone());
        }
        let text = |name: &str| told.data[name].as_str().unwrap().to_owned();
        match told.name.as_str() {
            "created" | "split" | "retimed" | "witnessed" => {}
            "merged" | "retracted" => drop(self.occurrences.remove(&text("id"))),
            "sealed" => self.sealed = true,
            "reopened" => self.sealed = false,
            "reset" => {
                self.occurrences.clear();
                self.resets += 1;
            }
            "moved" => {}
            other => panic!("an unknown event {other:?}"),
        }
        // Where it shows none, a later event does.
        if let Some(occurrence) = told.data.get("occurrence") {
            self.put(occurrence);
        }
    }

    fn put(&mut self, occurrence: &Value) {
        let id = occurrence["id"].as_str().unwrap().to_owned();
        self.occurrences.insert(id, occurrence.clone());
    }

    /// What `GET …/occurrences` says at this moment, in the same form.
    pub(crate) async fn listed(server: &TestServer, key: &str) -> BTreeMap<String, Value> {
        let list = server.occurrences(key).await;
        let keyed = |one| {
            let one = json!(one);
            (one["id"].as_str().unwrap().to_owned(), one)
        };
        list.occurrences.into_iter().map(keyed).collect()
    }
}
