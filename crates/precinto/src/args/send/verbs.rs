//! The table from message type to its flags: every type that people send is one row, every short field one flag.
//!
//! What a type demands is not repeated here: the rules in `alert` say it, and `send` asks them before anything is sent.
//! A test holds the two together: there is no demanded field without a flag.

mod flags;

use flags::{
    ACTION, AIRPORT, ALERT, CASE, FUNCTION, HOLD_KIND, HOLD_PIECES, HOLD_REFERENCE, HOLD_STATE,
    HOLD_WEIGHT, MEASURE, MORE_TIME, PURPOSE, RELEASE_TO, REMARK, SHARED, TIME, defaulting, flag,
};
use precinto_alert::code::MessageType;

/// One type of message on the command line.
#[derive(Debug)]
pub(crate) struct Verb {
    /// Its name after `precinto send`.
    pub(crate) name: &'static str,
    /// Its type.
    pub(crate) kind: MessageType,
    /// One line of help.
    pub(crate) about: &'static str,
    /// What stands behind the name, for the usage line.
    pub(crate) takes: &'static str,
    /// It cannot be said with flags alone.
    pub(crate) needs_file: bool,
    /// Its own flags; [`SHARED`] come on top.
    flags: &'static [Flag],
    /// An example, and what else is worth knowing.
    pub(crate) after_help: &'static str,
}

/// One flag: a field of the draft under a short name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flag {
    /// Its name after two hyphens.
    pub(crate) name: &'static str,
    /// The draft's field, as a path.
    pub(crate) path: &'static str,
    /// How values become the field.
    pub(crate) shape: Shape,
    /// What the help calls its value.
    pub(crate) value: &'static str,
    /// One line of help.
    pub(crate) help: &'static str,
    /// The value when nobody says anything.
    pub(crate) default: Option<&'static str>,
}

/// How the values of a flag become a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One value.
    One,
    /// True, because it was said.
    Switch,
    /// A list of codes or ids, also between commas.
    Codes,
    /// A list of texts.
    Texts,
    /// A list of objects `{ number, text }`, counted from 1.
    Numbered,
    /// A list of objects: `LEFT=RIGHT`, where the right half may be missing; a third field is true, or false. Where the name of
    /// the right one is `method@time`, a time may follow it: `LEFT=RIGHT@TIME`.
    Pairs(&'static str, &'static str, Option<(&'static str, bool)>),
}

impl Verb {
    /// Whether a flag is one of its own.
    pub(crate) fn says(&self, flag: &Flag) -> bool {
        self.flags.contains(flag)
    }

    /// Its own flags and those of every message.
    pub(crate) fn all_flags(&self) -> impl Iterator<Item = &'static Flag> {
        self.flags.iter().chain(SHARED)
    }
}

/// Every type that people send, in the order of the help.
#[rustfmt::skip]
pub(crate) const VERBS: &[Verb] = &[
    Verb {
        name: "alert", kind: MessageType::Alert, takes: "FILE", needs_file: true, flags: ALERT,
        about: "Alerts, or any other message, written as JSON or YAML drafts",
        after_help: "\
A draft names type, recipients, a few coded fields and the content, in the field names of the protocol. Prefixes of codes
may be left out, message ids are written as UUIDs, times as RFC 3339 or relative to now (\"+36h\"). What a flag says beats
what the file says.

  type: ALERT
  to: [mx.dev.invalid/anam]
  status: EXERCISE
  precedence: P2
  …
  content: { shipments: [ … ], … }

Examples:
  precinto send alert alert.yaml --node nodes/us-cbp-lax.toml
  precinto send alert alert.yaml --dry-run -o json
  precinto draft waybill awb.xml > awb.yaml && precinto send alert awb.yaml --to mx.dev.invalid/anam --precedence P2 \\
      --authority CUSTOMS_AGREEMENT --suspect DRUG --indicator PK05=2
  precinto config example alert > alert.yaml          (a complete draft to start from)",
    },
    Verb {
        name: "amend", kind: MessageType::Amend, takes: "FILE|ALERT_ID|MESSAGE_ID", needs_file: true, flags: ALERT,
        about: "A new version of an alert: the whole alert again, as a draft file",
        after_help: "Example:\n  precinto send amend alert.yaml US-CBPLAX-2026-000001V",
    },
    Verb {
        name: "cancel", kind: MessageType::Cancel, takes: CASE_IDS, needs_file: false, flags: &[REMARK],
        about: "An alert is no longer needed",
        after_help: "Example:\n  precinto send cancel US-CBPLAX-2026-000001V --remark \"Explained by the consignee\"",
    },
    Verb {
        name: "recall", kind: MessageType::Recall, takes: CASE_IDS, needs_file: false,
        flags: &[
            MEASURE,
            flag("ground", "recall_ground", Shape::One, "CODE", "ERROR, UNLAWFUL or ORDER"),
            flag("order", "content.order_reference", Shape::One, "NUMBER", "Order or decision it rests on"),
            REMARK,
        ],
        about: "An alert was sent in error or unlawfully: whoever has it quarantines or erases it, and proves it",
        after_help: "Example:\n  precinto send recall US-CBPLAX-2026-000001V --measure QUARANTINE --ground ERROR",
    },
    Verb {
        name: "recall-confirm", kind: MessageType::RecallConfirm, takes: CASE_IDS, needs_file: false,
        flags: &[
            MEASURE,
            flag("copies", "content.copies", Shape::One, "N", "Copies dealt with"),
            flag("done", "content.done", Shape::One, "TIME", "When it was finished: RFC 3339 with offset, or from now (-10m)"),
            FUNCTION, REMARK,
        ],
        about: "What was recalled has been quarantined or erased here",
        after_help: "\
Signed only for what this node's own copy has carried out; measure, copies and time are taken from there. Of copies that are
kept elsewhere it knows nothing: --elsewhere confirms what a person says of them.

Examples:
  precinto send recall-confirm US-CBPLAX-2026-000001V --measure QUARANTINE
  precinto sync --confirm-recalls                        (all that were carried out)
  precinto send recall-confirm US-CBPLAX-2026-000001V --elsewhere --measure ERASE --copies 3 --done=-10m",
    },
    Verb {
        name: "ack", kind: MessageType::Ack, takes: CASE_IDS, needs_file: false,
        flags: &[
            defaulting(flag("level", "ack_level", Shape::One, "LEVEL", "How far it goes: node, person, assessed, acted"), "node"),
            ACTION, MORE_TIME, FUNCTION, CASE, REMARK,
        ],
        about: "A signed acknowledgement of a message that this node was delivered",
        after_help: "\
Examples:
  precinto send ack US-CBPLAX-2026-000001V
  precinto send ack US-CBPLAX-2026-000001V --level person --officer hernandez
  precinto send ack 0192f0c1-7a2b-7c3d-8e4f-0123456789ab          (this message, and no other)",
    },
    Verb {
        name: "reject", kind: MessageType::Reject, takes: CASE_IDS, needs_file: false,
        flags: &[flag("reason", "reject_reasons", Shape::Codes, "CODE,…", "Why: VAGUE_DESCRIPTION, AWB_CHECK_DIGIT … (precinto explain)"), REMARK],
        about: "A message is refused, with coded reasons",
        after_help: "Example:\n  precinto send reject US-CBPLAX-2026-000001V --reason VAGUE_DESCRIPTION",
    },
    Verb {
        name: "assessment", kind: MessageType::Assessment, takes: CASE_IDS, needs_file: false,
        flags: &[
            flag("result", "assessment", Shape::One, "CODE", "RISK, NO_RISK, INFORMATION_NEEDED, SCREENING_NEEDED, NOT_ASSESSABLE"),
            flag("confidence", "content.confidence", Shape::One, "CODE", "LOW, MEDIUM, HIGH, CONFIRMED"),
            flag("indicator", "content.indicators", Shape::Pairs("code", "strength", None), "CODE=1..3", "An indicator that the assessment added, with its strength"),
            FUNCTION, REMARK,
        ],
        about: "The result of an assessment",
        after_help: "Example:\n  precinto send assessment US-CBPLAX-2026-000001V --result RISK --confidence HIGH",
    },
    Verb {
        name: "rfi", kind: MessageType::Rfi, takes: CASE_IDS, needs_file: false,
        flags: &[flag("question", "content.questions", Shape::Numbered, "TEXT", "A question; the answers name its number, counted from 1"), PURPOSE],
        about: "A request for information: questions about an alert",
        after_help: "Example:\n  precinto send rfi US-CBPLAX-2026-000001V --precedence P2 --authority CUSTOMS_AGREEMENT --question \"Who paid the freight?\"",
    },
    Verb {
        name: "rfi-response", kind: MessageType::RfiResponse, takes: CASE_IDS, needs_file: false,
        flags: &[
            flag("answer", "content.answers", Shape::Pairs("number", "text", None), "N=TEXT", "The answer to question N"),
            flag("withheld", "content.answers", Shape::Pairs("number", "text", Some(("withheld", true))), "N", "Question N cannot, or may not, be answered"),
            FUNCTION, REMARK,
        ],
        about: "The answers to a request for information",
        after_help: "Example:\n  precinto send rfi-response US-CBPLAX-2026-000001V --answer \"1=The forwarder, in cash\" --withheld 2",
    },
    Verb {
        name: "rfs", kind: MessageType::Rfs, takes: CASE_IDS, needs_file: false,
        flags: &[flag("screen", "content.screenings", Shape::Pairs("waybill", "method", None), "WAYBILL[=METHOD]", "What to screen, and how: XRY, EDS, EDD, ETD, PHS, VCK, CMD, AOM"), PURPOSE],
        about: "A request for screening",
        after_help: "Example:\n  precinto send rfs US-CBPLAX-2026-000001V --precedence P1 --authority CUSTOMS_AGREEMENT --screen 020-12345675=XRY",
    },
    Verb {
        name: "rfs-result", kind: MessageType::RfsResult, takes: CASE_IDS, needs_file: false,
        flags: &[
            flag("screened", "content.screenings", Shape::Pairs("waybill", "method@time", None), "WAYBILL=METHOD@TIME", "Screened by this method at this time, nothing found"),
            flag("threat", "content.screenings", Shape::Pairs("waybill", "method@time", Some(("threat_item", true))), "WAYBILL=METHOD@TIME", "Screened by this method at this time, a threat item found"),
            FUNCTION, REMARK,
        ],
        about: "What a screening found",
        after_help: "Example:\n  precinto send rfs-result US-CBPLAX-2026-000001V --screened 020-12345675=XRY@-10m",
    },
    Verb {
        name: "action-request", kind: MessageType::ActionRequest, takes: CASE_IDS, needs_file: false, flags: &[ACTION, PURPOSE],
        about: "A request to act; the recipient accepts, accepts in part, declines, or says that it cannot",
        after_help: "Example:\n  precinto send action-request US-CBPLAX-2026-000001V --precedence P1 --authority CUSTOMS_AGREEMENT --action HOLD,INSPECT_XRAY",
    },
    Verb {
        name: "action-response", kind: MessageType::ActionResponse, takes: CASE_IDS, needs_file: false,
        flags: &[
            flag("verdict", "verdict", Shape::One, "CODE", "ACCEPTED, PARTIAL, DECLINED, UNABLE, MORE_TIME"),
            ACTION,
            flag("ground", "verdict_ground", Shape::One, "CODE", "Why not all of it: NO_JURISDICTION, LAW, TOO_LATE, NOT_LOCATED, INSUFFICIENT_INFORMATION, NO_CAPACITY, OPERATION, OTHER"),
            MORE_TIME, FUNCTION, REMARK,
        ],
        about: "The answer to a request to act",
        after_help: "Example:\n  precinto send action-response US-CBPLAX-2026-000001V --verdict ACCEPTED --action HOLD,INSPECT_XRAY",
    },
    Verb {
        name: "hold-set", kind: MessageType::HoldSet, takes: CASE_IDS, needs_file: false,
        flags: &[HOLD_KIND, defaulting(HOLD_STATE, "IN_PLACE"), HOLD_REFERENCE, HOLD_PIECES, HOLD_WEIGHT, TIME, AIRPORT, REMARK],
        about: "The goods are held here",
        after_help: "Example:\n  precinto send hold-set US-CBPLAX-2026-000001V --kind EXAMINATION --at NLU --pieces 24",
    },
    Verb {
        name: "hold-status", kind: MessageType::HoldStatus, takes: CASE_IDS, needs_file: false,
        flags: &[HOLD_KIND, HOLD_STATE, HOLD_REFERENCE, HOLD_PIECES, HOLD_WEIGHT, TIME, AIRPORT, REMARK],
        about: "Where a hold stands",
        after_help: "Example:\n  precinto send hold-status US-CBPLAX-2026-000001V --kind EXAMINATION --state PARTIAL --pieces 10",
    },
    Verb {
        name: "hold-release", kind: MessageType::HoldRelease, takes: CASE_IDS, needs_file: false,
        flags: &[HOLD_KIND, defaulting(HOLD_STATE, "LIFTED"), HOLD_REFERENCE, TIME, REMARK],
        about: "A hold is lifted",
        after_help: "Example:\n  precinto send hold-release US-CBPLAX-2026-000001V --kind EXAMINATION",
    },
    Verb {
        name: "outcome", kind: MessageType::Outcome, takes: CASE_IDS, needs_file: false,
        flags: &[
            flag("code", "outcome_code", Shape::One, "CODE", "What came of it: SEIZED, PARTIAL, NEGATIVE_INSPECTION, ALREADY_DEPARTED … (precinto explain)"),
            flag("form", "content.seizure_form", Shape::One, "FORM", "The legal form of a seizure: MX_EMBARGO_PRECAUTORIO, MX_ASEGURAMIENTO, MX_DECOMISO, US_ADMINISTRATIVE, US_JUDICIAL, US_DETENTION"),
            flag("final", "final_outcome", Shape::Switch, "", "Nothing further follows from this side"),
            flag("arrests", "content.arrests", Shape::One, "N", "Number of arrests"),
            flag("quality", "content.alert_quality", Shape::One, "1..5", "How good the alert was: 1 useless to 5 exact"),
            flag("confirmed", "content.indicator_feedback", Shape::Pairs("code", "", Some(("confirmed", true))), "CODE", "An indicator that proved right"),
            flag("refuted", "content.indicator_feedback", Shape::Pairs("code", "", Some(("confirmed", false))), "CODE", "An indicator that proved wrong"),
            flag("trace", "content.trace_references", Shape::Codes, "NUMBER,…", "Firearm trace references"),
            flag("lab", "content.laboratory_reference", Shape::One, "NUMBER", "Laboratory reference"),
            flag("referred-to", "content.referred_to", Shape::One, "AGENCY", "The agency it was referred to"),
            TIME, AIRPORT, CASE, REMARK,
        ],
        about: "What came of an alert; confirmed goods with their quantities go into a draft file",
        after_help: "Example:\n  precinto send outcome US-CBPLAX-2026-000001V --code SEIZED --form MX_EMBARGO_PRECAUTORIO --quality 5 --confirmed PK05",
    },
    Verb {
        name: "dissemination-request", kind: MessageType::DisseminationRequest, takes: CASE_IDS, needs_file: false, flags: &[RELEASE_TO, PURPOSE],
        about: "May this be passed on?",
        after_help: "Example:\n  precinto send dissemination-request US-CBPLAX-2026-000001V --authority CUSTOMS_AGREEMENT --release-to mx.dev.invalid/fgr --purpose \"Criminal investigation\"",
    },
    Verb {
        name: "dissemination-decision", kind: MessageType::DisseminationDecision, takes: CASE_IDS, needs_file: false,
        flags: &[
            flag("verdict", "dissemination", Shape::One, "CODE", "GRANTED, GRANTED_ON_CONDITIONS, REFUSED"),
            RELEASE_TO,
            flag("conditions", "content.conditions", Shape::One, "TEXT", "On what conditions"),
            REMARK,
        ],
        about: "It may be passed on, on conditions, or not",
        after_help: "Example:\n  precinto send dissemination-decision US-CBPLAX-2026-000001V --verdict GRANTED --release-to mx.dev.invalid/fgr",
    },
    Verb {
        name: "link", kind: MessageType::Link, takes: CASE_IDS, needs_file: false,
        flags: &[
            flag("with", "linked_alerts", Shape::Codes, "ALERT_ID,…", "The alerts that belong with it"),
            flag("kind", "link_kind", Shape::One, "CODE", "DUPLICATE, SAME_PARTY, SAME_METHOD, SAME_OPERATION, TEAR_LINE"),
            REMARK,
        ],
        about: "Alerts that belong together",
        after_help: "Example:\n  precinto send link US-CBPLAX-2026-000001V --with US-CBPLAX-2026-000002T --kind SAME_PARTY",
    },
    Verb {
        name: "comment", kind: MessageType::Comment, takes: CASE_IDS, needs_file: false,
        flags: &[flag("text", "content.text", Shape::One, "TEXT", "The remark")],
        about: "A remark on a case",
        after_help: "Example:\n  precinto send comment US-CBPLAX-2026-000001V --text \"The flight is two hours late\"",
    },
    Verb {
        name: "transfer", kind: MessageType::Transfer, takes: CASE_IDS, needs_file: false,
        flags: &[flag("transfer-to", "transfer_to", Shape::One, "SIDE/AGENCY", "The agency that shall take over"), REMARK],
        about: "Another agency shall take over",
        after_help: "Example:\n  precinto send transfer US-CBPLAX-2026-000001V --transfer-to us.dev.invalid/dea --authority NATIONAL_LAW",
    },
    Verb {
        name: "notice", kind: MessageType::SystemNotice, takes: "FILE", needs_file: false,
        flags: &[
            flag("kind", "notice_kind", Shape::One, "CODE", "OUTAGE, RESTORED, MAINTENANCE, ARRIVAL"),
            flag("text", "content.text", Shape::One, "TEXT", "What is announced"),
            flag("begins", "content.begins", Shape::One, "TIME", "From when"),
            flag("ends", "content.ends", Shape::One, "TIME", "Until when"),
            flag("conveyance", "content.conveyance", Shape::One, "FLIGHT", "ARRIVAL: the flight or other conveyance"),
            AIRPORT,
        ],
        about: "An outage, maintenance, or an arrival",
        after_help: "Example:\n  precinto send notice --kind MAINTENANCE --to mx.dev.invalid/anam --text \"Database move\" --begins +12h --ends +14h",
    },
];

/// What the types that belong to a case take.
const CASE_IDS: &str = "ALERT_ID|MESSAGE_ID|FILE";
