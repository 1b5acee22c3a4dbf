//! Times as people at a desk read them: to the minute, in UTC, and how long that is from now.

use crate::output::Lang;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

/// A moment to the minute, with the Z that desks of two countries both use: `2026-11-22 21:10Z`.
pub(crate) fn minute(ms: u64) -> String {
    at_offset(ms, 0).map_or_else(|| ms.to_string(), |time| format!("{time}Z"))
}

/// A time of an itinerary as the clock on the wall there shows it: `2026-11-23 06:00-08:00`.
pub(crate) fn clock_time(value: &Value) -> Option<String> {
    let ms = value.get("utc_ms").and_then(Value::as_u64)?;
    let minutes = value.get("offset_minutes").and_then(Value::as_i64);
    let minutes = i32::try_from(minutes.unwrap_or(0)).ok()?;
    if minutes == 0 {
        return Some(minute(ms));
    }
    let sign = if minutes < 0 { '-' } else { '+' };
    let apart = minutes.unsigned_abs();
    let (hours, rest) = (apart / 60, apart % 60);
    Some(format!(
        "{}{sign}{hours:02}:{rest:02}",
        at_offset(ms, minutes)?
    ))
}

/// The best that is known about a departure or an arrival, with a word where it is not the time of the timetable: whether
/// something can still be done hangs on whether it has happened.
pub(super) fn best_time(leg: &Value, which: &str, lang: Lang) -> Option<String> {
    let flies = leg
        .get("mode")
        .and_then(Value::as_str)
        .is_none_or(|mode| mode == "AIR");
    let happened = match which {
        "departure" => ("left", "salió"),
        _ if !flies => ("arrived", "llegó"),
        _ => ("landed", "llegó"),
    };
    let known = [
        ("actual", happened),
        ("estimated", ("est.", "est.")),
        ("scheduled", ("", "")),
    ];
    known.iter().find_map(|(how, (en, es))| {
        let time = clock_time(leg.get(format!("{how}_{which}"))?)?;
        Some(
            format!("{} {time}", lang.pick(en, es))
                .trim_start()
                .to_owned(),
        )
    })
}

/// How long until `ms`, or since: `in 15 h 20 min`, `40 min ago`.
pub(crate) fn span(now_ms: u64, ms: u64, lang: Lang) -> String {
    let (minutes, long) = length(now_ms, ms);
    match (minutes, ms >= now_ms) {
        (0, _) => lang.pick("now", "ahora").to_owned(),
        (_, true) => format!("{} {long}", lang.pick("in", "en")),
        (_, false) => lang.pick(format!("{long} ago"), format!("hace {long}")),
    }
}

/// How much time is left until `ms`, for a column of a table: `15 h 20 min`, or that none is left.
pub(crate) fn left(now_ms: u64, ms: u64, lang: Lang) -> String {
    if ms <= now_ms {
        return lang.pick("too late", "vencida").to_owned();
    }
    length(now_ms, ms).1
}

/// The minutes between two moments, and the same in words.
fn length(now_ms: u64, ms: u64) -> (u64, String) {
    let minutes = ms.abs_diff(now_ms) / 60_000;
    let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    let long = match (days, hours) {
        (0, 0) => format!("{rest} min"),
        (0, _) => format!("{hours} h {rest} min"),
        // Beyond a day nobody counts minutes.
        _ => format!("{days} d {hours} h"),
    };
    (minutes, long)
}

fn at_offset(ms: u64, minutes: i32) -> Option<String> {
    let time = Timestamp::from_millisecond(i64::try_from(ms).ok()?).ok()?;
    let zone = TimeZone::fixed(Offset::from_seconds(minutes.checked_mul(60)?).ok()?);
    Some(time.to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn times_of_the_desk_and_of_the_itinerary() {
        assert_eq!(minute(1_700_000_000_000), "2023-11-14 22:13Z");
        let time = |offset| json!({ "utc_ms": 1_700_000_000_000_u64, "offset_minutes": offset });
        assert_eq!(clock_time(&time(-480)).unwrap(), "2023-11-14 14:13-08:00");
        assert_eq!(clock_time(&time(330)).unwrap(), "2023-11-15 03:43+05:30");
        assert_eq!(clock_time(&time(0)).unwrap(), "2023-11-14 22:13Z");
        for absurd in [i64::MAX, i64::from(i32::MAX), i64::from(i32::MIN)] {
            assert_eq!(clock_time(&time(absurd)), None, "{absurd}");
        }
    }

    #[test]
    fn what_is_planned_expected_and_done_are_told_apart() {
        let time = json!({ "utc_ms": 1_700_000_000_000_u64, "offset_minutes": -480 });
        let told = |how: &str, which: &str, lang| {
            let leg = json!({ format!("{how}_{which}"): time });
            best_time(&leg, which, lang).unwrap()
        };
        let at = "2023-11-14 14:13-08:00";
        for (mode, en) in [("AIR", "landed"), ("ROAD", "arrived"), ("RAIL", "arrived")] {
            let leg = json!({ "mode": mode, "actual_arrival": time });
            let told = |lang| best_time(&leg, "arrival", lang).unwrap();
            assert_eq!(told(Lang::En), format!("{en} {at}"), "{mode}");
            assert_eq!(told(Lang::Es), format!("llegó {at}"), "{mode}");
        }
        for (which, en, es) in [
            ("departure", "left", "salió"),
            ("arrival", "landed", "llegó"),
        ] {
            for (lang, word) in [(Lang::En, en), (Lang::Es, es)] {
                assert_eq!(told("scheduled", which, lang), at);
                assert_eq!(told("estimated", which, lang), format!("est. {at}"));
                assert_eq!(told("actual", which, lang), format!("{word} {at}"));
            }
        }
    }

    #[test]
    fn spans_are_as_exact_as_is_of_use() {
        let from = 100 * 86_400_000;
        let check = |ms: u64, en: &str, es: &str| {
            assert_eq!(span(from, ms, Lang::En), en);
            assert_eq!(span(from, ms, Lang::Es), es);
        };
        check(from, "now", "ahora");
        check(from + 59_999, "now", "ahora");
        check(from + 40 * 60_000, "in 40 min", "en 40 min");
        check(from + 920 * 60_000, "in 15 h 20 min", "en 15 h 20 min");
        check(from - 920 * 60_000, "15 h 20 min ago", "hace 15 h 20 min");
        check(from + 49 * 3_600_000, "in 2 d 1 h", "en 2 d 1 h");
        assert_eq!(left(from, from + 40 * 60_000, Lang::Es), "40 min");
        assert_eq!(left(from, from, Lang::Es), "vencida");
    }
}
