//! The gateway's own acts as any node of the directory reads them: one after the other, as they are logged.

use precinto_client::{Connection, LogClient};
use precinto_merkle::leaf::{EntryType, Leaf};
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::within;

/// A reader of the log's acts.
pub(super) struct Acts {
    log: LogClient,
    next: u64,
    /// Read, and not looked for yet.
    read: Vec<pb::ActRecord>,
}

impl Acts {
    /// From the end of the log on.
    pub(super) async fn from_now(connection: &Connection) -> Self {
        let log = LogClient::new(connection);
        let newest = log.checkpoint(0).await.expect("a checkpoint");
        Self {
            log,
            next: newest.checkpoint().size,
            read: Vec::new(),
        }
    }

    /// The next act, which must be of this kind.
    pub(super) async fn next(&mut self, kind: pb::ActKind) -> pb::ActRecord {
        let act = within(self.any()).await;
        assert_eq!(act.kind(), kind, "{act:?}");
        act
    }

    async fn any(&mut self) -> pb::ActRecord {
        while self.read.is_empty() {
            // Waits for as long as the gateway lets us; with nothing new it is asked again.
            if let Ok(newest) = self.log.checkpoint(self.next + 1).await {
                self.read_to(newest.checkpoint().size).await;
            }
        }
        self.read.remove(0)
    }

    /// All acts that nobody has looked for, up to the end of the log.
    pub(super) async fn rest(&mut self) -> Vec<pb::ActRecord> {
        let newest = self.log.checkpoint(0).await.expect("a checkpoint");
        self.read_to(newest.checkpoint().size).await;
        std::mem::take(&mut self.read)
    }

    async fn read_to(&mut self, end: u64) {
        if end <= self.next {
            return;
        }
        let mut entries = self
            .log
            .entries(self.next, end, false)
            .await
            .expect("entries");
        while let Some(entry) = entries.next().await.expect("an entry") {
            let leaf = Leaf::from_bytes(&entry.leaf).expect("a leaf");
            if leaf.entry_type == EntryType::Act && !entry.withheld {
                let act = pb::ActRecord::decode(entry.record.as_slice());
                let act = act.expect("an act");
                // Not that somebody has read here, or what others do.
                if act.actor.contains("/gateway/") {
                    self.read.push(act);
                }
            }
        }
        self.next = end;
    }
}
