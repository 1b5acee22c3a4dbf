//! What is made wrong on purpose in an alert, one thing at a time, and what must be said about it.
//!
//! Reason and field are written down here beside what is done, after the data model and the interface; no validator is
//! asked. A refusal that says anything else, or anything more, is a fault of the validator or of this table.

use crate::demo::generator::Generator;
use crate::demo::script::Fault;
use serde_json::{Value, json};

/// Which alerts a fault fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    /// Those with an air waybill.
    Waybill,
    /// Those with a postal item.
    Post,
    /// All.
    Any,
}

/// One thing that can be made wrong.
struct Seed {
    on: On,
    reason: &'static str,
    /// The field that must be named.
    field: &'static str,
    spoil: fn(&mut Value),
}

const fn seed(on: On, reason: &'static str, field: &'static str, spoil: fn(&mut Value)) -> Seed {
    Seed {
        on,
        reason,
        field,
        spoil,
    }
}

/// Everything that is made wrong.
const SEEDS: [Seed; 37] = [
    seed(
        On::Waybill,
        "AWB_CHECK_DIGIT",
        "content.shipments[0].master_awb",
        |draft| another_digit(draft, "/content/shipments/0/master_awb", 0),
    ),
    seed(
        On::Waybill,
        "BAD_WBL_FORMAT",
        "content.shipments[0].master_awb",
        |draft| cut(draft, "/content/shipments/0/master_awb"),
    ),
    seed(
        On::Waybill,
        "MISSING_WBL_LINE",
        "content.shipments[0].master_awb",
        |draft| remove(draft, "/content/shipments/0", "master_awb"),
    ),
    seed(
        On::Waybill,
        "MISSING_HOUSE_BILL_NBR",
        "content.shipments[0].house_awbs",
        |draft| {
            put(
                draft,
                "/content/shipments/0",
                "awb_kind",
                json!("CONSOLIDATION"),
            );
        },
    ),
    seed(
        On::Waybill,
        "INVALID_HOUSE_BILL_NBR",
        "content.shipments[0].house_awbs[0]",
        |draft| {
            put(
                draft,
                "/content/shipments/0",
                "house_awbs",
                json!(["H/7781?"]),
            );
        },
    ),
    seed(
        On::Post,
        "S10_CHECK_DIGIT",
        "content.shipments[0].postal_item_id",
        |draft| another_digit(draft, "/content/shipments/0/postal_item_id", 2),
    ),
    seed(
        On::Any,
        "MISSING_SHP_NAME",
        "content.parties[0].name",
        |draft| remove(draft, "/content/parties/0", "name"),
    ),
    seed(
        On::Any,
        "MISSING_SHP_ADDR",
        "content.parties[0].address",
        |draft| {
            remove(draft, "/content/parties/0/address", "lines");
            remove(draft, "/content/parties/0/address", "city");
        },
    ),
    seed(
        On::Any,
        "MISSING_SHP_CTRY",
        "content.parties[0].address.country",
        |draft| remove(draft, "/content/parties/0/address", "country"),
    ),
    seed(On::Any, "MISSING_CNE_NAME", "content.parties", |draft| {
        if let Some(Value::Array(parties)) = draft.pointer_mut("/content/parties") {
            parties.truncate(1);
        }
    }),
    seed(
        On::Any,
        "MISSING_CNE_ADDR",
        "content.parties[1].address",
        |draft| {
            remove(draft, "/content/parties/1/address", "lines");
            remove(draft, "/content/parties/1/address", "city");
        },
    ),
    seed(
        On::Any,
        "MISSING_CNE_CTRY",
        "content.parties[1].address.country",
        |draft| remove(draft, "/content/parties/1/address", "country"),
    ),
    seed(
        On::Any,
        "MISSING_BILL_QTY",
        "content.shipments[0].pieces",
        |draft| remove(draft, "/content/shipments/0", "pieces"),
    ),
    seed(
        On::Any,
        "INVALID_BILL_QTY",
        "content.shipments[0].pieces",
        |draft| replace(draft, "/content/shipments/0/pieces", json!(100_000)),
    ),
    seed(
        On::Any,
        "MISSING_WEIGHT",
        "content.shipments[0].gross_weight",
        |draft| remove(draft, "/content/shipments/0", "gross_weight"),
    ),
    seed(
        On::Any,
        "INVALID_WEIGHT",
        "content.shipments[0].gross_weight.value",
        |draft| replace(draft, "/content/shipments/0/gross_weight", json!("0 KGM")),
    ),
    seed(
        On::Any,
        "MISSING_WT_UNITS",
        "content.shipments[0].gross_weight.unit",
        |draft| {
            let bare = json!({ "value": "5" });
            replace(draft, "/content/shipments/0/gross_weight", bare);
        },
    ),
    seed(
        On::Any,
        "UNIT_UNKNOWN",
        "content.substances[0].quantity.unit",
        |draft| replace(draft, "/content/substances/0/quantity", json!("12 QQQ")),
    ),
    seed(
        On::Any,
        "MISSING_CARGO_DESC",
        "content.shipments[0].goods_description.text",
        |draft| {
            replace(
                draft,
                "/content/shipments/0/goods_description",
                json!({ "language": "en", "text": " " }),
            );
        },
    ),
    seed(
        On::Any,
        "VAGUE_DESCRIPTION",
        "content.shipments[0].goods_description.text",
        |draft| {
            replace(
                draft,
                "/content/shipments/0/goods_description",
                json!({ "language": "en", "text": "-----" }),
            );
        },
    ),
    seed(
        On::Any,
        "ISO3166_UNKNOWN",
        "content.shipments[0].route.origin.country",
        |draft| {
            replace(
                draft,
                "/content/shipments/0/route/origin/country",
                json!("XX"),
            );
        },
    ),
    seed(
        On::Any,
        "INVALID_ROUTING",
        "content.shipments[0].route.legs[0].flight",
        |draft| {
            replace(
                draft,
                "/content/shipments/0/route/legs/0/flight",
                json!("A-690"),
            );
        },
    ),
    seed(
        On::Any,
        "CAS_CHECK_DIGIT",
        "content.substances[0].cas_number",
        |draft| {
            put(
                draft,
                "/content/substances/0",
                "cas_number",
                json!("437-38-8"),
            );
        },
    ),
    seed(
        On::Any,
        "VALUE_RANGE",
        "content.suspicion.indicators[0].strength",
        |draft| {
            replace(draft, "/content/suspicion/indicators/0/strength", json!(9));
        },
    ),
    seed(On::Any, "MISSING_SUBJECT", "content.substances", |draft| {
        remove(draft, "/content", "substances");
    }),
    seed(On::Any, "TIME_ORDER", "expires_ms", |draft| {
        replace(draft, "/expires", json!("-1h"));
        replace(draft, "/last_action", json!("-2h"));
    }),
    seed(On::Any, "TIME_FUTURE", "created_ms", |draft| {
        put(draft, "", "created", json!("+3h"));
    }),
    seed(
        On::Any,
        "NO_SUSPICION_STATEMENT",
        "content.reasonable_suspicion",
        |draft| {
            put(draft, "/handling", "criminal_intelligence", json!(true));
            put(draft, "/handling", "review_by", json!("+365d"));
        },
    ),
    seed(
        On::Any,
        "CLASSIFIED_REFUSED",
        "handling.marks[0]",
        |draft| {
            put(draft, "/handling", "marks", json!(["US:SECRET"]));
        },
    ),
    seed(On::Any, "HANDLING_CONFLICT", "recipients[0]", |draft| {
        replace(draft, "/handling/tlp", json!("RED")); // which is for named officers only
    }),
    seed(
        On::Any,
        "RECIPIENT_NOT_RELEASABLE",
        "recipients[0]",
        |draft| put(draft, "/handling", "releasable_to", json!(["CA"])),
    ),
    seed(On::Any, "ALERT_ID_CHECK_DIGIT", "alert_id", |draft| {
        put(draft, "", "alert_id", json!("US-CBPLAX-2026-000132B"));
    }),
    seed(On::Any, "NO_LEGAL_BASIS", "authority", |draft| {
        remove(draft, "", "authority");
    }),
    seed(On::Any, "FIELD_MISSING", "precedence", |draft| {
        remove(draft, "", "precedence");
    }),
    seed(On::Any, "DIPLOMATIC_BAG", "protected_bag", |draft| {
        replace(draft, "/protected_bag", json!("DIPLOMATIC"));
    }),
    seed(On::Any, "RECIPIENT_UNKNOWN", "recipients[0]", |draft| {
        replace(draft, "/to", json!(["mx.dev.invalid/nobody"]));
    }),
    seed(On::Any, "LANGUAGE_INVALID", "languages[0]", |draft| {
        replace(draft, "/languages", json!(["english language"]));
    }),
];

/// Makes one thing wrong in a draft of an alert by post, or with a waybill.
pub(super) fn spoil(draft: &mut Value, postal: bool, generator: &mut Generator) -> Option<Fault> {
    let fits = |seed: &&Seed| match seed.on {
        On::Any => true,
        On::Post => postal,
        On::Waybill => !postal,
    };
    let fitting: Vec<&Seed> = SEEDS.iter().filter(fits).collect();
    let chosen = fitting.first().copied()?;
    let Seed {
        reason,
        field,
        spoil,
        ..
    } = generator.pick(&fitting, chosen);
    spoil(draft);
    Some(Fault { reason, field })
}

/// The reasons that are earned by what can be made wrong, one for each thing.
#[cfg(test)]
pub(super) fn reasons() -> impl ExactSizeIterator<Item = &'static str> {
    SEEDS.iter().map(|seed| seed.reason)
}

fn replace(draft: &mut Value, place: &str, with: Value) {
    if let Some(value) = draft.pointer_mut(place) {
        *value = with;
    }
}

fn put(draft: &mut Value, place: &str, name: &str, value: Value) {
    if let Some(Value::Object(fields)) = draft.pointer_mut(place) {
        drop(fields.insert(name.to_owned(), value));
    }
}

fn remove(draft: &mut Value, place: &str, name: &str) {
    if let Some(Value::Object(fields)) = draft.pointer_mut(place) {
        drop(fields.remove(name));
    }
}

/// The digit that stands `behind` characters from the end becomes the next one.
fn another_digit(draft: &mut Value, place: &str, behind: usize) {
    let Some(Value::String(number)) = draft.pointer_mut(place) else {
        return;
    };
    let check = number.chars().count().saturating_sub(behind + 1);
    let changed = number.chars().enumerate().map(|(at, c)| {
        let next = c
            .to_digit(10)
            .and_then(|d| char::from_digit((d + 1) % 10, 10));
        next.filter(|_| at == check).unwrap_or(c)
    });
    *number = changed.collect();
}

/// The last character is lost.
fn cut(draft: &mut Value, place: &str) {
    if let Some(Value::String(number)) = draft.pointer_mut(place) {
        number.truncate(number.len().saturating_sub(1));
    }
}
