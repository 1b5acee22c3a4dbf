//! What a person need not type about a case: taken from the agency's own copy, where there is only one thing to mean.
//!
//! | Message | refers to | goes to |
//! |---|---|---|
//! | AMEND | the newest version; its number is the next | whom the newest version went to |
//! | CANCEL, RECALL | the newest version | everybody who was ever sent anything of the case |
//! | `RECALL_CONFIRM` | the recall that was carried out here | the originator |
//! | `RFI_RESPONSE`, `RFS_RESULT`, `DISSEMINATION_DECISION` | the one such question that waits for this agency | whoever asked |
//! | `ACTION_RESPONSE` | such a question, or else the newest version | whoever asked |
//! | TRANSFER | the newest version | the agency that takes over, and the originator |
//! | all others | the newest version | the originator; from the originator, the addressees as it had written them |
//!
//! An officer who was named stays an officer: nothing goes to a whole agency that only one of its officers was told of.
//! What is about a RED message goes to the officers whom its author had named; from them, only an acknowledgement has a
//! recipient by itself. It is RED itself wherever it goes to officers only, typed or not.
//!
//! How it is to be handled follows what it is about ([`handling`]), and so does whether it is meant in earnest.
//!
//! A tear-line is taken from one's own alert only ([`extract`]). Whoever amends, cancels or recalls the whole is told which of
//! its extracts have yet to follow, and what to type for each ([`extracts`]).
//!
//! A message that is named goes back to whoever sent it. What is typed is never replaced. Where the copy cannot say,
//! nothing is filled in, and the rules then say what is missing. A copy that caught the log in a lie ends the command.

use super::super::{extracts, own_copy};
use crate::args::SendOptions;
use crate::config::Node;
use crate::draft::statement_json;
use crate::exit::{Exit, Failure, Text};
use crate::output::{Output, printable};
use crate::words::recipient;
use precinto_alert::Lang as Texts;
use precinto_alert::case::View;
use precinto_alert::code::{Coded, MessageType, Tlp};
use precinto_alert::id::{AgencyId, AlertId, MessageId, OfficerId};
use precinto_alert::statement::Recipient;
use precinto_client::copy::{Held, HeldCase, OwnCopy, RecallWork};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

mod extract;
mod handling;
mod recall;

use extracts::Fate;
use handling::{Lands, Said, follow, leaves_open};
use recall::confirms;
pub(super) use recall::{confirmation, more_than_was_done};

use MessageType as T;

/// Fields that make the copy worth asking when one is missing.
const WANTED: [&str; 3] = ["alert_id", "refers_to", "to"];

/// What was found out about the drafts of one command beside what was filled in.
#[derive(Default)]
pub(super) struct Filled {
    /// The recalls that were carried out here, of the cases that confirmations are about.
    pub(super) works: Vec<RecallWork>,
    /// Which drafts cannot be sent, by their places, and why.
    pub(super) refused: BTreeMap<usize, Failure>,
}

/// Fills in what is missing of messages about a case; the copy is opened once, and only if one needs it.
pub(super) fn fill(
    drafts: &mut [Value],
    node: &Node,
    options: &SendOptions,
    output: Output,
) -> anyhow::Result<Filled> {
    let mut filled = Filled::default();
    let asks = |draft: &Value| wants(draft) || extract::is_extract(draft);
    if !drafts.iter().any(asks) {
        return Ok(filled);
    }
    // A dry run needs no gateway.
    let copy = match own_copy::opened(node, options.dry_run, output) {
        Ok(copy) => copy,
        Err(error) if is_a_lie(&error) => return Err(error),
        Err(error) => {
            unknown(&error, output);
            return Ok(filled);
        }
    };
    for (place, draft) in drafts.iter().enumerate() {
        let is_extract = extract::is_extract(draft);
        let Some(message) = extract::taken_from(draft).filter(|_| is_extract) else {
            continue;
        };
        let held = copy.message(message);
        let held = held.map_err(|error| own_copy::failed(&error))?;
        let author = held.as_ref().map(|held| held.statement.sender().agency());
        if let Some(author) = author.filter(|author| *author != copy.agency()) {
            let refused = extract::refused(message, author);
            drop(filled.refused.insert(place, refused));
        }
    }
    for draft in drafts.iter_mut().filter(|draft| wants(draft)) {
        let Some(case) = case_of(draft, &copy)? else {
            not_held(draft, output);
            continue;
        };
        let work = copy.recall_work(&case.alert_id);
        let work = work.map_err(|error| own_copy::failed(&error))?;
        let known = Known {
            view: case.case.view(),
            held: &case,
            own: copy.agency(),
            work: work.as_ref(),
            elsewhere: options.elsewhere,
        };
        let followed = known.complete(draft)?;
        followed_by(&followed, &case.alert_id, output);
        if let Some(fate) = fate_of(draft) {
            let extracts = extracts::of(&case, &known.view, &copy)?;
            extracts::tell(&case.alert_id, &extracts, fate, output);
        }
        let works = &mut filled.works;
        works.extend(work.filter(|_| kind_of(draft) == Some(T::RecallConfirm)));
    }
    Ok(filled)
}

/// What the draft does to an alert of which there may be extracts.
fn fate_of(draft: &Value) -> Option<Fate> {
    match kind_of(draft)? {
        T::Amend => Some(Fate::Amended),
        T::Cancel => Some(Fate::Cancelled),
        T::Recall => Some(Fate::Recalled {
            measure: typed(draft, "recall_measure"),
            ground: typed(draft, "recall_ground"),
        }),
        _ => None,
    }
}

/// A code as drafts may spell it, if it is one.
fn typed<C: Coded>(draft: &Value, field: &str) -> Option<C> {
    let name = draft.get(field)?.as_str()?.to_ascii_uppercase();
    C::from_name(&name)
}

/// What of the handling nobody typed is said, because it limits what may be done with the message.
fn followed_by(names: &[String], alert: &AlertId, output: Output) {
    if names.is_empty() {
        return;
    }
    let names = names.join(", ");
    output.say(&output.lang().pick(
        format!("handling as of {alert}, where the draft does not say: {names}"),
        format!("manejo como en {alert}, donde el borrador no lo dice: {names}"),
    ));
}

/// Whether the gateway, or its log, was caught: nothing is sent by way of it until a person has looked.
fn is_a_lie(error: &anyhow::Error) -> bool {
    let failure = error.downcast_ref::<Failure>();
    failure.is_some_and(|failure| failure.exit == Exit::VerificationFailed)
}

/// Without a copy a person types it; the rules say what.
fn unknown(error: &anyhow::Error, output: Output) {
    let (en, es) = (
        "no own copy to complete it from",
        "no hay copia propia con que completarlo",
    );
    let (type_en, type_es) = (
        "type --to, --refers-to, --alert-version and the handling, or fetch the copy:  precinto sync",
        "escriba --to, --refers-to, --alert-version y el manejo, o descargue la copia:  precinto sync",
    );
    let lang = output.lang();
    let why = error.downcast_ref::<Failure>();
    let why = why.map_or_else(
        || error.to_string(),
        |why| why.message.pick(lang).to_owned(),
    );
    output.talk(format!("{}: {}", lang.pick(en, es), printable(&why)));
    output.talk(format!("  {}", lang.pick(type_en, type_es)));
}

/// A case that this agency knows nothing of: mistyped, perhaps, or still to be fetched.
fn not_held(draft: &Value, output: Output) {
    let (en, es) = (
        "this agency holds nothing of",
        "esta dependencia no tiene nada de",
    );
    let named = ["alert_id", "refers_to"]
        .iter()
        .find_map(|name| draft.get(*name));
    let named = named.and_then(Value::as_str).unwrap_or_default();
    let named = printable(named);
    let lang = output.lang();
    output.talk(format!("{} {named}", lang.pick(en, es)));
    let (type_en, type_es) = (
        "its marks and release are not known here: type the handling, or fetch the case:  precinto sync",
        "aquí no se conocen sus leyendas ni a quién puede darse: escriba el manejo, o descargue el caso:  precinto sync",
    );
    output.talk(format!("  {}", lang.pick(type_en, type_es)));
}

/// Whether it is about a case that it names, and leaves something out.
fn wants(draft: &Value) -> bool {
    let kind = kind_of(draft);
    let of_case = !matches!(kind, None | Some(T::Alert | T::SystemNotice));
    let has = |name: &str| draft.get(name).is_some();
    let lacks = WANTED.iter().any(|name| !has(name));
    let unnumbered = kind == Some(T::Amend) && !has("alert_version");
    let names_it = has("alert_id") || has("refers_to");
    // Whether it is about something RED; whether what it confirms was done.
    let unmarked = named_only(draft.get("to")) && draft.pointer("/handling/tlp").is_none();
    let confirms = kind == Some(T::RecallConfirm);
    let open = kind.is_some_and(|kind| leaves_open(kind, draft));
    // What must be done about the extracts.
    let outlived = fate_of(draft).is_some();
    of_case && names_it && (lacks || unnumbered || unmarked || confirms || open || outlived)
}

/// As drafts may spell it: `recall-confirm` is `RECALL_CONFIRM`.
fn kind_of(draft: &Value) -> Option<MessageType> {
    let name = draft.get("type")?.as_str()?.to_ascii_uppercase();
    let name = name.replace(['-', ' '], "_");
    T::from_name(name.trim_start_matches("MESSAGE_TYPE_"))
}

/// The case that the draft names, by its id or by one of its messages; none when the copy does not hold it.
fn case_of(draft: &Value, copy: &OwnCopy) -> Result<Option<HeldCase>, Failure> {
    let text = |name: &str| draft.get(name).and_then(Value::as_str);
    let failed = |error| own_copy::failed(&error);
    let alert = match text("alert_id").map(str::parse::<AlertId>) {
        Some(Ok(alert)) => Some(alert),
        // Mistyped: the rules propose what was meant.
        Some(Err(_)) => None,
        None => {
            let message = text("refers_to").and_then(|text| text.parse::<MessageId>().ok());
            let held = message.map(|id| copy.message(id)).transpose();
            let held = held.map_err(failed)?.flatten();
            held.and_then(|held| held.statement.alert_id().cloned())
        }
    };
    let case = alert.map(|alert| copy.case(&alert)).transpose();
    Ok(case.map_err(failed)?.flatten())
}

/// A case, and whose copy it is in.
struct Known<'a> {
    held: &'a HeldCase,
    view: View,
    own: &'a AgencyId,
    work: Option<&'a RecallWork>,
    /// It is about copies that this one knows nothing of.
    elsewhere: bool,
}

impl Known<'_> {
    /// Fills in what is missing; answers with the fields of the handling that nobody had typed.
    fn complete(&self, draft: &mut Value) -> Result<Vec<String>, Failure> {
        let (Some(kind), Value::Object(fields)) = (kind_of(draft), draft) else {
            return Ok(Vec::new());
        };
        let mut set = |name: &str, value: Value| {
            fields.entry(name).or_insert(value);
        };
        set("alert_id", json!(self.held.alert_id.to_string()));
        let named = fields.get("refers_to").and_then(Value::as_str);
        let about = match named {
            Some(text) => self.message(text.parse().ok()),
            None => self.about(kind)?,
        };
        let Some(about) = about else {
            return Ok(self.follows(kind, None, fields));
        };
        let is_named = named.is_some();
        let said = &about.statement;
        let version = if kind == T::Amend {
            self.view.version.saturating_add(1)
        } else {
            said.alert_version()
        };
        let to = self.to(kind, about, is_named, fields);
        let mut set = |name: &str, value: Value| {
            fields.entry(name).or_insert(value);
        };
        set("refers_to", json!(said.message_id().to_string()));
        set("alert_version", json!(version));
        set("status", json!(said.status().name()));
        if !to.is_empty() {
            fields.entry("to").or_insert(json!(to));
        }
        if said.handling().tlp() == Tlp::Red && named_only(fields.get("to")) {
            stays_red(fields);
        }
        if let (T::RecallConfirm, Some(work), false) = (kind, self.work, self.elsewhere) {
            confirms(fields, work);
        }
        Ok(self.follows(kind, Some(about), fields))
    }

    /// The handling that nobody typed: of an amendment the newest version's, of others also that of what they are about, if the copy
    /// holds it.
    fn follows(
        &self,
        kind: MessageType,
        about: Option<&Held>,
        fields: &mut Map<String, Value>,
    ) -> Vec<String> {
        let sources = about.into_iter().chain(self.held.newest_alert());
        let sources = sources.filter_map(|held| {
            let mut statement = statement_json(&held.payload);
            let Some(Value::Object(handling)) = statement.get_mut("handling").map(Value::take)
            else {
                return None;
            };
            let author = held.statement.sender().agency().clone();
            Some(Said { handling, author })
        });
        let lands = Lands {
            originator: self.view.originator.as_ref(),
            country: self.held.alert_id.country(),
        };
        follow(kind, fields, sources.collect(), &lands)
    }

    fn message(&self, id: Option<MessageId>) -> Option<&Held> {
        let mut all = self.held.messages.iter();
        all.find(|held| Some(held.statement.message_id()) == id)
    }

    /// What a message of this type is about when nobody says.
    fn about(&self, kind: MessageType) -> Result<Option<&Held>, Failure> {
        let newest = self.held.newest_alert();
        Ok(match kind {
            T::RecallConfirm => self.work.and_then(|work| self.message(Some(work.recall))),
            T::RfiResponse => Some(self.question(kind, T::Rfi)?),
            T::RfsResult => Some(self.question(kind, T::Rfs)?),
            T::DisseminationDecision => Some(self.question(kind, T::DisseminationRequest)?),
            T::ActionResponse if self.waiting(T::ActionRequest).is_empty() => newest,
            T::ActionResponse => Some(self.question(kind, T::ActionRequest)?),
            _ => newest,
        })
    }

    /// Questions of a type that wait for this agency.
    fn waiting(&self, asked: MessageType) -> Vec<&Held> {
        let questions = self.view.questions.iter().filter(|(_, question)| {
            question.message_type == asked && question.open.contains(self.own)
        });
        questions
            .filter_map(|(id, _)| self.message(Some(*id)))
            .collect()
    }

    /// The one question that waits; of several a person must say which.
    fn question(&self, kind: MessageType, asked: MessageType) -> Result<&Held, Failure> {
        let waiting = self.waiting(asked);
        match waiting.as_slice() {
            [one] => Ok(one),
            [] => {
                let what = Text::from((
                    format!("nothing waits for: {}", kind.label(Texts::En)),
                    format!("nada espera: {}", kind.label(Texts::Es)),
                ));
                let what = what.about(&self.held.alert_id);
                Err(Failure::new(Exit::NotFound, what).next((
                    "precinto show ALERT_ID  tells the case; --refers-to names a message all the same",
                    "precinto show FOLIO  cuenta el caso; --refers-to indica un mensaje de todos modos",
                )))
            }
            several => {
                let mut text = Text::from((
                    "several questions wait; say which with --refers-to:",
                    "hay varias preguntas en espera; indique cuál con --refers-to:",
                ));
                for held in several {
                    let (id, from) = (held.statement.message_id(), held.statement.sender());
                    text.add_line(&format!("{id}  #{}  {}", held.index, from.agency()));
                }
                Err(Failure::usage(text))
            }
        }
    }

    /// Whom a message of this type is for.
    fn to(
        &self,
        kind: MessageType,
        about: &Held,
        is_named: bool,
        fields: &Map<String, Value>,
    ) -> Vec<String> {
        let said = &about.statement;
        let sender = said.sender().agency();
        match kind {
            T::Amend => {
                let newest = self.held.newest_alert();
                newest.map_or_else(Vec::new, |one| as_written(one, self.own))
            }
            T::Cancel | T::Recall => self.everybody(),
            T::RecallConfirm => self.originator().into_iter().collect(),
            // For named officers only: what they may hear their agency may not, and nobody is assumed to be meant.
            _ if said.handling().tlp() == Tlp::Red && kind != T::Ack => {
                let mut officers = as_written(about, self.own);
                officers.retain(|one| sender == self.own && is_officer(one));
                officers
            }
            T::Transfer => {
                let taker = fields.get("transfer_to").and_then(Value::as_str);
                let taker = taker.map(str::to_owned);
                let own = self.own.to_string();
                let both = taker.into_iter().chain(self.originator());
                let both: BTreeSet<String> = both.filter(|agency| *agency != own).collect();
                both.into_iter().collect()
            }
            _ if is_answer(kind) || (is_named && sender != self.own) => vec![sender.to_string()],
            _ if is_named => as_written(about, self.own),
            _ if self.view.originator.as_ref() != Some(self.own) => {
                self.originator().into_iter().collect()
            }
            _ => self.addressees(about),
        }
    }

    /// Whom the newest version was written to, and agencies that came to the case another way, by a transfer for instance.
    fn addressees(&self, newest: &Held) -> Vec<String> {
        let mut all = as_written(newest, self.own);
        let reached = |agency: &AgencyId| {
            let mut agencies = newest.recipients.iter().flat_map(|to| &to.agencies);
            agencies.any(|name| *name == agency.to_string())
        };
        // Of the others only those that were told as agencies: never one of which only an officer was.
        let (told, _) = self.held.everybody();
        let parts = self.view.parts.keys();
        let others = parts.filter(|one| *one != self.own && told.contains(one) && !reached(one));
        all.extend(others.map(ToString::to_string));
        all
    }

    fn originator(&self) -> Option<String> {
        self.view.originator.as_ref().map(ToString::to_string)
    }

    /// Agencies by name; officers as they were addressed, because what was for them alone is for nobody else at their desk.
    fn everybody(&self) -> Vec<String> {
        let (agencies, _) = self.held.everybody();
        let others = agencies.iter().filter(|agency| *agency != self.own);
        let mut all: BTreeSet<String> = others.map(ToString::to_string).collect();
        for held in &self.held.messages {
            let officers = held.statement.recipients().iter();
            let officers = officers.filter(|one| match one {
                Recipient::Officer(officer) => {
                    officer.agency() != self.own && !agencies.contains(officer.agency())
                }
                _ => false,
            });
            all.extend(officers.map(recipient));
        }
        all.into_iter().collect()
    }
}

/// The recipients of a message as its sender wrote them, but for the agency itself.
fn as_written(held: &Held, own: &AgencyId) -> Vec<String> {
    let own = own.to_string();
    let all = held.statement.recipients().iter().map(recipient);
    all.filter(|one| *one != own).collect()
}

/// Whether a recipient is a named officer.
fn is_officer(recipient: &str) -> bool {
    recipient.parse::<OfficerId>().is_ok()
}

/// Whether there are recipients, each of them a named officer.
fn named_only(to: Option<&Value>) -> bool {
    let all = match to {
        Some(Value::Array(all)) => all.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    !all.is_empty() && all.iter().all(|one| one.as_str().is_some_and(is_officer))
}

/// What is about a RED message, and goes to officers only, is RED as well unless somebody says otherwise.
fn stays_red(fields: &mut Map<String, Value>) {
    let handling = fields.entry("handling").or_insert_with(|| json!({}));
    if let Value::Object(handling) = handling {
        handling.entry("tlp").or_insert(json!("RED"));
    }
}

fn is_answer(kind: MessageType) -> bool {
    matches!(
        kind,
        T::RfiResponse | T::RfsResult | T::ActionResponse | T::DisseminationDecision
    )
}
