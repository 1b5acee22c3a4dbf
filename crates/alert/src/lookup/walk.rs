//! Where the identifiers stand in each kind of content. A new field that holds one is added here, in one line.

use super::guess::could_be;
use super::normal::code;
use super::{Found, Identifier, Kind};
use crate::code::LabelIdentifierKind;
use crate::content::Form;
use crate::violation::At;
use precinto_proto::v1 as pb;

pub(super) fn walk(form: &Form) -> Vec<Found> {
    let (at, mut walk) = (At::root("content"), Walk(Vec::new()));
    match form {
        Form::Alert(alert) => {
            walk.each(&at, "shipments", &alert.shipments, Walk::shipment);
            walk.each(&at, "parties", &alert.parties, Walk::party);
            let subjects = (&*alert.substances, &*alert.firearms, &*alert.fuels);
            walk.subjects(&at, subjects);
            walk.one(
                Kind::Reference,
                &at,
                "case_reference",
                &alert.case_reference,
            );
        }
        Form::Outcome(outcome) => {
            let subjects = (&*outcome.substances, &*outcome.firearms, &*outcome.fuels);
            walk.subjects(&at, subjects);
            walk.all(
                Kind::Trace,
                &at,
                "trace_references",
                &outcome.trace_references,
            );
            let laboratory = &outcome.laboratory_reference;
            walk.one(Kind::Reference, &at, "laboratory_reference", laboratory);
            walk.one(
                Kind::Reference,
                &at,
                "case_reference",
                &outcome.case_reference,
            );
        }
        Form::Request(request) => {
            walk.each(&at, "screenings", &request.screenings, |walk, at, asked| {
                walk.screened(at, &asked.waybill);
            });
        }
        Form::Response(response) => {
            walk.each(&at, "screenings", &response.screenings, |walk, at, done| {
                walk.screened(at, &done.waybill);
            });
        }
        Form::Ack(ack) => walk.one(Kind::Reference, &at, "case_reference", &ack.case_reference),
        Form::Hold(hold) => walk.one(Kind::Reference, &at, "hold_reference", &hold.hold_reference),
        Form::Recall(recall) => {
            walk.one(
                Kind::Reference,
                &at,
                "order_reference",
                &recall.order_reference,
            );
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

    fn shipment(&mut self, at: &At<'_>, shipment: &pb::Shipment) {
        self.one(Kind::Waybill, at, "master_awb", &shipment.master_awb);
        self.all(Kind::HouseWaybill, at, "house_awbs", &shipment.house_awbs);
        self.one(Kind::S10, at, "postal_item_id", &shipment.postal_item_id);
        let receptacle = &shipment.postal_receptacle_id;
        self.one(Kind::Receptacle, at, "postal_receptacle_id", receptacle);
        self.one(Kind::Dispatch, at, "dispatch_id", &shipment.dispatch_id);
        let tracking = &shipment.courier_tracking;
        self.each(at, "courier_tracking", tracking, |walk, at, tracking| {
            walk.one(Kind::Courier, at, "number", &tracking.number);
        });
        self.all(Kind::Uld, at, "uld_ids", &shipment.uld_ids);
        self.all(
            Kind::Container,
            at,
            "container_ids",
            &shipment.container_ids,
        );
        let labels = &shipment.label_identifiers;
        self.each(at, "label_identifiers", labels, Self::label);
        self.each(at, "seals", &shipment.seals, |walk, at, seal| {
            walk.one(Kind::Seal, at, "number", &seal.number);
        });
        self.all(
            Kind::Reference,
            at,
            "other_references",
            &shipment.other_references,
        );
    }

    /// Wrong on the label itself: found by what the label says.
    fn label(&mut self, at: &At<'_>, label: &pb::LabelIdentifier) {
        use LabelIdentifierKind as Label;
        let kind = match label.kind() {
            Label::MasterAwb => Kind::Waybill,
            Label::HouseAwb => Kind::HouseWaybill,
            Label::PostalItem => Kind::S10,
            Label::PostalReceptacle => Kind::Receptacle,
            Label::Dispatch => Kind::Dispatch,
            Label::CourierTracking => Kind::Courier,
            Label::Uld => Kind::Uld,
            Label::Container => Kind::Container,
            Label::Cas => Kind::Cas,
            Label::Other | Label::Unspecified => Kind::Reference,
            Label::UnNumber => return,
        };
        self.one(kind, at, "verbatim", &label.verbatim);
    }

    fn party(&mut self, at: &At<'_>, party: &pb::Party) {
        self.one(Kind::Party, at, "name", &party.name);
        self.all(Kind::Party, at, "also_known_as", &party.also_known_as);
        self.all(Kind::Phone, at, "phones", &party.phones);
        self.all(Kind::Email, at, "emails", &party.emails);
        self.each(at, "tax_ids", &party.tax_ids, |walk, at, id| {
            walk.one(Kind::TaxId, at, "number", &id.number);
        });
        if let Some(account) = &party.account {
            self.one(
                Kind::Account,
                &at.field("account"),
                "number",
                &account.number,
            );
        }
    }

    fn subjects(
        &mut self,
        at: &At<'_>,
        (substances, firearms, fuels): (&[pb::Substance], &[pb::Firearm], &[pb::Fuel]),
    ) {
        self.each(at, "substances", substances, |walk, at, substance| {
            walk.one(Kind::Cas, at, "cas_number", &substance.cas_number);
            let notified = &substance.pen_reference;
            walk.one(Kind::Reference, at, "pen_reference", notified);
        });
        self.each(at, "firearms", firearms, Self::firearm);
        self.each(at, "fuels", fuels, Self::fuel);
    }

    fn firearm(&mut self, at: &At<'_>, firearm: &pb::Firearm) {
        self.one(
            Kind::Serial,
            at,
            "serial_verbatim",
            &firearm.serial_verbatim,
        );
        self.one(Kind::Trace, at, "trace_reference", &firearm.trace_reference);
        self.one(Kind::Reference, at, "ffl_number", &firearm.ffl_number);
        let ballistic = &firearm.ballistic_references;
        self.each(at, "ballistic_references", ballistic, |walk, at, held| {
            walk.one(Kind::Reference, at, "exhibit", &held.exhibit);
            walk.one(Kind::Reference, at, "lead_number", &held.lead_number);
        });
    }

    fn fuel(&mut self, at: &At<'_>, fuel: &pb::Fuel) {
        self.one(Kind::Plate, at, "plate", &fuel.plate);
        for (name, text) in [
            ("sener_permit", &fuel.sener_permit),
            ("cne_permit", &fuel.cne_permit),
            ("carta_porte_id", &fuel.carta_porte_id),
            ("pedimento", &fuel.pedimento),
            ("bill_of_lading", &fuel.bill_of_lading),
            ("epa_id", &fuel.epa_id),
            ("tceq_id", &fuel.tceq_id),
            ("sample_reference", &fuel.sample_reference),
        ] {
            self.one(Kind::Reference, at, name, text);
        }
    }

    /// Master or house air waybill, or postal item: what its form says, and a house waybill if it says nothing.
    fn screened(&mut self, at: &At<'_>, waybill: &str) {
        let bare = code(waybill);
        let fits = |kind: &Kind| could_be(*kind, waybill, &bare);
        let kind = [Kind::Waybill, Kind::S10].into_iter().find(fits);
        self.one(kind.unwrap_or(Kind::HouseWaybill), at, "waybill", waybill);
    }
}
