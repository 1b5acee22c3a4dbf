//! Starting again: what may be cut off, what must not, and who may not start at all.

use crate::harness::*;
use precinto_ledger::storage::{FaultyMemory, Survival};
use precinto_ledger::{BatchLimits, CLOCK_TOLERANCE_MS, Entry, Ledger, OpenError, Options};
use precinto_ledger::{clock::ManualClock, testing};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;

/// A disk as a crash leaves it: `batches` of three entries, the last one's sync still to come, nothing published.
fn torn_after(batches: u64, survival: Survival) -> FaultyMemory {
    let rig = Rig {
        limits: BatchLimits {
            segment_bytes: 1 << 20,
            ..limits()
        },
        ..Rig::new()
    };
    block_on(async {
        let log = rig.open().unwrap();
        for batch in 0..batches {
            log.append((0..3).map(|number| entry(batch * 3 + number)).collect())
                .await;
        }
        let changes = rig.disk.changes();
        log.stop();
        rig.disk.crash(changes - 1, survival)
    })
}

const SEGMENT: &str = "journal/00000000000000000000.seg";

/// Opens the log, and stops it again.
fn size_after_open(disk: &FaultyMemory) -> u64 {
    let log = Rig::on(disk.clone()).open().unwrap();
    let size = log.size();
    log.stop();
    size
}

fn refusal(disk: &FaultyMemory) -> OpenError {
    Rig::on(disk.clone())
        .open()
        .map(|log| log.size())
        .unwrap_err()
}

#[test]
fn a_torn_tail_is_cut_off_and_kept_aside() {
    let torn = (0..).map(|seed| torn_after(4, Survival::Torn(seed)));
    let mut cut = 0;
    for disk in torn.take(20) {
        let before = disk.contents(SEGMENT).unwrap();
        let log = Rig::on(disk.clone()).open().unwrap();
        let size = log.size();
        assert!(size == 9 || size == 12);
        log.stop();
        let after = disk.contents(SEGMENT).unwrap();
        assert!(before.starts_with(&after));
        if after.len() < before.len() {
            cut += 1;
            let remnant = disk.contents(&format!("remnants/{:020}-{}-1", 0, after.len()));
            assert_eq!(remnant.unwrap(), before[after.len()..]);
        }
    }
    assert!(cut > 10, "{cut} of 20 were torn");
}

#[test]
fn a_tail_that_no_frame_can_be_is_no_torn_one() {
    let disk = torn_after(1, Survival::Discarded);
    let header = disk.contents(SEGMENT).unwrap()[..64].to_vec();
    let longest = 64 + 512 * 160 + 4096 + 8 * 1024 * 1024;
    for (length, fits) in [(longest + 1, false), (longest, true)] {
        disk.put(SEGMENT, &[&header[..], &vec![1; length]].concat());
        let opened = Rig::on(disk.copy()).open();
        let refused = matches!(opened, Err(OpenError::Damaged { at: 64, .. }));
        assert_eq!((opened.is_ok(), refused), (fits, !fits), "{length}");
        if let Ok(log) = opened {
            log.stop();
        }
    }
}

#[test]
fn remnants_of_one_place_do_not_overwrite_each_other() {
    let disk = torn_after(1, Survival::Torn(3));
    let whole = disk.contents(SEGMENT).unwrap();
    for number in 1..=3 {
        disk.put(SEGMENT, &[&whole[..64], &[number; 100]].concat());
        assert_eq!(size_after_open(&disk), 0);
        let remnant = disk.contents(&format!("remnants/{:020}-64-{number}", 0));
        assert_eq!(remnant.unwrap(), [number; 100]);
    }
}

#[test]
fn an_intact_last_frame_counts_even_if_nobody_got_a_receipt() {
    let disk = torn_after(4, Survival::Kept);
    assert_eq!(size_after_open(&disk), 12);
}

#[test]
fn a_torn_tail_that_was_published_is_lost_data_and_refused() {
    let rig = Rig::new();
    block_on(async {
        let log = rig.open().unwrap();
        log.append((0..3).map(entry).collect()).await;
        log.append((3..5).map(entry).collect()).await;
        log.stop();
    });
    rig.disk.take("clean");
    let whole = rig.disk.contents(SEGMENT).unwrap();
    for len in [whole.len() - 1, whole.len() / 2, 65, 64] {
        rig.disk.put(SEGMENT, &whole[..len]);
        let error = refusal(&rig.disk);
        assert!(
            matches!(error, OpenError::Behind { published: 5, .. }),
            "{error}"
        );
        assert_eq!(
            rig.disk.contents(SEGMENT).unwrap(),
            whole[..len],
            "and nothing was changed"
        );
    }
    // Without the published checkpoint there is nothing to tell it from an interrupted write.
    rig.disk.take("checkpoint");
    rig.disk.put(SEGMENT, &whole[..whole.len() - 1]);
    assert_eq!(size_after_open(&rig.disk), 3);
}

#[test]
fn what_was_there_at_a_clean_stop_is_never_taken_for_a_torn_tail() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    block_on(log.append((0..3).map(entry).collect()));
    log.stop();
    rig.disk.take("checkpoint");
    let whole = rig.disk.contents(SEGMENT).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for damaged in [&whole[..whole.len() - 1], &whole[..64], &flipped] {
        rig.disk.put(SEGMENT, damaged);
        let error = refusal(&rig.disk);
        assert!(
            matches!(error, OpenError::Damaged { segment: 0, .. }),
            "{error}"
        );
    }
    rig.disk.put(SEGMENT, &whole);
    assert_eq!(size_after_open(&rig.disk), 3);
}

#[test]
fn a_bad_frame_with_a_good_one_behind_it_is_no_torn_tail() {
    let disk = torn_after(3, Survival::Kept);
    let whole = disk.contents(SEGMENT).unwrap();
    let frames = frames_of(&whole);
    assert_eq!(frames.len(), 3);
    for frame in &frames[..2] {
        // In its header, in its table, and (seen when it is read) not in its data.
        for at in [frame + 8, frame + 64 + 5] {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            disk.put(SEGMENT, &bytes);
            let error = refusal(&disk);
            assert!(
                matches!(error, OpenError::Damaged { segment: 0, at, .. } if at == *frame as u64),
                "{error}"
            );
        }
    }
    // The last one may be torn at the same places.
    for at in [frames[2] + 8, frames[2] + 64 + 5, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        disk.put(SEGMENT, &bytes);
        let image = disk.copy();
        assert_eq!(size_after_open(&image), 6);
    }
}

/// Where the frames of a segment begin.
fn frames_of(segment: &[u8]) -> Vec<usize> {
    (64..segment.len() - 4)
        .filter(|at| segment[*at..].starts_with(b"FRAM"))
        .collect()
}

#[test]
fn an_alert_full_of_what_looks_like_frames_does_not_keep_the_log_closed() {
    // Whole frames with the right checksums and higher indexes; only the signature is somebody else's.
    let other = Rig::new();
    let log = other.open_with(stranger()).unwrap();
    block_on(crate::crashes::run(&log, &other.disk, 4));
    log.stop();
    let frames = other.disk.contents(SEGMENT).unwrap().split_off(64);
    let rig = Rig::new();
    let log = rig.open().unwrap();
    block_on(log.append(vec![testing::entry(
        [1; 32], b"record", b"content", &frames,
    )]));
    let before_sync = rig.disk.changes() - 1;
    log.stop();
    let disk = rig.disk.crash(before_sync, Survival::Kept);
    let mut torn = disk.contents(SEGMENT).unwrap();
    torn[64 + 40] ^= 1; // in the header of the one real frame
    disk.put(SEGMENT, &torn);
    assert_eq!(size_after_open(&disk), 0);
    let remnant = disk.contents(&format!("remnants/{:020}-64-1", 0));
    assert_eq!(remnant.unwrap(), torn[64..]);
}

#[test]
fn the_log_of_another_origin_or_key_is_not_opened() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    block_on(log.append((0..3).map(entry).collect()));
    log.stop();
    rig.disk.take("checkpoint");
    let error = rig
        .open_as("log.example/2027")
        .map(|log| log.size())
        .unwrap_err();
    assert!(
        matches!(error, OpenError::OtherLog { segment: 0 }),
        "{error}"
    );
    let error = rig.open_with(stranger()).map(|log| log.size()).unwrap_err();
    assert!(matches!(error, OpenError::Key(_)), "{error}");
    assert_eq!(
        size_after_open(&rig.disk),
        3,
        "and neither attempt did any harm"
    );
}

#[test]
fn a_published_checkpoint_with_another_root_is_refused() {
    let [one, two] = [0, 100].map(|first| {
        let rig = Rig::new();
        let log = rig.open().unwrap();
        block_on(log.append((first..first + 3).map(entry).collect()));
        log.stop();
        rig.disk
    });
    one.put("checkpoint", &two.contents("checkpoint").unwrap());
    assert!(matches!(refusal(&one), OpenError::Forked { size: 3 }));
    one.put("checkpoint", b"nonsense");
    assert!(matches!(refusal(&one), OpenError::Published(_)));
}

#[test]
fn missing_segments_are_noticed() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    block_on(crate::crashes::run(&log, &rig.disk, 30));
    log.stop();
    let names = rig.disk.copy();
    let segments: Vec<String> = {
        use precinto_ledger::storage::Storage;
        names
            .list("journal")
            .unwrap()
            .iter()
            .map(|name| format!("journal/{name}"))
            .collect()
    };
    assert!(segments.len() >= 4, "{segments:?}");
    for segment in &segments {
        let disk = rig.disk.copy();
        disk.take(segment);
        let error = refusal(&disk);
        assert!(
            matches!(error, OpenError::Damaged { .. } | OpenError::Behind { .. }),
            "{segment}: {error}"
        );
    }
    let swapped = rig.disk.copy();
    swapped.put(&segments[1], &rig.disk.contents(&segments[2]).unwrap());
    assert!(matches!(refusal(&swapped), OpenError::Damaged { .. }));
    let all_gone = rig.disk.copy();
    for segment in &segments {
        all_gone.take(segment);
    }
    assert!(matches!(
        refusal(&all_gone),
        OpenError::Behind { journal: 0, .. }
    ));
}

#[test]
fn what_an_interrupted_copy_left_is_removed() {
    let disk = torn_after(2, Survival::Kept);
    disk.put("journal/00000000000000000000.seg.tmp", b"half");
    assert_eq!(size_after_open(&disk), 6);
    assert_eq!(disk.contents("journal/00000000000000000000.seg.tmp"), None);
}

#[test]
fn a_clock_behind_the_log_is_refused() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    block_on(log.append_one(entry(0))).unwrap();
    log.stop();
    rig.clock.set(START_MS - CLOCK_TOLERANCE_MS - 1);
    let error = rig.open().map(|log| log.size()).unwrap_err();
    assert!(
        matches!(error, OpenError::ClockBehind { behind_ms } if behind_ms == CLOCK_TOLERANCE_MS + 1)
    );
    rig.clock.set(START_MS - CLOCK_TOLERANCE_MS);
    let log = rig.open().unwrap();
    let appended = block_on(log.append_one(entry(1))).unwrap();
    assert_eq!(
        appended.proven.entry.leaf().time_ms,
        START_MS,
        "dated no earlier than the one before"
    );
    log.stop();
}

#[test]
fn derived_files_come_back() {
    let rig = Rig::new();
    let log = rig.open().unwrap();
    block_on(log.append((0..3).map(entry).collect()));
    log.stop();
    let checkpoint = rig.disk.contents("checkpoint").unwrap();
    let vkey = rig.disk.contents("log.vkey").unwrap();
    assert_eq!(
        vkey,
        format!("{}\n", signer(ORIGIN).verifier()).into_bytes()
    );
    rig.disk.take("checkpoint");
    rig.disk.take("log.vkey");
    rig.open().unwrap().stop();
    assert_eq!(rig.disk.contents("checkpoint").unwrap(), checkpoint);
    assert_eq!(rig.disk.contents("log.vkey").unwrap(), vkey);
}

/// A log in a real folder, begun if there is none.
fn open_in(folder: &std::path::Path) -> Result<(Ledger, precinto_ledger::OwnerHandle), OpenError> {
    let options = Options {
        dir: folder.join("data"),
        signer: signer(ORIGIN),
        limits: limits(),
    };
    if !options.dir.try_exists().unwrap() {
        Ledger::create(&options).unwrap();
    }
    Ledger::open(options, Arc::new(ManualClock::new(START_MS)))
}

#[test]
fn two_ledgers_do_not_open_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, handle) = open_in(folder.path()).unwrap();
    assert!(matches!(open_in(folder.path()), Err(OpenError::Locked)));
    block_on(ledger.append(Entry::trust(b"a".to_vec(), b"b".to_vec()))).unwrap();
    handle.stop().unwrap();
    let (again, handle) = open_in(folder.path()).unwrap();
    assert_eq!(again.published().borrow().size, 1);
    handle.stop().unwrap();
}

#[test]
fn after_an_unclean_stop_the_last_segment_is_copied_into_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let inode = || std::fs::metadata(data.join(SEGMENT)).unwrap().ino();
    let (ledger, handle) = open_in(folder.path()).unwrap();
    block_on(ledger.append(Entry::trust(b"a".to_vec(), b"b".to_vec()))).unwrap();
    handle.stop().unwrap();
    let clean = std::fs::read_to_string(data.join("clean")).unwrap();
    assert_eq!(
        clean.trim_end(),
        std::fs::metadata(data.join(SEGMENT))
            .unwrap()
            .len()
            .to_string()
    );
    let first = inode();
    let (_ledger, handle) = open_in(folder.path()).unwrap();
    assert!(
        !data.join("clean").try_exists().unwrap(),
        "nothing is clean about a running log"
    );
    handle.stop().unwrap();
    assert_eq!(inode(), first, "after a clean stop it is left alone");
    std::fs::remove_file(data.join("clean")).unwrap();
    let (ledger, handle) = open_in(folder.path()).unwrap();
    assert_ne!(inode(), first);
    assert_eq!(ledger.read(0).unwrap().content(), b"a");
    handle.stop().unwrap();
}
