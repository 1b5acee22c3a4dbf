//! The second marker: an older copy of the whole folder agrees with itself, and not with what lies elsewhere.

use crate::harness::{ORIGIN, signer};
use precinto_ledger::clock::SystemClock;
use precinto_ledger::testing::entry;
use precinto_ledger::{
    AppendError, BatchLimits, Ledger, OpenError, Options, OwnerHandle, Rollback, durable,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A data folder, and the other volume.
struct Disks {
    folder: TempDir,
}

impl Disks {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("other")).unwrap();
        let disks = Self { folder };
        Ledger::create(&disks.options()).unwrap();
        disks
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn marker(&self) -> PathBuf {
        self.folder.path().join("other/log.marker")
    }

    fn options(&self) -> Options {
        Options {
            dir: self.data(),
            signer: signer(ORIGIN),
            limits: BatchLimits::default(),
        }
    }

    fn open(&self) -> Result<(Ledger, OwnerHandle), OpenError> {
        Ledger::open_marked(self.options(), &self.marker(), Arc::new(SystemClock))
    }

    /// What a backup of the data folder holds now.
    fn backup(&self, name: &str) -> PathBuf {
        let copy = self.folder.path().join(name);
        copy_folder(&self.data(), &copy);
        copy
    }

    fn restore(&self, backup: &Path) {
        fs::remove_dir_all(self.data()).unwrap();
        copy_folder(backup, &self.data());
    }

    /// Appends these, one after the other, and stops.
    async fn say(&self, numbers: std::ops::Range<u8>) {
        let (ledger, owner) = self.open().unwrap();
        assert_eq!(ledger.rollback(), None);
        for number in numbers {
            ledger.append(numbered(number)).await.unwrap();
        }
        owner.stop().unwrap();
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy_folder(&item.path(), &target);
        } else {
            fs::copy(item.path(), target).unwrap();
        }
    }
}

fn numbered(number: u8) -> precinto_ledger::Entry {
    entry([number; 32], &[number], b"", b"")
}

#[tokio::test]
async fn an_older_copy_of_the_folder_is_read_and_takes_nothing() {
    let disks = Disks::new();
    disks.say(1..4).await;
    let backup = disks.backup("yesterday");
    disks.say(4..6).await;
    let newest = disks.backup("today");
    let marked = fs::read(disks.marker()).unwrap();
    disks.restore(&backup);
    // However often it is tried.
    for _ in 0..2 {
        let (ledger, owner) = disks.open().unwrap();
        let behind = Rollback::Behind {
            marked: 5,
            journal: 3,
        };
        assert_eq!(ledger.rollback(), Some(behind));
        assert_eq!(ledger.read(2).unwrap().record(), [3]);
        assert!(ledger.receipt(2).is_ok());
        let known = ledger.append(numbered(3)).await.unwrap();
        assert!(known.duplicate, "what it has is answered");
        let refused = ledger.append(numbered(4)).await.unwrap_err();
        assert!(matches!(refused, AppendError::ReadOnly(_)), "{refused}");
        owner.stop().unwrap();
        assert_eq!(fs::read(disks.marker()).unwrap(), marked);
    }
    // The newest copy is found after all.
    disks.restore(&newest);
    disks.say(6..7).await;
}

#[tokio::test]
async fn another_history_of_the_same_length_is_seen_as_well() {
    let disks = Disks::new();
    disks.say(1..3).await;
    let backup = disks.backup("yesterday");
    disks.say(3..4).await;
    let marked = fs::read(disks.marker()).unwrap();
    disks.restore(&backup);
    // Somebody goes on from the copy without the marker.
    fs::remove_file(disks.marker()).unwrap();
    fs::copy(disks.data().join("checkpoint"), disks.marker()).unwrap();
    disks.say(7..9).await;
    durable::replace(&disks.marker(), &marked).unwrap();
    let (ledger, owner) = disks.open().unwrap();
    assert_eq!(ledger.rollback(), Some(Rollback::Forked { size: 3 }));
    owner.stop().unwrap();
}

#[tokio::test]
async fn without_its_marker_a_log_with_entries_is_not_opened() {
    let disks = Disks::new();
    disks.say(1..3).await;
    fs::remove_file(disks.marker()).unwrap();
    assert!(matches!(disks.open().unwrap_err(), OpenError::NoMarker));
    fs::remove_dir(disks.marker().parent().unwrap()).unwrap();
    assert!(matches!(disks.open().unwrap_err(), OpenError::NoMarker));
    // An operator begins one.
    fs::create_dir(disks.marker().parent().unwrap()).unwrap();
    fs::copy(disks.data().join("checkpoint"), disks.marker()).unwrap();
    disks.say(3..4).await;
    let text = fs::read_to_string(disks.marker()).unwrap();
    assert!(text.contains("\n3\n"), "{text}");
    durable::replace(&disks.marker(), text.replace("\n3\n", "\n2\n").as_bytes()).unwrap();
    assert!(matches!(disks.open().unwrap_err(), OpenError::Marker(_)));
}

#[tokio::test]
async fn a_disk_of_the_marker_that_goes_away_stops_nothing() {
    let disks = Disks::new();
    let (ledger, owner) = disks.open().unwrap();
    fs::remove_dir_all(disks.marker().parent().unwrap()).unwrap();
    ledger.append(numbered(1)).await.unwrap();
    owner.stop().unwrap();
}

#[test]
fn a_marker_that_cannot_be_written_is_no_setting_to_start_with() {
    let disks = Disks::new();
    fs::remove_dir(disks.marker().parent().unwrap()).unwrap();
    let error = disks.open().unwrap_err();
    assert!(error.to_string().contains("second marker"), "{error}");
    fs::create_dir(disks.marker().parent().unwrap()).unwrap();
    let (ledger, owner) = disks.open().unwrap();
    assert_eq!(ledger.published().borrow().size, 0, "nothing has changed");
    owner.stop().unwrap();
}
