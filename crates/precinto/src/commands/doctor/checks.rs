//! What is examined: first what needs no gateway, then what only a live one can show.

use super::Check;
use super::dates;
use crate::commands::gateway as command;
use crate::config::{Material, Node, Pair, load_signer, read_side};
use crate::{clock, connect};
use precinto_alert::reason as catalogue;
use precinto_client::{LogClient, Pin};
use precinto_envelope::certificate::Certificate;
use precinto_envelope::pem;
use precinto_envelope::trust::{Purpose, TrustStore};
use std::path::Path;
use std::sync::Arc;

/// The clocks of both ends may differ by this much before a person should look.
const CLOCK_SKEW_MS: u64 = 2_000;

/// A gateway's files, as a start would read them.
pub(super) fn gateway(config: &Path) -> Vec<Check> {
    let what = config.display().to_string();
    vec![match command::examine(config) {
        Ok(_) => Check::good(
            "config",
            what,
            "settings, keys, certificates, lists and directory fit",
        ),
        Err(failure) => {
            Check::good("config", what, failure.message.to_string()).bad(failure.next.map_or_else(
                || "mend what is named, then look again".to_owned(),
                |next| next.to_string(),
            ))
        }
    }]
}

/// Files and dates of a node.
pub(super) fn offline(node: &Node) -> Vec<Check> {
    let now_ms = clock::now_ms();
    let mut checks = vec![Check::good(
        "config",
        "settings",
        node.file.display().to_string(),
    )];
    checks.push(state(node));
    checks.push(pin(node));
    let trust = trust(node, now_ms, &mut checks);
    certificate(
        "TLS",
        &node.tls,
        Purpose::TlsClient,
        trust.as_ref(),
        &mut checks,
    );
    if let Some(pair) = &node.signing {
        certificate(
            "signing",
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
            &format!("officer {}", officer.id),
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
        Err(error) => {
            return vec![
                Check::good("gateway", "settings", error.to_string()).bad("mend the file"),
            ];
        }
    };
    let connection = match connect::open(&material).await {
        Ok(connection) => connection,
        Err(failure) => {
            let check = Check::good(
                "gateway",
                node.gateway.as_str(),
                failure.message.to_string(),
            );
            let advice = failure.next.map(|next| next.to_string()).or_else(|| {
                let entry = failure.reason.map(catalogue::entry)?;
                Some(entry.next(precinto_alert::Lang::En).to_owned())
            });
            let unreachable = failure.exit == crate::exit::Exit::Unreachable;
            let check = check.bad(advice.unwrap_or_default());
            return vec![Check {
                unreachable,
                ..check
            }];
        }
    };
    let identity = node.gateway_identity.to_string();
    let mut checks = vec![Check::good(
        "gateway",
        node.gateway.as_str(),
        format!("answers as {identity}"),
    )];
    checks.extend(log(&LogClient::new(&connection)).await);
    checks
}

/// The checkpoint's signature, and whether the newest entry lies ahead of this machine's clock.
async fn log(log: &LogClient) -> Vec<Check> {
    let newest = match log.checkpoint(0).await {
        Ok(newest) => newest,
        Err(error) => {
            let check = Check::good("log", "checkpoint", error.to_string());
            return vec![check.bad(
                "compare \"log\" in the settings with the agreement; do not send until they agree",
            )];
        }
    };
    let size = newest.checkpoint().size;
    let signed = format!("{size} entries, signed by the key in the settings");
    let mut checks = vec![Check::good("log", "checkpoint", signed)];
    let Some(last) = size.checked_sub(1) else {
        return checks;
    };
    if let Ok(proof) = log.inclusion(last, newest.checkpoint()).await {
        let (logged_ms, now_ms) = (proof.leaf.time_ms, clock::now_ms());
        let found = format!("newest entry of {}", clock::rfc3339_ms(logged_ms));
        let check = Check::good("log", "clock", found);
        checks.push(if logged_ms > now_ms + CLOCK_SKEW_MS {
            check.bad("this machine's clock is behind the gateway's: synchronise it")
        } else {
            check
        });
    }
    checks
}

fn state(node: &Node) -> Check {
    let check = |found: String| Check::good("config", "state folder", found);
    let probe = || {
        std::fs::create_dir_all(&node.state)?;
        tempfile::tempfile_in(&node.state).map(drop)
    };
    match probe() {
        Ok(()) => check(format!("{} can be written", node.state.display())),
        Err(error) => check(format!("{}: {error}", node.state.display()))
            .bad("make it writable for this user, or name another folder as \"state\""),
    }
}

/// A damaged pin stops every subscription, so it is said before one is started.
fn pin(node: &Node) -> Check {
    let check = |found: String| Check::good("config", "last checkpoint seen", found);
    match Pin::open(node.state.join("default.pin"), &node.log) {
        Ok(pin) => match pin.newest() {
            Some(newest) => check(format!("{} entries", newest.checkpoint().size)),
            None => check("none yet".to_owned()),
        },
        Err(error) => check(error.to_string()).bad(
            "keep the file as evidence; if the log's key was changed by agreement, move it away",
        ),
    }
}

fn trust(node: &Node, now_ms: u64, checks: &mut Vec<Check>) -> Option<TrustStore> {
    let mut sides = Vec::new();
    for side in &node.sides {
        let what = format!("side {}", side.domain);
        match read_side(side, now_ms) {
            Ok(loaded) => {
                let until = loaded.fresh_until_ms();
                let check = Check::good("trust", what, format!("revocation lists good until {}", clock::rfc3339_ms(until)));
                checks.push(dates::runs_out(check, until, now_ms, "fetch the next revocation list from the side's authority"));
                sides.push(loaded);
            }
            Err(error) => checks.push(
                Check::good("trust", what, error.to_string())
                    .bad("fetch fresh roots and revocation lists; until then nothing of this side is believed"),
            ),
        }
    }
    TrustStore::new(sides).ok()
}

/// Key and certificate fit together, the chain holds today, and for how long.
fn certificate(
    name: &str,
    pair: &Pair,
    purpose: Purpose,
    trust: Option<&TrustStore>,
    checks: &mut Vec<Check>,
) {
    let what = format!("{name} certificate");
    let now_ms = clock::now_ms();
    let certificates = match leaf_and_issuers(pair) {
        Ok(certificates) => certificates,
        Err(problem) => {
            checks.push(
                Check::good("certificates", what, problem)
                    .bad("put the right file there, or mend the settings"),
            );
            return;
        }
    };
    let Some((leaf, issuers)) = certificates.split_first() else {
        return;
    };
    if let Err(error) = load_signer_or_tls(pair, purpose) {
        checks.push(
            Check::good("certificates", what, error)
                .bad("certificate and key must be made for each other"),
        );
        return;
    }
    let verdict = trust.map(|trust| trust.judge(leaf, issuers, purpose, now_ms));
    let until = leaf.not_after_ms();
    let found = format!("good until {}", clock::rfc3339_ms(until));
    checks.push(match verdict {
        Some(Err(error)) => {
            let reason = catalogue::name(error.reason());
            Check::good("certificates", what, format!("{reason}: {error}"))
                .bad(catalogue::entry(error.reason()).next(precinto_alert::Lang::En))
        }
        _ => dates::runs_out(
            Check::good("certificates", what, found),
            until,
            now_ms,
            "renew it",
        ),
    });
}

fn leaf_and_issuers(pair: &Pair) -> Result<Vec<Arc<Certificate>>, String> {
    let text = crate::config::read_text(&pair.certificate)
        .map_err(|failure| failure.message.to_string())?;
    let place = pair.certificate.display();
    let chain = pem::certificates(text.as_bytes()).map_err(|error| format!("{place}: {error}"))?;
    let parsed = chain.iter().map(|der| {
        Certificate::parse(der)
            .map(Arc::new)
            .map_err(|error| format!("{place}: {error}"))
    });
    parsed.collect()
}

fn load_signer_or_tls(pair: &Pair, purpose: Purpose) -> Result<(), String> {
    match purpose {
        Purpose::Signing => load_signer(pair)
            .map(drop)
            .map_err(|error| error.to_string()),
        Purpose::TlsClient | Purpose::TlsServer => crate::config::load_credential(pair)
            .map(drop)
            .map_err(|error| error.to_string()),
    }
}
