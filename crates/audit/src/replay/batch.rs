//! The part of the check that needs nothing but its own bytes and the trust they name: signatures above all, on several
//! threads.

use super::act;
use super::checkpoint;
use super::conflict;
use super::outcome::Outcome;
use super::overdue;
use super::statement;
use precinto_merkle::note::NoteVerifier;
use std::num::NonZero;

/// Something that can be examined on its own.
pub(super) enum Job {
    /// A statement.
    Statement(Box<statement::Job>),
    /// A reused message id.
    Conflict(Box<conflict::Job>),
    /// A missed deadline.
    Overdue(Box<overdue::Job>),
    /// What somebody did to the gateway's own state.
    Act(Box<act::Job>),
    /// A checkpoint over the entries before it.
    Checkpoint(checkpoint::Job),
}

/// How many jobs are worth handing out together.
pub(super) const WORTH_WHILE: usize = 64;

/// Examines everything for the log with this key. The outcomes stand in the order of the jobs.
pub(super) fn examine(mut jobs: Vec<Job>, key: Option<&NoteVerifier>) -> Vec<Outcome> {
    let threads = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(THREADS_MAX);
    if jobs.len() < WORTH_A_THREAD || threads == 1 {
        return run_all(jobs, key);
    }
    let share = jobs.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let mut helpers = Vec::new();
        while jobs.len() > share {
            let part = jobs.split_off(jobs.len() - share);
            helpers.push(scope.spawn(move || run_all(part, key)));
        }
        let mut outcomes = run_all(jobs, key);
        for helper in helpers.into_iter().rev() {
            match helper.join() {
                Ok(part) => outcomes.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        outcomes
    })
}

fn run_all(jobs: Vec<Job>, key: Option<&NoteVerifier>) -> Vec<Outcome> {
    jobs.into_iter().map(|job| job.run(key)).collect()
}

impl Job {
    fn run(self, key: Option<&NoteVerifier>) -> Outcome {
        match self {
            Self::Statement(job) => job.run(key.map(NoteVerifier::name)),
            Self::Conflict(job) => job.run(),
            Self::Overdue(job) => job.run(),
            Self::Act(job) => job.run(),
            Self::Checkpoint(job) => job.run(key),
        }
    }
}

/// An audit shares the machine with the gateway that it audits.
const THREADS_MAX: usize = 4;

/// Below this, starting a thread costs more than it saves: a signature takes about 70 µs, a thread about 20.
const WORTH_A_THREAD: usize = 8;
