//! What may stand in a label, and how much of it.

use precinto_alert::code::Coded as _;

use super::*;

/// The lines of a registry that are no comments.
fn lines(register: impl FnOnce(&mut Registry)) -> Vec<String> {
    let (mut registry, mut text) = (Registry::default(), String::new());
    register(&mut registry);
    encode_registry(&mut text, &registry).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[test]
fn nobody_makes_more_labels_than_there_is_room_for() {
    let counts = Counts::default();
    let accept = |number: usize| {
        let agency = format!("us.dev.invalid/a{number}").parse().unwrap();
        counts.accepted(&agency, MessageType::Alert, Duration::ZERO);
        counts.denied(&[format!("us.dev.invalid#{number}")]);
    };
    (0..METRIC_LABELS_MAX + 5).for_each(accept);
    // One that has its own line keeps it.
    accept(0);
    let lines = lines(|registry| counts.register(registry));
    let of = |name: &str| {
        let of = lines.iter().filter(|line| line.starts_with(name));
        of.cloned().collect::<Vec<_>>()
    };
    for (name, other, first) in [
        (
            "precinto_accepted_total",
            "{agency=\"other\",type=\"ALERT\"} 5",
            "{agency=\"us.dev.invalid/a0\",type=\"ALERT\"} 2",
        ),
        (
            "precinto_policy_denials_total",
            "{policy=\"other\"} 5",
            "{policy=\"us.dev.invalid#0\"} 2",
        ),
    ] {
        let all = of(name);
        assert_eq!(all.len(), METRIC_LABELS_MAX + 1, "{name}");
        for line in [other, first] {
            assert!(all.contains(&format!("{name}{line}")), "{name}{line}");
        }
    }
}

#[test]
fn an_agency_has_its_own_line_for_every_type_of_message() {
    let counts = Counts::default();
    let rows = MessageType::FAMILY.rows();
    let kinds: Vec<_> = rows
        .map(|row| MessageType::try_from(row.number()).unwrap())
        .collect();
    for number in 0..60 {
        let agency = format!("us.dev.invalid/a{number}").parse().unwrap();
        for kind in &kinds {
            counts.accepted(&agency, *kind, Duration::ZERO);
        }
    }
    let lines = lines(|registry| counts.register(registry));
    let of = lines
        .iter()
        .filter(|line| line.starts_with("precinto_accepted_total"));
    let pairs = 60 * kinds.len();
    assert!(pairs > METRIC_LABELS_MAX, "or it would show nothing");
    assert_eq!(of.count(), pairs);
    assert!(!lines.iter().any(|line| line.contains("other")));
}

#[tokio::test(start_paused = true)]
async fn a_call_is_counted_by_its_method_and_end_and_a_made_up_one_under_no_name_of_its_own() {
    let calls = Calls::default();
    let head = |code: &'static str| {
        let mut headers = http::HeaderMap::new();
        headers.insert("grpc-status", code.parse().unwrap());
        headers
    };
    let submit = "/precinto.v1.SubmissionService/Submit";
    for code in ["0", "0", "3", "99"] {
        drop(calls.begin(submit).after(&head(code)));
    }
    // Nobody said how it ends: who asked has gone away.
    let gone = calls.begin(submit).after(&http::HeaderMap::new());
    tokio::time::advance(Duration::from_secs(2)).await;
    drop(gone);
    let mut unsaid = calls.begin(submit);
    unsaid.ends();
    drop(unsaid);
    for path in ["/a.B/C", "/", "/precinto.v1.SubmissionService/Made/Up"] {
        drop(calls.begin(path).after(&head("12")));
    }
    let _open = calls.begin("/grpc.health.v1.Health/Watch");
    let lines = lines(|registry| calls.register(registry));
    let ours = "grpc_service=\"precinto.v1.SubmissionService\",grpc_method=\"Submit\"";
    let unknown = "grpc_service=\"unknown\",grpc_method=\"unknown\"";
    let health = "grpc_service=\"grpc.health.v1.Health\",grpc_method=\"Watch\"";
    let mut expected = vec![
        format!("grpc_server_started_total{{{ours}}} 6"),
        format!("grpc_server_started_total{{{unknown}}} 3"),
        format!("grpc_server_started_total{{{health}}} 1"),
        format!("grpc_server_handled_total{{{ours},grpc_code=\"OK\"}} 2"),
        format!("grpc_server_handled_total{{{ours},grpc_code=\"InvalidArgument\"}} 1"),
        format!("grpc_server_handled_total{{{ours},grpc_code=\"Unknown\"}} 2"),
        format!("grpc_server_handled_total{{{ours},grpc_code=\"Canceled\"}} 1"),
        format!("grpc_server_handled_total{{{unknown},grpc_code=\"Unimplemented\"}} 3"),
    ];
    expected.sort();
    let is_total = |line: &&String| line.contains("_total{");
    let mut totals: Vec<String> = lines.iter().filter(is_total).cloned().collect();
    totals.sort();
    assert_eq!(totals, expected);
    let slow = format!("grpc_server_handling_seconds_sum{{{ours}}} 2.0");
    assert!(lines.contains(&slow), "{lines:?}");
}
