//! Agent and gateway as systemd runs them by the units that ship: what it is told, and one folder that they may write to.

use super::*;
use tokio::net::UnixDatagram;

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

/// The units as they ship, with the command that prints each, and whom it runs as.
const UNITS: [(&str, [&str; 3]); 2] = [
    (
        include_str!("../../../crates/precinto/packaging/precinto-node.service"),
        ["node", "run", "--help"],
    ),
    (
        include_str!("../../../crates/precinto/packaging/precinto-gateway.service"),
        ["gateway", "run", "--help"],
    ),
];

/// What no unit of ours goes without, besides being one.
const SETTINGS: &[&str] = &[
    "Type=notify",
    "WatchdogSec=",
    "TimeoutStopSec=",
    "StateDirectoryMode=0700",
    "UMask=0077",
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=\n",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX\n",
    "RestrictNamespaces=yes",
    "SystemCallArchitectures=native",
];

#[test]
fn a_gateway_may_write_where_the_example_has_its_second_marker() {
    let example = include_str!("../../../crates/gateway/src/config/gateway.example.toml");
    let marker = between(example, "# second_marker = \"", "\"");
    let folder = Path::new(marker).parent().expect("a folder").display();
    let (unit, _) = UNITS[1];
    assert!(
        unit.contains(&format!("\nReadWritePaths=-{folder}\n")),
        "{folder}"
    );
}

#[test]
fn the_units_that_ship_are_printed_by_the_help_and_close_what_can_be_closed() {
    for (unit, command) in UNITS {
        let help = text(&run(&command).stdout);
        assert!(help.contains(unit.trim_end()), "{help}");
        let missing = SETTINGS.iter().filter(|setting| !unit.contains(**setting));
        assert_eq!(missing.collect::<Vec<_>>(), [&""; 0], "{unit}");
    }
}

#[test]
fn the_units_that_ship_are_units() {
    let folder = tempfile::tempdir().expect("a folder");
    for (unit, [name, ..]) in UNITS {
        let unit = unit.replace("/usr/bin/precinto", &precinto().display().to_string());
        let user = unit.lines().find(|line| line.starts_with("User="));
        let user = user.expect("it runs as somebody").to_owned();
        let unit = unit.replace(&user, "User=nobody");
        let file = folder.path().join(format!("precinto-{name}.service"));
        write(&file, unit.as_bytes());
        let mut verify = Command::new("systemd-analyze");
        match verify.arg("verify").arg("--man=no").arg(&file).output() {
            Ok(out) => assert!(out.status.success(), "{}\n{unit}", text(&out.stderr)),
            Err(_) => precinto_tests::skipped("systemd-analyze is not installed"),
        }
    }
}

/// What a service manager hears.
struct Manager {
    socket: UnixDatagram,
    path: PathBuf,
    heard: Vec<String>,
}

impl Manager {
    fn listen(path: PathBuf) -> Self {
        Self {
            socket: UnixDatagram::bind(&path).expect("a socket"),
            path,
            heard: Vec::new(),
        }
    }

    /// What a process is started with that it is to supervise.
    fn environment(&self) -> [(&'static str, String); 2] {
        let path = self.path.display().to_string();
        [
            ("NOTIFY_SOCKET", path),
            ("WATCHDOG_USEC", "600000000".to_owned()),
        ]
    }

    /// Listens until it hears this.
    async fn hears(&mut self, said: &str) {
        let hears = async {
            let mut bytes = [0; 4096];
            while !self.heard.iter().any(|line| line == said) {
                let count = self.socket.recv(&mut bytes).await.expect("a datagram");
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                self.heard.extend(text.lines().map(str::to_owned));
            }
        };
        let heard = tokio::time::timeout(PATIENCE, hears).await;
        heard.unwrap_or_else(|_| panic!("never {said}: {:?}", self.heard));
    }

    /// It has heard so far in this order, of these.
    fn heard_in_order(&self, said: &[&str]) -> bool {
        let at = |said: &str| self.heard.iter().position(|line| line == said);
        let places: Vec<_> = said.iter().map(|said| at(said)).collect();
        places.iter().all(Option::is_some) && places.is_sorted()
    }
}

const READY: &str = "READY=1";
const ALIVE: &str = "WATCHDOG=1";
const STOPPING: &str = "STOPPING=1";

#[tokio::test]
async fn systemd_hears_that_an_agent_is_ready_how_its_line_is_that_it_lives_and_that_it_ends() {
    let (stage, mut gateway) = Stage::new();
    let inbox = stage.path("inbox");
    stage.with_agent(ANAM, &format!("hand_over = \"{}\"", inbox.display()));
    let mut manager = Manager::listen(stage.path("notify"));
    let mut command = stage.command(ANAM, "node run --exit-with-stdin -o jsonl");
    command.envs(manager.environment());
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    let mut agent = command.spawn().expect("precinto runs");
    let up = "STATUS=connected to the gateway";
    manager.hears(up).await;
    manager.hears(ALIVE).await;
    assert!(manager.heard_in_order(&[READY, up]), "{:?}", manager.heard);
    gateway.kill();
    let down = "STATUS=not connected; what is sent waits in the outbox";
    manager.heard.retain(|line| line != down);
    manager.hears(down).await;
    // Without a line it lives all the same.
    manager.heard.retain(|line| line != ALIVE);
    manager.hears(ALIVE).await;
    drop(agent.stdin.take());
    manager.hears(STOPPING).await;
    assert!(agent.wait().expect("our own child").success());
}

#[tokio::test]
async fn systemd_hears_that_a_gateway_is_ready_lives_and_ends() {
    let site = Site::new();
    let mut manager = Manager::listen(site.path().join("notify"));
    let mut outer = Command::new("env");
    for (name, value) in manager.environment() {
        outer.arg(format!("{name}={value}"));
    }
    let gateway = GatewayProcess::start_under(outer, precinto(), &site.config());
    manager.hears(READY).await;
    let more = "EXTEND_TIMEOUT_USEC=180000000";
    assert!(
        manager.heard_in_order(&[more, READY]),
        "{:?}",
        manager.heard
    );
    manager.hears(ALIVE).await;
    assert!(!manager.heard.contains(&STOPPING.to_owned()));
    assert!(gateway.stop().success());
    manager.hears(STOPPING).await;
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
