//! One child process of this same binary: its lines come in over a bounded channel, its stdin is its lifeline.
//!
//! A child ends by itself when its stdin ends, so none outlives this process, however that dies. Only children that were
//! started here are ever killed, and only after they have been asked.

use anyhow::Context;
use serde_json::Value;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child as Process, ChildStdin, Command};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long a child may take to end once its stdin has ended.
const GRACE: Duration = Duration::from_secs(10);

/// The last lines of a child's stderr that are kept to explain its failure.
const WORDS_KEPT: usize = 20;

/// A line that a child has printed.
#[derive(Debug)]
pub(crate) struct Line {
    /// Which child, as its starter numbered it.
    pub(crate) from: usize,
    /// The JSON object.
    pub(crate) value: Value,
}

/// How a child ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code; none if a signal ended it.
    pub(crate) code: Option<i32>,
    /// Its last words on stderr.
    pub(crate) words: String,
}

/// A running child.
#[derive(Debug)]
pub(crate) struct Child {
    process: Process,
    stdin: Option<ChildStdin>,
    words: tokio::task::JoinHandle<Vec<String>>,
}

/// Starts children with the same binary.
#[derive(Debug, Clone)]
pub(crate) struct Starter {
    program: PathBuf,
}

impl Starter {
    /// The running binary itself.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let program = std::env::current_exe().context("which program this is")?;
        Ok(Self { program })
    }

    /// The program, as a person would type it.
    pub(crate) fn program(&self) -> String {
        self.program.display().to_string()
    }

    /// Starts a child whose lines arrive in `lines`, marked with `from`.
    pub(crate) fn start<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
        from: usize,
        lines: mpsc::Sender<Line>,
    ) -> anyhow::Result<Child> {
        let mut child = self.spawn(arguments)?;
        let stdout = child
            .process
            .stdout
            .take()
            .context("a child has a stdout")?;
        drop(tokio::spawn(async move {
            let mut reader = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = reader.next_line().await {
                let Ok(value) = serde_json::from_str(&line) else {
                    continue;
                };
                if lines.send(Line { from, value }).await.is_err() {
                    return;
                }
            }
        }));
        Ok(child)
    }

    /// Runs a child to its end; returns how it ended and the JSON objects it printed.
    pub(crate) async fn run<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> anyhow::Result<(Ended, Vec<Value>)> {
        let mut child = self.spawn(arguments)?;
        let stdout = child
            .process
            .stdout
            .take()
            .context("a child has a stdout")?;
        let mut text = String::new();
        let mut reader = BufReader::new(stdout);
        let read = tokio::io::AsyncReadExt::read_to_string(&mut reader, &mut text);
        timeout(GRACE * 3, read)
            .await
            .context("a child that should end does not")??;
        let values = serde_json::Deserializer::from_str(&text)
            .into_iter()
            .filter_map(Result::ok);
        let values = values.collect();
        Ok((child.end().await?, values))
    }

    fn spawn<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> anyhow::Result<Child> {
        let mut process = Command::new(&self.program)
            .args(arguments)
            .env_remove("PRECINTO_NODE")
            .env_remove("PRECINTO_GATEWAY")
            .env_remove("PRECINTO_OUTPUT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let stdin = process.stdin.take();
        let stderr = process.stderr.take().context("a child has a stderr")?;
        let words = tokio::spawn(async move {
            let mut words = Vec::new();
            let mut reader = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = reader.next_line().await {
                if words.len() == WORDS_KEPT {
                    drop(words.remove(0));
                }
                words.push(line);
            }
            words
        });
        Ok(Child {
            process,
            stdin,
            words,
        })
    }
}

impl Child {
    /// Writes one line to its stdin.
    pub(crate) async fn say(&mut self, line: &Value) -> anyhow::Result<()> {
        let stdin = self.stdin.as_mut().context("its stdin is closed already")?;
        stdin.write_all(format!("{line}\n").as_bytes()).await?;
        Ok(stdin.flush().await?)
    }

    /// Closes its stdin, which asks it to end.
    pub(crate) fn hush(&mut self) {
        drop(self.stdin.take());
    }

    /// Asks it to end, waits, and kills it only if it does not.
    pub(crate) async fn end(mut self) -> anyhow::Result<Ended> {
        self.hush();
        let Ok(status) = timeout(GRACE, self.process.wait()).await else {
            self.process.kill().await?;
            anyhow::bail!("a child did not end by itself and was killed");
        };
        let status = status?;
        let words = self.words.await.unwrap_or_default().join("\n");
        Ok(Ended {
            code: status.code(),
            words,
        })
    }
}
