//! Parties: the nominal blocks, and who must be named.

use super::block::phone_number;
use super::field::{
    coded, country, line, line_list, lines_of, list, present, required, shipment_positions,
    subdivision,
};
use super::identifier::{EIN, EMAIL, IP, checked, postal_code, structured};
use crate::Reason;
use crate::check_digit::{CheckError, Scheme};
use crate::code::{Confidence, PartyRole, TaxIdKind};
use crate::handling::Release;
use crate::limits::{LIST_MAX, PARTIES_MAX, RELEASES_MAX};
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

/// The three reasons for a role that must be named whole: name, address, country.
struct Missing {
    role: PartyRole,
    name: Reason,
    address: Reason,
    country: Reason,
}

const MANDATORY: [Missing; 2] = [
    Missing {
        role: PartyRole::Shipper,
        name: Reason::MissingShpName,
        address: Reason::MissingShpAddr,
        country: Reason::MissingShpCtry,
    },
    Missing {
        role: PartyRole::Consignee,
        name: Reason::MissingCneName,
        address: Reason::MissingCneAddr,
        country: Reason::MissingCneCtry,
    },
];

/// Checks every party, and that each of `shipments` has its shipper and consignee.
pub(super) fn check_all(
    found: &mut Findings,
    at: &At<'_>,
    parties: &[pb::Party],
    shipments: usize,
) {
    for (index, party) in list(found, at, "parties", parties, PARTIES_MAX) {
        let at = at.item("parties", index);
        shipment_positions(found, &at, &party.shipments, shipments);
        check(found, &at, party);
        if let Some(missing) = MANDATORY
            .iter()
            .find(|missing| missing.role as i32 == party.role)
        {
            whole(found, &at, party, missing);
        }
    }
    for position in 1..=shipments {
        for missing in &MANDATORY {
            if in_role(parties, missing.role, position).next().is_none() {
                let detail = (
                    format!(
                        "no such party for shipment {position}; not_stated says that there is none"
                    ),
                    format!(
                        "falta esta parte en el envío {position}; not_stated indica que no se señala ninguna"
                    ),
                );
                found.error(at.field("parties"), missing.name, detail);
            }
        }
    }
}

/// The parties that play `role` in the shipment at `position`, counted from 1.
pub(super) fn in_role(
    parties: &[pb::Party],
    role: PartyRole,
    position: usize,
) -> impl Iterator<Item = &pb::Party> {
    parties.iter().filter(move |party| {
        let of = |shipment: &u32| usize::try_from(*shipment) == Ok(position);
        party.role == role as i32 && (party.shipments.is_empty() || party.shipments.iter().any(of))
    })
}

fn whole(found: &mut Findings, at: &At<'_>, party: &pb::Party, missing: &Missing) {
    if party.not_stated {
        return;
    }
    if party.name.trim().is_empty() {
        found.error(
            at.field("name"),
            missing.name,
            ("the name, or not_stated", "el nombre, o not_stated"),
        );
    }
    let address = party.address.as_ref();
    let has_address = address.is_some_and(|address| {
        !address.city.trim().is_empty() || address.lines.iter().any(|line| !line.trim().is_empty())
    });
    if !has_address {
        found.error(
            at.field("address"),
            missing.address,
            ("a line or a city", "una línea o una ciudad"),
        );
    }
    if address.is_none_or(|address| address.country.is_empty()) {
        found.error(
            at.field("address").field("country"),
            missing.country,
            ("the country, by ISO 3166-1", "el país, según ISO 3166-1"),
        );
    }
}

fn check(found: &mut Findings, at: &At<'_>, party: &pb::Party) {
    let pb::Party {
        role,
        shipments: _,
        not_stated,
        name,
        also_known_as,
        address,
        phones,
        emails,
        tax_ids,
        account,
        ip_addresses,
        known_consignor,
        role_confidence,
        releasable_to,
        retain_until_ms: _,
    } = party;
    required::<PartyRole>(found, at.field("role"), *role);
    coded::<Confidence>(found, at.field("role_confidence"), *role_confidence);
    lines_of(found, at, &[("name", name)]);
    line_list(found, at, "also_known_as", also_known_as);
    reached_by(found, at, (emails, phones, ip_addresses));
    let says_nothing = name.is_empty()
        && address.is_none()
        && account.is_none()
        && !known_consignor
        && [also_known_as, phones, emails, ip_addresses]
            .iter()
            .all(|list| list.is_empty())
        && tax_ids.is_empty();
    if *not_stated && !says_nothing {
        found.error(
            at.field("not_stated"),
            Reason::FieldUnexpected,
            (
                "a party that is not stated says nothing else",
                "una parte no señalada no lleva ningún otro dato",
            ),
        );
    }
    if let Some(address) = address {
        postal_address(found, &at.field("address"), address);
    }
    for (index, id) in list(found, at, "tax_ids", tax_ids, LIST_MAX) {
        tax_id(found, &at.item("tax_ids", index), id);
    }
    if let Some(pb::Account {
        issuer,
        number,
        opened_ms: _,
        uses_last_year: _,
        billing,
    }) = account
    {
        let at = at.field("account");
        lines_of(
            found,
            &at,
            &[("issuer", issuer), ("number", number), ("billing", billing)],
        );
    }
    Release::read_all(found, at, "releasable_to", releasable_to, RELEASES_MAX);
}

/// How to reach a party: e-mail, telephone, and the address that it was seen at in a network.
fn reached_by(
    found: &mut Findings,
    at: &At<'_>,
    (emails, phones, ip_addresses): (&[String], &[String], &[String]),
) {
    for (index, email) in list(found, at, "emails", emails, LIST_MAX) {
        present(found, at.item("emails", index), email);
        structured(found, at.item("emails", index), email, &EMAIL);
    }
    for (index, address) in list(found, at, "ip_addresses", ip_addresses, LIST_MAX) {
        present(found, at.item("ip_addresses", index), address);
        structured(found, at.item("ip_addresses", index), address, &IP);
    }
    for (index, phone) in list(found, at, "phones", phones, LIST_MAX) {
        present(found, at.item("phones", index), phone);
        phone_number(found, at.item("phones", index), phone);
    }
}

fn tax_id(found: &mut Findings, at: &At<'_>, id: &pb::TaxId) {
    let pb::TaxId {
        kind,
        number,
        verbatim,
    } = id;
    required::<TaxIdKind>(found, at.field("kind"), *kind);
    let field = at.field("number");
    if number.is_empty() {
        found.error(
            field,
            Reason::FieldMissing,
            ("the number itself", "el número mismo"),
        );
        return;
    }
    if *verbatim {
        line(found, field, number);
        return;
    }
    match TaxIdKind::try_from(*kind) {
        Ok(TaxIdKind::UsEin) => structured(found, field, number, &EIN),
        Ok(TaxIdKind::MxCurp) => {
            checked(found, field, number, &Scheme::CURP, Reason::CurpCheckDigit);
        }
        Ok(TaxIdKind::MxRfc) => rfc(found, field, number),
        Ok(TaxIdKind::Unspecified) | Err(_) => line(found, field, number),
    }
}

/// Genuine numbers exist whose check character is wrong: flagged, never refused. The form is refused like any other.
fn rfc(found: &mut Findings, at: At<'_>, number: &str) {
    match Scheme::RFC.check(number) {
        Err(error @ CheckError::Digit { .. }) => {
            let proposals = Scheme::RFC.proposals(number);
            found.suggest(at, Reason::RfcCheckDigit, error.detail(), proposals);
        }
        Err(CheckError::Format { .. }) => {
            checked(found, at, number, &Scheme::RFC, Reason::RfcCheckDigit);
        }
        Ok(()) => {}
    }
}

fn postal_address(found: &mut Findings, at: &At<'_>, address: &pb::Address) {
    let pb::Address {
        lines,
        city,
        subdivision: state,
        postal_code: postal,
        country: code,
    } = address;
    line_list(found, at, "lines", lines);
    line(found, at.field("city"), city);
    subdivision(found, at.field("subdivision"), state, code);
    postal_code(found, at.field("postal_code"), postal, code);
    country(found, at.field("country"), code);
}
