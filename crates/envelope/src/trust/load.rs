//! Reads what an operator configures as the trust of one side, and refuses what must not be trusted.

use super::crl::{Crl, CrlProblem};
use super::root::{self, Root, RootProblem};
use crate::crypto::sha256;
use crate::limits::{CRLS_MAX, ROOTS_MAX};
use precinto_alert::id::Side;
use rustls::crypto::WebPkiSupportedAlgorithms;
use webpki::anchor_from_trusted_cert;

/// Why roots and revocation lists are not taken. The operator's to mend; nothing starts without.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// No root at all.
    #[error("{side}: no root certificate")]
    NoRoot {
        /// Whose.
        side: Side,
    },
    /// More roots or lists than one side can need.
    #[error("{side}: {count} {what}, and at most {max} are taken")]
    TooMany {
        /// Whose.
        side: Side,
        /// "roots" or "revocation lists".
        what: &'static str,
        /// How many.
        count: usize,
        /// The most taken.
        max: usize,
    },
    /// One root is not fit for it.
    #[error("{side}: root {index}: {problem}")]
    Root {
        /// Whose.
        side: Side,
        /// Its place among the roots given, from 0.
        index: usize,
        /// What is wrong.
        problem: RootProblem,
    },
    /// Two roots with one name and different keys: revocation lists name their issuer only by its name.
    #[error("{side}: two roots are both named {subject}; give the newer one another name")]
    SameName {
        /// Whose.
        side: Side,
        /// The name.
        subject: String,
    },
    /// One revocation list cannot be relied on.
    #[error("{side}: revocation list {index}: {problem}")]
    Crl {
        /// Whose.
        side: Side,
        /// Its place among the lists given, from 0.
        index: usize,
        /// What is wrong.
        problem: CrlProblem,
    },
    /// The newest revocation list of a root is not in force.
    #[error("{side}: the revocation list of {issuer}: {problem}")]
    CrlNotInForce {
        /// Whose.
        side: Side,
        /// The root's name.
        issuer: String,
        /// What is wrong.
        problem: CrlProblem,
    },
    /// A root without a revocation list: nobody could tell which of its certificates still count.
    #[error("{side}: no revocation list of the root {subject}; even an empty one is needed")]
    CrlMissing {
        /// Whose.
        side: Side,
        /// The root's name.
        subject: String,
    },
    /// The same side twice.
    #[error("{side}: configured twice")]
    SideTwice {
        /// Which.
        side: Side,
    },
}

/// What was loaded and may be relied on.
pub(super) struct Loaded {
    pub(super) roots: Vec<Root>,
    pub(super) crls: Vec<Crl>,
}

/// Loads what [`super::SideTrust::load_as_of`] promises.
pub(super) fn load(
    side: &Side,
    roots: &[impl AsRef<[u8]>],
    crls: &[impl AsRef<[u8]>],
    algorithms: WebPkiSupportedAlgorithms,
    as_of_ms: impl Fn(&[u8; 32]) -> u64,
) -> Result<Loaded, LoadError> {
    let roots = load_roots(side, roots, &as_of_ms)?;
    let crls = load_crls(side, crls, &roots, algorithms)?;
    for Root { certificate, .. } in &roots {
        let is_own = |crl: &&Crl| crl.issuer_der == certificate.subject_der();
        let mut own = crls.iter().filter(is_own).peekable();
        if own.peek().is_none() {
            return Err(LoadError::CrlMissing {
                side: side.clone(),
                subject: certificate.subject().to_owned(),
            });
        }
        for crl in own {
            crl.check_in_force(as_of_ms(&crl.digest))
                .map_err(|problem| LoadError::CrlNotInForce {
                    side: side.clone(),
                    issuer: crl.issuer.clone(),
                    problem,
                })?;
        }
    }
    Ok(Loaded { roots, crls })
}

fn load_roots(
    side: &Side,
    roots: &[impl AsRef<[u8]>],
    as_of_ms: impl Fn(&[u8; 32]) -> u64,
) -> Result<Vec<Root>, LoadError> {
    let mut loaded: Vec<Root> = Vec::new();
    check_count(side, "roots", roots.len(), ROOTS_MAX)?;
    for (index, der) in roots.iter().map(AsRef::as_ref).enumerate() {
        let refused = |problem| LoadError::Root {
            side: side.clone(),
            index,
            problem,
        };
        let judged_at_ms = as_of_ms(&sha256(&[der]));
        let certificate = root::check(der, judged_at_ms).map_err(refused)?;
        let anchor = anchor_from_trusted_cert(certificate.der_typed())
            .map_err(|_| refused(RootProblem::CriticalExtension))?
            .to_owned();
        let namesake = loaded
            .iter()
            .find(|root| root.anchor.subject == anchor.subject);
        match namesake {
            Some(root) if root.anchor != anchor => {
                return Err(LoadError::SameName {
                    side: side.clone(),
                    subject: certificate.subject().to_owned(),
                });
            }
            _ => loaded.push(Root {
                certificate,
                anchor,
            }),
        }
    }
    if loaded.is_empty() {
        return Err(LoadError::NoRoot { side: side.clone() });
    }
    Ok(loaded)
}

/// Reads all lists, checks those that a root should have signed, and keeps the newest of each scope.
fn load_crls(
    side: &Side,
    crls: &[impl AsRef<[u8]>],
    roots: &[Root],
    algorithms: WebPkiSupportedAlgorithms,
) -> Result<Vec<Crl>, LoadError> {
    let mut newest: Vec<Crl> = Vec::new();
    for (index, der) in crls.iter().map(AsRef::as_ref).enumerate() {
        let refused = |problem| LoadError::Crl {
            side: side.clone(),
            index,
            problem,
        };
        let crl = Crl::parse(der).map_err(refused)?;
        for Root { certificate, .. } in roots {
            if certificate.subject_der() == crl.issuer_der {
                crl.check_signature(certificate, algorithms)
                    .map_err(refused)?;
            }
        }
        match newest.iter_mut().find(|kept| kept.same_scope(&crl)) {
            Some(kept) if crl.newer_than(kept) => *kept = crl,
            Some(_) => {}
            None => newest.push(crl),
        }
    }
    check_count(side, "revocation lists", newest.len(), CRLS_MAX)?;
    Ok(newest)
}

fn check_count(side: &Side, what: &'static str, count: usize, max: usize) -> Result<(), LoadError> {
    if count <= max {
        return Ok(());
    }
    Err(LoadError::TooMany {
        side: side.clone(),
        what,
        count,
        max,
    })
}
