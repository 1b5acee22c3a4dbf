//! Plain columns for people: as wide as their widest cell, no frames, no wrapping.

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// Rows of text under one heading.
#[derive(Debug)]
pub(crate) struct Table {
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[(&str, Align)]) -> Self {
        Self {
            aligns: headings.iter().map(|(_, align)| *align).collect(),
            rows: vec![
                headings
                    .iter()
                    .map(|(name, _)| (*name).to_owned())
                    .collect(),
            ],
        }
    }

    /// Adds a row; missing cells are empty, cells beyond the headings are left out.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().take(self.aligns.len()).collect());
    }

    /// The lines, heading first, each indented by two blanks.
    pub(crate) fn lines(&self) -> Vec<String> {
        let widths: Vec<usize> = (0..self.aligns.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        self.rows
            .iter()
            .map(|row| self.line(row, &widths))
            .collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let mut line = String::from(" ");
        for ((cell, align), width_max) in row.iter().zip(&self.aligns).zip(widths) {
            let blanks = " ".repeat(width_max.saturating_sub(width(cell)));
            let (before, after) = match align {
                Align::Left => ("", blanks.as_str()),
                Align::Right => (blanks.as_str(), ""),
            };
            line.extend([" ", before, cell, after, " "]);
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Characters, not bytes: the texts are Latin, so one character is one column.
fn width(cell: &str) -> usize {
    cell.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_in_characters() {
        let mut table = Table::new(&[("from", Align::Left), ("ms", Align::Right)]);
        table.row(["Fiscalía".to_owned(), "7".to_owned()]);
        table.row(["cbp".to_owned(), "12".to_owned()]);
        assert_eq!(
            table.lines(),
            ["  from      ms", "  Fiscalía   7", "  cbp       12"]
        );
    }
}
