//! What a decision costs, against one verification of a signature (V): `cargo bench -p precinto-policy` (test only).
//!
//! A question that was asked before must cost at most a tenth of V, because each delivery asks one. One that was not costs more than
//! V itself allows for a submission; real traffic asks few of those (`limits.rs`).

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a benchmark reads the clock and prints"
)]

use std::collections::BTreeSet;
use std::time::Instant;

use precinto_alert::code::{CommodityClass, MessageStatus, MessageType, Tlp};
use precinto_alert::handling::Release;
use precinto_alert::id::AgencyId;
use precinto_envelope::crypto::{PublicKey, SigningKey};
use precinto_policy::{Admission, Agency, Facts, Floor, Passage, Policy, Rules};

/// Rounds of each measurement; of so many turns the middle one counts.
const ROUNDS: u32 = 2_000;
const TURNS: usize = 15;

const US: &str = include_str!("../examples/us.cedar");
const MX: &str = include_str!("../examples/mx.cedar");

fn main() {
    let yardstick = verification();
    println!("V, one verification of 1 KiB: {yardstick:.1} us");
    let both = || {
        let site = |side: &str, text| {
            let policy = Policy::parse(text).expect("an example");
            (side.parse().expect("a side"), policy)
        };
        [site("us.dev.invalid", US), site("mx.dev.invalid", MX)]
    };
    let floor = Rules::new(Floor::NEWEST, []);
    let sites = Rules::new(Floor::NEWEST, both());
    // The example of Mexico's side permits what its agencies receive by name, so it is asked about one of them.
    for (name, rules, receivers) in [
        ("the floor alone", &floor, &[1, 32, 200][..]),
        ("the floor and both examples", &sites, &[1]),
    ] {
        for &receivers in receivers {
            let rounds = ROUNDS / receivers;
            let hit = micros(rounds, |_| ask(rules, 0, receivers));
            // Each release is another question; no two of a turn are alike.
            let miss = micros(rounds, |round| ask(rules, round, receivers));
            let each = f64::from(receivers) * yardstick;
            println!(
                "{name}, {receivers} receivers: asked before {hit:.2} us ({:.3} V each), not asked before {miss:.1} us ({:.2} V each)",
                hit / each,
                miss / each
            );
        }
    }
    let begun = Instant::now();
    drop(both());
    println!(
        "both examples, read and checked: {:.1} ms",
        begun.elapsed().as_secs_f64() * 1e3
    );
}

fn ask(rules: &Rules, number: u32, receivers: u32) {
    let receivers = (0..receivers).map(|number| match number {
        0 => agency("mx.dev.invalid/anam", "MX"),
        _ => agency(&format!("mx.dev.invalid/a{number}"), "MX"),
    });
    let receivers: Vec<Agency> = receivers.collect();
    let cbp = agency("us.dev.invalid/cbp", "US");
    let unit = format!("u{number}");
    let facts = Facts {
        originator: cbp.clone(),
        message_type: MessageType::Alert,
        status: MessageStatus::Actual,
        precedence: None,
        tlp: Tlp::AmberStrict,
        marks: BTreeSet::from(["US:LES".to_owned()]),
        commodities: BTreeSet::from([CommodityClass::IllicitDrug]),
        use_code: None,
        authority: None,
        protected_bag: None,
        names_persons: true,
        tear_line: false,
        criminal_intelligence: false,
        to_agencies: true,
        releasable_to: vec![
            Release::Country("MX".to_owned()),
            Release::Agency(AgencyId::new(cbp.side().clone(), &unit).expect("a name")),
        ],
        addressees: receivers.iter().map(|agency| agency.id.clone()).collect(),
    };
    let receivers = receivers.iter().map(|agency| (agency, Passage::Direct));
    let asked = Admission::ask(rules, &cbp, &facts, receivers);
    assert!(asked.allowed(), "{:?}", asked.refusals());
}

fn agency(name: &str, country: &str) -> Agency {
    Agency {
        id: name.parse().expect("a name"),
        country: country.to_owned(),
        purposes: BTreeSet::from([CommodityClass::IllicitDrug]),
    }
}

/// How long one takes, in microseconds.
fn micros(rounds: u32, mut one: impl FnMut(u32)) -> f64 {
    let mut round = 0;
    let mut turns = [(); TURNS].map(|()| {
        let begun = Instant::now();
        for _ in 0..rounds {
            round += 1;
            one(round);
        }
        begun.elapsed().as_secs_f64() * 1e6 / f64::from(rounds)
    });
    turns.sort_by(f64::total_cmp);
    turns.get(TURNS / 2).copied().unwrap_or_default()
}

fn verification() -> f64 {
    let (key, _) = SigningKey::generate_ed25519();
    let public: [u8; 32] = key.public_key().try_into().expect("an Ed25519 key");
    let public = PublicKey::ed25519(public).expect("a good key");
    let message = [7; 1024];
    let signature = key.sign(&message);
    micros(ROUNDS, |_| {
        public.verify(&message, &signature).expect("verifies");
    })
}
