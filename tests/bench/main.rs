//! Measures what the README states, as ratios within one run: `cargo bench -p precinto-tests --bench spine`.
//!
//! Every gateway is the unmodified release binary, every line mutual TLS on loopback, every answer a verified receipt.
//! Client and gateway share the machine's cores. `PRECINTO_BENCH=validate,policy,commit,memory` picks parts; those of the
//! relay, `delivery,catchup,subscribers,stalled,recall,flash`, are run only when they are picked.

mod commit;
mod measure;
mod memory;
mod policy;
mod relay;
mod validate;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use precinto_envelope::crypto::{PublicKey, SigningKey};
use precinto_ledger::clock::{Clock as _, SystemClock};

fn main() -> ExitCode {
    let parts = std::env::var("PRECINTO_BENCH")
        .unwrap_or_else(|_| "validate,policy,commit,memory".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    if let Some(site) = relay::echo::wanted() {
        runtime.block_on(relay::echo::serve(site.as_ref()));
        return ExitCode::SUCCESS;
    }
    let yardstick = Yardstick::new();
    let spent = yardstick.verify(ROUNDS);
    let verification_us = (spent / ROUNDS).as_secs_f64() * 1e6;
    say(&format!(
        "V, one verification of 1 KiB: {verification_us:.1} us"
    ));
    if parts.contains("validate") {
        validate::run(&yardstick);
    }
    if parts.contains("policy") {
        runtime.block_on(policy::run(&yardstick));
    }
    if parts.contains("commit") {
        runtime.block_on(commit::run());
    }
    if parts.contains("memory") {
        runtime.block_on(memory::run());
    }
    runtime.block_on(relay::run(&parts));
    // Also for scripts: a figure that is missed must not look like success.
    if MISSED.load(Ordering::Relaxed) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Whether any figure was on the wrong side of its goal or limit.
static MISSED: AtomicBool = AtomicBool::new(false);

/// Verifications that V is measured over.
const ROUNDS: u32 = 2_000;

/// What V is measured with: the yardstick of this machine at this moment.
pub(crate) struct Yardstick {
    public: PublicKey,
    signature: Vec<u8>,
}

impl Yardstick {
    const MESSAGE: [u8; 1024] = [7; 1024];

    fn new() -> Self {
        let (key, _) = SigningKey::generate_ed25519();
        let public: [u8; 32] = key.public_key().try_into().expect("an Ed25519 key");
        Self {
            public: PublicKey::ed25519(public).expect("a good key"),
            signature: key.sign(&Self::MESSAGE),
        }
    }

    /// How long so many verifications take.
    pub(crate) fn verify(&self, rounds: u32) -> Duration {
        let begun = SystemClock.now_ms();
        for _ in 0..rounds {
            self.public
                .verify(&Self::MESSAGE, &self.signature)
                .expect("verifies");
        }
        Duration::from_millis(SystemClock.now_ms() - begun)
    }
}

/// One line of the result.
#[expect(clippy::print_stdout, reason = "a benchmark's result")]
fn say(line: &str) {
    println!("{line}");
}

/// A ratio against its goal.
fn goal(what: &str, value: f64, at_least: f64) {
    let verdict = verdict(value >= at_least, ["reached", "MISSED"]);
    say(&format!(
        "  {what}: {value:.1} (goal: at least {at_least}) {verdict}"
    ));
}

/// A figure against its limit.
fn limit(what: &str, value: f64, at_most: f64) {
    let verdict = verdict(value <= at_most, ["kept", "EXCEEDED"]);
    say(&format!(
        "  {what}: {value:.2} (limit: at most {at_most}) {verdict}"
    ));
}

fn verdict(is_well: bool, [well, missed]: [&'static str; 2]) -> &'static str {
    if is_well {
        well
    } else {
        MISSED.store(true, Ordering::Relaxed);
        missed
    }
}
