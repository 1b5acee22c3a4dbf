//! Which message may follow which: the tables of [`super`], asked before a message is logged.

use super::{Case, Step};
use crate::code::MessageType;
use crate::limits::{CASE_MESSAGES_MAX, CASE_MESSAGES_WITH_RECALL_MAX};
use crate::violation::Detail;
use crate::{Reason, Violation};

use MessageType as T;

/// An objection, to one field.
pub(super) type Verdict = Result<(), Violation>;

pub(super) fn object(field: &str, reason: Reason, detail: impl Into<Detail>) -> Verdict {
    Err(Violation {
        field: field.to_owned(),
        reason,
        detail: detail.into(),
        proposals: Vec::new(),
    })
}

pub(super) fn demand(
    holds: bool,
    field: &str,
    reason: Reason,
    detail: impl Into<Detail>,
) -> Verdict {
    if holds {
        Ok(())
    } else {
        object(field, reason, detail)
    }
}

fn propose(
    field: &str,
    reason: Reason,
    detail: impl Into<Detail>,
    value: impl IntoIterator<Item = String>,
) -> Verdict {
    Err(Violation {
        field: field.to_owned(),
        reason,
        detail: detail.into(),
        proposals: value.into_iter().collect(),
    })
}

impl Case {
    /// Whether this message may be said now. To be asked of the same case that [`Case::apply`] then gets it.
    ///
    /// A repeat is not for this to judge: the log knows it by its id and its digest.
    pub fn permits(&self, step: &Step) -> Verdict {
        self.permits_node(step)?;
        self.stays_closed(step)
    }

    /// The same, but that who has refused an alert may take it up in a closed case: the rules that a record calls `floor/3`.
    pub fn permits_node(&self, step: &Step) -> Verdict {
        self.is_shown_to_sender(step)?;
        self.permits_agency(step)?;
        self.reaches_no_new_node(step)
    }

    /// The same as far as it hangs on agencies alone: the rules that a record calls `floor/2`.
    pub fn permits_agency(&self, step: &Step) -> Verdict {
        if step.message_type == T::Alert {
            // A case whose ALERT was deleted by law still has what was said about it: its id is not free again.
            return demand(
                self.is_empty(),
                "alert_id",
                Reason::AlertIdReused,
                ("a case has one ALERT", "un caso tiene un solo ALERT"),
            );
        }
        if self.opening().is_none() {
            return unknown_alert();
        }
        if !self.is_party(step.from()) {
            return unknown_alert();
        }
        if self.find(step.message_id).is_some() {
            let detail = (
                "a message of this case has it already",
                "un mensaje de este caso ya lo tiene",
            );
            return object("message_id", Reason::MessageIdReused, detail);
        }
        let about = step.refers_to.and_then(|id| self.find(id));
        let Some(about) = about.filter(|about| about.concerns(step.from())) else {
            return unknown_reference();
        };
        self.may_say(step, about)?;
        self.is_time_for(step)?;
        self.has_version(step)?;
        self.answers(step, about)?;
        self.goes_to(step, about)?;
        self.has_room(step)
    }

    /// By its part in the case, and in what it speaks about.
    fn may_say(&self, step: &Step, about: &Step) -> Verdict {
        let is_originator = self.originator() == Some(step.from());
        let is_addressee = self.addressees().contains(step.from());
        let was_sent_it = about.to.reaches(step.from());
        let (may, detail) = match step.message_type {
            T::Amend | T::Cancel | T::Recall if !is_originator => {
                let detail = (
                    "only the agency that sent the alert changes or withdraws it",
                    "solo la dependencia que envió la alerta la modifica o la retira",
                );
                return object("sender", Reason::AlertIdNotYours, detail);
            }
            T::Assessment | T::Outcome => (
                is_addressee,
                (
                    "only an addressee of the alert",
                    "solo un destinatario de la alerta",
                ),
            ),
            T::HoldSet
            | T::HoldStatus
            | T::HoldRelease
            | T::Rfi
            | T::Rfs
            | T::ActionRequest
            | T::Transfer => (
                is_originator || is_addressee,
                (
                    "only the originator or an addressee of the alert",
                    "solo el originador o un destinatario de la alerta",
                ),
            ),
            T::Ack
            | T::Reject
            | T::RecallConfirm
            | T::RfiResponse
            | T::RfsResult
            | T::ActionResponse
            | T::DisseminationRequest
            | T::DisseminationDecision => (
                was_sent_it,
                (
                    "only who was sent what it refers to",
                    "solo quien recibió el mensaje al que se refiere",
                ),
            ),
            _ => return Ok(()),
        };
        demand(may, "sender", Reason::NotAParty, detail)
    }

    /// Whether the case is still at a point where this is said.
    fn is_time_for(&self, step: &Step) -> Verdict {
        let said = step.message_type;
        if let Some(measure) = self.recalled() {
            let stricter = step.recall_measure() > Some(measure);
            if !(outlives_recall(said) || (said == T::Recall && stricter)) {
                return object(
                    "type",
                    Reason::RecalledAlert,
                    ("the alert has been recalled", "la alerta fue retirada"),
                );
            }
        }
        let judges = matches!(said, T::Assessment | T::Reject);
        if (judges || said == T::Outcome) && self.is_final(step.from()) {
            let detail = (
                "the sender has reported its final outcome",
                "el remitente ya reportó su resultado final",
            );
            return object("type", Reason::AlertClosed, detail);
        }
        let requests = matches!(
            said,
            T::Amend | T::Cancel | T::ActionRequest | T::Rfi | T::Rfs | T::Transfer
        );
        if (requests || judges) && self.is_cancelled() {
            return object(
                "type",
                Reason::AlertCancelled,
                ("the alert has been cancelled", "la alerta fue cancelada"),
            );
        }
        if (requests || judges || said == T::ActionResponse) && self.is_closed() {
            let detail = (
                "every addressee has ended its part",
                "todos los destinatarios concluyeron su parte",
            );
            return object("type", Reason::AlertClosed, detail);
        }
        Ok(())
    }

    /// An AMEND follows the newest version; anything else speaks of one that there is. What is proposed is what the sender may
    /// read: the number of a version that it was never shown would tell it that there is one.
    fn has_version(&self, step: &Step) -> Verdict {
        const FIELD: &str = "alert_version";
        let newest = self.version();
        if step.message_type != T::Amend {
            if (1..=newest).contains(&step.version) {
                return Ok(());
            }
            let detail = ("there is no such version", "no existe esa versión");
            let open = self.newest_open_to(&step.sender);
            let known = open.map(|known| known.version.to_string());
            return propose(FIELD, Reason::VersionGap, detail, known);
        }
        let last = self.newest();
        let shown = last.filter(|last| last.is_open_to(&step.sender));
        let next = newest.saturating_add(1);
        if step.version != next {
            let detail = (
                "an amendment is the newest version plus one",
                "una modificación es la versión más reciente más uno",
            );
            let next = shown.map(|_| next.to_string());
            return propose(FIELD, Reason::VersionGap, detail, next);
        }
        if last.is_some_and(|last| step.refers_to != Some(last.message_id)) {
            let detail = (
                "an amendment refers to the newest version",
                "una modificación se refiere a la versión más reciente",
            );
            let before = shown.map(|last| last.message_id.to_string());
            return propose("refers_to", Reason::VersionGap, detail, before);
        }
        Ok(())
    }

    /// An answer answers a question, of the kind that it is an answer to.
    fn answers(&self, step: &Step, about: &Step) -> Verdict {
        let fits = match step.message_type {
            T::RecallConfirm => about.message_type == T::Recall,
            T::RfiResponse => about.message_type == T::Rfi,
            T::RfsResult => about.message_type == T::Rfs,
            T::ActionResponse => {
                matches!(about.message_type, T::ActionRequest | T::Alert | T::Amend)
            }
            T::DisseminationDecision => about.message_type == T::DisseminationRequest,
            _ => true,
        };
        if !fits {
            let detail = (
                "it does not answer a message of this type",
                "no responde a un mensaje de este tipo",
            );
            return object("refers_to", Reason::InvalidMessageType, detail);
        }
        match step.message_type {
            T::DisseminationDecision => {
                // Were it enough to be asked, any recipient could release another's information.
                let wanted = about.refers_to.and_then(|id| self.find(id));
                let wrote_it = wanted.is_some_and(|wanted| wanted.from() == step.from());
                let detail = (
                    "only who wrote the information lets it be passed on",
                    "solo quien escribió la información autoriza su difusión",
                );
                demand(wrote_it, "sender", Reason::NotAParty, detail)
            }
            T::HoldStatus | T::HoldRelease => {
                let hold = step.hold();
                let hold = hold.and_then(|(kind, _)| self.hold_of(step.from(), kind));
                let detail = (
                    "the sender has set no hold of this kind",
                    "el remitente no ha ordenado una retención de este tipo",
                );
                demand(
                    hold.is_some(),
                    "hold_kind",
                    Reason::InvalidMessageType,
                    detail,
                )
            }
            _ => Ok(()),
        }
    }

    /// It reaches those whom it must reach, and nobody whom it may not.
    fn goes_to(&self, step: &Step, about: &Step) -> Verdict {
        const FIELD: &str = "recipients";
        if step.is_answer() && !step.to.reaches(about.from()) {
            let detail = (
                "an answer goes to whoever asked",
                "la respuesta va a quien preguntó",
            );
            return propose(
                FIELD,
                Reason::RecipientRequired,
                detail,
                [about.from().to_string()],
            );
        }
        if let Some(taker) = step.transfer_to()
            && !step.to.reaches(taker)
        {
            let detail = (
                "a transfer goes to the agency that takes over",
                "la transferencia va a la dependencia que asume el caso",
            );
            return propose(
                FIELD,
                Reason::RecipientRequired,
                detail,
                [taker.to_string()],
            );
        }
        if step.message_type == T::DisseminationRequest && !step.to.reaches(about.from()) {
            let detail = (
                "leave is asked of whoever wrote the information",
                "el permiso se pide a quien escribió la información",
            );
            return propose(
                FIELD,
                Reason::RecipientRequired,
                detail,
                [about.from().to_string()],
            );
        }
        if step.message_type == T::Recall {
            return self.reaches_everybody(step);
        }
        let is_new = |agency| !self.is_party(agency);
        if self.recalled().is_some() && step.to.all().any(is_new) {
            return new_after_recall();
        }
        Ok(())
    }

    fn has_room(&self, step: &Step) -> Verdict {
        let max = match step.message_type {
            T::Cancel | T::Recall | T::RecallConfirm => CASE_MESSAGES_WITH_RECALL_MAX,
            _ => CASE_MESSAGES_MAX,
        };
        if self.said_by(step.from()).count() < max {
            return Ok(());
        }
        let detail = (
            format!("at most {max} messages of one agency in one case"),
            format!("{max} mensajes de una dependencia por caso como máximo"),
        );
        object("alert_id", Reason::LimitReached, detail)
    }
}

impl Step {
    /// Whether it answers a question.
    pub(super) fn is_answer(&self) -> bool {
        matches!(
            self.message_type,
            T::RfiResponse | T::RfsResult | T::ActionResponse | T::DisseminationDecision
        )
    }
}

/// What is heard even of a recalled alert: facts about goods, and what people must say to each other to carry it out.
pub fn outlives_recall(said: MessageType) -> bool {
    matches!(
        said,
        T::RecallConfirm
            | T::Ack
            | T::Outcome
            | T::HoldSet
            | T::HoldStatus
            | T::HoldRelease
            | T::Comment
    )
}

/// The same to whoever is not concerned as if there were no such alert.
pub(super) fn unknown_alert() -> Verdict {
    let detail = (
        "no such alert, or none that concerns the sender",
        "no existe esa alerta, o no le concierne al remitente",
    );
    object("alert_id", Reason::AlertUnknown, detail)
}

pub(super) fn unknown_reference() -> Verdict {
    let detail = (
        "no message of this case that the sender sent or was sent",
        "ningún mensaje de este caso que el remitente haya enviado o recibido",
    );
    object("refers_to", Reason::ReferenceUnknown, detail)
}

pub(super) fn new_after_recall() -> Verdict {
    let detail = (
        "nothing of a recalled alert goes to anybody new",
        "nada de una alerta retirada va a alguien nuevo",
    );
    object("recipients", Reason::RecalledAlert, detail)
}
