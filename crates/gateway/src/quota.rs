//! What an agency and each of its nodes may submit a minute: counted before anything is verified, told with the time to wait.
//!
//! An allowance is a bucket that is full after a quiet minute: a backlog goes out at once, and what goes on for longer goes
//! at the pace of the allowance. Repeats and refused messages count as well, because they cost as much. What is in flight
//! at one moment is bounded elsewhere ([`crate::submit::Budget`]); the shares of connections and addresses by
//! [`crate::accept::Census`].

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use precinto_alert::id::{AgencyId, NodeId};

use crate::limits::{
    QUOTA_AGENCY_BYTES, QUOTA_AGENCY_STATEMENTS, QUOTA_NODE_BYTES, QUOTA_NODE_STATEMENTS,
};

/// What may be submitted in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Statements, accepted or not.
    pub statements: u64,
    /// Bytes of requests.
    pub bytes: u64,
}

/// The allowance of an agency: all of its nodes together, and each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// All nodes together.
    pub agency: Rate,
    /// Each of them.
    pub node: Rate,
}

/// The allowances that an operator has set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Allowances {
    /// Of every agency that is not named.
    pub usual: Allowance,
    /// Of those that are.
    pub named: BTreeMap<AgencyId, Allowance>,
}

/// What has been submitted of late. One for the process.
#[derive(Debug, Default)]
pub struct Quotas {
    allowances: Allowances,
    buckets: Mutex<Buckets>,
}

/// Which allowance is used up, and until when.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{subject} is over {limit} {unit} a minute for {} ms", wait.as_millis())]
pub struct OverQuota {
    /// The agency or the node.
    pub subject: String,
    /// The allowance.
    pub limit: u64,
    /// `statements` or `bytes`.
    pub unit: &'static str,
    /// How long until the same message is within it, if nothing else is sent.
    pub wait: Duration,
}

#[derive(Debug, Default)]
struct Buckets {
    agencies: HashMap<AgencyId, Bucket>,
    nodes: HashMap<NodeId, Bucket>,
}

/// What was taken of a rate and has not come back yet, in units of 1/60,000: then a millisecond gives back the rate itself, and
/// nothing is lost by rounding.
#[derive(Debug, Clone, Copy, Default)]
struct Bucket {
    statements: u64,
    bytes: u64,
    at_ms: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            agency: Rate {
                statements: QUOTA_AGENCY_STATEMENTS,
                bytes: QUOTA_AGENCY_BYTES,
            },
            node: Rate {
                statements: QUOTA_NODE_STATEMENTS,
                bytes: QUOTA_NODE_BYTES,
            },
        }
    }
}

impl Quotas {
    /// Nothing has been submitted so far.
    pub fn new(allowances: Allowances) -> Self {
        Self {
            allowances,
            buckets: Mutex::default(),
        }
    }

    /// Counts a submission of so many bytes by this node, unless it or its agency has used up its allowance.
    pub(crate) fn take(&self, node: &NodeId, bytes: usize, now_ms: u64) -> Result<(), OverQuota> {
        let agency = node.agency();
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let Allowances { usual, named } = &self.allowances;
        let allowance = named.get(agency).unwrap_or(usual);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let Buckets { agencies, nodes } = &mut *buckets;
        let of_node = bucket(nodes, node, allowance.node, now_ms);
        let of_agency = bucket(agencies, agency, allowance.agency, now_ms);
        // Both or none: what one refuses is no load on the other.
        let node_after = of_node.with(bytes, allowance.node, || node.to_string())?;
        *of_agency = of_agency.with(bytes, allowance.agency, || agency.to_string())?;
        *of_node = node_after;
        Ok(())
    }
}

/// The bucket of that name as it is at `now_ms`. Those that are full are forgotten, so there are never more than there are nodes
/// at work.
fn bucket<'a, K: Hash + Eq + Clone>(
    buckets: &'a mut HashMap<K, Bucket>,
    name: &K,
    rate: Rate,
    now_ms: u64,
) -> &'a mut Bucket {
    if !buckets.contains_key(name) {
        buckets.retain(|_, bucket| now_ms.saturating_sub(bucket.at_ms) < MINUTE_MS);
    }
    let bucket = buckets.entry(name.clone()).or_default();
    // A clock that went back gives nothing, and takes nothing.
    let elapsed_ms = now_ms.saturating_sub(bucket.at_ms);
    let left = |taken: u64, rate: u64| taken.saturating_sub(elapsed_ms.saturating_mul(rate));
    *bucket = Bucket {
        statements: left(bucket.statements, rate.statements),
        bytes: left(bucket.bytes, rate.bytes),
        at_ms: now_ms,
    };
    bucket
}

impl Bucket {
    /// The bucket with one more statement of so many bytes, if there is room for it.
    fn with(self, bytes: u64, rate: Rate, subject: impl Fn() -> String) -> Result<Self, OverQuota> {
        let more = |taken: u64, by: u64, limit: u64, unit| {
            let taken = taken.saturating_add(by.saturating_mul(MINUTE_MS));
            let beyond = taken.saturating_sub(limit.saturating_mul(MINUTE_MS));
            if beyond == 0 {
                return Ok(taken);
            }
            let wait = Duration::from_millis(beyond.div_ceil(limit.max(1)));
            let subject = subject();
            Err(OverQuota {
                subject,
                limit,
                unit,
                wait,
            })
        };
        Ok(Self {
            statements: more(self.statements, 1, rate.statements, "statements")?,
            bytes: more(self.bytes, bytes, rate.bytes, "bytes")?,
            at_ms: self.at_ms,
        })
    }
}

/// The span of a rate.
const MINUTE_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submit::in_flight_tests::node_of;

    const SMALL: Allowance = Allowance {
        agency: Rate {
            statements: 90,
            bytes: 1_000_000,
        },
        node: Rate {
            statements: 60,
            bytes: 600_000,
        },
    };

    fn quotas() -> Quotas {
        Quotas::new(Allowances {
            usual: SMALL,
            named: BTreeMap::new(),
        })
    }

    /// How many messages of 100 bytes a node gets in at once.
    fn burst(quotas: &Quotas, node: &NodeId, now_ms: u64) -> usize {
        (0..1_000)
            .take_while(|_| quotas.take(node, 100, now_ms).is_ok())
            .count()
    }

    #[test]
    fn a_minutes_allowance_goes_at_once_and_comes_back_at_its_pace() {
        let (quotas, lax) = (quotas(), node_of("cbp", "lax"));
        assert_eq!(burst(&quotas, &lax, 5), 60);
        let over = quotas.take(&lax, 100, 5).unwrap_err();
        let said = (over.subject.as_str(), over.limit, over.unit);
        let id = "spiffe://us.dev.invalid/agency/cbp/node/lax";
        assert_eq!(said, (id, 60, "statements"));
        assert_eq!(over.wait, Duration::from_secs(1));
        // Just as long as was advised, and not a moment less.
        quotas.take(&lax, 100, 5 + 999).unwrap_err();
        quotas.take(&lax, 100, 5 + 1_000).unwrap();
        assert_eq!(burst(&quotas, &lax, 5 + 31_000), 30);
        assert_eq!(burst(&quotas, &lax, 10 * MINUTE_MS), 60, "no more is saved");
        assert_eq!(
            burst(&quotas, &lax, 0),
            0,
            "a clock that goes back gives nothing"
        );
    }

    #[test]
    fn bytes_count_as_statements_do() {
        let (quotas, lax) = (quotas(), node_of("cbp", "lax"));
        for _ in 0..3 {
            quotas.take(&lax, 200_000, 0).unwrap();
        }
        let over = quotas.take(&lax, 10_000, 0).unwrap_err();
        assert_eq!((over.limit, over.unit), (600_000, "bytes"));
        assert_eq!(over.wait, Duration::from_secs(1));
        quotas.take(&lax, 10_000, 1_000).unwrap();
    }

    #[test]
    fn an_agency_has_its_own_and_takes_nothing_from_others() {
        let quotas = quotas();
        assert_eq!(burst(&quotas, &node_of("cbp", "lax"), 0), 60);
        let jfk = node_of("cbp", "jfk");
        assert_eq!(burst(&quotas, &jfk, 0), 30);
        let over = quotas.take(&jfk, 100, 0).unwrap_err();
        assert_eq!(
            (over.subject.as_str(), over.limit),
            ("us.dev.invalid/cbp", 90)
        );
        // What the agency had no room for is not on its node's account.
        assert_eq!(burst(&quotas, &jfk, 20_000), 30);
        assert_eq!(burst(&quotas, &node_of("dea", "hq"), 0), 60);
    }

    #[test]
    fn an_operator_may_set_another_for_an_agency() {
        let mut allowances = Allowances::default();
        let cbp = node_of("cbp", "lax").agency().clone();
        allowances.named.insert(cbp, SMALL);
        let quotas = Quotas::new(allowances);
        assert_eq!(burst(&quotas, &node_of("cbp", "lax"), 0), 60);
        assert_eq!(burst(&quotas, &node_of("dea", "hq"), 0), 1_000);
    }

    #[test]
    fn who_has_been_quiet_is_forgotten() {
        let quotas = quotas();
        for number in 0..100 {
            let node = node_of("cbp", &format!("n{number}"));
            quotas.take(&node, 100, number * MINUTE_MS).unwrap();
        }
        assert_eq!(quotas.buckets.lock().unwrap().nodes.len(), 1);
    }
}
