//! The sums: what each alert has come to, added up for each direction.

use super::Scope;
use super::figures::{
    Answers, Basis, Direction, Figures, IndicatorFigures, LevelFigures, OverdueFigures,
    PrecedenceFigures, Recalls,
};
use super::fold::{Alert, Fold, Question};
use super::part::Part;
use super::wait::{Fate, LEVELS};
use precinto_alert::clock::allowed_ms;
use precinto_alert::code::{AckLevel, Coded, IndicatorCode, OverdueStep, Precedence as Code};
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
    let mut overdue: BTreeMap<(AckLevel, OverdueStep), u64> = BTreeMap::new();
    let mut confirmed_ms = Vec::new();
    for alert in fold.alerts.values() {
        let questions = alert.questions.values();
        let here = questions.filter(|question| question.by.side() == from);
        asked.extend(here.map(|question| (alert, question)));
        for ((waits, late, level, step), count) in &alert.overdue {
            if (waits, late) == (from, to) {
                *overdue.entry((*level, *step)).or_default() += count;
            }
        }
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
    let overdue = overdue.into_iter();
    sum.overdue = overdue
        .map(|((level, step), count)| OverdueFigures {
            level: level.name(),
            step: step.name(),
            count,
        })
        .collect();
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
    sum.cancelled += u64::from(alert.cancelled);
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
        let mut fates = Fates::default();
        for (alert, part) in parts {
            let (fate, took) = part.wait.fate(level, alert.bounds(end_ms));
            fates.add(fate);
            took_ms.extend(took);
        }
        [sum.in_time, sum.late, sum.missed, sum.open, sum.ended] = fates.0;
        sum.p50_ms = quantile(&mut took_ms, 50);
        sum.p90_ms = quantile(&mut took_ms, 90);
        sum
    };
    LEVELS.into_iter().map(of_level).collect()
}

/// How many were in time, late, missed, open, and ended.
#[derive(Default)]
struct Fates([u64; 5]);

impl Fates {
    fn add(&mut self, fate: Fate) {
        let [in_time, late, missed, open, ended] = &mut self.0;
        *match fate {
            Fate::InTime => in_time,
            Fate::Late => late,
            Fate::Missed => missed,
            Fate::Open => open,
            Fate::Ended => ended,
        } += 1;
    }
}

fn answers(asked: &[(&Alert, &Question)], to: &Side, end_ms: u64) -> Answers {
    let (mut sum, mut fates) = (Answers::default(), Fates::default());
    let mut took_ms = Vec::new();
    for (alert, question) in asked {
        let theirs = question.asked.iter().filter(|(of, _)| of.side() == to);
        for (_, one) in theirs {
            sum.asked += 1;
            let at = one.answer.map(|(at, _)| at);
            let (fate, took) = one.wait.fate_of_answer(at, alert.bounds(end_ms));
            fates.add(fate);
            took_ms.extend(took);
            if let Some(verdict) = one.answer.and_then(|(_, verdict)| verdict) {
                *sum.verdicts.entry(verdict.name()).or_default() += 1;
            }
        }
    }
    [sum.in_time, sum.late, sum.missed, sum.open, sum.ended] = fates.0;
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
