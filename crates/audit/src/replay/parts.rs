//! The row of each side's parts of the directory: what each must follow, and which of them counted when.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::directory::{Directory, Part};
use crate::finding::{Kind, said};
use precinto_alert::Detail;
use precinto_alert::floor::Rules;
use precinto_alert::id::{OfficerId, Side};
use precinto_envelope::hex;

/// The newest part of each side so far.
#[derive(Default)]
pub(super) struct Parts {
    newest: BTreeMap<Side, Newest>,
    /// The agency to which each NODE code of a side first belonged, or had passed when that was not asked yet: its alert ids stay
    /// that agency's.
    codes: BTreeMap<Side, BTreeMap<String, String>>,
    /// Directories by the parts that they were put together from.
    directories: HashMap<Vec<[u8; 32]>, Arc<Directory>>,
    /// The newest rules that a record has claimed so far.
    rules: Option<Rules>,
}

struct Newest {
    digest: [u8; 32],
    part: Arc<Part>,
}

/// A part that a record names.
pub(super) struct NamedPart {
    pub(super) side: Side,
    pub(super) digest: [u8; 32],
    pub(super) part: Arc<Part>,
}

impl Parts {
    /// Notes by which rules the gateway lets messages in: before `floor/4` it took parts that give a code to another agency too.
    pub(super) fn claims(&mut self, rules: Rules) {
        self.rules = self.rules.max(Some(rules));
    }

    /// Takes the next part of a side, whoever signed it; gives what speaks against its standing there.
    ///
    /// `signers` are the officers of the side who have signed it; none when their signatures do not hold, which is told elsewhere.
    /// Also a part that should not be there counts from now on:
    /// what is wrong is told once.
    pub(super) fn take(
        &mut self,
        next: NamedPart,
        signers: Option<&BTreeSet<OfficerId>>,
    ) -> Vec<Kind> {
        let NamedPart { side, digest, part } = next;
        let taken = self.takes_a_code(&part, &side);
        let before = self.newest.get(&side);
        let mut kinds = Vec::new();
        kinds.extend(follows(&part, before));
        kinds.extend(self.reaches_over(&part, &side));
        let fault = part.fault.clone().or(taken);
        kinds.extend(fault.map(|why| Kind::DirectoryContent { why }));
        // Nobody stands before the first part: those count whom it names itself. Its entry is as old as the log.
        let basis = before.map_or(&part, |before| &before.part);
        kinds.extend(signers.and_then(|signers| stewards(basis, signers)));
        self.newest.insert(side, Newest { digest, part });
        kinds
    }

    /// What a part says of the other side, or takes of what is the other side's.
    fn reaches_over(&self, part: &Part, side: &Side) -> Option<Kind> {
        let wrong = |why: Detail| Some(Kind::DirectorySide { why });
        if let Some(foreign) = &part.foreign {
            return wrong(said!(
                "it says something of {foreign:?}",
                "dice algo de {foreign:?}"
            ));
        }
        let others = self.newest.iter().filter(|(other, _)| *other != side);
        for (_, Newest { part: theirs, .. }) in others {
            let taken = part.codes.keys().find_map(|code| {
                let owner = theirs.codes.get(code)?;
                Some(said!(
                    "the code {code} is that of {owner}",
                    "el código {code} es de {owner}"
                ))
            });
            if let Some(why) = taken {
                return wrong(why);
            }
            // A cosignature does not name its cosigner: one hand would pass for two witnesses.
            let same = part.witnesses.iter().find_map(|(node, key)| {
                let mut witnesses = theirs.witnesses.iter();
                let (owner, _) = witnesses.find(|(_, known)| known.has_key_of(key))?;
                Some(said!(
                    "the witness key of {node} is that of {owner}",
                    "la llave de testigo de {node} es la de {owner}"
                ))
            });
            if let Some(why) = same {
                return wrong(why);
            }
            // Who enters a name of the other side would be sent what is for that name.
            let shared = part.lists.iter().find_map(|(list, joint)| {
                let theirs = theirs.lists.get(list)?;
                let (kind, name) = list;
                (!(*joint && *theirs)).then(|| {
                    said!(
                        "the {kind} {name:?} is of another side too, and not joint on both",
                        "el {kind} {name:?} también es de otro lado, y no es conjunto en ambos"
                    )
                })
            });
            if let Some(why) = shared {
                return wrong(why);
            }
        }
        None
    }

    /// Whether a NODE code passes to another agency of the side than had it first.
    fn takes_a_code(&mut self, part: &Part, side: &Side) -> Option<Detail> {
        let is_asked = self.rules.is_none_or(Rules::ask_floor);
        let owners = self.codes.entry(side.clone()).or_default();
        let mut taken = None;
        // What is foreign is told, and gives nobody anything.
        let codes = part.codes.iter().filter(|_| part.foreign.is_none());
        for (code, node) in codes {
            let (agency, _) = node.rsplit_once("/node/").unwrap_or((node, ""));
            let owner = owners
                .entry(code.clone())
                .or_insert_with(|| agency.to_owned());
            if owner.as_str() != agency && !is_asked {
                agency.clone_into(owner);
            } else if owner.as_str() != agency {
                taken.get_or_insert_with(|| {
                    said!(
                        "the code {code} of {node} was that of {owner}",
                        "la clave {code} de {node} era de {owner}"
                    )
                });
            }
        }
        taken
    }

    /// What speaks against a record that names these parts: they must be the newest, one of each side. A gateway lets what it
    /// decided under one part into its log before the next.
    pub(super) fn wrong_names(&self, named: &[NamedPart]) -> Option<Kind> {
        let wrong = |why: Detail| Some(Kind::DirectoryNamed { why });
        for (side, newest) in &self.newest {
            let mut of_side = named.iter().filter(|part| part.side == *side);
            let (Some(one), None) = (of_side.next(), of_side.next()) else {
                return wrong(said!(
                    "not exactly one part of {side}",
                    "no exactamente una parte de {side}"
                ));
            };
            if one.digest != newest.digest {
                let (version, newest) = (one.part.version, newest.part.version);
                return wrong(said!(
                    "version {version} of {side}, although version {newest} was in force",
                    "la versión {version} de {side}, aunque regía la versión {newest}"
                ));
            }
        }
        None
    }

    /// The directory that these parts make, put together once.
    pub(super) fn directory(&mut self, named: &[NamedPart]) -> Option<Arc<Directory>> {
        if named.is_empty() {
            return None;
        }
        let name: Vec<[u8; 32]> = named.iter().map(|part| part.digest).collect();
        if self.directories.len() >= DIRECTORIES_MAX && !self.directories.contains_key(&name) {
            self.directories.clear();
        }
        let together = || {
            let parts = named.iter().map(|named| Arc::clone(&named.part));
            Arc::new(Directory::of(parts.collect()))
        };
        let known = self.directories.entry(name).or_insert_with(together);
        Some(Arc::clone(known))
    }
}

/// Whether the part is the next one of its side.
fn follows(part: &Part, before: Option<&Newest>) -> Option<Kind> {
    let wrong = |why: Detail| Some(Kind::DirectoryVersion { why });
    let newest = before.map_or(0, |before| before.part.version);
    let next = newest.saturating_add(1);
    if part.version != next {
        let version = part.version;
        return wrong(said!(
            "it is version {version} behind version {newest}, where {next} belongs",
            "es la versión {version} tras la versión {newest}, donde corresponde la {next}"
        ));
    }
    if part.previous != before.map(|before| hex(&before.digest)) {
        return wrong(Detail::from((
            "the part before it is not the one that it names as such",
            "la parte anterior no es la que nombra como tal",
        )));
    }
    None
}

/// Whether enough of those have signed whom the part before names, and nobody else.
fn stewards(basis: &Part, signers: &BTreeSet<OfficerId>) -> Option<Kind> {
    let wrong = |why: Detail| Some(Kind::DirectorySigner { why });
    let is_steward = |officer: &&OfficerId| basis.stewards.contains(&officer.to_string());
    if let Some(other) = signers.iter().find(|officer| !is_steward(officer)) {
        return wrong(said!(
            "{other} has signed it, who is no steward of its side",
            "la firmó {other}, que no es custodio de su lado"
        ));
    }
    let (count, needed) = (signers.len(), basis.stewards_needed.max(1));
    if count < needed {
        return wrong(said!(
            "{count} of its side's stewards have signed it, and {needed} are needed",
            "la firmaron {count} custodios de su lado, y se necesitan {needed}"
        ));
    }
    None
}

/// More would only be needed by a log whose directory changes all the time.
const DIRECTORIES_MAX: usize = 64;

#[cfg(test)]
mod tests {
    //! What is between the parts of two sides.

    use super::*;
    use precinto_envelope::crypto::SigningKey;
    use precinto_merkle::cosignature::CosignatureSigner;

    fn listing(side: &str, joint: bool, seed: u8) -> NamedPart {
        let key = SigningKey::from_ed25519_seed([seed; 32]);
        let witness = CosignatureSigner::new(side, key).unwrap();
        let witness = witness.verifier();
        let text = format!(
            "side = \"{side}\"\nversion = 1\nstewards = [\"spiffe://{side}/agency/a/officer/o\"]
[[agency]]\nid = \"{side}/a\"\nname_en = \"A\"\nname_es = \"A\"
[[agency.node]]\nname = \"n\"\ncode = \"A{seed}\"\nwitness = \"{witness}\"
[[agency.officer]]\nid = \"o\"\nnodes = []
[[group]]\nname = \"cargo\"\nmembers = []\njoint = {joint}\n"
        );
        let side: Side = side.parse().unwrap();
        let part = Arc::new(Part::parse(text.as_bytes(), &side).unwrap());
        NamedPart {
            side,
            digest: [0; 32],
            part,
        }
    }

    /// Whether a part of the other side reaches over behind the first one.
    fn second_reaches_over(first: NamedPart, second: NamedPart) -> bool {
        let mut parts = Parts::default();
        let found = parts.take(first, None);
        assert!(found.is_empty(), "{found:?}");
        match parts.take(second, None).as_slice() {
            [] => false,
            [Kind::DirectorySide { .. }] => true,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_of_both_sides_is_joint_on_both() {
        for (first, second) in [(true, true), (true, false), (false, true), (false, false)] {
            let first_part = listing("us.dev.invalid", first, 1);
            let second_part = listing("mx.dev.invalid", second, 2);
            let wrong = second_reaches_over(first_part, second_part);
            assert_eq!(wrong, !(first && second));
        }
    }

    #[test]
    fn one_hand_is_no_witness_of_both_sides() {
        let ours = || listing("us.dev.invalid", true, 1);
        assert!(!second_reaches_over(
            ours(),
            listing("mx.dev.invalid", true, 2)
        ));
        let mut theirs = listing("mx.dev.invalid", true, 1);
        // The code is another one, only the key is the same.
        let part = Arc::get_mut(&mut theirs.part).unwrap();
        part.codes.clear();
        assert!(second_reaches_over(ours(), theirs));
    }
}
