//! Text that stands in a page or a report as text alone.

/// Text within an element or a quoted attribute, of HTML and of XML 1.0.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(character),
            // XML has no way to write these at all, and a return is lost to a reader.
            '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_text_is_markup_or_what_xml_cannot_say() {
        assert_eq!(escaped("<a b='\"'>&\u{1b}[0m"), "&lt;a b=&#39;&quot;&#39;&gt;&amp;\u{fffd}[0m");
    }
}
