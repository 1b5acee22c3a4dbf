//! Whether the rules let a message in, and as its record says: decided once more, by the policies and purposes in the parts of the
//! directory that the record names, and by the case as it stood.
//!
//! What the log does not say: through whom a statement came, so its sender's own agency is asked; and of which country a side is that
//! has sent no alert yet. Then every country that could matter is tried, and nothing is objected to if one of them gives what the
//! record says.

use super::countries::Countries;
use super::directory::Directory;

use super::keys::{Keys, key_of};
use crate::finding::{Kind, said};
use precinto_alert::Statement;
use precinto_alert::case::{Case, Onward, Released, Step};
use precinto_alert::floor;
use precinto_alert::handling::Release;
use precinto_alert::id::{AgencyId, Side};
use precinto_envelope::hex;
use precinto_policy::{Addressees, Admission, Agency, Facts, Passage, Rules};
use precinto_proto::v1 as pb;
use std::collections::{BTreeMap, BTreeSet};
use std::iter;
use std::sync::Arc;

/// What a record says was decided about its statement, and what that hung on.
pub(super) struct Decided {
    directory: Arc<Directory>,
    decision: pb::Decision,
    onward: Vec<pb::Onward>,
    to: Addressees,
    /// What the record says.
    nominal: bool,
    /// What the content says, while it is there.
    names_persons: Option<bool>,
}

/// Sides with their countries, as far as one trial assumes them.
type Lives = BTreeMap<Side, String>;

impl Decided {
    /// `names_persons` is what the content says, if there is anybody to ask.
    pub(super) fn of(
        record: &pb::StatementRecord,
        directory: &Arc<Directory>,
        names_persons: Option<bool>,
    ) -> Self {
        Self {
            directory: Arc::clone(directory),
            decision: record.decision.clone().unwrap_or_default(),
            onward: record.onward.clone(),
            to: Addressees::of(&record.recipients),
            nominal: record.nominal,
            names_persons,
        }
    }

    /// What speaks against the decision. `case` is its case as it stood and the message itself; none if it is of no case, or nobody
    /// knows how that stood: then to whom it was passed on is taken from the record.
    pub(super) fn judge(
        &self,
        statement: &Statement,
        countries: &Countries,
        case: Option<(&Case, &Step)>,
        keys: &Keys,
    ) -> Vec<Kind> {
        let claimed = floor::Rules::of(&self.decision.policy);
        if claimed.name() != self.decision.policy {
            let claimed = self.decision.policy.clone();
            // That it states none at all is told by itself.
            let unknown = (!claimed.is_empty()).then_some(Kind::FloorUnknown { claimed });
            return unknown.into_iter().collect();
        }
        // A policy that is none was told of its part.
        let Some(rules) = self.directory.rules() else {
            return Vec::new();
        };
        let mut kinds = Vec::new();
        if claimed.are_written() {
            kinds.extend(self.wrong_digest(rules));
            kinds.extend(self.wrong_persons());
        }
        let mut first = None;
        for lives in self.possible(statement, countries) {
            let said = (statement, case);
            let wrong = self.wrong_if(&lives, (rules, claimed), said, keys);
            if wrong.is_empty() {
                return kinds;
            }
            first.get_or_insert(wrong);
        }
        kinds.extend(first.into_iter().flatten());
        kinds
    }

    fn wrong_digest(&self, rules: &Rules) -> Option<Kind> {
        (self.decision.policy_digest != rules.digest()).then(|| Kind::RulesDigest {
            says: hex(&self.decision.policy_digest),
            are: hex(&rules.digest()),
        })
    }

    fn wrong_persons(&self) -> Option<Kind> {
        let says = self.nominal;
        let differs = self.names_persons.is_some_and(|names| names != says);
        differs.then_some(Kind::Nominal { says })
    }

    /// What speaks against it if the sides live there.
    fn wrong_if(
        &self,
        lives: &Lives,
        (rules, claimed): (&Rules, floor::Rules),
        (statement, case): (&Statement, Option<(&Case, &Step)>),
        keys: &Keys,
    ) -> Vec<Kind> {
        let lives_in = |side: &Side, country: &str| {
            let known = lives.get(side);
            known.is_some_and(|known| known == country)
        };
        let onward = case.map(|(case, step)| case.onward(step, lives_in));
        let passage = |id: &AgencyId| match &onward {
            Some(onward) => Passage::of(id, onward),
            None if self.is_passed_on(id) => Passage::OnwardReleased,
            None => Passage::Direct,
        };
        let sender = self.agency(statement.sender().agency(), lives);
        let names_persons = self.names_persons.unwrap_or(self.nominal);
        let to = self.to.clone();
        let facts = Facts::of(statement, sender.clone(), names_persons, to);
        let receivers = self.to.all().into_iter();
        let receivers: Vec<Agency> = receivers.map(|id| self.agency(id, lives)).collect();
        let asked = receivers.iter().map(|agency| (agency, passage(&agency.id)));
        let admission = Admission::ask(rules, &sender, &facts, asked);
        let decided = admission.to_record(rules).rules;
        if !admission.allowed() {
            let rules = decided.join(", ");
            return vec![Kind::RulesRefuse { rules }];
        }
        let mut kinds = Vec::new();
        if claimed.are_written() && decided != self.decision.rules {
            kinds.push(Kind::RulesNamed {
                says: listed(&self.decision.rules),
                decided: listed(&decided),
            });
        }
        let onward = onward.filter(|_| claimed.are_written());
        kinds.extend(onward.and_then(|onward| self.wrong_onward(&onward, keys)));
        kinds
    }

    /// Whether the record names others, or other words of the originator, than the case does.
    fn wrong_onward(&self, onward: &[Onward], keys: &Keys) -> Option<Kind> {
        let index_of = |released: &Released| {
            let key = key_of(released.message_id.as_bytes(), &released.sender.to_string());
            // Anything has the empty digest's beginning: the entry's own is compared elsewhere.
            keys.find(&key, &[]).map_or(0, |(index, _)| index)
        };
        let released = onward.iter().filter_map(|one| {
            let released_by = index_of(one.released_by.as_ref()?);
            let agency = one.agency.to_string();
            Some(pb::Onward {
                agency,
                released_by,
            })
        });
        let expected: Vec<pb::Onward> = released.collect();
        let told = |all: &[pb::Onward]| {
            let all = all.iter();
            let all = all.map(|one| format!("{} (#{})", one.agency, one.released_by));
            listed(&all.collect::<Vec<_>>())
        };
        (expected != self.onward).then(|| {
            let (says, are) = (told(&self.onward), told(&expected));
            let why = said!(
                "the record says {says}, the case {are}",
                "el registro dice {says}, el caso {are}"
            );
            Kind::Onward { why }
        })
    }

    /// By the record's own word.
    fn is_passed_on(&self, id: &AgencyId) -> bool {
        let name = id.to_string();
        self.onward.iter().any(|onward| onward.agency == name)
    }

    fn agency(&self, id: &AgencyId, lives: &Lives) -> Agency {
        Agency {
            id: id.clone(),
            country: lives.get(id.side()).cloned().unwrap_or_default(),
            purposes: self.directory.purposes(id),
        }
    }

    /// Where the sides may live that it concerns: for each that the log has shown, there; for each other one in every country that
    /// the message or a policy names, and in one that none of them does. None at all where that is more than [`TRIALS_MAX`].
    fn possible(&self, statement: &Statement, countries: &Countries) -> Vec<Lives> {
        let own = statement.sender().agency().side();
        let sides = self.to.all().into_iter().map(AgencyId::side);
        let sides: BTreeSet<&Side> = sides.chain([own]).collect();
        let mut trials = vec![Lives::new()];
        let mut named = None;
        for side in sides {
            let places = match countries.of(side) {
                Some(country) => vec![country.to_owned()],
                None => named
                    .get_or_insert_with(|| self.named_countries(statement))
                    .clone(),
            };
            let mut next = Vec::new();
            for lives in &trials {
                next.extend(places.iter().map(|country| {
                    let mut lives = lives.clone();
                    lives.insert(side.clone(), country.clone());
                    lives
                }));
            }
            if next.len() > TRIALS_MAX {
                return Vec::new();
            }
            trials = next;
        }
        trials
    }

    /// Every country by which an answer could differ.
    fn named_countries(&self, statement: &Statement) -> Vec<String> {
        let mut named = BTreeSet::new();
        for release in statement.handling().releasable_to() {
            if let Release::Country(country) = release {
                named.insert(country.clone());
            }
        }
        // Whatever stands in quotation marks and could be one.
        let quoted = self.directory.policies().flat_map(|text| text.split('"'));
        let is_code =
            |code: &&str| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        named.extend(quoted.filter(is_code).map(str::to_owned));
        // What is wrong in none of them is told as it is in this one, where the fewest rules say anything.
        let nowhere = iter::once(NOWHERE.to_owned());
        nowhere.chain(named).collect()
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "-".to_owned()
    } else {
        names.join(", ")
    }
}

/// The country of no side: user-assigned in ISO 3166-1.
const NOWHERE: &str = "ZZ";

/// Two sides of which the log has shown nothing, each in sixteen countries.
const TRIALS_MAX: usize = 256;
