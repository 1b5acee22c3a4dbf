//! The states of a case in words: what each means, an example, the next step.

use crate::words::{Label, Stand};
use precinto_alert::case::State;
use precinto_client::copy::Standing;

/// What is said of one state.
pub(super) struct Told {
    pub(super) label: Label,
    pub(super) example: Label,
    pub(super) next: Label,
}

const fn say(label: Label, example: Label, next: Label) -> Told {
    Told {
        label,
        example,
        next,
    }
}

/// What each state means, when a case comes into it, and what to do then.
#[expect(clippy::too_many_lines, reason = "a table, one row for each state")]
pub(super) fn told(stand: Stand) -> Told {
    match stand {
        Stand::Case(standing) => of_case(standing),
        Stand::Part(state) => of_part(state),
        Stand::Escalated => say(
            (
                "somebody has not answered in time, and its escalation group was told",
                "alguien no respondió a tiempo y se avisó a su grupo de escalamiento",
            ),
            (
                "A P1 alert, and no person of ANAM has acknowledged it after every request.",
                "Una alerta P1 de la que nadie en la ANAM acusó recibo tras todas las solicitudes.",
            ),
            (
                "Telephone whoever owes the answer; the ACK ends it.",
                "Llame por teléfono a quien debe la respuesta; el ACK la termina.",
            ),
        ),
        Stand::Disputed => say(
            (
                "somebody who was sent a message of it has rejected that message",
                "alguien que recibió uno de sus mensajes lo rechazó",
            ),
            (
                "FGR rejects version 2 because the weight does not match.",
                "La FGR rechaza la versión 2 porque el peso no coincide.",
            ),
            (
                "The author mends it with an AMEND, or the other takes it up with an ACK.",
                "El autor lo corrige con un AMEND, o el otro lo acepta con un ACK.",
            ),
        ),
        Stand::Expired => say(
            (
                "still open, but past the last useful moment of its newest version",
                "sigue abierta, pero ya pasó el último momento útil de su versión más reciente",
            ),
            (
                "The parcel was delivered yesterday and nobody has reported an outcome.",
                "El paquete se entregó ayer y nadie ha reportado un resultado.",
            ),
            (
                "Report what came of it with an OUTCOME; nothing is refused for being late.",
                "Reporte qué resultó con un OUTCOME; ningún mensaje se rechaza por llegar tarde.",
            ),
        ),
        Stand::Amended => say(
            (
                "there is more than one version of the alert",
                "la alerta tiene más de una versión",
            ),
            (
                "The flight has changed, so the originator sent version 2.",
                "Cambió el vuelo, así que el originador envió la versión 2.",
            ),
            (
                "Work with the newest version and acknowledge it; show tells what changed.",
                "Trabaje con la versión más reciente y acuse recibo de ella; show dice qué cambió.",
            ),
        ),
        Stand::OnHold => say(
            (
                "goods are held, in whole or in part, and nobody has lifted that hold",
                "hay mercancía retenida, toda o en parte, y nadie ha levantado la retención",
            ),
            (
                "ANAM holds 24 drums in the bonded warehouse of NLU.",
                "La ANAM retiene 24 tambores en el recinto fiscalizado de NLU.",
            ),
            (
                "Whoever holds them reports with HOLD_STATUS, and lifts it with HOLD_RELEASE.",
                "Quien la retiene informa con HOLD_STATUS y la levanta con HOLD_RELEASE.",
            ),
        ),
    }
}

fn of_case(standing: Standing) -> Told {
    match standing {
        Standing::Open => say(
            (
                "somebody may still have to act",
                "puede que alguien aún deba actuar",
            ),
            (
                "The alert was sent an hour ago and ANAM is assessing it.",
                "La alerta se envió hace una hora y la ANAM la está evaluando.",
            ),
            (
                "precinto show ALERT_ID  says who owes what, and the next command.",
                "precinto show FOLIO  dice quién debe qué y el siguiente comando.",
            ),
        ),
        Standing::Closed => say(
            (
                "every addressee has ended its part",
                "todos los destinatarios terminaron su parte",
            ),
            (
                "ANAM and FGR have each sent their final outcome.",
                "La ANAM y la FGR enviaron cada una su resultado final.",
            ),
            (
                "Nothing; holds, comments and a recall can still follow.",
                "Nada; aún pueden seguir retenciones, comentarios y un retiro.",
            ),
        ),
        Standing::Cancelled => say(
            (
                "the originator needs it no longer",
                "el originador ya no la necesita",
            ),
            (
                "The consignee has explained the difference in weight.",
                "El consignatario explicó la diferencia de peso.",
            ),
            (
                "Stop, lift your holds, and report an outcome if there is one.",
                "Deténgase, levante sus retenciones y, si lo hay, reporte un resultado.",
            ),
        ),
        Standing::Recalled => say(
            (
                "issued in error or unlawfully: not to be used, and whoever has it proves that it is out of use",
                "emitida por error o sin fundamento: no debe usarse, y quien la tiene demuestra que está fuera de uso",
            ),
            (
                "A court has ordered that the alert be taken back.",
                "Un tribunal ordenó retirar la alerta.",
            ),
            (
                "precinto sync --confirm-recalls  quarantines or erases it here, and says so, signed.",
                "precinto sync --confirm-recalls  la pone en cuarentena o la borra aquí, y lo dice firmado.",
            ),
        ),
    }
}

#[expect(clippy::too_many_lines, reason = "a table, one row for each state")]
fn of_part(state: State) -> Told {
    let ((label, example, next), (etiqueta, ejemplo, siguiente)) = match state {
        State::Relayed => (
            (
                "sent on, and not acknowledged by anything",
                "The addressee's node is off.",
                "Wait for its node; after the deadline it is asked again.",
            ),
            (
                "transmitida y sin acuse alguno",
                "El nodo del destinatario está apagado.",
                "Espere a su nodo; vencido el plazo se le pregunta de nuevo.",
            ),
        ),
        State::Delivered => (
            (
                "its node has it (ACK level NODE), no person yet",
                "It arrived at three in the morning.",
                "A person takes it: precinto send ack ALERT_ID --level person --officer ID",
            ),
            (
                "su nodo la tiene (ACK de nivel NODE), aún ninguna persona",
                "Llegó a las tres de la mañana.",
                "Una persona la toma: precinto send ack FOLIO --level person --officer ID",
            ),
        ),
        State::Acknowledged => (
            (
                "a person has taken it (ACK level PERSON, signed by an officer)",
                "The duty officer has read it.",
                "Assess it, and answer what is asked for.",
            ),
            (
                "una persona la tomó (ACK de nivel PERSON, firmado por un oficial)",
                "El oficial de guardia la leyó.",
                "Evalúela y responda lo que se pide.",
            ),
        ),
        State::Assessing => (
            (
                "it is being assessed",
                "The analyst has sent ASSESSMENT: INFORMATION_NEEDED.",
                "Finish with an ASSESSMENT, or ask with an RFI.",
            ),
            (
                "está en evaluación",
                "La analista envió ASSESSMENT: INFORMATION_NEEDED.",
                "Concluya con un ASSESSMENT, o pregunte con un RFI.",
            ),
        ),
        State::Referred => (
            (
                "it has asked with an RFI or RFS, and waits for the answer",
                "ANAM asks who paid the freight.",
                "Whoever was asked answers: precinto show ALERT_ID  names them.",
            ),
            (
                "preguntó con un RFI o RFS y espera la respuesta",
                "La ANAM pregunta quién pagó el flete.",
                "Responde la dependencia a la que se preguntó: precinto show FOLIO  la nombra.",
            ),
        ),
        State::ActionAccepted => (
            (
                "it has accepted what it was asked to do, in whole or in part",
                "ANAM will hold the goods but cannot x-ray them.",
                "It acts, and says so with ACK level ACTED or an OUTCOME.",
            ),
            (
                "aceptó lo que se le pidió, todo o en parte",
                "La ANAM retendrá la mercancía pero no puede pasarla por rayos X.",
                "Actúa y lo dice con un ACK de nivel ACTED o un OUTCOME.",
            ),
        ),
        State::Declined => (
            (
                "it has declined what it was asked to do",
                "No law lets it open the letter.",
                "Read the ground; ask another agency, or amend the request.",
            ),
            (
                "rehusó lo que se le pidió",
                "Ninguna ley le permite abrir la carta.",
                "Lea el motivo; pida a otra dependencia o modifique la solicitud.",
            ),
        ),
        State::Unable => (
            (
                "it would act, but cannot",
                "The flight has already landed.",
                "Read the ground; alert whoever has the goods now.",
            ),
            (
                "actuaría, pero no puede",
                "El vuelo ya aterrizó.",
                "Lea el motivo; alerte a quien tenga ahora la mercancía.",
            ),
        ),
        State::Acted => (
            (
                "it has carried out what it accepted (ACK level ACTED)",
                "The drums were sampled.",
                "Wait for the OUTCOME.",
            ),
            (
                "llevó a cabo lo que aceptó (ACK de nivel ACTED)",
                "Se tomaron muestras de los tambores.",
                "Espere el OUTCOME.",
            ),
        ),
        State::HandedOver => (
            (
                "it has handed its part over to another agency (TRANSFER)",
                "ANAM hands the case over to FGR.",
                "The agency that took over goes on.",
            ),
            (
                "trasladó su parte a otra dependencia (TRANSFER)",
                "La ANAM traslada el caso a la FGR.",
                "Continúa la dependencia que lo recibió.",
            ),
        ),
        State::OutcomeReported => (
            (
                "it has reported an outcome that is not its last",
                "Seized; the laboratory has not answered yet.",
                "The final one follows: precinto send outcome ALERT_ID --code CODE --final",
            ),
            (
                "reportó un resultado que no es el último",
                "Asegurado; el laboratorio aún no responde.",
                "Sigue el definitivo: precinto send outcome FOLIO --code CODE --final",
            ),
        ),
        State::Closed => (
            (
                "its part has ended: a final outcome, or nothing was asked of it any more",
                "NEGATIVE_INSPECTION, final.",
                "Nothing.",
            ),
            (
                "su parte terminó: un resultado definitivo, o ya nada se le pedía",
                "NEGATIVE_INSPECTION, definitivo.",
                "Nada.",
            ),
        ),
    };
    say((label, etiqueta), (example, ejemplo), (next, siguiente))
}
