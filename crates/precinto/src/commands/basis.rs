//! What an answer from the own copy rests on: as of when it is, how far the copy reaches, and what in it is not believed.
//!
//! What is not believed is not looked at. Whoever found nothing is told so, and with another exit code: an alert may be in
//! there.

use super::own_copy;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::words::{minute, span};
use precinto_alert::reason as catalogue;
use precinto_client::copy::OwnCopy;
use precinto_client::subscribe::Unbelievable;
use serde_json::{Value, json};

/// So many entries that are not believed are named.
const NAMED_MAX: usize = 8;

/// What the answer of one command rests on.
pub(crate) struct Basis {
    as_of_ms: Option<u64>,
    position: u64,
    unbelievable: Vec<Unbelievable>,
}

impl Basis {
    /// Of a copy as it is.
    pub(crate) fn of(copy: &OwnCopy) -> Result<Self, Failure> {
        let unbelievable = copy.unbelievable();
        Ok(Self {
            as_of_ms: copy.as_of_ms(),
            position: copy.position(),
            unbelievable: unbelievable.map_err(|error| own_copy::failed(&error))?,
        })
    }

    /// Adds `as_of`, `position` and `unbelievable` to a JSON object.
    pub(crate) fn add_to(&self, object: &mut Value) {
        let doubts = self.unbelievable.iter().map(|one| {
            json!({ "index": one.index, "reason": catalogue::name(one.reason), "detail": one.detail })
        });
        if let Some(object) = object.as_object_mut() {
            let as_of = self.as_of_ms.map(clock::rfc3339_ms);
            object.insert("as_of".to_owned(), json!(as_of));
            object.insert("position".to_owned(), json!(self.position));
            object.insert("unbelievable".to_owned(), doubts.collect());
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
        if self.unbelievable.is_empty() {
            return;
        }
        let named = self.unbelievable.iter().take(NAMED_MAX);
        let mut named: Vec<String> = named.map(|one| one.index.to_string()).collect();
        if self.unbelievable.len() > NAMED_MAX {
            named.push("…".to_owned());
        }
        let (count, named) = (self.unbelievable.len(), named.join(", "));
        output.talk(lang.pick(
            format!("not looked at, because they are not believed: {count} entries of the log ({named}); precinto sync says why"),
            format!("sin revisar, porque no se creen: {count} entradas de la bitácora ({named}); precinto sync dice por qué"),
        ));
    }

    /// Whether everything that came here was looked at.
    pub(crate) fn is_whole(&self) -> bool {
        self.unbelievable.is_empty()
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
