//! What the copy calls witnessed, and what a log that tells two histories does not make it say.

use super::*;
use precinto_envelope::crypto::SigningKey;
use precinto_merkle::cosignature::CosignatureSigner;
use precinto_merkle::policy::Policy;

fn witness(seed: u8) -> CosignatureSigner {
    let key = SigningKey::from_ed25519_seed([seed; 32]);
    CosignatureSigner::new(&format!("mx.dev.invalid/witness/{seed}"), key).unwrap()
}

/// The first witness, and no other, counts.
fn policy(scene: &Scene) -> Policy {
    let (log, counts) = (&scene.gateway.settings.log, witness(1).verifier());
    Policy::parse(format!("log {log}\nwitness W {counts}\nquorum W\n")).unwrap()
}

/// The witness cosigns the first `size` entries.
fn cosigns(scene: &Scene, by: u8, size: u64) {
    let checkpoint = scene.gateway.state().log.checkpoint(size);
    let line = witness(by).cosign(checkpoint.checkpoint(), NOW_MS / 1000);
    let cosigned = checkpoint.with_cosignatures(&line.unwrap()).unwrap();
    scene.gateway.state().cosigned = Some(cosigned.note().to_owned());
}

async fn sync_all(scene: &mut Scene) -> Result<(), SyncError> {
    let connection = scene.gateway.connect().await;
    scene.copy.sync(&connection, |_, _| {}).await?;
    let policy = policy(scene);
    scene.copy.sync_witnessed(&connection, &policy).await
}

/// Which of the first entries the copy calls witnessed.
fn witnessed(scene: &Scene) -> Vec<u64> {
    let kept = scene.copy.witnessed(&scene.gateway.settings.log).unwrap();
    let kept = kept.as_ref();
    let is_under =
        |index: &u64| kept.is_some_and(|kept| scene.copy.is_under(kept, *index).unwrap());
    (0..9).filter(is_under).collect()
}

#[tokio::test]
async fn a_message_is_witnessed_once_one_who_counts_has_cosigned_it_and_stays_so() {
    let mut scene = Scene::new().await;
    for number in 1..=3 {
        scene.says(MessageType::Alert, &alert_id(number), alert());
    }
    sync_all(&mut scene).await.unwrap();
    assert!(witnessed(&scene).is_empty());
    cosigns(&scene, 2, 3);
    sync_all(&mut scene).await.unwrap();
    assert!(witnessed(&scene).is_empty(), "not of the policy");
    cosigns(&scene, 1, 2);
    sync_all(&mut scene).await.unwrap();
    assert_eq!(witnessed(&scene), [0, 1]);
    // A newer one that does not count takes nothing away, nor does one that is older, nor a gateway that shows none.
    scene.says(MessageType::Alert, &alert_id(4), alert());
    for (by, size) in [(2, 4), (1, 1)] {
        cosigns(&scene, by, size);
        sync_all(&mut scene).await.unwrap();
        assert_eq!(witnessed(&scene), [0, 1]);
    }
    scene.gateway.state().cosigned = None;
    let mut scene = scene.reopen();
    sync_all(&mut scene).await.unwrap();
    assert_eq!(witnessed(&scene), [0, 1]);
    cosigns(&scene, 1, 4);
    sync_all(&mut scene).await.unwrap();
    assert_eq!(witnessed(&scene), [0, 1, 2, 3]);
}

#[tokio::test]
async fn a_receipt_of_another_history_than_the_cosigned_one_is_not_witnessed_and_is_evidence() {
    let mut scene = Scene::new().await;
    // The agency is shown one message as entry 0, everybody else another one.
    scene.says(MessageType::Alert, &alert_id(1), alert());
    let shown = scene.gateway.state().log.record(0);
    scene.gateway.state().log.forget();
    scene.says(MessageType::Alert, &alert_id(2), alert());
    scene.gateway.state().forge_record = Box::new(move |_, record| *record = shown.clone());
    sync_all(&mut scene).await.unwrap();
    assert!(scene.copy.case(&alert_id(1)).unwrap().is_some(), "believed");
    cosigns(&scene, 1, 1);
    let caught = sync_all(&mut scene).await.unwrap_err();
    assert!(matches!(caught, SyncError::Contradiction(_)), "{caught:?}");
    assert!(witnessed(&scene).is_empty());
}

#[tokio::test]
async fn a_cosigned_checkpoint_of_another_history_is_evidence() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    scene.says(MessageType::Alert, &alert_id(2), alert());
    sync_all(&mut scene).await.unwrap();
    // Those who cosign are told that the first message never was.
    let honest = scene.gateway.state().log.note();
    scene.gateway.state().log.forget();
    cosigns(&scene, 1, 1);
    scene.gateway.state().forge_page = Box::new(move |_, page| {
        page.records.clear();
        page.next_page_token.clear();
        (page.next_index, page.checkpoint) = (2, honest.clone());
    });
    let caught = sync_all(&mut scene).await.unwrap_err();
    assert!(matches!(caught, SyncError::Contradiction(_)), "{caught:?}");
    assert!(witnessed(&scene).is_empty());
}

/// As the version before leaves it: what is not local there has no row, and neither has what nobody noted.
#[tokio::test]
async fn in_a_file_that_does_not_say_what_the_log_has_shown_every_message_is_local() {
    let mut scene = Scene::new().await;
    scene.says(MessageType::Alert, &alert_id(1), alert());
    sync_all(&mut scene).await.unwrap();
    let write = scene.copy.database.begin_write().unwrap();
    assert!(write.delete_table(store::COVERED).unwrap());
    drop(write.open_table(store::LOCAL).unwrap());
    write.commit().unwrap();
    let mut scene = scene.reopen();
    let cosigned = scene.gateway.state().log.checkpoint(1);
    assert!(!scene.copy.is_under(&cosigned, 0).unwrap());
    let write = scene.copy.database.begin_write().unwrap();
    assert!(!write.delete_table(store::LOCAL).unwrap(), "it went");
    drop(write);
    cosigns(&scene, 1, 1);
    sync_all(&mut scene).await.unwrap();
    assert_eq!(witnessed(&scene), [0]);
}

#[tokio::test]
async fn a_message_that_nobody_noted_is_local_until_the_log_shows_it() {
    let mut scene = Scene::new().await;
    for number in 1..=3 {
        scene.says(MessageType::Alert, &alert_id(number), alert());
    }
    cosigns(&scene, 1, 2);
    sync_all(&mut scene).await.unwrap();
    assert_eq!(witnessed(&scene), [0, 1]);
    // As another version would leave it that takes a message.
    let write = scene.copy.database.begin_write().unwrap();
    {
        let mut covered = write.open_table(store::COVERED).unwrap();
        covered.remove(0).unwrap();
    }
    write.commit().unwrap();
    let mut scene = scene.reopen();
    assert_eq!(witnessed(&scene), [1]);
    sync_all(&mut scene).await.unwrap();
    assert_eq!(witnessed(&scene), [0, 1]);
}

/// What is covered was shown against a checkpoint that counts no more: the next one is held against it.
#[tokio::test]
async fn a_checkpoint_of_another_history_than_the_kept_one_is_evidence_though_that_counts_no_more()
{
    let mut scene = Scene::new().await;
    // The witness of an old policy was told another history.
    scene.says(MessageType::Alert, &alert_id(2), alert());
    let other = scene.gateway.state().log.note();
    scene.gateway.state().log.forget();
    scene.says(MessageType::Alert, &alert_id(1), alert());
    sync_all(&mut scene).await.unwrap();
    let log = &scene.gateway.settings.log;
    let write = scene.copy.database.begin_write().unwrap();
    {
        let mut meta = write.open_table(store::META).unwrap();
        let other = other.as_bytes();
        drop(meta.insert(store::META_WITNESSED, other).unwrap());
    }
    write.commit().unwrap();
    assert!(scene.copy.witnessed(log).unwrap().is_some());
    cosigns(&scene, 1, 1);
    let caught = sync_all(&mut scene).await.unwrap_err();
    assert!(matches!(caught, SyncError::Contradiction(_)), "{caught:?}");
    assert!(witnessed(&scene).is_empty());
}
