//! A sheet of text for a terminal of 80 columns: headings, labelled rows, blocks; long text is wrapped between words.

use super::{Label, Rows};
use crate::output::{COLUMNS, Lang, Output, wrapped};

/// From a row's label to its value.
const VALUE: usize = 13;

/// Lines as they grow.
pub(crate) struct Sheet {
    output: Output,
    lines: Vec<String>,
    /// Where the labels of rows begin.
    indent: usize,
}

impl Sheet {
    /// An empty sheet.
    pub(crate) fn new(output: Output) -> Self {
        Self {
            output,
            lines: Vec::new(),
            indent: 2,
        }
    }

    /// Rows from here on begin in this column.
    pub(crate) fn indent(&mut self, columns: usize) {
        self.indent = columns;
    }

    /// The language it is written in.
    pub(crate) fn lang(&self) -> Lang {
        self.output.lang()
    }

    /// The lines.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.lines.push(String::new());
    }

    /// A line in bold, wrapped.
    pub(crate) fn bold(&mut self, text: &str) {
        for line in wrapped(text, COLUMNS) {
            let line = self.output.bold(&line);
            self.lines.push(line);
        }
    }

    /// A heading, after an empty line.
    pub(crate) fn heading(&mut self, label: Label) {
        let (en, es) = label;
        self.gap();
        self.bold(self.lang().pick(en, es));
    }

    /// A labelled row; nothing at all when there is no value.
    pub(crate) fn row(&mut self, label: Label, value: &str) {
        self.marked(label, "", value);
    }

    /// A labelled command, however long: in two lines, whoever copied it would type something else.
    pub(crate) fn command(&mut self, (en, es): Label, command: &str) {
        let (before, label) = (" ".repeat(self.indent), self.lang().pick(en, es));
        self.lines.push(format!("{before}{label:<VALUE$}{command}"));
    }

    /// A row whose value begins with a mark, under whose text its further lines stand.
    fn marked(&mut self, (en, es): Label, mark: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let (inner, mut mark) = (mark.chars().count(), mark.to_owned());
        let mut label = self.lang().pick(en, es);
        let before = " ".repeat(self.indent);
        // A long label keeps its line to itself rather than pushing the column aside.
        if label.chars().count() >= VALUE {
            self.lines.push(format!("{before}{label}"));
            label = "";
        }
        let width = COLUMNS.saturating_sub(VALUE + self.indent + inner);
        for line in wrapped(value, width) {
            let blanks = " ".repeat(VALUE.saturating_sub(label.chars().count()));
            self.lines
                .push(format!("{before}{label}{blanks}{mark}{line}"));
            label = "";
            mark = " ".repeat(inner);
        }
    }

    /// Labelled rows; a label that repeats is written once, and each of its values gets a dot.
    pub(crate) fn rows(&mut self, rows: &Rows) {
        let mut before = None;
        for (place, (label, value)) in rows.iter().enumerate() {
            let next = rows.get(place + 1).map(|(label, _)| label);
            let again = before == Some(label);
            let shown = if again { &("", "") } else { label };
            let mark = if again || next == Some(label) {
                "· "
            } else {
                ""
            };
            self.marked(*shown, mark, value);
            before = Some(label);
        }
    }

    /// Text that begins in column `indent`, with a mark in front of its first line; wrapped lines stand under the text.
    pub(crate) fn block(&mut self, indent: usize, mark: &str, text: &str) {
        let inner = indent + mark.chars().count();
        let mut before = format!("{}{mark}", " ".repeat(indent));
        for line in wrapped(text, COLUMNS.saturating_sub(inner)) {
            self.lines
                .push(format!("{before}{line}").trim_end().to_owned());
            before = " ".repeat(inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::Format;

    #[test]
    fn values_stand_in_one_column() {
        let mut sheet = Sheet::new(Output::new(Format::Text, Some(Lang::En)));
        sheet.row(("from", "de"), "us.dev.invalid/cbp");
        sheet.row(("nothing", "nada"), "");
        sheet.row(("last useful moment", "última hora útil"), "now");
        sheet.row(("story", "relato"), &"word ".repeat(20));
        sheet.command(("next", "siguiente"), &"word ".repeat(20));
        let command = sheet.lines.pop().unwrap();
        assert_eq!(command, format!("  next         {}", "word ".repeat(20)));
        let label = ("because", "porque");
        sheet.rows(&vec![(label, "one".to_owned()), (label, "two".to_owned())]);
        let lines = sheet.into_lines();
        let last = ["  because      · one", "               · two"];
        assert!(lines.ends_with(&last.map(str::to_owned)), "{lines:?}");
        assert_eq!(lines.first().unwrap(), "  from         us.dev.invalid/cbp");
        assert_eq!(lines.get(1).unwrap(), "  last useful moment");
        assert_eq!(lines.get(2).unwrap(), "               now");
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS));
    }
}
