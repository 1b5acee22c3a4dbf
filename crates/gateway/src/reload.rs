//! Trust and the gateway's own certificates, renewed while it runs: the files are read anew, judged together, logged, and only
//! then in force.
//!
//! A signal asks for it, or the files themselves, when they are others than those that were read. All or nothing: what cannot
//! be taken changes nothing, is said in one line of the gateway's log, and is an entry of the log.
//!
//! The order of what is taken ([`Keeper::believe`]):
//!
//! 1. Nobody decides any more by the terms before; whatever was decided by them is in the log's queue.
//! 2. New roots and revocation lists are TRUST entries.
//! 3. `CREDENTIAL_CHANGED` and `TRUST_CHANGED` say what changes.
//! 4. It is in force: who decides now decides by it, and it stands in the log behind what it was not decided by.
//! 5. New handshakes are made by it, with the new certificates.
//! 6. Every open line is judged by it ([`crate::accept::Welcome`]), and cut if it would not be let in any more.
//!
//! A revocation list never goes back: its number never falls, and stands for one list for ever, also after a restart.

use std::sync::Arc;
use std::time::Duration;

use precinto_alert::reason;
use precinto_envelope::crypto::random;
use precinto_envelope::hex;
use precinto_envelope::tls;
use precinto_envelope::trust::{NewestLists, OlderList, TrustChange, TrustKind, TrustUse};
use precinto_ledger::clock::Clock;
use precinto_proto::v1 as pb;
use rustls::ServerConfig;
use tokio::sync::{Notify, watch};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::acts::{Acts, Hearing, Revoked};
use crate::blocking;
use crate::config::{Config, ConfigError};
use crate::limits::{EXPIRY_PATROL, FILES_PATROL, REFUSAL_TEXT_BYTES_MAX, RELOAD_AGAIN_MAX};
use crate::material::{CheckError, Own, Renewable};
use crate::registry::keeper::Keeper;
use crate::status::Refusal;
use expiry::{Warned, endings};
use files::Watched;

mod expiry;
mod files;
mod logged;

pub(crate) use expiry::{Ending, Kind as EndKind};
pub(crate) use files::{Look, look};
pub(crate) use logged::LoggedTrust;

/// Asks for a reload; clones ask the same gateway.
#[derive(Debug, Clone, Default)]
pub struct AskReload(Arc<Notify>);

impl AskReload {
    /// The files are read anew at once. Asking again before that has begun asks for nothing more.
    pub fn ask(&self) {
        self.0.notify_one();
    }
}

/// Reads the files anew when it is time, one reload after the other.
pub(crate) struct Reloads {
    /// By which the files are found.
    config: Config,
    current: Renewable,
    /// What was ever relied on.
    newest: NewestLists,
    watched: Watched,
    /// What was wrong with the files last, so that it is logged once.
    refused: Option<String>,
    warned: Warned,
    asked: AskReload,
    keeper: Arc<Keeper>,
    acts: Acts,
    clock: Arc<dyn Clock>,
    revoked: Revoked,
    tls: watch::Sender<Arc<ServerConfig>>,
    /// When what is in force ends, for whoever asks.
    endings: watch::Sender<Vec<Ending>>,
    tried: Tried,
    again: Again,
}

/// What was said of certificates that are not shown as yet: trying again does not say it again.
#[derive(Debug, Default)]
struct Tried(Vec<pb::ActRecord>);

impl Tried {
    /// `CREDENTIAL_CHANGED` for each of these; what was tried before under the same id.
    fn acts(&mut self, shown: &[Own], via: pb::ActVia) -> Vec<pb::ActRecord> {
        let act = |own: &Own| {
            let act = credential_changed(own, via);
            let is_it = |tried: &&pb::ActRecord| {
                (&tried.subject, &tried.certificate) == (&act.subject, &act.certificate)
            };
            self.0.iter().find(is_it).cloned().unwrap_or(act)
        };
        self.0 = shown.iter().map(act).collect();
        self.0.clone()
    }
}

/// What a reload works with.
pub(crate) struct Parts {
    keeper: Arc<Keeper>,
    acts: Acts,
    clock: Arc<dyn Clock>,
    /// Who hears of handshakes that are refused.
    revoked: Revoked,
}

impl Parts {
    /// These, and what records of whom handshakes hear, in the name of `gateway`.
    pub(crate) fn new(
        keeper: &Arc<Keeper>,
        acts: &Acts,
        clock: &Arc<dyn Clock>,
        gateway: String,
    ) -> (Self, Hearing) {
        let (revoked, hearing) = Revoked::new(Arc::clone(clock), acts.clone(), gateway);
        let parts = Self {
            keeper: Arc::clone(keeper),
            acts: acts.clone(),
            clock: Arc::clone(clock),
            revoked,
        };
        (parts, hearing)
    }
}

/// When what could not be taken is tried again though the files are as they were: the reason may pass, and what they bring may
/// be a revocation.
#[derive(Debug, Clone, Copy, Default)]
struct Again {
    since_ms: u64,
    /// None while nothing is to be tried again.
    wait: Option<Duration>,
}

impl Again {
    /// It could not be taken: soon if the log was the reason, and less and less often.
    fn put_off(&mut self, is_the_logs: bool, now_ms: u64) {
        let last = self.wait.unwrap_or_default();
        let wait = if is_the_logs {
            (last * 2).clamp(FILES_PATROL, RELOAD_AGAIN_MAX)
        } else {
            RELOAD_AGAIN_MAX
        };
        (self.since_ms, self.wait) = (now_ms, Some(wait));
    }

    fn is_due(&self, now_ms: u64) -> bool {
        self.wait.is_some_and(|wait| {
            let passed = now_ms.checked_sub(self.since_ms).map(Duration::from_millis);
            // A clock that was set back tells nothing.
            passed.is_none_or(|passed| passed >= wait)
        })
    }
}

/// Why files were not taken.
#[derive(Debug, thiserror::Error)]
enum ReloadError {
    #[error(transparent)]
    Settings(#[from] ConfigError),
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error(transparent)]
    Lists(#[from] OlderList),
    /// Not the files' fault.
    #[error("the log does not take it now ({})", reason::name(.0.reason()))]
    Log(Refusal),
    #[error("the task that read the files died")]
    Lost,
}

impl Reloads {
    /// Goes on from what is in force: `current`, by these settings, behind what was `logged` before. `files` are as they were
    /// before `current` was read.
    pub(crate) fn new(
        config: Config,
        current: Renewable,
        logged: LoggedTrust,
        files: Look,
        parts: Parts,
    ) -> Self {
        let Parts {
            keeper,
            acts,
            clock,
            revoked,
        } = parts;
        let mut newest = logged.into_newest();
        newest.see_all(&current.trust);
        let tls = watch::Sender::new(tls_by(&current, &clock, &revoked));
        let endings = watch::Sender::new(endings(&current));
        let mut watched = Watched::default();
        watched.reads(files);
        Self {
            config,
            current,
            newest,
            watched,
            refused: None,
            warned: Warned::default(),
            asked: AskReload::default(),
            keeper,
            acts,
            clock,
            revoked,
            tls,
            endings,
            tried: Tried::default(),
            again: Again::default(),
        }
    }

    /// By what handshakes are made.
    pub(crate) fn tls(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.tls.subscribe()
    }

    /// When roots, lists and the gateway's own certificates end, those that are in force.
    pub(crate) fn endings(&self) -> watch::Receiver<Vec<Ending>> {
        self.endings.subscribe()
    }

    pub(crate) fn asked(&self) -> AskReload {
        self.asked.clone()
    }

    /// Reloads when it is time, and warns of what ends soon, until `stop`. What has begun is brought to its end.
    pub(crate) async fn keep(mut self, stop: CancellationToken) {
        let mut looks = tokio::time::interval(FILES_PATROL);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut expiries = tokio::time::interval(EXPIRY_PATROL);
        let asked = self.asked.clone();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                () = asked.0.notified() => self.reload(pb::ActVia::Signal).await,
                _ = expiries.tick() => self.warned.warn(&self.current, self.clock.now_ms()),
                _ = looks.tick() => if let Some(now) = self.look().await {
                    // In this order: a look that is not taken in would make the next one a change.
                    if self.watched.sees(now) || self.again.is_due(self.clock.now_ms()) {
                        self.reload(pb::ActVia::Files).await;
                    }
                },
            }
        }
    }

    async fn look(&self) -> Option<Look> {
        let files = self.config.renewable_files();
        let seen = blocking::spawn(move || look(files)).await;
        seen.ok()
    }

    async fn reload(&mut self, via: pb::ActVia) {
        // Before they are read: what changes meanwhile is seen afterwards.
        if let Some(now) = self.look().await {
            self.watched.reads(now);
        }
        match self.renew(via).await {
            Ok(()) => {
                self.refused = None;
                self.again = Again::default();
            }
            Err(error) => self.refuse(&error, via).await,
        }
    }

    /// Takes what the files hold now.
    async fn renew(&mut self, via: pb::ActVia) -> Result<(), ReloadError> {
        let (config, current) = (self.config.clone(), self.current.clone());
        let now_ms = self.clock.now_ms();
        // Files, and signatures of lists: not on the workers that submissions need.
        let load = move || {
            let config = config.read_anew()?;
            let next = Renewable::load(&config, Some(&current), now_ms)?;
            Ok((config, next))
        };
        let (config, mut next) = read_apart(load).await?;
        self.newest.check(&next.trust)?;
        // Before it is logged, which may succeed by half: what may be in the log is never gone back behind.
        self.newest.see_all(&next.trust);
        let change = self.current.trust.changes(&next.trust);
        let shown = self.current.other_certificates(&next);
        let mut acts = self.tried.acts(&shown, via);
        if change.is_empty() && self.current.trust.is_same_as(&next.trust) {
            // What is remembered of it stays true.
            next.trust = Arc::clone(&self.current.trust);
            for act in acts {
                self.acts.record_own(act).await.map_err(ReloadError::Log)?;
            }
        } else {
            // Last, so that whatever could not be logged before it leaves nothing that was not done.
            acts.extend(trust_changed(&next, &change, via));
            let trust = Arc::clone(&next.trust);
            let believed = self.keeper.believe(trust, acts).await;
            believed.map_err(ReloadError::Log)?;
        }
        self.tls
            .send_replace(tls_by(&next, &self.clock, &self.revoked));
        self.endings.send_replace(endings(&next));
        self.tried = Tried::default();
        if change.is_empty() && shown.is_empty() {
            tracing::info!(?via, "files read: nothing has changed");
        }
        say(&self.current, &next, &change, &shown);
        (self.config, self.current) = (config, next);
        Ok(())
    }

    /// Says that the files were not taken and why; in the log once, however often it is tried.
    async fn refuse(&mut self, error: &ReloadError, via: pb::ActVia) {
        let is_the_logs = matches!(error, ReloadError::Log(_) | ReloadError::Lost);
        self.again.put_off(is_the_logs, self.clock.now_ms());
        if is_the_logs {
            tracing::warn!(%error, ?via, "the files are not taken as yet, and are tried again");
            return;
        }
        let text = error.to_string();
        tracing::warn!(
            error = text,
            ?via,
            "the files are not taken: nothing has changed"
        );
        if self.refused.as_ref() == Some(&text) {
            return;
        }
        let act = pb::ActRecord {
            kind: pb::ActKind::ReloadRefused.into(),
            subject: told(&self.config, &public(error)),
            ..act_of(&self.current, via)
        };
        match self.acts.record(act).await {
            Ok(_) => self.refused = Some(text),
            // Nothing rests on it; it is said again with the next try.
            Err(refusal) => {
                let reason = reason::name(refusal.reason());
                tracing::warn!(reason, "that files were not taken is not logged");
            }
        }
    }
}

/// Reads and judges the files in a task of its own: they are foreign bytes, and a reader of them that panics must end neither the
/// reloads nor what is in force.
async fn read_apart<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ReloadError> + Send + 'static,
) -> Result<T, ReloadError> {
    blocking::spawn(read).await.map_err(|_| ReloadError::Lost)?
}

/// Says in the log what trust a start changes, if it is not what was in force before. Its roots and lists MUST be in the log.
pub(crate) async fn started(
    acts: &Acts,
    now: &Renewable,
    logged: &LoggedTrust,
) -> Result<(), Refusal> {
    let change = logged.change(&now.trust);
    if let Some(act) = trust_changed(now, &change, pb::ActVia::Start) {
        acts.record(act).await?;
    }
    Ok(())
}

/// `TRUST_CHANGED`, if anything has.
fn trust_changed(now: &Renewable, change: &TrustChange, via: pb::ActVia) -> Option<pb::ActRecord> {
    let named = |uses: &[TrustUse]| uses.iter().copied().map(Into::into).collect();
    (!change.is_empty()).then(|| pb::ActRecord {
        kind: pb::ActKind::TrustChanged.into(),
        added: named(&change.added),
        removed: named(&change.removed),
        ..act_of(now, via)
    })
}

fn credential_changed(own: &Own, via: pb::ActVia) -> pb::ActRecord {
    pb::ActRecord {
        act_id: random::<16>().to_vec(),
        kind: pb::ActKind::CredentialChanged.into(),
        actor: own.identity.to_string(),
        via: via.into(),
        subject: own.server_name.clone(),
        certificate: own.certificate.digest().to_vec(),
        ..Default::default()
    }
}

/// What every act of the gateway says: in its name, which is the first side's for what concerns all of them.
fn act_of(renewable: &Renewable, via: pb::ActVia) -> pb::ActRecord {
    pb::ActRecord {
        actor: renewable.gateway(),
        via: via.into(),
        ..Default::default()
    }
}

/// The error without the text of the settings, which every node would read in the log.
fn public(error: &ReloadError) -> String {
    match error {
        // It shows the line.
        ReloadError::Settings(ConfigError::Syntax { path, .. }) => {
            format!("{}: not the settings of a gateway", path.display())
        }
        _ => error.to_string(),
    }
}

/// The text without the folders of this machine, which are nobody else's business, and no longer than an act may say.
fn told(config: &Config, text: &str) -> String {
    let mut told = text.to_owned();
    for path in config.renewable_files() {
        let Some(name) = path.file_name() else {
            continue;
        };
        let (path, name) = (path.display().to_string(), name.to_string_lossy());
        told = told.replace(&path, &name);
    }
    // Also those that only the new settings name.
    let words = told.split(' ').map(|word| match word.rsplit_once('/') {
        Some((_, name))
            if word
                .trim_start_matches(['"', '\'', '`', '('])
                .starts_with('/') =>
        {
            name
        }
        _ => word,
    });
    let mut told = words.collect::<Vec<_>>().join(" ");
    told.truncate(told.floor_char_boundary(REFUSAL_TEXT_BYTES_MAX));
    told
}

/// Says in the gateway's log what is another now.
fn say(before: &Renewable, after: &Renewable, change: &TrustChange, shown: &[Own]) {
    for (uses, of, what) in [
        (&change.added, after, "in force from now on"),
        (&change.removed, before, "not in force any more"),
    ] {
        let sides = || of.trust.sides();
        let known = sides().flat_map(|side| side.expiries().map(move |one| (side.side(), one)));
        for (side, one) in
            known.filter(|(_, one)| uses.iter().any(|used| used.digest == one.digest))
        {
            let (kind, digest) = (name_of(one.kind), hex(&one.digest));
            tracing::info!(%side, kind, name = one.name, digest, "{what}");
        }
    }
    for own in shown {
        let (server_name, digest) = (&own.server_name, hex(&own.certificate.digest()));
        let until_ms = own.certificate.not_after_ms();
        tracing::info!(
            server_name,
            digest,
            until_ms,
            "another certificate is shown from now on"
        );
    }
}

fn name_of(kind: TrustKind) -> &'static str {
    match kind {
        TrustKind::Root => "root",
        _ => "revocation list",
    }
}

fn tls_by(renewable: &Renewable, clock: &Arc<dyn Clock>, revoked: &Revoked) -> Arc<ServerConfig> {
    let now = Arc::clone(clock);
    let time = tls::time_provider(move || now.now_ms());
    let Renewable { trust, names, .. } = renewable;
    let verifier = tls::ClientVerifier::new(Arc::clone(trust));
    let verifier = verifier.heard_by(Arc::new(revoked.clone()));
    tls::server_config_by(verifier, Arc::clone(names), time)
}

#[cfg(test)]
mod tests;
