//! What of a node's or a gateway's files has an end: certificates, roots, revocation lists.

use super::State;
use crate::commands::doctor::pair::{self, Unfit};
use crate::config::{Material, MaterialError, Node, Pair, Side, read_side};
use crate::exit::Text;
use precinto_alert::reason as catalogue;
use precinto_envelope::certificate::Certificate;
use precinto_envelope::trust::{Purpose, SideTrust, TrustError, TrustKind, TrustStore};
use precinto_gateway::config::{Config, SideConfig};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// Own certificates, and the roots.
    Certificates,
    /// Revocation lists.
    Lists,
}

/// One thing that ends.
pub(super) struct Dated {
    pub(super) what: Text,
    pub(super) life: Life,
    pub(super) standing: Result<Span, Trouble>,
}

/// What kind of life it has: how early somebody must be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Certificate,
    Root,
    List,
}

/// From when until when it counts, in milliseconds since 1970 UTC; the end does not count any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from_ms: u64,
    pub(super) until_ms: u64,
}

/// Why it does not count, or why nobody can tell.
pub(super) struct Trouble {
    pub(super) state: State,
    pub(super) found: Text,
}

impl Span {
    fn of(certificate: &Certificate) -> Self {
        Self {
            from_ms: certificate.not_before_ms(),
            // The last second still counts, whole.
            until_ms: certificate.not_after_ms().saturating_add(1_000),
        }
    }
}

/// Its own side does not vouch for it, or not any more.
fn refused(error: &TrustError) -> Trouble {
    let reason = error.reason();
    let text = catalogue::entry(reason).text(precinto_alert::Lang::Es);
    let found = Text::from((error.to_string(), format!("{text} ({error})")));
    Trouble {
        state: State::Critical,
        found: found.about(catalogue::name(reason)),
    }
}

/// Of a node's files.
pub(super) fn of_node(node: &Node, of: Of, now_ms: u64) -> Vec<Dated> {
    let mut dated = Vec::new();
    let trust = of_sides(&node.sides, of, now_ms, &mut dated);
    let trust = trust.as_ref();
    if of == Of::Lists {
        return dated;
    }
    let pairs = [
        (Some(&node.tls), Purpose::TlsClient),
        (node.signing.as_ref(), Purpose::Signing),
    ];
    let pairs = pairs.into_iter();
    let pairs = pairs.filter_map(|(pair, purpose)| pair.map(|pair| (pair, purpose)));
    let mut own: Vec<_> = pairs
        .map(|(pair, purpose)| of_pair(own_name(purpose), pair, purpose, trust, now_ms))
        .collect();
    own.extend(of_officers(node, trust, now_ms));
    own.extend(dated);
    own
}

/// Of what a node works by; only its officers' certificates are read when they are used.
pub(super) fn in_force(node: &Node, material: &Material, now_ms: u64) -> Vec<Dated> {
    let trust = &*material.settings.trust;
    let own = material.own().map(|own| Dated {
        what: own_name(own.purpose),
        life: Life::Certificate,
        standing: match own.judge(trust, now_ms) {
            Ok(()) => Ok(Span::of(&own.leaf)),
            Err(error) => Err(refused(&error)),
        },
    });
    let sides = [Of::Certificates, Of::Lists].into_iter();
    let sides = sides.flat_map(|of| trust.sides().flat_map(move |side| of_trust(side, of)));
    own.chain(of_officers(node, Some(trust), now_ms))
        .chain(sides)
        .collect()
}

/// What one of a node's own certificates is called.
pub(crate) fn own_name(purpose: Purpose) -> Text {
    match purpose {
        Purpose::Signing => ("signing certificate", "certificado de firma").into(),
        Purpose::TlsClient | Purpose::TlsServer => ("TLS certificate", "certificado TLS").into(),
    }
}

fn of_officers(node: &Node, trust: Option<&TrustStore>, now_ms: u64) -> Vec<Dated> {
    let officers = node.officers.iter().map(|officer| {
        let what = Text::from((
            format!("certificate of officer {}", officer.id),
            format!("certificado del oficial {}", officer.id),
        ));
        let pair = Pair {
            certificate: officer.certificate.clone(),
            key: officer.key.clone(),
        };
        of_pair(what, &pair, Purpose::Signing, trust, now_ms)
    });
    officers.collect()
}

/// Of a gateway's files.
pub(super) fn of_gateway(config: &Config, of: Of, now_ms: u64) -> Vec<Dated> {
    let as_node = |side: &SideConfig| Side {
        domain: side.domain.clone(),
        roots: side.roots.clone(),
        crls: side.crls.clone(),
    };
    let sides: Vec<Side> = config.sides.iter().map(as_node).collect();
    let mut dated = Vec::new();
    let trust = of_sides(&sides, of, now_ms, &mut dated);
    let trust = trust.as_ref();
    if of == Of::Lists {
        return dated;
    }
    let own = config.sides.iter().map(|side| {
        let what = Text::from((
            format!("TLS certificate for {}", side.server_name),
            format!("certificado TLS de {}", side.server_name),
        ));
        let pair = Pair {
            certificate: side.certificate.clone(),
            key: side.key.clone(),
        };
        of_pair(what, &pair, Purpose::TlsServer, trust, now_ms)
    });
    own.chain(dated).collect()
}

/// Roots or lists of each side; gives the trust of those sides that can be believed.
fn of_sides(sides: &[Side], of: Of, now_ms: u64, dated: &mut Vec<Dated>) -> Option<TrustStore> {
    let mut loaded = Vec::new();
    for side in sides {
        match read_side(side, now_ms) {
            Ok(trust) => {
                dated.extend(of_trust(&trust, of));
                loaded.push(trust);
            }
            Err(error) => dated.push(not_believed(side, &error)),
        }
    }
    TrustStore::new(loaded).ok()
}

fn of_trust(trust: &SideTrust, of: Of) -> Vec<Dated> {
    let (wanted, life) = match of {
        Of::Certificates => (TrustKind::Root, Life::Root),
        Of::Lists => (TrustKind::RevocationList, Life::List),
    };
    let expiries = trust.expiries().filter(|one| one.kind == wanted);
    let dated = expiries.map(|one| {
        let (name, side) = (one.name, trust.side());
        let what = match of {
            Of::Certificates => (
                format!("root {name} of {side}"),
                format!("raíz {name} de {side}"),
            ),
            Of::Lists => (
                format!("revocation list of {name}, {side}"),
                format!("lista de revocación de {name}, {side}"),
            ),
        };
        Dated {
            what: what.into(),
            life,
            standing: Ok(Span {
                from_ms: one.from_ms,
                until_ms: one.until_ms,
            }),
        }
    });
    dated.collect()
}

/// Roots and lists that do not go together, or whose time is over, are worse than files that nobody can read.
fn not_believed(side: &Side, error: &MaterialError) -> Dated {
    let state = if error.stale {
        State::Critical
    } else {
        State::Unknown
    };
    let what = Text::from((
        format!("roots and revocation lists of {}", side.domain),
        format!("raíces y listas de revocación de {}", side.domain),
    ));
    Dated {
        what,
        life: Life::List,
        standing: Err(Trouble {
            state,
            found: error.text(),
        }),
    }
}

fn of_pair(
    what: Text,
    pair: &Pair,
    purpose: Purpose,
    trust: Option<&TrustStore>,
    now_ms: u64,
) -> Dated {
    let trouble = |state, found| Err(Trouble { state, found });
    let standing = match pair::examine(pair, purpose, trust, now_ms) {
        Ok(leaf) => Ok(Span::of(&leaf)),
        Err(Unfit::Unusable(found)) => trouble(State::Unknown, found),
        Err(Unfit::NotAPair(found)) => trouble(State::Critical, found),
        Err(Unfit::Refused(error)) => Err(refused(&error)),
    };
    Dated {
        what,
        life: Life::Certificate,
        standing,
    }
}
