//! Manifests as they come: what is found in them, with its row, and what is said of rows that are odd.

use super::*;
use precinto_alert::lookup::Kind as K;
use proptest::prelude::*;
use std::io::Write as _;
use std::path::PathBuf;

const OPTIONS: Options = Options {
    delimiter: None,
    any_column: false,
    lang: Lang::En,
};

fn read_as(bytes: &[u8], options: Options) -> Result<Manifest, Failure> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    Manifest::read(&[file.path().to_owned()], options)
}

fn read(text: &str) -> Manifest {
    read_as(text.as_bytes(), OPTIONS).unwrap_or_else(|error| panic!("{error}"))
}

/// What is looked for, with the rows in which it stands.
fn asked(manifest: &Manifest) -> Vec<(K, String, Vec<usize>)> {
    let cells = manifest.cells_of();
    let rows = |cells: &[usize]| {
        cells
            .iter()
            .map(|cell| manifest.cells[*cell].place.row)
            .collect()
    };
    let asked = manifest.asked().zip(cells);
    asked
        .map(|(one, cells)| (one.kind(), one.value().to_owned(), rows(cells)))
        .collect()
}

fn one(kind: K, value: &str, rows: &[usize]) -> (K, String, Vec<usize>) {
    (kind, value.to_owned(), rows.to_vec())
}

fn remarks(manifest: &Manifest) -> Vec<(Option<u64>, &str)> {
    let remarks = manifest.remarks.iter();
    remarks
        .map(|one| (one.place.line, one.what.as_str()))
        .collect()
}

/// Names of columns as they come, and what they hold.
const KNOWN: [(&str, &[K]); 38] = [
    ("MAWB", &[K::Waybill]),
    ("Master AWB No.", &[K::Waybill]),
    ("masterAwbNumber", &[K::Waybill]),
    ("Guía Aérea Master", &[K::Waybill]),
    ("NÚM. DE GUÍA MÁSTER", &[K::Waybill]),
    ("AWB", &[K::Waybill, K::S10, K::HouseWaybill, K::Courier]),
    (
        "Guía aérea",
        &[K::Waybill, K::S10, K::HouseWaybill, K::Courier],
    ),
    (
        "No. de guía",
        &[K::Waybill, K::S10, K::HouseWaybill, K::Courier],
    ),
    ("HAWB", &[K::HouseWaybill]),
    ("house_waybill", &[K::HouseWaybill]),
    ("Guía House", &[K::HouseWaybill]),
    ("Guías hijas", &[K::HouseWaybill]),
    ("S10", &[K::S10]),
    ("Envío postal", &[K::S10]),
    ("Receptacle ID", &[K::Receptacle]),
    ("Despacho", &[K::Dispatch]),
    ("Tracking number", &[K::Courier, K::S10]),
    ("Número de rastreo", &[K::Courier, K::S10]),
    ("ULD ID", &[K::Uld]),
    ("Contenedor", &[K::Container, K::Uld]),
    ("container_no", &[K::Container, K::Uld]),
    ("Seal #", &[K::Seal]),
    ("Candado oficial", &[K::Seal]),
    ("Serial Number", &[K::Serial]),
    ("Número de serie", &[K::Serial]),
    ("CAS No", &[K::Cas]),
    ("Shipper", &[K::Party]),
    ("SHIPPER NAME", &[K::Party]),
    ("Nombre del destinatario", &[K::Party]),
    ("Razón social", &[K::Party]),
    ("Consignatario", &[K::Party]),
    ("RFC", &[K::TaxId]),
    ("RFC del importador", &[K::TaxId]),
    ("Consignee phone", &[K::Phone]),
    ("Teléfono remitente", &[K::Phone]),
    ("Correo electrónico", &[K::Email]),
    ("Placas", &[K::Plate]),
    ("Pedimento", &[K::Reference]),
];

#[test]
fn columns_are_known_by_what_people_call_them() {
    for (name, kinds) in KNOWN {
        let found = column::meaning(name);
        assert!(
            matches!(found, Some(column::Meaning::Kinds(found)) if found == kinds),
            "{name}: {found:?}"
        );
    }
    assert_eq!(
        column::meaning("AWB prefix"),
        Some(column::Meaning::AirlinePrefix)
    );
    for name in [
        "",
        "Weight",
        "Peso",
        "Shipper address",
        "Consignee country",
        "País de origen",
        "Código postal",
        "HS code",
        "Pieces",
        "Flight",
        "Vuelo",
        "Descripción",
        "Número",
        "Courier",
        "Goods",
    ] {
        assert_eq!(column::meaning(name), None, "{name}");
    }
}

#[test]
fn rows_become_identifiers_with_the_row_they_came_from() {
    let manifest = read(
        "\u{feff}MAWB;House;Consignee;Weight\n865-48291176;\"H-1; H2\";\"Comercializadora, S.A.\";12\n\
         86548291176;N/A;;3\n;h2;COMERCIALIZADORA SÁ;\n",
    );
    let expected = [
        one(K::Waybill, "86548291176", &[1, 2]),
        one(K::HouseWaybill, "H1", &[1]),
        one(K::HouseWaybill, "H2", &[1, 3]),
        one(K::Party, "COMERCIALIZADORA SA", &[1, 3]),
    ];
    assert_eq!(asked(&manifest), expected);
    assert_eq!(manifest.rows, 3);
    assert_eq!(manifest.columns, ["MAWB", "House", "Consignee"]);
    assert_eq!(manifest.ignored, ["Weight"]);
    assert_eq!(remarks(&manifest), []);
}

#[test]
fn what_a_spreadsheet_did_to_numbers_is_undone_or_said() {
    // Leading zeros are gone; so is everything behind the sixth digit.
    let manifest = read("MAWB,HAWB\n2012345675,H1\n8.65483E+10,H2\n");
    assert_eq!(asked(&manifest)[0], one(K::Waybill, "02012345675", &[1]));
    let said = remarks(&manifest);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].0 == Some(3) && said[0].1.contains("rounded"),
        "{said:?}"
    );
    let found = asked(&read("AWB\n2012345675\n"));
    assert!(
        found.contains(&one(K::Waybill, "02012345675", &[1])),
        "{found:?}"
    );
    assert!(
        found.contains(&one(K::HouseWaybill, "2012345675", &[1])),
        "also as it stands: {found:?}"
    );
    let manifest = read("Prefijo,AWB\n20,12345675\n865,48291176\n,865-48291176\n");
    let waybills = asked(&manifest);
    assert_eq!(waybills[0], one(K::Waybill, "02012345675", &[1]));
    assert_eq!(waybills[1], one(K::Waybill, "86548291176", &[2, 3]));
}

#[test]
fn what_is_wrong_is_looked_for_all_the_same_and_said_with_its_line() {
    let manifest =
        read("MAWB,Note\n865-48291177,\"two\nlines\"\nABC,\n,too,many\n865-48291176,fine\n");
    let found = asked(&manifest);
    assert!(
        found.contains(&one(K::Waybill, "86548291177", &[1])),
        "{found:?}"
    );
    assert!(found.contains(&one(K::Waybill, "ABC", &[2])), "{found:?}");
    assert!(found.contains(&one(K::Party, "TOO", &[3])), "{found:?}");
    assert!(
        found.contains(&one(K::Waybill, "86548291176", &[4])),
        "{found:?}"
    );
    let said = remarks(&manifest);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(
        said[0].0 == Some(2) && said[0].1.contains("should be 6"),
        "{said:?}"
    );
    assert!(
        said[1].0 == Some(4) && said[1].1.contains("air waybill"),
        "{said:?}"
    );
    assert!(
        said[2].0 == Some(5) && said[2].1.contains("3 columns instead of 2"),
        "{said:?}"
    );
    assert_eq!(manifest.odd_rows, 3);
}

#[test]
fn latin_1_is_read_and_said() {
    let text = b"Gu\xeda a\xe9rea,Remitente\n865-48291176,Jos\xe9 Nu\xf1ez\n";
    let manifest = read_as(text, OPTIONS).unwrap();
    let found = asked(&manifest);
    assert!(
        found.contains(&one(K::Party, "JOSE NUNEZ", &[1])),
        "{found:?}"
    );
    assert!(
        found.contains(&one(K::Waybill, "86548291176", &[1])),
        "{found:?}"
    );
    assert!(remarks(&manifest)[0].1.contains("Latin-1"));
}

#[test]
fn without_a_known_column_every_cell_can_be_looked_at() {
    let text = "one,two\n865-48291176,RB123456785GB\n";
    let error = read_as(text.as_bytes(), OPTIONS).expect_err("no column is known");
    assert!(error.message.to_string().contains("one, two"), "{error}");
    assert!(
        error
            .next
            .as_ref()
            .is_some_and(|next| next.to_string().contains("--any-column"))
    );
    let any = Options {
        any_column: true,
        ..OPTIONS
    };
    let manifest = read_as(text.as_bytes(), any).unwrap();
    let found = asked(&manifest);
    assert!(
        found.contains(&one(K::Waybill, "86548291176", &[1])),
        "{found:?}"
    );
    assert!(
        found.contains(&one(K::S10, "RB123456785GB", &[1])),
        "{found:?}"
    );
    // Without a header, the first row is one like the others.
    let manifest = read_as(b"865-48291176,AKE12345LH\n020-12345675,\n", any).unwrap();
    let found = asked(&manifest);
    assert!(
        found.contains(&one(K::Waybill, "86548291176", &[0])),
        "{found:?}"
    );
    assert!(
        found.contains(&one(K::Uld, "AKE12345LH", &[0])),
        "{found:?}"
    );
    assert!(
        found.contains(&one(K::Waybill, "02012345675", &[1])),
        "{found:?}"
    );
    assert_eq!(manifest.rows, 2);
}

/// A flight manifest in small: a unit with two consignments, one of them loose.
const FLIGHT: &str = r#"<rsm:FlightManifest xmlns:rsm="iata:flightmanifest:1" xmlns="iata:datamodel:3">
  <rsm:MessageHeaderDocument><ID>AM690</ID><SenderParty><PrimaryID>X</PrimaryID><Name>SENDER</Name></SenderParty></rsm:MessageHeaderDocument>
  <rsm:LogisticsTransportMovement><ID>AM690</ID></rsm:LogisticsTransportMovement>
  <rsm:ArrivalEvent><OccurrenceArrivalLocation><ID>LAX</ID></OccurrenceArrivalLocation>
    <AssociatedTransportCargo><TypeCode>ULD</TypeCode>
      <UtilizedUnitLoadTransportEquipment><ID>12345</ID><CharacteristicCode>AKE</CharacteristicCode>
        <OperatingParty><PrimaryID>AM</PrimaryID></OperatingParty></UtilizedUnitLoadTransportEquipment>
      <IncludedMasterConsignment><TransportContractDocument><ID>865-48291176</ID></TransportContractDocument>
        <OriginLocation><ID>GDL</ID></OriginLocation></IncludedMasterConsignment></AssociatedTransportCargo>
    <AssociatedTransportCargo><TypeCode>BLK</TypeCode>
      <IncludedMasterConsignment><TransportContractDocument><ID>020-12345675</ID></TransportContractDocument>
        <IncludedHouseConsignment><TransportContractDocument><ID>SEL-9</ID></TransportContractDocument>
          <ConsigneeParty><Name>Repair Dienst GmbH</Name></ConsigneeParty></IncludedHouseConsignment>
      </IncludedMasterConsignment></AssociatedTransportCargo></rsm:ArrivalEvent></rsm:FlightManifest>"#;

#[test]
fn a_flight_manifest_tells_units_waybills_and_houses() {
    let manifest = read(FLIGHT);
    let expected = [
        one(K::Waybill, "02012345675", &[2]),
        one(K::Waybill, "86548291176", &[1]),
        one(K::HouseWaybill, "SEL9", &[3]),
        one(K::Uld, "AKE12345AM", &[1]),
        one(K::Party, "REPAIR DIENST GMBH", &[3]),
    ];
    assert_eq!(asked(&manifest), expected);
    assert_eq!(manifest.rows, 3);
    let error = read_as(b"<Invoice><ID>1</ID></Invoice>", OPTIONS).expect_err("no identifiers");
    assert!(error.message.to_string().contains("Invoice"), "{error}");
}

/// Where the shared files are; says so when they are not.
fn shared(path: &str) -> Option<PathBuf> {
    let whole = format!("{}/../../../shared/data/{path}", env!("CARGO_MANIFEST_DIR"));
    let path = PathBuf::from(whole);
    if !path.try_exists().unwrap() {
        assert!(
            std::env::var_os("PRECINTO_NO_SKIP").is_none(),
            "must not be skipped"
        );
        let said = writeln!(std::io::stderr(), "SKIPPED: {} is not here", path.display());
        said.unwrap();
        return None;
    }
    Some(path)
}

#[test]
fn real_waybills_are_read_together() {
    let files = ["888-11111111_XFWB.xml", "SEL22222222_XFZB.xml"];
    let files: Vec<PathBuf> = files
        .iter()
        .filter_map(|name| shared(&format!("cargo-xml/{name}")))
        .collect();
    if files.len() < 2 {
        return;
    }
    let manifest = Manifest::read(&files, OPTIONS).unwrap();
    assert_eq!(
        remarks(&manifest),
        [],
        "foreign tax numbers are nothing odd"
    );
    let found = asked(&manifest);
    let waybill = found.iter().find(|(kind, ..)| *kind == K::Waybill).unwrap();
    assert_eq!(waybill.1, "88811111111");
    assert_eq!(waybill.2.len(), 2, "in both files");
    for value in [
        (K::HouseWaybill, "SEL22222222"),
        (K::Party, "REPAIR DIENST GMBH"),
        (K::Party, "HILDA HILARIOUS"),
        (K::Phone, "353123456789"),
        (K::TaxId, "IE1234567N"),
    ] {
        assert!(
            found
                .iter()
                .any(|(kind, text, _)| (*kind, text.as_str()) == value),
            "{value:?}"
        );
    }
    assert!(
        !found.iter().any(|(_, text, _)| text.contains("RIEGE")),
        "who sent the file is no party"
    );
}

#[test]
fn a_real_table_of_thousands_of_rows_is_read_whole() {
    let Some(path) = shared("unodc_seizures.csv") else {
        return;
    };
    let any = Options {
        any_column: true,
        ..OPTIONS
    };
    let manifest = Manifest::read(&[path], any).unwrap();
    assert_eq!(manifest.rows, 2_000);
    assert!(manifest.cells.len() > 10_000, "{}", manifest.cells.len());
    assert_eq!(remarks(&manifest), []);
}

#[test]
fn too_much_is_refused() {
    let mut manifest = Manifest::new(OPTIONS);
    manifest.pairs = ASKED_MAX;
    let place = Place {
        file: 0,
        row: 1,
        line: None,
    };
    let error = manifest.take(place, 0, "865-48291176", &[K::Waybill]);
    assert!(error.is_err());
}

proptest! {
    #[test]
    fn no_table_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), any_column: bool) {
        drop(read_as(&bytes, Options { any_column, ..OPTIONS }));
    }

    #[test]
    fn no_cell_makes_it_panic(name in "\\PC{0,12}", cell in "\\PC{0,40}", any_column: bool) {
        let text = format!("AWB,Contenedor,Shipper,{name}\n{cell},{cell},{cell},{cell}\n");
        drop(read_as(text.as_bytes(), Options { any_column, ..OPTIONS }));
    }

    #[test]
    fn no_mutilated_manifest_makes_it_panic(at in 0..FLIGHT.len(), length in 0..80_usize, with in "[<>/&;=\"A-Z0-9#. \n-]{0,12}") {
        let mut bytes = FLIGHT.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, with.into_bytes());
        drop(read_as(&bytes, OPTIONS));
    }
}
