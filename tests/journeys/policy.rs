//! Who may say what to whom, by rules: a side's own policy comes into force with its part of the directory, opens nothing that the
//! floor forbids, holds for streams that are open, and is told from the log alone afterwards.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use precinto_alert::reason::Reason;
use precinto_client::submit::submit;
use precinto_client::{Connection, Refusal};
use precinto_proto::v1 as pb;
use precinto_proto::v1::submission_service_client::SubmissionServiceClient;
use precinto_proto::v1::subscription_service_client::SubscriptionServiceClient;
use precinto_tests::{GatewayProcess, Messages, Node, Site, audit, precinto, run};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

const LAX: &str = "us-cbp-lax";
const MEX: &str = "mx-anam-mex";
const ANAM: &str = "mx.dev.invalid/anam";
const US: (&str, &str, &str) = (LAX, "us.dev.invalid", "ramirez");
const MX: (&str, &str, &str) = (MEX, "mx.dev.invalid", "hernandez");

/// As hostile as a policy can be.
const EVERYTHING: &str = r#"@id("everything") permit (principal, action, resource);"#;
/// Customs of Mexico is told nothing in the way of notices.
const NO_NOTICES: &str = r#"// Notices stay at home.
// Los avisos se quedan en casa.
@id("no-notices")
forbid (principal == Agency::"mx.dev.invalid/anam", action in Action::"Obtain", resource)
when { resource.message_type == MessageType::"SYSTEM_NOTICE" };
"#;
/// Customs of Mexico is told nothing at all.
const NOTHING: &str = r#"@id("cut-off")
forbid (principal == Agency::"mx.dev.invalid/anam", action in Action::"Obtain", resource);
"#;

/// What a sender says otherwise.
type Change = fn(&mut pb::Statement);

/// Long enough for a slow machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A site with its gateway.
struct Stage {
    site: Site,
    gateway: GatewayProcess,
}

impl Stage {
    fn new() -> Self {
        let site = Site::new();
        let gateway = site.start();
        Self { site, gateway }
    }

    fn node(&self, name: &str) -> Node {
        self.site.node(name, &self.gateway)
    }

    /// Runs a command line as a node: exit code, and all that it said.
    fn run(&self, node: &str, line: &str) -> (Option<i32>, String) {
        let mut command = Command::new(precinto());
        command.args(line.split_whitespace()).arg("--node");
        command.arg(self.site.node_file(node));
        command.args(["--gateway", self.gateway.address()]);
        told(
            &command
                .env("LC_ALL", "C.UTF-8")
                .output()
                .expect("precinto runs"),
        )
    }

    #[track_caller]
    fn done(&self, node: &str, line: &str) -> String {
        let (code, said) = self.run(node, line);
        assert_eq!(code, Some(0), "{node}: {line}\n{said}");
        said
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.site.path().join(name);
        write(&path, text);
        path
    }

    /// The side's part with this policy, or with none, signed by a steward and offered to the gateway.
    fn adopt(
        &self,
        (node, side, officer): (&str, &str, &str),
        policy: &str,
    ) -> (Option<i32>, String) {
        let shown = self.done(node, &format!("directory show {side} --text"));
        let text = with_policy(&shown, policy);
        let file = self.file(&format!("{side}.toml"), &text);
        let part = self.site.path().join(format!("{side}.part"));
        let (file, part) = (file.display(), part.display());
        let propose = format!("directory propose {file} --officer {officer} --out {part}");
        let proposed = self.run(node, &propose);
        if proposed.0 != Some(0) {
            return proposed;
        }
        self.run(node, &format!("directory apply {part}"))
    }

    #[track_caller]
    fn adopts(&self, who: (&str, &str, &str), policy: &str) {
        let (code, said) = self.adopt(who, policy);
        assert_eq!(code, Some(0), "{said}");
    }

    /// What `policy why` says of the folder alone, as one object.
    fn why(&self, what: &str) -> Value {
        why(&self.site, what)
    }

    /// What `policy replay` says of the folder alone with another policy of the United States, as one object, and its exit code.
    fn replay(&self, policy: &str, more: &[&str]) -> (Option<i32>, Value) {
        let next = self.file("next.cedar", policy);
        let mut command = Command::new(precinto());
        command
            .args(["policy", "replay", "-o", "json", "--policy"])
            .arg(format!("us.dev.invalid={}", next.display()))
            .args(more);
        let out = command.arg("--dir").arg(self.site.data());
        let out = out.output().expect("precinto runs");
        let said = serde_json::from_slice(&out.stdout);
        (
            out.status.code(),
            said.unwrap_or_else(|_| panic!("{}", told(&out).1)),
        )
    }

    /// Puts the parts in force into files, as anybody would before asking by them.
    fn parts_in_force(&self) {
        for side in ["us.dev.invalid", "mx.dev.invalid"] {
            let text = self.done(LAX, &format!("directory show {side} --text"));
            self.file(&format!("{side}.toml"), &text);
        }
    }

    /// Whether customs of Mexico may receive a notice, by the parts in those files.
    fn can(&self, more: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(precinto());
        command.args([
            "policy",
            "can",
            "receive",
            ANAM,
            "--from",
            "us.dev.invalid/cbp",
        ]);
        command.args(["--type", "SYSTEM_NOTICE"]);
        for (country, side) in [("US", "us.dev.invalid"), ("MX", "mx.dev.invalid")] {
            let file = self.site.path().join(format!("{side}.toml"));
            command.args(["--part", &format!("{country}={}", file.display())]);
        }
        told(&command.args(more).output().expect("precinto runs"))
    }

    /// Ends it all with an audit.
    fn end(self) {
        assert!(self.gateway.stop().success());
        audit(&self.site);
    }
}

fn why(site: &Site, what: &str) -> Value {
    let mut command = Command::new(precinto());
    command.args(["policy", "why", what, "-o", "json", "--dir"]);
    let out = command.arg(site.data()).output().expect("precinto runs");
    assert_eq!(out.status.code(), Some(0), "{}", told(&out).1);
    serde_json::from_slice(&out.stdout).expect("an object")
}

fn told(out: &Output) -> (Option<i32>, String) {
    let all = [out.stdout.as_slice(), &out.stderr].concat();
    (
        out.status.code(),
        String::from_utf8_lossy(&all).into_owned(),
    )
}

#[expect(clippy::disallowed_methods, reason = "a test's own throw-away file")]
fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("a file");
}

/// The part's text with this policy and no other, before everything that it lists.
fn with_policy(text: &str, policy: &str) -> String {
    let before = text.split_once("\npolicy = '''\n");
    let before = before.and_then(|(head, rest)| Some((head, rest.split_once("'''\n")?.1)));
    let plain = before.map(|(head, rest)| format!("{head}{rest}"));
    let text = plain.as_deref().unwrap_or(text);
    text.replacen("\n[[", &format!("\npolicy = '''\n{policy}'''\n\n[["), 1)
}

/// An open stream of the node's, which may hold so many unsettled.
async fn open(
    node: &Node,
    credit: u32,
) -> (
    mpsc::Sender<pb::SubscribeRequest>,
    Streaming<pb::SubscribeResponse>,
) {
    let connection = node.connect().await;
    let mut client = SubscriptionServiceClient::new(connection.channel());
    let create = pb::CreateSubscriptionRequest {
        name: "desk".to_owned(),
        ..Default::default()
    };
    client.create_subscription(create).await.expect("a name");
    let (requests, outgoing) = mpsc::channel(4);
    let init = pb::SubscribeRequest {
        init: Some(pb::Init {
            subscription: "desk".to_owned(),
            credit,
            ..Default::default()
        }),
        ..Default::default()
    };
    requests.send(init).await.expect("a stream");
    let answers = client.subscribe(ReceiverStream::new(outgoing)).await;
    (requests, answers.expect("a stream").into_inner())
}

async fn delivered(answers: &mut Streaming<pb::SubscribeResponse>) -> pb::Delivery {
    let reading = async {
        loop {
            let message = answers.message().await.expect("a stream");
            let message = message.expect("the stream goes on");
            assert_eq!(message.closing, None, "the stream stays open");
            if let Some(delivery) = message.delivery {
                return delivery;
            }
        }
    };
    let read = tokio::time::timeout(PATIENCE, reading);
    read.await.expect("something is lost")
}

async fn settle(requests: &mpsc::Sender<pb::SubscribeRequest>, delivery: &pb::Delivery) {
    let ack = pb::SubscribeRequest {
        ack: Some(pb::Ack {
            index: delivery.index,
            all_up_to: false,
        }),
        ..Default::default()
    };
    requests.send(ack).await.expect("a stream");
}

async fn refused(connection: &Connection, request: pb::SubmitRequest) -> Refusal {
    let mut client = SubmissionServiceClient::new(connection.channel());
    let status = client.submit(request).await.expect_err("must be refused");
    Refusal::from_status(&status)
}

/// Every reason of a refusal: its own and those of fields.
fn reasons(refusal: &Refusal) -> Vec<Reason> {
    let fields = refusal.violations.iter().filter_map(|one| one.reason);
    refusal.reason.into_iter().chain(fields).collect()
}

/// Whether it names this rule to whoever was refused.
fn told_by(refusal: &Refusal, rule: &str) -> bool {
    let mut fields = refusal.violations.iter();
    fields.any(|one| one.description.contains(rule))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_floor_rule_holds_at_submission_under_a_hostile_policy() {
    let stage = Stage::new();
    stage.adopts(US, EVERYTHING);
    stage.adopts(MX, EVERYTHING);
    let lax = stage.node(LAX);
    let line = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", ANAM);
    let good = messages.alert(30);
    submit(&line, &good).await.expect("what is allowed goes in");

    let cases: [(Change, Reason); 5] = [
        (
            |said| said.sender = "spiffe://us.dev.invalid/agency/dea/node/hq".to_owned(),
            Reason::SenderMismatch,
        ),
        (
            |said| said.protected_bag = pb::ProtectedBag::Diplomatic.into(),
            Reason::DiplomaticBag,
        ),
        (
            |said| handling(said).marks = vec!["US:SECRET".to_owned()],
            Reason::ClassifiedRefused,
        ),
        (
            |said| handling(said).tlp = pb::Tlp::Red.into(),
            Reason::HandlingConflict,
        ),
        (
            |said| handling(said).releasable_to = vec!["US".to_owned()],
            Reason::RecipientNotReleasable,
        ),
    ];
    for (change, reason) in cases {
        let request = lax.resign(&messages.alert(30), change);
        let refusal = refused(&line, request).await;
        let all = reasons(&refusal);
        // Whoever speaks in another's name has signed with a key that is not that one's.
        let found =
            all.contains(&reason) || (reason == Reason::SenderMismatch && refusal.reason.is_some());
        assert!(found, "{reason:?}: {refusal:?}");
    }

    // What another said is passed on by nobody but with its word.
    let alert = good.statement().alert_id;
    let comment = format!("send comment {alert} --text seen --to us.dev.invalid/dea");
    let (code, said) = stage.run(MEX, &comment);
    assert!(
        code != Some(0) && said.contains("floor-originator-control"),
        "{said}"
    );

    // Data about persons only for whoever may process them about these goods.
    let example = run(&["config", "example", "alert"]);
    let file = stage.file("alert.yaml", &String::from_utf8_lossy(&example.stdout));
    let (code, said) = stage.run(
        LAX,
        &format!("send alert {} --to us.dev.invalid/atf", file.display()),
    );
    assert!(
        code != Some(0) && said.contains("floor-personal-data"),
        "{said}"
    );
    stage.done(LAX, &format!("send alert {} --to {ANAM}", file.display()));
    drop(line);
    stage.end();
}

fn handling(said: &mut pb::Statement) -> &mut pb::Handling {
    said.handling.get_or_insert_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_side_tightens_and_an_open_stream_keeps_to_it() {
    let stage = Stage::new();
    let (lax, mex) = (stage.node(LAX), stage.node(MEX));
    let line = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", ANAM);
    let (requests, mut stream) = open(&mex, 1).await;
    let first = submit(&line, &messages.notice()).await.expect("accepted");
    let delivery = delivered(&mut stream).await;
    assert_eq!(delivery.index, first.index);
    // In the log, and not delivered as yet: the stream may not hold more than one.
    let second = submit(&line, &messages.notice()).await.expect("accepted");

    stage.adopts(US, NO_NOTICES);
    let refused_notice = messages.notice();
    let refusal = refused(&line, refused_notice.request().clone()).await;
    assert!(
        reasons(&refusal).contains(&Reason::PolicyDenied),
        "{refusal:?}"
    );
    assert!(
        told_by(&refusal, "no-notices (the policy of us.dev.invalid)"),
        "{refusal:?}"
    );
    let alert = messages.alert(30);
    let third = submit(&line, &alert).await.expect("accepted");
    settle(&requests, &delivery).await;
    let next = delivered(&mut stream).await.index;
    assert_eq!(next, third.index, "and not {}", second.index);
    drop((requests, stream, line));

    // Years later the log alone says why.
    let alert = stage.why(&alert.statement().alert_id);
    let entry = &alert["entries"][0];
    assert_eq!(entry["allowed"], true, "{alert:#}");
    assert_eq!(entry["digest_holds"], true, "{alert:#}");
    assert_eq!(entry["rules"][0]["id"], "default-permit", "{alert:#}");
    let notice = stage.why(&refused_notice.message_id().to_string());
    let entry = &notice["entries"][0];
    assert_eq!(
        (&entry["allowed"], &entry["digest_holds"]),
        (&false.into(), &true.into())
    );
    let rule = &entry["rules"][0];
    assert_eq!(rule["id"], "us.dev.invalid#no-notices");
    assert_eq!(
        rule["remark"],
        "Notices stay at home.\nLos avisos se quedan en casa."
    );
    assert!(
        rule["text"]
            .as_str()
            .is_some_and(|text| text.starts_with("@id(\"no-notices\")"))
    );
    let before = stage.why(&second.index.to_string());
    assert_ne!(
        before["entries"][0]["digest"], entry["digest"],
        "other rules"
    );
    // What was withheld is told when the rules that did so have gone, and by them.
    stage.adopts(US, EVERYTHING);
    let Stage { site, gateway } = stage;
    assert!(gateway.stop().success());
    let told = why(&site, &second.index.to_string());
    let withheld = &told["entries"][1];
    assert_eq!(withheld["withheld"], json!([second.index]), "{told:#}");
    assert_eq!(withheld["from_agency"], ANAM);
    assert_eq!(
        (&withheld["digest"], &withheld["digest_holds"]),
        (&entry["digest"], &true.into())
    );
    assert_eq!(withheld["rules"][0]["id"], "us.dev.invalid#no-notices");
    audit(&site);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_policy_would_have_done_is_seen_before_it_counts() {
    let stage = Stage::new();
    let lax = stage.node(LAX);
    let line = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", ANAM);
    let notice = submit(&line, &messages.notice()).await.expect("accepted");
    let alert = submit(&line, &messages.alert(30)).await.expect("accepted");
    let index = |one: &Value| one["index"].as_u64();

    // Mexico has sent no alert, so nobody can tell from the log of which country it is.
    let (code, said) = stage.replay(NO_NOTICES, &[]);
    assert_eq!((code, &said["unasked"]), (Some(4), &2.into()), "{said:#}");
    let mexico = ["--country", "mx.dev.invalid=MX"];
    let (code, said) = stage.replay(NO_NOTICES, &mexico);
    assert_eq!(code, Some(3), "{said:#}");
    let counts = (&said["asked"], &said["unasked"], &said["changed"]);
    assert_eq!(counts, (&2.into(), &0.into(), &1.into()), "{said:#}");
    let one = &said["messages"][0];
    assert_eq!(
        (index(one), &one["allowed"]),
        (Some(notice.index), &false.into())
    );
    let refusal = &one["refusals"][0];
    assert_eq!(refusal["receiver"], ANAM, "{said:#}");
    assert_eq!(refusal["rules"][0]["id"], "us.dev.invalid#no-notices");

    // One question, by the parts in force and the policy that is tried: nobody is asked.
    stage.parts_in_force();
    let (code, said) = stage.can(&[]);
    assert_eq!(code, Some(0), "{said}");
    let next = format!(
        "us.dev.invalid={}",
        stage.file("next.cedar", NO_NOTICES).display()
    );
    let (code, said) = stage.can(&["--policy", &next]);
    assert!(
        code == Some(5) && said.contains("Notices stay at home"),
        "{said}"
    );

    // Once it counts, what it would have refused is refused; what came before is told against the rules of its day.
    stage.adopts(US, NO_NOTICES);
    let refusal = refused(&line, messages.notice().request().clone()).await;
    assert!(told_by(&refusal, "no-notices"), "{refusal:?}");
    let later = submit(&line, &messages.alert(30)).await.expect("accepted");
    let (code, said) = stage.replay(NO_NOTICES, &mexico);
    assert_eq!((code, &said["changed"]), (Some(3), &1.into()), "{said:#}");
    let (_, said) = stage.replay(NOTHING, &mexico);
    let changed = said["messages"].as_array().expect("a list");
    let changed: Vec<_> = changed.iter().filter_map(index).collect();
    assert_eq!(
        changed,
        [notice.index, alert.index, later.index],
        "{said:#}"
    );
    // A node asks a running gateway, and is told in words.
    let next = stage.file("next.cedar", EVERYTHING);
    let line = format!(
        "policy replay --policy us.dev.invalid={} --country mx.dev.invalid=MX",
        next.display()
    );
    let said = stage.done(LAX, &line);
    assert!(said.contains("3 messages asked about, 0 of them"), "{said}");
    stage.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_cut_off_still_gets_the_recall() {
    let stage = Stage::new();
    let (lax, mex) = (stage.node(LAX), stage.node(MEX));
    let line = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", ANAM);
    let (_requests, mut stream) = open(&mex, 8).await;
    let alert = messages.alert(30);
    let first = submit(&line, &alert).await.expect("accepted");
    assert_eq!(delivered(&mut stream).await.index, first.index);
    stage.adopts(US, NOTHING);
    let refusal = refused(&line, messages.alert(30).request().clone()).await;
    assert!(
        reasons(&refusal).contains(&Reason::PolicyDenied),
        "{refusal:?}"
    );
    let alert = alert.statement().alert_id;
    stage.done(
        LAX,
        &format!("send recall {alert} --measure QUARANTINE --ground ERROR"),
    );
    let recall = delivered(&mut stream).await;
    assert_eq!(recall.index, newest_of(&stage, &alert));
    drop((stream, line));
    stage.end();
}

/// The last entry of the case.
fn newest_of(stage: &Stage, alert: &str) -> u64 {
    let why = stage.why(alert);
    let last = why["entries"].as_array().and_then(|all| all.last());
    let last = last.unwrap_or_else(|| panic!("{why:#}"));
    assert_eq!(last["type"], "RECALL");
    last["entry"].as_u64().expect("an index")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_with_an_error_is_refused_with_its_place_and_changes_nothing() {
    let stage = Stage::new();
    let lax = stage.node(LAX);
    let line = lax.connect().await;
    let mut messages = Messages::new(&lax.author, "US-CBPLAX", ANAM);
    let wrong = "@id(\"wrong\")\nforbid (principal, action, resource)\nwhen { resource.tpl == Tlp::\"RED\" };\n";
    let before = stage.done(LAX, "directory show us.dev.invalid --text");
    let (code, said) = stage.adopt(US, wrong);
    assert!(code.is_some_and(|code| code != 0), "{said}");
    assert!(said.contains("line 3, column"), "{said}");
    assert_eq!(
        stage.done(LAX, "directory show us.dev.invalid --text"),
        before
    );
    submit(&line, &messages.notice()).await.expect("as before");
    drop(line);
    stage.end();
}
