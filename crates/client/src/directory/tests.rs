//! What is believed of a directory, and what no gateway can make this node believe.

use super::*;
use crate::test_gateway::{OFFICER, TestGateway};
use precinto_alert::directory::EXAMPLE_US;
use std::sync::Arc;

const STRANGER: &str = "spiffe://us.dev.invalid/agency/cbp/officer/lee";

struct Desk {
    gateway: TestGateway,
    client: DirectoryClient,
    seen: Seen,
    _folder: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let gateway = TestGateway::start().await;
        let client = DirectoryClient::new(&gateway.connect().await);
        let folder = tempfile::tempdir().unwrap();
        let seen = Seen::open(folder.path().join("directory.seen")).unwrap();
        Self {
            gateway,
            client,
            seen,
            _folder: folder,
        }
    }

    async fn ask(&mut self) -> Result<Held, DirectoryError> {
        let all = self.client.all(&mut self.seen).await?;
        Ok(all.into_iter().next().unwrap())
    }

    fn first(&self) -> Arc<SignedPart> {
        let officer = self.gateway.signer(OFFICER, 20);
        Arc::new(sign(EXAMPLE_US, &officer).unwrap())
    }

    /// The part behind `before`, with a comment that makes it another one.
    fn next(&self, before: &SignedPart, comment: &str, by: &str) -> Arc<SignedPart> {
        let (version, digest) = (before.part().version() + 1, seen::hex(before.digest()));
        let head = format!("version = {version}\nprevious = \"{digest}\"\n# {comment}");
        let text = EXAMPLE_US.replace("version = 1", &head);
        let officer = self.gateway.signer(by, 21);
        Arc::new(sign(&text, &officer).unwrap())
    }

    async fn contradicted(&mut self) {
        let refused = self.ask().await.unwrap_err();
        let error = DirectoryError::reason(&refused);
        assert_eq!(error, Some(Reason::LogInconsistent), "{refused}");
    }
}

#[tokio::test]
async fn a_part_is_believed_when_its_steward_signed_it_and_the_log_holds_it() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let held = desk.ask().await.unwrap();
    assert_eq!((held.doubt, held.index), (None, 0));
    assert_eq!(held.signers[0].to_string(), OFFICER);

    let second = desk.next(&first, "more", OFFICER);
    let applied = desk.client.apply(&second, false, &mut desk.seen).await;
    let held = applied.unwrap().held.unwrap();
    assert_eq!((&held.doubt, held.part().version()), (&None, 2));
    let looked_at = desk.client.apply(&second, true, &mut desk.seen).await;
    assert!(looked_at.unwrap().held.is_none());
}

#[tokio::test]
async fn a_part_that_the_log_does_not_hold_is_refused() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let other = desk.next(&first, "not in the log", OFFICER);
    desk.gateway.state().parts[0].signed = other.bytes().to_vec();
    let refused = desk.ask().await.unwrap_err();
    assert!(
        matches!(refused, DirectoryError::OtherEntry { .. }),
        "{refused}"
    );
    desk.gateway.show_part(&first);
    desk.gateway.state().parts[0].index += 1;
    let refused = desk.ask().await.unwrap_err();
    assert!(
        matches!(refused, DirectoryError::OtherEntry { .. }),
        "{refused}"
    );
    desk.gateway.state().parts[0].receipt = None;
    let refused = desk.ask().await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::ReceiptInvalid));
}

#[tokio::test]
async fn a_part_that_others_signed_is_shown_with_a_doubt() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    let by_a_stranger = desk.next(&first, "mine", STRANGER);
    desk.gateway.show_part(&by_a_stranger);
    let held = desk.ask().await.unwrap();
    assert_eq!(
        held.doubt,
        Some(Doubt::NoPrevious),
        "the part before was never logged"
    );

    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let by_a_stranger = desk.next(&first, "mine", STRANGER);
    desk.gateway.show_part(&by_a_stranger);
    let doubt = desk.ask().await.unwrap().doubt.unwrap();
    assert_eq!(doubt.reason(), Reason::StewardRequired);
    assert!(!doubt.is_only_revoked_after(0));

    let mut desk = Desk::open().await;
    let revoked = desk.gateway.signer(OFFICER, crate::test_gateway::REVOKED);
    let first = sign(EXAMPLE_US, &revoked).unwrap();
    desk.gateway.show_part(&first);
    let held = desk.ask().await.unwrap();
    let doubt = held.doubt.clone().unwrap();
    assert_eq!(doubt.reason(), Reason::CertRevoked);
    assert!(!doubt.is_only_revoked_after(held.time_ms));
    assert!(
        doubt.is_only_revoked_after(0),
        "had the log taken it before that"
    );
}

#[tokio::test]
async fn nobody_is_shown_less_than_before() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    desk.ask().await.unwrap();
    let older = desk.gateway.state().parts.clone();
    let second = desk.next(&first, "two", OFFICER);
    desk.gateway.show_part(&second);
    desk.gateway
        .show_part(&desk.next(&second, "three", OFFICER));
    let held = desk.ask().await.unwrap();
    assert_eq!(
        held.part().version(),
        3,
        "two steps on, by way of the second"
    );
    desk.gateway.state().parts = older;
    desk.contradicted().await;
    // Another third part, sound in itself, and a fourth on top of that.
    let other = desk.next(&second, "another three", OFFICER);
    desk.gateway.show_part(&other);
    desk.contradicted().await;
    desk.gateway.show_part(&desk.next(&other, "four", OFFICER));
    desk.contradicted().await;
}

#[tokio::test]
async fn a_text_becomes_the_next_version_and_keeps_its_comments() {
    let mut desk = Desk::open().await;
    desk.gateway.show_part(&desk.first());
    let held = desk.ask().await.unwrap();
    let next = as_next(EXAMPLE_US, &held);
    let part = Part::parse(&next).unwrap();
    assert_eq!(part.version(), 2);
    assert_eq!(part.previous(), Some(held.signed.digest()));
    let comments = |text: &str| text.lines().filter(|line| line.starts_with('#')).count();
    assert_eq!(comments(&next), comments(EXAMPLE_US));
    assert_eq!(as_next(&next, &held), next, "and again");
    let bare = EXAMPLE_US.replace("version = 1\n", "");
    assert_eq!(Part::parse(&as_next(&bare, &held)).unwrap(), part);
}

/// The part behind `before` in which nobody but `steward` is one.
fn taken_over(desk: &Desk, before: &SignedPart, steward: &str, by: &str) -> Arc<SignedPart> {
    let (version, digest) = (before.part().version() + 1, before.digest_text());
    let head = format!("version = {version}\nprevious = \"{digest}\"");
    let text = EXAMPLE_US.replace("version = 1", &head);
    let named = |officer: &str| format!("stewards = [\"{officer}\"]");
    let text = text.replace(&named(OFFICER), &named(steward));
    let ramirez = "[[agency.officer]]\nid = \"ramirez\"\nnodes = [\"lax\"]\n";
    let lee = ramirez.replace("ramirez", "lee");
    let text = text.replace(ramirez, &format!("{ramirez}\n{lee}"));
    let officer = desk.gateway.signer(by, 21);
    Arc::new(sign(&text, &officer).unwrap())
}

#[tokio::test]
async fn a_stranger_who_names_himself_is_doubted_two_steps_later_and_not_remembered() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let side = first.part().side().clone();
    let second = taken_over(&desk, &first, STRANGER, STRANGER);
    desk.gateway.show_part(&second);
    let third = taken_over(&desk, &second, STRANGER, STRANGER);
    desk.gateway.show_part(&third);
    for _ in 0..2 {
        let held = desk.ask().await.unwrap();
        let doubt = held.doubt.expect("nobody whom the first part names signed");
        assert_eq!(doubt.reason(), Reason::StewardRequired);
        assert_eq!(desk.seen.of(&side), None, "nor is it remembered");
    }
    // The same for a node that has seen the first part.
    desk.seen.keep(&side, 1, *first.digest()).unwrap();
    let held = desk.ask().await.unwrap();
    assert!(held.doubt.is_some());
    assert_eq!(desk.seen.of(&side), Some((1, *first.digest())));
}

#[tokio::test]
async fn who_signs_on_top_of_a_lost_card_vouches_for_what_it_signed() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let lost = desk.gateway.signer(OFFICER, crate::test_gateway::REVOKED);
    let text = desk.next(&first, "two", OFFICER).text().to_owned();
    let second = sign(&text, &lost).unwrap();
    desk.gateway.show_part(&second);
    assert!(desk.ask().await.unwrap().doubt.is_some());
    assert_eq!(desk.seen.of(first.part().side()), None);
    desk.gateway
        .show_part(&desk.next(&second, "three", OFFICER));
    assert_eq!(desk.ask().await.unwrap().doubt, None);

    // Not so one whom only the lost card has named.
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let lost = desk.gateway.signer(OFFICER, crate::test_gateway::REVOKED);
    let text = taken_over(&desk, &first, STRANGER, OFFICER)
        .text()
        .to_owned();
    let second = sign(&text, &lost).unwrap();
    desk.gateway.show_part(&second);
    desk.gateway
        .show_part(&taken_over(&desk, &second, STRANGER, STRANGER));
    let doubt = desk.ask().await.unwrap().doubt.unwrap();
    assert_eq!(doubt.reason(), Reason::CertRevoked);
}

#[tokio::test]
async fn a_side_that_was_seen_is_shown_once_ever_after() {
    let mut desk = Desk::open().await;
    desk.gateway.show_part(&desk.first());
    desk.ask().await.unwrap();
    let shown = desk.gateway.state().parts.clone();
    desk.gateway.state().parts = Vec::new();
    desk.contradicted().await;
    desk.gateway.state().parts = [shown.clone(), shown].concat();
    desk.contradicted().await;
}
