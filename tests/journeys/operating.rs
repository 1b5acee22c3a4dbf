//! `crates/gateway/OPERATING.md`, followed to the letter: what is run here stands there, word for word, and does what it says.

use std::process::{Command, Output};
use std::time::Duration;

use precinto_client::submit::submit;
use precinto_client::{Connection, LogClient};
use precinto_proto::v1 as pb;
use precinto_tests::{
    GatewayProcess, Messages, Node, Site, SiteAuthority, audit, precinto, replace,
};
use tokio::time::{Instant, sleep};

const PAGE: &str = include_str!("../../crates/gateway/OPERATING.md");

/// The end of any patience.
const PATIENCE: Duration = Duration::from_mins(1);

/// Who reads the page, in the folder with the gateway's and the nodes' files.
struct Operator<'a> {
    site: &'a Site,
    gateway: &'a GatewayProcess,
}

impl Operator<'_> {
    /// Runs the command of the page that begins with these words, for the node of this file where the page leaves it open.
    fn follows(&self, begin: &str, node: &str) -> Output {
        let is_said = |line: &&str| line.starts_with("    precinto ") && line.contains(begin);
        let line = PAGE.lines().find(is_said);
        let line = line.unwrap_or_else(|| panic!("the page does not say `{begin}`"));
        // What stands behind `#` is for people, and behind `>` for the shell.
        let line = line.split('#').next().expect("a command");
        let (command, file) = line
            .split_once('>')
            .map_or((line, None), |(c, f)| (c, Some(f.trim())));
        let node_file = format!("nodes/{node}.toml");
        let words = command.split_whitespace().skip(1);
        let words = words.map(|word| if word == "…" { &node_file } else { word });
        let run = self.precinto(words);
        if let Some(file) = file {
            let text = String::from_utf8_lossy(&run.stdout).into_owned();
            replace(&self.site.path().join(file), &text);
        }
        run
    }

    fn precinto<'w>(&self, words: impl Iterator<Item = &'w str>) -> Output {
        let mut command = Command::new(precinto());
        // The nodes' files of a test name no port.
        command
            .args(words)
            .env("PRECINTO_GATEWAY", self.gateway.address());
        command.current_dir(self.site.path());
        command.output().expect("precinto runs")
    }

    /// `show`, an edit, `propose`, `apply --dry-run`, `apply`, as the page says them.
    fn changes_the_part(&self, edit: impl FnOnce(&str) -> String) -> Output {
        ok(&self.follows("directory show us.dev.invalid --text", "us-cbp-lax"));
        let file = self.site.path().join("us.toml");
        let text = std::fs::read_to_string(&file).expect("us.toml");
        let edited = edit(&text);
        assert_ne!(edited, text, "nothing was edited");
        replace(&file, &edited);
        let proposed = self.follows("directory propose us.toml", "us-cbp-lax");
        if !proposed.status.success() {
            return proposed;
        }
        // Of the development profile; an auditor is asked nothing.
        let alone = "they name neither alternates nor a group: atf, dea\n";
        assert!(ok(&proposed).contains(alone), "{}", ok(&proposed));
        ok(&self.follows(
            "directory apply us.dev.invalid.part --dry-run",
            "us-cbp-lax",
        ));
        let applied = self.follows("directory apply us.dev.invalid.part --node", "us-cbp-lax");
        ok(&applied);
        applied
    }

    /// What the other side sees of the directory.
    fn other_side_sees(&self) -> String {
        let list = ["directory", "list", "--node", "nodes/mx-anam-mex.toml"];
        ok(&self.precinto(list.into_iter()))
    }

    /// A file for another node, made from that of `us-cbp-lax`.
    fn settings_for(&self, agency: &str, name: &str, code: &str) {
        let example = ok(&self.precinto(["config", "example", "node"].into_iter()));
        let text =
            std::fs::read_to_string(self.site.node_file("us-cbp-lax")).expect("a node's file");
        let keys = text
            .lines()
            .filter_map(|line| line.split_once(" = ").map(|(key, _)| key));
        for key in keys.filter(|key| !key.starts_with('#')) {
            assert!(example.contains(key), "the example has no `{key}`");
        }
        let own = |line: &&str| !line.starts_with("witness");
        let text: Vec<&str> = text.lines().filter(own).collect();
        // The officers of the other node stay where they are.
        let text = text
            .join("\n")
            .split("[[officer]]")
            .next()
            .expect("text")
            .to_owned()
            + &sides(&text);
        let text = text
            .replace(
                "agency/cbp/node/lax",
                &format!("agency/{agency}/node/{name}"),
            )
            .replace("cbp/lax.", &format!("{agency}/{name}."))
            .replace("us-cbp-lax", &format!("us-{agency}-{name}"))
            .replace("CBPLAX", code);
        let file = self.site.node_file(&format!("us-{agency}-{name}"));
        replace(&file, &text);
    }

    /// Until a node, by its own words, is well.
    fn doctor_is_well(&self, node: &str) {
        let file = format!("nodes/{node}.toml");
        let told = ok(&self.precinto(["doctor", "--node", &file].into_iter()));
        assert!(told.contains("all is well"), "{told}");
        assert!(PAGE.contains("precinto doctor --node node.toml"));
    }
}

/// The blocks of a node's file that say whom it believes.
fn sides(lines: &[&str]) -> String {
    let text = lines.join("\n");
    let (_, sides) = text.split_once("[[side]]").expect("a side");
    format!("\n[[side]]{sides}\n")
}

#[track_caller]
fn ok(output: &Output) -> String {
    let text = [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes))
        .concat();
    assert!(output.status.success(), "{text}");
    text
}

/// Waits until the gateway lets this node in no more, and gives the reason.
async fn shut_out(node: &Node) -> Option<pb::Reason> {
    let end = Instant::now() + PATIENCE;
    loop {
        match Connection::open(&node.settings, &node.clock).await {
            Err(error) => return error.reason(),
            Ok(open) => drop(open),
        }
        assert!(Instant::now() < end, "it is let in for ever");
        sleep(Duration::from_millis(100)).await; // polls what another process has read
    }
}

const LEE: &str = "[[agency.officer]]\nid = \"lee\"\nnodes = [\"lax\"]\n";
const JFK: &str = "[[agency.node]]\nname = \"jfk\"\ncode = \"CBPJFK\"\n";
const ICE: &str = "\n[[agency]]\nid = \"us.dev.invalid/ice\"\nname_en = \"Immigration and Customs Enforcement\"\n\
                   name_es = \"Inmigración y Aduanas\"\nescalation = \"us-duty\"\n[[agency.node]]\nname = \"hq\"\ncode = \"ICEHQ\"\n";

/// Behind the officer of the first agency, as a person would put it.
fn below_cbp(text: &str, block: &str) -> String {
    let ramirez = "[[agency.officer]]\nid = \"ramirez\"\nnodes = [\"lax\"]\n";
    assert!(text.contains(ramirez), "{text}");
    text.replace(ramirez, &format!("{block}{ramirez}"))
}

/// Before the first group.
fn behind_the_agencies(text: &str, block: &str) -> String {
    let (agencies, groups) = text.split_once("\n[[group]]").expect("a group");
    format!("{agencies}{block}\n[[group]]{groups}")
}

/// An officer, a node and an agency.
fn somebody_joins(page: &Operator<'_>, authority: &SiteAuthority<'_>) {
    authority.issue_officer("cbp/lee");
    page.changes_the_part(|text| below_cbp(text, LEE));
    assert!(page.other_side_sees().contains("lee"));
    for node in ["cbp/jfk", "ice/hq"] {
        let folder = page.site.path().join(format!("us/{node}"));
        let folder = folder.parent().expect("the agency's");
        std::fs::create_dir_all(folder).expect("a folder");
        authority.renew_tls(node);
        authority.renew_signing(node);
    }
    page.changes_the_part(|text| below_cbp(text, JFK));
    page.settings_for("cbp", "jfk", "CBPJFK");
    page.doctor_is_well("us-cbp-jfk");
    page.changes_the_part(|text| behind_the_agencies(text, ICE));
    assert!(
        page.other_side_sees()
            .contains("Immigration and Customs Enforcement")
    );
    page.settings_for("ice", "hq", "ICEHQ");
    assert!(PAGE.contains("`alternates` (its officers) or `escalation`"));
    page.doctor_is_well("us-ice-hq");
    let alone = page.precinto(["doctor", "--node", "nodes/us-dea-hq.toml"].into_iter());
    let nobody = "nobody is called when this agency does not answer in time";
    assert!(ok(&alone).contains(nobody), "{}", ok(&alone));
}

async fn a_laptop_is_stolen(page: &Operator<'_>, authority: &mut SiteAuthority<'_>) {
    let jfk = page.site.node("us-cbp-jfk", page.gateway);
    let mut messages = Messages::new(&jfk.author, "US-CBPJFK", "mx.dev.invalid/anam");
    let line = jfk.connect().await;
    let joined = submit(&line, &messages.alert(50)).await;
    joined.expect("it has joined");
    // The first step is enough …
    assert!(PAGE.contains("kill -HUP PID"));
    // Lists say the second since when: what it signed in that second would be in doubt.
    sleep(Duration::from_millis(1_100)).await;
    authority.revoke("us/cbp/jfk.tls");
    authority.revoke("us/cbp/jfk.signing");
    authority.publish();
    page.gateway.reload();
    assert_eq!(shut_out(&jfk).await, Some(pb::Reason::CertRevoked));
    let end = Instant::now() + PATIENCE;
    while LogClient::new(&line).checkpoint(0).await.is_ok() {
        assert!(Instant::now() < end, "its line goes on");
        sleep(Duration::from_millis(100)).await; // polls what another process does
    }
    // … what it signed is refused whoever brings it, here its own agency …
    let lax = page.site.node("us-cbp-lax", page.gateway);
    let at_lax = lax.connect().await;
    let refused = submit(&at_lax, &messages.alert(50)).await;
    let reason = refused.expect_err("it is revoked").reason();
    assert_eq!(reason, Some(pb::Reason::CertRevoked));
    // … and so is the second.
    page.changes_the_part(|text| text.replace(JFK, ""));
    assert!(!page.other_side_sees().contains("CBPJFK"));
}

async fn a_card_is_lost_and_an_office_closes(
    page: &Operator<'_>,
    authority: &mut SiteAuthority<'_>,
) {
    authority.revoke("officers/us-cbp-lee");
    authority.publish();
    page.gateway.reload();
    page.changes_the_part(|text| text.replace(LEE, ""));
    assert!(!page.other_side_sees().contains("lee"));

    // A closed office: its block goes, and its code is nobody else's.
    page.changes_the_part(|text| text.replace(ICE, ""));
    assert!(!page.other_side_sees().contains("ICEHQ"));
    let ice = page.site.node("us-ice-hq", page.gateway);
    assert_eq!(
        LogClient::new(&ice.connect().await)
            .checkpoint(0)
            .await
            .err()
            .and_then(|e| e.reason()),
        Some(pb::Reason::NodeUnknown)
    );
    let again = page.changes_the_part(|text| below_cbp(text, &JFK.replace("CBPJFK", "ICEHQ")));
    assert!(
        !again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stdout)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn joining_and_leaving_as_the_page_says() {
    let site = Site::with_authorities();
    let gateway = site.start();
    let mut authority = site.authority("us");
    let page = Operator {
        site: &site,
        gateway: &gateway,
    };
    ok(&page.follows("gateway check --config gateway.toml", ""));
    for check in [
        "check cert --config",
        "check crl  --config",
        "check cert --node",
    ] {
        let told = page.follows(check, "");
        assert!(matches!(told.status.code(), Some(0..=2)), "{told:?}");
    }

    somebody_joins(&page, &authority);
    a_laptop_is_stolen(&page, &mut authority).await;
    a_card_is_lost_and_an_office_closes(&page, &mut authority).await;

    // Who did it.
    let acts = ok(&page.follows("log acts --node", "us-oversight-audit"));
    assert!(acts.contains("TRUST_CHANGED"), "{acts}");
    assert!(gateway.stop().success());
    audit(&site);
}
