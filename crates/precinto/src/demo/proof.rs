//! The proof afterwards: every receipt checked again from its file, then the audit of the journal by its own command.

use super::stage::Stage;
use anyhow::Context;
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::receipt::Receipt;
use serde::Serialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Proof {
    /// Receipts that hold.
    pub(crate) receipts_verified: usize,
    /// Receipts that do not: the file, and what is wrong.
    pub(crate) receipts_wrong: Vec<String>,
    /// What the audit said.
    pub(crate) audit: Audit,
}

/// What the audit said.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Audit {
    /// Entries read.
    pub(crate) entries: u64,
    /// What it found; 0 when clean.
    pub(crate) findings: u64,
    /// The size under the newest checkpoint.
    pub(crate) tree_size: u64,
    /// The root under it, base64.
    pub(crate) root: String,
    /// `clean`, `findings` or `inconclusive`.
    pub(crate) verdict: String,
    /// The findings in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sentences: Vec<String>,
}

/// Checks receipts and journal of a stage.
pub(crate) async fn of(stage: &Stage) -> anyhow::Result<Proof> {
    let log = NoteVerifier::parse(&stage.vkey).context("the verifier key")?;
    let (receipts_verified, receipts_wrong) = check_receipts(&stage.receipts, &log)?;
    let data = stage.data.display().to_string();
    let trust = stage.trust().display().to_string();
    let receipts = stage.receipts.display().to_string();
    let mut arguments = vec![
        "-o",
        "json",
        "audit",
        "log",
        &data,
        "--vkey",
        &stage.vkey,
        "--trust",
        &trust,
    ];
    if receipts_verified > 0 {
        arguments.extend(["--against", &receipts]);
    }
    let (ended, lines) = stage.starter.run(arguments).await?;
    let report = lines
        .last()
        .with_context(|| format!("the audit says nothing: {}", ended.words))?;
    let audit = Audit::read(report).with_context(|| format!("the audit says: {report}"))?;
    let agrees = (audit.verdict == "clean") == (ended.code == Some(0));
    anyhow::ensure!(
        agrees,
        "the audit says {}, and ends with {:?}",
        audit.verdict,
        ended.code
    );
    Ok(Proof {
        receipts_verified,
        receipts_wrong,
        audit,
    })
}

impl Audit {
    fn read(report: &Value) -> Option<Self> {
        let number = |name: &str| report.get(name).and_then(Value::as_u64);
        let findings = report.get("findings")?.as_array()?;
        let severe = findings
            .iter()
            .filter(|one| one.get("severity").and_then(Value::as_str) != Some("note"));
        let sentences = severe.map(|one| {
            one.get("sentence")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        });
        let sentences: Vec<String> = sentences.collect();
        Some(Self {
            entries: number("entries")?,
            findings: number("faults")? + number("gaps")?,
            tree_size: number("tree_size")?,
            root: report.get("root")?.as_str()?.to_owned(),
            verdict: report.get("verdict")?.as_str()?.to_owned(),
            sentences,
        })
    }
}

/// Each receipt alone, with nothing but the log's key: signature, inclusion, and the record beside it.
fn check_receipts(folder: &Path, log: &NoteVerifier) -> anyhow::Result<(usize, Vec<String>)> {
    let (mut verified, mut wrong) = (0, Vec::new());
    if !folder.try_exists()? {
        return Ok((verified, wrong));
    }
    for entry in std::fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        if path
            .extension()
            .is_none_or(|extension| extension != "tlog-proof")
        {
            continue;
        }
        match check_receipt(&path, log) {
            Ok(()) => verified += 1,
            Err(error) => wrong.push(format!("{}: {error:#}", path.display())),
        }
    }
    Ok((verified, wrong))
}

fn check_receipt(path: &Path, log: &NoteVerifier) -> anyhow::Result<()> {
    let receipt = Receipt::parse(std::fs::read(path)?)?;
    let record = std::fs::read(path.with_extension("record"))?;
    receipt.verify(log, &record)?;
    Ok(())
}
