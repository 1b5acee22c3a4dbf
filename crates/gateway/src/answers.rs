//! The answers of a stream on their way to the connection: a bounded queue with one place kept for the last word.
//!
//! A stream that is cut short must never look complete, so its status has to get in however far behind the peer is.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use tokio_stream::Stream;
use tonic::Status;

/// The end that a stream's task holds.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    queue: mpsc::Sender<Result<T, Status>>,
    last: mpsc::OwnedPermit<Result<T, Status>>,
}

/// The end that the connection takes from.
#[derive(Debug)]
pub struct Answers<T> {
    queue: mpsc::Receiver<Result<T, Status>>,
}

/// Both ends of a new queue of `places` and one.
pub(crate) fn answers<T>(places: usize) -> (Queue<T>, Answers<T>) {
    let (sender, receiver) = mpsc::channel(places + 1);
    let last = sender.clone().try_reserve_owned();
    let last = last.expect("the queue is empty and its receiver is here");
    (
        Queue {
            queue: sender,
            last,
        },
        Answers { queue: receiver },
    )
}

impl<T> Queue<T> {
    /// A place for one answer, as soon as there is one; none when nobody takes them any more. Cancel-safe.
    pub(crate) async fn place(&self) -> Option<mpsc::Permit<'_, Result<T, Status>>> {
        self.queue.reserve().await.ok()
    }

    /// Ends the stream with an error behind what is queued. Dropped instead, it ends well.
    pub(crate) fn end_with(self, status: Status) {
        self.last.send(Err(status));
    }
}

impl<T> Stream for Answers<T> {
    type Item = Result<T, Status>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.queue.poll_recv(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio_stream::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn the_last_word_gets_into_a_full_queue() {
        let (queue, answers) = answers(2);
        for number in 0..2 {
            queue.place().await.unwrap().send(Ok(number));
        }
        assert!(
            tokio::time::timeout(std::time::Duration::ZERO, queue.place())
                .await
                .is_err()
        );
        queue.end_with(Status::unavailable("draining"));
        let told: Vec<_> = answers.map(Result::ok).collect().await;
        assert_eq!(told, [Some(0), Some(1), None]);
    }
}
