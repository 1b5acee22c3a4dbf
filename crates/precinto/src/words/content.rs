//! The content of a message as labelled rows: of an alert in the order in which a desk works, of any other type by a table.

use super::parts::{Parts, digest, shipments_of};
use super::party::{moment, party};
use super::route::place_of;
use super::suspicion::{self, graded, indicators};
use super::{
    Label, array, clock_time, labelled, quantity, shipment, speaks, subject, text_of, texts_of,
    words_of,
};
use crate::output::Lang;
use precinto_alert::code::{
    ActionCode, ActionVerdict, Confidence, IndicatorCode, ScreeningMethod, SeizureForm,
    VerdictGround,
};
use serde_json::Value;

/// Labelled rows.
pub(crate) type Rows = Vec<(Label, String)>;

/// What an alert says: what is asked in detail, the shipments and their goods, then why, whom to call, who, and on what terms.
pub(crate) fn of_alert(content: &Value, lang: Lang) -> Rows {
    let mut rows = Rows::new();
    // The codes alone stand in the statement.
    let detailed = array(content, "requested_actions").filter(|one| {
        let more = ["screening_method", "note"];
        more.iter().any(|field| one.get(field).is_some())
    });
    rows.extend(detailed.map(|one| (("in detail", "en detalle"), action(one, lang))));
    let count = array(content, "shipments").count();
    for (place, one) in array(content, "shipments").enumerate() {
        let position = (count > 1).then_some(place + 1);
        rows.extend(shipment::rows(one, position, lang));
    }
    rows.extend(subjects(content, ("suspected", "sospecha"), lang));
    rows.extend(suspicion::rows(content, lang));
    let stories = narrative(content, lang).into_iter();
    rows.extend(stories.map(|one| (("story", "relato"), one)));
    rows.extend(of_table(content, CONTACT, lang));
    let parties = array(content, "parties").map(|one| {
        let mut said = Parts::of(one, lang);
        said.say([party(one, lang)])
            .say(shipments_of(one, count, lang));
        said.with_semicolons()
    });
    rows.extend(parties.map(|one| (("parties", "partes"), one)));
    rows.extend(of_table(content, ALERT, lang));
    if let Some(grounds) = content.get("reasonable_suspicion") {
        let mut said = Parts::of(grounds, lang);
        said.say(words_of(grounds, "statement"));
        said.named(("approved by", "aprobado por"), "approver_function");
        rows.push((("28 CFR 23", "28 CFR 23"), said.with_semicolons()));
    }
    rows.extend(files(content, lang));
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
    let because = indicators(content, lang).into_iter();
    rows.extend(because.map(|one| (("because", "porque"), one)));
    rows.extend(graded(content, lang).map(|one| (("graded", "evaluación"), one)));
    rows.extend(feedback(content, lang));
    rows.extend(files(content, lang));
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

/// Whom to call about an alert.
const CONTACT: &[(&str, Label, Shape)] = &[("contact", ("call", "llamar a"), Shape::Contact)];

/// What an alert says at its end.
const ALERT: &[(&str, Label, Shape)] = &[
    ("use_limits", ("use limits", "límites"), Shape::Words),
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
    (
        "hold_reference",
        ("hold number", "núm. retención"),
        Shape::Plain,
    ),
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
            Shape::Quantity => quantity(value, lang),
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
        ("substances", subject::substance),
        ("firearms", subject::firearm),
        ("fuels", subject::fuel),
    ];
    let count = array(content, "shipments").count();
    let all = kinds.into_iter().flat_map(|(field, said)| {
        array(content, field).map(move |one| {
            let mut parts = Parts::of(one, lang);
            parts
                .say([said(one, lang)])
                .say(shipments_of(one, count, lang));
            parts.with_semicolons()
        })
    });
    all.map(|said| (label, said)).collect()
}

/// Files that travel separately: what they show, and by what they can be known.
fn files(content: &Value, lang: Lang) -> Rows {
    let count = array(content, "shipments").count();
    let all = array(content, "attachments").map(|one| {
        let mut said = Parts::of(one, lang);
        said.say(words_of(one, "caption")).plain(&["media_type"]);
        said.say(text_of(one, "size").map(|size| format!("{size} bytes")));
        said.say(shipments_of(one, count, lang));
        let until = moment(one, "retain_until_ms");
        said.behind(("to be deleted by", "suprimir antes de"), until);
        said.say(digest(one, "sha256"));
        (("file", "archivo"), said.with_commas())
    });
    all.collect()
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
    let kept = withheld.then(|| lang.pick("withheld", "reservado").to_owned());
    let field = text_of(one, "field").map(|field| format!("({field})"));
    let mut said = Parts::of(one, lang);
    said.say([format!("{number}.")]).say(kept);
    said.say([words]).say(field);
    said.with_blanks()
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
        lang.pick("THREAT ITEM FOUND", "SE ENCONTRÓ UN ARTÍCULO PELIGROSO")
            .to_owned()
    });
    let verbatim = one.get("verbatim").and_then(Value::as_bool) == Some(true);
    let as_it_is = lang.pick("written so on the label", "así en la etiqueta");
    let parts = [
        text_of(one, "waybill"),
        verbatim.then(|| as_it_is.to_owned()),
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
mod tests;
