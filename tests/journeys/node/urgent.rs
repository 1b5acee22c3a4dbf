//! What is urgent waits for no backlog at an agency's agent, and for no program that hangs: neither its receipt nor its hand-over,
//! nor a recall.

use std::collections::BTreeMap;

use super::*;

/// Routine alerts that come first, more than the gateway leaves unsettled at once.
const ROUTINE: usize = 150;

/// Hangs on what is routine until it is released, and takes what is urgent.
const PROGRAM: &str = r#"read -r line
case "$line" in
*'"precedence":"P1"'*|*'"type":"RECALL"'*) ;;
*) while ! test -e "$1/go"; do sleep 0.1; done ;;
esac
printf '%s\n' "$line" >> "$1/taken"
"#;

/// How often the program has taken which entry.
fn taken(stage: &Stage) -> BTreeMap<u64, u32> {
    let lines = std::fs::read_to_string(stage.path("taken")).unwrap_or_default();
    let mut taken = BTreeMap::new();
    for line in lines.lines() {
        let one: Value = serde_json::from_str(line).expect("a whole line");
        *taken
            .entry(one["index"].as_u64().expect("an index"))
            .or_default() += 1;
    }
    taken
}

fn files_of(folder: &Path, kind: &str) -> Vec<String> {
    let mut names = handed_over(folder);
    names.retain(|name| name.contains(&format!("-{kind}-")));
    names
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_urgent_waits_for_no_backlog_and_no_program_that_hangs() {
    let (stage, gateway) = Stage::new();
    let example = std::fs::read_to_string(stage.path("alert.yaml")).expect("the example");
    let urgent = example.replace("precedence: P2", "precedence: P1");
    assert_ne!(urgent, example);
    write(&stage.path("alert.yaml"), urgent.as_bytes());
    let script = stage.path("take.sh");
    write(&script, PROGRAM.as_bytes());
    let (script, at) = (script.display(), stage.site.path().display());
    let command = format!("command = [\"/bin/sh\", \"{script}\", \"{at}\"]");
    let table = format!("hand_over = \"../in\"\n{command}\ncommand_seconds = 600");
    stage.with_agent(ANAM, &table);
    let routine = stage.backlog(&gateway, ROUTINE).await;
    let agent = stage.agent(ANAM).await;
    // As many lie at the desk as the gateway leaves unsettled, behind a program that hangs.
    until(|| (stage.status(ANAM).1["agent"]["at_desk"] == 64).then_some(())).await;

    let alert = stage.alert(CBP);
    let id = alert["alert_id"].as_str().expect("an id");
    let folder = stage.path("in");
    let handed = until(|| Some(files_of(&folder, "ALERT")).filter(|all| !all.is_empty())).await;
    assert!(handed.len() == 1 && handed[0].contains(id), "{handed:?}");
    until(|| {
        let case = stage.case(CBP, &alert["alert_id"]);
        (case["parts"][0]["acknowledged"] == "NODE").then_some(())
    })
    .await;
    assert_eq!(files_of(&folder, "ALERT"), handed);
    assert_eq!(stage.status(ANAM).1["agent"]["at_desk"], 64);

    // Neither does a recall, though the program hangs on just that alert; what it had in hand is cut off.
    let first = until(|| {
        let names = std::fs::read_dir(&folder).expect("the folder").flatten();
        let names = names.map(|one| one.file_name().into_string().expect("a name"));
        names.filter(|name| name.starts_with('.')).min()
    })
    .await;
    let recalled = routine.iter().find(|id| first.contains(id.as_str()));
    let recalled = recalled.expect("what waits is routine");
    let line = format!("send recall {recalled} --measure QUARANTINE --ground ERROR");
    assert_eq!(stage.object(DEA, &line)["ok"], true);
    until(|| (files_of(&folder, "RECALL").len() == 1).then_some(())).await;
    until(|| agent.heard("not_taken").then_some(())).await;
    assert_eq!(files_of(&folder, "ALERT"), handed, "the others wait");
    assert_eq!(taken(&stage).len(), 2);

    // The program goes on: everything is handed over, once, but what is recalled.
    write(&stage.path("go"), b"");
    for some in (10..=ROUTINE).step_by(10) {
        until(|| (files_of(&folder, "ALERT").len() >= some).then_some(())).await;
    }
    let aside = folder.join("quarantine");
    until(|| (files_of(&aside, "ALERT").len() == 1).then_some(())).await;
    until(|| (stage.status(ANAM).1["agent"]["at_desk"] == 0).then_some(())).await;
    assert!(files_of(&aside, "ALERT")[0].contains(recalled.as_str()));
    assert_eq!(files_of(&folder, "ALERT").len(), ROUTINE);
    let taken = taken(&stage);
    assert_eq!(taken.len(), ROUTINE + 1, "and the recall");
    let doubled: Vec<_> = taken.iter().filter(|(_, times)| **times != 1).collect();
    assert!(doubled.is_empty(), "handed over twice: {doubled:?}");
    // One receipt for each.
    until(|| (stage.status(ANAM).1["outbox"]["waiting"] == 0).then_some(())).await;
    let mut receipts = stage.delivered(DEA, "receipts");
    receipts.retain(|one| one["type"] == "ACK");
    assert_eq!(receipts.len(), ROUTINE + 1);
    let mut about: Vec<String> = receipts
        .iter()
        .map(|one| one["refers_to"].to_string())
        .collect();
    about.sort();
    about.dedup();
    assert_eq!(about.len(), ROUTINE + 1);
    assert_eq!(stage.status(ANAM).1["refused"], 0);
    agent.stop();
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}
