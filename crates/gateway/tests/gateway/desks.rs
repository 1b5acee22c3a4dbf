//! Several desks of one agency, and an agency that is no party: rights to read and rules of the case agree.

use precinto_alert::code::{AckLevel, MessageType, RecallMeasure};
use precinto_alert::id::{AlertId, MessageId};
use precinto_proto::v1 as pb;
use tonic::Status;

use crate::harness::parts::{MX, US, next};
use crate::harness::{LAX, NLU, Node, World, reason};
use crate::records::{ids, said, submit};

/// Another node of the agency that LAX belongs to.
pub(crate) const JFK: &str = "spiffe://us.dev.invalid/agency/cbp/node/jfk";
/// Another node of the agency that NLU belongs to.
const MTY: &str = "spiffe://mx.dev.invalid/agency/anam/node/mty";
/// A node of an agency that nobody tells anything.
const DEA: &str = "spiffe://us.dev.invalid/agency/dea/node/hq";
const HERRERA: &str = "spiffe://mx.dev.invalid/agency/anam/officer/herrera";
const ANAM: &str = "mx.dev.invalid/anam";
const CBP: &str = "us.dev.invalid/cbp";

/// A world in which both agencies have a second node, and there is a third agency.
pub(crate) async fn with_more_desks() -> World {
    let mut world = World::start().await;
    world.stop().await;
    let dea = "\n[[agency]]\nid = \"us.dev.invalid/dea\"\nname_en = \"DEA\"\nname_es = \"DEA\"\n\
               [[agency.node]]\nname = \"hq\"\ncode = \"DEAHQ\"\n";
    for (side, code, name, new, more) in [
        (US, "CBPLAX", "jfk", "CBPJFK", dea),
        (MX, "ANAMNLU", "mty", "ANAMMTY", ""),
    ] {
        let first = format!("code = \"{code}\"\n");
        let second = format!("\n[[agency.node]]\nname = \"{name}\"\ncode = \"{new}\"\n");
        let text = next(&world.offered(side), |text| {
            text.replace(&first, &format!("{first}{second}")) + more
        });
        world.offer(&world.pki.part(&text));
    }
    world.resume().await;
    world
}

fn alert_id(number: u32) -> String {
    let id = AlertId::compose("US", "CBPLAX", 2026, number);
    id.unwrap().to_string()
}

fn of_case(number: u32) -> pb::ListRecordsRequest {
    pb::ListRecordsRequest {
        alert_id: alert_id(number),
        ..Default::default()
    }
}

impl Node {
    /// For one officer alone.
    fn red_of(&mut self, message_type: MessageType, case: (u32, &[u8])) -> pb::Statement {
        let red = self.red(HERRERA);
        pb::Statement {
            recipients: red.recipients,
            handling: red.handling,
            ..self.of_case(message_type, case, ANAM)
        }
    }

    /// What the gateway says to each of these attempts, and to the same about an alert that there is not.
    async fn tries(&mut self, case: (u32, &[u8]), to: &str) -> Vec<(Status, Status)> {
        let (_, about) = case;
        let mut all = Vec::new();
        for validate_only in [true, false] {
            for said in [MessageType::Ack, MessageType::Cancel, MessageType::Recall] {
                let mut answers = Vec::new();
                for case in [case, (999, about)] {
                    let mut said = match said {
                        MessageType::Ack => self.acknowledge(case, to),
                        MessageType::Recall => self.recall(case, &[to]),
                        said => {
                            let statement = self.of_case(said, case, to);
                            self.said(statement)
                        }
                    };
                    said.request.validate_only = validate_only;
                    answers.push(self.send(&said).await.unwrap_err());
                }
                let [there, absent] = <[_; 2]>::try_from(answers).unwrap();
                all.push((there, absent));
            }
        }
        all
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_for_a_named_node_does_not_exist_for_its_colleagues() {
    let mut world = with_more_desks().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let alert = lax.red_of(MessageType::Alert, (1, &[]));
    let alert = lax.alert_as(alert);
    lax.send(&alert).await.unwrap();
    for (desk, to) in [(JFK, ANAM), (MTY, CBP), (DEA, CBP)] {
        let mut desk = world.node(desk).await;
        let read = desk.list(of_case(1)).await.unwrap();
        assert_eq!(read, desk.list(of_case(999)).await.unwrap());
        for (there, absent) in desk.tries((1, &alert.id), to).await {
            let known = if desk.identity == JFK {
                "ALERT_UNKNOWN"
            } else {
                &reason(&absent)
            };
            assert_eq!(reason(&there), known);
            assert_eq!(there.message(), absent.message());
            assert_eq!(there.details(), absent.details());
        }
    }
    // Who was named goes on with it, and so does who sent it.
    let ack = nlu.acknowledge((1, &alert.id), CBP);
    nlu.send(&ack).await.unwrap();
    lax.submit_many(ANAM, 1).await;
    let hidden = pb::Statement {
        ack_level: AckLevel::Node.into(),
        ..lax.red_of(MessageType::Ack, (1, &ack.id))
    };
    let hidden = submit(&lax, &hidden).await;
    // The acknowledgement went to the whole agency: now its other desk knows of the case, and may speak of that.
    let mut jfk = world.node(JFK).await;
    assert_eq!(
        ids(&jfk.read_all(&world, 10, &alert_id(1)).await),
        std::slice::from_ref(&ack.id)
    );
    let thanks = jfk.acknowledge((1, &ack.id), ANAM);
    jfk.send(&thanks).await.unwrap();
    let about_hidden = jfk.acknowledge((1, &alert.id), ANAM);
    assert_eq!(jfk.refused(&about_hidden).await, "REFERENCE_UNKNOWN");
    // Not even where in the log something stands that it is not told.
    let first_page = pb::ListRecordsRequest {
        page_size: 1,
        ..of_case(1)
    };
    let page = jfk.list(first_page).await.unwrap();
    assert_eq!(page.next_index, page.records[0].index + 1);
    assert_eq!(reason(&jfk.at(hidden).await.unwrap_err()), "NOT_FOUND");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_tells_a_desk_nothing_of_what_it_may_not_read() {
    let mut world = with_more_desks().await;
    let (mut lax, mut jfk) = (world.node(LAX).await, world.node(JFK).await);
    let alert = lax.alert(1, 1, &[]);
    lax.send(&alert).await.unwrap();
    let hidden = pb::Statement {
        alert_version: 2,
        ..lax.red_of(MessageType::Amend, (1, &alert.id))
    };
    let hidden = lax.alert_as(hidden);
    lax.send(&hidden).await.unwrap();
    let hidden = MessageId::from_slice(&hidden.id).unwrap().to_string();
    for desk in [&mut lax, &mut jfk] {
        let is_author = desk.identity == LAX;
        let late = desk.alert(1, 3, &alert.id);
        let short = desk.recall((1, &alert.id), &["us.dev.invalid/oig"]);
        for (said, code, secret) in [
            (late, "VERSION_GAP", hidden.as_str()),
            (short, "RECIPIENT_REQUIRED", NLU),
        ] {
            let refused = desk.send(&said).await.unwrap_err();
            assert_eq!(reason(&refused), code);
            let told = String::from_utf8_lossy(refused.details()).into_owned();
            assert_eq!(told.contains(secret), is_author, "{told}");
        }
    }
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_desk_goes_on_where_another_one_stopped() {
    let mut world = with_more_desks().await;
    let (mut lax, mut jfk) = (world.node(LAX).await, world.node(JFK).await);
    let (mut nlu, mut mty) = (world.node(NLU).await, world.node(MTY).await);
    let alert = lax.alert(1, 1, &[]);
    lax.send(&alert).await.unwrap();
    let taken = nlu.acknowledge((1, &alert.id), CBP);
    nlu.send(&taken).await.unwrap();
    // At night others are on duty.
    let amended = jfk.alert(1, 2, &alert.id);
    jfk.send(&amended).await.unwrap();
    let taken_again = mty.acknowledge((1, &amended.id), CBP);
    mty.send(&taken_again).await.unwrap();
    let recall = jfk.recall((1, &amended.id), &[ANAM]);
    jfk.send(&recall).await.unwrap();
    let mut told = vec![
        alert.id,
        taken.id,
        amended.id,
        taken_again.id,
        recall.id.clone(),
    ];
    for desk in [&mut mty, &mut nlu] {
        // Each has a copy of its own, and answers for it alone.
        let confirm = pb::Statement {
            recall_measure: RecallMeasure::Erase.into(),
            ..desk.of_case(MessageType::RecallConfirm, (1, &recall.id), CBP)
        };
        let confirm = desk.said(confirm);
        desk.send(&confirm).await.unwrap();
        told.push(confirm.id);
    }
    for desk in [&lax, &jfk, &nlu, &mty] {
        let read = desk.read_all(&world, 3, &alert_id(1)).await;
        assert_eq!(ids(&read), told, "{}", desk.identity);
        assert_eq!(desk.read_all(&world, 100, "").await, read);
        let senders = read.iter().map(|record| said(record).sender);
        assert!(senders.eq([LAX, NLU, JFK, MTY, JFK, MTY, NLU].map(str::to_owned)));
    }
    world.stop().await;
}

/// Over one stream; all are taken.
async fn acknowledge_many(node: &mut Node, about: &[u8], to: &str, count: usize) -> Vec<u8> {
    let mut last = Vec::new();
    let requests: Vec<_> = (0..count)
        .map(|_| {
            let ack = pb::Statement {
                ack_level: AckLevel::Node.into(),
                ..node.of_case(MessageType::Ack, (1, about), to)
            };
            last.clone_from(&ack.message_id);
            pb::SubmitStreamRequest {
                submission: Some(node.sign(&ack)),
            }
        })
        .collect();
    let answers = node.submissions();
    let answers = { answers }
        .submit_stream(tokio_stream::iter(requests))
        .await;
    let mut answers = answers.unwrap().into_inner();
    while let Some(answer) = answers.message().await.unwrap() {
        assert!(answer.accepted.is_some());
    }
    last
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_of_others_reads_like_none_however_large_it_is() {
    let mut world = with_more_desks().await;
    let (mut lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let alert = lax.alert(1, 1, &[]);
    lax.send(&alert).await.unwrap();
    let last = acknowledge_many(&mut nlu, &alert.id, CBP, 200).await;
    acknowledge_many(&mut lax, &last, ANAM, 200).await;
    let dea = world.node(DEA).await;
    for first_index in [0, 1, 100] {
        let [of_others, of_none] = [1, 2].map(|number| pb::ListRecordsRequest {
            first_index,
            ..of_case(number)
        });
        let of_others = dea.list(of_others).await.unwrap();
        assert_eq!(of_others, dea.list(of_none).await.unwrap());
        assert!(of_others.next_page_token.is_empty());
    }
    // A party reads all of it.
    assert_eq!(nlu.read_all(&world, 100, &alert_id(1)).await.len(), 401);
    world.stop().await;
}
