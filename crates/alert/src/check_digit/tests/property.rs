//! Any one wrong character is caught, but for those that an algorithm cannot catch: which ones is said here apart from
//! the algorithm, so that a mistake in it cannot excuse itself.

use proptest::prelude::*;

use super::*;

/// A text with one of its characters replaced: place, what stood there, what stands there now, the text.
type Slip = (usize, char, char, String);

/// Replaces the character that `pick` chooses among those of its kind by the one that `step` chooses.
fn slip(text: &str, pick: usize, step: usize, kinds: &str) -> Slip {
    let places: Vec<(usize, char)> = text
        .chars()
        .enumerate()
        .filter(|(_, c)| kinds.contains(*c))
        .collect();
    let (place, right) = places[pick % places.len()];
    let of_its_kind: Vec<char> = kinds
        .chars()
        .filter(|c| c.is_ascii_digit() == right.is_ascii_digit() && *c != right)
        .collect();
    let wrong = of_its_kind[step % of_its_kind.len()];
    let changed = text
        .chars()
        .enumerate()
        .map(|(at, c)| if at == place { wrong } else { c })
        .collect();
    (place, right, wrong, changed)
}

fn difference(one: char, other: char) -> u32 {
    let value = |c: char| c.to_digit(36).unwrap();
    value(one).abs_diff(value(other))
}

/// The sum of the characters from that place on, as many as there are weights, modulo 11. Letters count as in ISO 6346: from 10, without the multiples of 11.
fn weighed(text: &str, from: usize, weights: &[u32]) -> u32 {
    let value = |c: char| {
        let plain = c.to_digit(36).unwrap();
        let skipped = [11, 21, 31].iter().filter(|from| plain >= **from).count();
        plain + u32::try_from(skipped).unwrap()
    };
    let sum: u32 = text
        .chars()
        .skip(from)
        .zip(weights)
        .map(|(c, weight)| value(c) * weight)
        .sum();
    sum % 11
}

/// Whether the two remainders are those that share a digit, one each.
fn is_pair((one, other): (u32, u32), (a, b): (u32, u32)) -> bool {
    (one, other) == (a, b) || (one, other) == (b, a)
}

const DIGITS: &str = "0123456789";
const ALL: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

proptest! {
    #[test]
    fn air_waybill(serial in 0..10_000_000_u32, airline in 0..1000_u32, pick: usize, step: usize) {
        let serial = format!("{serial:07}");
        let number = format!("{airline:03}-{serial}{}", awb_digit(&serial).unwrap());
        prop_assert_eq!(awb(&number), Ok(()));
        let (place, right, wrong, changed) = slip(&number, pick, step, DIGITS);
        // The airline is not covered; digits that differ by 7 share a remainder.
        let hidden = place < 3 || (place < 11 && difference(right, wrong) == 7);
        prop_assert_eq!(awb(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn postal_item(serial in 0..100_000_000_u32, service in "[A-Z]{2}", pick: usize, step: usize) {
        let serial = format!("{serial:08}");
        let check = s10_digit(&serial).unwrap();
        let number = format!("{service}{serial}{check}MX");
        prop_assert_eq!(s10(&number), Ok(()));
        let (place, .., changed) = slip(&number, pick, step, DIGITS);
        // The remainders 0 and 6 share the digit 5.
        let of = |number: &str| weighed(number, 2, &[8, 6, 4, 2, 3, 5, 9, 7]);
        let hidden = place < 10 && is_pair((of(&number), of(&changed)), (0, 6));
        prop_assert_eq!(s10(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn cas_number(head in 10..9_999_999_u32, tail in 0..100_u32, pick: usize, step: usize) {
        let body = format!("{head}-{tail:02}");
        let number = format!("{body}-{}", cas_digit(&body).unwrap());
        prop_assert_eq!(cas(&number), Ok(()));
        let (place, right, wrong, changed) = slip(&number, pick, step, DIGITS);
        let weight = number.chars().skip(place + 1).filter(char::is_ascii_digit).count();
        let same = weight != 0 && (weight * difference(right, wrong) as usize).is_multiple_of(10);
        // No number begins with 0, so that this slip is of no form.
        let hidden = same && !(place == 0 && wrong == '0');
        prop_assert_eq!(cas(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn alert_id(node in "[A-Z0-9]{2,10}", year in 1000..10_000_u16, count in 0..1_000_000_u32, pick: usize, step: usize) {
        let id = crate::id::AlertId::compose("MX", &node, year, count).unwrap();
        let (.., changed) = slip(id.as_str(), pick, step, ALL);
        prop_assert!(changed.parse::<crate::id::AlertId>().is_err(), "{}", changed);
    }

    #[test]
    fn container_number(owner in "[A-Z]{4}", serial in 0..1_000_000_u32, pick: usize, step: usize) {
        let body = format!("{owner}{serial:06}");
        let check = container_digit(&body).unwrap();
        let number = format!("{body}{check}");
        prop_assert_eq!(container(&number), Ok(()));
        let (place, right, wrong, changed) = slip(&number, pick, step, ALL);
        // Letters ten or twenty places apart share a value modulo 11; the remainders 0 and 10 share the digit 0.
        let alike = place < 4 && [10, 20].contains(&difference(right, wrong));
        let of = |number: &str| weighed(number, 0, &[1, 2, 4, 8, 5, 10, 9, 7, 3, 6]);
        let pair = place < 10 && is_pair((of(&number), of(&changed)), (0, 10));
        prop_assert_eq!(container(&changed).is_ok(), alike || pair, "{}", changed);
    }

    #[test]
    fn dhl_waybill(serial in 0..10_000_000_000_u64, long: bool, pick: usize, step: usize) {
        let serial = if long { format!("{serial:010}") } else { format!("{:09}", serial / 10) };
        let number = format!("{serial}{}", dhl_digit(&serial).unwrap());
        prop_assert_eq!(dhl(&number), Ok(()));
        let (place, right, wrong, changed) = slip(&number, pick, step, DIGITS);
        let hidden = place < serial.len() && difference(right, wrong) == 7;
        prop_assert_eq!(dhl(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn fedex_number(serial in 0..100_000_000_000_u64, pick: usize, step: usize) {
        let serial = format!("{serial:011}");
        let check = fedex_digit(&serial).unwrap();
        let number = format!("{serial}{check}");
        prop_assert_eq!(fedex(&number), Ok(()));
        let (place, .., changed) = slip(&number, pick, step, DIGITS);
        // The remainders 0 and 10 share the digit 0.
        let of = |number: &str| weighed(number, 0, &[3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]);
        let hidden = place < 11 && is_pair((of(&number), of(&changed)), (0, 10));
        prop_assert_eq!(fedex(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn ups_number(account in "[A-Z0-9]{15}", pick: usize, step: usize) {
        let body = format!("1Z{account}");
        let number = format!("{body}{}", ups_digit(&body).unwrap());
        prop_assert_eq!(ups(&number), Ok(()));
        let (place, right, wrong, changed) = slip(&number, pick, step, ALL);
        prop_assume!(place >= 2 && (place < 17 || wrong.is_ascii_digit()));
        // Every second character counts double, so a change by 5 is a change by 10; letters repeat every ten places.
        let double = place < 17 && place % 2 == 1;
        let hidden = place < 17 && difference(right, wrong).is_multiple_of(if double { 5 } else { 10 });
        prop_assert_eq!(ups(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn taxpayer(letters in "[A-ZÑ&]{3,4}", date in 0..28_u32, key in "[A-Z0-9]{2}", pick: usize, step: usize) {
        let body = format!("{letters}5612{:02}{key}", date + 1);
        let number = format!("{body}{}", rfc_digit(&body).unwrap());
        prop_assert_eq!(rfc(&number), Ok(()));
        let (place, right, wrong, changed) = slip(&number, pick, step, ALL);
        prop_assume!(!matches!(rfc(&changed), Err(CheckError::Format { .. })));
        // Values that differ by a multiple of 11 weigh the same; so does everything where the weight is 11, the third
        // character of a person's twelve. O to Z count one more, because of the ampersand before them.
        let characters = number.chars().count();
        let value = |c: char| c.to_digit(36).unwrap() + u32::from(c >= 'O');
        let weight = characters - place;
        let last = place + 1 == characters;
        let hidden = !last && (weight == 11 || value(right).abs_diff(value(wrong)).is_multiple_of(11));
        prop_assert_eq!(rfc(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn person(letters in "[A-Z]{4}", day in 1..29_u32, rest in "[HM][A-ZÑ]{5}[A-Z0-9]", pick: usize, step: usize) {
        let body = format!("{letters}3108{day:02}{rest}");
        let number = format!("{body}{}", curp_digit(&body).unwrap());
        prop_assert_eq!(curp(&number), Ok(()));
        let (place, right, wrong, changed) = slip(&number, pick, step, ALL);
        prop_assume!(!matches!(curp(&changed), Err(CheckError::Format { .. })));
        // Ñ stands between N and O.
        let value = |c: char| c.to_digit(36).unwrap() + u32::from(c >= 'O');
        let weight = 18 - u32::try_from(place).unwrap();
        let hidden = place < 17 && (weight * value(right).abs_diff(value(wrong))).is_multiple_of(10);
        prop_assert_eq!(curp(&changed).is_ok(), hidden, "{}", changed);
    }

    #[test]
    fn foreign_text_never_panics_and_proposals_always_pass(text in "\\PC{0,40}") {
        for scheme in SCHEMES {
            let proposals = scheme.proposals(&text);
            prop_assert!(proposals.len() <= CANDIDATES_MAX);
            prop_assert!(proposals.iter().all(|one| scheme.check(one).is_ok()));
        }
    }
}
