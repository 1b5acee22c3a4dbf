//! Why somebody is suspicious: the indicators with their strength, and what the author's grading is worth on either scale.

use super::parts::Parts;
use super::{Rows, array, labelled, text_of};
use crate::output::Lang;
use precinto_alert::code::{
    Coded as _, Confidence, IndicatorCode, InformationGrade, SourceGrade, to_admiralty, to_siena,
};
use serde_json::Value;

/// The grounds of an alert, the indicators first.
pub(super) fn rows(content: &Value, lang: Lang) -> Rows {
    let Some(suspicion) = content.get("suspicion") else {
        return Rows::new();
    };
    let because = indicators(suspicion, lang).into_iter();
    let mut rows: Rows = because.map(|one| (("because", "porque"), one)).collect();
    let mut sure = Parts::of(suspicion, lang);
    sure.coded::<Confidence>(("confidence", "confianza"), "confidence");
    sure.say(graded(suspicion, lang));
    rows.push((("graded", "evaluación"), sure.with_semicolons()));
    let plain = [
        ("offence_code", ("offence", "delito")),
        ("hit_reference", ("watch list", "lista")),
    ];
    rows.extend(
        plain
            .iter()
            .filter_map(|(field, label)| Some((*label, text_of(suspicion, field)?))),
    );
    if let Some(score) = suspicion.get("risk_score") {
        let mut parts = Parts::of(score, lang);
        parts.plain(&["value"]).named(("by", "de"), "model");
        parts.plain(&["model_version"]);
        rows.push((("risk score", "puntaje"), parts.with_blanks()));
    }
    rows
}

/// Indicators, each with how strong it is, what it is worth and where the evidence is.
pub(super) fn indicators(holder: &Value, lang: Lang) -> Vec<String> {
    let indicators = array(holder, "indicators").filter_map(|one| {
        let label = labelled::<IndicatorCode>(&text_of(one, "code")?, lang);
        let strength = one.get("strength").and_then(Value::as_u64);
        let (en, es) = match strength {
            Some(3) => ("a hard fact", "hecho comprobado"),
            Some(2) => ("clear", "claro"),
            _ => ("weak", "débil"),
        };
        let mut parts = Parts::of(one, lang);
        parts.say([format!("{label}, {}", lang.pick(en, es))]);
        parts.named(("evidence", "evidencia"), "evidence_reference");
        parts.say(graded(one, lang));
        Some(parts.with_semicolons())
    });
    indicators.collect()
}

/// The author's own grading in words, and beside it the nearest grades of the scale that the other side may use.
pub(super) fn graded(holder: &Value, lang: Lang) -> Option<String> {
    let evaluation = holder.get("evaluation")?;
    let text = |field: &str| text_of(evaluation, field);
    let is_siena = text("scale").as_deref() == Some("SIENA");
    let mut parts = Parts::of(evaluation, lang);
    let source =
        text("source").map(|code| of_scale(&labelled::<SourceGrade>(&code, lang), is_siena));
    parts.behind(("source:", "fuente:"), source);
    let information = text("information");
    let information =
        information.map(|code| of_scale(&labelled::<InformationGrade>(&code, lang), is_siena));
    parts.behind(("information:", "información:"), information);
    let (own, other) = if is_siena {
        ("SIENA", lang.pick("Admiralty", "Almirantazgo"))
    } else {
        (lang.pick("Admiralty", "Almirantazgo"), "SIENA")
    };
    let nearest = elsewhere(text("source"), text("information"), is_siena);
    let about = lang.pick("about", "cerca de");
    let nearest = nearest.map(|grades| format!("; {other}: {about} {grades}"));
    Some(format!(
        "{own}: {}{}",
        parts.with_commas(),
        nearest.unwrap_or_default()
    ))
}

/// The nearest grades of the other scale, as people write them: `B2`.
fn elsewhere(
    source: Option<String>,
    information: Option<String>,
    is_siena: bool,
) -> Option<String> {
    let source = source.map_or(Some(SourceGrade::Unspecified), |name| {
        SourceGrade::from_name(&name)
    })?;
    let information = information.map_or(Some(InformationGrade::Unspecified), |name| {
        InformationGrade::from_name(&name)
    })?;
    let other = if is_siena { to_admiralty } else { to_siena };
    let (source, information) = other(source, information)?;
    let source = Some(source).filter(|one| *one != SourceGrade::Unspecified);
    let information = Some(information).filter(|one| *one != InformationGrade::Unspecified);
    let source = source.map_or("", |one| one.name());
    Some(format!(
        "{source}{}",
        information.map_or("", |one| one.name())
    ))
    .filter(|grades| !grades.is_empty())
}

/// Some grades are called otherwise on the SIENA scale, behind the Admiralty's name for them; the code stays.
fn of_scale(label: &str, is_siena: bool) -> String {
    let Some((admiralty, siena)) = label.split_once("; SIENA: ") else {
        return label.to_owned();
    };
    if is_siena {
        return siena.to_owned();
    }
    let code = siena.rsplit_once(" (").map_or("", |(_, code)| code);
    format!("{admiralty} ({code}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_grade_is_told_on_its_own_scale_and_beside_it_on_the_other() {
        let said = |scale: &str, source: &str, information: &str| {
            let evaluation =
                json!({ "scale": scale, "source": source, "information": information });
            graded(&json!({ "evaluation": evaluation }), Lang::En).unwrap()
        };
        assert_eq!(
            said("ADMIRALTY", "B", "2"),
            "Admiralty: source: usually reliable (B), information: probably true (2); SIENA: about B2"
        );
        assert_eq!(
            said("SIENA", "C", "4"),
            "SIENA: source: mostly unreliable (C), information: hearsay (4); Admiralty: about D6"
        );
        let alone = json!({ "evaluation": { "scale": "ADMIRALTY", "source": "F" } });
        assert_eq!(
            graded(&alone, Lang::Es).unwrap(),
            "Almirantazgo: fuente: no puede juzgarse su fiabilidad (F); SIENA: cerca de X"
        );
    }
}
