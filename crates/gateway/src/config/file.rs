//! The settings file as it is written, and what its values must be.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use precinto_alert::id::OfficerId;
use precinto_alert::limits::{SIGNERS_MAX, STEWARDS_MAX};
use serde::Deserialize;

use super::place::place;
use super::quota::QuotaFile;
use super::{AdminConfig, Config, Problem, SideConfig};

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    name: String,
    origin: String,
    data: PathBuf,
    listen: SocketAddr,
    dev: Option<bool>,
    reflection: Option<bool>,
    clock_shift: Option<PathBuf>,
    directory: PathBuf,
    log: LogFile,
    side: Vec<SideConfig>,
    #[serde(default)]
    quota: Vec<QuotaFile>,
    admin: Option<AdminConfig>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogFile {
    key: PathBuf,
    second_marker: Option<PathBuf>,
}

impl File {
    /// What cannot be, where relative paths start at `base`.
    pub(super) fn problems(&self, base: &Path) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut wrong = |key: &str, text: &str| {
            problems.push(Problem {
                key: key.to_owned(),
                text: text.to_owned(),
            });
        };
        let dev = self.dev.unwrap_or_default();
        if !is_label(&self.name) {
            wrong(
                "name",
                "must be 1 to 63 lower-case letters, digits or hyphens",
            );
        }
        if !is_origin(&self.origin) {
            wrong(
                "origin",
                "must be like \"gw.example.org/log/2026\": no scheme, no blank, no plus",
            );
        }
        if self.reflection.unwrap_or_default() && !dev {
            wrong(
                "reflection",
                "is for development only: set dev = true, or remove it",
            );
        }
        let in_earnest = |side: &SideConfig| !side.domain.ends_with(".invalid");
        if self.clock_shift.is_some() && (!dev || self.side.iter().any(in_earnest)) {
            wrong(
                "clock_shift",
                "puts false times into the log: needs dev = true, and only sides whose domain ends in .invalid",
            );
        }
        let marker = self.log.second_marker.as_ref();
        let data = place(&base.join(&self.data));
        if marker.is_some_and(|path| place(&base.join(path)).starts_with(&data)) {
            wrong(
                "log.second_marker",
                "lies in the data folder, with which it would be replaced: it belongs on another disk",
            );
        }
        if self.side.is_empty() {
            wrong("side", "at least one [[side]] is needed");
        }
        let (mut domains, mut names) = (BTreeSet::new(), BTreeSet::new());
        for side in &self.side {
            side.problems(dev, &mut wrong);
            if !domains.insert(&side.domain) {
                wrong("side.domain", "each side has its own trust domain");
            }
            if !names.insert(&side.server_name) {
                wrong("side.server_name", "each side has its own server name");
            }
        }
        if let Some(admin) = self.admin
            && !admin.listen.ip().is_loopback()
            && !admin.beyond_this_machine
        {
            wrong(
                "admin.listen",
                "asks nobody who he is: an address of this machine alone, 127.0.0.1 or [::1], or say beyond_this_machine = true",
            );
        }
        QuotaFile::problems(&self.quota, &domains, &mut wrong);
        problems
    }

    pub(super) fn resolve(self, file: &Path) -> Config {
        let base = file.parent().unwrap_or_else(|| Path::new(""));
        let mut defaulted = BTreeSet::new();
        let mut or_false = |key, value: Option<bool>| {
            value.unwrap_or_else(|| {
                defaulted.insert(key);
                false
            })
        };
        Config {
            file: file.to_owned(),
            dev: or_false("dev", self.dev),
            reflection: or_false("reflection", self.reflection),
            clock_shift: self.clock_shift.map(|path| base.join(path)),
            name: self.name,
            origin: self.origin,
            data: base.join(self.data),
            listen: self.listen,
            directory: base.join(self.directory),
            log_key: base.join(self.log.key),
            second_marker: self.log.second_marker.map(|path| base.join(path)),
            sides: self
                .side
                .into_iter()
                .map(|side| side.resolve(base))
                .collect(),
            quotas: QuotaFile::allowances(self.quota),
            admin: self.admin,
            defaulted,
        }
    }
}

impl SideConfig {
    fn problems(&self, dev: bool, wrong: &mut impl FnMut(&str, &str)) {
        if !is_domain(&self.domain) {
            wrong(
                "side.domain",
                "must be a lower-case domain name, for example us.example.org",
            );
        }
        if !dev && (self.domain == "invalid" || self.domain.ends_with(".invalid")) {
            wrong("side.domain", "ends in .invalid, which needs dev = true");
        }
        let [_, _] = self.country.as_bytes() else {
            wrong("side.country", "must be two capital letters (ISO 3166-1)");
            return;
        };
        if !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            wrong("side.country", "must be two capital letters (ISO 3166-1)");
        }
        if !is_domain(&self.server_name) {
            wrong("side.server_name", "must be a lower-case domain name");
        }
        self.problems_of_stewards(wrong);
        if self.roots.is_empty() {
            wrong("side.roots", "at least one root certificate is needed");
        }
        if self.crls.is_empty() {
            wrong(
                "side.crls",
                "a revocation list is needed for every CA; without one nothing is judged",
            );
        }
    }

    fn problems_of_stewards(&self, wrong: &mut impl FnMut(&str, &str)) {
        let is_own = |name: &String| {
            name.parse::<OfficerId>()
                .is_ok_and(|officer| officer.side().as_str() == self.domain)
        };
        let distinct: BTreeSet<&String> = self.stewards.iter().collect();
        let count = self.stewards.len();
        if !self.stewards.iter().all(is_own) || distinct.len() != count {
            wrong(
                "side.stewards",
                "each must be an officer of the side, like spiffe://us.example.org/agency/cbp/officer/ramirez, and stand once",
            );
        }
        if !(1..=STEWARDS_MAX).contains(&count) {
            wrong("side.stewards", "at least one officer, at most 16");
        }
        if !(1..=count.min(SIGNERS_MAX)).contains(&self.needed()) {
            wrong(
                "side.stewards_needed",
                "at least 1, at most 4 and no more than there are stewards",
            );
        }
    }

    fn resolve(mut self, base: &Path) -> Self {
        let files = [&mut self.certificate, &mut self.key].into_iter();
        for path in files.chain(&mut self.roots).chain(&mut self.crls) {
            *path = base.join(&*path);
        }
        self
    }
}

fn is_label(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inside)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

fn is_domain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

/// What C2SP signed-note asks of a key's name, and the advice for origins: no scheme.
fn is_origin(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'+')
        && !text.contains("://")
}
