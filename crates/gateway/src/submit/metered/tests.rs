//! Who is read and who is not. The rest is tested through the door.

use std::convert::Infallible;

use http_body::Body as _;
use proptest::prelude::*;
use tokio::task::yield_now;
use tonic_types::StatusExt as _;

use super::*;
use crate::limits::{IN_FLIGHT_BYTES_PER_NODE_MAX, IN_FLIGHT_PER_NODE_MAX};
use crate::submit::Budget;
use crate::submit::in_flight::tests::node;

/// Some frames, and then nothing for ever.
struct Begun(Vec<Bytes>);

impl http_body::Body for Begun {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.0.is_empty() {
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(Frame::data(self.0.remove(0)))))
    }
}

fn begin(budget: &NodeBudget, frames: &[&[u8]]) -> (Metered, Share) {
    let share = Share::new(budget.clone());
    let frames = frames.iter().map(|frame| Bytes::copy_from_slice(frame));
    let body = Body::new(Begun(frames.collect()));
    (Metered::new(body, share.clone()), share)
}

/// A prefix that announces so many bytes, and the first of them.
fn prefix(bytes: usize) -> [u8; 6] {
    let [a, b, c, d] = u32::try_from(bytes).unwrap().to_be_bytes();
    [0, a, b, c, d, 7]
}

async fn frame(body: &mut Metered) -> Result<Frame<Bytes>, String> {
    let frame = std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
    frame.unwrap().map_err(|status| {
        let info = status.get_details_error_info().unwrap();
        info.reason
    })
}

#[tokio::test(start_paused = true)]
async fn no_more_bodies_are_read_than_there_is_room_for() {
    let lax = Budget::default().of(&node("lax"));
    let room = IN_FLIGHT_BYTES_PER_NODE_MAX / SUBMISSION_BYTES_MAX;
    let mut begun: Vec<_> = (0..room)
        .map(|_| begin(&lax, &[&prefix(SUBMISSION_BYTES_MAX)]))
        .collect();
    for (body, _) in &mut begun {
        frame(body).await.unwrap();
    }
    let (mut late, _) = begin(&lax, &[b"\0"]);
    assert_eq!(frame(&mut late).await.unwrap_err(), "OVERLOADED");
    // Complete and small: what it does not need is given back, and the next one is read.
    let held = begun[0].1.take(1_000).unwrap();
    let (mut next, _) = begin(&lax, &[&prefix(200 * 1024)]);
    frame(&mut next).await.unwrap();
    // Who goes away makes room as well, for one that waits already.
    let (mut waiting, _) = begin(&lax, &[b"\0"]);
    let waiting = tokio::spawn(async move { frame(&mut waiting).await.map(drop) });
    yield_now().await;
    drop(begun);
    assert_eq!(waiting.await.unwrap(), Ok(()));
    drop(held);
}

#[tokio::test(start_paused = true)]
async fn a_small_message_takes_what_its_prefix_says() {
    let lax = Budget::default().of(&node("lax"));
    let mut begun: Vec<_> = (0..IN_FLIGHT_PER_NODE_MAX)
        .map(|_| begin(&lax, &[&prefix(1_000)]))
        .collect();
    for (body, _) in &mut begun {
        frame(body).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_without_bytes_holds_nothing() {
    let lax = Budget::default().of(&node("lax"));
    let (mut body, share) = begin(&lax, &[b"", b"\0"]);
    frame(&mut body).await.unwrap();
    assert!(share.lock().is_none());
    frame(&mut body).await.unwrap();
    assert!(share.lock().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_message_that_was_begun_must_be_finished() {
    let lax = Budget::default().of(&node("lax"));
    // One message, and the beginning of the next in the same frame.
    let both = [&[0, 0, 0, 0, 1, 7], &prefix(9)[..]].concat();
    let (mut body, share) = begin(&lax, &[&both]);
    frame(&mut body).await.unwrap();
    assert!(share.take(1).is_some());
    assert_eq!(frame(&mut body).await.unwrap_err(), "DEADLINE");
    // Between two messages anybody may think for as long as he likes.
    let (mut body, _) = begin(&lax, &[&[0, 0, 0], &[0, 1, 7]]);
    frame(&mut body).await.unwrap();
    frame(&mut body).await.unwrap();
    let silence = tokio::time::timeout(10 * MESSAGE_TIMEOUT, frame(&mut body)).await;
    assert!(silence.is_err());
}

proptest! {
    /// However the bytes are cut into frames.
    #[test]
    fn messages_are_followed(lengths in prop::collection::vec(0_usize..300, 1..20), cut in 1_usize..400) {
        let mut bytes = Vec::new();
        let mut ends = Vec::new();
        for length in &lengths {
            bytes.extend(prefix(*length).iter().take(PREFIX_LEN));
            bytes.resize(bytes.len() + length, 0xff);
            ends.push(bytes.len());
        }
        let (mut messages, mut at) = (Messages::default(), 0);
        for frame in bytes.chunks(cut) {
            let of_first = ends.iter().position(|end| *end > at).unwrap();
            let begin = ends[of_first] - lengths[of_first];
            let passed = messages.pass(frame);
            let until = at + frame.len();
            let known = (until >= begin).then(|| u32::try_from(lengths[of_first]).unwrap());
            let ended = ends.iter().any(|end| *end > at && *end <= until);
            prop_assert_eq!(passed, Passed { length: known, ended });
            prop_assert_eq!(messages.is_within(), !ends.contains(&until));
            at = until;
        }
    }
}
