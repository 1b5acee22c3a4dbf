//! Where a table of codes comes from, how old it is, and whether it is whole.
//!
//! Only a whole table may refuse; a table that is not whole says so and only ever warns. All are compiled in, as sorted
//! slices. No table of the Harmonized System, of dangerous goods, of UN/LOCODE or of airports is compiled in: those are
//! large and change every year, so for them structure is checked and nothing else.

/// A table and its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it lists.
    pub name: &'static str,
    /// The state of the source that it was taken from.
    pub version: &'static str,
    /// Who issues the source, or who collected it.
    pub source: &'static str,
    /// Whether everything is in it.
    pub complete: bool,
}

/// Every table of this crate that is not a vocabulary of the interface.
pub const TABLES: [Table; 7] = [
    crate::country::TABLE,
    crate::subdivision::TABLE,
    crate::substance::TABLE,
    crate::dangerous_goods::TABLE,
    crate::dangerous_goods::FUELS,
    crate::airline::TABLE,
    crate::vague::TABLE,
];

/// The row whose key is `key`, from rows sorted by it.
pub(crate) fn row_of<T>(
    rows: &'static [T],
    key: &str,
    key_of: fn(&T) -> &'static str,
) -> Option<&'static T> {
    let place = rows.binary_search_by(|row| key_of(row).cmp(key)).ok()?;
    rows.get(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_say_what_they_are() {
        for table in TABLES {
            assert!(!table.name.is_empty() && !table.source.is_empty());
            assert!(table.version.starts_with("20"), "{}", table.name);
        }
    }
}
