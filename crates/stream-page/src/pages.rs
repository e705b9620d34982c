//! Where the page and what it is made of come from.

/// A file as a browser gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: String,
}

/// The files of the page; they travel with the app.
pub trait Pages: Send + Sync {
    /// The file at this path, which begins with `/`.
    fn page(&self, path: &str) -> Option<Page>;
}
