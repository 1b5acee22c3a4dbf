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
    !letter.is_control() && !matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
    }
}
