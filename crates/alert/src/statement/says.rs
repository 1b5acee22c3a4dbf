//! The coded state that a statement carries: case, class, verdict, outcome. Which of it belongs to which type, the rules
//! say; here each field is read for itself.

use crate::Reason;
use crate::code::{
    self, AckLevel, ActionCode, ActionVerdict, AssessmentResult, AuthorityCode, CommodityClass,
    DisseminationVerdict, HoldKind, HoldState, LinkKind, NoticeKind, OutcomeCode,
    PayloadProtection, Precedence, ProtectedBag, RecallGround, RecallMeasure, VerdictGround,
};
use crate::handling::Release;
use crate::id::{AgencyId, AlertId, IdError};
use crate::lang::is_language;
use crate::limits::{LANGUAGES_MAX, REFERENCES_MAX, REJECT_REASONS_MAX, RELEASES_MAX};
use crate::violation::{At, Findings, NAMED_TWICE, at_most};
use precinto_proto::v1 as pb;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Says {
    pub(super) alert_id: Option<AlertId>,
    pub(super) alert_version: u32,
    pub(super) precedence: Option<Precedence>,
    pub(super) commodities: Vec<CommodityClass>,
    pub(super) authority: Option<AuthorityCode>,
    pub(super) protected_bag: Option<ProtectedBag>,
    pub(super) last_action_ms: Option<u64>,
    pub(super) payload_protection: Option<PayloadProtection>,
    pub(super) reply_due_ms: Option<u64>,
    pub(super) linked_alerts: Vec<AlertId>,
    pub(super) link_kind: Option<LinkKind>,
    pub(super) ack_level: Option<AckLevel>,
    pub(super) actions: Vec<ActionCode>,
    pub(super) verdict: Option<ActionVerdict>,
    pub(super) verdict_ground: Option<VerdictGround>,
    pub(super) more_time_until_ms: Option<u64>,
    pub(super) assessment: Option<AssessmentResult>,
    pub(super) outcome_code: Option<OutcomeCode>,
    pub(super) final_outcome: bool,
    pub(super) reject_reasons: Vec<Reason>,
    pub(super) hold_kind: Option<HoldKind>,
    pub(super) hold_state: Option<HoldState>,
    pub(super) dissemination: Option<DisseminationVerdict>,
    pub(super) release_to: Vec<Release>,
    pub(super) recall_measure: Option<RecallMeasure>,
    pub(super) recall_ground: Option<RecallGround>,
    pub(super) transfer_to: Option<AgencyId>,
    pub(super) notice_kind: Option<NoticeKind>,
}

impl Says {
    pub(super) fn read(found: &mut Findings, at: &At<'_>, message: &pb::Statement) -> Self {
        let moment = |ms: u64| (ms != 0).then_some(ms);
        languages(found, at, &message.languages);
        Self {
            alert_id: Some(message.alert_id.as_str())
                .filter(|text| !text.is_empty())
                .and_then(|text| alert_id(found, at.field("alert_id"), text)),
            alert_version: message.alert_version,
            precedence: code::read(found, at.field("precedence"), message.precedence),
            commodities: code::read_set(found, at, "commodities", &message.commodities, 4),
            authority: code::read(found, at.field("authority"), message.authority),
            protected_bag: code::read(found, at.field("protected_bag"), message.protected_bag),
            last_action_ms: moment(message.last_action_ms),
            payload_protection: code::read(
                found,
                at.field("payload_protection"),
                message.payload_protection,
            ),
            reply_due_ms: moment(message.reply_due_ms),
            linked_alerts: linked_alerts(found, at, &message.linked_alerts),
            link_kind: code::read(found, at.field("link_kind"), message.link_kind),
            ack_level: code::read(found, at.field("ack_level"), message.ack_level),
            actions: code::read_set(found, at, "actions", &message.actions, 22),
            verdict: code::read(found, at.field("verdict"), message.verdict),
            verdict_ground: code::read(found, at.field("verdict_ground"), message.verdict_ground),
            more_time_until_ms: moment(message.more_time_until_ms),
            assessment: code::read(found, at.field("assessment"), message.assessment),
            outcome_code: code::read(found, at.field("outcome_code"), message.outcome_code),
            final_outcome: message.final_outcome,
            reject_reasons: code::read_set(
                found,
                at,
                "reject_reasons",
                &message.reject_reasons,
                REJECT_REASONS_MAX,
            ),
            hold_kind: code::read(found, at.field("hold_kind"), message.hold_kind),
            hold_state: code::read(found, at.field("hold_state"), message.hold_state),
            dissemination: code::read(found, at.field("dissemination"), message.dissemination),
            release_to: Release::read_all(
                found,
                at,
                "release_to",
                &message.release_to,
                RELEASES_MAX,
            ),
            recall_measure: code::read(found, at.field("recall_measure"), message.recall_measure),
            recall_ground: code::read(found, at.field("recall_ground"), message.recall_ground),
            transfer_to: Some(message.transfer_to.as_str())
                .filter(|text| !text.is_empty())
                .and_then(|text| agency(found, at.field("transfer_to"), text)),
            notice_kind: code::read(found, at.field("notice_kind"), message.notice_kind),
        }
    }
}

fn alert_id(found: &mut Findings, at: At<'_>, text: &str) -> Option<AlertId> {
    text.parse()
        .map_err(|error: IdError| {
            let proposals = AlertId::proposals(text);
            found.propose(at, error.reason(), error.detail(), proposals);
        })
        .ok()
}

fn agency(found: &mut Findings, at: At<'_>, text: &str) -> Option<AgencyId> {
    text.parse()
        .map_err(|error: IdError| found.error(at, error.reason(), error.detail()))
        .ok()
}

fn linked_alerts(found: &mut Findings, at: &At<'_>, list: &[String]) -> Vec<AlertId> {
    const LIST: &str = "linked_alerts";
    if list.len() > REFERENCES_MAX {
        found.error(
            at.field(LIST),
            Reason::FieldTooLong,
            at_most(REFERENCES_MAX),
        );
    }
    let mut alerts = Vec::new();
    for (index, text) in list.iter().take(REFERENCES_MAX).enumerate() {
        let at = at.item(LIST, index);
        match alert_id(found, at, text) {
            Some(id) if alerts.contains(&id) => found.error(at, Reason::Repeated, NAMED_TWICE),
            Some(id) => alerts.push(id),
            None => {}
        }
    }
    alerts
}

fn languages(found: &mut Findings, at: &At<'_>, tags: &[String]) {
    const LIST: &str = "languages";
    if tags.len() > LANGUAGES_MAX {
        found.error(at.field(LIST), Reason::FieldTooLong, at_most(LANGUAGES_MAX));
    }
    for (index, tag) in tags.iter().enumerate().take(LANGUAGES_MAX) {
        if !is_language(tag) {
            found.error(
                at.item(LIST, index),
                Reason::LanguageInvalid,
                (
                    "such as en, es, en-US or es-MX",
                    "por ejemplo en, es, en-US o es-MX",
                ),
            );
        } else if tags.iter().take(index).any(|earlier| earlier == tag) {
            found.error(at.item(LIST, index), Reason::Repeated, NAMED_TWICE);
        }
    }
}
