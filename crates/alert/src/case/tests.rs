//! Each rule of a case's life, and how it is told.

use super::*;
use crate::code::{
    AckLevel, ActionVerdict, AssessmentResult, DisseminationVerdict, HoldState, OutcomeCode,
    SignerRole, VerdictGround,
};
use crate::id::NodeId;
use crate::limits::CASE_MESSAGES_MAX;
use crate::statement::tests::valid;
use crate::{Reason, Statement};
use MessageType as T;
use precinto_proto::v1 as pb;
use prost::Message as _;

mod model;

pub(super) const CBP: &str = "us.dev.invalid/cbp";
pub(super) const DEA: &str = "us.dev.invalid/dea";
pub(super) const ANAM: &str = "mx.dev.invalid/anam";
pub(super) const FGR: &str = "mx.dev.invalid/fgr";

/// What is still accepted, as documented: own part final, closed, cancelled, recalled.
pub(super) const ACCEPTED: [(MessageType, [bool; 4]); 22] = {
    const YES: bool = true;
    const NO: bool = false;
    [
        (T::Amend, [YES, NO, NO, NO]),
        (T::ActionRequest, [YES, NO, NO, NO]),
        (T::Rfi, [YES, NO, NO, NO]),
        (T::Rfs, [YES, NO, NO, NO]),
        (T::Transfer, [YES, NO, NO, NO]),
        (T::Cancel, [YES, NO, NO, NO]),
        (T::Assessment, [NO, NO, NO, NO]),
        (T::Reject, [NO, NO, NO, NO]),
        (T::ActionResponse, [YES, NO, YES, NO]),
        (T::RfiResponse, [YES, YES, YES, NO]),
        (T::RfsResult, [YES, YES, YES, NO]),
        (T::Link, [YES, YES, YES, NO]),
        (T::DisseminationRequest, [YES, YES, YES, NO]),
        (T::DisseminationDecision, [YES, YES, YES, NO]),
        (T::Outcome, [NO, YES, YES, YES]),
        (T::HoldSet, [YES, YES, YES, YES]),
        (T::HoldStatus, [YES, YES, YES, YES]),
        (T::HoldRelease, [YES, YES, YES, YES]),
        (T::Ack, [YES, YES, YES, YES]),
        (T::Comment, [YES, YES, YES, YES]),
        (T::Recall, [YES, YES, YES, NO]),
        (T::RecallConfirm, [YES, YES, YES, YES]),
    ]
};

pub(super) fn audience(to: &[&str]) -> Audience {
    Audience::new(to.iter().map(|name| name.parse().unwrap()), [])
}

/// A valid message `id` about message `about`, changed.
pub(super) fn step(
    (from, to): (&str, &[&str]),
    message_type: MessageType,
    (id, about): (u8, u8),
    change: impl FnOnce(&mut pb::Statement),
) -> Step {
    let mut message = valid(message_type);
    let (side, agency) = from.split_once('/').unwrap();
    message.sender = format!("spiffe://{side}/agency/{agency}/node/one");
    message.message_id = vec![id; 16];
    if message_type != T::Alert {
        message.refers_to = vec![about; 16];
    }
    if message_type == T::Ack {
        message.required_signers.push(pb::SignerRef {
            key_id: vec![99; 32],
            role: SignerRole::Officer.into(),
            alg: 1,
        });
    }
    change(&mut message);
    let statement = Statement::decode(&message.encode_to_vec()).unwrap();
    Step::new(&statement, audience(to)).unwrap()
}

/// A case that grows by what it permits.
#[derive(Default)]
struct Story(Case);

impl Story {
    /// CBP's alert 1 to ANAM and FGR.
    fn begin() -> Self {
        let mut story = Self::default();
        story.log(step((CBP, &[ANAM, FGR]), T::Alert, (1, 0), |_| {}));
        story
    }

    #[track_caller]
    fn log(&mut self, step: Step) {
        if let Err(objection) = self.0.permits(&step) {
            panic!("{objection}");
        }
        self.0.apply(step);
    }

    /// A message with nothing special in it.
    #[track_caller]
    fn say(&mut self, sent: (&str, &[&str]), message_type: MessageType, ids: (u8, u8)) {
        self.log(step(sent, message_type, ids, |_| {}));
    }

    #[track_caller]
    fn refuses(&self, sent: (&str, &[&str]), message_type: MessageType, ids: (u8, u8)) -> Reason {
        self.objects(&step(sent, message_type, ids, |_| {}))
    }

    #[track_caller]
    fn objects(&self, step: &Step) -> Reason {
        self.0.permits(step).unwrap_err().reason
    }

    fn state(&self, agency: &str) -> State {
        self.0.view().parts[&agency.parse().unwrap()].state
    }
}

fn outcome(from: &str, id: u8, last: bool) -> Step {
    step((from, &[CBP]), T::Outcome, (id, 1), |m| {
        m.final_outcome = last;
    })
}

fn answer(from: &str, id: u8, verdict: ActionVerdict) -> Step {
    step((from, &[CBP]), T::ActionResponse, (id, 1), |m| {
        m.verdict = verdict.into();
        if verdict != ActionVerdict::Accepted {
            m.actions.clear();
        }
        match verdict {
            ActionVerdict::Declined | ActionVerdict::Unable => {
                m.verdict_ground = VerdictGround::Law.into();
            }
            ActionVerdict::MoreTime => m.more_time_until_ms = m.created_ms + 1,
            _ => {}
        }
    })
}

fn ack(from: &str, (id, about): (u8, u8), level: AckLevel) -> Step {
    step((from, &[CBP]), T::Ack, (id, about), |m| {
        m.ack_level = level.into();
    })
}

fn amend(from: &str, to: &[&str], ids: (u8, u8), version: u32) -> Step {
    step((from, to), T::Amend, ids, |m| m.alert_version = version)
}

#[test]
fn nothing_comes_before_the_alert_and_no_second_one_after_it() {
    for (message_type, _) in ACCEPTED {
        let refused = Story::default().refuses((CBP, &[ANAM]), message_type, (1, 9));
        assert_eq!(refused, Reason::AlertUnknown, "{message_type:?}");
    }
    let story = Story::begin();
    let again = story.refuses((CBP, &[ANAM]), T::Alert, (2, 0));
    assert_eq!(again, Reason::AlertIdReused);
    // Its ALERT was deleted by law; what was said about it is still there.
    let mut rest = Story::default();
    let ack = step((ANAM, &[CBP]), T::Ack, (2, 1), |_| {});
    rest.0.apply(ack);
    let again = rest.refuses((CBP, &[ANAM]), T::Alert, (3, 0));
    assert_eq!(again, Reason::AlertIdReused);
}

#[test]
fn an_audience_is_all_that_a_record_names() {
    let node = "spiffe://mx.dev.invalid/agency/sat/node/one";
    let recipients = [
        pb::ResolvedRecipient {
            agencies: vec![ANAM.to_owned(), "nobody".to_owned()],
            ..Default::default()
        },
        pb::ResolvedRecipient {
            agencies: vec![FGR.to_owned()],
            nodes: vec![node.to_owned(), String::new()],
            ..Default::default()
        },
    ];
    let named = Audience::new(
        [ANAM, FGR].map(|name| name.parse().unwrap()),
        [node.parse().unwrap()],
    );
    assert_eq!(Audience::of_recipients(&recipients), named);
    assert_eq!(Audience::of_recipients(&[]), Audience::default());
}

#[test]
fn an_amendment_is_the_newest_version_plus_one_and_says_so_of_it() {
    let mut story = Story::begin();
    let gap = story
        .0
        .permits(&amend(CBP, &[ANAM], (2, 1), 3))
        .unwrap_err();
    assert_eq!(
        (gap.reason, gap.proposals),
        (Reason::VersionGap, vec!["2".to_owned()])
    );
    story.log(amend(CBP, &[ANAM], (2, 1), 2));
    // Two desks amend version 1 at once: the second one is told.
    assert_eq!(
        story.objects(&amend(CBP, &[ANAM], (3, 1), 2)),
        Reason::VersionGap
    );
    let old = story
        .0
        .permits(&amend(CBP, &[ANAM], (3, 1), 3))
        .unwrap_err();
    assert_eq!(
        (old.reason, old.field.as_str()),
        (Reason::VersionGap, "refers_to")
    );
    story.log(amend(CBP, &[ANAM], (3, 2), 3));
    assert_eq!(story.0.view().version, 3);
    let of_no_version = step((ANAM, &[CBP]), T::Comment, (4, 1), |m| m.alert_version = 4);
    assert_eq!(story.objects(&of_no_version), Reason::VersionGap);
}

#[test]
fn only_the_originator_changes_or_withdraws() {
    let story = Story::begin();
    assert_eq!(
        story.objects(&amend(ANAM, &[CBP], (2, 1), 2)),
        Reason::AlertIdNotYours
    );
    for message_type in [T::Cancel, T::Recall] {
        let refused = story.refuses((ANAM, &[CBP, FGR]), message_type, (2, 1));
        assert_eq!(refused, Reason::AlertIdNotYours);
    }
}

#[test]
fn for_an_outsider_there_is_no_case_and_for_a_party_no_message_of_others() {
    let mut story = Story::begin();
    for message_type in [T::Comment, T::Ack, T::Outcome] {
        assert_eq!(
            story.refuses((DEA, &[CBP]), message_type, (2, 1)),
            Reason::AlertUnknown
        );
    }
    story.say((CBP, &[ANAM]), T::Comment, (2, 1));
    assert_eq!(
        story.refuses((FGR, &[CBP]), T::Comment, (3, 2)),
        Reason::ReferenceUnknown
    );
    assert_eq!(
        story.refuses((FGR, &[CBP]), T::Comment, (3, 77)),
        Reason::ReferenceUnknown
    );
    story.say((FGR, &[CBP]), T::Comment, (3, 1));
    assert_eq!(
        story.refuses((ANAM, &[CBP]), T::Comment, (3, 1)),
        Reason::MessageIdReused
    );
}

#[test]
fn only_an_addressee_acknowledges_judges_and_reports() {
    let mut story = Story::begin();
    for message_type in [T::Ack, T::Reject, T::Assessment, T::Outcome] {
        assert_eq!(
            story.refuses((CBP, &[ANAM]), message_type, (2, 1)),
            Reason::NotAParty
        );
    }
    // Who was merely told something acknowledges that, and no more.
    story.say((CBP, &[DEA]), T::Comment, (2, 1));
    story.say((DEA, &[CBP]), T::Ack, (3, 2));
    for message_type in [T::Assessment, T::Outcome, T::HoldSet, T::Rfi, T::Transfer] {
        assert_eq!(
            story.refuses((DEA, &[CBP]), message_type, (4, 2)),
            Reason::NotAParty
        );
    }
    assert!(!story.0.view().parts.contains_key(&DEA.parse().unwrap()));
}

#[test]
fn a_question_is_answered_by_whoever_was_asked_to_whoever_asked() {
    let mut story = Story::begin();
    story.say((ANAM, &[CBP]), T::Rfi, (2, 1));
    assert_eq!(story.state(ANAM), State::Referred);
    assert_eq!(
        story.refuses((FGR, &[ANAM]), T::RfiResponse, (3, 2)),
        Reason::ReferenceUnknown
    );
    assert_eq!(
        story.refuses((ANAM, &[ANAM]), T::RfiResponse, (3, 2)),
        Reason::NotAParty
    );
    assert_eq!(
        story.refuses((CBP, &[FGR]), T::RfiResponse, (3, 2)),
        Reason::RecipientRequired
    );
    assert_eq!(
        story.refuses((CBP, &[ANAM]), T::RfsResult, (3, 2)),
        Reason::InvalidMessageType
    );
    story.say((CBP, &[ANAM]), T::RfiResponse, (3, 2));
    assert_eq!(story.state(ANAM), State::Relayed);
    let question = &story.0.view().questions[&MessageId::new([2; 16]).unwrap()];
    assert!(question.open.is_empty() && question.answered.contains(&CBP.parse().unwrap()));
}

#[test]
fn only_the_author_of_information_lets_it_be_passed_on() {
    let mut story = Story::begin();
    assert_eq!(
        story.refuses((ANAM, &[FGR]), T::DisseminationRequest, (2, 1)),
        Reason::RecipientRequired
    );
    story.say((ANAM, &[CBP, FGR]), T::DisseminationRequest, (2, 1));
    assert_eq!(
        story.refuses((FGR, &[ANAM]), T::DisseminationDecision, (3, 2)),
        Reason::NotAParty
    );
    story.say((CBP, &[ANAM]), T::DisseminationDecision, (3, 2));
    let question = &story.0.view().questions[&MessageId::new([2; 16]).unwrap()];
    assert_eq!(question.decision, Some(DisseminationVerdict::Granted));
}

#[test]
fn a_hold_is_set_before_it_is_reported_on_and_a_second_setting_is_seen() {
    let mut story = Story::begin();
    let refused = story.refuses((ANAM, &[CBP]), T::HoldRelease, (2, 1));
    assert_eq!(refused, Reason::InvalidMessageType);
    story.say((ANAM, &[CBP]), T::HoldSet, (2, 1));
    story.say((ANAM, &[CBP]), T::HoldSet, (3, 1));
    let key = (ANAM.parse().unwrap(), crate::code::HoldKind::Screening);
    let hold = story.0.view().holds[&key];
    assert_eq!(
        (hold.state, hold.repeats, hold.stands()),
        (HoldState::InPlace, 1, true)
    );
    story.say((ANAM, &[CBP]), T::HoldRelease, (4, 1));
    assert!(!story.0.view().holds[&key].stands());
}

#[test]
fn the_work_may_be_handed_over_and_back_but_never_the_authorship() {
    let mut story = Story::begin();
    let to_dea = |from: &str, to: &[&str], id| {
        step((from, to), T::Transfer, (id, 1), |m| {
            m.transfer_to = DEA.into();
        })
    };
    assert_eq!(
        story.objects(&to_dea(ANAM, &[CBP], 2)),
        Reason::RecipientRequired
    );
    story.log(to_dea(ANAM, &[CBP, DEA], 2));
    assert_eq!(story.state(ANAM), State::HandedOver);
    assert_eq!(story.state(DEA), State::Relayed);
    assert_eq!(
        story.refuses((DEA, &[ANAM, FGR]), T::Cancel, (3, 2)),
        Reason::AlertIdNotYours
    );
    let back = step((DEA, &[ANAM]), T::Transfer, (3, 2), |m| {
        m.transfer_to = ANAM.into();
    });
    story.log(back);
    assert_eq!(
        (story.state(ANAM), story.state(DEA)),
        (State::Relayed, State::HandedOver)
    );
}

#[test]
fn an_addressees_part_passes_through_its_states() {
    let mut story = Story::begin();
    assert_eq!(story.state(ANAM), State::Relayed);
    let steps = [
        (ack(ANAM, (2, 1), AckLevel::Node), State::Delivered),
        (ack(ANAM, (3, 1), AckLevel::Person), State::Acknowledged),
        // The node of another desk comes late: nothing goes back.
        (ack(ANAM, (4, 1), AckLevel::Node), State::Acknowledged),
        (ack(ANAM, (5, 1), AckLevel::Assessed), State::Assessing),
        (answer(ANAM, 6, ActionVerdict::MoreTime), State::Assessing),
        (
            answer(ANAM, 7, ActionVerdict::Accepted),
            State::ActionAccepted,
        ),
        (ack(ANAM, (8, 1), AckLevel::Acted), State::Acted),
        (outcome(ANAM, 9, false), State::OutcomeReported),
        (outcome(ANAM, 10, true), State::Closed),
    ];
    for (step, state) in steps {
        story.log(step);
        assert_eq!(story.state(ANAM), state);
    }
    story.log(answer(FGR, 11, ActionVerdict::Unable));
    assert_eq!(story.state(FGR), State::Unable);
    let part = &story.0.view().parts[&ANAM.parse().unwrap()];
    assert_eq!(part.outcome, Some(OutcomeCode::NegativeInspection));
    assert_eq!(
        (part.acknowledged, part.version),
        (Some(AckLevel::Acted), Some(1))
    );
}

#[test]
fn an_assessment_begins_assessing_and_a_refusal_declines() {
    let mut story = Story::begin();
    story.say((ANAM, &[CBP]), T::Assessment, (2, 1));
    assert_eq!(story.state(ANAM), State::Assessing);
    let part = &story.0.view().parts[&ANAM.parse().unwrap()];
    assert_eq!(part.assessment, Some(AssessmentResult::Risk));
    story.say((FGR, &[CBP]), T::Reject, (3, 1));
    assert_eq!(story.state(FGR), State::Declined);
    // A new version deserves a new answer.
    story.log(amend(CBP, &[ANAM, FGR], (4, 1), 2));
    assert_eq!(story.state(FGR), State::Relayed);
}

#[test]
fn a_case_closes_when_every_part_has_ended_and_one_was_reported() {
    let mut story = Story::begin();
    story.log(answer(FGR, 2, ActionVerdict::Declined));
    story.log(outcome(ANAM, 3, false));
    assert!(!story.0.is_closed());
    story.log(outcome(ANAM, 4, true));
    assert!(story.0.is_closed());
    assert_eq!(story.objects(&outcome(ANAM, 5, true)), Reason::AlertClosed);

    let mut declined = Story::begin();
    declined.log(answer(FGR, 2, ActionVerdict::Declined));
    declined.log(answer(ANAM, 3, ActionVerdict::Declined));
    assert!(!declined.0.is_closed(), "nobody has reported anything");
    declined.log(amend(CBP, &[ANAM], (4, 1), 2));
}

#[test]
fn who_comes_round_is_at_work_like_any_other() {
    let comes_round = [
        ack(FGR, (3, 1), AckLevel::Person),
        answer(FGR, 3, ActionVerdict::Accepted),
        step((FGR, &[CBP]), T::ActionResponse, (3, 1), |m| {
            m.verdict = ActionVerdict::Partial.into();
            m.verdict_ground = VerdictGround::Law.into();
        }),
    ];
    for (step, state) in comes_round.into_iter().zip([
        State::Acknowledged,
        State::ActionAccepted,
        State::ActionAccepted,
    ]) {
        let mut story = Story::begin();
        story.say((FGR, &[CBP]), T::Reject, (2, 1));
        story.log(ack(FGR, (9, 1), AckLevel::Node));
        assert_eq!(story.state(FGR), State::Declined, "a machine has it");
        story.log(step);
        assert_eq!(story.state(FGR), state);
        story.log(outcome(ANAM, 4, true));
        assert!(!story.0.is_closed() && !story.0.is_over());
        story.say((CBP, &[FGR]), T::ActionRequest, (5, 1));
        story.log(step_about(FGR, 5, 6));
        // It may think again, and then nobody is left.
        let mut again = Story(story.0.clone());
        again.say((FGR, &[CBP]), T::Reject, (7, 1));
        assert!(again.0.is_closed());
        story.log(outcome(FGR, 7, true));
        assert!(story.0.is_closed());
    }
}

/// Accepts request `about`.
fn step_about(from: &str, about: u8, id: u8) -> Step {
    step((from, &[CBP]), T::ActionResponse, (id, about), |_| {})
}

#[test]
fn who_comes_round_to_a_request_has_come_round() {
    let mut story = Story::begin();
    story.say((FGR, &[CBP]), T::Reject, (2, 1));
    story.say((CBP, &[FGR]), T::ActionRequest, (3, 1));
    story.log(step_about(FGR, 3, 4));
    story.log(outcome(ANAM, 5, true));
    assert!(!story.0.is_closed());
    assert_eq!(story.state(FGR), State::ActionAccepted);
}

#[test]
fn in_a_closed_case_nobody_comes_round_and_everything_else_is_acknowledged() {
    let mut story = Story::begin();
    story.say((CBP, &[FGR]), T::Comment, (2, 1));
    story.say((FGR, &[CBP]), T::Reject, (3, 1));
    story.log(outcome(ANAM, 4, true));
    assert!(story.0.is_closed());
    let late = ack(FGR, (5, 1), AckLevel::Person);
    assert_eq!(story.objects(&late), Reason::AlertClosed);
    assert_eq!(story.0.permits_node(&late), Ok(()), "until floor/3");
    story.log(ack(FGR, (5, 1), AckLevel::Node));
    story.log(ack(FGR, (6, 2), AckLevel::Person));
    story.log(ack(ANAM, (7, 1), AckLevel::Acted));
    story.say((FGR, &[CBP]), T::HoldSet, (8, 1));
    story.log(outcome(FGR, 9, true));
    story.log(ack(FGR, (10, 1), AckLevel::Person));
    assert!(story.0.is_closed());
}

/// A case in which every type of message would be in order, said by ANAM or CBP about the message named.
fn ripe() -> Story {
    let mut story = Story::begin();
    story.say((CBP, &[ANAM]), T::Rfi, (2, 1));
    story.say((CBP, &[ANAM]), T::Rfs, (3, 1));
    story.say((CBP, &[ANAM]), T::ActionRequest, (4, 1));
    story.say((ANAM, &[CBP]), T::Comment, (5, 1));
    story.say((CBP, &[ANAM]), T::DisseminationRequest, (6, 5));
    story.say((ANAM, &[CBP]), T::HoldSet, (7, 1));
    story
}

fn ripe_message(message_type: MessageType) -> Step {
    let about = match message_type {
        T::RfiResponse => 2,
        T::RfsResult => 3,
        T::ActionResponse => 4,
        T::DisseminationDecision => 6,
        T::RecallConfirm => 90,
        _ => 1,
    };
    let sent: (&str, &[&str]) = match message_type {
        T::Amend | T::Cancel | T::Recall => (CBP, &[ANAM, FGR]),
        _ => (ANAM, &[CBP]),
    };
    step(sent, message_type, (80, about), |m| {
        if message_type == T::Transfer {
            m.transfer_to = CBP.into();
        }
    })
}

#[test]
fn what_is_still_accepted_is_what_the_table_says() {
    let final_part = || {
        let mut story = ripe();
        story.log(outcome(ANAM, 70, true));
        story
    };
    let closed = || {
        let mut story = ripe();
        story.log(answer(ANAM, 70, ActionVerdict::Declined));
        story.log(outcome(FGR, 71, true));
        assert!(story.0.is_closed());
        story
    };
    let cancelled = || {
        let mut story = ripe();
        story.say((CBP, &[ANAM]), T::Cancel, (70, 1));
        story
    };
    let recalled = || {
        let mut story = ripe();
        story.say((CBP, &[ANAM, FGR]), T::Recall, (90, 1));
        story
    };
    let stages: [(&dyn Fn() -> Story, Reason); 4] = [
        (&final_part, Reason::AlertClosed),
        (&closed, Reason::AlertClosed),
        (&cancelled, Reason::AlertCancelled),
        (&recalled, Reason::RecalledAlert),
    ];
    for (message_type, row) in ACCEPTED {
        for (number, (stage, reason)) in stages.iter().enumerate() {
            if message_type == T::RecallConfirm && number < 3 {
                continue;
            }
            let verdict = stage().0.permits(&ripe_message(message_type));
            let verdict = verdict.map_err(|objection| objection.reason);
            let expected = if row[number] { Ok(()) } else { Err(*reason) };
            assert_eq!(verdict, expected, "{message_type:?} in column {number}");
        }
        if message_type != T::RecallConfirm {
            assert_eq!(ripe().0.permits(&ripe_message(message_type)), Ok(()));
        }
    }
}

#[test]
fn a_recall_goes_to_everybody_who_was_ever_sent_anything() {
    let mut story = Story::begin();
    story.log(amend(CBP, &[ANAM], (2, 1), 2));
    // What the originator never saw counts too.
    story.say((ANAM, &[DEA]), T::Comment, (3, 1));
    let short = story
        .0
        .permits(&step((CBP, &[ANAM]), T::Recall, (4, 1), |_| {}));
    let short = short.unwrap_err();
    assert_eq!(short.reason, Reason::RecipientRequired);
    assert!(
        short
            .detail
            .text(crate::Lang::En)
            .ends_with(&format!("{FGR}, {DEA}")),
        "{}",
        short.detail
    );
    story.say((CBP, &[ANAM, FGR, DEA]), T::Recall, (4, 1));
}

#[test]
fn a_named_officer_is_recalled_on_the_nodes_that_had_it() {
    let node: NodeId = "spiffe://mx.dev.invalid/agency/fgr/node/one"
        .parse()
        .unwrap();
    let mut red = step((CBP, &[]), T::Alert, (1, 0), |_| {});
    red.to = Audience::new([], [node.clone()]).into();
    let mut case = Case::default();
    case.apply(red);
    let recall = |to: Audience| {
        let mut recall = step((CBP, &[]), T::Recall, (2, 1), |_| {});
        recall.to = to.into();
        case.permits(&recall).map_err(|objection| objection.reason)
    };
    assert_eq!(recall(audience(&[ANAM])), Err(Reason::RecipientRequired));
    assert_eq!(recall(Audience::new([], [node])), Ok(()));
    assert_eq!(
        recall(audience(&[FGR])),
        Ok(()),
        "the whole agency has that node"
    );
}

/// A message for this node only, from and to nodes of these agencies.
fn between(
    (from, to): ((&str, &str), (&str, &str)),
    message_type: MessageType,
    ids: (u8, u8),
) -> Step {
    let mut red = from_desk(from, &[], message_type, ids);
    let (side, agency) = to.0.split_once('/').unwrap();
    let node = format!("spiffe://{side}/agency/{agency}/node/{}", to.1);
    red.to = Audience::new([], [node.parse().unwrap()]).into();
    red
}

/// A message of one of an agency's nodes.
fn from_desk(
    (agency, desk): (&str, &str),
    to: &[&str],
    message_type: MessageType,
    ids: (u8, u8),
) -> Step {
    step((agency, to), message_type, ids, |message| {
        message.sender = message
            .sender
            .replace("/node/one", &format!("/node/{desk}"));
    })
}

#[test]
fn what_is_for_named_nodes_does_not_exist_for_their_colleagues() {
    let mut case = Case::default();
    case.apply(between(((CBP, "one"), (ANAM, "one")), T::Alert, (1, 0)));
    let said = [
        (ANAM, CBP, T::Ack),
        (ANAM, CBP, T::Outcome),
        (ANAM, CBP, T::Comment),
        (CBP, ANAM, T::Amend),
        (CBP, ANAM, T::Cancel),
        (CBP, ANAM, T::Recall),
        (CBP, ANAM, T::Comment),
    ];
    let attempt = |desk, (from, to, said)| from_desk((from, desk), &[to], said, (2, 1));
    for one in said {
        assert_eq!(case.permits(&attempt("one", one)), Ok(()), "{one:?}");
        let colleagues = attempt("two", one);
        let nothing = Case::default().permits(&colleagues);
        assert_eq!(nothing.as_ref().unwrap_err().reason, Reason::AlertUnknown);
        assert_eq!(case.permits(&colleagues), nothing, "{one:?}");
        assert_eq!(case.permits_agency(&colleagues), Ok(()), "{one:?}");
    }
    // Then the agencies hear of it: of what they were told, and of nothing else.
    case.apply(from_desk((CBP, "one"), &[ANAM], T::Comment, (3, 1)));
    for (from, to) in [(ANAM, CBP), (CBP, ANAM)] {
        let about = |id| from_desk((from, "two"), &[to], T::Comment, (4, id));
        assert_eq!(case.permits(&about(3)), Ok(()));
        let hidden = case.permits(&about(1)).unwrap_err();
        assert_eq!(hidden.reason, Reason::ReferenceUnknown);
        assert_eq!(Err(hidden), case.permits(&about(9)));
    }
}

/// CBP's alert to ANAM, amended by desk one for a node of the FGR alone, then spoken of with ANAM again.
fn with_a_hidden_amendment() -> Case {
    let mut case = Case::default();
    case.apply(from_desk((CBP, "one"), &[ANAM], T::Alert, (1, 0)));
    let mut hidden = between(((CBP, "one"), (FGR, "secret")), T::Amend, (2, 1));
    hidden.version = 2;
    case.apply(hidden);
    case
}

#[test]
fn a_desk_is_told_nothing_of_what_it_may_not_read() {
    let case = with_a_hidden_amendment();
    let amend = |desk, version| {
        let mut amend = from_desk((CBP, desk), &[ANAM], T::Amend, (3, 1));
        amend.version = version;
        case.permits(&amend).unwrap_err()
    };
    let hidden = MessageId::new([2; 16]).unwrap().to_string();
    // Who wrote it is told the way on; a colleague is told that there is none this way, and no more.
    assert_eq!(amend("one", 2).proposals, ["3"]);
    assert_eq!(amend("one", 3).proposals, [hidden]);
    for version in [2, 3] {
        assert_eq!(amend("two", version).reason, Reason::VersionGap);
        assert!(amend("two", version).proposals.is_empty(), "{version}");
    }
    let comment = |desk| {
        let mut comment = from_desk((CBP, desk), &[ANAM], T::Comment, (3, 1));
        comment.version = 9;
        case.permits(&comment).unwrap_err().proposals
    };
    assert_eq!(comment("one"), ["2"]);
    assert_eq!(comment("two"), ["1"]);
}

#[test]
fn a_recall_that_is_too_short_names_nobody_from_what_its_sender_may_not_read() {
    let mut case = with_a_hidden_amendment();
    case.apply(from_desk((CBP, "one"), &[DEA], T::Comment, (3, 1)));
    let short = |desk: &str, to: &[&str]| {
        let recall = from_desk((CBP, desk), to, T::Recall, (4, 1));
        let short = case.permits(&recall).unwrap_err();
        assert_eq!(short.reason, Reason::RecipientRequired);
        assert!(short.proposals.is_empty());
        [crate::Lang::En, crate::Lang::Es].map(|lang| short.detail.text(lang).to_owned())
    };
    let node = "spiffe://mx.dev.invalid/agency/fgr/node/secret";
    assert!(short("one", &[ANAM])[0].ends_with(&format!("{node}, {DEA}")));
    let [en, es] = short("two", &[ANAM]);
    assert!(en.ends_with(&format!("{DEA}, others")), "{en}");
    assert!(es.ends_with(&format!("{DEA}, otros")), "{es}");
    for said in short("two", &[ANAM, DEA]) {
        assert!(said.ends_with(": others") || said.ends_with(": otros"));
        assert!(!said.contains("fgr"), "{said}");
    }
    let whole = from_desk((CBP, "two"), &[ANAM, DEA, FGR], T::Recall, (4, 1));
    assert_eq!(case.permits(&whole), Ok(()));
}

/// Who contests what, as the view tells it.
fn contested(story: &Story) -> Vec<(u8, String)> {
    let disputes = story.0.view().disputes;
    let all = disputes.iter().flat_map(|(about, who)| {
        let about = about.as_bytes()[0];
        who.iter().map(move |who| (about, who.to_string()))
    });
    all.collect()
}

#[test]
fn a_case_is_disputed_until_one_of_the_two_moves() {
    let mut story = Story::begin();
    assert_eq!(contested(&story), []);
    story.say((ANAM, &[CBP]), T::Reject, (2, 1));
    story.say((FGR, &[CBP]), T::Reject, (3, 1));
    let both = [(1, ANAM.to_owned()), (1, FGR.to_owned())];
    assert_eq!(contested(&story), both);
    // A comment settles nothing; that a person has taken it up after all does, for that agency.
    story.say((CBP, &[ANAM, FGR]), T::Comment, (4, 1));
    assert_eq!(contested(&story), both);
    story.log(step((ANAM, &[CBP]), T::Ack, (5, 1), |m| {
        m.ack_level = AckLevel::Person.into();
    }));
    assert_eq!(contested(&story), [(1, FGR.to_owned())]);
    assert_eq!(story.state(ANAM), State::Acknowledged);
    assert_eq!(story.state(FGR), State::Declined);
    // A new version stands in the place of the old one.
    story.log(step((CBP, &[ANAM, FGR]), T::Amend, (6, 1), |m| {
        m.alert_version = 2;
    }));
    assert_eq!(contested(&story), []);
    // The originator contests an outcome; a newer one settles that.
    story.log(step((FGR, &[CBP]), T::Outcome, (7, 6), |m| {
        m.final_outcome = false;
    }));
    story.log(step((CBP, &[FGR]), T::Reject, (8, 7), |m| {
        m.alert_version = 2;
    }));
    assert_eq!(contested(&story), [(7, CBP.to_owned())]);
    story.log(step((FGR, &[CBP]), T::Outcome, (9, 6), |m| {
        m.final_outcome = false;
    }));
    assert_eq!(contested(&story), []);
    story.log(step((CBP, &[FGR]), T::Reject, (10, 9), |m| {
        m.alert_version = 2;
    }));
    assert_eq!(contested(&story).len(), 1);
    story.say((CBP, &[ANAM, FGR]), T::Cancel, (11, 6));
    assert_eq!(
        contested(&story),
        [],
        "what nobody needs is contested no more"
    );
}

/// ANAM has shown it to one officer of an agency that the originator never heard of; the originator can recall all the same.
#[test]
fn a_recall_can_be_completed_although_others_have_written_in_confidence() {
    let mut case = Case::default();
    case.apply(from_desk((CBP, "one"), &[ANAM], T::Alert, (1, 0)));
    case.apply(between(
        ((ANAM, "one"), (FGR, "secret")),
        T::Comment,
        (2, 1),
    ));
    for desk in ["one", "two"] {
        let recall = |to: &[&str]| case.permits(&from_desk((CBP, desk), to, T::Recall, (3, 1)));
        let short = recall(&[ANAM]).unwrap_err();
        assert_eq!(short.reason, Reason::RecipientRequired);
        for lang in [crate::Lang::En, crate::Lang::Es] {
            let said = short.detail.text(lang);
            assert!(said.ends_with(&format!(": {FGR}")), "{said}");
            assert!(!said.contains("secret"), "{said}");
        }
        assert_eq!(recall(&[ANAM, FGR]), Ok(()));
    }
}

#[test]
fn an_agency_has_confirmed_when_each_of_its_nodes_that_is_known_to_hold_a_copy_has() {
    let mut case = Case::default();
    case.apply(from_desk((CBP, "one"), &[ANAM, DEA], T::Alert, (1, 0)));
    case.apply(from_desk((ANAM, "two"), &[CBP], T::Ack, (2, 1)));
    case.apply(between(((CBP, "one"), (ANAM, "three")), T::Comment, (3, 1)));
    case.apply(from_desk((CBP, "one"), &[ANAM, DEA], T::Recall, (4, 1)));
    let anam = |case: &Case| {
        let recall = case.view().recall.unwrap();
        let confirmation = &recall.confirmations[&ANAM.parse().unwrap()];
        let open = confirmation.outstanding.iter();
        let open: Vec<_> = open.map(|node| node.node().to_owned()).collect();
        (confirmation.is_done, open.join(" "))
    };
    assert_eq!(anam(&case), (false, "three two".to_owned()));
    // Desk one has never been heard of: its word is its own, and it is asked for nothing.
    for (id, desk, left) in [
        (5, "one", "three two"),
        (6, "two", "three"),
        (7, "three", ""),
    ] {
        case.apply(from_desk((ANAM, desk), &[CBP], T::RecallConfirm, (id, 4)));
        assert_eq!(anam(&case), (left.is_empty(), left.to_owned()));
    }
    // Nobody at the DEA is known by name: whichever node confirms, speaks for it.
    case.apply(from_desk((DEA, "one"), &[CBP], T::RecallConfirm, (8, 4)));
    let recall = case.view().recall.unwrap();
    assert!(recall.confirmations.values().all(|one| one.is_done));
}

#[test]
fn after_a_recall_nothing_reaches_the_colleagues_of_a_named_node() {
    let mut case = Case::default();
    case.apply(between(((CBP, "one"), (ANAM, "one")), T::Alert, (1, 0)));
    let recall = between(((CBP, "one"), (ANAM, "one")), T::Recall, (2, 1));
    assert_eq!(case.permits(&recall), Ok(()));
    case.apply(recall);
    let comment = |to: &[&str]| from_desk((ANAM, "one"), to, T::Comment, (3, 1));
    assert_eq!(case.permits(&comment(&[CBP])), Ok(()));
    for to in [&[ANAM], &[FGR]] {
        let refused = case.permits(&comment(to)).unwrap_err();
        assert_eq!(refused.reason, Reason::RecalledAlert);
    }
}

#[test]
fn who_was_not_sent_the_alert_knows_its_originator_by_what_only_that_one_says() {
    let mut case = Case::default();
    case.apply(step((ANAM, &[FGR]), T::Comment, (1, 9), |_| {}));
    assert_eq!(case.originator(), None);
    case.apply(step((CBP, &[FGR]), T::Amend, (2, 9), |_| {}));
    assert_eq!(
        (case.originator(), case.version()),
        (Some(&CBP.parse().unwrap()), 2)
    );
    case.apply(step((CBP, &[FGR, ANAM]), T::Recall, (3, 2), |_| {}));
    let recall = case.view().recall.expect("recalled");
    let open = recall.confirmations.iter().filter(|(_, one)| !one.is_done);
    assert_eq!(open.count(), 2, "ANAM and FGR");
    // Nothing may be said in it all the same: the log has no such alert.
    let comment = step((FGR, &[CBP]), T::Comment, (4, 2), |_| {});
    let refused = case.permits(&comment).unwrap_err();
    assert_eq!(refused.reason, Reason::AlertUnknown);
}

#[test]
fn confirmations_are_listed_and_quarantine_is_no_erasure() {
    let measure =
        |measure: RecallMeasure| move |m: &mut pb::Statement| m.recall_measure = measure.into();
    let mut story = Story::begin();
    let everybody: &[&str] = &[ANAM, FGR];
    let confirm = |from, ids, of| step((from, &[CBP]), T::RecallConfirm, ids, measure(of));
    let early = confirm(ANAM, (2, 1), RecallMeasure::Quarantine);
    assert_eq!(
        story.objects(&early),
        Reason::InvalidMessageType,
        "there is no recall"
    );
    story.log(step(
        (CBP, everybody),
        T::Recall,
        (2, 1),
        measure(RecallMeasure::Quarantine),
    ));
    story.log(confirm(ANAM, (3, 2), RecallMeasure::Quarantine));
    let done = |story: &Story| {
        let recall = story.0.view().recall.unwrap();
        let all = recall.confirmations.into_iter();
        all.map(|(agency, confirmation)| (agency.to_string(), confirmation.is_done))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        done(&story),
        [(ANAM.to_owned(), true), (FGR.to_owned(), false)]
    );
    // A court wants it erased: the stricter recall is let in, a milder or equal one is not.
    story.log(step(
        (CBP, everybody),
        T::Recall,
        (4, 1),
        measure(RecallMeasure::Erase),
    ));
    assert_eq!(
        done(&story),
        [(ANAM.to_owned(), false), (FGR.to_owned(), false)]
    );
    let again = step(
        (CBP, everybody),
        T::Recall,
        (5, 1),
        measure(RecallMeasure::Erase),
    );
    assert_eq!(story.objects(&again), Reason::RecalledAlert);
    story.log(confirm(ANAM, (5, 4), RecallMeasure::Erase));
    assert_eq!(
        done(&story),
        [(ANAM.to_owned(), true), (FGR.to_owned(), false)]
    );
}

#[test]
fn nothing_of_a_recalled_alert_goes_to_anybody_new() {
    let mut story = Story::begin();
    story.say((CBP, &[ANAM, FGR]), T::Recall, (2, 1));
    assert_eq!(
        story.refuses((ANAM, &[CBP, DEA]), T::Comment, (3, 2)),
        Reason::RecalledAlert
    );
    story.say((ANAM, &[CBP, FGR]), T::Comment, (3, 2));
}

#[test]
fn who_says_too_much_shuts_out_nobody_and_no_recall() {
    let mut story = Story::begin();
    for number in 0..CASE_MESSAGES_MAX {
        for (from, to) in [(ANAM, CBP), (CBP, ANAM)] {
            // More than 255 ids are needed here.
            let mut one = step((from, &[to]), T::Comment, (2, 1), |_| {});
            let place = u8::try_from(number % 256).unwrap();
            let side = u8::from(from == CBP);
            let mut id = [200 + side; 16];
            id[0] = place;
            one.message_id = MessageId::new(id).unwrap();
            if story.0.permits(&one).is_ok() {
                story.0.apply(one);
            }
        }
    }
    assert_eq!(
        story.refuses((ANAM, &[CBP]), T::Comment, (3, 1)),
        Reason::LimitReached
    );
    story.say((FGR, &[CBP]), T::Comment, (3, 1));
    story.say((CBP, &[ANAM, FGR]), T::Recall, (4, 1));
    story.say((ANAM, &[CBP]), T::RecallConfirm, (5, 4));
}

#[test]
fn a_case_that_nobody_ended_expires_with_its_newest_version() {
    let mut story = Story::begin();
    let expires_ms = |story: &Story| story.0.view().expires_ms.unwrap();
    let first_ms = expires_ms(&story);
    assert!(!story.0.view().is_expired(first_ms - 1));
    assert!(story.0.view().is_expired(first_ms));
    let later = |message: &mut pb::Statement| {
        message.alert_version = 2;
        message.expires_ms = first_ms + 1_000;
    };
    story.log(step((CBP, &[ANAM, FGR]), T::Amend, (2, 1), later));
    assert_eq!(expires_ms(&story), first_ms + 1_000);
    assert!(!story.0.view().is_expired(first_ms));
    // What else is said has an instant of its own, and does not prolong the case.
    let much_later = |message: &mut pb::Statement| message.expires_ms = first_ms + 9_000;
    story.log(step((ANAM, &[CBP]), T::Comment, (3, 2), much_later));
    assert!(story.0.view().is_expired(first_ms + 1_000));
    story.say((CBP, &[ANAM, FGR]), T::Cancel, (4, 2));
    assert!(!story.0.view().is_expired(u64::MAX), "somebody ended it");
    assert!(!Case::default().view().is_expired(u64::MAX));
}

/// What a record says of an officer of FGR who is told on these nodes.
fn told(officer: &str, nodes: &[&str]) -> pb::ResolvedRecipient {
    let node = |name: &&str| format!("spiffe://mx.dev.invalid/agency/fgr/node/{name}");
    pb::ResolvedRecipient {
        requested: Some(pb::RecipientRef {
            kind: pb::RecipientKind::Officer.into(),
            name: format!("spiffe://mx.dev.invalid/agency/fgr/officer/{officer}"),
        }),
        agencies: Vec::new(),
        nodes: nodes.iter().map(node).collect(),
    }
}

/// A message of CBP's first desk or another, to whom a record says.
fn recorded(
    desk: &str,
    message_type: MessageType,
    ids: (u8, u8),
    to: &[pb::ResolvedRecipient],
) -> (Statement, Step) {
    let mut message = valid(message_type);
    message.sender = format!("spiffe://us.dev.invalid/agency/cbp/node/{desk}");
    message.message_id = vec![ids.0; 16];
    if message_type != T::Alert {
        message.refers_to = vec![ids.1; 16];
    }
    let requested = to.iter().filter_map(|one| one.requested.clone());
    message.recipients = requested.collect();
    let statement = Statement::decode(&message.encode_to_vec()).unwrap();
    let step = Step::new(&statement, Audience::of_recipients(to)).unwrap();
    (statement, step)
}

/// What a withdrawal to these, of whom the directory says this, is for.
fn widened(
    case: &Case,
    desk: &str,
    message_type: MessageType,
    to: &[pb::ResolvedRecipient],
) -> (Vec<Vec<String>>, Vec<usize>) {
    let (statement, _) = recorded(desk, message_type, (99, 1), to);
    let mut resolved = to.to_vec();
    let nobody = case.widen(&statement, &mut resolved);
    let all = resolved.into_iter().map(|one| {
        let names = one.agencies.iter().chain(&one.nodes);
        names
            .map(|name| name.rsplit('/').next().unwrap().to_owned())
            .collect()
    });
    (all.collect(), nobody)
}

#[test]
fn a_withdrawal_goes_to_every_node_on_which_its_officer_was_told() {
    let mut case = Case::default();
    case.apply(recorded("one", T::Alert, (1, 0), &[told("ana", &["old"])]).1);
    case.apply(recorded("one", T::Comment, (2, 1), &[told("luis", &["his"])]).1);
    case.apply(recorded("two", T::Comment, (3, 2), &[told("ana", &["secret"])]).1);
    for said in [T::Cancel, T::Recall] {
        let moved = widened(&case, "one", said, &[told("ana", &["new"])]);
        assert_eq!(moved, (vec![vec!["new".into(), "old".into()]], vec![]));
        let (left, nobody) = widened(&case, "one", said, &[told("ana", &[])]);
        assert_eq!((left, nobody), (vec![vec!["old".to_owned()]], vec![]));
        let invented = [told("ana", &["old"]), told("eva", &[])];
        assert_eq!(widened(&case, "one", said, &invented).1, [1]);
        // Each desk as far as it may read.
        let colleague = widened(&case, "two", said, &[told("ana", &[])]);
        assert_eq!(colleague.0, [["secret"]]);
        assert_eq!(widened(&case, "two", said, &[told("luis", &[])]).1, [0]);
    }
    // Nothing else goes where its officer is not.
    let comment = widened(&case, "one", T::Comment, &[told("ana", &["new"])]);
    assert_eq!(comment, (vec![vec!["new".to_owned()]], vec![]));
}

#[test]
fn a_withdrawal_names_an_agency_that_has_left_only_if_the_case_reached_it() {
    let agency = |name: &str| pb::ResolvedRecipient {
        requested: Some(pb::RecipientRef {
            kind: pb::RecipientKind::Agency.into(),
            name: name.to_owned(),
        }),
        ..Default::default()
    };
    let listed = |name: &str| pb::ResolvedRecipient {
        agencies: vec![name.to_owned()],
        ..agency(name)
    };
    let mut case = Case::default();
    case.apply(recorded("one", T::Alert, (1, 0), &[listed(ANAM)]).1);
    case.apply(from_desk((ANAM, "one"), &[DEA], T::Comment, (2, 1)));
    case.apply(recorded("two", T::Comment, (3, 1), &[told("ana", &["secret"])]).1);
    for said in [T::Cancel, T::Recall] {
        let (to, nobody) = widened(&case, "one", said, &[agency(ANAM)]);
        assert_eq!((to, nobody), (vec![vec!["anam".to_owned()]], vec![]));
        // Listed, so the directory has answered.
        assert_eq!(widened(&case, "one", said, &[listed(CBP)]).1, [0; 0]);
        let invented = [agency(ANAM), agency("mx.dev.invalid/amam")];
        assert_eq!(widened(&case, "one", said, &invented).1, [1]);
        // Nobody learns that a colleague has written to it.
        assert_eq!(widened(&case, "one", said, &[agency(FGR)]).1, [0]);
        assert_eq!(widened(&case, "two", said, &[agency(FGR)]).1, [0; 0]);
    }
    // Whom others have told the refusal of a short RECALL names anyhow; without that nobody could recall.
    assert_eq!(widened(&case, "one", T::Recall, &[agency(DEA)]).1, [0; 0]);
    assert_eq!(widened(&case, "one", T::Cancel, &[agency(DEA)]).1, [0]);
    let empty = Case::default();
    assert_eq!(widened(&empty, "one", T::Recall, &[agency(DEA)]).1, [0]);
}

/// A RECALL is refused to all but the originator; what it would have reached must not show before that.
#[test]
fn who_may_not_recall_learns_nothing_of_others_by_trying() {
    let nobody = |reached: bool| {
        let mut case = Case::default();
        case.apply(from_desk((CBP, "one"), &[DEA, ANAM], T::Alert, (1, 0)));
        let to = if reached { FGR } else { CBP };
        case.apply(from_desk((ANAM, "one"), &[to], T::Comment, (2, 1)));
        let left = pb::ResolvedRecipient {
            requested: Some(pb::RecipientRef {
                kind: pb::RecipientKind::Agency.into(),
                name: FGR.to_owned(),
            }),
            ..Default::default()
        };
        let asked = |agency: &str| {
            let (side, agency) = agency.split_once('/').unwrap();
            let mut message = valid(T::Recall);
            message.sender = format!("spiffe://{side}/agency/{agency}/node/one");
            message.recipients = left.requested.clone().into_iter().collect();
            let statement = Statement::decode(&message.encode_to_vec()).unwrap();
            case.widen(&statement, &mut [left.clone()])
        };
        (asked(CBP), asked(DEA))
    };
    assert_eq!(nobody(true), (vec![], vec![0]));
    assert_eq!(nobody(false), (vec![0], vec![0]));
}
