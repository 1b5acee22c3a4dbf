//! What a monitoring system may know of a gateway: counted as it happens ([`Counts`], [`Calls`]), or looked up when somebody
//! asks (`Sight`). Shown by `gateway::admin` alone, which is the operator's: what stands here of one agency is not another's
//! to read.
//!
//! A label is the name of an agency, a node, a rule, a reason, a method or a certificate: never that of an alert, a message or a
//! person, and nothing that somebody can make more of by sending: beyond [`METRIC_LABELS_MAX`] agencies or rules the rest is `other`.
//! To count costs some atomic operations, and a look into a small table for what is labelled; nobody waits for anything.
//!
//! Why `prometheus-client`: its registry is a value, made where the gateway is put together and passed on, so two gateways of one
//! process count apart. The exporter of the `metrics` crate works by a recorder of the whole process. It speaks `OpenMetrics`,
//! which every collector of the last years reads.
//!
//! Not here, because there is nothing to count as yet: the other gateway (no relay between gateways), and what the clock is off
//! (nobody is asked for the time).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use precinto_alert::code::MessageType;
use precinto_alert::id::AgencyId;
use precinto_alert::{Reason, reason};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::limits::METRIC_LABELS_MAX;

mod calls;
mod sight;

pub use calls::Calls;
pub(crate) use calls::Running;
pub(crate) use sight::{Ready, Sight};

/// Labels of one metric, in a fixed order.
type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];

/// What the write path counts. Clones count together.
#[derive(Debug, Clone)]
pub struct Counts {
    accepted: Bounded<2>,
    refused: Family<Labels<1>, Counter>,
    denied: Bounded<1>,
    durable: Histogram,
    sync: Histogram,
    batch: Histogram,
}

impl Counts {
    /// A statement of this agency is in the log for the first time, so long after it had come.
    pub fn accepted(&self, agency: &AgencyId, kind: MessageType, took: Duration) {
        let name = kind.as_str_name();
        let kind = name.strip_prefix("MESSAGE_TYPE_").unwrap_or(name);
        let agency = agency.to_string().into();
        // The types are a closed list.
        self.accepted
            .count([("agency", agency), ("type", kind.into())]);
        self.durable.observe(took.as_secs_f64());
    }

    /// A submission was refused.
    pub fn refused(&self, why: Reason) {
        // As many as the catalogue has.
        let labels = [("reason", reason::name(why).into())];
        self.refused.get_or_create(&labels).inc();
    }

    /// These rules have forbidden a submission.
    pub fn denied(&self, rules: &[String]) {
        for rule in rules {
            self.denied.count([("policy", rule.clone().into())]);
        }
    }

    /// A batch is on the disk.
    pub fn committed(&self, commit: precinto_ledger::Commit) {
        let entries = u32::try_from(commit.entries).unwrap_or(u32::MAX);
        self.batch.observe(entries.into());
        self.sync.observe(commit.sync.as_secs_f64());
    }

    fn register(&self, registry: &mut Registry) {
        let Self {
            accepted,
            refused,
            denied,
            durable,
            sync,
            batch,
        } = self.clone();
        let mut add = Add(registry);
        add.one(
            "precinto_accepted",
            "Statements taken into the log",
            accepted.family,
        );
        add.one("precinto_refused", "Submissions refused", refused);
        add.one(
            "precinto_policy_denials",
            "Submissions that a rule has forbidden",
            denied.family,
        );
        add.one(
            "precinto_submit_durable_seconds",
            "From a submission that has come to its entry on the disk",
            durable,
        );
        add.one(
            "precinto_fsync_seconds",
            "Data sync of one batch of the log",
            sync,
        );
        add.one("precinto_batch_entries", "Entries of one batch", batch);
    }
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            accepted: Bounded::default(),
            refused: Family::default(),
            denied: Bounded::default(),
            durable: Histogram::new(SECONDS),
            sync: Histogram::new(SECONDS),
            batch: Histogram::new(ENTRIES),
        }
    }
}

/// All metrics of one gateway.
#[derive(Debug)]
pub(crate) struct Metrics {
    counted: Registry,
    sight: Sight,
}

impl Metrics {
    /// What is counted here and there, and what is seen by `sight`.
    pub(crate) fn new(counts: &Counts, calls: &Calls, act_failures: Counter, sight: Sight) -> Self {
        let mut counted = Registry::default();
        counts.register(&mut counted);
        calls.register(&mut counted);
        Add(&mut counted).one(
            "precinto_audit_write_failures",
            "Acts that the log did not take: they did not happen, or are recorded later if nobody waits for that",
            act_failures,
        );
        Self { counted, sight }
    }

    /// Whether the gateway takes what is brought to it.
    pub(crate) fn ready(&self) -> Ready {
        self.sight.ready()
    }

    /// All of it as `OpenMetrics` text; may read from the disk.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.counted)?;
        encode_registry(&mut text, &self.sight.registry())?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// Puts metrics into a registry.
struct Add<'a>(&'a mut Registry);

impl Add<'_> {
    /// The counter or histogram of this name, to which the format adds its own ending.
    fn one(&mut self, name: &str, help: &str, metric: impl prometheus_client::registry::Metric) {
        self.0.register(name, help, metric);
    }
}

/// Counters whose first label something outside decides on; the others have values of a closed list.
#[derive(Debug, Clone, Default)]
struct Bounded<const N: usize> {
    family: Family<Labels<N>, Counter>,
    /// The values of the first label that have lines of their own, at most [`METRIC_LABELS_MAX`].
    named: Arc<Mutex<BTreeSet<String>>>,
}

impl<const N: usize> Bounded<N> {
    /// One more under these labels; with `other` for the first if there are too many already and it is not among them.
    fn count(&self, mut labels: Labels<N>) {
        if let Some(counter) = self.family.get(&labels) {
            counter.inc();
            return;
        }
        if let Some((_, first)) = labels.first_mut()
            && !self.is_named(first)
        {
            *first = OTHER;
        }
        self.family.get_or_create(&labels).inc();
    }

    /// Whether it has lines of its own, from now on if there is room.
    fn is_named(&self, first: &str) -> bool {
        // A set is whole at every moment, so a panic elsewhere while it was locked does no harm.
        let mut named = self.named.lock().unwrap_or_else(PoisonError::into_inner);
        named.contains(first) || (named.len() < METRIC_LABELS_MAX && named.insert(first.to_owned()))
    }
}

const OTHER: Cow<'static, str> = Cow::Borrowed("other");

/// From a sync of a fast disk to what nobody waits for any more.
const SECONDS: [f64; 14] = [
    0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

const ENTRIES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

#[cfg(test)]
mod tests;
