//! What all tables of codes have in common: a family with its source, and a row for each code.

use super::{
    AckLevel, ActionCode, ActionVerdict, AssessmentResult, AuthorityCode, AwbKind, BallisticSystem,
    CommodityClass, Confidence, DisseminationVerdict, EvaluationScale, FirearmKind, FuelContainer,
    FuelProduct, HoldKind, HoldState, IdentificationMethod, IncbTable, IndicatorCode,
    InformationGrade, LabelIdentifierKind, LinkKind, MARKS, MessageStatus, MessageType, NoticeKind,
    OutcomeCode, OverdueStep, PartyRole, PayloadProtection, Precedence, ProtectedBag, RecallGround,
    RecallMeasure, RecipientKind, ScreeningExemption, ScreeningMethod, SealCondition,
    SecurityStatus, SeizureForm, SerialState, ShipmentChannel, SignerRole, SourceGrade,
    SubstanceClass, SubstanceForm, TariffSystem, TaxIdKind, Tlp, TransportMode, UsChemicalList,
    UseCode, UsePermission, VerdictGround,
};
use crate::Lang;

/// Edition of a set of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Rises by one with every change of a code, a label, an example or a next step.
    pub number: u32,
    /// The day of that change, ISO 8601.
    pub date: &'static str,
}

/// Edition of the tables in this program. All of them share one, because they are compiled in together.
pub const TABLES: Version = Version {
    number: 1,
    date: "2026-11-22",
};

/// One code: what to call it, and what whoever meets it should know.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    number: i32,
    label: [&'static str; 2],
    advice: Option<Advice>,
    sources: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct Advice {
    example: [&'static str; 2],
    next: [&'static str; 2],
}

impl Row {
    /// A row with a label in English and in Spanish.
    pub(super) const fn new(number: i32, english: &'static str, spanish: &'static str) -> Self {
        Self {
            number,
            label: [english, spanish],
            advice: None,
            sources: "",
        }
    }

    /// With an example and the next step, each in English and in Spanish.
    pub(super) const fn advised(
        mut self,
        example: [&'static str; 2],
        next: [&'static str; 2],
    ) -> Self {
        self.advice = Some(Advice { example, next });
        self
    }

    /// With letters of [`super::SOURCES`], where the rows of a table come from different ones.
    pub(super) const fn from(mut self, letters: &'static str) -> Self {
        self.sources = letters;
        self
    }

    /// The number in the interface; of a mark, its place in the list.
    pub fn number(&self) -> i32 {
        self.number
    }

    /// What to call it.
    pub fn label(&self, lang: Lang) -> &'static str {
        pick(self.label, lang)
    }

    /// A case in which it is used; the vocabularies that only describe have none.
    pub fn example(&self, lang: Lang) -> Option<&'static str> {
        self.advice.map(|advice| pick(advice.example, lang))
    }

    /// What to do about it; the vocabularies that only describe say nothing.
    pub fn next(&self, lang: Lang) -> Option<&'static str> {
        self.advice.map(|advice| pick(advice.next, lang))
    }

    /// Letters of [`super::SOURCES`]; empty when the family has one source for all.
    pub fn sources(&self) -> &'static str {
        self.sources
    }
}

/// One vocabulary.
#[derive(Debug)]
pub struct Family {
    /// What machines call it: `outcome`, `party_role`.
    pub name: &'static str,
    /// What people call it, English and Spanish.
    pub(super) title: [&'static str; 2],
    /// Where its codes come from, English and Spanish.
    pub(super) source: [&'static str; 2],
    /// What stands before every name in the interface, `OUTCOME_CODE_`; empty for marks, which are texts there.
    pub prefix: &'static str,
    pub(super) groups: &'static [&'static [Row]],
    pub(super) full_name: fn(i32) -> Option<&'static str>,
}

impl Family {
    /// What people call it.
    pub fn title(&self, lang: Lang) -> &'static str {
        pick(self.title, lang)
    }

    /// Where its codes come from.
    pub fn source(&self, lang: Lang) -> &'static str {
        pick(self.source, lang)
    }

    /// Every code but the unspecified one, in the order of the numbers.
    pub fn rows(&self) -> impl Iterator<Item = &'static Row> + use<> {
        self.groups.iter().copied().flatten()
    }

    /// The code as people and machines write it: `P1`, `SEIZED`, `AMBER_STRICT`, `US:LES`.
    pub fn name_of(&self, row: &Row) -> &'static str {
        let full = (self.full_name)(row.number).unwrap_or_default();
        full.strip_prefix(self.prefix).unwrap_or(full)
    }

    /// The code of that name, written with or without the family's prefix.
    pub fn find(&self, name: &str) -> Option<&'static Row> {
        let short = name.strip_prefix(self.prefix).unwrap_or(name);
        self.rows().find(|row| self.name_of(row) == short)
    }
}

/// A vocabulary that is an enum of the interface.
pub trait Coded: Copy + PartialEq + Into<i32> + TryFrom<i32> + 'static {
    /// Its table.
    const FAMILY: &'static Family;

    /// The code as people and machines write it: `P1`, `SEIZED`, `AMBER_STRICT`; `UNSPECIFIED` for none.
    fn name(self) -> &'static str {
        let full = (Self::FAMILY.full_name)(self.into()).unwrap_or_default();
        full.strip_prefix(Self::FAMILY.prefix).unwrap_or(full)
    }

    /// What to call it.
    fn label(self, lang: Lang) -> &'static str {
        let number: i32 = self.into();
        match Self::FAMILY.rows().find(|row| row.number == number) {
            Some(row) => row.label(lang),
            None => pick(["not stated", "sin indicar"], lang),
        }
    }

    /// The code of that name, written without its prefix.
    fn from_name(name: &str) -> Option<Self> {
        let mut rows = Self::FAMILY.rows();
        let row = rows.find(|row| Self::FAMILY.name_of(row) == name)?;
        Self::try_from(row.number).ok()
    }
}

/// Every vocabulary: first those that people act on, then those that describe.
pub const FAMILIES: &[&Family] = &[
    MessageType::FAMILY,
    MessageStatus::FAMILY,
    Precedence::FAMILY,
    AckLevel::FAMILY,
    OverdueStep::FAMILY,
    CommodityClass::FAMILY,
    IndicatorCode::FAMILY,
    ActionCode::FAMILY,
    ActionVerdict::FAMILY,
    VerdictGround::FAMILY,
    AssessmentResult::FAMILY,
    HoldKind::FAMILY,
    HoldState::FAMILY,
    OutcomeCode::FAMILY,
    SeizureForm::FAMILY,
    Tlp::FAMILY,
    &MARKS,
    UseCode::FAMILY,
    UsePermission::FAMILY,
    AuthorityCode::FAMILY,
    ProtectedBag::FAMILY,
    DisseminationVerdict::FAMILY,
    RecallMeasure::FAMILY,
    RecallGround::FAMILY,
    LinkKind::FAMILY,
    NoticeKind::FAMILY,
    RecipientKind::FAMILY,
    ShipmentChannel::FAMILY,
    TransportMode::FAMILY,
    AwbKind::FAMILY,
    LabelIdentifierKind::FAMILY,
    SealCondition::FAMILY,
    TariffSystem::FAMILY,
    SecurityStatus::FAMILY,
    ScreeningMethod::FAMILY,
    ScreeningExemption::FAMILY,
    PartyRole::FAMILY,
    TaxIdKind::FAMILY,
    SubstanceClass::FAMILY,
    SubstanceForm::FAMILY,
    IncbTable::FAMILY,
    UsChemicalList::FAMILY,
    IdentificationMethod::FAMILY,
    FirearmKind::FAMILY,
    SerialState::FAMILY,
    BallisticSystem::FAMILY,
    FuelProduct::FAMILY,
    FuelContainer::FAMILY,
    Confidence::FAMILY,
    EvaluationScale::FAMILY,
    SourceGrade::FAMILY,
    InformationGrade::FAMILY,
    SignerRole::FAMILY,
    PayloadProtection::FAMILY,
];

/// Every code of that name: `PARTIAL` is a verdict, a state of a hold, an outcome and a state of a serial number.
pub fn sharing_name(name: &str) -> impl Iterator<Item = (&'static Family, &'static Row)> {
    FAMILIES
        .iter()
        .filter_map(move |family| family.find(name).map(|row| (*family, row)))
}

fn pick(texts: [&'static str; 2], lang: Lang) -> &'static str {
    let [english, spanish] = texts;
    match lang {
        Lang::En => english,
        Lang::Es => spanish,
    }
}

/// Rows of a table: `Code "sources" { "label", "etiqueta", example "…", "…", next "…", "…" }`; sources and advice are
/// optional.
macro_rules! rows {
    ($kind:ident; $($code:ident $($sources:literal)? {
        $english:literal, $spanish:literal
        $(, example $example_en:literal, $example_es:literal,
            next $next_en:literal, $next_es:literal)? $(,)?
    })*) => {
        &[$(
            crate::code::family::Row::new($kind::$code as i32, $english, $spanish)
                $(.advised([$example_en, $example_es], [$next_en, $next_es]))?
                $(.from($sources))?
        ),*]
    };
}

/// A vocabulary of the interface: `Enum, "PREFIX_", "name", "title", "título", "source", "fuente"; groups of rows`.
macro_rules! family {
    ($kind:ident, $prefix:literal, $name:literal, $title_en:literal, $title_es:literal,
     $source_en:literal, $source_es:literal; $($group:expr),+) => {
        impl crate::code::Coded for $kind {
            const FAMILY: &'static crate::code::Family = &crate::code::Family {
                name: $name,
                title: [$title_en, $title_es],
                source: [$source_en, $source_es],
                prefix: $prefix,
                groups: &[$($group),+],
                full_name: |number| Self::try_from(number).ok().map(|code| code.as_str_name()),
            };
        }
    };
}

pub(super) use {family, rows};
