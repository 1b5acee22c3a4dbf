//! What an answer from the own copy rests on: as of when it is, how far the copy reaches, and what in it is not looked at.
//!
//! That is what is not believed, what the gateway says was deleted, and what this version cannot read. Whoever found nothing
//! is told so, and with another exit code: what was looked for may be in there.

use super::own_copy;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::{Lang, Output};
use crate::words::{minute, span};
use precinto_alert::reason as catalogue;
use precinto_client::copy::{OwnCopy, PrunedBody};
use precinto_client::subscribe::Unbelievable;
use serde_json::{Value, json};

/// So many entries that were not looked at are named, for each cause.
const NAMED_MAX: usize = 8;

/// What the answer of one command rests on.
pub(crate) struct Basis {
    as_of_ms: Option<u64>,
    position: u64,
    unbelievable: Vec<Unbelievable>,
    /// Content that the gateway says was deleted by law; it never came here.
    pruned: Vec<PrunedBody>,
    /// Entries whose content is here and cannot be read by this version.
    unreadable: Vec<u64>,
}

impl Basis {
    /// Of a copy as it is.
    pub(crate) fn of(copy: &OwnCopy) -> Result<Self, Failure> {
        let failed = |error| own_copy::failed(&error);
        Ok(Self {
            as_of_ms: copy.as_of_ms(),
            position: copy.position(),
            unbelievable: copy.unbelievable().map_err(failed)?,
            pruned: copy.pruned().map_err(failed)?,
            unreadable: copy.unreadable().map_err(failed)?,
        })
    }

    /// Adds `as_of`, `position`, `unbelievable`, `pruned` and `unreadable` to a JSON object.
    pub(crate) fn add_to(&self, object: &mut Value) {
        let doubts = self.unbelievable.iter().map(|one| {
            json!({ "index": one.index, "reason": catalogue::name(one.reason), "detail": one.detail })
        });
        let pruned = self.pruned.iter().map(|one| {
            let alert = one.alert_id.as_ref().map(ToString::to_string);
            json!({ "index": one.index, "alert_id": alert })
        });
        let unreadable = self
            .unreadable
            .iter()
            .map(|index| json!({ "index": index }));
        if let Some(object) = object.as_object_mut() {
            let as_of = self.as_of_ms.map(clock::rfc3339_ms);
            object.insert("as_of".to_owned(), json!(as_of));
            object.insert("position".to_owned(), json!(self.position));
            object.insert("unbelievable".to_owned(), doubts.collect());
            object.insert("pruned".to_owned(), pruned.collect());
            object.insert("unreadable".to_owned(), unreadable.collect());
        }
    }

    /// Says as of when an answer is for which no gateway was asked, and what it does not cover.
    pub(crate) fn tell(&self, offline: bool, output: Output) {
        let lang = output.lang();
        if let Some(as_of) = self.as_of_ms.filter(|_| offline) {
            let (en, es) = (
                "the gateway was not asked; this is the state of",
                "no se consultó a la pasarela; este es el estado al",
            );
            let since = span(clock::now_ms(), as_of, lang);
            let what = lang.pick(en, es);
            output.talk(format!("{what} {} ({since})", minute(as_of)));
        }
        let lacking = [
            self.not_believed(lang),
            self.deleted(lang),
            self.not_readable(lang),
        ];
        for what in lacking.into_iter().flatten() {
            output.talk(what);
        }
    }

    fn not_believed(&self, lang: Lang) -> Option<String> {
        let (count, named) = named(self.unbelievable.iter().map(|one| one.index))?;
        Some(lang.pick(
            format!("not looked at, because they are not believed: {count} entries of the log ({named}); precinto sync says why"),
            format!("sin revisar, porque no se creen: {count} entradas de la bitácora ({named}); precinto sync dice por qué"),
        ))
    }

    fn deleted(&self, lang: Lang) -> Option<String> {
        let (count, named) = named(self.pruned.iter().map(|one| one.index))?;
        Some(lang.pick(
            format!("not looked at, because the gateway says that it was deleted by law, which nothing proves: the content of {count} entries ({named})"),
            format!("sin revisar, porque la pasarela dice que se suprimió conforme a la ley y nada lo prueba: el contenido de {count} entradas ({named})"),
        ))
    }

    fn not_readable(&self, lang: Lang) -> Option<String> {
        let (count, named) = named(self.unreadable.iter().copied())?;
        Some(lang.pick(
            format!("not looked at, because this version cannot read it: the content of {count} entries ({named}); a newer version may"),
            format!("sin revisar, porque esta versión no puede leerlo: el contenido de {count} entradas ({named}); quizá una versión más reciente sí"),
        ))
    }

    /// Whether everything that came here was looked at.
    pub(crate) fn is_whole(&self) -> bool {
        self.unbelievable.is_empty() && self.pruned.is_empty() && self.unreadable.is_empty()
    }

    /// How a command ends that found nothing.
    pub(crate) fn nothing_found(&self) -> Exit {
        if self.is_whole() {
            Exit::NotFound
        } else {
            Exit::Inconclusive
        }
    }
}

/// How many entries, and the first of them by index; `None` for none.
fn named(indexes: impl ExactSizeIterator<Item = u64>) -> Option<(usize, String)> {
    let count = indexes.len();
    let mut named: Vec<String> = indexes
        .take(NAMED_MAX)
        .map(|index| index.to_string())
        .collect();
    if count > NAMED_MAX {
        named.push("…".to_owned());
    }
    (count > 0).then(|| (count, named.join(", ")))
}
