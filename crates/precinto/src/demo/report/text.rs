//! The report for people: one paragraph an alert, then what was refused, then what was proven.

use super::latency::milliseconds;
use super::{Report, Summary};
use crate::demo::play::Message;
use crate::demo::proof::Proof;
use crate::output::{Align, Lang, Mark, Output, Table};
use precinto_alert::reason as catalogue;

/// The whole report. Only the story is told alert by alert: nobody reads two thousand paragraphs.
pub(super) fn lines(
    report: &Report,
    summary: &Summary<'_>,
    story: bool,
    output: Output,
) -> Vec<String> {
    let lang = output.lang();
    let mut lines = Vec::new();
    if story {
        lines.push(output.bold(lang.pick(
            "What went where (every alert is an EXERCISE; times count from sending)",
            "Qué llegó a dónde (toda alerta es un EJERCICIO; los tiempos cuentan desde el envío)",
        )));
        for alert in report.messages().filter(|one| one.kind == "ALERT") {
            lines.extend(told(report, alert, lang));
        }
    } else {
        lines.extend(traffic(report, output));
    }
    lines.extend(refusals(report, summary, output));
    lines.extend(proven(report, summary, output));
    lines
}

/// One alert: sent, logged, delivered, acknowledged, answered.
fn told(report: &Report, alert: &Message, lang: Lang) -> Vec<String> {
    let id = if alert.alert_id.is_empty() {
        "?"
    } else {
        &alert.alert_id
    };
    let logged = lang.pick("logged as entry", "registrada como entrada");
    let index = alert
        .index
        .map_or_else(|| "-".to_owned(), |index| index.to_string());
    let mut lines = vec![
        String::new(),
        format!(
            "  {id}  {}  {} {}: {logged} {index}, {:.1} ms",
            alert.tag,
            lang.pick("from", "de"),
            report.name(alert.sender),
            alert.submit_ms
        ),
    ];
    let mut table = Table::new(&[
        (lang.pick("to", "a"), Align::Left),
        (lang.pick("delivered ms", "entregada ms"), Align::Right),
        (lang.pick("node ack ms", "acuse nodo ms"), Align::Right),
        (
            lang.pick("officer ack ms", "acuse oficial ms"),
            Align::Right,
        ),
        (lang.pick("outcome", "resultado"), Align::Left),
        ("ms", Align::Right),
    ]);
    for (node, received_us) in &alert.delivered_us {
        let reply = |kind: &str, code: &str| reply_of(report, alert, *node, (kind, code));
        // A reply counts when the alert's own sender has it, verified.
        let at_home = |reply: Option<&Message>| {
            let received = reply.and_then(|reply| reply.delivered_us.get(&alert.sender));
            received.map_or_else(String::new, |us| {
                format!("{:.1}", milliseconds(alert.sent_us, *us))
            })
        };
        let outcome = reply("OUTCOME", "");
        table.row([
            report.name(*node).to_owned(),
            format!("{:.1}", milliseconds(alert.sent_us, *received_us)),
            at_home(reply("ACK", "NODE")),
            at_home(reply("ACK", "PERSON")),
            outcome.map_or_else(String::new, |outcome| outcome.code.clone()),
            at_home(outcome),
        ]);
    }
    lines.extend(table.lines().into_iter().map(|line| format!("  {line}")));
    lines
}

/// What a node has answered to an alert; any code when none is asked for.
fn reply_of<'r>(
    report: &'r Report,
    alert: &Message,
    node: usize,
    (kind, code): (&str, &str),
) -> Option<&'r Message> {
    report.messages().find(|one| {
        one.kind == kind
            && one.sender == node
            && one.tag == alert.tag
            && (code.is_empty() || one.code == code)
    })
}

/// How many alerts went from whom to whom.
fn traffic(report: &Report, output: Output) -> Vec<String> {
    let lang = output.lang();
    let mut counts = std::collections::BTreeMap::new();
    for alert in report
        .messages()
        .filter(|one| one.kind == "ALERT" && one.index.is_some())
    {
        for node in alert.delivered_us.keys() {
            *counts.entry((alert.sender, *node)).or_insert(0_u64) += 1;
        }
    }
    let mut table = Table::new(&[
        (lang.pick("from", "de"), Align::Left),
        (lang.pick("to", "a"), Align::Left),
        (
            lang.pick("alerts delivered", "alertas entregadas"),
            Align::Right,
        ),
    ]);
    for ((from, to), count) in counts {
        table.row([
            report.name(from).to_owned(),
            report.name(to).to_owned(),
            count.to_string(),
        ]);
    }
    let heading = lang.pick(
        "What went where (every alert is an EXERCISE)",
        "Qué llegó a dónde (toda alerta es un EJERCICIO)",
    );
    std::iter::once(output.bold(heading))
        .chain(table.lines())
        .collect()
}

fn refusals(report: &Report, summary: &Summary<'_>, output: Output) -> Vec<String> {
    let lang = output.lang();
    let heading = lang.pick("What was refused", "Qué se rechazó");
    let mut lines = vec![String::new(), output.bold(heading)];
    for attack in &report.attacks {
        let mark = output.mark(if attack.is_refused() {
            Mark::Good
        } else {
            Mark::Bad
        });
        let (en, es) = attack.words;
        lines.push(format!("  {mark}  {}", lang.pick(en, es)));
        lines.push(format!("        {}", explained(&attack.reason, lang)));
    }
    if report.attacks.is_empty() {
        for (reason, count) in &summary.refused_by_reason {
            lines.push(format!("  {count:>6}  {}", explained(reason, lang)));
        }
    }
    let faults = &summary.faults;
    if faults.seeded > 0 {
        let mark = output.mark(if faults.as_expected == faults.seeded {
            Mark::Good
        } else {
            Mark::Bad
        });
        let text = lang.pick(
            "spoilt on purpose and refused for just that",
            "estropeadas a propósito y rechazadas justo por ello",
        );
        lines.push(format!(
            "  {mark}  {} / {} {text}",
            faults.as_expected, faults.seeded
        ));
    }
    lines
}

/// A reason with its sentence.
fn explained(reason: &str, lang: Lang) -> String {
    let entry = catalogue::from_name(reason).map(catalogue::entry);
    let text = entry.map_or("", |entry| entry.text(lang.texts()));
    format!("{reason}: {text}")
}

fn proven(report: &Report, summary: &Summary<'_>, output: Output) -> Vec<String> {
    let lang = output.lang();
    let mut lines = vec![
        String::new(),
        output.bold(lang.pick("What was proven", "Qué se demostró")),
    ];
    if let Some(proof) = &report.proof {
        lines.extend(proof_lines(proof, summary, output));
    }
    let latency = &summary.latency_ms;
    lines.push(format!(
        "        {}: {:.1} / {:.1} ms; {}: {:.1} / {:.1} ms  (p50 / p99)",
        lang.pick("sent to receipt", "del envío al recibo"),
        latency.submit_p50,
        latency.submit_p99,
        lang.pick("sent to delivery", "del envío a la entrega"),
        latency.deliver_p50,
        latency.deliver_p99,
    ));
    for wrong in summary.wrong.iter().take(20) {
        let wrong = wrong.pick(lang);
        lines.push(format!("  {}  {wrong}", output.mark(Mark::Bad)));
    }
    lines.push(String::new());
    let verdict = if summary.ok {
        lang.pick("All as it should be", "Todo como debe ser")
    } else {
        lang.pick("NOT AS IT SHOULD BE", "NO ESTÁ COMO DEBE SER")
    };
    lines.push(format!(
        "{}  {:.1} s",
        output.bold(verdict),
        summary.seconds
    ));
    lines
}

fn proof_lines(proof: &Proof, summary: &Summary<'_>, output: Output) -> Vec<String> {
    let lang = output.lang();
    let mark = |good: bool| output.mark(if good { Mark::Good } else { Mark::Bad });
    let audit = &proof.audit;
    let delivered = lang.pick("deliveries, none missing", "entregas, ninguna falta");
    let missing = lang.pick("deliveries are missing", "entregas faltan");
    let deliveries = match summary.undelivered {
        0 => format!("{} {delivered}", summary.delivered),
        count => format!("{count} {missing}"),
    };
    vec![
        format!(
            "  {}  {} {}, {} {}",
            mark(summary.undelivered == 0),
            summary.submitted,
            lang.pick("statements in the log", "mensajes en la bitácora"),
            summary.acknowledged,
            lang.pick("of them acknowledgements", "de ellas acuses"),
        ),
        format!("  {}  {deliveries}", mark(summary.undelivered == 0)),
        format!(
            "  {}  {} {}",
            mark(proof.receipts_wrong.is_empty() && proof.receipts_verified == summary.submitted),
            proof.receipts_verified,
            lang.pick(
                "receipts verified again from their files",
                "recibos verificados de nuevo desde sus archivos"
            ),
        ),
        format!(
            "  {}  {}: {}, {} {}, {} {}, {} {}",
            mark(audit.verdict == "clean"),
            lang.pick("audit of the journal", "auditoría de la bitácora"),
            audit.verdict,
            audit.entries,
            lang.pick("entries", "entradas"),
            audit.findings,
            lang.pick("findings", "hallazgos"),
            lang.pick("root", "raíz"),
            audit.root,
        ),
    ]
}
