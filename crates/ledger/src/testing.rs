//! For tests only: a ledger on any storage, whose fatal errors do not end the process.

use crate::clock::Clock;
use crate::fatal::Fatal;
use crate::start::Places;
use crate::storage::Storage;
use crate::{BatchLimits, CreateError, Entry, EntryKey, Ledger, OpenError, OwnerHandle, Steps};
use crate::{PruneError, Pruned, create, prune, start};
use precinto_envelope::crypto::sha256;
use precinto_merkle::leaf::EntryType;
use precinto_merkle::note::NoteSigner;
use std::collections::BTreeSet;
use std::sync::Arc;

/// As [`Ledger::create`], on `storage`.
pub fn create_on(storage: &dyn Storage, signer: &NoteSigner) -> Result<(), CreateError> {
    create::create(storage, &signer.verifier())
}

/// As [`Ledger::open`], on `storage`; calls `fatal` where the real one would abort, and does nothing more then.
pub fn open_on(
    storage: Arc<dyn Storage>,
    signer: NoteSigner,
    limits: BatchLimits,
    clock: Arc<dyn Clock>,
    fatal: impl Fn() + Send + Sync + 'static,
) -> Result<(Ledger, OwnerHandle), OpenError> {
    let places = Places {
        storage,
        marker: None,
    };
    start::open(places, signer, limits, clock, Fatal::instead(fatal))
}

/// As [`open_on`], without threads: nothing is committed but by [`Steps::step`], or by stopping. For simulations, in which whoever
/// calls that is a task as any other.
pub fn open_stepped(
    storage: Arc<dyn Storage>,
    signer: NoteSigner,
    limits: BatchLimits,
    clock: Arc<dyn Clock>,
    fatal: impl Fn() + Send + Sync + 'static,
) -> Result<(Ledger, OwnerHandle, Steps), OpenError> {
    start::open_stepped(storage, signer, limits, clock, Fatal::instead(fatal))
}

/// As [`crate::prune_bodies`], on `storage`.
pub fn prune_on(storage: &dyn Storage, deleted: &BTreeSet<u64>) -> Result<Pruned, PruneError> {
    prune::prune_on(storage, deleted)
}

/// An entry of type TRUST under any key, so that it can conflict, which real ones cannot.
pub fn entry(key: [u8; 32], record: &[u8], content: &[u8], body: &[u8]) -> Entry {
    Entry {
        kind: EntryType::Trust,
        key: EntryKey::from_bytes(key),
        digest: sha256(&[record, content]),
        record: record.to_vec(),
        content: content.to_vec(),
        body: body.to_vec(),
        is_on_request: false,
    }
}

/// An entry of type STATEMENT under any key that nobody has signed, for tests of what reads a log.
pub fn unverified(key: [u8; 32], record: &[u8], content: &[u8], body: &[u8]) -> Entry {
    Entry {
        kind: EntryType::Statement,
        is_on_request: true,
        ..entry(key, record, content, body)
    }
}
