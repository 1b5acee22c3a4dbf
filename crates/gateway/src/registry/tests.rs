//! Who is known, whom a name stands for, and what a directory must not say.

use super::*;

pub(crate) fn sides() -> [SideCountry; 2] {
    [("us.dev.invalid", "US"), ("mx.dev.invalid", "MX")].map(|(side, country)| SideCountry {
        side: side.parse().unwrap(),
        country: country.to_owned(),
    })
}

pub(crate) fn example() -> Directory {
    Directory::parse(EXAMPLE, Path::new("directory.toml"), &sides()).unwrap()
}

fn problems(text: &str) -> Vec<String> {
    match Directory::parse(text, Path::new("directory.toml"), &sides()) {
        Err(DirectoryError::Content { problems, .. }) => problems,
        other => panic!("expected problems, got {other:?}"),
    }
}

fn agency(text: &str) -> AgencyId {
    text.parse().unwrap()
}

#[test]
fn recipients_stand_for_agencies_or_for_an_officers_nodes() {
    let directory = example();
    let cbp = agency("us.dev.invalid/cbp");
    let anam = agency("mx.dev.invalid/anam");
    let resolve = |recipient| directory.resolve(&recipient, &cbp);
    let to_anam = Some(Resolved {
        agencies: vec![anam.clone()],
        nodes: vec![],
    });
    assert_eq!(resolve(Recipient::Agency(anam.clone())), to_anam);
    assert_eq!(
        resolve(Recipient::Topic("fentanyl-precursors".into())),
        to_anam
    );
    // The sender is a member of the group, and does not get its own message back.
    assert_eq!(resolve(Recipient::Group("air-cargo".into())), to_anam);
    let herrera = OfficerId::new(anam.clone(), "herrera").unwrap();
    let nlu = NodeId::new(anam.clone(), "nlu").unwrap();
    let to_nlu = Some(Resolved {
        agencies: vec![],
        nodes: vec![nlu],
    });
    assert_eq!(resolve(Recipient::Officer(herrera)), to_nlu);

    assert_eq!(
        resolve(Recipient::Agency(agency("mx.dev.invalid/sat"))),
        None
    );
    assert_eq!(
        resolve(Recipient::Group("fentanyl-precursors".into())),
        None
    );
    assert_eq!(
        resolve(Recipient::Officer(OfficerId::new(anam, "nobody").unwrap())),
        None
    );
}

#[test]
fn a_topic_that_only_the_sender_reads_stands_for_nobody() {
    let directory = example();
    let topic = Recipient::Topic("fentanyl-precursors".into());
    assert_eq!(
        directory.resolve(&topic, &agency("mx.dev.invalid/anam")),
        None
    );
}

#[test]
fn a_code_belongs_to_one_node() {
    let directory = example();
    let lax = NodeId::new(agency("us.dev.invalid/cbp"), "lax").unwrap();
    assert_eq!(directory.node_of_code("CBPLAX"), Some(&lax));
    assert_eq!(directory.node_of_code("CBPJFK"), None);
    let squatted = EXAMPLE.replace("\"ANAMNLU\"", "\"CBPLAX\"");
    assert!(problems(&squatted)[0].contains("belongs to both"));
}

#[test]
fn all_impossible_names_are_named_at_once() {
    let text = EXAMPLE
        .replace("nodes = [\"nlu\"]", "nodes = [\"nowhere\"]")
        .replace(
            "members = [\"us.dev.invalid/cbp\"",
            "members = [\"us.dev.invalid/dea\"",
        )
        .replace("\"OIGAUD\"", "\"oig aud\"")
        .replace("/oig/node/audit\"", "/oig\"");
    assert_eq!(problems(&text).len(), 4, "{:#?}", problems(&text));
}

#[test]
fn an_agency_belongs_to_a_configured_side() {
    let text = EXAMPLE.replace("id = \"us.dev.invalid/oig\"", "id = \"fr.dev.invalid/oig\"");
    assert!(problems(&text)[0].contains("no [[side]]"));
}

#[test]
fn unknown_keys_are_refused() {
    let text = EXAMPLE.replace("subscribers =", "subscriber =");
    let error = Directory::parse(&text, Path::new("directory.toml"), &sides()).unwrap_err();
    assert!(error.to_string().contains("subscriber"), "{error}");
}

#[test]
fn a_witness_key_is_one_for_cosignatures_and_one_nodes_own() {
    use precinto_envelope::crypto::SigningKey;
    use precinto_merkle::cosignature::CosignatureSigner;
    use precinto_merkle::note::NoteSigner;
    let key = || SigningKey::from_ed25519_seed([3; 32]);
    let witness = |name: &str| CosignatureSigner::new(name, key()).unwrap().verifier();
    let with = |lax: &str, nlu: &str| {
        let add = |text: String, code: &str, key: &str| {
            let code = format!("code = \"{code}\"\n");
            text.replace(&code, &format!("{code}witness = \"{key}\"\n"))
        };
        add(add(EXAMPLE.to_owned(), "CBPLAX", lax), "ANAMNLU", nlu)
    };
    let one = witness("lax").to_string();
    let text = add_one(&one);
    let directory = Directory::parse(&text, Path::new("directory.toml"), &sides()).unwrap();
    let lax = NodeId::new(agency("us.dev.invalid/cbp"), "lax").unwrap();
    let nlu = NodeId::new(agency("mx.dev.invalid/anam"), "nlu").unwrap();
    assert_eq!(directory.witness_of(&lax), Some(&witness("lax")));
    assert_eq!(directory.witness_of(&nlu), None);
    // The same key under another name is still the same key.
    let shared = problems(&with(&one, &witness("nlu").to_string()));
    assert!(shared[0].contains("the same witness key"), "{shared:?}");
    let log = NoteSigner::new("lax", key())
        .unwrap()
        .verifier()
        .to_string();
    assert!(problems(&add_one(&log))[0].contains("type 4"));
    assert_eq!(problems(&with("nonsense", "more nonsense")).len(), 2);
}

fn add_one(vkey: &str) -> String {
    let code = "code = \"CBPLAX\"\n";
    EXAMPLE.replace(code, &format!("{code}witness = \"{vkey}\"\n"))
}
