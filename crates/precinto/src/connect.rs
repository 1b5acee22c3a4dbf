//! One way to the gateway, and one way to say why there is none.

use crate::config::Material;
use crate::exit::{Exit, Failure, Text};
use precinto_alert::reason::GrpcCode;
use precinto_client::log::LogError;
use precinto_client::pin::PinError;
use precinto_client::{ConnectError, Connection, Refusal};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// The first pause between attempts; each following one is twice as long, up to [`PAUSE_MAX`].
const PAUSE: Duration = Duration::from_millis(100);

/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Why there is no connection, with what to do next.
fn failure_of(error: &ConnectError, gateway: &str) -> Failure {
    let cause =
        std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
    let text = format!("{error}{cause}");
    match error.reason() {
        Some(reason) => Failure::caused(reason, text),
        None => Failure::new(
            Exit::Unreachable,
            Text::cause(text, "no hay conexión con la pasarela"),
        )
        .next((
            format!("is a gateway running at {gateway}? precinto doctor  looks at every step"),
            format!("¿hay una pasarela en {gateway}? precinto doctor  revisa cada paso"),
        )),
    }
}

/// What a call came to that the gateway refused, or whose line failed.
pub(crate) fn refused(refusal: &Refusal) -> Failure {
    if let Some(reason) = refusal.reason {
        return Failure::coded(
            reason,
            Text::new(&refusal.message, refusal.message_es.clone()),
        );
    }
    let is = |code: GrpcCode| i32::from(refusal.code) == code.number();
    let exit = if is(GrpcCode::Unauthenticated) || is(GrpcCode::PermissionDenied) {
        Exit::NotPermitted
    } else {
        Exit::Unreachable
    };
    let message = Text::cause(refusal, "la pasarela no atendió la solicitud");
    Failure::new(exit, message).next((
        "try again; if it stays so:  precinto doctor  looks at every step",
        "inténtelo de nuevo; si continúa así:  precinto doctor  revisa cada paso",
    ))
}

/// What a question to the log came to.
pub(crate) fn log_failed(error: &LogError) -> Failure {
    match (error, error.reason()) {
        (LogError::Refused(refusal), _) => refused(refusal),
        (_, Some(reason)) => Failure::caused(reason, error),
        (_, None) => {
            let message = Text::cause(error, "no se pudo consultar la bitácora");
            Failure::new(Exit::Failed, message)
        }
    }
}

/// Why the newest checkpoint that was seen cannot be had from its file.
pub(crate) fn pin_text(error: &PinError, file: &Path) -> Text {
    match error {
        PinError::Io { cause, .. } => Text::io(cause).about(file.display()),
        PinError::Damaged { .. } => Text::from((
            "holds no checkpoint signed by this log",
            "no contiene un punto de control firmado por esta bitácora",
        ))
        .about(file.display()),
    }
}

/// Connects once, as the node.
pub(crate) async fn open(material: &Material) -> Result<Connection, Failure> {
    Connection::open(&material.settings, &material.clock)
        .await
        .map_err(|error| failure_of(&error, &material.settings.gateway))
}

/// Connects again after a loss: tries for as long as `patience` lasts, unless the gateway says no.
pub(crate) async fn again(material: &Material, patience: Duration) -> Result<Connection, Failure> {
    let until = Instant::now() + patience;
    let mut pause = PAUSE;
    loop {
        let error = match Connection::open(&material.settings, &material.clock).await {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        if !error.is_transient() || Instant::now() + pause >= until {
            return Err(failure_of(&error, &material.settings.gateway));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
