//! A submission whose terms change under it. The rest of the write path is tested through the door.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use precinto_alert::code::{
    MessageStatus, MessageType, NoticeKind, RecipientKind, SignerRole, Tlp,
};
use precinto_envelope::crypto::{SigningKey, sha256};
use precinto_envelope::sign::sign;
use precinto_envelope::trust::{SideTrust, TrustKind, TrustStore};
use precinto_ledger::OwnerHandle;
use precinto_ledger::clock::ManualClock;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PKCS_ED25519, RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};

use prost::Message as _;

use super::*;
use crate::acts::Acts;
use crate::in_force::{Seat, Terms};
use crate::metrics::Counts;
use crate::registry::tests::example;
use crate::test_ledger;

const NOW_MS: u64 = 1_795_348_800_000;
const HOUR: Duration = Duration::from_hours(1);
const SERIAL: u64 = 7;
const LAX: &str = "spiffe://us.dev.invalid/agency/cbp/node/lax";

/// The authority of one side, and the one who signs.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: Vec<u8>,
    certificate: Vec<u8>,
    key: SigningKey,
}

fn params(name: &str) -> CertificateParams {
    let now = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS);
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    (params.not_before, params.not_after) = (now - HOUR, now + HOUR);
    params
}

impl Authority {
    fn new() -> Self {
        let mut root = params("DEV ONLY root");
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let der = root.self_signed(&key).unwrap().der().to_vec();
        let issuer = Issuer::new(root, key);
        let mut leaf = params("DEV ONLY");
        leaf.subject_alt_names = vec![SanType::URI(LAX.try_into().unwrap())];
        let signing = ExtendedKeyUsagePurpose::Other(vec![1, 3, 6, 1, 5, 5, 7, 3, 36]);
        leaf.extended_key_usages = vec![signing];
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.serial_number = Some(SerialNumber::from(SERIAL));
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let certificate = leaf.signed_by(&key, &issuer).unwrap().der().to_vec();
        Self {
            issuer,
            root: der,
            certificate,
            key: SigningKey::from_pkcs8_der(&key.serialize_der()).unwrap(),
        }
    }

    /// What is trusted by the list of this number, on which this serial number is revoked; and that list's digest.
    fn trust(&self, number: u64, revoked: u64) -> (Arc<TrustStore>, [u8; 32]) {
        let now = date_time_ymd(1970, 1, 1) + Duration::from_millis(NOW_MS);
        let list = CertificateRevocationListParams {
            this_update: now - HOUR,
            next_update: now + HOUR,
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: vec![RevokedCertParams {
                serial_number: SerialNumber::from(revoked),
                revocation_time: now - HOUR,
                reason_code: None,
                invalidity_date: None,
            }],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&self.issuer).unwrap().der().to_vec();
        let digest = sha256(&[&list]);
        let side = "us.dev.invalid".parse().unwrap();
        let side = SideTrust::load(side, &[&self.root], &[list], NOW_MS).unwrap();
        (Arc::new(TrustStore::new(vec![side]).unwrap()), digest)
    }

    /// A notice, signed.
    fn notice(&self) -> pb::SubmitRequest {
        let key_id = sha256(&[&self.certificate]);
        let statement = pb::Statement {
            message_id: vec![7; 16],
            r#type: MessageType::SystemNotice.into(),
            notice_kind: NoticeKind::Maintenance.into(),
            sender: LAX.to_owned(),
            log_origin: test_ledger::ORIGIN.to_owned(),
            required_signers: vec![pb::SignerRef {
                key_id: key_id.to_vec(),
                role: SignerRole::Node.into(),
                alg: 1,
            }],
            recipients: vec![pb::RecipientRef {
                kind: RecipientKind::Agency.into(),
                name: "mx.dev.invalid/anam".to_owned(),
            }],
            created_ms: NOW_MS,
            expires_ms: NOW_MS + 3_000_000,
            sender_seq: 1,
            status: MessageStatus::Exercise.into(),
            handling: Some(pb::Handling {
                tlp: Tlp::AmberStrict.into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        pb::SubmitRequest {
            envelope: sign(statement.encode_to_vec(), &[(&self.key, key_id)]).encode_to_vec(),
            certificates: vec![self.certificate.clone()],
            ..Default::default()
        }
    }
}

fn submissions(folder: &std::path::Path, directory: InForce) -> (Submissions, OwnerHandle) {
    let clock = Arc::new(ManualClock::new(NOW_MS));
    let (ledger, owner) = test_ledger::open(folder, Arc::<ManualClock>::clone(&clock));
    let submissions = Submissions {
        certificates: Arc::new(Certificates::new(ledger.clone())),
        refusals: Refusals::new(Acts::new(ledger.clone(), Arc::<ManualClock>::clone(&clock))),
        ledger,
        directory,
        origin: test_ledger::ORIGIN.to_owned(),
        cases: Arc::default(),
        conflicts: Ration::default(),
        quotas: Quotas::default(),
        counts: Counts::default(),
        clock,
        draining: CancellationToken::new(),
    };
    (submissions, owner)
}

#[tokio::test]
async fn what_was_verified_under_trust_that_has_gone_is_verified_again() {
    let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
    let (trust, _) = authority.trust(1, SERIAL + 1);
    let seat = Seat::new(Terms {
        directory: Arc::new(example()),
        trust,
    });
    let (submissions, owner) = submissions(folder.path(), seat.in_force());
    let lax = LAX.parse().unwrap();
    // Another list of which the sender is not, then one of which it is; each comes into force when the signature has been
    // verified by the one before.
    for (number, revoked) in [(2, SERIAL + 1), (3, SERIAL)] {
        let change = seat.change(Duration::ZERO).await.unwrap();
        let (announced, turn) = (submissions.ledger.announce(), submissions.directory.hold());
        let mut check = pin!(submissions.check(&lax, authority.notice(), announced, turn));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(check.as_mut().poll(context).is_pending(), "verified");
        let (trust, list) = authority.trust(number, revoked);
        let directory = seat.terms().directory;
        change.put_in_force(Terms { directory, trust });
        let checked = check.await;
        if revoked == SERIAL {
            let error = checked.map(drop).unwrap_err();
            let reason = crate::status::Refusal::from(error).reason();
            assert_eq!(reason, Reason::CertRevoked, "by the list in force");
            continue;
        }
        let checked = checked.unwrap();
        submissions.log_trust(&checked).await.unwrap();
        let receipt = submissions.commit(checked).await.unwrap().receipt.unwrap();
        let record = pb::StatementRecord::decode(receipt.record.as_ref()).unwrap();
        let lists = record.trust.iter();
        let lists = lists.filter(|used| used.kind() == TrustKind::RevocationList);
        let lists: Vec<_> = lists.map(|used| used.digest.as_slice()).collect();
        assert_eq!(lists, [list], "it rests on what the log says is in force");
    }
    owner.stop().unwrap();
}
