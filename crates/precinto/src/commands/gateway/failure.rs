//! Why a gateway does not run, and what its operator does next. Nothing here is advice to delete: the log is evidence.

use crate::exit::{Exit, Failure, Text};
use precinto_alert::Reason;
use precinto_gateway::witness::WitnessError;
use precinto_gateway::{RunError, subscribe::store::StoreError};
use precinto_ledger::OpenError;

/// What an operator does when the data is not what it was.
const KEEP: (&str, &str) = (
    "keep the data folder as it is;  precinto audit log DIR  shows what is wrong",
    "conserve la carpeta de datos tal como está;  precinto audit log DIR  muestra qué está mal",
);

/// The log's part counts, so a file that does not go with it is in nobody's way but its own.
fn of_directory(error: &RunError) -> Failure {
    let es = "el directorio de la bitácora y el que ofrece la carpeta no concuerdan";
    Failure::usage(Text::cause(error, es)).next((
        "the log counts: move the .part file that is named away, or put the next version of that side there",
        "cuenta la bitácora: quite el archivo .part que se nombra, o ponga ahí la versión que sigue de ese lado",
    ))
}

/// Whoever put an older list there would let in again who was revoked since.
fn of_older_list(error: &RunError) -> Failure {
    let es = "una lista de revocación es más antigua que la que ya consta en la bitácora";
    Failure::usage(Text::cause(error, es)).next((
        "put the newest list of the authority that is named in its place",
        "ponga en su lugar la lista más reciente de la autoridad que se nombra",
    ))
}

/// Data that is damaged or gone is a verdict on it; everything else is a failure to run.
pub(super) fn of(error: &RunError) -> Failure {
    let failed = |es: &str, next: (&str, &str)| {
        Failure::new(Exit::Failed, Text::cause(error, es)).next(next)
    };
    match error {
        RunError::Open(cause) => of_open(cause),
        RunError::Cursors(StoreError::Behind { .. }) => gone_back(Text::cause(
            error,
            "un suscriptor llegó más lejos que la bitácora: se perdieron entradas, o es otra bitácora",
        )),
        RunError::Cursors(StoreError::Io(_)) => failed(
            "no se pueden leer o escribir las posiciones de los suscriptores",
            (
                "see that the folder cursors in the data folder can be read and written",
                "vea que la carpeta cursors, en la de datos, se pueda leer y escribir",
            ),
        ),
        RunError::Witnesses(WitnessError::NotOurs { .. }) => gone_back(Text::cause(
            error,
            "los testigos firmaron un punto de control que esta bitácora no tiene: se perdieron entradas, o es otra bitácora",
        )),
        RunError::Witnesses(WitnessError::Io(_)) => failed(
            "no se pueden leer o escribir las firmas de los testigos",
            (
                "see that the folder witness in the data folder can be read and written",
                "vea que la carpeta witness, en la de datos, se pueda leer y escribir",
            ),
        ),
        RunError::Check(_) => Failure::usage(super::unusable(error)).next((
            "mend the file that is named, then:  precinto gateway check --config FILE",
            "corrija el archivo que se nombra y luego:  precinto gateway check --config ARCHIVO",
        )),
        RunError::Directory(_) => of_directory(error),
        RunError::OlderList(_) => of_older_list(error),
        RunError::Trust(_) | RunError::Changed(_) => failed(
            "la bitácora no acepta los certificados en que se apoya la confianza",
            (
                "see that the disk is not full, then start again: what was acknowledged is kept",
                "vea que el disco no esté lleno y arranque de nuevo: lo confirmado se conserva",
            ),
        ),
        RunError::Cases(_) => {
            let what = Text::cause(error, "no se pueden leer los casos de la bitácora");
            Failure::new(Exit::VerificationFailed, what).next(KEEP)
        }
        RunError::Serve(_) => failed(
            "el servidor se detuvo",
            (
                "start again: what was acknowledged is on disk",
                "arranque de nuevo: lo confirmado está en disco",
            ),
        ),
        RunError::Stop(_) => failed(
            "la bitácora no se detuvo en orden",
            (
                "start again: the log recovers by itself; its own log on stderr says what ended it",
                "arranque de nuevo: la bitácora se recupera sola; los avisos en stderr dicen qué la detuvo",
            ),
        ),
        RunError::Task(_) => failed(
            "terminó de improviso una tarea de la pasarela",
            (
                "start again, and report this with the gateway's own log on stderr: it is a fault of ours",
                "arranque de nuevo y repórtelo con los avisos de la pasarela en stderr: es una falla del programa",
            ),
        ),
    }
}

fn of_open(error: &OpenError) -> Failure {
    let failed = |es: &str, next: (&str, &str)| {
        Failure::new(Exit::Failed, Text::cause(error, es)).next(next)
    };
    let untrue = |es: &str, next: (&str, &str)| {
        Failure::new(Exit::VerificationFailed, Text::cause(error, es)).next(next)
    };
    match error {
        OpenError::Locked => failed(
            "otro proceso tiene abierta esta bitácora",
            (
                "a gateway runs on this data folder already: stop it, or give this one another folder",
                "ya hay una pasarela sobre esta carpeta de datos: deténgala, o dé otra carpeta a esta",
            ),
        ),
        OpenError::NoLog => failed(
            "la carpeta de datos no contiene ninguna bitácora",
            (
                "is the data folder mounted? only for a new log:  precinto gateway init --config FILE",
                "¿está montada la carpeta de datos? solo para una bitácora nueva:  precinto gateway init --config ARCHIVO",
            ),
        ),
        OpenError::Io { .. } => failed(
            "no se puede leer o escribir la carpeta de datos",
            (
                "see that the data folder exists, can be written, and that its disk is not full",
                "vea que la carpeta de datos exista, se pueda escribir y que su disco no esté lleno",
            ),
        ),
        OpenError::Damaged { .. } => untrue(
            "la bitácora está dañada",
            (
                "keep the data folder as it is and restore a copy elsewhere;  precinto audit log DIR  shows what is wrong",
                "conserve la carpeta de datos tal como está y restaure una copia en otro lugar;  precinto audit log DIR  muestra qué está mal",
            ),
        ),
        OpenError::OtherLog { .. } => untrue(
            "es la bitácora de otro origen",
            (
                "data or origin in the gateway's file is another log's: correct it",
                "data u origin, en el archivo de la pasarela, son de otra bitácora: corríjalo",
            ),
        ),
        OpenError::Key(_) => untrue(
            "el último punto de control no corresponde a la llave indicada",
            (
                "the log's key in the gateway's file is not the one that signed this log: correct it",
                "la llave de la bitácora en el archivo de la pasarela no es la que firmó esta bitácora: corríjalo",
            ),
        ),
        OpenError::NoMarker => failed(
            "el segundo marcador no está, y la bitácora tiene entradas",
            (
                "is its disk mounted? only if it was never there: copy the file checkpoint of the data folder to log.second_marker",
                "¿está montado su disco? solo si nunca estuvo: copie el archivo checkpoint, el punto de control publicado, de la carpeta de datos a log.second_marker",
            ),
        ),
        OpenError::Marker(_) => untrue("el segundo marcador no se sostiene", KEEP),
        OpenError::Published(_) => untrue("el punto de control publicado no se sostiene", KEEP),
        OpenError::Behind { .. } => gone_back(Text::cause(
            error,
            "el punto de control publicado tiene más entradas que la bitácora",
        )),
        OpenError::Forked { .. } => gone_back(Text::cause(
            error,
            "el punto de control publicado y la bitácora se contradicen",
        )),
        OpenError::ClockBehind { .. } => clock_behind(error),
    }
}

/// Only time, or a person, mends that.
fn clock_behind(error: &OpenError) -> Failure {
    let what = Text::cause(
        error,
        "el reloj va atrás de la última entrada de la bitácora",
    );
    Failure {
        exit: Exit::Failed,
        ..Failure::coded(Reason::ClockUnsafe, what)
    }
    .next((
        "set the clock right, or see why entries were dated ahead; the log never goes back in time",
        "ponga en hora el reloj, o vea por qué hay entradas con fecha adelantada; la bitácora nunca retrocede en el tiempo",
    ))
}

/// Entries that were acknowledged are gone: never to be written over.
fn gone_back(what: Text) -> Failure {
    Failure {
        exit: Exit::VerificationFailed,
        ..Failure::coded(Reason::Rollback, what)
    }
    .next((
        "an older copy was restored, or entries are lost: keep everything, and bring back the newest copy before any start",
        "se restauró una copia anterior, o se perdieron entradas: conserve todo y recupere la copia más reciente antes de arrancar",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_to_open_says_what_to_do() {
        let clock = of(&RunError::Open(OpenError::ClockBehind { behind_ms: 9_000 }));
        assert_eq!(
            (clock.exit, clock.reason),
            (Exit::Failed, Some(Reason::ClockUnsafe))
        );
        let behind = of(&RunError::Open(OpenError::Behind {
            published: 9,
            journal: 7,
        }));
        assert_eq!(behind.exit, Exit::VerificationFailed);
        assert_eq!(behind.reason, Some(Reason::Rollback));
        let damaged = OpenError::Damaged {
            segment: 0,
            at: 7,
            what: "x".to_owned(),
        };
        assert_eq!(of(&RunError::Open(damaged)).exit, Exit::VerificationFailed);
        for error in [
            OpenError::Locked,
            OpenError::NoLog,
            OpenError::OtherLog { segment: 0 },
        ] {
            let failure = of(&RunError::Open(error));
            assert!(failure.next.is_some(), "{failure:?}");
        }
    }
}
