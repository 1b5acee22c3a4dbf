//! The tables of `inbox.redb`, which every part of the inbox opens by these names.

use redb::TableDefinition;

/// Index in the log, and how far that entry has come: a serialised `Stored`, see `store`.
pub(super) const TAKEN: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("taken");

/// `log` and the origin of the log; `format` and `moves`, eight big-endian bytes each.
pub(super) const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");

/// Alert id, and what is known of its recalls: a serialised `Row`, see `recall`.
pub(super) const RECALLED: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("recalled");
