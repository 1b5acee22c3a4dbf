//! Whether the agent of a state folder runs: a lock that it holds for as long as it lives.
//!
//! Who starts an agent and who asks after one take turns at a gate, so that no question, however often it is asked, is taken for
//! another agent.

use anyhow::Context as _;
use std::fs::{File, TryLockError};
use std::path::Path;

const LOCK: &str = "agent.lock";
const GATE: &str = "agent.gate";

/// The right to be the agent of a state folder; ends when it is dropped, or its process dies.
#[derive(Debug)]
pub(crate) struct Running {
    _lock: File,
}

impl Running {
    /// Begins; `None` when another agent of the folder `state` runs.
    pub(crate) fn begin(state: &Path) -> anyhow::Result<Option<Self>> {
        // Nobody is longer at the gate than it takes to ask.
        let gate = open(&state.join(GATE))?;
        gate.lock().context(GATE)?;
        let lock = open(&state.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).context(LOCK),
        }
    }
}

/// Whether an agent of this state folder is running now.
pub(crate) fn is_running(state: &Path) -> bool {
    let gate = File::open(state.join(GATE));
    let _turn = gate.and_then(|gate| gate.lock_shared().map(|()| gate));
    let Ok(lock) = File::open(state.join(LOCK)) else {
        return false;
    };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

fn open(path: &Path) -> anyhow::Result<File> {
    let mut options = File::options();
    let options = options.read(true).write(true).create(true).truncate(false);
    let opened = options.open(path);
    opened.with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_agent_at_a_time_and_questions_do_not_keep_it_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path();
        assert!(!is_running(state));
        std::thread::scope(|threads| {
            let ask = || (0..2_000).filter(|_| is_running(state)).count();
            let asking = [threads.spawn(ask), threads.spawn(ask)];
            for _ in 0..200 {
                let agent = Running::begin(state).unwrap();
                assert!(agent.is_some(), "taken for another agent");
                assert!(Running::begin(state).unwrap().is_none());
            }
            for one in asking {
                one.join().unwrap();
            }
        });
        let _agent = Running::begin(state).unwrap();
        assert!(is_running(state));
    }
}
