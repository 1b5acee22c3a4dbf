//! Policies (C2SP tlog-policy): which logs are known, which witnesses, and how many of them have to have cosigned.
//!
//! ```text
//! log <vkey> [<url>]
//! witness <name> <vkey> [<url>]
//! group <name> <k | all | any> <name>...
//! quorum <name | none>
//! ```
//!
//! Names mean something inside the file only; they are opaque octets.

use crate::checkpoint::SignedCheckpoint;
use crate::note::{Kind, NoteError, NoteVerifier, VkeyError};
use crate::text::from_decimal;
use std::collections::BTreeMap;

/// The largest policy file accepted, in bytes.
pub const POLICY_BYTES_MAX: usize = 64 * 1024;

/// The most logs, and the most witnesses and groups together, of one policy; C2SP recommends 32 of each at least.
pub const POLICY_NAMES_MAX: usize = 256;

/// What it takes to believe a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<NoteVerifier>,
    witnesses: Vec<NoteVerifier>,
    /// Witnesses and groups in the order of their lines: a group knows only what stands before it.
    terms: Vec<Term>,
    quorum: Quorum,
}

/// What has to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quorum {
    /// Nothing: the log's own word is enough.
    Nobody,
    /// The term in this place.
    Term(usize),
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    /// Holds when this witness, by its place in the list, has cosigned.
    Witness(usize),
    /// Holds when `needed` of `members`, places in the list of terms, hold.
    Group { needed: usize, members: Vec<usize> },
}

/// On whose word a checkpoint rests, and every receipt under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grade {
    /// On the log's own: good enough to act on.
    Local,
    /// Also on that of the witnesses that the verifier's policy asks for: final.
    Witnessed,
}

/// Why a text is no policy: the line, counted from 1, and what is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the policy: {fault}")]
pub struct PolicyError {
    /// The line; one past the last when something is missing.
    pub line: usize,
    /// What is wrong.
    pub fault: PolicyFault,
}

/// What is wrong with a line of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    /// More than [`POLICY_BYTES_MAX`], or more than [`POLICY_NAMES_MAX`] logs or names.
    #[error("the policy is too large")]
    Size,
    /// A control character other than tab and line feed.
    #[error("a control character")]
    Characters,
    /// The last line does not end with a line feed.
    #[error("the line is not ended: was the file cut off?")]
    Unended,
    /// Not one of the four kinds of line, or too few or too many words on it.
    #[error("neither log, nor witness, group or quorum with the words that belong to it")]
    Form,
    /// A key that is none.
    #[error("{0}")]
    Key(#[from] VkeyError),
    /// A witness key where a log's belongs, or the other way round.
    #[error("the key is of the other kind: 1 for a log, 4 for a witness")]
    Kind,
    /// The same public key twice, be it under another name.
    #[error("the same key stands in an earlier line")]
    KeyTwice,
    /// A name defined twice, or `none`.
    #[error("the name is taken")]
    NameTaken,
    /// A name that no line before defines.
    #[error("no line before defines the name")]
    NameUnknown,
    /// A name that is a member already, of this group or another.
    #[error("the name is a member of a group already")]
    MemberTwice,
    /// A threshold that is no number from 1 to the number of members.
    #[error("the threshold must be any, all, or a number from 1 to that of the members")]
    Threshold,
    /// A second quorum.
    #[error("there is a quorum already")]
    QuorumTwice,
    /// No quorum.
    #[error("no line says the quorum")]
    QuorumMissing,
}

impl Policy {
    /// Reads a policy of at most [`POLICY_BYTES_MAX`] bytes.
    pub fn parse(policy: impl AsRef<[u8]>) -> Result<Self, PolicyError> {
        let policy = policy.as_ref();
        let at = |line, fault| PolicyError { line, fault };
        if policy.len() > POLICY_BYTES_MAX {
            return Err(at(1, PolicyFault::Size));
        }
        let mut reading = Reading::default();
        let mut line = 0;
        for text in policy.split_inclusive(|byte| *byte == b'\n') {
            line += 1;
            let text = text
                .strip_suffix(b"\n")
                .ok_or_else(|| at(line, PolicyFault::Unended))?;
            reading.line(text).map_err(|fault| at(line, fault))?;
        }
        let quorum = reading.quorum;
        Ok(Self {
            quorum: quorum.ok_or_else(|| at(line + 1, PolicyFault::QuorumMissing))?,
            logs: reading.logs,
            witnesses: reading.witnesses,
            terms: reading.terms,
        })
    }

    /// The logs whose checkpoints count; empty if they are known in some other way.
    pub fn logs(&self) -> &[NoteVerifier] {
        &self.logs
    }

    /// The witnesses whose cosignatures count.
    pub fn witnesses(&self) -> &[NoteVerifier] {
        &self.witnesses
    }

    /// Whether the quorum asks for any witness at all.
    pub fn asks_for_witnesses(&self) -> bool {
        self.quorum != Quorum::Nobody
    }

    /// Whether the quorum is met when exactly the witnesses that `has_cosigned` names have cosigned.
    pub fn is_met(&self, has_cosigned: impl Fn(&NoteVerifier) -> bool) -> bool {
        let Quorum::Term(quorum) = self.quorum else {
            return true;
        };
        let mut holds: Vec<bool> = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            let held = match term {
                Term::Witness(place) => self.witnesses.get(*place).is_some_and(&has_cosigned),
                Term::Group { needed, members } => {
                    let held = |member: &&usize| holds.get(**member).copied().unwrap_or(false);
                    members.iter().filter(held).count() >= *needed
                }
            };
            holds.push(held);
        }
        holds.get(quorum).copied().unwrap_or(false)
    }

    /// What a checkpoint whose log signature was verified is worth under this policy. Under `quorum none` nothing is
    /// worth more than the log's own word.
    ///
    /// Fails if a cosignature by one of the witnesses does not hold: somebody has altered it.
    pub fn grade(&self, checkpoint: &SignedCheckpoint) -> Result<Grade, NoteError> {
        let cosignatures = checkpoint.cosignatures(&self.witnesses)?;
        let has_cosigned = |key: &NoteVerifier| cosignatures.iter().any(|by| by.key == *key);
        if self.asks_for_witnesses() && self.is_met(has_cosigned) {
            Ok(Grade::Witnessed)
        } else {
            Ok(Grade::Local)
        }
    }
}

/// A policy of which some lines have been read.
#[derive(Default)]
struct Reading {
    logs: Vec<NoteVerifier>,
    witnesses: Vec<NoteVerifier>,
    terms: Vec<Term>,
    /// The place of each name's term, and whether it is a member of a group.
    names: BTreeMap<Vec<u8>, (usize, bool)>,
    quorum: Option<Quorum>,
}

impl Reading {
    fn line(&mut self, line: &[u8]) -> Result<(), PolicyFault> {
        if line.iter().any(|byte| is_control(*byte)) {
            return Err(PolicyFault::Characters);
        }
        let words = line.split(|byte| matches!(byte, b' ' | b'\t'));
        let words: Vec<&[u8]> = words.filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", vkey] | [b"log", vkey, _] => self.log(vkey),
            [b"witness", name, vkey] | [b"witness", name, vkey, _] => self.witness(name, vkey),
            [b"group", name, threshold, members @ ..] if !members.is_empty() => {
                self.group(name, threshold, members)
            }
            [b"quorum", name] => self.quorum(name),
            _ => Err(PolicyFault::Form),
        }
    }

    fn log(&mut self, vkey: &[u8]) -> Result<(), PolicyFault> {
        let key = key(vkey, Kind::Log)?;
        add_key(&mut self.logs, key)
    }

    fn witness(&mut self, name: &[u8], vkey: &[u8]) -> Result<(), PolicyFault> {
        let key = key(vkey, Kind::Cosigner)?;
        add_key(&mut self.witnesses, key)?;
        self.define(name, Term::Witness(self.witnesses.len() - 1))
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], names: &[&[u8]]) -> Result<(), PolicyFault> {
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            let (place, is_member) = self.names.get_mut(*name).ok_or(PolicyFault::NameUnknown)?;
            // A witness counts in one way only.
            if std::mem::replace(is_member, true) {
                return Err(PolicyFault::MemberTwice);
            }
            members.push(*place);
        }
        let needed = match threshold {
            b"any" => 1,
            b"all" => members.len(),
            number => {
                let number = std::str::from_utf8(number).ok().and_then(from_decimal);
                let number = number.and_then(|number| usize::try_from(number).ok());
                number
                    .filter(|needed| (1..=members.len()).contains(needed))
                    .ok_or(PolicyFault::Threshold)?
            }
        };
        self.define(name, Term::Group { needed, members })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), PolicyFault> {
        let quorum = match name {
            b"none" => Quorum::Nobody,
            name => {
                let (place, _) = self.names.get(name).ok_or(PolicyFault::NameUnknown)?;
                Quorum::Term(*place)
            }
        };
        match self.quorum.replace(quorum) {
            None => Ok(()),
            Some(_) => Err(PolicyFault::QuorumTwice),
        }
    }

    fn define(&mut self, name: &[u8], term: Term) -> Result<(), PolicyFault> {
        if self.terms.len() >= POLICY_NAMES_MAX {
            return Err(PolicyFault::Size);
        }
        let place = (self.terms.len(), false);
        if name == b"none" || self.names.insert(name.to_vec(), place).is_some() {
            return Err(PolicyFault::NameTaken);
        }
        self.terms.push(term);
        Ok(())
    }
}

fn key(vkey: &[u8], kind: Kind) -> Result<NoteVerifier, PolicyFault> {
    let vkey = std::str::from_utf8(vkey).map_err(|_| VkeyError::Form)?;
    let key = NoteVerifier::parse(vkey)?;
    if key.kind() == kind {
        Ok(key)
    } else {
        Err(PolicyFault::Kind)
    }
}

fn add_key(keys: &mut Vec<NoteVerifier>, key: NoteVerifier) -> Result<(), PolicyFault> {
    if keys.len() >= POLICY_NAMES_MAX {
        return Err(PolicyFault::Size);
    }
    if keys.iter().any(|known| known.has_key_of(&key)) {
        return Err(PolicyFault::KeyTwice);
    }
    keys.push(key);
    Ok(())
}

/// Octets above 0x7F are opaque to a policy.
fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7F
}

#[cfg(test)]
mod tests;
