//! The files of a running agent change below it: what is good is in force at once and said, what is bad changes nothing and is said
//! as well, and not a message is lost or doubled on the way.

use precinto_proto::v1 as pb;
use precinto_tests::replace;

use super::*;

const US_LIST: &str = "+ revocation list of us.dev.invalid";

impl Agent {
    /// Waits until it has said such news with this in it, beyond the `before` first.
    async fn says(&self, event: &str, what: &str, before: usize) {
        let said = || self.details(event).into_iter().skip(before);
        until(|| said().any(|detail| detail.contains(what)).then_some(())).await;
    }

    /// Changes its files and asks it to read them anew, and waits for what it says: also if it has noticed before it was asked.
    async fn told(&self, event: &str, what: &str, change: impl FnOnce()) {
        let before = self.details(event).len();
        change();
        self.reload();
        self.says(event, what, before).await;
    }
}

impl Stage {
    /// Has the CBP say so many alerts, without waiting for what becomes of them.
    fn say(&self, count: usize, said: &mut usize) {
        let draft = self.path("alert.yaml");
        for _ in 0..count {
            let line = format!("send alert {} --wait 0", draft.display());
            let one = self.object(CBP, &line);
            assert_eq!(one["ok"], true, "{one}");
            *said += 1;
        }
    }

    /// Waits until all of them have arrived.
    async fn arrived(&self, said: usize) {
        let alerts = || handed_over(&self.path("in")).into_iter();
        let alerts = || alerts().filter(|name| name.contains("-ALERT-")).count();
        until(|| (alerts() == said).then_some(())).await;
    }

    /// Puts the pair of the FGR's node in these places.
    fn takes_from_another(&self, key: &Path, file: &Path) {
        for (place, at) in [("mx/fgr/hq.tls.key.pem", key), ("mx/fgr/hq.tls.pem", file)] {
            let of_another = std::fs::read_to_string(self.path(place)).expect("another's");
            replace(at, &of_another);
        }
    }

    /// What the agent says of its line and its files, once both stand in its file.
    async fn line(&self, node: &str, are_refused: bool) -> Value {
        until(|| {
            let agent = self.status(node).1["agent"].clone();
            let is_so = agent["line"] == "up" && agent["files_refused"].is_string() == are_refused;
            is_so.then_some(agent["line_since_ms"].clone())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_renewed_below_a_running_agent_and_bad_ones_change_nothing() {
    let (stage, gateway) = Stage::at(Site::with_authorities());
    stage.with_agent(CBP, "");
    stage.with_agent(ANAM, "hand_over = \"../in\"");
    let (cbp, anam) = (stage.agent(CBP).await, stage.agent(ANAM).await);
    let (mut us, mx) = (stage.site.authority("us"), stage.site.authority("mx"));
    let mut said = 0;
    stage.say(2, &mut said);
    stage.arrived(said).await;

    // What is good, with messages on their way both times: by a signal, and noticed by itself.
    stage.say(3, &mut said);
    cbp.told("files_taken", "TLS certificate", || us.renew_tls("cbp/lax"))
        .await;
    stage.say(3, &mut said);
    mx.renew_signing("anam/mex");
    anam.says("files_taken", "signing certificate", 0).await;
    stage.say(3, &mut said);
    us.add_root();
    for agent in [&cbp, &anam] {
        agent
            .says("files_taken", "+ root of us.dev.invalid", 0)
            .await;
    }
    stage.arrived(said).await;
    anam.told("files_read", "", || {}).await;

    // A bad file: the line is the same as before, and goes on.
    let before = stage.line(ANAM, false).await;
    let file = stage.path("mx/anam/mex.tls.pem");
    let good = std::fs::read_to_string(&file).expect("a certificate");
    let spoil = || replace(&file, "no certificate");
    anam.told("files_refused", "mex.tls.pem", spoil).await;
    stage.say(2, &mut said);
    stage.arrived(said).await;
    assert_eq!(stage.line(ANAM, true).await, before);
    assert_eq!(stage.status(ANAM).0, Some(10), "somebody is to look");
    // Another node's certificate with its key, however good, is none of this one's.
    let key = stage.path("mx/anam/mex.tls.key.pem");
    let own = std::fs::read_to_string(&key).expect("a key");
    let take = || stage.takes_from_another(&key, &file);
    anam.told("files_refused", "is not that of", take).await;
    replace(&key, &own);
    replace(&file, &good);
    assert_eq!(stage.line(ANAM, false).await, before);

    // A list that is older than the one in force.
    let lists = us.list_file();
    let older = std::fs::read_to_string(&lists).expect("a list");
    anam.told("files_taken", US_LIST, || us.publish()).await;
    let newest = std::fs::read_to_string(&lists).expect("a list");
    stage.arrived(said).await;
    let before = stage.line(ANAM, false).await;
    let put_back = || replace(&lists, &older);
    anam.told(
        "files_refused",
        "an older list would let in again",
        put_back,
    )
    .await;
    stage.say(2, &mut said);
    stage.arrived(said).await;
    assert_eq!(stage.line(ANAM, true).await, before);
    // Nor after a start; and then with the newest one at once.
    anam.stop();
    let anam = stage.agent(ANAM).await;
    anam.says("trouble", "an older list would let in again", 0)
        .await;
    replace(&lists, &newest);
    anam.reload();
    stage.say(1, &mut said);
    stage.arrived(said).await;
    until(|| (stage.status(CBP).1["outbox"]["waiting"] == 0).then_some(())).await;
    cbp.stop();
    anam.stop();
    drop(us);
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_taken_whatever_has_become_of_the_nodes_own_certificates() {
    let (stage, gateway) = Stage::at(Site::with_authorities());
    stage.with_agent(ANAM, "hand_over = \"../in\"");
    let anam = stage.agent(ANAM).await;
    let (mut us, mut mx) = (stage.site.authority("us"), stage.site.authority("mx"));
    // It works by what there is so far.
    stage.line(ANAM, false).await;
    for one in ["tls", "signing"] {
        mx.revoke(&format!("mx/anam/mex.{one}"));
    }
    let revoke = || mx.publish();
    anam.told("files_taken", "+ revocation list of mx.dev.invalid", revoke)
        .await;
    for one in ["TLS", "signing"] {
        let what = format!("{one} certificate: CERT_REVOKED");
        anam.says("ends_soon", &what, 0).await;
    }
    // By that list they count no more, and hold up no other.
    anam.told("files_taken", US_LIST, || us.publish()).await;
    assert_eq!(anam.details("files_refused"), [""; 0]);
    // One after the other: the old one is still there when the new one is judged.
    let renew = || mx.renew_signing("anam/mex");
    anam.told("files_taken", "signing certificate", renew).await;
    let renew = || mx.renew_tls("anam/mex");
    anam.told("files_taken", "TLS certificate", renew).await;
    anam.reload();
    stage.line(ANAM, false).await;
    anam.stop();
    assert!(gateway.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_cannot_be_taken_now_are_taken_as_soon_as_they_can() {
    let (stage, gateway) = Stage::at(Site::with_authorities());
    stage.with_agent(ANAM, "hand_over = \"../in\"");
    let anam = stage.agent(ANAM).await;
    let mut us = stage.site.authority("us");
    let before = stage.line(ANAM, false).await;
    // Where the lists are to be kept, nothing can be written.
    let lists = stage.path(&format!("state/{ANAM}/lists"));
    std::fs::remove_dir_all(&lists).expect("a folder");
    write(&lists, b"in the way");
    us.publish();
    let cause = "Not a directory";
    anam.says("files_refused", cause, 0).await;
    assert_eq!(stage.line(ANAM, true).await, before, "it goes on as before");
    // The files are as they were, and nobody asks.
    std::fs::remove_file(&lists).expect("a file");
    std::fs::create_dir(&lists).expect("a folder");
    anam.says("files_taken", US_LIST, 0).await;
    // In between there was nothing there, which is another cause.
    let said = anam.details("files_refused").into_iter();
    let said = said.filter(|why| why.contains(cause)).count();
    assert_eq!(said, 1, "said once");
    stage.line(ANAM, false).await;
    anam.stop();
    assert!(gateway.stop().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_programs_send_is_signed_with_what_is_in_force() {
    let (stage, gateway) = Stage::at(Site::with_authorities());
    stage.with_agent(CBP, "api = true");
    let cbp = stage.agent(CBP).await;
    // It works by what there is so far.
    until(|| (stage.status(CBP).1["agent"]["line"] == "idle").then_some(())).await;
    let node = stage.site.node(CBP, &gateway);
    let mut messages = Messages::new(&node.author, "US-CBPLAX", "mx.dev.invalid/anam");
    let signed = messages.alert(200);
    let file = stage.path("us/cbp/lax.signing.pem");
    let spoil = || replace(&file, "no certificate");
    cbp.told("files_refused", "lax.signing.pem", spoil).await;
    let (media_type, content) = signed.content().expect("a body");
    let statement = pb::Statement {
        message_id: Vec::new(),
        alert_id: String::new(),
        sender_seq: 0,
        ..signed.statement()
    };
    let request = pb::SendRequest {
        signed: None,
        statement: Some(statement),
        media_type,
        content,
    };
    let mut api = stage.api(CBP).await;
    let sent = api.send(request).await.expect("signed").into_inner();
    let id = sent.state.expect("a state").message_id;
    until(|| (stage.status(CBP).1["outbox"]["waiting"] == 0).then_some(())).await;
    let request = pb::GetMessageRequest { message_id: id };
    let state = api.get_message(request).await.expect("known").into_inner();
    let fate = state.state.expect("a state").fate;
    assert_eq!(fate, i32::from(pb::MessageFate::Logged));
    drop(api);
    cbp.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
