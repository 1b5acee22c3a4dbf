//! The cursor against a model that remembers everything, and its file.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn definition() -> Definition {
    Definition {
        node: "spiffe://us.dev.invalid/agency/cbp/node/lax"
            .parse()
            .unwrap(),
        name: "watch".to_owned(),
        start: Start::Index,
        start_index: 3,
    }
}

#[derive(Debug, Clone)]
enum Op {
    Skip(u64),
    Deliver,
    Redeliver(usize),
    Settle(u64),
    SettleUpTo(u64),
    GoBack(u64),
    Reload,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        2 => (1_u64..4).prop_map(Op::Skip),
        6 => Just(Op::Deliver),
        1 => (0_usize..8).prop_map(Op::Redeliver),
        4 => (0_u64..40).prop_map(Op::Settle),
        1 => (0_u64..40).prop_map(Op::SettleUpTo),
        1 => (3_u64..40).prop_map(Op::GoBack),
        1 => Just(Op::Reload),
    ]
}

/// The plain truth: what was delivered, what was settled, how far the log was covered.
#[derive(Default)]
struct Model {
    position: u64,
    delivered: BTreeSet<u64>,
    settled: BTreeSet<u64>,
}

impl Model {
    fn floor(&self) -> u64 {
        self.delivered
            .difference(&self.settled)
            .next()
            .copied()
            .unwrap_or(self.position)
    }
}

proptest! {
    #[test]
    fn floor_and_settled_set_are_those_of_the_model(ops in proptest::collection::vec(op(), 0..60)) {
        let mut cursor = Cursor::new(3);
        let mut model = Model { position: 3, ..Model::default() };
        for op in ops {
            match op {
                Op::Skip(count) => {
                    model.position += count;
                    cursor.cover(model.position);
                }
                Op::Deliver => {
                    model.delivered.insert(model.position);
                    prop_assert_eq!(cursor.deliver(model.position), 1);
                    model.position += 1;
                }
                Op::Redeliver(which) => {
                    let index = cursor.unsettled().nth(which);
                    if let Some(index) = index {
                        prop_assert!(cursor.deliver(index) > 1);
                    }
                }
                Op::Settle(index) => {
                    let covered = index < model.position;
                    if covered {
                        model.settled.insert(index);
                    }
                    prop_assert_eq!(cursor.settle(index).is_ok(), covered);
                }
                Op::SettleUpTo(index) => {
                    let covered = index < model.position;
                    if covered {
                        model.settled.extend(0..=index);
                    }
                    prop_assert_eq!(cursor.settle_up_to(index).is_ok(), covered);
                }
                Op::GoBack(to) => {
                    cursor.go_back(to);
                    if to < model.position {
                        model.position = to;
                        model.delivered.retain(|index| *index < to);
                        model.settled.retain(|index| *index < to);
                    }
                }
                Op::Reload => {
                    let (read, reloaded) = Cursor::parse(cursor.to_text(&definition()).as_bytes()).unwrap();
                    prop_assert_eq!(read, definition());
                    prop_assert_eq!(&reloaded, &cursor);
                }
            }
            prop_assert_eq!(cursor.position(), model.position);
            prop_assert_eq!(cursor.floor(), model.floor());
            let unsettled: Vec<u64> = cursor.unsettled().collect();
            let expected: Vec<u64> = model.delivered.difference(&model.settled).copied().collect();
            prop_assert_eq!(unsettled, expected);
        }
    }

    #[test]
    fn any_changed_byte_is_noticed(position in 0_usize..200, flip in 1_u8..=255) {
        let mut cursor = Cursor::new(3);
        cursor.deliver(7);
        let mut text = cursor.to_text(&definition()).into_bytes();
        let position = position % text.len();
        text[position] ^= flip;
        prop_assert!(Cursor::parse(&text).is_err());
    }
}

#[test]
fn after_a_restart_forgotten_deliveries_may_be_settled() {
    let mut before = Cursor::new(0);
    before.deliver(0);
    // Flushed here; then 1 to 4 are delivered and acknowledged, and the process is killed.
    let (_, read) = Cursor::parse(before.to_text(&definition()).as_bytes()).unwrap();
    let mut after = read.recovered(5);
    assert_eq!(after.settle(4), Ok(()));
    assert_eq!(after.settle_up_to(3), Ok(vec![0]));
    assert_eq!(after.settle(5), Err(NotDelivered));
    // Nothing was skipped on their account: they come again.
    assert_eq!(after.position(), 1);
}
