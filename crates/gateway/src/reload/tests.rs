//! What a change of trust waits for, and what waits for it. The rest is tested through the door.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use precinto_envelope::certificate::Certificate;
use precinto_envelope::trust::{SideTrust, TrustStore};
use precinto_ledger::Ledger;
use precinto_ledger::clock::ManualClock;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    SerialNumber, date_time_ymd,
};

use super::*;
use crate::acts::Withheld;
use crate::certificates::Certificates;
use crate::in_force::Terms;
use crate::registry::codes::Codes;
use crate::registry::tests::example;
use crate::test_ledger;

const NOW_MS: u64 = 1_795_348_800_000;

/// The trust of one side under a new root.
fn trust() -> Arc<TrustStore> {
    let now = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS);
    let (before, after) = (now - Duration::from_hours(1), now + Duration::from_hours(1));
    let mut root = CertificateParams::default();
    root.distinguished_name = DistinguishedName::new();
    root.distinguished_name.push(DnType::CommonName, "DEV ONLY");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    (root.not_before, root.not_after) = (before, after);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let der = root.self_signed(&key).unwrap().der().to_vec();
    let list = CertificateRevocationListParams {
        this_update: before,
        next_update: after,
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: Vec::new(),
        key_identifier_method: KeyIdMethod::Sha256,
    };
    let list = list.signed_by(&Issuer::new(root, key)).unwrap();
    let list = list.der().to_vec();
    let side = "us.dev.invalid".parse().unwrap();
    let side = SideTrust::load(side, &[der], &[list], NOW_MS).unwrap();
    Arc::new(TrustStore::new(vec![side]).unwrap())
}

/// A keeper whose terms these are, with its log.
fn keeper(before: &Terms, ledger: &Ledger, clock: &Arc<dyn Clock>) -> Keeper {
    let acts = Acts::new(ledger.clone(), Arc::clone(clock));
    let certificates = Arc::new(Certificates::new(ledger.clone()));
    let records = (acts, Arc::clone(clock));
    Keeper::new(
        before.clone(),
        Codes::default(),
        certificates,
        records,
        Withheld::default(),
    )
}

#[tokio::test]
async fn other_trust_passes_all_who_wait_with_a_part_of_the_directory() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(NOW_MS));
    let (ledger, owner) = test_ledger::open(folder.path(), Arc::clone(&clock));
    let before = Terms {
        directory: Arc::new(example()),
        trust: trust(),
    };
    let next = trust();
    let keeper = keeper(&before, &ledger, &clock);
    let context = &mut Context::from_waker(Waker::noop());
    let logging = keeper.turn().await.unwrap();
    let mut waiting: Vec<_> = (0..16).map(|_| Box::pin(keeper.turn())).collect();
    for one in &mut waiting {
        assert!(one.as_mut().poll(context).is_pending());
    }
    let mut believing = pin!(keeper.believe(Arc::clone(&next), Vec::new()));
    assert!(believing.as_mut().poll(context).is_pending());
    for one in &mut waiting {
        assert!(matches!(one.as_mut().poll(context), Poll::Ready(Err(_))));
    }
    assert!(keeper.turn().await.is_err(), "nor does anybody join them");
    drop(logging);
    believing.await.unwrap();
    assert!(Arc::ptr_eq(&keeper.in_force().trust(), &next));
    assert!(keeper.turn().await.is_ok(), "and then it is their turn");
    drop(waiting);
    owner.stop().unwrap();
}

#[tokio::test]
async fn a_decision_under_way_is_logged_before_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(NOW_MS));
    let (ledger, owner) = test_ledger::open(folder.path(), Arc::clone(&clock));
    let acts = Acts::new(ledger.clone(), Arc::clone(&clock));
    let before = Terms {
        directory: Arc::new(example()),
        trust: trust(),
    };
    let next = trust();
    let keeper = keeper(&before, &ledger, &clock);
    let in_force = keeper.in_force();
    let size = || ledger.published().borrow().size;

    let held = in_force.hold().await;
    let change = before.trust.changes(&next);
    let act = pb::ActRecord {
        actor: "spiffe://us.dev.invalid/gateway/gw1".to_owned(),
        kind: pb::ActKind::TrustChanged.into(),
        added: change.added.iter().copied().map(Into::into).collect(),
        ..Default::default()
    };
    let mut believing = pin!(keeper.believe(Arc::clone(&next), vec![act]));
    let context = &mut Context::from_waker(Waker::noop());
    assert!(believing.as_mut().poll(context).is_pending());
    let logged = acts.record(pb::ActRecord {
        actor: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
        ..Default::default()
    });
    // Anything: what was being decided.
    assert_eq!(logged.await.unwrap(), 0, "nothing stands before it");
    assert!(believing.as_mut().poll(context).is_pending());
    assert_eq!(
        size(),
        1,
        "nothing of the change is logged while somebody decides"
    );
    assert!(Arc::ptr_eq(&in_force.trust(), &before.trust));
    drop(held);
    believing.await.unwrap();
    assert_eq!(size(), 4, "a root, a list, and what says so");
    assert!(Arc::ptr_eq(&in_force.trust(), &next));
    owner.stop().unwrap();
}

#[tokio::test]
async fn a_start_says_what_has_gone_since_the_log_was_last_written() {
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(NOW_MS));
    let (ledger, owner) = test_ledger::open(folder.path(), Arc::clone(&clock));
    let acts = Acts::new(ledger.clone(), clock);
    let certificates = Certificates::new(ledger.clone());
    let logged = || {
        let (mut logged, mut next) = (LoggedTrust::default(), 0);
        while let Ok(entry) = ledger.read(next) {
            logged.see(&entry);
            next += 1;
        }
        logged
    };
    let (first, second) = (trust(), trust());
    assert!(logged().change(&first).is_empty(), "a new log");
    certificates.log_foundations(&first).await.unwrap();
    assert!(logged().change(&first).is_empty());
    let change = logged().change(&second);
    assert_eq!(change, first.changes(&second));
    let said = precinto_ledger::testing::unverified([1; 32], b"record", b"said", b"");
    ledger.append(said).await.unwrap();

    certificates.log_foundations(&second).await.unwrap();
    // A process that ends here leaves it to the next start.
    assert_eq!(logged().change(&second), change);
    let named = |uses: &[TrustUse]| uses.iter().copied().map(Into::into).collect();
    let act = pb::ActRecord {
        actor: "spiffe://us.dev.invalid/gateway/gw1".to_owned(),
        kind: pb::ActKind::TrustChanged.into(),
        added: named(&change.added),
        removed: named(&change.removed),
        ..Default::default()
    };
    acts.record(act).await.unwrap();
    assert!(logged().change(&second).is_empty(), "said once");
    // The first root comes back: its TRUST entry stands there already.
    assert_eq!(logged().change(&first).added, change.removed);
    owner.stop().unwrap();
}

#[test]
fn what_was_not_taken_is_tried_again_less_and_less_often() {
    let mut again = Again::default();
    assert!(!again.is_due(NOW_MS), "nothing was refused");
    let mut waits = Vec::new();
    for _ in 0..7 {
        again.put_off(true, NOW_MS);
        let after = |ms| again.is_due(NOW_MS + ms);
        waits.push((0..60).find(|second| after(second * 1_000)).unwrap());
    }
    assert_eq!(
        waits,
        [1, 2, 4, 8, 16, 30, 30],
        "while the log takes nothing"
    );
    let mut again = Again::default();
    again.put_off(false, NOW_MS);
    assert!(!again.is_due(NOW_MS + 29_999), "a bad file");
    assert!(again.is_due(NOW_MS + 30_000));
    assert!(again.is_due(NOW_MS - 1), "the clock was set back");
}

#[test]
fn to_try_again_does_not_say_again_what_was_said() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let own = |name: &str| {
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Own {
            server_name: name.to_owned(),
            identity: "spiffe://us.dev.invalid/gateway/gw1".parse().unwrap(),
            certificate: Arc::new(Certificate::parse(certificate.der()).unwrap()),
        }
    };
    let (one, other) = (own("us.gw.dev.invalid"), own("mx.gw.dev.invalid"));
    let mut tried = Tried::default();
    let first = tried.acts(std::slice::from_ref(&one), pb::ActVia::Signal);
    assert_eq!(first[0].act_id.len(), 16);
    let again = tried.acts(&[other, one.clone()], pb::ActVia::Files);
    assert_eq!(again[1], first[0], "the same entry");
    assert_ne!(again[0].act_id, first[0].act_id);
    // It was taken, and later comes back: that is another act.
    let later = Tried::default().acts(&[one], pb::ActVia::Signal);
    assert_ne!(later[0].act_id, first[0].act_id);
}

#[test]
fn the_log_is_told_no_folders() {
    let file = std::path::Path::new("/etc/our precinto/gateway.toml");
    let config = Config::parse(crate::config::EXAMPLE, file).unwrap();
    let text = "/etc/our precinto/us/root.pem: is for spiffe://us.dev.invalid/gateway/gw1; /srv/new.pem: gone";
    assert_eq!(
        told(&config, text),
        "root.pem: is for spiffe://us.dev.invalid/gateway/gw1; new.pem: gone"
    );
    assert_eq!(told(&config, "`/srv/new.pem` is gone"), "new.pem` is gone");
    assert_eq!(told(&config, &"ñ".repeat(400)).len(), 512);
}

#[test]
fn the_log_is_told_no_line_of_the_settings() {
    let file = std::path::Path::new("/etc/precinto/gateway.toml");
    let error = Config::parse("secret = \"x\"", file).unwrap_err();
    assert!(error.to_string().contains("secret"), "the operator is");
    let error = ReloadError::Settings(error);
    assert!(!public(&error).contains("secret"), "{}", public(&error));
}

#[tokio::test]
async fn a_reader_of_files_that_panics_is_an_error_like_others_and_is_tried_again() {
    let read = || -> Result<(), _> { panic!("as a reader of revocation lists once did") };
    let error = read_apart(read).await.unwrap_err();
    assert!(matches!(error, ReloadError::Lost), "{error}");
    assert!(read_apart(|| Ok(())).await.is_ok());
}
