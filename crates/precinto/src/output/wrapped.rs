//! Long text in lines that fit the terminal, broken between words.

/// Columns of the narrowest terminal on a desk, and of a page.
pub(crate) const COLUMNS: usize = 80;

/// The text in lines of at most `width` characters; a word that is longer, an id or a path, stays whole.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let long = word.chars().count();
        if length > 0 && length + 1 + long > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += long;
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wider_than_the_terminal_but_a_word_that_is() {
        let text = "señal de densidad ".repeat(20);
        assert!(
            wrapped(&text, 30)
                .iter()
                .all(|line| line.chars().count() <= 30)
        );
        let id = "0192f0c1-7a2b-7c3d-8e4f-0123456789ab";
        assert_eq!(wrapped(&format!("a {id} b"), 10), ["a", id, "b"]);
        assert_eq!(wrapped("", 10), [""]);
    }
}
