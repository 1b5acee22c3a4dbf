//! The agent: brings what waits in the outbox to the gateway, takes in what comes, and goes on doing so.
//!
//! A *session* has one set of certificates and trust. It ends when others have been taken ([`files`]) or something is wrong, and
//! the next one works by what is in force then; a line that breaks ends nothing, and neither does a bad file. The whole agent ends
//! when it is told to, or when the log or the gateway was caught in a lie: then nothing more goes by way of it until a person has
//! looked.

mod files;
mod session;

use super::api::Api;
use super::counter::{Window, counter};
use super::notice::Notice;
use super::presence::{Line, Post, Presence};
use super::task::AbortOnDrop;
use super::untaken::Untaken;
use crate::args::NodeRun;
use crate::clock;
use crate::commands::outbox::failed as outbox_failed;
use crate::config::{Node, Run};
use crate::exit::{Exit, Failure, Text};
use crate::files::make_folder;
use crate::output::Output;
use crate::{runtime, stop, supervisor};
use files::{Ending, Files, Looked};
use precinto_alert::reason as catalogue;
use precinto_client::Outbox;
use precinto_client::inbox::{Inbox, InboxError};
use session::Ended;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The pause after a session that ended in trouble: long enough not to press a gateway that says no, short enough that a
/// certificate renewed meanwhile is soon taken up.
const AGAIN_AFTER: Duration = Duration::from_secs(30);

/// How often it is looked what ends soon.
const ENDS_EVERY: Duration = Duration::from_hours(1);

/// Runs `node run` until it is told to stop.
pub(super) fn run(args: &NodeRun, output: Output) -> anyhow::Result<Exit> {
    let node = Node::from_args(&args.node)?;
    let Some(run) = node.run.clone() else {
        let what = (
            format!(
                "{}: no [run] table: this node has no agent",
                node.file.display()
            ),
            format!(
                "{}: sin tabla [run]: este nodo no tiene agente",
                node.file.display()
            ),
        );
        let next = (
            "precinto config example node  shows what stands in it",
            "precinto config example node  muestra qué contiene",
        );
        return Err(Failure::usage(what).next(next).into());
    };
    runtime::run(async {
        let stopped = stop::requested(args.exit_with_stdin)?;
        let reload = stop::ReloadSignals::catch()?;
        tokio::pin!(stopped);
        let agent = Agent::start(node, run, output)?;
        let asked = Arc::clone(&agent.asked);
        let _asks = AbortOnDrop(tokio::spawn(reload.each(move || asked.notify_one())));
        agent.work(stopped).await
    })
}

/// What lasts from one session to the next.
struct Agent {
    node: Node,
    run: Run,
    /// Certificates and trust, which are renewed while it runs.
    files: Files,
    /// Somebody wants them to be read anew.
    asked: Arc<Notify>,
    /// When it was last looked what of them ends soon.
    dated: Option<Instant>,
    output: Output,
    outbox: Outbox,
    inbox: Arc<Inbox>,
    post: Post,
    presence: Presence,
    /// Something changed that is not in the file yet.
    is_news: bool,
    /// When the file was written last.
    reported: Option<Instant>,
    /// Ends a pause of the courier.
    hurry: Option<Arc<Notify>>,
    /// Where the API's takers get deliveries, if they are to.
    window: Option<Window>,
    /// The API, if there is to be one.
    offers: Option<Api>,
    /// It, as it serves.
    api: Option<AbortOnDrop>,
}

impl Agent {
    fn start(node: Node, run: Run, output: Output) -> anyhow::Result<Self> {
        let post = make_folder(&node.state).and_then(|()| Post::take(&node.state));
        let Some(post) = post.map_err(|error| no_state(error, &node))? else {
            let (en, es) = (
                "another agent of this node is running",
                "otro agente de este nodo está en ejecución",
            );
            return Err(Failure::usage((en, es)).into());
        };
        let outbox = Outbox::open(&node.state).map_err(|error| outbox_failed(&error))?;
        outbox.tidy().map_err(|error| outbox_failed(&error))?;
        let inbox = Inbox::open(node.state.join("inbox.redb"), node.log.name());
        let (window, counter) = counter();
        let files = Files::of(&node)?;
        let api = run.api.then(|| Api {
            node: node.clone(),
            material: files.in_force(),
            outbox: outbox.clone(),
            counter,
            limit: run.command_limit,
        });
        let mut agent = Self {
            files,
            asked: Arc::default(),
            dated: None,
            window: run.api_deliveries.then_some(window),
            api: None,
            offers: api,
            inbox: Arc::new(inbox.map_err(|error| inbox_failed(&error))?),
            outbox,
            post,
            presence: Presence::new(run.desk_limit()),
            is_news: true,
            reported: None,
            hurry: None,
            node,
            run,
            output,
        };
        agent.serve_api()?;
        let waiting = agent.outbox.queue();
        let waiting = waiting.map_err(|error| outbox_failed(&error))?.len();
        agent.say(
            Notice::of(
                "running",
                output.lang(),
                ("the agent is running:", "el agente está en ejecución:"),
            )
            .detail(format_args!("{} (outbox: {waiting})", agent.node.identity)),
        )?;
        // With or without a line: what is sent is kept meanwhile.
        supervisor::ready();
        tell(Line::Down);
        Ok(agent)
    }

    async fn work(mut self, mut stopped: impl Future<Output = ()> + Unpin) -> anyhow::Result<Exit> {
        loop {
            // A session that ends at once does not come to say so itself.
            supervisor::alive();
            self.serve_api()?;
            // It holds connections: kept off the stack.
            let ended = Box::pin(self.session(&mut stopped)).await?;
            self.presence.lies(&Untaken::default());
            let failure = match ended {
                Ended::Stopped => return self.stop().map(|()| Exit::Done),
                Ended::Changed => continue,
                Ended::Lie(failure) => {
                    self.presence.trouble(failure.to_string());
                    self.stop()?;
                    return Err(failure.into());
                }
                Ended::Trouble(failure) => failure,
            };
            self.troubled(&failure)?;
            let asked = Arc::clone(&self.asked);
            let is_asked = tokio::select! {
                () = tokio::time::sleep(AGAIN_AFTER) => false,
                () = asked.notified() => true,
                () = &mut stopped => return self.stop().map(|()| Exit::Done),
            };
            self.look(is_asked)?;
        }
    }

    /// Looks whether certificates and trust are to be renewed, and what of them ends soon; whether others are in force now.
    fn look(&mut self, asked: bool) -> anyhow::Result<bool> {
        let lang = self.output.lang();
        let looked = self.files.look(&self.node, asked);
        let refused = self.files.refused().map(|text| text.pick(lang).to_owned());
        self.is_news |= self.presence.files_refused != refused;
        self.presence.files_refused = refused;
        let (event, said, details) = match looked {
            Looked::Same => {
                self.warn_of_ends()?;
                return Ok(false);
            }
            Looked::NothingNew => {
                let said = (
                    "files read anew: nothing has changed",
                    "archivos leídos de nuevo: nada cambió",
                );
                self.say(Notice::of("files_read", lang, said))?;
                self.warn_of_ends()?;
                return Ok(false);
            }
            Looked::Refused(why) => {
                let said = (
                    "FILES NOT TAKEN, nothing has changed:",
                    "NO SE TOMAN LOS ARCHIVOS, nada cambió:",
                );
                ("files_refused", said, vec![why])
            }
            Looked::Taken(changes) => {
                self.dated = None;
                let said = ("in force from now on:", "en vigor desde ahora:");
                ("files_taken", said, changes)
            }
        };
        for detail in &details {
            self.say(Notice::of(event, lang, said).detail(detail.pick(lang)))?;
        }
        self.warn_of_ends()?;
        Ok(event == "files_taken")
    }

    /// Warns of certificates, roots and lists that end soon, and notes them.
    fn warn_of_ends(&mut self) -> anyhow::Result<()> {
        if self.dated.is_some_and(|last| last.elapsed() < ENDS_EVERY) {
            return Ok(());
        }
        self.dated = Some(Instant::now());
        let lang = self.output.lang();
        let Ending { all, due } = self.files.ending(&self.node, clock::now_ms());
        let told = all.iter().map(|one| one.pick(lang).to_owned());
        self.presence.ends_soon = told.collect();
        self.is_news = true;
        for one in due {
            let said = ("ENDS SOON, renew it:", "VENCE PRONTO, renuévelo:");
            self.say(Notice::of("ends_soon", lang, said).detail(one.pick(lang)))?;
        }
        Ok(())
    }

    /// Has the API serve, if it is to and does not. Line and outbox do not wait for it: what cannot be now is tried again, and
    /// an alarm until then.
    fn serve_api(&mut self) -> anyhow::Result<()> {
        let offers = self.offers.as_ref().filter(|_| self.api.is_none());
        let Some(api) = offers.cloned() else {
            return Ok(());
        };
        match api.serve() {
            Err(failure) => self.api_down(&failure),
            Ok(serving) => {
                self.api = Some(serving);
                if self.presence.api_up() {
                    self.is_news = true;
                    let said = (
                        "the local API answers again",
                        "la API local responde de nuevo",
                    );
                    self.say(Notice::of("api_up", self.output.lang(), said))?;
                }
                Ok(())
            }
        }
    }

    /// The API has ended by itself: nobody's call is answered, and no delivery is taken by it, before it serves again.
    fn api_ended(&mut self) -> anyhow::Result<()> {
        self.api = None;
        let what = ("the local API has ended", "la API local terminó");
        self.api_down(&Failure::new(Exit::Failed, what))
    }

    fn api_down(&mut self, failure: &Failure) -> anyhow::Result<()> {
        let lang = self.output.lang();
        let what = failure.message.pick(lang).to_owned();
        // Said once, and not with every attempt.
        if !self.presence.api_down(what.clone()) {
            return Ok(());
        }
        self.is_news = true;
        let said = (
            "the local API does NOT answer, trying again by itself:",
            "la API local NO responde, se reintenta automáticamente:",
        );
        self.say(Notice::of("api_down", lang, said).detail(what))
    }

    /// Says what is wrong, and that it goes on.
    fn troubled(&mut self, failure: &Failure) -> anyhow::Result<()> {
        let lang = self.output.lang();
        let said = (
            "TROUBLE, trying again by itself:",
            "PROBLEMA, se reintenta automáticamente:",
        );
        let what = failure.message.pick(lang).to_owned();
        self.presence.line(Line::Down, Some(what.clone()));
        tell(Line::Down);
        self.presence.trouble(what.clone());
        self.say(
            Notice::of("trouble", lang, said)
                .reason(failure.reason.map(catalogue::name))
                .detail(what)
                .retry_in(AGAIN_AFTER),
        )?;
        self.post.report(&self.presence)
    }

    /// Notes how the line is. A change stands in the file before anything is done with that line: who is handed over something
    /// that has come by it and then asks after the node does not hear that it is down.
    fn line(&mut self, line: Line, detail: Option<String>) -> anyhow::Result<()> {
        let changes = self.presence.line != line;
        self.presence.line(line, detail);
        if changes {
            tell(line);
            self.report(Duration::ZERO)?;
        }
        Ok(())
    }

    /// Writes the file for `node status`, if there is news or it is older than `at_least`.
    fn report(&mut self, at_least: Duration) -> anyhow::Result<()> {
        // Here, and not on a task of its own: who only turns the runtime brings nothing anywhere.
        supervisor::alive();
        let is_old = self.reported.is_none_or(|last| last.elapsed() >= at_least);
        if std::mem::take(&mut self.is_news) || is_old {
            self.post.report(&self.presence)?;
            self.reported = Some(Instant::now());
        }
        Ok(())
    }

    fn stop(&mut self) -> anyhow::Result<()> {
        supervisor::stopping();
        self.presence.line(Line::Down, None);
        self.presence.lies(&Untaken::default());
        self.post.report(&self.presence)?;
        let said = ("the agent has stopped", "el agente se detuvo");
        self.say(Notice::of("stopped", self.output.lang(), said))
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a notice is said once, and built where it is said"
    )]
    fn say(&self, notice: Notice) -> anyhow::Result<()> {
        Ok(notice.say(self.output)?)
    }
}

/// Tells the service manager how the line is.
fn tell(line: Line) {
    supervisor::status(match line {
        Line::Up => "connected to the gateway",
        Line::Down => "not connected; what is sent waits in the outbox",
        Line::Idle => "nothing is received here",
    });
}

/// The state folder cannot be used: a service manager that has made one for this agent may have made the others read-only.
fn no_state(error: anyhow::Error, node: &Node) -> anyhow::Error {
    let Some(given) = std::env::var_os("STATE_DIRECTORY") else {
        return error;
    };
    let (file, given) = (node.file.display(), Path::new(&given).display());
    let what = format!("{}: {error:#}", node.state.display());
    let next = (
        format!(
            "in {file}:  state = \"{given}\"  which is the folder that systemd gives this service; hand_over below it too"
        ),
        format!(
            "en {file}:  state = \"{given}\"  que es la carpeta que systemd da a este servicio; hand_over también dentro de ella"
        ),
    );
    let es = "no se puede usar la carpeta de estado";
    Failure::usage(Text::cause(what, es)).next(next).into()
}

fn inbox_failed(error: &InboxError) -> Failure {
    let en = error.to_string();
    let es = match error {
        InboxError::Busy { .. } => "otro agente de este nodo está en ejecución",
        InboxError::Other { .. } => {
            "el registro de entregas es de otra bitácora o versión; muévalo a otro lugar"
        }
        InboxError::Io { .. } => "no se puede leer o escribir el registro de entregas",
    };
    let exit = match error {
        InboxError::Io { .. } => Exit::Failed,
        InboxError::Busy { .. } | InboxError::Other { .. } => Exit::Usage,
    };
    let es = format!("{es} ({en})");
    Failure::new(exit, (en, es))
}
