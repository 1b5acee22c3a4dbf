//! What the log has said that trust rests on: everything from TRUST entries so far, by digest.
//!
//! A record names the certificates, revocation lists, roots and the directory that decided. Each must stand on the
//! shelf by then. What it names is put together into a trust store, and stores are kept: most records name the same.

use super::directory::{Directory, Part};
use super::parts::{NamedPart, Parts};
use crate::expect::SideRoots;
use crate::finding::{Finding, Kind, Place, Thing};
use precinto_alert::id::Side;
use precinto_alert::{Reason, reason};
use precinto_envelope::certificate::{Certificate, CertificatePool};
use precinto_envelope::hex;
use precinto_envelope::trust::{LoadError, SideTrust, TrustKind, TrustStore};
use precinto_proto::v1 as pb;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Everything that TRUST entries have brought so far.
pub(super) struct Shelf {
    items: BTreeMap<[u8; 32], Item>,
    pool: CertificatePool,
    /// The revocation lists among them.
    lists: BySide,
    /// Those that acts have withdrawn, and that have not been put back into force since.
    withdrawn: BTreeSet<[u8; 32]>,
    /// The parts of the directory among them.
    pub(super) parts: Parts,
    /// Stores by what they were made of.
    stores: HashMap<Vec<[u8; 32]>, Arc<TrustStore>>,
    /// The roots given to the audit, by side; none if the log's own count.
    outside: Option<BySide>,
    /// The trust given to the audit with its newer revocation lists.
    newer: Option<Arc<TrustStore>>,
    /// The side whose revocation list came in last, until somebody asks for it.
    news_of: Option<Side>,
    findings: Vec<Finding>,
}

/// Digests of roots or of revocation lists, sorted.
type BySide = BTreeMap<Side, BTreeSet<[u8; 32]>>;

/// One thing on the shelf.
pub(super) struct Item {
    pub(super) kind: TrustKind,
    pub(super) side: Side,
    pub(super) content: Content,
}

/// The thing itself, as it will be needed.
pub(super) enum Content {
    /// A root or a revocation list, DER.
    Der(Vec<u8>),
    /// The certificate of a signer or of an authority below a root.
    Certificate(Arc<Certificate>),
    /// A part of the directory.
    Part(Arc<Part>),
}

/// The trust that one record names, ready to judge by.
pub(super) struct Named {
    /// What is wrong with the names themselves.
    pub(super) kinds: Vec<Kind>,
    /// The roots and revocation lists named.
    pub(super) store: Result<Arc<TrustStore>, Kind>,
    /// Stores with revocation lists that the record does not name: later ones, or older ones it should have known.
    pub(super) others: Vec<Arc<TrustStore>>,
    /// The signers' certificates, and those of authorities below the roots.
    pub(super) pool: CertificatePool,
    /// The directory that the parts named make together.
    pub(super) directory: Option<Arc<Directory>>,
    digests: BTreeSet<[u8; 32]>,
}

impl Shelf {
    /// An empty shelf, and the trust given to the audit.
    pub(super) fn new(trust: Option<&[SideRoots]>, now_ms: u64) -> Self {
        let mut findings = Vec::new();
        let newer = trust.and_then(|sides| newer_lists(sides, now_ms, &mut findings));
        let outside = trust.map(|sides| {
            let digests = |roots: &Vec<Vec<u8>>| roots.iter().map(|der| sha256(der)).collect();
            sides
                .iter()
                .map(|side| (side.side.clone(), digests(&side.roots)))
                .collect()
        });
        Self {
            items: BTreeMap::new(),
            lists: BySide::new(),
            withdrawn: BTreeSet::new(),
            parts: Parts::default(),
            pool: CertificatePool::default(),
            stores: HashMap::new(),
            outside,
            newer,
            news_of: None,
            findings,
        }
    }

    /// What was wrong with the trust given to the audit.
    pub(super) fn take_findings(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Puts a thing on the shelf.
    pub(super) fn put(&mut self, digest: [u8; 32], item: Item) {
        if item.kind == TrustKind::RevocationList {
            let of_side = self.lists.entry(item.side.clone()).or_default();
            of_side.insert(digest);
            self.news_of = Some(item.side.clone());
        }
        self.items.insert(digest, item);
    }

    /// Other trust came into force: from here on no record may rest on what was removed, until it is added again. Gives what of
    /// it the log does not hold.
    pub(super) fn change(&mut self, added: &[pb::TrustRef], removed: &[pb::TrustRef]) -> Vec<Kind> {
        let mut absent = Vec::new();
        for (refs, is_withdrawn) in [(added, false), (removed, true)] {
            for pb::TrustRef { kind, digest } in refs {
                let kind = TrustKind::try_from(*kind).unwrap_or(TrustKind::Unspecified);
                let known = <[u8; 32]>::try_from(digest.as_slice()).ok();
                let is_held = |digest: &[u8; 32]| {
                    self.items.get(digest).is_some_and(|item| item.kind == kind)
                };
                match known.filter(is_held) {
                    Some(digest) if is_withdrawn => drop(self.withdrawn.insert(digest)),
                    Some(digest) => drop(self.withdrawn.remove(&digest)),
                    None => absent.push(Kind::TrustAbsent {
                        what: what(kind),
                        digest: hex(digest),
                    }),
                }
            }
        }
        absent
    }

    /// All roots and lists of the side whose revocation list has come in since this was last asked.
    pub(super) fn news(&mut self, time_ms: u64) -> Option<Arc<TrustStore>> {
        let side = self.news_of.take()?;
        let is_root = |item: &Item| item.kind == TrustKind::Root && item.side == side;
        let roots = self.items.iter().filter(|(_, item)| is_root(item));
        let roots = roots.map(|(digest, _)| *digest).collect();
        let roots = BySide::from([(side, roots)]);
        let lists = self.lists_of(&roots);
        self.store(&roots, &lists, time_ms).ok()
    }

    /// Takes down what a record names. `time_ms` is the entry's time.
    pub(super) fn named(&mut self, refs: &[pb::TrustRef], time_ms: u64) -> Named {
        let mut kinds = Vec::new();
        let mut digests = BTreeSet::new();
        let (mut roots, mut lists) = (BySide::new(), BySide::new());
        let mut parts = Vec::new();
        for pb::TrustRef { kind, digest } in refs {
            let what = what(TrustKind::try_from(*kind).unwrap_or(TrustKind::Unspecified));
            let known = <[u8; 32]>::try_from(digest.as_slice()).ok();
            let known = known.and_then(|digest| Some((digest, self.items.get(&digest)?)));
            let Some((digest, item)) = known.filter(|(_, item)| i32::from(item.kind) == *kind)
            else {
                kinds.push(Kind::TrustAbsent {
                    what,
                    digest: hex(digest),
                });
                continue;
            };
            digests.insert(digest);
            if self.withdrawn.contains(&digest) {
                kinds.push(Kind::TrustWithdrawn {
                    what,
                    digest: hex(&digest),
                });
            }
            let side = item.side.clone();
            match &item.content {
                Content::Der(_) if item.kind == TrustKind::Root => {
                    kinds.extend(self.unknown_root(&side, &digest));
                    roots.entry(side).or_default().insert(digest);
                }
                Content::Der(_) => {
                    lists.entry(side).or_default().insert(digest);
                }
                Content::Certificate(certificate) => keep(&mut self.pool, certificate),
                Content::Part(part) => {
                    let part = Arc::clone(part);
                    parts.push(NamedPart { side, digest, part });
                }
            }
        }
        if !parts.is_empty() {
            kinds.extend(self.parts.wrong_names(&parts));
        }
        let store = self.store(&roots, &lists, time_ms);
        let mut others: Vec<_> = self.newer.iter().map(Arc::clone).collect();
        let all_lists = self.lists_of(&roots);
        if all_lists != lists {
            others.extend(self.store(&roots, &all_lists, time_ms).ok());
        }
        Named {
            kinds,
            store,
            others,
            pool: self.pool.clone(),
            directory: self.parts.directory(&parts),
            digests,
        }
    }

    fn unknown_root(&self, side: &Side, digest: &[u8; 32]) -> Option<Kind> {
        let given = self.outside.as_ref()?;
        let known = given.get(side).is_some_and(|roots| roots.contains(digest));
        (!known).then(|| Kind::RootUnknown {
            side: side.to_string(),
            digest: hex(digest),
        })
    }

    /// Every revocation list logged so far for the sides of these roots.
    fn lists_of(&self, roots: &BySide) -> BySide {
        let of_sides = self
            .lists
            .iter()
            .filter(|(side, _)| roots.contains_key(side));
        of_sides
            .map(|(side, lists)| (side.clone(), lists.clone()))
            .collect()
    }

    /// The store of these roots and lists, made once.
    fn store(
        &mut self,
        roots: &BySide,
        lists: &BySide,
        time_ms: u64,
    ) -> Result<Arc<TrustStore>, Kind> {
        let digests = roots.values().chain(lists.values()).flatten();
        let name: Vec<[u8; 32]> = digests.copied().collect();
        if let Some(store) = self.stores.get(&name) {
            return Ok(Arc::clone(store));
        }
        let der = |digests: Option<&BTreeSet<[u8; 32]>>| -> Vec<&[u8]> {
            let items = digests
                .into_iter()
                .flatten()
                .filter_map(|digest| self.items.get(digest));
            items.filter_map(Item::der).collect()
        };
        let sides: Result<Vec<SideTrust>, LoadError> = roots
            .iter()
            .map(|(side, roots)| {
                SideTrust::load(
                    side.clone(),
                    &der(Some(roots)),
                    &der(lists.get(side)),
                    time_ms,
                )
            })
            .collect();
        let store = sides
            .and_then(TrustStore::new)
            .map_err(|error| insufficient(&error))?;
        let store = Arc::new(store);
        if self.stores.len() >= STORES_MAX {
            self.stores.clear();
        }
        self.stores.insert(name, Arc::clone(&store));
        Ok(store)
    }
}

impl Item {
    fn der(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Der(der) => Some(der),
            Content::Certificate(_) | Content::Part(_) => None,
        }
    }
}

impl Named {
    /// Whether the record names the thing with this digest, and the log holds it.
    pub(super) fn names(&self, digest: &[u8; 32]) -> bool {
        self.digests.contains(digest)
    }
}

/// What a thing is called in a sentence.
pub(super) fn what(kind: TrustKind) -> Thing {
    match kind {
        TrustKind::Unspecified => Thing(
            "a thing of unknown kind",
            "un elemento de clase desconocida",
        ),
        TrustKind::Root => Thing("the root", "la raíz"),
        TrustKind::Intermediate => {
            Thing("the intermediate certificate", "el certificado intermedio")
        }
        TrustKind::Signer => Thing("the signer's certificate", "el certificado del firmante"),
        TrustKind::RevocationList => Thing("the revocation list", "la lista de revocación"),
        TrustKind::Directory => Thing("the part of the directory", "la parte del directorio"),
    }
}

/// More would only be needed by a log that changes its trust all the time.
const STORES_MAX: usize = 64;

fn sha256(bytes: &[u8]) -> [u8; 32] {
    precinto_envelope::crypto::sha256(&[bytes])
}

/// Keeps a certificate in the pool; a full pool is emptied first, since each record names what it needs again.
fn keep(pool: &mut CertificatePool, certificate: &Arc<Certificate>) {
    if !pool.insert(Arc::clone(certificate)) {
        *pool = CertificatePool::default();
        pool.insert(Arc::clone(certificate));
    }
}

/// The trust given to the audit as far as it comes with revocation lists.
fn newer_lists(
    sides: &[SideRoots],
    now_ms: u64,
    findings: &mut Vec<Finding>,
) -> Option<Arc<TrustStore>> {
    let mut loaded = Vec::new();
    for SideRoots { side, roots, crls } in sides.iter().filter(|side| !side.crls.is_empty()) {
        match SideTrust::load(side.clone(), roots, crls, now_ms) {
            Ok(side) => loaded.push(side),
            Err(error) => findings.push(given_insufficient(&error)),
        }
    }
    match TrustStore::new(loaded) {
        Ok(store) => (store.sides().count() > 0).then(|| Arc::new(store)),
        Err(error) => {
            findings.push(given_insufficient(&error));
            None
        }
    }
}

fn given_insufficient(error: &LoadError) -> Finding {
    let why = format!("the trust given to this audit cannot be used: {error}");
    let kind = Kind::TrustIncomplete {
        reason: reason::name(Reason::CrlStale),
        why,
    };
    Finding {
        kind,
        place: Place::whole_log(),
    }
}

/// What a store that cannot be made from the things named means for the statement.
fn insufficient(error: &LoadError) -> Kind {
    let why = error.to_string();
    match error {
        LoadError::CrlMissing { .. } | LoadError::CrlNotInForce { .. } => Kind::TrustIncomplete {
            reason: reason::name(Reason::CrlStale),
            why,
        },
        LoadError::NoRoot { .. }
        | LoadError::TooMany { .. }
        | LoadError::Root { .. }
        | LoadError::SameName { .. }
        | LoadError::Crl { .. }
        | LoadError::SideTwice { .. } => Kind::Refused {
            reason: reason::name(Reason::SignerUntrusted),
            why,
        },
    }
}
