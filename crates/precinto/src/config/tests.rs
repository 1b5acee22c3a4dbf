//! What a node's file may say, and what is said about one that may not.

use super::*;

#[test]
fn the_example_is_a_valid_file() {
    let node = Node::parse(&example(), Path::new("/etc/precinto/nodes/lax.toml"));
    let node = node.unwrap();
    assert_eq!(
        node.identity.to_string(),
        "spiffe://us.dev.invalid/agency/cbp/node/lax"
    );
    assert_eq!(
        node.state,
        Path::new("/etc/precinto/nodes/../state/us-cbp-lax")
    );
    assert_eq!(node.officers.len(), 1);
}

#[test]
fn an_unknown_key_is_refused_with_a_suggestion() {
    let text = example().replace("server_name =", "server_nam =");
    let failure = Node::parse(&text, Path::new("lax.toml")).unwrap_err();
    assert_eq!(failure.exit, crate::exit::Exit::Usage);
    assert!(
        failure
            .to_string()
            .contains("did you mean \"server_name\"?"),
        "{failure}"
    );
    assert!(failure.to_string().contains("lax.toml"), "{failure}");
}

#[test]
fn wrong_values_are_named() {
    let check = |from: &str, to: &str, expected: &str| {
        let text = example().replace(from, to);
        assert_ne!(text, example(), "{from}");
        let failure = Node::parse(&text, Path::new("lax.toml")).unwrap_err();
        assert!(failure.to_string().contains(expected), "{failure}");
    };
    check("agency/cbp/node", "agency/cbp", "identity");
    check("127.0.0.1:7443", "127.0.0.1", "host:port");
    check("+2e293d79+", "+2e293d78+", "log");
    check(
        "domain = \"us.dev.invalid\"",
        "domain = \"ca.dev.invalid\"",
        "the node's own",
    );
    check("log = ", "log_file = \"x\"\nlog = ", "exactly one");
}
