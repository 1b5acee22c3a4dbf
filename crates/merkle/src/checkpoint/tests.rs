//! Checkpoints: what is read, what is refused, and who may sign.

use super::*;
use crate::cosignature::CosignatureSigner;
use precinto_envelope::crypto::SigningKey;
use proptest::prelude::*;

const ORIGIN: &str = "gw.us.example/log/2027";

fn signer(name: &str) -> NoteSigner {
    NoteSigner::new(name, SigningKey::from_ed25519_seed([3; 32])).unwrap()
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint {
        origin: Origin::parse(ORIGIN).unwrap(),
        size,
        root: [5; 32],
    }
}

#[test]
fn a_signed_checkpoint_is_read_back_whole() {
    let signed = checkpoint(7).sign(&signer(ORIGIN)).unwrap();
    let again = SignedCheckpoint::verify(signed.note().as_bytes(), &signer(ORIGIN).verifier());
    assert_eq!(again.as_ref(), Ok(&signed));
    assert_eq!(*signed.checkpoint(), checkpoint(7));
}

#[test]
fn what_is_not_exactly_three_lines_is_refused() {
    let text = checkpoint(7).text();
    for (bad, error) in [
        (text.replace("\n7\n", "\n07\n"), CheckpointError::Form),
        (text.replace("\n7\n", "\n-7\n"), CheckpointError::Form),
        (text.replace("\n7\n", "\n\n"), CheckpointError::Form),
        (
            text.replace("\n7\n", "\n18446744073709551616\n"),
            CheckpointError::Form,
        ),
        (text.replace("=\n", "\n"), CheckpointError::Form),
        (text.replace("=\n", "="), CheckpointError::Form),
        (text.replace("BQU=", "BQV="), CheckpointError::Form),
        (format!("{ORIGIN}\n7\n"), CheckpointError::Form),
        (format!("{text}extension\n"), CheckpointError::Extension),
        (format!("{text}\n"), CheckpointError::Extension),
        (text.replace("\n7\n", "\n0\n"), CheckpointError::EmptyTree),
        (format!("\n{text}"), CheckpointError::Origin),
    ] {
        assert_eq!(Checkpoint::parse(&bad), Err(error), "{bad:?}");
    }
}

#[test]
fn an_origin_cannot_look_like_another_signed_text() {
    for bad in [
        "",
        "with space",
        "with+plus",
        "with\u{2003}space",
        "with\u{7f}delete",
        "DSSEv1",
        "DSSEv1/log",
        "cosignature/v1",
        "cosignature/v1x",
        "subtree/v1",
        &"x".repeat(256),
    ] {
        assert_eq!(Origin::parse(bad), Err(CheckpointError::Origin), "{bad:?}");
    }
    assert!(Origin::parse(&"x".repeat(255)).is_ok());
}

#[test]
fn only_the_key_named_like_the_origin_counts() {
    let other = signer("gw.mx.example/log/2027");
    let refused = CheckpointError::Key {
        origin: checkpoint(7).origin,
    };
    assert_eq!(checkpoint(7).sign(&other), Err(refused.clone()));
    let note = other.sign(&checkpoint(7).text()).unwrap();
    assert_eq!(
        SignedCheckpoint::verify(note.as_bytes(), &other.verifier()),
        Err(refused.clone())
    );
    // A cosignature under the log's name is not the log's signature.
    let witness = CosignatureSigner::new(ORIGIN, SigningKey::from_ed25519_seed([3; 32])).unwrap();
    let line = witness.cosign(&checkpoint(7), 1).unwrap();
    let cosigned = format!("{}\n{line}", checkpoint(7).text());
    let verdict = SignedCheckpoint::verify(cosigned.as_bytes(), &witness.verifier());
    assert_eq!(verdict, Err(refused));
    let verdict = SignedCheckpoint::verify(cosigned.as_bytes(), &signer(ORIGIN).verifier());
    assert_eq!(verdict, Err(CheckpointError::Note(NoteError::Unknown)));
}

#[test]
fn cosignatures_are_added_below_and_change_nothing_above() {
    let signed = checkpoint(7).sign(&signer(ORIGIN)).unwrap();
    let witness = CosignatureSigner::new("w", SigningKey::from_ed25519_seed([4; 32])).unwrap();
    assert_eq!(signed.cosignatures(&[witness.verifier()]), Ok(vec![]));
    let line = witness.cosign(&checkpoint(7), 1_800_000_000).unwrap();
    let cosigned = signed.with_cosignatures(&line).unwrap();
    assert!(cosigned.note().starts_with(signed.note()));
    let found = cosigned.cosignatures(&[witness.verifier()]).unwrap();
    assert_eq!(found[0].time, Some(1_800_000_000));
    for bad in [
        "",
        "\n",
        "text\n",
        "— w\n",
        &format!("\n{line}"),
        &format!("text\n\n{line}"),
    ] {
        assert!(
            signed.with_cosignatures(bad).is_err() || bad.is_empty(),
            "{bad:?}"
        );
    }
    let of_another = witness.cosign(&checkpoint(8), 1_800_000_000).unwrap();
    let lie = signed.with_cosignatures(&of_another).unwrap();
    assert!(lie.cosignatures(&[witness.verifier()]).is_err());
}

proptest! {
    #[test]
    fn text_and_meaning_are_one(size in 1..u64::MAX, root: [u8; 32]) {
        let checkpoint = Checkpoint { size, root, ..checkpoint(1) };
        prop_assert_eq!(Checkpoint::parse(&checkpoint.text()), Ok(checkpoint));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text: String, lines in "[a/]{1,3}\n[0-9]{1,3}\n[A-Za-z0-9=]{0,44}\n") {
        for text in [text, lines] {
            if let Ok(checkpoint) = Checkpoint::parse(&text) {
                prop_assert_eq!(checkpoint.text(), text);
            }
        }
    }
}
