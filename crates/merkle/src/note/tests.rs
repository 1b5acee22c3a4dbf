//! Notes: the published example, and everything that must not pass for one.

use super::*;
use crate::checkpoint::Checkpoint;
use crate::cosignature::CosignatureSigner;
use precinto_envelope::crypto::SigningKey;
use proptest::prelude::*;

/// The example of the C2SP signed-note specification.
const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

fn example_key() -> NoteVerifier {
    NoteVerifier::parse(VKEY).unwrap()
}

fn signer(name: &str, seed: u8) -> NoteSigner {
    NoteSigner::new(name, SigningKey::from_ed25519_seed([seed; 32])).unwrap()
}

fn verify(note: &str, keys: &[NoteVerifier]) -> Result<VerifiedNote, NoteError> {
    SignedNote::parse(note.as_bytes())?.verify(keys)
}

#[test]
fn the_published_example_verifies_and_its_key_prints_as_written() {
    let note = verify(NOTE, &[example_key()]).unwrap();
    assert_eq!(note.text(), "This is an example message.\n");
    assert!(note.is_signed_by(&example_key()));
    assert_eq!(example_key().to_string(), VKEY);
    assert_eq!(example_key().key_id(), [0x53, 0x0d, 0x90, 0x3a]);
}

#[test]
fn a_vkey_that_was_miscopied_is_refused() {
    let refused = |vkey: &str| NoteVerifier::parse(vkey).unwrap_err();
    assert_eq!(refused(&VKEY.replace("foo", "fou")), VkeyError::KeyId);
    assert_eq!(
        refused(&VKEY.replace("530d903a", "530D903A")),
        VkeyError::KeyId
    );
    assert_eq!(refused(&VKEY.replace("AekyeR", "AekyeS")), VkeyError::KeyId);
    assert_eq!(refused(&VKEY.replace("AekyeR", "AukyeR")), VkeyError::Kind);
    assert_eq!(refused(&VKEY.replace("/foo", " foo")), VkeyError::Form);
    assert_eq!(refused(&VKEY.replace("3U2k", "3U2")), VkeyError::Form);
    assert_eq!(refused(&VKEY.replace("3U2k", "")), VkeyError::Key);
    assert_eq!(refused("foo+530d903a+AQ=="), VkeyError::Key);
    assert_eq!(
        refused(&VKEY.replace("example.com/foo", "")),
        VkeyError::Form
    );
    assert_eq!(refused("foo+530d903a+"), VkeyError::Form);
    let neutral = base64(&[&[1, 1], [0; 31].as_slice()].concat());
    assert_eq!(refused(&format!("foo+00000000+{neutral}")), VkeyError::Key);
    for end in 0..VKEY.len() {
        refused(VKEY.get(..end).unwrap());
    }
}

#[test]
fn a_known_key_decides_and_unknown_lines_are_ignored() {
    let (log, other) = (signer("log", 1), signer("other", 2));
    let note = log.sign("text\n").unwrap();
    let foreign = other.sign("text\n").unwrap();
    let both = format!("{note}{}", foreign.split_once("\n\n").unwrap().1);
    let verified = verify(&both, &[log.verifier()]).unwrap();
    assert_eq!(verified.signatures().len(), 1);
    assert_eq!(
        verify(&both, &[log.verifier(), other.verifier()])
            .unwrap()
            .signatures()
            .len(),
        2
    );
    assert_eq!(verify(&note, &[other.verifier()]), Err(NoteError::Unknown));
    assert_eq!(verify(&note, &[]), Err(NoteError::Unknown));
    // The same name with another key, or the same key under another name, is another signer.
    let (same_name, same_key) = (signer("log", 3).verifier(), signer("log2", 1).verifier());
    assert_eq!(verify(&note, &[same_name]), Err(NoteError::Unknown));
    assert_eq!(verify(&note, &[same_key]), Err(NoteError::Unknown));
}

#[test]
fn one_bad_line_of_a_known_key_refuses_the_whole_note() {
    let (log, other) = (signer("log", 1), signer("other", 2));
    let note = log.sign("text\n").unwrap();
    let lie = other.sign("another text\n").unwrap();
    let both = format!("{note}{}", lie.split_once("\n\n").unwrap().1);
    assert_eq!(
        verify(&both, &[log.verifier()]).unwrap().signatures().len(),
        1
    );
    let keys = [log.verifier(), other.verifier()];
    assert_eq!(
        verify(&both, &keys),
        Err(NoteError::Signature {
            name: "other".into()
        })
    );
}

#[test]
fn the_text_ends_at_the_last_empty_line() {
    let log = signer("log", 1);
    let text = "one\n\ntwo\n\n\nthree\n";
    assert_eq!(
        verify(&log.sign(text).unwrap(), &[log.verifier()])
            .unwrap()
            .text(),
        text
    );
    let empty_lines = "\n\n";
    let verified = verify(&log.sign(empty_lines).unwrap(), &[log.verifier()]).unwrap();
    assert_eq!(verified.text(), empty_lines);
    for bad in ["", "no line feed", "tab\t\n", "return\r\n", "zero\0\n"] {
        assert_eq!(log.sign(bad), Err(NoteError::Text), "{bad:?}");
    }
}

#[test]
fn what_is_not_exactly_a_note_is_refused() {
    let refused = |note: &str| SignedNote::parse(note.as_bytes()).unwrap_err();
    let line = NOTE.split_once("\n\n").unwrap().1;
    for (note, error) in [
        (NOTE.replace("\n\n", "\n"), NoteError::NoSignatures),
        (NOTE.trim_end().to_owned(), NoteError::NoSignatures),
        (format!("{NOTE}\n"), NoteError::NoSignatures),
        ("text\n\n\n".to_owned(), NoteError::NoSignatures),
        (NOTE.replace('—', "-"), NoteError::SignatureLine),
        (NOTE.replace("— ", "—\u{a0}"), NoteError::SignatureLine),
        (NOTE.replace("/foo ", "/foo  "), NoteError::SignatureLine),
        (NOTE.replace("com/foo", "com+foo"), NoteError::SignatureLine),
        (
            NOTE.replace("example.com/foo", "a\u{2003}b"),
            NoteError::SignatureLine,
        ),
        (NOTE.replace("yaQM=", "yaQN="), NoteError::SignatureLine),
        (NOTE.replace("yaQM=", "yaQM"), NoteError::SignatureLine),
        (format!("{NOTE}text\n"), NoteError::SignatureLine),
        (
            "text\n\n— name Uw2QOg==\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (NOTE.replace(' ', "\t"), NoteError::Characters),
        (NOTE.replace('\n', "\r\n"), NoteError::Characters),
        (
            format!("text\n\n{}", line.repeat(33)),
            NoteError::TooManySignatures,
        ),
        (
            format!("{}\n\n{line}", "x".repeat(NOTE_BYTES_MAX)),
            NoteError::Size,
        ),
    ] {
        assert_eq!(refused(&note), error, "{note:?}");
    }
    assert!(SignedNote::parse(format!("text\n\n{}", line.repeat(32)).as_bytes()).is_ok());
    assert_eq!(SignedNote::parse(b"\xff\n\n"), Err(NoteError::Characters));
}

#[test]
fn a_cosignature_carries_its_time_and_is_no_log_signature() {
    let log = signer("log", 1);
    let witness =
        CosignatureSigner::new("witness", SigningKey::from_ed25519_seed([9; 32])).unwrap();
    let checkpoint =
        Checkpoint::parse("log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n").unwrap();
    let note = log.sign(&checkpoint.text()).unwrap();
    let line = witness.cosign(&checkpoint, 1_700_000_000).unwrap();
    let keys = [witness.verifier()];
    let verified = verify(&format!("{note}{line}"), &keys).unwrap();
    assert_eq!(verified.signatures()[0].time, Some(1_700_000_000));
    // The time is signed, too.
    let bytes = from_base64(line.trim_end().rsplit(' ').next().unwrap()).unwrap();
    let mut earlier = bytes.clone();
    earlier[11] ^= 1;
    let forged = format!("{note}{}", line.replace(&base64(&bytes), &base64(&earlier)));
    assert_eq!(
        verify(&forged, &keys),
        Err(NoteError::Signature {
            name: "witness".into()
        })
    );
    assert!(witness.cosign(&checkpoint, 0).is_err());
    assert!(witness.cosign(&checkpoint, 1 << 63).is_err());
    // Its key has another id as a log key, although name and bytes are the same.
    let as_log = signer("witness", 9).verifier();
    assert_eq!(
        verify(&format!("{note}{line}"), &[as_log]),
        Err(NoteError::Unknown)
    );
}

#[test]
fn the_published_cosignature_has_the_layout_read_here() {
    // The example of C2SP tlog-cosignature shows no public key, so only the layout of its line can be checked.
    let line = "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==";
    let line = SignatureLine::parse(line).unwrap();
    let (time, signature) = line.signature.split_first_chunk().unwrap();
    assert_eq!(
        (u64::from_be_bytes(*time), signature.len()),
        (1_679_315_147, 64)
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_parser_panic(bytes: Vec<u8>, text: String, tail: String) {
        let pieces = format!("{text}\n\n— {tail}\n");
        for note in [bytes.as_slice(), text.as_bytes(), pieces.as_bytes()] {
            if let Ok(read) = SignedNote::parse(note) {
                prop_assert_eq!(read.into_string().into_bytes(), note);
            }
        }
    }

    #[test]
    fn a_bent_note_never_verifies(at in 0..NOTE.len(), flip in 1..=255_u8) {
        let mut bent = NOTE.as_bytes().to_vec();
        bent[at] ^= flip;
        prop_assert!(SignedNote::parse(&bent).and_then(|note| note.verify(&[example_key()])).is_err());
    }

    #[test]
    fn any_text_of_lines_can_be_signed_and_read(text in "([^\\x00-\\x09\\x0b-\\x1f]{0,20}\n){1,5}") {
        let log = signer("log", 1);
        let note = log.sign(&text).unwrap();
        let verified = verify(&note, &[log.verifier()]).unwrap();
        prop_assert_eq!(verified.text(), text);
    }
}
