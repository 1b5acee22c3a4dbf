//! Hearing at once that another process has changed a folder, without asking again and again.
//!
//! The kernel tells (inotify). Where it does not, for another kernel, a network file system or too many listeners, whoever waits
//! looks after [`OUTBOX_LOOK_EVERY`] all the same: a bell makes things quick, and nothing rests on it.

use crate::limits::OUTBOX_LOOK_EVERY;
#[cfg(target_os = "linux")]
use crate::machine;
use std::path::Path;
use tokio::time::timeout;

/// Rings when a file in one of its folders was given its name or has gone. Make it before the first look, and nothing is missed.
#[derive(Debug)]
pub struct Bell {
    #[cfg(target_os = "linux")]
    line: Option<linux::Line>,
}

impl Bell {
    /// A bell on these folders.
    #[cfg(target_os = "linux")]
    pub(super) fn on(folders: &[&Path]) -> Self {
        Self {
            line: (!machine::is_simulated())
                .then(|| linux::Line::on(folders).ok())
                .flatten(),
        }
    }

    /// A bell on these folders.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn on(_: &[&Path]) -> Self {
        Self {}
    }

    /// Waits until it has rung since the last time, or [`OUTBOX_LOOK_EVERY`] has passed. Cancel-safe.
    pub async fn rung(&self) {
        // Too early or in time, the next look is due.
        drop(timeout(OUTBOX_LOOK_EVERY, self.listen()).await);
    }

    #[cfg(target_os = "linux")]
    async fn listen(&self) {
        match &self.line {
            Some(line) => line.rung().await,
            None => std::future::pending().await,
        }
    }

    #[cfg(not(target_os = "linux"))]
    async fn listen(&self) {
        std::future::pending().await
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use rustix::fs::inotify::{self, CreateFlags, WatchFlags};
    use std::io;
    use std::path::Path;
    use tokio::net::unix::pipe;

    /// What the kernel writes its news into. To whoever reads, it is like a pipe that nobody else writes to.
    #[derive(Debug)]
    pub(super) struct Line(pipe::Receiver);

    impl Line {
        pub(super) fn on(folders: &[&Path]) -> io::Result<Self> {
            let line = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
            for folder in folders {
                let what = WatchFlags::MOVED_TO | WatchFlags::DELETE;
                inotify::add_watch(&line, *folder, what)?;
            }
            pipe::Receiver::from_owned_fd_unchecked(line).map(Self)
        }

        pub(super) async fn rung(&self) {
            // What has happened does not matter: the folder says it. Everything is read, so that it rings once for all.
            let mut events = [0; 4096];
            let mut heard = false;
            while !heard {
                if self.0.readable().await.is_err() {
                    return std::future::pending().await;
                }
                while matches!(self.0.try_read(&mut events), Ok(1..)) {
                    heard = true;
                }
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::super::tests::{outbox, put};
    use crate::test_gateway::TestGateway;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test]
    async fn it_rings_for_what_was_put_in_since_and_once_for_all() {
        let gateway = TestGateway::start().await;
        let (_folder, outbox) = outbox();
        let bell = outbox.bell();
        put(&outbox, &gateway.notice(1));
        put(&outbox, &gateway.notice(2));
        // Without the look that comes in any case.
        let rung = timeout(Duration::from_secs(30), bell.listen());
        rung.await.expect("it rings");
        let silence = timeout(Duration::from_millis(1), bell.listen()).await;
        assert!(silence.is_err(), "it has rung");
    }
}
