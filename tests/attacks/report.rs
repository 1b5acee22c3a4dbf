//! What an attack cost, as a row of a table and as a line of JSON.

use std::io::Write as _;
use std::sync::Once;
use std::time::Duration;

use serde::Serialize;

/// One attack.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    /// Its class in the threat model.
    pub(crate) id: &'static str,
    /// What was done.
    pub(crate) what: &'static str,
    /// What came of it.
    pub(crate) outcome: String,
    /// How long it went on.
    pub(crate) seconds: f64,
    /// The gateway's largest resident memory.
    pub(crate) peak_mib: u64,
    /// The gateway's open descriptors.
    pub(crate) descriptors_before: usize,
    /// The same after it.
    pub(crate) descriptors_after: usize,
    /// Messages of the honest client that arrived.
    pub(crate) served: usize,
    /// From their submission to their delivery.
    pub(crate) p99_before_ms: f64,
    /// The same of those sent during the attack.
    pub(crate) p99_during_ms: f64,
    /// The same of those sent after it.
    pub(crate) p99_after_ms: f64,
    /// From the attack's end to the first calm stretch in which messages took at most twice as long as before it; none when there
    /// was none within a minute.
    pub(crate) recovery_s: Option<f64>,
}

/// Says a row past the test runner, which hides what a passing test prints; and appends it to `PRECINTO_ATTACKS_JSON`.
pub(crate) fn tell(row: &Row) {
    static HEAD: Once = Once::new();
    let mut out = std::io::stderr();
    HEAD.call_once(|| {
        let head = format!(
            "{:<4} {:>6} {:>9} {:>9} {:>7} {:>10} {:>10} {:>10} {:>6} {:>9}  {}",
            "",
            "s",
            "peak MiB",
            "fds",
            "served",
            "p99 before",
            "during",
            "after",
            "ratio",
            "recovery",
            "attack: outcome"
        );
        writeln!(out, "{head}").expect("stderr");
    });
    let ratio = row.p99_during_ms / row.p99_before_ms.max(0.001);
    let fds = format!("{}/{}", row.descriptors_before, row.descriptors_after);
    let recovery = row
        .recovery_s
        .map_or_else(|| "never".to_owned(), |seconds| format!("{seconds:.1} s"));
    let text = format!(
        "{:<4} {:>6.1} {:>9} {fds:>9} {:>7} {:>7.1} ms {:>7.1} ms {:>7.1} ms {ratio:>6.2} {recovery:>9}  {}: {}",
        row.id,
        row.seconds,
        row.peak_mib,
        row.served,
        row.p99_before_ms,
        row.p99_during_ms,
        row.p99_after_ms,
        row.what,
        row.outcome,
    );
    writeln!(out, "{text}").expect("stderr");
    if let Some(file) = std::env::var_os("PRECINTO_ATTACKS_JSON") {
        let mut options = std::fs::OpenOptions::new();
        let file = options.create(true).append(true).open(file);
        let json = serde_json::to_string(row).expect("a row");
        writeln!(file.expect("the file of rows"), "{json}").expect("the file of rows");
    }
}

/// The smallest sample that `percent` of all do not exceed (nearest rank), in milliseconds; none if there are none.
pub(crate) fn percentile_ms(mut samples: Vec<Duration>, percent: usize) -> Option<f64> {
    samples.sort_unstable();
    let rank = (samples.len() * percent).div_ceil(100).max(1);
    let sample = samples.get(rank - 1)?;
    Some(sample.as_secs_f64() * 1e3)
}
