//! A delivery for people: what it is first, what it asks for next, then the goods, what is odd about them, and who vouches
//! for it.

use super::content;
use crate::commands::show::absent;
use crate::output::Output;
use crate::words::{
    Finding, Sheet, handling, headline, labels, minute, names, of_alert, of_reply, recipient, says,
    signer, span, terms, terms_of_reply,
};
use precinto_alert::code::MessageType;
use precinto_client::Delivery;
use precinto_client::copy::BodyState;

/// A delivery as lines of text. Codes stand beside their label, so that both sides can name them over the telephone.
pub(in crate::commands::watch) fn lines(
    delivery: &Delivery,
    now_ms: u64,
    output: Output,
) -> Vec<String> {
    let lang = output.lang();
    let said = &delivery.statement;
    let content = content(delivery);
    let mut sheet = Sheet::new(output);
    sheet.gap();
    sheet.bold(&headline(said, lang));
    sheet.row(("from", "de"), &said.sender().agency().to_string());
    let to = names(said.recipients().iter().map(recipient));
    sheet.row(("to", "para"), &to);
    let about = said.refers_to().map(|id| id.to_string());
    sheet.row(("answers", "responde a"), &about.unwrap_or_default());
    sheet.row(("says", "dice"), &says(said, lang));
    if let Some(last) = said.last_action_ms() {
        let from_now = span(now_ms, last, lang);
        let value = format!("{}, {from_now}", minute(last));
        sheet.row(("act before", "actuar antes"), &value);
    }
    let actions = labels(said.actions().iter().copied(), lang);
    let asks = match said.message_type() {
        MessageType::ActionResponse | MessageType::Ack => ("actions", "acciones"),
        _ => ("asks for", "pide"),
    };
    sheet.row(asks, &actions);
    sheet.row(("handling", "manejo"), &handling(said, lang));
    if delivery.body.is_some() && content.is_null() {
        sheet.row(
            ("content", "contenido"),
            absent(BodyState::Unreadable, lang),
        );
    }
    match said.message_type() {
        MessageType::Alert | MessageType::Amend => {
            sheet.rows(&of_alert(&content, lang));
            sheet.rows(&terms(said, lang));
        }
        _ => {
            sheet.rows(&of_reply(&content, lang));
            sheet.rows(&terms_of_reply(said, lang));
        }
    }
    for warning in &delivery.record.warnings {
        sheet.row(("WARNING", "AVISO"), &Finding::from(warning).said(lang));
    }
    let signers = delivery.envelope.signers().iter();
    let signers = names(signers.map(|one| signer(one.identity(), lang)));
    sheet.row(("signed by", "firmado por"), &signers);
    let entry = format!(
        "{}  {}  {}",
        delivery.index,
        minute(delivery.time_ms),
        said.message_id()
    );
    sheet.row(("entry", "entrada"), &entry);
    sheet.into_lines()
}
