//! What the agent works by, from its files: its certificates and keys, and the roots and revocation lists that it believes.
//!
//! They are renewed while it runs. What changes is loaded and judged first, on the side, and only what is good as a whole takes
//! the place of what is in force; a bad file changes nothing, is said, and is looked at again and again until it is good: that may
//! take nothing but time. A certificate of its own that has ceased to count keeps no list out. A revocation list never goes back: its
//! number never falls, and stands for one list for ever, also after a restart.
//!
//! Trust statement: the lists that were taken lie in `lists/` of the state folder. Who deletes them can put back an older list
//! before the next start, and whoever may do that may as well write to the settings.

use crate::clock;
use crate::commands::check;
use crate::config::{Fingerprint, Material, Node, Own};
use crate::exit::{Exit, Failure, Text};
use crate::files::{make_folder, write_durable};
use crate::output::Lang;
use precinto_envelope::hex;
use precinto_envelope::trust::{NewestLists, TrustKind};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

/// The files of one agent, and what of them is in force.
pub(super) struct Files {
    in_force: watch::Sender<Option<Arc<Material>>>,
    /// As they were when they were read last, good or bad.
    read: Option<Fingerprint>,
    newest: NewestLists,
    /// Where those stay that were taken.
    lists: PathBuf,
    /// Why they were not taken when they were read last.
    refused: Option<Text>,
    /// Of whose end was warned, and when.
    warned: BTreeMap<String, u64>,
}

/// What became of a look at them.
pub(super) enum Looked {
    /// They are as they were, and nobody has asked.
    Same,
    /// Read again because somebody has asked: nothing in them is new.
    NothingNew,
    /// They cannot be taken: what was in force stays so.
    Refused(Text),
    /// They are in force from now on; what is another.
    Taken(Vec<Text>),
}

/// What ends soon.
pub(super) struct Ending {
    /// All of it.
    pub(super) all: Vec<Text>,
    /// That of which nobody was told for a day.
    pub(super) due: Vec<Text>,
}

/// Lists on disk that are read at a start; a site has a few, and none is larger than [`LIST_BYTES_MAX`].
const LISTS_MAX: usize = 256;
const LIST_BYTES_MAX: u64 = precinto_envelope::limits::CRL_BYTES_MAX as u64;

/// Somebody is told so often that something ends.
const WARNED_EVERY_MS: u64 = 24 * 3_600_000;

impl Files {
    /// Of a node with this state folder, which exists.
    pub(super) fn of(node: &Node) -> anyhow::Result<Self> {
        let lists = node.state.join("lists");
        make_folder(&lists)?;
        let mut newest = NewestLists::default();
        for entry in std::fs::read_dir(&lists)?.flatten().take(LISTS_MAX) {
            let (name, is_small) = (entry.file_name(), entry.metadata());
            let is_small = is_small.is_ok_and(|found| found.len() <= LIST_BYTES_MAX);
            // `<digest>.<side>`: what is called otherwise, or is no list, is nobody's.
            let side = name.to_str().and_then(|name| name.split_once('.'));
            let side = side.and_then(|(_, side)| side.parse().ok());
            if let Some(side) = side.filter(|_| is_small) {
                newest.see(&side, &std::fs::read(entry.path())?);
            }
        }
        Ok(Self {
            in_force: watch::Sender::new(None),
            read: None,
            newest,
            lists,
            refused: None,
            warned: BTreeMap::new(),
        })
    }

    /// What is in force, for who works by it beside the sessions.
    pub(super) fn in_force(&self) -> watch::Receiver<Option<Arc<Material>>> {
        self.in_force.subscribe()
    }

    /// What a session works by: what is in force, or, as long as nothing is, what the files hold.
    pub(super) fn material(&mut self, node: &Node) -> Result<Arc<Material>, Failure> {
        if let Some(material) = self.in_force.borrow().clone() {
            return Ok(material);
        }
        // Before they are read: what changes meanwhile is seen afterwards.
        self.read = Some(Fingerprint::of(node));
        let material = Arc::new(self.load(node)?);
        self.take(&material)?;
        Ok(material)
    }

    /// Reads them again if they are others than those that were read, or somebody has `asked`.
    /// Those that were refused are read again each time: what comes into force tomorrow, or a disk that has room again, changes no file.
    pub(super) fn look(&mut self, node: &Node, asked: bool) -> Looked {
        let Some(before) = self.in_force.borrow().clone() else {
            // The next session reads them in any case.
            return Looked::Same;
        };
        let is_same = |read: &Fingerprint| !read.has_changed(node);
        if !asked && self.refused.is_none() && self.read.as_ref().is_some_and(is_same) {
            return Looked::Same;
        }
        self.read = Some(Fingerprint::of(node));
        let taken = self.load(node).and_then(|next| {
            serves(&before, &next, node)?;
            let changes = changes(&before, &next);
            if !changes.is_empty() {
                self.take(&Arc::new(next))?;
            }
            Ok(changes)
        });
        match taken {
            Ok(changes) => {
                self.refused = None;
                match (changes.is_empty(), asked) {
                    (false, _) => Looked::Taken(changes),
                    (true, true) => Looked::NothingNew,
                    (true, false) => Looked::Same,
                }
            }
            Err(failure) => {
                let text = failure.message;
                // Said once, and to whoever asks.
                let is_said = self.refused.replace(text.clone()).as_ref() == Some(&text);
                if is_said && !asked {
                    Looked::Same
                } else {
                    Looked::Refused(text)
                }
            }
        }
    }

    /// Why what the files hold is not in force.
    pub(super) fn refused(&self) -> Option<&Text> {
        self.refused.as_ref()
    }

    /// What of that which is in force ends soon, well before it does, or counts no more.
    pub(super) fn ending(&mut self, node: &Node, now_ms: u64) -> Ending {
        let in_force = self.in_force.borrow().clone();
        let all = in_force.map_or_else(Vec::new, |material| check::ending(node, &material, now_ms));
        self.warned
            .retain(|what, _| all.iter().any(|one| one.pick(Lang::En) == what));
        let mut due = Vec::new();
        for one in &all {
            let what = one.pick(Lang::En).to_owned();
            let last = self.warned.get(&what);
            if last.is_none_or(|last_ms| now_ms.abs_diff(*last_ms) >= WARNED_EVERY_MS) {
                self.warned.insert(what, now_ms);
                due.push(one.clone());
            }
        }
        Ending { all, due }
    }

    fn load(&self, node: &Node) -> Result<Material, Failure> {
        let material = Material::load_to_sign(node)?;
        let trust = &material.settings.trust;
        self.newest.check(trust).map_err(|error| {
            let es = "una lista de revocación anterior a la que ya estuvo en vigor";
            Failure::new(Exit::Usage, Text::cause(error, es))
        })?;
        Ok(material)
    }

    /// Puts it in force. What it believes is on disk by then; where that cannot be written, everything stays as it was.
    fn take(&mut self, material: &Arc<Material>) -> Result<(), Failure> {
        let trust = &material.settings.trust;
        let is_list = |kind| kind == TrustKind::RevocationList;
        let lists = trust.items().filter(|item| is_list(item.kind));
        let named = lists.map(|item| {
            let name = format!("{}.{}", hex(&item.digest), item.side);
            (self.lists.join(name), item.der)
        });
        let named: BTreeMap<PathBuf, &[u8]> = named.collect();
        keep(&self.lists, &named).map_err(|error| {
            let es = "no se pueden guardar las listas de revocación";
            Failure::new(Exit::Failed, Text::cause(format!("{error:#}"), es))
        })?;
        self.newest.see_all(trust);
        self.in_force.send_replace(Some(Arc::clone(material)));
        Ok(())
    }
}

/// Writes the lists that are not there, and then removes the others: at no moment is the newest one missing.
fn keep(folder: &Path, lists: &BTreeMap<PathBuf, &[u8]>) -> anyhow::Result<()> {
    for (path, der) in lists {
        if !path.try_exists()? {
            write_durable(path, der)?;
        }
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if !lists.contains_key(&path) {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Whether those of the node's own certificates that are new are its own, and count by the roots and lists that come with them:
/// nothing that counts makes room for what does not. Those that it has already may be late, or revoked by that very list.
fn serves(before: &Material, next: &Material, node: &Node) -> Result<(), Failure> {
    let now_ms = clock::now_ms();
    let is_new = |one: &&Own| {
        let digest = one.leaf.digest();
        before.own().all(|other| other.leaf.digest() != digest)
    };
    for own in next.own().filter(is_new) {
        let wrong = |text: Text| Failure::new(Exit::Usage, text.about(own.file.display()));
        own.judge(&next.settings.trust, now_ms)
            .map_err(|error| wrong(Text::cause(error, "el certificado no vale")))?;
        let is_own = own
            .leaf
            .identity()
            .is_ok_and(|of| of.to_string() == node.identity.to_string());
        if !is_own {
            return Err(wrong(Text::from((
                format!("the certificate is not that of {}", node.identity),
                format!("el certificado no es el de {}", node.identity),
            ))));
        }
    }
    Ok(())
}

/// What is another in `after`, for people and for the record.
fn changes(before: &Material, after: &Material) -> Vec<Text> {
    let mut changes = Vec::new();
    for own in after.own() {
        let (digest, of) = (own.leaf.digest(), own.purpose);
        if before
            .own()
            .any(|one| (one.leaf.digest(), one.purpose) == (digest, of))
        {
            continue;
        }
        let (name, digest) = (check::own_name(of), hex(&digest));
        let until = clock::rfc3339_ms(own.leaf.not_after_ms());
        changes.push(Text::from((
            format!("{} {digest} until {until}", name.pick(Lang::En)),
            format!("{} {digest} hasta {until}", name.pick(Lang::Es)),
        )));
    }
    let (old, new) = (&before.settings.trust, &after.settings.trust);
    let change = old.changes(new);
    for (uses, of, sign) in [(&change.added, new, '+'), (&change.removed, old, '-')] {
        let sides = of.sides();
        let known = sides.flat_map(|side| side.expiries().map(move |one| (side.side(), one)));
        for (side, one) in
            known.filter(|(_, one)| uses.iter().any(|used| used.digest == one.digest))
        {
            let (en, es) = match one.kind {
                TrustKind::Root => ("root", "raíz"),
                _ => ("revocation list", "lista de revocación"),
            };
            let (name, until) = (one.name, clock::rfc3339_ms(one.until_ms));
            changes.push(Text::from((
                format!("{sign} {en} of {side}: {name} until {until}"),
                format!("{sign} {es} de {side}: {name} hasta {until}"),
            )));
        }
    }
    if changes.is_empty() && !old.is_same_as(new) {
        changes.push(("what each side believes", "lo que cree cada lado").into());
    }
    changes
}
