//! Damage of every sort to a segment written by hand: what is said about it, and where.

use crate::finding::{Damage, Finding, Kind, Part, Place, Problem};
use crate::source::Step;
use crate::specimen::{Draft, Site, frame, segment_header, steps, with_checksum};
use proptest::prelude::*;

const NAME: &str = "00000000000000000000.seg";

/// The findings, and the indexes of the entries that were read.
fn read(bytes: Vec<u8>) -> (Vec<Finding>, Vec<u64>) {
    split(steps(bytes))
}

fn split(steps: impl IntoIterator<Item = Step>) -> (Vec<Finding>, Vec<u64>) {
    let (mut findings, mut indexes) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            Step::Finding(finding) => findings.push(finding),
            Step::Batch(batch) => indexes.extend(batch.entries.iter().map(|entry| entry.index)),
        }
    }
    (findings, indexes)
}

fn kinds(findings: &[Finding]) -> Vec<&Damage> {
    findings.iter().filter_map(damage).collect()
}

fn damage(finding: &Finding) -> Option<&Damage> {
    match &finding.kind {
        Kind::Bytes(damage) => Some(damage),
        _ => None,
    }
}

fn trust_only() -> (Vec<Draft>, Vec<u8>) {
    let site = Site::new();
    let drafts = site.trust_entries();
    let bytes = site.segment(&drafts, &[1, 2, 1]);
    (drafts, bytes)
}

/// Where the frames of a sound segment begin.
fn frames(bytes: &[u8]) -> Vec<usize> {
    let headers = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == b"FRAM");
    headers.map(|(at, _)| at).collect()
}

#[test]
fn a_sound_segment_is_read_whole() {
    let (drafts, bytes) = trust_only();
    let (findings, indexes) = read(bytes.clone());
    assert_eq!((findings, indexes), (vec![], vec![0, 1, 2, 3]));
    let entries = steps(bytes).into_iter().flat_map(|step| match step {
        Step::Batch(batch) => batch.entries,
        Step::Finding(_) => Vec::new(),
    });
    for (entry, draft) in entries.zip(&drafts) {
        assert_eq!(entry.leaf, draft.leaf_bytes());
        assert_eq!(
            (&entry.record, &entry.content),
            (&draft.record, &draft.content)
        );
        assert_eq!(entry.salt, draft.salt);
        assert_eq!(entry.stated.unwrap().key, draft.key);
    }
}

#[test]
fn every_single_bit_is_found_and_everything_else_still_read() {
    let (_, right) = trust_only();
    for byte in 0..right.len() {
        // All eight bits of a byte would take eight times as long and go the same way; the headers get all.
        let in_header = frames(&right)
            .iter()
            .any(|at| (*at..at + 64).contains(&byte))
            || byte < 64;
        for bit in (0..8).filter(|bit| in_header || *bit == byte % 8) {
            let mut wrong = right.clone();
            wrong[byte] ^= 1 << bit;
            let (findings, indexes) = read(wrong);
            assert_eq!(indexes, [0, 1, 2, 3], "byte {byte}, bit {bit}");
            let [finding] = findings.as_slice() else {
                panic!("byte {byte}: {findings:?}")
            };
            assert!(matches!(
                finding.kind,
                Kind::Bytes(Damage::FlippedBit { .. })
            ));
            assert_eq!(finding.place.offset, Some(byte as u64));
            assert_eq!(finding.place.bit, u8::try_from(bit).ok());
        }
    }
}

#[test]
fn a_flipped_bit_names_its_entry() {
    let (drafts, right) = trust_only();
    let second = frames(&right)[1];
    let mut wrong = right.clone();
    wrong[second + 64 + 160 + 50] ^= 2; // the flags of the second row of the second frame
    let (findings, _) = read(wrong);
    let place = Place::byte(NAME, (second + 64 + 160 + 50) as u64)
        .with_bit(1)
        .about(2, 3);
    assert_eq!(findings[0].place, place);
    let mut wrong = right.clone();
    let third = frames(&right)[2];
    wrong[third - 1] ^= 2; // the last byte of the second frame's data: content of entry 2
    assert!(!drafts[2].content.is_empty());
    assert_eq!(read(wrong).0[0].place.entry, Some(2));
}

#[test]
fn more_than_a_bit_is_named_by_its_part() {
    let (_, right) = trust_only();
    let second = frames(&right)[1];
    let damage = |at: usize| {
        let mut wrong = right.clone();
        wrong[at] ^= 0x11;
        wrong[at + 1] ^= 0x11;
        read(wrong)
    };
    let (findings, indexes) = damage(40);
    assert_eq!(
        kinds(&findings),
        [&Damage::Checksum {
            part: Part::SegmentHeader
        }]
    );
    assert_eq!(indexes, [0, 1, 2, 3]);
    let (findings, indexes) = damage(second + 64);
    assert_eq!(kinds(&findings), [&Damage::Checksum { part: Part::Table }]);
    assert_eq!(indexes, [0, 1, 2, 3]);
    let (findings, indexes) = damage(frames(&right)[2] - 9);
    assert_eq!(kinds(&findings), [&Damage::Checksum { part: Part::Data }]);
    assert_eq!(indexes, [0, 1, 2, 3]);
    // Without its header a frame is lost; the next one is found again.
    let (findings, indexes) = damage(second + 8);
    assert_eq!(
        kinds(&findings),
        [&Damage::Checksum {
            part: Part::FrameHeader
        }]
    );
    assert_eq!(indexes, [0, 3]);
    let (findings, indexes) = damage(second + 2);
    assert!(
        matches!(kinds(&findings)[..], [Damage::ForeignBytes { .. }]),
        "{findings:?}"
    );
    assert_eq!(indexes, [0, 3]);
}

#[test]
fn a_torn_tail_is_no_fault_of_the_last_segment_and_one_of_any_other() {
    let (_, right) = trust_only();
    let last = frames(&right)[2];
    for length in last + 1..right.len() {
        let torn = right[..length].to_vec();
        let (findings, indexes) = read(torn.clone());
        let bytes = (length - last) as u64;
        assert_eq!(kinds(&findings), [&Damage::TornTail { bytes }], "{length}");
        assert_eq!(findings[0].place.offset, Some(last as u64));
        assert_eq!(indexes, [0, 1, 2]);
        let elsewhere = crate::format::segment_steps(NAME, torn, false);
        let (findings, _) = split(elsewhere);
        assert!(
            findings[0].severity() == crate::Severity::Fault,
            "{findings:?}"
        );
    }
    let unwritten = [right.clone(), vec![0; 5000]].concat();
    assert_eq!(
        kinds(&read(unwritten).0),
        [&Damage::SpoiltTail { bytes: 5000 }]
    );
    let fewer_than_any_frame = [right.clone(), vec![0; 63]].concat();
    assert_eq!(
        kinds(&read(fewer_than_any_frame).0),
        [&Damage::TornTail { bytes: 63 }]
    );
    assert_eq!(
        kinds(&read(right[..20].to_vec()).0),
        [&Damage::TornTail { bytes: 20 }]
    );
    let (findings, _) = split(crate::format::segment_steps(
        NAME,
        right[..20].to_vec(),
        false,
    ));
    assert_eq!(kinds(&findings), [&Damage::CutShort { bytes: 44 }]);
}

#[test]
fn a_last_frame_of_full_length_that_does_not_hold_is_never_taken_for_one_that_was_not_committed() {
    let (_, right) = trust_only();
    let last = frames(&right)[2];
    let bytes = (right.len() - last) as u64;
    // Sectors that never came, or were lost later: the header's, one of the table, the end of the data.
    let header_end = (last / 512 + 1) * 512;
    for missing in [
        last..header_end,
        last + 64..last + 200,
        right.len() - 40..right.len(),
    ] {
        let mut torn = right.clone();
        torn[missing.clone()].fill(0);
        let (findings, indexes) = read(torn.clone());
        assert_eq!(
            kinds(&findings),
            [&Damage::SpoiltTail { bytes }],
            "{missing:?}"
        );
        assert_eq!(findings[0].severity(), crate::Severity::Gap);
        assert_eq!(indexes, [0, 1, 2]);
        // Anywhere but at the end of the log it is damage.
        let (findings, _) = split(crate::format::segment_steps(NAME, torn.clone(), false));
        assert!(
            findings
                .iter()
                .any(|f| f.severity() == crate::Severity::Fault)
        );
        let followed = [torn, right[last..].to_vec()].concat();
        let (findings, _) = read(followed);
        assert!(
            findings
                .iter()
                .any(|f| f.severity() == crate::Severity::Fault)
        );
    }
}

#[test]
fn two_flipped_bits_in_the_last_frame_leave_open_what_it_was() {
    let (_, right) = trust_only();
    let last = frames(&right)[2];
    let bytes = (right.len() - last) as u64;
    for at in [last + 8, last + 64, right.len() - 9] {
        let mut wrong = right.clone();
        wrong[at] ^= 0x11;
        let (findings, _) = read(wrong);
        assert_eq!(kinds(&findings), [&Damage::SpoiltTail { bytes }], "{at}");
    }
}

#[test]
fn a_frame_cut_short_with_frames_behind_it_is_a_fault() {
    let (_, right) = trust_only();
    let at = frames(&right);
    let mut cut = right[..at[2] - 7].to_vec();
    cut.extend(&right[at[2]..]);
    // The first frame after the cut lies within the extent of the one before: its data fails, and it is lost.
    let (findings, indexes) = read(cut.clone());
    assert!(
        findings
            .iter()
            .any(|finding| finding.severity() == crate::Severity::Fault)
    );
    assert_eq!(indexes, [0, 1, 2]);
    // Cut so far that the frame would end beyond the file: said so, and the next frame is read.
    let mut cut = right[..at[1] + 100].to_vec();
    cut.extend(&right[at[2]..at[2] + 300]);
    let (findings, _) = read(cut);
    assert!(
        matches!(kinds(&findings)[0], Damage::CutShort { .. }),
        "{findings:?}"
    );
}

#[test]
fn bytes_that_are_no_frame_are_named() {
    let (_, right) = trust_only();
    let at = frames(&right)[1];
    let between = [&right[..at], b"something else", &right[at..]].concat();
    let (findings, indexes) = read(between);
    assert_eq!(kinds(&findings), [&Damage::ForeignBytes { bytes: 14 }]);
    assert_eq!(findings[0].place, Place::byte(NAME, at as u64));
    assert_eq!(indexes, [0, 1, 2, 3]);
    for tail in [b"x".to_vec(), vec![1; 200]] {
        let (findings, _) = read([right.clone(), tail.clone()].concat());
        assert_eq!(
            kinds(&findings),
            [&Damage::ForeignBytes {
                bytes: tail.len() as u64
            }]
        );
    }
}

#[test]
fn headers_that_cannot_be_are_named_although_their_checksums_are_right() {
    let site = Site::new();
    let drafts = site.trust_entries();
    let note = site.note_at(&drafts, 4);
    let sound = frame(0, &drafts, &note);
    let header = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut header = segment_header(0, crate::specimen::ORIGIN)[..60].to_vec();
        change(&mut header);
        [with_checksum(header), sound.clone()].concat()
    };
    let problem = |bytes: Vec<u8>| match &read(bytes).0[..] {
        [
            Finding {
                kind: Kind::Bytes(Damage::Header { problem, .. }),
                ..
            },
        ] => problem.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(problem(header(&|header| header[0] = b'Q')), Problem::Magic);
    assert_eq!(
        problem(header(&|header| header[9] = 2)),
        Problem::Version(2)
    );
    assert_eq!(problem(header(&|header| header[15] = 1)), Problem::NotZero);
    assert_eq!(problem(header(&|header| header[59] = 1)), Problem::NotZero);
    assert_eq!(
        problem(header(&|header| header[23] = 5)),
        Problem::First { says: 5, holds: 0 }
    );

    let frame_header = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut header = sound[..60].to_vec();
        change(&mut header);
        let header = with_checksum(header);
        [
            segment_header(0, crate::specimen::ORIGIN),
            header,
            sound[64..].to_vec(),
        ]
        .concat()
    };
    assert_eq!(
        problem(frame_header(&|header| header[0] = b'G')),
        Problem::Magic
    );
    assert_eq!(
        problem(frame_header(&|header| header[20] = 1)),
        Problem::NotZero
    );
    assert_eq!(
        problem(frame_header(&|header| header[59] = 1)),
        Problem::NotZero
    );
    assert_eq!(
        problem(frame_header(&|header| header[7] = 0)),
        Problem::Count(0)
    );
    assert_eq!(
        problem(frame_header(&|header| header[6] = 3)),
        Problem::Count(0x304)
    );
    assert_eq!(
        problem(frame_header(&|header| header[17] = 1)),
        Problem::CheckpointLength(0x1_0000 + u32::try_from(note.len()).unwrap())
    );
    assert!(matches!(
        problem(frame_header(&|header| header[24] = 1)),
        Problem::DataLength(length) if length > 1 << 56
    ));
}

#[test]
fn rows_that_cannot_be_are_named() {
    let site = Site::new();
    let row = |change: &dyn Fn(&mut Draft)| {
        let mut drafts = site.trust_entries();
        change(&mut drafts[1]);
        let (findings, _) = read(site.segment(&drafts, &[4]));
        let [finding] = findings.as_slice() else {
            panic!("{findings:?}")
        };
        assert_eq!(finding.place.entry, Some(1));
        damage(finding).unwrap().clone()
    };
    assert_eq!(row(&|draft| draft.flags = 4), Damage::Flags { flags: 4 });
    assert_eq!(row(&|draft| draft.zero = 1), Damage::RowNotZero);
    assert_eq!(row(&|draft| draft.flags = 1), Damage::PrunedRemains);
    assert_eq!(
        row(&|draft| {
            draft.flags = 2;
            draft.body = vec![1];
        }),
        Damage::PrunedRemains
    );
}

#[test]
fn lengths_that_do_not_add_up_cost_the_frame() {
    let site = Site::new();
    let drafts = site.trust_entries();
    let note = site.note_at(&drafts, 4);
    let mut bytes = frame(0, &drafts, &note);
    let table_end = 64 + 4 * 160 + note.len();
    bytes[64 + 55] += 1; // the length of the first record
    let table = crc32c::crc32c(&bytes[64..table_end]);
    bytes[32..36].copy_from_slice(&table.to_be_bytes());
    let header = with_checksum(bytes[..60].to_vec());
    let bytes = [
        segment_header(0, crate::specimen::ORIGIN),
        header,
        bytes[64..].to_vec(),
    ]
    .concat();
    let (findings, indexes) = read(bytes);
    assert!(
        matches!(kinds(&findings)[..], [Damage::Lengths { table, data }] if *table == data + 1)
    );
    assert_eq!(indexes, [] as [u64; 0]);
}

proptest! {
    #[test]
    fn no_bytes_cause_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), last: bool) {
        split(crate::format::segment_steps(NAME, bytes, last));
    }

    #[test]
    fn no_mutation_causes_a_panic(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = MUTATED.with(Clone::clone);
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        split(crate::format::segment_steps(NAME, bytes, true));
    }
}

thread_local! {
    static MUTATED: Vec<u8> = trust_only().1;
}
