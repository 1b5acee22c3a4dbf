//! The extracts of one's own alert, and what to type when the whole is amended or taken back: nobody who has an extract hears of that
//! by the whole.
//!
//! A command is named only where the gateway would take it. What was recalled must be told to whoever was ever sent it, also after
//! the extract was cancelled or its part ended; a case that has ended is not amended, and not cancelled.

use super::own_copy;
use crate::exit::Failure;
use crate::output::{Lang, Output};
use crate::words::standing;
use precinto_alert::Statement;
use precinto_alert::case::View;
use precinto_alert::code::{Coded, MessageType, RecallGround, RecallMeasure};
use precinto_alert::id::AlertId;
use precinto_client::copy::{Extract, HeldCase, OwnCopy, Standing};

/// What has become of the whole.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    /// There is a newer version.
    Amended,
    /// Its originator needs it no longer.
    Cancelled,
    /// It is not to be used.
    Recalled {
        /// How strictly, if that is known yet.
        measure: Option<RecallMeasure>,
        /// Why.
        ground: Option<RecallGround>,
    },
}

impl Fate {
    /// What has become of a case that there is.
    fn of(case: &HeldCase, view: &View) -> Self {
        match Standing::of(case) {
            Standing::Open | Standing::Closed => Self::Amended,
            Standing::Cancelled => Self::Cancelled,
            Standing::Recalled => {
                let said = case.messages.iter().map(|held| &held.statement);
                let mut recalls = said.filter(|said| said.message_type() == MessageType::Recall);
                Self::Recalled {
                    measure: view.recall.as_ref().map(|recall| recall.measure),
                    ground: recalls.next_back().and_then(Statement::recall_ground),
                }
            }
        }
    }

    /// Whether an extract has yet to follow, and can.
    fn is_open_to(self, extract: &Extract) -> bool {
        match self {
            Self::Amended | Self::Cancelled => extract.standing == Standing::Open,
            Self::Recalled { measure, .. } => {
                extract.recalled.is_none() || extract.recalled < measure
            }
        }
    }
}

/// All extracts of a case; none when the copy's agency is not its originator.
pub(crate) fn of(case: &HeldCase, view: &View, copy: &OwnCopy) -> Result<Vec<Extract>, Failure> {
    if view.originator.as_ref() != Some(copy.agency()) {
        return Ok(Vec::new());
    }
    let extracts = copy.extracts_of(&case.alert_id);
    extracts.map_err(|error| own_copy::failed(&error))
}

/// An extract, and where its case stands if it is not open.
pub(crate) fn named(extract: &Extract, lang: Lang) -> String {
    let id = &extract.alert_id;
    let (_, (en, es)) = standing(extract.standing);
    match extract.standing {
        Standing::Open => id.to_string(),
        Standing::Closed | Standing::Cancelled | Standing::Recalled => {
            format!("{id} ({})", lang.pick(en, es))
        }
    }
}

/// The command by which a draft goes out in an older extract's place, once somebody has read it.
pub(crate) fn replacing(extract: &AlertId, lang: Lang) -> String {
    let file = lang.pick("FILE", "ARCHIVO");
    format!("precinto send amend {file} {extract} --dry-run")
}

/// The command that does to an extract what was done to the whole. Of an amendment it sends nothing: only a person can say whom a draft
/// names, so what it ends with is to be read first.
fn command(whole: &AlertId, extract: &Extract, fate: Fate, lang: Lang) -> String {
    let id = &extract.alert_id;
    match fate {
        Fate::Amended => {
            let (file, amend) = (lang.pick("FILE", "ARCHIVO"), replacing(id, lang));
            format!("precinto draft tear-line {whole} > {file} && {amend}")
        }
        Fate::Cancelled => format!("precinto send cancel {id}"),
        Fate::Recalled { measure, ground } => {
            let (measure, ground) = (name(measure), name(ground));
            format!("precinto send recall {id} --measure {measure} --ground {ground}")
        }
    }
}

fn name<C: Coded>(code: Option<C>) -> &'static str {
    code.map_or("…", Coded::name)
}

/// The extracts that are not yet where the whole stands now.
pub(crate) fn behind<'a>(
    case: &HeldCase,
    view: &View,
    extracts: &'a [Extract],
) -> (Fate, Vec<&'a Extract>) {
    let fate = Fate::of(case, view);
    let is_behind = |extract: &&Extract| {
        let has_to = !matches!(fate, Fate::Amended) || extract.is_behind(case);
        has_to && fate.is_open_to(extract)
    };
    (fate, extracts.iter().filter(is_behind).collect())
}

/// The commands by which those would follow the whole to where it stands now.
pub(crate) fn left_behind(
    case: &HeldCase,
    view: &View,
    extracts: &[Extract],
    lang: Lang,
) -> Vec<String> {
    let (fate, behind) = behind(case, view, extracts);
    let command = |extract| command(&case.alert_id, extract, fate, lang);
    behind.into_iter().map(command).collect()
}

/// Says to whoever amends the whole, or takes it back, that the extracts do not follow by themselves.
pub(crate) fn tell(whole: &AlertId, extracts: &[Extract], fate: Fate, output: Output) {
    let lang = output.lang();
    for extract in extracts {
        let id = &extract.alert_id;
        let (said, command) = if fate.is_open_to(extract) {
            let (en, es) = match fate {
                Fate::Amended | Fate::Cancelled => {
                    ("stays in force as it is", "sigue vigente como está")
                }
                Fate::Recalled { .. } => ("is not recalled with it", "no se retira con ella"),
            };
            let said = lang.pick(
                format!("{id}, an extract of it, {en}; after this:"),
                format!("{id}, extracto de ella, {es}; después de esto:"),
            );
            (said, command(whole, extract, fate, lang))
        } else if extract.standing == Standing::Closed {
            // It takes no amendment any more; whoever has it may want to know all the same.
            let said = lang.pick(
                format!("{id}, an extract of it, is closed; whoever has it can be told:"),
                format!(
                    "{id}, extracto de ella, está concluido; a quien lo tiene se le puede avisar:"
                ),
            );
            (said, format!("precinto send comment {id} --text \"…\""))
        } else {
            continue;
        };
        output.say(&said);
        // On a line of its own, and never broken: it is copied.
        output.talk(format!("  {command}"));
    }
}
