//! The content of an alert, and whether it says what its statement says.

use super::block::{attachments, contact, evaluation};
use super::field::{coded, decimal, line, lines_of, list, required, required_text, text};
use super::{cross_check, last_action, party, shipment, subject};
use crate::Reason;
use crate::code::{
    ActionCode, CommodityClass, Confidence, IndicatorCode, Precedence, ScreeningMethod, UseCode,
};
use crate::limits::{LANGUAGES_MAX, LIST_MAX, SHIPMENTS_MAX};
use crate::statement::Statement;
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

const STRENGTH_MAX: u32 = 3;

pub(super) fn check(
    found: &mut Findings,
    at: &At<'_>,
    alert: &pb::AlertContent,
    statement: &Statement,
) {
    let pb::AlertContent {
        shipments,
        parties,
        substances,
        firearms,
        fuels,
        suspicion,
        narrative,
        requested_actions,
        authority_text,
        case_reference,
        reasonable_suspicion,
        attachments: files,
        use_limits,
        contact: desk,
    } = alert;
    let shipment_count = shipments_and_parties(found, at, (shipments, parties), statement);
    last_moment(found, alert, statement);
    subject::check_all(found, at, (substances, firearms, fuels), shipment_count);
    subjects(found, at, alert, statement.commodities());
    suspicion_block(found, &at.field("suspicion"), suspicion.as_ref());
    narratives(found, at, narrative, statement.languages());
    if narrative.is_empty()
        && suspicion
            .as_ref()
            .is_none_or(|suspicion| suspicion.indicators.is_empty())
    {
        found.error(
            at.field("suspicion"),
            Reason::MissingSuspicion,
            ("an indicator or a narrative", "un indicador o un relato"),
        );
    }
    actions(found, at, requested_actions, statement.actions());
    text(found, at.field("authority_text"), authority_text.as_ref());
    line(found, at.field("case_reference"), case_reference);
    intelligence(
        found,
        at.field("reasonable_suspicion"),
        reasonable_suspicion.as_ref(),
        statement,
    );
    attachments(found, at, files, shipment_count);
    if statement.handling().tear_line() && !files.is_empty() {
        let detail = (
            "a tear-line extract has no files: pictures of labels and papers name people",
            "un extracto no nominal no lleva archivos: las imágenes de etiquetas y papeles nombran personas",
        );
        found.error(at.field("attachments"), Reason::NominalData, detail);
    }
    if statement.handling().use_code() == Some(UseCode::H3) && use_limits.is_none() {
        found.error(
            at.field("use_limits"),
            Reason::FieldMissing,
            (
                "use code H3 states its limits here",
                "el código de uso H3 indica aquí sus límites",
            ),
        );
    }
    text(found, at.field("use_limits"), use_limits.as_ref());
    contact(found, at.field("contact"), desk.as_ref());
}

/// What is shipped and by whom; answers how many shipments other fields may point to.
fn shipments_and_parties(
    found: &mut Findings,
    at: &At<'_>,
    (shipments, parties): (&[pb::Shipment], &[pb::Party]),
    statement: &Statement,
) -> usize {
    for (index, item) in list(found, at, "shipments", shipments, SHIPMENTS_MAX) {
        let at = at.item("shipments", index);
        shipment::check(found, &at, item);
        cross_check::shipment(found, &at, item, parties, index + 1);
    }
    if shipments.is_empty() && statement.precedence() != Some(Precedence::P4) {
        found.error(
            at.field("shipments"),
            Reason::MissingShipment,
            (
                "only a P4 alert may be without one",
                "solo una alerta P4 puede no tenerlo",
            ),
        );
    }
    let count = shipments.len().min(SHIPMENTS_MAX);
    if statement.handling().tear_line() {
        if !parties.is_empty() {
            found.error(
                at.field("parties"),
                Reason::NominalData,
                (
                    "a tear-line extract names nobody",
                    "un extracto no nominal no nombra a nadie",
                ),
            );
        }
    } else {
        party::check_all(found, at, parties, count);
    }
    count
}

/// The last moment to act stands in the statement, where clocks find it; it may be sooner than what the route gives, because
/// people know more, but not later.
fn last_moment(found: &mut Findings, alert: &pb::AlertContent, statement: &Statement) {
    let of_route_ms = last_action(alert, statement.created_ms());
    if let Some((stated_ms, of_route_ms)) = statement.last_action_ms().zip(of_route_ms)
        && stated_ms > of_route_ms
    {
        let minutes = (stated_ms - of_route_ms).div_ceil(60_000);
        let detail = (
            format!(
                "{minutes} min later than the route allows: departure less cut-off, arrival or delivery"
            ),
            format!(
                "{minutes} min después de lo que permite la ruta: salida menos el margen de corte, llegada o entrega"
            ),
        );
        let at = At::root("last_action_ms");
        found.warn(at, Reason::TimeOrder, detail);
    }
}

/// The blocks that describe goods, by their names in `AlertContent`.
pub const BLOCKS: [&str; 3] = ["substances", "firearms", "fuels"];

/// The one of [`BLOCKS`] that describes goods of a class, `None` for goods that the shipment describes well enough. A new class
/// does not build until this is said of it.
fn block(class: CommodityClass) -> Option<&'static str> {
    use CommodityClass as C;
    match class {
        C::Unspecified => None,
        C::IllicitDrug | C::ChemicalPrecursor => Some("substances"),
        C::Firearm => Some("firearms"),
        C::IllicitFuel => Some("fuels"),
    }
}

/// Each class of the statement has a block of its kind, and no block stands without its class.
fn subjects(
    found: &mut Findings,
    at: &At<'_>,
    alert: &pb::AlertContent,
    classes: &[CommodityClass],
) {
    let described = [
        !alert.substances.is_empty(),
        !alert.firearms.is_empty(),
        !alert.fuels.is_empty(),
    ];
    for (name, described) in BLOCKS.into_iter().zip(described) {
        let classed = classes.iter().any(|class| block(*class) == Some(name));
        match (classed, described) {
            (true, false) => found.error(
                at.field(name),
                Reason::MissingSubject,
                (
                    "the statement names such a class",
                    "el mensaje indica una clase de este tipo",
                ),
            ),
            (false, true) => {
                found.error(
                    at.field(name),
                    Reason::StatementMismatch,
                    (
                        "the statement does not name such a class",
                        "el mensaje no indica ninguna clase de este tipo",
                    ),
                );
            }
            _ => {}
        }
    }
}

fn suspicion_block(found: &mut Findings, at: &At<'_>, suspicion: Option<&pb::Suspicion>) {
    let Some(suspicion) = suspicion else { return };
    let pb::Suspicion {
        indicators,
        offence_code,
        hit_reference,
        evaluation: grades,
        confidence,
        risk_score,
    } = suspicion;
    indicator_list(found, at, indicators);
    lines_of(
        found,
        at,
        &[
            ("offence_code", offence_code),
            ("hit_reference", hit_reference),
        ],
    );
    evaluation(found, at.field("evaluation"), grades.as_ref());
    coded::<Confidence>(found, at.field("confidence"), *confidence);
    if let Some(pb::RiskScore {
        value,
        model,
        model_version,
    }) = risk_score
    {
        let at = at.field("risk_score");
        decimal(found, at.field("value"), value);
        lines_of(
            found,
            &at,
            &[("model", model), ("model_version", model_version)],
        );
        for (name, text) in [
            ("value", value),
            ("model", model),
            ("model_version", model_version),
        ] {
            if text.is_empty() {
                found.error(
                    at.field(name),
                    Reason::FieldMissing,
                    (
                        "a score says what computed it",
                        "un puntaje indica qué lo calculó",
                    ),
                );
            }
        }
    }
}

/// Indicators of an alert or an assessment.
pub(super) fn indicator_list(found: &mut Findings, at: &At<'_>, indicators: &[pb::Indicator]) {
    for (index, indicator) in list(found, at, "indicators", indicators, LIST_MAX) {
        let at = at.item("indicators", index);
        let pb::Indicator {
            code,
            strength,
            evidence_reference,
            evaluation: grades,
        } = indicator;
        required::<IndicatorCode>(found, at.field("code"), *code);
        // No code at all is another mistake, and stands above.
        let of_same = |earlier: &pb::Indicator| *code != 0 && earlier.code == *code;
        if indicators.iter().take(index).any(of_same) {
            let detail = (
                "each indicator once, with its greatest strength",
                "cada indicador una vez, con su mayor fuerza",
            );
            found.refuse_new(at.field("code"), Reason::Repeated, detail);
        }
        if !(1..=STRENGTH_MAX).contains(strength) {
            found.error(
                at.field("strength"),
                Reason::ValueRange,
                ("1 to 3", "de 1 a 3"),
            );
        }
        line(found, at.field("evidence_reference"), evidence_reference);
        evaluation(found, at.field("evaluation"), grades.as_ref());
    }
}

/// At most one text for each declared language.
fn narratives<'a>(
    found: &mut Findings,
    at: &At<'_>,
    texts: &'a [pb::Text],
    languages: &'a [String],
) {
    let declared = languages.first().map_or("", String::as_str);
    let language_of = |text: &'a pb::Text| match text.language.as_str() {
        "" => declared,
        stated => stated,
    };
    for (index, narrative) in list(found, at, "narrative", texts, LANGUAGES_MAX) {
        let at = at.item("narrative", index);
        text(found, at, Some(narrative));
        let language = language_of(narrative);
        if !languages.iter().any(|declared| declared == language) {
            found.error(
                at.field("language"),
                Reason::LanguageInvalid,
                (
                    "not declared in the statement",
                    "no se declaró en el mensaje",
                ),
            );
        }
        if texts
            .iter()
            .take(index)
            .any(|earlier| language_of(earlier) == language)
        {
            found.error(
                at.field("language"),
                Reason::Repeated,
                ("one text for each language", "un solo texto por idioma"),
            );
        }
    }
}

/// Details of actions, each of which the statement asks for.
pub(super) fn actions(
    found: &mut Findings,
    at: &At<'_>,
    requested: &[pb::RequestedAction],
    asked_for: &[ActionCode],
) {
    for (index, action) in list(found, at, "requested_actions", requested, LIST_MAX) {
        let at = at.item("requested_actions", index);
        let pb::RequestedAction {
            code,
            screening_method,
            note,
        } = action;
        let code = crate::code::require::<ActionCode>(found, at.field("code"), *code);
        if code.is_some_and(|code| !asked_for.contains(&code)) {
            found.error(
                at.field("code"),
                Reason::StatementMismatch,
                (
                    "the statement does not ask for it",
                    "el mensaje no la solicita",
                ),
            );
        }
        coded::<ScreeningMethod>(found, at.field("screening_method"), *screening_method);
        text(found, at.field("note"), note.as_ref());
    }
}

fn intelligence(
    found: &mut Findings,
    at: At<'_>,
    suspicion: Option<&pb::ReasonableSuspicion>,
    statement: &Statement,
) {
    let Some(pb::ReasonableSuspicion {
        statement: facts,
        approver_function,
    }) = suspicion
    else {
        if statement.handling().criminal_intelligence() {
            found.error(
                at,
                Reason::NoSuspicionStatement,
                ("28 CFR part 23 demands it", "lo exige 28 CFR, parte 23"),
            );
        }
        return;
    };
    required_text(found, at.field("statement"), facts.as_ref());
    line(found, at.field("approver_function"), approver_function);
    if approver_function.trim().is_empty() {
        found.error(
            at.field("approver_function"),
            Reason::NoSuspicionStatement,
            (
                "the function of whoever approved it",
                "el cargo de quien la aprobó",
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Coded as _;

    #[test]
    fn each_block_is_of_some_class_and_no_class_has_another() {
        let classes = CommodityClass::FAMILY
            .rows()
            .map(|row| CommodityClass::try_from(row.number()));
        let named: Vec<&str> = classes.filter_map(|class| block(class.unwrap())).collect();
        for name in BLOCKS {
            assert!(named.contains(&name), "{name}: of no class");
        }
        for name in named {
            assert!(BLOCKS.contains(&name), "{name}: not listed");
        }
    }
}
