//! What the crypto module promises, on vectors small enough to stand here: they run on every checkout.

use super::*;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING,
    ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, UnparsedPublicKey,
};

pub(super) fn hex(text: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2).unwrap(), 16).unwrap();
    (0..text.len()).step_by(2).map(byte).collect()
}

fn new_ecdsa_key(scheme: &'static EcdsaSigningAlgorithm) -> Vec<u8> {
    EcdsaKeyPair::generate_pkcs8(scheme, &SystemRandom::new())
        .unwrap()
        .as_ref()
        .to_vec()
}

#[test]
fn sha256_is_that_of_fips_180_4_however_the_bytes_are_cut() {
    let abc = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(sha256(&[b"abc"]).to_vec(), abc);
    assert_eq!(sha256(&[b"a", b"", b"bc"]).to_vec(), abc);
}

#[test]
fn random_bytes_are_not_all_the_same() {
    assert_ne!(random::<32>(), random::<32>());
    assert_ne!(random::<32>(), [0; 32]);
}

/// RFC 8032, section 7.1, tests 1 to 3: seed, public key, message, signature.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn ed25519_signs_and_verifies_as_rfc_8032_says() {
    for case in RFC_8032 {
        let [seed, public, message, signature] = case.map(hex);
        let key = SigningKey::from_ed25519_seed(seed.try_into().unwrap());
        assert_eq!(key.public_key(), public);
        assert_eq!(key.sign(&message), signature);
        key.verifier().verify(&message, &signature).unwrap();
        assert_eq!(
            key.verifier().verify(b"other", &signature),
            Err(SignatureError::Mismatch)
        );
    }
}

#[test]
fn small_order_r_is_refused_even_where_ring_would_take_it() {
    // Key 7B + T with T of order 8; R = T and a message for which the equation still holds without the cofactor.
    let key = hex("16b981d0b88cdf3ab9fa87190822fe4905b475efda3aec7c34abfa92c19320f4");
    let signature = hex(
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc056fc025838f688923000aec6bedf0ee86cb542cd08d44035b4858e473f5408c02",
    );
    let ring_key = UnparsedPublicKey::new(&ring::signature::ED25519, &key);
    ring_key.verify(b"precinto 1", &signature).unwrap();
    let our_key = PublicKey::ed25519(key.try_into().unwrap()).unwrap();
    assert_eq!(
        our_key.verify(b"precinto 1", &signature),
        Err(SignatureError::Mismatch)
    );
}

#[test]
fn weak_ed25519_keys_are_not_admitted_by_either_door() {
    let info = |key: &[u8; 32]| [hex("302a300506032b6570032100"), key.to_vec()].concat();
    let (mut neutral, mut p_plus_2) = ([0; 32], [0xff; 32]);
    neutral[0] = 1;
    (p_plus_2[0], p_plus_2[31]) = (0xef, 0x7f);
    for (key, error) in [
        (neutral, KeyError::SmallOrder),
        (p_plus_2, KeyError::NonCanonical),
    ] {
        assert_eq!(PublicKey::ed25519(key), Err(error));
        assert_eq!(PublicKey::from_spki_der(&info(&key)), Err(error));
    }
    let sound: [u8; 32] = hex(RFC_8032[0][1]).try_into().unwrap();
    assert_eq!(
        PublicKey::from_spki_der(&info(&sound)),
        PublicKey::ed25519(sound)
    );
}

#[test]
fn ecdsa_is_emitted_with_low_s_and_accepted_with_either_half() {
    for (scheme, algorithm, half) in [
        (&ECDSA_P256_SHA256_FIXED_SIGNING, Algorithm::EcdsaP256, 32),
        (&ECDSA_P384_SHA384_FIXED_SIGNING, Algorithm::EcdsaP384, 48),
    ] {
        let pkcs8 = new_ecdsa_key(scheme);
        let key = SigningKey::from_pkcs8_der(&pkcs8).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        for _ in 0..20 {
            let signature = key.sign(b"message");
            assert!(signature[half] < 0x80, "s is in the upper half");
            key.verifier().verify(b"message", &signature).unwrap();
        }
        // ring itself emits either half with equal chance; one of 64 is high.
        let random = SystemRandom::new();
        let ring_key = EcdsaKeyPair::from_pkcs8(scheme, &pkcs8, &random).unwrap();
        let ring_signs = |_| {
            ring_key
                .sign(&random, b"message")
                .unwrap()
                .as_ref()
                .to_vec()
        };
        let mut high = (0..64)
            .map(ring_signs)
            .find(|signature| signature[half] >= 0x80)
            .unwrap();
        key.verifier().verify(b"message", &high).unwrap();
        ecdsa::lower_s(algorithm, &mut high);
        assert!(high[half] < 0x80);
        key.verifier().verify(b"message", &high).unwrap();
    }
}

#[test]
fn ecdsa_in_der_is_refused_with_a_hint() {
    let pkcs8 = new_ecdsa_key(&ECDSA_P256_SHA256_FIXED_SIGNING);
    let random = SystemRandom::new();
    let der_key =
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &pkcs8, &random).unwrap();
    let der = der_key.sign(&random, b"message").unwrap();
    let error = SigningKey::from_pkcs8_der(&pkcs8)
        .unwrap()
        .verifier()
        .verify(b"message", der.as_ref());
    assert!(
        matches!(error, Err(SignatureError::Length { expected: 64, .. })),
        "{error:?}"
    );
}

#[test]
fn rsa_counts_with_pss_and_never_with_pkcs1_v15() {
    let key = PublicKey::from_spki_der(&hex(RSA_2048)).unwrap();
    assert_eq!(key.algorithm(), Algorithm::RsaPssSha256);
    key.verify(b"precinto", &hex(RSA_PSS)).unwrap();
    assert_eq!(
        key.verify(b"Precinto", &hex(RSA_PSS)),
        Err(SignatureError::Mismatch)
    );
    assert_eq!(
        key.verify(b"precinto", &hex(RSA_PKCS1_V15)),
        Err(SignatureError::Mismatch)
    );
}

#[test]
fn keys_of_other_kinds_and_sizes_are_not_admitted() {
    let rsa_1024 = PublicKey::from_spki_der(&hex(RSA_1024));
    assert_eq!(rsa_1024, Err(KeyError::RsaSize { bits: 1024 }));
    assert_eq!(
        PublicKey::from_spki_der(&hex(SECP256K1)),
        Err(KeyError::Curve)
    );
    let x25519 = [hex("302a300506032b656e032100"), vec![9; 32]].concat();
    assert_eq!(PublicKey::from_spki_der(&x25519), Err(KeyError::Algorithm));
}

#[test]
fn a_key_with_anything_cut_added_or_bent_is_malformed() {
    let ed25519 = [hex("302a300506032b6570032100"), hex(RFC_8032[0][1])].concat();
    let null_parameters = [hex("302c300706032b65700500032100"), hex(RFC_8032[0][1])].concat();
    let p256_point = [vec![0x04], vec![0x11; 64]].concat();
    let p256 = |point: &[u8]| {
        let head = hex("301306072a8648ce3d020106082a8648ce3d030107");
        let len = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
        let bits = [vec![0x03, len(point) + 1, 0x00], point.to_vec()].concat();
        [vec![0x30, len(&head) + len(&bits)], head, bits].concat()
    };
    assert!(PublicKey::from_spki_der(&p256(&p256_point)).is_ok());
    let compressed = p256(&[vec![0x02], vec![0x11; 32]].concat());
    let trailing = [ed25519.clone(), vec![0]].concat();
    for bad in [&null_parameters, &compressed, &trailing] {
        assert_eq!(PublicKey::from_spki_der(bad), Err(KeyError::Malformed));
    }
    for length in 0..ed25519.len() {
        assert_eq!(
            PublicKey::from_spki_der(&ed25519[..length]),
            Err(KeyError::Malformed)
        );
    }
}

#[test]
fn a_private_key_is_read_back_and_never_shown() {
    let (key, pkcs8) = SigningKey::generate_ed25519();
    let again = SigningKey::from_pkcs8_der(&pkcs8).unwrap();
    assert_eq!(again.public_key(), key.public_key());
    assert_eq!(format!("{key:?}"), "SigningKey(Ed25519, secret)");
    assert!(SigningKey::from_pkcs8_der(&pkcs8[..pkcs8.len() - 1]).is_err());
    assert!(SigningKey::from_pkcs8_der(b"").is_err());
}

#[test]
fn algorithm_numbers_are_those_of_the_wire() {
    let known: Vec<u32> = (0..100)
        .filter(|n| Algorithm::from_number(*n).is_some())
        .collect();
    assert_eq!(known, [1, 2, 3, 6]);
    assert!(
        Algorithm::ALL
            .iter()
            .all(|a| Algorithm::from_number(a.number()) == Some(*a))
    );
}

#[test]
fn tls_is_1_3_only_and_prefers_aes_256() {
    let provider = tls_provider();
    assert!(
        provider
            .cipher_suites
            .iter()
            .all(|suite| suite.tls13().is_some())
    );
    let first = provider.cipher_suites[0].suite();
    assert_eq!(first, rustls::CipherSuite::TLS13_AES_256_GCM_SHA384);
}

/// A public key that OpenSSL made, and its two signatures over "precinto" (PSS with a salt of 32 bytes, and v1.5).
const RSA_2048: &str = "30820122300d06092a864886f70d01010105000382010f003082010a0282010100c677ed9de39f0b16ad0c3b12c794e5bfc4e7c9e147be31bdfe2fc4f613e38bba56c7e8641ab5308182b000617cf7a7ffb0b14bc33f5dc7b7d21dbfeddaabce5afe298f4dadf69846fd4d599fa1e97f490ee736dbcdd1759ad001e07bcc40e0cf0793a14826d64af2eb0a09fdf269521ad66b704aa17ca7e312fdc3dcd987b820d17cbb7ef26bf92dc83dc15964b6adaccdf59dc6e551abc455af48ca06ba7c8c09ae68a6409987cc0e018351e6f049a78e0f8e5519828e8583cc6deb50d2b35e9b7efe295105d044c30bdb057c10183a7aaba2fbe470feca5e14f6dc753e939c050f73c3a0a8d835222c2ca64cf7cbe466d7ce3e0edace7b313e33246ad5cd450203010001";
const RSA_PSS: &str = "a786095772b1bc440d0cf7a578089df095a64c1cd1d925a796698dcc80cd594772df976eb448c967424f3fb7af9ab651d8d1b4b76c7129a1f7f812c971d52095e031f8eaefa1160c0a9db80da6a7350581156cbfc0eb6e21a79b78b46b95a23395769a8b2f8af5f0f5f2d20c262036326e179c819d6b6d37c6bd3b356ae4b74afb46a2916cf4571e7ecfc724ad22b8d3f632171a521e38a54e80268a6f8733ea3c737535b318922fd1dfa7ae3e4789bfc75eb5c77d75c47933d299e6e20c629547a72589bc332393865bc500987d2cea4ea2b0f6df08b4c94fc9aa3f84d35aaa6ea6370ba4c5cae47b19260de1d9960ec24ffe582a987cf5372ddcce31db4a90";
const RSA_PKCS1_V15: &str = "92c83aac119a5adb169370a3b2c2aa3cf05fa4761cad6611e6239c53612aaa5010881fe9e8fb0e34b532d0fff69aedded761ac933a90d454957b7fcd1f036b3146d1660996dbcd3105b04bc0c9a1e6b4d4bfcf105b0d97af361e89bf24e5610f6abe9a6d47a9695af3a89b5a7b999ab1c7274cf421fdb6e1739cc573859ce5746a983a5ad2993df78d3fcf7e7d3df3a0a3e1235e49fcb654cdf564fdb6329dc85512e538fe23d012b6dc51fe49d6f8298b9899aa5d5686463657be23c9f6f629bcad89a870c897116dc3a2ee604f8af2112d56de308db3bcb9b47b264ee2a403801777274d1b8969da144ee694b4cc04468905efc6068eb69512e4573d1f1f41";

/// Public keys that OpenSSL made, of kinds that are not admitted.
const RSA_1024: &str = "30819f300d06092a864886f70d010101050003818d0030818902818100b39aa4738030f3b23027bcc44672f6dd752e5baad026b3bd01bc9853e31a59b844538a1ac3c6d2d25e6763833002c8f8801584e92aa6e1ab003225df144db4a1f39f6213103e97fc31c6d19b51d632bdaa00f4cad4cc8c7b0b092324e3b68d2fdaa95e13f0b6671f0a6202a00033b6cea4f301ad4ff75dc3713f568db3ad1eeb0203010001";
const SECP256K1: &str = "3056301006072a8648ce3d020106052b8104000a034200049208dee41192927ccb0fbdc35339c7df9804ebaa29c0b21c8b63b6478c2bf9f43ab225f61cad468e49e9691db3170efeafe62a3958d44f2d3fa61bb7fff24f83";
