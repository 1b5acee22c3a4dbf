//! The identifiers in the blocks of an alert: shipments, parties, and what it is about.
//!
//! Every message is taken apart completely, so that a new field does not build until it is said here whether anybody may
//! search for it.

use super::Walk;
use crate::code::LabelIdentifierKind;
use crate::lookup::Kind;
use crate::violation::At;
use precinto_proto::v1 as pb;

/// The three lists as they stand in an alert and in an outcome.
pub(super) type Subjects<'a> = (&'a [pb::Substance], &'a [pb::Firearm], &'a [pb::Fuel]);

impl Walk {
    pub(super) fn shipment(&mut self, at: &At<'_>, shipment: &pb::Shipment) {
        let pb::Shipment {
            master_awb,
            house_awbs,
            postal_item_id,
            postal_receptacle_id,
            dispatch_id,
            courier_tracking,
            uld_ids,
            container_ids,
            label_identifiers,
            seals,
            other_references,
            mode: _,
            channel: _,
            airline_prefix: _,
            awb_kind: _,
            pieces: _,
            gross_weight: _,
            volume: _,
            volume_temperature: _,
            goods_description: _,
            hs_codes: _,
            declared_value: _,
            incoterm: _,
            payment: _,
            dangerous_goods: _,
            special_handling: _,
            security_status: _,
            screening_methods: _,
            screening_exemption: _,
            route: _,
        } = shipment;
        self.one(Kind::Waybill, at, "master_awb", master_awb);
        self.all(Kind::HouseWaybill, at, "house_awbs", house_awbs);
        self.one(Kind::S10, at, "postal_item_id", postal_item_id);
        let receptacle = postal_receptacle_id;
        self.one(Kind::Receptacle, at, "postal_receptacle_id", receptacle);
        self.one(Kind::Dispatch, at, "dispatch_id", dispatch_id);
        let tracking = courier_tracking;
        self.each(at, "courier_tracking", tracking, |walk, at, tracking| {
            let pb::CourierTracking { carrier: _, number } = tracking;
            walk.one(Kind::Courier, at, "number", number);
        });
        self.all(Kind::Uld, at, "uld_ids", uld_ids);
        self.all(Kind::Container, at, "container_ids", container_ids);
        self.each(at, "label_identifiers", label_identifiers, Self::label);
        self.each(at, "seals", seals, |walk, at, seal| {
            let pb::Seal {
                number,
                condition: _,
            } = seal;
            walk.one(Kind::Seal, at, "number", number);
        });
        self.all(Kind::Reference, at, "other_references", other_references);
    }

    /// Wrong on the label itself: found by what the label says.
    fn label(&mut self, at: &At<'_>, label: &pb::LabelIdentifier) {
        use LabelIdentifierKind as Label;
        let pb::LabelIdentifier {
            kind: _,
            verbatim,
            remark: _,
        } = label;
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
        self.one(kind, at, "verbatim", verbatim);
    }

    pub(super) fn party(&mut self, at: &At<'_>, party: &pb::Party) {
        let pb::Party {
            name,
            also_known_as,
            phones,
            emails,
            tax_ids,
            account,
            role: _,
            shipments: _,
            not_stated: _,
            address: _,
            ip_addresses: _,
            known_consignor: _,
            role_confidence: _,
            releasable_to: _,
            retain_until_ms: _,
        } = party;
        self.one(Kind::Party, at, "name", name);
        self.all(Kind::Party, at, "also_known_as", also_known_as);
        self.all(Kind::Phone, at, "phones", phones);
        self.all(Kind::Email, at, "emails", emails);
        self.each(at, "tax_ids", tax_ids, |walk, at, id| {
            let pb::TaxId {
                number,
                kind: _,
                verbatim: _,
            } = id;
            walk.one(Kind::TaxId, at, "number", number);
        });
        if let Some(account) = account {
            let pb::Account {
                number,
                issuer: _,
                opened_ms: _,
                uses_last_year: _,
                billing: _,
            } = account;
            self.one(Kind::Account, &at.field("account"), "number", number);
        }
    }

    pub(super) fn subjects(&mut self, at: &At<'_>, (substances, firearms, fuels): Subjects<'_>) {
        self.each(at, "substances", substances, Self::substance);
        self.each(at, "firearms", firearms, Self::firearm);
        self.each(at, "fuels", fuels, Self::fuel);
    }

    fn substance(&mut self, at: &At<'_>, substance: &pb::Substance) {
        let pb::Substance {
            cas_number,
            pen_reference,
            substance_class: _,
            shipments: _,
            incb_table: _,
            us_list: _,
            dea_code: _,
            mx_list: _,
            inn: _,
            names: _,
            hs_code: _,
            un_number: _,
            form: _,
            quantity: _,
            purity_percent: _,
            identifications: _,
            remark: _,
        } = substance;
        self.one(Kind::Cas, at, "cas_number", cas_number);
        self.one(Kind::Reference, at, "pen_reference", pen_reference);
    }

    fn firearm(&mut self, at: &At<'_>, firearm: &pb::Firearm) {
        let pb::Firearm {
            serial_verbatim,
            trace_reference,
            ffl_number,
            ballistic_references,
            kind: _,
            shipments: _,
            make: _,
            model: _,
            calibre: _,
            action: _,
            serial_state: _,
            // The same number, in the form in which it is searched for anyhow.
            serial_normalised: _,
            importer_mark: _,
            country_of_manufacture: _,
            quantity: _,
            ammunition: _,
            parts: _,
            trace_status: _,
            recovered: _,
            hs_code: _,
            un_number: _,
        } = firearm;
        self.one(Kind::Serial, at, "serial_verbatim", serial_verbatim);
        self.one(Kind::Trace, at, "trace_reference", trace_reference);
        self.one(Kind::Reference, at, "ffl_number", ffl_number);
        let ballistic = ballistic_references;
        self.each(at, "ballistic_references", ballistic, |walk, at, held| {
            let pb::BallisticReference {
                exhibit,
                lead_number,
                system: _,
                site: _,
                image_sha256: _,
            } = held;
            walk.one(Kind::Reference, at, "exhibit", exhibit);
            walk.one(Kind::Reference, at, "lead_number", lead_number);
        });
    }

    fn fuel(&mut self, at: &At<'_>, fuel: &pb::Fuel) {
        let pb::Fuel {
            plate,
            sener_permit,
            cne_permit,
            carta_porte_id,
            pedimento,
            bill_of_lading,
            epa_id,
            tceq_id,
            sample_reference,
            shipments: _,
            declared: _,
            suspected: _,
            hs_code: _,
            un_number: _,
            volume: _,
            density_kg_m3: _,
            temperature: _,
            container: _,
            origin: _,
        } = fuel;
        self.one(Kind::Plate, at, "plate", plate);
        for (name, text) in [
            ("sener_permit", sener_permit),
            ("cne_permit", cne_permit),
            ("carta_porte_id", carta_porte_id),
            ("pedimento", pedimento),
            ("bill_of_lading", bill_of_lading),
            ("epa_id", epa_id),
            ("tceq_id", tceq_id),
            ("sample_reference", sample_reference),
        ] {
            self.one(Kind::Reference, at, name, text);
        }
    }
}
