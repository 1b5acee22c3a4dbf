//! What is wrong with a policy's text: where, what, and what to do about it.

use std::fmt;

use precinto_alert::{Detail, Lang};

use super::place::Place;
use crate::limits::{
    NAMES_MAX, NESTING_MAX, OPERATORS_MAX, POLICY_BYTES_MAX, RULE_ID_BYTES_MAX, RULES_MAX,
    WORDS_MAX,
};
use crate::schema::OPTIONAL;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// The id of the rule, if it has one.
    pub rule: Option<String>,
    /// What.
    pub kind: Kind,
}

/// What can be wrong with a text of rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Longer than [`POLICY_BYTES_MAX`].
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// More than [`RULES_MAX`] rules.
    TooMany {
        /// How many there are.
        rules: usize,
    },
    /// Brackets or chains deeper than [`NESTING_MAX`] and [`OPERATORS_MAX`].
    TooDeep,
    /// No rules of Cedar.
    Syntax {
        /// In Cedar's words, English.
        cause: String,
    },
    /// A rule with a blank to be filled in (`?principal`).
    Template,
    /// A rule without `@id("…")`.
    IdMissing,
    /// The id of an earlier rule.
    IdTwice,
    /// Not lower-case letters, digits and hyphens.
    IdForm,
    /// Begins with `floor-` or `default-`.
    IdReserved,
    /// A name that is none: of a side, an agency, a country or a mark.
    Name {
        /// The kind of thing, as the schema calls it.
        what: &'static str,
        /// What stands there.
        name: String,
    },
    /// A single message is named.
    Message,
    /// What no rule may ask, or a code that does not exist: the schema does not have it.
    Schema {
        /// In Cedar's words, English.
        cause: String,
    },
    /// Cedar has a doubt: the rule can never hold, or letters are used that look like others.
    Doubt {
        /// In Cedar's words, English.
        cause: String,
    },
    /// It calls a function that turns texts into addresses, decimals or times.
    Extension {
        /// What is called.
        name: String,
    },
    /// What is not in the list of what a rule may be made of: no fact is a text, a number or a record, and `if` says nothing that `&&`
    /// and `||` do not.
    Useless {
        /// The word or sign.
        what: String,
    },
    /// A letter that people do not see, or that makes them see another text.
    Hidden,
    /// More than [`NAMES_MAX`] names or [`WORDS_MAX`] words in one text.
    TooMuch,
    /// `has` before what is never missing, or of anything but the message: it would always hold, or never, and what stands behind it
    /// would not be looked at.
    Has,
    /// Something that is not a name between `[` and `]`.
    List,
    /// A permit in the floor.
    Permit,
    /// It adds, subtracts or multiplies: the only thing in Cedar that can fail although it was checked.
    Arithmetic,
}

impl Fault {
    /// What is wrong, in one sentence.
    pub fn said(&self) -> Detail {
        self.kind.said()
    }

    /// What to do about it.
    pub fn next(&self) -> Detail {
        self.kind.next()
    }
}

impl Kind {
    /// What machines call it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "TOO_LONG",
            Self::TooMany { .. } => "TOO_MANY",
            Self::TooDeep => "TOO_DEEP",
            Self::Syntax { .. } => "SYNTAX",
            Self::Template => "TEMPLATE",
            Self::IdMissing => "ID_MISSING",
            Self::IdTwice => "ID_TWICE",
            Self::IdForm => "ID_FORM",
            Self::IdReserved => "ID_RESERVED",
            Self::Name { .. } => "NAME",
            Self::Message => "MESSAGE",
            Self::Schema { .. } => "SCHEMA",
            Self::Doubt { .. } => "DOUBT",
            Self::Extension { .. } => "EXTENSION",
            Self::Useless { .. } => "USELESS",
            Self::Hidden => "HIDDEN",
            Self::TooMuch => "TOO_MUCH",
            Self::Has => "HAS",
            Self::List => "LIST",
            Self::Permit => "PERMIT",
            Self::Arithmetic => "ARITHMETIC",
        }
    }

    fn said(&self) -> Detail {
        match self {
            Self::TooLong { bytes } => (
                format!("{bytes} bytes are more than the {POLICY_BYTES_MAX} that a policy may have"),
                format!("{bytes} bytes superan los {POLICY_BYTES_MAX} que puede tener una política"),
            )
                .into(),
            Self::TooMany { rules } => (
                format!("{rules} rules are more than the {RULES_MAX} that a policy may have"),
                format!("{rules} reglas superan las {RULES_MAX} que puede tener una política"),
            )
                .into(),
            Self::TooDeep => (
                format!("brackets nested deeper than {NESTING_MAX}, or more than {OPERATORS_MAX} operators in one rule"),
                format!("paréntesis anidados a más de {NESTING_MAX} niveles, o más de {OPERATORS_MAX} operadores en una regla"),
            )
                .into(),
            Self::Syntax { cause } => (
                format!("this is no rule: {cause}"),
                format!("esto no es una regla: {cause}"),
            )
                .into(),
            Self::Template => (
                "a rule with a blank (?principal, ?resource)",
                "es una regla con un espacio en blanco (?principal, ?resource)",
            )
                .into(),
            Self::IdMissing | Self::IdTwice | Self::IdForm | Self::IdReserved => self.said_of_id(),
            Self::Name { what, name } => (
                format!("{what}::\"{name}\" is no name of this kind"),
                format!("{what}::\"{name}\" no es un nombre de esta clase"),
            )
                .into(),
            Self::Message => (
                "a rule is for all messages of a kind; a single one cannot be named",
                "una regla es para todos los mensajes de una clase; no puede nombrarse uno solo",
            )
                .into(),
            Self::Schema { cause } => (
                format!("there is no such thing to ask about: {cause}"),
                format!("eso no puede preguntarse: {cause}"),
            )
                .into(),
            Self::Doubt { cause } => (
                format!("it does not mean what it seems to: {cause}"),
                format!("no significa lo que aparenta: {cause}"),
            )
                .into(),
            Self::Extension { name } => (
                format!("{name}() is not for policies: no fact is an address, a decimal or a time"),
                format!("{name}() no se admite: ningún hecho es una dirección, un decimal o una hora"),
            )
                .into(),
            Self::Useless { .. } | Self::Hidden | Self::TooMuch | Self::Has | Self::List => {
                self.said_of_shape()
            },
            Self::Permit => (
                "the floor forbids and never permits",
                "el piso prohíbe y nunca permite",
            )
                .into(),
            Self::Arithmetic => (
                "a rule does not calculate: no fact is a number",
                "una regla no calcula: ningún hecho es un número",
            )
                .into(),
        }
    }

    /// What is wrong with words and letters.
    fn said_of_shape(&self) -> Detail {
        match self {
            Self::Useless { what } => (
                format!("a rule has no use for {what}: facts are names, codes and yes or no"),
                format!("una regla no necesita {what}: los hechos son nombres, códigos y sí o no"),
            )
                .into(),
            Self::Hidden => (
                "a letter that is not seen, or that makes the text look like another",
                "un carácter que no se ve, o que hace que el texto parezca otro",
            )
                .into(),
            Self::Has => (
                "has asks whether a message says something that it may leave open, and nothing else",
                "has solo pregunta si un mensaje indica algo que puede dejar abierto",
            )
                .into(),
            Self::List => (
                "between [ and ] stand names and nothing else",
                "entre [ y ] solo van nombres",
            )
                .into(),
            _ => (
                format!("more than {NAMES_MAX} names or {WORDS_MAX} words in one policy: each question would take too long"),
                format!("más de {NAMES_MAX} nombres o {WORDS_MAX} palabras en una política: cada consulta tardaría demasiado"),
            )
                .into(),
        }
    }

    /// What is wrong with an id.
    fn said_of_id(&self) -> Detail {
        match self {
            Self::IdMissing => ("the rule has no id", "la regla no tiene id").into(),
            Self::IdTwice => (
                "an earlier rule has this id",
                "una regla anterior ya tiene este id",
            )
                .into(),
            Self::IdForm => (
                format!(
                    "an id is lower-case letters, digits and hyphens, at most {RULE_ID_BYTES_MAX}"
                ),
                format!(
                    "un id consta de minúsculas, dígitos y guiones, {RULE_ID_BYTES_MAX} como máximo"
                ),
            )
                .into(),
            _ => (
                "ids that begin with floor- or default- are those of the rules that hold for all",
                "los id que empiezan con floor- o default- son de las reglas que valen para todos",
            )
                .into(),
        }
    }

    fn next(&self) -> Detail {
        match self {
            Self::TooLong { .. } | Self::TooMany { .. } => (
                "say more with fewer rules: [Agency::\"…\", Agency::\"…\"].contains(principal) names many at once",
                "diga más con menos reglas: [Agency::\"…\", Agency::\"…\"].contains(principal) nombra a varias a la vez",
            ),
            Self::TooDeep => (
                "make several rules of it: two forbids are as good as one with ||",
                "divídala en varias reglas: dos forbid equivalen a uno con ||",
            ),
            Self::Syntax { .. } => (
                "compare with an example: @id(\"…\") forbid (principal, action, resource) when { … };",
                "compárela con un ejemplo: @id(\"…\") forbid (principal, action, resource) when { … };",
            ),
            Self::Template => (
                "put the agency or the side where the blank is, or take the blank out",
                "ponga la dependencia o el lado en lugar del espacio, o quítelo",
            ),
            Self::IdMissing => (
                "write @id(\"a-short-name\") in front of it: every decision names the rules that made it",
                "escriba @id(\"un-nombre-corto\") delante: toda decisión nombra las reglas que la tomaron",
            ),
            Self::IdTwice | Self::IdForm | Self::IdReserved => (
                "give the rule a name of its own, such as @id(\"no-names-to-border-posts\")",
                "dé a la regla un nombre propio, como @id(\"sin-nombres-a-puestos-fronterizos\")",
            ),
            Self::Name { what, .. } => return Self::example(what),
            Self::Message => (
                "ask what kind of message it is: resource.message_type, resource.tlp, resource.commodities …",
                "pregunte de qué clase es el mensaje: resource.message_type, resource.tlp, resource.commodities …",
            ),
            Self::Schema { .. } | Self::Doubt { .. } => (
                "see what there is to ask about:  precinto policy schema",
                "vea qué puede preguntarse:  precinto policy schema",
            ),
            Self::Extension { .. } => (
                "leave it out; what holds from a day on is put in force on that day",
                "quítelo; lo que rige desde un día se pone en vigor ese día",
            ),
            Self::Useless { .. } => (
                "say it with && and ||, or in several rules",
                "dígalo con && y ||, o en varias reglas",
            ),
            Self::Hidden => (
                "type the line anew; only line ends and tabs may stand between what is seen",
                "vuelva a escribir el renglón; entre lo visible solo caben fines de línea y tabuladores",
            ),
            Self::Has => return Self::optional(),
            Self::List => (
                "name each one: [Agency::\"…\", Agency::\"…\"]; ask the rest with == and ||",
                "nombre cada uno: [Agency::\"…\", Agency::\"…\"]; lo demás se pregunta con == y ||",
            ),
            Self::TooMuch => (
                "name sides, countries or groups of purposes instead of agencies one by one",
                "nombre lados, países o finalidades en vez de dependencias una por una",
            ),
            Self::Permit => ("write it as a forbid", "escríbala como forbid"),
            Self::Arithmetic => (
                "take +, - and * out; - stands in names only, and those in quotation marks",
                "quite +, - y *; el - solo aparece en nombres, y estos van entre comillas",
            ),
        }
        .into()
    }

    /// What `has` may ask for.
    fn optional() -> Detail {
        let all: Vec<&str> = OPTIONAL.iter().copied().collect();
        let all = all.join(", ");
        (
            format!("write resource has, and one of these: {all}"),
            format!("escriba resource has y uno de estos: {all}"),
        )
            .into()
    }

    /// How a name of that kind is written.
    fn example(what: &str) -> Detail {
        let example = match what {
            "Side" => "Side::\"mx.dev.invalid\"",
            "Agency" => "Agency::\"mx.dev.invalid/anam\"",
            "Country" => "Country::\"MX\"",
            _ => "Mark::\"US:LES\"",
        };
        (
            format!("it is written like this: {example}"),
            format!("se escribe así: {example}"),
        )
            .into()
    }
}

/// In English, as logs are; people are shown [`Fault::said`] in their language.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column } = self.place;
        write!(f, "line {line}, column {column}: ")?;
        if let Some(rule) = &self.rule {
            write!(f, "{rule}: ")?;
        }
        f.write_str(self.said().text(Lang::En))
    }
}
