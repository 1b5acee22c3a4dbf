//! The data model's vectors, what is not of an identifier's form, and that every error which an algorithm can catch is
//! caught.

mod mexico;
mod property;
mod vectors;

use super::*;

const SCHEMES: [Scheme; 9] = [
    Scheme::AWB,
    Scheme::S10,
    Scheme::CAS,
    Scheme::CONTAINER,
    Scheme::DHL,
    Scheme::FEDEX,
    Scheme::UPS,
    Scheme::RFC,
    Scheme::CURP,
];

fn refused(result: Result<(), CheckError>) -> bool {
    matches!(result, Err(CheckError::Digit { .. }))
}

#[test]
fn what_is_not_of_the_form_of_an_air_waybill() {
    for shapeless in [
        "",
        "02012345675",
        "020-1234567",
        "020-123456755",
        "O20-12345675",
        "020-1234567x",
        "020 12345675",
        "０20-12345675",
    ] {
        assert_eq!(awb(shapeless), Err(AWB), "{shapeless}");
    }
}

#[test]
fn what_is_not_of_the_form_of_a_postal_item() {
    assert_eq!(
        s10("RB123456786US"),
        Err(CheckError::Digit { expected: '5' })
    );
    for shapeless in [
        "",
        "RB12345678GB",
        "rb123456785GB",
        "RB123456785GBX",
        "R1123456785GB",
        "RB12345678XGB",
        "ñB123456785GB",
    ] {
        assert_eq!(s10(shapeless), Err(S10), "{shapeless}");
    }
}

#[test]
fn what_is_not_of_the_form_of_a_cas_number() {
    for good in ["59708-52-0", "2167189-50-4", "7732-18-5", "7647-01-0"] {
        assert_eq!(cas(good), Ok(()), "{good}");
    }
    assert_eq!(cas("108-24-8"), Err(CheckError::Digit { expected: '7' }));
    for shapeless in [
        "",
        "108247",
        "008-24-7",
        "1-24-7",
        "12345678-24-7",
        "108-2-7",
        "108-24-",
        "108-24-77",
        "108-24-x",
    ] {
        assert_eq!(cas(shapeless), Err(CAS), "{shapeless}");
    }
}

#[test]
fn an_alert_id_has_capitals_and_digits_only_under_its_check_character() {
    assert_eq!(mod37_36("USCBPLAX2026000123"), Some('B'));
    assert_eq!(mod37_36("us"), None);
    assert_eq!(mod37_36("U-S"), None);
}

/// Serials spread over the whole range, always the same ones.
fn serials(modulus: u64) -> impl Iterator<Item = u64> {
    (0..400_u64).map(move |i| i.wrapping_mul(2_654_435_761) % modulus)
}

/// Calls `judge` with every text that differs from `text` in exactly one digit, and with both digits' values.
fn each_wrong_digit(text: &str, judge: impl Fn(usize, u32, u32, &str)) {
    for (place, right) in text.char_indices() {
        let Some(right) = right.to_digit(10) else {
            continue;
        };
        for wrong in (0..10).filter(|wrong| *wrong != right) {
            let mut changed = text.to_owned();
            changed.replace_range(place..=place, &wrong.to_string());
            judge(place, right, wrong, &changed);
        }
    }
}

#[test]
fn a_wrong_digit_of_an_air_waybill_is_caught_unless_it_differs_by_seven() {
    for serial in serials(10_000_000) {
        let serial = format!("{serial:07}");
        let number = format!("020-{serial}{}", awb_digit(&serial).unwrap());
        assert_eq!(awb(&number), Ok(()));
        each_wrong_digit(&number, |place, right, wrong, changed| match place {
            0..3 => assert_eq!(
                awb(changed),
                Ok(()),
                "the airline is not covered: {changed}"
            ),
            11 => assert!(refused(awb(changed)), "{changed}"),
            _ => assert_eq!(
                refused(awb(changed)),
                right.abs_diff(wrong) != 7,
                "{changed}"
            ),
        });
    }
}

#[test]
fn a_wrong_digit_of_a_postal_item_is_caught_unless_two_remainders_share_the_digit_five() {
    for serial in serials(100_000_000) {
        let serial = format!("{serial:08}");
        let number = format!("RB{serial}{}GB", s10_digit(&serial).unwrap());
        each_wrong_digit(&number, |place, _, _, changed| {
            let unnoticed = place != 10
                && number.as_bytes()[10] == b'5'
                && changed.get(2..10).and_then(s10_digit) == Some('5');
            assert_eq!(refused(s10(changed)), !unnoticed, "{changed}");
        });
    }
}

#[test]
fn a_wrong_digit_of_a_cas_number_is_caught_unless_its_weight_hides_it() {
    for serial in serials(9_990_000) {
        let body = format!("{}-{:02}", serial + 10, serial % 100);
        let number = format!("{body}-{}", cas_digit(&body).unwrap());
        let total = number.bytes().filter(u8::is_ascii_digit).count();
        each_wrong_digit(&number, |place, right, wrong, changed| {
            if place == 0 && wrong == 0 {
                return; // no longer of the form
            }
            let before = number.as_bytes()[..place]
                .iter()
                .filter(|b| b.is_ascii_digit())
                .count();
            let weight = u32::try_from(total - 1 - before).unwrap();
            let hidden = weight != 0 && weight * right.abs_diff(wrong) % 10 == 0;
            assert_eq!(refused(cas(changed)), !hidden, "{changed}");
        });
    }
}

#[test]
fn every_substitution_of_an_alert_id_is_caught() {
    let alphabet = || ('0'..='9').chain('A'..='Z');
    for serial in serials(1_000_000).take(20) {
        let body = format!("MXCMX01{}{serial:06}", 2026);
        let check = mod37_36(&body);
        for (place, right) in body.char_indices() {
            for wrong in alphabet().filter(|wrong| *wrong != right) {
                let mut changed = body.clone();
                changed.replace_range(place..=place, &wrong.to_string());
                assert_ne!(mod37_36(&changed), check, "{changed}");
            }
        }
    }
}

#[test]
fn what_is_not_of_the_form_of_a_container_or_of_a_couriers_number() {
    for shapeless in [
        "",
        "1Z",
        "CSQU305438",
        "csqu3054383",
        "33188100251x",
        "ñ",
        "1z5R89390357567127",
    ] {
        for scheme in [Scheme::CONTAINER, Scheme::DHL, Scheme::FEDEX, Scheme::UPS] {
            let result = scheme.check(shapeless);
            assert!(
                matches!(result, Err(CheckError::Format { .. })),
                "{shapeless}"
            );
        }
    }
}

#[test]
fn a_courier_is_known_by_name_and_form() {
    assert!(courier("UPS", "1Z5R89390357567127").is_some());
    assert!(courier("FedEx Express", "986578788855").is_some());
    assert!(courier("dhl", "3318810025").is_some());
    assert!(courier("DHL", "JD014600003828392837").is_none());
    assert!(courier("FEDEX", "61299998820821171811").is_none());
    assert!(courier("ESTAFETA", "3318810010").is_none());
    assert!(has_courier_rule("ups") && !has_courier_rule("ESTAFETA") && !has_courier_rule(""));
}

#[test]
fn what_is_not_of_the_form_of_a_mexican_number() {
    assert!(
        refused(rfc("XAXX010101001")),
        "only the generic number is exempt"
    );
    for shapeless in [
        "",
        "GODE561331GR8",
        "GODE560230GR8",
        "gode561231GR8",
        "AB010101AB1",
        "GODE561231GRB",
    ] {
        let result = rfc(shapeless);
        assert!(
            matches!(result, Err(CheckError::Format { .. })),
            "{shapeless}"
        );
    }
    for shapeless in [
        "",
        "BOXW310820QNERXN09",
        "BOXW311320HNERXN09",
        "BOXW310820HNERXN0",
        "ÑÑÑÑ",
    ] {
        let result = curp(shapeless);
        assert!(
            matches!(result, Err(CheckError::Format { .. })),
            "{shapeless}"
        );
    }
}

#[test]
fn what_was_meant_is_among_the_candidates() {
    for (scheme, meant, typed) in [
        (Scheme::AWB, "020-12345675", "020-12345676"),
        (Scheme::AWB, "007-54400194", "007-54401094"),
        (Scheme::S10, "RB123456785GB", "RB124356785GB"),
        (Scheme::S10, "RB123456785GB", "RB123456786GB"),
        (Scheme::CAS, "108-24-7", "180-24-7"),
        (Scheme::CAS, "110-63-4", "110-36-4"),
        (Scheme::CONTAINER, "CSQU3054383", "CSQU3054338"),
        (Scheme::UPS, "1Z5R89390357567127", "1Z5R89390537567127"),
    ] {
        assert!(refused(scheme.check(typed)), "{typed}");
        let candidates = scheme.proposals(typed);
        assert!(
            candidates.contains(&meant.to_owned()),
            "{typed}: {candidates:?}"
        );
        assert!(candidates.len() <= CANDIDATES_MAX);
        assert!(candidates.iter().all(|one| scheme.check(one).is_ok()));
    }
}

#[test]
fn the_same_characters_in_another_spelling_are_understood_and_not_taken() {
    for (scheme, meant, typed) in [
        (Scheme::AWB, "020-12345675", "02012345675"),
        (Scheme::AWB, "020-12345675", "020 1234 5675"),
        (Scheme::AWB, "020-12345675", "O2O-12345675"),
        (Scheme::S10, "RB123456785GB", "rb 123 456 785 gb"),
        (Scheme::CAS, "108-24-7", "108247"),
        (Scheme::CONTAINER, "CSQU3054383", "CSQU 305438-3"),
        (Scheme::RFC, "ABC010101AB1", "abc-010101-ab1"),
    ] {
        assert!(scheme.check(typed).is_err(), "{typed}");
        assert_eq!(scheme.proposals(typed), [meant], "{typed}");
    }
    assert_eq!(Scheme::AWB.proposals("nonsense"), [""; 0]);
    assert_eq!(Scheme::AWB.proposals(&"1".repeat(100_000)), [""; 0]);
}
