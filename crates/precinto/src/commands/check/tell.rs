//! How a check is told: lines for people, an object for programs, a plugin's line for Nagios and its kin.

use super::{Left, Of, Row, State};
use crate::clock;
use crate::output::{Lang, Mark, Output, printable};
use serde::Serialize;

/// A check for programs.
#[derive(Serialize)]
pub(super) struct Told<'a> {
    schema: &'static str,
    ok: bool,
    /// `cert` or `crl`.
    check: &'static str,
    /// The worst of what follows.
    state: State,
    checks: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    what: &'a str,
    state: State,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    warning_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    critical_seconds: Option<u64>,
    found: &'a str,
}

/// As an object.
pub(super) fn json(of: Of, state: State, rows: &[Row]) -> Told<'_> {
    let checks = rows.iter().map(|row| One {
        what: row.what.pick(Lang::En),
        state: row.state,
        until: row.left.map(|left| clock::rfc3339_ms(left.until_ms)),
        left_seconds: row.left.map(|left| left.ms / 1_000),
        warning_seconds: row.left.map(|left| left.needed.warning_ms / 1_000),
        critical_seconds: row.left.map(|left| left.needed.critical_ms / 1_000),
        found: row.found.pick(Lang::En),
    });
    Told {
        schema: "precinto.check/v1",
        ok: state == State::Ok,
        check: match of {
            Of::Certificates => "cert",
            Of::Lists => "crl",
        },
        state,
        checks: checks.collect(),
    }
}

/// As lines for people, in their language.
pub(super) fn text(rows: &[Row], output: Output) -> Vec<String> {
    let lang = output.lang();
    let lines = rows.iter().map(|row| {
        let mark = match row.state {
            State::Ok => Mark::Good,
            State::Warning => Mark::Warning,
            State::Critical | State::Unknown => Mark::Bad,
        };
        let (what, found) = (row.what.pick(lang), row.found.pick(lang));
        format!("{}  {what}: {}", output.mark(mark), printable(found))
    });
    lines.collect()
}

/// As one line by the monitoring plugins' guidelines: the state, the worst thing, and how many seconds are left of each.
pub(super) fn nagios(of: Of, state: State, rows: &[Row]) -> String {
    let name = match of {
        Of::Certificates => "CERT",
        Of::Lists => "CRL",
    };
    let left_ms = |row: &&Row| row.left.map_or(0, |left| left.ms);
    let worst = rows.iter().filter(|row| row.state == state);
    let worst = worst.min_by_key(left_ms).map_or_else(
        || "nothing to look at".to_owned(),
        |row| format!("{}: {}", row.what, row.found),
    );
    // A bar would begin the performance data.
    let worst = printable(&worst).replace('|', "/");
    let data: Vec<String> = rows.iter().filter_map(performance).collect();
    let line = format!("{name} {} - {worst}", state.name());
    if data.is_empty() {
        line
    } else {
        format!("{line} | {}", data.join(" "))
    }
}

/// `'label'=seconds;warning;critical`, where both are ranges that hold while at least so much is left.
fn performance(row: &Row) -> Option<String> {
    let Left { ms, needed, .. } = row.left?;
    let label = printable(row.what.pick(Lang::En)).replace(['\'', '=', '|'], "_");
    let [left, warning, critical] =
        [ms, needed.warning_ms, needed.critical_ms].map(|ms| ms / 1_000);
    Some(format!("'{label}'={left}s;{warning}:;{critical}:"))
}

/// Days with one decimal, rounded down: nobody is told of time that is not there.
pub(super) fn days(ms: u64) -> String {
    let tenths = ms / (super::DAY_MS / 10);
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::super::Needed;
    use super::*;

    fn row(what: &str, state: State, left_ms: Option<u64>) -> Row {
        Row {
            what: (what, "x").into(),
            state,
            left: left_ms.map(|left_ms| Left {
                until_ms: 1_795_000_000_000,
                ms: left_ms,
                needed: Needed {
                    warning_ms: 3_000,
                    critical_ms: 1_000,
                },
            }),
            found: ("said|so", "x").into(),
        }
    }

    #[test]
    fn a_plugin_says_the_worst_first_and_then_how_much_is_left() {
        let rows = [
            row("a", State::Ok, Some(9_000)),
            row("it's=b", State::Warning, Some(2_500)),
            row("c", State::Warning, Some(1_500)),
        ];
        assert_eq!(
            nagios(Of::Certificates, State::Warning, &rows),
            "CERT WARNING - c: said/so | 'a'=9s;3:;1: 'it_s_b'=2s;3:;1: 'c'=1s;3:;1:"
        );
        let gone = [row("a", State::Critical, None)];
        assert_eq!(
            nagios(Of::Lists, State::Critical, &gone),
            "CRL CRITICAL - a: said/so"
        );
        let nothing = nagios(Of::Lists, State::Unknown, &[]);
        assert_eq!(nothing, "CRL UNKNOWN - nothing to look at");
    }

    #[test]
    fn days_are_rounded_down() {
        let day = super::super::DAY_MS;
        assert_eq!(days(day * 3 / 2), "1.5");
        assert_eq!(days(day - 1), "0.9");
        assert_eq!(days(0), "0.0");
    }
}
