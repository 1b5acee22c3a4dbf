//! What the receipts of a case are worth: each is local, on the log's word alone, or witnessed, on that of others too.
//!
//! Computed here and now from the node's own policy; the checkpoint that others have cosigned comes with the own copy.

use crate::clock::rfc3339_ms;
use crate::commands::own_copy;
use crate::config::{Node, load_policy};
use crate::exit::{Failure, Text};
use crate::output::Lang;
use precinto_client::copy::{HeldCase, OwnCopy};
use precinto_client::grade::of_checkpoint;
use precinto_merkle::note::VerifiedSignature;
use precinto_merkle::policy::Grade;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The grades of a case's receipts; or why there are none.
pub(super) enum Grades {
    /// Each has one.
    Computed(Option<Witnessed>),
    /// Nobody says whose word counts.
    NotComputed(Text),
}

/// What others than the log vouch for.
pub(super) struct Witnessed {
    /// How many entries of the log their checkpoint covers.
    size: u64,
    /// Who has cosigned it, and when.
    by: Vec<VerifiedSignature>,
    /// The entries of this case of which the log has shown that it covers them.
    entries: BTreeSet<u64>,
}

impl Grades {
    /// Those of `held`, by the node's policy.
    pub(super) fn of(node: &Node, copy: &OwnCopy, held: &HeldCase) -> Result<Self, Failure> {
        let Some(file) = &node.policy else {
            return Ok(Self::NotComputed(("no policy", "sin política").into()));
        };
        // One that cannot be read keeps nobody from the story itself.
        let policy = match load_policy(file) {
            Ok(policy) => policy,
            Err(error) => return Ok(Self::NotComputed(Failure::from(error).message)),
        };
        let failed = |error| own_copy::failed(&error);
        let Some(checkpoint) = copy.witnessed(&node.log).map_err(failed)? else {
            return Ok(Self::Computed(None));
        };
        let graded = match of_checkpoint(&checkpoint, &policy) {
            Ok(graded) => graded,
            Err(error) => {
                let es = "las firmas de los testigos no se sostienen";
                return Ok(Self::NotComputed(Text::cause(error, es)));
            }
        };
        if graded.grade != Grade::Witnessed {
            return Ok(Self::Computed(None));
        }
        let mut entries = BTreeSet::new();
        for message in &held.messages {
            if copy.is_under(&checkpoint, message.index).map_err(failed)? {
                entries.insert(message.index);
            }
        }
        Ok(Self::Computed(Some(Witnessed {
            size: checkpoint.checkpoint().size,
            by: graded.cosignatures,
            entries,
        })))
    }

    /// The grade of the receipt of the entry at `index`, for machines; null when none was computed.
    pub(super) fn json_of(&self, index: u64) -> Value {
        match self {
            Self::NotComputed(_) => Value::Null,
            Self::Computed(Some(witnessed)) if witnessed.entries.contains(&index) => {
                json!("WITNESSED")
            }
            Self::Computed(_) => json!("LOCAL"),
        }
    }

    /// By whom, and up to where; null when nobody's word is there that counts.
    pub(super) fn json(&self) -> Value {
        let Self::Computed(Some(witnessed)) = self else {
            return Value::Null;
        };
        let by = witnessed.by.iter().map(|one| {
            let time_ms = one.time.unwrap_or_default().saturating_mul(1000);
            json!({ "name": one.key.name(), "time": rfc3339_ms(time_ms) })
        });
        json!({ "tree_size": witnessed.size, "cosigned_by": by.collect::<Vec<_>>() })
    }

    /// The grades of all these entries, in the order of the log, in one sentence or two.
    pub(super) fn said(&self, indices: impl Iterator<Item = u64>, lang: Lang) -> String {
        let witnessed = match self {
            Self::NotComputed(why) => {
                let not = lang.pick("Grade: not computed", "Grado: no calculado");
                return format!("{not} ({}).", why.pick(lang));
            }
            Self::Computed(None) => {
                return lang
                    .pick(
                        "Grade of every receipt: local, on the log's own word so far.",
                        "Grado de todos los recibos: local, por ahora solo con la palabra de la bitácora.",
                    )
                    .to_owned();
            }
            Self::Computed(Some(witnessed)) => witnessed,
        };
        let (under, local): (Vec<u64>, Vec<u64>) =
            indices.partition(|index| witnessed.entries.contains(index));
        let by: Vec<&str> = witnessed.by.iter().map(|one| one.key.name()).collect();
        let (by, size) = (by.join(", "), witnessed.size);
        let vouched = lang.pick(
            format!("{by} cosigned the first {size} entries of the log"),
            format!("{by}: firma de testigo sobre las primeras {size} entradas de la bitácora"),
        );
        let (grade, is_local) = (
            lang.pick("Grade: witnessed", "Grado: atestiguado"),
            lang.pick("local so far", "local por ahora"),
        );
        match (under.as_slice(), local.as_slice()) {
            (_, []) => {
                let all = lang.pick("every receipt", "todos los recibos");
                format!("{grade}, {all}: {vouched}.")
            }
            ([], _) => {
                let all = lang.pick(
                    "Grade of every receipt: local so far",
                    "Grado de todos los recibos: local por ahora",
                );
                format!("{all}; {vouched}.")
            }
            _ => format!(
                "{grade}, {}: {vouched}; {is_local}: {}.",
                numbers(&under),
                numbers(&local)
            ),
        }
    }
}

fn numbers(indices: &[u64]) -> String {
    let numbers: Vec<String> = indices.iter().map(|index| format!("#{index}")).collect();
    numbers.join(", ")
}
