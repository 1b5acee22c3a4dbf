//! Every table of codes that is compiled in, with what [`crate::table`] says of each.

use crate::table::Table;

/// Every table of this crate that is not a vocabulary of the interface.
pub const TABLES: [Table; 12] = [
    crate::country::TABLE,
    crate::subdivision::TABLE,
    crate::substance::TABLE,
    crate::dangerous_goods::NUMBERS,
    crate::dangerous_goods::TABLE,
    crate::dangerous_goods::FUELS,
    crate::tariff::TABLE,
    crate::airport::IATA,
    crate::airport::ICAO,
    crate::airline::TABLE,
    crate::quantity::unit::TABLE,
    crate::vague::TABLE,
];

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

    #[test]
    fn what_is_taken_from_a_package_is_never_called_whole_and_its_terms_are_at_hand() {
        let terms = include_str!("table/LICENSES.txt");
        for table in TABLES {
            if let Some(package) = table.package {
                assert!(!table.complete, "{}", table.name);
                let named = format!("{} {}, {}", package.name, package.version, package.licence);
                assert!(terms.contains(&named), "{named}");
            }
        }
    }
}
