//! Room, waking and frames between the task that reads the log and the connection.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Wake;

use tokio_stream::StreamExt as _;

use super::*;

fn delivery(bytes: usize) -> pb::SubscribeResponse {
    let delivery = pb::Delivery {
        body: vec![1; bytes].into(),
        ..Default::default()
    };
    pb::SubscribeResponse {
        delivery: Some(delivery),
        ..Default::default()
    }
}

#[test]
fn a_delivery_is_never_taken_for_less_than_it_is() {
    let delivery = |len: usize, text: &str| pb::Delivery {
        index: u64::MAX,
        covered: Some(pb::Range {
            first: u64::MAX,
            end: u64::MAX,
        }),
        envelope: vec![1; len].into(),
        body: vec![2; len].into(),
        receipt: Some(pb::Receipt {
            proof: text.to_owned(),
            record: vec![3; len].into(),
        }),
        attempt: u32::MAX,
        time_ms: u64::MAX,
        kind: i32::MIN,
        body_pruned: true,
        consistency: vec![vec![4; 32].into(); len.min(64)],
    };
    for (len, text) in [(0, ""), (1, "x"), (300, "proof"), (1 << 20, "proof")] {
        let delivery = delivery(len, text);
        let counted = bytes_of(&delivery);
        let message = pb::SubscribeResponse {
            delivery: Some(delivery),
            ..Default::default()
        };
        let encoded = message.encoded_len();
        assert!(
            counted >= encoded && counted <= encoded + DELIVERY_NUMBERS_BYTES,
            "{counted} for {encoded}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_slow_and_holds_no_more_than_its_share() {
    let (outbox, _deliveries) = outbox(&Arc::default());
    let mut put = 0;
    while outbox.put(delivery(100_000), 0).await == Ok(()) {
        put += 1;
    }
    assert_eq!(put, 10, "a mebibyte");
    assert_eq!(outbox.put(delivery(100_000), 0).await, Err(Stuck::Slow));
}

#[tokio::test(start_paused = true)]
async fn who_is_slow_is_still_told_so() {
    let (outbox, deliveries) = outbox(&Arc::default());
    while outbox.put(delivery(1), 0).await.is_ok() {}
    let closing = pb::Closing {
        reason: pb::ClosingReason::Slow.into(),
        retry_after: None,
    };
    outbox.close_with(Ok(pb::SubscribeResponse {
        closing: Some(closing),
        ..Default::default()
    }));
    let told: Vec<_> = deliveries.map(Result::unwrap).collect().await;
    assert_eq!(told.len(), OUTBOX_MESSAGES_MAX + 1);
    assert_eq!(told.last().unwrap().closing, Some(closing));
}

#[tokio::test(start_paused = true)]
async fn taking_makes_room_and_small_messages_are_counted() {
    let (outbox, mut deliveries) = outbox(&Arc::default());
    for _ in 0..OUTBOX_MESSAGES_MAX {
        outbox.put(delivery(1), 0).await.unwrap();
    }
    assert_eq!(outbox.put(delivery(1), 0).await, Err(Stuck::Slow));
    deliveries.next().await.unwrap().unwrap();
    assert_eq!(outbox.put(delivery(1), 0).await, Ok(()));
    drop(deliveries);
    assert_eq!(outbox.put(delivery(1), 0).await, Err(Stuck::Gone));
}

#[tokio::test(start_paused = true)]
async fn a_message_larger_than_the_budget_passes_alone() {
    let (outbox, mut deliveries) = outbox(&Arc::default());
    outbox.put(delivery(2 * OUTBOX_BYTES_MAX), 0).await.unwrap();
    assert_eq!(outbox.put(delivery(1), 0).await, Err(Stuck::Slow));
    deliveries.next().await.unwrap().unwrap();
    assert_eq!(outbox.put(delivery(1), 0).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn what_finds_no_room_at_once_comes_back_whole() {
    let (outbox, mut deliveries) = outbox(&Arc::default());
    outbox.try_put(delivery(OUTBOX_BYTES_MAX), 0).unwrap();
    let NoRoom(message) = outbox.try_put(delivery(7), 0).unwrap_err();
    assert_eq!(*message, delivery(7));
    deliveries.next().await.unwrap().unwrap();
    for _ in 0..OUTBOX_MESSAGES_MAX {
        outbox.try_put(delivery(1), 0).unwrap();
    }
    outbox.try_put(delivery(1), 0).unwrap_err();
    drop(deliveries);
    outbox.try_put(delivery(1), 0).unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn memory_that_a_message_holds_beside_itself_counts() {
    let (outbox, mut deliveries) = outbox(&Arc::default());
    outbox.try_put(delivery(7), OUTBOX_BYTES_MAX / 2).unwrap();
    outbox
        .try_put(delivery(7), OUTBOX_BYTES_MAX / 2)
        .unwrap_err();
    outbox.try_put(delivery(7), 0).unwrap();
    deliveries.next().await.unwrap().unwrap();
    outbox.try_put(delivery(7), OUTBOX_BYTES_MAX / 2).unwrap();
}

/// How often a task was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

impl Woken {
    fn take(&self) -> usize {
        self.0.swap(0, Ordering::Relaxed)
    }

    fn poll(self: &Arc<Self>, deliveries: &mut Deliveries) -> Poll<Option<usize>> {
        let waker = Waker::from(Arc::clone(self));
        let polled = Pin::new(deliveries).poll_next(&mut Context::from_waker(&waker));
        polled.map(|next| next.map(|message| message.unwrap().encoded_len()))
    }
}

#[test]
fn the_connection_is_woken_for_a_piece_or_for_the_last_of_it_and_not_for_each_message() {
    let ((outbox, mut deliveries), woken) = (outbox(&Arc::default()), Arc::new(Woken::default()));
    for (messages, flushed) in [
        (1, true),
        (PIECE_MESSAGES - 1, true),
        (PIECE_MESSAGES, false),
    ] {
        assert!(woken.poll(&mut deliveries).is_pending());
        for _ in 0..messages {
            assert_eq!(woken.take(), 0, "of {messages}");
            outbox.try_put(delivery(1), 0).unwrap();
        }
        assert_eq!(woken.take(), usize::from(!flushed), "of {messages}");
        outbox.flush();
        assert_eq!(woken.take(), usize::from(flushed), "of {messages}");
        for _ in 0..messages {
            assert!(woken.poll(&mut deliveries).is_ready());
        }
    }
    assert!(woken.poll(&mut deliveries).is_pending());
    drop(outbox);
    assert_eq!(woken.take(), 1, "the end");
    assert_eq!(woken.poll(&mut deliveries), Poll::Ready(None));
}

#[test]
fn what_is_given_at_once_fills_a_frame_with_whole_messages_and_the_rest_is_asked_for() {
    let ((outbox, mut deliveries), woken) = (outbox(&Arc::default()), Arc::new(Woken::default()));
    let sizes = [5_000, 5_000, 5_000, 5_000, 100_000, 1];
    for size in sizes {
        outbox.try_put(delivery(size), 0).unwrap();
    }
    let mut frames = vec![Vec::new()];
    for _ in 0..100 {
        match woken.poll(&mut deliveries) {
            Poll::Ready(Some(bytes)) => frames.last_mut().unwrap().push(bytes),
            Poll::Pending if woken.take() == 1 => frames.push(Vec::new()),
            _ => break,
        }
    }
    let counts: Vec<usize> = frames.iter().map(Vec::len).collect();
    assert_eq!(counts, [3, 1, 1, 1], "a large one goes alone");
}

/// How often the one who takes little takes a message.
const LITTLE_EVERY: Duration = Duration::from_secs(PROGRESS_TIMEOUT.as_secs() - 2);

#[tokio::test(start_paused = true)]
async fn who_takes_little_is_not_slow_and_room_for_one_message_is_not_left_for_long() {
    let (outbox, mut deliveries) = outbox(&Arc::default());
    let reads = async {
        for _ in 0..6 {
            tokio::time::sleep(LITTLE_EVERY).await;
            deliveries.next().await.unwrap().unwrap();
        }
        std::future::pending::<()>().await;
    };
    let puts = async {
        while outbox.try_put(delivery(1), 0).is_ok() {}
        for _ in 0..3 {
            outbox.put(delivery(1), 0).await.unwrap();
        }
        // There is no room for this one before far more is taken than will be.
        outbox.put(delivery(OUTBOX_BYTES_MAX), 0).await
    };
    let began = Instant::now();
    tokio::select! {
        () = reads => unreachable!("it has no end"),
        stuck = puts => assert_eq!(stuck, Err(Stuck::Slow)),
    }
    let last = 6 * LITTLE_EVERY;
    let expected = last + PROGRESS_TIMEOUT..last + PROGRESS_TIMEOUT + 2 * GOOD_PART_WAIT;
    assert!(expected.contains(&began.elapsed()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_room_is_woken_for_a_good_part_and_when_nobody_takes_any_more() {
    let (outbox, mut deliveries) = outbox(&Arc::default());
    while outbox.try_put(delivery(1), 0).is_ok() {}
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut put = Box::pin(outbox.put(delivery(1), 0));
    assert!(
        put.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    for _ in 1..PIECE_MESSAGES {
        deliveries.next().await.unwrap().unwrap();
        assert_eq!(woken.take(), 0);
    }
    deliveries.next().await.unwrap().unwrap();
    assert_eq!(woken.take(), 1);
    assert_eq!(put.await, Ok(()));
    while outbox.try_put(delivery(1), 0).is_ok() {}
    let mut put = Box::pin(outbox.put(delivery(1), 0));
    assert!(
        put.as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    drop(deliveries);
    assert_eq!(woken.take(), 1);
    assert_eq!(put.await, Err(Stuck::Gone));
}
