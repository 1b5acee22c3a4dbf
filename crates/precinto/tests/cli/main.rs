//! The command line as its users meet it: one module a story, each with the real binary.

mod check;
mod config;
mod demo;
mod directory;
mod explain;
mod help;
mod keys;
mod live;
mod policy;
mod schema;
mod send;
#[expect(
    dead_code,
    unreachable_pub,
    reason = "one file for the tests of every crate"
)]
#[path = "../../../../tests/harness/skipped.rs"]
mod skipped;
mod trouble;

use serde_json::Value;
use std::process::{Command, Output};

/// The binary, without anything inherited that would change what it says.
fn precinto() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_precinto"));
    for name in [
        "PRECINTO_NODE",
        "PRECINTO_GATEWAY",
        "PRECINTO_OUTPUT",
        "PRECINTO_LANG",
    ] {
        command.env_remove(name);
    }
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// Runs it to its end.
fn run(arguments: &[&str]) -> Output {
    precinto()
        .args(arguments)
        .output()
        .expect("the binary runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("stdout is UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("stderr is UTF-8")
}

/// The JSON objects on stdout.
fn objects(output: &Output) -> Vec<Value> {
    let all = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    all.collect::<Result<_, _>>().expect("stdout is JSON")
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(u64::MAX)
}
