//! `policy replay`: what another text of the rules would have said to the messages that a log holds.

mod told;

use self::told::Changed;
use super::log::{Logged, PartSeen, Parts, Proof, read};
use super::{named, policy};
use crate::args::PolicyReplay;
use crate::exit::Exit;
use crate::output::Output;
use precinto_alert::Statement;
use precinto_alert::code::MessageType;
use precinto_alert::id::{AgencyId, Side};
use precinto_merkle::leaf::EntryType;
use precinto_policy::{
    Addressees, Admission, Agencies, Agency, Facts, Floor, Passage, Policy, PolicyError, Rules,
};
use precinto_proto::v1 as pb;
use prost::Message as _;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Statements that wait until the log has shown of which country a side is; its first alert says it. Beyond, the oldest is not asked.
const WAITING_MAX: usize = 10_000;

/// Messages that would have come out otherwise and are told one by one. All of them are counted.
const TOLD_MAX: usize = 10_000;

/// A message as the log holds it, with what the rules are asked.
struct Said {
    index: u64,
    time_ms: u64,
    statement: Statement,
    record: pb::StatementRecord,
    parts: Vec<Arc<PartSeen>>,
}

/// By what two answers are made: the policies of the parts that a record names, and some of them replaced.
struct Both {
    own: Rules,
    other: Arc<Rules>,
}

/// What came of it so far.
struct Replay<'a> {
    instead: &'a [(Side, String)],
    parts: Parts,
    countries: BTreeMap<Side, String>,
    waiting: VecDeque<Said>,
    /// By the digests of the parts: the directory changes seldom.
    rules: BTreeMap<Vec<[u8; 32]>, Option<Both>>,
    asked: u64,
    unasked: u64,
    changes: u64,
    changed: Vec<Changed>,
}

/// Runs `policy replay`.
pub(super) fn run(args: &PolicyReplay, output: Output) -> anyhow::Result<Exit> {
    let mut instead = Vec::new();
    for (side, file) in &args.policy {
        // A text that is no policy is told with every fault, before the log is read.
        let text = policy(file)?.text().to_owned();
        instead.push((named(side)?, text));
    }
    let mut replay = Replay::new(&instead);
    for (side, country) in &args.country {
        replay.countries.insert(named(side)?, country.clone());
    }
    let proof = read(&args.log, &mut |entry| replay.see(&entry), output)?;
    replay.end();
    output.result(&replay.to_json(), || replay.lines(output))?;
    replay.sum_up(output);
    if proof == Proof::AsItIs {
        output.say(super::as_the_folder_says(output.lang()));
    }
    Ok(if replay.changes > 0 {
        Exit::VerificationFailed
    } else if replay.unasked > 0 {
        Exit::Inconclusive
    } else {
        Exit::Done
    })
}

impl<'a> Replay<'a> {
    fn new(instead: &'a [(Side, String)]) -> Self {
        Self {
            instead,
            parts: Parts::default(),
            countries: BTreeMap::new(),
            waiting: VecDeque::new(),
            rules: BTreeMap::new(),
            asked: 0,
            unasked: 0,
            changes: 0,
            changed: Vec::new(),
        }
    }

    fn see(&mut self, entry: &Logged) {
        self.parts.see(entry);
        if entry.entry_type != EntryType::Statement {
            return;
        }
        let Some(said) = Said::of(entry, &self.parts) else {
            self.unasked += 1;
            return;
        };
        let learned = self.learn(&said.statement);
        self.waiting.push_back(said);
        if learned {
            // Whoever waited for it is asked first, so that what is told stays in the log's order as far as it can.
            self.ask_those_who_can_be();
        } else if let Some(said) = self.waiting.pop_back()
            && let Some(said) = self.ask(said)
        {
            self.waiting.push_back(said);
        }
        if self.waiting.len() > WAITING_MAX {
            self.waiting.pop_front();
            self.unasked += 1;
        }
    }

    /// Of which country a side is, its first alert says. Whether that is news.
    fn learn(&mut self, statement: &Statement) -> bool {
        let side = statement.sender().agency().side();
        match statement.alert_id() {
            Some(alert)
                if statement.message_type() == MessageType::Alert
                    && !self.countries.contains_key(side) =>
            {
                let country = alert.country().to_owned();
                self.countries.insert(side.clone(), country);
                true
            }
            _ => false,
        }
    }

    fn ask_those_who_can_be(&mut self) {
        for said in std::mem::take(&mut self.waiting) {
            if let Some(said) = self.ask(said) {
                self.waiting.push_back(said);
            }
        }
    }

    /// Those whose country no alert has told cannot be asked.
    fn end(&mut self) {
        self.unasked += u64::try_from(self.waiting.len()).unwrap_or(u64::MAX);
        self.waiting.clear();
        self.changed.sort_by_key(|one| one.index);
    }

    /// Asks both rules about it; gives it back if a side's country is not known yet.
    fn ask(&mut self, said: Said) -> Option<Said> {
        let key = said.parts.iter().map(|part| *part.signed.digest());
        let key: Vec<[u8; 32]> = key.collect();
        let instead = self.instead;
        let both = self.rules.entry(key).or_insert_with(|| {
            let both = Both::of(&said.parts, instead);
            both.ok()
        });
        let Some(both) = both else {
            // A part holds what is no policy to this program: an audit says of it what it is.
            self.unasked += 1;
            return None;
        };
        let to = Addressees::of(&said.record.recipients);
        let own = said.statement.sender().agency();
        let mut sides = to.all().into_iter().map(AgencyId::side);
        if !sides.all(|side| self.countries.contains_key(side))
            || !self.countries.contains_key(own.side())
        {
            return Some(said);
        }
        let parts = said.parts.iter().filter_map(|part| {
            let part = part.signed.part();
            Some((part, self.countries.get(part.side())?.as_str()))
        });
        let agencies = Agencies::new(parts);
        let agency = |id| known(&agencies, &self.countries, id);
        let sender = agency(own);
        let facts = Facts::of(
            &said.statement,
            sender.clone(),
            said.record.nominal,
            to.clone(),
        );
        let receivers: Vec<_> = to.all().into_iter().map(agency).collect();
        let receivers = receivers.iter().map(|one| {
            let name = one.id.to_string();
            let mut onward = said.record.onward.iter();
            let passed_on = onward.any(|onward| onward.agency == name);
            let passage = if passed_on {
                Passage::OnwardReleased
            } else {
                Passage::Direct
            };
            (one, passage)
        });
        let was = Admission::ask(&both.own, &sender, &facts, receivers.clone());
        let would = Admission::ask(&both.other, &sender, &facts, receivers);
        self.asked += 1;
        if was.allowed() != would.allowed() || refused(&was) != refused(&would) {
            self.changes += 1;
            if self.changed.len() < TOLD_MAX {
                self.changed.push(Changed::of(&said, &would, &both.other));
            }
        }
        None
    }
}

/// The agency as these parts list it; one of a side whose part the log did not name has no purposes.
fn known(agencies: &Agencies, countries: &BTreeMap<Side, String>, id: &AgencyId) -> Agency {
    agencies.of(id).unwrap_or_else(|| Agency {
        id: id.clone(),
        country: countries.get(id.side()).cloned().unwrap_or_default(),
        purposes: BTreeSet::new(),
    })
}

/// Whom it may not reach.
fn refused(admission: &Admission) -> Vec<Option<String>> {
    let refusals = admission.refusals().iter();
    refusals
        .map(|one| one.receiver.as_ref().map(ToString::to_string))
        .collect()
}

impl Both {
    fn of(parts: &[Arc<PartSeen>], instead: &[(Side, String)]) -> Result<Self, PolicyError> {
        let (mut own, mut other) = (Vec::new(), Vec::new());
        for part in parts.iter().map(|part| part.signed.part()) {
            let side = part.side();
            if let Some(text) = part.policy() {
                own.push((side.clone(), Policy::parse(text)?));
                if instead.iter().all(|(replaced, _)| replaced != side) {
                    other.push((side.clone(), Policy::parse(text)?));
                }
            }
        }
        for (side, text) in instead {
            other.push((side.clone(), Policy::parse(text)?));
        }
        Ok(Self {
            own: Rules::new(Floor::NEWEST, own),
            other: Arc::new(Rules::new(Floor::NEWEST, other)),
        })
    }
}

impl Said {
    /// Nothing where the statement cannot be read, or a part of the directory that it was decided by is not shown.
    fn of(entry: &Logged, parts: &Parts) -> Option<Self> {
        let record = pb::StatementRecord::decode(entry.record.as_slice()).ok()?;
        let envelope = pb::Envelope::decode(entry.content.as_slice()).ok()?;
        let statement = Statement::decode_lenient(&envelope.payload).ok()?.statement;
        Some(Self {
            index: entry.index,
            time_ms: entry.time_ms,
            statement,
            parts: parts.named(&record.trust)?,
            record,
        })
    }
}
