//! What records lack, made up from a seed: numbers with right check digits, flights, parties. The same seed, the same
//! details.
//!
//! Check digits are computed here from the standards and not with the validator's own functions: what is generated is also
//! a test of what validates.

use serde_json::{Value, json};

/// A small generator of numbers (SplitMix64): good enough to make things up, and never used for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Generator(u64);

/// An end of a leg.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Airport {
    /// IATA code.
    pub(crate) code: &'static str,
    /// State, ISO 3166-2.
    state: &'static str,
    /// Offset of its clock from UTC in winter.
    offset: &'static str,
}

const UNITED_STATES: [Airport; 4] = [
    Airport {
        code: "LAX",
        state: "US-CA",
        offset: "-08:00",
    },
    Airport {
        code: "IAH",
        state: "US-TX",
        offset: "-06:00",
    },
    Airport {
        code: "MIA",
        state: "US-FL",
        offset: "-05:00",
    },
    Airport {
        code: "JFK",
        state: "US-NY",
        offset: "-05:00",
    },
];

const MEXICO: [Airport; 4] = [
    Airport {
        code: "NLU",
        state: "MX-MEX",
        offset: "-06:00",
    },
    Airport {
        code: "MEX",
        state: "MX-CMX",
        offset: "-06:00",
    },
    Airport {
        code: "GDL",
        state: "MX-JAL",
        offset: "-06:00",
    },
    Airport {
        code: "MTY",
        state: "MX-NLE",
        offset: "-06:00",
    },
];

/// Carriers: two characters, and the accounting code that begins their waybills.
const CARRIERS: [(&str, &str); 4] = [("AM", "139"), ("M7", "865"), ("AA", "001"), ("UA", "016")];

const GOODS: [&str; 8] = [
    "Printed books and calendars",
    "Cotton garments, assorted sizes",
    "Ceramic figurines in foam",
    "Dietary supplement powder, sealed jars",
    "Automotive spare gaskets",
    "Children's wooden toys",
    "Hair care products in bottles",
    "Framed photographs",
];

const STREETS: [&str; 6] = [
    "Example Street",
    "Calle Ejemplo",
    "Exercise Avenue",
    "Avenida Ejercicio",
    "Sample Lane",
    "Calle Prueba",
];

const FAMILY: [&str; 8] = [
    "Ejemplo",
    "Exercise",
    "Prueba",
    "Sample",
    "Simulacro",
    "Drill",
    "Ensayo",
    "Rehearsal",
];

impl Generator {
    /// Everything follows from the seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of them.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        let position = usize::try_from(self.below(from.len() as u64)).unwrap_or_default();
        from.get(position).copied().unwrap_or(otherwise)
    }

    /// A carrier: its code, and the first three digits of its waybills.
    pub(crate) fn carrier(&mut self) -> (&'static str, &'static str) {
        self.pick(&CARRIERS, ("AM", "139"))
    }

    /// An air waybill number, its last digit off by `error` (IATA resolution 600a: the serial modulo 7).
    pub(crate) fn air_waybill(&mut self, prefix: &str, error: u64) -> String {
        let serial = 1_000_000 + self.below(9_000_000);
        let check = (serial % 7 + error) % 10;
        format!("{prefix}-{serial:07}{check}")
    }

    /// A postal item number, its check digit off by `error` (UPU S10: weights 8 6 4 2 3 5 9 7 modulo 11).
    pub(crate) fn postal_item(&mut self, country: &str, error: u64) -> String {
        let serial = format!("{:08}", self.below(100_000_000));
        let weights = [8, 6, 4, 2, 3, 5, 9, 7];
        let digits = serial.chars().filter_map(|digit| digit.to_digit(10));
        let sum: u32 = digits
            .zip(weights)
            .map(|(digit, weight)| digit * weight)
            .sum();
        let check = match 11 - sum % 11 {
            10 => 0,
            11 => 5,
            other => u64::from(other),
        };
        let service = self.pick(&["RB", "CP", "EE", "LX"], "RB");
        format!("{service}{serial}{}{country}", (check + error) % 10)
    }

    /// One leg between the sides, a day or two from now.
    pub(crate) fn leg(&mut self, northbound: bool, carrier: &str) -> Value {
        let (from, to) = if northbound {
            (MEXICO, UNITED_STATES)
        } else {
            (UNITED_STATES, MEXICO)
        };
        let (from_country, to_country) = if northbound {
            ("MX", "US")
        } else {
            ("US", "MX")
        };
        let [first, ..] = from;
        let departure = self.pick(&from, first);
        let [first, ..] = to;
        let arrival = self.pick(&to, first);
        let hours = 6 + self.below(40);
        let flight = format!("{carrier}{}", 100 + self.below(900));
        json!({
            "carrier": carrier, "flight": flight,
            "departure": { "airport": departure.code, "country": from_country, "subdivision": departure.state },
            "arrival": { "airport": arrival.code, "country": to_country, "subdivision": arrival.state },
            "scheduled_departure": format!("+{hours}h@{}", departure.offset),
            "scheduled_arrival": format!("+{}h@{}", hours + 5, arrival.offset),
        })
    }

    /// A party that nobody can take for a real one.
    pub(crate) fn party(&mut self, role: &str, country: &str) -> Value {
        let number = 1 + self.below(999);
        let family = self.pick(&FAMILY, "Ejemplo");
        let street = self.pick(&STREETS, "Example Street");
        json!({
            "role": role, "name": format!("{family} {number:03}"),
            "address": {
                "lines": [format!("{street} {}", 1 + self.below(400))],
                "city": "Exercise City", "country": country,
            },
        })
    }

    /// What the goods are said to be.
    pub(crate) fn goods(&mut self) -> &'static str {
        self.pick(&GOODS, "Printed books and calendars")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_alert::check_digit;

    #[test]
    fn numbers_are_right_and_wrong_as_asked() {
        let mut generator = Generator::new(7);
        for _ in 0..1_000 {
            let waybill = generator.air_waybill("139", 0);
            assert!(check_digit::awb(&waybill).is_ok(), "{waybill}");
            let item = generator.postal_item("PK", 0);
            assert!(check_digit::s10(&item).is_ok(), "{item}");
            let wrong = generator.air_waybill("139", 1);
            assert!(check_digit::awb(&wrong).is_err(), "{wrong}");
            let wrong = generator.postal_item("PK", 1);
            assert!(check_digit::s10(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_seed_repeats_itself() {
        let made = |seed: u64| {
            let mut generator = Generator::new(seed);
            (
                generator.leg(true, "AM"),
                generator.party("SHIPPER", "PK"),
                generator.next(),
            )
        };
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
    }
}
