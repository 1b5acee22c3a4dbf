//! The identifiers in a Cargo-XML message, wherever they stand: flight manifest (XFFM), house manifest (XFHL), air waybill
//! (XFWB), house waybill (XFZB). Elements are known by their names, so that versions of the messages do not matter.

use super::column::HOUSE;
use super::{Manifest, Place};
use crate::exit::Failure;
use crate::xml::Element;
use precinto_alert::lookup::Kind;

/// Who sends and receives the message itself, who operates a unit, who insures: no parties of a shipment.
const NOT_OF_A_SHIPMENT: [&str; 5] = [
    "SenderParty",
    "RecipientParty",
    "OperatingParty",
    "OwnerParty",
    "CoverageInsuranceParty",
];

/// Looks through a whole message.
pub(super) fn read(manifest: &mut Manifest, root: &Element) -> Result<(), Failure> {
    let file = manifest.files.len().saturating_sub(1);
    let mut walk = Walk {
        manifest,
        file,
        row: 0,
    };
    let own = root.text_at("BusinessHeaderDocument/ID");
    let kind = match root.name.as_str() {
        "Waybill" => Some(Kind::Waybill),
        "HouseWaybill" => Some(Kind::HouseWaybill),
        _ => None,
    };
    walk.take("BusinessHeaderDocument/ID", own, kind)?;
    walk.inside(root)
}

struct Walk<'a> {
    manifest: &'a mut Manifest,
    file: usize,
    /// Consignments so far.
    row: usize,
}

impl Walk<'_> {
    /// Bounded by the reader's limits on depth and elements.
    fn inside(&mut self, element: &Element) -> Result<(), Failure> {
        for child in element.children() {
            self.element(child, &element.name)?;
            self.inside(child)?;
        }
        Ok(())
    }

    fn element(&mut self, element: &Element, parent: &str) -> Result<(), Failure> {
        let name = element.name.as_str();
        let of_house = parent.ends_with("HouseConsignment");
        match name {
            "MasterConsignment" | "IncludedMasterConsignment" | "IncludedHouseConsignment" => {
                self.row += 1;
                self.manifest.rows += 1;
                if name == "IncludedHouseConsignment" {
                    self.text(element, "ID", Kind::HouseWaybill)?;
                }
            }
            "TransportContractDocument" if of_house => {
                self.text(element, "ID", Kind::HouseWaybill)?;
            }
            "TransportContractDocument" => self.text(element, "ID", Kind::Waybill)?,
            "AffixedLogisticsSeal" => self.text(element, "ID", Kind::Seal)?,
            "IncludedCustomsNote" => self.customs_note(element)?,
            _ if name.ends_with("UnitLoadTransportEquipment") => self.unit(element)?,
            _ if name.ends_with("Party") && !NOT_OF_A_SHIPMENT.contains(&name) => {
                self.party(element)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, element: &Element, path: &str, kind: Kind) -> Result<(), Failure> {
        let column = format!("{}/{path}", element.name);
        self.take(&column, element.text_at(path), Some(kind))
    }

    fn take(
        &mut self,
        column: &str,
        text: Option<&str>,
        kind: Option<Kind>,
    ) -> Result<(), Failure> {
        let (Some(text), Some(kind)) = (text, kind) else {
            return Ok(());
        };
        let column = self.manifest.column(column);
        let place = Place {
            file: self.file,
            row: self.row.max(1),
            line: None,
        };
        if kind == Kind::HouseWaybill {
            return self.manifest.take(place, column, text, &HOUSE);
        }
        self.manifest.take(place, column, text, &[kind])
    }

    fn party(&mut self, party: &Element) -> Result<(), Failure> {
        for (path, kind) in [
            ("Name", Kind::Party),
            ("AccountID", Kind::Account),
            (
                "DefinedTradeContact/DirectTelephoneCommunication/CompleteNumber",
                Kind::Phone,
            ),
            (
                "DefinedTradeContact/URIEmailCommunication/URIID",
                Kind::Email,
            ),
        ] {
            self.text(party, path, kind)?;
        }
        Ok(())
    }

    /// Its type, its number and its owner stand apart.
    fn unit(&mut self, unit: &Element) -> Result<(), Failure> {
        let owner = ["OperatingParty/PrimaryID", "OwnerParty/PrimaryID"];
        let owner = owner.iter().find_map(|path| unit.text_at(path));
        let parts = [
            unit.text_at("CharacteristicCode"),
            unit.text_at("ID"),
            owner,
        ];
        let whole: String = parts.into_iter().flatten().collect();
        let column = format!("{}/ID", unit.name);
        let said = unit.text_at("ID").map(|_| whole.as_str());
        self.take(&column, said, Some(Kind::Uld))
    }

    /// Tax numbers (T), contact persons (CP) and their telephones (CT); account holders (AN) and accounts (AR) of the
    /// United States' advance screening.
    fn customs_note(&mut self, note: &Element) -> Result<(), Failure> {
        let kind = match note.text_at("ContentCode") {
            Some("T") => Kind::TaxId,
            Some("CP" | "AN") => Kind::Party,
            Some("CT") => Kind::Phone,
            Some("AR") => Kind::Account,
            _ => return Ok(()),
        };
        self.text(note, "Content", kind)
    }
}
