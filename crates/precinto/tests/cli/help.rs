//! Help teaches: every command has a text and says whether it changes anything; wrong usage ends with 2.

use super::{run, stderr, stdout};

/// Every command, as a person types it.
const COMMANDS: [&[&str]; 81] = [
    &[],
    &["demo"],
    &["gateway"],
    &["gateway", "init"],
    &["gateway", "run"],
    &["gateway", "check"],
    &["send"],
    &["send", "alert"],
    &["draft"],
    &["draft", "waybill"],
    &["draft", "csv"],
    &["draft", "tear-line"],
    &["send", "amend"],
    &["send", "cancel"],
    &["send", "recall"],
    &["send", "recall-confirm"],
    &["send", "ack"],
    &["send", "reject"],
    &["send", "assessment"],
    &["send", "rfi"],
    &["send", "rfi-response"],
    &["send", "rfs"],
    &["send", "rfs-result"],
    &["send", "action-request"],
    &["send", "action-response"],
    &["send", "hold-set"],
    &["send", "hold-status"],
    &["send", "hold-release"],
    &["send", "outcome"],
    &["send", "dissemination-request"],
    &["send", "dissemination-decision"],
    &["send", "link"],
    &["send", "comment"],
    &["send", "transfer"],
    &["send", "notice"],
    &["send", "signed"],
    &["send", "-"],
    &["ack"],
    &["node"],
    &["node", "run"],
    &["node", "status"],
    &["watch"],
    &["sub"],
    &["sub", "create"],
    &["sub", "list"],
    &["sub", "show"],
    &["sub", "seek"],
    &["sub", "parked"],
    &["sub", "unpark"],
    &["sub", "delete"],
    &["directory"],
    &["directory", "list"],
    &["directory", "show"],
    &["directory", "propose"],
    &["directory", "apply"],
    &["show"],
    &["list"],
    &["find"],
    &["sync"],
    &["match"],
    &["log"],
    &["log", "checkpoint"],
    &["log", "receipt"],
    &["log", "prove"],
    &["log", "tail"],
    &["audit", "log"],
    &["audit", "compare"],
    &["report"],
    &["report", "reciprocity"],
    &["report", "exchange"],
    &["report", "rules"],
    &["keys", "dev"],
    &["config", "check"],
    &["config", "show"],
    &["config", "example"],
    &["doctor"],
    &["check"],
    &["check", "cert"],
    &["check", "crl"],
    &["explain"],
    &["schema"],
];

#[test]
fn every_command_explains_itself() {
    for command in COMMANDS {
        let output = run(&[command, &["--help"]].concat());
        assert_eq!(output.status.code(), Some(0), "{command:?}");
        let help = stdout(&output);
        assert!(help.contains("Usage: precinto"), "{command:?}: {help}");
        // A command that does something shows how, or says what its exit codes are.
        let leaf = !help.contains("\nCommands:");
        assert!(
            !leaf || help.contains("Example"),
            "{command:?} has no example"
        );
    }
}

#[test]
fn the_list_says_what_changes_state() {
    let help = stdout(&run(&["--help"]));
    for (command, label) in [
        ("watch", "[reads]"),
        ("send", "[changes state]"),
        ("audit", "[reads]"),
        ("doctor", "[reads]"),
        ("demo", "[throw-away]"),
    ] {
        let line = help
            .lines()
            .find(|line| line.trim_start().starts_with(command));
        assert!(
            line.is_some_and(|line| line.contains(label)),
            "{command}: {line:?}"
        );
    }
    assert!(
        help.contains("3   verification failed"),
        "the exit codes stand in the help"
    );
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_to_do() {
    let cases: [(&[&str], &str); 6] = [
        (&["sned"], "send"),
        (&["watch"], "--node FILE"),
        (
            &["send", "alert", "x.yaml", "--node", "/nowhere/node.toml"],
            "/nowhere/node.toml",
        ),
        (&["log", "prove", "--node", "x"], "--index"),
        (&["audit", "log"], "DIR"),
        (
            &["gateway", "run", "--config", "/nowhere/gateway.toml"],
            "config example gateway",
        ),
    ];
    for (arguments, advice) in cases {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = stderr(&output);
        assert!(said.contains(advice), "{arguments:?}: {said}");
        assert!(stdout(&output).is_empty(), "{arguments:?}: data on stdout");
    }
}

#[test]
fn errors_are_objects_for_machines() {
    let output = run(&["-o", "json", "watch"]);
    let errors = super::objects(&output);
    assert_eq!(errors.len(), 1);
    assert_eq!(super::text(&errors[0], "schema"), "precinto.error/v1");
    assert_eq!(super::number(&errors[0], "exit"), 2);
}
