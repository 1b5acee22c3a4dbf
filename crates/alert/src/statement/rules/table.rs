//! The table of what each type of statement demands and allows, as documented in `statement.proto`.

use crate::code::MessageType;
use precinto_proto::v1 as pb;

/// A field that some types demand and others forbid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    RefersTo,
    AlertId,
    AlertVersion,
    Precedence,
    Commodities,
    Body,
    Languages,
    Authority,
    ProtectedBag,
    LastActionMs,
    ReplyDueMs,
    LinkedAlerts,
    LinkKind,
    AckLevel,
    Actions,
    Verdict,
    VerdictGround,
    MoreTimeUntilMs,
    Assessment,
    OutcomeCode,
    FinalOutcome,
    RejectReasons,
    HoldKind,
    HoldState,
    Dissemination,
    ReleaseTo,
    RecallMeasure,
    RecallGround,
    TransferTo,
    NoticeKind,
}

/// All of them, each with its name in the interface, in the order in which they are reported.
pub(super) const ALL: [(Field, &str); 30] = [
    (Field::RefersTo, "refers_to"),
    (Field::AlertId, "alert_id"),
    (Field::AlertVersion, "alert_version"),
    (Field::Precedence, "precedence"),
    (Field::Commodities, "commodities"),
    (Field::Body, "body"),
    (Field::Languages, "languages"),
    (Field::Authority, "authority"),
    (Field::ProtectedBag, "protected_bag"),
    (Field::LastActionMs, "last_action_ms"),
    (Field::ReplyDueMs, "reply_due_ms"),
    (Field::LinkedAlerts, "linked_alerts"),
    (Field::LinkKind, "link_kind"),
    (Field::AckLevel, "ack_level"),
    (Field::Actions, "actions"),
    (Field::Verdict, "verdict"),
    (Field::VerdictGround, "verdict_ground"),
    (Field::MoreTimeUntilMs, "more_time_until_ms"),
    (Field::Assessment, "assessment"),
    (Field::OutcomeCode, "outcome_code"),
    (Field::FinalOutcome, "final_outcome"),
    (Field::RejectReasons, "reject_reasons"),
    (Field::HoldKind, "hold_kind"),
    (Field::HoldState, "hold_state"),
    (Field::Dissemination, "dissemination"),
    (Field::ReleaseTo, "release_to"),
    (Field::RecallMeasure, "recall_measure"),
    (Field::RecallGround, "recall_ground"),
    (Field::TransferTo, "transfer_to"),
    (Field::NoticeKind, "notice_kind"),
];

/// A set of them, so that the usual statement, which breaks no rule, is judged by three operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(u32);

impl Fields {
    const fn of(fields: &[Field]) -> Self {
        let (mut set, mut rest) = (0, fields);
        while let [first, more @ ..] = rest {
            set |= 1 << *first as u32;
            rest = more;
        }
        Self(set)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn has(self, field: Field) -> bool {
        self.0 & 1 << field as u32 != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The message that is answered.
pub(super) const ANSWERED: Fields = Fields::of(&[Field::RefersTo]);
/// The fields of a case: which alert, which version, and which message is answered.
pub(super) const CASE: Fields = Fields::of(&[Field::AlertId, Field::AlertVersion, Field::RefersTo]);
/// Never out of place.
pub(super) const EVERYWHERE: Fields = Fields::of(&[
    Field::Precedence,
    Field::Authority,
    Field::Languages,
    Field::ReplyDueMs,
    Field::Body,
]);
/// Never out of place where there is a case.
pub(super) const WITH_CASE: Fields = Fields::of(&[Field::Commodities, Field::LinkedAlerts]);

/// One row: the fields demanded beside those of the case, and those allowed beside [`EVERYWHERE`] and [`WITH_CASE`].
pub(super) struct Rule {
    pub(super) demanded: Fields,
    pub(super) allowed: Fields,
}

pub(super) fn rule(message_type: MessageType) -> Rule {
    use Field as F;
    use MessageType as T;
    let (demanded, allowed): (&[Field], &[Field]) = match message_type {
        T::Alert | T::Amend => (
            &[
                F::Precedence,
                F::Commodities,
                F::ProtectedBag,
                F::Authority,
                F::Body,
            ],
            &[F::LastActionMs, F::Actions],
        ),
        T::Unspecified | T::Cancel => (&[], &[]),
        T::Recall => (&[F::RecallMeasure, F::RecallGround], &[]),
        T::RecallConfirm => (&[F::RecallMeasure], &[]),
        T::Ack => (&[F::AckLevel], &[F::Actions, F::MoreTimeUntilMs]),
        T::Reject => (&[F::RejectReasons], &[]),
        T::Assessment => (&[F::Assessment], &[]),
        T::Rfi | T::Rfs => (&[F::Precedence, F::Authority, F::Body], &[]),
        T::RfiResponse | T::RfsResult | T::Comment => (&[F::Body], &[]),
        T::ActionRequest => (&[F::Precedence, F::Authority, F::Actions], &[]),
        T::ActionResponse => (
            &[F::Verdict],
            &[F::Actions, F::VerdictGround, F::MoreTimeUntilMs],
        ),
        T::HoldSet | T::HoldStatus | T::HoldRelease => (&[F::HoldKind, F::HoldState], &[]),
        T::Outcome => (&[F::OutcomeCode], &[F::FinalOutcome]),
        T::DisseminationRequest => (&[F::Authority, F::ReleaseTo, F::Body], &[]),
        T::DisseminationDecision => (&[F::Dissemination], &[F::ReleaseTo]),
        T::Link => (&[F::LinkedAlerts, F::LinkKind], &[]),
        T::Transfer => (&[F::Authority, F::TransferTo], &[]),
        T::SystemNotice => (&[F::NoticeKind], &[]),
    };
    Rule {
        demanded: Fields::of(demanded),
        allowed: Fields::of(allowed),
    }
}

/// The fields that are filled in, of those that the table speaks of. Takes the message apart completely: a new field
/// does not build until it has its place in the rules.
#[expect(
    clippy::too_many_lines,
    reason = "one line for each field, so that a new one is seen"
)]
pub(super) fn filled_in(message: &pb::Statement) -> Fields {
    use Field as F;
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
    let filled = [
        (F::RefersTo, !refers_to.is_empty()),
        (F::AlertId, !alert_id.is_empty()),
        (F::AlertVersion, *alert_version != 0),
        (F::Precedence, *precedence != 0),
        (F::Commodities, !commodities.is_empty()),
        (F::Body, body.is_some()),
        (F::Languages, !languages.is_empty()),
        (F::Authority, *authority != 0),
        (F::ProtectedBag, *protected_bag != 0),
        (F::LastActionMs, *last_action_ms != 0),
        (F::ReplyDueMs, *reply_due_ms != 0),
        (F::LinkedAlerts, !linked_alerts.is_empty()),
        (F::LinkKind, *link_kind != 0),
        (F::AckLevel, *ack_level != 0),
        (F::Actions, !actions.is_empty()),
        (F::Verdict, *verdict != 0),
        (F::VerdictGround, *verdict_ground != 0),
        (F::MoreTimeUntilMs, *more_time_until_ms != 0),
        (F::Assessment, *assessment != 0),
        (F::OutcomeCode, *outcome_code != 0),
        (F::FinalOutcome, *final_outcome),
        (F::RejectReasons, !reject_reasons.is_empty()),
        (F::HoldKind, *hold_kind != 0),
        (F::HoldState, *hold_state != 0),
        (F::Dissemination, *dissemination != 0),
        (F::ReleaseTo, !release_to.is_empty()),
        (F::RecallMeasure, *recall_measure != 0),
        (F::RecallGround, *recall_ground != 0),
        (F::TransferTo, !transfer_to.is_empty()),
        (F::NoticeKind, *notice_kind != 0),
    ];
    filled
        .into_iter()
        .filter(|(_, filled)| *filled)
        .fold(Fields::default(), |set, (field, _)| {
            set.and(Fields::of(&[field]))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_name_and_one_place() {
        for (place, (field, name)) in ALL.into_iter().enumerate() {
            assert_eq!(field as usize, place, "{name}");
            let spelt = format!("{field:?}").to_lowercase();
            assert_eq!(spelt, name.replace('_', ""));
        }
    }

    #[test]
    fn sets_hold_what_was_put_in() {
        let two = Fields::of(&[Field::Body, Field::NoticeKind]);
        assert!(two.has(Field::Body) && two.has(Field::NoticeKind) && !two.has(Field::RefersTo));
        assert!(two.without(EVERYWHERE).has(Field::NoticeKind));
        assert!(!two.without(EVERYWHERE).has(Field::Body));
        assert!(two.without(two).is_empty() && two.and(CASE).has(Field::AlertId));
    }
}
