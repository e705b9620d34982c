//! Letters as a person types them who looks for a name.

/// A text in small letters without accents.
///
/// Small letters are Unicode's. Accents fall off letters of Latin-1 and Latin
/// Extended-A and wherever they stand as signs of their own; `ß`, `æ`, `œ` and
/// `þ` become two letters, full-width letters plain ones, and the Greek small
/// sigma at a word's end the other one. All else stays: `ü` is found by `u`,
/// not by `ue`.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            '\u{300}'..='\u{36f}' => {}
            '\u{ff01}'..='\u{ff5e}' => folded.extend(narrow(letter)),
            letter => match plain(letter) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(letter),
            },
        }
    }
    folded
}

/// Full-width signs stand in the order of ASCII, from `!` on.
fn narrow(letter: char) -> impl Iterator<Item = char> {
    let ascii = u32::from(letter) - 0xff01 + u32::from('!');
    char::from_u32(ascii).into_iter().flat_map(char::to_lowercase)
}

fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' | 'ĸ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ſ' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_capitals_make_no_difference() {
        let pairs = [
            ("Ólafur", "olafur"),
            ("O\u{301}lafur", "olafur"),
            ("GROSSE STRASSE", "grosse strasse"),
            ("große Straße", "grosse strasse"),
            ("ŻÓŁĆ", "zolc"),
            ("İstanbul", "istanbul"),
            ("ＡＮＡ", "ana"),
            ("Ο ΔΡΟΜΟΣ", "ο δρομοσ"),
            ("Ο δρόμος", "ο δρόμοσ"),
        ];
        for (text, plain) in pairs {
            assert_eq!(folded(text), plain, "{text}");
        }
    }

    #[test]
    fn letters_of_other_scripts_stay_apart() {
        assert_eq!(folded("四月"), "四月");
        assert_ne!(folded("й"), folded("и"), "two letters of their alphabet");
    }
}
