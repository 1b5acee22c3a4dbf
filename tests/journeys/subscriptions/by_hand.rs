//! The same by hand: `precinto sub` in both languages, and what it says to machines.

use std::ffi::OsString;
use std::process::Output;

use serde_json::Value;

use super::desk::World;

/// Runs `precinto … sub …` for the Mexican customs.
fn sub(world: &World, arguments: &[&str]) -> Output {
    let mut all: Vec<OsString> = ["sub"]
        .iter()
        .chain(arguments)
        .map(OsString::from)
        .collect();
    all.extend(["--node".into(), world.site.node_file("mx-anam-mex").into()]);
    all.extend(["--gateway".into(), world.gateway().address().into()]);
    precinto_tests::run(&all)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn json(world: &World, arguments: &[&str]) -> Value {
    let out = sub(world, &[arguments, &["-o", "json"]].concat());
    assert!(out.status.success(), "{}", text(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_is_made_looked_at_moved_and_forgotten_by_hand() {
    let world = World::start();
    let sent = world.send(2).await;
    let flags = [
        "create",
        "desk",
        "--type",
        "alert,system-notice",
        "--at-least",
        "p2",
        "--attempts",
        "1",
        "--from",
        "-48h",
    ];
    let made = json(&world, &flags);
    assert_eq!(
        made["filter"]["types"],
        serde_json::json!(["ALERT", "SYSTEM_NOTICE"])
    );
    assert_eq!(
        (&made["attempts_max"], &made["start"]),
        (&1.into(), &"TIME".into())
    );
    let other = sub(&world, &["create", "desk"]);
    assert_eq!(other.status.code(), Some(1), "{}", text(&other.stderr));
    assert!(text(&other.stderr).contains("SUBSCRIPTION_EXISTS"));

    let mut desk = world.desk().await;
    let mut stream = desk.open("desk", 10).await;
    stream.refuse(sent[0], 1).await;
    stream.finish().await;
    let parked = text(&sub(&world, &["parked", "desk", "--lang", "es"]).stdout);
    assert!(
        parked.contains("APARTADA") && parked.contains("SIG_BAD"),
        "{parked}"
    );
    let shown = text(&sub(&world, &["show", "desk", "--lang", "en"]).stdout);
    assert!(
        shown.contains("P2 or more urgent") && shown.contains("parked"),
        "{shown}"
    );
    let listed = json(&world, &["list"]);
    assert_eq!(listed["subscriptions"][0]["parked"], 1);

    let wrong = sub(&world, &["unpark", "desk", "0"]);
    assert!(!wrong.status.success() && text(&wrong.stderr).contains("INDEX_UNKNOWN"));
    let back = json(&world, &["unpark", "desk", "--all"]);
    assert_eq!(back["indexes"], serde_json::json!([sent[0]]));
    let back = json(&world, &["unpark", "desk", "--all"]);
    assert_eq!(back["act_index"], Value::Null, "nothing to do");

    let index = sent[1].to_string();
    let moved = json(&world, &["seek", "desk", &index]);
    assert_eq!(
        (&moved["position"], &moved["moves"]),
        (&sent[1].into(), &1.into())
    );
    assert_eq!(
        sub(&world, &["seek", "desk", "nowhere"]).status.code(),
        Some(2)
    );
    assert!(sub(&world, &["delete", "desk"]).status.success());
    assert_eq!(sub(&world, &["show", "desk"]).status.code(), Some(7));
    world.end();
}
