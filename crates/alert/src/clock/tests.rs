//! Deadlines, steps and what ends them; and, for any history, the promises that a gateway and its auditor rely on.

use super::*;
use crate::case::Audience;
use crate::code::{ActionVerdict, SignerRole};
use crate::statement::tests::valid;
use precinto_proto::v1 as pb;
use proptest::prelude::*;
use prost::Message as _;

const CBP: &str = "us.dev.invalid/cbp";
const ANAM: &str = "mx.dev.invalid/anam";
const FGR: &str = "mx.dev.invalid/fgr";
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;

/// A case with its clocks.
#[derive(Default, Clone)]
struct Told {
    case: Case,
    clocks: Clocks,
}

fn statement(
    from: &str,
    message_type: MessageType,
    (id, about): (u8, u8),
    change: impl FnOnce(&mut pb::Statement),
) -> Statement {
    let mut message = valid(message_type);
    let (side, agency) = from.split_once('/').unwrap();
    message.sender = format!("spiffe://{side}/agency/{agency}/node/one");
    message.message_id = vec![id; 16];
    if message_type != MessageType::Alert {
        message.refers_to = vec![about; 16];
    }
    if message_type == MessageType::Ack {
        message.required_signers.push(pb::SignerRef {
            key_id: vec![99; 32],
            role: SignerRole::Officer.into(),
            alg: 1,
        });
    }
    change(&mut message);
    Statement::decode(&message.encode_to_vec()).unwrap()
}

impl Told {
    /// CBP's alert 1 of this precedence, at time 1,000,000, to ANAM and FGR.
    fn alert(precedence: Precedence) -> Self {
        let mut told = Self::default();
        told.say(
            (CBP, &[ANAM, FGR]),
            MessageType::Alert,
            (1, 0),
            START,
            |m| {
                m.precedence = precedence.into();
                m.last_action_ms = 0;
            },
        );
        told
    }

    fn say(
        &mut self,
        (from, to): (&str, &[&str]),
        message_type: MessageType,
        ids: (u8, u8),
        time_ms: u64,
        change: impl FnOnce(&mut pb::Statement),
    ) {
        let statement = statement(from, message_type, ids, change);
        let audience = Audience::new(to.iter().map(|name| name.parse().unwrap()), []);
        let step = Step::new(&statement, audience).unwrap();
        self.case.permits(&step).unwrap();
        self.case.apply(step);
        self.clocks.take(&statement, time_ms, "floor/3");
    }

    fn ack(&mut self, from: &str, ids: (u8, u8), level: AckLevel, more_ms: u64) {
        self.say((from, &[CBP]), MessageType::Ack, ids, START, |m| {
            m.ack_level = level.into();
            m.more_time_until_ms = more_ms;
        });
    }

    /// What is due of ANAM: level, step and when, by the time at which it fell due.
    fn due(&self, now_ms: u64) -> Vec<(AckLevel, OverdueStep, u64)> {
        let due = self.clocks.all_due(&self.case, now_ms).into_iter();
        let due = due.filter(|due| due.missed.agency.to_string() == ANAM);
        due.map(|due| (due.missed.level, due.missed.step, due.at_ms))
            .collect()
    }

    fn log(&mut self, now_ms: u64) -> usize {
        let due = self.clocks.all_due(&self.case, now_ms);
        let count = due.len();
        for due in due {
            self.case.apply_overdue(due.missed);
        }
        count
    }
}

/// The clock of messages made by `valid` stands far beyond this.
const START: u64 = 1_000_000;

use AckLevel::{Assessed, Node, Person};
use OverdueStep::{AlternateContact, EscalationGroup, SecondRequest};

#[test]
fn a_flash_alert_that_nobody_answers_takes_nine_steps() {
    let told = Told::alert(Precedence::P1);
    assert!(told.due(START + 5 * SECOND - 1).is_empty());
    let first = (Node, SecondRequest, START + 5 * SECOND);
    assert_eq!(told.due(START + 5 * SECOND), [first]);
    let all = told.due(START + 90 * MINUTE);
    let expected = [
        (Node, SecondRequest, 5 * SECOND),
        (Node, AlternateContact, 10 * SECOND),
        (Node, EscalationGroup, 15 * SECOND),
        (Person, SecondRequest, 10 * MINUTE),
        (Person, AlternateContact, 20 * MINUTE),
        (Person, EscalationGroup, 30 * MINUTE),
        (Assessed, SecondRequest, 30 * MINUTE),
        (Assessed, AlternateContact, 60 * MINUTE),
        (Assessed, EscalationGroup, 90 * MINUTE),
    ];
    assert_eq!(
        all,
        expected.map(|(level, step, ms)| (level, step, START + ms))
    );
    assert_eq!(
        told.clocks
            .reading(&told.case, MessageId::new([1; 16]).unwrap(), START)
            .next_ms,
        Some(START + 5 * SECOND)
    );
    assert_eq!(
        told.clocks.next_ms(&told.case, START + 12 * SECOND),
        Some(START + 5 * SECOND)
    );
}

#[test]
fn what_is_logged_is_not_due_again_and_both_agencies_are_late_by_themselves() {
    let mut told = Told::alert(Precedence::P1);
    assert_eq!(told.log(START + 11 * SECOND), 4);
    assert_eq!(told.log(START + 11 * SECOND), 0);
    told.ack(ANAM, (2, 1), Person, 0);
    assert_eq!(told.log(START + 15 * SECOND), 1, "FGR alone");
    let view = told.case.view();
    assert_eq!(view.late.len(), 5);
    let escalated: Vec<String> = view.escalated().iter().map(ToString::to_string).collect();
    assert_eq!(escalated, [FGR]);
    told.ack(FGR, (3, 1), Node, 0);
    assert!(told.case.view().escalated().is_empty(), "it has answered");
    assert_eq!(told.due(START + 10 * MINUTE), [], "ANAM's person has it");
}

#[test]
fn an_acknowledgement_of_an_older_version_is_none_of_the_newer() {
    let mut told = Told::alert(Precedence::P1);
    told.say(
        (CBP, &[ANAM]),
        MessageType::Amend,
        (2, 1),
        START + MINUTE,
        |m| {
            m.alert_version = 2;
            m.precedence = Precedence::P1.into();
            m.last_action_ms = 0;
        },
    );
    told.ack(ANAM, (3, 1), Assessed, 0);
    let due = told.due(START + MINUTE + 5 * SECOND);
    assert_eq!(due, [(Node, SecondRequest, START + MINUTE + 5 * SECOND)]);
    let mut newer = Told::alert(Precedence::P1);
    newer.say((CBP, &[ANAM]), MessageType::Amend, (2, 1), START, |m| {
        m.alert_version = 2;
        m.precedence = Precedence::P1.into();
        m.last_action_ms = 0;
    });
    newer.say((ANAM, &[CBP]), MessageType::Ack, (3, 2), START, |m| {
        m.ack_level = Assessed.into();
        m.alert_version = 2;
    });
    assert_eq!(
        newer.due(u64::MAX),
        [],
        "who has the newer one has the older"
    );
}

#[test]
fn more_time_moves_the_assessment_and_nothing_else() {
    let mut told = Told::alert(Precedence::P1);
    let until = statement(CBP, MessageType::Alert, (1, 0), |_| {}).created_ms() + 50 * MINUTE;
    told.ack(ANAM, (2, 1), Person, until);
    assert_eq!(told.due(until - 1), []);
    assert_eq!(told.due(until), [(Assessed, SecondRequest, until)]);
    let next = (Assessed, AlternateContact, until + 30 * MINUTE);
    assert_eq!(told.due(until + 30 * MINUTE)[1], next);
    // An answer that asks for time is one by a person, and no assessment.
    let mut told = Told::alert(Precedence::P1);
    told.say(
        (ANAM, &[CBP]),
        MessageType::ActionResponse,
        (2, 1),
        START,
        |m| {
            m.verdict = ActionVerdict::MoreTime.into();
            m.actions.clear();
            m.more_time_until_ms = until;
        },
    );
    assert_eq!(told.due(until), [(Assessed, SecondRequest, until)]);
}

#[test]
fn nothing_falls_due_after_the_goods_are_out_of_reach() {
    let last = |last_ms: u64, now_ms: u64| {
        let mut told = Told::default();
        told.say((CBP, &[ANAM]), MessageType::Alert, (1, 0), now_ms, |m| {
            m.precedence = Precedence::P1.into();
            m.last_action_ms = last_ms;
        });
        told.due(u64::MAX)
            .into_iter()
            .map(|(.., due_ms)| due_ms)
            .collect::<Vec<_>>()
    };
    let last_ms = statement(CBP, MessageType::Alert, (1, 0), |_| {}).created_ms() + MINUTE;
    let start = last_ms - 16 * MINUTE;
    let dues = last(last_ms, start);
    // A quarter of 16 minutes is less than 10 and 30.
    let cap = last_ms - 4 * MINUTE;
    let mut expected = [5, 10, 15].map(|seconds| start + seconds * SECOND).to_vec();
    expected.push(start + 10 * MINUTE);
    expected.extend([cap; 5]);
    assert_eq!(dues, expected);
    // Gone before it was logged: the table alone counts.
    assert_eq!(last(last_ms, last_ms)[8], last_ms + 90 * MINUTE);
}

#[test]
fn a_question_is_answered_by_its_answer_until_the_time_it_states() {
    let mut told = Told::alert(Precedence::P4);
    let asks = statement(ANAM, MessageType::Rfi, (2, 1), |_| {}).created_ms();
    told.say((ANAM, &[CBP]), MessageType::Rfi, (2, 1), asks, |m| {
        m.precedence = Precedence::P2.into();
        m.reply_due_ms = asks + 40 * MINUTE;
    });
    let of_cbp = |told: &Told| {
        let due = told.clocks.all_due(&told.case, u64::MAX).into_iter();
        let due = due.filter(|due| due.missed.agency.to_string() == CBP);
        due.map(|due| (due.missed.level, due.at_ms - asks))
            .collect::<Vec<_>>()
    };
    let dues = of_cbp(&told);
    assert_eq!(
        dues[3],
        (Person, 40 * MINUTE),
        "not after the answer is due"
    );
    assert_eq!(dues[4], (Assessed, 40 * MINUTE));
    assert_eq!(told.due(u64::MAX), [], "who asks back has looked at it");
    told.say(
        (CBP, &[ANAM]),
        MessageType::RfiResponse,
        (3, 2),
        asks,
        |_| {},
    );
    assert_eq!(of_cbp(&told), []);
}

#[test]
fn the_end_of_a_case_ends_its_clocks() {
    let mut told = Told::alert(Precedence::P1);
    told.log(START + 15 * SECOND);
    assert_eq!(told.case.view().escalated().len(), 2);
    told.say(
        (CBP, &[ANAM, FGR]),
        MessageType::Cancel,
        (2, 1),
        START,
        |_| {},
    );
    assert_eq!(told.due(u64::MAX), []);
    assert!(told.case.view().escalated().is_empty());
    assert_eq!(told.clocks.next_ms(&told.case, START), None);
}

#[test]
fn who_takes_over_has_a_clock_and_who_hands_over_has_none() {
    let mut told = Told::alert(Precedence::P1);
    told.say(
        (ANAM, &[FGR, CBP]),
        MessageType::Transfer,
        (2, 1),
        START + MINUTE,
        |m| {
            m.transfer_to = FGR.into();
            m.precedence = 0;
        },
    );
    assert_eq!(told.due(u64::MAX), []);
    let of_transfer = MessageId::new([2; 16]).unwrap();
    let reading = told.clocks.reading(&told.case, of_transfer, u64::MAX);
    assert_eq!(
        reading.due.len(),
        9,
        "of FGR, and not of CBP, which is told of it"
    );
    assert_eq!(reading.due[0].at_ms, START + MINUTE + 5 * SECOND);
}

/// One thing that happens: who, what, and how much time passes before it.
fn happenings() -> impl Strategy<Value = Vec<(u8, u8, u64)>> {
    prop::collection::vec((0..2_u8, 0..9_u8, 0..40 * MINUTE), 0..12)
}

proptest! {
    /// The gateway looks at every `next_ms`, or seldom: it logs the same steps, none before its time, none that was answered,
    /// each once, and all that the deadline asks for in their order.
    #[test]
    fn whenever_a_clock_is_looked_at_it_shows_the_same(
        happenings in happenings(),
        precedence in 1..5_i32,
        last_minutes in prop::option::of(1..200_u64),
        slack in 0..3 * MINUTE,
    ) {
        let (mut exact, mut sloppy) = (Told::default(), Told::default());
        let mut now = statement(CBP, MessageType::Alert, (1, 0), |_| {}).created_ms();
        for told in [&mut exact, &mut sloppy] {
            told.say((CBP, &[ANAM, FGR]), MessageType::Alert, (1, 0), now, |m| {
                m.precedence = precedence;
                m.last_action_ms = last_minutes.map_or(0, |minutes| now + minutes * MINUTE);
                m.expires_ms = now + 201 * MINUTE;
            });
        }
        for (id, (who, what, passes)) in (2_u8..).zip(happenings) {
            let then = now + passes;
            // One looks whenever something falls due, the other one when it gets to it.
            while let Some(next) = exact.clocks.next_ms(&exact.case, now).filter(|next| *next <= then) {
                now = now.max(next);
                for due in exact.clocks.all_due(&exact.case, now) {
                    prop_assert!(due.at_ms <= now);
                    exact.case.apply_overdue(due.missed);
                }
            }
            now = then;
            sloppy.log(now.saturating_sub(slack));
            let from = [ANAM, FGR][usize::from(who)];
            for told in [&mut exact, &mut sloppy] {
                let mut say = |message_type, change: &dyn Fn(&mut pb::Statement)| {
                    let statement = statement(from, message_type, (id, 1), |m| change(m));
                    let to = Audience::new([CBP.parse().unwrap()], []);
                    let step = Step::new(&statement, to).unwrap();
                    if told.case.permits(&step).is_ok() {
                        told.case.apply(step);
                        told.clocks.take(&statement, now, "floor/3");
                    }
                };
                match what {
                    0 => say(MessageType::Ack, &|m| m.ack_level = Node.into()),
                    1 => say(MessageType::Ack, &|m| m.ack_level = Person.into()),
                    2 => say(MessageType::Ack, &|m| {
                        m.ack_level = Person.into();
                        m.more_time_until_ms = now + 70 * MINUTE;
                    }),
                    3 => say(MessageType::Assessment, &|_| {}),
                    4 => say(MessageType::Rfi, &|m| m.precedence = precedence),
                    5 => say(MessageType::Outcome, &|m| m.final_outcome = true),
                    6 => say(MessageType::Reject, &|_| {}),
                    _ => {}
                }
            }
            // Whoever was late only with looking has logged nothing that the other has not.
            let of_exact: Vec<_> = exact.case.late().map(|late| late.missed).collect();
            prop_assert!(sloppy.case.late().all(|late| of_exact.contains(&late.missed)));
        }
        // Steps of one deadline stand in their order, without a hole.
        let logged: Vec<Missed> = exact.case.late().map(|late| late.missed).collect();
        for missed in &logged {
            let before = STEPS.iter().take_while(|step| **step != missed.step);
            for step in before {
                let earlier = Missed { step: *step, ..missed.clone() };
                prop_assert!(logged.contains(&earlier), "{missed:?} without {step:?}");
            }
        }
    }

    #[test]
    fn no_numbers_overflow(times: [u64; 3], precedence in 1..5_i32, now: u64) {
        let [started_ms, reply, last] = times;
        let asked = Asked {
            message_id: MessageId::new([1; 16]).unwrap(),
            version: 1,
            started_ms,
            precedence: Precedence::try_from(precedence).unwrap(),
            reply_due_ms: Some(reply),
            last_action_ms: Some(last),
        };
        for level in LEVELS {
            let dues = [0, 1, 2].map(|place| asked.due_ms(level, place, Some(now)).unwrap());
            prop_assert!(dues.is_sorted());
            prop_assert!(dues.iter().all(|due| *due >= started_ms));
            prop_assert!(last <= started_ms || dues.iter().all(|due| *due <= last));
        }
    }
}
