//! Receipts under checkpoints that the log's key has signed and that stand on a branch of their own.

use super::*;
use crate::test_gateway::TestLog;

/// Everything that the log holds, each with its receipt, and that it is all.
fn all(log: &TestLog) -> Vec<pb::SubscribeResponse> {
    let proven = (0..log.size()).map(|index| proven(log, index));
    proven.chain([caught_up(log.note(), log.size())]).collect()
}

/// A delivery that goes on from the one before it, with its receipt under the log's newest checkpoint.
fn proven(log: &TestLog, index: u64) -> pb::SubscribeResponse {
    let mut delivery = log.delivery(index, index, index + 1);
    delivery.receipt = Some(log.receipt(index));
    delivered(delivery)
}

/// How a subscription ends that is told so, and what it has handed on before.
async fn ended(
    says: impl Fn(&mut TestLog, [crate::author::Signed; 2]) -> Vec<pb::SubscribeResponse>
    + Send
    + 'static,
) -> (Vec<u64>, SubscribeError) {
    let gateway = TestGateway::start().await;
    gateway.fill(4);
    let more = [gateway.notice(5), gateway.notice(6)];
    gateway.state().script = Box::new(move |log, _| (says(log, more.clone()), Then::Hold));
    let mut subscriber = subscriber(&gateway);
    subscriber.options.with_proofs = true;
    let mut handed_on = Vec::new();
    loop {
        match subscriber.next().await {
            Ok(Event::Delivery(delivery)) => handed_on.push(delivery.index),
            Ok(Event::Connected { .. } | Event::CaughtUp { .. }) => {}
            Ok(other) => panic!("{other:?}"),
            Err(error) => return (handed_on, error),
        }
    }
}

#[tokio::test]
async fn what_stands_on_another_branch_than_what_was_shown_is_not_handed_on() {
    let told = ended(|log, [one, other]| {
        let mut says = all(log);
        let mut branch = log.branch(3);
        branch.append(&one);
        branch.append(&other);
        says.push(proven(&branch, 4));
        says
    });
    let (handed_on, error) = told.await;
    assert_eq!(handed_on, [0, 1, 2, 3]);
    assert_eq!(error.reason(), Some(Reason::LogInconsistent), "{error:?}");
}

#[tokio::test]
async fn what_stands_on_a_branch_of_all_that_was_shown_ends_the_stream_at_the_next_checkpoint() {
    let told = ended(|log, [one, other]| {
        let mut says = all(log);
        let mut branch = log.branch(4);
        branch.append(&one);
        let mut lie = proven(&branch, 4);
        if let Some(delivery) = &mut lie.delivery {
            // It does go on from what was shown.
            let proof = branch.consistency(4, 5).into_iter();
            delivery.consistency = proof.map(Into::into).collect();
        }
        says.push(lie);
        log.append(&other);
        log.append(&one);
        says.push(caught_up(log.note(), 5));
        says
    });
    let (handed_on, error) = told.await;
    // Nobody could know better before.
    assert_eq!(handed_on, [0, 1, 2, 3, 4]);
    assert_eq!(error.reason(), Some(Reason::LogInconsistent), "{error:?}");
}
