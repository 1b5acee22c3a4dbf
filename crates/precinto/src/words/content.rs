//! The content of a message as labelled rows: of an alert in the order in which a desk works, of any other type by a table.

use super::goods::{self, place_of, speaks};
use super::{Label, array, clock_time, labelled, quantity, text_of, texts_of, words_of};
use crate::output::Lang;
use precinto_alert::code::{
    ActionCode, ActionVerdict, Confidence, IndicatorCode, ScreeningMethod, SeizureForm,
    VerdictGround,
};
use serde_json::Value;

/// Labelled rows.
pub(crate) type Rows = Vec<(Label, String)>;

/// What an alert says: the shipment, its route and its goods first, then why, then who.
pub(crate) fn of_alert(content: &Value, lang: Lang) -> Rows {
    let mut rows = Rows::new();
    for shipment in array(content, "shipments") {
        rows.push((("shipment", "envío"), goods::identifiers(shipment, lang)));
        let declared = goods::declared(shipment, lang);
        rows.push((("declared as", "declarado"), declared));
        let legs = goods::legs(shipment).into_iter();
        rows.extend(legs.map(|leg| (("route", "ruta"), leg)));
    }
    rows.extend(subjects(content, ("suspected", "sospecha"), lang));
    let because = because(content, lang).into_iter();
    rows.extend(because.map(|one| (("because", "porque"), one)));
    let stories = narrative(content, lang).into_iter();
    rows.extend(stories.map(|one| (("story", "relato"), one)));
    let parties = array(content, "parties").map(|one| goods::party(one, lang));
    rows.extend(parties.map(|one| (("parties", "partes"), one)));
    rows.extend(of_table(content, ALERT, lang));
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

/// What any other message says.
pub(crate) fn of_reply(content: &Value, lang: Lang) -> Rows {
    let mut rows = of_table(content, REPLY, lang);
    rows.extend(subjects(content, ("found", "hallado"), lang));
    let numbered = [
        ("questions", ("asks", "pregunta")),
        ("answers", ("answers", "responde")),
    ];
    for (field, label) in numbered {
        rows.extend(array(content, field).map(|one| (label, question(one, lang))));
    }
    let refused = array(content, "fields").map(refused);
    rows.extend(refused.map(|one| (("field", "campo"), one)));
    let screenings = array(content, "screenings").map(|one| screening(one, lang));
    rows.extend(screenings.map(|one| (("screening", "inspección"), one)));
    let actions = array(content, "actions").chain(array(content, "requested_actions"));
    rows.extend(actions.map(|one| (("action", "acción"), action(one, lang))));
    let because = because_of(content, lang).into_iter();
    rows.extend(because.map(|one| (("because", "porque"), one)));
    rows.extend(feedback(content, lang));
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

/// How the value of a field becomes words.
enum Shape {
    /// A text or a number as it is.
    Plain,
    /// Words in a language.
    Words,
    /// A time with its offset.
    Time,
    /// A place.
    Place,
    /// An amount with its unit.
    Quantity,
    /// A code.
    Code(fn(&str, Lang) -> String),
    /// Whom to call.
    Contact,
    /// A list of texts.
    List,
}

/// What an alert says at its end.
const ALERT: &[(&str, Label, Shape)] = &[
    ("use_limits", ("use limits", "límites"), Shape::Words),
    ("contact", ("call", "llamar a"), Shape::Contact),
    (
        "authority_text",
        ("legal basis", "fundamento"),
        Shape::Words,
    ),
    ("case_reference", ("their case", "su caso"), Shape::Plain),
];

/// What all other types say, each as far as it has the field.
const REPLY: &[(&str, Label, Shape)] = &[
    ("text", ("text", "texto"), Shape::Words),
    (
        "seizure_form",
        ("form", "forma"),
        Shape::Code(labelled::<SeizureForm>),
    ),
    (
        "confidence",
        ("confidence", "confianza"),
        Shape::Code(labelled::<Confidence>),
    ),
    ("place", ("where", "dónde"), Shape::Place),
    ("time", ("when", "cuándo"), Shape::Time),
    ("pieces", ("pieces", "bultos"), Shape::Plain),
    ("weight", ("weight", "peso"), Shape::Quantity),
    ("hold_reference", ("hold number", "retención"), Shape::Plain),
    ("copies", ("copies", "copias"), Shape::Plain),
    ("done", ("done at", "concluido"), Shape::Time),
    ("order_reference", ("order", "orden"), Shape::Plain),
    ("arrests", ("arrests", "detenidos"), Shape::Plain),
    ("trace_references", ("trace", "rastreo"), Shape::List),
    (
        "laboratory_reference",
        ("laboratory", "laboratorio"),
        Shape::Plain,
    ),
    ("referred_to", ("referred to", "turnado a"), Shape::Plain),
    (
        "alert_quality",
        ("alert was", "la alerta"),
        Shape::Code(quality),
    ),
    ("purpose", ("purpose", "motivo"), Shape::Words),
    ("conditions", ("conditions", "condiciones"), Shape::Words),
    (
        "authority_text",
        ("legal basis", "fundamento"),
        Shape::Words,
    ),
    ("remark", ("remark", "nota"), Shape::Words),
    (
        "responsible_function",
        ("answers for it", "responsable"),
        Shape::Plain,
    ),
    ("contact", ("call", "llamar a"), Shape::Contact),
    ("case_reference", ("their case", "su caso"), Shape::Plain),
    ("conveyance", ("conveyance", "transporte"), Shape::Plain),
    ("begins", ("begins", "comienza"), Shape::Time),
    ("ends", ("ends", "termina"), Shape::Time),
];

fn of_table(content: &Value, table: &[(&str, Label, Shape)], lang: Lang) -> Rows {
    let row = |(field, label, shape): &(&str, Label, Shape)| {
        let value = content.get(field)?;
        let said = match shape {
            Shape::Plain => text_of(content, field).filter(|said| said != "0"),
            Shape::Words => words_of(content, field),
            Shape::Time => clock_time(value),
            Shape::Place => place_of(value),
            Shape::Quantity => quantity(value),
            Shape::Code(label) => text_of(content, field).map(|code| label(&code, lang)),
            Shape::Contact => Some(contact(value)),
            Shape::List => Some(texts_of(content, field).join(", ")),
        };
        Some((*label, said?))
    };
    table.iter().filter_map(row).collect()
}

fn subjects(content: &Value, label: Label, lang: Lang) -> Rows {
    type Said = fn(&Value, Lang) -> String;
    let kinds: [(&str, Said); 3] = [
        ("substances", goods::substance),
        ("firearms", goods::firearm),
        ("fuels", goods::fuel),
    ];
    let all = kinds
        .into_iter()
        .flat_map(|(field, said)| array(content, field).map(move |one| said(one, lang)));
    all.map(|said| (label, said)).collect()
}

/// The indicators that an alert gives.
fn because(content: &Value, lang: Lang) -> Vec<String> {
    let suspicion = content.get("suspicion");
    suspicion.map_or_else(Vec::new, |one| because_of(one, lang))
}

/// Indicators, each with how strong it is.
fn because_of(holder: &Value, lang: Lang) -> Vec<String> {
    let indicators = array(holder, "indicators").filter_map(|one| {
        let label = labelled::<IndicatorCode>(&text_of(one, "code")?, lang);
        let strength = one.get("strength").and_then(Value::as_u64);
        let (en, es) = match strength {
            Some(3) => ("a hard fact", "hecho comprobado"),
            Some(2) => ("clear", "claro"),
            _ => ("weak", "débil"),
        };
        Some(format!("{label}, {}", lang.pick(en, es)))
    });
    indicators.collect()
}

/// The narrative in the reader's language; in every language there is when that one is missing.
fn narrative(content: &Value, lang: Lang) -> Vec<String> {
    let texts: Vec<&Value> = array(content, "narrative").collect();
    let own: Vec<&Value> = texts
        .iter()
        .copied()
        .filter(|one| speaks(one, lang))
        .collect();
    let chosen = if own.is_empty() { texts } else { own };
    let words = chosen.into_iter().filter_map(|one| text_of(one, "text"));
    words.collect()
}

fn question(one: &Value, lang: Lang) -> String {
    let number = text_of(one, "number").unwrap_or_default();
    let withheld = one.get("withheld").and_then(Value::as_bool) == Some(true);
    let words = words_of(one, "text").unwrap_or_default();
    let kept = if withheld {
        lang.pick("withheld", "reservado")
    } else {
        ""
    };
    format!("{number}. {kept} {words}")
        .replace(".  ", ". ")
        .trim_end()
        .to_owned()
}

/// A field that somebody refuses, and what they say about it.
fn refused(one: &Value) -> String {
    let parts = [text_of(one, "field"), words_of(one, "remark")];
    parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn screening(one: &Value, lang: Lang) -> String {
    let method = text_of(one, "method").map(|code| labelled::<ScreeningMethod>(&code, lang));
    let threat = one.get("threat_item").and_then(Value::as_bool) == Some(true);
    let threat = threat.then(|| {
        lang.pick("THREAT ITEM FOUND", "ARTÍCULO DE AMENAZA")
            .to_owned()
    });
    let parts = [
        text_of(one, "waybill"),
        method,
        threat,
        one.get("time").and_then(clock_time),
        words_of(one, "action_taken"),
        words_of(one, "note"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn action(one: &Value, lang: Lang) -> String {
    let parts = [
        text_of(one, "code").map(|code| labelled::<ActionCode>(&code, lang)),
        text_of(one, "screening_method").map(|code| labelled::<ScreeningMethod>(&code, lang)),
        text_of(one, "verdict").map(|code| labelled::<ActionVerdict>(&code, lang)),
        text_of(one, "ground").map(|code| labelled::<VerdictGround>(&code, lang)),
        words_of(one, "note"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Which indicators proved right or wrong.
fn feedback(content: &Value, lang: Lang) -> Rows {
    let all = array(content, "indicator_feedback").filter_map(|one| {
        let label = labelled::<IndicatorCode>(&text_of(one, "code")?, lang);
        let confirmed = one.get("confirmed").and_then(Value::as_bool) == Some(true);
        let proved = if confirmed {
            ("proved right", "confirmado")
        } else {
            ("proved wrong", "refutado")
        };
        Some((proved, label))
    });
    all.collect()
}

fn quality(value: &str, lang: Lang) -> String {
    let (en, es) = match value {
        "1" => ("useless", "inútil"),
        "2" => ("poor", "deficiente"),
        "3" => ("useful", "útil"),
        "4" => ("good", "buena"),
        "5" => ("exact", "exacta"),
        _ => return String::new(),
    };
    format!("{} ({value}/5)", lang.pick(en, es))
}

fn contact(value: &Value) -> String {
    let parts = ["function", "phone", "email"].iter();
    let parts = parts.filter_map(|name| text_of(value, name));
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_alert_begins_with_what_a_desk_looks_for() {
        let content = json!({
            "shipments": [{
                "master_awb": "865-48291176",
                "house_awbs": ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"],
                "pieces": 24,
                "gross_weight": { "value": "618.4", "unit": "KGM" },
                "goods_description": { "language": "en", "text": "Solvent\u{1b}[2J" },
                "route": { "legs": [{
                    "flight": "M7852",
                    "departure": { "airport": "LAX" },
                    "arrival": { "airport": "NLU" },
                    "scheduled_departure": { "utc_ms": 1_700_000_000_000_u64, "offset_minutes": -480 },
                    "actual_departure": { "utc_ms": 1_700_000_060_000_u64, "offset_minutes": -480 },
                }] },
            }],
            "suspicion": { "indicators": [{ "code": "DO02", "strength": 3 }] },
            "firearms": [{ "kind": "PISTOL", "quantity": 3, "serial_verbatim": "AB 12" }],
        });
        let said = |lang| -> Vec<(&str, String)> {
            let rows = of_alert(&content, lang);
            let rows = rows.into_iter();
            rows.map(|((en, es), value)| (lang.pick(en, es), value))
                .collect()
        };
        let english = said(Lang::En);
        let expected = [
            (
                "shipment",
                "865-48291176, house A1 A2 A3 A4 A5 A6 and 2 more",
            ),
            ("declared as", "Solvent\u{fffd}[2J, 24 pieces, 618.4 KGM"),
            ("route", "M7852 LAX 2023-11-14 14:14-08:00 → NLU"),
        ];
        for ((label, value), expected) in english.iter().zip(expected) {
            assert_eq!((*label, value.as_str()), expected);
        }
        let spanish = said(Lang::Es);
        assert!(
            spanish.contains(&("sospecha", "3 × pistola (PISTOL), serie AB 12".to_owned())),
            "{spanish:?}"
        );
        let because = spanish.iter().find(|(label, _)| *label == "porque");
        assert!(
            because.is_some_and(|(_, value)| value.ends_with("(DO02), hecho comprobado")),
            "{spanish:?}"
        );
    }

    #[test]
    fn answers_that_are_withheld_are_answers() {
        let content = json!({ "answers": [
            { "number": 1, "text": { "text": "in cash" } },
            { "number": 2, "withheld": true },
        ] });
        let values: Vec<String> = of_reply(&content, Lang::En)
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        assert_eq!(values, ["1. in cash", "2. withheld"]);
        assert!(of_reply(&Value::Null, Lang::En).is_empty());
    }

    /// No field of an answer is left unsaid: each has a row of the table, or is read by name.
    #[test]
    fn every_field_of_every_reply_is_told() {
        let read = [
            "substances",
            "firearms",
            "fuels",
            "questions",
            "answers",
            "screenings",
            "actions",
            "requested_actions",
            "indicators",
            "indicator_feedback",
            "fields",
        ];
        // Files are told by the commands that fetch them; what an assessor thinks of the source stands in the object.
        let later = ["attachments", "evaluation"];
        for number in 3..=24 {
            let kind = precinto_alert::code::MessageType::try_from(number).unwrap();
            let media_type = precinto_alert::content::media_type(kind);
            let message = crate::draft::content_descriptor(media_type).unwrap();
            for field in message.fields() {
                let name = field.name();
                let told = REPLY.iter().any(|(row, ..)| *row == name);
                assert!(
                    told || read.contains(&name) || later.contains(&name),
                    "{kind:?}: {name}"
                );
            }
        }
    }
}
