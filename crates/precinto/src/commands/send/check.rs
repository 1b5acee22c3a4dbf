//! What a gateway would find in a message, found here, before anything leaves the building: all of it at once.
//!
//! The rules are those of `alert`, the same that the gateway applies. It knows more (directory, case, revocation), and its
//! word is the last one.

mod release;

use crate::draft::statement_descriptor;
use precinto_alert::code::{AckLevel, MessageType};
use precinto_alert::content::{Content, ContentError};
use precinto_alert::statement::StatementError;
use precinto_alert::violation::Violation;
use precinto_alert::{Detail, Reason, Statement};
use precinto_client::Signed;
use precinto_proto::v1 as pb;
use prost::Message as _;
use prost_reflect::{DynamicMessage, Kind, ReflectMessage as _, Value};

/// So often a statement that breaks rules is mended to look at its content; one round mends what the one before laid open.
const ROUNDS: u32 = 5;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Why it would be refused.
    pub(crate) errors: Vec<Violation>,
    /// What would be accepted and flagged.
    pub(crate) warnings: Vec<Violation>,
}

/// Checks a signed message as of `now_ms`.
pub(super) fn check(signed: &Signed, now_ms: u64) -> Found {
    let (payload, said) = (signed.payload(), signed.statement());
    judge(&payload, said, signed.content(), now_ms)
}

/// `payload` is what was signed, `said` what it says.
fn judge(
    payload: &[u8],
    said: pb::Statement,
    carried: Option<(String, Vec<u8>)>,
    now_ms: u64,
) -> Found {
    let mut found = Found::default();
    let statement = match Statement::decode(payload) {
        Ok(statement) => {
            found.warnings.extend_from_slice(statement.warnings());
            match statement.check_time(now_ms) {
                Ok(warnings) => found.warnings.extend(warnings),
                Err(late) => found.errors.push(late),
            }
            Some(statement)
        }
        Err(StatementError::Violations(broken)) => {
            let stand_in = stand_in(said, &broken.errors);
            found.errors.extend(broken.errors);
            found.warnings.extend(broken.warnings);
            stand_in
        }
        Err(error) => {
            found
                .errors
                .push(of_whole("", error.reason(), error.detail()));
            None
        }
    };
    // A stand-in says something else of recipients or handling, perhaps.
    if found.errors.is_empty()
        && let Some(statement) = &statement
    {
        found.errors.extend(release::of_message(statement));
    }
    if let (Some(statement), Some((media_type, bytes))) = (statement, carried) {
        content(&mut found, &statement, &media_type, &bytes);
    }
    found
}

fn content(found: &mut Found, statement: &Statement, media_type: &str, bytes: &[u8]) {
    // Whether content fits the statement cannot be said while the statement does not stand.
    let broken = !found.errors.is_empty();
    let counts = |one: &Violation| !broken || !is_about_fit(one);
    let (errors, warnings) = match Content::decode(media_type, bytes, statement) {
        Ok(content) if broken => (Vec::new(), content.warnings().to_vec()),
        Ok(content) => (
            release::of_content(statement, &content),
            content.warnings().to_vec(),
        ),
        Err(ContentError::Violations(found)) => (found.errors, found.warnings),
        Err(error) => {
            let whole = of_whole("content", error.reason(), error.detail());
            (vec![whole], Vec::new())
        }
    };
    found.errors.extend(errors.into_iter().filter(counts));
    found.warnings.extend(warnings.into_iter().filter(counts));
}

/// Whether it is about what the statement says as much as about the content.
fn is_about_fit(violation: &Violation) -> bool {
    let fit = [Reason::StatementMismatch, Reason::MissingSubject];
    fit.contains(&violation.reason) || !violation.field.starts_with("content")
}

fn of_whole(field: &str, reason: Reason, detail: Detail) -> Violation {
    Violation {
        field: field.to_owned(),
        reason,
        detail,
        proposals: Vec::new(),
    }
}

/// A statement without the mistakes, so that its content can be judged in the same breath. It is never sent.
fn stand_in(said: pb::Statement, violations: &[Violation]) -> Option<Statement> {
    let mut said = said;
    let mut violations = violations.to_vec();
    for round in 1..=ROUNDS {
        for violation in &violations {
            said = mended(said, violation, round)?;
        }
        match Statement::decode(&said.encode_to_vec()) {
            Ok(statement) => return Some(statement),
            Err(StatementError::Violations(left)) => violations = left.errors,
            Err(_) => return None,
        }
    }
    None
}

/// With something in the field that the rules may let pass; `None` when nobody knows what.
fn mended(mut said: pb::Statement, violation: &Violation, round: u32) -> Option<pb::Statement> {
    let name = violation.field.split(['.', '[']).next()?;
    match name {
        "handling" => {
            said.handling = Some(handled(&said));
            return Some(said);
        }
        "recipients" => {
            // Whom a mark lets hear it is as much the mark's fault.
            if violation.reason == Reason::HandlingConflict {
                said.handling = Some(handled(&said));
            }
            let name = "us.dev.invalid/cbp".to_owned();
            let kind = pb::RecipientKind::Agency.into();
            said.recipients = vec![pb::RecipientRef { kind, name }];
            return Some(said);
        }
        // An officer's signature is missing: a node may say it at level 1.
        "required_signers" => {
            said.ack_level = AckLevel::Node.into();
            return Some(said);
        }
        "expires_ms" => {
            said.expires_ms = said.created_ms + 1;
            said.last_action_ms = 0;
            return Some(said);
        }
        // Others would demand something of the content that nobody meant.
        "outcome_code" => {
            said.outcome_code = precinto_alert::code::OutcomeCode::NegativeInspection.into();
            return Some(said);
        }
        _ => {}
    }
    let amendment = said.r#type == i32::from(MessageType::Amend);
    let mut dynamic = DynamicMessage::new(statement_descriptor());
    dynamic.transcode_from(&said).ok()?;
    let field = dynamic.descriptor().get_field_by_name(name)?;
    if violation.reason == Reason::FieldUnexpected {
        dynamic.clear_field(&field);
    } else {
        let single = match field.kind() {
            Kind::Enum(_) => Value::EnumNumber(i32::try_from(round).ok()?),
            Kind::Uint32 => Value::U32(if amendment { 2 } else { 1 }),
            Kind::Uint64 => Value::U64(said.created_ms),
            Kind::Bytes => Value::Bytes(vec![1; 16].into()),
            Kind::String => Value::String(placeholder(name)?.to_owned()),
            _ => return None,
        };
        let value = if field.is_list() {
            Value::List(vec![single])
        } else {
            single
        };
        dynamic.set_field(&field, value);
    }
    dynamic.transcode_to().ok()
}

/// Handling that fits every recipient; what a tear line must leave out is judged all the same.
fn handled(said: &pb::Statement) -> pb::Handling {
    pb::Handling {
        tlp: precinto_alert::code::Tlp::AmberStrict.into(),
        tear_line: said
            .handling
            .as_ref()
            .is_some_and(|handling| handling.tear_line),
        ..pb::Handling::default()
    }
}

/// Texts of a right form.
fn placeholder(name: &str) -> Option<&'static str> {
    match name {
        "alert_id" => Some(PLACEHOLDER_ALERT),
        "languages" => Some("en"),
        "release_to" => Some("US"),
        "transfer_to" => Some("us.dev.invalid/cbp"),
        "unit" | "ori" => Some("AAAAAAAAA"),
        _ => None,
    }
}

/// An alert id with a right check character.
const PLACEHOLDER_ALERT: &str = "US-CBPLAX-2026-000001V";

#[cfg(test)]
pub(super) mod tests;
