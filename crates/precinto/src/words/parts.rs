//! One value made of parts: what is not there adds nothing, and the eye finds a part by its name.

use super::{Label, labelled, quantity, text_of, texts_of};
use crate::output::Lang;
use precinto_alert::code::Coded;
use serde_json::Value;

/// The parts of one value, from one object.
pub(super) struct Parts<'a> {
    of: &'a Value,
    lang: Lang,
    all: Vec<String>,
}

impl<'a> Parts<'a> {
    /// No parts yet.
    pub(super) fn of(of: &'a Value, lang: Lang) -> Self {
        let all = Vec::new();
        Self { of, lang, all }
    }

    /// Whatever is said.
    pub(super) fn say(&mut self, said: impl IntoIterator<Item = String>) -> &mut Self {
        self.all.extend(said);
        self
    }

    /// Fields as they are.
    pub(super) fn plain(&mut self, names: &[&str]) -> &mut Self {
        let of = self.of;
        self.say(names.iter().filter_map(|name| text_of(of, name)))
    }

    /// A field behind its name.
    pub(super) fn named(&mut self, label: Label, field: &str) -> &mut Self {
        let value = text_of(self.of, field);
        self.behind(label, value)
    }

    /// A value behind its name.
    pub(super) fn behind(&mut self, (en, es): Label, value: Option<String>) -> &mut Self {
        let name = self.lang.pick(en, es);
        self.say(value.map(|value| format!("{name} {value}").trim_start().to_owned()))
    }

    /// A code with its label.
    pub(super) fn code<C: Coded>(&mut self, field: &str) -> &mut Self {
        let (of, lang) = (self.of, self.lang);
        self.say(text_of(of, field).map(|code| labelled::<C>(&code, lang)))
    }

    /// A code with its label, behind a name.
    pub(super) fn coded<C: Coded>(&mut self, label: Label, field: &str) -> &mut Self {
        let code = text_of(self.of, field).map(|code| labelled::<C>(&code, self.lang));
        self.behind(label, code)
    }

    /// An amount with its unit, behind a name that may be empty.
    pub(super) fn amount(&mut self, (en, es): Label, field: &str) -> &mut Self {
        let name = self.lang.pick(en, es);
        let amount = self.of.get(field);
        let amount = amount.and_then(|amount| quantity(amount, self.lang));
        self.say(amount.map(|amount| format!("{name} {amount}").trim_start().to_owned()))
    }

    /// Words, where something is so.
    pub(super) fn flag(&mut self, (en, es): Label, field: &str) -> &mut Self {
        let is = self.of.get(field).and_then(Value::as_bool) == Some(true);
        let words = self.lang.pick(en, es);
        self.say(is.then(|| words.to_owned()))
    }

    /// A list behind its name, every one of it: whoever stands before the goods looks for each.
    pub(super) fn every(&mut self, label: Label, field: &str) -> &mut Self {
        let all = texts_of(self.of, field).join(" ");
        self.behind(label, Some(all).filter(|all| !all.is_empty()))
    }

    /// With nothing between but blanks.
    pub(super) fn with_blanks(&self) -> String {
        self.joined(" ")
    }

    /// What comes first, then the rest behind a colon.
    pub(super) fn with_colon(&self) -> String {
        self.joined(": ")
    }

    /// With commas.
    pub(super) fn with_commas(&self) -> String {
        self.joined(", ")
    }

    /// With semicolons, where a part may hold commas.
    pub(super) fn with_semicolons(&self) -> String {
        self.joined("; ")
    }

    fn joined(&self, between: &str) -> String {
        let said = self.all.iter().filter(|part| !part.is_empty());
        said.map(String::as_str).collect::<Vec<_>>().join(between)
    }
}

/// Which of several consignments something is about, by their positions; of one there is nothing to tell apart.
pub(super) fn shipments_of(one: &Value, count: usize, lang: Lang) -> Option<String> {
    let positions = super::array(one, "shipments").filter_map(Value::as_u64);
    let positions: Vec<String> = positions.map(|position| position.to_string()).collect();
    let said = (count != 1 && !positions.is_empty()).then(|| positions.join(", "))?;
    Some(format!("{} {said}", lang.pick("shipment", "envío")))
}

/// The beginning of a digest: enough to tell two files apart.
pub(super) fn digest(one: &Value, field: &str) -> Option<String> {
    let digest = text_of(one, field)?;
    let start: String = digest.chars().take(16).collect();
    Some(format!("SHA-256 {start}…"))
}
