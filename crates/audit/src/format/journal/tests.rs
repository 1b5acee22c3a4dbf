//! A folder of segments: in which order they are read, and what is said about files that do not belong.

use super::*;
use crate::finding::{Finding, Kind};
use crate::specimen::Site;
use precinto_merkle::tree::Edge;
use std::io::Write;

const FIRST: &str = "00000000000000000000.seg";
const SECOND: &str = "00000000000000000002.seg";

struct Folder(tempfile::TempDir);

impl Folder {
    /// Two segments of two entries each.
    fn new() -> Self {
        let site = Site::new();
        let drafts = site.trust_entries();
        let mut edge = Edge::new();
        let folder = Self(tempfile::tempdir().unwrap());
        folder.put(FIRST, &site.segment_from(0, &mut edge, &drafts[..2], &[2]));
        folder.put(
            SECOND,
            &site.segment_from(2, &mut edge, &drafts[2..], &[1, 1]),
        );
        folder
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        File::create(self.0.path().join(name))
            .unwrap()
            .write_all(bytes)
            .unwrap();
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.path().join(name)).unwrap()
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.0.path().join(name)).unwrap();
    }

    fn read(&self) -> (Vec<Finding>, Vec<u64>) {
        self.read_as(None)
    }

    fn read_as(&self, origin: Option<&str>) -> (Vec<Finding>, Vec<u64>) {
        let origin = origin.map(|origin| precinto_envelope::crypto::sha256(&[origin.as_bytes()]));
        let journal = Journal::open(self.0.path(), origin).unwrap();
        let (mut findings, mut indexes) = (Vec::new(), Vec::new());
        for step in journal {
            match step {
                Step::Finding(finding) => findings.push(finding),
                Step::Batch(batch) => indexes.extend(batch.entries.iter().map(|entry| entry.index)),
            }
        }
        (findings, indexes)
    }
}

fn only(findings: &[Finding]) -> (&Damage, Option<&str>) {
    let [finding] = findings else {
        panic!("{findings:?}")
    };
    let Kind::Bytes(damage) = &finding.kind else {
        panic!("{finding}")
    };
    (damage, finding.place.file.as_deref())
}

#[test]
fn segments_follow_each_other() {
    let (findings, indexes) = Folder::new().read_as(Some(crate::specimen::ORIGIN));
    assert_eq!((findings, indexes), (vec![], vec![0, 1, 2, 3]));
}

#[test]
fn a_segment_of_another_log_is_named() {
    let (findings, _) = Folder::new().read_as(Some("another.example/log"));
    assert_eq!(findings.len(), 2);
    assert!(findings.iter().all(|finding| finding.code() == "HEADER"));
}

#[test]
fn a_renamed_segment_is_named_and_read_in_its_place() {
    let folder = Folder::new();
    let bytes = folder.bytes(FIRST);
    folder.remove(FIRST);
    for name in [
        "00000000000000000009.seg",
        "first.seg",
        "00000000000000000000-old.seg",
    ] {
        folder.put(name, &bytes);
        let (findings, indexes) = folder.read();
        assert_eq!(
            only(&findings),
            (&Damage::SegmentName { first: 0 }, Some(name))
        );
        assert_eq!(indexes, [0, 1, 2, 3]);
        folder.remove(name);
    }
}

#[test]
fn two_segments_that_exchanged_their_names_are_both_named() {
    let folder = Folder::new();
    let (first, second) = (folder.bytes(FIRST), folder.bytes(SECOND));
    folder.put(FIRST, &second);
    folder.put(SECOND, &first);
    let (findings, indexes) = folder.read();
    assert_eq!(
        findings.iter().map(Finding::code).collect::<Vec<_>>(),
        ["SEGMENT_NAME"; 2]
    );
    assert_eq!(indexes, [0, 1, 2, 3]);
}

#[test]
fn a_second_segment_with_the_same_entries_is_named_and_left_alone() {
    let folder = Folder::new();
    folder.put("copy.seg", &folder.bytes(SECOND));
    let (findings, indexes) = folder.read();
    assert_eq!(
        only(&findings),
        (&Damage::DuplicateSegment { first: 2 }, Some("copy.seg"))
    );
    assert_eq!(indexes, [0, 1, 2, 3]);
}

#[test]
fn a_missing_segment_leaves_a_hole() {
    let folder = Folder::new();
    folder.remove(FIRST);
    assert_eq!(folder.read(), (vec![], vec![2, 3])); // the replay misses 0 and 1
}

#[test]
fn what_does_not_belong_is_named() {
    let folder = Folder::new();
    for (name, kind) in [
        ("notes.txt", Damage::StrayFile),
        ("noise.seg", Damage::StrayFile),
        ("00000000000000000002.seg.tmp", Damage::LeftoverFile),
    ] {
        folder.put(name, b"x");
        let (findings, indexes) = folder.read();
        assert_eq!(only(&findings), (&kind, Some(name)));
        assert_eq!(indexes, [0, 1, 2, 3]);
        folder.remove(name);
    }
    fs::create_dir(folder.0.path().join("00000000000000000007.seg")).unwrap();
    assert_eq!(only(&folder.read().0).0, &Damage::StrayFile);
}

#[test]
fn a_segment_longer_than_any_is_named_and_read_only_so_far() {
    let folder = Folder::new();
    let long = File::options()
        .append(true)
        .open(folder.0.path().join(SECOND))
        .unwrap();
    long.set_len(SEGMENT_BYTES_MAX + 1).unwrap();
    let (findings, indexes) = folder.read();
    assert_eq!(
        findings[0].kind,
        Kind::from(Damage::SegmentLength {
            bytes: SEGMENT_BYTES_MAX + 1
        })
    );
    assert_eq!(indexes, [0, 1, 2, 3]);
}

#[test]
fn an_empty_folder_is_an_empty_log() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Journal::open(folder.path(), None).unwrap().count(), 0);
    assert!(Journal::open(&folder.path().join("nowhere"), None).is_err());
}
