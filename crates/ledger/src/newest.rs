//! Writes checkpoints on a thread of its own, the newest that there is, at most once in a while: off the commit path.

use precinto_merkle::checkpoint::SignedCheckpoint;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// A thread that writes the newest checkpoint.
#[derive(Debug)]
pub(crate) struct NewestWriter {
    next: Arc<Next>,
    is_stopped: bool,
}

/// What is to be written next; a newer checkpoint takes the place of one that still waits.
#[derive(Debug, Default)]
pub(crate) struct Next {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    checkpoint: Option<Arc<SignedCheckpoint>>,
    stopping: bool,
    /// The thread has written its last.
    has_ended: bool,
}

impl NewestWriter {
    /// Starts the thread. It ends when it is stopped, or when `write` says that it is to go no further.
    pub(crate) fn start(
        name: &str,
        every: Duration,
        mut write: impl FnMut(&SignedCheckpoint) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let next = Arc::new(Next::default());
        let its_next = Arc::clone(&next);
        let run = move || {
            while let Some(checkpoint) = its_next.wait(every) {
                if !write(&checkpoint) {
                    break;
                }
            }
            its_next.change(|state| state.has_ended = true);
        };
        thread::Builder::new().name(name.to_owned()).spawn(run)?;
        Ok(Self {
            next,
            is_stopped: false,
        })
    }

    /// Asks for a checkpoint to be written, soon, unless a newer one comes first.
    pub(crate) fn put(&self, checkpoint: Arc<SignedCheckpoint>) {
        self.next.put(checkpoint);
    }

    /// Waits until the newest checkpoint is written.
    pub(crate) fn stop(mut self) {
        self.is_stopped = true;
        let state = self.next.stopping();
        let ended = |state: &mut State| !state.has_ended;
        drop(self.next.changed.wait_while(state, ended).expect(NO_PANIC));
    }

    /// The same, but not for longer than this; false if it is not written then. What hangs is left to itself.
    pub(crate) fn stop_within(mut self, patience: Duration) -> bool {
        self.is_stopped = true;
        let state = self.next.stopping();
        let ended = |state: &mut State| !state.has_ended;
        let waited = self.next.changed.wait_timeout_while(state, patience, ended);
        let (state, _) = waited.expect(NO_PANIC);
        state.has_ended
    }
}

impl Drop for NewestWriter {
    /// Dropped without a stop, because the ledger has failed, it writes nothing more.
    fn drop(&mut self) {
        if !self.is_stopped {
            self.next.change(|state| {
                state.checkpoint = None;
                state.stopping = true;
            });
        }
    }
}

impl Next {
    /// The next to be written.
    pub(crate) fn put(&self, checkpoint: Arc<SignedCheckpoint>) {
        self.change(|state| state.checkpoint = Some(checkpoint));
    }

    /// What waits, if anything does.
    pub(crate) fn take(&self) -> Option<Arc<SignedCheckpoint>> {
        self.state.lock().expect(NO_PANIC).checkpoint.take()
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect(NO_PANIC));
        self.changed.notify_all();
    }

    fn stopping(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().expect(NO_PANIC);
        state.stopping = true;
        self.changed.notify_all();
        state
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

const NO_PANIC: &str = "nothing panics while it holds this lock";

#[cfg(test)]
mod tests {
    use super::*;
    use precinto_envelope::crypto::SigningKey;
    use precinto_merkle::checkpoint::{Checkpoint, Origin};
    use precinto_merkle::note::NoteSigner;
    use std::sync::mpsc;

    fn checkpoint(size: u64) -> Arc<SignedCheckpoint> {
        let name = "gw.dev.invalid/log/1";
        let signer = NoteSigner::new(name, SigningKey::from_ed25519_seed([1; 32])).unwrap();
        let origin = Origin::parse(name).unwrap();
        let root = [0; 32];
        Arc::new(Checkpoint { origin, size, root }.sign(&signer).unwrap())
    }

    #[test]
    fn a_stop_waits_for_the_newest_and_not_for_a_disk_that_never_answers() {
        let (written, writes) = mpsc::sync_channel(8);
        let (release, blocked) = mpsc::sync_channel::<()>(1);
        let start = || {
            let written = written.clone();
            NewestWriter::start("test", Duration::ZERO, move |checkpoint| {
                written.send(checkpoint.checkpoint().size).is_ok()
            })
        };
        let sound = start().unwrap();
        sound.put(checkpoint(1));
        sound.put(checkpoint(2));
        sound.stop();
        assert_eq!(writes.try_iter().last(), Some(2));

        let hanging = NewestWriter::start("test", Duration::ZERO, move |checkpoint| {
            written.send(checkpoint.checkpoint().size).unwrap();
            blocked.recv().is_ok()
        });
        let hanging = hanging.unwrap();
        hanging.put(checkpoint(3));
        assert_eq!(writes.recv(), Ok(3));
        hanging.put(checkpoint(4));
        assert!(!hanging.stop_within(Duration::ZERO), "it still hangs");
        release.send(()).unwrap();
        assert_eq!(writes.recv(), Ok(4), "it goes on by itself");
        drop(release);
    }
}
