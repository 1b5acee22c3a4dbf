//! `log acts`: who did what, by the log's own entries, as far as this node may see them.

use super::tail::EntryJson;
use crate::args::ActFilter;
use crate::connect::log_failed;
use crate::exit::Exit;
use crate::output::Output;
use precinto_client::LogClient;
use precinto_proto::v1 as pb;
use prost::Message as _;

/// Runs `log acts`. Only acts are asked for, so that looking for who has read is not to read what was said.
pub(super) async fn acts(
    log: &LogClient,
    which: &ActFilter,
    output: Output,
) -> anyhow::Result<Exit> {
    let size = log
        .checkpoint(0)
        .await
        .map_err(|error| log_failed(&error))?;
    let size = size.checkpoint().size;
    if which.first >= size {
        return Ok(Exit::Done);
    }
    let entries = log.acts(which.first, size).await;
    let mut entries = entries.map_err(|error| log_failed(&error))?;
    while let Some(entry) = entries.next().await.map_err(|error| log_failed(&error))? {
        if entry.withheld || !which.has(&entry) {
            continue;
        }
        EntryJson::of(&entry).print(output)?;
    }
    Ok(Exit::Done)
}

impl ActFilter {
    fn has(&self, entry: &pb::Entry) -> bool {
        let Ok(act) = pb::ActRecord::decode(entry.record.as_slice()) else {
            return false;
        };
        let is_by = |text: &String| act.actor.contains(text) || act.party.contains(text);
        // Who does not ask for these learns nothing from one that lists nothing, of which there are many.
        let is_empty = act.kind() == pb::ActKind::DeliveryWithheld
            && act.withheld.is_empty()
            && act.count == 0;
        (self.kind.is_empty() && !is_empty || self.kind.contains(&act.kind()))
            && self.by.as_ref().is_none_or(is_by)
            && self.read.is_none_or(|index| may_have_given(&act, index))
    }
}

/// Whether the entry may have been given by this act: it is one of those that were read, or within a stretch that was exported, of
/// which the node was given what it might read.
fn may_have_given(act: &pb::ActRecord, index: u64) -> bool {
    match act.kind() {
        pb::ActKind::RecordsRead => act.indexes.contains(&index),
        pb::ActKind::LogExported => (act.from_index..act.to_index).contains(&index),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_found_by_its_index() {
        let read = pb::ActRecord {
            kind: pb::ActKind::RecordsRead.into(),
            indexes: vec![2, 5],
            from_index: 2,
            to_index: 6,
            ..Default::default()
        };
        let exported = pb::ActRecord {
            kind: pb::ActKind::LogExported.into(),
            indexes: Vec::new(),
            ..read.clone()
        };
        let found = |act: &pb::ActRecord| [1, 2, 3, 5, 6].map(|index| may_have_given(act, index));
        assert_eq!(found(&read), [false, true, false, true, false]);
        assert_eq!(found(&exported), [false, true, true, true, false]);
        let sought = pb::ActRecord {
            kind: pb::ActKind::SubscriptionUnparked.into(),
            ..read
        };
        assert_eq!(found(&sought), [false; 5]);
    }
}
