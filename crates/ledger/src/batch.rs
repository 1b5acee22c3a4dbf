//! A batch on its way: gathered from the queue, sorted into what is new and what is not, and sealed into a frame.

mod gather;
mod seal;

pub(crate) use gather::Gatherer;
pub(crate) use seal::seal;

use crate::committed::Committed;
use crate::entry::{Entry, EntryKey};
use crate::queue::{Answer, Pending, Reply};
use crate::view::{Found, View};
use precinto_merkle::hash::Hash;
use std::collections::HashMap;
use std::sync::Arc;

/// The new entries of a batch, and what everyone in it is waiting for.
#[derive(Debug)]
pub(crate) struct Batch {
    /// In the order in which they will stand in the log.
    pub(crate) new: Vec<Entry>,
    fates: Vec<(Reply, Fate)>,
}

/// What becomes of a pending entry.
#[derive(Debug)]
enum Fate {
    /// It is the new entry of this number, or (`duplicate`) says the same as it.
    New { number: usize, duplicate: bool },
    /// It has the key of the new entry of this number, and says something else.
    Clash { number: usize, digest: Hash },
    /// It does not depend on this batch.
    Known(Answer),
}

impl Batch {
    /// Looks every entry up, in the log and among those before it in the batch.
    pub(crate) fn sort(pending: Vec<Pending>, view: &View) -> Self {
        let mut batch = Self {
            new: Vec::new(),
            fates: Vec::with_capacity(pending.len()),
        };
        let mut numbers: HashMap<EntryKey, usize> = HashMap::new();
        for Pending { entry, reply } in pending {
            let fate = if let Some(number) = numbers.get(&entry.key).copied() {
                batch.compare(number, &entry)
            } else {
                match view.find(&entry.key) {
                    Ok(Some(found)) if found.digest == entry.digest => {
                        Fate::Known(Answer::Repeat(found))
                    }
                    Ok(Some(found)) => Fate::Known(Answer::Conflict(found)),
                    Err(error) => Fate::Known(Answer::Unreadable(error)),
                    Ok(None) => {
                        let number = batch.new.len();
                        numbers.insert(entry.key, number);
                        batch.new.push(entry);
                        Fate::New {
                            number,
                            duplicate: false,
                        }
                    }
                }
            };
            batch.fates.push((reply, fate));
        }
        batch
    }

    fn compare(&self, number: usize, entry: &Entry) -> Fate {
        match self.new.get(number).map(|first| first.digest) {
            Some(digest) if digest != entry.digest => Fate::Clash { number, digest },
            _ => Fate::New {
                number,
                duplicate: true,
            },
        }
    }

    /// Answers those who do not depend on this batch. MUST be all, if nothing is new.
    pub(crate) fn answer_known(self) {
        self.answer(|_| None);
    }

    /// Answers everyone. MUST NOT be called before the batch, whose first entry is `first`, is synced: even a
    /// refusal may rest on an entry of the batch.
    pub(crate) fn answer_all(self, first: u64, committed: &Arc<Committed>) {
        self.answer(|number| Some((first + number as u64, Arc::clone(committed))));
    }

    fn answer(self, index_of: impl Fn(usize) -> Option<(u64, Arc<Committed>)>) {
        for (reply, fate) in self.fates {
            let answer = match fate {
                Fate::Known(answer) => Some(answer),
                Fate::New { number, duplicate } => {
                    index_of(number).map(|(index, batch)| Answer::Appended {
                        batch,
                        index,
                        duplicate,
                    })
                }
                Fate::Clash { number, digest } => {
                    index_of(number).map(|(index, _)| Answer::Conflict(Found { index, digest }))
                }
            };
            if let Some(answer) = answer {
                reply.send(answer);
            }
        }
    }
}
