//! Runs the asynchronous part of a command.

use anyhow::Context;
use std::future::Future;
use tokio::runtime::Runtime;

/// Runs `work` to its end. A thread that still waits for stdin then does not keep the process alive.
pub(crate) fn run<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = Runtime::new().context("the runtime cannot be started")?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
