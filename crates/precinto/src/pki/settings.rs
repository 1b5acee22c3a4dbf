//! The configuration files of a development set, written as an operator would write them.

use super::profile::AgencyEntry;
use super::witness::Witnesses;
use super::{NodeEntry, Profile, SideEntry};
use std::fmt::Write;

/// What a node's file says. Paths are relative to the file.
#[derive(Debug, Clone)]
pub(crate) struct NodeSettings {
    /// Its SPIFFE id.
    pub(crate) identity: String,
    /// The NODE part of its alert ids.
    pub(crate) code: String,
    /// The country of its side.
    pub(crate) country: String,
    /// The gateway's address.
    pub(crate) gateway: String,
    /// The gateway's server name for this side.
    pub(crate) server_name: String,
    /// The gateway's SPIFFE id for this side.
    pub(crate) gateway_identity: String,
    /// The log's verifier key.
    pub(crate) vkey: String,
    /// Where it keeps its state.
    pub(crate) state: String,
    /// The common beginning of its certificate and key files.
    pub(crate) pairs: String,
    /// The policy by which it grades receipts.
    pub(crate) policy: String,
    /// Officers who sign at this node: id and the beginning of their files.
    pub(crate) officers: Vec<(String, String)>,
    /// Every side's trust domain.
    pub(crate) sides: Vec<String>,
}

impl NodeSettings {
    /// The settings of one node of a development set.
    pub(crate) fn of(
        profile: &Profile,
        side: &SideEntry,
        agency: &AgencyEntry,
        node: &NodeEntry,
        (address, vkey): (&str, &str),
    ) -> Self {
        let officers = agency
            .officer
            .iter()
            .filter(|officer| officer.nodes.contains(&node.name));
        let officer_file = |id: &str| format!("../officers/{}-{}-{id}", side.key, agency.id);
        Self {
            identity: format!(
                "spiffe://{}/agency/{}/node/{}",
                side.domain, agency.id, node.name
            ),
            code: node.code.clone(),
            country: side.country.clone(),
            gateway: address.to_owned(),
            server_name: side.server_name.clone(),
            gateway_identity: format!("spiffe://{}/gateway/{}", side.domain, profile.gateway.name),
            vkey: vkey.to_owned(),
            state: format!("../state/{}-{}-{}", side.key, agency.id, node.name),
            pairs: format!("../{}/{}/{}", side.key, agency.id, node.name),
            policy: format!("../policy/{}.tlog-policy", side.key),
            officers: officers
                .map(|one| (one.id.clone(), officer_file(&one.id)))
                .collect(),
            sides: profile
                .side
                .iter()
                .map(|side| side.domain.clone())
                .collect(),
        }
    }
}

/// A node's file, commented.
pub(crate) fn node_toml(node: &NodeSettings) -> String {
    let mut text = format!(
        "\
# A node's settings. Unknown keys are refused. Paths are relative to this file.

# Who this node is: its certificates say the same.
identity = \"{identity}\"

# The NODE part of the alert ids that this node gives out, and the country in front of it; the directory binds both to it.
code = \"{code}\"
country = \"{country}\"

# The gateway: where it is, by which server name its certificate for this side is chosen, and who it must prove to be.
gateway = \"{gateway}\"
server_name = \"{server_name}\"
gateway_identity = \"{gateway_identity}\"

# The log's verifier key, from the agreement on paper; never from the gateway itself.
log = \"{vkey}\"

# Where this node keeps what it must not forget: the newest checkpoint it has seen, and its counters.
state = \"{state}\"

# The node as a witness: the key by which it cosigns the checkpoints that it has verified, for this alone; and whose
# cosignatures make a receipt a witnessed one (C2SP tlog-policy), from the agreement on paper. It cosigns what its
# subscriptions hear (`watch`, an agent that receives); a node that only sends cosigns nothing.
witness = \"{pairs}.witness.key.pem\"
policy = \"{policy}\"

# TLS and signing keys are different keys. Keys are PKCS#8 PEM.
[tls]
certificate = \"{pairs}.tls.pem\"
key = \"{pairs}.tls.key.pem\"

[signing]
certificate = \"{pairs}.signing.pem\"
key = \"{pairs}.signing.key.pem\"
",
        identity = node.identity,
        code = node.code,
        country = node.country,
        gateway = node.gateway,
        server_name = node.server_name,
        gateway_identity = node.gateway_identity,
        vkey = node.vkey,
        state = node.state,
        policy = node.policy,
        pairs = node.pairs,
    );
    if !node.officers.is_empty() {
        text += "\n# Officers who sign at this node: acknowledgements from level 2 on need one.\n";
    }
    for (id, place) in &node.officers {
        add(
            &mut text,
            format_args!(
                "[[officer]]\nid = \"{id}\"\ncertificate = \"{place}.pem\"\nkey = \"{place}.key.pem\"\n"
            ),
        );
    }
    text += RUN;
    text += "\n# Each side's roots and revocation lists; nobody is judged by another side's.\n";
    for domain in &node.sides {
        add(
            &mut text,
            format_args!(
                "[[side]]\ndomain = \"{domain}\"\nroots = [\"../trust/{domain}/root.pem\"]\ncrls = [\"../trust/{domain}/root.crl.pem\"]\n"
            ),
        );
    }
    text
}

/// What a node's file says of its agent: nothing, until somebody wants one.
const RUN: &str = "
# The agent, `precinto node run`. With this table whatever is sent goes through the outbox in the state folder: signed, on disk, and
# sent in order by the agent for as long as it takes. Remove the marks to have one.
# [run]
#
# The name of the subscription that brings what is for this agency. A second one, agent-urgent, brings what is urgent first.
# subscription = \"agent\"
#
# Deliveries for the agency's systems, each verified: a folder for one JSON file each, as `precinto watch -o json` prints them;
# or a program that is run with it on stdin and ends with 0 when it has it (two may run at once, one for what is urgent); or both. With neither, the agent only sends.
# Other users read the files if you make the folder yourself, for them; one that the agent makes is for its own user alone.
# hand_over = \"../inbox\"
# command = [\"/usr/local/bin/take-alert\"]
# command_seconds = 60
#
# Whether this node answers what asks something of it with a signed receipt (ACK, level NODE).
# receipts = true
#
# Whether your systems do what is handed over to them. Then the agent confirms a recall by itself, signed by this node, as soon as
# this node's own copy is under lock or erased, files of that alert that nobody had taken are in hand_over/quarantine (or erased),
# and the recall itself was handed over. By that your agency states that whatever reads the folder, or is run, withdraws its own
# copies when it gets a RECALL. Leave it false where a person must see to that: precinto sync --confirm-recalls.
# confirm_recalls = false
#
# For programs of this machine that would rather call: gRPC (NodeService in proto/precinto/v1/node.proto) on the unix socket
# api/node.sock in the state folder, for the agent's own user alone. Whoever can open it can have this node sign, as whoever can read
# its key. With api_deliveries each delivery waits until such a program has taken it, after the folder and the command above, for
# command_seconds at most once it has been given it.
# api = false
# api_deliveries = false
";

/// The gateway's file, with its log in the folder `data`.
pub(crate) fn gateway_toml(profile: &Profile, listen: &str, data: &str) -> String {
    let mut text = format!(
        "\
# A gateway for development keys. Unknown keys are refused. Paths are relative to this file.
# Every key is explained by: precinto config example gateway
name = {}
origin = {}
data = {}
listen = {}
dev = true
reflection = true
directory = \"directory\"

[log]
key = \"gateway/log.key.pem\"

# Drills and load tests send more in a minute than agencies do.
[[quota]]
statements_per_minute = 1000000000
mib_per_minute = 1000000
node_statements_per_minute = 1000000000
node_mib_per_minute = 1000000
",
        quoted(&profile.gateway.name),
        quoted(&profile.gateway.origin),
        quoted(data),
        quoted(listen),
    );
    for side in &profile.side {
        let SideEntry {
            key,
            domain,
            country,
            server_name,
            stewards,
            stewards_needed,
            ..
        } = side;
        let stewards: Vec<String> = stewards
            .iter()
            .map(|steward| side.officer_id(steward))
            .collect();
        let stewards = list(&stewards);
        add(
            &mut text,
            format_args!(
                "\n[[side]]\ndomain = \"{domain}\"\ncountry = \"{country}\"\nserver_name = \"{server_name}\"\n\
             certificate = \"gateway/{key}.tls.pem\"\nkey = \"gateway/{key}.tls.key.pem\"\n\
             roots = [\"trust/{domain}/root.pem\"]\ncrls = [\"trust/{domain}/root.crl.pem\"]\n\
             stewards = {stewards}\nstewards_needed = {stewards_needed}\n"
            ),
        );
    }
    text
}

/// A side's part of the directory, its first version, as its stewards sign it.
pub(crate) fn part_toml(profile: &Profile, side: &SideEntry, witnesses: &Witnesses) -> String {
    let domain = &side.domain;
    // Each side's part names the auditors of all sides: whom one side alone names reads what is of that side.
    let sides = profile.side.iter();
    let auditors: Vec<String> = sides
        .flat_map(|side| side.agency.iter().map(move |agency| (side, agency)))
        .filter(|(_, agency)| agency.auditor)
        .flat_map(|(side, agency)| {
            let of_agency = format!("spiffe://{}/agency/{}", side.domain, agency.id);
            let nodes = agency.node.iter();
            nodes.map(move |node| format!("{of_agency}/node/{}", node.name))
        })
        .collect();
    let stewards: Vec<String> = side
        .stewards
        .iter()
        .map(|steward| side.officer_id(steward))
        .collect();
    let mut text = format!(
        "\
# Who exists on this side, and whom a name stands for: made from the profile of the development keys. Unknown keys are refused.
# What counts is the signed part in the log. To change it:
#   precinto directory show {domain} --text > {domain}.toml       (and edit it)
#   precinto directory propose {domain}.toml --officer ID
#   precinto directory apply {domain}.part
side = {side}
version = 1
# The officers whose signatures make the next version count, and how many of them it takes.
stewards = {stewards}
stewards_needed = {needed}
# Who may read what is of this side; whom every side's part names may read every entry of the log.
auditors = {auditors}
",
        side = quoted(domain),
        stewards = list(&stewards),
        needed = side.stewards_needed,
        auditors = list(&auditors),
    );
    for agency in &side.agency {
        add_agency(&mut text, side, agency, witnesses);
    }
    // A group or a topic may have members on both sides: each part lists its own, and marks that it is shared.
    let groups = profile.group.iter().map(|group| {
        let members = (&group.name, &group.members);
        ("group", "members", members)
    });
    let topics = profile.topic.iter().map(|topic| {
        let subscribers = (&topic.name, &topic.subscribers);
        ("topic", "subscribers", subscribers)
    });
    for (table, key, (name, members)) in groups.chain(topics) {
        let is_own = |member: &&String| member.split_once('/').is_some_and(|(of, _)| of == domain);
        let own: Vec<String> = members.iter().filter(is_own).cloned().collect();
        if own.is_empty() {
            continue;
        }
        let joint = if own.len() < members.len() {
            "joint = true\n"
        } else {
            ""
        };
        let (name, own) = (quoted(name), list(&own));
        add(
            &mut text,
            format_args!("\n[[{table}]]\nname = {name}\n{key} = {own}\n{joint}"),
        );
    }
    text
}

fn add_agency(text: &mut String, side: &SideEntry, agency: &AgencyEntry, witnesses: &Witnesses) {
    let id = quoted(&format!("{}/{}", side.domain, agency.id));
    let (english, spanish) = (quoted(&agency.name_en), quoted(&agency.name_es));
    add(
        text,
        format_args!("\n[[agency]]\nid = {id}\nname_en = {english}\nname_es = {spanish}\n"),
    );
    if !agency.purposes.is_empty() {
        add(
            text,
            format_args!("purposes = {}\n", list(&agency.purposes)),
        );
    }
    if !agency.alternates.is_empty() {
        add(
            text,
            format_args!("alternates = {}\n", list(&agency.alternates)),
        );
    }
    if let Some(group) = &agency.escalation {
        add(text, format_args!("escalation = {}\n", quoted(group)));
    }
    for node in &agency.node {
        let (name, code) = (quoted(&node.name), quoted(&node.code));
        add(
            text,
            format_args!("[[agency.node]]\nname = {name}\ncode = {code}\n"),
        );
        if let Some(key) = witnesses.of(&side.domain, &agency.id, &node.name) {
            add(text, format_args!("witness = {}\n", quoted(key)));
        }
    }
    for officer in &agency.officer {
        let (id, nodes) = (quoted(&officer.id), list(&officer.nodes));
        add(
            text,
            format_args!("[[agency.officer]]\nid = {id}\nnodes = {nodes}\n"),
        );
    }
}

/// A TOML basic string; JSON's escapes are among TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// Appends formatted text; a `String` takes everything.
fn add(text: &mut String, part: std::fmt::Arguments<'_>) {
    text.write_fmt(part).expect("a String takes everything");
}
