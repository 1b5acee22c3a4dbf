//! Two agencies that send without end, and a third one that has something to say.

use precinto_gateway::limits::IN_FLIGHT_MAX;
use tokio::task::JoinSet;
use tonic::Status;

use crate::harness::channel::begin_call;
use crate::harness::parts::{MX, US, next};
use crate::harness::{AUDIT, LAX, NLU, World, reason};

const JFK: &str = "spiffe://us.dev.invalid/agency/cbp/node/jfk";
const TIJ: &str = "spiffe://mx.dev.invalid/agency/anam/node/tij";
const SUBMIT: &str = "/precinto.v1.SubmissionService/Submit";
/// Calls of each of the greedy: with those of the other agency, more than the process holds.
const CALLS: usize = 70;

/// A second node for each of the greedy agencies, since none has more than its share for itself.
async fn join(world: &World) {
    for (side, carrier, own, more) in [
        (US, LAX, "CBPLAX", ("jfk", "CBPJFK")),
        (MX, NLU, "ANAMNLU", ("tij", "ANAMTIJ")),
    ] {
        let first = world.offered(side);
        let (name, code) = more;
        let own = format!("code = \"{own}\"\n");
        let both = format!("{own}\n[[agency.node]]\nname = \"{name}\"\ncode = \"{code}\"\n");
        let part = next(&first, |text| {
            assert!(text.contains(&own), "{text}");
            text.replacen(&own, &both, 1)
        });
        let carrier = world.node(carrier).await;
        carrier.apply(&world.pki.part(&part)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_agencies_that_take_all_they_can_get_do_not_keep_out_a_third() {
    let mut world = World::start().await;
    join(&world).await;
    let mut audit = world.node(AUDIT).await;
    let mut calls = JoinSet::new();
    for identity in [LAX, JFK, NLU, TIJ] {
        let lines = [
            world.node(identity).await.channel,
            world.node(identity).await.channel,
        ];
        for line in lines.iter().cycle().take(CALLS) {
            // A thousand bytes are announced, and one comes.
            let begun = vec![0, 0, 0, 3, 232, 7];
            calls.spawn(begin_call(line.clone(), SUBMIT, begun));
        }
    }
    // When these have found no room, there is none for any of the others.
    for _ in 0..calls.len() - IN_FLIGHT_MAX {
        let refused = calls.join_next().await.unwrap().unwrap();
        assert_eq!(reason(&refused), "OVERLOADED");
    }
    for _ in 0..3 {
        let statement = audit.notice("mx.dev.invalid/anam");
        let answer = audit.submit(&statement);
        tokio::select! {
            biased;
            () = some_let_go(&mut calls) => panic!("the third one had to wait for them"),
            answer = answer => assert!(answer.unwrap().receipt.is_some()),
        }
    }
    calls.shutdown().await;
    world.stop().await;
}

/// Resolves when one that has held its room gives it back. Those that never had any end as well.
async fn some_let_go(calls: &mut JoinSet<Status>) {
    while let Some(end) = calls.join_next().await {
        if reason(&end.unwrap()) != "OVERLOADED" {
            return;
        }
    }
}
