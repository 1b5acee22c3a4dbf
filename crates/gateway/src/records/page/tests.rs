//! The limits of one page, small enough to be met. Who reads what is tested through the door.

use precinto_alert::id::Identity;
use precinto_ledger::OwnerHandle;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::testing::entry;

use super::*;

/// A log of `count` entries of 1,000 bytes each, none of which is a statement.
async fn log(folder: &std::path::Path, count: u8) -> (Ledger, OwnerHandle) {
    let clock = Arc::new(ManualClock::new(1_000));
    let (ledger, owner) = crate::test_ledger::open(folder, clock);
    for number in 0..count {
        let entry = entry([number; 32], &[number; 1_000], &[], &[]);
        ledger.append(entry).await.unwrap();
    }
    (ledger, owner)
}

fn reader(node: &str) -> Reader {
    let directory = crate::registry::tests::example();
    let identity = Identity::Node(node.parse().unwrap());
    Reader::new(&identity, &node.parse().unwrap(), &Arc::new(directory))
}

#[tokio::test]
async fn a_page_that_found_nothing_says_how_far_it_looked() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, owner) = log(folder.path(), 20).await;
    let limits = |entries, bytes| ScanLimits {
        entries,
        bytes,
        ..ScanLimits::default()
    };
    let next_index = |range, limits| {
        let query = Query {
            // Who may read everything; but a list holds statements only.
            reader: reader("spiffe://us.dev.invalid/agency/oig/node/audit"),
            case: None,
            range,
            records_max: 100,
            limits,
        };
        let page = query.page(&ledger, &Cases::default()).unwrap();
        assert!(page.records.is_empty());
        page.next_index
    };
    assert_eq!(next_index(0..20, ScanLimits::default()), 20);
    assert_eq!(next_index(3..20, limits(5, usize::MAX)), 8);
    // The third entry is the one with which more than 2,500 bytes have been looked at.
    assert_eq!(next_index(3..20, limits(100, 2_500)), 6);
    assert_eq!(next_index(3..20, limits(100, 1)), 4, "it always gets on");
    assert_eq!(next_index(3..7, limits(100, usize::MAX)), 7);
    assert_eq!(next_index(20..20, limits(100, usize::MAX)), 20);
    drop(ledger);
    owner.stop().unwrap();
}

#[tokio::test]
async fn of_a_case_that_does_not_exist_nothing_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let (ledger, owner) = log(folder.path(), 20).await;
    let query = Query {
        reader: reader("spiffe://us.dev.invalid/agency/cbp/node/lax"),
        case: Some(AlertId::compose("US", "CBPLAX", 2026, 1).unwrap()),
        range: 0..20,
        records_max: 100,
        limits: ScanLimits {
            entries_of_case: 1,
            ..ScanLimits::default()
        },
    };
    let page = query.page(&ledger, &Cases::default()).unwrap();
    assert_eq!((page.records.len(), page.next_index), (0, 20));
    drop(ledger);
    owner.stop().unwrap();
}

#[test]
fn a_page_has_room_for_so_many_bytes_or_for_one_record() {
    let record = |bytes| pb::Record {
        body: vec![7; bytes],
        ..Default::default()
    };
    let mut page = Page::default();
    assert!(page.take(record(400), 1_000));
    assert!(page.take(record(400), 1_000));
    assert!(!page.take(record(400), 1_000));
    assert!(page.take(record(100), 1_000));
    assert_eq!(page.records.len(), 3);
    let mut page = Page::default();
    assert!(page.take(record(2_000), 1_000), "a large one goes alone");
    assert!(!page.take(record(1), 1_000));
}
