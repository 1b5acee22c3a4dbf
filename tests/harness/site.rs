//! A site: the folder that `precinto keys dev` fills, and the audit of what a gateway wrote there.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::{GatewayProcess, Node, SiteAuthority, precinto, run};

/// Keys, configuration files and data of one gateway and its nodes, removed at the end.
pub struct Site {
    path: PathBuf,
    /// Where the gateway listened at its first start. Written into its file before the next one, and not while it runs: it
    /// reads that file anew whenever it has changed.
    address: OnceLock<String>,
    _folder: TempDir,
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

impl Site {
    /// Makes the keys and begins the log with the product's own commands, and lets the gateway choose a free port.
    pub fn new() -> Self {
        Self::within(&std::env::temp_dir())
    }

    /// The same in a folder of its own within `parent`.
    pub fn within(parent: &Path) -> Self {
        let folder = tempfile::tempdir_in(parent).expect("a temporary folder");
        Self::begin(folder, &[])
    }

    /// The same, whose authorities can go on issuing and revoking: [`Site::authority`].
    pub fn with_authorities() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::begin(folder, &["--keep-roots".as_ref()])
    }

    /// The authority of the side with this short name (`us`); once for each side and site, because it counts its lists.
    pub fn authority(&self, side: &str) -> SiteAuthority<'_> {
        SiteAuthority::of(self, side)
    }

    /// The same with other agencies and nodes: those of the development profile, changed.
    pub fn of_profile(change: impl FnOnce(String) -> String) -> Self {
        Self::begin_profile(change, &[])
    }

    /// The same, whose authorities can go on issuing and revoking.
    pub fn of_profile_with_authorities(change: impl FnOnce(String) -> String) -> Self {
        Self::begin_profile(change, &["--keep-roots".as_ref()])
    }

    #[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
    fn begin_profile(change: impl FnOnce(String) -> String, more: &[&OsStr]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let profile = folder.path().join("profile.toml");
        let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../certs-dev/profile.toml");
        let usual = std::fs::read_to_string(usual).expect("the profile");
        std::fs::write(&profile, change(usual)).expect("a profile");
        let flags = [&["--profile".as_ref(), profile.as_os_str()], more].concat();
        Self::begin(folder, &flags)
    }

    fn begin(folder: TempDir, flags: &[&OsStr]) -> Self {
        let out = folder.path().join("site");
        let mut line = vec![
            "keys".as_ref(),
            "dev".as_ref(),
            "--out".as_ref(),
            out.as_os_str(),
        ];
        line.extend(flags);
        let made = run(&line);
        assert!(
            made.status.success(),
            "keys dev: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let site = Self {
            path: out,
            address: OnceLock::new(),
            _folder: folder,
        };
        site.listen("127.0.0.1:0");
        let config = site.config();
        let begun = run(&[
            "gateway".as_ref(),
            "init".as_ref(),
            "--config".as_ref(),
            config.as_os_str(),
        ]);
        assert!(
            begun.status.success(),
            "gateway init: {}",
            String::from_utf8_lossy(&begun.stderr)
        );
        site
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The gateway's configuration file.
    pub fn config(&self) -> PathBuf {
        self.path().join("gateway.toml")
    }

    /// The gateway's data folder.
    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// Moves the gateway's clock ahead of this machine's by so much, from now on, and after each start.
    #[expect(clippy::disallowed_methods, reason = "a test's own throw-away files")]
    pub fn shift_clock(&self, shift_ms: i64) {
        // In one step, or the gateway could read a file that is empty and be back in its past.
        let (shift, new) = (
            self.path().join("clock-shift"),
            self.path().join("clock-shift.new"),
        );
        std::fs::write(&new, shift_ms.to_string()).expect("clock-shift.new");
        std::fs::rename(new, shift).expect("clock-shift");
        let text = std::fs::read_to_string(self.config()).expect("gateway.toml");
        if !text.contains("clock_shift") {
            let text = text.replacen(
                "dev = true\n",
                "dev = true\nclock_shift = \"clock-shift\"\n",
                1,
            );
            std::fs::write(self.config(), text).expect("gateway.toml");
        }
    }

    /// Starts the gateway and waits until it listens; later starts use the same port.
    pub fn start(&self) -> GatewayProcess {
        if let Some(address) = self.address.get() {
            self.listen(address);
        }
        let gateway = GatewayProcess::start(precinto(), &self.config());
        self.address.get_or_init(|| gateway.address().to_owned());
        gateway
    }

    /// The same under another program (strace) that has its own arguments and ends with ours; if it does not live to listen, how
    /// it ended.
    pub fn start_under(&self, outer: Command) -> Result<GatewayProcess, ExitStatus> {
        if let Some(address) = self.address.get() {
            self.listen(address);
        }
        let gateway = GatewayProcess::try_start_under(outer, precinto(), &self.config())?;
        self.address.get_or_init(|| gateway.address().to_owned());
        Ok(gateway)
    }

    /// Puts an address into the gateway's configuration.
    #[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
    fn listen(&self, address: &str) {
        let text = std::fs::read_to_string(self.config()).expect("gateway.toml");
        let lines: Vec<String> = text
            .lines()
            .map(|line| {
                if line.starts_with("listen") {
                    format!("listen = \"{address}\"")
                } else {
                    line.to_owned()
                }
            })
            .collect();
        std::fs::write(self.config(), lines.join("\n") + "\n").expect("gateway.toml");
    }

    /// A node of this site, by the name of its file: `us-cbp-lax`.
    pub fn node(&self, name: &str, gateway: &GatewayProcess) -> Node {
        Node::load(&self.node_file(name), gateway.address())
    }

    /// The configuration file of a node.
    pub fn node_file(&self, name: &str) -> PathBuf {
        self.path().join(format!("nodes/{name}.toml"))
    }
}

/// Audits a gateway's data folder with the product's auditor and the verifier key from outside; the report as JSON.
///
/// # Panics
/// When the audit is not clean.
pub fn audit(site: &Site) -> serde_json::Value {
    let report = audit_report(site);
    assert!(is_clean(&report), "the audit is not clean: {report}");
    report
}

/// The same, whatever the auditor finds; his exit code says the same as his report.
///
/// # Panics
/// When there is no report.
pub fn audit_report(site: &Site) -> serde_json::Value {
    let vkey = std::fs::read_to_string(site.data().join("log.vkey")).expect("log.vkey");
    let (data, trust) = (site.data(), site.path().join("trust"));
    let out = run(&[
        "audit".as_ref(),
        "log".as_ref(),
        data.as_os_str(),
        "--vkey".as_ref(),
        vkey.trim().as_ref(),
        "--trust".as_ref(),
        trust.as_os_str(),
        "-o".as_ref(),
        "json".as_ref(),
    ]);
    let report = serde_json::from_slice(&out.stdout);
    let report: serde_json::Value = report.unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&out.stderr);
        panic!("no report of an audit: {error}\n{said}")
    });
    assert_eq!(out.status.success(), is_clean(&report), "{report}");
    report
}

fn is_clean(report: &serde_json::Value) -> bool {
    report
        .get("verdict")
        .is_some_and(|verdict| verdict == "clean")
}
