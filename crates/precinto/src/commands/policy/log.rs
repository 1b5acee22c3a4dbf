//! A log as questions about policy need it: its entries in order, from a data folder or from a running gateway, and the parts of
//! the directory as they come by.

use crate::args::LogArgs;
use crate::config::{Material, Node};
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use crate::{connect, runtime};
use precinto_alert::id::Side;
use precinto_audit::Step;
use precinto_audit::folder::Folder;
use precinto_audit::source::Entry;
use precinto_client::LogClient;
use precinto_envelope::directory::SignedPart;
use precinto_merkle::checkpoint::{Checkpoint, SignedCheckpoint};
use precinto_merkle::hash::leaf_hash;
use precinto_merkle::leaf::{EntryType, Leaf, commitment};
use precinto_merkle::tree::Edge;
use precinto_policy::{Floor, Rules};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// One entry that this reader may see, whose record is the one that its leaf commits to.
pub(super) struct Logged {
    pub(super) index: u64,
    pub(super) entry_type: EntryType,
    /// When the log took it, milliseconds since 1970 UTC.
    pub(super) time_ms: u64,
    pub(super) record: Vec<u8>,
    pub(super) content: Vec<u8>,
}

/// How sure it is that these are the log's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// The gateway has signed the root over all of them.
    Signed,
    /// A folder was read as it is; an audit says what it is worth.
    AsItIs,
}

/// Reads the whole log; `each` hears of every entry that can be seen, in order.
pub(super) fn read(
    args: &LogArgs,
    each: &mut dyn FnMut(Logged),
    output: Output,
) -> anyhow::Result<Proof> {
    if let Some(dir) = &args.dir {
        of_folder(dir, each)?;
        return Ok(Proof::AsItIs);
    }
    let node = Node::from_args(&args.node)?;
    let material = Material::load(&node).map_err(Failure::from)?;
    runtime::run(of_gateway(&material, each, output))?;
    Ok(Proof::Signed)
}

fn of_folder(dir: &Path, each: &mut dyn FnMut(Logged)) -> Result<(), Failure> {
    let refused = |error: &dyn std::fmt::Display| {
        let what = Text::cause(error, "no se puede leer la bitácora");
        Failure::new(Exit::Inconclusive, what)
    };
    let folder = Folder::open(dir).map_err(|error| refused(&error))?;
    let journal = folder.journal(None).map_err(|error| refused(&error))?;
    for step in journal {
        match step {
            Step::Batch(batch) => batch
                .entries
                .into_iter()
                .filter_map(Logged::of)
                .for_each(&mut *each),
            // Where bytes are damaged an audit says which; what is beyond them is read all the same.
            Step::Finding(_) => {}
        }
    }
    Ok(())
}

async fn of_gateway(
    material: &Material,
    each: &mut dyn FnMut(Logged),
    output: Output,
) -> anyhow::Result<()> {
    let connection = connect::open(material).await?;
    let log = LogClient::new(&connection);
    let failed = |error| connect::log_failed(&error);
    let size = log.checkpoint(0).await.map_err(failed)?.checkpoint().size;
    let bar = output.progress(size, output.lang().pick("reading", "leyendo"));
    let mut entries = log.entries(0, size, false).await.map_err(failed)?;
    let mut edge = Edge::new();
    while let Some(entry) = entries.next().await.map_err(failed)? {
        edge.append(leaf_hash(&entry.leaf));
        bar.set_position(edge.size());
        let answer = pb::ReadEntriesResponse {
            entry: Some(entry),
            checkpoint: String::new(),
        };
        if let Step::Batch(batch) = precinto_audit::from_wire(answer) {
            batch
                .entries
                .into_iter()
                .filter_map(Logged::of)
                .for_each(&mut *each);
        }
    }
    bar.finish_and_clear();
    // Entries prove nothing one by one: the root over all of them is what the log has signed.
    let signed = entries.checkpoint().map(SignedCheckpoint::checkpoint);
    // A checkpoint over more than was asked for is one over another root.
    let holds = |signed: &Checkpoint| signed.size != size || signed.root == edge.root();
    if signed.is_some_and(holds) {
        return Ok(());
    }
    Err(Failure::coded(
        precinto_alert::Reason::LogInconsistent,
        (
            "the entries that the gateway shows are not those whose root it has signed",
            "las entradas que muestra la pasarela no son aquellas cuya raíz firmó",
        ),
    )
    .into())
}

impl Logged {
    /// Nothing where somebody withholds it, has deleted it, or shows another record than the leaf commits to.
    fn of(entry: Entry) -> Option<Self> {
        let leaf = Leaf::from_bytes(&entry.leaf).ok()?;
        let salt = entry.salt.as_slice().try_into().ok()?;
        let is_shown = !entry.withheld && !entry.record_pruned;
        let is_true = commitment(leaf.entry_type, salt, &entry.record) == leaf.commitment;
        (is_shown && is_true).then_some(Self {
            index: entry.index,
            entry_type: leaf.entry_type,
            time_ms: leaf.time_ms,
            record: entry.record,
            content: entry.content,
        })
    }
}

/// A part of the directory as the log holds it. Who has signed it an audit says.
pub(super) struct PartSeen {
    pub(super) index: u64,
    pub(super) signed: SignedPart,
}

/// Every part so far.
#[derive(Default)]
pub(super) struct Parts {
    by_digest: BTreeMap<[u8; 32], Arc<PartSeen>>,
    newest: BTreeMap<Side, Arc<PartSeen>>,
    /// The newest of each side, whenever there was another one.
    together: Vec<Vec<Arc<PartSeen>>>,
}

impl Parts {
    /// Keeps the entry if it is a part of the directory.
    pub(super) fn see(&mut self, entry: &Logged) {
        if entry.entry_type != EntryType::Trust {
            return;
        }
        let Ok(record) = pb::TrustRecord::decode(entry.record.as_slice()) else {
            return;
        };
        if record.kind() != pb::TrustKind::Directory {
            return;
        }
        if let Ok(signed) = SignedPart::read(entry.content.clone())
            && record.digest == signed.digest()
        {
            let (digest, side) = (*signed.digest(), signed.part().side().clone());
            let index = entry.index;
            let seen = Arc::new(PartSeen { index, signed });
            self.by_digest.insert(digest, Arc::clone(&seen));
            self.newest.insert(side, seen);
            self.together.push(self.newest());
        }
    }

    /// Those that a record names; nothing if one of them is not there.
    pub(super) fn named(&self, trust: &[pb::TrustRef]) -> Option<Vec<Arc<PartSeen>>> {
        let parts = trust.iter();
        let parts = parts.filter(|one| one.kind() == pb::TrustKind::Directory);
        let parts = parts.map(|one| {
            let digest = one.digest.as_slice().try_into().ok()?;
            self.by_digest.get::<[u8; 32]>(digest).map(Arc::clone)
        });
        parts.collect()
    }

    /// Those that were the newest of each side last with these rules.
    pub(super) fn last_with(&self, floor: Floor, digest: &[u8]) -> Option<Vec<Arc<PartSeen>>> {
        let have = |parts: &&Vec<Arc<PartSeen>>| {
            let rules = Rules::of_parts(floor, parts.iter().map(|part| part.signed.part()));
            rules.is_ok_and(|rules| rules.digest().as_slice() == digest)
        };
        self.together.iter().rev().find(have).cloned()
    }

    /// The newest of each side so far.
    pub(super) fn newest(&self) -> Vec<Arc<PartSeen>> {
        self.newest.values().map(Arc::clone).collect()
    }
}
