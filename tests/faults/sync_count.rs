//! Exactly one data sync for each batch, counted by strace on the unmodified binary.

use std::process::Command;

use precinto_client::load::{self, Load, Style};
use precinto_tests::{GatewayProcess, Messages, Site, audit, precinto};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_data_sync_for_each_batch() {
    if Command::new("strace").arg("-V").output().is_err() {
        precinto_tests::skipped("strace is not here: data syncs cannot be counted");
        return;
    }
    let site = Site::new();
    let trace = site.path().join("syncs");
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "--seccomp-bpf", "-e", "trace=fdatasync", "-o"])
        .arg(&trace);
    let gateway = GatewayProcess::start_under(strace, precinto(), &site.config());
    let node = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let work: Vec<_> = (0..500).map(|_| messages.notice()).collect();
    let load = Load {
        in_flight: 32,
        style: Style::Pipelined,
    };
    let report = load::run(&[node.connect().await], work, load)
        .await
        .expect("the run");
    assert_eq!(report.accepted, 500);
    assert!(gateway.stop().success());

    let trace = std::fs::read_to_string(&trace).expect("the recording");
    let syncs = trace.lines().filter(|l| l.contains("fdatasync(")).count();
    let batches = batches(&site);
    assert_eq!(syncs, batches, "data syncs and batches");
    assert!(batches < 500, "nothing was grouped");
    audit(&site);
}

/// Frames in the journal, walked by their stated lengths (`crates/ledger/README.md`).
fn batches(site: &Site) -> usize {
    let mut frames = 0;
    for entry in std::fs::read_dir(site.data().join("journal")).expect("the journal") {
        let bytes = std::fs::read(entry.expect("a segment").path()).expect("a segment");
        let mut rest = bytes.get(64..).expect("a segment header");
        while !rest.is_empty() {
            assert_eq!(rest.get(..4), Some(b"FRAM".as_slice()));
            let number = |from: usize, to: usize| {
                let field = rest.get(from..to).expect("a frame header");
                field
                    .iter()
                    .fold(0_usize, |n, byte| n << 8 | usize::from(*byte))
            };
            let length = 64 + 160 * number(4, 8) + number(16, 20) + number(24, 32);
            rest = rest.get(length..).expect("a whole frame");
            frames += 1;
        }
    }
    frames
}
