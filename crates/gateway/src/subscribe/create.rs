//! Making and deleting subscriptions: each is an ACT entry of the log before it is done.
//!
//! If it cannot be logged, it does not happen; if the process ends between the two, or the disk takes the entry and not the file,
//! the log says that it was asked for, and everything is as it was: ask again. Asking for what is there already makes nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use precinto_alert::id::NodeId;
use precinto_proto::v1 as pb;
use tokio::sync::OwnedMutexGuard;

use super::blocking;
use super::cursor::Cursor;
use super::definition::Definition;
use super::slot::Slot;
use super::store::{Foreseen, Store};
use crate::acts::Acts;
use crate::status::Refusal;

/// What making or deleting a subscription of this node takes.
pub(super) struct Creating {
    pub(super) node: NodeId,
    pub(super) store: Arc<Store>,
    pub(super) acts: Acts,
    pub(super) turns: Turns,
}

/// One at a time of each node, so that what was foreseen is what happens. Bounded by the nodes of the directory.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<NodeId, Turn>>>);

type Turn = Arc<tokio::sync::Mutex<()>>;

impl Turns {
    async fn take(&self, node: &NodeId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(node.clone()).or_default())
        };
        turn.lock_owned().await
    }
}

impl Creating {
    /// The subscription so defined, made if need be. MUST be run to its end.
    pub(super) async fn create(self, definition: Definition) -> Result<Arc<Slot>, Refusal> {
        let _turn = self.turns.take(&self.node).await;
        match self.store.foresee(&definition)? {
            Foreseen::Exists(slot) => return Ok(slot),
            Foreseen::BeginsAt(to_index) => {
                let act = pb::ActRecord {
                    kind: pb::ActKind::SubscriptionCreated.into(),
                    to_index,
                    ..self.act(&definition.name)
                };
                self.acts.record(act).await?;
            }
        }
        let store = self.store;
        blocking(move || store.create(definition)).await
    }

    /// Deletes the node's subscription of this name. MUST be run to its end.
    pub(super) async fn delete(self, name: String) -> Result<(), Refusal> {
        let _turn = self.turns.take(&self.node).await;
        let slot = self.store.get(&self.node, &name)?;
        let act = pb::ActRecord {
            kind: pb::ActKind::SubscriptionDeleted.into(),
            from_index: slot.read_cursor(Cursor::position),
            ..self.act(&name)
        };
        self.acts.record(act).await?;
        let Self { node, store, .. } = self;
        blocking(move || store.delete(&node, &name)).await
    }

    fn act(&self, name: &str) -> pb::ActRecord {
        pb::ActRecord {
            actor: self.node.to_string(),
            subject: name.to_owned(),
            via: pb::ActVia::Call.into(),
            ..Default::default()
        }
    }
}
