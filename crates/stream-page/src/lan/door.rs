//! The page at which a code is typed. It works without a script, in any browser.

use super::pairing::{CodeEnd, Tried};
use crate::StreamLanguage;

/// Its look, beside it: the policy allows no style within a page.
pub(super) const STYLE: &str = include_str!("door.css");

/// What is said above the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Nothing was typed yet.
    Nothing,
    /// What was typed is no code at all.
    NoCode,
    /// What became of a code.
    Tried(Tried),
}

struct Words {
    language: &'static str,
    title: &'static str,
    asks: &'static str,
    code: &'static str,
    opens: &'static str,
    reads: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    title: "Ringside on this device",
    asks: "Ringside on your PC shows a code of six digits, in Settings under Phone or \
           second PC. Type it here.",
    code: "Code",
    opens: "Open the stream page",
    reads: "This device can then read the stream page, and nothing else, until you switch it off \
            on your PC.",
};

const GERMAN: Words = Words {
    language: "de",
    title: "Ringside auf diesem Gerät",
    asks: "Ringside zeigt auf deinem PC einen Code aus sechs Ziffern, in den Einstellungen unter \
           Handy oder zweiter PC. Gib ihn hier ein.",
    code: "Code",
    opens: "Stream-Seite öffnen",
    reads: "Dieses Gerät kann dann die Stream-Seite lesen und sonst nichts, bis du sie auf deinem \
            PC ausschaltest.",
};

/// The page. Nothing in it is anybody's input.
pub(super) fn page(language: StreamLanguage, said: Said) -> String {
    let Words { language: tag, title, asks, code, opens, reads } = match language {
        StreamLanguage::En => ENGLISH,
        StreamLanguage::De => GERMAN,
    };
    let fault = fault(language, said).map_or_else(String::new, |words| {
        format!("<p id=\"fault\" class=\"fault\" role=\"alert\">{words}</p>")
    });
    let wired =
        if fault.is_empty() { "" } else { " aria-invalid=\"true\" aria-describedby=\"fault\"" };
    format!(
        "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"dark light\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/door.css\"></head>\
         <body><main><h1>{title}</h1><p>{asks}</p>{fault}\
         <form method=\"post\" action=\"/pair\"><label for=\"code\">{code}</label>\
         <input id=\"code\" name=\"code\" inputmode=\"numeric\" autocomplete=\"off\" \
         maxlength=\"12\" required autofocus{wired}><button>{opens}</button></form>\
         <p class=\"dim\">{reads}</p></main></body></html>"
    )
}

fn fault(language: StreamLanguage, said: Said) -> Option<String> {
    let pick = |en: &str, de: &str| match language {
        StreamLanguage::En => en.to_owned(),
        StreamLanguage::De => de.to_owned(),
    };
    let words = match said {
        Said::Nothing | Said::Tried(Tried::Paired) => return None,
        Said::NoCode => pick("A code has six digits.", "Ein Code hat sechs Ziffern."),
        Said::Tried(Tried::Wrong { tries_left }) => pick(
            &format!("That is not the code. Tries left: {tries_left}."),
            &format!("Das ist nicht der Code. Versuche übrig: {tries_left}."),
        ),
        Said::Tried(Tried::Ended(CodeEnd::Used)) => pick(
            "That code was used. Take a new one on your PC.",
            "Dieser Code ist benutzt. Nimm auf deinem PC einen neuen.",
        ),
        Said::Tried(Tried::Ended(CodeEnd::TooManyTries)) => pick(
            "Too many wrong tries: that code has ended. Take a new one on your PC.",
            "Zu viele falsche Versuche: Dieser Code gilt nicht mehr. Nimm auf deinem PC einen neuen.",
        ),
        Said::Tried(Tried::Ended(CodeEnd::TooOld)) => pick(
            "That code is too old. Take a new one on your PC.",
            "Dieser Code ist zu alt. Nimm auf deinem PC einen neuen.",
        ),
        Said::Tried(Tried::NoRoom) => pick(
            "As many devices read the page as may. End them on your PC, then try again.",
            "Es lesen so viele Geräte die Seite, wie es sein dürfen. Beende sie auf deinem PC und \
             versuche es noch einmal.",
        ),
    };
    Some(words)
}
