//! What a new connection costs the gateway, in verifications of a signature: whoever comes again and again, with a valid
//! certificate or without, makes it do this much and no more.

use std::io::Write as _;

use precinto_envelope::crypto::{PublicKey, SigningKey};
use precinto_tests::Site;

use crate::drill::sized;
use crate::raw::{DATA, END_STREAM, Frame, HEADERS, Raw};

/// Of those, from one address: as many as it may begin at once.
const PER_ADDRESS: usize = 100;
/// Verifications that one may cost.
const VERIFICATIONS_MAX: f64 = 10.0;

/// CPU time of a process so far, in microseconds, exact to 10 ms: `utime` and `stime` in ticks of 10 ms (proc(5)).
pub(crate) fn cpu_us(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("/proc");
    let (_, after_name) = stat.rsplit_once(')').expect("a name in parentheses");
    let fields = after_name.split_whitespace().skip(11).take(2);
    let ticks: u32 = fields
        .map(|field| field.parse::<u32>().expect("ticks"))
        .sum();
    f64::from(ticks) * 1e4
}

/// CPU time of one verification of an Ed25519 signature over 1 KiB, in microseconds.
fn verification_us() -> f64 {
    const ROUNDS: u32 = 5_000;
    let (key, _) = SigningKey::generate_ed25519();
    let public: [u8; 32] = key.public_key().try_into().expect("an Ed25519 key");
    let public = PublicKey::ed25519(public).expect("a good key");
    let signature = key.sign(&[7; 1024]);
    let before = cpu_us("self");
    for _ in 0..ROUNDS {
        public.verify(&[7; 1024], &signature).expect("verifies");
    }
    (cpu_us("self") - before) / f64::from(ROUNDS)
}

#[tokio::test]
async fn a_new_connection_with_one_call_costs_few_verifications() {
    let connections = sized(200, 1_000);
    let site = Site::new();
    let gateway = site.start();
    let node = site.node("us-dea-hq", &gateway);
    let process = gateway.id().to_string();
    let verification_us = verification_us();
    let before = cpu_us(&process);
    for number in 0..connections {
        let host = u8::try_from(1 + number / PER_ADDRESS).expect("few addresses");
        let mut raw = Raw::open(&node, host).await.expect("a valid certificate");
        let path = "/precinto.v1.LogService/GetCheckpoint";
        raw.send(&Frame::call(1, path, &[])).await.expect("open");
        // A message of no bytes.
        raw.send(&Frame::new(DATA, END_STREAM, 1, [0; 5]))
            .await
            .expect("open");
        let head = raw.next_of(HEADERS).await.expect("an answer");
        assert!(head.is_200() && head.flags & END_STREAM == 0, "{head:?}");
        raw.next_of(HEADERS).await.expect("the end of the answer");
        // Or a fast gateway is asked for the next line before it has seen the end of the eighth last, and refuses it.
        raw.close().await;
    }
    #[expect(clippy::cast_precision_loss, reason = "a thousand")]
    let each_us = (cpu_us(&process) - before) / connections as f64;
    let ratio = each_us / verification_us;
    let text = format!(
        "a new connection with one call: {each_us:.0} us of the gateway's CPU, {ratio:.1} verifications of {verification_us:.0} us"
    );
    writeln!(std::io::stderr(), "{text}").expect("stderr");
    // What is not optimised says nothing.
    if !cfg!(debug_assertions) {
        assert!(ratio <= VERIFICATIONS_MAX, "{text}");
    }
    assert!(gateway.stop().success());
}
