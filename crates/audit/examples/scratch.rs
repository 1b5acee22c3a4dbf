//! scratch
#![allow(warnings)]
fn main() {
    let path = std::env::args().nth(1).unwrap();
    let vkey = std::fs::read_to_string(format!("{path}/log.vkey")).unwrap();
    let key = precinto_merkle::note::NoteVerifier::parse(vkey.trim()).unwrap();
    let now_ms = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis() as u64;
    let expect = precinto_audit::Expect {
        key: precinto_audit::LogKey::Given(key),
        trust: None,
        now_ms,
    };
    let start = std::time::Instant::now();
    let report = precinto_audit::audit_folder(path.as_ref(), expect, vec![], &mut |_| {}).unwrap();
    let t = start.elapsed();
    println!("{report}");
    println!(
        "{} entries in {t:?}: {:.1} us each",
        report.entries,
        t.as_micros() as f64 / report.entries as f64
    );
    // V
    let (sk, _) = precinto_envelope::crypto::SigningKey::generate_ed25519();
    let m = vec![7u8; 1024];
    let sig = sk.sign(&m);
    let pk = sk.verifier();
    let s = std::time::Instant::now();
    for _ in 0..20000 {
        pk.verify(&m, &sig).unwrap();
    }
    println!("V = {:.1} us", s.elapsed().as_micros() as f64 / 20000.0);
}
