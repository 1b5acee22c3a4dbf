//! The worked examples of `crates/README.md`, adding a code, a field and a commodity, followed to the letter in a copy of the two
//! crates that contract and vocabulary are: what is left out is named by the compiler or by a test, and what was followed builds
//! and passes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The example's own words, each of which must stand in the document.
const DECLARATION: &str = "SUBSTANCE_FORM_PATCH = 14";
const ROW: &str = "Patch { \"patches\", \"parches\" }";
const FIELD: &str = "string lot_number = 18";
const CHECKED: &str = "(\"lot_number\", lot_number)";
const NOT_LOOKED_FOR: &str = "lot_number: _";
const CLASS: &str = "COMMODITY_CLASS_WILDLIFE = 5";
const WITHOUT_BLOCK: &str = "C::Wildlife => None";

const VERSION: &str = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"");
const OWN_VERSION: &str = concat!("version = \"", env!("CARGO_PKG_VERSION"), "-example\"");

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
            .replace("default-members = [\"crates/precinto\"]", "")
            // Cargo tells packages apart by name, version and place in their workspace; by another version, what is built here is
            // never taken for the repository's own.
            .replace(VERSION, OWN_VERSION);
        assert!(
            settings.contains(OWN_VERSION),
            "the same version: {VERSION}"
        );
        write(&folder.path().join("Cargo.toml"), &settings);
        let lock = std::fs::read_to_string(Path::new(ROOT).join("Cargo.lock")).expect("it");
        // The packages of the copy are entered anew, those of others stay as they are.
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

/// What the document says of words and classes, which only a test can miss.
const VOCABULARY: [&str; 4] = ["--lib", "--", "code::", "canonical::"];

#[test]
fn a_code_a_field_and_a_commodity_are_added_as_the_document_says() {
    let document = std::fs::read_to_string(Path::new(ROOT).join("crates/README.md")).expect("it");
    for word in [
        DECLARATION,
        ROW,
        FIELD,
        CHECKED,
        NOT_LOOKED_FOR,
        CLASS,
        WITHOUT_BLOCK,
        "UPDATE=1 cargo test -p precinto-proto",
        "`UPDATE=1 cargo test -p precinto-alert`",
    ] {
        assert!(document.contains(word), "the example has changed: {word}");
    }
    let copied = Copied::new();
    declare(&copied);
    let generated = copied.update("precinto-proto", &[]);
    assert!(generated.status.success(), "{}", said(&generated));
    // A field and a class without a place do not build, and the compiler names both.
    let homeless = copied.update("precinto-alert", &VOCABULARY);
    let told = said(&homeless);
    assert!(!homeless.status.success(), "{told}");
    for place in [
        "lot_number",
        "subject.rs",
        "block.rs",
        "Wildlife",
        "alert.rs",
    ] {
        assert!(told.contains(place), "{place}: {told}");
    }
    find_places(&copied);
    // Without their rows the codes have no words, and a test says of which family.
    for (family, name) in [
        ("commodity", name_class as fn(&Copied)),
        ("substance_form", name_form),
    ] {
        let short = copied.update("precinto-alert", &VOCABULARY);
        let told = said(&short);
        let named = told.contains(&format!("failed: {family}\n"));
        assert!(!short.status.success() && named, "{family}: {told}");
        name(&copied);
    }
    let whole = copied.update("precinto-alert", &VOCABULARY);
    assert!(whole.status.success(), "{}", said(&whole));
}

fn declare(copied: &Copied) {
    let codes = "proto/precinto/v1/code.proto";
    let last = "  SUBSTANCE_FORM_OTHER = 13;\n";
    let with = format!("{last}  // Patches for the skin.\n  {DECLARATION};\n");
    copied.edit(codes, last, &with);
    let last = "  COMMODITY_CLASS_ILLICIT_FUEL = 4;\n";
    let with = format!("{last}  // Protected wildlife.\n  {CLASS};\n");
    copied.edit(codes, last, &with);
    let substance = "proto/precinto/v1/substance.proto";
    let last = "  // Anything the codes do not say.\n  string remark = 17;\n";
    let with = format!("{last}  // The maker's lot, a line.\n  {FIELD};\n");
    copied.edit(substance, last, &with);
}

fn find_places(copied: &Copied) {
    let checks = "crates/alert/src/content/subject.rs";
    let taken_apart = "        pen_reference,\n        remark,\n    } = substance;";
    let with = taken_apart.replace("remark,", "remark,\n        lot_number,");
    copied.edit(checks, taken_apart, &with);
    let line = "(\"pen_reference\", pen_reference)";
    copied.edit(checks, line, &format!("{line}, {CHECKED}"));
    let walk = "crates/alert/src/lookup/walk/block.rs";
    let taken_apart = "            remark: _,\n        } = substance;";
    let with = taken_apart.replace("remark: _,", &format!("remark: _, {NOT_LOOKED_FOR},"));
    copied.edit(walk, taken_apart, &with);
    let classes = "crates/alert/src/content/alert.rs";
    let last = "        C::IllicitFuel => Some(\"fuels\"),\n";
    copied.edit(classes, last, &format!("{last}        {WITHOUT_BLOCK},\n"));
}

fn name_class(copied: &Copied) {
    let words = "    Wildlife {
        \"protected wildlife\", \"vida silvestre protegida\",
        example \"Totoaba bladders declared as dried fish.\", \"Buches de totoaba declarados como pescado seco.\",
        next \"State the species in the narrative.\", \"Indique la especie en el relato.\",
    }
";
    let messages = "crates/alert/src/code/message.rs";
    let last = "volumen con temperatura, permisos y Carta Porte.\",\n    }\n";
    copied.edit(messages, last, &format!("{last}{words}"));
}

fn name_form(copied: &Copied) {
    let last = "    Other { \"other\", \"otra\" }\n} }\n\nfamily! { IncbTable";
    let with = last.replacen("\n}", &format!("\n    {ROW}\n}}"), 1);
    copied.edit("crates/alert/src/code/goods.rs", last, &with);
    copied.edit(
        "crates/alert/src/code/family.rs",
        "    number: 1,\n",
        "    number: 2,\n",
    );
}
