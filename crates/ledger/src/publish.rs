//! The two files by which others see the log grow: its newest checkpoint and its verifier key.
//!
//! Both are derived from the journal and the key. The checkpoint is replaced at most once in a while, off the
//! commit path, and once more at a stop; it never shows more than is committed. What it shows is never taken
//! back: a journal that holds less is not opened.

use crate::durable;
use crate::fatal::Fatal;
use crate::marker::Marker;
use crate::open::OpenError;
use crate::storage::{Storage, read_small};
use precinto_merkle::checkpoint::SignedCheckpoint;
use precinto_merkle::note::{NOTE_BYTES_MAX, NoteVerifier};
use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Writes checkpoints on a thread of its own.
#[derive(Debug)]
pub(crate) struct Publisher {
    next: Arc<Next>,
    /// Taken by [`Publisher::stop`]; none from the start where [`Publisher::write_newest`] does its work.
    thread: Option<JoinHandle<()>>,
}

/// What is to be written next; a newer checkpoint takes the place of one that still waits.
#[derive(Debug, Default)]
struct Next {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    checkpoint: Option<Arc<SignedCheckpoint>>,
    stopping: bool,
}

impl Publisher {
    /// Starts the thread.
    pub(crate) fn start(
        storage: Arc<dyn Storage>,
        marker: Option<Marker>,
        every: Duration,
        fatal: Fatal,
    ) -> io::Result<Self> {
        let next = Arc::new(Next::default());
        let its_next = Arc::clone(&next);
        let run = move || {
            while let Some(checkpoint) = its_next.wait(every) {
                if let Err(error) = write_checkpoint(&*storage, &checkpoint) {
                    return fatal.end("publishing a checkpoint", &error);
                }
                if let Some(marker) = &marker {
                    marker.write(&checkpoint);
                }
            }
        };
        let thread = thread::Builder::new()
            .name("ledger-publish".to_owned())
            .spawn(run)?;
        Ok(Self {
            next,
            thread: Some(thread),
        })
    }

    /// A publisher without a thread: it writes when it is told to.
    pub(crate) fn by_hand() -> Self {
        Self {
            next: Arc::default(),
            thread: None,
        }
    }

    /// Writes what waits, now; false if that failed. Only for one without a thread.
    pub(crate) fn write_newest(&self, storage: &dyn Storage, fatal: &Fatal) -> bool {
        let newest = self.next.state.lock().expect(NO_PANIC).checkpoint.take();
        let written = newest.map_or(Ok(()), |newest| write_checkpoint(storage, &newest));
        written
            .inspect_err(|error| fatal.end("publishing a checkpoint", error))
            .is_ok()
    }

    /// Asks for a committed checkpoint to be written, soon, unless a newer one comes first.
    pub(crate) fn publish(&self, checkpoint: Arc<SignedCheckpoint>) {
        self.next
            .change(|state| state.checkpoint = Some(checkpoint));
    }

    /// Waits until the newest checkpoint is written.
    pub(crate) fn stop(mut self) {
        self.next.change(|state| state.stopping = true);
        // The thread reports its own errors before it ends.
        drop(self.thread.take().map(JoinHandle::join));
    }
}

impl Drop for Publisher {
    /// Dropped without a stop, because the ledger has failed, it writes nothing more.
    fn drop(&mut self) {
        if self.thread.is_some() {
            self.next.change(|state| {
                *state = State {
                    checkpoint: None,
                    stopping: true,
                }
            });
        }
    }
}

impl Next {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect(NO_PANIC));
        self.changed.notify_all();
    }

    /// The next checkpoint to write, `every` after the one before or at a stop; none when all is done.
    fn wait(&self, every: Duration) -> Option<Arc<SignedCheckpoint>> {
        let state = self.state.lock().expect(NO_PANIC);
        let pause = self
            .changed
            .wait_timeout_while(state, every, |state| !state.stopping);
        let (state, _) = pause.expect(NO_PANIC);
        let idle = |state: &mut State| state.checkpoint.is_none() && !state.stopping;
        let mut state = self.changed.wait_while(state, idle).expect(NO_PANIC);
        state.checkpoint.take()
    }
}

/// Replaces the published checkpoint.
pub(crate) fn write_checkpoint(storage: &dyn Storage, signed: &SignedCheckpoint) -> io::Result<()> {
    durable::replace_in(storage, CHECKPOINT, signed.note().as_bytes())
}

/// Writes the verifier key, if it is not there already.
pub(crate) fn write_key(storage: &dyn Storage, key: &NoteVerifier) -> io::Result<()> {
    let line = format!("{key}\n");
    if read_small(storage, KEY, NOTE_BYTES_MAX)?.as_deref() == Some(line.as_bytes()) {
        return Ok(());
    }
    durable::replace_in(storage, KEY, line.as_bytes())
}

/// The published checkpoint, its signature verified; none if there is no such file.
pub(crate) fn published(
    storage: &dyn Storage,
    key: &NoteVerifier,
) -> Result<Option<SignedCheckpoint>, OpenError> {
    let note = read_small(storage, CHECKPOINT, NOTE_BYTES_MAX);
    let note = note.map_err(|error| OpenError::io("reading the published checkpoint", error))?;
    let verify = |note: Vec<u8>| SignedCheckpoint::verify(&note, key);
    note.map(verify).transpose().map_err(OpenError::Published)
}

/// The file of the newest published checkpoint.
pub(crate) const CHECKPOINT: &str = "checkpoint";

/// The file of the verifier key.
pub(crate) const KEY: &str = "log.vkey";

const NO_PANIC: &str = "nothing panics while it holds this lock";
