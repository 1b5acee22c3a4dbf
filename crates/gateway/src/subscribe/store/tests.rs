//! Subscriptions on disk: what comes back after a restart, what a damaged file means, who streams.

use super::*;
use crate::limits::ATTEMPTS_DEFAULT;
use crate::subscribe::definition::Start;
use crate::subscribe::filter::Filter;

fn node() -> NodeId {
    "spiffe://us.dev.invalid/agency/cbp/node/lax"
        .parse()
        .unwrap()
}

fn definition(name: &str) -> Definition {
    Definition {
        node: node(),
        name: name.to_owned(),
        start: Start::First,
        start_index: 0,
        filter: Filter::default(),
        attempts_max: ATTEMPTS_DEFAULT,
    }
}

#[test]
fn cursors_come_back_and_the_floor_is_told_only_when_it_is_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    slot.with_cursor(|cursor| {
        cursor.deliver(0, 1);
        cursor.deliver(1, 1);
        cursor.settle(0).unwrap();
    });
    assert_eq!(slot.settled(), 0, "not flushed yet");
    store.flush();
    assert_eq!(slot.settled(), 1);
    slot.with_cursor(|cursor| cursor.settle(1).unwrap());
    drop((slot, store));

    // Killed before the second flush: a repeat, never a gap.
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.get(&node(), "watch").unwrap();
    assert_eq!(
        slot.read_cursor(|cursor| (cursor.position(), cursor.floor())),
        (2, 1)
    );
}

#[test]
fn what_changes_nothing_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    let written = |slot: &Slot| {
        store.flush();
        // Gone if nobody has written it since the last time.
        std::fs::remove_file(slot.path()).is_ok()
    };
    assert!(written(&slot), "created");
    slot.with_cursor(|cursor| {
        cursor.cover(0);
        cursor.settle(3).unwrap_err();
    });
    assert!(!written(&slot));
    slot.with_cursor(|cursor| cursor.deliver(4, 1));
    assert!(written(&slot));
    slot.with_cursor(|cursor| cursor.deliver(4, 1));
    assert!(written(&slot), "another attempt");
    slot.with_cursor(|cursor| cursor.settle(4).unwrap());
    assert!(written(&slot));
    slot.with_cursor(|cursor| cursor.settle(4).unwrap());
    slot.with_cursor(|cursor| cursor.settle_up_to(4).unwrap());
    assert!(!written(&slot), "settled before");
}

/// Flips a bit in the file of a subscription that has come to entry 7; what the file says then.
fn damage(store: &Store, slot: &Slot) -> Vec<u8> {
    slot.with_cursor(|cursor| cursor.cover(7));
    store.flush();
    let mut bytes = std::fs::read(slot.path()).unwrap();
    bytes[60] ^= 1;
    durable::replace(slot.path(), &bytes).unwrap();
    bytes
}

fn only_recalls() -> Filter {
    let recall = precinto_proto::v1::MessageType::Recall.into();
    Filter::read(Some(precinto_proto::v1::Filter {
        types: vec![recall],
        ..Default::default()
    }))
    .unwrap()
}

#[test]
fn a_damaged_cursor_is_nobodys_until_its_node_says_what_it_lets_through_and_then_begins_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    let bytes = damage(&store, &slot);

    // With NOW it would otherwise skip what was missed.
    let now = Definition {
        start: Start::Now,
        start_index: 10,
        filter: only_recalls(),
        ..definition("watch")
    };
    for _ in 0..2 {
        let store = Store::open(folder.path(), 10).unwrap();
        let unknown = store.get(&node(), "watch").unwrap_err();
        assert_eq!(unknown.reason(), Reason::SubscriptionUnknown);
        assert!(store.list(&node(), "").is_empty());
    }
    // In the life in which it is made again, and in those after it.
    for settled in [0, 3, 3] {
        let store = Store::open(folder.path(), 10).unwrap();
        let slot = store.create(now.clone()).unwrap();
        assert_eq!(slot.read_cursor(Cursor::position), settled);
        assert_eq!(
            slot.definition().filter,
            only_recalls(),
            "as it was asked for"
        );
        let other = store.create(definition("watch")).unwrap_err();
        assert_eq!(other.reason(), Reason::SubscriptionExists);
        slot.with_cursor(|cursor| cursor.cover(3));
        store.flush();
    }
    let copy = slot.path().with_extension(DAMAGED);
    let kept = std::fs::read(&copy).unwrap();
    assert_eq!(kept, bytes, "for whoever wants to know what it said");
    // Who deletes it begins where he says.
    let store = Store::open(folder.path(), 10).unwrap();
    store.delete(&node(), "watch").unwrap();
    let slot = store.create(now).unwrap();
    assert_eq!(slot.read_cursor(Cursor::position), 10);
    assert!(!copy.is_file());
}

#[test]
fn a_cursor_is_believed_only_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    slot.with_cursor(|cursor| cursor.cover(7));
    store.flush();
    let bytes = std::fs::read(slot.path()).unwrap();
    let copied = slot.path().with_file_name("copy.cursor");
    durable::replace(&copied, &bytes).unwrap();
    for stray in ["notes.txt", "watch.cursor.tmp"] {
        durable::replace(&slot.path().with_file_name(stray), b"?").unwrap();
    }

    let store = Store::open(folder.path(), 10).unwrap();
    let names: Vec<String> = store
        .list(&node(), "")
        .iter()
        .map(|slot| slot.definition().name.clone())
        .collect();
    assert_eq!(names, ["watch"]);
    let watch = store.get(&node(), "watch").unwrap();
    assert_eq!(watch.path(), slot.path());
    assert_eq!(watch.read_cursor(Cursor::position), 7);
}

#[test]
fn a_deleted_subscription_does_not_come_back_with_a_late_flush() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    slot.with_cursor(|cursor| cursor.cover(3));
    store.delete(&node(), "watch").unwrap();
    slot.flush_or_warn();
    let store = Store::open(folder.path(), 10).unwrap();
    assert_eq!(
        store.get(&node(), "watch").unwrap_err().reason(),
        Reason::SubscriptionUnknown
    );
}

#[test]
fn names_and_their_number_are_limited() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    for name in ["", "A", "a b", "../a", "a/b", "ñ", &"x".repeat(65)] {
        assert_eq!(
            store.create(definition(name)).unwrap_err().reason(),
            Reason::SubscriptionName
        );
    }
    for number in 0..SUBSCRIPTIONS_PER_NODE_MAX {
        store.create(definition(&format!("n{number}"))).unwrap();
    }
    assert_eq!(
        store.create(definition("more")).unwrap_err().reason(),
        Reason::LimitReached
    );
    store.create(definition("n0")).unwrap();
}

#[tokio::test]
async fn one_stream_holds_a_slot_and_the_next_one_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    let mut first = slot.hold().await.unwrap();
    let second = tokio::spawn({
        let slot = Arc::clone(&slot);
        async move { slot.hold().await.map(drop) }
    });
    first.ending.changed().await.unwrap();
    assert_eq!(*first.ending.borrow(), Some(ClosingReason::Superseded));
    assert!(!second.is_finished());
    drop(first);
    second.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_does_not_let_go_is_not_waited_for_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    let _first = slot.hold().await.unwrap();
    assert_eq!(slot.hold().await.unwrap_err().reason(), Reason::Overloaded);
}

#[test]
fn a_cursor_ahead_of_the_log_proves_that_entries_are_lost() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), 10).unwrap();
    let slot = store.create(definition("watch")).unwrap();
    slot.with_cursor(|cursor| cursor.cover(10));
    store.flush();
    Store::open(folder.path(), 10).unwrap();
    let error = Store::open(folder.path(), 9).unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Behind {
                position: 10,
                size: 9,
                ..
            }
        ),
        "{error}"
    );
}
