//! Questions about one message. What hangs on the message alone is done once, however many agencies are asked about: a message to a
//! thousand agencies is a thousand questions, and each would otherwise read a list of a thousand.

use std::sync::{Arc, OnceLock};

use precinto_envelope::crypto::sha256;

use crate::key::Key;
use crate::request::{Question, Subject, Unaskable};
use crate::stack::with_room;
use crate::{Ask, Facts, Rules, Verdict};

/// A message before the rules.
#[derive(Debug)]
pub struct Inquiry<'a> {
    rules: &'a Rules,
    facts: &'a Facts,
    /// In the place of the facts in each key, so that what is remembered is small whatever the lists are. No two messages can be
    /// made that share it.
    digest: [u8; 32],
    /// Made for the first question that was not asked before.
    subject: OnceLock<Result<Subject, Unaskable>>,
}

impl<'a> Inquiry<'a> {
    pub(crate) fn new(rules: &'a Rules, facts: &'a Facts) -> Self {
        let mut key = Key::default();
        facts.write(&mut key);
        Self {
            rules,
            facts,
            digest: sha256(&[&key.into_bytes()]),
            subject: OnceLock::new(),
        }
    }

    /// As [`Rules::decide`].
    pub fn decide(&self, ask: Ask<'_>) -> Arc<Verdict> {
        self.rules.cache().get(self.key(ask), || self.judge(ask))
    }

    /// Under which a verdict is remembered.
    pub(crate) fn key(&self, ask: Ask<'_>) -> Box<[u8]> {
        let mut key = Key::default();
        ask.write(&mut key);
        key.digest(self.digest);
        key.into_bytes()
    }

    /// Decides without looking whether it was decided before.
    pub(crate) fn judge(&self, ask: Ask<'_>) -> Verdict {
        with_room(|| self.judge_here(ask))
    }

    /// On a stack that has room for it.
    fn judge_here(&self, ask: Ask<'_>) -> Verdict {
        let subject = self.subject.get_or_init(|| Subject::of(self.facts));
        let question = match subject {
            Ok(subject) => Question::of(ask, subject),
            Err(Unaskable) => Err(Unaskable),
        };
        match question {
            Ok(question) => self.rules.judge(&question, ask.by().side(), self.facts),
            Err(Unaskable) => Verdict::unaskable(),
        }
    }
}
