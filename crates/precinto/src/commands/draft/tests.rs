//! Real waybills and a table become drafts that lack five things at most; nothing that a file says makes this panic.

use super::*;
use crate::commands::send::found_in;
use crate::skipped::shared;
use proptest::prelude::*;
use serde_json::json;
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

fn read(text: &[u8], lang: Lang) -> Option<Waybill> {
    waybill::read(&xml::read(text).ok()?, text, lang)
}

fn made(text: &[u8], lang: Lang) -> Option<Made> {
    let waybill = read(text, lang)?;
    consolidation::draft(vec![("x.xml".to_owned(), waybill)], lang).ok()
}

/// One draft of several files.
fn joined(texts: &[&[u8]]) -> Result<Made, String> {
    let waybills = (1..).zip(texts).map(|(number, text)| {
        let waybill = read(text, Lang::En).expect("a waybill");
        (format!("{number}.xml"), waybill)
    });
    consolidation::draft(waybills.collect(), Lang::En)
}

/// The air waybill that [`SMALL`] belongs to, its check digit as wrong as there.
const AIR: &str = r#"<Waybill><MessageHeaderDocument><TypeCode>741</TypeCode></MessageHeaderDocument>
  <BusinessHeaderDocument><ID>888 11111112</ID></BusinessHeaderDocument>
  <MasterConsignment><IncludedTareGrossWeightMeasure unitCode="KGM">1042.0</IncludedTareGrossWeightMeasure>
    <TotalPieceQuantity>3</TotalPieceQuantity>
    <ConsignorParty><Name>FORWARDER</Name><PostalStructuredAddress><CityName>GUADALAJARA</CityName><CountryID>MX</CountryID>
      </PostalStructuredAddress></ConsignorParty>
    <OriginLocation><ID>GDL</ID></OriginLocation><FinalDestinationLocation><ID>LAX</ID></FinalDestinationLocation>
    <ApplicableRating><IncludedMasterConsignmentItem><NatureIdentificationTransportCargo>
      <Identification>CONSOLIDATION AS PER MANIFEST</Identification></NatureIdentificationTransportCargo>
    </IncludedMasterConsignmentItem></ApplicableRating></MasterConsignment></Waybill>"#;

/// [`SMALL`] under a number that is one.
fn house(number: &str) -> String {
    SMALL.replace("<ID>sel 1</ID>", &format!("<ID>{number}</ID>"))
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
    let Made { draft, notes } = made(text, lang).expect("a waybill");
    let missing = missing::of(&draft, lang);
    (
        yaml::page(&draft, "x.xml", &missing, &notes, None, lang),
        missing,
    )
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
    let Some(folder) = shared("data/cargo-xml") else {
        return Vec::new();
    };
    let entries = std::fs::read_dir(folder).unwrap();
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
fn the_real_house_waybill_joins_its_air_waybill() {
    let files: Vec<Vec<u8>> = samples()
        .iter()
        .filter(|path| !path.ends_with("888-11111111_XFWB_ACAS_US.xml"))
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    let [one, other] = files.as_slice() else {
        return; // said to be skipped
    };
    let Made { draft, notes } = joined(&[one, other]).expect("a consolidation");
    let missing = missing::of(&draft, Lang::En);
    assert_eq!(missing.len(), 5, "{missing:#?}");
    let page = yaml::page(&draft, "both", &missing, &notes, None, Lang::En);
    let found = found_in(&completed(&page));
    assert!(found.errors.is_empty(), "{:#?}\n{page}", found.errors);
    let told = "ICN, FRA, 59, 2217 KGM; the air waybill says ORK, PVG, 3, 1042 KGM";
    assert!(notes.iter().any(|note| note.contains(told)), "{notes:#?}");
}

#[test]
fn what_a_house_waybill_says_is_taken_over_and_the_rest_is_noted() {
    let Made { draft, notes } = made(SMALL.as_bytes(), Lang::En).unwrap();
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
fn an_air_waybill_and_its_house_waybills_are_one_consolidation() {
    let (one, two) = (house("SEL1"), house("SEL2"));
    // In whatever order they are given, the whole comes first.
    let Made { draft, notes } =
        joined(&[one.as_bytes(), AIR.as_bytes(), two.as_bytes()]).expect("a consolidation");
    let shipments = draft["content"]["shipments"].as_array().unwrap();
    assert_eq!(shipments.len(), 3);
    assert_eq!(shipments[0]["awb_kind"], "CONSOLIDATION");
    assert_eq!(shipments[0]["house_awbs"], json!(["SEL1", "SEL2"]));
    assert_eq!(shipments[0]["gross_weight"], "1042 KGM");
    assert_eq!(shipments[2]["awb_kind"], "HOUSE");
    assert_eq!(shipments[2]["house_awbs"], json!(["SEL2"]));
    assert_eq!(shipments[2]["gross_weight"], "134.5 KGM");
    let parties = draft["content"]["parties"].as_array().unwrap();
    let of = |role: &str| -> Vec<&Value> {
        let of_role = parties.iter().filter(|party| party["role"] == role);
        of_role.map(|party| &party["shipments"]).collect()
    };
    assert_eq!(of("SHIPPER"), [&json!([1]), &json!([2, 3])]);
    assert_eq!(of("CONSIGNEE"), [&json!([1, 2, 3])], "stated by none");
    assert_eq!(draft["content"]["attachments"].as_array().unwrap().len(), 3);
    assert!(
        notes.iter().any(|note| note.contains("SEL1, SEL2")),
        "{notes:?}"
    );
    let missing = missing::of(&draft, Lang::En);
    assert_eq!(missing.len(), 5, "{missing:#?}");
    let page = yaml::page(&draft, "1.xml, 2.xml", &missing, &notes, None, Lang::En);
    let found = found_in(&completed(&page));
    assert!(found.errors.is_empty(), "{:#?}", found.errors);
}

#[test]
fn what_a_house_waybill_says_of_the_whole_is_compared() {
    let whole = "<MasterConsignment><IncludedTareGrossWeightMeasure unitCode=\"KGM\">2217.0</IncludedTareGrossWeightMeasure>
        <TotalPieceQuantity>3</TotalPieceQuantity><FinalDestinationLocation><ID>FRA</ID></FinalDestinationLocation>";
    let other = house("SEL1").replace("<MasterConsignment>", whole);
    let Made { notes, .. } = joined(&[AIR.as_bytes(), other.as_bytes()]).unwrap();
    let note = "2.xml: the house waybill describes its air waybill otherwise: FRA, 2217 KGM; the air waybill says LAX, 1042 KGM";
    assert!(notes.iter().any(|one| one == note), "{notes:#?}");
}

#[test]
fn what_does_not_belong_together_is_not_joined() {
    let (one, two) = (house("SEL1"), house("SEL2"));
    let foreign = one.replace("888-11111112", "020-12345675");
    let homeless = one.replace("888-11111112", "");
    let wrong = [
        (
            vec![AIR, foreign.as_str()],
            "2.xml: it belongs to the air waybill 02012345675",
        ),
        (vec![AIR, homeless.as_str()], "2.xml: it does not say"),
        (vec![AIR, two.as_str(), AIR], "3.xml: a second air waybill"),
        (
            vec![one.as_str(), two.as_str(), one.as_str()],
            "3.xml: the same house waybill twice",
        ),
        (
            [vec![AIR], vec![one.as_str(); 16]].concat(),
            "an air waybill and 15 house waybills",
        ),
    ];
    for (texts, expected) in wrong {
        let texts: Vec<&[u8]> = texts.into_iter().map(str::as_bytes).collect();
        let error = joined(&texts).expect_err(expected);
        assert!(error.contains(expected), "{error}");
    }
    // Houses of one air waybill that is not at hand are drafted, and that it is not is said.
    let Made { draft, notes } = joined(&[one.as_bytes(), two.as_bytes()]).unwrap();
    assert_eq!(draft["content"]["shipments"][0]["awb_kind"], "HOUSE");
    assert!(
        notes.iter().any(|note| note.contains("not given")),
        "{notes:?}"
    );
}

#[test]
fn as_many_parties_as_an_alert_holds_and_no_more() {
    let noted = "</ConsignorParty><FreightForwarderParty><Name>AGENT</Name></FreightForwarderParty>
        <AssociatedParty><RoleCode>NI</RoleCode><Name>NOTIFIED</Name></AssociatedParty>
        <ConsigneeParty><Name>REPAIR</Name></ConsigneeParty>
        <IncludedCustomsNote><ContentCode>AN</ContentCode><Content>HOLDER</Content><SubjectCode>CUS</SubjectCode></IncludedCustomsNote>";
    let texts: Vec<String> = (1..=15)
        .map(|number| {
            let text = house(&format!("SEL{number}")).replace("</ConsignorParty>", noted);
            let own = |name: &str| format!("<Name>{name} {number}</Name>");
            ["AGENT", "NOTIFIED", "REPAIR"]
                .iter()
                .fold(text, |text, name| {
                    text.replace(&format!("<Name>{name}</Name>"), &own(name))
                })
        })
        .map(|text| text.replace("A &amp; B", &text.len().to_string()))
        .collect();
    let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
    let Made { draft, notes } = joined(&[&[AIR.as_bytes()], texts.as_slice()].concat()).unwrap();
    let parties = draft["content"]["parties"].as_array().unwrap();
    assert!(parties.len() <= 64, "{}", parties.len());
    let consignees = parties.iter().filter(|party| party["role"] == "CONSIGNEE");
    assert_eq!(consignees.count(), 16);
    let left_out = notes
        .iter()
        .filter(|note| note.contains("a party too many"));
    assert_eq!(left_out.count() + parties.len(), 2 + 3 * 15 + 2 + 1);
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
        if let Some(Made { draft, notes }) = made(&bytes, Lang::Es) {
            let missing = missing::of(&draft, Lang::Es);
            let page = yaml::page(&draft, "x", &missing, &notes, None, Lang::Es);
            let read: Value = serde_saphyr::from_str(&page).expect("what is written can be read");
            prop_assert_eq!(read, draft);
        }
    }

    #[test]
    fn no_mutilated_house_waybill_makes_a_consolidation_panic(
        at in 0..SMALL.len(), length in 0..80_usize, with in "[<>/&;=\"A-Z0-9#. \n-]{0,12}",
    ) {
        let mut bytes = house("SEL1").into_bytes();
        let end = (at + length).min(bytes.len());
        bytes.splice(at.min(end)..end, with.into_bytes());
        if read(&bytes, Lang::En).is_some() && let Ok(Made { draft, notes }) = joined(&[AIR.as_bytes(), &bytes]) {
            let page = yaml::page(&draft, "x", &missing::of(&draft, Lang::En), &notes, None, Lang::En);
            let read: Value = serde_saphyr::from_str(&page).expect("what is written can be read");
            prop_assert_eq!(read, draft);
        }
    }

    #[test]
    fn no_text_in_a_waybill_breaks_its_page(text in "\\PC{0,40}") {
        let draft = json!({ "a": text, "content": { "b": [text, { "c": text }], "d": {} } });
        let page = yaml::page(&draft, &text, &[], std::slice::from_ref(&text), None, Lang::En);
        let read: Value = serde_saphyr::from_str(&page).expect("what is written can be read");
        prop_assert_eq!(read, draft);
    }

    #[test]
    fn no_blank_makes_a_mapping_panic(text in "[{}a ñ]{0,12}") {
        drop(row(&["a", "ñ"], &["1", ""], &json!({ "draft": { "x": text } })));
    }
}
