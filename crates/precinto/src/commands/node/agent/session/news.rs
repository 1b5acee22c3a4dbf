//! What a session hears of its outbox, its copy and its line, told to people and noted for `node status`.

use super::super::super::keeper::Kept;
use super::super::super::notice::Notice;
use super::super::super::presence::Line;
use super::super::Agent;
use super::Ended;
use crate::commands::outbox::failed as outbox_failed;
use crate::commands::own_copy::contradicted;
use crate::connect::refused;
use crate::exit::{Exit, Failure, Text};
use precinto_alert::reason::{self as catalogue, Reason, Retry};
use precinto_client::outbox::{CourierError, CourierEvent};
use precinto_client::subscribe::SubscribeError;

impl Agent {
    pub(super) fn heard_of_outbox(&mut self, event: &CourierEvent) -> anyhow::Result<()> {
        let lang = self.output.lang();
        self.is_news = true;
        match event {
            CourierEvent::Connected => {
                self.presence.heard();
                if !self.run.receives() {
                    self.line(Line::Up, None)?;
                }
                Ok(())
            }
            CourierEvent::Sent { accepted, .. } => {
                self.presence.heard();
                let said = ("sent, entry", "enviado, entrada");
                let notice = Notice::of("sent", lang, said).entry(accepted.index);
                self.say(notice.message(accepted.message_id))
            }
            CourierEvent::Refused { entry, refused } => {
                let why = refused.message_es.as_ref().unwrap_or(&refused.message);
                let why = lang.pick(&refused.message, why);
                let id = entry.message_id;
                let name = refused.reason.as_deref();
                self.presence
                    .trouble(format!("{id}: {}: {why}", name.unwrap_or_default()));
                // Of what is no message, or what the gateway fails over, nothing was judged.
                let is_judged = name.is_some_and(|name| name != catalogue::name(Reason::Internal));
                let said = if is_judged {
                    (
                        "REFUSED by the gateway, kept aside:",
                        "RECHAZADO por la pasarela, se aparta:",
                    )
                } else {
                    ("NOT SENT, kept aside:", "NO ENVIADO, se aparta:")
                };
                let notice = Notice::of("refused", lang, said).message(id);
                self.say(notice.reason(name).detail(why))
            }
            CourierEvent::Waiting {
                reason,
                detail,
                retry_in,
            } => {
                let detail = match *reason {
                    Some(reason) => Failure::caused(reason, detail).message,
                    None => Text::cause(detail, "la conexión falló"),
                };
                let detail = detail.pick(lang).to_owned();
                // It does not pass by itself: somebody must do something before anything goes out.
                if reason.is_some_and(|reason| catalogue::entry(reason).retry == Retry::Never) {
                    self.presence.trouble(detail.clone());
                }
                if !self.run.receives() {
                    self.line(Line::Down, Some(detail.clone()))?;
                }
                let said = (
                    "the outbox waits for the line:",
                    "la cola de salida espera la conexión:",
                );
                let notice = Notice::of("outbox_waiting", lang, said);
                let notice = notice.reason(reason.map(catalogue::name)).detail(detail);
                self.say(notice.retry_in(*retry_in))
            }
        }
    }

    /// What came of bringing the copy up to date; a failure that is a lie of the log's is given back.
    pub(super) fn heard_of_copy(&mut self, kept: Kept) -> anyhow::Result<Option<Failure>> {
        let lang = self.output.lang();
        let is_copy = !matches!(kept, Kept::Untidy(_));
        match kept {
            Kept::Fresh {
                recalled,
                confirmed,
                unconfirmed,
            } => {
                for alert in confirmed {
                    self.is_news = true;
                    let said = (
                        "RECALLED, put away here and handed over: its confirmation is queued:",
                        "RETIRADA, apartada aquí y entregada: su confirmación está en cola:",
                    );
                    self.say(Notice::of("recall_confirmed", lang, said).detail(alert))?;
                }
                for failure in unconfirmed {
                    self.is_news = true;
                    let what = failure.message.pick(lang).to_owned();
                    self.presence.trouble(what.clone());
                    let said = (
                        "the recall could NOT be confirmed:",
                        "NO se pudo confirmar el retiro:",
                    );
                    self.say(Notice::of("recall_unconfirmed", lang, said).detail(what))?;
                }
                for alert in recalled.into_iter().filter(|_| !self.run.confirm_recalls) {
                    let said = (
                        "RECALLED, out of use in the own copy; withdraw it from other systems, then  precinto sync --confirm-recalls:",
                        "RETIRADA, fuera de uso en la copia propia; retírela de otros sistemas y luego  precinto sync --confirm-recalls:",
                    );
                    self.say(Notice::of("recalled", lang, said).detail(alert))?;
                }
            }
            Kept::Failed(failure) if failure.exit == Exit::VerificationFailed => {
                return Ok(Some(failure));
            }
            // The line is told of elsewhere.
            Kept::Failed(failure) if failure.exit == Exit::Unreachable => {}
            Kept::Failed(failure) | Kept::Untidy(failure) => {
                self.is_news = true;
                let what = failure.message.pick(lang).to_owned();
                self.presence.trouble(what.clone());
                let said = if is_copy {
                    (
                        "the own copy is not up to date:",
                        "la copia propia no está al día:",
                    )
                } else {
                    (
                        "what is no longer needed cannot be removed:",
                        "no se puede borrar lo que ya no hace falta:",
                    )
                };
                self.say(Notice::of("copy_trouble", lang, said).detail(what))?;
            }
        }
        Ok(None)
    }

    pub(super) fn of_subscription(&self, error: &SubscribeError) -> Ended {
        let failure = match (error, error.reason()) {
            (SubscribeError::Contradiction(contradiction), _) => {
                contradicted(contradiction, &self.node.state)
            }
            (SubscribeError::Refused(refusal), _) => refused(refusal),
            (_, Some(reason)) => Failure::caused(reason, error),
            (_, None) => Failure::new(Exit::Failed, Text::cause(error, "terminó la suscripción")),
        };
        match error {
            SubscribeError::Contradiction(_)
            | SubscribeError::Coverage(_)
            | SubscribeError::Checkpoint(_) => Ended::Lie(failure),
            _ => Ended::Trouble(failure),
        }
    }
}

/// Why the courier ended.
pub(super) fn of_courier(error: &CourierError) -> Ended {
    let failure = match (error, error.reason()) {
        (CourierError::Outbox(error), _) => outbox_failed(error),
        (_, Some(reason)) => Failure::caused(reason, error),
        (_, None) => Failure::new(
            Exit::Failed,
            Text::cause(error, "no se puede seguir con la bandeja de salida"),
        ),
    };
    match error {
        CourierError::Disbelieved { .. }
        | CourierError::Contradiction(_)
        | CourierError::Unshown(_) => Ended::Lie(failure),
        _ => Ended::Trouble(failure),
    }
}
