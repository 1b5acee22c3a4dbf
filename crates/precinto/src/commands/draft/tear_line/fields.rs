//! Which fields of an alert go into a tear-line, and why the others do not: two tables, and a test that they are whole.

use super::names::Names;
use crate::output::Lang;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Why a field stays out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It is somebody's name, or a number that is registered to somebody.
    Person,
    /// A number of somebody's files.
    File,
    /// Free words.
    Words,
    /// A picture.
    Picture,
    /// Who is addressed, and who may be told.
    Whom,
    /// What is asked for.
    Asked,
    /// It is said of the whole alert and of that text alone.
    OfWhole,
    /// It leads to other cases.
    Others,
    /// It may go, but it names a party.
    Named,
    /// The strictest traffic light.
    Red,
    /// It lies behind us.
    Past,
    /// Every message says it for itself, or an alert never does: not worth a word.
    Own,
}

impl Why {
    /// What stayed out, how often, and why.
    pub(super) fn note(self, field: &str, count: usize, lang: Lang) -> String {
        let times = if count > 1 {
            format!(" ({count})")
        } else {
            String::new()
        };
        let (en, es) = self.text();
        format!("{field}{times}: {}", lang.pick(en, es))
    }

    fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Person => (
                "it names persons or firms, or a number that is registered to one",
                "nombra a personas o empresas, o es un número registrado a nombre de una",
            ),
            Self::File => (
                "a number of a file, yours or another agency's, in which people are named",
                "es el número de un expediente, propio o de otra dependencia, que nombra a personas",
            ),
            Self::Words => (
                "free words: only a person can say whom they name",
                "texto libre: solo una persona puede decir a quién nombra",
            ),
            Self::Picture => (
                "pictures of labels and papers name people",
                "las imágenes de etiquetas y papeles nombran personas",
            ),
            Self::Whom => (
                "whom the extract is for is for you to say",
                "para quién es el extracto lo decide usted",
            ),
            Self::Asked => (
                "it was asked of those who have the whole; ask anew, if anything",
                "se pidió a quienes tienen la alerta completa; pídalo de nuevo si hace falta",
            ),
            Self::OfWhole => (
                "it is said of the whole alert",
                "se dice de la alerta completa",
            ),
            Self::Others => ("it leads to other cases", "conduce a otros casos"),
            Self::Named => (
                "it names a party of the alert",
                "nombra a una parte de la alerta",
            ),
            Self::Red => (
                "RED is for the officers named in the alert: AMBER+STRICT, unless you type another",
                "RED es para los oficiales nombrados en la alerta: AMBER+STRICT, salvo que escriba otro",
            ),
            Self::Past => ("it is past", "ya pasó"),
            Self::Own => ("", ""),
        }
    }
}

/// What becomes of the fields of one message: paths without positions; what is named stands for all that is inside.
pub(super) struct Fields {
    pub(super) kept: &'static [&'static str],
    /// What of them is typed in free words, and may name somebody; the rest is codes, and numbers on the goods that are nobody's name
    /// even where a party happens to be called so (`FEDEX`).
    pub(super) typed: &'static [&'static str],
    pub(super) left: &'static [(&'static str, Why)],
}

use Why::{Asked, File, Named, OfWhole, Others, Own, Person, Picture, Whom, Words};

/// Of the statement.
#[rustfmt::skip]
pub(super) const OF_STATEMENT: &Fields = &Fields {
    kept: &[
        "status", "precedence", "commodities", "languages", "authority", "protected_bag", "last_action_ms", "expires_ms",
        "handling.tlp", "handling.marks", "handling.use_code", "handling.evidence_use", "handling.derivative_use",
        "handling.do_not_alert_subject", "handling.do_not_contact_carrier",
    ],
    typed: &[],
    left: &[
        ("recipients", Whom), ("handling.releasable_to", Whom),
        ("actions", Asked), ("reply_due_ms", Asked),
        ("handling.criminal_intelligence", OfWhole), ("handling.review_by_ms", OfWhole),
        ("references", Others), ("linked_alerts", Others),
        ("handling.tear_line", Own), ("message_id", Own), ("type", Own), ("sender", Own), ("log_origin", Own),
        ("required_signers", Own), ("created_ms", Own), ("sender_seq", Own), ("refers_to", Own), ("unit", Own), ("ori", Own),
        ("alert_id", Own), ("alert_version", Own), ("body", Own), ("payload_protection", Own), ("link_kind", Own),
        ("ack_level", Own), ("verdict", Own), ("verdict_ground", Own), ("more_time_until_ms", Own), ("assessment", Own),
        ("outcome_code", Own), ("final_outcome", Own), ("reject_reasons", Own), ("hold_kind", Own), ("hold_state", Own),
        ("dissemination", Own), ("release_to", Own), ("recall_measure", Own), ("recall_ground", Own), ("transfer_to", Own),
        ("notice_kind", Own),
    ],
};

/// Of the content. The numbers on the goods, on their papers and on what carries them go: without them nobody can act. Numbers that are
/// somebody's own (permits, licences) and those of files (traces, evidence, samples) do not. Three that go lead to somebody all the
/// same, for who may look them up: a plate, a pedimento (in which the broker's licence stands), a tracking number of UPS (the shipper's
/// account). They are what an officer finds the goods by.
#[rustfmt::skip]
pub(super) const OF_CONTENT: &Fields = &Fields {
    kept: &[
        "shipments.mode", "shipments.channel", "shipments.master_awb", "shipments.airline_prefix", "shipments.house_awbs",
        "shipments.awb_kind", "shipments.postal_item_id", "shipments.postal_receptacle_id", "shipments.dispatch_id",
        "shipments.courier_tracking", "shipments.uld_ids", "shipments.container_ids", "shipments.label_identifiers.kind",
        "shipments.label_identifiers.verbatim", "shipments.seals", "shipments.pieces", "shipments.gross_weight",
        "shipments.volume", "shipments.volume_temperature", "shipments.goods_description", "shipments.hs_codes",
        "shipments.declared_value", "shipments.incoterm", "shipments.payment", "shipments.dangerous_goods",
        "shipments.special_handling", "shipments.security_status", "shipments.screening_methods",
        "shipments.screening_exemption", "shipments.other_references",
        "shipments.route.legs.mode", "shipments.route.legs.carrier", "shipments.route.legs.flight",
        "shipments.route.legs.departure.airport", "shipments.route.legs.departure.locode",
        "shipments.route.legs.departure.country", "shipments.route.legs.departure.subdivision",
        "shipments.route.legs.arrival.airport", "shipments.route.legs.arrival.locode",
        "shipments.route.legs.arrival.country", "shipments.route.legs.arrival.subdivision",
        "shipments.route.legs.scheduled_departure", "shipments.route.legs.estimated_departure",
        "shipments.route.legs.actual_departure", "shipments.route.legs.scheduled_arrival",
        "shipments.route.legs.estimated_arrival", "shipments.route.legs.actual_arrival",
        "shipments.route.origin.airport", "shipments.route.origin.locode", "shipments.route.origin.country",
        "shipments.route.origin.subdivision", "shipments.route.destination.airport", "shipments.route.destination.locode",
        "shipments.route.destination.country", "shipments.route.destination.subdivision",
        "shipments.route.customs_offices", "shipments.route.delivery",
        "substances.substance_class", "substances.shipments", "substances.cas_number", "substances.incb_table",
        "substances.us_list", "substances.dea_code", "substances.mx_list", "substances.inn", "substances.names",
        "substances.hs_code", "substances.un_number", "substances.form", "substances.quantity",
        "substances.purity_percent", "substances.identifications.method", "substances.identifications.confidence",
        "firearms.kind", "firearms.shipments", "firearms.make", "firearms.model", "firearms.calibre", "firearms.action",
        "firearms.serial_state", "firearms.serial_verbatim", "firearms.serial_normalised", "firearms.importer_mark",
        "firearms.country_of_manufacture", "firearms.quantity", "firearms.ammunition", "firearms.parts",
        "firearms.recovered", "firearms.hs_code", "firearms.un_number",
        "fuels.shipments", "fuels.declared", "fuels.suspected", "fuels.hs_code", "fuels.un_number", "fuels.volume",
        "fuels.density_kg_m3", "fuels.temperature", "fuels.container", "fuels.plate", "fuels.carta_porte_id",
        "fuels.pedimento", "fuels.bill_of_lading", "fuels.origin",
        "suspicion.indicators.code", "suspicion.indicators.strength", "suspicion.indicators.evaluation",
        "suspicion.offence_code", "suspicion.evaluation", "suspicion.confidence", "suspicion.risk_score",
        "use_limits",
    ],
    typed: &[
        "shipments.label_identifiers.verbatim", "shipments.seals.number", "shipments.goods_description.text",
        "shipments.dangerous_goods.proper_shipping_name", "shipments.other_references", "shipments.route.legs.flight",
        "shipments.route.customs_offices.name", "substances.inn", "substances.names.text",
        "firearms.make", "firearms.model", "firearms.importer_mark", "firearms.parts.description",
        "fuels.plate", "fuels.origin", "suspicion.offence_code", "suspicion.risk_score.model", "narrative.text",
        "use_limits.text",
    ],
    left: &[
        ("parties", Person), ("fuels.sener_permit", Person), ("fuels.cne_permit", Person), ("fuels.epa_id", Person),
        ("fuels.tceq_id", Person), ("firearms.ffl_number", Person),
        ("shipments.route.legs.departure.name", Person), ("shipments.route.legs.departure.postal_code", Person),
        ("shipments.route.legs.arrival.name", Person), ("shipments.route.legs.arrival.postal_code", Person),
        ("shipments.route.origin.name", Person), ("shipments.route.origin.postal_code", Person),
        ("shipments.route.destination.name", Person), ("shipments.route.destination.postal_code", Person),
        ("substances.identifications.reference", File), ("substances.pen_reference", File),
        ("firearms.trace_reference", File), ("firearms.ballistic_references", File), ("fuels.sample_reference", File),
        ("suspicion.indicators.evidence_reference", File), ("suspicion.hit_reference", File), ("case_reference", File),
        ("shipments.label_identifiers.remark", Words), ("substances.remark", Words), ("firearms.trace_status", Words),
        ("narrative", Words), ("authority_text", Words), ("reasonable_suspicion", Words),
        ("attachments", Picture), ("requested_actions", Asked), ("contact", Whom),
    ],
};

/// One message, being cut down to what may go.
pub(super) struct Cut<'a> {
    fields: &'a Fields,
    names: &'a Names,
    also: BTreeSet<&'static str>,
    left: BTreeMap<String, (Why, usize)>,
    along: BTreeSet<String>,
}

impl<'a> Cut<'a> {
    pub(super) fn new(fields: &'a Fields, names: &'a Names) -> Self {
        Self {
            fields,
            names,
            also: BTreeSet::new(),
            left: BTreeMap::new(),
            along: BTreeSet::new(),
        }
    }

    /// Lets a field go that the table leaves out, because somebody answers for it.
    pub(super) fn keep(&mut self, path: &'static str) {
        self.also.insert(path);
    }

    /// Nothing is to be said of a field that stayed out.
    pub(super) fn forget(&mut self, path: &str) {
        self.left.remove(path);
    }

    /// What may go of a message.
    pub(super) fn of(&mut self, message: Value) -> Map<String, Value> {
        match self.inside(message, "") {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        }
    }

    /// A note for each field that stayed out, in the order of their names.
    pub(super) fn left(&self, root: &str, lang: Lang) -> Vec<String> {
        let worth = self.left.iter().filter(|(_, (why, _))| *why != Own);
        let note = |(path, (why, count)): (&String, &(Why, usize))| {
            why.note(&format!("{root}{path}"), *count, lang)
        };
        worth.map(note).collect()
    }

    /// One note for all that went along as somebody typed it; `None` when nothing did.
    pub(super) fn along(&self, root: &str, lang: Lang) -> Option<String> {
        let paths: Vec<String> = self
            .along
            .iter()
            .map(|path| format!("{root}{path}"))
            .collect();
        let (paths, read) = (paths.join(", "), "went along as it is written: read it");
        let read = lang.pick(read, "pasa tal como está escrito: léalo");
        (!paths.is_empty()).then(|| format!("{paths}: {read}"))
    }

    /// What of a value inside of which some fields may go; `None` when nothing is left.
    fn inside(&mut self, value: Value, path: &str) -> Option<Value> {
        match value {
            Value::Array(items) => {
                let items = items.into_iter();
                let kept: Vec<Value> = items.filter_map(|item| self.inside(item, path)).collect();
                (!kept.is_empty()).then_some(Value::Array(kept))
            }
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, value) in fields {
                    let place = if path.is_empty() {
                        name.clone()
                    } else {
                        format!("{path}.{name}")
                    };
                    if let Some(value) = self.field(value, &place) {
                        drop(kept.insert(name, value));
                    }
                }
                (!kept.is_empty()).then_some(Value::Object(kept))
            }
            // A value that no table names, in a block that one does.
            _ => self.out(path, Words, 1),
        }
    }

    fn field(&mut self, value: Value, path: &str) -> Option<Value> {
        if self.fields.kept.contains(&path) || self.also.contains(path) {
            return self.unnamed(value, path, path);
        }
        let left = self.fields.left.iter().find(|(name, _)| *name == path);
        if let Some((_, why)) = left {
            let count = value.as_array().map_or(1, Vec::len);
            return self.out(path, *why, count);
        }
        self.inside(value, path)
    }

    /// A value that may go, without the texts in it that name a party. Of those that stay out, notes name the whole field.
    fn unnamed(&mut self, value: Value, path: &str, field: &str) -> Option<Value> {
        match value {
            Value::String(text) if self.fields.typed.contains(&path) => {
                if self.names.stand_in(&text) {
                    return self.out(field, Named, 1);
                }
                self.along.insert(path.to_owned());
                Some(Value::String(text))
            }
            Value::Array(items) => {
                let items = items.into_iter();
                let kept = items.filter_map(|item| self.unnamed(item, path, field));
                let kept: Vec<Value> = kept.collect();
                (!kept.is_empty()).then_some(Value::Array(kept))
            }
            Value::Object(fields) => {
                let before = fields.len();
                let fields = fields.into_iter();
                let kept = fields.filter_map(|(name, value)| {
                    let kept = self.unnamed(value, &format!("{path}.{name}"), field)?;
                    Some((name, kept))
                });
                let kept: Map<String, Value> = kept.collect();
                // Half of a text, a quantity or a seal is nothing.
                (kept.len() == before).then_some(Value::Object(kept))
            }
            other => Some(other),
        }
    }

    fn out(&mut self, path: &str, why: Why, count: usize) -> Option<Value> {
        let (_, counted) = self.left.entry(path.to_owned()).or_insert((why, 0));
        *counted += count;
        None
    }
}
