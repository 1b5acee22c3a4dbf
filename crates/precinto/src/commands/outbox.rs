//! What those who put into the outbox and those who empty it say alike when it cannot be used.

use crate::exit::{Exit, Failure};
use precinto_alert::Reason;
use precinto_client::outbox::OutboxError;

/// What a failure of the outbox comes to.
pub(crate) fn failed(error: &OutboxError) -> Failure {
    let en = error.to_string();
    match error {
        OutboxError::Full { messages, .. } => Failure::coded(
            Reason::LimitReached,
            (
                format!("{en}; nothing more goes in until some are sent, and nothing was dropped"),
                format!(
                    "la cola de salida está llena: esperan {messages} mensajes; no entra nada más hasta que salgan algunos, y no se perdió nada"
                ),
            ),
        )
        .next((
            "precinto node status  says why they wait",
            "precinto node status  dice por qué esperan",
        )),
        OutboxError::Unheeded { messages, folder } => {
            let folder = folder.display();
            Failure::coded(
                Reason::LimitReached,
                (
                    format!("{en}; until then nothing more goes in, and nothing was dropped"),
                    format!(
                        "hay {messages} mensajes rechazados en {folder}; revíselos y retírelos de ahí; hasta entonces no entra nada más, y no se perdió nada"
                    ),
                ),
            )
            .next((
                "precinto node status  says why each was refused",
                "precinto node status  dice por qué se rechazó cada uno",
            ))
        }
        OutboxError::Reused(_) => Failure::coded(
            Reason::MessageIdReused,
            (en.clone(), format!("ese identificador de mensaje ya corresponde a otra cosa ({en})")),
        ),
        OutboxError::Damaged { .. } | OutboxError::Io { .. } => Failure::new(
            Exit::Failed,
            (
                format!("the outbox cannot be used: {en}"),
                format!("no se puede usar la cola de salida: {en}"),
            ),
        ),
    }
}
