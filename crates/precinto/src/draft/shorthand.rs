//! Small values as one text: `12.5 KGM`, `2026-11-23T04:10:00-06:00`, `+36h`.

use crate::output::Lang;
use serde_json::{Map, Value, json};

/// The object that a text stands for, where the message has such a form.
pub(super) fn expand(message: &str, text: &str, now_ms: u64) -> Option<Value> {
    match message {
        "Text" => Some(json!({ "text": text })),
        "Quantity" | "Temperature" => {
            let (value, unit) = text.split_once(' ')?;
            Some(json!({ "value": value, "unit": unit }))
        }
        "Money" => {
            let (amount, currency) = text.split_once(' ')?;
            Some(json!({ "amount": amount, "currency": currency }))
        }
        "LocalTime" => local_time(text, now_ms),
        _ => None,
    }
}

/// Small values of a message as the texts that stand for them; whatever has no such form stays as it is.
pub(crate) fn shortened(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let text = |name: &str| fields.get(name).and_then(Value::as_str);
            let short = match fields.len() {
                2 => text("value")
                    .zip(text("unit"))
                    .or_else(|| text("amount").zip(text("currency")))
                    .map(|(amount, unit)| format!("{amount} {unit}"))
                    .or_else(|| wall_clock(&fields)),
                1 => wall_clock(&fields),
                _ => None,
            };
            short.map_or_else(
                || {
                    let fields = fields.into_iter();
                    Value::Object(
                        fields
                            .map(|(name, value)| (name, shortened(value)))
                            .collect(),
                    )
                },
                Value::String,
            )
        }
        Value::Array(items) => items.into_iter().map(shortened).collect(),
        other => other,
    }
}

/// A `LocalTime` as RFC 3339 with its offset.
fn wall_clock(fields: &Map<String, Value>) -> Option<String> {
    let minutes = match fields.get("offset_minutes") {
        Some(minutes) => i32::try_from(minutes.as_i64()?).ok()?,
        None => 0,
    };
    let known = usize::from(fields.contains_key("offset_minutes")) + 1;
    let utc_ms = fields.get("utc_ms").filter(|_| fields.len() == known)?;
    let utc = jiff::Timestamp::from_millisecond(utc_ms.as_i64()?).ok()?;
    let offset = jiff::tz::Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
    let local = utc.to_zoned(offset.to_time_zone());
    Some(local.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string())
}

/// What should have been written.
pub(super) fn expected(message: &str, lang: Lang) -> &'static str {
    let (en, es) = match message {
        "Text" => (
            "a text, or { language, text }, is expected",
            "se espera un texto, o { language, text }",
        ),
        "Quantity" => (
            "an amount and a unit are expected: \"12.5 KGM\"",
            "se esperan cantidad y unidad: \"12.5 KGM\"",
        ),
        "Temperature" => (
            "a temperature and a unit are expected: \"15 CEL\"",
            "se esperan temperatura y unidad: \"15 CEL\"",
        ),
        "Money" => (
            "an amount and a currency are expected: \"120.00 USD\"",
            "se esperan importe y moneda: \"120.00 USD\"",
        ),
        "LocalTime" => (
            "a time with its offset is expected: \"2026-11-23T04:10:00-06:00\", or from now: \"+36h\"",
            "se espera una hora con su diferencia respecto a UTC: \"2026-11-23T04:10:00-06:00\", o desde ahora: \"+36h\"",
        ),
        _ => ("an object is expected", "se espera un objeto"),
    };
    lang.pick(en, es)
}

/// A moment in milliseconds since 1970: a number, RFC 3339, or relative to now.
pub(crate) fn moment_ms(value: &Value, now_ms: u64, lang: Lang) -> Result<u64, String> {
    let wrong = lang.pick(
        "a time is expected: RFC 3339, or from now (\"+36h\", \"-10m\")",
        "se espera una hora: RFC 3339, o desde ahora (\"+36h\", \"-10m\")",
    );
    match value {
        Value::Number(number) => number.as_u64().ok_or_else(|| wrong.to_owned()),
        Value::String(text) => relative_ms(text, now_ms)
            .or_else(|| absolute_ms(text))
            .ok_or_else(|| wrong.to_owned()),
        _ => Err(wrong.to_owned()),
    }
}

/// `+36h`, `-10m`, `+7d`: days of 24 hours, because a clock that runs out does not know of summer time.
fn relative_ms(text: &str, now_ms: u64) -> Option<u64> {
    let (ahead, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return None,
    };
    let digits = rest.strip_suffix(|unit: char| unit.is_ascii_alphabetic())?;
    let unit_ms = match rest.strip_prefix(digits)? {
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    let span_ms = digits.parse::<u64>().ok()?.checked_mul(unit_ms)?;
    if ahead {
        now_ms.checked_add(span_ms)
    } else {
        now_ms.checked_sub(span_ms)
    }
}

fn absolute_ms(text: &str) -> Option<u64> {
    let moment: jiff::Timestamp = text.parse().ok()?;
    u64::try_from(moment.as_millisecond()).ok()
}

/// RFC 3339 with its offset, or from now with the offset after an `@`: `+36h@-06:00`.
fn local_time(text: &str, now_ms: u64) -> Option<Value> {
    let (moment, offset) = match text.split_once('@') {
        Some((moment, offset)) => (relative_ms(moment, now_ms)?, offset_minutes(offset)?),
        None => match relative_ms(text, now_ms) {
            Some(moment) => (moment, 0),
            None => (absolute_ms(text)?, offset_of(text)?),
        },
    };
    Some(json!({ "utc_ms": moment, "offset_minutes": offset }))
}

/// The offset at the end of an RFC 3339 time.
fn offset_of(text: &str) -> Option<i32> {
    if text.ends_with('Z') {
        return Some(0);
    }
    let (_, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
    offset_minutes(offset)
}

/// `-06:00` in minutes.
fn offset_minutes(text: &str) -> Option<i32> {
    let (hours, minutes) = text.split_once(':')?;
    let sign = if hours.starts_with('-') { -1 } else { 1 };
    let hours: i32 = hours.trim_start_matches(['+', '-']).parse().ok()?;
    Some(sign * (hours * 60 + minutes.parse::<i32>().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: u64 = 1_795_000_000_000;

    #[test]
    fn moments() {
        let check = |text: &str, expected: Option<u64>| {
            assert_eq!(
                moment_ms(&json!(text), NOW_MS, Lang::En).ok(),
                expected,
                "{text}"
            );
        };
        check("+36h", Some(NOW_MS + 36 * 3_600_000));
        check("-10m", Some(NOW_MS - 600_000));
        check("1970-01-01T00:00:01Z", Some(1_000));
        check("1970-01-01T00:00:00-06:00", Some(6 * 3_600_000));
        check("+36 h", None);
        check("+99999999999999999999d", None);
        check("tomorrow", None);
        check("+h", None);
        check("", None);
    }

    #[test]
    fn local_times_keep_the_clock_on_the_wall() {
        let read = |text: &str| expand("LocalTime", text, NOW_MS);
        let expected = json!({ "utc_ms": 21_600_000, "offset_minutes": -360 });
        assert_eq!(read("1970-01-01T00:00:00-06:00"), Some(expected));
        let expected = json!({ "utc_ms": NOW_MS + 3_600_000, "offset_minutes": 330 });
        assert_eq!(read("+1h@+05:30"), Some(expected));
        assert_eq!(read("1970-01-01"), None);
    }

    #[test]
    fn what_is_written_short_is_read_as_it_was() {
        let time = |offset: i64| json!({ "utc_ms": NOW_MS, "offset_minutes": offset });
        for (message, whole) in [
            ("Quantity", json!({ "value": "12.5", "unit": "KGM" })),
            ("Temperature", json!({ "value": "-15", "unit": "CEL" })),
            ("Money", json!({ "amount": "1854.00", "currency": "USD" })),
            ("LocalTime", time(-480)),
            ("LocalTime", time(345)),
            ("LocalTime", time(0)),
        ] {
            let Value::String(short) = shortened(whole.clone()) else {
                panic!("{whole} has a short form");
            };
            assert_eq!(expand(message, &short, NOW_MS), Some(whole), "{short}");
        }
        // Zero is not written by a message, and read all the same.
        assert_eq!(
            shortened(json!({ "utc_ms": 1_000 })),
            json!("1970-01-01T00:00:01.000+00:00")
        );
        for other in [
            json!({ "value": "7", "model": "m" }),
            json!({ "value": "7", "unit": "KGM", "more": true }),
            json!({ "utc_ms": 1_000, "zone": "UTC" }),
            json!({ "language": "en", "text": "x" }),
        ] {
            let inside = json!({ "list": [other] });
            assert_eq!(shortened(inside.clone()), inside);
        }
    }
}
