//! Manifests as they come: what is found in them, with its row, and what is said of rows that are odd.

use super::*;
use crate::skipped::shared;
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
    ("HAWB", &column::HOUSE),
    ("house_waybill", &column::HOUSE),
    ("Guía House", &column::HOUSE),
    ("Guías hijas", &column::HOUSE),
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
        one(K::HouseWaybill, "H1H2", &[1]),
        one(K::HouseWaybill, "H2", &[1, 3]),
        // A cell that could be several things is asked as the one thing, too, as whatever its column may hold.
        one(K::S10, "H1H2", &[1]),
        one(K::Courier, "H1H2", &[1]),
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

/// Whether it is looked for in the row that is on this line.
fn on_line(manifest: &Manifest, kind: K, value: &str) -> Option<u64> {
    let sought = Identifier::new(kind, value)?;
    let at = manifest.asked().position(|one| *one == sought)?;
    let cell = *manifest.cells_of()[at].first()?;
    manifest.cells[cell].place.line
}

#[test]
fn a_cell_of_many_values_is_looked_at_whole() {
    let sixty: Vec<String> = (0..60).map(|n| format!("999-{n:08}")).collect();
    let manifest = read(&format!("AWB\n{}\n", sixty.join(";")));
    for waybill in &sixty {
        assert_eq!(
            on_line(&manifest, K::Waybill, waybill),
            Some(2),
            "{waybill}"
        );
    }
    assert_eq!(manifest.not_looked_at, 0);
}

#[test]
fn blanks_divide_numbers_and_not_the_groups_of_one() {
    let found = |cell: &str| {
        let manifest = read(&format!("MAWB\n{cell}\n"));
        let values = asked(&manifest).into_iter().map(|(_, value, _)| value);
        (values.collect::<Vec<_>>(), manifest.remarks.len())
    };
    let (values, odd) = found("865-48291176  865-48291180");
    for number in ["86548291176", "86548291180"] {
        assert!(values.iter().any(|one| one == number), "{values:?}");
    }
    assert_eq!(odd, 0);
    let (values, _) = found("86548291176 86548291180 / 865-48291191");
    assert!(values.iter().any(|one| one == "86548291191"), "{values:?}");
    assert!(values.iter().any(|one| one == "86548291180"), "{values:?}");
    // One number in groups is one number.
    assert_eq!(found("865 4829 1176"), (vec!["86548291176".to_owned()], 0));
    let manifest = read("AWB\nRB 123 456 785 GB\n");
    assert_eq!(on_line(&manifest, K::S10, "RB123456785GB"), Some(2));
    assert_eq!(remarks(&manifest), []);
}

/// As clerks write them beside a word or two.
const AMONG_WORDS: [&str; 6] = [
    "AWB 865-48291176",
    "AWB: 865-48291176",
    "865-48291176 (consol)",
    "865-48291176 y 020-12345675",
    "AWB 865 4829 1176",
    "AWB:865-48291176(3 pcs).",
];

/// Letters of an identifier's own, apart from its digits: in a column of its kind, and in one that may hold anything.
#[test]
fn an_identifier_in_groups_is_found_among_words() {
    let any = Options {
        any_column: true,
        ..OPTIONS
    };
    for (cell, kind, value) in [
        (
            "paquete LX 473 124 829 US de Toluca",
            K::S10,
            "LX473124829US",
        ),
        ("item: LX473124829US (2 kg)", K::S10, "LX473124829US"),
        (
            "LX 473124829 US y RB 123 456 785 GB",
            K::S10,
            "RB123456785GB",
        ),
        (
            "en contenedor CSQU 305438 3, muelle 4",
            K::Container,
            "CSQU3054383",
        ),
        ("ULD AKE 12345 LH lado 2", K::Uld, "AKE12345LH"),
    ] {
        for (header, options) in [("notes", any), ("shipment", OPTIONS)] {
            if header == "shipment" && kind != K::S10 {
                continue;
            }
            let manifest = read_as(format!("{header}\n\"{cell}\"\n").as_bytes(), options).unwrap();
            assert_eq!(on_line(&manifest, kind, value), Some(2), "{header}: {cell}");
        }
    }
}

#[test]
fn a_number_is_found_among_words() {
    let any = Options {
        any_column: true,
        ..OPTIONS
    };
    for cell in AMONG_WORDS {
        for (header, options) in [("MAWB", OPTIONS), ("AWB", OPTIONS), ("notes", any)] {
            let manifest = read_as(format!("{header}\n{cell}\n").as_bytes(), options).unwrap();
            let found = on_line(&manifest, K::Waybill, "865-48291176");
            assert_eq!(found, Some(2), "{header}: {cell}");
            assert_eq!(remarks(&manifest), [], "{header}: {cell}");
            let both = on_line(&manifest, K::Waybill, "020-12345675").is_some();
            assert_eq!(both, cell.contains("020"), "{header}: {cell}");
            // The whole is looked for, too: a house waybill may have a blank in it.
            if header == "AWB" {
                assert_eq!(on_line(&manifest, K::HouseWaybill, cell), Some(2), "{cell}");
            }
        }
    }
    let manifest = read("MAWB\nAWB 8.65483E+10 y 020-12345675\n");
    assert_eq!(manifest.not_looked_at, 1);
    assert_eq!(on_line(&manifest, K::Waybill, "020-12345675"), Some(2));
    // What has no form in it is remarked upon once, as a whole.
    let manifest = read("MAWB\nAWB 865-4829117 consol\n");
    assert_eq!(manifest.without_form, 1);
    assert_eq!(remarks(&manifest).len(), 1, "{:?}", remarks(&manifest));
}

#[test]
fn what_is_too_long_is_said_and_never_passed_over() {
    let long = "A1".repeat(251);
    for (header, cell) in [
        ("AWB", long.clone()),
        ("Shipper", long.clone()),
        ("AWB", format!("865-48291176;{long}")),
    ] {
        let manifest = read(&format!("{header}\n{cell}\n"));
        assert_eq!(manifest.not_looked_at, 1, "{header}");
        let [remark] = manifest.remarks.as_slice() else {
            panic!("{header}: {:?}", manifest.remarks);
        };
        assert!(
            !remark.looked_at && remark.what.contains("too long"),
            "{remark:?}"
        );
    }
    let any = Options {
        any_column: true,
        ..OPTIONS
    };
    let manifest = read_as(format!("x,y\n1,{long}\n").as_bytes(), any).unwrap();
    assert_eq!(manifest.not_looked_at, 1);
    // Also where the row has columns too many.
    let manifest = read(&format!("AWB\n,{long}\n"));
    assert_eq!(manifest.not_looked_at, 1);
    let manifest = read(&format!("AWB\n{}\n", "-".repeat(600)));
    assert_eq!(remarks(&manifest), [], "nothing is nothing, however long");
}

#[test]
fn a_quote_that_is_never_closed_hides_no_row() {
    let rows = |from: usize, to: usize| -> String {
        let rows = (from..to).map(|n| format!("999-{n:08},Name {n}\n"));
        rows.collect()
    };
    // In the last column, in the first, in one that is not looked at, in the header; 3 or 300 or 5,000 rows.
    for count in [3, 300, 5_000] {
        let last = count - 1;
        for (text, column) in [
            (
                format!("AWB,Shipper\n020-12345675,\"ACME\n{}", rows(0, count)),
                "Shipper",
            ),
            (
                format!("AWB,Note\n020-12345675,\"ACME\n{}", rows(0, count)),
                "Note",
            ),
            (
                format!("AWB,Shipper\n\"020-12345675,ACME\n{}", rows(0, count)),
                "AWB",
            ),
            (
                format!("AWB,\"Shipper\n020-12345675,ACME\n{}", rows(0, count)),
                "header",
            ),
            (
                format!(
                    "AWB,Shipper\n020-12345675,\"AC\"\"ME\n{}x,\"y\",z\n",
                    rows(0, count)
                ),
                "width",
            ),
        ] {
            let manifest = read(&text);
            let found = on_line(&manifest, K::Waybill, "020-12345675");
            assert_eq!(found, Some(2), "{column} {count}");
            for n in [0, 1, last] {
                let waybill = format!("999-{n:08}");
                let line = u64::try_from(n).unwrap() + 3;
                let found = on_line(&manifest, K::Waybill, &waybill);
                assert_eq!(found, Some(line), "{column}, {count} rows: {waybill}");
            }
            let said = remarks(&manifest);
            let told = said.iter().any(|(_, what)| what.contains("quote"));
            assert!(told, "{column} {count}: {said:?}");
        }
    }
}

#[test]
fn the_last_row_behind_a_quote_may_be_cut_short() {
    let manifest = read("HAWB,Shipper\nH1,\"ACME\n865-48291176");
    assert_eq!(on_line(&manifest, K::Waybill, "865-48291176"), Some(2));
    let manifest = read("Shipper,HAWB\nACME,\"H1\n865-48291176");
    assert_eq!(on_line(&manifest, K::Waybill, "865-48291176"), Some(2));
    // A name on two lines is one name.
    let manifest = read("AWB,Shipper\n865-48291176,\"COMERCIALIZADORA\nEJERCICIO\"\n");
    let name = "COMERCIALIZADORA EJERCICIO";
    assert_eq!(on_line(&manifest, K::Party, name), Some(2));
    assert_eq!(remarks(&manifest), []);
}

#[test]
fn an_identifier_with_separators_in_it_is_found() {
    let manifest = read("HAWB\nAB/CDE/12\n\"XY/1, XY/2; Z|3\"\n");
    for (value, line) in [
        ("AB/CDE/12", 2),
        ("12", 2),
        ("XY/1", 3),
        ("XY/2", 3),
        ("Z|3", 3),
    ] {
        let found = on_line(&manifest, K::HouseWaybill, value);
        assert_eq!(found, Some(line), "{value}");
    }
    let any = Options {
        any_column: true,
        ..OPTIONS
    };
    let manifest = read_as(b"one\n\"AB/12, AB/13\"\n", any).unwrap();
    assert_eq!(on_line(&manifest, K::HouseWaybill, "AB/13"), Some(2));
    // The number of an express consignment, in the column of house waybills.
    let manifest = read("HAWB\n1234567890\nRB123456785GB\n");
    assert_eq!(on_line(&manifest, K::Courier, "1234567890"), Some(2));
    assert_eq!(on_line(&manifest, K::S10, "RB123456785GB"), Some(3));
}

#[test]
fn what_is_no_text_is_refused_and_not_read_as_one() {
    let utf_16: Vec<u8> = "\u{feff}AWB\n865-48291176\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let error = read_as(&utf_16, OPTIONS).expect_err("UTF-16");
    assert!(error.to_string().contains("UTF-16"), "{error}");
    let error = read_as(utf_16.get(2..).unwrap(), OPTIONS).expect_err("no mark");
    assert!(error.to_string().contains("zero bytes"), "{error}");
    let error = read_as(b"PK\x03\x04\0\0", OPTIONS).expect_err("a spreadsheet");
    assert!(error.to_string().contains("zero bytes"), "{error}");
}

#[test]
fn a_pipe_is_read_once_and_whole() {
    let (from, mut to) = std::io::pipe().unwrap();
    let text = format!("AWB\n{}865-48291176\n", "999-00000000\n".repeat(10_000));
    let writer = std::thread::spawn(move || to.write_all(text.as_bytes()));
    let path = {
        use std::os::fd::AsRawFd as _;
        PathBuf::from(format!("/proc/self/fd/{}", from.as_raw_fd()))
    };
    let manifest = Manifest::read(&[path], OPTIONS).unwrap_or_else(|error| panic!("{error}"));
    drop(from);
    writer.join().unwrap().unwrap();
    assert_eq!(manifest.rows, 10_001);
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

#[test]
fn real_waybills_are_read_together() {
    let files = ["888-11111111_XFWB.xml", "SEL22222222_XFZB.xml"];
    let files: Vec<PathBuf> = files
        .iter()
        .filter_map(|name| shared(&format!("data/cargo-xml/{name}")))
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
    let Some(path) = shared("data/unodc_seizures.csv") else {
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
