//! What is examined: first what needs no gateway, then what only a live one can show.

use super::dates;
use super::pair::{self, Unfit};
use super::{Check, SETTINGS};
use crate::commands::{self as command, gateway};
use crate::config::{Material, MaterialError, Node, Pair, load_policy, load_witness, read_side};
use crate::exit::{Failure, Text};
use crate::{clock, connect};
use precinto_alert::reason as catalogue;
use precinto_client::{Connection, LogClient, Pin};
use precinto_envelope::trust::{Purpose, TrustStore};
use std::collections::BTreeSet;
use std::path::Path;

/// The clocks of both ends may differ by this much before a person should look.
const CLOCK_SKEW_MS: u64 = 2_000;

/// A gateway's files, as a start would read them.
pub(super) fn of_gateway(config: &Path) -> Vec<Check> {
    let what = Text::same(config.display());
    vec![match gateway::examine(config) {
        Ok(_) => Check::good(
            "config",
            what,
            (
                "settings, keys, certificates, lists and directory fit",
                "configuración, llaves, certificados, listas y directorio concuerdan",
            ),
        ),
        Err(failure) => Check::failed("config", what, failure),
    }]
}

/// Files and dates of a node.
pub(super) fn offline(node: &Node) -> Vec<Check> {
    let now_ms = clock::now_ms();
    let mut checks = vec![Check::good(
        "config",
        SETTINGS,
        Text::same(node.file.display()),
    )];
    checks.push(state(node));
    checks.push(pin(node, DEFAULT));
    checks.extend(other_pins(node).iter().map(|name| pin(node, name)));
    checks.extend(witness(node));
    let trust = trust(node, now_ms, &mut checks);
    certificate(
        ("TLS certificate", "certificado TLS"),
        &node.tls,
        Purpose::TlsClient,
        trust.as_ref(),
        &mut checks,
    );
    if let Some(pair) = &node.signing {
        certificate(
            ("signing certificate", "certificado de firma"),
            pair,
            Purpose::Signing,
            trust.as_ref(),
            &mut checks,
        );
    }
    for officer in &node.officers {
        let pair = Pair {
            certificate: officer.certificate.clone(),
            key: officer.key.clone(),
        };
        certificate(
            (
                format!("certificate of officer {}", officer.id),
                format!("certificado del oficial {}", officer.id),
            ),
            &pair,
            Purpose::Signing,
            trust.as_ref(),
            &mut checks,
        );
    }
    checks
}

/// What only a live gateway can show.
pub(super) async fn online(node: &Node) -> Vec<Check> {
    let material = match Material::load(node) {
        Ok(material) => material,
        Err(error) => return vec![Check::failed("gateway", SETTINGS, error.into())],
    };
    let connection = match connect::open(&material).await {
        Ok(connection) => connection,
        Err(failure) => {
            return vec![Check::failed("gateway", Text::same(&node.gateway), failure)];
        }
    };
    let identity = node.gateway_identity.to_string();
    let mut checks = vec![Check::good(
        "gateway",
        Text::same(&node.gateway),
        (
            format!("answers as {identity}"),
            format!("responde como {identity}"),
        ),
    )];
    checks.extend(directory(node, &connection).await);
    checks.extend(log(&LogClient::new(&connection)).await);
    checks
}

/// Whether the directory is to be believed, and lists this node as its settings have it: else nothing is taken from it.
async fn directory(node: &Node, connection: &Connection) -> Vec<Check> {
    let what = ("directory", "directorio");
    let held = match command::directory::own(node, connection).await {
        Ok(held) => held,
        Err(failure) => return vec![Check::failed("gateway", what, failure)],
    };
    let (version, side) = (held.part().version(), held.part().side());
    let code = held
        .part()
        .node(&node.identity)
        .map(|listed| listed.code.clone());
    let listed = code
        .as_ref()
        .map_or_else(String::new, |code| format!(" ({code})"));
    let found = (
        format!("version {version} of {side}: this node is listed{listed}"),
        format!("versión {version} de {side}: este nodo está incluido{listed}"),
    );
    let check = Check::good("gateway", what, found);
    if let Some(doubt) = &held.doubt {
        let found = command::directory::doubted(doubt);
        return vec![Check::good("gateway", what, found).bad((
            "precinto directory list  shows it; its side has to sign a new version",
            "precinto directory list  lo muestra; su lado debe firmar otra versión",
        ))];
    }
    if code.as_ref() != Some(&node.code) {
        let found = (
            format!(
                "version {version} of {side} does not list this node with the code {}",
                node.code
            ),
            format!(
                "la versión {version} de {side} no incluye este nodo con la clave {}",
                node.code
            ),
        );
        return vec![Check::good("gateway", what, found).bad((
            "mend \"code\" in the settings, or have the node listed:  precinto directory propose --help",
            "corrija \"code\" en la configuración, o haga que se incluya el nodo:  precinto directory propose --help",
        ))];
    }
    let mut checks = vec![match held.revoked_since {
        Some(since_ms) => check.warning(command::directory::revoked(since_ms)),
        None => check,
    }];
    if command::directory::alone(held.part()).any(|id| id == node.identity.agency()) {
        let found = (
            "nobody is called when this agency does not answer in time",
            "no se llama a nadie cuando esta dependencia no responde a tiempo",
        );
        let what = ("escalation", "escalamiento");
        let check = Check::good("gateway", what, found);
        checks.push(check.warning(command::directory::CALL_SOMEBODY));
    }
    checks
}

/// The checkpoint's signature, and whether the newest entry lies ahead of this machine's clock.
async fn log(log: &LogClient) -> Vec<Check> {
    let newest = match log.checkpoint(0).await {
        Ok(newest) => newest,
        Err(error) => {
            let check = Check::good("log", CHECKPOINT, connect::log_failed(&error).message);
            return vec![check.bad((
                "compare \"log\" in the settings with the agreement; do not send until they agree",
                "compare \"log\" de la configuración con el convenio; no envíe hasta que concuerden",
            ))];
        }
    };
    let size = newest.checkpoint().size;
    let signed = (
        format!("{size} entries, signed by the key in the settings"),
        format!("{size} entradas, firmado con la llave de la configuración"),
    );
    let mut checks = vec![Check::good("log", CHECKPOINT, signed)];
    let Some(last) = size.checked_sub(1) else {
        return checks;
    };
    if let Ok(proof) = log.inclusion(last, newest.checkpoint()).await {
        let (logged_ms, now_ms) = (proof.leaf.time_ms, clock::now_ms());
        let logged = clock::rfc3339_ms(logged_ms);
        let found = (
            format!("newest entry of {logged}"),
            format!("última entrada del {logged}"),
        );
        let check = Check::good("log", ("clock", "reloj"), found);
        checks.push(if logged_ms > now_ms + CLOCK_SKEW_MS {
            check.bad((
                "this machine's clock is behind the gateway's: synchronise it",
                "el reloj de este equipo va atrás del de la pasarela: sincronícelo",
            ))
        } else {
            check
        });
    }
    checks
}

/// What a checkpoint is called.
const CHECKPOINT: (&str, &str) = ("checkpoint", "punto de control");

fn state(node: &Node) -> Check {
    let folder = node.state.display();
    let check = |found: Text| Check::good("config", ("state folder", "carpeta de estado"), found);
    let probe = || {
        std::fs::create_dir_all(&node.state)?;
        tempfile::tempfile_in(&node.state).map(drop)
    };
    match probe() {
        Ok(()) => check(Text::from(("can be written", "se puede escribir")).about(folder)),
        Err(error) => check(Text::io(&error).about(folder)).bad((
            "make it writable for this user, or name another folder as \"state\"",
            "dé permiso de escritura a este usuario, o indique otra carpeta en \"state\"",
        )),
    }
}

/// The subscription of `watch` when none is named.
const DEFAULT: &str = "default";

/// What else has been kept of the log in this folder: by subscriptions of other names, by the agent, with the own copy.
fn other_pins(node: &Node) -> BTreeSet<String> {
    let files = std::fs::read_dir(&node.state).into_iter().flatten();
    let names = files.filter_map(|file| {
        let name = file.ok()?.file_name().into_string().ok()?;
        Some(name.strip_suffix(".pin")?.to_owned())
    });
    names.filter(|name| name != DEFAULT).collect()
}

/// A damaged pin stops every subscription, so it is said before one is started.
fn pin(node: &Node, name: &str) -> Check {
    let check = |found: Text| {
        let what = Text::from(("last checkpoint seen", "último punto de control visto"));
        let named = (
            format!("last checkpoint seen by {name}"),
            format!("último punto de control visto por {name}"),
        );
        let what = if name == DEFAULT { what } else { named.into() };
        Check::good("config", what, found)
    };
    let file = node.state.join(format!("{name}.pin"));
    match Pin::open(&file, &node.log) {
        Ok(pin) => check(match pin.newest() {
            Some(newest) => {
                let size = newest.checkpoint().size;
                (format!("{size} entries"), format!("{size} entradas")).into()
            }
            None => ("none yet", "ninguno todavía").into(),
        }),
        Err(error) => check(connect::pin_text(&error, &file)).bad((
            "keep the file as evidence; if the log's key was changed by agreement, move it away",
            "conserve el archivo como evidencia; si la llave de la bitácora cambió por convenio, muévalo a otra carpeta",
        )),
    }
}

/// The key by which the node cosigns, what it has cosigned last, and whose cosignatures it counts.
fn witness(node: &Node) -> Vec<Check> {
    let mut checks = Vec::new();
    let advice = (
        "put the right file there, or mend the settings",
        "ponga ahí el archivo correcto, o corrija la configuración",
    );
    let said = |error: MaterialError| error.text();
    if let Some(file) = &node.witness {
        let what = ("witness key", "llave de testigo");
        let loaded = load_witness(node);
        let check = |found: Text| Check::good("config", what, found);
        checks.push(match loaded.map_err(said) {
            Ok(_) => check(Text::same(file.display())),
            Err(problem) => check(problem).bad(advice),
        });
    }
    if let Some(file) = &node.policy {
        let what = ("witness policy", "política de testigos");
        let check = |found: Text| Check::good("config", what, found);
        checks.push(match load_policy(file).map_err(said) {
            Ok(_) => check(Text::same(file.display())),
            Err(problem) => check(problem).bad(advice),
        });
    }
    checks
}

fn trust(node: &Node, now_ms: u64, checks: &mut Vec<Check>) -> Option<TrustStore> {
    let mut sides = Vec::new();
    for side in &node.sides {
        let what = (
            format!("side {}", side.domain),
            format!("lado {}", side.domain),
        );
        match read_side(side, now_ms) {
            Ok(loaded) => {
                let until = loaded.fresh_until_ms();
                let day = clock::rfc3339_ms(until);
                let found = (
                    format!("revocation lists good until {day}"),
                    format!("listas de revocación vigentes hasta {day}"),
                );
                let check = Check::good("trust", what, found);
                let advice = (
                    "fetch the next revocation list from the side's authority",
                    "descargue la siguiente lista de revocación de la autoridad de ese lado",
                );
                checks.push(dates::runs_out(check, until, now_ms, advice));
                sides.push(loaded);
            }
            Err(error) => checks.push(
                Check::good("trust", what, error.text()).bad((
                    "fetch fresh roots and revocation lists; until then nothing of this side is believed",
                    "descargue raíces y listas de revocación vigentes; mientras tanto no se cree nada de ese lado",
                )),
            ),
        }
    }
    TrustStore::new(sides).ok()
}

/// Key and certificate fit together, the chain holds today, and for how long.
fn certificate(
    what: impl Into<Text>,
    pair: &Pair,
    purpose: Purpose,
    trust: Option<&TrustStore>,
    checks: &mut Vec<Check>,
) {
    let what = what.into();
    let now_ms = clock::now_ms();
    checks.push(match pair::examine(pair, purpose, trust, now_ms) {
        Err(Unfit::Unusable(problem)) => Check::good("certificates", what, problem).bad((
            "put the right file there, or mend the settings",
            "ponga ahí el archivo correcto, o corrija la configuración",
        )),
        Err(Unfit::NotAPair(problem)) => Check::good("certificates", what, problem).bad((
            "certificate and key must be made for each other",
            "certificado y llave deben corresponderse",
        )),
        Err(Unfit::Refused(error)) => {
            let reason = error.reason();
            let mut failure = Failure::caused(reason, error);
            failure.message = failure.message.about(catalogue::name(reason));
            Check::failed("certificates", what, failure)
        }
        Ok(leaf) => {
            let until = leaf.not_after_ms();
            let day = clock::rfc3339_ms(until);
            let found = (format!("good until {day}"), format!("vigente hasta {day}"));
            let check = Check::good("certificates", what, found);
            dates::runs_out(check, until, now_ms, ("renew it", "renuévelo"))
        }
    });
}
