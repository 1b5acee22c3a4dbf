//! What is noted and not in the log yet, by the acts that it goes into.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use precinto_alert::Reason;
use precinto_alert::id::{AgencyId, NodeId, Side};
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::Kept;
use crate::acts::act_id;
use crate::limits::{
    WITHHELD_ACT_BYTES_MAX, WITHHELD_KNOWN_MAX, WITHHELD_PER_AGENCY_MAX, WITHHELD_QUEUE_MAX,
};

/// An index takes at most so much of an act.
const INDEX_BYTES_MAX: usize = 10;
/// What stands around the entries of one verdict.
const AROUND_BYTES_MAX: usize = 32;

/// From agencies of which side, of what nodes of which side sent: an auditor of either is shown the act, and nothing of others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Between {
    pub(super) from: Side,
    pub(super) sender: Side,
}

/// Whom it concerns, and by which rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Verdict {
    agency: AgencyId,
    is_forbidden: bool,
    policy: String,
    policy_digest: Vec<u8>,
    rules: Vec<String>,
}

/// What goes into one act, taken out of the book.
#[derive(Debug, Default)]
pub(super) struct Page {
    entries: Vec<(Verdict, BTreeSet<u64>)>,
    /// How many were left out since the last act.
    left_out: u64,
}

/// What waits.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Those noted of late, by a digest of all that there is to say.
    known: HashSet<[u8; 16]>,
    waiting: BTreeMap<Between, BTreeMap<Verdict, BTreeSet<u64>>>,
    /// How many of them are of which agency.
    of: BTreeMap<AgencyId, usize>,
    left_out: u64,
}

impl Book {
    /// Notes it, unless it was noted before.
    pub(super) fn note(&mut self, kept: &Kept) {
        let id = kept.id();
        if self.known.contains(&id) {
            return;
        }
        if self.known.len() >= WITHHELD_KNOWN_MAX {
            self.known.clear();
        }
        let mine = self.of.get(&kept.agency).copied().unwrap_or_default();
        if mine >= WITHHELD_PER_AGENCY_MAX || self.len() >= WITHHELD_QUEUE_MAX {
            // Not known, so the next time is the first.
            self.left_out += 1;
            return;
        }
        self.known.insert(id);
        self.add(&kept.between(), kept.verdict(), [kept.index]);
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.of.values().sum()
    }

    /// How many found no room, and no act has said so yet.
    pub(super) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// The acts for which something waits.
    pub(super) fn due(&self) -> impl Iterator<Item = &Between> {
        self.waiting.keys()
    }

    /// Takes out what goes into one act; the rest waits for the next one.
    pub(super) fn take(&mut self, between: &Between) -> Page {
        let mut page = Page {
            left_out: std::mem::take(&mut self.left_out),
            ..Page::default()
        };
        let Some(waiting) = self.waiting.get_mut(between) else {
            return page;
        };
        let mut room = WITHHELD_ACT_BYTES_MAX;
        while let Some(mut one) = waiting.first_entry() {
            let around = one.key().decided([]).encoded_len() + AROUND_BYTES_MAX;
            let fit = room.saturating_sub(around) / INDEX_BYTES_MAX;
            if fit == 0 {
                break;
            }
            let verdict = one.key().clone();
            let indexes = if one.get().len() <= fit {
                one.remove()
            } else {
                let rest = one.get().iter().nth(fit).copied().unwrap_or(u64::MAX);
                let rest = one.get_mut().split_off(&rest);
                std::mem::replace(one.get_mut(), rest)
            };
            room = room.saturating_sub(around + indexes.len() * INDEX_BYTES_MAX);
            if let Some(count) = self.of.get_mut(&verdict.agency) {
                *count = count.saturating_sub(indexes.len());
            }
            page.entries.push((verdict, indexes));
        }
        if waiting.is_empty() {
            self.waiting.remove(between);
        }
        self.of.retain(|_, count| *count > 0);
        page
    }

    /// Puts back what the log did not take.
    pub(super) fn put_back(&mut self, between: &Between, page: Page) {
        self.left_out += page.left_out;
        for (verdict, indexes) in page.entries {
            self.add(between, verdict, indexes);
        }
    }

    fn add(&mut self, between: &Between, verdict: Verdict, indexes: impl IntoIterator<Item = u64>) {
        let agency = verdict.agency.clone();
        let waiting = self.waiting.entry(between.clone()).or_default();
        let waiting = waiting.entry(verdict).or_default();
        let before = waiting.len();
        waiting.extend(indexes);
        *self.of.entry(agency).or_default() += waiting.len() - before;
    }
}

impl Page {
    /// What `gateway` says of it.
    pub(super) fn act(&self, gateway: &str, between: &Between) -> pb::ActRecord {
        let decided = |(verdict, indexes): &(Verdict, BTreeSet<u64>)| {
            verdict.decided(indexes.iter().copied())
        };
        pb::ActRecord {
            actor: gateway.to_owned(),
            kind: pb::ActKind::DeliveryWithheld.into(),
            subject: between.from.to_string(),
            party: between.sender.to_string(),
            count: self.left_out,
            withheld: self.entries.iter().map(decided).collect(),
            ..Default::default()
        }
    }
}

impl Kept {
    /// The same for the same entry, agency and verdict.
    fn id(&self) -> [u8; 16] {
        let (index, agency) = (self.index.to_be_bytes(), self.agency.to_string());
        let rules = self.decision.rules.join("\n");
        act_id(&[
            b"precinto/withheld/v1\0",
            &index,
            &self.decision.policy_digest,
            agency.as_bytes(),
            b"\n",
            rules.as_bytes(),
        ])
    }

    fn between(&self) -> Between {
        let from = self.agency.side().clone();
        let sender = self.sender.parse::<NodeId>();
        let sender = sender.map_or_else(|_| from.clone(), |node| node.agency().side().clone());
        Between { from, sender }
    }

    fn verdict(&self) -> Verdict {
        let decision = self.decision.as_ref().clone();
        Verdict {
            agency: self.agency.clone(),
            is_forbidden: self.is_forbidden,
            policy: decision.policy,
            policy_digest: decision.policy_digest,
            rules: decision.rules,
        }
    }
}

impl Verdict {
    fn decided(&self, indexes: impl IntoIterator<Item = u64>) -> pb::WithheldEntries {
        let reason = if self.is_forbidden {
            Reason::PolicyDenied
        } else {
            Reason::PolicyError
        };
        pb::WithheldEntries {
            agency: self.agency.to_string(),
            reason: reason.into(),
            decision: Some(pb::Decision {
                policy: self.policy.clone(),
                policy_digest: self.policy_digest.clone(),
                rules: self.rules.clone(),
            }),
            indexes: indexes.into_iter().collect(),
        }
    }
}
