//! What is kept of what nodes return, what is handed out, and what a file can show against the log.

use super::*;
use crate::limits::{COSIGNATURES_PER_NODE_MAX, REJECTED_PER_WITNESS_MAX};
use crate::registry::tests::combined;
use base64ct::{Base64, Encoding as _};
use precinto_alert::directory::{EXAMPLE_MX, EXAMPLE_US};
use precinto_envelope::crypto::SigningKey;
use precinto_ledger::clock::ManualClock;
use precinto_ledger::storage::FaultyMemory;
use precinto_ledger::testing::{create_on, entry, open_on};
use precinto_ledger::{BatchLimits, OwnerHandle};
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_merkle::note::NoteSigner;
use tempfile::TempDir;

const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";
const NLU: &str = "spiffe://mx.dev.invalid/agency/anam/node/nlu";
const TIME: u64 = 1_795_000_000;

fn signer(node: &str) -> CosignatureSigner {
    let seed = if node == LAX { 21 } else { 22 };
    let name = node.trim_start_matches("spiffe://");
    CosignatureSigner::new(name, SigningKey::from_ed25519_seed([seed; 32])).unwrap()
}

/// The example's, with these witness keys.
fn directory(witnesses: &[&str]) -> InForce {
    let key_of = |node: &str, code: &str, text: &str| {
        if witnesses.contains(&node) {
            let vkey = signer(node).verifier();
            let code = format!("code = \"{code}\"\n");
            text.replace(&code, &format!("{code}witness = \"{vkey}\"\n"))
        } else {
            text.to_owned()
        }
    };
    let us = key_of(LAX, "CBPLAX", EXAMPLE_US);
    let mx = key_of(NLU, "ANAMNLU", EXAMPLE_MX);
    InForce::for_ever(combined(&us, &mx).unwrap())
}

struct Scene {
    ledger: Ledger,
    folder: TempDir,
    directory: InForce,
    _owner: OwnerHandle,
}

impl Scene {
    /// A log of so many entries, each a batch of its own.
    async fn new(entries: u64, seed: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SigningKey::from_ed25519_seed([7; 32]);
        let signer = NoteSigner::new("gw.dev.invalid/log/2026", key).unwrap();
        let (disk, clock) = (Arc::new(FaultyMemory::new()), ManualClock::new(TIME * 1000));
        create_on(&*disk, &signer).unwrap();
        let limits = BatchLimits::default();
        let (ledger, owner) = open_on(disk, signer, limits, Arc::new(clock), || {}).unwrap();
        for number in 0..entries {
            let key = [u8::try_from(seed + number).unwrap(); 32];
            ledger
                .append(entry(key, b"record", b"", b""))
                .await
                .unwrap();
        }
        Self {
            ledger,
            folder,
            directory: directory(&[LAX, NLU]),
            _owner: owner,
        }
    }

    fn open(&self) -> Result<Arc<Witnesses>, WitnessError> {
        let folder = self.folder.path().join("witness");
        Witnesses::open(&folder, self.ledger.clone(), self.directory.clone()).map(Arc::new)
    }

    fn line(&self, node: &str, size: u64) -> String {
        let checkpoint = self.ledger.checkpoint(size - 1).unwrap();
        assert_eq!(checkpoint.checkpoint().size, size);
        signer(node).cosign(checkpoint.checkpoint(), TIME).unwrap()
    }

    async fn cosign(&self, witnesses: &Arc<Witnesses>, node: &str, size: u64) {
        let line = self.line(node, size);
        witnesses.take(&node.parse().unwrap(), line, size).await;
    }
}

/// Size of the newest for this side, and who has cosigned it.
fn newest(witnesses: &Witnesses, side: &str, size_min: u64) -> Option<(u64, Vec<&'static str>)> {
    let checkpoint = witnesses.newest(&side.parse().unwrap(), size_min)?;
    let has = |node: &&str| {
        let key = signer(node).verifier();
        !checkpoint.cosignatures(&[key]).unwrap().is_empty()
    };
    let by = [LAX, NLU].into_iter().filter(has).collect();
    Some((checkpoint.checkpoint().size, by))
}

#[tokio::test]
async fn the_newest_that_the_other_side_has_cosigned_goes_before_a_newer_one_of_ones_own() {
    let scene = Scene::new(6, 0).await;
    let witnesses = scene.open().unwrap();
    assert_eq!(newest(&witnesses, "us.dev.invalid", 0), None);
    scene.cosign(&witnesses, LAX, 2).await;
    assert_eq!(
        newest(&witnesses, "us.dev.invalid", 0),
        Some((2, vec![LAX])),
        "better than nothing"
    );
    scene.cosign(&witnesses, NLU, 3).await;
    scene.cosign(&witnesses, LAX, 3).await;
    scene.cosign(&witnesses, LAX, 5).await;
    let both = vec![LAX, NLU];
    assert_eq!(newest(&witnesses, "us.dev.invalid", 0), Some((3, both)));
    assert_eq!(
        newest(&witnesses, "mx.dev.invalid", 0),
        Some((5, vec![LAX]))
    );
    // Entry 3 is not under a checkpoint of 3 entries.
    assert_eq!(
        newest(&witnesses, "us.dev.invalid", 4),
        Some((5, vec![LAX]))
    );
    assert_eq!(newest(&witnesses, "us.dev.invalid", 6), None);
}

#[tokio::test]
async fn what_is_no_word_of_this_node_on_our_checkpoint_is_not_believed_and_kept_as_evidence() {
    let scene = Scene::new(4, 0).await;
    let other = Scene::new(4, 100).await;
    let witnesses = scene.open().unwrap();
    let lax: NodeId = LAX.parse().unwrap();
    let good = scene.line(LAX, 3);
    for (line, size) in [
        (good.clone(), 2), // of another size
        (good.clone(), 0),
        (good.clone(), 9),               // beyond the log
        (good.trim_end().to_owned(), 3), // unended
        (format!("{good}{good}"), 3),    // two lines
        (format!("{good}\n"), 3),
        (scene.line(NLU, 3), 3), // somebody else's
        (other.line(LAX, 3), 3), // over a fork of the same name and key
        (String::new(), 3),
        (format!("— {} {}\n", "x".repeat(512), "AAAA"), 3),
    ] {
        witnesses.take(&lax, line.clone(), size).await;
        assert_eq!(
            newest(&witnesses, "mx.dev.invalid", 0),
            None,
            "{line:?}, {size}"
        );
    }
    let ghost: NodeId = "spiffe://mx.dev.invalid/agency/anam/node/ghost"
        .parse()
        .unwrap();
    witnesses.take(&ghost, good.clone(), 3).await;
    assert_eq!(newest(&witnesses, "mx.dev.invalid", 0), None);
    // The first few of who is listed, also after a restart; of who is not, nothing.
    let first = BTreeMap::from([(lax.clone(), REJECTED_PER_WITNESS_MAX)]);
    assert_eq!(witnesses.rejected(), first);
    witnesses.flush();
    let kept = scene.open().unwrap();
    assert_eq!(kept.rejected(), first);
    let evidence = scene.folder.path().join("witness").join(REJECTED);
    let evidence = std::fs::read_to_string(evidence).unwrap();
    let fork = format!("4 2 {LAX} {}\n", Base64::encode_string(good.as_bytes()));
    assert!(evidence.starts_with(&fork), "{evidence}");
    witnesses.take(&lax, good, 3).await;
    assert_eq!(
        newest(&witnesses, "mx.dev.invalid", 0),
        Some((3, vec![LAX]))
    );
}

#[tokio::test]
async fn of_each_node_the_newest_few_are_kept_and_the_rest_let_go() {
    let scene = Scene::new(12, 0).await;
    let witnesses = scene.open().unwrap();
    scene.cosign(&witnesses, NLU, 1).await;
    for size in 1..=12 {
        scene.cosign(&witnesses, LAX, size).await;
    }
    let sizes: Vec<u64> = witnesses.kept().by_size.keys().copied().collect();
    assert_eq!(sizes, [1, 9, 10, 11, 12], "the other side's old one stays");
    assert_eq!(sizes.len() - 1, COSIGNATURES_PER_NODE_MAX);
    assert_eq!(
        newest(&witnesses, "us.dev.invalid", 0),
        Some((1, vec![NLU]))
    );
}

#[tokio::test]
async fn a_restart_finds_what_was_kept_and_still_holds() {
    let mut scene = Scene::new(5, 0).await;
    let witnesses = scene.open().unwrap();
    scene.cosign(&witnesses, LAX, 4).await;
    scene.cosign(&witnesses, NLU, 5).await;
    witnesses.flush();
    drop(witnesses);
    let again = scene.open().unwrap();
    assert_eq!(newest(&again, "mx.dev.invalid", 0), Some((4, vec![LAX])));
    assert_eq!(newest(&again, "us.dev.invalid", 0), Some((5, vec![NLU])));
    // A node whose key is no longer listed is no witness any more.
    scene.directory = directory(&[LAX]);
    let again = scene.open().unwrap();
    assert_eq!(newest(&again, "us.dev.invalid", 0), Some((4, vec![LAX])));
    // Damage loses a line, no more.
    let path = scene.folder.path().join("witness/cosigned");
    let text = std::fs::read_to_string(&path).unwrap();
    durable::replace(&path, format!("nonsense\n{text}").as_bytes()).unwrap();
    assert_eq!(
        newest(&scene.open().unwrap(), "mx.dev.invalid", 0),
        Some((4, vec![LAX]))
    );
}

#[tokio::test]
async fn a_log_that_has_lost_what_was_cosigned_is_not_opened() {
    let long = Scene::new(5, 0).await;
    let witnesses = long.open().unwrap();
    long.cosign(&witnesses, NLU, 5).await;
    witnesses.flush();
    let kept = std::fs::read(long.folder.path().join("witness/cosigned")).unwrap();
    // Shorter; and as long, with other entries.
    for other in [Scene::new(4, 0).await, Scene::new(5, 100).await] {
        drop(other.open().unwrap());
        durable::replace(&other.folder.path().join("witness/cosigned"), &kept).unwrap();
        let error = other.open().unwrap_err();
        assert!(
            matches!(error, WitnessError::NotOurs { size: 5, .. }),
            "{error}"
        );
        // What was only written there, and not signed by the witness, says nothing.
        let text = String::from_utf8(kept.clone()).unwrap();
        let bent = text.replacen("5 ", "7 ", 1);
        durable::replace(
            &other.folder.path().join("witness/cosigned"),
            bent.as_bytes(),
        )
        .unwrap();
        assert!(other.open().is_ok());
    }
}
