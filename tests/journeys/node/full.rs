//! An outbox without room refuses each message by its own line, drops nothing, and no number is lost by it.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::process::{ChildStdin, ChildStdout};

use precinto_client::limits::OUTBOX_MESSAGES_MAX;
use precinto_proto::v1 as pb;

use super::*;

/// Messages that wait in an outbox, and take its room: they are never looked into.
struct Fillers(Vec<PathBuf>);

impl Fillers {
    /// Leaves room for so many.
    fn all_but(stage: &Stage, room: usize) -> Self {
        let folder = stage.path(&format!("state/{CBP}/outbox"));
        std::fs::create_dir_all(&folder).expect("a folder");
        let name = |place: usize| format!("{place:020}-00000000-0000-7000-8000-{place:012x}.msg");
        let files = (1..=OUTBOX_MESSAGES_MAX - room).map(|place| folder.join(name(place)));
        let files: Vec<_> = files.collect();
        for file in &files {
            drop(File::create(file).expect("a file"));
        }
        Self(files)
    }

    /// As if so many had been sent.
    fn send(&mut self, count: usize) {
        for file in self.0.drain(..count) {
            std::fs::remove_file(file).expect("a filler");
        }
    }

    fn send_all(mut self) {
        self.send(self.0.len());
    }
}

impl Stage {
    /// Several copies of the example, and the command that queues them.
    fn drafts(&self, names: &[&str]) -> String {
        let text = std::fs::read(self.path("alert.yaml")).expect("the example");
        let mut line = "send alert --queue -o jsonl".to_owned();
        for name in names {
            let file = self.path(&format!("{name}.yaml"));
            write(&file, &text);
            line = format!("{line} {}", file.display());
        }
        line
    }

    /// What the other side gets once an agent brings all of it to the log: numbers of messages and alerts that leave none out.
    async fn has_no_gap(self, gateway: GatewayProcess, messages: usize) {
        let agent = self.agent(CBP).await;
        until(|| (self.status(CBP).1["outbox"]["waiting"] == 0).then_some(())).await;
        let delivered = self.delivered(ANAM, "desk");
        let numbers = delivered.iter();
        let numbers: Vec<u64> = numbers
            .filter_map(|one| one["statement"]["sender_seq"].as_u64())
            .collect();
        let expected: Vec<u64> = (1..).take(messages).collect();
        assert_eq!(numbers, expected);
        let alerts = delivered.iter().filter(|one| one["type"] == "ALERT");
        let alerts: Vec<u64> = alerts.map(|one| number_of(&one["alert_id"])).collect();
        let expected: Vec<u64> = (1..).take(alerts.len()).collect();
        assert_eq!(alerts, expected);
        agent.stop();
        assert!(gateway.stop().success());
        assert_eq!(findings(&self.site), Some(0));
    }
}

/// `US-CBPLAX-2026-000002X`: the second of its year.
fn number_of(alert_id: &Value) -> u64 {
    let last = alert_id.as_str().and_then(|id| id.rsplit('-').next());
    let digits = last.and_then(|last| last.get(..6));
    digits
        .and_then(|digits| digits.parse().ok())
        .expect("a number")
}

fn lines(out: &Output) -> Vec<Value> {
    let said = text(&out.stdout);
    let lines = said.lines().map(serde_json::from_str);
    lines.map(|line| line.expect("a line of JSON")).collect()
}

fn is_refused(one: &Value, tag: &str) -> bool {
    // Without a name: its number goes to the next alert.
    let is_nameless = one["message_id"] == "" && one.get("alert_id").is_none();
    let said = [&one["ok"], &one["retry"], &one["reason"]];
    let is_told = said == [&Value::from(false), &true.into(), &"LIMIT_REACHED".into()];
    let told = one["tag"].as_str();
    is_nameless && is_told && told.is_some_and(|told| told.ends_with(tag))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_outbox_refuses_each_of_a_batch_and_drops_nothing() {
    let (stage, gateway) = Stage::new();
    let fillers = Fillers::all_but(&stage, 1);
    let out = stage.run(CBP, &stage.drafts(&["one", "two", "three"]));
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
    let said = lines(&out);
    let [one, two, three] = said.as_slice() else {
        panic!("{said:?}")
    };
    assert_eq!(
        (&one["ok"], &one["state"]),
        (&true.into(), &"queued".into())
    );
    assert!(is_refused(two, "two.yaml"), "{two}");
    assert!(is_refused(three, "three.yaml"), "{three}");
    // For people as well, each by its file.
    let people = stage.drafts(&["two", "three"]).replace("-o jsonl", "");
    let out = stage.run(CBP, &people);
    let talk = text(&out.stderr);
    for file in ["two.yaml", "three.yaml"] {
        assert!(talk.contains(&format!("{file} was refused")), "{talk}");
    }
    fillers.send_all();
    let out = stage.run(CBP, &stage.drafts(&["two", "three"]));
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(lines(&out).len(), 2);
    stage.with_agent(CBP, "");
    stage.has_no_gap(gateway, 3).await;
}

/// `send -` under way.
struct Sending {
    child: Child,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Sending {
    fn start(stage: &Stage) -> Self {
        let mut command = stage.command(CBP, "send --queue -");
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("precinto runs");
        let stdin = child.stdin.take().expect("a stdin");
        let answers = BufReader::new(child.stdout.take().expect("a stdout")).lines();
        Self {
            child,
            stdin,
            answers,
        }
    }

    /// What is said to a line.
    fn answer(&mut self, line: &str) -> Value {
        writeln!(self.stdin, "{line}").expect("it reads");
        let answer = self.answers.next().expect("an answer").expect("a line");
        serde_json::from_str(&answer).expect("a line of JSON")
    }

    fn notice(&mut self, tag: &str) -> Value {
        let what = r#""type": "SYSTEM_NOTICE", "to": "mx.dev.invalid/anam", "status": "TEST", "notice_kind": "MAINTENANCE""#;
        self.answer(&format!(
            r#"{{{what}, "tag": "{tag}", "content": {{"text": "x"}}}}"#
        ))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_goes_on_behind_what_a_full_outbox_refuses_and_holds_no_number() {
    let (stage, gateway) = Stage::new();
    let mut fillers = Fillers::all_but(&stage, 1);
    let mut sending = Sending::start(&stage);
    assert_eq!(sending.notice("one")["state"], "queued");
    for tag in ["two", "three"] {
        let said = sending.notice(tag);
        assert!(is_refused(&said, tag), "{said}");
    }
    // What is wrong in itself, or no draft at all, ends it as little.
    let said = sending.answer(&"x".repeat(2 * 1024 * 1024));
    let message = said["message"].as_str().expect("a message");
    assert!(message.contains("longer than 1 MiB"), "{said}");
    let broken =
        sending.answer(r#"{"type": "COMMENT", "to": "mx.dev.invalid/anam", "tag": "four"}"#);
    assert_eq!(
        (&broken["ok"], &broken["tag"]),
        (&false.into(), &"four".into())
    );
    // Meanwhile somebody else says something: it has the next number, and the stream the one behind.
    fillers.send(2);
    let out = stage.run(CBP, &stage.drafts(&["other"]));
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(sending.notice("five")["state"], "queued");
    let said = sending.notice("six");
    assert!(is_refused(&said, "six"), "{said}");
    let Sending {
        mut child,
        stdin,
        answers,
    } = sending;
    drop(stdin);
    assert_eq!(answers.count(), 0, "one answer to each");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    fillers.send_all();
    stage.with_agent(CBP, "");
    stage.has_no_gap(gateway, 3).await;
}

fn notice() -> pb::SendRequest {
    use prost::Message as _;
    let recipients = vec![pb::RecipientRef {
        kind: pb::RecipientKind::Agency.into(),
        name: "mx.dev.invalid/anam".to_owned(),
    }];
    let statement = pb::Statement {
        r#type: pb::MessageType::SystemNotice.into(),
        status: pb::MessageStatus::Test.into(),
        notice_kind: pb::NoticeKind::Maintenance.into(),
        recipients,
        ..Default::default()
    };
    let content = pb::SystemNoticeContent {
        text: Some(pb::Text {
            language: "en".to_owned(),
            text: "Exchange test.".to_owned(),
        }),
        ..Default::default()
    };
    pb::SendRequest {
        statement: Some(statement),
        media_type: "application/vnd.precinto.system-notice.v1+protobuf".to_owned(),
        content: content.encode_to_vec(),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_refuses_what_finds_no_room_and_takes_no_number_for_it() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "api = true");
    // Without a line nothing goes out.
    assert!(gateway.stop().success());
    let agent = stage.start_agent(CBP);
    until(|| agent.heard("running").then_some(())).await;
    let mut api = stage.api(CBP).await;
    let fillers = Fillers::all_but(&stage, 1);
    let first = api.send(notice()).await.expect("queued").into_inner();
    assert_eq!(
        first.state.expect("its state").fate(),
        pb::MessageFate::Queued
    );
    for _ in 0..2 {
        let refused = api.send(notice()).await.expect_err("it is full");
        let refused = precinto_client::Refusal::from_status(&refused);
        assert_eq!(refused.reason, Some(precinto_alert::Reason::LimitReached));
    }
    fillers.send_all();
    api.send(notice()).await.expect("queued");
    drop(api);
    agent.stop();
    let gateway = stage.site.start();
    stage.has_no_gap(gateway, 2).await;
}
