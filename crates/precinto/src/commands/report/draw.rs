//! Small drawings for tables: bars, shares, and times against a deadline; inline SVG, whole numbers only.
//!
//! A drawing never stands alone: the figure is beside it as text, and in it for readers who do not see.

use super::page::escape;
use super::words::length;

/// A bar for a count, as long as its share of `max`; `way` is 0 or 1, the direction whose colour it has.
pub(super) fn bar(count: u64, max: u64, way: usize) -> String {
    let width = part(count, max, BAR);
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 {BAR} 12\" role=\"img\" aria-label=\"{count}\"><rect class=\"way{way}\" \
         width=\"{width}\" height=\"12\"/></svg>"
    )
}

/// Counts that make up a whole, each with its class and its name. Empty when there is nothing to show.
pub(super) fn shares(parts: &[(u64, &str, &str)]) -> String {
    let total: u64 = parts.iter().map(|(count, _, _)| count).sum();
    if total == 0 {
        return String::new();
    }
    let named = parts.iter().filter(|(count, _, _)| *count > 0);
    let named: Vec<String> = named
        .map(|(count, _, name)| format!("{count} {name}"))
        .collect();
    let label = escape(&named.join(", "));
    let mut drawn = vec![format!(
        "<svg class=\"shares\" viewBox=\"0 0 {SHARES} 18\" role=\"img\" aria-label=\"{label}\">"
    )];
    let mut before = 0;
    for (count, class, _) in parts {
        let left = part(before, total, SHARES);
        before += count;
        let width = part(before, total, SHARES) - left;
        if width == 0 {
            continue;
        }
        drawn.push(format!(
            "<rect class=\"{class}\" x=\"{left}\" width=\"{width}\" height=\"18\"/>"
        ));
        if width >= ROOM_FOR_A_NUMBER {
            let middle = left + width / 2;
            drawn.push(format!(
                "<text class=\"on-{class}\" x=\"{middle}\" y=\"13\">{count}</text>"
            ));
        }
    }
    drawn.push("</svg>".to_owned());
    drawn.concat()
}

/// How long half and nine of ten took, on the axis of [`axis`], with the deadline as a line across.
pub(super) fn times(half_ms: u64, most_ms: u64, deadline_ms: u64, way: usize) -> String {
    let (half, most, due) = (place(half_ms), place(most_ms), place(deadline_ms));
    let label = format!(
        "{} – {} | {}",
        length(half_ms),
        length(most_ms),
        length(deadline_ms)
    );
    format!(
        "<svg class=\"times\" viewBox=\"0 0 {TIMES} 20\" role=\"img\" aria-label=\"{label}\">{}\
         <line class=\"span way{way}\" x1=\"{half}\" y1=\"10\" x2=\"{most}\" y2=\"10\"/>\
         <line class=\"due\" x1=\"{due}\" y1=\"0\" x2=\"{due}\" y2=\"20\"/>\
         <circle class=\"most way{way}\" cx=\"{most}\" cy=\"10\" r=\"4\"/>\
         <circle class=\"half way{way}\" cx=\"{half}\" cy=\"10\" r=\"4\"/></svg>",
        grid(20)
    )
}

/// Only the deadline: nothing was reached.
pub(super) fn no_times(deadline_ms: u64) -> String {
    let due = place(deadline_ms);
    format!(
        "<svg class=\"times\" viewBox=\"0 0 {TIMES} 20\" aria-hidden=\"true\">{}<line class=\"due\" x1=\"{due}\" y1=\"0\" \
         x2=\"{due}\" y2=\"20\"/></svg>",
        grid(20)
    )
}

/// The axis of the times: every second tick has its length of time.
pub(super) fn axis() -> String {
    let marks = TICKS.iter().enumerate().skip(1).step_by(2);
    let labels = marks.map(|(at, ms)| {
        let x = EDGE + at as u64 * STEP;
        format!("<text x=\"{x}\" y=\"10\">{}</text>", length(*ms))
    });
    let labels: String = labels.collect();
    format!(
        "<svg class=\"times axis\" viewBox=\"0 0 {TIMES} 14\" aria-hidden=\"true\">{labels}</svg>"
    )
}

fn grid(height: u64) -> String {
    let lines = (0..TICKS.len() as u64).map(|at| {
        let x = EDGE + at * STEP;
        format!("<line class=\"grid\" x1=\"{x}\" y1=\"0\" x2=\"{x}\" y2=\"{height}\"/>")
    });
    lines.collect()
}

/// Where a length of time stands: straight between two ticks, which are equally far apart.
fn place(ms: u64) -> u64 {
    let above = TICKS.iter().position(|tick| *tick > ms);
    let last = EDGE + (TICKS.len() as u64 - 1) * STEP;
    let Some((low, high, at)) = above.and_then(|at| {
        let low = *TICKS.get(at.checked_sub(1)?)?;
        Some((low, *TICKS.get(at)?, at as u64 - 1))
    }) else {
        return last;
    };
    EDGE + at * STEP + part(ms - low, high - low, STEP)
}

/// `count` of `of`, as a part of `whole`, to the nearest.
fn part(count: u64, of: u64, whole: u64) -> u64 {
    let twice = count.saturating_mul(whole).saturating_mul(2);
    let part = twice.saturating_add(of).checked_div(of.saturating_mul(2));
    part.unwrap_or(0).min(whole)
}

const BAR: u64 = 160;
const SHARES: u64 = 300;
const ROOM_FOR_A_NUMBER: u64 = 16;
/// Room beside the first and the last tick, for marks and numbers.
const EDGE: u64 = 12;
const STEP: u64 = 28;
const TIMES: u64 = 2 * EDGE + 10 * STEP;

/// From nothing to a month: each step is what people would call much longer.
const TICKS: [u64; 11] = [
    0,
    1_000,
    10_000,
    60_000,
    600_000,
    3_600_000,
    8 * 3_600_000,
    86_400_000,
    3 * 86_400_000,
    7 * 86_400_000,
    30 * 86_400_000,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_stand_between_their_ticks() {
        assert_eq!(place(0), EDGE);
        assert_eq!(place(1_000), EDGE + STEP);
        assert_eq!(place(5_500), EDGE + STEP + STEP / 2);
        assert_eq!(place(u64::MAX), TIMES - EDGE);
        assert_eq!(TIMES, 2 * EDGE + (TICKS.len() as u64 - 1) * STEP);
    }

    #[test]
    fn shares_fill_the_whole_and_nothing_shows_nothing() {
        assert_eq!(shares(&[(0, "a", "a")]), "");
        let svg = shares(&[
            (1, "good", "in time"),
            (0, "late", "late"),
            (2, "bad", "missed"),
        ]);
        assert!(
            svg.contains("width=\"100\"") && svg.contains("x=\"100\" width=\"200\""),
            "{svg}"
        );
        assert!(svg.contains("aria-label=\"1 in time, 2 missed\""), "{svg}");
        assert_eq!(part(1, 0, 100), 0);
    }
}
