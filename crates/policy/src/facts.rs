//! What a rule may ask about: coded facts of a message and of an agency, never anybody's words and nothing that singles out one
//! message.
//!
//! There is no time among them: a rule that hangs on the hour could neither be remembered nor repeated by an auditor. What holds
//! from a day on is a new version of the policy.

use std::collections::BTreeSet;

use precinto_alert::Statement;
use precinto_alert::code::{
    AuthorityCode, CommodityClass, MessageStatus, MessageType, Precedence, ProtectedBag, Tlp,
    UseCode,
};
use precinto_alert::handling::Release;
use precinto_alert::id::{AgencyId, Side};

use crate::key::Key;

/// An agency, as its side's part of the directory and the gateway's settings describe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agency {
    /// `side/agency`.
    pub id: AgencyId,
    /// ISO 3166-1 alpha-2, of its side.
    pub country: String,
    /// For which kinds of goods its law lets it process data about persons.
    pub purposes: BTreeSet<CommodityClass>,
}

/// What is asked, and of whom.
#[derive(Debug, Clone, Copy)]
pub enum Ask<'a> {
    /// May this agency put it into the log?
    Submit {
        /// Whose node is on the line.
        by: &'a Agency,
    },
    /// May this agency be delivered it?
    Receive {
        /// Who would get it.
        by: &'a Agency,
        /// How it gets there.
        passage: Passage,
    },
    /// May this agency look it up?
    Read {
        /// Who would see it.
        by: &'a Agency,
        /// How it came to it.
        passage: Passage,
    },
}

/// How a message gets to an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passage {
    /// From whoever the information is of.
    Direct,
    /// Passed on by another, without a word of the originator.
    Onward,
    /// Passed on by another, and the originator has agreed to this agency in the log.
    OnwardReleased,
}

/// What is known of a message, apart from what singles it out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own that a rule asks for by its name"
)]
pub struct Facts {
    /// Whose message it is.
    pub originator: Agency,
    /// What it is for.
    pub message_type: MessageType,
    /// Whether it is meant in earnest.
    pub status: MessageStatus,
    /// How urgent, where it says so.
    pub precedence: Option<Precedence>,
    /// Traffic light.
    pub tlp: Tlp,
    /// `US:LES` and the like.
    pub marks: BTreeSet<String>,
    /// Kinds of goods.
    pub commodities: BTreeSet<CommodityClass>,
    /// What it may be used for.
    pub use_code: Option<UseCode>,
    /// The law it rests on.
    pub authority: Option<AuthorityCode>,
    /// Whether any of it is a protected bag.
    pub protected_bag: Option<ProtectedBag>,
    /// Its content has a block about a person or a firm. Free text may name somebody all the same; nobody can tell by machine.
    pub names_persons: bool,
    /// A pre-authorised extract without persons.
    pub tear_line: bool,
    /// Criminal intelligence (28 CFR part 23).
    pub criminal_intelligence: bool,
    /// It is for at least one agency as such, and not for named officers only.
    pub to_agencies: bool,
    /// To whom it may be released; empty means to the addressees only.
    pub releasable_to: Vec<Release>,
    /// Every agency that it is for: those it names, and those of the officers that it names.
    pub addressees: BTreeSet<AgencyId>,
}

/// Whom the directory made of a message's recipients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addressees {
    /// Agencies as such.
    pub agencies: BTreeSet<AgencyId>,
    /// Agencies of named officers' nodes.
    pub of_officers: BTreeSet<AgencyId>,
}

impl Facts {
    /// The facts of a statement; what it does not say itself comes beside it.
    pub fn of(
        statement: &Statement,
        originator: Agency,
        names_persons: bool,
        addressees: Addressees,
    ) -> Self {
        let handling = statement.handling();
        let Addressees {
            agencies,
            of_officers,
        } = addressees;
        Self {
            originator,
            message_type: statement.message_type(),
            status: statement.status(),
            precedence: statement.precedence(),
            tlp: handling.tlp(),
            marks: handling.marks().iter().cloned().collect(),
            commodities: statement.commodities().iter().copied().collect(),
            use_code: handling.use_code(),
            authority: statement.authority(),
            protected_bag: statement.protected_bag(),
            names_persons,
            tear_line: handling.tear_line(),
            criminal_intelligence: handling.criminal_intelligence(),
            to_agencies: !agencies.is_empty(),
            releasable_to: handling.releasable_to().to_vec(),
            addressees: agencies.into_iter().chain(of_officers).collect(),
        }
    }

    /// Whether it takes back what was said before. Whoever got that must learn of it, also after a side has cut it off: local rules
    /// are not asked.
    ///
    /// That goes by the type alone: of whom it was told before nothing is known here, so a withdrawal that names an agency to which
    /// the case never went passes that side's policy as well, and the floor's rule about data of persons. Until being told is a fact,
    /// whoever lets a withdrawal in has to see that it goes to nobody new, or bear that its remark can.
    pub fn is_withdrawal(&self) -> bool {
        matches!(
            self.message_type,
            MessageType::Cancel | MessageType::Recall | MessageType::RecallConfirm
        )
    }

    /// Every fact, so that two messages with the same key get the same verdict. Taken apart completely: a new fact that is
    /// forgotten here does not build.
    pub(crate) fn write(&self, key: &mut Key) {
        let Self {
            originator,
            message_type,
            status,
            precedence,
            tlp,
            marks,
            commodities,
            use_code,
            authority,
            protected_bag,
            names_persons,
            tear_line,
            criminal_intelligence,
            to_agencies,
            releasable_to,
            addressees,
        } = self;
        originator.write(key);
        key.code(*message_type);
        key.code(*status);
        key.optional(*precedence);
        key.code(*tlp);
        key.texts(marks);
        key.codes(commodities);
        key.optional(*use_code);
        key.optional(*authority);
        key.optional(*protected_bag);
        key.flag(*names_persons);
        key.flag(*tear_line);
        key.flag(*criminal_intelligence);
        key.flag(*to_agencies);
        key.length(releasable_to.len());
        for release in releasable_to {
            match release {
                Release::Country(country) => {
                    key.flag(true);
                    key.text(country);
                }
                // What happens inside an agency is beyond a gateway's sight.
                Release::Agency(agency) | Release::Unit { agency, .. } => {
                    key.flag(false);
                    key.agency(agency);
                }
            }
        }
        key.length(addressees.len());
        for agency in addressees {
            key.agency(agency);
        }
    }
}

impl Agency {
    /// Its side.
    pub fn side(&self) -> &Side {
        self.id.side()
    }

    pub(crate) fn write(&self, key: &mut Key) {
        let Self {
            id,
            country,
            purposes,
        } = self;
        key.agency(id);
        key.text(country);
        key.codes(purposes);
    }
}

impl Ask<'_> {
    /// Who asks.
    pub fn by(&self) -> &Agency {
        match self {
            Self::Submit { by } | Self::Receive { by, .. } | Self::Read { by, .. } => by,
        }
    }

    /// How the message gets to who asks; its own sender has it.
    pub(crate) fn passage(&self) -> Passage {
        match self {
            Self::Submit { .. } => Passage::Direct,
            Self::Receive { passage, .. } | Self::Read { passage, .. } => *passage,
        }
    }

    pub(crate) fn write(&self, key: &mut Key) {
        key.code(match self {
            Self::Submit { .. } => 1,
            Self::Receive { .. } => 2,
            Self::Read { .. } => 3,
        });
        key.code(self.passage() as i32);
        self.by().write(key);
    }
}

#[cfg(test)]
mod tests;
