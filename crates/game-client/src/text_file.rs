//! A game's own text file: what it says, and the bytes of it when it says something
//! else. Pure: whoever changes the file reads and writes it.

/// Why a file is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Its encoding cannot be told.
    #[error("the file is no text that can be changed without harm: change it by hand")]
    NoText,
}

/// What a file says, and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFile {
    text: String,
    encoding: Encoding,
}

impl TextFile {
    /// The text of a file in UTF-8, in UTF-16 with its mark, or in letters of one byte.
    ///
    /// # Errors
    /// Where its encoding cannot be told.
    pub fn read(file: &[u8]) -> Result<Self, Refused> {
        Encoding::read(file).map(|(text, encoding)| Self { text, encoding })
    }

    /// What it says, with a mark at its beginning where it has one.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the same file when it says `text`, of which whatever is new is ASCII.
    #[must_use]
    pub fn saying(&self, text: &str) -> Vec<u8> {
        self.encoding.write(text)
    }
}

/// How the bytes of a file are a text: each way leads back to the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    /// One byte a letter, whichever letters those beyond ASCII are.
    Bytes,
    Utf16(Order),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Encoding {
    fn read(file: &[u8]) -> Result<(String, Self), Refused> {
        for (mark, order) in [([0xff, 0xfe], Order::Little), ([0xfe, 0xff], Order::Big)] {
            if file.starts_with(&mark) {
                return Ok((utf16(file, order)?, Self::Utf16(order)));
            }
        }
        if file.contains(&0) {
            return Err(Refused::NoText);
        }
        Ok(match std::str::from_utf8(file) {
            Ok(text) => (text.to_owned(), Self::Utf8),
            Err(_) => (file.iter().map(|byte| char::from(*byte)).collect(), Self::Bytes),
        })
    }

    fn write(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            // What we add is ASCII, and the rest was a byte before.
            Self::Bytes => text.chars().filter_map(|letter| u8::try_from(letter).ok()).collect(),
            Self::Utf16(Order::Little) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16(Order::Big) => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

/// The text with its byte order mark, which goes back with it.
fn utf16(file: &[u8], order: Order) -> Result<String, Refused> {
    let (pairs, odd) = file.as_chunks::<2>();
    if !odd.is_empty() {
        return Err(Refused::NoText);
    }
    let units = pairs.iter().map(|pair| match order {
        Order::Little => u16::from_le_bytes(*pair),
        Order::Big => u16::from_be_bytes(*pair),
    });
    char::decode_utf16(units).collect::<Result<_, _>>().map_err(|_| Refused::NoText)
}
