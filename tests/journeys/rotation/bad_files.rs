//! Files that cannot be taken: everything stays as it was, and the log says what was wrong.

use std::path::PathBuf;

use precinto_client::submit::submit;
use precinto_proto::v1 as pb;
use precinto_tests::{Messages, Site, audit, replace};

use super::acts::Acts;
use super::{ANAM, DEA, LAX};

/// Files and what stands in them; none for one that is taken away.
type Files = Vec<(PathBuf, Option<String>)>;

fn read(path: &PathBuf) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn put(files: &Files) {
    for (path, text) in files {
        match text {
            Some(text) => replace(path, text),
            None => std::fs::remove_file(path).expect("a file"),
        }
    }
}

/// What an operator may put there by mistake, and a word of what the gateway says of it.
fn mistakes(site: &Site) -> Vec<(&'static str, Files, &'static str)> {
    let (mut us, mx) = (site.authority("us"), site.authority("mx"));
    let path = |inside: &str| site.path().join(inside);
    let (key, certificate) = (path("gateway/us.tls.key.pem"), path("gateway/us.tls.pem"));
    let root = us.root_file();
    let text = read(&root);
    let half = text.chars().take(text.len() / 2).collect();
    let of_another = read(&path("gateway/mx.tls.key.pem"));
    let (second, second_key) = us.gateway_pair("gw2");
    let stale = us.stale_lists();
    // The list in force is newer than the one that the site began with.
    let first = read(&path("first.crl.pem"));
    let foreign = read(&mx.list_file());
    vec![
        ("half a PEM", vec![(root, Some(half))], "PEM"),
        (
            "the key of another",
            vec![(key.clone(), Some(of_another))],
            "key",
        ),
        (
            "a list that has ended",
            vec![(us.list_file(), Some(stale))],
            "ended",
        ),
        (
            "a lower number",
            vec![(us.list_file(), Some(first))],
            "older",
        ),
        (
            "another gateway's name",
            vec![(key, Some(second_key)), (certificate, Some(second))],
            "gw2",
        ),
        (
            "another side's list",
            vec![(us.list_file(), Some(foreign))],
            "no revocation list",
        ),
        ("no list", vec![(us.list_file(), None)], "root.crl.pem"),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_file_changes_nothing_and_says_why() {
    let site = Site::with_authorities();
    let gateway = site.start();
    let (lax, dea) = (site.node(LAX, &gateway), site.node(DEA, &gateway));
    let watcher = dea.connect().await;
    let mut acts = Acts::from_now(&watcher).await;
    let mut us = site.authority("us");
    replace(&site.path().join("first.crl.pem"), &read(&us.list_file()));
    us.publish();
    gateway.reload();
    acts.next(pb::ActKind::TrustChanged).await;

    let line = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", ANAM);
    for (name, bad, word) in mistakes(&site) {
        let good: Files = bad
            .iter()
            .map(|(path, _)| (path.clone(), Some(read(path))))
            .collect();
        put(&bad);
        gateway.reload();
        // It may have looked on its own while two files were exchanged one after the other.
        let said = loop {
            let said = acts.next(pb::ActKind::ReloadRefused).await.subject;
            if said.contains(word) {
                break said;
            }
            assert!(bad.len() > 1, "{name}: {said}");
        };
        let folder = site.path().display().to_string();
        assert!(!said.contains(&folder), "{name}: {said}");
        // The old ones stay in force, on lines that are open and on new ones.
        let accepted = submit(&line, &messages.notice()).await;
        accepted.unwrap_or_else(|error| panic!("{name}: {error}"));
        lax.connect().await;
        put(&good);
    }
    gateway.reload();
    us.publish();
    gateway.reload();
    // Good files again were no change; the next ones are.
    acts.next(pb::ActKind::TrustChanged).await;
    assert_eq!(acts.rest().await, []);
    drop((line, watcher));
    assert!(gateway.stop().success());
    audit(&site);
}
