//! Blocks that stand in the content of several kinds: times, files, whom to call, gradings.

use super::field::{line, list, shipment_positions, text};
use super::identifier::{EMAIL, structured};
use crate::Reason;
use crate::code;
use crate::limits::ATTACHMENTS_MAX;
use crate::violation::{At, Findings};
use precinto_proto::v1 as pb;

/// A moment with the offset of the local clock.
pub(super) fn local_time(found: &mut Findings, at: At<'_>, time: Option<&pb::LocalTime>) {
    /// The widest offsets in use are -12 and +14 hours.
    const OFFSET_MINUTES_MAX: u32 = 14 * 60;
    let Some(pb::LocalTime {
        utc_ms,
        offset_minutes,
    }) = time
    else {
        return;
    };
    if *utc_ms == 0 {
        found.error(
            at.field("utc_ms"),
            Reason::FieldMissing,
            ("a time without a moment", "una hora sin momento"),
        );
    }
    if offset_minutes.unsigned_abs() > OFFSET_MINUTES_MAX {
        found.error(
            at.field("offset_minutes"),
            Reason::ValueRange,
            ("-840 to 840", "de -840 a 840"),
        );
    }
}

/// Files by reference; `shipments` is how many the message has.
pub(super) fn attachments(
    found: &mut Findings,
    at: &At<'_>,
    items: &[pb::Attachment],
    shipments: usize,
) {
    for (index, item) in list(found, at, "attachments", items, ATTACHMENTS_MAX) {
        let at = at.item("attachments", index);
        let pb::Attachment {
            sha256,
            size,
            media_type,
            caption,
            retain_until_ms: _,
            shipments: positions,
        } = item;
        if sha256.len() != 32 {
            found.error(
                at.field("sha256"),
                Reason::FieldFormat,
                ("exactly 32 bytes", "exactamente 32 bytes"),
            );
        }
        if *size == 0 {
            found.error(
                at.field("size"),
                Reason::FieldMissing,
                ("the size in bytes", "el tamaño en bytes"),
            );
        }
        if media_type.is_empty() {
            found.error(
                at.field("media_type"),
                Reason::FieldMissing,
                ("as image/jpeg", "por ejemplo, image/jpeg"),
            );
        }
        line(found, at.field("media_type"), media_type);
        text(found, at.field("caption"), caption.as_ref());
        shipment_positions(found, &at, positions, shipments);
    }
}

/// Whom to call.
pub(super) fn contact(found: &mut Findings, at: At<'_>, contact: Option<&pb::Contact>) {
    let Some(pb::Contact {
        function,
        phone,
        email,
    }) = contact
    else {
        return;
    };
    line(found, at.field("function"), function);
    structured(found, at.field("email"), email, &EMAIL);
    phone_number(found, at.field("phone"), phone);
}

/// E.164: plus sign, a country code that does not begin with 0, at most fifteen digits; empty is absent.
pub(super) fn phone_number(found: &mut Findings, at: At<'_>, text: &str) {
    /// What is longer is no misspelt number, and is not copied.
    const TIDY_BYTES_MAX: usize = 40;
    let fits = |text: &str| {
        text.strip_prefix('+').is_some_and(|number| {
            (3..=15).contains(&number.len())
                && number.bytes().all(|b| b.is_ascii_digit())
                && !number.starts_with('0')
        })
    };
    if text.is_empty() || fits(text) {
        return;
    }
    let tidied: String = text
        .chars()
        .take(TIDY_BYTES_MAX)
        .filter(|c| !c.is_whitespace() && !"-.()/".contains(*c))
        .collect();
    let proposals = Some(tidied).filter(|tidied| fits(tidied));
    found.propose(
        at,
        Reason::FieldFormat,
        (
            "plus sign and digits, +525512345678",
            "signo más y dígitos, como +525512345678",
        ),
        proposals.into_iter().collect(),
    );
}

/// The originator's grading: a scale, and grades of that scale.
pub(super) fn evaluation(found: &mut Findings, at: At<'_>, value: Option<&pb::Evaluation>) {
    use crate::code::{
        EvaluationScale as Scale, InformationGrade as Information, SourceGrade as Source,
    };
    let Some(pb::Evaluation {
        scale,
        source,
        information,
    }) = value
    else {
        return;
    };
    let Some(scale) = code::require::<Scale>(found, at.field("scale"), *scale) else {
        return;
    };
    let siena = scale == Scale::Siena;
    let source = code::read::<Source>(found, at.field("source"), *source);
    let of_scale = match source {
        Some(Source::X) => siena,
        Some(Source::D | Source::E | Source::F) => !siena,
        _ => true,
    };
    if !of_scale {
        found.error(
            at.field("source"),
            Reason::ValueRange,
            ("not a grade of this scale", "no es un grado de esta escala"),
        );
    }
    let information = code::read::<Information>(found, at.field("information"), *information);
    let beyond_siena = matches!(
        information,
        Some(Information::InformationGrade5 | Information::InformationGrade6)
    );
    if siena && beyond_siena {
        found.error(
            at.field("information"),
            Reason::ValueRange,
            ("not a grade of this scale", "no es un grado de esta escala"),
        );
    }
}
