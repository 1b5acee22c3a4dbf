//! From a draft to a signed statement: what the node alone knows is filled in here.

use super::Outgoing;
use super::report::Meta;
use crate::args::SendOptions;
use crate::clock;
use crate::config::{Material, Node};
use crate::counters::{Counters, Numbers};
use crate::draft::Draft;
use crate::exit::Failure;
use precinto_alert::code::{MessageType, Tlp};
use precinto_alert::id::AlertId;
use precinto_client::{Author, Draft as Unsigned, DraftContent, Signed, Signer};
use precinto_proto::v1 as pb;
use std::collections::BTreeMap;

/// How long a message is of use when its draft does not say.
const EXPIRES_AFTER_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// Turns drafts into signed statements of one node.
pub(super) struct Composer<'a> {
    node: &'a Node,
    material: &'a Material,
    author: Author,
    officers: BTreeMap<String, Signer>,
    always: Vec<String>,
    counters: Counters,
    rehearsal: bool,
}

impl<'a> Composer<'a> {
    /// A composer whose statements are all signed by the officers named in `options` too; takes `block` numbers at a
    /// time, and keeps none in a dry run.
    pub(super) fn new(
        node: &'a Node,
        material: &'a Material,
        options: &SendOptions,
        block: u64,
    ) -> anyhow::Result<Self> {
        let always = &options.officer;
        let mut composer = Self {
            author: material.author().map_err(Failure::from)?,
            officers: BTreeMap::new(),
            always: always.clone(),
            rehearsal: options.dry_run,
            counters: Counters::open(&node.state, block)?,
            node,
            material,
        };
        for id in always {
            composer.load_officer(id)?;
        }
        Ok(composer)
    }

    /// Fills in, numbers and signs. What is not to be sent, or cannot be signed, keeps no number.
    pub(super) fn compose(&mut self, draft: Draft) -> anyhow::Result<Outgoing> {
        for id in &draft.officers {
            self.load_officer(id)?;
        }
        let tag = draft.tag.clone();
        let mut numbers = Numbers::default();
        let signed = self.number_and_sign(draft, &mut numbers);
        if self.rehearsal || signed.is_err() {
            self.counters.untake(numbers);
        }
        let signed = signed?;
        let meta = Meta::of(&signed, tag);
        Ok(Outgoing { signed, meta })
    }

    /// `numbers` holds what was taken, also if it fails.
    fn number_and_sign(&mut self, draft: Draft, numbers: &mut Numbers) -> anyhow::Result<Signed> {
        let Draft {
            mut statement,
            content,
            officers,
            tag: _,
        } = draft;
        self.fill(&mut statement, content.is_some());
        self.number(&mut statement, numbers)?;
        let signers: Vec<&Signer> = self
            .always
            .iter()
            .chain(officers.iter().filter(|id| !self.always.contains(id)))
            .filter_map(|id| self.officers.get(id))
            .collect();
        let content = content.map(|(media_type, bytes)| DraftContent { media_type, bytes });
        let unsigned = Unsigned { statement, content };
        let signed = self.author.sign(unsigned, &signers, clock::now_ms());
        signed.map_err(|error| Failure::coded(error.reason(), error.to_string()).into())
    }

    /// At the end: numbers that were taken and not used go back.
    pub(super) fn finish(&mut self) -> anyhow::Result<()> {
        self.counters.give_back()
    }

    fn fill(&self, statement: &mut pb::Statement, has_content: bool) {
        if statement.expires_ms == 0 {
            statement.expires_ms = clock::now_ms() + EXPIRES_AFTER_MS;
        }
        if statement.handling.is_none() {
            let tlp = Tlp::AmberStrict.into();
            statement.handling = Some(pb::Handling {
                tlp,
                ..pb::Handling::default()
            });
        }
        if has_content && statement.languages.is_empty() {
            let language = if self.node.country == "MX" {
                "es-MX"
            } else {
                "en-US"
            };
            statement.languages.push(language.to_owned());
        }
    }

    fn number(&mut self, statement: &mut pb::Statement, taken: &mut Numbers) -> anyhow::Result<()> {
        if statement.r#type == i32::from(MessageType::Alert) && statement.alert_id.is_empty() {
            let (year, number) = self.counters.alert(year_of(clock::now_ms()))?;
            taken.alert = Some((year, number));
            let id = AlertId::compose(&self.node.country, &self.node.code, year, number);
            let wrong =
                |error| Failure::usage(format!("country and code make no alert id: {error}"));
            statement.alert_id = id.map_err(wrong)?.to_string();
        }
        if statement.alert_version == 0 && !statement.alert_id.is_empty() {
            statement.alert_version = 1;
        }
        let sequence = self.counters.sequence()?;
        taken.sequence = Some(sequence);
        statement.sender_seq = sequence;
        Ok(())
    }

    fn load_officer(&mut self, id: &str) -> anyhow::Result<()> {
        if !self.officers.contains_key(id) {
            let signer = self.material.officer(id).map_err(Failure::from)?;
            drop(self.officers.insert(id.to_owned(), signer));
        }
        Ok(())
    }
}

fn year_of(now_ms: u64) -> u16 {
    let now = i64::try_from(now_ms)
        .ok()
        .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    let year = now.map_or(1970, |now| now.to_zoned(jiff::tz::TimeZone::UTC).year());
    u16::try_from(year).unwrap_or(0)
}
