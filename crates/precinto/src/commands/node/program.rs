//! A program of the agency's own that takes one delivery: JSON on its stdin, done when it ends with 0 in time.
//!
//! One that is cut off, because it took too long or because what it was given is no longer to be handed over, takes along what it
//! has started: a script's `curl` that went on by itself would deliver what comes again.

use rustix::process::{Pid, Signal, kill_process_group};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// Why a delivery was not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProgramError {
    /// It cannot be started.
    #[error("{program} cannot be started: {cause}")]
    Start {
        /// Which.
        program: String,
        /// The cause.
        #[source]
        cause: std::io::Error,
    },
    /// It ended in another way than with 0.
    #[error("{program} ended with {status}")]
    Failed {
        /// Which.
        program: String,
        /// How.
        status: std::process::ExitStatus,
    },
    /// It took too long, and was killed with what it had started.
    #[error("{program} took longer than {} s", limit.as_secs())]
    Late {
        /// Which.
        program: String,
        /// Its limit.
        limit: Duration,
    },
}

/// A program and what it has started; killed when this is dropped, unless the program has ended by itself.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // Nobody has waited for its leader, so the number is still theirs; gone already is as good.
            let _gone = kill_process_group(leader, Signal::KILL);
        }
    }
}

/// Runs `command`, program first, with `json` on its stdin. What it writes to stdout is thrown away: ours is for data.
pub(super) async fn run(
    command: &[String],
    limit: Duration,
    json: &[u8],
) -> Result<(), ProgramError> {
    let Some((program, arguments)) = command.split_first() else {
        return Ok(());
    };
    let program = program.clone();
    let mut child = Command::new(&program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|cause| ProgramError::Start {
            program: program.clone(),
            cause,
        })?;
    // Dropped before the child, which is waited for from then on.
    let leader = child.id().and_then(|id| i32::try_from(id).ok());
    let mut group = Group(leader.and_then(Pid::from_raw));
    let stdin = child.stdin.take();
    let feed = async {
        if let Some(mut stdin) = stdin {
            // One that ends without reading says by its exit code whether that was well.
            drop(stdin.write_all(json).await);
        }
    };
    let ended = timeout(limit, async { tokio::join!(feed, child.wait()).1 }).await;
    if ended.is_ok() {
        group.0 = None;
    }
    match ended {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(ProgramError::Failed { program, status }),
        Ok(Err(cause)) => Err(ProgramError::Start { program, cause }),
        // Dropping it kills it.
        Err(_) => Err(ProgramError::Late { program, limit }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ends(script: &str, limit_ms: u64, json: &[u8]) -> Result<(), String> {
        let command = ["/bin/sh", "-c", script].map(str::to_owned);
        let ended = run(&command, Duration::from_millis(limit_ms), json).await;
        ended.map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn it_reads_the_delivery_and_its_exit_code_counts() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("taken");
        let script = format!("cat > {}", path.display());
        let long = vec![b'x'; 300_000];
        ends(&script, 60_000, &long).await.unwrap();
        assert_eq!(std::fs::read(path).unwrap(), long);
        let failed = ends("cat >/dev/null; exit 3", 60_000, b"{}").await;
        assert!(failed.unwrap_err().contains("exit status: 3"));
    }

    #[tokio::test]
    async fn one_that_does_not_read_is_judged_by_its_exit_code() {
        ends("exit 0", 60_000, &vec![b'x'; 300_000]).await.unwrap();
    }

    /// Whether a process still runs: a zombie does not.
    fn runs(id: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    async fn until(what: impl Fn() -> bool) {
        for _ in 0..6_000 {
            if what() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it did not come to that within a minute");
    }

    #[tokio::test]
    async fn what_it_has_started_ends_with_one_that_is_cut_off() {
        for is_late in [true, false] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("started");
            let started = || std::fs::read_to_string(&path).unwrap_or_default();
            let begun = || started().ends_with('\n');
            let script = format!("sleep 600 & echo $! > {}; wait", path.display());
            if is_late {
                // However long it takes to start.
                let mut limit_ms = 50;
                while !begun() {
                    let late = ends(&script, limit_ms, b"{}").await.unwrap_err();
                    assert!(late.contains("longer than"), "{late}");
                    limit_ms *= 2;
                }
            } else {
                let cut_off = ends(&script, 600_000, b"{}");
                tokio::select! {
                    ended = cut_off => panic!("{ended:?}"),
                    () = until(begun) => {}
                }
            }
            until(|| !runs(started().trim())).await;
        }
    }

    #[tokio::test]
    async fn one_that_hangs_is_killed_in_time() {
        let late = ends("exec sleep 600", 50, b"{}").await.unwrap_err();
        assert!(late.contains("longer than"), "{late}");
        let program = ["/no/such/program".to_owned()];
        let missing = run(&program, Duration::from_secs(1), b"");
        assert!(matches!(missing.await, Err(ProgramError::Start { .. })));
    }
}
