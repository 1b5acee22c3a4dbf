//! `directory`: who exists on each side, and how a side changes its own part of that.

mod apply;
mod change;
mod list;
mod named;
mod propose;
mod show;

use crate::args::{DirectoryCommand, NodeArgs};
use crate::config::{Material, Node};
use crate::connect;
use crate::exit::{Exit, Failure, Text};
use crate::files::make_folder;
use crate::output::Output;
use crate::words::minute;
use precinto_alert::directory::{Part, PartError};
use precinto_alert::id::{AgencyId, Identity, NodeId, OfficerId, Side};
use precinto_alert::{Detail, Lang as Texts};
use precinto_client::directory::{DirectoryError, Doubt, Held, Seen, SeenError};
use precinto_client::{Connection, DirectoryClient, Refusal};
use precinto_envelope::directory::{PartRefused, SuccessionError};

/// Runs `directory …`.
pub(crate) fn run(command: &DirectoryCommand, output: Output) -> anyhow::Result<Exit> {
    match command {
        DirectoryCommand::List(args) => list::run(args, output),
        DirectoryCommand::Show(args) => show::run(args, output),
        DirectoryCommand::Propose(args) => propose::run(args, output),
        DirectoryCommand::Apply(args) => apply::run(args, output),
    }
}

/// A line to the gateway, and what this node has seen of the directory before.
struct Desk {
    client: DirectoryClient,
    seen: Seen,
    /// Whose desk it is.
    side: Side,
}

impl Desk {
    /// Settings and keys of the node.
    fn material(args: &NodeArgs) -> anyhow::Result<(Node, Material)> {
        let node = Node::from_args(args)?;
        let material = Material::load(&node).map_err(Failure::from)?;
        Ok((node, material))
    }

    async fn open(node: &Node, material: &Material) -> anyhow::Result<Self> {
        let connection = connect::open(material).await?;
        make_folder(&node.state)?;
        Ok(Self::over(node, &connection)?)
    }

    /// Over a line that is open already; the folder of state must exist.
    fn over(node: &Node, connection: &Connection) -> Result<Self, Failure> {
        let seen = Seen::open(node.state.join("directory.seen"));
        Ok(Self {
            client: DirectoryClient::new(connection),
            seen: seen.map_err(|error| seen_failed(&error))?,
            side: node.identity.side().clone(),
        })
    }

    /// The newest part of every side.
    async fn all(&mut self) -> Result<Vec<Held>, Failure> {
        let all = self.client.all(&mut self.seen).await;
        all.map_err(|error| failed(&error))
    }

    /// The newest part of this node's side.
    async fn own(&mut self) -> Result<Held, Failure> {
        let side = self.side.clone();
        let own = self.all().await?;
        let own = own.into_iter().find(|held| *held.part().side() == side);
        own.ok_or_else(|| {
            Failure::new(
                Exit::NotFound,
                (
                    format!("the directory has no part of {side}"),
                    format!("el directorio no tiene parte de {side}"),
                ),
            )
        })
    }
}

/// The newest part of the node's own side, as this node holds it to be.
pub(crate) async fn own(node: &Node, connection: &Connection) -> Result<Held, Failure> {
    Desk::over(node, connection)?.own().await
}

/// Why there is no directory to be believed.
fn failed(error: &DirectoryError) -> Failure {
    match (error, error.reason()) {
        (DirectoryError::Refused(refusal), _) => not_taken(refusal),
        (DirectoryError::Log(error), _) => connect::log_failed(error),
        (DirectoryError::Seen(error), _) => seen_failed(error),
        (_, Some(reason)) => Failure::caused(reason, error),
        (_, None) => {
            let message = Text::cause(error, "no se pudo consultar el directorio");
            Failure::new(Exit::Failed, message)
        }
    }
}

/// What the gateway refuses, with a line for each thing that is wrong.
fn not_taken(refusal: &Refusal) -> Failure {
    let mut failure = connect::refused(refusal);
    for violation in &refusal.violations {
        let field = &violation.field;
        let es = violation.description_es.as_ref();
        failure.message = failure.message.and_line((
            format!("{field}: {}", violation.description),
            format!("{field}: {}", es.unwrap_or(&violation.description)),
        ));
    }
    failure
}

fn seen_failed(error: &SeenError) -> Failure {
    match error {
        SeenError::Io { path, cause } => {
            Failure::new(Exit::Failed, Text::io(cause).about(path.display()))
        }
        SeenError::Damaged { path } => {
            let what = (
                "holds something else than the parts of the directory that were seen",
                "no contiene las partes del directorio que se han visto",
            );
            Failure::new(Exit::Failed, Text::from(what).about(path.display())).next((
                "look at the file, then move it away: it will be begun anew",
                "revise el archivo y muévalo a otra carpeta: se comenzará de nuevo",
            ))
        }
        SeenError::NotOnce { side } => Failure::new(
            Exit::VerificationFailed,
            (
                format!("the gateway does not show the part of {side} exactly once, though there is one"),
                format!("la pasarela no muestra exactamente una vez la parte de {side}, aunque la hay"),
            ),
        )
        .next((
            "do not go by it; keep the state folder as evidence, and ask the other side which version they see",
            "no la tome por válida; conserve la carpeta de estado como evidencia y pregunte al otro lado qué versión ve",
        )),
        SeenError::Contradiction { side, seen, shown } => Failure::new(
            Exit::VerificationFailed,
            (
                format!(
                    "the gateway shows version {shown} of the part of {side}, which does not go together with version {seen} that it showed before"
                ),
                format!(
                    "la pasarela muestra la versión {shown} de la parte de {side}, que no concuerda con la versión {seen} que mostró antes"
                ),
            ),
        )
        .next((
            "do not go by it; keep the state folder as evidence, and ask the other side which version they see",
            "no la tome por válida; conserve la carpeta de estado como evidencia y pregunte al otro lado qué versión ve",
        )),
    }
}

/// That one who signed a part was revoked after the log had taken it.
pub(crate) fn revoked(since_ms: u64) -> Text {
    let since = minute(since_ms);
    Text::from((
        format!(
            "the card of a steward who signed it was revoked after that, {since}; it counts, and a new version is due"
        ),
        format!(
            "la tarjeta de un custodio que la firmó se revocó después, {since}; sigue valiendo, pero conviene firmar otra versión"
        ),
    ))
}

/// Agencies of a part in whose place nobody is called: they name neither alternates nor a group, and when they do not answer in time
/// nobody but they and the sender hear of it. Those whose nodes only audit are sent nothing that waits for an answer.
pub(crate) fn alone(part: &Part) -> impl Iterator<Item = &AgencyId> {
    let alone = part.agencies().iter().filter(|(_, agency)| {
        let standby = &agency.standby;
        let is_listed = !standby.alternates.is_empty() || standby.escalation.is_some();
        let is_auditor = |node: &NodeId| part.auditors().contains(&Identity::Node(node.clone()));
        !is_listed && !agency.nodes.keys().all(is_auditor)
    });
    alone.map(|(id, _)| id)
}

/// What names somebody to be called.
pub(crate) const CALL_SOMEBODY: (&str, &str) = (
    "name officers in \"alternates\", or a group in \"escalation\", of the agency:  precinto directory propose --help",
    "indique oficiales en \"alternates\", o un grupo en \"escalation\", de la dependencia:  precinto directory propose --help",
);

/// What speaks against a part that the log holds.
pub(crate) fn doubted(doubt: &Doubt) -> Text {
    match doubt {
        Doubt::Signature(error) => refused(error),
        Doubt::Succession(error) => out_of_turn(error),
        Doubt::NoPrevious => Text::from((
            "the part before it cannot be had, so nobody knows who may sign it",
            "no se puede obtener la parte anterior, así que no se sabe quién puede firmarla",
        )),
        Doubt::DatedBack { time_ms, before_ms } => {
            let (time, before) = (minute(*time_ms), minute(*before_ms));
            Text::from((
                format!(
                    "the log dates a part {time}, before the one that it follows, {before}: its clock went back, or it lies"
                ),
                format!(
                    "la bitácora fecha una parte el {time}, antes de aquella a la que sigue, {before}: su reloj retrocedió, o miente"
                ),
            ))
        }
    }
}

/// Why a signed part does not count by itself.
fn refused(error: &PartRefused) -> Text {
    match error {
        PartRefused::Part(error) => no_part(error),
        error => Failure::caused(error.reason(), error).message,
    }
}

/// Why a part does not come next.
fn out_of_turn(error: &SuccessionError) -> Text {
    let es = match error {
        SuccessionError::Side => "la parte anterior es del otro lado".to_owned(),
        SuccessionError::Version { found, expected } => {
            format!("la versión {found} no es la que sigue, sino la {expected}")
        }
        SuccessionError::Previous => "se hizo sobre otra parte que la anterior".to_owned(),
        SuccessionError::FirstStewards => {
            "la primera parte nombra otros custodios que los esperados".to_owned()
        }
        SuccessionError::Stewards { needed } => {
            format!("debe llevar la firma de custodios ({needed} como mínimo) y de nadie más")
        }
    };
    Text::from((error.to_string(), es))
}

/// Why a text is no part, with a line for each thing that is wrong.
fn no_part(error: &PartError) -> Text {
    match error {
        PartError::Content(problems) => {
            let what = (
                format!("things to mend: {}", problems.len()),
                format!("cosas por corregir: {}", problems.len()),
            );
            problems.iter().fold(Text::from(what), |text, problem| {
                let detail = |lang: Texts| Detail::text(&problem.detail, lang).to_owned();
                let field = &problem.field;
                text.and_line((
                    format!("{field}: {}", detail(Texts::En)),
                    format!("{field}: {}", detail(Texts::Es)),
                ))
            })
        }
        PartError::Syntax { message } => Text::cause(message.trim_end(), "no se puede leer"),
        PartError::Size { .. } => Text::cause(error, "es demasiado grande"),
    }
}

/// Within a side: `cbp`.
fn agency(id: &AgencyId) -> String {
    id.agency().to_owned()
}

/// Within a side: `cbp/lax`.
fn node(id: &NodeId) -> String {
    format!("{}/{}", id.agency().agency(), id.node())
}

/// Within a side: `cbp/ramirez`.
fn officer(id: &OfficerId) -> String {
    format!("{}/{}", id.agency().agency(), id.officer())
}

/// Within a side: `oversight/audit`.
fn identity(id: &Identity) -> String {
    match id {
        Identity::Node(id) => node(id),
        Identity::Officer(id) => officer(id),
        Identity::Gateway(_) => id.to_string(),
    }
}

/// Several in one line.
fn joined(all: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = all.into_iter().collect();
    all.join(", ")
}
