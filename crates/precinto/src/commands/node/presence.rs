//! What an agent leaves on disk for those who ask after it: a lock that says it runs, and a file that says how it is doing.
//!
//! Trust statement: both are for people and monitoring of the same machine; nothing that is promised rests on them.

use super::untaken::Untaken;
use crate::clock;
use crate::commands::running::Running;
use crate::files::write_durable;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How an agent is doing, as `agent.json` says it. Times are milliseconds since 1970-01-01 UTC by this machine's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Presence {
    /// Its process.
    pub(super) pid: u32,
    /// When it started.
    pub(super) started_ms: u64,
    /// When this was written.
    pub(super) as_of_ms: u64,
    /// How the line to the gateway is.
    pub(super) line: Line,
    /// Since when.
    pub(super) line_since_ms: u64,
    /// Why it is not up.
    pub(super) line_detail: Option<String>,
    /// When the gateway was last heard.
    pub(super) last_contact_ms: Option<u64>,
    /// Everything below this index of the log is settled.
    pub(super) settled: Option<u64>,
    /// The size of the log under the newest checkpoint that was verified.
    pub(super) tree_size: Option<u64>,
    /// Deliveries taken in since the start.
    pub(super) taken: u64,
    /// Deliveries that were not believed, or could not be handed over, since the start: each comes again.
    pub(super) put_back: u64,
    /// Deliveries that were parked, as far as the gateway has said: they come again only when a person says so.
    #[serde(default)]
    pub(super) parked: u32,
    /// Deliveries that have come and that nobody has taken: a program is at work on the first, or it lies at the local API, and
    /// some may wait to come again.
    #[serde(default)]
    pub(super) at_desk: u32,
    /// Since when the oldest of them is here.
    #[serde(default)]
    pub(super) at_desk_since_ms: Option<u64>,
    /// Those of them that were put back at least once.
    #[serde(default)]
    pub(super) at_desk_again: u32,
    /// Since when the oldest of these is here.
    #[serde(default)]
    pub(super) at_desk_again_since_ms: Option<u64>,
    /// When one was taken last.
    #[serde(default)]
    pub(super) last_taken_ms: Option<u64>,
    /// So long may those who take them be at work on one, as this agent was started.
    #[serde(default)]
    pub(super) desk_limit_ms: u64,
    /// Since when the local API does not answer, though it is to.
    #[serde(default)]
    pub(super) api_down_since_ms: Option<u64>,
    /// Why not.
    #[serde(default)]
    pub(super) api_detail: Option<String>,
    /// Why what stands in the files of certificates and trust is not in force.
    #[serde(default)]
    pub(super) files_refused: Option<String>,
    /// Certificates, roots and lists that end soon.
    #[serde(default)]
    pub(super) ends_soon: Vec<String>,
    /// What went wrong last.
    pub(super) trouble: Option<String>,
    /// When.
    pub(super) trouble_ms: Option<u64>,
}

/// How the line to the gateway is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Line {
    /// Connected.
    Up,
    /// Not connected, and wants to be.
    Down,
    /// Nothing to send, and nothing is received here.
    Idle,
}

/// The lock of the one agent of a state folder, and its file.
#[derive(Debug)]
pub(super) struct Post {
    folder: PathBuf,
    /// Held for as long as the process lives.
    _running: Running,
}

impl Presence {
    /// Of an agent that starts now, and whose takers may be at work on one delivery for `desk_limit`.
    pub(super) fn new(desk_limit: Duration) -> Self {
        let now_ms = clock::now_ms();
        Self {
            pid: std::process::id(),
            started_ms: now_ms,
            as_of_ms: now_ms,
            line: Line::Down,
            line_since_ms: now_ms,
            line_detail: None,
            last_contact_ms: None,
            settled: None,
            tree_size: None,
            taken: 0,
            put_back: 0,
            parked: 0,
            at_desk: 0,
            at_desk_since_ms: None,
            at_desk_again: 0,
            at_desk_again_since_ms: None,
            last_taken_ms: None,
            desk_limit_ms: u64::try_from(desk_limit.as_millis()).unwrap_or(u64::MAX),
            api_down_since_ms: None,
            api_detail: None,
            files_refused: None,
            ends_soon: Vec::new(),
            trouble: None,
            trouble_ms: None,
        }
    }

    /// What the last agent of the folder `state` has left.
    pub(super) fn read(state: &Path) -> Option<Self> {
        Self::parse(&std::fs::read(state.join(FILE)).ok()?)
    }

    /// Reads such a file; `None` when it is none.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// Notes how the line is; the time stays while nothing changes.
    pub(super) fn line(&mut self, line: Line, detail: Option<String>) {
        if self.line != line {
            self.line = line;
            self.line_since_ms = clock::now_ms();
        }
        self.line_detail = detail;
    }

    /// Notes that the gateway was heard.
    pub(super) fn heard(&mut self) {
        self.last_contact_ms = Some(clock::now_ms());
    }

    /// Notes what has come and nobody has taken.
    pub(super) fn lies(&mut self, untaken: &Untaken) {
        (self.at_desk, self.at_desk_since_ms) = untaken.all();
        (self.at_desk_again, self.at_desk_again_since_ms) = untaken.put_back_before();
    }

    /// Notes that a delivery was taken: what only failed is no sign that anybody takes any.
    pub(super) fn took(&mut self) {
        self.taken += 1;
        self.last_taken_ms = Some(clock::now_ms());
    }

    /// Since when deliveries are here and none was taken: those that lie behind others wait for their turn.
    pub(super) fn none_taken_since_ms(&self) -> Option<u64> {
        self.at_desk_since_ms
            .max(self.at_desk_since_ms.and(self.last_taken_ms))
    }

    /// Notes that the local API answers; whether it did not before.
    pub(super) fn api_up(&mut self) -> bool {
        self.api_detail = None;
        self.api_down_since_ms.take().is_some()
    }

    /// Notes why the local API does not answer; whether that is news.
    pub(super) fn api_down(&mut self, why: String) -> bool {
        let is_news = self.api_detail.as_ref() != Some(&why);
        self.api_down_since_ms.get_or_insert_with(clock::now_ms);
        self.api_detail = Some(why);
        is_news
    }

    /// Notes what went wrong.
    pub(super) fn trouble(&mut self, what: String) {
        self.trouble = Some(what);
        self.trouble_ms = Some(clock::now_ms());
    }
}

impl Post {
    /// Takes the post of the agent in the folder `state`; `None` when another agent has it.
    pub(super) fn take(state: &Path) -> anyhow::Result<Option<Self>> {
        let running = Running::begin(state)?;
        Ok(running.map(|running| Self {
            folder: state.to_owned(),
            _running: running,
        }))
    }

    /// Replaces the file that says how the agent is doing.
    pub(super) fn report(&self, presence: &Presence) -> anyhow::Result<()> {
        let presence = Presence {
            as_of_ms: clock::now_ms(),
            ..presence.clone()
        };
        let text = serde_json::to_vec_pretty(&presence)?;
        write_durable(&self.folder.join(FILE), text)
    }
}

const FILE: &str = "agent.json";
