//! Whose word it takes to pass information on, and when.

use precinto_proto::v1 as pb;

use super::*;
use crate::case::tests::{ANAM, CBP, DEA, FGR, audience, step};
use crate::code::{DisseminationVerdict, Tlp, UseCode};

/// CBP's alert 1 to ANAM, handled so, and a request 2 of ANAM to pass it on.
fn case(change: impl Fn(&mut pb::Handling)) -> Case {
    let mut case = Case::default();
    case.apply(step((CBP, &[ANAM]), T::Alert, (1, 0), |message| {
        change(message.handling.as_mut().unwrap());
    }));
    case.apply(step(
        (ANAM, &[CBP]),
        T::DisseminationRequest,
        (2, 1),
        |_| {},
    ));
    case
}

fn amber(handling: &mut pb::Handling) {
    handling.tlp = Tlp::Amber.into();
}

fn decide(case: &mut Case, from: &str, id: u8, verdict: DisseminationVerdict, to: &[&str]) {
    let decision = step(
        (from, &[ANAM]),
        T::DisseminationDecision,
        (id, 2),
        |message| {
            message.dissemination = verdict.into();
            message.release_to = to.iter().map(|name| (*name).to_owned()).collect();
            if verdict == DisseminationVerdict::GrantedOnConditions {
                let alert = crate::statement::tests::valid(T::Alert);
                message.body = alert.body;
                message.languages = alert.languages;
                message.payload_protection = alert.payload_protection;
            }
        },
    );
    case.apply(decision);
}

/// Whom a message of this agency to these would be passed on to, and by which message it may.
fn onward(case: &Case, from: &str, to: &[&str]) -> Vec<(String, Option<u8>)> {
    let comment = step((from, to), T::Comment, (9, 1), |_| {});
    told(&case.onward(&comment, lives_in))
}

fn told(onward: &[Onward]) -> Vec<(String, Option<u8>)> {
    let by = |onward: &Onward| {
        let released = onward.released_by.as_ref();
        released.map(|by| by.message_id.as_bytes()[0])
    };
    onward
        .iter()
        .map(|one| (one.agency.to_string(), by(one)))
        .collect()
}

fn lives_in(side: &Side, country: &str) -> bool {
    side.as_str().starts_with(&country.to_lowercase())
}

#[test]
fn what_is_kept_close_is_passed_to_nobody_new_and_else_at_home_only() {
    let close: [fn(&mut pb::Handling); 4] = [
        |_| {},
        |handling| handling.tlp = Tlp::Red.into(),
        |handling| {
            amber(handling);
            handling.use_code = UseCode::H2.into();
        },
        |handling| {
            amber(handling);
            handling.releasable_to = vec!["MX".to_owned()];
        },
    ];
    let both = || vec![(FGR.to_owned(), None), (DEA.to_owned(), None)];
    for change in close.iter().take(1).chain(&close[2..]) {
        assert_eq!(onward(&case(change), ANAM, &[DEA, FGR, CBP]), both());
    }
    let open = case(amber);
    assert_eq!(
        onward(&open, ANAM, &[DEA, FGR, CBP]),
        [(DEA.to_owned(), None)]
    );
    assert_eq!(onward(&open, CBP, &[DEA, FGR]), [], "its own");
    assert_eq!(onward(&Case::default(), ANAM, &[DEA]), []);
}

#[test]
fn who_was_sent_it_and_who_asked_is_nobody_new() {
    let mut case = case(amber);
    case.apply(step((CBP, &[DEA]), T::Comment, (3, 1), |_| {}));
    assert_eq!(onward(&case, ANAM, &[DEA]), [], "the originator told it");
    let mut asked = self::case(amber);
    asked.apply(step((DEA, &[ANAM]), T::Rfi, (4, 1), |_| {}));
    let answer = step((ANAM, &[DEA]), T::RfiResponse, (5, 4), |_| {});
    assert_eq!(asked.onward(&answer, lives_in), []);
    let confirmed = step((ANAM, &[DEA]), T::RecallConfirm, (6, 1), |_| {});
    assert_eq!(asked.onward(&confirmed, lives_in), []);
    let officer = pb::ResolvedRecipient {
        nodes: vec![format!(
            "spiffe://{}/node/one",
            DEA.replace('/', "/agency/")
        )],
        ..Default::default()
    };
    let mut named = step((ANAM, &[]), T::Comment, (7, 1), |_| {});
    named.to = crate::case::Audience::of_recipients(&[officer]).into();
    assert_eq!(
        told(&asked.onward(&named, lives_in)),
        [(DEA.to_owned(), None)]
    );
    assert_eq!(audience(&[]).all().count(), 0);
}

#[test]
fn the_originators_word_releases_it_and_nobody_elses_does() {
    use DisseminationVerdict as D;
    let by = |verdict, to: &[&str]| {
        let mut case = case(amber);
        decide(&mut case, CBP, 3, verdict, to);
        onward(&case, ANAM, &[DEA])
    };
    let (free, held) = ([(DEA.to_owned(), Some(3))], [(DEA.to_owned(), None)]);
    assert_eq!(by(D::Granted, &[DEA]), free);
    assert_eq!(by(D::Granted, &["US"]), free);
    assert_eq!(
        by(D::GrantedOnConditions, &["us.dev.invalid/dea/labs"]),
        free
    );
    assert_eq!(by(D::Granted, &[FGR, "MX"]), held);
    assert_eq!(by(D::Refused, &[]), held);
    let mut others = case(amber);
    decide(&mut others, FGR, 3, D::Granted, &[DEA]);
    assert_eq!(onward(&others, ANAM, &[DEA]), held);
    decide(&mut others, CBP, 4, D::Granted, &[DEA]);
    decide(&mut others, CBP, 5, D::Refused, &[]);
    assert_eq!(onward(&others, ANAM, &[DEA]), held, "taken back");
}
