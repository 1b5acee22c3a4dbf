//! Every table is total, and says something different for each code, in each language.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::Lang;

/// Vocabularies that only describe: labels alone.
const DESCRIBING: [&str; 27] = [
    "channel",
    "mode",
    "awb_kind",
    "label_identifier_kind",
    "seal_condition",
    "tariff",
    "security_status",
    "screening_method",
    "screening_exemption",
    "party_role",
    "tax_id_kind",
    "substance_class",
    "substance_form",
    "incb_table",
    "us_chemical_list",
    "identification_method",
    "firearm_kind",
    "serial_state",
    "ballistic_system",
    "fuel_product",
    "fuel_container",
    "confidence",
    "evaluation_scale",
    "source_grade",
    "information_grade",
    "signer_role",
    "payload_protection",
];

#[test]
fn every_table_is_total_and_in_the_order_of_the_numbers() {
    for family in FAMILIES {
        let listed: Vec<i32> = family.rows().map(Row::number).collect();
        let declared: Vec<i32> = (1..1000)
            .filter(|number| (family.full_name)(*number).is_some())
            .collect();
        assert_eq!(listed, declared, "{}", family.name);
        for row in family.rows() {
            let name = family.name_of(row);
            assert!(!name.is_empty(), "{}: {}", family.name, row.number());
            let full = format!("{}{name}", family.prefix);
            for written in [name, &full] {
                let found = family.find(written).map(Row::number);
                assert_eq!(found, Some(row.number()), "{written}");
            }
        }
        assert!(family.find("UNSPECIFIED").is_none(), "{}", family.name);
    }
}

/// Both languages of one kind of text, for every code of a family.
fn distinct(family: &Family, kind: &str, text: impl Fn(&Row, Lang) -> Option<&'static str>) {
    for lang in [Lang::En, Lang::Es] {
        let texts: Vec<&str> = family.rows().filter_map(|row| text(row, lang)).collect();
        let place = format!("{}: {kind} {lang:?}", family.name);
        assert_eq!(texts.len(), family.rows().count(), "{place} is missing");
        for text in &texts {
            assert!(!text.trim().is_empty() && text.trim() == *text, "{place}");
        }
        let different: BTreeSet<&str> = texts.iter().copied().collect();
        assert_eq!(different.len(), texts.len(), "{place} stands twice");
    }
    for row in family.rows() {
        let name = family.name_of(row);
        assert_ne!(
            text(row, Lang::En),
            text(row, Lang::Es),
            "{}: {kind} of {name} is not translated",
            family.name
        );
    }
}

#[test]
fn every_code_says_something_of_its_own_in_both_languages() {
    for family in FAMILIES {
        assert_ne!(family.title(Lang::En), family.title(Lang::Es));
        assert!(
            [Lang::En, Lang::Es]
                .iter()
                .all(|lang| !family.source(*lang).is_empty())
        );
        distinct(family, "label", |row, lang| Some(row.label(lang)));
        if DESCRIBING.contains(&family.name) {
            let advised = family.rows().any(|row| row.example(Lang::En).is_some());
            assert!(!advised, "{} describes only", family.name);
            continue;
        }
        distinct(family, "example", Row::example);
        distinct(family, "next", Row::next);
        for row in family.rows() {
            for lang in [Lang::En, Lang::Es] {
                let next = row.next(lang).unwrap();
                assert!(next.ends_with(['.', '?']), "{}: {next}", family.name);
            }
        }
    }
}

/// Nothing reaches the wire as a code that nobody can read.
#[test]
fn every_vocabulary_of_the_interface_is_a_family() {
    let interface = include_str!("../../../../proto/precinto/v1/code.proto");
    let mut vocabularies = 0;
    for line in interface.lines() {
        let Some(name) = line
            .strip_prefix("enum ")
            .and_then(|rest| rest.strip_suffix(" {"))
        else {
            continue;
        };
        let mut prefix = String::new();
        for letter in name.chars() {
            if letter.is_uppercase() && !prefix.is_empty() {
                prefix.push('_');
            }
            prefix.extend(letter.to_uppercase());
        }
        prefix.push('_');
        let known = FAMILIES.iter().any(|family| family.prefix == prefix);
        assert!(known, "{name} has no labels");
        vocabularies += 1;
    }
    assert!(vocabularies > 40, "{vocabularies}");
}

#[test]
fn names_of_families_are_their_own() {
    let names: BTreeSet<&str> = FAMILIES.iter().map(|family| family.name).collect();
    assert_eq!(names.len(), FAMILIES.len());
    assert!(DESCRIBING.iter().all(|name| names.contains(name)));
}

#[test]
fn the_documented_numbers_of_codes() {
    let counted: BTreeMap<&str, usize> = FAMILIES
        .iter()
        .map(|family| (family.name, family.rows().count()))
        .collect();
    for (name, expected) in [
        ("indicator", 48),
        ("action", 22),
        ("outcome", 15),
        ("message_type", 24),
        ("mark", 9),
        ("seizure_form", 6),
    ] {
        assert_eq!(counted.get(name), Some(&expected), "{name}");
    }
}

#[test]
fn indicators_name_their_sources() {
    let letters =
        |code: IndicatorCode| -> String { sources_of(code).map(|source| source.letter).collect() };
    // A sample of the data model, section 6.
    for (code, expected) in [
        (IndicatorCode::Id01, "O"),
        (IndicatorCode::Id04, "TN"),
        (IndicatorCode::Id05, "OA"),
        (IndicatorCode::Id07, "AM"),
        (IndicatorCode::Do01, "PT"),
        (IndicatorCode::Hi03, "G"),
        (IndicatorCode::Ch04, "NK"),
        (IndicatorCode::Fu04, "U"),
    ] {
        assert_eq!(letters(code), expected, "{code:?}");
    }
    for row in IndicatorCode::FAMILY.rows() {
        let code = IndicatorCode::try_from(row.number()).unwrap();
        assert_eq!(letters(code), row.sources(), "a letter without a source");
        assert!(!row.sources().is_empty(), "{code:?}");
    }
    let used: String = IndicatorCode::FAMILY.rows().map(Row::sources).collect();
    assert!(SOURCES.iter().all(|source| used.contains(source.letter)));
}

#[test]
fn a_name_in_several_vocabularies_shows_all() {
    let families =
        |name| -> Vec<&str> { sharing_name(name).map(|(family, _)| family.name).collect() };
    assert_eq!(
        families("PARTIAL"),
        ["verdict", "hold_state", "outcome", "serial_state"]
    );
    assert_eq!(families("OUTCOME_CODE_PARTIAL"), ["outcome"]);
    assert_eq!(families("RELEASE_HOLD"), ["action"]);
    assert_eq!(families("HOLD_RELEASE"), ["message_type"]);
    assert_eq!(families("US:LES"), ["mark"]);
    assert!(families("NOTHING_OF_THE_KIND").is_empty());
}

#[test]
fn names_and_labels() {
    assert_eq!(Precedence::P1.name(), "P1");
    assert_eq!(Tlp::AmberStrict.name(), "AMBER_STRICT");
    assert_eq!(OutcomeCode::Seized.label(Lang::Es), "asegurado");
    assert_eq!(OutcomeCode::Unspecified.label(Lang::En), "not stated");
    assert_eq!(OutcomeCode::from_name("SEIZED"), Some(OutcomeCode::Seized));
    assert_eq!(OutcomeCode::from_name("UNSPECIFIED"), None);
}

/// *Asegurado* is what this interface calls seized: whatever else says it would be taken for that.
#[test]
fn only_what_is_seized_is_called_so_in_spanish() {
    for family in FAMILIES {
        for row in family.rows() {
            let says = row.label(Lang::Es).contains("asegurad");
            let may = ["outcome", "seizure_form"].contains(&family.name);
            assert!(
                !says || may,
                "{}: {}",
                family.name_of(row),
                row.label(Lang::Es)
            );
        }
    }
}

#[test]
fn the_edition_has_a_date() {
    let digits = TABLES.date.split('-').map(str::len).collect::<Vec<_>>();
    assert_eq!(digits, [4, 2, 2], "{}", TABLES.date);
}

#[test]
fn a_set_of_codes_ascends() {
    let at = At::root("");
    let read = |raw: &[i32]| {
        let mut found = Findings::default();
        let codes: Vec<CommodityClass> = read_set(&mut found, &at, "commodities", raw, 4);
        found.finish().map(|_| codes)
    };
    assert_eq!(
        read(&[1, 3]),
        Ok(vec![CommodityClass::IllicitDrug, CommodityClass::Firearm])
    );
    for (raw, reason) in [
        (&[3, 1][..], Reason::Repeated),
        (&[1, 1], Reason::Repeated),
        (&[0, 1], Reason::FieldMissing),
        (&[1, 99], Reason::CodeUnknown),
        (&[1, 2, 3, 4, 5], Reason::FieldTooLong),
    ] {
        assert_eq!(read(raw).unwrap_err().errors[0].reason, reason, "{raw:?}");
    }
}
