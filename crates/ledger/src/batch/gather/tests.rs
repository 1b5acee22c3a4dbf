//! How batches close: by count, by bytes, and by nobody being on the way.

use super::*;
use crate::entry::Entry;
use crate::queue::{InFlight, NotQueued, Queue, queue};
use std::thread;
use std::time::Duration;

fn entry(bytes: usize) -> Entry {
    Entry::trust(vec![1; bytes], Vec::new())
}

fn ends(limits: BatchLimits) -> (Queue, Gatherer) {
    let (queue, inbox) = queue(&limits);
    (queue, Gatherer::new(inbox, limits))
}

#[test]
fn a_batch_takes_what_is_queued_up_to_its_limits() {
    let limits = BatchLimits {
        entries: 3,
        data_bytes: 100,
        ..BatchLimits::default()
    };
    let (queue, mut gatherer) = ends(limits);
    let mut answers = Vec::new();
    for bytes in [10, 10, 10, 10, 90, 10, 10] {
        answers.push(queue.push(entry(bytes)).unwrap());
    }
    queue.stop();
    let sizes = std::iter::from_fn(|| gatherer.next()).map(|batch| {
        batch
            .iter()
            .map(|pending| pending.entry.size_bytes())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        sizes.collect::<Vec<_>>(),
        [vec![10, 10, 10], vec![10, 90], vec![10, 10]]
    );
    assert!(gatherer.is_stopping());
    assert_eq!(queue.push(entry(1)).unwrap_err(), NotQueued::Stopped);
}

#[test]
fn too_many_and_too_much_are_refused() {
    let (queue, gatherer) = ends(BatchLimits {
        queue_entries: 2,
        ..BatchLimits::default()
    });
    let _first = queue.push(entry(1)).unwrap();
    let _second = queue.push(entry(1)).unwrap();
    assert_eq!(queue.push(entry(1)).unwrap_err(), NotQueued::Full);
    drop(gatherer);
    assert_eq!(queue.push(entry(1)).unwrap_err(), NotQueued::Stopped);

    let (queue, mut gatherer) = ends(BatchLimits {
        queue_bytes: 1000,
        ..BatchLimits::default()
    });
    let _first = queue.push(entry(700)).unwrap();
    assert_eq!(queue.push(entry(700)).unwrap_err(), NotQueued::Full);
    let batch = gatherer.next();
    assert_eq!(
        queue.push(entry(700)).unwrap_err(),
        NotQueued::Full,
        "on its way still counts"
    );
    drop(batch);
    queue.push(entry(700)).unwrap();
}

#[test]
fn a_batch_waits_for_half_of_what_is_announced_and_who_is_alone_never_waits() {
    let limits = BatchLimits {
        linger: Duration::from_mins(10),
        ..BatchLimits::default()
    };
    let (queue, mut gatherer) = ends(limits);
    let announced: Vec<InFlight> = (0..4).map(|_| queue.announce()).collect();
    let _first = queue.push(entry(1)).unwrap();
    let late = queue.clone();
    let second = thread::spawn(move || late.push(entry(2)).unwrap());
    let batch = gatherer.next().unwrap();
    assert_eq!(batch.len(), 2, "half of four, and nobody came after");
    second.join().unwrap();
    drop(announced);
    let _alone = queue.push(entry(3)).unwrap();
    assert_eq!(gatherer.next().unwrap().len(), 1);
}

#[test]
fn a_stop_ends_the_waiting_and_takes_what_is_there() {
    let limits = BatchLimits {
        linger: Duration::from_mins(10),
        ..BatchLimits::default()
    };
    let (queue, mut gatherer) = ends(limits);
    let _announced: Vec<InFlight> = (0..4).map(|_| queue.announce()).collect();
    let _first = queue.push(entry(1)).unwrap();
    let stop = queue.clone();
    let stopper = thread::spawn(move || stop.stop());
    assert_eq!(gatherer.next().unwrap().len(), 1);
    assert!(gatherer.next().is_none() && gatherer.is_stopping());
    stopper.join().unwrap();
}

#[test]
fn when_all_callers_are_gone_what_is_there_is_taken_and_it_was_no_stop() {
    let (queue, mut gatherer) = ends(BatchLimits::default());
    let _first = queue.push(entry(1)).unwrap();
    drop(queue);
    assert_eq!(gatherer.next().unwrap().len(), 1);
    assert!(gatherer.next().is_none() && !gatherer.is_stopping());
}

#[test]
fn who_waits_hears_when_the_owner_is_gone() {
    let (queue, gatherer) = ends(BatchLimits::default());
    let answer = queue.push(entry(1)).unwrap();
    drop(gatherer);
    assert!(answer.blocking_recv().is_err());
}

#[test]
fn waiting_ends_when_nobody_comes() {
    let (queue, mut gatherer) = ends(BatchLimits::default());
    let _announced = [0; 4].map(|_| queue.announce());
    let _first = queue.push(entry(1)).unwrap();
    assert_eq!(gatherer.next().unwrap().len(), 1);
}
