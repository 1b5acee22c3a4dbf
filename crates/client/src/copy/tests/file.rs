//! The file: locked, private, of one log and one agency; damage is found when it is opened.

use super::*;
use redb::{ReadableDatabase as _, TableHandle as _};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

#[tokio::test]
async fn only_one_process_has_it_and_nobody_else_reads_it() {
    let scene = Scene::new().await;
    let second = OwnCopy::open(scene.file(), ORIGIN, scene.copy.agency(), NOW_MS);
    assert!(matches!(second, Err(CopyError::Busy { .. })));
    let mode = fs::metadata(scene.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn an_empty_file_has_every_table_and_calls_nothing_witnessed() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    let cosigned = scene.gateway.state().log.checkpoint(1);
    assert!(!scene.copy.is_under(&cosigned, 0).unwrap());
    let read = scene.copy.database.begin_read().unwrap();
    let mut tables: Vec<String> = read
        .list_tables()
        .unwrap()
        .map(|table| table.name().to_owned())
        .collect();
    drop(read);
    tables.sort();
    scene.sync().await;
    // Those that a page, a recall or a cosigned checkpoint writes to are all there before.
    let read = scene.copy.database.begin_read().unwrap();
    assert_eq!(read.list_tables().unwrap().count(), tables.len());
    assert!(tables.contains(&"unshown".to_owned()), "{tables:?}");
}

#[tokio::test]
async fn the_copy_of_another_log_or_agency_is_refused() {
    let scene = Scene::new().await;
    let file = scene.file();
    drop(scene.copy);
    let what = |origin: &str, agency: &str| match OwnCopy::open(
        &file,
        origin,
        &agency.parse().unwrap(),
        NOW_MS,
    ) {
        Err(CopyError::Other { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    assert_eq!(what("gw.dev.invalid/log/2027", OWN), "log");
    assert_eq!(what(ORIGIN, OTHER), "agency");
    assert!(OwnCopy::open(&file, ORIGIN, &OWN.parse().unwrap(), NOW_MS).is_ok());
}

/// Of an older version or of a newer one: neither is read as if it were this one's, nor changed.
#[tokio::test]
async fn the_copy_of_another_version_is_refused_and_left_as_it_is() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.sync().await;
    let (file, own) = (scene.file(), OWN.parse().unwrap());
    drop(scene.copy);
    let of_version = |version: u64| {
        let database = Database::create(&file).unwrap();
        let write = database.begin_write().unwrap();
        let mut meta = write.open_table(store::META).unwrap();
        let bytes = version.to_be_bytes();
        meta.insert(store::META_FORMAT, bytes.as_slice()).unwrap();
        drop(meta);
        write.commit().unwrap();
    };
    for other in [store::FORMAT - 1, store::FORMAT + 1] {
        of_version(other);
        let error = OwnCopy::open(&file, ORIGIN, &own, NOW_MS).unwrap_err();
        match &error {
            CopyError::Other { what, found, .. } => {
                assert_eq!((*what, found), ("format", &other.to_string()));
            }
            error => panic!("{error}"),
        }
        let said = error.to_string();
        // The pins tell whether the log was changed since.
        for what in [
            "delete it and sync again",
            "keep the files that end in .pin",
        ] {
            assert!(said.contains(what), "{said}");
        }
    }
    // What is in it may be needed.
    of_version(store::FORMAT);
    let copy = OwnCopy::open(&file, ORIGIN, &own, NOW_MS).unwrap();
    assert!(copy.case(&alert_id(1)).unwrap().is_some());
}

#[tokio::test]
async fn damage_is_found_when_it_is_opened_and_says_what_to_do() {
    let mut scene = Scene::new().await;
    for number in 1..=5 {
        scene.says(MessageType::Alert, &alert_id(number), alert());
    }
    scene.sync().await;
    let file = scene.file();
    drop(scene.copy);
    let whole = fs::read(&file).unwrap();
    // In every page that has it: some are not in use any more.
    let mut flipped = whole.clone();
    for place in 0..whole.len() - 3 {
        if whole[place..].starts_with(b"NLU") {
            flipped[place] ^= 1;
        }
    }
    let halved = whole[..whole.len() / 2].to_vec();
    for damaged in [flipped, halved, b"not a copy at all".to_vec()] {
        let mut out = OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(&file)
            .unwrap();
        out.write_all(&damaged).unwrap();
        later(&out);
        let error = OwnCopy::open(&file, ORIGIN, &OWN.parse().unwrap(), NOW_MS).unwrap_err();
        assert!(matches!(error, CopyError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("delete it and sync again"));
    }
}

/// As if it was written a second after it was: two writings within one tick of the file system's clock look alike.
fn later(file: &fs::File) {
    let modified = file.metadata().unwrap().modified().unwrap();
    file.set_modified(modified + Duration::from_secs(1))
        .unwrap();
}

#[tokio::test]
async fn what_nobody_has_written_since_it_was_closed_is_read_whole_once_a_day() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.sync().await;
    let (file, own) = (scene.file(), OWN.parse().unwrap());
    drop(scene.copy);
    let mut bytes = fs::read(&file).unwrap();
    for place in 0..bytes.len() - 3 {
        if bytes[place..].starts_with(b"NLU") {
            bytes[place] ^= 1;
        }
    }
    // A disk that goes bad says nothing: the file looks as it did.
    let closed = fs::metadata(&file).unwrap().modified().unwrap();
    let mut out = OpenOptions::new().write(true).open(&file).unwrap();
    out.write_all(&bytes).unwrap();
    out.set_modified(closed).unwrap();
    drop(out);
    let note = fs::read(file.with_extension("closed")).unwrap();
    let day = closed::CHECKED_MS;
    for soon in [NOW_MS, NOW_MS + day - 1] {
        assert!(OwnCopy::open(&file, ORIGIN, &own, soon).is_ok(), "{soon}");
    }
    let whole = |now_ms| OwnCopy::open(&file, ORIGIN, &own, now_ms).unwrap_err();
    for later in [NOW_MS + day, NOW_MS - 1] {
        assert!(matches!(whole(later), CopyError::Damaged { .. }), "{later}");
    }
    // Neither without a note, nor with one that is not of this file.
    for other in [b"".as_slice(), b"1 2 3 4 5\n", &note[1..], &[b'9'; 4096]] {
        let mut out = fs::File::create(file.with_extension("closed")).unwrap();
        out.write_all(other).unwrap();
        assert!(matches!(whole(NOW_MS), CopyError::Damaged { .. }));
    }
    fs::remove_file(file.with_extension("closed")).unwrap();
    assert!(matches!(whole(NOW_MS), CopyError::Damaged { .. }));
}

/// A process that was killed leaves the file as its last commit did, and a note of before.
#[tokio::test]
async fn the_note_of_an_earlier_closing_does_not_stand_for_the_file_of_today() {
    let mut scene = Scene::new().await.reopen();
    let file = scene.file();
    let before = fs::read(file.with_extension("closed")).unwrap();
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.sync().await;
    drop(scene.copy);
    assert_ne!(fs::read(file.with_extension("closed")).unwrap(), before);
    fs::File::create(file.with_extension("closed"))
        .and_then(|mut note| note.write_all(&before))
        .unwrap();
    assert_eq!(closed::still_good(&file, NOW_MS), None);
}
