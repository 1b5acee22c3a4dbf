//! A table of cases: who, does what, with which message, and what is to come of it. It ships with a policy, anybody can add
//! to it, and each side can run the other's.
//!
//! ```
//! use precinto_policy::{Floor, Rules, Table};
//! let table = Table::parse(r#"
//!     [[agency]]
//!     id = "us.dev.invalid/cbp"
//!     country = "US"
//!
//!     [[agency]]
//!     id = "mx.dev.invalid/anam"
//!     country = "MX"
//!
//!     [[case]]
//!     name = "nobody gets what is for another"
//!     act = "receive"
//!     who = "mx.dev.invalid/anam"
//!     message = { from = "us.dev.invalid/cbp", to = ["us.dev.invalid/cbp"] }
//!     expect = "refuse"
//!     rules = ["floor-third-agency"]
//! "#).expect("a table");
//! let rules = Rules::new(Floor::NEWEST, []);
//! assert!(table.run(&rules).iter().all(|tried| tried.as_expected()));
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use precinto_alert::Detail;
use precinto_alert::code::{Coded, CommodityClass};
use precinto_alert::country::is_country;
use precinto_alert::id::{AgencyId, Side};
use serde::Deserialize;

use crate::limits::{CASES_MAX, FAULTS_MAX, TABLE_BYTES_MAX};
use crate::{Agency, Ask, Facts, Outcome, Passage, Rules, Verdict};

mod message;

pub use message::MessageText;

/// A table, read. Only [`Table::parse`] makes one.
#[derive(Debug)]
pub struct Table {
    policies: BTreeMap<Side, String>,
    agencies: BTreeMap<AgencyId, Agency>,
    cases: Vec<Case>,
}

/// One case.
#[derive(Debug)]
pub struct Case {
    /// What it shows, in a sentence.
    pub name: String,
    question: Question,
    /// Whether it is to be allowed.
    pub expect: bool,
    /// Exactly the rules that are to decide it, if the table says.
    pub rules: Option<BTreeSet<String>>,
}

/// Who does what with which message.
#[derive(Debug)]
pub struct Question {
    act: Act,
    by: Agency,
    passage: Passage,
    facts: Facts,
}

/// What came of a case.
#[derive(Debug)]
pub struct Tried<'a> {
    /// The case.
    pub case: &'a Case,
    /// What the rules say.
    pub verdict: Arc<Verdict>,
}

/// What an agency does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// Put it into the log.
    Submit,
    /// Be delivered it.
    Receive,
    /// Look it up.
    Read,
}

/// Why a text is no table; for whoever wrote it to mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Longer than [`TABLE_BYTES_MAX`].
    #[error("{bytes} bytes are more than the {TABLE_BYTES_MAX} that a table may have")]
    Size {
        /// How long it is.
        bytes: usize,
    },
    /// Not TOML, an unknown key, a missing key or a value of the wrong kind.
    #[error("{message}")]
    Syntax {
        /// What is wrong and where, in English, with the line.
        message: String,
    },
    /// Names and codes that do not exist, at most [`FAULTS_MAX`].
    #[error("{}", listed(.0))]
    Content(Vec<Problem>),
}

/// One thing that is wrong in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `case "nobody gets …": who`.
    pub at: String,
    /// What.
    pub detail: Detail,
}

fn listed(problems: &[Problem]) -> String {
    let texts = problems
        .iter()
        .map(|one| format!("{}: {}", one.at, one.detail));
    texts.collect::<Vec<_>>().join("; ")
}

/// The text as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    policy: BTreeMap<String, String>,
    #[serde(default)]
    agency: Vec<AgencyFile>,
    #[serde(default)]
    case: Vec<CaseFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgencyFile {
    id: String,
    country: String,
    #[serde(default)]
    purposes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    name: String,
    act: Act,
    who: String,
    #[serde(default)]
    passage: PassageFile,
    message: MessageText,
    expect: Expected,
    rules: Option<BTreeSet<String>>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum PassageFile {
    #[default]
    Direct,
    Onward,
    Released,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Expected {
    Allow,
    Refuse,
}

impl Table {
    /// Reads a table (TOML). Unknown keys are refused; names and codes that do not exist are reported together.
    pub fn parse(text: &str) -> Result<Self, TableError> {
        if text.len() > TABLE_BYTES_MAX {
            return Err(TableError::Size { bytes: text.len() });
        }
        let file: File = toml::from_str(text).map_err(|error| TableError::Syntax {
            message: error.to_string(),
        })?;
        let mut problems = Problems::default();
        if file.case.len() > CASES_MAX {
            let (en, es) = (
                format!("at most {CASES_MAX} cases"),
                format!("{CASES_MAX} casos como máximo"),
            );
            problems.add("case", (en, es));
        }
        let mut policies = BTreeMap::new();
        for (side, path) in file.policy {
            match side.parse() {
                Ok(side) => drop(policies.insert(side, path)),
                Err(_) => problems.no_name(&format!("policy.\"{side}\""), "us.dev.invalid"),
            }
        }
        let agencies = agencies(file.agency, &mut problems);
        let read = |case| read_case(case, &agencies, &mut problems);
        let cases = file.case.into_iter().filter_map(read).collect();
        if problems.0.is_empty() {
            Ok(Self {
                policies,
                agencies,
                cases,
            })
        } else {
            Err(TableError::Content(problems.0))
        }
    }

    /// Of these agencies, with no policies and no cases: for questions that stand in no table.
    pub fn of_agencies(agencies: impl IntoIterator<Item = Agency>) -> Self {
        let agencies = agencies
            .into_iter()
            .map(|agency| (agency.id.clone(), agency));
        Self {
            policies: BTreeMap::new(),
            agencies: agencies.collect(),
            cases: Vec::new(),
        }
    }

    /// The files of the policies that it is for, by side, each relative to the table's own folder.
    pub fn policies(&self) -> &BTreeMap<Side, String> {
        &self.policies
    }

    /// Its cases, in order.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// A question about these agencies that stands in no case: whether `who` may do it with such a message.
    pub fn question(
        &self,
        act: Act,
        who: &str,
        passage: Passage,
        message: MessageText,
    ) -> Result<Question, TableError> {
        let mut problems = Problems::default();
        let question = question(
            "",
            (act, who, passage),
            message,
            &self.agencies,
            &mut problems,
        );
        // A code that is none is left out of the facts, so there may be a question all the same, but not the one that was meant.
        match question {
            Some(question) if problems.0.is_empty() => Ok(question),
            _ => Err(TableError::Content(problems.0)),
        }
    }

    /// Asks the rules about every case.
    pub fn run(&self, rules: &Rules) -> Vec<Tried<'_>> {
        let tried = |case: &Case| case.question.decide(rules);
        let cases = self.cases.iter();
        cases
            .map(|case| Tried {
                case,
                verdict: tried(case),
            })
            .collect()
    }
}

impl Question {
    /// What the rules say to it.
    pub fn decide(&self, rules: &Rules) -> Arc<Verdict> {
        rules.decide(self.act.by(&self.by, self.passage), &self.facts)
    }
}

impl Act {
    fn by(self, by: &Agency, passage: Passage) -> Ask<'_> {
        match self {
            Self::Submit => Ask::Submit { by },
            Self::Receive => Ask::Receive { by, passage },
            Self::Read => Ask::Read { by, passage },
        }
    }
}

impl Tried<'_> {
    /// Whether it came as the table says: the verdict, and the rules where it names them.
    pub fn as_expected(&self) -> bool {
        let Self { case, verdict } = self;
        let told: BTreeSet<&str> = verdict.rules().collect();
        let same = |rules: &BTreeSet<String>| rules.iter().map(String::as_str).eq(told);
        // Of a rule that broke nobody knows what it would have said: that is what no case expects.
        let expected = if case.expect {
            Outcome::Allowed
        } else {
            Outcome::Refused
        };
        verdict.outcome() == expected && case.rules.as_ref().is_none_or(same)
    }
}

/// What is wrong so far.
#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, at: &str, detail: impl Into<Detail>) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(Problem {
                at: at.to_owned(),
                detail: detail.into(),
            });
        }
    }

    fn no_name(&mut self, at: &str, example: &str) {
        let detail = (
            format!("is no name of the form {example}"),
            format!("no es un nombre de la forma {example}"),
        );
        self.add(at, detail);
    }

    fn no_code(&mut self, at: &str, name: &str) {
        let detail = (
            format!("{name} is no code of this kind"),
            format!("{name} no es un código de esta clase"),
        );
        self.add(at, detail);
    }

    /// The code of that name.
    fn code<T: Coded>(&mut self, at: &str, name: &str) -> Option<T> {
        let code = T::from_name(name);
        if code.is_none() {
            self.no_code(at, name);
        }
        code
    }

    /// The codes of these names.
    fn codes<T: Coded + Ord>(&mut self, at: &str, names: &[String]) -> BTreeSet<T> {
        names
            .iter()
            .filter_map(|name| self.code(at, name))
            .collect()
    }

    /// The agency of that name.
    fn agency(&mut self, at: &str, name: &str) -> Option<AgencyId> {
        let agency = name.parse().ok();
        if agency.is_none() {
            self.no_name(at, "mx.dev.invalid/anam");
        }
        agency
    }
}

fn agencies(files: Vec<AgencyFile>, problems: &mut Problems) -> BTreeMap<AgencyId, Agency> {
    let mut agencies = BTreeMap::new();
    for file in files {
        let at = format!("agency \"{}\"", file.id);
        let purposes = problems.codes::<CommodityClass>(&format!("{at}: purposes"), &file.purposes);
        if !is_country(&file.country) {
            problems.no_name(&format!("{at}: country"), "MX");
        }
        let Some(id) = problems.agency(&format!("{at}: id"), &file.id) else {
            continue;
        };
        let agency = Agency {
            id: id.clone(),
            country: file.country,
            purposes,
        };
        if agencies.insert(id, agency).is_some() {
            problems.add(&at, ("stands twice", "aparece dos veces"));
        }
    }
    agencies
}

fn read_case(
    file: CaseFile,
    agencies: &BTreeMap<AgencyId, Agency>,
    problems: &mut Problems,
) -> Option<Case> {
    let passage = match file.passage {
        PassageFile::Direct => Passage::Direct,
        PassageFile::Onward => Passage::Onward,
        PassageFile::Released => Passage::OnwardReleased,
    };
    let at = format!("case \"{}\": ", file.name);
    let asked = (file.act, file.who.as_str(), passage);
    Some(Case {
        question: question(&at, asked, file.message, agencies, problems)?,
        name: file.name,
        expect: file.expect == Expected::Allow,
        rules: file.rules,
    })
}

fn question(
    at: &str,
    (act, who, passage): (Act, &str, Passage),
    message: MessageText,
    agencies: &BTreeMap<AgencyId, Agency>,
    problems: &mut Problems,
) -> Option<Question> {
    let place = format!("{at}who");
    let by = problems.agency(&place, who);
    let by = by.and_then(|id| known(&place, &id, agencies, problems));
    let facts = message.read(&format!("{at}message"), agencies, problems);
    Some(Question {
        act,
        by: by?,
        passage,
        facts: facts?,
    })
}

/// What the table says of an agency.
fn known(
    at: &str,
    id: &AgencyId,
    agencies: &BTreeMap<AgencyId, Agency>,
    problems: &mut Problems,
) -> Option<Agency> {
    let known = agencies.get(id).cloned();
    if known.is_none() {
        let detail = (
            format!("{id} has no [[agency]] in this table"),
            format!("{id} no tiene [[agency]] en esta tabla"),
        );
        problems.add(at, detail);
    }
    known
}

#[cfg(test)]
mod tests;
