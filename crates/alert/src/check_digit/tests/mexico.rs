//! RFC and CURP against the published tables, read here a second time: the place of a character in the text is its value.

use super::*;
use proptest::prelude::*;

/// RFC: annex 1 of the tax administration's rules for its register; the blank is 37, `Ñ` is 38.
const RFC_TABLE: &str = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ";
/// CURP: the register of the population's instruction; `Ñ` stands between `N` and `O`, and there is no ampersand.
const CURP_TABLE: &str = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ";

/// Each character's value times its weight, the first weight being `weight`.
fn sum(table: &str, text: &str, weight: usize) -> usize {
    let value = |c| table.chars().position(|other| other == c).unwrap();
    let weights = (0..=weight).rev();
    text.chars().zip(weights).map(|(c, w)| value(c) * w).sum()
}

fn rfc_by_table(body: &str) -> char {
    let place = (11 - sum(RFC_TABLE, &format!("{body:>12}"), 13) % 11) % 11;
    RFC_TABLE.chars().nth(place).unwrap()
}

fn curp_by_table(body: &str) -> char {
    let digit = (10 - sum(CURP_TABLE, body, 18) % 10) % 10;
    CURP_TABLE.chars().nth(digit).unwrap()
}

/// Each with its check character: companies and persons, with every letter that stands apart, in every place that has one.
const RFCS: [&str; 13] = [
    "ÑAÑ010101ABA",
    "A&B020229XY0",
    "&&&991231ZZ6",
    "ÑÑÑ000229A03",
    "C&A140317LM0",
    "Ñ&Z010107X6A",
    "Ñ&Z010105X40",
    "MUÑJ800101QXA",
    "ÑUPE561231G11",
    "NUÑ&750630AA7",
    "&OÑO010101A03",
    "ÑÑÑÑ991231ZZ4",
    "GODE561231GR8",
];
const CURPS: [&str; 5] = [
    "MUÑJ800101HDFXXN04",
    "ÑUXE561231MJCÑXNA0",
    "PEÑA000229XNEÑÑÑ94",
    "IBÑO991231HÑÑÑÑÑZ6",
    "BOXW310820HNERXN09",
];

#[test]
fn numbers_with_the_letters_that_stand_apart() {
    for number in RFCS {
        assert_eq!(rfc(number), Ok(()), "{number}");
    }
    for number in CURPS {
        assert_eq!(curp(number), Ok(()), "{number}");
    }
    // A table without these letters, or with them in other places, would take others.
    for wrong in ["ÑAÑ010101AB9", "A&B020229XY1", "MUÑJ800101QX0"] {
        assert!(refused(rfc(wrong)), "{wrong}");
    }
    assert!(refused(curp("MUÑJ800101HDFXXN05")));
}

#[test]
fn letters_that_stand_apart_do_not_stand_everywhere() {
    for shapeless in [
        "ABC010101ÑB1",
        "ABC010101A&1",
        "AB 010101AB1",
        "ÑBC010101ABÑ",
    ] {
        let result = rfc(shapeless);
        assert!(
            matches!(result, Err(CheckError::Format { .. })),
            "{shapeless}"
        );
    }
    for shapeless in [
        "B&XW310820HNERXN09",
        "BOXW310820ÑNERXN09",
        "BOXW310820HNERXN0Ñ",
    ] {
        let result = curp(shapeless);
        assert!(
            matches!(result, Err(CheckError::Format { .. })),
            "{shapeless}"
        );
    }
}

proptest! {
    #[test]
    fn taxpayers_as_by_the_table(
        letters in "[A-ZÑ&]{3,4}", year in 0..100_u32, day in 1..29_u32, key in "[A-Z0-9]{2}",
    ) {
        let body = format!("{letters}{year:02}02{day:02}{key}");
        prop_assert_eq!(rfc_digit(&body), Some(rfc_by_table(&body)), "{}", body);
    }

    #[test]
    fn persons_as_by_the_table(
        letters in "[A-ZÑ]{4}", year in 0..100_u32, day in 1..32_u32, rest in "[HMX][A-ZÑ]{5}[A-ZÑ0-9]",
    ) {
        let body = format!("{letters}{year:02}12{day:02}{rest}");
        prop_assert_eq!(curp_digit(&body), Some(curp_by_table(&body)), "{}", body);
    }
}
