//! What a test's own thread says in the gateway's log.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};

/// What is logged on this thread for as long as this lives. Of other threads nothing is heard.
pub(crate) struct Heard {
    lines: Lines,
    _guard: DefaultGuard,
}

/// While a single logger is alive, whatever thread first comes by a line of the program is asked alone whether anybody wants to hear it,
/// and its answer holds for all. Of two loggers both are asked.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Heard {
    pub(crate) fn listen() -> Self {
        LazyLock::force(&SECOND);
        let lines = Lines::default();
        let copy = lines.clone();
        let logger = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || copy.clone());
        Self {
            lines,
            _guard: tracing::subscriber::set_default(logger.finish()),
        }
    }

    /// The lines that say this, and are forgotten with it, as all before them.
    pub(crate) fn take(&self, said: &str) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.lines.0.lock().unwrap());
        let text = String::from_utf8(bytes).unwrap();
        let lines = text.lines().filter(|line| line.contains(said));
        lines.map(str::to_owned).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
