//! The file: locked, private, of one log and one agency; damage is found when it is opened.

use super::*;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

#[tokio::test]
async fn only_one_process_has_it_and_nobody_else_reads_it() {
    let scene = Scene::new().await;
    let second = OwnCopy::open(scene.file(), ORIGIN, scene.copy.agency());
    assert!(matches!(second, Err(CopyError::Busy { .. })));
    let mode = fs::metadata(scene.file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn the_copy_of_another_log_or_agency_is_refused() {
    let scene = Scene::new().await;
    let file = scene.file();
    drop(scene.copy);
    let what =
        |origin: &str, agency: &str| match OwnCopy::open(&file, origin, &agency.parse().unwrap()) {
            Err(CopyError::Other { what, .. }) => what,
            other => panic!("{other:?}"),
        };
    assert_eq!(what("gw.dev.invalid/log/2027", OWN), "log");
    assert_eq!(what(ORIGIN, OTHER), "agency");
    assert!(OwnCopy::open(&file, ORIGIN, &OWN.parse().unwrap()).is_ok());
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
        let error = OwnCopy::open(&file, ORIGIN, &own).unwrap_err();
        match &error {
            CopyError::Other { what, found, .. } => {
                assert_eq!((*what, found), ("format", &other.to_string()));
            }
            error => panic!("{error}"),
        }
        assert!(error.to_string().contains("delete it and sync again"));
    }
    // What is in it may be needed.
    of_version(store::FORMAT);
    let copy = OwnCopy::open(&file, ORIGIN, &own).unwrap();
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
        let error = OwnCopy::open(&file, ORIGIN, &OWN.parse().unwrap()).unwrap_err();
        assert!(matches!(error, CopyError::Damaged { .. }), "{error}");
        assert!(error.to_string().contains("delete it and sync again"));
    }
}
