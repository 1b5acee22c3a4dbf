//! Real waybills and a table become drafts that lack five things at most; nothing that a file says makes this panic.

use super::*;
use crate::commands::send::found_in;
use proptest::prelude::*;
use serde_json::json;
use std::io::Write as _;
use std::path::PathBuf;

/// A house waybill in small, with what real ones have and do not have.
const SMALL: &str = r#"<HouseWaybill xmlns="iata:housewaybill:1">
  <MessageHeaderDocument><TypeCode>703</TypeCode></MessageHeaderDocument>
  <BusinessHeaderDocument><ID>SEL22222222</ID></BusinessHeaderDocument>
  <MasterConsignment><TransportContractDocument><ID>888-11111112</ID></TransportContractDocument>
    <IncludedHouseConsignment><ID>sel 1</ID>
      <IncludedTareGrossWeightMeasure unitCode="KGM">0134.50</IncludedTareGrossWeightMeasure>
      <TotalPieceQuantity>10</TotalPieceQuantity><SummaryDescription>SPARE PARTS</SummaryDescription>
      <ConsignorParty><Name>A &amp; B
LTD</Name><PostalStructuredAddress><StreetName>1 X
2 Y</StreetName><CityName>GUADALAJARA</CityName><CountryID>MX</CountryID><CountrySubDivisionID>JAL</CountrySubDivisionID>
      </PostalStructuredAddress><DefinedTradeContact><DirectTelephoneCommunication>
      <CompleteNumber>52 33 1234 5678</CompleteNumber></DirectTelephoneCommunication></DefinedTradeContact></ConsignorParty>
      <SpecifiedLogisticsTransportMovement><ModeCode>4</ModeCode><ID>AM690</ID>
        <ArrivalEvent><OccurrenceArrivalLocation><ID>LAX</ID></OccurrenceArrivalLocation></ArrivalEvent>
        <DepartureEvent><ScheduledOccurrenceDateTime>2026-11-23T04:10:00-06:00</ScheduledOccurrenceDateTime>
          <OccurrenceDepartureLocation><ID>GDL</ID></OccurrenceDepartureLocation></DepartureEvent>
      </SpecifiedLogisticsTransportMovement>
      <IncludedCustomsNote><ContentCode>T</ContentCode><Content>ABC010101AB1</Content><SubjectCode>SHP</SubjectCode><CountryID>MX</CountryID></IncludedCustomsNote>
      <IncludedCustomsNote><ContentCode>CP</ContentCode><Content>ANA</Content><SubjectCode>SHP</SubjectCode><CountryID>MX</CountryID></IncludedCustomsNote>
      <IncludedHouseConsignmentItem><TypeCode>1133557799</TypeCode></IncludedHouseConsignmentItem>
    </IncludedHouseConsignment></MasterConsignment></HouseWaybill>"#;

fn made(text: &[u8], lang: Lang) -> Option<waybill::Made> {
    waybill::draft(&xml::read(text).ok()?, text, lang)
}

/// The five things that a person types.
fn completed(page: &str) -> Value {
    let mut draft: Value =
        serde_saphyr::from_str(page).unwrap_or_else(|error| panic!("{error}: {page}"));
    draft["to"] = json!(["mx.dev.invalid/anam"]);
    draft["precedence"] = json!("P2");
    draft["authority"] = json!("CUSTOMS_AGREEMENT");
    draft["content"]["substances"] = json!([{ "substance_class": "DRUG" }]);
    draft["content"]["suspicion"] = json!({ "indicators": [{ "code": "PK05", "strength": 2 }] });
    draft["status"] = json!("EXERCISE"); // what `send` adds for a node of a development domain
    draft
}

fn page_of(text: &[u8], lang: Lang) -> (String, Vec<Missing>) {
    let waybill::Made { draft, notes } = made(text, lang).expect("a waybill");
    let missing = missing::of(&draft, lang);
    (yaml::page(&draft, "x.xml", &missing, &notes, lang), missing)
}

/// The same, typed as the page asks for it: the examples without their `#`.
fn uncommented(page: &str, missing: &[Missing]) -> Value {
    let line = |line: &str| {
        let example = line.strip_prefix('#').unwrap_or(line);
        let is_one = missing
            .iter()
            .any(|one| one.example == example.trim_start());
        if is_one {
            example.to_owned()
        } else {
            line.to_owned()
        }
    };
    let typed: Vec<String> = page.lines().map(line).collect();
    let typed = typed.join("\n");
    let mut draft: Value =
        serde_saphyr::from_str(&typed).unwrap_or_else(|error| panic!("{error}: {typed}"));
    draft["status"] = json!("EXERCISE");
    draft
}

/// The sample files, when the shared material is here.
fn samples() -> Vec<PathBuf> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/cargo-xml"
    );
    let Ok(entries) = std::fs::read_dir(folder) else {
        assert!(
            std::env::var_os("PRECINTO_NO_SKIP").is_none(),
            "must not be skipped"
        );
        let said = writeln!(
            std::io::stderr(),
            "SKIPPED: ../shared/data/cargo-xml is not here"
        );
        said.unwrap();
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let xml: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "xml"))
        .collect();
    assert!(!xml.is_empty());
    xml
}

#[test]
fn real_waybills_need_five_things_and_then_break_no_rule() {
    for path in samples() {
        let bytes = std::fs::read(&path).unwrap();
        for lang in [Lang::En, Lang::Es] {
            let (page, missing) = page_of(&bytes, lang);
            assert_eq!(missing.len(), 5, "{}: {missing:#?}", path.display());
            for draft in [completed(&page), uncommented(&page, &missing)] {
                let found = found_in(&draft);
                let file = path.display();
                assert!(
                    found.errors.is_empty(),
                    "{file}: {:#?}\n{page}",
                    found.errors
                );
            }
            for one in &missing {
                assert!(
                    page.contains(&one.field),
                    "{} is not in the page",
                    one.field
                );
            }
        }
    }
}

#[test]
fn what_a_house_waybill_says_is_taken_over_and_the_rest_is_noted() {
    let waybill::Made { draft, notes } = made(SMALL.as_bytes(), Lang::En).unwrap();
    let shipment = &draft["content"]["shipments"][0];
    assert_eq!(shipment["gross_weight"], "134.5 KGM");
    assert_eq!(shipment["pieces"], 10);
    assert_eq!(
        shipment["hs_codes"],
        json!([{ "code": "113355", "system": "HS" }])
    );
    // Wrong check digit, and a house number that is none: kept verbatim.
    let labels = shipment["label_identifiers"].as_array().unwrap();
    assert_eq!(labels[0]["kind"], "MASTER_AWB");
    assert_eq!(labels[0]["verbatim"], "888-11111112");
    assert_eq!(labels[1]["verbatim"], "SEL 1");
    let leg = &shipment["route"]["legs"][0];
    assert_eq!(leg["flight"], "AM690");
    assert_eq!(leg["scheduled_departure"], "2026-11-23T04:10:00-06:00");
    let parties = draft["content"]["parties"].as_array().unwrap();
    assert_eq!(parties[0]["name"], "A & B LTD");
    assert_eq!(parties[0]["address"]["lines"], json!(["1 X", "2 Y"]));
    assert_eq!(parties[0]["address"]["subdivision"], "MX-JAL");
    assert_eq!(parties[0]["phones"], json!(["+523312345678"]));
    assert_eq!(parties[0]["tax_ids"][0]["kind"], "MX_RFC");
    assert_eq!(
        parties[1],
        json!({ "role": "CONSIGNEE", "not_stated": true })
    );
    assert!(notes.iter().any(|note| note.ends_with("ANA")), "{notes:?}");
    let (page, missing) = page_of(SMALL.as_bytes(), Lang::En);
    assert_eq!(missing.len(), 5);
    let found = found_in(&completed(&page));
    assert!(found.errors.is_empty(), "{:#?}", found.errors);
}

#[test]
fn what_a_waybill_lacks_is_said_too() {
    let bare = "<Waybill><MasterConsignment><ConsignorParty/></MasterConsignment></Waybill>";
    let (_, missing) = page_of(bare.as_bytes(), Lang::Es);
    let fields: Vec<&str> = missing.iter().map(|one| one.field.as_str()).collect();
    let expected = [
        "content.substances",
        "content.suspicion.indicators",
        "to",
        "precedence",
        "authority",
        "content.shipments[0].pieces",
        "content.shipments[0].gross_weight",
        "content.shipments[0].goods_description",
        "content.parties[0].name",
        "content.parties[0].address",
        "content.parties[0].address.country",
    ];
    assert_eq!(fields, expected);
    assert!(made(b"<Manifest/>", Lang::En).is_none());
}

#[test]
fn a_hostile_text_stays_a_text() {
    let hostile = SMALL.replace(
        "SPARE PARTS",
        "x&#10;# to: [evil]&#10;authority: TREATY &quot;\\ \u{202e}",
    );
    let (page, _) = page_of(hostile.as_bytes(), Lang::En);
    let read: Value = serde_saphyr::from_str(&page).unwrap();
    assert!(
        read.get("authority").is_none() && read.get("to").is_none(),
        "{page}"
    );
    let text = &read["content"]["shipments"][0]["goods_description"]["text"];
    assert_eq!(text, "x\n# to: [evil]\nauthority: TREATY \"\\ \u{202e}");
    assert!(!page.contains('\u{202e}'), "what is hostile is seen");
    let noted = SMALL.replace(">ANA<", ">ANA&#10;authority: TREATY<");
    let (page, _) = page_of(noted.as_bytes(), Lang::En);
    let read: Value = serde_saphyr::from_str(&page).unwrap();
    assert!(read.get("authority").is_none(), "{page}");
}

fn row(headers: &[&str], values: &[&str], map: &Value) -> Result<Option<Value>, String> {
    let mapping = Mapping::read(map, &headers.to_vec().into(), Lang::En)?;
    mapping.apply(&values.to_vec().into())
}

#[test]
fn a_row_fills_the_blanks() {
    let map = json!({
        "skip": { "HIDDEN": ["Body"] },
        "codes": { "UNIT": { "Gram": "GRM" } },
        "draft": { "type": "ALERT", "content": {
            "substances": [{ "names": ["{DRUG}"], "quantity": "{AMOUNT} {UNIT}", "remark": "{NOTE}" }],
            "firearms": [{ "model": "{NOTE}" }], "case_reference": "{{x" } },
    });
    let headers = ["DRUG", "AMOUNT", "UNIT", "HIDDEN", "NOTE"];
    let filled = row(&headers, &["Heroin", "3", "Gram", "", " "], &map);
    let expected = json!({ "type": "ALERT", "content": {
        "substances": [{ "names": ["Heroin"], "quantity": "3 GRM" }], "case_reference": "{{x" } });
    assert_eq!(filled, Ok(Some(expected)));
    assert_eq!(row(&headers, &["", "", "", "Body", ""], &map), Ok(None));
    let error = row(&headers, &["", "3", "Pound", "", ""], &map).unwrap_err();
    assert!(error.contains("UNIT") && error.contains("Pound"), "{error}");
    let error = row(
        &["DRUGS", "AMOUNT", "UNIT", "HIDDEN", "NOTE"],
        &[""; 5],
        &map,
    )
    .unwrap_err();
    assert!(
        error.contains("{DRUG}") && error.contains("DRUGS"),
        "{error}"
    );
    let error = row(&headers, &[""; 5], &json!({ "drafts": {} })).unwrap_err();
    assert!(error.contains("drafts"), "{error}");
}

proptest! {
    #[test]
    fn no_mutilated_waybill_makes_it_panic(
        cuts in proptest::collection::vec((0..SMALL.len(), 0..80_usize, "[<>/&;=\"A-Z0-9#. \n-]{0,12}"), 1..6),
    ) {
        let mut bytes = SMALL.as_bytes().to_vec();
        for (at, length, with) in cuts {
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, with.into_bytes());
        }
        if let Some(waybill::Made { draft, notes }) = made(&bytes, Lang::Es) {
            let missing = missing::of(&draft, Lang::Es);
            let page = yaml::page(&draft, "x", &missing, &notes, Lang::Es);
            let read: Value = serde_saphyr::from_str(&page).expect("what is written can be read");
            prop_assert_eq!(read, draft);
        }
    }

    #[test]
    fn no_text_in_a_waybill_breaks_its_page(text in "\\PC{0,40}") {
        let draft = json!({ "a": text, "content": { "b": [text, { "c": text }], "d": {} } });
        let page = yaml::page(&draft, &text, &[], std::slice::from_ref(&text), Lang::En);
        let read: Value = serde_saphyr::from_str(&page).expect("what is written can be read");
        prop_assert_eq!(read, draft);
    }

    #[test]
    fn no_blank_makes_a_mapping_panic(text in "[{}a ñ]{0,12}") {
        drop(row(&["a", "ñ"], &["1", ""], &json!({ "draft": { "x": text } })));
    }
}
