//! From a draft to a signed statement: what the node alone knows is filled in here.

use super::Outgoing;
use super::check::{Found, check};
use super::defaults::more_than_was_done;
use super::report::Meta;
use crate::args::SendOptions;
use crate::clock;
use crate::config::{Material, Node, Pair, load_signer};
use crate::counters::{Counters, Numbers};
use crate::draft::Draft;
use crate::exit::{Exit, Failure, Text};
use precinto_alert::code::{CommodityClass, MessageType, SubstanceClass, Tlp};
use precinto_alert::content;
use precinto_alert::id::AlertId;
use precinto_alert::limits::VALIDITY_MS_MAX;
use precinto_client::copy::RecallWork;
use precinto_client::outbox::{OutboxError, Put, Turn};
use precinto_client::{Author, Draft as Unsigned, DraftContent, Signed, Signer};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How long a message is of use when neither its draft nor a route says.
const EXPIRES_AFTER_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Turns drafts into signed statements of one node.
pub(super) struct Composer<'a> {
    node: &'a Node,
    material: &'a Material,
    author: Arc<Author>,
    officers: BTreeMap<String, Signer>,
    always: Vec<String>,
    counters: Counters,
    rehearsal: bool,
    /// Recalls that were carried out in the node's own copy: only these are confirmed.
    works: Vec<RecallWork>,
    /// Confirmations are about copies that are kept elsewhere; whoever asks for this answers for it.
    elsewhere: bool,
}

/// A draft, signed, and what this machine finds in it.
pub(super) struct Composed {
    /// The message; not to be sent when something is wrong with it.
    pub(super) outgoing: Outgoing,
    /// What a gateway would find too.
    pub(super) found: Found,
}

impl<'a> Composer<'a> {
    /// A composer whose statements are all signed by the officers named in `options` too; takes `block` numbers at a
    /// time, and keeps none in a dry run.
    pub(super) fn new(
        node: &'a Node,
        material: &'a Material,
        options: &SendOptions,
        block: u64,
    ) -> anyhow::Result<Self> {
        let always = &options.officer;
        let mut composer = Self {
            author: material.author().map_err(Failure::from)?,
            officers: BTreeMap::new(),
            always: always.clone(),
            rehearsal: options.dry_run || options.validate_only,
            counters: Counters::open(&node.state, block)?,
            works: Vec::new(),
            elsewhere: options.elsewhere,
            node,
            material,
        };
        for id in always {
            composer.load_officer(id)?;
        }
        if let Some((certificate, key)) = options.card.clone() {
            let signer = load_signer(&Pair { certificate, key }).map_err(Failure::from)?;
            // By its full name, which no id of the node's file can be.
            let id = signer.identity().to_string();
            composer.always.push(id.clone());
            drop(composer.officers.insert(id, signer));
        }
        Ok(composer)
    }

    /// Adds recalls that were carried out in the node's own copy, so that they can be confirmed.
    pub(super) fn carried_out(&mut self, works: &[RecallWork]) {
        self.works.extend_from_slice(works);
    }

    /// Fills in, numbers and signs. What is not to be sent, or cannot be signed, keeps no number.
    pub(super) fn compose(&mut self, draft: Draft) -> anyhow::Result<Outgoing> {
        let composed = self.compose_and(draft, |_| Found::default())?;
        Ok(composed.outgoing)
    }

    /// As [`Self::compose`], and checks here what a gateway would check; what is refused here keeps no number.
    pub(super) fn compose_checked(&mut self, draft: Draft) -> anyhow::Result<Composed> {
        self.compose_and(draft, |signed| check(signed, clock::now_ms()))
    }

    /// As [`Self::compose_checked`], for what is not going to be sent as it is: keeps no number.
    pub(super) fn rehearse(&mut self, draft: Draft) -> anyhow::Result<Composed> {
        let before = std::mem::replace(&mut self.rehearsal, true);
        let composed = self.compose_checked(draft);
        self.rehearsal = before;
        composed
    }

    /// Whether nothing of all this is going to be sent.
    pub(super) fn is_rehearsal(&self) -> bool {
        self.rehearsal
    }

    fn compose_and(
        &mut self,
        draft: Draft,
        check: impl FnOnce(&Signed) -> Found,
    ) -> anyhow::Result<Composed> {
        self.vouch(&draft)?;
        for id in &draft.officers {
            self.load_officer(id)?;
        }
        let tag = draft.tag.clone();
        let mut numbers = Numbers::default();
        let signed = self.number_and_sign(draft, &mut numbers);
        let found = signed.as_ref().map_or_else(|_| Found::default(), check);
        if self.rehearsal || signed.is_err() || !found.errors.is_empty() {
            self.counters.untake(numbers);
            numbers = Numbers::default();
        }
        let signed = signed?;
        let meta = Meta::of(&signed, tag);
        let outgoing = Outgoing {
            signed,
            meta,
            numbers,
        };
        Ok(Composed { outgoing, found })
    }

    /// As [`Self::compose_checked`], and puts what is sound into the outbox at once, within this turn; what does not go in keeps no
    /// number. At the end of the turn nobody holds a number that is not used, or what is said next by another process would
    /// have a higher number and a lower place.
    pub(super) fn compose_into(
        &mut self,
        turn: &mut Turn<'_>,
        draft: Draft,
    ) -> anyhow::Result<(Composed, Result<Option<Put>, OutboxError>)> {
        let composed = self.compose_checked(draft).map(|composed| {
            let put = if composed.found.errors.is_empty() {
                let put = turn.put_new(&composed.outgoing.signed);
                put.map(Some).inspect_err(|error| {
                    self.take_back(&composed.outgoing, error);
                })
            } else {
                Ok(None)
            };
            (composed, put)
        });
        let given_back = self.finish();
        composed.and_then(|composed| given_back.map(|()| composed))
    }

    /// Takes back the numbers of a message that was not put into the outbox, newest message first. Where it cannot be excluded that
    /// it was, its numbers are used: a gap makes a recipient ask, a number that is given out twice would make it disbelieve.
    pub(super) fn take_back(&mut self, outgoing: &Outgoing, error: &OutboxError) {
        if error.is_before_anything() {
            self.counters.untake(outgoing.numbers);
        }
    }

    /// Nothing is signed about copies that were not dealt with: a confirmation says at most what was done here.
    fn vouch(&self, draft: &Draft) -> Result<(), Failure> {
        let statement = &draft.statement;
        let is_confirmation = statement.r#type == i32::from(MessageType::RecallConfirm);
        if !is_confirmation || self.elsewhere {
            return Ok(());
        }
        let mut works = self.works.iter();
        let work = works.find(|work| work.alert_id.as_str() == statement.alert_id);
        let what = match work {
            Some(work) => more_than_was_done(draft, work),
            None => Some(Text::from((
                "no recall was carried out here",
                "aquí no se ha llevado a cabo ningún retiro",
            ))),
        };
        let Some(what) = what else {
            return Ok(());
        };
        let failure = Failure::new(Exit::Failed, what.about(&statement.alert_id));
        Err(failure.next((
            "precinto sync --confirm-recalls  carries it out and confirms it; --elsewhere confirms what was done with copies kept elsewhere",
            "precinto sync --confirm-recalls  lo lleva a cabo y lo confirma; --elsewhere confirma lo hecho con copias que se guardan en otro lugar",
        )))
    }

    /// `numbers` holds what was taken, also if it fails.
    fn number_and_sign(&mut self, draft: Draft, numbers: &mut Numbers) -> anyhow::Result<Signed> {
        let Draft {
            mut statement,
            content,
            officers,
            tag: _,
        } = draft;
        let bytes = content.as_ref().map(|(_, bytes)| bytes.as_slice());
        fill(&mut statement, bytes, &self.node.country, clock::now_ms());
        self.number(&mut statement, numbers)?;
        let signers: Vec<&Signer> = self
            .always
            .iter()
            .chain(officers.iter().filter(|id| !self.always.contains(id)))
            .filter_map(|id| self.officers.get(id))
            .collect();
        let content = content.map(|(media_type, bytes)| DraftContent { media_type, bytes });
        let unsigned = Unsigned { statement, content };
        let signed = self.author.sign(unsigned, &signers, clock::now_ms());
        signed.map_err(|error| Failure::caused(error.reason(), error).into())
    }

    /// Several messages at once; when that fails as a whole, none keeps a number.
    pub(super) fn all_or_none<T>(
        &mut self,
        compose: impl FnOnce(&mut Self) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let composed = compose(self);
        if composed.is_err() {
            self.finish()?;
        }
        composed
    }

    /// At the end: numbers that were taken and not used go back.
    pub(super) fn finish(&mut self) -> anyhow::Result<()> {
        self.counters.give_back()
    }

    fn number(&mut self, statement: &mut pb::Statement, taken: &mut Numbers) -> anyhow::Result<()> {
        if statement.r#type == i32::from(MessageType::Alert) && statement.alert_id.is_empty() {
            let (year, number) = self.counters.alert(year_of(clock::now_ms()))?;
            taken.alert = Some((year, number));
            let id = AlertId::compose(&self.node.country, &self.node.code, year, number);
            let wrong = |error| {
                Failure::usage((
                    format!("country and code make no alert id: {error}"),
                    format!("el país y la clave no forman un identificador de alerta: {error}"),
                ))
            };
            statement.alert_id = id.map_err(wrong)?.to_string();
        }
        if statement.alert_version == 0 && !statement.alert_id.is_empty() {
            statement.alert_version = 1;
        }
        let sequence = self.counters.sequence()?;
        taken.sequence = Some(sequence);
        statement.sender_seq = sequence;
        Ok(())
    }

    fn load_officer(&mut self, id: &str) -> anyhow::Result<()> {
        if !self.officers.contains_key(id) {
            let signer = self.material.officer(id).map_err(Failure::from)?;
            drop(self.officers.insert(id.to_owned(), signer));
        }
        Ok(())
    }
}

/// Fills in what a draft may leave out: the last moment to act, how long it is of use, its handling, its language, the classes of
/// its goods.
pub(super) fn fill(
    statement: &mut pb::Statement,
    content: Option<&[u8]>,
    country: &str,
    now_ms: u64,
) {
    let alert = alert_of(statement.r#type, content);
    fill_times(statement, alert.as_ref(), now_ms);
    let handling = statement.handling.get_or_insert_default();
    // An amendment keeps the traffic light of the version before: one that could not be found is not guessed, because the marks and
    // the release beside it would be lost without a word.
    let amends = statement.r#type == i32::from(MessageType::Amend);
    if !amends && handling.tlp == i32::from(Tlp::Unspecified) {
        handling.tlp = Tlp::AmberStrict.into();
    }
    if content.is_some() && statement.languages.is_empty() {
        let language = if country == "MX" { "es-MX" } else { "en-US" };
        statement.languages.push(language.to_owned());
    }
    if statement.commodities.is_empty() {
        statement.commodities = alert.as_ref().map_or_else(Vec::new, commodities);
    }
    // The order in which a person names codes means nothing; a statement has them ascending, none twice.
    for codes in [
        &mut statement.commodities,
        &mut statement.actions,
        &mut statement.reject_reasons,
    ] {
        codes.sort_unstable();
        codes.dedup();
    }
}

/// What an alert or an amendment says; `None` for anything else, and for what is none.
fn alert_of(message_type: i32, content: Option<&[u8]>) -> Option<pb::AlertContent> {
    let alert = [MessageType::Alert, MessageType::Amend].map(i32::from);
    let content = content.filter(|_| alert.contains(&message_type))?;
    pb::AlertContent::decode(content).ok()
}

/// Both times follow from the route where nobody says them. What is typed stays as it is, right or wrong, and what is computed
/// never contradicts it.
fn fill_times(statement: &mut pb::Statement, alert: Option<&pb::AlertContent>, now_ms: u64) {
    let created_ms = if statement.created_ms == 0 {
        now_ms
    } else {
        statement.created_ms
    };
    let latest_ms = created_ms.saturating_add(VALIDITY_MS_MAX);
    if statement.last_action_ms == 0 {
        let until_ms = Some(statement.expires_ms).filter(|expires_ms| *expires_ms > created_ms);
        let until_ms = until_ms.unwrap_or(latest_ms);
        let last_ms = alert.and_then(|alert| content::last_action(alert, created_ms));
        statement.last_action_ms = last_ms.map_or(0, |last_ms| last_ms.min(until_ms));
    }
    if statement.expires_ms == 0 {
        let useful_ms = alert.and_then(content::last_useful);
        let useful_ms = useful_ms.filter(|useful_ms| *useful_ms > created_ms);
        let expires_ms = useful_ms.unwrap_or_else(|| created_ms.saturating_add(EXPIRES_AFTER_MS));
        statement.expires_ms = expires_ms.max(statement.last_action_ms).min(latest_ms);
    }
}

/// The classes of the goods that an alert describes, when its draft does not say them itself.
fn commodities(content: &pb::AlertContent) -> Vec<i32> {
    let of_substance = |substance: &pb::Substance| match substance.substance_class() {
        SubstanceClass::Precursor | SubstanceClass::PrePrecursor => {
            CommodityClass::ChemicalPrecursor
        }
        _ => CommodityClass::IllicitDrug,
    };
    let substances = content.substances.iter().map(of_substance);
    let firearms = content.firearms.iter().map(|_| CommodityClass::Firearm);
    let fuels = content.fuels.iter().map(|_| CommodityClass::IllicitFuel);
    let classes = substances.chain(firearms).chain(fuels);
    classes.map(i32::from).collect()
}

fn year_of(now_ms: u64) -> u16 {
    let now = i64::try_from(now_ms)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let year = now.map_or(1970, |now| now.to_zoned(jiff::tz::TimeZone::UTC).year());
    u16::try_from(year).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::Draft;
    use serde_json::{Value, json};

    const NOW_MS: u64 = 1_795_000_000_000;
    const HOUR_MS: u64 = 3_600_000;

    /// The last moment to act and the end of validity, in hours from now.
    fn hours(times: &Value) -> (f64, f64) {
        let mut draft = json!({
            "type": "ALERT", "to": "mx.dev.invalid/anam",
            "content": { "shipments": [{ "mode": "AIR", "channel": "CARGO", "route": { "legs": [{
                "departure": { "airport": "LAX" }, "arrival": { "airport": "NLU" },
                "scheduled_departure": "+10h", "scheduled_arrival": "+14h",
            }] } }] },
        });
        for (name, value) in times.as_object().unwrap() {
            if let Some(place) = draft.pointer_mut(name) {
                *place = value.clone();
            } else {
                draft[name.trim_start_matches('/')] = value.clone();
            }
        }
        let draft = Draft::read(&draft, NOW_MS).unwrap();
        let mut statement = draft.statement;
        let bytes = draft.content.as_ref().map(|(_, bytes)| bytes.as_slice());
        fill(&mut statement, bytes, "US", NOW_MS);
        let hours = |ms: u64| {
            let minutes = i32::try_from(ms.saturating_sub(NOW_MS) / 60_000).unwrap();
            f64::from(minutes) / 60.0
        };
        (hours(statement.last_action_ms), hours(statement.expires_ms))
    }

    #[test]
    fn an_amendment_is_given_no_traffic_light() {
        for kind in [MessageType::Amend, MessageType::Alert, MessageType::Comment] {
            let mut statement = pb::Statement {
                r#type: kind.into(),
                ..pb::Statement::default()
            };
            fill(&mut statement, None, "US", NOW_MS);
            let tlp = statement.handling.unwrap_or_default().tlp;
            let is_given = tlp == i32::from(Tlp::AmberStrict);
            assert_eq!(is_given, kind != MessageType::Amend, "{kind:?}: {tlp}");
        }
    }

    #[test]
    fn the_route_says_until_when_something_can_be_done() {
        let cut_off = (10 * HOUR_MS - precinto_alert::limits::CUT_OFF_CARGO_MS) / HOUR_MS;
        let window = 14 + precinto_alert::limits::DELIVERY_WINDOW_MS / HOUR_MS;
        let due = [cut_off, window].map(|hours| f64::from(u32::try_from(hours).unwrap()));
        assert_eq!(hours(&json!({})), (due[0], due[1]));
        // What is typed stays, and bounds what is not.
        assert_eq!(hours(&json!({ "/last_action": "+2h" })), (2.0, due[1]));
        assert_eq!(hours(&json!({ "/expires": "+3h" })), (3.0, 3.0));
        assert_eq!(hours(&json!({ "/expires": "+90h" })), (due[0], 90.0));
        let late = json!({ "/last_action": "+400h" });
        assert_eq!(hours(&late), (400.0, 400.0));
        // A year mistyped in the route is no mistake in a field that nobody typed.
        let far = json!({
            "/content/shipments/0/route/legs/0/scheduled_departure": "2099-01-01T00:00:00Z",
            "/content/shipments/0/route/legs/0/scheduled_arrival": "2099-01-01T04:00:00Z",
        });
        assert_eq!(hours(&far), (366.0 * 24.0, 366.0 * 24.0));
    }

    #[test]
    fn without_a_route_a_week_has_to_do() {
        let nowhere = json!({ "/content/shipments/0/route": {} });
        assert_eq!(hours(&nowhere), (0.0, 168.0));
        let past = json!({
            "/content/shipments/0/route/legs/0/scheduled_departure": "-900h",
            "/content/shipments/0/route/legs/0/scheduled_arrival": "-890h",
        });
        assert_eq!(hours(&past), (0.0, 168.0));
    }
}
