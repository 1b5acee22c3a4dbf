//! What the libraries must do with any bytes at all: answer, soon, and without contradicting themselves.
//!
//! One function a target. The fuzzing programs and the replay of the corpora by the stable compiler call the same ones;
//! those of the command line stand in `precinto::foreign_bytes`. A target that fails panics.

use precinto_alert::check_digit::{CANDIDATES_MAX, Scheme, courier};
use precinto_alert::content::{ContentError, Form, media_type};
use precinto_alert::directory::{Part, PartError};
use precinto_alert::id::{
    AgencyId, AlertId, GatewayId, Identity, MessageId, NodeId, OfficerId, Side,
};
use precinto_alert::limits::VIOLATIONS_MAX;
use precinto_alert::quantity::Decimal;
use precinto_alert::statement::{Claim, Lenient, StatementError};
use precinto_alert::{Content, Statement, Violation};
use precinto_audit::{Expect, LogKey, Report, Step, Verdict};
use precinto_envelope::body::check_body;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::crypto::{PublicKey, SigningKey};
use precinto_envelope::directory::{SignedPart, VerifiedPart};
use precinto_envelope::trust::{SideTrust, TrustStore};
use precinto_envelope::{pem, verify};
use precinto_merkle::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use precinto_merkle::leaf::{EntryType, Leaf, commitment};
use precinto_merkle::note::{NoteSigner, NoteVerifier, SignedNote};
use precinto_merkle::policy::Policy;
use precinto_merkle::receipt::Receipt;
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::fmt::Display;
use std::hint::black_box;
use std::str::FromStr;
use std::sync::Arc;

/// A moment in 2026, in milliseconds since 1970.
const NOW_MS: u64 = 1_795_000_000_000;

/// Whatever is said of a message can be shown, and there is not too much of it.
fn shown(violations: &[Violation]) {
    assert!(violations.len() <= VIOLATIONS_MAX, "too many violations");
    for violation in violations {
        assert!(!violation.to_string().is_empty(), "nothing to show");
        assert!(
            violation.proposals.len() <= CANDIDATES_MAX,
            "too many proposals"
        );
    }
}

/// A signed statement. Whoever reads strictly and whoever reads leniently must read the same.
pub(crate) fn statement(bytes: &[u8]) {
    black_box(Claim::read(bytes).is_ok());
    let lenient = Statement::decode_lenient(bytes);
    match Statement::decode(bytes) {
        Ok(statement) => {
            let lenient = lenient.expect("what is read strictly can be read leniently");
            let read = Lenient {
                statement,
                unknown_fields: false,
            };
            assert_eq!(lenient, read, "two ways of reading");
            let claim = Claim::read(bytes).expect("a statement has a claim");
            assert_eq!(claim.message_id, read.statement.message_id(), "two ids");
            let again = pb::Statement::decode(bytes).expect("decoded before");
            assert_eq!(
                again.encode_to_vec(),
                bytes,
                "another encoding was taken as canonical"
            );
            shown(read.statement.warnings());
            for now_ms in [0, NOW_MS, u64::MAX] {
                match read.statement.check_time(now_ms) {
                    Ok(warnings) => shown(&warnings),
                    Err(late) => shown(&[late]),
                }
            }
        }
        Err(StatementError::Violations(broken)) => {
            assert!(!broken.errors.is_empty(), "refused for nothing");
            shown(&broken.errors);
            shown(&broken.warnings);
        }
        Err(StatementError::NonCanonical) => {
            let again = pb::Statement::decode(bytes).expect("decoded before");
            assert_ne!(
                again.encode_to_vec(),
                bytes,
                "the canonical encoding was refused"
            );
        }
        Err(StatementError::Malformed(_)) => {}
    }
}

/// Content, behind the statement that it belongs to and two bytes with the length of that.
pub(crate) fn content(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let Some((statement, body)) = rest.split_at_checked(u16::from_be_bytes(*length).into()) else {
        return;
    };
    let Ok(Lenient { statement, .. }) = Statement::decode_lenient(statement) else {
        return;
    };
    let media_type = media_type(statement.message_type());
    let lenient = Content::decode_lenient(media_type, body, &statement);
    match Content::decode(media_type, body, &statement) {
        Ok(content) => {
            shown(content.warnings());
            assert!(is_encoded(content.form(), body), "another encoding");
            assert_eq!(lenient, Ok((content, false)), "two ways of reading");
        }
        Err(ContentError::Violations(broken)) => {
            assert!(!broken.errors.is_empty(), "refused for nothing");
            shown(&broken.errors);
            shown(&broken.warnings);
        }
        Err(ContentError::MediaType { .. }) => panic!("the media type is the right one"),
        Err(ContentError::NonCanonical) => {
            let refused = lenient.is_ok_and(|(content, _)| is_encoded(content.form(), body));
            assert!(!refused, "the canonical encoding was refused");
        }
        Err(ContentError::Malformed(_)) => {}
    }
}

/// Whether `body` is what encoding that content gives.
fn is_encoded(form: &Form, body: &[u8]) -> bool {
    let again = match form {
        Form::Alert(content) => content.encode_to_vec(),
        Form::Cancel(content) => content.encode_to_vec(),
        Form::Recall(content) => content.encode_to_vec(),
        Form::Ack(content) => content.encode_to_vec(),
        Form::Reject(content) => content.encode_to_vec(),
        Form::Assessment(content) => content.encode_to_vec(),
        Form::Request(content) => content.encode_to_vec(),
        Form::Response(content) => content.encode_to_vec(),
        Form::Hold(content) => content.encode_to_vec(),
        Form::Outcome(content) => content.encode_to_vec(),
        Form::Dissemination(content) => content.encode_to_vec(),
        Form::Link(content) => content.encode_to_vec(),
        Form::Comment(content) => content.encode_to_vec(),
        Form::Transfer(content) => content.encode_to_vec(),
        Form::SystemNotice(content) => content.encode_to_vec(),
    };
    again == body
}

/// What is written in one way only is written back in the same way.
fn one_spelling<T: FromStr + Display>(text: &str) {
    if let Ok(read) = T::from_str(text) {
        assert_eq!(read.to_string(), text, "two spellings of one thing");
    }
}

/// One text in the place of every identifier, code and quantity.
pub(crate) fn text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    for scheme in [
        Scheme::AWB,
        Scheme::S10,
        Scheme::CAS,
        Scheme::CONTAINER,
        Scheme::DHL,
        Scheme::FEDEX,
        Scheme::UPS,
        Scheme::RFC,
        Scheme::CURP,
    ] {
        let proposals = scheme.proposals(text);
        assert!(proposals.len() <= CANDIDATES_MAX, "too many proposals");
        assert!(
            proposals.iter().all(|one| scheme.check(one).is_ok()),
            "a proposal that fails"
        );
        assert!(
            proposals.is_empty() || scheme.check(text).is_err(),
            "a proposal for what is right"
        );
    }
    for carrier in ["DHL", "FEDEX", "UPS", text] {
        black_box(
            courier(carrier, text)
                .map(|scheme| scheme.check(text))
                .is_some(),
        );
    }
    one_spelling::<AlertId>(text);
    one_spelling::<Side>(text);
    one_spelling::<AgencyId>(text);
    one_spelling::<NodeId>(text);
    one_spelling::<OfficerId>(text);
    one_spelling::<GatewayId>(text);
    one_spelling::<Identity>(text);
    black_box(MessageId::from_str(text).is_ok());
    for proposal in AlertId::proposals(text) {
        assert!(
            AlertId::from_str(&proposal).is_ok(),
            "a proposal that fails"
        );
    }
    if let Some(amount) = Decimal::parse(text) {
        assert_eq!(amount.is_zero(), amount.micros() == 0, "zero or not");
    }
    black_box(precinto_alert::vague::is_vague(text));
    black_box(precinto_alert::dangerous_goods::is_possible(text));
    black_box(precinto_alert::airline::of_prefix(text).is_some());
    black_box(precinto_alert::reason::from_name(text).is_some());
    black_box(precinto_alert::code::sharing_name(text).count());
    everywhere(text);
}

/// An alert that says `text` wherever an identifier may stand.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each field of wide messages"
)]
fn everywhere(text: &str) {
    let said = || text.to_owned();
    let all = || vec![said()];
    let quantity = || {
        Some(pb::Quantity {
            value: said(),
            unit: "KGM".to_owned(),
        })
    };
    let place = || {
        Some(pb::Place {
            airport: said(),
            locode: said(),
            country: said(),
            subdivision: said(),
            postal_code: said(),
            name: said(),
        })
    };
    let leg = pb::Leg {
        carrier: said(),
        flight: said(),
        departure: place(),
        arrival: place(),
        ..Default::default()
    };
    let tracking = |carrier: &str| pb::CourierTracking {
        carrier: carrier.to_owned(),
        number: said(),
    };
    let shipment = pb::Shipment {
        master_awb: said(),
        airline_prefix: said(),
        house_awbs: all(),
        postal_item_id: said(),
        postal_receptacle_id: said(),
        dispatch_id: said(),
        uld_ids: all(),
        container_ids: all(),
        courier_tracking: vec![
            tracking("DHL"),
            tracking("FEDEX"),
            tracking("UPS"),
            tracking(text),
        ],
        gross_weight: quantity(),
        volume: Some(pb::Quantity {
            value: "1".to_owned(),
            unit: said(),
        }),
        hs_codes: vec![pb::TariffCode {
            code: said(),
            system: 1,
        }],
        incoterm: said(),
        payment: said(),
        dangerous_goods: vec![pb::DangerousGoods {
            un_number: said(),
            hazard_class: said(),
            packing_group: said(),
            quantity: quantity(),
            ..Default::default()
        }],
        special_handling: all(),
        other_references: all(),
        route: Some(pb::Route {
            legs: vec![leg],
            origin: place(),
            destination: place(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let tax_id = |kind| pb::TaxId {
        kind,
        number: said(),
        ..Default::default()
    };
    let party = pb::Party {
        role: 1,
        name: said(),
        phones: all(),
        emails: all(),
        ip_addresses: all(),
        releasable_to: all(),
        tax_ids: (1..8).map(tax_id).collect(),
        address: Some(pb::Address {
            country: said(),
            subdivision: said(),
            city: said(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let substance = pb::Substance {
        cas_number: said(),
        dea_code: said(),
        mx_list: said(),
        hs_code: said(),
        un_number: said(),
        quantity: quantity(),
        purity_percent: said(),
        pen_reference: said(),
        ..Default::default()
    };
    let firearm = pb::Firearm {
        serial_verbatim: said(),
        serial_normalised: said(),
        country_of_manufacture: said(),
        trace_reference: said(),
        ffl_number: said(),
        hs_code: said(),
        un_number: said(),
        ..Default::default()
    };
    let fuel = pb::Fuel {
        hs_code: said(),
        un_number: said(),
        volume: quantity(),
        density_kg_m3: said(),
        plate: said(),
        sener_permit: said(),
        cne_permit: said(),
        carta_porte_id: said(),
        pedimento: said(),
        epa_id: said(),
        tceq_id: said(),
        ..Default::default()
    };
    let alert = pb::AlertContent {
        shipments: vec![shipment],
        parties: vec![party],
        substances: vec![substance],
        firearms: vec![firearm],
        fuels: vec![fuel],
        case_reference: said(),
        ..Default::default()
    };
    let statement =
        Statement::decode(&alert_statement().encode_to_vec()).expect("a valid statement");
    let media_type = media_type(statement.message_type());
    match Content::decode(media_type, &alert.encode_to_vec(), &statement) {
        Ok(content) => shown(content.warnings()),
        Err(ContentError::Violations(broken)) => shown(&broken.errors),
        Err(other) => assert!(matches!(other, ContentError::Malformed(_)), "{other}"),
    }
}

/// A valid statement of an alert, with a body.
fn alert_statement() -> pb::Statement {
    pb::Statement {
        message_id: vec![7; 16],
        r#type: pb::MessageType::Alert.into(),
        sender: "spiffe://us.dev.invalid/agency/cbp/node/lax".to_owned(),
        log_origin: "gw.dev.invalid/log/2026".to_owned(),
        required_signers: vec![pb::SignerRef {
            key_id: vec![1; 32],
            role: pb::SignerRole::Node.into(),
            alg: 1,
        }],
        recipients: vec![pb::RecipientRef {
            kind: pb::RecipientKind::Agency.into(),
            name: "mx.dev.invalid/anam".to_owned(),
        }],
        created_ms: NOW_MS,
        expires_ms: NOW_MS + 86_400_000,
        sender_seq: 1,
        status: pb::MessageStatus::Exercise.into(),
        alert_id: "US-CBPLAX-2026-000123B".to_owned(),
        alert_version: 1,
        handling: Some(pb::Handling {
            tlp: pb::Tlp::AmberStrict.into(),
            ..Default::default()
        }),
        commodities: vec![pb::CommodityClass::IllicitDrug.into()],
        protected_bag: pb::ProtectedBag::None.into(),
        precedence: pb::Precedence::P2.into(),
        authority: pb::AuthorityCode::CustomsAgreement.into(),
        body: Some(pb::BodyRef {
            digest: vec![1; 32],
            size: 100,
            plaintext_commitment: vec![2; 32],
        }),
        payload_protection: pb::PayloadProtection::Clear.into(),
        languages: vec!["en".to_owned()],
        ..Default::default()
    }
}

/// Everything that a log publishes or gives away as text. Of each there is one spelling.
pub(crate) fn proof(bytes: &[u8]) {
    // Of a log that nobody runs; the corpus holds what it has signed.
    let signer = NoteSigner::new(
        "fuzz.dev.invalid/log",
        SigningKey::from_ed25519_seed([7; 32]),
    );
    let signer = signer.expect("a signer");
    let key = signer.verifier();
    if let Ok(note) = SignedNote::parse(bytes) {
        black_box(note.text().len());
    }
    if let Ok(signed) = SignedCheckpoint::verify(bytes, &key) {
        assert_eq!(
            signed.note().as_bytes(),
            bytes,
            "two spellings of one checkpoint"
        );
    }
    if let Ok(receipt) = Receipt::parse(bytes) {
        assert_eq!(
            receipt.to_text().as_bytes(),
            bytes,
            "two spellings of one receipt"
        );
        black_box(receipt.verify(&key, b"a record").is_ok());
    }
    if let Ok(leaf) = Leaf::from_bytes(bytes) {
        assert_eq!(leaf.to_bytes(), bytes, "two spellings of one leaf");
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(checkpoint.text(), text, "two spellings of one checkpoint");
    }
    if let Ok(origin) = Origin::parse(text) {
        assert_eq!(origin.as_str(), text, "two spellings of one origin");
    }
    if let Ok(key) = NoteVerifier::parse(text) {
        assert_eq!(key.to_string(), text, "two spellings of one key");
    }
}

/// Certificates, keys, and the files that hold them.
pub(crate) fn certificate(bytes: &[u8]) {
    if let Ok(certificate) = Certificate::parse(bytes) {
        assert_eq!(certificate.der(), bytes, "a certificate is its bytes");
        black_box((certificate.subject().len(), certificate.issuer().len()));
    }
    black_box(PublicKey::from_spki_der(bytes).is_ok());
    black_box(SigningKey::from_pkcs8_der(bytes).is_ok());
    black_box(pem::certificates(bytes).map_or(0, |all| all.len()));
    black_box(pem::revocation_lists(bytes).map_or(0, |all| all.len()));
    black_box(pem::private_key(bytes).is_ok());
}

/// An envelope, and a body beside it, read by somebody who trusts nobody.
pub(crate) fn envelope(bytes: &[u8]) {
    let trust = TrustStore::new(Vec::new()).expect("trust in nobody");
    let pool = precinto_envelope::certificate::CertificatePool::default();
    let verified = verify::verify_bytes(bytes.to_vec(), &pool, &trust, NOW_MS);
    assert!(verified.is_err(), "believed without a root");
    let named = Statement::decode(&alert_statement().encode_to_vec()).expect("a valid statement");
    let id = named.message_id();
    let mut body = named.body().copied().expect("it has a body");
    black_box(check_body(Some(&body), bytes, id, [1; 32]).is_ok());
    body.digest = precinto_envelope::crypto::sha256(&[bytes]);
    body.size = bytes.len() as u64;
    black_box(check_body(Some(&body), bytes, id, [1; 32]).is_ok());
}

/// A segment of a journal, the newest one or not.
pub(crate) fn journal(bytes: &[u8]) {
    for last in [true, false] {
        // Every step consumes bytes, so there cannot be more of them than bytes.
        let steps =
            precinto_audit::format::segment_steps("00000000000000000000.seg", bytes.to_vec(), last);
        assert!(
            steps.take(bytes.len() + 16).count() < bytes.len() + 16,
            "no end"
        );
    }
}

/// What a gateway says in band of a refused message.
pub(crate) fn refusal(bytes: &[u8]) {
    if let Ok(refusal) = precinto_client::Refusal::from_status_bytes(bytes) {
        black_box(format!("{refusal:?}").len());
    }
}

/// A part of the directory: its text alone, and signed as it travels.
pub(crate) fn directory_part(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        match Part::parse(text) {
            Ok(part) => assert_eq!(Part::parse(text), Ok(part), "two readings of one text"),
            Err(PartError::Content(violations)) => {
                assert!(!violations.is_empty(), "refused for nothing");
                shown(&violations);
            }
            Err(other) => assert!(!other.to_string().is_empty(), "nothing to show"),
        }
    }
    match SignedPart::read(bytes.to_vec()) {
        Ok(signed) => {
            assert_eq!(signed.bytes(), bytes, "a part is its bytes");
            let again = pb::SignedPart::decode(bytes).expect("decoded before");
            assert_eq!(again.encode_to_vec(), bytes, "two encodings of one part");
            let read = Part::parse(signed.text());
            assert_eq!(read.as_ref(), Ok(signed.part()), "it says something else");
            let nobody = TrustStore::new(Vec::new()).expect("trust in nobody");
            let verified = VerifiedPart::verify(Arc::new(signed), &nobody, NOW_MS);
            assert!(verified.is_err(), "believed without a root");
        }
        Err(refused) => assert!(!refused.to_string().is_empty(), "nothing to show"),
    }
}

/// A witness policy (C2SP tlog-policy). More cosignatures never make it harder to meet.
pub(crate) fn witness_policy(bytes: &[u8]) {
    match Policy::parse(bytes) {
        Ok(policy) => {
            assert!(policy.is_met(|_| true), "nobody can ever meet it");
            let alone = policy.is_met(|_| false);
            assert!(alone || policy.asks_for_witnesses(), "it asks for nobody");
            let first = policy.witnesses().first();
            let with_one = policy.is_met(|witness| Some(witness) == first);
            assert!(with_one || !alone, "one cosignature too many");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "nothing to show"),
    }
}

/// When the certificates in the corpora are in force, and the entries there have been made: 2026-11-24.
const IN_FORCE_MS: u64 = 1_795_500_000_000;

/// What an operator configures as the trust of one side: two bytes with the length of a root, the root, a revocation list.
pub(crate) fn trust(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else {
        return;
    };
    let Some((root, list)) = rest.split_at_checked(u16::from_be_bytes(*length).into()) else {
        return;
    };
    let side: Side = "us.dev.invalid".parse().expect("a side");
    let none: [&[u8]; 0] = [];
    for now_ms in [0, IN_FORCE_MS, u64::MAX] {
        let loaded = SideTrust::load(side.clone(), &[root], &[list], now_ms);
        assert!(
            loaded.is_err() || now_ms == IN_FORCE_MS,
            "in force for ever"
        );
        let without = SideTrust::load(side.clone(), &[root], &none, now_ms);
        assert!(without.is_err(), "no revocation list was needed");
        let Ok(loaded) = loaded else { continue };
        let twice = SideTrust::load(side.clone(), &[root], &[list, list], now_ms);
        assert!(twice.is_ok(), "the same list again");
        let store = TrustStore::new(vec![loaded]).expect("one side");
        // What is loaded is what was given: nothing of it is made up.
        for item in store.items() {
            let given = item.der == root || item.der == list;
            assert!(given, "trust in what nobody configured");
        }
    }
}

/// What an auditor makes of entries that somebody serves: it comes to an end, and without a key and roots it is never clean.
fn audited(steps: Vec<Step>) -> Report {
    let expect = Expect {
        key: LogKey::Unknown,
        trust: None,
        witnesses: Vec::new(),
        now_ms: IN_FORCE_MS,
    };
    let report = precinto_audit::replay(steps, expect, Vec::new(), &mut |_| ());
    assert_ne!(report.verdict(), Verdict::Clean, "clean without a key");
    report
}

/// The record of an ACT entry, in a log of this one entry whose leaf commits to it.
pub(crate) fn act(bytes: &[u8]) {
    let salt = [7; 32];
    let leaf = Leaf {
        entry_type: EntryType::Act,
        time_ms: NOW_MS,
        commitment: commitment(EntryType::Act, &salt, bytes),
    };
    let entry = pb::Entry {
        leaf: leaf.to_bytes().to_vec(),
        salt: salt.to_vec(),
        record: bytes.to_vec(),
        ..Default::default()
    };
    let report = audited(vec![served(entry)]);
    let whole = pb::ActRecord::decode(bytes).is_ok_and(|act| act.act_id.len() == 16);
    assert!(whole || report.faults() > 0, "an act without an id");
}

/// The answers of `ReadEntries`, each after its length, as a gateway streams them to an auditor.
pub(crate) fn entries(mut bytes: &[u8]) {
    let mut steps = Vec::new();
    while !bytes.is_empty() {
        let Ok(answer) = pb::ReadEntriesResponse::decode_length_delimited(&mut bytes) else {
            break;
        };
        steps.push(precinto_audit::from_wire(answer));
    }
    black_box(audited(steps).faults());
}

fn served(entry: pb::Entry) -> Step {
    precinto_audit::from_wire(pb::ReadEntriesResponse {
        entry: Some(entry),
        ..Default::default()
    })
}
