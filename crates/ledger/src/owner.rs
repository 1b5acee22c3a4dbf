//! The owner: the one thread that gives out indexes, signs checkpoints and writes the journal.
//!
//! # The life of an entry
//!
//! 1. The owner takes what is queued, bounded by count, bytes and delay.
//! 2. It looks up each key again. The same digest: the first receipt is the answer. Another digest: a conflict,
//!    and what comes of it is the gateway's to decide. Both hold for two entries of one batch as well.
//! 3. It gives the new entries their leaves, extends the tree, and signs the checkpoint.
//! 4. It encodes one frame, reads that back as if from the disk, and computes the root by another way.
//! 5. It writes the frame, in one write.
//! 6. One `fdatasync`. **From here the entries are ours**, and the checkpoint may leave the process.
//! 7. It adds them to what everyone may read, and wakes those who wait for it.
//! 8. It answers every caller, repeats and conflicts included; each makes and verifies its receipt itself.
//! 9. The newest checkpoint goes to its file, by another thread, at its leisure; and the owner looks how much room is left.
//!
//! An error in 1 and 2 concerns one entry. From 3 on there is no soft error: the process ends. Entries that were
//! written and perhaps not synced belong to nobody then; the next start finds a whole frame, and they are
//! committed, or a torn one, and they never were.

use crate::batch::{Batch, Gatherer, seal};
use crate::clock::Clock;
use crate::fatal::Fatal;
use crate::gate::Gate;
use crate::journal::recovery;
use crate::journal::writer::Writer;
use crate::onlooker::{Commit, Onlooker};
use crate::publish::Publisher;
use crate::queue::Pending;
use crate::storage::Storage;
use crate::view::View;
use precinto_merkle::checkpoint::Origin;
use precinto_merkle::note::NoteSigner;
use precinto_merkle::tree::Edge;
use std::fmt::Debug;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

/// What the owner alone holds.
#[derive(Debug)]
pub(crate) struct Owner {
    pub(crate) queue: Gatherer,
    pub(crate) view: Arc<View>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) signer: NoteSigner,
    pub(crate) origin: Origin,
    pub(crate) writer: Writer,
    pub(crate) edge: Edge,
    pub(crate) last_time_ms: u64,
    pub(crate) publisher: Publisher,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) fatal: Fatal,
    pub(crate) onlooker: Onlooker,
    /// Held until the last file is closed.
    pub(crate) lock: Box<dyn Debug + Send + Sync>,
}

impl Owner {
    /// Works until it is stopped, or nobody is left who could append. Says whether the stop was clean.
    pub(crate) fn run(self) -> bool {
        let fatal = self.fatal.clone();
        let run = panic::catch_unwind(AssertUnwindSafe(|| self.work()));
        run.unwrap_or_else(|_| {
            // Half a batch may be in memory: nobody may go on from there.
            fatal.end("the log's owner", &"it panicked");
            false
        })
    }

    fn work(mut self) -> bool {
        while let Some(pending) = self.queue.next() {
            if self.fatal.has_ended() || !self.commit(pending) {
                return false;
            }
        }
        self.close()
    }

    /// Commits what is queued and publishes, without waiting for anything; false if nothing may be written any more.
    pub(crate) fn step(&mut self) -> bool {
        let pending = self.queue.queued();
        let is_well = !self.fatal.has_ended() && (pending.is_empty() || self.commit(pending));
        is_well && self.publisher.write_newest(&*self.storage, &self.fatal)
    }

    /// Commits all that is queued, as far as that goes, and closes. Says whether the stop was clean.
    pub(crate) fn finish(mut self) -> bool {
        while !self.queue.is_empty() {
            if !self.step() {
                return false;
            }
        }
        self.close()
    }

    /// Publishes the last checkpoint and marks the stop, if one was asked for. Says whether it was clean.
    fn close(self) -> bool {
        let Self {
            queue,
            writer,
            publisher,
            storage,
            fatal,
            lock,
            ..
        } = self;
        publisher.stop();
        let clean = queue.is_stopping() && !fatal.has_ended();
        if clean && let Err(error) = recovery::mark_clean(&*storage, writer.end()) {
            fatal.end("marking a clean stop", &error);
            return false;
        }
        drop((writer, lock));
        clean
    }

    /// Takes a batch to the disk and answers; false if that failed, and then nothing may be written any more.
    fn commit(&mut self, pending: Vec<Pending>) -> bool {
        let batch = Batch::sort(pending, &self.view);
        if batch.new.is_empty() {
            batch.answer_known();
            return true;
        }
        let first = self.edge.size();
        let time_ms = self.clock.now_ms().max(self.last_time_ms);
        let sealed = seal(&batch.new, &self.edge, time_ms, &self.signer, &self.origin);
        let checked = sealed.and_then(|sealed| {
            let committed = sealed.check(&batch.new, &self.edge, self.view.key())?;
            Ok((sealed, Arc::new(committed)))
        });
        let (sealed, committed) = match checked {
            Ok(checked) => checked,
            Err(error) => {
                self.fatal.end("checking a batch before writing it", &error);
                return false;
            }
        };
        let (place, sync) = match self.writer.append(first, &sealed.frame) {
            Ok(written) => written,
            Err(error) => {
                self.fatal.end("writing the journal", &error);
                return false;
            }
        };
        // The commit point lies behind: the entries are ours.
        (self.edge, self.last_time_ms) = (sealed.edge, time_ms);
        self.view.add(place, &committed);
        // Before the answers: whoever has one meets a gate that knows what his entry has left. It costs a hundredth of the sync.
        self.gate.look();
        let entries = batch.new.len();
        // Who has an answer finds it in the figures.
        self.onlooker.tell(Commit { entries, sync });
        batch.answer_all(first, &committed);
        self.publisher.publish(Arc::clone(&committed.checkpoint));
        true
    }
}
