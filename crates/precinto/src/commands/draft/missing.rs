//! What an alert needs and a draft does not say yet: five things that no waybill knows, and what a waybill or a row may
//! lack.

use crate::output::Lang;
use precinto_alert::content::BLOCKS;
use serde::Serialize;
use serde_json::Value;

/// One thing that a person must still type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Missing {
    /// Its place in the draft.
    pub(super) field: String,
    /// What it is.
    pub(super) what: String,
    /// How it could look, in YAML.
    pub(super) example: &'static str,
}

/// A thing that is needed: one of `places` is enough; the first is where the example goes.
struct Needed {
    places: &'static [&'static str],
    what: (&'static str, &'static str),
    example: &'static str,
}

/// In the order in which a person thinks of them.
const NEEDED: [Needed; 6] = [
    Needed {
        places: &BLOCKS,
        what: (
            "what is suspected: substances, firearms or fuels",
            "qué se sospecha: sustancias, armas de fuego o combustibles",
        ),
        example: "substances: [{ substance_class: DRUG }]",
    },
    Needed {
        places: &["suspicion.indicators", "narrative"],
        what: (
            "why: risk indicators with their strength 1 to 3, or a narrative",
            "por qué: indicadores de riesgo con su fuerza de 1 a 3, o un relato",
        ),
        example: "suspicion: { indicators: [{ code: PK05, strength: 2 }] }",
    },
    Needed {
        places: &["to"],
        what: ("whom to tell", "a quién se avisa"),
        example: "to: [mx.dev.invalid/anam]",
    },
    Needed {
        places: &["precedence"],
        what: (
            "how fast people must answer: P1 (departs within 4 h), P2 (today), P3 (days), P4 (pattern)",
            "con qué prontitud hay que responder: P1 (sale en menos de 4 h), P2 (hoy), P3 (días), P4 (patrón)",
        ),
        example: "precedence: P2",
    },
    Needed {
        places: &["authority"],
        what: (
            "the legal basis: TREATY, NATIONAL_LAW or CUSTOMS_AGREEMENT",
            "el fundamento legal: TREATY, NATIONAL_LAW o CUSTOMS_AGREEMENT",
        ),
        example: "authority: CUSTOMS_AGREEMENT",
    },
    Needed {
        places: &["protected_bag"],
        what: (
            "whether it is a protected bag: NONE, CONSULAR or DIPLOMATIC",
            "si es una valija protegida: NONE, CONSULAR o DIPLOMATIC",
        ),
        example: "protected_bag: NONE",
    },
];

/// What every shipment of an alert says.
const OF_A_SHIPMENT: [(&str, (&str, &str), &str); 3] = [
    (
        "pieces",
        ("number of pieces", "número de bultos"),
        "pieces: 1",
    ),
    (
        "gross_weight",
        ("gross weight with its unit", "peso bruto con su unidad"),
        "gross_weight: 12.5 KGM",
    ),
    (
        "goods_description",
        (
            "what the goods are said to be",
            "qué se declara como mercancía",
        ),
        "goods_description: { language: en, text: … }",
    ),
];

/// Who every shipment is from and for.
const WHO: [(&str, (&str, &str), &str); 2] = [
    (
        "SHIPPER",
        (
            "a party with the role SHIPPER, or one with not_stated",
            "una parte con el papel SHIPPER, o una con not_stated",
        ),
        "parties: [{ role: SHIPPER, not_stated: true }]",
    ),
    (
        "CONSIGNEE",
        (
            "a party with the role CONSIGNEE, or one with not_stated",
            "una parte con el papel CONSIGNEE, o una con not_stated",
        ),
        "parties: [{ role: CONSIGNEE, not_stated: true }]",
    ),
];

/// What a shipper and a consignee are named by, or `not_stated`.
const OF_A_PARTY: [(&str, (&str, &str), &str); 3] = [
    ("name", ("its name", "su nombre"), "name: …"),
    (
        "address",
        (
            "a line or a city of its address",
            "una línea o la ciudad de su domicilio",
        ),
        "address: { lines: […], country: MX }",
    ),
    (
        "address.country",
        ("the country of its address", "el país de su domicilio"),
        "address: { country: MX }",
    ),
];

/// Everything that `draft` still lacks. Empty when all of it is there, right or wrong: that is `send`'s to judge.
pub(super) fn of(draft: &Value, lang: Lang) -> Vec<Missing> {
    let content = draft.get("content").unwrap_or(&Value::Null);
    let mut missing = Vec::new();
    for needed in &NEEDED {
        let said = |place: &&str| says(draft, place) || says(content, place);
        if !needed.places.iter().any(said) {
            let place = needed.places.first().copied().unwrap_or_default();
            let of_content = needed.places.len() > 1;
            let before = if of_content { "content." } else { "" };
            missing.push(Missing {
                field: format!("{before}{place}"),
                what: lang.pick(needed.what.0, needed.what.1).to_owned(),
                example: needed.example,
            });
        }
    }
    let mut lacks = |field: String, what: (&str, &str), example| {
        let what = lang.pick(what.0, what.1).to_owned();
        missing.push(Missing {
            field,
            what,
            example,
        });
    };
    for (index, shipment) in items(content, "shipments").enumerate() {
        for (name, what, example) in OF_A_SHIPMENT {
            if !says(shipment, name) {
                lacks(format!("content.shipments[{index}].{name}"), what, example);
            }
        }
    }
    // An extract that names nobody has no parties, and must not.
    let names_nobody = says(draft, "handling.tear_line");
    for (role, what, example) in WHO.into_iter().filter(|_| !names_nobody) {
        let is = |party: &Value| party.get("role").and_then(Value::as_str) == Some(role);
        let shipped = says(content, "shipments");
        if shipped && !items(content, "parties").any(is) {
            lacks("content.parties[]".to_owned(), what, example);
        }
    }
    for (index, party) in items(content, "parties").enumerate() {
        let role = party
            .get("role")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let named = ["SHIPPER", "CONSIGNEE"].contains(&role);
        if !named || says(party, "not_stated") {
            continue;
        }
        let reachable = says(party, "address.lines") || says(party, "address.city");
        for (name, what, example) in OF_A_PARTY {
            let said = if name == "address" {
                reachable
            } else {
                says(party, name)
            };
            if !said {
                lacks(format!("content.parties[{index}].{name}"), what, example);
            }
        }
    }
    missing
}

fn items<'a>(of: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Whether something stands at a path of names.
fn says(value: &Value, path: &str) -> bool {
    let found = path
        .split('.')
        .try_fold(value, |inside, name| inside.get(name));
    match found {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(fields)) => !fields.is_empty(),
        Some(_) => true,
    }
}
