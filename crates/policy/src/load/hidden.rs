//! Letters that people do not see, or that make them see another text than the one that is in force. Whoever signs a policy has read
//! it on a screen: a remark that ends where nobody sees it, or a rule that is part of a remark, must not be possible.

/// The places of all of them. Only LF, and CR before LF, ends a line.
pub(super) fn hidden(text: &str) -> impl Iterator<Item = usize> {
    let next = text.chars().skip(1).map(Some).chain([None]);
    let letters = text.char_indices().zip(next);
    letters.filter_map(|((at, letter), next)| is_hidden(letter, next).then_some(at))
}

/// Control and format characters (Unicode's Cc and Cf), separators of lines and paragraphs, fillers and variation selectors.
fn is_hidden(letter: char, next: Option<char>) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\r' => next != Some('\n'),
        '\u{ad}'
        | '\u{34f}'
        | '\u{600}'..='\u{605}'
        | '\u{61c}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{890}'..='\u{891}'
        | '\u{8e2}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{110bd}'
        | '\u{110cd}'
        | '\u{13430}'..='\u{1345f}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => true,
        letter => letter.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_line_or_turns_it_round_unseen_is_found() {
        let places = |text| hidden(text).collect::<Vec<_>>();
        for (text, at) in [
            ("// x\ra", 4),
            ("// x\r\r\n", 4),
            ("a\r", 1),
            ("// x\u{85}", 4),
            ("// x\u{2028}a", 4),
            ("// x\u{2029}a", 4),
            ("\u{202e}a", 0),
            ("// \u{2066}", 3),
            ("// \u{200b}", 3),
            ("\0", 0),
            ("a\u{b}", 1),
            ("\u{1b}[8m", 0),
            ("\u{feff}a", 0),
        ] {
            assert_eq!(places(text), [at], "{text:?}");
        }
        assert!(places("// ¿ñ?\r\n\ta\r\n").is_empty());
    }
}
