//! What the rules cost the gateway, against one verification of a signature: policy and entitlement together, for a message that is
//! let in and for an entry that is delivered, by the functions that do it there.
//!
//! Not among it is whether the parties that an alert's content names are releasable to its recipients, which takes the content.
//!
//! The log is one that a gateway wrote; both sides have the policies that the crate `policy` gives as examples. What is asked for the
//! first time is measured by that crate's own bench.

use std::sync::Arc;

use precinto_alert::Statement;
use precinto_alert::id::{Identity, NodeId};
use precinto_envelope::crypto::SigningKey;
use precinto_envelope::directory::{PartSigner, SignedPart, sign};
use precinto_envelope::pem;
use precinto_gateway::Gateway;
use precinto_gateway::config::Config;
use precinto_gateway::registry::{Directory, SideCountry};
use precinto_gateway::rights::Reader;
use precinto_ledger::clock::{Clock as _, SystemClock};
use precinto_ledger::{BatchLimits, Ledger, Options, StoredEntry};
use precinto_merkle::leaf::EntryType;
use precinto_merkle::note::NoteSigner;
use precinto_proto::v1 as pb;
use precinto_tests::pki::Authority;
use precinto_tests::{Site, now_ms};
use prost::Message as _;

use crate::Yardstick;
use crate::relay::{Sender, alerts, pour};

/// Turns in which verifications and questions alternate. The middle one counts.
const TURNS: usize = 15;
/// Alerts, each asked about so often in a turn.
const ALERTS: u32 = 1_000;
const ROUNDS: u32 = 20;
/// Verifications of each turn.
const VERIFICATIONS: u32 = 1_000;

const POLICIES: [(&str, &str); 2] = [
    (
        "us.dev.invalid",
        include_str!("../../crates/policy/examples/us.cedar"),
    ),
    (
        "mx.dev.invalid",
        include_str!("../../crates/policy/examples/mx.cedar"),
    ),
];

pub(crate) async fn run(yardstick: &Yardstick) {
    let site = Site::new();
    fill(&site).await;
    let directory = Arc::new(directory(&site));
    let (ledger, owner) = open(&site);
    let size = ledger.published().borrow().size;
    let entries: Vec<_> = (0..size)
        .map(|index| ledger.read(index).expect("an entry"))
        .filter(|entry| entry.leaf().entry_type == EntryType::Statement)
        .collect();
    let statements: Vec<Statement> = entries
        .iter()
        .map(|entry| Statement::decode(&statement_of(entry)).expect("a statement"))
        .collect();
    assert_eq!(statements.len(), ALERTS as usize);

    let node: NodeId = "spiffe://mx.dev.invalid/agency/anam/node/mex"
        .parse()
        .expect("a node");
    let reader = Reader::new(&Identity::Node(node.clone()), &node, &directory);
    let delivered = measure(yardstick, || {
        let given = entries.iter().filter(|entry| reader.is_delivered(entry));
        assert_eq!(given.count(), entries.len(), "all are for the reader");
    });
    let admitted = measure(yardstick, || {
        for statement in &statements {
            let resolved = precinto_gateway::policy::resolve(statement, None, &directory);
            assert!(resolved.objections.is_empty(), "all may be said");
            let said = (statement.sender().agency(), statement, false);
            let asked = precinto_gateway::policy::ask(&directory, said, &resolved.recipients, &[]);
            assert!(asked.expect("agencies of the directory").allowed());
        }
    });
    crate::say(&format!(
        "policy: {:.2} us for a submission, {:.2} us for a delivery",
        admitted.us, delivered.us
    ));
    crate::limit("submission, share of V", admitted.share, 0.25);
    crate::limit("delivery, share of V", delivered.share, 0.1);
    drop((entries, ledger));
    owner.stop().expect("a clean stop");
}

/// Alerts from the American customs to the Mexican ones, in the log of a gateway that has stopped.
async fn fill(site: &Site) {
    let gateway = site.start();
    let sender = Sender::first(site, &gateway);
    let work = alerts(&mut sender.messages(), ALERTS);
    pour(&[sender.node.connect().await], work).await;
    assert!(gateway.stop().success(), "a clean stop");
}

/// The site's own directory, with both policies.
fn directory(site: &Site) -> Directory {
    let config = Config::load(&site.config()).expect("the settings");
    let gateway = Gateway::check(config, now_ms()).expect("sound settings");
    let offers = gateway.offers();
    let sides: Vec<SideCountry> = offers.iter().map(|offer| offer.side.clone()).collect();
    let parts = offers.iter().map(|offer| {
        let part = offer.part.as_ref().expect("a part");
        let policy = POLICIES
            .iter()
            .find(|(side, _)| *side == part.part().side().as_str());
        with_policy(part, policy.expect("a policy").1)
    });
    Directory::combine(parts, &sides).expect("parts that go together")
}

/// The part with this policy, signed by somebody: who, is not asked here.
fn with_policy(part: &SignedPart, policy: &str) -> Arc<SignedPart> {
    let policy = format!("\npolicy = '''\n{policy}'''\n\n[[");
    let text = part.text().replacen("\n[[", &policy, 1);
    let somebody = Authority::new(part.part().side().as_str(), now_ms());
    let somebody = somebody.officer_signer("cbp", "garcia");
    let signer = PartSigner {
        key: &somebody.signing_key(),
        certificate: &somebody.certificate,
        issuers: &[],
    };
    Arc::new(sign(&text, &[signer]).expect("a part"))
}

fn open(site: &Site) -> (Ledger, precinto_ledger::OwnerHandle) {
    let key = std::fs::read(site.path().join("gateway/log.key.pem")).expect("the log's key");
    let key = SigningKey::from_pkcs8_der(&pem::private_key(&key).expect("PEM")).expect("a key");
    let vkey = std::fs::read_to_string(site.data().join("log.vkey")).expect("the verifier key");
    let name = vkey.split('+').next().expect("a name");
    let options = Options {
        dir: site.data(),
        signer: NoteSigner::new(name, key).expect("a log's name"),
        limits: BatchLimits::default(),
    };
    Ledger::open(options, Arc::new(SystemClock)).expect("the log")
}

/// The bytes that were signed.
fn statement_of(entry: &StoredEntry) -> Vec<u8> {
    let envelope = pb::Envelope::decode(entry.content());
    envelope.expect("an envelope").payload
}

/// What one costs.
struct Cost {
    us: f64,
    share: f64,
}

/// Of `all`, which does it for every alert once.
fn measure(yardstick: &Yardstick, all: impl Fn()) -> Cost {
    // The first question of its kind is another matter.
    all();
    let mut turns: Vec<Cost> = (0..TURNS)
        .map(|_| {
            let verification =
                yardstick.verify(VERIFICATIONS).as_secs_f64() / f64::from(VERIFICATIONS);
            let begun = SystemClock.now_ms();
            (0..ROUNDS).for_each(|_| all());
            let spent_ms = u32::try_from(SystemClock.now_ms() - begun).expect("seconds");
            let each = f64::from(spent_ms) / 1e3 / f64::from(ALERTS * ROUNDS);
            Cost {
                us: each * 1e6,
                share: each / verification,
            }
        })
        .collect();
    turns.sort_by(|one, other| one.share.total_cmp(&other.share));
    turns.swap_remove(TURNS / 2)
}
