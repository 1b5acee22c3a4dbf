//! Flags that several types of messages share, and those of every message.

use super::{Flag, Shape};

pub(super) const fn flag(
    name: &'static str,
    path: &'static str,
    shape: Shape,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag {
        name,
        path,
        shape,
        value,
        help,
        default: None,
    }
}

pub(super) const fn defaulting(flag: Flag, default: &'static str) -> Flag {
    Flag {
        default: Some(default),
        ..flag
    }
}

/// Flags of every message.
#[rustfmt::skip]
pub(super) const SHARED: &[Flag] = &[
    flag("to", "to", Shape::Texts, "SIDE/AGENCY", "Whom to tell: side/agency, group:NAME, topic:NAME, or an officer's id [default: whom such a message of the case is for]"),
    flag("alert", "alert_id", Shape::One, "ALERT_ID", "The alert it belongs to"),
    flag("refers-to", "refers_to", Shape::One, "MESSAGE_ID", "The message answered or concerned, as a UUID [default: the newest version, or the one question that waits]"),
    flag("alert-version", "alert_version", Shape::One, "N", "The version of the alert that is meant [default: that of the message concerned; of an amendment, the next]"),
    flag("references", "references", Shape::Codes, "MESSAGE_ID", "Further messages it has to do with"),
    flag("status", "status", Shape::One, "STATUS", "ACTUAL, EXERCISE, TEST or SYSTEM, the same as that of the message answered [default: that of the case; of an alert, EXERCISE for a node of a trust domain under .invalid, as development keys have, else ACTUAL, or SYSTEM for a notice]"),
    flag("precedence", "precedence", Shape::One, "P1..P4", "How fast people must answer: P1 flash, P2 same day, P3 priority, P4 routine"),
    flag("authority", "authority", Shape::One, "CODE", "The law it rests on: TREATY, NATIONAL_LAW, CUSTOMS_AGREEMENT"),
    flag("tlp", "handling.tlp", Shape::One, "MARK", "Traffic light: RED, AMBER+STRICT, AMBER, GREEN, CLEAR [default: AMBER+STRICT]"),
    flag("language", "languages", Shape::Codes, "TAG", "Language of the texts: en-US, es-MX [default: that of the node's country]"),
    flag("reply-due", "reply_due", Shape::One, "TIME", "When an answer is wanted: RFC 3339, or from now (+8h)"),
    flag("expires", "expires", Shape::One, "TIME", "Last useful instant: RFC 3339, or from now [default: of an alert, the delivery its route states, or three days after its last arrival; else +7d]"),
];

pub(super) const REMARK: Flag = flag(
    "remark",
    "content.remark",
    Shape::One,
    "TEXT",
    "In words, for the people there",
);
pub(super) const FUNCTION: Flag = flag(
    "function",
    "content.responsible_function",
    Shape::One,
    "TEXT",
    "Function of the person who answers for it; never a name",
);
pub(super) const CASE: Flag = flag(
    "case",
    "content.case_reference",
    Shape::One,
    "NUMBER",
    "Your own case number",
);
pub(super) const PURPOSE: Flag = flag(
    "purpose",
    "content.purpose",
    Shape::One,
    "TEXT",
    "Why it is asked",
);
pub(super) const MEASURE: Flag = flag(
    "measure",
    "recall_measure",
    Shape::One,
    "CODE",
    "QUARANTINE or ERASE",
);
pub(super) const ACTION: Flag = flag(
    "action",
    "actions",
    Shape::Codes,
    "CODE,…",
    "Actions: HOLD, DNL, INSPECT_XRAY, K9 … (precinto explain lists them)",
);
pub(super) const MORE_TIME: Flag = flag(
    "more-time",
    "more_time_until",
    Shape::One,
    "TIME",
    "Until when more time is needed: RFC 3339, or from now (+4h)",
);
pub(super) const AIRPORT: Flag = flag(
    "at",
    "content.place.airport",
    Shape::One,
    "AIRPORT",
    "Where: the airport's code",
);
pub(super) const TIME: Flag = flag(
    "time",
    "content.time",
    Shape::One,
    "TIME",
    "When: RFC 3339 with offset, or from now (-10m)",
);
pub(super) const RELEASE_TO: Flag = flag(
    "release-to",
    "release_to",
    Shape::Codes,
    "WHOM,…",
    "To whom: a country (MX), side/agency, or side/agency/unit",
);

/// What an alert lacks that came from a waybill or a table.
#[rustfmt::skip]
pub(super) const ALERT: &[Flag] = &[
    flag("suspect", "content.substances", Shape::Pairs("substance_class", "names", None), "CLASS[=NAME]", "A substance: DRUG=fentanyl, PRECURSOR, PRE_PRECURSOR, CUTTING_AGENT, EQUIPMENT"),
    flag("firearm", "content.firearms", Shape::Pairs("kind", "model", None), "KIND[=MODEL]", "A firearm: PISTOL, RIFLE, FRAME_RECEIVER, CONVERSION_DEVICE, AMMUNITION …"),
    flag("fuel", "content.fuels", Shape::Pairs("suspected", "plate", None), "PRODUCT[=PLATE]", "A fuel: DIESEL, GASOLINE, CRUDE, NAPHTHA …"),
    flag("commodity", "commodities", Shape::Codes, "CLASS,…", "ILLICIT_DRUG, CHEMICAL_PRECURSOR, FIREARM, ILLICIT_FUEL [default: what the goods described are]"),
    flag("indicator", "content.suspicion.indicators", Shape::Pairs("code", "strength", None), "CODE=1..3", "Why: a risk indicator with its strength, 1 weak, 2 clear, 3 a hard fact"),
    ACTION,
    flag("last-action", "last_action", Shape::One, "TIME", "Last moment to act on the goods: RFC 3339, or from now (+16h) [default: by the route, its first departure less one or two hours]"),
    flag("case", "content.case_reference", Shape::One, "NUMBER", "Your own case number"),
];

pub(super) const HOLD_KIND: Flag = flag(
    "kind",
    "hold_kind",
    Shape::One,
    "CODE",
    "DO_NOT_LOAD, INFORMATION, SCREENING, EXAMINATION",
);
pub(super) const HOLD_STATE: Flag = flag(
    "state",
    "hold_state",
    Shape::One,
    "CODE",
    "IN_PLACE, PARTIAL, TOO_LATE, LIFTED",
);
pub(super) const HOLD_REFERENCE: Flag = flag(
    "hold-reference",
    "content.hold_reference",
    Shape::One,
    "NUMBER",
    "The number of the hold",
);
pub(super) const HOLD_PIECES: Flag =
    flag("pieces", "content.pieces", Shape::One, "N", "Pieces held");
pub(super) const HOLD_WEIGHT: Flag = flag(
    "weight",
    "content.weight",
    Shape::One,
    "WEIGHT",
    "Weight held: \"120.5 KGM\"",
);
