//! What a witness cosigns, and what it does not.

use super::*;
use crate::test_gateway::{NOW_MS, TestGateway};
use precinto_envelope::crypto::SigningKey;
use tempfile::TempDir;

fn signer() -> CosignatureSigner {
    let key = SigningKey::from_ed25519_seed([5; 32]);
    CosignatureSigner::new("us.dev.invalid/agency/cbp/node/lax/witness", key).unwrap()
}

struct Scene {
    gateway: TestGateway,
    log: LogClient,
    folder: TempDir,
}

impl Scene {
    async fn new(entries: u64) -> Self {
        let gateway = TestGateway::start().await;
        gateway.fill(entries);
        Self {
            log: LogClient::new(&gateway.connect().await),
            gateway,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn witness(&self) -> Witness {
        let log = self.gateway.settings.log.clone();
        Witness::open(self.path(), signer(), &log).unwrap()
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("witness")
    }

    fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        self.gateway.state().log.checkpoint(size)
    }

    async fn cosign(&self, size: u64) -> Result<Option<String>, CosignError> {
        let offered = self.checkpoint(size);
        self.witness().cosign(&offered, &self.log, NOW_MS).await
    }

    /// The size on disk.
    fn kept(&self) -> u64 {
        let pin = Pin::open(self.path(), &self.gateway.settings.log).unwrap();
        pin.newest().map_or(0, |kept| kept.checkpoint().size)
    }
}

#[tokio::test]
async fn what_is_cosigned_is_on_disk_and_holds_for_that_checkpoint_alone() {
    let scene = Scene::new(4).await;
    let line = scene.cosign(3).await.unwrap().expect("cosigned");
    let cosigned = scene.checkpoint(3).with_cosignatures(&line).unwrap();
    let [cosignature] = &cosigned.cosignatures(&[signer().verifier()]).unwrap()[..] else {
        panic!("one cosignature")
    };
    assert_eq!(cosignature.time, Some(NOW_MS / 1000));
    let other = scene.checkpoint(4).with_cosignatures(&line).unwrap();
    assert!(other.cosignatures(&[signer().verifier()]).is_err());
    // The file shows what was said.
    let kept = std::fs::read_to_string(scene.path()).unwrap();
    assert_eq!(kept, cosigned.note());
    // Again, for freshness; then on.
    assert!(scene.cosign(3).await.unwrap().is_some());
    assert!(scene.cosign(4).await.unwrap().is_some());
    assert_eq!(scene.kept(), 4);
}

#[tokio::test]
async fn a_stream_that_lags_behind_is_not_cosigned_and_is_no_contradiction() {
    let scene = Scene::new(6).await;
    scene.cosign(5).await.unwrap().expect("cosigned");
    assert!(scene.cosign(2).await.unwrap().is_none());
    assert!(scene.cosign(0).await.unwrap().is_none());
    assert_eq!(scene.kept(), 5);
}

#[tokio::test]
async fn a_fork_is_never_cosigned_whichever_way_it_is_shown() {
    let scene = Scene::new(8).await;
    scene.cosign(5).await.unwrap().expect("cosigned");
    let before = std::fs::read(scene.path()).unwrap();
    // The same key, another history: 7 entries, none of them where it was.
    scene.gateway.state().log.forget();
    for (size, kind) in [
        (5, ContradictionKind::TwoRoots),
        (
            7,
            ContradictionKind::NotAnExtension(precinto_merkle::ProofError::Root),
        ),
        (
            3,
            ContradictionKind::NotAnExtension(precinto_merkle::ProofError::Root),
        ),
    ] {
        let error = scene.cosign(size).await.unwrap_err();
        let CosignError::Contradiction(contradiction) = error else {
            panic!("{size}: {error}")
        };
        assert_eq!(contradiction.kind, kind, "{size}");
        assert_eq!(contradiction.pinned.checkpoint().size, 5);
    }
    assert_eq!(std::fs::read(scene.path()).unwrap(), before);
}

#[tokio::test]
async fn two_processes_of_one_node_are_one_witness() {
    let scene = Scene::new(9).await;
    // Both have read that nothing was cosigned; the slower one must look again.
    let (one, two) = (scene.witness(), scene.witness());
    let nothing = Pin::open(scene.path(), &scene.gateway.settings.log).unwrap();
    let commit = |of: &Witness, size| of.shared.commit(&nothing, &scene.checkpoint(size), NOW_MS);
    assert!(matches!(commit(&one, 9), Ok(Attempt::Cosigned(_))));
    assert!(matches!(commit(&two, 4), Ok(Attempt::Again)));
    assert_eq!(scene.kept(), 9);
    assert!(scene.cosign(4).await.unwrap().is_none());
}

#[tokio::test]
async fn a_state_that_is_none_of_this_log_stops_the_witness() {
    let (scene, other) = (Scene::new(2).await, Scene::new(2).await);
    other.cosign(2).await.unwrap();
    std::fs::copy(other.path(), scene.path()).unwrap();
    let log = scene.gateway.settings.log.clone();
    let opened = Witness::open(scene.path(), signer(), &log);
    assert!(matches!(opened, Err(PinError::Damaged { .. })));
}

#[test]
fn what_lay_in_a_stalled_line_is_not_cosigned() {
    let clock = Clock::new(|| NOW_MS);
    let at = |seconds: i64| prost_types::Timestamp {
        seconds: i64::try_from(NOW_MS / 1000).unwrap() + seconds,
        nanos: 0,
    };
    assert!(is_timely(Some(&at(0)), &clock));
    assert!(is_timely(Some(&at(-59)), &clock));
    assert!(!is_timely(Some(&at(-62)), &clock));
    assert!(!is_timely(Some(&at(62)), &clock));
    assert!(!is_timely(None, &clock));
}
