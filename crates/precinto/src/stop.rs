//! When to stop: SIGTERM, Ctrl-C, and for programs that started this one, the end of stdin.

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
