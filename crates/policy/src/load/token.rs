//! A policy's text in words, names and signs, each with its place: as Cedar takes it apart, and before Cedar sees it.

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Letters, digits and `_`.
    Word(&'a str),
    /// What stands in quotation marks, as it is written.
    Text(&'a str),
    /// Of [`SIGNS`].
    Sign(&'a str),
    /// Whatever else there is.
    Other(char),
}

/// Every sign that a rule may need; longer ones first.
const SIGNS: [&str; 16] = [
    "::", "==", "!=", "&&", "||", "@", "(", ")", "[", "]", "{", "}", ",", ";", ".", "!",
];

/// What is left of a text.
pub(super) struct Tokens<'a> {
    rest: &'a str,
    offset: usize,
}

impl<'a> Tokens<'a> {
    /// Of this text.
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            rest: text,
            offset: 0,
        }
    }

    /// The next `bytes` of it; all that is left where there are fewer.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.offset += taken.len();
        self.rest = rest;
        taken
    }

    /// Past blanks, line ends and remarks.
    fn skip(&mut self) {
        loop {
            let words = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
            self.take(self.rest.len() - words.len());
            if !self.rest.starts_with("//") {
                return;
            }
            self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, Token<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        self.skip();
        let at = self.offset;
        let first = self.rest.chars().next()?;
        if let Some(behind) = self.rest.strip_prefix('"') {
            let length = length_of_text(behind);
            self.take(1);
            let content = self.take(length);
            self.take(1);
            return Some((at, Token::Text(content)));
        }
        let is_of_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        let token = if is_of_word(first) && !first.is_ascii_digit() {
            let end = self.rest.find(|letter| !is_of_word(letter));
            Token::Word(self.take(end.unwrap_or(self.rest.len())))
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| self.rest.starts_with(sign)) {
            Token::Sign(self.take(sign.len()))
        } else {
            self.take(first.len_utf8());
            Token::Other(first)
        };
        Some((at, token))
    }
}

/// How many bytes stand before the closing quotation mark, or before the end of a text that has none.
fn length_of_text(text: &str) -> usize {
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return at,
            '\\' => drop(letters.next()),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_into_words_names_and_signs_and_remarks_into_nothing() {
        let text = "a_1!=ñ \"x\\\"(\"// \"((\r\n.::5 \"";
        let tokens: Vec<_> = Tokens::of(text).collect();
        let expected = [
            (0, Token::Word("a_1")),
            (3, Token::Sign("!=")),
            (5, Token::Other('ñ')),
            (8, Token::Text("x\\\"(")),
            (22, Token::Sign(".")),
            (23, Token::Sign("::")),
            (25, Token::Other('5')),
            (27, Token::Text("")),
        ];
        assert_eq!(tokens, expected);
    }
}
