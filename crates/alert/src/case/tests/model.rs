//! Random histories: against a model that keeps running totals instead of messages, and in every order that may happen.
//!
//! Each property is tried on 256 histories, or on as many as `PROPTEST_CASES` says. Whoever changes a table of the case, or the
//! model, takes the long run, some minutes: `PROPTEST_CASES=20000 cargo test -p precinto-alert --lib -- case::tests::model`.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const AGENCIES: [&str; 4] = [CBP, DEA, ANAM, FGR];

/// One attempt to say something. What cannot be is there to be refused.
#[derive(Clone, Debug)]
struct Try {
    from: usize,
    said: MessageType,
    about: usize,
    to: u8,
    variant: u8,
}

/// Histories of every kind, and some in which agencies only refuse, come round and end, so that cases close.
fn tries() -> impl Strategy<Value = Vec<Try>> {
    prop_oneof![3 => talks(), 1 => endings()]
}

/// What ends a part in a case, and what takes that back, about the alert.
fn endings() -> impl Strategy<Value = Vec<Try>> {
    let said = [T::Reject, T::Ack, T::ActionResponse, T::Outcome];
    let said = prop::sample::select(said.to_vec());
    // The alert that the first of them becomes is for the other three; an answer is for its author too.
    let to = prop::sample::select(vec![0b1110_u8, 0b1111]);
    let one = (1..4_usize, said, to, any::<u8>());
    let one = one.prop_map(|(from, said, to, variant)| Try {
        from,
        said,
        about: 0,
        to,
        variant,
    });
    prop::collection::vec(one, 1..30)
}

/// Mostly what has a chance, so that histories grow: about the alert or another message that is there, by somebody who may.
fn talks() -> impl Strategy<Value = Vec<Try>> {
    let often = [
        T::Amend,
        T::Transfer,
        T::Outcome,
        T::ActionResponse,
        T::HoldSet,
        T::HoldStatus,
        T::HoldRelease,
        T::Reject,
        T::RfiResponse,
        T::DisseminationDecision,
    ];
    let rare = ACCEPTED.iter().map(|(said, _)| *said).chain([T::Alert]);
    let said = rare.chain(often).chain(often).chain(often);
    let said = prop::sample::select(said.collect::<Vec<_>>());
    let about = prop_oneof![2 => Just(0), 2 => 0..40_usize, 1 => Just(NOWHERE)];
    let to = prop_oneof![2 => Just(0b1110_u8), 2 => Just(0b1111), 1 => 1..16_u8];
    let one = (0..4_usize, said, about, to, any::<u8>());
    let one = one.prop_map(|(from, said, about, to, variant)| Try {
        from: match said {
            T::Amend | T::Cancel | T::Recall if variant > 50 => ORIGINATOR,
            _ => from,
        },
        said,
        about,
        to,
        variant,
    });
    prop::collection::vec(one, 1..50)
}

/// No message.
const NOWHERE: usize = 150;

impl Try {
    fn names(&self) -> Vec<&'static str> {
        let members = AGENCIES.iter().enumerate();
        members
            .filter(|(place, _)| self.to & (1 << place) != 0)
            .map(|(_, name)| *name)
            .collect()
    }

    fn taker(&self) -> usize {
        usize::from(self.variant >> 2 & 3)
    }

    /// About one of the messages that there are, or about none.
    fn among(&self, messages: usize) -> Self {
        let about = match self.about {
            NOWHERE => NOWHERE,
            about => about % messages.max(1),
        };
        Self {
            about,
            ..self.clone()
        }
    }

    /// Ids count from 1; half of the versions are the right ones.
    fn step(&self, id: u8, version: u32) -> Step {
        let about = u8::try_from(self.about).unwrap() + 1;
        step(
            (AGENCIES[self.from], &self.names()),
            self.said,
            (id, about),
            |m| {
                let odd = self.variant & 1 == 1;
                match self.said {
                    T::Amend => m.alert_version = (version + 1 + u32::from(odd)).max(2),
                    T::Outcome => m.final_outcome = odd,
                    T::Recall | T::RecallConfirm => {
                        let measure = if odd {
                            RecallMeasure::Erase
                        } else {
                            RecallMeasure::Quarantine
                        };
                        m.recall_measure = measure.into();
                    }
                    T::ActionResponse if odd => {
                        m.verdict = ActionVerdict::Declined.into();
                        m.verdict_ground = VerdictGround::Law.into();
                        m.actions.clear();
                    }
                    T::Transfer => m.transfer_to = AGENCIES[self.taker()].into(),
                    T::Ack if odd => m.ack_level = AckLevel::Person.into(),
                    _ => {}
                }
            },
        )
    }
}

/// What was logged, as the model remembers it.
struct Logged {
    from: usize,
    to: u8,
    said: MessageType,
    about: usize,
    odd: bool,
}

/// Running totals, kept by the tables of the documentation.
#[derive(Default)]
struct Model {
    logged: Vec<Logged>,
    version: u32,
    newest: usize,
    reached: u8,
    addressees: u8,
    addressed: u8,
    finals: u8,
    declined: u8,
    newest_of: [usize; 4],
    rejected: BTreeSet<(usize, usize)>,
    transfers: [i32; 4],
    has_given: u8,
    holds: u8,
    cancelled: bool,
    recalled: Option<bool>,
}

const ORIGINATOR: usize = 0;

impl Model {
    fn ended(&self, agency: usize) -> bool {
        self.ended_but_for_rejecting(agency)
            || self.rejected.contains(&(agency, self.newest_of[agency]))
    }

    fn ended_but_for_rejecting(&self, agency: usize) -> bool {
        let bit = 1 << agency;
        let tokens = self.transfers[agency] + i32::from(self.addressed & bit != 0);
        (self.finals | self.declined) & bit != 0 || (self.has_given & bit != 0 && tokens <= 0)
    }

    fn closed(&self) -> bool {
        let all = (0..4).filter(|agency| self.addressees & (1 << agency) != 0);
        let all: Vec<usize> = all.collect();
        all.iter().all(|agency| self.ended(*agency))
            && all.iter().any(|agency| self.finals & (1 << agency) != 0)
    }

    fn allows(&self, one: &Try) -> bool {
        let me = 1_u8 << one.from;
        if self.logged.is_empty() {
            // The model's originator is always the same one: the test sees to that.
            return one.said == T::Alert;
        }
        let Some(about) = self.logged.get(one.about) else {
            return false;
        };
        let is_party = one.from == ORIGINATOR || self.reached & me != 0;
        if one.said == T::Alert || !is_party || (about.from != one.from && about.to & me == 0) {
            return false;
        }
        let was_sent = about.to & me != 0;
        let is_addressee = self.addressees & me != 0;
        let worker = one.from == ORIGINATOR || is_addressee;
        let to_author = one.to & (1 << about.from) != 0;
        let odd = one.variant & 1 == 1;
        let fits = match one.said {
            T::Amend => one.from == ORIGINATOR && !odd && one.about == self.newest,
            T::Cancel => one.from == ORIGINATOR,
            T::Recall => {
                let others = self.reached & !(1 << ORIGINATOR);
                one.from == ORIGINATOR && others & !one.to == 0
            }
            T::RecallConfirm => was_sent && about.said == T::Recall,
            T::Ack | T::Reject => was_sent,
            T::DisseminationRequest => was_sent && to_author,
            T::Assessment | T::Outcome => is_addressee,
            T::HoldStatus | T::HoldRelease => worker && self.holds & me != 0,
            T::HoldSet | T::Rfi | T::Rfs | T::ActionRequest => worker,
            T::Transfer => worker && one.to & (1 << one.taker()) != 0,
            T::RfiResponse => was_sent && to_author && about.said == T::Rfi,
            T::RfsResult => was_sent && to_author && about.said == T::Rfs,
            T::ActionResponse => {
                let asked = matches!(about.said, T::ActionRequest | T::Alert | T::Amend);
                was_sent && to_author && asked
            }
            T::DisseminationDecision => {
                let asked = about.said == T::DisseminationRequest;
                was_sent && to_author && asked && self.logged[about.about].from == one.from
            }
            _ => true,
        };
        fits && self.in_time(one, odd)
    }

    fn in_time(&self, one: &Try, odd: bool) -> bool {
        let row = ACCEPTED.iter().find(|(said, _)| *said == one.said);
        let [own_final, closed, cancelled, recalled] = row.unwrap().1;
        let stricter = one.said == T::Recall && odd && self.recalled == Some(false);
        let grows = one.to & !(self.reached | 1 << ORIGINATOR) != 0;
        let newest = (one.from, self.newest_of[one.from]);
        let reopens = one.said == T::Ack
            && odd
            && one.about == newest.1
            && self.rejected.contains(&newest)
            && !self.ended_but_for_rejecting(one.from);
        (own_final || self.finals & (1 << one.from) == 0)
            && ((closed && !reopens) || !self.closed())
            && (cancelled || !self.cancelled)
            && (self.recalled.is_none() || ((recalled && !grows) || stricter))
    }

    fn take(&mut self, one: &Try) {
        let (me, odd) = (1_u8 << one.from, one.variant & 1 == 1);
        let id = self.logged.len();
        match one.said {
            T::Alert | T::Amend => {
                self.version += 1;
                self.newest = id;
                self.addressed |= one.to;
                self.addressees |= one.to;
                for agency in (0..4).filter(|agency| one.to & (1 << agency) != 0) {
                    self.newest_of[agency] = id;
                }
            }
            T::ActionRequest if one.from == ORIGINATOR => {
                self.addressees |= one.to & !(1 << ORIGINATOR);
            }
            T::Transfer => {
                self.addressees |= 1 << one.taker();
                self.has_given |= me;
                self.transfers[one.from] -= 1;
                self.transfers[one.taker()] += 1;
            }
            T::Outcome if odd => self.finals |= me,
            T::ActionResponse if odd => self.declined |= me,
            T::ActionResponse => {
                self.declined &= !me;
                self.rejected.retain(|(agency, _)| *agency != one.from);
            }
            T::Ack if odd => drop(self.rejected.remove(&(one.from, one.about))),
            T::Reject => drop(self.rejected.insert((one.from, one.about))),
            T::HoldSet => self.holds |= me,
            T::Cancel => self.cancelled = true,
            T::Recall => self.recalled = Some(odd || self.recalled == Some(true)),
            _ => {}
        }
        self.reached |= one.to;
        let Try {
            from,
            to,
            said,
            about,
            ..
        } = *one;
        self.logged.push(Logged {
            from,
            to,
            said,
            about,
            odd,
        });
    }

    /// Every rejected message, and by whom, unless its author said it anew or who rejected it took it up: looked for from the
    /// end of the log.
    fn disputes(&self) -> BTreeSet<(usize, usize)> {
        let (mut renewed, mut taken_up, mut open) =
            (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let kind = |said: MessageType| if said == T::Alert { T::Amend } else { said } as i32;
        let mut rejected = Vec::new();
        for (place, one) in self.logged.iter().enumerate().rev() {
            let accepts = match one.said {
                T::Ack => one.odd,
                T::ActionResponse => !one.odd,
                _ => false,
            };
            if accepts {
                taken_up.insert((one.from, one.about));
            }
            if one.said == T::Reject && !taken_up.contains(&(one.from, one.about)) {
                rejected.push((one.about, one.from));
            }
            if !renewed.insert((one.from, kind(one.said))) {
                rejected.retain(|(about, _)| *about != place);
            }
        }
        if !self.cancelled && self.recalled.is_none() {
            open.extend(rejected);
        }
        open
    }
}

/// What is permitted of these tries, one after the other.
fn history(tries: &[Try]) -> (Case, Vec<Step>) {
    let (mut case, mut steps) = (Case::default(), Vec::new());
    for one in tries {
        let one = one.among(steps.len());
        let id = u8::try_from(steps.len()).unwrap() + 1;
        let step = one.step(id, case.version());
        if case.permits(&step).is_ok() {
            case.apply(step.clone());
            steps.push(step);
        }
    }
    (case, steps)
}

/// A try of one of two nodes of an agency, to agencies as such or to one node of each.
type DeskTry = (Try, bool, bool);

fn desk_tries() -> impl Strategy<Value = Vec<DeskTry>> {
    let desks = prop::collection::vec((any::<bool>(), prop::bool::weighted(0.4)), 50);
    (tries(), desks).prop_map(|(tries, desks)| {
        let all = tries.into_iter().zip(desks);
        all.map(|(one, (second, red))| (one, second, red)).collect()
    })
}

fn desk(agency: &str, second: bool) -> NodeId {
    let (side, agency) = agency.split_once('/').unwrap();
    let node = if second { "two" } else { "one" };
    let name = format!("spiffe://{side}/agency/{agency}/node/{node}");
    name.parse().unwrap()
}

/// The try as that node's; which node of an agency a RED message names, its variant says.
fn at_desk((one, second, red): &DeskTry, id: u8, version: u32) -> Step {
    let mut step = one.step(id, version);
    step.sender = desk(AGENCIES[one.from], *second).into();
    if *red {
        let names = one.names().into_iter();
        let nodes = names.map(|agency| desk(agency, one.variant & 8 != 0));
        step.to = Audience::new([], nodes).into();
    }
    step
}

/// What is permitted of these tries of two nodes an agency.
fn desk_history(tries: &[DeskTry]) -> (Case, Vec<Step>) {
    let (mut case, mut steps) = (Case::default(), Vec::new());
    for (one, second, red) in tries {
        let one = one.among(steps.len());
        let id = u8::try_from(steps.len()).unwrap() + 1;
        let step = at_desk(&(one, *second, *red), id, case.version());
        if case.permits(&step).is_ok() {
            case.apply(step.clone());
            steps.push(step);
        }
    }
    (case, steps)
}

/// Another order of the same messages: each agency's own is kept, and nothing comes before what it refers to.
fn reordered(steps: &[Step], choices: &[u8]) -> Vec<Step> {
    let mut queues: BTreeMap<&AgencyId, Vec<&Step>> = BTreeMap::new();
    for step in steps.iter().rev() {
        queues.entry(step.from()).or_default().push(step);
    }
    let (mut order, mut there) = (Vec::new(), BTreeSet::new());
    let mut choices = choices.iter().cycle();
    while order.len() < steps.len() {
        let ready: Vec<&AgencyId> = queues
            .iter()
            .filter(|(_, queue)| {
                let next = queue.last();
                next.is_some_and(|next| next.refers_to.is_none_or(|id| there.contains(&id)))
            })
            .map(|(agency, _)| *agency)
            .collect();
        let choice = usize::from(*choices.next().unwrap()) % ready.len();
        let step = queues.get_mut(ready[choice]).unwrap().pop().unwrap();
        there.insert(step.message_id);
        order.push(step.clone());
    }
    order
}

proptest! {
    #[test]
    fn a_case_permits_what_the_model_does_and_ends_where_it_does(mut tries in tries()) {
        tries[0] = Try { from: ORIGINATOR, said: T::Alert, ..tries[0].clone() };
        let (mut case, mut model) = (Case::default(), Model::default());
        let mut was_closed = false;
        for one in &tries {
            let one = &one.among(model.logged.len());
            let id = u8::try_from(model.logged.len()).unwrap() + 1;
            let step = one.step(id, case.version());
            let verdict = case.permits(&step);
            prop_assert_eq!(verdict.is_ok(), model.allows(one), "{:?}: {:?}", one, verdict);
            if verdict.is_err() {
                continue;
            }
            case.apply(step);
            model.take(one);
            prop_assert_eq!(case.version(), model.version);
            prop_assert_eq!(case.is_closed(), model.closed());
            prop_assert_eq!(case.is_cancelled(), model.cancelled);
            prop_assert_eq!(case.recalled().map(|of| of == RecallMeasure::Erase), model.recalled);
            prop_assert!(case.is_closed() || !was_closed, "what is closed stays closed");
            was_closed = case.is_closed();
            let view = case.view();
            let contested = view.disputes.iter().flat_map(|(about, who)| {
                let place = usize::from(about.as_bytes()[0]) - 1;
                who.iter().map(move |who| (place, AGENCIES.iter().position(|one| *one == who.to_string()).unwrap()))
            });
            prop_assert_eq!(contested.collect::<BTreeSet<_>>(), model.disputes());
            prop_assert!(view.parts.len() <= 4);
            prop_assert_eq!(view.recall.is_some(), view.recall.is_some_and(|recall| {
                let own = AGENCIES[ORIGINATOR].parse().unwrap();
                !recall.confirmations.contains_key(&own)
            }));
        }
    }

    #[test]
    fn every_order_that_keeps_each_agencys_own_and_the_references_gives_one_state(
        mut tries in tries(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
        probes in tries(),
    ) {
        tries[0] = Try { from: ORIGINATOR, said: T::Alert, ..tries[0].clone() };
        let (case, steps) = history(&tries);
        let mut other = Case::default();
        for step in reordered(&steps, &choices) {
            other.apply(step);
        }
        prop_assert_eq!(case.view(), other.view());
        for probe in probes {
            let step = probe.among(steps.len()).step(200, case.version());
            prop_assert_eq!(case.permits(&step), other.permits(&step));
        }
    }

    #[test]
    fn a_node_is_answered_as_if_there_were_nothing_but_what_it_may_read(
        mut tries in desk_tries(),
        probes in desk_tries(),
    ) {
        tries[0].0 = Try { from: ORIGINATOR, said: T::Alert, ..tries[0].0.clone() };
        let (case, steps) = desk_history(&tries);
        for (one, second, red) in probes {
            // Whose an alert id is follows from the id; a second ALERT is judged by that.
            if one.said == T::Alert {
                continue;
            }
            let probe = at_desk(&(one.among(steps.len()), second, red), 200, case.version());
            let answer = case.permits(&probe);
            if !case.is_known_to(&probe.sender) {
                prop_assert_eq!(&answer, &Case::default().permits(&probe));
            }
            let Err(answer) = answer else { continue };
            let (shown, hidden): (Vec<_>, Vec<_>) =
                steps.iter().partition(|step| step.is_open_to(&probe.sender));
            let told = format!("{answer:?}");
            let of = |steps: &[&Step]| -> BTreeSet<NodeId> {
                steps.iter().flat_map(|step| step.to.nodes()).cloned().collect()
            };
            for node in of(&hidden).difference(&of(&shown)) {
                prop_assert!(!told.contains(&node.to_string()), "{}", told);
            }
            for step in hidden {
                prop_assert!(!told.contains(&step.message_id.to_string()), "{}", told);
            }
        }
    }

    #[test]
    fn two_nodes_an_agency_and_named_ones_give_one_state_in_every_order(
        mut tries in desk_tries(),
        choices in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        tries[0].0 = Try { from: ORIGINATOR, said: T::Alert, ..tries[0].0.clone() };
        let (case, steps) = desk_history(&tries);
        let mut other = Case::default();
        for step in reordered(&steps, &choices) {
            other.apply(step);
        }
        prop_assert_eq!(case.view(), other.view());
        for one in case.view().recall.into_iter().flat_map(|recall| recall.confirmations) {
            prop_assert!(!one.1.is_done || one.1.outstanding.is_empty());
        }
    }

    #[test]
    fn whatever_a_log_holds_is_taken_in_and_a_withdrawn_message_leaves_no_trace(tries in tries()) {
        let mut case = Case::default();
        for (place, one) in tries.iter().enumerate() {
            case.apply(one.step(u8::try_from(place).unwrap() + 1, case.version()));
            case.view();
        }
        let before = case.view();
        case.apply(step((CBP, &[ANAM]), T::Amend, (250, 1), |m| m.alert_version = 900));
        case.withdraw(MessageId::new([250; 16]).unwrap());
        prop_assert_eq!(case.view(), before);
    }
}
