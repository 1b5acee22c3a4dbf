//! What an earlier build left behind: a log with its cursors, a node's own copy and pins, and settings, frozen byte for byte in
//! `old_folder/`. Each later build opens them, goes on where they stopped, and changes none of their bytes.
//!
//! A format that changes gets another folder beside the first, and the first one stays: whoever upgrades has it. A folder is made
//! by `PRECINTO_FREEZE=NAME cargo test -p precinto-tests --test faults old_folder`. The log's key is that of a published seed, so
//! that no private key is kept here; certificates are not kept either, and every site makes its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use base64ct::{Base64, Encoding as _};
use precinto_client::submit::submit;
use precinto_client::{LogClient, Pin};
use precinto_envelope::crypto::SigningKey;
use precinto_merkle::note::NoteSigner;
use precinto_tests::{GatewayProcess, Messages, Site, replace, run};

/// The log's key (RFC 8032, 5.1.5).
const SEED: [u8; 32] = [0x50; 32];
const ORIGIN: &str = "gw.dev.invalid/log/2026";
const NODE: &str = "mx-anam-mex";
/// Alerts in the log, of which so many were taken.
const ALERTS: usize = 5;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/old_folder")
}

/// A new site whose log has the published key, and no entry yet.
fn site() -> Site {
    let site = Site::new();
    // PKCS#8 of an Ed25519 seed (RFC 8410, section 7).
    let prefix = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04,
        0x20,
    ];
    let der = Base64::encode_string(&[&prefix[..], &SEED].concat());
    let label = "PRIVATE KEY";
    let pem = format!("-----BEGIN {label}-----\n{der}\n-----END {label}-----\n");
    replace(&site.path().join("gateway/log.key.pem"), &pem);
    let key = SigningKey::from_ed25519_seed(SEED);
    let signer = NoteSigner::new(ORIGIN, key).expect("a log's name");
    let old = std::fs::read_to_string(site.data().join("log.vkey")).expect("a key");
    let new = signer.verifier().to_string();
    for file in [site.node_file(NODE), site.node_file("us-cbp-lax")] {
        let text = std::fs::read_to_string(&file).expect("a node's file");
        replace(&file, &text.replace(old.trim(), &new));
    }
    std::fs::remove_dir_all(site.data()).expect("ours");
    let config = site.config();
    let begin = [
        "gateway".as_ref(),
        "init".as_ref(),
        "--config".as_ref(),
        config.as_os_str(),
    ];
    assert!(run(&begin).status.success());
    site
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file");
        }
    }
}

/// Every file below a folder, by its name within it.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below it").to_owned();
                found.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}

/// A command of the node, at the gateway if there is one.
fn as_node(site: &Site, gateway: Option<&GatewayProcess>, arguments: &[&str]) -> Output {
    let file = site.node_file(NODE);
    let file = file.display().to_string();
    let mut all = [arguments, &["--node", &file]].concat();
    if let Some(gateway) = gateway {
        all.extend(["--gateway", gateway.address()]);
    }
    run(&all)
}

#[track_caller]
fn text(output: &Output) -> String {
    let all = [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes))
        .concat();
    assert!(output.status.success(), "{all}");
    all
}

/// Makes a folder for the present build.
async fn freeze(name: &str) {
    let site = site();
    let gateway = site.start();
    let node = site.node("us-cbp-lax", &gateway);
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let connection = node.connect().await;
    for number in 0..ALERTS {
        if number + 2 == ALERTS {
            text(&as_node(
                &site,
                Some(&gateway),
                &["watch", "--until-caught-up"],
            ));
        }
        submit(&connection, &messages.alert(100))
            .await
            .expect("accepted");
    }
    text(&as_node(&site, Some(&gateway), &["sync"]));
    drop(connection);
    assert!(gateway.stop().success());
    let target = folder().join(name);
    copy(&site.data(), &target.join("data"));
    copy(
        &site.path().join(format!("state/{NODE}")),
        &target.join("state"),
    );
    copy(&site.path().join("directory"), &target.join("directory"));
    let settings = std::fs::read_to_string(site.config()).expect("gateway.toml");
    replace(&target.join("gateway.toml"), &settings);
    let settings = std::fs::read_to_string(site.node_file(NODE)).expect("the node's file");
    replace(&target.join("node.toml"), &settings);
    for passing in ["data/lock", "state/witness.cosigned.lock"] {
        std::fs::remove_file(target.join(passing)).expect("a lock");
    }
}

/// Folders whose own copy has a format that today's build does not read.
const OLDER_COPIES: &[&str] = &["0.1.0"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_earlier_build_left_is_opened_and_gone_on_with() {
    if let Ok(name) = std::env::var("PRECINTO_FREEZE") {
        freeze(&name).await;
    }
    let mut opened = 0;
    for entry in std::fs::read_dir(folder()).expect("frozen folders") {
        let frozen = entry.expect("an entry").path();
        open(&frozen).await;
        opened += 1;
    }
    assert!(opened > 0, "nothing is frozen");
}

/// The copy knows what it knew, without a gateway. One of an older format says that it is to be fetched anew, and is left alone:
/// all that it holds is in the log.
fn the_copy_knows(site: &Site, frozen: &Path) {
    let listed = as_node(site, None, &["list", "--offline", "-o", "json"]);
    if OLDER_COPIES.iter().any(|name| frozen.ends_with(name)) {
        let told = String::from_utf8_lossy(&[listed.stdout, listed.stderr].concat()).into_owned();
        assert!(!listed.status.success(), "{told}");
        assert!(told.contains("delete it and sync again"), "{told}");
    } else {
        let listed = text(&listed);
        assert_eq!(
            listed.matches("US-CBPLAX-2026-").count(),
            ALERTS,
            "{listed}"
        );
    }
}

/// Puts a frozen folder into a site of today and works with it.
async fn open(frozen: &Path) {
    let site = site();
    for (from, to) in [
        ("data", "data"),
        ("state", "state/mx-anam-mex"),
        ("directory", "directory"),
    ] {
        let to = site.path().join(to);
        if to.is_dir() {
            std::fs::remove_dir_all(&to).expect("ours");
        }
        copy(&frozen.join(from), &to);
    }
    // Its settings are read as they are, but for the port.
    let settings = std::fs::read_to_string(frozen.join("gateway.toml")).expect("gateway.toml");
    replace(&site.config(), &settings);
    let settings = std::fs::read_to_string(frozen.join("node.toml")).expect("node.toml");
    replace(&site.node_file(NODE), &settings);

    the_copy_knows(&site, frozen);
    let before = contents(&frozen.join("data"));
    let gateway = site.start();
    let node = site.node(NODE, &gateway);
    let connection = node.connect().await;
    let log = LogClient::new(&connection);
    let pin = Pin::open(frozen.join("state/default.pin"), &node.settings.log).expect("a pin");
    let newest = log.checkpoint(0).await.expect("a checkpoint");
    let pinned = pin.newest().expect("one").checkpoint();
    log.consistency(pinned, newest.checkpoint())
        .await
        .expect("the log that it has seen");

    // The cursor goes on where it stopped: at the last two, whose signers' roots are not those of today's site.
    let shown = as_node(
        &site,
        Some(&gateway),
        &["watch", "--until-caught-up", "--lang", "en"],
    );
    let shown =
        [shown.stdout, shown.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let shown = shown.concat();
    // Nor were today's roots there at the time of those entries.
    let missed = shown.matches("NOT BELIEVED, entry ").count();
    assert_eq!(missed, 2, "{shown}");
    assert!(shown.contains("up to date at entry"), "{shown}");
    let us = site.node("us-cbp-lax", &gateway);
    let notice = Messages::new(&us.author, "US-CBPLAX", "mx.dev.invalid/anam").notice();
    submit(&us.connect().await, &notice)
        .await
        .expect("it takes more");
    drop(connection);
    assert!(gateway.stop().success());

    // What was there is there, byte for byte, and what is new stands behind it.
    let after = contents(&site.data());
    for (name, bytes) in before
        .iter()
        .filter(|(name, _)| name.starts_with("journal"))
    {
        assert!(
            after[name].starts_with(bytes),
            "{} was rewritten",
            name.display()
        );
    }
}
