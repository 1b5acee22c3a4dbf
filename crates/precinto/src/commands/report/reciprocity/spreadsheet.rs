//! The figures for a spreadsheet: one a line.

use anyhow::Context;
use precinto_audit::reciprocity::{Direction, Figures, LevelFigures};

/// Direction, what is counted, of which code and level, the measure, its value. Codes alone, times in milliseconds; a figure
/// that does not exist has no line.
pub(in super::super) fn csv(figures: &Figures) -> anyhow::Result<Vec<u8>> {
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(["from", "to", "figure", "code", "level", "measure", "value"])?;
    for way in &figures.directions {
        for Line(figure, code, level, measure, value) in lines(way) {
            let value = value.to_string();
            rows.write_record([&way.from, &way.to, figure, code, level, measure, &value])?;
        }
    }
    rows.into_inner().context("the last lines of the CSV file")
}

/// Figure, code, level, measure, value.
struct Line<'a>(&'static str, &'a str, &'static str, &'static str, u64);

fn lines(way: &Direction) -> Vec<Line<'_>> {
    let mut lines = vec![
        Line("alerts", "", "", "count", way.alerts),
        Line("parts", "", "", "count", way.parts),
    ];
    for (figure, counted) in [
        ("alerts_by_status", &way.by_status),
        ("alerts_by_commodity", &way.by_commodity),
        ("outcomes", &way.outcomes),
        ("verdicts", &way.requests.verdicts),
    ] {
        let counted = counted.iter();
        lines.extend(counted.map(|(code, count)| Line(figure, code, "", "count", *count)));
    }
    for level in &way.levels {
        lines.extend(times("times", "", level));
    }
    for one in &way.by_precedence {
        let code = one.precedence;
        lines.push(Line("alerts_by_precedence", code, "", "count", one.alerts));
        for level in &one.levels {
            lines.extend(times("times_by_precedence", code, level));
        }
    }
    for one in &way.indicators {
        let counts = [
            ("named", one.named),
            ("right", one.right),
            ("wrong", one.wrong),
        ];
        let of_it =
            counts.map(|(measure, count)| Line("indicators", one.indicator, "", measure, count));
        lines.extend(of_it);
    }
    lines.extend(requests(way));
    let overdue = way.overdue.iter();
    lines.extend(overdue.map(|one| Line("overdue", one.step, one.level, "count", one.count)));
    lines.extend([
        Line("without_outcome", "", "", "count", way.without_outcome),
        Line("quality", "", "", "judged", way.judged),
        Line("quality", "", "", "sum", way.quality_sum),
        Line("cancelled", "", "", "count", way.cancelled),
        Line("recalls", "", "", "alerts", way.recalls.alerts),
        Line("recalls", "", "", "confirmed", way.recalls.confirmed),
        Line("recalls", "", "", "outstanding", way.recalls.outstanding),
        Line("rejected", "", "", "count", way.refusals.rejected),
        Line("reused_ids", "", "", "count", way.refusals.reused_ids),
        Line("unread_bodies", "", "", "count", way.unread_bodies),
    ]);
    let reasons = way.refusals.reasons.iter();
    lines
        .extend(reasons.map(|(code, count)| Line("rejected_by_reason", code, "", "count", *count)));
    lines
}

fn times<'a>(
    figure: &'static str,
    code: &'a str,
    of: &LevelFigures,
) -> impl Iterator<Item = Line<'a>> + use<'a> {
    let level = of.level;
    let all = [
        ("deadline_ms", of.deadline_ms),
        ("in_time", Some(of.in_time)),
        ("late", Some(of.late)),
        ("missed", Some(of.missed)),
        ("open", Some(of.open)),
        ("ended", Some(of.ended)),
        ("p50_ms", of.p50_ms),
        ("p90_ms", of.p90_ms),
    ];
    let known = all.into_iter();
    known.filter_map(move |(measure, value)| Some(Line(figure, code, level, measure, value?)))
}

fn requests(way: &Direction) -> impl Iterator<Item = Line<'_>> {
    let asked = &way.requests;
    let all = [
        ("asked", Some(asked.asked)),
        ("in_time", Some(asked.in_time)),
        ("late", Some(asked.late)),
        ("missed", Some(asked.missed)),
        ("open", Some(asked.open)),
        ("ended", Some(asked.ended)),
        ("p50_ms", asked.p50_ms),
        ("p90_ms", asked.p90_ms),
    ];
    let known = all.into_iter();
    known.filter_map(|(measure, value)| Some(Line("requests", "", "", measure, value?)))
}
