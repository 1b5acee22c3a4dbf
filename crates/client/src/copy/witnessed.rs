//! Which messages of the copy are witnessed: covered by a checkpoint that others than the log have cosigned.
//!
//! A cosigned checkpoint of 500 entries says nothing by itself of a message whose receipt names entry 300: a log that tells two
//! histories gives its receipts under one of them and has the other one cosigned. So the log has to show of each message, once,
//! that the checkpoint of its receipt and the cosigned one are of one growing log. Until then the message counts as local, also
//! when the log just does not answer; if it shows the contrary, both checkpoints are the evidence. What was shown is what the
//! file notes, so a message of which it notes nothing is local.

use super::store::{
    About, COVERED, MESSAGES, META, META_UNANSWERED, META_WITNESSED, Stored, UNSHOWN, damaged,
    number, read_meta,
};
use super::sync::Run;
use super::{CopyError, OwnCopy, SyncError};
use crate::connection::Connection;
use crate::grade;
use crate::limits::{WITNESSED_ASKED_MAX, WITNESSED_AT_ONCE};
use crate::log::{LogClient, LogError};
use crate::pin::{AcceptError, agree};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::NoteVerifier;
use precinto_merkle::policy::{Grade, Policy};
use precinto_merkle::receipt::Receipt;
use prost::Message as _;
use redb::{Database, ReadableDatabase as _};
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;

impl OwnCopy {
    /// Asks for the newest checkpoint that witnesses have cosigned, keeps it if `policy` counts it as witnessed, and has the log
    /// show of messages below it that they are covered: so many at most each time, the newest first, and below those that the
    /// log did not answer for the last time. To be called after [`OwnCopy::sync`], on the same connection.
    ///
    /// What the gateway does not answer stays as it was. What it answers must hold.
    pub async fn sync_witnessed(
        &mut self,
        connection: &Connection,
        policy: &Policy,
    ) -> Result<(), SyncError> {
        let run = self.begin(connection)?;
        let key = connection.receipts().log();
        let counts = |one: &SignedCheckpoint| {
            grade::of_checkpoint(one, policy).is_ok_and(|graded| graded.grade == Grade::Witnessed)
        };
        let before = self.witnessed(key)?;
        let mut kept = before.clone().filter(counts);
        if let Some(offered) = answered(run.log.witnessed_checkpoint().await)?.filter(counts) {
            let size = |one: &SignedCheckpoint| one.checkpoint().size;
            let is_newer = kept.as_ref().is_none_or(|kept| size(kept) < size(&offered));
            if is_newer
                && is_pinned_log(&run, &offered).await?
                && agrees_with(before.as_ref(), &offered, &run.log).await?
            {
                self.keep_witnessed(&offered).await?;
                kept = Some(offered);
            }
        }
        match kept {
            Some(kept) => self.cover(&run.log, &kept).await,
            None => Ok(()),
        }
    }

    /// The newest cosigned checkpoint that is kept, verified anew under the log's key; what it is worth, [`grade`] says. `None`
    /// when there is none yet. Which messages it covers, [`OwnCopy::is_under`] says.
    pub fn witnessed(&self, log: &NoteVerifier) -> Result<Option<SignedCheckpoint>, CopyError> {
        let note = read_meta(&self.database, &self.path, META_WITNESSED)?;
        let verified = note.map(|note| SignedCheckpoint::verify(&note, log));
        let verified = verified.transpose();
        verified.map_err(|error| damaged(&self.path, error.to_string()))
    }

    /// Whether the log has shown that this checkpoint, the one of [`OwnCopy::witnessed`], covers the message at `index`.
    pub fn is_under(&self, checkpoint: &SignedCheckpoint, index: u64) -> Result<bool, CopyError> {
        let path = &self.path;
        let read = self.database.begin_read().about(path)?;
        let covered = read.open_table(COVERED).about(path)?;
        let is_covered = covered.get(index).about(path)?.is_some();
        Ok(index < checkpoint.checkpoint().size && is_covered)
    }

    /// Keeps it in place of the one before. Where it is smaller, what that one covered beyond it is local again: the next one is
    /// held against this one, and not against what those were shown under.
    async fn keep_witnessed(&self, checkpoint: &SignedCheckpoint) -> Result<(), CopyError> {
        let (note, size) = (checkpoint.note().to_owned(), checkpoint.checkpoint().size);
        self.blocking(move |database, path| {
            let write = database.begin_write().about(path)?;
            {
                let mut meta = write.open_table(META).about(path)?;
                let note = note.as_bytes();
                meta.insert(META_WITNESSED, note).about(path)?;
                let mut covered = write.open_table(COVERED).about(path)?;
                let mut unshown = write.open_table(UNSHOWN).about(path)?;
                let mut beyond = Vec::new();
                let is_under = |index: u64, ()| {
                    beyond.push(index);
                    false
                };
                covered.retain_in(size.., is_under).about(path)?;
                for index in beyond {
                    unshown.insert(index, ()).about(path)?;
                }
            }
            write.commit().about(path)
        })
        .await
    }

    /// Has the log show that it covers what it has not shown yet.
    async fn cover(&self, log: &LogClient, kept: &SignedCheckpoint) -> Result<(), SyncError> {
        let (size, verifier) = (kept.checkpoint().size, log.verifier().clone());
        let open = self.blocking(move |database, path| to_ask(database, path, size, &verifier));
        let mut open = open.await?;
        let mut unanswered: Option<u64> = None;
        while !open.is_empty() {
            let rest = open.split_off(open.len().min(WITNESSED_AT_ONCE));
            let mut asked = JoinSet::new();
            for (checkpoint, indices) in std::mem::replace(&mut open, rest) {
                let (log, kept) = (log.clone(), kept.clone());
                asked.spawn(async move { (agree(&checkpoint, &kept, &log).await, indices) });
            }
            let mut shown = Vec::new();
            while let Some(answer) = asked.join_next().await {
                let (agreed, indices) =
                    answer.unwrap_or_else(|lost| std::panic::resume_unwind(lost.into_panic()));
                if has_answered(agreed)? {
                    shown.extend(indices);
                } else {
                    unanswered = unanswered.into_iter().chain(indices).min();
                }
            }
            self.now_covered(shown).await?;
        }
        self.go_on_below(unanswered).await?;
        Ok(())
    }

    async fn now_covered(&self, shown: Vec<u64>) -> Result<(), CopyError> {
        if shown.is_empty() {
            return Ok(());
        }
        self.blocking(move |database, path| {
            let write = database.begin_write().about(path)?;
            {
                let mut covered = write.open_table(COVERED).about(path)?;
                let mut unshown = write.open_table(UNSHOWN).about(path)?;
                for index in shown {
                    covered.insert(index, ()).about(path)?;
                    unshown.remove(index).about(path)?;
                }
            }
            write.commit().about(path)
        })
        .await
    }

    /// Notes where the next round goes on, so that what the log never answers for keeps nothing else from being asked; `None` at
    /// the newest again.
    async fn go_on_below(&self, index: Option<u64>) -> Result<(), CopyError> {
        let held = read_meta(&self.database, &self.path, META_UNANSWERED)?;
        if held.and_then(|bytes| number(&bytes)) == index {
            return Ok(());
        }
        self.blocking(move |database, path| {
            let write = database.begin_write().about(path)?;
            {
                let mut meta = write.open_table(META).about(path)?;
                match index.map(u64::to_be_bytes) {
                    Some(bytes) => meta.insert(META_UNANSWERED, bytes.as_slice()),
                    None => meta.remove(META_UNANSWERED),
                }
                .about(path)?;
            }
            write.commit().about(path)
        })
        .await
    }

    /// The disk may take long; the runtime's workers have other things to do.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database, &Path) -> Result<T, CopyError> + Send + 'static,
    ) -> Result<T, CopyError> {
        let (database, path) = (Arc::clone(&self.database), self.path.clone());
        let done = crate::machine::blocking(move || work(&database, &path)).await;
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

/// Of which messages below `size` the log is to be asked next, by the checkpoints of their receipts: those of one batch have one.
/// Only what is still to be asked is read.
fn to_ask(
    database: &Database,
    path: &Path,
    size: u64,
    log: &NoteVerifier,
) -> Result<Vec<(SignedCheckpoint, Vec<u64>)>, CopyError> {
    let last = read_meta(database, path, META_UNANSWERED)?;
    let last = last.and_then(|bytes| number(&bytes)).unwrap_or(size);
    let last = last.min(size);
    let read = database.begin_read().about(path)?;
    let unshown = read.open_table(UNSHOWN).about(path)?;
    let messages = read.open_table(MESSAGES).about(path)?;
    // From where the last round stopped, and around.
    let below = unshown.range(..last).about(path)?.rev();
    let around = unshown.range(last..size).about(path)?.rev();
    let mut open: Vec<(SignedCheckpoint, Vec<u64>)> = Vec::new();
    for entry in below.chain(around) {
        let index = entry.about(path)?.0.value();
        let broken = || damaged(path, format!("message {index} cannot be read"));
        let stored = messages.get(index).about(path)?.ok_or_else(broken)?;
        let stored = Stored::decode(stored.value()).map_err(|_| broken())?;
        let proof = Receipt::parse(stored.receipt.ok_or_else(broken)?.proof);
        let checkpoint = proof.and_then(|proof| proof.checkpoint(log));
        let checkpoint = checkpoint.map_err(|_| broken())?;
        let asked = open.len();
        match open.last_mut() {
            Some((last, indices)) if *last == checkpoint => indices.push(index),
            _ if asked == WITNESSED_ASKED_MAX => break,
            _ => open.push((checkpoint, vec![index])),
        }
    }
    Ok(open)
}

/// Whether the offered checkpoint is of one growing log with the one kept before, also when that does not count any more: what
/// is covered was shown against that. `false` when the log does not answer.
async fn agrees_with(
    before: Option<&SignedCheckpoint>,
    offered: &SignedCheckpoint,
    log: &LogClient,
) -> Result<bool, SyncError> {
    match before {
        Some(before) => has_answered(agree(before, offered, log).await),
        None => Ok(true),
    }
}

/// Whether the offered checkpoint is of the log that the copy has seen; `false` when the log does not answer.
async fn is_pinned_log(run: &Run, offered: &SignedCheckpoint) -> Result<bool, SyncError> {
    match run.pin.newest() {
        Some(pinned) => has_answered(agree(pinned, offered, &run.log).await),
        None => Ok(false),
    }
}

fn has_answered(agreed: Result<(), AcceptError>) -> Result<bool, SyncError> {
    match agreed {
        Ok(()) => Ok(true),
        Err(AcceptError::Log(error)) => Ok(answered(Err::<(), _>(error))?.is_some()),
        Err(lie) => Err(lie.into()),
    }
}

/// What the gateway has answered, if it has. One that does not is no liar by that: a grade can wait.
fn answered<T>(answer: Result<T, LogError>) -> Result<Option<T>, LogError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(LogError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
