//! One attack from its beginning to its end: a gateway of its own, an honest client before, during and after, and what it cost.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use precinto_tests::{GatewayProcess, Node, Site, audit};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

use crate::honest::{Honest, Sample};
use crate::report::{self, Row};

/// What a gateway may take of memory under any attack.
const MEMORY_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Attacks are measured one at a time, whatever the test runner does.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// An attack that is going on.
pub(crate) struct Drill {
    id: &'static str,
    what: &'static str,
    /// The gateway's keys and folders.
    pub(crate) site: Site,
    /// The gateway that is attacked.
    pub(crate) gateway: GatewayProcess,
    honest: Honest,
    descriptors: usize,
    began: Instant,
    _turn: MutexGuard<'static, ()>,
}

/// Whether all scripts run at full size.
pub(crate) fn is_full() -> bool {
    std::env::var_os("PRECINTO_ATTACKS").is_some_and(|which| which == "all")
}

/// Whether a script that is worth nothing when it is small runs now; if not, it is said that it does not.
pub(crate) fn runs_at_full_size_only() -> bool {
    if !is_full() {
        let name = std::thread::current();
        let name = name.name().unwrap_or("a script");
        writeln!(
            std::io::stderr(),
            "NOT RUN: {name}: only with PRECINTO_ATTACKS=all"
        )
        .expect("stderr");
    }
    is_full()
}

/// How many of something: few in every run of the tests, many when all is asked for.
pub(crate) fn sized(few: usize, many: usize) -> usize {
    if is_full() { many } else { few }
}

impl Drill {
    /// Starts a gateway and an honest client, and watches that for a while.
    pub(crate) async fn begin(id: &'static str, what: &'static str) -> Self {
        let turn = ONE_AT_A_TIME.lock().await;
        let site = Site::new();
        let gateway = site.start();
        Self::watch(id, what, (site, gateway), turn).await
    }

    /// The same with a gateway that is started under another program.
    pub(crate) async fn begin_under(
        id: &'static str,
        what: &'static str,
        outer: std::process::Command,
    ) -> Self {
        let turn = ONE_AT_A_TIME.lock().await;
        let site = Site::new();
        let gateway =
            GatewayProcess::start_under(outer, precinto_tests::precinto(), &site.config());
        Self::watch(id, what, (site, gateway), turn).await
    }

    async fn watch(
        id: &'static str,
        what: &'static str,
        (site, gateway): (Site, GatewayProcess),
        turn: MutexGuard<'static, ()>,
    ) -> Self {
        let honest = Honest::start(&site, &gateway).await;
        tokio::time::sleep(calm()).await;
        until(|| honest.served() > 0, "a client is served in peace").await;
        let descriptors = kept(&gateway);
        let began = Instant::now();
        Self {
            id,
            what,
            site,
            gateway,
            honest,
            descriptors,
            began,
            _turn: turn,
        }
    }

    /// A node with a valid certificate that means no good.
    pub(crate) fn attacker(&self) -> Node {
        self.site.node("us-dea-hq", &self.gateway)
    }

    /// Messages of the honest client that have arrived so far.
    pub(crate) fn served(&self) -> usize {
        self.honest.served()
    }

    /// The same with other nodes, whose authorities can go on revoking.
    pub(crate) async fn begin_at(id: &'static str, what: &'static str, site: Site) -> Self {
        let turn = ONE_AT_A_TIME.lock().await;
        let gateway = site.start();
        Self::watch(id, what, (site, gateway), turn).await
    }

    /// The attack is over: waits until descriptors and the honest client's pace are back, tells what was measured, and audits
    /// the log.
    ///
    /// # Panics
    /// When the gateway took too much memory, kept descriptors or did not recover, when the honest client was not served, or the
    /// log does not hold; with all scripts at full size, in release, also when the honest client waited more than twice as long.
    pub(crate) async fn end(self, outcome: &str) {
        let Self {
            gateway,
            honest,
            began,
            ..
        } = self;
        // However short the attack was: what is said of a message during it is said of one.
        let during = || honest.samples().iter().any(|s| s.at >= began);
        until(during, "a client is served during the attack").await;
        let ended = Instant::now();
        let returned = returned(&gateway, self.descriptors).await;
        let (before, _) = split(honest.samples(), began);
        let calm_ms = percentile_ms(&before, 99);
        let recovery = recovered(&honest, ended, 2.0 * calm_ms.max(floor_ms())).await;
        let peak_bytes = peak_bytes(&gateway);
        let samples = honest.stop().await;
        let served = samples.len();
        let (_, rest) = split(samples, began);
        let (during, after) = split(rest, ended);
        let row = Row {
            id: self.id,
            what: self.what,
            outcome: outcome.to_owned(),
            seconds: (ended - began).as_secs_f64(),
            peak_mib: peak_bytes / (1024 * 1024),
            descriptors_before: self.descriptors,
            descriptors_after: kept(&gateway),
            served,
            p99_before_ms: calm_ms,
            p99_during_ms: percentile_ms(&during, 99),
            p99_after_ms: percentile_ms(&after, 99),
            recovery_s: recovery.map(|after| after.as_secs_f64()),
        };
        report::tell(&row);
        assert!(peak_bytes <= MEMORY_MAX_BYTES, "memory: {row:?}");
        assert!(returned, "descriptors: {row:?}");
        assert!(recovery.is_some(), "not recovered: {row:?}");
        // A matter of the machine: asked for at full size only, and of what is shipped.
        if is_full() && !cfg!(debug_assertions) {
            assert!(
                row.p99_during_ms <= 2.0 * calm_ms.max(floor_ms()),
                "{row:?}"
            );
        }
        assert!(gateway.stop().success());
        audit(&self.site);
    }
}

/// Those sent before that moment, and those sent later.
fn split(samples: Vec<Sample>, at: Instant) -> (Vec<Sample>, Vec<Sample>) {
    samples.into_iter().partition(|s| s.at < at)
}

/// The smallest time that `percent` of the samples do not exceed.
///
/// # Panics
/// When there are none: nobody was served, of which no figure may look good.
fn percentile_ms(samples: &[Sample], percent: usize) -> f64 {
    let took = samples.iter().map(|s| s.took).collect();
    report::percentile_ms(took, percent).expect("somebody was served")
}

/// From the attack's end to the first calm stretch in which the honest client waited no longer than `bound_ms`; none when there
/// is none within a minute. Of every hundred messages all but one have to, at a small size half: other tests run beside it.
async fn recovered(honest: &Honest, ended: Instant, bound_ms: f64) -> Option<Duration> {
    let percent = sized(50, 99);
    while Instant::now() < ended + RECOVERY_MAX + calm() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let since = Instant::now() - calm();
        // A message on its way is none that was served: who waits for ever makes a stretch without any.
        let (_, lately) = split(honest.samples(), since);
        if since >= ended && !lately.is_empty() && percentile_ms(&lately, percent) <= bound_ms {
            return Some(since - ended);
        }
    }
    None
}

/// Waits for what must happen, with a generous end.
pub(crate) async fn until(happened: impl Fn() -> bool, what: &str) {
    let end = Instant::now() + Duration::from_mins(1);
    while !happened() {
        assert!(Instant::now() < end, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How long the honest client is watched before and after an attack.
fn calm() -> Duration {
    Duration::from_millis(u64::try_from(sized(1_000, 10_000)).expect("small"))
}

/// Whether the gateway has as many descriptors open as before, within the time it may take to recover.
async fn returned(gateway: &GatewayProcess, before: usize) -> bool {
    let deadline = Instant::now() + Duration::from_mins(1);
    while kept(gateway) > before + DESCRIPTORS_SLACK {
        if Instant::now() > deadline {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    true
}

/// A checkpoint, a cursor and a file of a tile that are being written.
const DESCRIPTORS_SLACK: usize = 3;

/// What a gateway gets to be as fast again as before.
const RECOVERY_MAX: Duration = Duration::from_mins(1);

/// A p99 below this is the machine's: what is twice of it is still nothing. The attacker has the same two cores as the gateway and the
/// client, and many attacks are over after a few of the client's messages; beside the small scripts other tests run.
fn floor_ms() -> f64 {
    if is_full() { 5.0 } else { 10.0 }
}

/// How many descriptors a process has open.
pub(crate) fn descriptors(gateway: &GatewayProcess) -> usize {
    open(gateway).count()
}

/// The same, but for segments of the journal.
fn kept(gateway: &GatewayProcess) -> usize {
    open(gateway).filter(|path| !is_segment(path)).count()
}

fn open(gateway: &GatewayProcess) -> impl Iterator<Item = PathBuf> {
    let folder = format!("/proc/{}/fd", gateway.id());
    let open = std::fs::read_dir(folder).expect("/proc");
    open.filter_map(|one| std::fs::read_link(one.ok()?.path()).ok())
}

/// Whether it is a segment of the journal: there are more of them the more an honest client has said, and the reader keeps a bounded
/// number of them open. That is no leak.
fn is_segment(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    folder.is_some_and(|folder| folder == "journal")
        && path.extension().is_some_and(|kind| kind == "seg")
}

/// The most memory that the process has had resident since its start, in bytes.
pub(crate) fn peak_bytes(gateway: &GatewayProcess) -> u64 {
    status_bytes(gateway, "VmHWM:")
}

/// The memory that the process has resident, in bytes.
pub(crate) fn resident_bytes(gateway: &GatewayProcess) -> u64 {
    status_bytes(gateway, "VmRSS:")
}

/// A figure of `/proc/<pid>/status` (proc(5)), in bytes.
fn status_bytes(gateway: &GatewayProcess, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.id())).expect("/proc");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.split_whitespace().next());
    let kib: u64 = kib.and_then(|kib| kib.parse().ok()).expect("a number");
    kib * 1024
}
