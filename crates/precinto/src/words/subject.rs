//! What is suspected or was found: substances, firearms, fuels.

use super::parts::{Parts, digest};
use super::{array, speaks, text_of};
use crate::output::Lang;
use precinto_alert::code::{
    BallisticSystem, Confidence, FirearmKind, FuelContainer, FuelProduct, IdentificationMethod,
    IncbTable, SerialState, SubstanceClass, SubstanceForm, UsChemicalList,
};
use serde_json::Value;

/// One substance: what it is and how much, how that is known, then where the law lists it.
pub(super) fn substance(substance: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(substance, lang);
    let named: Vec<&Value> = array(substance, "names").collect();
    let own = named.iter().find(|name| speaks(name, lang));
    let name = own.or_else(|| named.first());
    parts.say(name.and_then(|name| text_of(name, "text")));
    parts
        .plain(&["inn"])
        .named(("CAS", "CAS"), "cas_number")
        .amount(("", ""), "quantity")
        .code::<SubstanceForm>("form");
    let purity = text_of(substance, "purity_percent");
    parts.say(purity.map(|percent| format!("{percent} %")));
    parts.code::<SubstanceClass>("substance_class");
    parts.say(array(substance, "identifications").map(|one| identified(one, lang)));
    parts
        .coded::<IncbTable>(("INCB", "JIFE"), "incb_table")
        .coded::<UsChemicalList>(("US", "EE. UU."), "us_list")
        .named(("DEA", "DEA"), "dea_code")
        .named(("Mexican list", "lista mexicana"), "mx_list")
        .named(("HS", "HS"), "hs_code")
        .plain(&["un_number"])
        .named(
            ("pre-export notification", "notificación previa"),
            "pen_reference",
        )
        .plain(&["remark"]);
    parts.with_semicolons()
}

fn identified(one: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(one, lang);
    parts
        .coded::<IdentificationMethod>(("by", "por"), "method")
        .coded::<Confidence>(("confidence", "confianza"), "confidence")
        .named(("report", "dictamen"), "reference");
    parts.with_commas()
}

/// One kind of firearm.
pub(super) fn firearm(firearm: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(firearm, lang);
    let count = text_of(firearm, "quantity").filter(|count| count != "0");
    let count = count.map_or_else(String::new, |count| format!("{count} × "));
    let kind = text_of(firearm, "kind");
    let kind = kind.map(|kind| super::labelled::<FirearmKind>(&kind, lang));
    parts.say([count + kind.unwrap_or_default().as_str()]);
    parts.plain(&["make", "model", "calibre", "action"]);
    parts.named(("serial", "serie"), "serial_verbatim");
    // That it is readable is seen.
    let state = text_of(firearm, "serial_state");
    let seen = state.as_deref() == Some("READABLE") && firearm.get("serial_verbatim").is_some();
    if !seen {
        parts.coded::<SerialState>(("serial number:", "número de serie:"), "serial_state");
    }
    parts
        .named(("importer", "importador"), "importer_mark")
        .named(("made in", "hecha en"), "country_of_manufacture");
    parts.say(array(firearm, "ammunition").map(|one| {
        let mut rounds = Parts::of(one, lang);
        let count = text_of(one, "count").map(|count| format!("{count} ×"));
        rounds.say(count).plain(&["calibre"]);
        let rounds = rounds.with_blanks();
        format!("{} {rounds}", lang.pick("ammunition", "munición"))
    }));
    parts.say(array(firearm, "parts").map(|one| {
        let mut part = Parts::of(one, lang);
        part.say(text_of(one, "count").map(|count| format!("{count} ×")));
        part.code::<FirearmKind>("kind").plain(&["description"]);
        format!("{} {}", lang.pick("parts", "partes"), part.with_blanks())
    }));
    parts.say(array(firearm, "ballistic_references").map(|one| ballistic(one, lang)));
    parts
        .named(("eTrace", "eTrace"), "trace_reference")
        .named(("trace", "rastreo"), "trace_status")
        .named(("licence", "licencia"), "ffl_number")
        .flag(("already recovered", "ya recuperada"), "recovered")
        .named(("HS", "HS"), "hs_code")
        .plain(&["un_number"]);
    parts.with_commas()
}

fn ballistic(one: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(one, lang);
    parts
        .code::<BallisticSystem>("system")
        .named(("site", "sitio"), "site")
        .named(("exhibit", "indicio"), "exhibit")
        .named(("lead", "coincidencia"), "lead_number")
        .say(digest(one, "image_sha256"));
    parts.with_commas()
}

/// One fuel: what it is taken for, what the papers call it, and the papers.
pub(super) fn fuel(fuel: &Value, lang: Lang) -> String {
    let mut parts = Parts::of(fuel, lang);
    parts
        .code::<FuelProduct>("suspected")
        .coded::<FuelProduct>(("declared as", "declarado como"), "declared")
        .amount(("", ""), "volume")
        .amount(("at", "a"), "temperature");
    let density = text_of(fuel, "density_kg_m3");
    parts.say(density.map(|density| format!("{density} kg/m³")));
    parts
        .code::<FuelContainer>("container")
        .named(("plate", "placas"), "plate")
        .named(("from", "de"), "origin")
        .named(("HS", "HS"), "hs_code")
        .plain(&["un_number"])
        .named(("SENER permit", "permiso SENER"), "sener_permit")
        .named(("CNE permit", "permiso CNE"), "cne_permit")
        .named(("Carta Porte", "Carta Porte"), "carta_porte_id")
        .named(("pedimento", "pedimento"), "pedimento")
        .named(("bill of lading", "conocimiento"), "bill_of_lading")
        .named(("EPA", "EPA"), "epa_id")
        .named(("TCEQ", "TCEQ"), "tceq_id")
        .named(("sample", "muestra"), "sample_reference");
    parts.with_commas()
}
