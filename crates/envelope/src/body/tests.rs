//! A body counts only if every byte is the one that was signed for, and if it was made for this statement.

use super::*;

const SENDER: [u8; 32] = [7; 32];

fn id(byte: u8) -> MessageId {
    MessageId::new([byte; 16]).unwrap()
}

fn named(reference: &pb::BodyRef) -> BodyRef {
    BodyRef {
        digest: reference.digest.as_slice().try_into().unwrap(),
        size: reference.size,
        plaintext_commitment: reference
            .plaintext_commitment
            .as_slice()
            .try_into()
            .unwrap(),
    }
}

fn made() -> (Vec<u8>, BodyRef) {
    let (bytes, reference) = build_body(id(1), SENDER, "text/test", b"content".to_vec());
    (bytes, named(&reference))
}

/// A body of any inner bytes, with the reference that fits it.
fn body_of(clear: Vec<u8>, extra: &[u8]) -> (Vec<u8>, BodyRef) {
    let plaintext_commitment = commitment(&clear);
    let sealed = Vec::new();
    let mut bytes = pb::Body { clear, sealed }.encode_to_vec();
    bytes.extend_from_slice(extra);
    let reference = BodyRef {
        digest: sha256(&[&bytes]),
        size: bytes.len() as u64,
        plaintext_commitment,
    };
    (bytes, reference)
}

fn inner() -> pb::Inner {
    pb::Inner {
        message_id: vec![1; 16],
        sender_key_id: SENDER.to_vec(),
        salt: vec![9; 32],
        media_type: "text/test".into(),
        content: b"content".to_vec(),
        officer_approval: Vec::new(),
        padding: Vec::new(),
    }
}

#[test]
fn what_is_built_is_what_is_read() {
    let (bytes, reference) = made();
    let checked = check_body(Some(&reference), &bytes, id(1), SENDER);
    let inner = checked.unwrap().unwrap().strict().unwrap();
    assert_eq!(
        (inner.media_type.as_str(), inner.content.as_slice()),
        ("text/test", b"content".as_slice())
    );
}

#[test]
fn two_bodies_with_the_same_content_have_nothing_in_common() {
    let ((a, ref_a), (b, ref_b)) = (made(), made());
    assert_ne!(a, b);
    assert_ne!(ref_a.digest, ref_b.digest);
    assert_ne!(ref_a.plaintext_commitment, ref_b.plaintext_commitment);
}

#[test]
fn a_body_comes_exactly_when_it_is_named() {
    let (bytes, reference) = made();
    let check = |named, bytes: &[u8]| check_body(named, bytes, id(1), SENDER).map(|b| b.is_some());
    assert_eq!(check(None, &[]), Ok(false));
    assert_eq!(check(Some(&reference), &[]), Err(BodyError::Missing));
    assert_eq!(check(None, &bytes), Err(BodyError::Unexpected));
    assert_eq!(check(Some(&reference), &bytes), Ok(true));
}

#[test]
fn any_changed_byte_is_found() {
    let (bytes, reference) = made();
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        let refused = check_body(Some(&reference), &changed, id(1), SENDER);
        assert_eq!(refused, Err(BodyError::Mismatch("digest")), "byte {index}");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    let refused = check_body(Some(&reference), &longer, id(1), SENDER);
    assert_eq!(refused, Err(BodyError::Mismatch("size")));
}

#[test]
fn a_body_taken_from_another_statement_is_refused() {
    let (bytes, reference) = made();
    let refused = check_body(Some(&reference), &bytes, id(2), SENDER);
    assert_eq!(refused, Err(BodyError::Binding("message")));
    let refused = check_body(Some(&reference), &bytes, id(1), [8; 32]);
    assert_eq!(refused, Err(BodyError::Binding("sender")));
}

#[test]
fn a_commitment_to_other_plaintext_is_refused() {
    let (bytes, mut reference) = made();
    reference.plaintext_commitment = [0; 32];
    let refused = check_body(Some(&reference), &bytes, id(1), SENDER);
    assert_eq!(refused, Err(BodyError::Mismatch("commitment")));
}

#[test]
fn oversized_sealed_saltless_and_meaningless_bodies_are_refused() {
    let huge = pb::Inner {
        content: vec![0; BODY_BYTES_MAX],
        ..inner()
    };
    let sealed = pb::Body {
        clear: Vec::new(),
        sealed: vec![1],
    }
    .encode_to_vec();
    let sealed_reference = BodyRef {
        digest: sha256(&[&sealed]),
        size: sealed.len() as u64,
        plaintext_commitment: [0; 32],
    };
    let saltless = pb::Inner {
        salt: vec![9; 31],
        ..inner()
    };
    let cases = [
        (body_of(huge.encode_to_vec(), &[]), Reason::Size),
        ((sealed, sealed_reference), Reason::PayloadProtection),
        (body_of(saltless.encode_to_vec(), &[]), Reason::Malformed),
        (body_of(vec![0xff], &[]), Reason::Malformed),
        (body_of(inner().encode_to_vec(), &[0xff]), Reason::Malformed),
    ];
    for (index, ((bytes, reference), reason)) in cases.iter().enumerate() {
        let refused = check_body(Some(reference), bytes, id(1), SENDER).unwrap_err();
        assert_eq!(refused.reason(), *reason, "case {index}");
    }
}

/// A reader shows what it can and flags the rest; a gateway admits nothing that two readers could see differently.
#[test]
fn unknown_and_reserved_fields_are_flagged_for_readers_and_refused_by_gateways() {
    let unknown: &[u8] = &[0xa0, 0x06, 0x01]; // field 100, varint 1
    let inner_unknown = [inner().encode_to_vec().as_slice(), unknown].concat();
    let padded = pb::Inner {
        padding: vec![0; 3],
        ..inner()
    };
    let approved = pb::Inner {
        officer_approval: vec![1],
        ..inner()
    };
    let cases = [
        body_of(inner().encode_to_vec(), unknown),
        body_of(inner_unknown, &[]),
        body_of(padded.encode_to_vec(), &[]),
        body_of(approved.encode_to_vec(), &[]),
    ];
    for (bytes, reference) in &cases {
        let checked = check_body(Some(reference), bytes, id(1), SENDER);
        let checked = checked.unwrap().unwrap();
        assert!(!checked.is_canonical());
        assert_eq!(checked.inner().content, b"content");
        assert_eq!(checked.strict(), Err(BodyError::NonCanonical));
    }
    let (bytes, reference) = body_of(inner().encode_to_vec(), &[]);
    let checked = check_body(Some(&reference), &bytes, id(1), SENDER);
    assert!(checked.unwrap().unwrap().is_canonical());
}
