//! What the log proves about itself: checkpoints, receipts, proofs, entries. Nothing here asks for trust.
//!
//! Leaves and checkpoints are for any node of the directory; the rest is for those that [`crate::rights`] names. What is
//! absent and what is forbidden read the same. Entries that are given in full are an act, in the log before they leave
//! ([`crate::acts`]); receipts are none, which say that something was said, and not what.

use std::sync::Arc;

use pb::log_service_server::LogService;
use precinto_alert::Reason;
use precinto_alert::id::{MessageId, NodeId, Side};
use precinto_ledger::{EntryKey, Ledger, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::accept::Line;
use crate::acts::{Acts, Given};
use crate::answers::{self, Answers};
use crate::blocking;
use crate::certificates::Certificates;
use crate::limits::{
    CHECKPOINT_WAIT_MAX, DIGESTS_MAX, PROGRESS_TIMEOUT, READ_BYTES_MAX, READ_STREAMS_PER_NODE_MAX,
};
use crate::open_streams::StreamCount;
use crate::registry::InForce;
use crate::rights::{self, Reader};
use crate::status::Refusal;
use crate::submit::receipt;
use crate::witness::Witnesses;

/// Serves `precinto.v1.LogService`.
pub struct LogHandler {
    ledger: Ledger,
    directory: InForce,
    certificates: Arc<Certificates>,
    witnesses: Arc<Witnesses>,
    acts: Acts,
    streams: StreamCount,
    draining: CancellationToken,
}

impl LogHandler {
    /// A handler over the log, which records what it gives. `draining` ends its streams.
    pub fn new(
        ledger: Ledger,
        directory: InForce,
        certificates: Arc<Certificates>,
        witnesses: Arc<Witnesses>,
        acts: Acts,
        draining: CancellationToken,
    ) -> Self {
        let streams = StreamCount::new(READ_STREAMS_PER_NODE_MAX);
        Self {
            ledger,
            directory,
            certificates,
            witnesses,
            acts,
            streams,
            draining,
        }
    }

    fn caller<T>(&self, request: &Request<T>) -> Result<(Line, NodeId, Reader), Refusal> {
        rights::reader(request, &self.directory.now())
    }

    /// The receipt of an entry under the newest cosigned checkpoint that covers it, verified; none if there is no such
    /// checkpoint, or the record was deleted and nothing can be proven of it.
    fn cosigned_receipt(
        &self,
        entry: &StoredEntry,
        side: &Side,
    ) -> Option<Result<pb::Receipt, Refusal>> {
        if entry.record_pruned() {
            return None;
        }
        let (index, log) = (entry.index(), &self.ledger);
        let checkpoint = self.witnesses.newest(side, index.saturating_add(1))?;
        let receipt = Receipt {
            leaf: *entry.leaf(),
            salt: *entry.salt(),
            index,
            path: log.inclusion(index, checkpoint.checkpoint().size)?,
            checkpoint_note: checkpoint.note().to_owned(),
        };
        Some(match receipt.verify(log.verifier(), entry.record()) {
            Ok(_) => Ok(pb::Receipt {
                proof: receipt.to_text(),
                record: entry.record().to_vec().into(),
            }),
            Err(error) => {
                tracing::error!(index, %error, "a cosigned receipt does not hold");
                Err(Refusal::new(Reason::Internal))
            }
        })
    }

    /// Size and text of the newest checkpoint.
    fn newest(&self) -> (u64, String) {
        let published = self.ledger.published();
        let published = published.borrow();
        (published.size, published.checkpoint.note().to_owned())
    }
}

#[tonic::async_trait]
impl LogService for LogHandler {
    async fn get_checkpoint(
        &self,
        request: Request<pb::GetCheckpointRequest>,
    ) -> Result<Response<pb::GetCheckpointResponse>, Status> {
        let (_, node, _) = self.caller(&request)?;
        let pb::GetCheckpointRequest {
            min_size,
            witnessed,
        } = request.into_inner();
        let verifier_key = self.ledger.verifier().to_string();
        if witnessed {
            let newest = self.witnesses.newest(node.side(), min_size);
            let newest = newest.ok_or_else(|| Refusal::new(Reason::NotFound))?;
            return Ok(Response::new(pb::GetCheckpointResponse {
                checkpoint: newest.note().to_owned(),
                verifier_key,
            }));
        }
        let mut published = self.ledger.published();
        let grown = published.wait_for(|published| published.size >= min_size);
        let grown = tokio::select! {
            biased;
            grown = tokio::time::timeout(CHECKPOINT_WAIT_MAX, grown) => grown,
            () = self.draining.cancelled() => return Err(Refusal::new(Reason::Draining).into()),
        };
        let checkpoint = match grown {
            Ok(Ok(published)) => published.checkpoint.note().to_owned(),
            Ok(Err(_)) => return Err(Refusal::new(Reason::Draining).into()),
            Err(_) => return Err(Refusal::new(Reason::Deadline).into()),
        };
        Ok(Response::new(pb::GetCheckpointResponse {
            checkpoint,
            verifier_key,
        }))
    }

    async fn get_receipt(
        &self,
        request: Request<pb::GetReceiptRequest>,
    ) -> Result<Response<pb::GetReceiptResponse>, Status> {
        let (_, node, reader) = self.caller(&request)?;
        let pb::GetReceiptRequest {
            message_id,
            index,
            witnessed,
        } = request.into_inner();
        let absent = || Refusal::new(Reason::NotFound);
        let index = if message_id.is_empty() {
            index
        } else {
            let id = MessageId::from_slice(&message_id)
                .map_err(|_| Refusal::new(Reason::FieldFormat))?;
            let found = self
                .ledger
                .find(&EntryKey::statement(&node, &id))
                .map_err(Refusal::from)?;
            found.ok_or_else(absent)?.index
        };
        let entry = self.ledger.read(index).map_err(Refusal::from)?;
        if !reader.may_read(&entry) {
            return Err(absent().into());
        }
        let cosigned = witnessed.then(|| self.cosigned_receipt(&entry, node.side()));
        let receipt = match cosigned.flatten() {
            Some(cosigned) => cosigned?,
            None => receipt(&self.ledger.receipt(index).map_err(Refusal::from)?),
        };
        Ok(Response::new(pb::GetReceiptResponse {
            receipt: Some(receipt),
        }))
    }

    async fn get_inclusion_proof(
        &self,
        request: Request<pb::GetInclusionProofRequest>,
    ) -> Result<Response<pb::GetInclusionProofResponse>, Status> {
        self.caller(&request)?;
        let pb::GetInclusionProofRequest { index, tree_size } = request.into_inner();
        let (newest, checkpoint) = self.newest();
        let tree_size = if tree_size == 0 { newest } else { tree_size };
        if tree_size > newest || index >= tree_size {
            return Err(Refusal::new(Reason::RangeInvalid)
                .with_fact("size", newest)
                .into());
        }
        let out_of_range = || Refusal::new(Reason::RangeInvalid);
        let path = self
            .ledger
            .inclusion(index, tree_size)
            .ok_or_else(out_of_range)?;
        let leaf = self.ledger.leaf(index).map_err(Refusal::from)?.to_vec();
        let path = path.into_iter().map(Vec::from).collect();
        Ok(Response::new(pb::GetInclusionProofResponse {
            tree_size,
            leaf,
            path,
            checkpoint,
        }))
    }

    async fn get_consistency_proof(
        &self,
        request: Request<pb::GetConsistencyProofRequest>,
    ) -> Result<Response<pb::GetConsistencyProofResponse>, Status> {
        self.caller(&request)?;
        let pb::GetConsistencyProofRequest { old_size, new_size } = request.into_inner();
        let (newest, checkpoint) = self.newest();
        let new_size = if new_size == 0 { newest } else { new_size };
        let out_of_range = || Refusal::new(Reason::RangeInvalid).with_fact("size", newest);
        if old_size == 0 || old_size > new_size || new_size > newest {
            return Err(out_of_range().into());
        }
        let proof = self
            .ledger
            .consistency(old_size, new_size)
            .ok_or_else(out_of_range)?;
        let proof = proof.into_iter().map(Vec::from).collect();
        Ok(Response::new(pb::GetConsistencyProofResponse {
            new_size,
            proof,
            checkpoint,
        }))
    }

    type ReadEntriesStream = Answers<pb::ReadEntriesResponse>;

    async fn read_entries(
        &self,
        request: Request<pb::ReadEntriesRequest>,
    ) -> Result<Response<Self::ReadEntriesStream>, Status> {
        let (line, node, _) = self.caller(&request)?;
        let pb::ReadEntriesRequest {
            first,
            end,
            leaves_only,
            acts_only,
        } = request.into_inner();
        let (newest, checkpoint) = self.newest();
        let end = if end == 0 { newest } else { end };
        if first > end || end > newest {
            return Err(Refusal::new(Reason::RangeInvalid)
                .with_fact("size", newest)
                .into());
        }
        let place = self.streams.enter(&node)?;
        let (entries, answers) = answers::answers(ENTRIES_AHEAD);
        let read = Read {
            ledger: self.ledger.clone(),
            directory: self.directory.clone(),
            acts: self.acts.clone(),
            line,
            node,
            wanted: Wanted {
                leaves_only,
                acts_only,
            },
            entries,
        };
        let draining = self.draining.clone();
        tokio::spawn(async move {
            let _place = place;
            read.run(first..end, checkpoint, &draining).await;
        });
        Ok(Response::new(answers))
    }

    async fn get_certificates(
        &self,
        request: Request<pb::GetCertificatesRequest>,
    ) -> Result<Response<pb::GetCertificatesResponse>, Status> {
        let (_, _, reader) = self.caller(&request)?;
        let digests = request.into_inner().digests;
        if digests.len() > DIGESTS_MAX {
            return Err(Refusal::new(Reason::Size)
                .with_fact("limit", DIGESTS_MAX)
                .into());
        }
        let digests: Result<Vec<[u8; 32]>, _> =
            digests.into_iter().map(<[u8; 32]>::try_from).collect();
        let digests = digests.map_err(|_| Refusal::new(Reason::FieldFormat))?;
        let items = self
            .certificates
            .items(&digests, |kind| reader.may_see_trust(kind));
        Ok(Response::new(pb::GetCertificatesResponse { items: items? }))
    }
}

/// One `ReadEntries` under way.
struct Read {
    ledger: Ledger,
    directory: InForce,
    acts: Acts,
    line: Line,
    node: NodeId,
    wanted: Wanted,
    entries: answers::Queue<pb::ReadEntriesResponse>,
}

/// Of which entries more than the leaf is asked for: of all, unless it says otherwise.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    leaves_only: bool,
    acts_only: bool,
}

impl Wanted {
    fn has(self, entry: &StoredEntry) -> bool {
        let is_act = || entry.leaf().entry_type == EntryType::Act;
        !self.leaves_only && (!self.acts_only || is_act())
    }
}

impl Read {
    /// Sends everything, or ends the stream with the reason why not: what is missing must never look complete.
    async fn run(
        self,
        range: std::ops::Range<u64>,
        checkpoint: String,
        draining: &CancellationToken,
    ) {
        // A reader that takes quickly must not hold up the end, so the end is asked for first.
        let sent = tokio::select! {
            biased;
            () = draining.cancelled() => Err(Refusal::new(Reason::Draining)),
            () = self.line.leaving() => Err(Refusal::new(Reason::Draining)),
            reason = self.line.unwelcome() => Err(Refusal::new(reason)),
            sent = self.send_all(range, checkpoint) => sent,
        };
        if let Err(refusal) = sent {
            self.entries.end_with(refusal.to_status());
            if refusal.reason() == Reason::Slow {
                self.line.cut_after_last_word().await;
            }
        }
    }

    /// Sends the entries, then the checkpoint that covers them.
    async fn send_all(
        &self,
        mut range: std::ops::Range<u64>,
        checkpoint: String,
    ) -> Result<(), Refusal> {
        while range.start < range.end {
            let (ledger, first) = (self.ledger.clone(), range.start);
            // Reading and checking takes a while: not on the workers that submissions need.
            let read = blocking::spawn(move || ledger.pass_from(first, READ_BYTES_MAX));
            let entries = match read.await {
                Ok(Ok(entries)) if !entries.is_empty() => entries,
                Ok(Err(error)) => return Err(error.into()),
                Ok(Ok(_)) | Err(_) => return Err(Refusal::new(Reason::Internal)),
            };
            // A node may leave while it reads, and what it may see may change.
            let reader = rights::reader_on(&self.line, &self.directory.now())?;
            let entries = entries.iter().take_while(|entry| entry.index() < range.end);
            let entries: Vec<_> = entries
                .map(|entry| (entry, self.wanted.has(entry) && reader.may_read(entry)))
                .collect();
            let in_full = entries.iter().filter(|(_, is_given)| *is_given);
            let given = Given::of(in_full.map(|(entry, _)| &***entry));
            if let Some(given) = given {
                self.acts.exported(&self.node, given).await?;
            }
            for (entry, is_given) in entries {
                range.start = entry.index().saturating_add(1);
                self.send(pb::ReadEntriesResponse {
                    entry: Some(show(entry, is_given)),
                    ..Default::default()
                })
                .await?;
            }
        }
        self.send(pb::ReadEntriesResponse {
            entry: None,
            checkpoint,
        })
        .await
    }

    /// Fails when the reader is gone, or takes nothing for too long.
    async fn send(&self, answer: pb::ReadEntriesResponse) -> Result<(), Refusal> {
        let place = tokio::time::timeout(PROGRESS_TIMEOUT, self.entries.place()).await;
        let place = place.map_err(|_| Refusal::new(Reason::Slow))?;
        // Nobody hears this one.
        let place = place.ok_or_else(|| Refusal::new(Reason::Cancelled))?;
        place.send(Ok(answer));
        Ok(())
    }
}

/// The entry for the wire: in full, or its leaf.
fn show(entry: &StoredEntry, is_given: bool) -> pb::Entry {
    let shown = pb::Entry {
        index: entry.index(),
        leaf: entry.leaf().to_bytes().to_vec(),
        record_pruned: entry.record_pruned(),
        body_pruned: entry.body_pruned(),
        ..Default::default()
    };
    if !is_given {
        return pb::Entry {
            withheld: true,
            ..shown
        };
    }
    pb::Entry {
        salt: entry.salt().to_vec(),
        record: entry.record().to_vec(),
        content: entry.content().to_vec(),
        body: entry.body().to_vec(),
        ..shown
    }
}

/// Entries between the task that reads and the connection; each may be a third of a mebibyte.
const ENTRIES_AHEAD: usize = 4;
