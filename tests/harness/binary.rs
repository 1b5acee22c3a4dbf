//! Finds the programs that tests run: the unmodified `precinto`, and optional foreign ones.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::skipped::{say_skipped, skipped};

/// The binary under test, built once with the profile of the running test.
///
/// Cargo offers no path to another package's binary, so the one beside the test's own file is brought up to date with
/// cargo; after `cargo test --workspace` there is nothing left to do.
pub fn precinto() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let test = std::env::current_exe().expect("the running test");
        let profile = test
            .parent()
            .and_then(Path::parent)
            .expect("target/<profile>/deps/<test>");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args([
            "build",
            "--quiet",
            "--locked",
            "--package",
            "precinto",
            "--bin",
            "precinto",
        ]);
        cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
        // What cargo tells this test of its package is no news for the packages built now; ring would be built again each time.
        let names = std::env::vars_os().map(|(name, _)| name);
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_"];
        for name in names.filter(|name| {
            let name = name.to_string_lossy();
            own.iter().any(|prefix| name.starts_with(prefix))
        }) {
            cargo.env_remove(name);
        }
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(
            cargo.status().expect("cargo runs").success(),
            "precinto does not build"
        );
        profile.join("precinto")
    })
}

/// Runs the binary to its end.
pub fn run<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Output {
    Command::new(precinto())
        .args(arguments)
        .output()
        .expect("precinto runs")
}

/// A Python with grpcio, grpcio-tools and cryptography; see [`python_with`].
pub fn python() -> Option<PathBuf> {
    python_with("grpc, grpc_tools, cryptography")
}

/// A Python that can import these: `PRECINTO_PYTHON`, or the workspace's `.venv`.
pub fn python_with(modules: &str) -> Option<PathBuf> {
    let given = std::env::var_os("PRECINTO_PYTHON").map(PathBuf::from);
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.venv/bin/python");
    let python = given.or_else(|| own.is_file().then_some(own));
    let python = python.filter(|p| {
        let import = Command::new(p)
            .args(["-c", &format!("import {modules}")])
            .output();
        import.is_ok_and(|o| o.status.success())
    });
    if python.is_none() {
        skipped(&format!(
            "no Python with {modules} (PRECINTO_PYTHON, .venv; tests/python/requirements.txt)"
        ));
    }
    python
}

/// A Node.js that finds the packages of `tests/node` (`npm ci` there): `PRECINTO_NODE`, or `node` of the path.
pub fn node_js() -> Option<PathBuf> {
    let given = std::env::var_os("PRECINTO_NODE").unwrap_or_else(|| "node".into());
    let import = "import '@grpc/grpc-js'; import '@grpc/proto-loader'";
    let found = Command::new(&given)
        .args(["--input-type=module", "--eval", import])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/node"))
        .output();
    let found = found.is_ok_and(|o| o.status.success());
    if !found {
        let why = "no Node.js with the packages of tests/node (PRECINTO_NODE, npm ci)";
        // Said by CI where npm, or its registry, and these alone are not to be had.
        if std::env::var_os("PRECINTO_WITHOUT_NODE").is_some() {
            say_skipped(why);
        } else {
            skipped(why);
        }
    }
    found.then(|| given.into())
}
