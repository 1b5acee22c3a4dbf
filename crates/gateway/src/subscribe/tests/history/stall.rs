//! Acts of readers that take nothing: one that stops for a while, and one whose line is lost without a word.

use std::time::Duration;

use precinto_proto::v1 as pb;

use super::History;
use crate::subscribe::tests::subscriber::{Said, Subscriber};

/// More than is ever delivered here.
const CREDIT_WITHOUT_END: u32 = 1_000;
/// More than a stream keeps for who does not read, and its line.
const STALL_ENTRIES: u64 = 8;
const STALL_BODY_BYTES: usize = 200_000;
/// Until everybody has done what there was to do.
const A_MOMENT: Duration = Duration::from_millis(50);

impl History {
    /// Opens a stream and does not read it while more comes than is kept for it. Who goes on soon misses nothing; who does not
    /// is told, and has missed nothing either.
    pub(super) async fn stall(&mut self) {
        let which = 0; // the one to which everything goes
        self.begin_with(which, CREDIT_WITHOUT_END).await;
        assert!(self.read(which).await > 0);
        for _ in 0..STALL_ENTRIES {
            let body = vec![7; STALL_BODY_BYTES];
            let notice = pb::MessageType::SystemNotice;
            let index = self.world.say_with("anam", notice, &body).await;
            self.is_ours(index, Said::Other);
        }
        tokio::time::sleep(A_MOMENT).await;
        let is_slow = self.dice.once_in(2);
        let seconds = if is_slow { 1..60 } else { 1..25 };
        let seconds = self.dice.in_range(seconds) + if is_slow { 30 } else { 0 };
        self.world.pass(Duration::from_secs(seconds)).await;
        tokio::time::sleep(A_MOMENT).await;
        if is_slow {
            self.is_slow(which).await;
        } else {
            while self.read(which).await > 0 {}
        }
    }

    /// Reads what was on its way, to the closing.
    async fn is_slow(&mut self, which: usize) {
        let Subscriber { model, stream, .. } = &mut self.subscribers[which];
        let mut stream = stream.take().unwrap();
        loop {
            let message = stream.answers.message().await.unwrap().unwrap();
            if let Some(closing) = message.closing {
                assert_eq!(closing.reason(), pb::ClosingReason::Slow);
                return;
            }
            let size = self.world.ledger.published().borrow().size;
            model.hear(&mut stream.seen, &message, size);
        }
    }

    /// The line is cut in the middle: nobody is told, and what is said into it is lost.
    pub(super) async fn vanish(&mut self, which: usize) {
        let Some(stream) = &self.subscribers[which].stream else {
            return;
        };
        let hole = stream.hole.clone();
        hole.open();
        self.settle(which).await;
        self.holes.push(hole);
        self.subscribers[which].stream = None;
    }
}
