//! What somebody asks of this process from outside: to stop, by SIGTERM, Ctrl-C or, for programs that started this one, the end of
//! stdin; to read its files anew, by SIGHUP.

use std::future::Future;
use tokio::io::AsyncReadExt;

/// Completes when somebody wants this process to end. With `stdin`, also when stdin ends: a parent that dies, however it
/// dies, closes its end of the pipe, so no child outlives it.
pub(crate) fn requested(stdin: bool) -> std::io::Result<impl Future<Output = ()>> {
    let signals = signals()?;
    Ok(async move {
        tokio::select! {
            () = signals => {}
            () = stdin_end(), if stdin => {}
        }
    })
}

/// The wish that this process reads its files anew: SIGHUP, which from then on ends it no more.
#[cfg(unix)]
pub(crate) struct ReloadSignals(tokio::signal::unix::Signal);

#[cfg(unix)]
impl ReloadSignals {
    /// Keeps what comes from now on.
    pub(crate) fn catch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::hangup()).map(Self)
    }

    /// Calls `reload` for each.
    pub(crate) async fn each(mut self, reload: impl Fn()) {
        while self.0.recv().await.is_some() {
            reload();
        }
    }
}

/// There is no such signal here: changed files are noticed all the same.
#[cfg(not(unix))]
pub(crate) struct ReloadSignals;

#[cfg(not(unix))]
impl ReloadSignals {
    pub(crate) fn catch() -> std::io::Result<Self> {
        Ok(Self)
    }

    pub(crate) async fn each(self, _: impl Fn()) {}
}

#[cfg(unix)]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler nobody can ask this way; stdin still can.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

async fn stdin_end() {
    let mut stdin = tokio::io::stdin();
    let mut ignored = [0; 256];
    while let Ok(1..) = stdin.read(&mut ignored).await {}
}
