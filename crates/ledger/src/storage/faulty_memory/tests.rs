//! The double itself is tested: a fault it forgets to inject is a fault nobody finds.

use super::*;

#[test]
fn what_is_not_synced_is_lost_with_the_power() {
    let disk = FaultyMemory::new();
    let file = disk.create("a").unwrap();
    file.write_all_at(b"one", 0).unwrap();
    file.sync_all().unwrap();
    assert_eq!(
        disk.crash(disk.changes(), Survival::Discarded)
            .contents("a"),
        None
    );
    disk.sync_folder("").unwrap();
    file.write_all_at(b"two", 3).unwrap();
    assert_eq!(disk.contents("a").unwrap(), b"onetwo");
    let image = |survival| disk.crash(disk.changes(), survival).contents("a").unwrap();
    assert_eq!(image(Survival::Discarded), b"one");
    assert_eq!(image(Survival::Kept), b"onetwo");
    file.sync_data().unwrap();
    assert_eq!(image(Survival::Discarded), b"onetwo");
    assert_eq!(
        disk.crash(disk.changes(), Survival::Discarded)
            .contents("a")
            .unwrap(),
        b"onetwo"
    );
    assert_eq!(disk.sync_data_calls(), 1);
}

#[test]
fn a_torn_write_survives_by_sectors() {
    let disk = FaultyMemory::new();
    let file = disk.create("a").unwrap();
    disk.sync_folder("").unwrap();
    file.write_all_at(&[7; 4 * 512], 0).unwrap();
    let mut seen = BTreeSet::new();
    for seed in 0..64 {
        let image = disk
            .crash(disk.changes(), Survival::Torn(seed))
            .contents("a")
            .unwrap();
        assert!(
            image
                .chunks(512)
                .all(|sector| sector == [7; 512] || sector == [0; 512])
        );
        seen.insert(image);
    }
    assert!(seen.len() > 8, "only {} different images", seen.len());
}

#[test]
fn a_failed_sync_loses_the_pages_and_a_second_one_does_not_bring_them_back() {
    let disk = FaultyMemory::new();
    let file = disk.create("a").unwrap();
    disk.sync_folder("").unwrap();
    file.write_all_at(b"lost", 0).unwrap();
    disk.fail(1);
    file.sync_data().unwrap_err();
    assert!(disk.has_failed());
    file.sync_data().unwrap();
    assert_eq!(disk.contents("a").unwrap(), b"lost");
    assert_eq!(
        disk.crash(disk.changes(), Survival::Kept)
            .contents("a")
            .unwrap(),
        b""
    );
}

#[test]
fn a_lock_is_held_once() {
    let disk = FaultyMemory::new();
    let guard = disk.lock("lock").unwrap();
    assert_eq!(
        disk.lock("lock").unwrap_err().kind(),
        io::ErrorKind::WouldBlock
    );
    drop(guard);
    disk.lock("lock").unwrap();
}

#[test]
fn a_folder_that_was_not_synced_takes_its_files_along() {
    let disk = FaultyMemory::new();
    assert_eq!(
        disk.create("folder/a").unwrap_err().kind(),
        io::ErrorKind::NotFound
    );
    disk.create_folder("folder").unwrap();
    disk.create("folder/a").unwrap().sync_all().unwrap();
    disk.sync_folder("folder").unwrap();
    let image = |changes| disk.crash(changes, Survival::Discarded);
    assert!(image(disk.changes()).contents("folder/a").is_some());
    // As if the folder's own sync had never been.
    let disk = FaultyMemory::new();
    disk.change(Change::CreateFolder("folder".to_owned()))
        .unwrap();
    disk.create("folder/a").unwrap().sync_all().unwrap();
    disk.sync_folder("folder").unwrap();
    let image = disk.crash(disk.changes(), Survival::Discarded);
    assert_eq!(image.contents("folder/a"), None);
    assert_eq!(
        image.list("folder").unwrap_err().kind(),
        io::ErrorKind::NotFound
    );
}
