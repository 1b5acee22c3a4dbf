//! What is believed of a directory, and what no gateway can make this node believe.

use super::*;
use crate::author::Signer;
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
        let (version, digest) = (before.part().version() + 1, before.digest_text());
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

    let mut desk = Desk::open().await;
    let revoked = desk.gateway.signer(OFFICER, crate::test_gateway::REVOKED);
    let first = sign(EXAMPLE_US, &revoked).unwrap();
    desk.gateway.show_part(&first);
    let doubt = desk.ask().await.unwrap().doubt.unwrap();
    assert_eq!(doubt.reason(), Reason::CertRevoked);
}

/// Two days ago: half a day before [`crate::test_gateway::REVOKED`] was revoked.
const BEFORE_MS: u64 = crate::test_gateway::NOW_MS - 48 * 3_600_000;

impl Desk {
    /// As [`Desk::open`], in the days when nobody was revoked yet.
    async fn before_the_loss() -> (Self, Signer) {
        let desk = Self::open().await;
        desk.gateway.state().log.time_ms = BEFORE_MS;
        let lost = desk.gateway.signer(OFFICER, crate::test_gateway::REVOKED);
        (desk, lost)
    }

    /// Doubted for that reason, and not remembered.
    async fn doubted(&mut self, side: &Side, reason: Reason) {
        let before = self.seen.of(side);
        let held = self.ask().await.unwrap();
        let doubt = held.doubt.expect("it is not to be believed");
        assert_eq!((doubt.reason(), held.revoked_since), (reason, None));
        assert_eq!(self.seen.of(side), before, "nor is it remembered");
    }
}

#[tokio::test]
async fn a_card_that_was_lost_later_speaks_against_nothing_that_it_signed_before() {
    let (mut desk, lost) = Desk::before_the_loss().await;
    let first = sign(EXAMPLE_US, &lost).unwrap();
    desk.gateway.show_part(&first);
    let held = desk.ask().await.unwrap();
    let since_ms = crate::test_gateway::NOW_MS - 36 * 3_600_000;
    assert_eq!((held.doubt, held.revoked_since), (None, Some(since_ms)));
    assert_eq!(held.signers[0].to_string(), OFFICER);
    let side = first.part().side().clone();
    assert_eq!(desk.seen.of(&side), Some((1, *first.digest())));
    // A steward who is still one has signed on top of it.
    desk.gateway.show_part(&desk.next(&first, "two", OFFICER));
    let held = desk.ask().await.unwrap();
    assert_eq!((held.doubt, held.revoked_since), (None, None));
}

#[tokio::test]
async fn a_forged_part_under_a_card_that_was_lost_later_is_not_remembered() {
    let (mut desk, lost) = Desk::before_the_loss().await;
    let first = desk.first();
    let side = first.part().side().clone();
    desk.gateway.show_part(&first);
    desk.ask().await.unwrap();
    let text = desk.next(&first, "forged", OFFICER).text().to_owned();
    let second = sign(&text, &lost).unwrap();
    let mut message = pb::SignedPart::decode(second.bytes()).unwrap();
    let mut envelope = pb::Envelope::decode(message.envelope.as_slice()).unwrap();
    envelope.signatures[0].sig[5] ^= 1;
    message.envelope = envelope.encode_to_vec();
    let forged = SignedPart::read(message.encode_to_vec()).unwrap();
    desk.gateway.show_part(&forged);
    desk.doubted(&side, Reason::SigBad).await;
    // Nor is one that an officer signed, with such a card, who is no steward.
    let stranger = desk.gateway.signer(STRANGER, crate::test_gateway::REVOKED);
    desk.gateway.show_part(&sign(&text, &stranger).unwrap());
    desk.doubted(&side, Reason::StewardRequired).await;
}

#[tokio::test]
async fn a_stranger_on_top_of_a_lost_card_is_a_stranger() {
    for lost_before in [true, false] {
        let (mut desk, lost) = Desk::before_the_loss().await;
        if lost_before {
            desk.gateway.state().log.time_ms = crate::test_gateway::NOW_MS;
        }
        let first = desk.first();
        desk.gateway.show_part(&first);
        let text = desk.next(&first, "two", OFFICER).text().to_owned();
        let second = sign(&text, &lost).unwrap();
        desk.gateway.show_part(&second);
        let third = desk.next(&second, "three", STRANGER);
        desk.gateway.show_part(&third);
        let side = first.part().side().clone();
        desk.doubted(&side, Reason::StewardRequired).await;
        // And whoever signs above the stranger has not made one of ours of him.
        desk.gateway.show_part(&desk.next(&third, "four", OFFICER));
        desk.doubted(&side, Reason::StewardRequired).await;
    }
}

#[tokio::test]
async fn a_succession_is_believed_by_a_node_that_comes_after_it() {
    let (mut desk, retired) = Desk::before_the_loss().await;
    let first = sign(EXAMPLE_US, &retired).unwrap();
    desk.gateway.show_part(&first);
    let text = taken_over(&desk, &first, STRANGER, OFFICER)
        .text()
        .to_owned();
    let second = sign(&text, &retired).unwrap();
    desk.gateway.show_part(&second);
    desk.gateway.state().log.time_ms = crate::test_gateway::NOW_MS;
    let third = taken_over(&desk, &second, STRANGER, STRANGER);
    desk.gateway.show_part(&third);
    let held = desk.ask().await.unwrap();
    assert_eq!((held.doubt, held.revoked_since), (None, None));
    assert_eq!(held.signers[0].to_string(), STRANGER);
    let side = third.part().side();
    assert_eq!(desk.seen.of(side), Some((3, *third.digest())));
}

#[tokio::test]
async fn a_part_that_the_log_places_elsewhere_is_refused() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let second = desk.next(&first, "two", OFFICER);
    desk.gateway.show_part(&second);
    desk.gateway.state().part_index = Some(1);
    let refused = desk.ask().await.unwrap_err();
    assert_eq!(refused.reason(), Some(Reason::ReceiptInvalid), "{refused}");
    // Behind the part that names it as the one before.
    desk.gateway.state().part_index = None;
    desk.gateway.show_part(&first);
    let again = desk.gateway.state().parts[0].clone();
    desk.gateway.show_part(&second);
    desk.gateway.state().parts[0].index = 1;
    let receipt = desk.gateway.state().log.receipt(1);
    desk.gateway.state().parts[0].receipt = Some(receipt);
    assert!(again.index > 1);
    let doubt = desk.ask().await.unwrap().doubt;
    assert_eq!(doubt, Some(Doubt::NoPrevious));
}

/// A gateway that logs for a thief sets its clock back to before the card was revoked.
#[tokio::test]
async fn a_part_that_the_log_dates_before_the_one_it_follows_is_not_believed() {
    let dated_back = |doubt: Option<Doubt>| match doubt {
        Some(doubt @ Doubt::DatedBack { time_ms, before_ms }) => {
            assert!(time_ms < before_ms);
            assert_eq!(doubt.reason(), Reason::LogInconsistent);
        }
        other => panic!("{other:?}"),
    };
    for seen in [false, true] {
        let mut desk = Desk::open().await;
        let first = desk.first();
        desk.gateway.show_part(&first);
        if seen {
            assert_eq!(desk.ask().await.unwrap().doubt, None);
        }
        desk.gateway.state().log.time_ms = BEFORE_MS;
        let text = EXAMPLE_US.replace(
            "version = 1",
            &format!("version = 2\nprevious = \"{}\"", first.digest_text()),
        );
        let lost = desk.gateway.signer(OFFICER, crate::test_gateway::REVOKED);
        let second = sign(&text, &lost).unwrap();
        desk.gateway.show_part(&second);
        let side = first.part().side();
        let before = desk.seen.of(side);
        dated_back(desk.ask().await.unwrap().doubt);
        // Nor does anything that stands on it count, whoever signs that and whenever it comes.
        desk.gateway.state().log.time_ms = crate::test_gateway::NOW_MS;
        desk.gateway
            .show_part(&desk.next(&second, "three", OFFICER));
        dated_back(desk.ask().await.unwrap().doubt);
        assert_eq!(desk.seen.of(side), before, "none of it is remembered");
    }
}

#[tokio::test]
async fn a_part_that_was_believed_is_doubted_when_the_log_dates_the_one_before_it_anew() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    let second = desk.next(&first, "two", OFFICER);
    desk.gateway.show_part(&second);
    assert_eq!(desk.ask().await.unwrap().doubt, None);
    // The same two parts in another log's words: the first one is dated after the second.
    desk.gateway.state().log.forget();
    desk.gateway.state().log.forget();
    desk.gateway.show_part(&first);
    desk.gateway.state().log.time_ms = BEFORE_MS;
    desk.gateway.show_part(&second);
    let doubt = desk.ask().await.unwrap().doubt;
    assert!(matches!(doubt, Some(Doubt::DatedBack { .. })), "{doubt:?}");
}

/// One frame of the log may hold both, and a clock that stands still for a moment is no lie.
#[tokio::test]
async fn two_parts_of_the_same_time_follow_each_other() {
    let mut desk = Desk::open().await;
    let first = desk.first();
    desk.gateway.show_part(&first);
    // The test's log dates each entry a millisecond later.
    desk.gateway.state().log.time_ms -= 1;
    desk.gateway.show_part(&desk.next(&first, "two", OFFICER));
    assert_eq!(desk.ask().await.unwrap().doubt, None);
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
