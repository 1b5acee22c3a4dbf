//! What the rules are asked about an entry that somebody would get: read from it once for all who do, and judged once for each
//! agency.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use foldhash::quality::RandomState;
use precinto_alert::code::{
    AuthorityCode, CommodityClass, MessageStatus, MessageType, Precedence, ProtectedBag, Tlp,
    UseCode,
};
use precinto_alert::handling::Release;
use precinto_alert::id::{AgencyId, NodeId};
use precinto_ledger::StoredEntry;
use precinto_policy::{Addressees, Agency, Ask, Facts, Outcome, Passage};
use precinto_proto::v1 as pb;
use prost::Message as _;

use super::fields::{Taken, Untaken, next_field, take_fields};
use crate::acts::{Kept, Withheld};
use crate::limits::ENTRY_FACTS_MAX;
use crate::registry::Directory;

/// What an agency would do with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Be delivered it.
    Receive,
    /// Look it up.
    Read,
}

/// What is known of entries under one directory: originators are seen as that one describes them, so another directory begins
/// with nothing.
#[derive(Debug, Default)]
pub(crate) struct EntryFacts {
    known: Mutex<AllKnown>,
    /// Who is told of what is withheld; nobody before the directory is in force.
    withheld: OnceLock<Withheld>,
}

/// Of which entries something is known.
#[derive(Debug, Default)]
struct AllKnown {
    /// By everything that is read of them ([`Told::read`]), as it stands in them: whoever reads a million entries decodes a few. The
    /// hash is seeded by the process and quick, for it is made for every entry and every subscriber; who finds words that collide all
    /// the same makes [`ENTRY_FACTS_MAX`] of them slow to find and no more.
    alike: HashMap<Box<[u8]>, Arc<Known>, RandomState>,
    /// By their index, those of which much is read.
    single: HashMap<u64, Arc<Known>>,
}

/// What entries have in common of which the same is known.
enum Likeness<'a> {
    Words(&'a [u8]),
    Index(u64),
}

/// An entry, or several that are alike.
#[derive(Debug)]
struct Known {
    /// None of an entry that is no statement of anybody here: nobody gets it.
    told: Option<Told>,
    /// Who was judged before, and how.
    verdicts: Mutex<Vec<(AgencyId, Act, Verdict)>>,
}

/// What becomes of an entry for an agency.
#[derive(Debug, Clone)]
pub(super) enum Verdict {
    /// It may have it.
    Allowed,
    /// It is no statement of anybody here.
    Nobodys,
    /// The rules in force forbid it.
    Forbidden(Arc<pb::Decision>),
    /// They could not be evaluated.
    Failed(Arc<pb::Decision>),
}

/// What a statement says of itself, and its record of it.
#[derive(Debug, PartialEq)]
struct Told {
    facts: Facts,
    onward: Vec<pb::Onward>,
}

/// Whether the rules in force let this agency have the statement. Its own sender's agency needs nobody's leave.
pub(super) fn judge(directory: &Directory, by: &Agency, act: Act, entry: &StoredEntry) -> Verdict {
    let known = directory.facts().of(directory, entry);
    let Some(told) = &known.told else {
        return Verdict::Nobodys;
    };
    if told.facts.originator.id == by.id {
        return Verdict::Allowed;
    }
    let before = |verdicts: &[(AgencyId, Act, Verdict)]| {
        let same = |(agency, done, _): &&(AgencyId, Act, Verdict)| *done == act && *agency == by.id;
        verdicts
            .iter()
            .find(same)
            .map(|(.., verdict)| verdict.clone())
    };
    if let Some(verdict) = before(&lock(&known.verdicts)) {
        return verdict;
    }
    let passage = told.passage(&by.id);
    let ask = match act {
        Act::Receive => Ask::Receive { by, passage },
        Act::Read => Ask::Read { by, passage },
    };
    let rules = directory.rules();
    let said = rules.decide(ask, &told.facts);
    let decision = || {
        Arc::new(pb::Decision {
            policy: rules.floor().name().to_owned(),
            policy_digest: rules.digest().to_vec(),
            rules: said.rules().map(str::to_owned).collect(),
        })
    };
    let verdict = if said.allowed() {
        Verdict::Allowed
    } else if said.outcome() == Outcome::Failed {
        let rules: Vec<&str> = said.rules().collect();
        let (index, agency) = (entry.index(), &by.id);
        tracing::error!(index, %agency, ?rules, "a rule could not be evaluated: the entry is withheld");
        Verdict::Failed(decision())
    } else {
        Verdict::Forbidden(decision())
    };
    lock(&known.verdicts).push((by.id.clone(), act, verdict.clone()));
    verdict
}

impl EntryFacts {
    /// What is withheld by this directory is told from now on. Only the first one is taken.
    pub(crate) fn tell(&self, withheld: &Withheld) {
        self.withheld.get_or_init(|| withheld.clone());
    }

    /// Tells that this entry was kept from an agency for which it is.
    pub(super) fn withheld(&self, kept: &Kept) {
        if let Some(withheld) = self.withheld.get() {
            withheld.note(kept);
        }
    }

    fn of(&self, directory: &Directory, entry: &StoredEntry) -> Arc<Known> {
        let mut room = [0; LIKENESS_BYTES_MAX];
        let likeness = Likeness::of(entry, &mut room);
        if let Some(known) = lock(&self.known).get(&likeness) {
            return known;
        }
        let known = Arc::new(Known {
            told: Told::read(entry, |agency| directory.asked(agency)),
            verdicts: Mutex::default(),
        });
        lock(&self.known).insert(&likeness, Arc::clone(&known));
        known
    }
}

impl AllKnown {
    fn get(&self, likeness: &Likeness<'_>) -> Option<Arc<Known>> {
        let known = match likeness {
            Likeness::Words(words) => self.alike.get(*words),
            Likeness::Index(index) => self.single.get(index),
        };
        known.map(Arc::clone)
    }

    fn insert(&mut self, likeness: &Likeness<'_>, known: Arc<Known>) {
        if self.alike.len() + self.single.len() >= ENTRY_FACTS_MAX {
            self.alike.clear();
            self.single.clear();
        }
        match likeness {
            Likeness::Words(words) => drop(self.alike.insert((*words).into(), known)),
            Likeness::Index(index) => drop(self.single.insert(*index, known)),
        }
    }
}

impl<'a> Likeness<'a> {
    /// The words are put into `room`; of an entry that has more, or is none, it is the index.
    fn of(entry: &StoredEntry, room: &'a mut [u8; LIKENESS_BYTES_MAX]) -> Self {
        let mut taken = Taken::into_room(room);
        match Self::take(entry, &mut taken) {
            Ok(()) => Self::Words(taken.done()),
            Err(Untaken) => Self::Index(entry.index()),
        }
    }

    fn take(entry: &StoredEntry, taken: &mut Taken<'_>) -> Result<(), Untaken> {
        take_fields(entry.record(), &Record::TAGS, taken)?;
        // So that nothing of the record can be taken for something of the statement.
        let of_record = u32::try_from(taken.len()).map_err(|_| Untaken)?;
        taken.put(&of_record.to_be_bytes())?;
        let mut envelope = entry.content();
        while let Some((tag, value)) = next_field(&mut envelope)? {
            if tag == PAYLOAD {
                take_fields(value.ok_or(Untaken)?, &Stated::TAGS, taken)?;
            }
        }
        Ok(())
    }
}

impl Told {
    /// Reads what the rules ask for and nothing else: that the rest is in order was seen when it was let in.
    ///
    /// A record of before there were purposes does not say whether persons are named, and is not asked: who was let have a message
    /// must not miss it because an upgrade came before the next part of the directory.
    fn read(entry: &StoredEntry, seen: impl Fn(&AgencyId) -> Option<Agency>) -> Option<Self> {
        let record = Record::decode(entry.record()).ok()?;
        let Envelope { payload } = Envelope::decode(entry.content()).ok()?;
        let stated = Stated::decode(payload.as_slice()).ok()?;
        let sender: NodeId = stated.sender.parse().ok()?;
        let originator = seen(sender.agency())?;
        let addressees = Addressees::of(&record.recipients);
        Some(Self {
            facts: stated.facts(originator, record.nominal, addressees)?,
            onward: record.onward,
        })
    }

    /// An index of 0 is no word of the originator: there is nothing to say before an alert.
    fn passage(&self, agency: &AgencyId) -> Passage {
        let is_it = |onward: &&pb::Onward| {
            onward
                .agency
                .parse()
                .is_ok_and(|it: AgencyId| it == *agency)
        };
        match self.onward.iter().find(is_it) {
            None => Passage::Direct,
            Some(onward) if onward.released_by > 0 => Passage::OnwardReleased,
            Some(_) => Passage::Onward,
        }
    }
}

impl Stated {
    fn facts(
        &self,
        originator: Agency,
        names_persons: bool,
        addressees: Addressees,
    ) -> Option<Facts> {
        let handling = self.handling.as_ref()?;
        let releases = handling
            .releasable_to
            .iter()
            .map(|text| Release::parse(text));
        let Addressees {
            agencies,
            of_officers,
        } = addressees;
        let commodities = self.commodities.iter();
        Some(Facts {
            originator,
            message_type: MessageType::try_from(self.r#type).ok()?,
            status: MessageStatus::try_from(self.status).ok()?,
            precedence: optional::<Precedence>(self.precedence).ok()?,
            tlp: Tlp::try_from(handling.tlp).ok()?,
            marks: handling.marks.iter().cloned().collect(),
            commodities: commodities
                .map(|code| CommodityClass::try_from(*code).ok())
                .collect::<Option<_>>()?,
            use_code: optional::<UseCode>(handling.use_code).ok()?,
            authority: optional::<AuthorityCode>(self.authority).ok()?,
            protected_bag: optional::<ProtectedBag>(self.protected_bag).ok()?,
            names_persons,
            tear_line: handling.tear_line,
            criminal_intelligence: handling.criminal_intelligence,
            to_agencies: !agencies.is_empty(),
            releasable_to: releases.collect::<Result<_, _>>().ok()?,
            addressees: agencies.into_iter().chain(of_officers).collect(),
        })
    }
}

/// 0 is no code; an error for a number that is none at all.
fn optional<T: TryFrom<i32>>(code: i32) -> Result<Option<T>, T::Error> {
    if code == 0 {
        return Ok(None);
    }
    T::try_from(code).map(Some)
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whole after every step: whoever died in the middle left nothing half done.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// More words than this are not kept beside what is known of them.
const LIKENESS_BYTES_MAX: usize = 1024;

/// `Envelope.payload`.
const PAYLOAD: u32 = 2;

impl Record {
    /// Every field that is read.
    const TAGS: [u32; 3] = [3, 7, 8];
}

impl Stated {
    /// Every field that is read.
    const TAGS: [u32; 8] = [2, 3, 14, 17, 18, 19, 22, 23];
}

/// The part of an `Envelope` that holds the statement.
#[derive(Clone, PartialEq, prost::Message)]
struct Envelope {
    #[prost(bytes = "vec", tag = "2")]
    payload: Vec<u8>,
}

/// The part of a `StatementRecord` that rules ask about.
#[derive(Clone, PartialEq, prost::Message)]
struct Record {
    #[prost(message, repeated, tag = "3")]
    recipients: Vec<pb::ResolvedRecipient>,
    #[prost(bool, tag = "7")]
    nominal: bool,
    #[prost(message, repeated, tag = "8")]
    onward: Vec<pb::Onward>,
}

/// The part of a `Statement` that rules ask about.
#[derive(Clone, PartialEq, prost::Message)]
struct Stated {
    #[prost(enumeration = "MessageType", tag = "2")]
    r#type: i32,
    #[prost(string, tag = "3")]
    sender: String,
    #[prost(enumeration = "MessageStatus", tag = "14")]
    status: i32,
    #[prost(enumeration = "Precedence", tag = "17")]
    precedence: i32,
    #[prost(enumeration = "CommodityClass", repeated, tag = "18")]
    commodities: Vec<i32>,
    #[prost(message, optional, tag = "19")]
    handling: Option<pb::Handling>,
    #[prost(enumeration = "AuthorityCode", tag = "22")]
    authority: i32,
    #[prost(enumeration = "ProtectedBag", tag = "23")]
    protected_bag: i32,
}

#[cfg(test)]
mod tests;
