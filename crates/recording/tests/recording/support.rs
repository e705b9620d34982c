//! Recordings and files to try things on.

use std::{
    fs,
    path::{Path, PathBuf},
};

use event_model::{Channel, Fault, Frame, Source, WallTime};
use proptest::prelude::*;
use recording::{Compression, Entry, Header, Item, Recording, RecordingWriter};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder that goes when the test does.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

pub(crate) fn header(source: Source) -> Header {
    Header::new(source, WallTime::from_unix_ms(1_795_201_200_000), "test 1")
}

pub(crate) fn frame(t_ms: u64, body: &str) -> Entry {
    Entry { t_ms, item: Item::Frame(Frame::new(Channel::Http, body)) }
}

/// Writes entries and ends where the last one says so, else just finishes.
pub(crate) fn write(
    path: &Path,
    state: Option<&[u8]>,
    entries: &[Entry],
    compression: Compression,
) {
    let mut writer =
        RecordingWriter::create(path, &header(Source::League), state, compression).unwrap();
    for entry in entries {
        writer.append(entry.clone()).unwrap();
    }
    writer.finish().unwrap();
}

pub(crate) fn entries(recording: &Recording) -> Vec<Entry> {
    recording.entries().unwrap().map(Result::unwrap).collect()
}

/// The bodies of the frames, as text.
pub(crate) fn bodies(recording: &Recording) -> Vec<String> {
    let body = |entry: Entry| match entry.item {
        Item::Frame(frame) => Some(String::from_utf8(frame.body).unwrap()),
        Item::Fault(_) | Item::Mark(_) | Item::Event(_) | Item::End(_) => None,
    };
    entries(recording).into_iter().filter_map(body).collect()
}

pub(crate) fn times(recording: &Recording) -> Vec<u64> {
    entries(recording).iter().map(|entry| entry.t_ms).collect()
}

/// Whatever may stand in a recording, in order.
pub(crate) fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let entries = prop::collection::vec((0_u64..5_000, any_item()), 0..12);
    (entries, prop::option::of(".{0,12}")).prop_map(|(gaps, end)| {
        let mut t_ms = 0;
        let mut entries: Vec<_> = gaps
            .into_iter()
            .map(|(gap, item)| {
                t_ms += gap;
                Entry { t_ms, item }
            })
            .collect();
        entries.extend(end.map(|reason| Entry { t_ms, item: Item::End(reason) }));
        entries
    })
}

fn any_item() -> impl Strategy<Value = Item> {
    prop_oneof![
        4 => any_frame().prop_map(Item::Frame),
        1 => (any_channel(), ".{0,20}")
            .prop_map(|(channel, error)| Item::Fault(Fault { channel, error })),
        1 => ".{0,20}".prop_map(Item::Mark),
        1 => any_event().prop_map(Item::Event),
    ]
}

fn any_event() -> impl Strategy<Value = Value> {
    (".{0,8}", any::<f64>().prop_filter("JSON has no other", |f| f.is_finite()), any::<u64>())
        .prop_map(|(text, float, integer)| json!({"z": text, "a": [float, integer, null]}))
}

fn any_channel() -> impl Strategy<Value = Channel> {
    prop::sample::select(vec![
        Channel::Http,
        Channel::Poll,
        Channel::Tcp,
        Channel::WebSocket,
        Channel::File,
    ])
}

fn any_frame() -> impl Strategy<Value = Frame> {
    let body = prop_oneof![
        ".{0,40}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..40),
        "[\n\r\t \u{2028}\"\\\\{}]{0,12}".prop_map(String::into_bytes),
    ];
    let headers = prop::collection::btree_map("x-[a-z]{1,6}", ".{0,8}", 0..3);
    let place = (prop::option::of("[a-z.]{1,8}"), prop::option::of(any::<u64>()));
    let request = (prop::option::of("GET|POST"), prop::option::of("/[a-z]{0,6}"));
    (any_channel(), request, headers, prop::option::of(any::<u16>()), place, body).prop_map(
        |(channel, (method, path), headers, status, (file, offset), body)| Frame {
            channel,
            method,
            path,
            headers,
            status,
            file,
            offset,
            body,
        },
    )
}
