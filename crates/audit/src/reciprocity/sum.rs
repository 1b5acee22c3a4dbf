//! The sums: what each alert has come to, added up for each direction.

use super::Scope;
use super::figures::{
    Answers, Basis, Direction, Figures, IndicatorFigures, LevelFigures, PrecedenceFigures, Recalls,
};
use super::fold::{Alert, Fold, Question};
use super::part::{LEVELS, Part};
use precinto_alert::clock::allowed_ms;
use precinto_alert::code::{AckLevel, Coded, IndicatorCode, Precedence as Code};
use precinto_alert::id::Side;
use std::collections::BTreeMap;

/// Adds up.
pub(super) fn figures(scope: &Scope, fold: &Fold, basis: Basis) -> Figures {
    let end_ms = basis.last_ms.unwrap_or(0);
    let directions = pairs(fold).map(|(from, to)| direction(fold, from, to, end_ms));
    Figures {
        schema: "precinto.report.reciprocity/v1",
        from_ms: scope.period.from_ms,
        to_ms: scope.period.to_ms,
        only_status: scope.status.map(Coded::name),
        directions: directions.collect(),
        log: basis,
    }
}

/// Each side towards each other one; the two ways of a pair next to each other.
fn pairs(fold: &Fold) -> impl Iterator<Item = (&Side, &Side)> {
    let sides = || fold.sides.iter();
    sides().flat_map(move |one| {
        let later = sides().filter(move |other| *other > one);
        later.flat_map(move |other| [(one, other), (other, one)])
    })
}

/// Parts with the alerts that they are of.
type Parts<'a> = Vec<(&'a Alert, &'a Part)>;

fn direction(fold: &Fold, from: &Side, to: &Side, end_ms: u64) -> Direction {
    let mut sum = Direction {
        from: from.to_string(),
        to: to.to_string(),
        ..Direction::default()
    };
    let mut parts: Parts<'_> = Vec::new();
    let mut by_precedence: BTreeMap<Code, (u64, Parts<'_>)> = BTreeMap::new();
    let mut indicators: BTreeMap<i32, IndicatorFigures> = BTreeMap::new();
    let mut asked = Vec::new();
    let mut confirmed_ms = Vec::new();
    for alert in fold.alerts.values() {
        let questions = alert.questions.values();
        let here = questions.filter(|question| question.by.side() == from);
        asked.extend(here.map(|question| (alert, question)));
        reject(&mut sum, alert, from, to);
        if alert.from.side() != from {
            continue;
        }
        recall(&mut sum.recalls, alert, to, &mut confirmed_ms);
        let theirs = alert.parts.iter().filter(|(of, _)| of.side() == to);
        let theirs: Vec<_> = theirs.map(|(_, part)| (alert, part)).collect();
        if theirs.is_empty() {
            continue;
        }
        count_alert(&mut sum, &mut indicators, alert, to);
        let of_precedence = by_precedence.entry(alert.precedence).or_default();
        of_precedence.0 += 1;
        for (_, part) in &theirs {
            count_part(&mut sum, &mut indicators, part);
        }
        of_precedence.1.extend(theirs.iter().copied());
        parts.extend(theirs);
    }
    sum.levels = levels(&parts, None, end_ms);
    sum.by_precedence = by_precedence
        .into_iter()
        .map(|(code, (alerts, parts))| PrecedenceFigures {
            precedence: code.name(),
            alerts,
            levels: levels(&parts, Some(code), end_ms),
        })
        .collect();
    sum.indicators = indicators.into_values().collect();
    sum.requests = answers(&asked, to, end_ms);
    sum.recalls.p50_ms = quantile(&mut confirmed_ms, 50);
    sum.refusals.reused_ids = fold.reused.get(from).copied().unwrap_or(0);
    sum
}

fn count_alert(
    sum: &mut Direction,
    indicators: &mut BTreeMap<i32, IndicatorFigures>,
    alert: &Alert,
    to: &Side,
) {
    sum.alerts += 1;
    *sum.by_status.entry(alert.status.name()).or_default() += 1;
    for commodity in &alert.commodities {
        *sum.by_commodity.entry(commodity.name()).or_default() += 1;
    }
    for code in &alert.indicators {
        if let Some(indicator) = entry(indicators, *code) {
            indicator.named += 1;
        }
    }
    sum.cancelled += u64::from(alert.cancelled_ms.is_some());
    let unread = alert.unread.iter();
    let here = unread.filter(|whose| **whose == alert.from || whose.side() == to);
    sum.unread_bodies += here.count() as u64;
}

fn count_part(sum: &mut Direction, indicators: &mut BTreeMap<i32, IndicatorFigures>, part: &Part) {
    sum.parts += 1;
    match part.outcome {
        Some(code) => *sum.outcomes.entry(code.name()).or_default() += 1,
        None => sum.without_outcome += 1,
    }
    sum.judged += u64::from(part.quality > 0);
    sum.quality_sum += u64::from(part.quality);
    for (code, right) in &part.feedback {
        if let Some(indicator) = entry(indicators, *code) {
            indicator.right += u64::from(*right);
            indicator.wrong += u64::from(!*right);
        }
    }
}

/// The row of an indicator; none for a number that is no code.
fn entry(
    indicators: &mut BTreeMap<i32, IndicatorFigures>,
    number: i32,
) -> Option<&mut IndicatorFigures> {
    let code = IndicatorCode::try_from(number).ok()?;
    let known = number != 0;
    known.then(|| {
        indicators
            .entry(number)
            .or_insert_with(|| IndicatorFigures {
                indicator: code.name(),
                ..IndicatorFigures::default()
            })
    })
}

fn levels(parts: &[(&Alert, &Part)], precedence: Option<Code>, end_ms: u64) -> Vec<LevelFigures> {
    let of_level = |level: AckLevel| {
        let mut sum = LevelFigures {
            level: level.name(),
            deadline_ms: precedence.and_then(|code| allowed_ms(code, level)),
            ..LevelFigures::default()
        };
        let mut took_ms = Vec::new();
        for (alert, part) in parts {
            let due = part.clock.due_ms(level);
            let fate = fate(part.reached(level), due, ended(alert), end_ms);
            *match fate {
                Fate::InTime => &mut sum.in_time,
                Fate::Late => &mut sum.late,
                Fate::Missed => &mut sum.missed,
                Fate::Open => &mut sum.open,
                Fate::Ended => &mut sum.ended,
            } += 1;
            let reached = part.reached(level);
            took_ms.extend(reached.map(|at| at.saturating_sub(part.clock.start_ms)));
        }
        sum.p50_ms = quantile(&mut took_ms, 50);
        sum.p90_ms = quantile(&mut took_ms, 90);
        sum
    };
    LEVELS.into_iter().map(of_level).collect()
}

/// What became of something that was due.
enum Fate {
    InTime,
    Late,
    Missed,
    Open,
    Ended,
}

/// Without a deadline what came is in time, and what did not is open.
fn fate(at: Option<u64>, due: Option<u64>, ended: Option<u64>, end_ms: u64) -> Fate {
    let over = |due: u64| end_ms > due;
    match (at, due) {
        (Some(at), Some(due)) if at > due => Fate::Late,
        (Some(_), _) => Fate::InTime,
        (None, due) if ended.is_some_and(|ended| due.is_none_or(|due| ended <= due)) => Fate::Ended,
        (None, Some(due)) if over(due) => Fate::Missed,
        (None, _) => Fate::Open,
    }
}

/// When the originator ended the alert.
fn ended(alert: &Alert) -> Option<u64> {
    let recalled = alert.recalled.map(|(_, at)| at);
    alert.cancelled_ms.into_iter().chain(recalled).min()
}

fn answers(asked: &[(&Alert, &Question)], to: &Side, end_ms: u64) -> Answers {
    let mut sum = Answers::default();
    let mut took_ms = Vec::new();
    for (alert, question) in asked {
        let table = question.clock.due_ms(AckLevel::Assessed);
        let due = question.due_ms.or(table);
        let theirs = question.asked.iter().filter(|(of, _)| of.side() == to);
        for (_, answer) in theirs {
            sum.asked += 1;
            let at = answer.map(|(at, _)| at);
            *match fate(at, due, ended(alert), end_ms) {
                Fate::InTime => &mut sum.in_time,
                Fate::Late => &mut sum.late,
                Fate::Missed => &mut sum.missed,
                Fate::Open => &mut sum.open,
                Fate::Ended => &mut sum.ended,
            } += 1;
            took_ms.extend(at.map(|at| at.saturating_sub(question.clock.start_ms)));
            if let Some(verdict) = answer.and_then(|(_, verdict)| verdict) {
                *sum.verdicts.entry(verdict.name()).or_default() += 1;
            }
        }
    }
    sum.p50_ms = quantile(&mut took_ms, 50);
    sum.p90_ms = quantile(&mut took_ms, 90);
    sum
}

fn recall(sum: &mut Recalls, alert: &Alert, to: &Side, took_ms: &mut Vec<u64>) {
    let Some((measure, asked_ms)) = alert.recalled else {
        return;
    };
    let mut theirs = alert
        .holders
        .iter()
        .filter(|(holder, _)| holder.side() == to)
        .peekable();
    sum.alerts += u64::from(theirs.peek().is_some());
    for (_, confirmations) in theirs {
        let mut enough = confirmations.iter().filter(|(taken, _)| *taken >= measure);
        match enough.next() {
            Some((_, at)) => {
                sum.confirmed += 1;
                took_ms.push(at.saturating_sub(asked_ms));
            }
            None => sum.outstanding += 1,
        }
    }
}

fn reject(sum: &mut Direction, alert: &Alert, from: &Side, to: &Side) {
    let here = alert
        .rejections
        .iter()
        .filter(|(whose, by, _)| whose == from && by == to);
    for (_, _, reasons) in here {
        sum.refusals.rejected += 1;
        for reason in reasons {
            *sum.refusals.reasons.entry(reason.clone()).or_default() += 1;
        }
    }
}

/// The smallest value that so many per cent do not exceed (nearest rank); none of nothing.
fn quantile(values: &mut [u64], percent: usize) -> Option<u64> {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100);
    values.get(rank.checked_sub(1)?).copied()
}
