//! The targets of `precinto-alert`: statements, content, and every text that may stand in them.

#[path = "everywhere.rs"]
mod everywhere;

use super::{NOW_MS, shown};
use everywhere::everywhere;
use precinto_alert::check_digit::{CANDIDATES_MAX, Scheme, courier};
use precinto_alert::code::MessageType;
use precinto_alert::content::{ContentError, Form, media_type};
use precinto_alert::id::{
    AgencyId, AlertId, GatewayId, Identity, MessageId, NodeId, OfficerId, Side,
};
use precinto_alert::lookup::{Identifier, guesses};
use precinto_alert::quantity::Decimal;
use precinto_alert::statement::{Claim, Lenient, StatementError};
use precinto_alert::{Content, Statement};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::fmt::Display;
use std::hint::black_box;
use std::str::FromStr;

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
    let Some((statement, body)) = statement_and_body(bytes) else {
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

fn statement_and_body(bytes: &[u8]) -> Option<(Statement, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    let (statement, body) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
    let Lenient { statement, .. } = Statement::decode_lenient(statement).ok()?;
    Some((statement, body))
}

/// The type of message whose content these bytes are, if a gateway lets it in.
pub(crate) fn content_of(bytes: &[u8]) -> Option<MessageType> {
    let (statement, body) = statement_and_body(bytes)?;
    let kind = statement.message_type();
    let read = Content::decode(media_type(kind), body, &statement);
    read.ok().map(|_| kind)
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
    if let Some(currency) = precinto_alert::trade::currency_meant(text) {
        let is_listed = precinto_alert::trade::is_currency(currency);
        assert!(is_listed && currency != text, "a proposal that is flagged");
    }
    looked_for(text);
    everywhere(text);
}

/// What a text could be is told once of each kind, and is found again under what it is kept as.
fn looked_for(text: &str) {
    for guess in guesses(text) {
        let again = Identifier::new(guess.kind(), guess.value());
        assert_eq!(again.as_ref(), Some(&guess), "kept as something else");
    }
}

/// A valid statement of an alert, with a body.
pub(crate) fn alert_statement() -> pb::Statement {
    pb::Statement {
        message_id: vec![7; 16],
        r#type: MessageType::Alert.into(),
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
