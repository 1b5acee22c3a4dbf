//! The cursor against a model that remembers everything, and its file.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::limits::ATTEMPTS_DEFAULT;
use crate::subscribe::filter::Filter;
use precinto_envelope::crypto::sha256;
use precinto_proto::v1 as pb;

const NOW_MS: u64 = 1_795_348_800_000;

fn definition() -> Definition {
    Definition {
        node: "spiffe://us.dev.invalid/agency/cbp/node/lax"
            .parse()
            .unwrap(),
        name: "watch".to_owned(),
        start: Start::Index,
        start_index: 3,
        filter: Filter::default(),
        attempts_max: 5,
    }
}

/// One with every part set.
fn full_definition() -> Definition {
    let filter = pb::Filter {
        types: vec![2, 1],
        at_least: 2,
        commodities: vec![4],
        sender_agencies: vec!["us.dev.invalid/cbp".into()],
        statuses: vec![1, 2],
        alert_ids: vec!["US-CBPLAX-2026-000001V".into()],
    };
    Definition {
        start: Start::Time(NOW_MS),
        filter: Filter::read(Some(filter)).unwrap(),
        attempts_max: 100,
        ..definition()
    }
}

#[derive(Debug, Clone)]
enum Op {
    Skip(u64),
    Deliver,
    Redeliver(usize),
    Settle(u64),
    SettleUpTo(u64),
    Park(usize),
    Unpark(usize),
    GoBack(u64),
    Seek(u64),
    Reload,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (1_u64..4).prop_map(Op::Skip),
        6 => Just(Op::Deliver),
        1 => (0_usize..8).prop_map(Op::Redeliver),
        4 => (0_u64..40).prop_map(Op::Settle),
        1 => (0_u64..40).prop_map(Op::SettleUpTo),
        2 => (0_usize..8).prop_map(Op::Park),
        1 => (0_usize..4).prop_map(Op::Unpark),
        1 => (0_u64..40).prop_map(Op::GoBack),
        1 => (0_u64..40).prop_map(Op::Seek),
        1 => Just(Op::Reload),
    ]
}

/// The plain truth: what was delivered, what was settled, how far the log was covered.
#[derive(Default)]
struct Model {
    position: u64,
    begin: u64,
    is_moved: bool,
    delivered: BTreeSet<u64>,
    settled: BTreeSet<u64>,
    parked: BTreeSet<u64>,
}

impl Model {
    /// What is parked stays so, wherever it lies.
    fn forget_from(&mut self, to: u64) {
        self.delivered.retain(|index| *index < to);
        self.settled.retain(|index| *index < to);
    }

    /// What lies before the beginning counts only after a move: then it may be of before.
    fn has_covered(&self, index: u64) -> bool {
        (self.is_moved || index >= self.begin) && index < self.position
    }

    fn floor(&self) -> u64 {
        self.delivered
            .difference(&self.settled)
            .next()
            .copied()
            .map_or(self.position, |first| first.min(self.position))
    }
}

proptest! {
    #[test]
    fn floor_and_settled_set_are_those_of_the_model(ops in proptest::collection::vec(op(), 0..60)) {
        let mut cursor = Cursor::new(3);
        let mut model = Model { position: 3, begin: 3, ..Model::default() };
        for op in ops {
            match op {
                Op::Skip(count) => {
                    model.position += count;
                    cursor.cover(model.position);
                }
                // As a stream does it, by itself.
                Op::Deliver if cursor.is_parked(model.position) => {
                    model.position += 1;
                    cursor.cover(model.position);
                }
                Op::Deliver => {
                    model.delivered.insert(model.position);
                    prop_assert_eq!(cursor.deliver(model.position, NOW_MS), 1);
                    model.position += 1;
                }
                Op::Redeliver(which) => {
                    let index = cursor.unsettled().nth(which);
                    if let Some(index) = index.filter(|index| *index < model.position) {
                        let put_back = cursor.put_back().any(|waits| waits == index);
                        prop_assert_eq!(cursor.deliver(index, NOW_MS) == 1, put_back);
                    }
                }
                Op::Settle(index) => {
                    let covered = model.has_covered(index);
                    if covered {
                        model.settled.insert(index);
                    }
                    prop_assert_eq!(cursor.settle(index).is_ok(), covered);
                }
                Op::SettleUpTo(index) => {
                    let covered = model.has_covered(index);
                    if covered {
                        let waits: Vec<u64> = cursor.put_back().collect();
                        model.settled.extend((0..=index).filter(|index| !waits.contains(index)));
                    }
                    prop_assert_eq!(cursor.settle_up_to(index).is_ok(), covered);
                }
                Op::Park(which) => {
                    let index = cursor.unsettled().nth(which);
                    if let Some(index) = index {
                        prop_assert!(cursor.park(index, Reason::SigBad, NOW_MS));
                        prop_assert!(!cursor.park(index, Reason::SigBad, NOW_MS));
                        model.parked.insert(index);
                        model.settled.insert(index);
                    }
                }
                Op::Unpark(which) => {
                    let index = cursor.parked().map(|(index, _)| index).nth(which);
                    if let Some(index) = index {
                        prop_assert!(cursor.unpark(index, NOW_MS));
                        prop_assert!(!cursor.unpark(index, NOW_MS));
                        model.parked.remove(&index);
                        model.settled.remove(&index);
                        model.delivered.insert(index);
                    }
                }
                Op::GoBack(to) => {
                    cursor.go_back(to);
                    let to = to.max(model.begin);
                    if to < model.position {
                        model.position = to;
                        model.forget_from(to);
                    }
                }
                Op::Seek(to) => {
                    cursor.seek(to);
                    model.position = to;
                    model.begin = to;
                    model.is_moved = true;
                    model.forget_from(to);
                    model.parked.retain(|index| *index < to);
                    model.settled.extend(0..to);
                }
                Op::Reload => {
                    let text = cursor.to_text(&full_definition());
                    let (read, reloaded) = Cursor::parse(text.as_bytes()).unwrap();
                    prop_assert_eq!(read, full_definition());
                    prop_assert_eq!(&reloaded, &cursor);
                }
            }
            prop_assert_eq!(cursor.position(), model.position);
            prop_assert_eq!(cursor.floor(), model.floor());
            let unsettled: Vec<u64> = cursor.unsettled().collect();
            let expected: Vec<u64> = model.delivered.difference(&model.settled).copied().collect();
            prop_assert_eq!(unsettled, expected);
            let parked: Vec<u64> = cursor.parked().map(|(index, _)| index).collect();
            prop_assert_eq!(parked, model.parked.iter().copied().collect::<Vec<_>>());
        }
    }

    #[test]
    fn any_changed_byte_is_noticed(position in 0_usize..600, flip in 1_u8..=255) {
        let mut cursor = Cursor::new(3);
        cursor.deliver(7, NOW_MS);
        cursor.deliver(8, NOW_MS);
        cursor.park(8, Reason::SigBad, NOW_MS);
        let mut text = cursor.to_text(&full_definition()).into_bytes();
        let position = position % text.len();
        text[position] ^= flip;
        prop_assert!(Cursor::parse(&text).is_err());
    }
}

#[test]
fn after_a_restart_forgotten_deliveries_may_be_settled() {
    let mut before = Cursor::new(0);
    before.deliver(0, NOW_MS);
    // Flushed here; then 1 to 4 are delivered and acknowledged, and the process is killed.
    let (_, read) = Cursor::parse(before.to_text(&definition()).as_bytes()).unwrap();
    let mut after = read.recovered(5);
    assert_eq!(after.settle(4), Ok(()));
    assert_eq!(after.settle_up_to(3), Ok(vec![0]));
    assert_eq!(after.settle(5), Err(NotDelivered));
    // Nothing was skipped on their account: they come again.
    assert_eq!(after.position(), 1);
}

#[test]
fn the_file_is_what_its_drawing_says() {
    let mut cursor = Cursor::new(3);
    for index in [8, 9, 12] {
        cursor.deliver(index, NOW_MS);
    }
    cursor.deliver(9, NOW_MS + 1);
    cursor.park(8, Reason::SigBad, NOW_MS + 2);
    cursor.park(12, Reason::Unspecified, NOW_MS + 3);
    cursor.unpark(12, NOW_MS + 4);
    let text = cursor.to_text(&full_definition());
    let (content, _) = text.split_once("sha256 ").unwrap();
    let expected = "\
        precinto-cursor/v2\n\
        node spiffe://us.dev.invalid/agency/cbp/node/lax\n\
        name watch\n\
        start time 3 1795348800000\n\
        attempts 100\n\
        filter type=ALERT,AMEND at-least=P2 commodity=ILLICIT_FUEL from=us.dev.invalid/cbp status=ACTUAL,EXERCISE \
        alert=US-CBPLAX-2026-000001V\n\
        begin 3 0\n\
        position 13\n\
        unsettled 9:2:1795348800000 12:0:1795348800004\n\
        parked 8:5:SIG_BAD:1795348800000:1795348800002\n";
    assert_eq!(content, expected.replace(" 8:5:", " 8:1:"));
}

/// `content` with its checksum.
fn summed(content: &str) -> String {
    let sum = precinto_envelope::hex(&sha256(&[content.as_bytes()]));
    format!("{content}sha256 {sum}\n")
}

#[test]
fn a_file_of_version_1_is_read_and_goes_on_as_version_2() {
    let old = summed(
        "precinto-cursor/v1\nnode spiffe://us.dev.invalid/agency/cbp/node/lax\nname watch\nstart index 3\n\
         position 17\nunsettled 4:2 9:1\n",
    );
    let (read, mut cursor) = Cursor::parse(old.as_bytes()).unwrap();
    assert_eq!(read, definition());
    assert_eq!(read.attempts_max, ATTEMPTS_DEFAULT);
    assert_eq!(
        (cursor.position(), cursor.begin(), cursor.moves()),
        (17, 3, 0)
    );
    assert_eq!((cursor.attempts(4), cursor.attempts(9)), (Some(2), Some(1)));
    assert_eq!(cursor.oldest(), None, "nobody wrote down since when");
    cursor.park(4, Reason::Internal, NOW_MS);
    let (again, reloaded) = Cursor::parse(cursor.to_text(&read).as_bytes()).unwrap();
    assert_eq!((again, reloaded), (read, cursor));
}

#[test]
fn what_contradicts_itself_is_no_cursor() {
    let file = |position: &str, unsettled: &str, parked: &str| {
        summed(&format!(
            "precinto-cursor/v2\nnode spiffe://us.dev.invalid/agency/cbp/node/lax\nname watch\nstart first 0\n\
             attempts 5\nfilter \nbegin 0 0\nposition {position}\nunsettled{unsettled}\nparked{parked}\n"
        ))
    };
    let is_read = |text: String| Cursor::parse(text.as_bytes()).is_ok();
    assert!(is_read(file("9", " 3:1:5", " 4:5:SIG_BAD:1:2")));
    let gone_back = file("9", " 3:1:5 9:0:5", " 4:5:SIG_BAD:1:2 12:5:SIG_BAD:1:2");
    assert!(is_read(gone_back));
    for (position, unsettled, parked) in [
        ("9", " 9:1:5", ""),
        ("9", " 3:1:5", " 3:5:SIG_BAD:1:2"),
        ("9", " 3:1:5 3:1:5", ""),
        ("9", " 3:1", ""),
        ("9", "", " 4:5:NO_SUCH_REASON:1:2"),
        ("9", "", " 4:5:SIG_BAD:1:2:3"),
        ("x", "", ""),
    ] {
        let text = file(position, unsettled, parked);
        assert!(!is_read(text.clone()), "{text}");
    }
    let patience = file("9", "", "").replace("attempts 5", "attempts 101");
    let (content, _) = patience.split_once("sha256").unwrap();
    assert!(!is_read(summed(content)));
}

#[test]
fn the_oldest_is_that_which_waits_longest_and_not_the_lowest() {
    let mut cursor = Cursor::new(0);
    assert_eq!(cursor.oldest(), None);
    cursor.deliver(3, NOW_MS);
    cursor.deliver(5, NOW_MS - 7);
    assert_eq!(cursor.oldest(), Some((NOW_MS - 7, 5)));
    // Another attempt does not make it younger.
    cursor.deliver(5, NOW_MS);
    assert_eq!(cursor.oldest(), Some((NOW_MS - 7, 5)));
    cursor.settle(5).unwrap();
    assert_eq!(cursor.oldest(), Some((NOW_MS, 3)));
}

#[test]
fn what_is_before_the_beginning_was_never_delivered_unless_it_was_moved_there() {
    let mut cursor = Cursor::new(5);
    cursor.cover(9);
    assert_eq!(cursor.settle(4), Err(NotDelivered));
    assert_eq!(cursor.settle_up_to(4), Err(NotDelivered));
    assert_eq!(cursor.settle(5), Ok(()));
    cursor.seek(8);
    assert_eq!(cursor.settle(6), Ok(()), "of before the move");
}
