//! The directory: what is in force, who may change it, and what a change does to those who are connected.

use std::time::Duration;

use precinto_alert::directory::EXAMPLE_US;
use precinto_alert::reason::name;
use precinto_envelope::directory::SignedPart;
use precinto_gateway::config::Config;
use precinto_gateway::limits::CONFLICTS_PER_NODE_MAX;
use precinto_gateway::{CheckError, Gateway, RunError};
use precinto_merkle::leaf::EntryType;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;
use tonic_types::StatusExt as _;

use crate::harness::parts::{MX, US, by, next};
use crate::harness::{AUDIT, LAX, NLU, Node, World, pki, reason};

const ANAM: &str = "mx.dev.invalid/anam";
const CBP: &str = "us.dev.invalid/cbp";
const JFK: &str = "spiffe://us.dev.invalid/agency/cbp/node/jfk";
const RAMIREZ: &str = "spiffe://us.dev.invalid/agency/cbp/officer/ramirez";

/// A second node beside the first one of the agency.
fn with_jfk(text: &str) -> String {
    let first = "code = \"CBPLAX\"\n";
    let second = "\n[[agency.node]]\nname = \"jfk\"\ncode = \"CBPJFK\"\n";
    text.replace(first, &format!("{first}{second}"))
}

/// The first node has left, and the second stands in its place.
fn without_lax(text: &str) -> String {
    let first = "[[agency.node]]\nname = \"lax\"\ncode = \"CBPLAX\"\n";
    assert!(text.contains(first));
    text.replace(first, "").replace("[\"lax\"]", "[\"jfk\"]")
}

/// The newest part of a side, as a node is told, with its receipt verified.
async fn in_force(world: &World, node: &Node, side: &str) -> SignedPart {
    let parts = node.parts().await.unwrap();
    let mut parts = parts.into_iter().map(|part| {
        let receipt = part.receipt.unwrap();
        let proof = Receipt::parse(&receipt.proof).unwrap();
        let verified = proof.verify(&world.verifier, &receipt.record).unwrap();
        assert_eq!(verified.index(), part.index);
        let record = pb::TrustRecord::decode(receipt.record.as_ref()).unwrap();
        let signed = SignedPart::read(part.signed).unwrap();
        assert_eq!(record.digest, signed.digest());
        assert_eq!(record.kind(), pb::TrustKind::Directory);
        assert_eq!(record.side, signed.part().side().to_string());
        assert_eq!(record.trust.len(), 3, "root, list and signer");
        signed
    });
    parts
        .find(|part| part.part().side().as_str() == side)
        .unwrap()
}

fn index_of(receipt: Option<pb::Receipt>) -> u64 {
    Receipt::parse(&receipt.unwrap().proof).unwrap().index
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_joins_and_leaves_while_the_gateway_runs() {
    let mut world = World::start().await;
    let (mut lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let mut jfk = world.node(JFK).await;
    assert_eq!(reason(&jfk.parts().await.unwrap_err()), "NODE_UNKNOWN");
    let notice = jfk.notice(ANAM);
    assert_eq!(
        reason(&jfk.submit(&notice).await.unwrap_err()),
        "NODE_UNKNOWN"
    );

    let first = in_force(&world, &lax, US).await;
    let second = world.pki.part(&next(&first, with_jfk));
    let verdict = lax
        .apply_bytes(second.bytes().to_vec(), true)
        .await
        .unwrap();
    assert!(verdict.applied.is_none(), "only looked at");
    assert_eq!(verdict.changes.len(), 1);
    let change = &verdict.changes[0];
    assert_eq!(
        (change.name.as_str(), change.kind()),
        (JFK, pb::DirectoryChangeKind::Joined)
    );
    assert_eq!(reason(&jfk.parts().await.unwrap_err()), "NODE_UNKNOWN");
    let applied = lax.apply(&second).await.unwrap();
    assert_eq!(applied.changes, verdict.changes);
    let index = applied.applied.unwrap().index;
    let again = lax.apply(&second).await.unwrap();
    assert!(again.duplicate);
    assert_eq!(again.applied.unwrap().index, index, "logged once");
    assert_eq!(in_force(&world, &nlu, US).await.digest(), second.digest());

    let accepted = jfk.submit(&notice).await.unwrap().receipt.unwrap();
    let record = pb::StatementRecord::decode(accepted.record.as_ref()).unwrap();
    let named = |record: &pb::StatementRecord, part: &SignedPart| {
        let mut used = record.trust.iter();
        used.any(|used| used.digest == part.digest())
    };
    assert!(named(&record, &second) && !named(&record, &first));
    assert!(index_of(Some(accepted)) > index);

    // What was said before stays the first part's.
    lax.create("desk").await;
    let mut watch = lax.watch("desk", 4).await;
    let third = world.pki.part(&next(&second, without_lax));
    let applied = jfk.apply(&third).await.unwrap();
    assert_eq!(applied.changes.len(), 2, "{:?}", applied.changes);
    let closing = loop {
        if let Some(closing) = watch.next().await.closing {
            break closing;
        }
    };
    assert_eq!(closing.reason(), pb::ClosingReason::Unlisted);
    let late = lax.notice(ANAM);
    assert_eq!(
        reason(&lax.submit(&late).await.unwrap_err()),
        "NODE_UNKNOWN"
    );
    assert_eq!(reason(&lax.parts().await.unwrap_err()), "NODE_UNKNOWN");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_the_newest_part_and_takes_the_next_one_from_the_folder() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    let first = in_force(&world, &lax, US).await;
    assert_eq!(first.digest(), world.offered(US).digest());
    let second = world.pki.part(&next(&first, with_jfk));
    lax.apply(&second).await.unwrap();
    world.stop().await;

    // The folder still has version 1, and the log counts.
    world.resume().await;
    let lax = world.node(LAX).await;
    assert_eq!(in_force(&world, &lax, US).await.digest(), second.digest());
    world.stop().await;

    let third = world.pki.part(&next(&second, without_lax));
    world.offer(&third);
    world.resume().await;
    let jfk = world.node(JFK).await;
    assert_eq!(in_force(&world, &jfk, US).await.digest(), third.digest());
    world.stop().await;

    // A file is only an offer: without any the log still knows.
    std::fs::remove_dir_all(world.path("directory")).unwrap();
    world.resume().await;
    let jfk = world.node(JFK).await;
    assert_eq!(in_force(&world, &jfk, US).await.digest(), third.digest());
    world.stop().await;

    let fifth = next(&third, |text| text.replace("version = 4", "version = 5"));
    world.offer(&world.pki.part(&fifth));
    let error = refused_start(&world).await;
    assert!(
        error.contains("version 5 does not come next, but 4"),
        "{error}"
    );
    let skewed = next(&second, |text| text.replace("version = 3", "version = 4"));
    world.offer(&world.pki.part(&skewed));
    let error = refused_start(&world).await;
    assert!(error.contains("on top of another part"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_the_folder_are_logged_so_that_each_goes_with_those_before_it() {
    let mut world = World::start().await;
    let code = |before: &SignedPart, from: &str, to: &str| {
        let quoted = |code: &str| format!("\"{code}\"");
        let change = |text: &str| text.replace(&quoted(from), &quoted(to));
        world.pki.part(&next(before, change))
    };
    // One side takes what the other gives up, in both directions: whichever comes first in the settings.
    let us = code(&world.offered(US), "CBPLAX", "ANAMNLU");
    let mx = code(&world.offered(MX), "ANAMNLU", "ANAMMX");
    let us_back = code(&us, "ANAMNLU", "CBPLAX");
    let mx_back = code(&mx, "ANAMMX", "ANAMNLU");
    let us_swapped = code(&us_back, "CBPLAX", "ANAMNLU");
    let mx_swapped = code(&mx_back, "ANAMNLU", "CBPLAX");
    for (us, mx, first) in [(&us, &mx, MX), (&us_back, &mx_back, US)] {
        world.stop().await;
        world.offer(us);
        world.offer(mx);
        world.resume().await;
        let parts = world.node(LAX).await.parts().await.unwrap();
        let oldest = parts.into_iter().min_by_key(|part| part.index).unwrap();
        let oldest = SignedPart::read(oldest.signed).unwrap();
        assert_eq!(oldest.part().side().as_str(), first);
    }
    world.stop().await;
    world.offer(&us_swapped);
    world.offer(&mx_swapped);
    let error = refused_start(&world).await;
    assert!(error.contains("one after the other"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_never_passes_to_another_agency_of_the_side() {
    let mut world = World::start().await;
    let lax = world.node(LAX).await;
    let first = in_force(&world, &lax, US).await;
    let rest = |text: &str| text.replace("\"CBPLAX\"", "\"CBPLAX2\"");
    let pass = |text: &str| text.replace("\"OIGAUD\"", "\"CBPLAX\"");
    let back = |text: &str| text.replace("\"CBPLAX2\"", "\"CBPLAX\"");
    let both = world.pki.part(&next(&first, |text| pass(&rest(text))));
    let refused = lax.apply_bytes(both.bytes().to_vec(), true).await;
    assert_eq!(reason(&refused.unwrap_err()), "FIELD_INVALID");
    let second = world.pki.part(&next(&first, rest));
    lax.apply(&second).await.unwrap();
    let third = world.pki.part(&next(&second, pass));
    let refused = lax.apply_bytes(third.bytes().to_vec(), false).await;
    assert_eq!(reason(&refused.unwrap_err()), "FIELD_INVALID");

    // A version later, and after a restart, it is still known.
    world.stop().await;
    world.resume().await;
    let lax = world.node(LAX).await;
    let refused = lax.apply_bytes(third.bytes().to_vec(), false).await;
    assert_eq!(reason(&refused.unwrap_err()), "FIELD_INVALID");
    let taken_up_again = world.pki.part(&next(&second, back));
    lax.apply(&taken_up_again).await.unwrap();
    world.stop().await;
    let fourth = next(&taken_up_again, |text| pass(&rest(text)));
    world.offer(&world.pki.part(&fourth));
    let error = refused_start(&world).await;
    assert!(error.contains("CBPLAX was us.dev.invalid/cbp's"), "{error}");
}

/// Why the gateway does not start.
async fn refused_start(world: &World) -> String {
    let config = Config::load(&world.path("gateway.toml")).unwrap();
    let gateway = Gateway::check(config, pki::NOW_MS).unwrap();
    let clock = std::sync::Arc::clone(&world.clock);
    let refused = gateway.open(clock).await;
    assert!(
        world.path("data/clean").try_exists().unwrap(),
        "the log is left open"
    );
    match refused {
        Err(error @ RunError::Directory(_)) => error.to_string(),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it starts"),
    }
}

/// The log says, from there on, that these and no others have brought parts of the United States that were refused, and why.
async fn assert_refused(world: &World, since: u64, expected: &[(&str, &str)]) {
    let acts = world.node(AUDIT).await.acts_since(since).await;
    let said = acts.iter().map(|(_, act)| {
        assert_eq!(act.kind(), pb::ActKind::PartRefused);
        assert_eq!((&*act.subject, act.statement_id.len()), (US, 32));
        (&*act.actor, name(act.reason()))
    });
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_sides_own_stewards_changes_its_part() {
    let mut world = World::start().await;
    let (lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let first = in_force(&world, &lax, US).await;
    let size: u64 = lax.size().await.parse().unwrap();
    let text = next(&first, with_jfk);
    let good = world.pki.part(&text);
    let signed_by = |uri: &str| by(&text, &[&world.pki.signing(uri)]);
    let lee = "spiffe://us.dev.invalid/agency/cbp/officer/lee";
    let herrera = "spiffe://mx.dev.invalid/agency/anam/officer/herrera";
    let refused = async |node: &Node, part: &[u8]| {
        let error = node.apply_bytes(part.to_vec(), false).await.unwrap_err();
        reason(&error)
    };
    assert_eq!(refused(&nlu, good.bytes()).await, "WRONG_SIDE");
    for (part, why) in [
        (signed_by(lee), "STEWARD_REQUIRED"),
        (signed_by(herrera), "STEWARD_REQUIRED"),
        (signed_by(LAX), "STEWARD_REQUIRED"),
        (
            by(&text, &[&world.pki.revoked_signing(RAMIREZ)]),
            "CERT_REVOKED",
        ),
        (
            by(
                &text,
                &[&world.pki.signing(RAMIREZ), &world.pki.signing(lee)],
            ),
            "STEWARD_REQUIRED",
        ),
        (
            world.pki.part(&text.replace("version = 2", "version = 3")),
            "DIRECTORY_VERSION",
        ),
        (
            world.pki.part(&next(&good, |text| {
                text.replace("version = 3", "version = 2")
            })),
            "DIRECTORY_VERSION",
        ),
        (
            world.pki.part(&text.replace("CBPJFK", "ANAMNLU")),
            "FIELD_INVALID",
        ),
    ] {
        assert_eq!(refused(&lax, part.bytes()).await, why);
    }
    assert_eq!(refused(&lax, b"no part").await, "MALFORMED");
    assert_eq!(refused(&lax, &vec![0; 300 * 1024]).await, "SIZE");
    assert_eq!(in_force(&world, &lax, US).await.digest(), first.digest());
    // Nothing of it is logged but that it was refused: each part once, with who brought it, and not what is no part at all.
    assert_eq!(refused(&nlu, good.bytes()).await, "WRONG_SIDE", "again");
    let expected = [
        (NLU, "WRONG_SIDE"),
        (LAX, "STEWARD_REQUIRED"),
        (LAX, "STEWARD_REQUIRED"),
        (LAX, "STEWARD_REQUIRED"),
        (LAX, "CERT_REVOKED"),
        (LAX, "STEWARD_REQUIRED"),
        (LAX, "DIRECTORY_VERSION"),
        (LAX, "DIRECTORY_VERSION"),
        (LAX, "FIELD_INVALID"),
    ];
    assert_refused(&world, size, &expected).await;
    lax.apply(&good).await.unwrap();
    let other = world.pki.part(&next(&first, str::to_owned));
    assert_eq!(
        refused(&lax, other.bytes()).await,
        "DIRECTORY_VERSION",
        "one of two"
    );
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_tries_so_many_parts_whatever_comes_of_them() {
    let mut world = World::start().await;
    let (lax, nlu) = (world.node(LAX).await, world.node(NLU).await);
    let first = in_force(&world, &lax, US).await;
    let good = world.pki.part(&next(&first, with_jfk));
    let bring = async |bytes: &[u8], validate_only| {
        let tried = lax.apply_bytes(bytes.to_vec(), validate_only).await;
        tried.map(drop)
    };
    for number in 0..CONFLICTS_PER_NODE_MAX {
        let tried = match number % 3 {
            0 => bring(good.bytes(), true).await,
            1 => bring(first.bytes(), false).await,
            _ => match bring(b"no part", number % 2 == 0).await {
                Err(status) if reason(&status) == "MALFORMED" => Ok(()),
                other => other,
            },
        };
        tried.unwrap();
    }
    world.clock.set(pki::NOW_MS + 20_000);
    for (part, validate_only) in [
        (good.bytes(), true),
        (good.bytes(), false),
        (b"no part", false),
    ] {
        let status = bring(part, validate_only).await.unwrap_err();
        assert_eq!(reason(&status), "OVERLOADED");
        let retry = status.get_details_retry_info().unwrap();
        assert_eq!(
            retry.retry_delay,
            Some(Duration::from_secs(40)),
            "the rest of the minute"
        );
    }
    let other = nlu.apply_bytes(b"no part".to_vec(), false).await;
    assert_eq!(
        reason(&other.unwrap_err()),
        "MALFORMED",
        "it is not another's"
    );
    world.clock.set(pki::NOW_MS + 60_000);
    lax.apply(&good).await.unwrap();
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_record_names_the_newest_parts_before_it() {
    let mut world = World::start().await;
    let (lax, mut nlu) = (world.node(LAX).await, world.node(NLU).await);
    let mut part = in_force(&world, &lax, US).await;
    let sending = tokio::spawn(async move {
        for _ in 0..4 {
            nlu.submit_many(CBP, 100).await;
        }
    });
    let mut changes = 0;
    while changes < 3 || (changes < 40 && !sending.is_finished()) {
        let text = next(&part, |text| match changes % 2 {
            0 => text.replace("Office of", "The Office of"),
            _ => text.replace("The Office of", "Office of"),
        });
        part = world.pki.part(&text);
        // At the first try: whoever decides when it comes ends without waiting for it.
        lax.apply(&part).await.unwrap();
        changes += 1;
        tokio::task::yield_now().await;
    }
    sending.await.unwrap();
    let (mut newest, mut said) = (std::collections::BTreeMap::new(), 0);
    for entry in lax.entries().await {
        let kind = entry.leaf[1];
        if kind == EntryType::Trust as u8 {
            let record = pb::TrustRecord::decode(entry.record.as_slice()).unwrap();
            if record.kind() == pb::TrustKind::Directory {
                newest.insert(record.side, record.digest);
            }
        } else if kind == EntryType::Statement as u8 {
            let record = pb::StatementRecord::decode(entry.record.as_slice()).unwrap();
            let named = record.trust.into_iter();
            let named = named.filter(|used| used.kind() == pb::TrustKind::Directory);
            assert!(named.map(|used| used.digest).eq(newest.values().cloned()));
            said += 1;
        }
    }
    assert_eq!(said, 400);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_does_not_begin_with_a_part_that_nobody_may_sign() {
    let world = World::start().await;
    let mut world = world;
    world.stop().await;
    std::fs::remove_dir_all(world.path("data")).unwrap();
    let check = |world: &World| {
        let config = Config::load(&world.path("gateway.toml")).unwrap();
        Gateway::check(config, pki::NOW_MS).map(drop)
    };
    check(&world).unwrap();
    let lee = "spiffe://us.dev.invalid/agency/cbp/officer/lee";
    let by_lee = by(EXAMPLE_US, &[&world.pki.signing(lee)]);
    let first = world.offered(US);
    let second = world.pki.part(&next(&first, str::to_owned));
    let herrera = "spiffe://mx.dev.invalid/agency/anam/officer/herrera";
    let by_herrera = by(EXAMPLE_US, &[&world.pki.signing(herrera)]);
    for (part, why) in [
        (&by_lee, "takes 1 of the stewards"),
        (&by_herrera, "no officer of the side"),
        (&second, "version 2 does not come next, but 1"),
    ] {
        world.offer(part);
        let error = check(&world).unwrap_err();
        assert!(matches!(error, CheckError::Directory(_)));
        assert!(error.to_string().contains(why), "{error}");
    }
    world.offer(&first);
    let part = world.path(&format!("directory/{MX}.part"));
    std::fs::copy(world.path(&format!("directory/{US}.part")), &part).unwrap();
    assert!(
        check(&world)
            .unwrap_err()
            .to_string()
            .contains("is the part of us")
    );
    std::fs::remove_file(&part).unwrap();
    assert!(
        check(&world)
            .unwrap_err()
            .to_string()
            .contains("there is no")
    );
}

impl Node {
    /// Everything in the log, as far as this node may see it.
    async fn entries(&self) -> Vec<pb::Entry> {
        let request = pb::ReadEntriesRequest::default();
        let mut answers = self.log().read_entries(request).await.unwrap().into_inner();
        let mut entries = Vec::new();
        while let Some(answer) = answers.message().await.unwrap() {
            entries.extend(answer.entry);
        }
        entries
    }
}
