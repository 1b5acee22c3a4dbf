//! Every table of codes that is compiled in, with what [`crate::table`] says of each.

use crate::table::Table;

/// Every table of this crate that is not a vocabulary of the interface.
pub const TABLES: [Table; 20] = [
    crate::country::TABLE,
    crate::country::LABELS,
    crate::subdivision::TABLE,
    crate::substance::TABLE,
    crate::dangerous_goods::NUMBERS,
    crate::dangerous_goods::TABLE,
    crate::dangerous_goods::FUELS,
    crate::tariff::TABLE,
    crate::trade::CURRENCIES,
    crate::trade::LABELS,
    crate::trade::TERMS,
    crate::airport::IATA,
    crate::airport::ICAO,
    crate::airport::STATES,
    crate::place_code::TABLE,
    crate::customs_office::ADUANAS,
    crate::customs_office::DISTRICTS,
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

    /// What is compiled in is ready: nothing of this crate is read, built or even looked at before somebody asks.
    #[test]
    fn nothing_is_made_when_a_program_starts_or_at_the_first_question() {
        fn walk(folder: &std::path::Path, seen: &mut usize) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, seen);
                } else if path.extension().is_some_and(|end| end == "rs")
                    && !path.ends_with("tables.rs")
                {
                    let text = std::fs::read_to_string(&path).unwrap();
                    for late in [
                        "LazyLock",
                        "LazyCell",
                        "OnceLock",
                        "OnceCell",
                        "thread_local!",
                        "lazy_static",
                        "static mut",
                    ] {
                        assert!(!text.contains(late), "{}: {late}", path.display());
                    }
                    *seen += 1;
                }
            }
        }
        let mut seen = 0;
        walk(
            std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
            &mut seen,
        );
        assert!(seen > 80, "{seen}");
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
