//! A ledger without threads does what one with threads does, when it is told to and only then.

use crate::harness::{ORIGIN, Rig, entry, published, signer};
use precinto_ledger::storage::Survival;
use precinto_ledger::{Ledger, OwnerHandle, Steps, testing};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

fn open(rig: &Rig) -> (Ledger, OwnerHandle, Steps) {
    let (disk, clock) = (Arc::new(rig.disk.clone()), Arc::clone(&rig.clock));
    testing::open_stepped(disk, signer(ORIGIN), rig.limits, clock, || ()).unwrap()
}

#[test]
fn nothing_is_answered_before_a_step_and_what_is_queued_goes_together() {
    let rig = Rig::new();
    let (ledger, owner, steps) = open(&rig);
    let mut waiting = Context::from_waker(Waker::noop());
    let mut appends: Vec<_> = (0..3).map(|n| Box::pin(ledger.append(entry(n)))).collect();
    for append in &mut appends {
        assert!(append.as_mut().poll(&mut waiting).is_pending());
    }
    assert_eq!(ledger.published().borrow().size, 0);
    let before = rig.disk.sync_data_calls();
    assert!(steps.step());
    assert_eq!(rig.disk.sync_data_calls(), before + 1);
    for (index, append) in appends.iter_mut().enumerate() {
        let Poll::Ready(answer) = append.as_mut().poll(&mut waiting) else {
            panic!("not answered");
        };
        assert_eq!(answer.unwrap().proven.index, index as u64);
    }
    assert_eq!(published(&rig.disk).unwrap().checkpoint().size, 3);
    assert!(steps.step(), "with nothing to do");
    drop(appends);
    owner.stop().unwrap();
    assert!(!steps.step());
}

#[test]
fn a_stop_commits_what_is_queued_and_a_crash_does_not() {
    let rig = Rig::new();
    let mut waiting = Context::from_waker(Waker::noop());
    let (ledger, owner, steps) = open(&rig);
    let mut append = Box::pin(ledger.append(entry(0)));
    assert!(append.as_mut().poll(&mut waiting).is_pending());
    owner.stop().unwrap();
    assert!(append.as_mut().poll(&mut waiting).is_ready());
    drop(append);
    drop((ledger, steps));

    let (ledger, owner, steps) = open(&rig);
    assert_eq!(ledger.published().borrow().size, 1);
    let mut append = Box::pin(ledger.append(entry(1)));
    assert!(append.as_mut().poll(&mut waiting).is_pending());
    let left = Rig::on(rig.disk.crash(rig.disk.changes(), Survival::Kept));
    drop(append);
    drop((ledger, owner, steps));
    assert_eq!(open(&left).0.published().borrow().size, 1);
}
