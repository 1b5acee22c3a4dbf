//! The gateway as a process: started from its configuration file, stopped cleanly or killed.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

/// A running gateway. Dropping it kills it.
pub struct GatewayProcess {
    child: Child,
    address: String,
    admin: Option<String>,
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

    /// The same for a gateway that may not live to listen: then how it ended.
    pub fn try_start_under(
        mut outer: Command,
        program: &Path,
        config: &Path,
    ) -> Result<Self, ExitStatus> {
        outer.arg(program);
        Self::try_spawn(outer, config)
    }

    fn spawn(command: Command, config: &Path) -> Self {
        let started = Self::try_spawn(command, config);
        started.unwrap_or_else(|end| panic!("the gateway did not say where it listens: {end}"))
    }

    fn try_spawn(mut command: Command, config: &Path) -> Result<Self, ExitStatus> {
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
        if line.is_empty() {
            return Err(child.wait().expect("our own child"));
        }
        let ready: serde_json::Value = serde_json::from_str(&line)
            .unwrap_or_else(|e| panic!("the gateway did not say where it listens ({e}): {line:?}"));
        let said = |field: &str| Some(ready.get(field)?.as_str()?.to_owned());
        let address = said("address").expect("an address");
        let admin = said("admin");
        Ok(Self {
            child,
            address,
            admin,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The operator's own port, if the settings name one.
    pub fn admin(&self) -> Option<&str> {
        self.admin.as_deref()
    }

    /// The process id, of the outer program if there is one.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The gateway's own process id when it runs under another program.
    pub fn inner_id(&self) -> u32 {
        inner_id(self.child.id())
    }

    /// Kills it without warning, as a power switch would kill a process.
    pub fn kill(&mut self) {
        // First what runs under another program, which would let it go on alone.
        let inner = self.inner_id();
        if inner != self.child.id() {
            self.signal("-KILL");
        }
        self.child.kill().expect("our own child");
        self.child.wait().expect("our own child");
    }

    /// Waits until it ends by itself.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("our own child")
    }

    /// Asks it to stop with SIGTERM, and waits.
    pub fn stop(mut self) -> ExitStatus {
        self.signal("-TERM");
        self.child.wait().expect("our own child")
    }

    /// Asks it to read its files anew with SIGHUP.
    pub fn reload(&self) {
        self.signal("-HUP");
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        let ended = self.child.try_wait().expect("our own child");
        ended.is_some()
    }

    /// Halts it, as a machine that stalls would, until [`GatewayProcess::resume`].
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.inner_id().to_string();
        let sent = Command::new("kill")
            .args([signal, &id])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "no process {id}");
    }

    /// How many sockets it has open: the one that it listens on, and one for each line.
    pub fn sockets(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.inner_id());
        let files = std::fs::read_dir(folder).expect("our own child").flatten();
        let links = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        links
            .filter(|link| link.to_string_lossy().starts_with("socket:"))
            .count()
    }
}

/// The process id of what runs under this other program (strace); its own if nothing does.
pub fn inner_id(outer: u32) -> u32 {
    let parent = format!("PPid:\t{outer}\n");
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut ids = processes.filter_map(|p| p.file_name().to_str()?.parse::<u32>().ok());
    let is_child = |id: &u32| {
        std::fs::read_to_string(format!("/proc/{id}/status")).is_ok_and(|s| s.contains(&parent))
    };
    ids.find(is_child).unwrap_or(outer)
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
