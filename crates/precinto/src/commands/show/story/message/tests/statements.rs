//! Nothing that a statement says is left unsaid: every field, in every type of message, is changed, and something else must be told.

use super::*;
use precinto_alert::code::{
    AckLevel, ActionVerdict, DisseminationVerdict, HoldState, MessageType as T,
};
use precinto_alert::id::AlertId;
use precinto_alert::statement::StatementError;
use prost_reflect::DynamicMessage;
use std::collections::BTreeSet;

/// What the story tells another way (who and when, by log and signature; about which message), or nobody asks for.
const ELSEWHERE: [&str; 12] = [
    "message_id",
    "type",
    "log_origin",
    "required_signers",
    "created_ms",
    "sender_seq",
    "refers_to",
    "alert_id",
    "alert_version",
    "body",
    "payload_protection",
    "handling",
];

/// Of a reply nobody asks until when it is of use, and its words say their language.
const OF_A_VERSION: [&str; 2] = ["expires_ms", "languages"];

/// A statement in which everything is said, allowed there or not; two of them agree in nothing that can be told.
fn all(kind: T, other: bool) -> pb::Statement {
    let pick = |one: i32, two: i32| if other { two } else { one };
    let text = |one: &str, two: &str| if other { two } else { one }.to_owned();
    let at = |days: u64| NOW_MS + (days + u64::from(other)) * DAY_MS;
    let linked = AlertId::compose("US", "CBPLAX", 2026, if other { 3 } else { 2 }).unwrap();
    let mut said = coded(kind, other);
    said.sender = text(
        "spiffe://mx.dev.invalid/agency/fgr/node/hq",
        "spiffe://mx.dev.invalid/agency/anam/node/mex",
    );
    said.required_signers.push(pb::SignerRef {
        key_id: vec![2; 32],
        role: SignerRole::Officer.into(),
        alg: 1,
    });
    said.recipients = vec![pb::RecipientRef {
        kind: pb::RecipientKind::Agency.into(),
        name: text("us.dev.invalid/cbp", "us.dev.invalid/dea"),
    }];
    said.refers_to = vec![9; 16];
    said.references = vec![vec![u8::try_from(pick(5, 6)).unwrap(); 16]];
    said.unit = text("Day desk", "Night desk");
    said.ori = text("AAAAAAAAA", "BBBBBBBBB");
    said.alert_version = if kind == T::Alert { 1 } else { 2 };
    said.languages = vec![text("es", "en")];
    said.last_action_ms = at(1);
    said.reply_due_ms = at(3);
    said.more_time_until_ms = at(5);
    said.expires_ms = at(30);
    said.linked_alerts = vec![linked.to_string()];
    said.release_to = vec![text("US", "MX")];
    said.transfer_to = text("us.dev.invalid/cbp", "us.dev.invalid/dea");
    said
}

/// What it says in codes; the rest as in the sample.
fn coded(kind: T, other: bool) -> pb::Statement {
    let pick = |one: i32, two: i32| if other { two } else { one };
    let (level, verdict) = (AckLevel::Person, ActionVerdict::Declined);
    let granted = DisseminationVerdict::Granted;
    let on_conditions = DisseminationVerdict::GrantedOnConditions;
    let hold = match kind {
        T::HoldRelease => HoldState::Lifted.into(),
        _ => pick(HoldState::InPlace.into(), HoldState::Partial.into()),
    };
    pb::Statement {
        r#type: kind.into(),
        status: pick(2, 3),
        precedence: pick(2, 3),
        commodities: vec![pick(1, 2)],
        authority: pick(1, 2),
        protected_bag: pick(1, 3),
        link_kind: pick(1, 2),
        ack_level: pick(level.into(), AckLevel::Assessed.into()),
        actions: vec![pick(1, 2)],
        verdict: pick(verdict.into(), ActionVerdict::Unable.into()),
        verdict_ground: pick(1, 2),
        assessment: pick(1, 2),
        outcome_code: pick(1, 2),
        final_outcome: !other,
        reject_reasons: vec![pick(1, 2)],
        hold_kind: pick(1, 2),
        hold_state: hold,
        dissemination: pick(granted.into(), on_conditions.into()),
        recall_measure: pick(1, 2),
        recall_ground: pick(1, 2),
        notice_kind: pick(1, 2),
        ..made(&|_| ())
    }
}

fn read(said: &DynamicMessage) -> Result<Statement, StatementError> {
    let said: pb::Statement = said.transcode_to().unwrap();
    Statement::decode(&said.encode_to_vec())
}

fn dynamic(said: &pb::Statement) -> DynamicMessage {
    let mut message = DynamicMessage::new(statement_descriptor());
    message.transcode_from(said).unwrap();
    message
}

/// Everything that a message of this type may say.
fn allowed(kind: T) -> DynamicMessage {
    let mut message = dynamic(&all(kind, false));
    for _ in 0..4 {
        let Err(StatementError::Violations(broken)) = read(&message) else {
            break;
        };
        for one in broken.errors {
            assert_eq!(
                one.reason,
                precinto_alert::Reason::FieldUnexpected,
                "{kind:?}: {one:?}"
            );
            message.clear_field_by_name(&one.field);
        }
    }
    message
}

/// All that the story says of it, but what is told of every message.
fn told(said: &Statement, lang: Lang) -> String {
    let to = names(said.recipients().iter().map(recipient));
    let from = said.sender().agency();
    let rows = if is_version(said.message_type()) {
        version(said, lang)
    } else {
        let mut rows = first(said, None, lang);
        rows.extend(last(said, None, lang));
        rows
    };
    format!("{from} {to} {} {rows:?}", says(said, lang))
}

#[test]
fn every_field_of_every_statement_is_told() {
    let statement = statement_descriptor();
    let names: BTreeSet<String> = statement
        .fields()
        .map(|field| field.name().to_owned())
        .collect();
    let mut tried = BTreeSet::new();
    for number in 1..=24 {
        let kind = T::try_from(number).unwrap();
        let (message, other) = (allowed(kind), dynamic(&all(kind, true)));
        let before = read(&message).unwrap_or_else(|error| panic!("{kind:?}: {error:?}"));
        for name in &names {
            let is_elsewhere = ELSEWHERE.contains(&name.as_str())
                || (!is_version(kind) && OF_A_VERSION.contains(&name.as_str()));
            if is_elsewhere || !message.has_field_by_name(name) {
                continue;
            }
            let mut changed = message.clone();
            match other.get_field_by_name(name) {
                Some(value) if other.has_field_by_name(name) => {
                    changed.set_field_by_name(name, value.into_owned());
                }
                _ => changed.clear_field_by_name(name),
            }
            if changed == message {
                continue;
            }
            let now = read(&changed).unwrap_or_else(|error| panic!("{kind:?} {name}: {error:?}"));
            tried.insert(name.clone());
            for lang in [Lang::En, Lang::Es] {
                assert_ne!(told(&now, lang), told(&before, lang), "{kind:?}: {name}");
            }
        }
    }
    let all: BTreeSet<String> = ELSEWHERE
        .map(str::to_owned)
        .into_iter()
        .chain(tried)
        .collect();
    assert_eq!(all, names, "a field that is in no message here");
}

#[test]
fn a_reply_that_is_handled_otherwise_than_the_alert_says_so() {
    let alert = statement(&|_| ());
    for kind in [T::Comment, T::Outcome, T::Rfi, T::Ack] {
        let message = allowed(kind);
        let said = |change: Option<Change>| {
            let mut said: pb::Statement = message.transcode_to().unwrap();
            if let Some(change) = change {
                change(said.handling.as_mut().unwrap());
            }
            Statement::decode(&said.encode_to_vec()).unwrap()
        };
        let row = |said: &Statement, lang| {
            let rows = last(said, Some(&alert), lang);
            let row = rows.into_iter().find(|(label, _)| label.0 == "handling");
            row.expect("it is told").1
        };
        assert_eq!(row(&said(None), Lang::En), "as the alert");
        assert_eq!(row(&said(None), Lang::Es), "como la alerta");
        for (name, change) in HANDLED_OTHERWISE {
            let other = row(&said(Some(change)), Lang::En);
            assert_ne!(other, "as the alert", "{kind:?}: {name}");
        }
    }
}
