//! An agent as systemd runs it by the unit of its help: with one folder that it may write to, and none besides.

use super::*;

/// What the help says after `begin`, up to `end`.
fn between<'a>(help: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = help.split_once(begin).expect(begin);
    rest.split_once(end).expect(end).0
}

/// All that lies there, files and folders.
fn all_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        found.push(entry.path());
        if entry.path().is_dir() {
            found.extend(all_in(&entry.path()));
        }
    }
    found.sort();
    found
}

#[test]
fn the_unit_of_the_help_is_one() {
    let help = text(&run(&["node", "run", "--help"]).stdout);
    let unit = between(&help, "  [Unit]", "WantedBy=multi-user.target");
    let unit = format!("[Unit]{unit}WantedBy=multi-user.target\n");
    let unit = unit.replace("\n  ", "\n");
    assert!(unit.contains("StateDirectory=precinto"), "{unit}");
    let unit = unit.replace("/usr/bin/precinto", &precinto().display().to_string());
    let unit = unit.replace("User=precinto", "User=nobody");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("precinto-node.service");
    write(&file, unit.as_bytes());
    let mut verify = Command::new("systemd-analyze");
    match verify.arg("verify").arg("--man=no").arg(&file).output() {
        Ok(out) => assert!(out.status.success(), "{}\n{unit}", text(&out.stderr)),
        Err(_) => precinto_tests::skipped("systemd-analyze is not installed"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_as_the_help_sets_it_up_writes_below_its_state_folder_alone() {
    let (stage, gateway) = Stage::new();
    let help = text(&run(&["node", "run", "--help"]).stdout);
    let setting = |key: &str| {
        let value = between(&help, &format!("{key} = \""), "\"");
        let within = value
            .strip_prefix("/var/lib/precinto")
            .expect("its state folder");
        stage.path("var").display().to_string() + within
    };
    let (state, hand_over) = (setting("state"), setting("hand_over"));
    std::fs::create_dir(stage.path("var")).expect("a folder");
    let file = stage.site.node_file(ANAM);
    let toml = std::fs::read_to_string(&file).expect("the node's file");
    let own = toml.lines().filter(|line| !line.starts_with("state ="));
    let own: Vec<&str> = own.collect();
    let stated = format!("state = \"{state}\"\n{}\n", own.join("\n"));
    write(&file, stated.as_bytes());
    stage.with_agent(ANAM, &format!("hand_over = \"{hand_over}\""));
    let before = all_in(&stage.path("nodes"));
    let agent = stage.agent(ANAM).await;
    stage.alert(CBP);
    let folder = stage.path("var/inbox");
    until(|| (handed_over(&folder).len() == 1).then_some(())).await;
    until(|| (stage.status(ANAM).1["outbox"]["waiting"] == 0).then_some(())).await;
    agent.stop();
    assert_eq!(all_in(&stage.path("nodes")), before);
    let beside = stage.path(&format!("state/{ANAM}"));
    assert!(!beside.try_exists().expect("a folder that can be read"));
    assert!(gateway.stop().success());
    assert_eq!(findings(&stage.site), Some(0));
}

#[test]
fn an_agent_that_cannot_use_its_state_folder_names_the_one_that_systemd_gives_it() {
    let (stage, gateway) = Stage::new();
    stage.with_agent(CBP, "");
    // Where the folder is to be lies a file.
    std::fs::create_dir_all(stage.path("state")).expect("a folder");
    let at = stage.path(&format!("state/{CBP}"));
    drop(std::fs::remove_dir_all(&at));
    write(&at, b"in the way");
    let mut command = stage.command(CBP, "node run");
    let out = command.env("STATE_DIRECTORY", "/var/lib/precinto").output();
    let out = out.expect("precinto runs");
    assert_eq!(out.status.code(), Some(2), "it does not pass by itself");
    let said = text(&out.stderr);
    assert!(said.contains("state = \"/var/lib/precinto\""), "{said}");
    assert!(gateway.stop().success());
}
