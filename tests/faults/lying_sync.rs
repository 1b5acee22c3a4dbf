//! A disk that says that it has synced and has not: what it then loses is noticed by everything that outlived it, the published
//! checkpoint, the cursors, the cosignatures of witnesses, and each node that has seen more.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use precinto_client::submit::submit;
use precinto_ledger::storage::Survival;
use precinto_tests::{Messages, Site, precinto, run};

use crate::injected::has_strace;
use crate::power_loss::recording::{self, Recording};
use crate::power_loss::replay::{self, Before, Replay};

const US: &str = "us-cbp-lax";
const MX: &str = "mx-anam-mex";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_lies_about_syncing_is_found_out() {
    if !has_strace("a sync that lies") {
        return;
    }
    let site = Site::new();
    let before = Before::of(&site.data());
    let trace = site.path().join("trace");
    let mut strace = recording::strace(&trace);
    // The journal's syncs are not made, and said to have been; all other files are synced.
    strace.args(["-e", "inject=fdatasync:retval=0"]);
    let gateway = site.start_under(strace).expect("it cannot know");
    let node = site.node(US, &gateway);
    let connection = node.connect().await;
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    for _ in 0..3 {
        submit(&connection, &messages.notice())
            .await
            .expect("accepted, for all that it knows");
    }
    let seen = watch(&site, MX, gateway.address());
    assert!(seen.status.success(), "{}", text(&seen));
    // A clean stop brings cursors and cosignatures to the disk.
    drop(connection);
    assert!(gateway.stop().success());

    let recording = std::fs::read_to_string(&trace).expect("the recording");
    let recording = Recording::parse(&recording, &site.data());
    assert_eq!(recording.syncs(), 0, "no data sync was made");
    let replay = Replay::of(&before, &recording, &site.data());
    let left = replay
        .disk
        .crash(replay.disk.changes(), Survival::Discarded);
    let cursor = below(&site.data().join("cursors"), "cursor");
    let witness = below(&site.data().join("witness"), "");
    let journal = below(&site.data().join("journal"), "seg");
    let names: Vec<String> = [&cursor, &witness, &journal]
        .into_iter()
        .map(|path| {
            path.strip_prefix(site.data())
                .expect("below it")
                .display()
                .to_string()
        })
        .collect();
    let [cursor, witness, journal] = [&names[0], &names[1], &names[2]].map(String::as_str);

    // Each thing that outlived the log is enough for the gateway to refuse to go on with what is left.
    for outlived in ["checkpoint", cursor, witness] {
        replace_data(&site, |data| {
            replay::write(&left, &[journal, outlived], data);
        });
        let refused = start_and_stop(&site);
        assert!(!refused.status.success(), "{outlived}: {}", text(&refused));
        assert!(
            text(&refused).contains("ROLLBACK"),
            "{outlived}: {}",
            text(&refused)
        );
    }
    // Without any of them it cannot know; whoever has seen more does.
    replace_data(&site, |data| replay::write(&left, &[journal], data));
    let gateway = site.start();
    let refused = watch(&site, MX, gateway.address());
    assert_eq!(refused.status.code(), Some(3), "{}", text(&refused));
    let told = text(&refused);
    assert!(
        told.contains("LOG_INCONSISTENT") || told.contains("the log went back"),
        "{told}"
    );
    assert!(gateway.stop().success());
}

/// The one file below a folder whose name ends so.
fn below(folder: &Path, end: &str) -> PathBuf {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(end) {
                found.push(path);
            }
        }
    }
    assert_eq!(found.len(), 1, "one file: {found:?}");
    found.remove(0)
}

/// Puts another data folder in the place of the site's.
fn replace_data(site: &Site, write: impl FnOnce(&Path)) {
    std::fs::remove_dir_all(site.data()).expect("ours");
    std::fs::create_dir(site.data()).expect("a folder");
    write(&site.data());
}

/// Starts the gateway, which stops at once if it starts at all.
fn start_and_stop(site: &Site) -> Output {
    let mut gateway = Command::new(precinto());
    gateway.args(["gateway", "run", "--exit-with-stdin", "--config"]);
    gateway.arg(site.config()).stdin(Stdio::null());
    gateway.output().expect("precinto runs")
}

/// Everything that the node has missed, shown and settled; on the way it cosigns.
fn watch(site: &Site, node: &str, gateway: &str) -> Output {
    let file = site.node_file(node);
    let node = ["--node".as_ref(), file.as_os_str()];
    let gateway = ["--gateway".as_ref(), gateway.as_ref()];
    run(&[
        &["watch".as_ref(), "--until-caught-up".as_ref()][..],
        &node,
        &gateway,
    ]
    .concat())
}

fn text(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    both.concat()
}
