//! Text that came from elsewhere, made safe for a terminal.

/// Replaces what could move the cursor, change colours, forge a line or turn the direction of writing around. Machines get
/// the text as it is: JSON escapes control characters, and programs do not obey them.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if is_harmless(letter) {
                letter
            } else {
                '\u{fffd}'
            }
        })
        .collect()
}

fn is_harmless(letter: char) -> bool {
    !letter.is_control() && !is_unseen(letter)
}

/// What has no shape of its own and can hide in a word, or turn it around: joiners and other letters of no width, marks of
/// direction, separators of lines, tags, selectors of variants, the fillers of Hangul.
fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{115f}'..='\u{1160}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        assert_eq!(printable("Tecámac, Méx. – 1,4"), "Tecámac, Méx. – 1,4");
        assert_eq!(printable("a\u{1b}[2Jb"), "a\u{fffd}[2Jb");
        assert_eq!(printable("a\nok  all is well"), "a\u{fffd}ok  all is well");
        assert_eq!(printable("a\u{202e}b\u{9b}c"), "a\u{fffd}b\u{fffd}c");
        for hidden in
            "\u{ad}\u{61c}\u{200b}\u{200d}\u{200e}\u{200f}\u{2060}\u{2066}\u{feff}\u{e0041}".chars()
        {
            assert_eq!(
                printable(&format!("a{hidden}b")),
                "a\u{fffd}b",
                "{hidden:?}"
            );
        }
    }
}
