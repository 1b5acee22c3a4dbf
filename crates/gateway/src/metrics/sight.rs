//! What is looked up when somebody asks: how the log, the subscriptions, the witnesses and the certificates stand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use precinto_ledger::clock::Clock;
use precinto_ledger::{Ledger, Taking};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Labels;
use crate::accept::Census;
use crate::registry::InForce;
use crate::reload::{EndKind, Ending};
use crate::subscribe::store::Store;
use crate::witness::Witnesses;

/// Where to look.
#[derive(Debug)]
pub(crate) struct Sight {
    pub(crate) ledger: Ledger,
    pub(crate) in_force: InForce,
    pub(crate) store: Arc<Store>,
    pub(crate) witnesses: Arc<Witnesses>,
    pub(crate) census: Arc<Census>,
    pub(crate) endings: watch::Receiver<Vec<Ending>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) draining: CancellationToken,
}

/// Whether the gateway takes what is brought to it, and if not, why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    Yes,
    Draining,
    ReadOnly,
    StorageLow,
    LogStopped,
}

impl Ready {
    /// In one line.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Yes => "ready",
            Self::Draining => "not ready: draining",
            Self::ReadOnly => "not ready: the log is older than its marker says, and only read",
            Self::StorageLow => "not ready: the log's disk is down to its reserve",
            Self::LogStopped => "not ready: the log has stopped",
        }
    }
}

impl Sight {
    pub(crate) fn ready(&self) -> Ready {
        if self.draining.is_cancelled() {
            return Ready::Draining;
        }
        match self.ledger.taking() {
            Taking::Well => Ready::Yes,
            Taking::ReadOnly => Ready::ReadOnly,
            Taking::StorageLow => Ready::StorageLow,
            Taking::Stopped => Ready::LogStopped,
        }
    }

    /// The figures of this moment.
    pub(super) fn registry(&self) -> Registry {
        let mut registry = Registry::default();
        let now_ms = self.clock.now_ms();
        self.log(&mut Show(&mut registry), now_ms);
        self.subscriptions(&mut Show(&mut registry), now_ms);
        self.ends(&mut Show(&mut registry), now_ms);
        registry
    }

    fn log(&self, show: &mut Show<'_>, now_ms: u64) {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        show.by(
            "precinto_build_info",
            "1, by the version of the program",
            "version",
            [(version, 1.0)],
        );
        let ready = u32::from(self.ready() == Ready::Yes);
        show.one(
            "precinto_ready",
            "1 when messages are taken, as /readyz says",
            f64::from(ready),
        );
        let size = self.ledger.published().borrow().size;
        show.one("precinto_log_size", "Entries in the log", float(size));
        let newest = size.checked_sub(1);
        if let Some(Ok(newest)) = newest.map(|index| self.ledger.read(index)) {
            show.one(
                "precinto_checkpoint_age_seconds",
                "Since the newest checkpoint was signed, which is when something was last appended",
                seconds_between(newest.leaf().time_ms, now_ms),
            );
        }
        if let Ok(space) = self.ledger.space() {
            show.one(
                "precinto_storage_free_bytes",
                "Room on the log's file system",
                float(space.free),
            );
            show.one(
                "precinto_storage_total_bytes",
                "Size of the log's file system",
                float(space.total),
            );
        }
        let connections = u32::try_from(self.census.connections()).unwrap_or(u32::MAX);
        show.one(
            "precinto_connections",
            "Connections to the gateway's door",
            f64::from(connections),
        );
        show.one(
            "precinto_accept_failures",
            "How often the system gave no connection, for want of descriptors most likely; nobody got in for a moment",
            float(self.census.not_accepted()),
        );
        let cosigned = self.witnesses.newest_times_ms();
        // Of every witness: a figure that is not there is no zero.
        let none = cosigned.keys().map(|node| (node.clone(), 0));
        let mut rejected: BTreeMap<_, _> = none.collect();
        rejected.extend(self.witnesses.rejected());
        show.by(
            "precinto_cosignature_age_seconds",
            "Since a witness last said that it has seen the log grow and nothing against it",
            "witness",
            cosigned
                .into_iter()
                .map(|(node, at_ms)| (node.to_string(), seconds_between(at_ms, now_ms))),
        );
        show.by(
            "precinto_cosignatures_rejected",
            "Cosignatures of a witness that do not hold and are kept, in the file witness/rejected",
            "witness",
            rejected
                .into_iter()
                .map(|(node, count)| (node.to_string(), float(count as u64))),
        );
    }

    fn subscriptions(&self, show: &mut Show<'_>, now_ms: u64) {
        let size = self.ledger.published().borrow().size;
        let (mut lag, mut oldest, mut parked) = (Vec::new(), Vec::new(), Vec::new());
        let directory = self.in_force.now();
        // The subscriptions of who has left are kept, should it come back; nobody is to be called for them.
        let figures = self.store.figures(size).into_iter();
        for (node, figures) in figures.filter(|(node, _)| directory.has_node(node)) {
            let node = node.to_string();
            lag.push((node.clone(), float(figures.lag)));
            let since = figures.oldest_ms.unwrap_or(now_ms);
            oldest.push((node.clone(), seconds_between(since, now_ms)));
            parked.push((node, float(figures.parked)));
        }
        show.by(
            "precinto_subscription_lag_entries",
            "Entries that a node's slowest subscription has not come to",
            "node",
            lag,
        );
        show.by(
            "precinto_oldest_unsettled_seconds",
            "Since when a node's longest unsettled delivery is so; 0 without any",
            "node",
            oldest,
        );
        show.by(
            "precinto_parked_deliveries",
            "Deliveries of a node that were put aside after their last attempt",
            "node",
            parked,
        );
    }

    fn ends(&self, show: &mut Show<'_>, now_ms: u64) {
        let (mut certificates, mut lists) = (BTreeMap::new(), BTreeMap::new());
        for one in &*self.endings.borrow() {
            let left = seconds_between(now_ms, one.until_ms);
            // Of two with one name, the first to end.
            let (all, name) = match one.kind {
                EndKind::List => (&mut lists, one.side.clone()),
                EndKind::Root | EndKind::Certificate => (&mut certificates, one.of.clone()),
            };
            let soonest: &mut f64 = all.entry(name).or_insert(left);
            *soonest = soonest.min(left);
        }
        show.by(
            "precinto_cert_expiry_seconds",
            "Until a root, or a certificate of the gateway's own, ends; below 0 when it has",
            "id",
            certificates,
        );
        show.by(
            "precinto_crl_next_update_seconds",
            "Until a side's revocation list is out of date, and with it the whole side refused",
            "side",
            lists,
        );
    }
}

/// Puts figures of this moment into a registry.
struct Show<'a>(&'a mut Registry);

type Figure = Gauge<f64, AtomicU64>;

impl Show<'_> {
    fn one(&mut self, name: &str, help: &str, value: f64) {
        let gauge = Figure::default();
        gauge.set(value);
        self.0.register(name, help, gauge);
    }

    fn by(
        &mut self,
        name: &str,
        help: &str,
        label: &'static str,
        values: impl IntoIterator<Item = (String, f64)>,
    ) {
        let family: Family<Labels<1>, Figure> = Family::default();
        for (of, value) in values {
            family.get_or_create(&[(label, of.into())]).set(value);
        }
        self.0.register(name, help, family);
    }
}

/// From one moment to another, below 0 if it lies before.
fn seconds_between(from_ms: u64, to_ms: u64) -> f64 {
    (float(to_ms) - float(from_ms)) / 1000.0
}

/// What monitoring systems reckon with: exact up to 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "no log is that long, no disk that large"
)]
fn float(number: u64) -> f64 {
    number as f64
}
