//! The table of what each type of statement demands and allows, as documented in `statement.proto`.

use crate::code::MessageType;
use precinto_proto::v1 as pb;

/// A field that some types demand and others forbid, by its name in the interface.
pub(super) type Field = &'static str;

/// The fields of a case: which alert, which version, and which message is answered.
pub(super) const CASE: [Field; 3] = ["alert_id", "alert_version", "refers_to"];
/// Never out of place.
pub(super) const EVERYWHERE: [Field; 5] = [
    "precedence",
    "authority",
    "languages",
    "reply_due_ms",
    "body",
];
/// Never out of place where there is a case.
pub(super) const WITH_CASE: [Field; 2] = ["commodities", "linked_alerts"];

/// One row: the fields demanded beside those of the case, and those allowed beside [`EVERYWHERE`] and [`WITH_CASE`].
pub(super) struct Rule {
    pub(super) demanded: &'static [Field],
    pub(super) allowed: &'static [Field],
}

pub(super) fn rule(message_type: MessageType) -> Rule {
    use MessageType as T;
    let (demanded, allowed): (&[Field], &[Field]) = match message_type {
        T::Alert | T::Amend => (
            &[
                "precedence",
                "commodities",
                "protected_bag",
                "authority",
                "body",
            ],
            &["last_action_ms", "actions"],
        ),
        T::Unspecified | T::Cancel => (&[], &[]),
        T::Recall => (&["recall_measure", "recall_ground"], &[]),
        T::RecallConfirm => (&["recall_measure"], &[]),
        T::Ack => (&["ack_level"], &["actions", "more_time_until_ms"]),
        T::Reject => (&["reject_reasons"], &[]),
        T::Assessment => (&["assessment"], &[]),
        T::Rfi | T::Rfs => (&["precedence", "authority", "body"], &[]),
        T::RfiResponse | T::RfsResult | T::Comment => (&["body"], &[]),
        T::ActionRequest => (&["precedence", "authority", "actions"], &[]),
        T::ActionResponse => (
            &["verdict"],
            &["actions", "verdict_ground", "more_time_until_ms"],
        ),
        T::HoldSet | T::HoldStatus | T::HoldRelease => (&["hold_kind", "hold_state"], &[]),
        T::Outcome => (&["outcome_code"], &["final_outcome"]),
        T::DisseminationRequest => (&["authority", "release_to", "body"], &[]),
        T::DisseminationDecision => (&["dissemination"], &["release_to"]),
        T::Link => (&["linked_alerts", "link_kind"], &[]),
        T::Transfer => (&["authority", "transfer_to"], &[]),
        T::SystemNotice => (&["notice_kind"], &[]),
    };
    Rule { demanded, allowed }
}

/// Every field that the table speaks of, and whether it is filled in. Takes the message apart completely: a new field
/// does not build until it has its place in the rules.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each field, so that a new one is seen"
)]
pub(super) fn filled_in(message: &pb::Statement) -> [(Field, bool); 30] {
    let pb::Statement {
        message_id: _,
        r#type: _,
        sender: _,
        log_origin: _,
        required_signers: _,
        recipients: _,
        created_ms: _,
        expires_ms: _,
        sender_seq: _,
        references: _,
        unit: _,
        ori: _,
        status: _,
        handling: _,
        payload_protection: _,
        refers_to,
        alert_id,
        alert_version,
        precedence,
        commodities,
        body,
        languages,
        authority,
        protected_bag,
        last_action_ms,
        reply_due_ms,
        linked_alerts,
        link_kind,
        ack_level,
        actions,
        verdict,
        verdict_ground,
        more_time_until_ms,
        assessment,
        outcome_code,
        final_outcome,
        reject_reasons,
        hold_kind,
        hold_state,
        dissemination,
        release_to,
        recall_measure,
        recall_ground,
        transfer_to,
        notice_kind,
    } = message;
    [
        ("refers_to", !refers_to.is_empty()),
        ("alert_id", !alert_id.is_empty()),
        ("alert_version", *alert_version != 0),
        ("precedence", *precedence != 0),
        ("commodities", !commodities.is_empty()),
        ("body", body.is_some()),
        ("languages", !languages.is_empty()),
        ("authority", *authority != 0),
        ("protected_bag", *protected_bag != 0),
        ("last_action_ms", *last_action_ms != 0),
        ("reply_due_ms", *reply_due_ms != 0),
        ("linked_alerts", !linked_alerts.is_empty()),
        ("link_kind", *link_kind != 0),
        ("ack_level", *ack_level != 0),
        ("actions", !actions.is_empty()),
        ("verdict", *verdict != 0),
        ("verdict_ground", *verdict_ground != 0),
        ("more_time_until_ms", *more_time_until_ms != 0),
        ("assessment", *assessment != 0),
        ("outcome_code", *outcome_code != 0),
        ("final_outcome", *final_outcome),
        ("reject_reasons", !reject_reasons.is_empty()),
        ("hold_kind", *hold_kind != 0),
        ("hold_state", *hold_state != 0),
        ("dissemination", *dissemination != 0),
        ("release_to", !release_to.is_empty()),
        ("recall_measure", *recall_measure != 0),
        ("recall_ground", *recall_ground != 0),
        ("transfer_to", !transfer_to.is_empty()),
        ("notice_kind", *notice_kind != 0),
    ]
}
