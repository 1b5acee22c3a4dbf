//! Where the identifiers stand in each kind of content. Content is taken apart completely: a new field does not build until it
//! is said here whether anybody may search for it.

mod block;

use super::guess::could_be;
use super::normal::code;
use super::{Found, Identifier, Kind};
use crate::content::Form;
use crate::violation::At;
use precinto_proto::v1 as pb;

pub(super) fn walk(form: &Form) -> Vec<Found> {
    let (at, mut walk) = (At::root("content"), Walk(Vec::new()));
    match form {
        Form::Alert(alert) => walk.alert(&at, alert),
        Form::Outcome(outcome) => walk.outcome(&at, outcome),
        Form::Request(request) => walk.request(&at, request),
        Form::Response(response) => walk.response(&at, response),
        Form::Ack(ack) => {
            let pb::AckContent {
                case_reference,
                remark: _,
                responsible_function: _,
                contact: _,
            } = &**ack;
            walk.one(Kind::Reference, &at, "case_reference", case_reference);
        }
        Form::Hold(hold) => {
            let pb::HoldContent {
                hold_reference,
                place: _,
                time: _,
                pieces: _,
                weight: _,
                remark: _,
            } = &**hold;
            walk.one(Kind::Reference, &at, "hold_reference", hold_reference);
        }
        Form::Recall(recall) => {
            let pb::RecallContent {
                order_reference,
                remark: _,
                copies: _,
                done: _,
                responsible_function: _,
            } = &**recall;
            walk.one(Kind::Reference, &at, "order_reference", order_reference);
        }
        Form::Cancel(_)
        | Form::Reject(_)
        | Form::Assessment(_)
        | Form::Dissemination(_)
        | Form::Link(_)
        | Form::Comment(_)
        | Form::Transfer(_)
        | Form::SystemNotice(_) => {}
    }
    walk.0
}

struct Walk(Vec<Found>);

impl Walk {
    fn add(&mut self, kind: Kind, at: At<'_>, text: &str) {
        let found = Identifier::new(kind, text).map(|identifier| Found {
            identifier,
            field: at.to_string(),
        });
        self.0.extend(found);
    }

    fn one(&mut self, kind: Kind, at: &At<'_>, name: &str, text: &str) {
        self.add(kind, at.field(name), text);
    }

    fn all(&mut self, kind: Kind, at: &At<'_>, name: &str, texts: &[String]) {
        for (index, text) in texts.iter().enumerate() {
            self.add(kind, at.item(name, index), text);
        }
    }

    fn each<T>(
        &mut self,
        at: &At<'_>,
        name: &str,
        items: &[T],
        visit: impl Fn(&mut Self, &At<'_>, &T),
    ) {
        for (index, item) in items.iter().enumerate() {
            visit(self, &at.item(name, index), item);
        }
    }

    fn alert(&mut self, at: &At<'_>, alert: &pb::AlertContent) {
        let pb::AlertContent {
            shipments,
            parties,
            substances,
            firearms,
            fuels,
            case_reference,
            suspicion: _,
            narrative: _,
            requested_actions: _,
            authority_text: _,
            reasonable_suspicion: _,
            attachments: _,
            use_limits: _,
            contact: _,
        } = alert;
        self.each(at, "shipments", shipments, Self::shipment);
        self.each(at, "parties", parties, Self::party);
        self.subjects(at, (substances, firearms, fuels));
        self.one(Kind::Reference, at, "case_reference", case_reference);
    }

    fn outcome(&mut self, at: &At<'_>, outcome: &pb::OutcomeContent) {
        let pb::OutcomeContent {
            substances,
            firearms,
            fuels,
            trace_references,
            laboratory_reference,
            case_reference,
            seizure_form: _,
            arrests: _,
            alert_quality: _,
            indicator_feedback: _,
            referred_to: _,
            remark: _,
            time: _,
            place: _,
            attachments: _,
        } = outcome;
        self.subjects(at, (substances, firearms, fuels));
        self.all(Kind::Trace, at, "trace_references", trace_references);
        let laboratory = laboratory_reference;
        self.one(Kind::Reference, at, "laboratory_reference", laboratory);
        self.one(Kind::Reference, at, "case_reference", case_reference);
    }

    fn request(&mut self, at: &At<'_>, request: &pb::RequestContent) {
        let pb::RequestContent {
            screenings,
            questions: _,
            requested_actions: _,
            purpose: _,
            authority_text: _,
            attachments: _,
        } = request;
        self.each(at, "screenings", screenings, |walk, at, asked| {
            let pb::ScreeningRequest {
                waybill,
                method: _,
                note: _,
                verbatim: _,
            } = asked;
            walk.screened(at, waybill);
        });
    }

    fn response(&mut self, at: &At<'_>, response: &pb::ResponseContent) {
        let pb::ResponseContent {
            screenings,
            answers: _,
            actions: _,
            remark: _,
            responsible_function: _,
            attachments: _,
        } = response;
        self.each(at, "screenings", screenings, |walk, at, done| {
            let pb::ScreeningResult {
                waybill,
                method: _,
                time: _,
                threat_item: _,
                action_taken: _,
                verbatim: _,
            } = done;
            walk.screened(at, waybill);
        });
    }

    /// Master or house air waybill, or postal item: what its form says, and a house waybill if it says nothing.
    fn screened(&mut self, at: &At<'_>, waybill: &str) {
        let bare = code(waybill);
        let fits = |kind: &Kind| could_be(*kind, waybill, &bare);
        let kind = [Kind::Waybill, Kind::S10].into_iter().find(fits);
        self.one(kind.unwrap_or(Kind::HouseWaybill), at, "waybill", waybill);
    }
}
