//! A subscription, and what is parked of it, in words and for machines.

use crate::output::{Align, Lang, Table, printable};
use crate::words::{Label, minute};
use precinto_alert::code::{Coded, CommodityClass, MessageStatus, MessageType, Precedence};
use precinto_alert::reason as catalogue;
use precinto_client::subscriptions::time_ms;
use precinto_proto::v1 as pb;
use serde_json::{Value, json};

/// For machines.
pub(super) fn json(subscription: &pb::Subscription) -> Value {
    let start_time = subscription.start_time.map(time_ms);
    let oldest = subscription.oldest_unsettled_time.map(time_ms);
    json!({
        "schema": "precinto.subscription/v1",
        "name": subscription.name,
        "start": subscription.start().as_str_name().trim_start_matches("START_POSITION_"),
        "start_index": subscription.start_index,
        "start_time_ms": start_time,
        "filter": subscription.filter.as_ref().map(filter_json),
        "attempts_max": subscription.attempts_max,
        "position": subscription.position,
        "settled": subscription.settled,
        "unsettled": subscription.unsettled,
        "oldest_unsettled_ms": oldest,
        "parked": subscription.parked,
        "moves": subscription.moves,
    })
}

fn filter_json(filter: &pb::Filter) -> Value {
    let least = names::<Precedence>(&[filter.at_least]);
    json!({
        "types": names::<MessageType>(&filter.types),
        "at_least": least.first(),
        "commodities": names::<CommodityClass>(&filter.commodities),
        "sender_agencies": filter.sender_agencies,
        "statuses": names::<MessageStatus>(&filter.statuses),
        "alert_ids": filter.alert_ids,
    })
}

/// For people: one line for each thing there is to know.
pub(super) fn lines(subscription: &pb::Subscription, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    let mut row = |(en, es): Label, value: String| {
        lines.push(format!("  {:<16} {value}", lang.pick(en, es)));
    };
    row(
        ("subscription", "suscripción"),
        printable(&subscription.name),
    );
    row(("begins", "comienza"), beginning(subscription, lang));
    row(
        ("lets through", "deja pasar"),
        let_through(subscription, lang),
    );
    row(
        ("attempts", "intentos"),
        subscription.attempts_max.to_string(),
    );
    row(
        ("covered up to", "cubierta hasta"),
        subscription.position.to_string(),
    );
    row(
        ("settled up to", "confirmada hasta"),
        subscription.settled.to_string(),
    );
    row(
        ("not settled", "sin confirmar"),
        unsettled(subscription, lang),
    );
    row(("parked", "apartadas"), subscription.parked.to_string());
    if subscription.moves > 0 {
        row(
            ("moved, times", "movida, veces"),
            subscription.moves.to_string(),
        );
    }
    lines
}

/// All of them, one a line.
pub(super) fn table(all: &[pb::Subscription], lang: Lang) -> Vec<String> {
    if all.is_empty() {
        return Vec::new();
    }
    let head: [Label; 6] = [
        ("NAME", "NOMBRE"),
        ("COVERED", "CUBIERTA"),
        ("SETTLED", "CONFIRMADA"),
        ("OPEN", "SIN CONF."),
        ("PARKED", "APARTADAS"),
        ("LETS THROUGH", "DEJA PASAR"),
    ];
    let aligns = [
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    let head = head.map(|(en, es)| lang.pick(en, es));
    let mut table = Table::new(&head.into_iter().zip(aligns).collect::<Vec<_>>());
    for one in all {
        table.row([
            printable(&one.name),
            one.position.to_string(),
            one.settled.to_string(),
            one.unsettled.to_string(),
            one.parked.to_string(),
            let_through(one, lang),
        ]);
    }
    table.lines()
}

/// What is parked, one a line.
pub(super) fn parked_table(parked: &[pb::ParkedDelivery], lang: Lang) -> Vec<String> {
    if parked.is_empty() {
        return Vec::new();
    }
    let head: [Label; 4] = [
        ("ENTRY", "ENTRADA"),
        ("ATTEMPTS", "INTENTOS"),
        ("PARKED", "APARTADA"),
        ("REASON", "MOTIVO"),
    ];
    let aligns = [Align::Right, Align::Right, Align::Left, Align::Left];
    let head = head.map(|(en, es)| lang.pick(en, es));
    let mut table = Table::new(&head.into_iter().zip(aligns).collect::<Vec<_>>());
    for one in parked {
        let reason = one.reason();
        let why = match reason {
            pb::Reason::Unspecified => lang.pick("none was given", "no se indicó").to_owned(),
            reason => {
                let text = catalogue::entry(reason).text(lang.texts());
                format!("{} ({text})", catalogue::name(reason))
            }
        };
        table.row([
            one.index.to_string(),
            one.attempts.to_string(),
            one.parked
                .map_or_else(String::new, |at| minute(time_ms(at))),
            why,
        ]);
    }
    table.lines()
}

/// For machines.
pub(super) fn parked_json(parked: &pb::ParkedDelivery) -> Value {
    let reason = Some(parked.reason()).filter(|reason| *reason != pb::Reason::Unspecified);
    json!({
        "schema": "precinto.parked.delivery/v1",
        "index": parked.index,
        "attempts": parked.attempts,
        "reason": reason.map(catalogue::name),
        "first_delivered_ms": parked.first_delivered.map(time_ms),
        "parked_ms": parked.parked.map(time_ms),
    })
}

fn beginning(subscription: &pb::Subscription, lang: Lang) -> String {
    let index = subscription.start_index;
    let at = lang.pick("entry", "entrada");
    match (subscription.start(), subscription.start_time) {
        (pb::StartPosition::First, _) => lang
            .pick("at the first entry", "en la primera entrada")
            .to_owned(),
        (_, Some(time)) => format!("{} ({at} {index})", minute(time_ms(time))),
        _ => format!("{at} {index}"),
    }
}

/// The filter in words; each criterion narrows.
fn let_through(subscription: &pb::Subscription, lang: Lang) -> String {
    let Some(filter) = &subscription.filter else {
        return lang.pick("everything", "todo").to_owned();
    };
    let least = names::<Precedence>(&[filter.at_least]);
    let least = least.first().map(|least| {
        let more = lang.pick("or more urgent", "o más urgente");
        format!("{least} {more}")
    });
    let from = filter.sender_agencies.join(", ");
    let from = (!from.is_empty()).then(|| format!("{} {from}", lang.pick("from", "de")));
    let lists = [
        names::<MessageType>(&filter.types).join(", "),
        names::<CommodityClass>(&filter.commodities).join(", "),
        names::<MessageStatus>(&filter.statuses).join(", "),
        filter.alert_ids.join(", "),
    ];
    let said = lists.into_iter().chain(least).chain(from);
    let said: Vec<String> = said.filter(|part| !part.is_empty()).collect();
    printable(&said.join("; "))
}

fn unsettled(subscription: &pb::Subscription, lang: Lang) -> String {
    let count = subscription.unsettled;
    match subscription.oldest_unsettled_time {
        Some(oldest) => {
            let since = lang.pick("the oldest since", "la más antigua desde");
            format!("{count}, {since} {}", minute(time_ms(oldest)))
        }
        None => count.to_string(),
    }
}

fn names<C: Coded>(codes: &[i32]) -> Vec<String> {
    let named = |code: &i32| match C::try_from(*code) {
        Ok(code) => code.name().to_owned(),
        Err(_) => code.to_string(), // of a newer gateway
    };
    codes.iter().filter(|code| **code != 0).map(named).collect()
}
