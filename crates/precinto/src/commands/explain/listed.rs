//! A code of somebody else's list that alerts quote: a unit, a state, a substance, a UN number, a currency, a term of delivery, a
//! country, an airport.

use crate::output::Lang;
use precinto_alert::Lang as Texts;
use precinto_alert::quantity::unit;
use precinto_alert::{airport, country, dangerous_goods, subdivision, substance, trade};
use serde::Serialize;

const AIRPORT: &str = "airport";

/// So many letters have the codes by which air freight says how it must be handled: `DGR`, `ICE`. Airports have them too.
const HANDLING_LETTERS: usize = 3;

/// One of them, in both languages.
#[derive(Debug, Serialize)]
pub(super) struct Listed {
    schema: &'static str,
    kind: &'static str,
    title: Both,
    code: String,
    label: Both,
    source: Both,
    /// Where such codes are written.
    fields: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hs: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    un_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    un_class: Option<&'static str>,
    /// What it may be in a list that is not here.
    #[serde(skip_serializing_if = "Option::is_none")]
    perhaps: Option<Both>,
}

#[derive(Debug, Serialize)]
struct Both {
    en: String,
    es: String,
}

impl Both {
    fn new(en: impl Into<String>, es: impl Into<String>) -> Self {
        Self {
            en: en.into(),
            es: es.into(),
        }
    }

    fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.es)
    }
}

/// What a code means in each list that has it, in any spelling of case: three letters may be a currency and an airport, and only
/// whoever asks knows which. The airports come last, because they have nearly every three letters.
pub(super) fn find(asked: &str) -> Vec<Listed> {
    let code = asked.trim().to_uppercase();
    let all = [
        of_unit(&code),
        of_state(&code),
        of_substance(&code),
        of_un_number(&code.replace([' ', '-'], "")),
        of_currency(&code),
        of_term(&code),
        of_country(&code),
        of_airport(&code),
    ];
    let mut all: Vec<Listed> = all.into_iter().flatten().collect();
    if let [airport] = all.as_mut_slice()
        && airport.kind == AIRPORT
        && code.len() == HANDLING_LETTERS
    {
        airport.perhaps = Some(Both::new(
            "may also be a special handling code (IATA), of which there is no list here",
            "también puede ser un código de manejo especial (IATA), del que no hay lista aquí",
        ));
    }
    all
}

fn of_unit(code: &str) -> Option<Listed> {
    // What people write for it, `kg` or `galones`, is understood as well.
    let unit = unit::find(code).or_else(|| unit::find(unit::meant(code)?))?;
    Some(Listed {
        fields: vec!["Quantity.unit", "Shipment.gross_weight"],
        ..listed(
            "unit",
            ("unit of quantities", "unidad de cantidad"),
            unit.code,
            Both::new(unit.label(Texts::En), unit.label(Texts::Es)),
            (
                "UN/CEFACT Recommendation 20",
                "Recomendación 20 del CEFACT/ONU",
            ),
        )
    })
}

fn of_state(code: &str) -> Option<Listed> {
    let state =
        subdivision::find(code).or_else(|| subdivision::find(subdivision::successor(code)?))?;
    Some(Listed {
        fields: vec!["Place.subdivision", "Address.subdivision"],
        ..listed(
            "subdivision",
            ("state or territory", "entidad federativa o estado"),
            state.code,
            Both::new(state.label(Texts::En), state.label(Texts::Es)),
            ("ISO 3166-2", "ISO 3166-2"),
        )
    })
}

fn of_currency(code: &str) -> Option<Listed> {
    // What people write for it, `US$` or `pesos`, is understood as well.
    let meant = Some(code).filter(|code| trade::is_currency(code));
    let code = meant.or_else(|| trade::currency_meant(code))?;
    let name = |lang| trade::currency_label(code, lang);
    Some(Listed {
        fields: vec!["Money.currency", "Shipment.declared_value"],
        ..listed(
            "currency",
            ("currency", "moneda"),
            code,
            Both::new(name(Texts::En)?, name(Texts::Es)?),
            ("ISO 4217", "ISO 4217"),
        )
    })
}

fn of_term(code: &str) -> Option<Listed> {
    let name = |lang| trade::term_label(code, lang);
    Some(Listed {
        fields: vec!["Shipment.incoterm"],
        ..listed(
            "incoterm",
            ("term of delivery", "término de entrega"),
            code,
            Both::new(name(Texts::En)?, name(Texts::Es)?),
            (
                "International Chamber of Commerce, Incoterms 2020",
                "Cámara de Comercio Internacional, Incoterms 2020",
            ),
        )
    })
}

fn of_country(code: &str) -> Option<Listed> {
    let name = |lang| country::label(code, lang);
    Some(Listed {
        fields: vec!["Address.country", "Place.country"],
        ..listed(
            "country",
            ("country or territory", "país o territorio"),
            code,
            Both::new(name(Texts::En)?, name(Texts::Es)?),
            ("ISO 3166-1", "ISO 3166-1"),
        )
    })
}

fn of_airport(code: &str) -> Option<Listed> {
    let lies_in = airport::country_of(code)?;
    let name = |lang| country::label(lies_in, lang);
    Some(Listed {
        fields: vec!["Place.airport", "Leg.departure", "Leg.arrival"],
        ..listed(
            AIRPORT,
            ("airport", "aeropuerto"),
            code,
            Both::new(
                format!("an airport in {}", name(Texts::En)?),
                format!("aeropuerto en {}", name(Texts::Es)?),
            ),
            (
                "codes of IATA and ICAO, collected",
                "códigos de IATA y OACI, recopilados",
            ),
        )
    })
}

fn of_substance(code: &str) -> Option<Listed> {
    let substance = substance::find(code)?;
    Some(Listed {
        fields: vec!["Substance.cas_number"],
        hs: substance.hs(),
        un_number: substance.un().map(un_code),
        ..listed(
            "substance",
            (
                "substance, by its CAS number",
                "sustancia, por su número CAS",
            ),
            code,
            Both::new(substance.label(Texts::En), substance.label(Texts::Es)),
            (
                "INCB tables I and II, watch list, finished drugs",
                "cuadros I y II de la JIFE, lista de vigilancia, drogas finales",
            ),
        )
    })
}

fn of_un_number(code: &str) -> Option<Listed> {
    let number = dangerous_goods::number(code).filter(|_| code.starts_with("UN"))?;
    if !dangerous_goods::is_known(number) {
        return None;
    }
    let (class, fuel) = (
        dangerous_goods::class_of(number),
        dangerous_goods::is_fuel(number),
    );
    let of_it = substance::all()
        .iter()
        .filter(|one| one.un() == Some(number));
    let names = |lang| {
        let names: Vec<&str> = of_it.clone().map(|one| one.label(lang)).collect();
        names.join(", ")
    };
    let label = match (of_it.clone().next(), fuel) {
        (Some(_), _) => Both::new(names(Texts::En), names(Texts::Es)),
        (None, true) => Both::new(
            "dangerous goods, a fuel",
            "mercancía peligrosa, un combustible",
        ),
        (None, false) if class.is_some() => Both::new("dangerous goods", "mercancía peligrosa"),
        // Of the others no more is known than that there is such a number.
        (None, false) => Both::new(
            "dangerous goods; their name and class are not listed here",
            "mercancía peligrosa; su nombre y su clase no figuran aquí",
        ),
    };
    Some(Listed {
        fields: vec!["Substance.un_number", "Fuel.un_number"],
        un_class: class,
        ..listed(
            "un_number",
            ("UN number", "número ONU"),
            &un_code(number),
            label,
            (
                "UN Recommendations on the Transport of Dangerous Goods",
                "Recomendaciones de la ONU relativas al transporte de mercancías peligrosas",
            ),
        )
    })
}

fn un_code(number: u16) -> String {
    format!("UN{number:04}")
}

fn listed(
    kind: &'static str,
    title: (&str, &str),
    code: &str,
    label: Both,
    source: (&str, &str),
) -> Listed {
    Listed {
        schema: "precinto.listed/v1",
        kind,
        title: Both::new(title.0, title.1),
        code: code.to_owned(),
        label,
        source: Both::new(source.0, source.1),
        fields: Vec::new(),
        hs: None,
        un_number: None,
        un_class: None,
        perhaps: None,
    }
}

impl Listed {
    /// As people read it.
    pub(super) fn lines(&self, lang: Lang) -> Vec<String> {
        let row = |en: &str, es: &str, value: &str| format!("  {:<11} {value}", lang.pick(en, es));
        let mut lines = vec![
            format!("{}  ({})", self.code, self.title.pick(lang)),
            format!("  {}", self.label.pick(lang)),
        ];
        lines.extend(self.hs.map(|hs| row("HS code", "código SA", hs)));
        let number = self.un_number.as_deref();
        lines.extend(number.map(|number| row("UN number", "número ONU", number)));
        lines.extend(self.un_class.map(|class| row("class", "clase", class)));
        let perhaps = self.perhaps.as_ref().map(|both| both.pick(lang));
        lines.extend(perhaps.map(|what| row("or else", "o bien", what)));
        lines.push(row("source", "fuente", self.source.pick(lang)));
        lines.push(row("field", "campo", &self.fields.join(", ")));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft;

    #[test]
    fn every_field_named_is_one_of_the_contract() {
        for code in [
            "KGM", "MX-JAL", "110-63-4", "UN1203", "DE", "NLU", "MXN", "FOB",
        ] {
            for field in find(code).into_iter().flat_map(|one| one.fields) {
                let (message, name) = field.split_once('.').unwrap();
                let message = draft::pool().get_message_by_name(&format!("precinto.v1.{message}"));
                let field = message.unwrap().get_field_by_name(name);
                assert!(field.is_some(), "{code}: {name}");
            }
        }
        for unknown in [
            "", "QQ", "QQQ", "KGMX", "MX-ZZZ", "1-2-3", "UN0001", "UN3999", "UN9999", "NA1993",
        ] {
            assert!(find(unknown).is_empty(), "{unknown}");
        }
    }

    /// Most currencies and terms are also three letters of some airport.
    #[test]
    fn nothing_is_taken_for_an_airport_alone() {
        let kinds = |code: &str| -> Vec<&str> { find(code).iter().map(|one| one.kind).collect() };
        assert_eq!(kinds("MXN"), ["currency", "airport"]);
        assert_eq!(kinds("FOB"), ["incoterm", "airport"]);
        assert_eq!(kinds("GR"), ["unit", "country"]);
        assert_eq!(kinds("US$"), ["currency"]);
        assert_eq!(kinds("UN2924"), ["un_number"]);
        let letters = || 'A'..='Z';
        let mut currencies = 0;
        for (one, two) in letters().flat_map(|one| letters().map(move |two| (one, two))) {
            for three in letters() {
                let code: String = [one, two, three].iter().collect();
                if trade::is_currency(&code) {
                    currencies += 1;
                    assert!(kinds(&code).contains(&"currency"), "{code}");
                }
                if trade::is_term(&code) {
                    assert!(kinds(&code).contains(&"incoterm"), "{code}");
                }
            }
        }
        assert_eq!(currencies, 178);
    }
}
