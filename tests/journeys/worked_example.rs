//! The worked example of `crates/README.md`, adding a code, followed to the letter in a copy of the two crates it names: what
//! is left out is named by a test, and what was followed builds and passes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The example's own words, each of which must stand in the document.
const DECLARATION: &str = "SUBSTANCE_FORM_PATCH = 14";
const ROW: &str = "Patch { \"patches\", \"parches\" }";

/// Contract and vocabulary, in a workspace of their own.
struct Copied {
    folder: tempfile::TempDir,
    target: PathBuf,
}

impl Copied {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for part in ["proto", "crates/proto", "crates/alert"] {
            copy(&Path::new(ROOT).join(part), &folder.path().join(part));
        }
        let settings = std::fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).expect("it");
        let settings = settings
            .replace(
                "members = [\"crates/*\", \"tests\"]",
                "members = [\"crates/*\"]",
            )
            .replace("default-members = [\"crates/precinto\"]", "");
        write(&folder.path().join("Cargo.toml"), &settings);
        let lock = std::fs::read_to_string(Path::new(ROOT).join("Cargo.lock")).expect("it");
        write(&folder.path().join("Cargo.lock"), &lock);
        // What is not ours is compiled already.
        let program = std::env::current_exe().expect("this test");
        let target = program.ancestors().nth(3).expect("the target folder");
        Self {
            target: target.to_owned(),
            folder,
        }
    }

    fn edit(&self, path: &str, before: &str, after: &str) {
        let path = self.folder.path().join(path);
        let text = std::fs::read_to_string(&path).expect("a file that the example names");
        assert_eq!(
            text.matches(before).count(),
            1,
            "{before} in {}",
            path.display()
        );
        write(&path, &text.replace(before, after));
    }

    /// `UPDATE=1 cargo test -p …`, as the document says it.
    fn update(&self, package: &str, only: &[&str]) -> Output {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["test", "--offline", "--quiet", "-p", package])
            .args(only);
        cargo.current_dir(self.folder.path());
        let names = std::env::vars_os().map(|(name, _)| name);
        let own = ["CARGO_PKG_", "CARGO_MANIFEST_"];
        for name in names.filter(|name| {
            let name = name.to_string_lossy();
            own.iter().any(|prefix| name.starts_with(prefix))
        }) {
            cargo.env_remove(name);
        }
        cargo
            .env("CARGO_TARGET_DIR", &self.target)
            .env("UPDATE", "1");
        cargo.output().expect("cargo runs")
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let from = entry.expect("an entry").path();
        let to = to.join(from.file_name().expect("a name"));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a copy");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

fn said(output: &Output) -> String {
    let (said, talk) = (&output.stdout, &output.stderr);
    String::from_utf8_lossy(&[said.as_slice(), talk.as_slice()].concat()).into_owned()
}

#[test]
fn a_code_is_added_as_the_document_says() {
    let document = std::fs::read_to_string(Path::new(ROOT).join("crates/README.md")).expect("it");
    for word in [
        DECLARATION,
        ROW,
        "UPDATE=1 cargo test -p precinto-proto",
        "`UPDATE=1 cargo test -p precinto-alert`",
    ] {
        assert!(document.contains(word), "the example has changed: {word}");
    }
    let copied = Copied::new();
    let last = "  SUBSTANCE_FORM_OTHER = 13;\n";
    let with = format!("{last}  // Patches for the skin.\n  {DECLARATION};\n");
    copied.edit("proto/precinto/v1/code.proto", last, &with);
    let generated = copied.update("precinto-proto", &[]);
    assert!(generated.status.success(), "{}", said(&generated));
    // Without its row the code has no words, and a test says of which family.
    let vocabulary = ["--lib", "code::", "canonical::"];
    let vocabulary = [vocabulary[0], "--", vocabulary[1], vocabulary[2]];
    let short = copied.update("precinto-alert", &vocabulary);
    assert!(
        !short.status.success() && said(&short).contains("substance_form"),
        "{}",
        said(&short)
    );
    let last = "    Other { \"other\", \"otra\" }\n} }\n\nfamily! { IncbTable";
    let with = last.replacen("\n}", &format!("\n    {ROW}\n}}"), 1);
    copied.edit("crates/alert/src/code/goods.rs", last, &with);
    copied.edit(
        "crates/alert/src/code/family.rs",
        "    number: 1,\n",
        "    number: 2,\n",
    );
    let whole = copied.update("precinto-alert", &vocabulary);
    assert!(whole.status.success(), "{}", said(&whole));
}
