//! A ledger for unit tests: in a folder that the test owns, with a key that everybody knows.

use std::path::Path;
use std::sync::Arc;

use precinto_envelope::crypto::SigningKey;
use precinto_ledger::clock::Clock;
use precinto_ledger::{BatchLimits, Ledger, Options, OwnerHandle};
use precinto_merkle::note::NoteSigner;

/// The origin of its log.
pub(crate) const ORIGIN: &str = "gw.dev.invalid/log/2026";

/// Begins a log in the folder and opens it.
pub(crate) fn open(folder: &Path, clock: Arc<dyn Clock>) -> (Ledger, OwnerHandle) {
    Ledger::create(&options(folder)).unwrap();
    open_again(folder, clock)
}

/// Opens the log in the folder.
pub(crate) fn open_again(folder: &Path, clock: Arc<dyn Clock>) -> (Ledger, OwnerHandle) {
    Ledger::open(options(folder), clock).unwrap()
}

fn options(folder: &Path) -> Options {
    Options {
        dir: folder.join("log"),
        signer: NoteSigner::new(ORIGIN, SigningKey::from_ed25519_seed([7; 32])).unwrap(),
        limits: BatchLimits::default(),
    }
}
