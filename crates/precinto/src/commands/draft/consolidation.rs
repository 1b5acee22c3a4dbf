//! One draft of one waybill, or of a consolidation: an air waybill with house waybills that belong to it.
//!
//! A consolidation's first shipment is the whole, its kind said and its house waybills listed; each house waybill is a
//! shipment of its own behind it, with its own goods, weight and route, because that is what somebody opens. Every party
//! says which shipments it has to do with; one that stands on several waybills in the same words is one party. Listed are
//! the house waybills whose files are given: there may be more, and a note says so.
//!
//! House waybills of one air waybill that come without it make a draft of their shipments alone. What does not belong
//! together is refused, and not joined by guess.

use super::parts::{Notes, line, put};
use super::waybill::{Kind, Waybill};
use crate::output::Lang;
use precinto_alert::limits::{PARTIES_MAX, SHIPMENTS_MAX};
use serde_json::{Map, Value, json};

/// What files became.
#[derive(Debug)]
pub(super) struct Made {
    /// The draft as far as it goes.
    pub(super) draft: Value,
    /// What the files say and the draft does not.
    pub(super) notes: Vec<String>,
}

/// The draft of these waybills, each with the name of its file; says why they make none.
pub(super) fn draft(waybills: Vec<(String, Waybill)>, lang: Lang) -> Result<Made, String> {
    let (mut ordered, houses): (Vec<_>, Vec<_>) = waybills
        .into_iter()
        .partition(|(_, waybill)| waybill.kind == Kind::Air);
    ordered.extend(houses);
    belong_together(&ordered, lang)?;
    state_kind(&mut ordered, lang);
    let several = ordered.len() > 1;
    let mut notes = Vec::new();
    let (mut shipments, mut files, mut parties) = (Vec::new(), Vec::new(), Parties::default());
    let mut bag = "NONE";
    for (position, (name, waybill)) in (1..).zip(ordered) {
        let of_this = waybill.notes.lines.into_iter();
        notes.extend(of_this.map(|note| {
            if several {
                format!("{name}: {note}")
            } else {
                note
            }
        }));
        shipments.push(Value::Object(waybill.shipment));
        files.push(waybill.file);
        for party in waybill.parties {
            parties.add(party, position);
        }
        if waybill.diplomatic {
            bag = "DIPLOMATIC";
        }
    }
    let draft = json!({
        "type": "ALERT",
        "protected_bag": bag,
        "content": {
            "shipments": shipments,
            "parties": parties.all(several, &mut notes, lang),
            "attachments": files,
        },
    });
    Ok(Made { draft, notes })
}

/// Whether they are one consolidation; the air waybill, if there is one, stands first.
fn belong_together(ordered: &[(String, Waybill)], lang: Lang) -> Result<(), String> {
    let [(first_name, first), rest @ ..] = ordered else {
        return Ok(());
    };
    if ordered.len() > SHIPMENTS_MAX {
        let houses = SHIPMENTS_MAX - 1;
        return Err(lang.pick(
            format!("one alert holds an air waybill and {houses} house waybills: give those that are suspected"),
            format!("una alerta admite una guía aérea y {houses} guías house: indique las sospechosas"),
        ));
    }
    for (index, (name, waybill)) in (1..).zip(rest) {
        let (name, first_name) = (line(name), line(first_name));
        let why = match &waybill.master {
            _ if waybill.kind == Kind::Air => lang.pick(
                "a second air waybill; each makes a draft of its own".to_owned(),
                "una segunda guía aérea; cada una da lugar a su propio borrador".to_owned(),
            ),
            None => lang.pick(
                "it does not say which air waybill it belongs to".to_owned(),
                "no indica a qué guía aérea pertenece".to_owned(),
            ),
            Some(master) if first.master.as_ref() != Some(master) => {
                let other = first.master.as_deref().unwrap_or("-");
                let (master, other) = (line(master), line(other));
                lang.pick(
                    format!("it belongs to the air waybill {master}, {first_name} to {other}"),
                    format!("pertenece a la guía aérea {master}, y {first_name} a {other}"),
                )
            }
            Some(_) => {
                let before = ordered.iter().take(index);
                let same = before.map(|(_, one)| one).any(|one| is_same(one, waybill));
                if !same {
                    continue;
                }
                lang.pick(
                    "the same house waybill twice".to_owned(),
                    "la misma guía house dos veces".to_owned(),
                )
            }
        };
        return Err(format!("{name}: {why}"));
    }
    Ok(())
}

fn is_same(one: &Waybill, other: &Waybill) -> bool {
    let number = |waybill: &Waybill| waybill.shipment.get("house_awbs").cloned();
    one.file == other.file || number(one).is_some_and(|house| number(other) == Some(house))
}

/// Says of an air waybill whether it is direct or a consolidation, as far as that follows from what is given.
fn state_kind(ordered: &mut [(String, Waybill)], lang: Lang) {
    let Some(((_, first), houses)) = ordered.split_first_mut() else {
        return;
    };
    if first.kind == Kind::House {
        if !houses.is_empty() {
            let (en, es) = (
                "the air waybill itself was not given",
                "no se proporcionó la guía aérea",
            );
            let number = first.master.clone().unwrap_or_default();
            first.notes.add(en, es, &number);
        }
        return;
    }
    let number = first.master.clone().unwrap_or_default();
    let numbers: Vec<Value> = houses
        .iter()
        .filter_map(|(_, house)| house.shipment.get("house_awbs"))
        .filter_map(Value::as_array)
        .flatten()
        .cloned()
        .collect();
    match first.type_code.as_deref() {
        Some("740") if houses.is_empty() => put(&mut first.shipment, "awb_kind", "DIRECT"),
        Some("740") => first.notes.add(
            "the air waybill says direct (740), and house waybills belong to it",
            "la guía aérea dice directa (740), y hay guías house que le pertenecen",
            &number,
        ),
        Some("741") if numbers.is_empty() => first.notes.add(
            "a consolidation; say awb_kind: CONSOLIDATION together with house_awbs, its house waybills, once they are known",
            "una consolidación; capture awb_kind: CONSOLIDATION junto con house_awbs, sus guías house, cuando se conozcan",
            &number,
        ),
        _ => {}
    }
    if !numbers.is_empty() {
        first.notes.add(
            "a consolidation of which these house waybills were given; add the others to house_awbs if there are more",
            "una consolidación de la que se dieron estas guías house; si hay más, agréguelas a house_awbs",
            &numbers.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        );
        put(&mut first.shipment, "house_awbs", numbers);
        put(&mut first.shipment, "awb_kind", "CONSOLIDATION");
    }
    for (_, house) in houses {
        compare(&first.shipment, house, lang);
    }
}

/// Notes where a house waybill describes the whole otherwise than the air waybill does: that may itself be the finding.
fn compare(master: &Map<String, Value>, house: &mut Waybill, lang: Lang) {
    let mut said = (Vec::new(), Vec::new());
    for path in [
        "/route/origin",
        "/route/destination",
        "/pieces",
        "/gross_weight",
    ] {
        let at = |of: &Map<String, Value>| {
            let (first, rest) = match path.trim_start_matches('/').split_once('/') {
                Some((first, rest)) => (first, Some(rest)),
                None => (path.trim_start_matches('/'), None),
            };
            let value = of.get(first)?;
            rest.map_or(Some(value), |rest| value.get(rest)).map(shown)
        };
        if let (Some(air), Some(of_house)) = (at(master), at(&house.of_master))
            && air != of_house
        {
            said.0.push(of_house);
            said.1.push(air);
        }
    }
    let (of_house, air): (Vec<String>, Vec<String>) = said;
    if !air.is_empty() {
        let while_air = lang.pick("the air waybill says", "la guía aérea dice");
        house.notes.add(
            "the house waybill describes its air waybill otherwise",
            "la guía house describe de otro modo su guía aérea",
            &format!("{}; {while_air} {}", of_house.join(", "), air.join(", ")),
        );
    }
}

/// A place by its code, a number, a weight.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(place) => place.values().map(shown).collect(),
        other => other.to_string(),
    }
}

/// Parties with the positions of their shipments.
#[derive(Default)]
struct Parties(Vec<(Value, Vec<usize>)>);

impl Parties {
    fn add(&mut self, party: Value, position: usize) {
        match self.0.iter_mut().find(|(known, _)| *known == party) {
            Some((_, positions)) => positions.push(position),
            None => self.0.push((party, vec![position])),
        }
    }

    /// At most as many as an alert holds; shippers and consignees, which it needs, always fit.
    fn all(self, several: bool, notes: &mut Vec<String>, lang: Lang) -> Vec<Value> {
        let mut left_out = self.0.len().saturating_sub(PARTIES_MAX);
        let mut parties = Vec::new();
        for (mut party, positions) in self.0.into_iter().rev() {
            let role = party
                .get("role")
                .and_then(Value::as_str)
                .unwrap_or_default();
            if left_out > 0 && !["SHIPPER", "CONSIGNEE"].contains(&role) {
                left_out -= 1;
                let (en, es) = (
                    "a party too many for one alert",
                    "una parte que ya no cabe en una alerta",
                );
                let name = party
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let mut note = Notes::new(lang);
                note.add(en, es, &format!("{role} {name}"));
                notes.append(&mut note.lines);
                continue;
            }
            if let Value::Object(fields) = &mut party
                && several
            {
                put(fields, "shipments", positions);
            }
            parties.push(party);
        }
        parties.reverse();
        parties
    }
}
