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
