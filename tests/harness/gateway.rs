//! The gateway as a process: started from its configuration file, stopped cleanly or killed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// A running gateway. Dropping it kills it.
pub struct GatewayProcess {
    child: Child,
    address: String,
}

impl GatewayProcess {
    /// Starts `program gateway run --config …` and waits for its one line that says where it listens.
    pub fn start(program: &Path, config: &Path) -> Self {
        Self::spawn(Command::new(program), config)
    }

    /// Starts the gateway under another program (strace) that has its own arguments and ends with ours.
    pub fn start_under(mut outer: Command, program: &Path, config: &Path) -> Self {
        outer.arg(program);
        Self::spawn(outer, config)
    }

    fn spawn(mut command: Command, config: &Path) -> Self {
        // Its stdin is ours: should this test die, the gateway ends too, also when it runs under strace.
        command
            .args(["gateway", "run", "--exit-with-stdin", "--config"])
            .arg(config);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the gateway starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the gateway speaks");
        let ready: serde_json::Value = serde_json::from_str(&line)
            .unwrap_or_else(|e| panic!("the gateway did not say where it listens ({e}): {line:?}"));
        let address = ready
            .get("address")
            .and_then(|a| a.as_str())
            .expect("an address")
            .to_owned();
        Self { child, address }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The process id, of the outer program if there is one.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The gateway's own process id when it runs under another program.
    pub fn inner_id(&self) -> u32 {
        let parent = format!("PPid:\t{}\n", self.child.id());
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut ids = processes.filter_map(|p| p.file_name().to_str()?.parse::<u32>().ok());
        let is_child = |id: &u32| {
            std::fs::read_to_string(format!("/proc/{id}/status")).is_ok_and(|s| s.contains(&parent))
        };
        ids.find(is_child).unwrap_or_else(|| self.child.id())
    }

    /// Kills it without warning, as a power switch would kill a process.
    pub fn kill(&mut self) {
        self.child.kill().expect("our own child");
        self.child.wait().expect("our own child");
    }

    /// Waits until it ends by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("our own child")
    }

    /// Asks it to stop with SIGTERM, and waits.
    pub fn stop(mut self) -> ExitStatus {
        let id = self.inner_id().to_string();
        let sent = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "no process {id}");
        self.child.wait().expect("our own child")
    }
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
