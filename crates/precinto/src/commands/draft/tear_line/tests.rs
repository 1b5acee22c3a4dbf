//! Nothing goes into an extract that the tables do not let go, and what goes is an alert without a mistake.

use super::*;
use crate::commands::send::found_in;
use crate::draft::{Draft, content_descriptor, content_json, statement_descriptor};
use precinto_alert::content::media_type;
use prost::Message as _;
use prost_reflect::{Kind, MessageDescriptor};

const NOW_MS: u64 = 1_795_000_000_000;

fn content_of_alerts() -> MessageDescriptor {
    content_descriptor(media_type(MessageType::Alert)).expect("alerts have content")
}

/// Every place of a message, to its last field, each with what a table says of it or of what it is in.
fn leaves(of: &MessageDescriptor, path: &str, visit: &mut impl FnMut(&str)) {
    for field in of.fields() {
        let place = match path {
            "" => field.name().to_owned(),
            path => format!("{path}.{}", field.name()),
        };
        match field.kind() {
            Kind::Message(inner) => leaves(&inner, &place, visit),
            _ => visit(&place),
        }
    }
}

fn is_in(place: &str, path: &str) -> bool {
    let rest = place.strip_prefix(path);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[test]
fn every_field_is_kept_or_left_out_for_a_reason() {
    for (fields, of) in [
        (OF_STATEMENT, statement_descriptor()),
        (OF_CONTENT, content_of_alerts()),
    ] {
        let left = fields.left.iter().map(|(path, _)| *path);
        let all: Vec<&str> = fields.kept.iter().copied().chain(left).collect();
        let mut met = vec![0; all.len()];
        leaves(&of, "", &mut |place| {
            let hits = (0..all.len()).filter(|at| is_in(place, all[*at]));
            let hits: Vec<usize> = hits.collect();
            assert_eq!(hits.len(), 1, "{place} stands once in the tables");
            met[hits[0]] += 1;
        });
        for (path, met) in all.iter().zip(met) {
            assert!(met > 0, "the contract has no {path}");
        }
    }
}

/// A message that says everything: each text is its own place.
fn whole(of: &MessageDescriptor, path: &str) -> Value {
    let fields = of.fields().map(|field| {
        let place = match path {
            "" => field.name().to_owned(),
            path => format!("{path}.{}", field.name()),
        };
        let one = match field.kind() {
            Kind::Message(inner) => whole(&inner, &place),
            _ => Value::String(place),
        };
        let value = if field.is_list() {
            json!([one.clone(), one])
        } else {
            one
        };
        (field.name().to_owned(), value)
    });
    Value::Object(fields.collect())
}

fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, into)),
        _ => {}
    }
}

#[test]
fn what_is_not_listed_stays_out_wherever_it_stands() {
    let nobody = Names::default();
    for (fields, of) in [
        (OF_STATEMENT, statement_descriptor()),
        (OF_CONTENT, content_of_alerts()),
    ] {
        let mut message = whole(&of, "");
        message["of_a_newer_version"] = json!("of_a_newer_version");
        let mut cut = Cut::new(fields, &nobody);
        let kept = Value::Object(cut.of(message));
        let (mut said, mut expected) = (Vec::new(), Vec::new());
        texts(&kept, &mut said);
        said.sort_unstable();
        said.dedup();
        leaves(&of, "", &mut |place| {
            if fields.kept.iter().any(|path| is_in(place, path)) {
                expected.push(place.to_owned());
            }
        });
        expected.sort_unstable();
        assert_eq!(said, expected);
        let told = cut.left("", Lang::En);
        let told = |path: &str| told.iter().any(|note| note.starts_with(path));
        assert!(told("of_a_newer_version: "));
        for (path, why) in fields.left {
            assert_eq!(told(path), *why != Why::Own, "{path}");
        }
    }
}

/// A sample, sent: statement and content as the own copy holds them.
fn sent(sample: &str) -> (Value, Value) {
    let path = format!("{}/samples/{sample}.yaml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("a sample");
    let draft = Draft::parse_file(path.as_ref(), &text).expect("YAML");
    let draft = Draft::read(&draft, NOW_MS).expect("a draft");
    let (media_type, bytes) = draft.content.expect("content");
    (
        statement_json(&draft.statement.encode_to_vec()),
        content_json(&media_type, &bytes),
    )
}

fn alert() -> AlertId {
    // Not the id that a draft without one gets here.
    "US-CBPLAX-2026-000002T".parse().unwrap()
}

fn made(newest: (Value, Value), story: Story<'_>) -> Result<Extract, Failure> {
    made_of(newest, &[], story)
}

/// Of the newest version, with what is here of the contents of older ones.
fn made_of(
    (statement, content): (Value, Value),
    older: &[Option<Value>],
    story: Story<'_>,
) -> Result<Extract, Failure> {
    let alert = alert();
    let contents = older.iter().cloned().chain([Some(content.clone())]);
    let (names, unread) = named(contents);
    let whole = Whole {
        alert: &alert,
        message_id: "0192f0c1-7a2b-7c3d-8e4f-0123456789ab".parse().unwrap(),
        statement,
        content,
        names,
        unread,
    };
    extract(whole, story, NOW_MS, Lang::En)
}

const SAMPLES: [&str; 4] = [
    "precursor-us-mx",
    "drug-mx-us",
    "firearm-us-mx",
    "fuel-mx-us",
];

#[test]
fn the_extract_of_every_sample_is_an_alert_without_a_mistake() {
    for sample in SAMPLES {
        let (statement, content) = sent(sample);
        let mut parties = Vec::new();
        for party in content["parties"].as_array().expect("parties") {
            texts(&party["name"], &mut parties);
        }
        assert!(!parties.is_empty(), "{sample} names somebody");
        let precedence = statement["precedence"].clone();
        let Extract { mut draft, notes } =
            made((statement, content.clone()), Story::Untold).unwrap();
        let page = draft.to_string();
        for name in &parties {
            assert!(!page.contains(name.as_str()), "{sample}: {name}");
        }
        for field in ["content.parties", "recipients", "content.narrative"] {
            assert!(
                notes.iter().any(|note| note.starts_with(field)),
                "{notes:?}"
            );
        }
        assert_eq!(draft["handling"]["tear_line"], true);
        assert_eq!(draft["precedence"], precedence);
        assert_eq!(draft["linked_alerts"], json!(["US-CBPLAX-2026-000002T"]));
        for path in ["/shipments/0/pieces", "/suspicion/indicators/0/code"] {
            let path = |of: &Value| of.pointer(path).cloned();
            assert!(path(&content).is_some());
            assert_eq!(path(&draft["content"]), path(&content), "{sample}");
        }
        let missing = missing::of(&draft, Lang::En);
        let missing: Vec<&str> = missing.iter().map(|one| one.field.as_str()).collect();
        assert_eq!(missing, ["to"], "{sample}");
        draft["to"] = json!(["mx.dev.invalid/fgr"]);
        let found = found_in(&draft);
        assert!(found.errors.is_empty(), "{sample}: {:#?}", found.errors);
    }
}

#[test]
fn what_names_a_party_stays_out_although_it_may_go() {
    let (statement, mut content) = sent("precursor-us-mx");
    content["shipments"][0]["goods_description"]["text"] =
        json!("Samples for COMERCIALIZADORA EJERCICIO, nail care");
    content["substances"][0]["names"][1]["text"] = json!("of Exercise Pacific Trading");
    let Extract { draft, notes } = made((statement, content), Story::Untold).unwrap();
    let shipment = &draft["content"]["shipments"][0];
    assert!(shipment.get("goods_description").is_none(), "{shipment}");
    assert_eq!(
        draft["content"]["substances"][0]["names"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    for field in [
        "content.shipments.goods_description",
        "content.substances.names",
    ] {
        let why = Why::Named.note(field, 1, Lang::En);
        assert!(notes.contains(&why), "{notes:?}");
    }
    let missing = missing::of(&draft, Lang::En);
    assert!(
        missing
            .iter()
            .any(|one| one.field.ends_with("goods_description"))
    );
}

/// The texts that are no words, but codes, numbers and quantities; whatever else an extract takes along is looked through for names.
#[rustfmt::skip]
const CODED: [&str; 77] = [
    "shipments.master_awb", "shipments.airline_prefix", "shipments.house_awbs",
    "shipments.postal_item_id", "shipments.postal_receptacle_id", "shipments.dispatch_id",
    "shipments.courier_tracking.carrier", "shipments.courier_tracking.number", "shipments.uld_ids",
    "shipments.container_ids", "shipments.gross_weight.value", "shipments.gross_weight.unit",
    "shipments.volume.value", "shipments.volume.unit", "shipments.volume_temperature.value",
    "shipments.volume_temperature.unit", "shipments.goods_description.language", "shipments.hs_codes.code",
    "shipments.declared_value.amount", "shipments.declared_value.currency", "shipments.incoterm",
    "shipments.payment", "shipments.dangerous_goods.un_number", "shipments.dangerous_goods.hazard_class",
    "shipments.dangerous_goods.packing_group", "shipments.dangerous_goods.quantity.value", "shipments.dangerous_goods.quantity.unit",
    "shipments.special_handling", "shipments.route.legs.carrier", "shipments.route.legs.departure.airport",
    "shipments.route.legs.departure.locode", "shipments.route.legs.departure.country", "shipments.route.legs.departure.subdivision",
    "shipments.route.legs.arrival.airport", "shipments.route.legs.arrival.locode", "shipments.route.legs.arrival.country",
    "shipments.route.legs.arrival.subdivision", "shipments.route.origin.airport", "shipments.route.origin.locode",
    "shipments.route.origin.country", "shipments.route.origin.subdivision", "shipments.route.destination.airport",
    "shipments.route.destination.locode", "shipments.route.destination.country", "shipments.route.destination.subdivision",
    "shipments.route.customs_offices.country", "shipments.route.customs_offices.code", "substances.cas_number",
    "substances.dea_code", "substances.mx_list", "substances.names.language",
    "substances.hs_code", "substances.un_number", "substances.quantity.value",
    "substances.quantity.unit", "substances.purity_percent", "firearms.calibre",
    "firearms.action", "firearms.serial_verbatim", "firearms.serial_normalised",
    "firearms.country_of_manufacture", "firearms.ammunition.calibre", "firearms.hs_code",
    "firearms.un_number", "fuels.hs_code", "fuels.un_number",
    "fuels.volume.value", "fuels.volume.unit", "fuels.density_kg_m3",
    "fuels.temperature.value", "fuels.temperature.unit", "fuels.carta_porte_id",
    "fuels.pedimento", "fuels.bill_of_lading", "suspicion.risk_score.value",
    "suspicion.risk_score.model_version", "use_limits.language",
];

#[test]
fn whatever_is_typed_is_looked_through_for_names_and_pointed_out() {
    let of = content_of_alerts();
    let mut texts = Vec::new();
    texts_of(&of, "", &mut texts);
    let goes = |place: &String| OF_CONTENT.kept.iter().any(|path| is_in(place, path));
    let (typed, kept): (Vec<String>, Vec<String>) = texts
        .into_iter()
        .filter(|place| goes(place) || OF_CONTENT.typed.contains(&place.as_str()))
        .partition(|place| OF_CONTENT.typed.contains(&place.as_str()));
    assert_eq!(kept, CODED, "is it typed in free words?");
    assert_eq!(typed.len(), OF_CONTENT.typed.len(), "{typed:?}");

    let message = whole(&of, "");
    let nobody = Names::default();
    let mut cut = Cut::new(OF_CONTENT, &nobody);
    cut.keep("narrative");
    drop(cut.of(message.clone()));
    let told = cut.along("content.", Lang::En).expect("a note");
    let (told, _) = told.split_once(": ").unwrap();
    let mut all: Vec<String> = typed.iter().map(|path| format!("content.{path}")).collect();
    all.sort_unstable();
    assert_eq!(told.split(", ").collect::<Vec<_>>(), all);

    // Here each text is its own place: one party for each is called so.
    for (place, is_looked_through) in kept
        .iter()
        .map(|place| (place, false))
        .chain(typed.iter().map(|place| (place, true)))
    {
        let names = Names::of(&json!([{ "role": "CONSIGNEE", "name": place }]));
        let mut cut = Cut::new(OF_CONTENT, &names);
        cut.keep("narrative");
        drop(cut.of(message.clone()));
        let is_named = cut.left("", Lang::En).iter().any(|note| {
            let (field, why) = note
                .split_once(" (2): ")
                .or_else(|| note.split_once(": "))
                .unwrap();
            why == "it names a party of the alert" && is_in(place, field.split(' ').next().unwrap())
        });
        assert_eq!(is_named, is_looked_through, "{place}");
    }
}

/// The places of all texts of a message that are no code of the contract.
fn texts_of(of: &MessageDescriptor, path: &str, into: &mut Vec<String>) {
    for field in of.fields() {
        let place = match path {
            "" => field.name().to_owned(),
            path => format!("{path}.{}", field.name()),
        };
        match field.kind() {
            Kind::Message(inner) => texts_of(&inner, &place, into),
            Kind::String => into.push(place),
            _ => {}
        }
    }
}

#[test]
fn a_carriers_name_does_not_take_the_number_with_it() {
    let (statement, mut content) = sent("firearm-us-mx");
    let carrier = json!({ "role": "CARRIER", "name": "FedEx" });
    let shipper = json!({ "role": "SHIPPER", "name": "Estafeta" });
    content["parties"]
        .as_array_mut()
        .unwrap()
        .extend([carrier, shipper]);
    content["shipments"][0]["courier_tracking"] = json!([
        { "carrier": "FEDEX", "number": "449044304137821" },
        { "carrier": "ESTAFETA", "number": "1234567890" },
    ]);
    let courier = content["shipments"][0]["courier_tracking"].clone();
    let Extract { draft, .. } = made((statement, content), Story::Untold).unwrap();
    assert_eq!(
        draft["content"]["shipments"][0]["courier_tracking"],
        courier
    );
}

#[test]
fn whom_an_older_version_named_stays_out_too() {
    let (statement, older) = sent("precursor-us-mx");
    let mut content = older.clone();
    for party in content["parties"].as_array_mut().unwrap() {
        party["name"] = json!("Somebody Else Altogether");
    }
    content["shipments"][0]["goods_description"]["text"] =
        json!("Samples for Comercializadora Ejercicio");
    let newest = || (statement.clone(), content.clone());
    let goes = |older: &[Option<Value>]| {
        let Extract { draft, notes } = made_of(newest(), older, Story::Untold).unwrap();
        let goes = draft["content"]["shipments"][0].get("goods_description");
        let unread = notes.iter().any(|note| note.starts_with("versions"));
        (goes.is_some(), unread)
    };
    assert_eq!(goes(&[]), (true, false));
    assert_eq!(goes(&[Some(older)]), (false, false));
    assert_eq!(goes(&[None]), (true, true));
}

#[test]
fn the_story_is_told_only_in_words_that_somebody_answers_for() {
    let told = |story, change: &dyn Fn(&mut Value)| {
        let (statement, mut content) = sent("precursor-us-mx");
        change(&mut content);
        made((statement, content), story)
    };
    let as_it_is = |_: &mut Value| {};
    let kept = told(Story::Kept, &as_it_is).unwrap();
    assert_eq!(
        kept.draft["content"]["narrative"].as_array().unwrap().len(),
        2
    );
    let kept = told(Story::Kept, &|content| {
        content["narrative"][0]["text"] = json!("Sent by Exercise Pacific Trading.");
    });
    let kept = kept.unwrap();
    assert_eq!(
        kept.draft["content"]["narrative"].as_array().unwrap().len(),
        1
    );
    assert!(
        kept.notes
            .contains(&Why::Named.note("content.narrative", 1, Lang::En))
    );
    let typed = told(Story::Told("Blue drums."), &as_it_is).unwrap();
    assert_eq!(
        typed.draft["content"]["narrative"],
        json!([{ "language": "en-US", "text": "Blue drums." }])
    );
    assert!(!typed.notes.iter().any(|note| note.contains("narrative")));
    let named = told(Story::Told("For Comercializadora Ejercicio"), &as_it_is);
    assert_eq!(
        named.err().and_then(|failure| failure.reason),
        Some(Reason::NominalData)
    );
}

#[test]
fn what_limits_its_use_follows_and_what_is_past_or_for_others_does_not() {
    let (mut statement, content) = sent("precursor-us-mx");
    let handling = &mut statement["handling"];
    handling["tlp"] = json!("RED");
    handling["criminal_intelligence"] = json!(true);
    handling["review_by_ms"] = json!(NOW_MS + 1);
    statement["last_action_ms"] = json!(NOW_MS - 1);
    statement["expires_ms"] = json!(NOW_MS + 3_600_000);
    let Extract { draft, notes } = made((statement, content), Story::Untold).unwrap();
    assert_eq!(
        draft["handling"],
        json!({ "marks": ["US:LES"], "use_code": "H1", "do_not_alert_subject": true, "tear_line": true })
    );
    assert!(draft.get("last_action").is_none() && draft.get("last_action_ms").is_none());
    assert_eq!(draft["expires"], clock::rfc3339_ms(NOW_MS + 3_600_000));
    for left in [
        "handling.tlp: ",
        "handling.releasable_to (2): ",
        "handling.criminal_intelligence: ",
        "last_action: ",
        "actions (3): ",
    ] {
        assert!(
            notes.iter().any(|note| note.starts_with(left)),
            "{left}{notes:?}"
        );
    }
}
