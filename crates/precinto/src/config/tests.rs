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

/// The marks before the lines of the example's agent are taken away, as an operator would.
fn with_agent() -> String {
    let mut lines = Vec::new();
    let mut inside = false;
    for line in example().lines() {
        inside = (inside || line == "# [run]") && line.starts_with('#');
        let setting = line.strip_prefix("# ").filter(|rest| {
            let key = rest.split(" = ").next().unwrap_or_default();
            rest.starts_with('[') || (rest.contains(" = ") && !key.contains(' '))
        });
        lines.push(setting.filter(|_| inside).unwrap_or(line).to_owned());
    }
    lines.join("\n")
}

#[test]
fn the_agent_of_the_example_is_a_valid_table_and_off_until_somebody_wants_it() {
    assert_eq!(
        Node::parse(&example(), Path::new("lax.toml")).unwrap().run,
        None
    );
    let node = Node::parse(&with_agent(), Path::new("/etc/precinto/lax.toml")).unwrap();
    let run = node.run.unwrap();
    assert_eq!(run.subscription, "agent");
    assert_eq!(
        run.hand_over.as_deref(),
        Some(Path::new("/etc/precinto/../inbox"))
    );
    assert_eq!(run.command, ["/usr/local/bin/take-alert"]);
    assert!(run.receipts && run.receives());
    assert_eq!(node.officers.len(), 1);
    assert_eq!(node.sides.len(), 2);
    for (from, to, expected) in [
        ("\"agent\"", "\"Desk 1\"", "run.subscription"),
        (
            "command_seconds = 60",
            "command_seconds = 0",
            "run.command_seconds",
        ),
        (
            "receipts = true",
            "receipt = true",
            "did you mean \"receipts\"?",
        ),
    ] {
        let text = with_agent().replace(from, to);
        let failure = Node::parse(&text, Path::new("lax.toml")).unwrap_err();
        assert!(failure.to_string().contains(expected), "{failure}");
    }
}

/// First the program has its limit, and then whoever takes it by the API.
#[test]
fn those_who_take_deliveries_have_their_limit_one_after_the_other() {
    let limit = |table: &str| {
        let text = format!("{}\n[run]\ncommand_seconds = 90\n{table}\n", example());
        let node = Node::parse(&text, Path::new("lax.toml")).unwrap();
        node.run.unwrap().desk_limit().as_secs()
    };
    assert_eq!(limit("hand_over = \"in\""), 0);
    assert_eq!(limit("command = [\"take\"]"), 90);
    assert_eq!(limit("api = true"), 0, "nobody takes deliveries there");
    let by_api = "api = true\napi_deliveries = true";
    assert_eq!(limit(by_api), 90);
    assert_eq!(limit(&format!("command = [\"take\"]\n{by_api}")), 180);
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
