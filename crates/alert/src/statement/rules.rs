//! What each type of statement demands and forbids: the table applied, and the rules that no table holds.

mod table;

use super::claim::Recipient;
use super::head::Head;
use super::says::Says;
use crate::Reason;
use crate::code::{
    AckLevel, ActionCode, ActionVerdict, DisseminationVerdict, HoldState, MessageStatus,
    MessageType, OutcomeCode, PayloadProtection, ProtectedBag, Tlp,
};
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;
use table::{ALL, ANSWERED, CASE, EVERYWHERE, Field, Fields, Rule, WITH_CASE, filled_in, rule};

/// Everything that can be judged without knowing who signs.
pub(super) fn check(found: &mut Findings, at: &At<'_>, message: &pb::Statement, says: &Says) {
    let Ok(message_type) = MessageType::try_from(message.r#type) else {
        return;
    };
    if message_type == MessageType::Unspecified {
        return; // reported by whoever read the head
    }
    demands(found, at, message, message_type);
    case(found, at, message, message_type);
    status(found, at.field("status"), message.status, message_type);
    body(found, at, message);
    bag(found, at.field("protected_bag"), says.protected_bag);
    if message.last_action_ms > message.expires_ms {
        found.error(
            at.field("last_action_ms"),
            Reason::TimeOrder,
            (
                "the last moment to act lies after the end of validity",
                "el último momento para actuar es posterior a la vigencia",
            ),
        );
    }
    if says
        .alert_id
        .as_ref()
        .is_some_and(|own| says.linked_alerts.contains(own))
    {
        found.error(
            at.field("linked_alerts"),
            Reason::Repeated,
            (
                "an alert is not linked with itself",
                "una alerta no se vincula consigo misma",
            ),
        );
    }
    match message_type {
        MessageType::Ack => acknowledgement(found, at, says),
        MessageType::ActionResponse => answer(found, at, says),
        MessageType::HoldSet => hold(found, at, says, |state| state != HoldState::Lifted),
        MessageType::HoldRelease => hold(found, at, says, |state| state == HoldState::Lifted),
        MessageType::Outcome => outcome(found, at, says, message.body.is_some()),
        MessageType::DisseminationDecision => {
            dissemination(found, at, says, message.body.is_some());
        }
        _ => {}
    }
}

/// The rules that need signers, recipients or handling.
pub(super) fn check_signers(found: &mut Findings, at: &At<'_>, head: &Head, says: &Says) {
    let by_a_person = says.ack_level.is_some_and(|level| level != AckLevel::Node);
    if by_a_person && head.signers.iter().all(super::Signer::is_node) {
        found.error(
            at.field("required_signers"),
            Reason::OfficerRequired,
            (
                "ack levels 2 to 4 are an officer's",
                "los niveles 2 a 4 del acuse corresponden a un oficial",
            ),
        );
    }
    if head.handling.tlp() == Tlp::Red {
        for (index, recipient) in head.recipients.iter().enumerate() {
            if !matches!(recipient, Recipient::Officer(_)) {
                let at = at.item("recipients", index);
                found.error(
                    at,
                    Reason::HandlingConflict,
                    (
                        "TLP:RED goes to named officers only",
                        "TLP:RED va solo a oficiales nombrados",
                    ),
                );
            }
        }
    }
    if head.handling.do_not_contact_carrier() && says.actions.contains(&ActionCode::NotifyCarrier) {
        found.error(
            at.field("actions"),
            Reason::HandlingConflict,
            (
                "do_not_contact_carrier forbids NOTIFY_CARRIER",
                "do_not_contact_carrier prohíbe NOTIFY_CARRIER",
            ),
        );
    }
}

fn demands(found: &mut Findings, at: &At<'_>, message: &pb::Statement, message_type: MessageType) {
    let Rule { demanded, allowed } = rule(message_type);
    // An alert answers nothing, but a tear-line extract names the message it was taken from.
    let tear_line = message
        .handling
        .as_ref()
        .is_some_and(|handling| handling.tear_line);
    let (case, beside) = match message_type {
        MessageType::SystemNotice => (Fields::default(), Fields::default()),
        MessageType::Alert if tear_line => (CASE.without(ANSWERED), WITH_CASE.and(ANSWERED)),
        MessageType::Alert => (CASE.without(ANSWERED), WITH_CASE),
        _ => (CASE, WITH_CASE),
    };
    let must = demanded.and(case);
    let may = must.and(allowed).and(EVERYWHERE).and(beside);
    let filled = filled_in(message);
    let (missing, unexpected) = (must.without(filled), filled.without(may));
    if missing.and(unexpected).is_empty() {
        return;
    }
    for (field, name_of_field) in ALL {
        if missing.has(field) {
            let reason = match field {
                Field::Authority => Reason::NoLegalBasis,
                Field::Body => Reason::BodyMissing,
                _ => Reason::FieldMissing,
            };
            found.error(
                at.field(name_of_field),
                reason,
                (
                    format!("mandatory in {}", name(message_type)),
                    format!("obligatorio en {}", name(message_type)),
                ),
            );
        } else if unexpected.has(field) {
            let detail = (
                format!("does not belong in {}", name(message_type)),
                format!("no corresponde a {}", name(message_type)),
            );
            found.error(at.field(name_of_field), Reason::FieldUnexpected, detail);
        }
    }
}

/// Versions, as far as they can be judged without the alert's history.
fn case(found: &mut Findings, at: &At<'_>, message: &pb::Statement, message_type: MessageType) {
    let at = at.field("alert_version");
    match (message_type, message.alert_version) {
        // 0 is absent: the table has spoken.
        (MessageType::Alert, 2..) => {
            found.error(
                at,
                Reason::VersionGap,
                (
                    "a new alert is version 1",
                    "una alerta nueva es la versión 1",
                ),
            );
        }
        (MessageType::Amend, 1) => {
            found.error(
                at,
                Reason::VersionGap,
                (
                    "an amendment is version 2 or later",
                    "una modificación es la versión 2 o posterior",
                ),
            );
        }
        _ => {}
    }
}

fn status(found: &mut Findings, at: At<'_>, raw: i32, message_type: MessageType) {
    let notice = message_type == MessageType::SystemNotice;
    match MessageStatus::try_from(raw) {
        Ok(MessageStatus::System) if !notice => {
            found.error(
                at,
                Reason::FieldUnexpected,
                (
                    "SYSTEM is for SYSTEM_NOTICE only",
                    "SYSTEM es solo para SYSTEM_NOTICE",
                ),
            );
        }
        Ok(MessageStatus::Actual) if notice => {
            found.error(
                at,
                Reason::FieldUnexpected,
                (
                    "a notice is SYSTEM, EXERCISE or TEST",
                    "un aviso es SYSTEM, EXERCISE o TEST",
                ),
            );
        }
        _ => {}
    }
}

fn body(found: &mut Findings, at: &At<'_>, message: &pb::Statement) {
    let field = at.field("payload_protection");
    let protection = PayloadProtection::try_from(message.payload_protection);
    match (&message.body, protection) {
        (None, Ok(PayloadProtection::Unspecified))
        | (Some(_), Ok(PayloadProtection::Clear))
        | (_, Err(_)) => {}
        (None, Ok(_)) => found.error(
            field,
            Reason::PayloadProtection,
            ("there is no body to protect", "no hay cuerpo que proteger"),
        ),
        (Some(_), Ok(PayloadProtection::Unspecified)) => {
            found.propose(
                field,
                Reason::PayloadProtection,
                (
                    "a body states its protection",
                    "un cuerpo indica su protección",
                ),
                vec!["CLEAR".into()],
            );
        }
        (Some(_), Ok(PayloadProtection::Sealed)) => {
            found.error(
                field,
                Reason::PayloadProtection,
                (
                    "sealed bodies are not accepted yet",
                    "los cuerpos sellados aún no se aceptan",
                ),
            );
        }
    }
    if message.body.is_some() && message.languages.is_empty() {
        found.error(
            at.field("languages"),
            Reason::FieldMissing,
            ("a body states its language", "un cuerpo indica su idioma"),
        );
    }
}

fn bag(found: &mut Findings, at: At<'_>, bag: Option<ProtectedBag>) {
    match bag {
        Some(ProtectedBag::Diplomatic) => {
            found.error(
                at,
                Reason::DiplomaticBag,
                (
                    "Vienna Convention on Diplomatic Relations, article 27",
                    "Convención de Viena sobre Relaciones Diplomáticas, artículo 27",
                ),
            );
        }
        Some(ProtectedBag::Consular) => {
            found.warn(
                at,
                Reason::ConsularBag,
                (
                    "Vienna Convention on Consular Relations, article 35",
                    "Convención de Viena sobre Relaciones Consulares, artículo 35",
                ),
            );
        }
        Some(ProtectedBag::None | ProtectedBag::Unspecified) | None => {}
    }
}

fn acknowledgement(found: &mut Findings, at: &At<'_>, says: &Says) {
    if !says.actions.is_empty() && says.ack_level != Some(AckLevel::Acted) {
        found.error(
            at.field("actions"),
            Reason::FieldUnexpected,
            (
                "actions are carried out at level 4",
                "las acciones se ejecutan en el nivel 4",
            ),
        );
    }
}

fn answer(found: &mut Findings, at: &At<'_>, says: &Says) {
    use ActionVerdict as V;
    let Some(verdict) = says.verdict else { return };
    let needs = [
        (
            "actions",
            matches!(verdict, V::Accepted | V::Partial),
            !says.actions.is_empty(),
        ),
        (
            "verdict_ground",
            matches!(verdict, V::Partial | V::Declined | V::Unable),
            says.verdict_ground.is_some(),
        ),
        (
            "more_time_until_ms",
            verdict == V::MoreTime,
            says.more_time_until_ms.is_some(),
        ),
    ];
    for (field, needed, given) in needs {
        match (needed, given) {
            (true, false) => found.error(
                at.field(field),
                Reason::FieldMissing,
                ("this verdict demands it", "lo exige esta respuesta"),
            ),
            (false, true) => found.error(
                at.field(field),
                Reason::FieldUnexpected,
                ("not with this verdict", "no corresponde a esta respuesta"),
            ),
            _ => {}
        }
    }
}

fn hold(found: &mut Findings, at: &At<'_>, says: &Says, fits: impl Fn(HoldState) -> bool) {
    if says.hold_state.is_some_and(|state| !fits(state)) {
        found.error(
            at.field("hold_state"),
            Reason::FieldFormat,
            (
                "contradicts the message type",
                "contradice el tipo de mensaje",
            ),
        );
    }
}

fn outcome(found: &mut Findings, at: &At<'_>, says: &Says, has_body: bool) {
    use OutcomeCode as O;
    let explained = matches!(
        says.outcome_code,
        Some(O::Seized | O::Partial | O::NotInspected | O::ReferredTo)
    );
    if explained && !has_body {
        found.error(
            at.field("body"),
            Reason::BodyMissing,
            (
                "this outcome is explained in a body",
                "este resultado se explica en un cuerpo",
            ),
        );
    }
}

fn dissemination(found: &mut Findings, at: &At<'_>, says: &Says, has_body: bool) {
    use DisseminationVerdict as D;
    let granted = matches!(
        says.dissemination,
        Some(D::Granted | D::GrantedOnConditions)
    );
    match (granted, says.release_to.is_empty()) {
        (true, true) => found.error(
            at.field("release_to"),
            Reason::FieldMissing,
            ("granted to whom", "falta a quién se autoriza"),
        ),
        (false, false) => found.error(
            at.field("release_to"),
            Reason::FieldUnexpected,
            ("nothing was granted", "no se autorizó nada"),
        ),
        _ => {}
    }
    if says.dissemination == Some(D::GrantedOnConditions) && !has_body {
        found.error(
            at.field("body"),
            Reason::BodyMissing,
            (
                "the conditions stand in a body",
                "las condiciones se indican en un cuerpo",
            ),
        );
    }
}

fn name(message_type: MessageType) -> &'static str {
    crate::code::Coded::name(message_type)
}
