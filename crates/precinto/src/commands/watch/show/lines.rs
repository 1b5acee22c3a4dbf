//! A delivery for people: what it is first, what it asks for next, then the goods, then who vouches for it.

use super::content;
use crate::clock;
use crate::output::{Lang, Output, printable};
use precinto_alert::code::{Coded, FirearmKind, FuelProduct, IndicatorCode, MessageType};
use precinto_alert::statement::Statement;
use precinto_client::Delivery;
use serde_json::Value;

/// A delivery as lines of text. Codes stand beside their label, so that both sides can name them over the telephone.
pub(in crate::commands::watch) fn lines(delivery: &Delivery, output: Output) -> Vec<String> {
    let lang = output.lang();
    let said = &delivery.statement;
    let content = content(delivery);
    let mut lines = vec![String::new(), output.bold(&headline(said, lang))];
    let mut add = |(en, es): (&str, &str), value: String| {
        if !value.is_empty() {
            lines.push(format!("  {:<13}{value}", lang.pick(en, es)));
        }
    };
    let or_empty = Option::unwrap_or_default;
    add(("from", "de"), said.sender().agency().to_string());
    add(
        ("handling", "manejo"),
        said.handling().tlp().label(lang.texts()).to_owned(),
    );
    add(
        ("answers", "responde a"),
        or_empty(said.refers_to().map(|id| id.to_string())),
    );
    add(("says", "dice"), verdicts(said, lang));
    add(
        ("asks for", "pide"),
        labels(said.actions().iter().copied(), lang),
    );
    add(
        ("act before", "actuar antes"),
        or_empty(said.last_action_ms().map(clock::rfc3339_ms)),
    );
    for shipment in array(&content, "shipments") {
        add(("shipment", "envío"), shipment_line(shipment));
    }
    let is_outcome = said.message_type() == MessageType::Outcome;
    let goods = if is_outcome {
        ("found", "hallado")
    } else {
        ("suspected", "sospecha")
    };
    for kind in ["substances", "firearms", "fuels"] {
        for subject in array(&content, kind) {
            add(goods, subject_line(subject, lang));
        }
    }
    add(("because", "porque"), because(&content, lang));
    for text in in_language(&content, lang) {
        add(("story", "relato"), text);
    }
    let signers = delivery
        .envelope
        .signers()
        .iter()
        .map(|one| one.identity().to_string());
    add(
        ("signed by", "firmado por"),
        signers.collect::<Vec<_>>().join(", "),
    );
    let time = clock::rfc3339_ms(delivery.time_ms);
    add(
        ("entry", "entrada"),
        format!("{}  {time}  {}", delivery.index, said.message_id()),
    );
    lines
}

fn headline(said: &Statement, lang: Lang) -> String {
    let texts = lang.texts();
    let mut parts = vec![said.status().label(texts).to_uppercase()];
    parts.extend(said.precedence().map(|one| one.name().to_owned()));
    parts.push(said.message_type().label(texts).to_owned());
    parts.extend(said.alert_id().map(ToString::to_string));
    let goods: Vec<&str> = said
        .commodities()
        .iter()
        .map(|one| one.label(texts))
        .collect();
    if !goods.is_empty() {
        parts.push(goods.join(", "));
    }
    parts.join("  ")
}

/// Coded answers: acknowledgement, verdict, outcome and the like.
fn verdicts(said: &Statement, lang: Lang) -> String {
    let all = [
        labels(said.ack_level(), lang),
        labels(said.verdict(), lang),
        labels(said.assessment(), lang),
        labels(said.outcome_code(), lang),
        labels(said.hold_state(), lang),
        labels(said.dissemination(), lang),
        labels(said.recall_measure(), lang),
    ];
    all.into_iter()
        .filter(|one| !one.is_empty())
        .collect::<Vec<_>>()
        .join("; ")
}

/// Labels, each with its code: `hold the goods (HOLD)`.
fn labels<C: Coded>(codes: impl IntoIterator<Item = C>, lang: Lang) -> String {
    let labelled = codes
        .into_iter()
        .map(|code| format!("{} ({})", code.label(lang.texts()), code.name()));
    labelled.collect::<Vec<_>>().join("; ")
}

/// The code of this name with its label; the name alone when the table does not have it.
fn labelled<C: Coded>(name: &str, lang: Lang) -> String {
    C::from_name(name).map_or_else(
        || name.to_owned(),
        |code| format!("{} ({name})", code.label(lang.texts())),
    )
}

fn shipment_line(shipment: &Value) -> String {
    let plain = ["master_awb", "postal_item_id"]
        .iter()
        .filter_map(|name| text_of(shipment, name));
    let courier = array(shipment, "courier_tracking").filter_map(|one| text_of(one, "number"));
    let mut parts: Vec<String> = plain.chain(courier).collect();
    if let Some(leg) = shipment
        .get("route")
        .and_then(|route| array(route, "legs").next())
    {
        let place = |end: &str| {
            let place = leg.get(end)?;
            text_of(place, "airport").or_else(|| text_of(place, "name"))
        };
        let flight = text_of(leg, "flight").unwrap_or_default();
        let ends = [place("departure"), place("arrival")].map(Option::unwrap_or_default);
        parts.push(format!("{flight} {}", ends.join("–")).trim().to_owned());
    }
    parts.extend(shipment.get("gross_weight").map(quantity));
    parts.extend(
        shipment
            .get("goods_description")
            .and_then(|text| text_of(text, "text")),
    );
    parts.join(", ")
}

fn subject_line(subject: &Value, lang: Lang) -> String {
    let names = ["inn", "cas_number"]
        .iter()
        .filter_map(|name| text_of(subject, name));
    let name = array(subject, "names")
        .next()
        .and_then(|name| text_of(name, "text"))
        .or_else(|| {
            Some(labelled::<FuelProduct>(
                &text_of(subject, "suspected")?,
                lang,
            ))
        })
        .or_else(|| Some(labelled::<FirearmKind>(&text_of(subject, "kind")?, lang)));
    let count = subject
        .get("quantity")
        .filter(|count| count.is_number())
        .map(ToString::to_string);
    let amounts = ["quantity", "volume"]
        .iter()
        .filter_map(|name| subject.get(*name));
    let amounts = amounts.filter(|amount| amount.is_object()).map(quantity);
    name.into_iter()
        .chain(names)
        .chain(count)
        .chain(amounts)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The indicators that the sender gives.
fn because(content: &Value, lang: Lang) -> String {
    let indicators = content
        .get("suspicion")
        .into_iter()
        .flat_map(|one| array(one, "indicators"));
    let codes = indicators.filter_map(|one| text_of(one, "code"));
    codes
        .map(|code| labelled::<IndicatorCode>(&code, lang))
        .collect::<Vec<_>>()
        .join("; ")
}

/// The narrative in the reader's language; in every language there is when that one is missing.
fn in_language(content: &Value, lang: Lang) -> Vec<String> {
    let texts: Vec<&Value> = array(content, "narrative").collect();
    let is_own = |text: &&&Value| {
        text_of(text, "language")
            .is_some_and(|language| language.starts_with(lang.pick("en", "es")))
    };
    let own: Vec<&Value> = texts.iter().filter(is_own).copied().collect();
    let chosen = if own.is_empty() { texts } else { own };
    chosen
        .into_iter()
        .filter_map(|text| text_of(text, "text"))
        .collect()
}

fn quantity(value: &Value) -> String {
    let (amount, unit) = (text_of(value, "value"), text_of(value, "unit"));
    format!(
        "{} {}",
        amount.unwrap_or_default(),
        unit.unwrap_or_default()
    )
}

fn text_of(value: &Value, name: &str) -> Option<String> {
    value.get(name).and_then(Value::as_str).map(printable)
}

fn array<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}
