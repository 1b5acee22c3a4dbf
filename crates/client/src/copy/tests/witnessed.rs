//! What the copy calls witnessed, and what a log that tells two histories does not make it say.

use super::*;
use crate::limits::WITNESSED_ASKED_MAX;
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

/// The kept checkpoint may become smaller, when another policy counts: the next one is held against that alone.
#[tokio::test]
async fn what_a_smaller_checkpoint_does_not_cover_is_local_until_the_log_shows_it_again() {
    let mut scene = Scene::new().await;
    for number in 1..=3 {
        scene.says(MessageType::Alert, &alert_id(number), alert());
    }
    cosigns(&scene, 1, 3);
    sync_all(&mut scene).await.unwrap();
    assert_eq!(witnessed(&scene), [0, 1, 2]);
    let other = witness(2).verifier();
    let policy = format!(
        "log {}\nwitness W {other}\nquorum W\n",
        scene.gateway.settings.log
    );
    let policy = Policy::parse(policy).unwrap();
    cosigns(&scene, 2, 1);
    let connection = scene.gateway.connect().await;
    let synced = scene.copy.sync_witnessed(&connection, &policy).await;
    synced.unwrap();
    assert_eq!(witnessed(&scene), [0]);
    // Of whatever size the next one is: nothing was shown under it.
    let three = scene.gateway.state().log.checkpoint(3);
    let shown = |index| scene.copy.is_under(&three, index).unwrap();
    assert_eq!([0, 1, 2].map(shown), [true, false, false]);
    cosigns(&scene, 2, 3);
    let synced = scene.copy.sync_witnessed(&connection, &policy).await;
    synced.unwrap();
    assert_eq!(witnessed(&scene), [0, 1, 2], "asked again");
}

#[tokio::test]
async fn what_the_log_never_answers_for_keeps_nothing_older_from_being_asked() {
    let mut scene = Scene::new().await;
    let connection = scene.gateway.connect().await;
    // Each comes under a checkpoint of its own.
    let all = u64::try_from(WITNESSED_ASKED_MAX).unwrap() + 2;
    for number in 0..all {
        let id = alert_id(u32::try_from(number).unwrap() + 1);
        scene.says(MessageType::Comment, &id, comment("x"));
        scene.copy.sync(&connection, |_, _| {}).await.unwrap();
    }
    // The last entry comes under the checkpoint that is cosigned.
    scene.says(MessageType::Comment, &alert_id(1), comment("x"));
    scene.copy.sync(&connection, |_, _| {}).await.unwrap();
    cosigns(&scene, 1, all + 1);
    // It shows nothing of the newest.
    scene.gateway.state().unproven = (3..=all).collect();
    let policy = policy(&scene);
    let covered = |scene: &Scene| {
        let kept = scene.copy.witnessed(&scene.gateway.settings.log).unwrap();
        let is_under = |index: &u64| {
            kept.as_ref()
                .is_some_and(|kept| scene.copy.is_under(kept, *index).unwrap())
        };
        (0..all).filter(is_under).collect::<Vec<u64>>()
    };
    for expected in [vec![], vec![0, 1]] {
        let synced = scene.copy.sync_witnessed(&connection, &policy).await;
        synced.unwrap();
        assert_eq!(covered(&scene), expected);
    }
    scene.gateway.state().unproven.clear();
    for _ in 0..2 {
        let synced = scene.copy.sync_witnessed(&connection, &policy).await;
        synced.unwrap();
    }
    assert_eq!(covered(&scene), (0..all).collect::<Vec<u64>>());
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
