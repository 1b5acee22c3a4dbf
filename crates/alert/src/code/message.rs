//! What messages are for, how urgent they are, and how far an acknowledgement goes.

use super::family::{family, rows};
use super::{
    AckLevel, CommodityClass, MessageStatus, MessageType, OverdueStep, Precedence, RecipientKind,
};

family! { MessageType, "MESSAGE_TYPE_", "message_type", "message type", "tipo de mensaje",
"this project, after CAP, ICS2, ACAS, PACT and EDXL-RM", "este proyecto, según CAP, ICS2, ACAS, PACT y EDXL-RM"; OF_A_CASE, ANSWERS, ABOUT_A_CASE }

const OF_A_CASE: &[super::Row] = rows! { MessageType;
    Alert {
        "alert", "alerta",
        example "CBP at LAX tells ANAM that waybill 865-48291176, landing tonight at NLU, carries 1,4-butanediol declared as cosmetic solvent.",
            "CBP en LAX avisa a la ANAM que la guía 865-48291176, que aterriza esta noche en NLU, trae 1,4-butanodiol declarado como disolvente cosmético.",
        next "Acknowledge it at level PERSON, locate the shipment before the last moment to act, and answer each action asked for.",
            "Acuse recibo en nivel PERSON, localice el envío antes del último momento para actuar y responda cada acción solicitada.",
    }
    Amend {
        "amendment", "modificación",
        example "The goods were moved to a later flight; the originator sends version 2 with the new route.",
            "La mercancía pasó a un vuelo posterior; el originador envía la versión 2 con la nueva ruta.",
        next "Work from the new version: it replaces the whole alert, not parts of it. Check what changed in route and deadline.",
            "Trabaje con la nueva versión: sustituye la alerta completa, no partes. Revise qué cambió en la ruta y en el plazo.",
    }
    Cancel {
        "cancellation", "cancelación",
        example "The shipper produced the import permit and the suspicion is gone.",
            "El remitente presentó el permiso de importación y la sospecha quedó descartada.",
        next "Stop work on the alert and lift any hold that rests on it alone; say so with HOLD_RELEASE.",
            "Suspenda las acciones y levante toda retención que solo dependa de esta alerta; infórmelo con HOLD_RELEASE.",
    }
    Recall {
        "recall", "retiro",
        example "The alert named the wrong person; nobody may keep using it.",
            "La alerta señaló a la persona equivocada; nadie debe seguir usándola.",
        next "Quarantine or erase every copy as the recall says, tell whomever you passed it to, and confirm with RECALL_CONFIRM.",
            "Ponga en cuarentena o borre cada copia según se pida, avise a quien se la haya pasado y confirme con RECALL_CONFIRM.",
    }
    RecallConfirm {
        "confirmation of a recall", "confirmación de retiro",
        example "ANAM states that its three copies were quarantined at 14:20, signed by the officer in charge.",
            "La ANAM informa que sus tres copias quedaron en cuarentena a las 14:20, con firma del responsable.",
        next "The originator ticks off this recipient and asks again whoever has not confirmed.",
            "El originador marca a este destinatario como cumplido y requiere de nuevo a quien no haya confirmado.",
    }
};

const ANSWERS: &[super::Row] = rows! { MessageType;
    Ack {
        "acknowledgement", "acuse",
        example "The duty officer at Mexico City signs level PERSON: somebody has read the alert and is working on it.",
            "El oficial de guardia en la Ciudad de México firma el nivel PERSON: alguien leyó la alerta y la está atendiendo.",
        next "No answer is due. If the level you need does not arrive in time, telephone the desk named in the alert.",
            "No requiere respuesta. Si el nivel que necesita no llega a tiempo, llame por teléfono a la mesa indicada.",
    }
    Reject {
        "rejection", "rechazo",
        example "The recipient sends the alert back because the consignee is missing and the documents do name one.",
            "El destinatario devuelve la alerta porque falta el consignatario y los documentos sí lo indican.",
        next "Look up each reason with explain, correct the alert and send it again as an amendment.",
            "Consulte cada motivo con explain, corrija la alerta y envíela de nuevo como modificación.",
    }
    Assessment {
        "assessment", "evaluación",
        example "The targeting unit reports RISK: the consignee has two earlier seizures.",
            "La unidad de análisis de riesgo informa RISK: el consignatario tiene dos aseguramientos previos.",
        next "Decide on the actions asked for; if it says that information or screening is needed, expect an RFI or RFS.",
            "Decida sobre las acciones solicitadas; si falta información o inspección de seguridad, espere un RFI o un RFS.",
    }
    Rfi {
        "request for information", "solicitud de información",
        example "ANAM asks CBP who paid the freight and whether the account is new.",
            "La ANAM pregunta a CBP quién pagó el flete y si la cuenta es reciente.",
        next "Answer every numbered question with RFI_RESPONSE before the time due; mark as withheld what you may not say.",
            "Responda cada pregunta numerada con RFI_RESPONSE antes del plazo; marque como reservado lo que no pueda informar.",
    }
    RfiResponse {
        "answer to a request for information", "respuesta a la solicitud de información",
        example "CBP answers question 1, account opened nine days ago, and withholds question 2.",
            "CBP contesta la pregunta 1, cuenta abierta hace nueve días, y se reserva la 2.",
        next "Read the answers into the assessment and decide; ask again only for what is still missing.",
            "Incorpore las respuestas a la evaluación y decida; vuelva a preguntar solo lo que aún falte.",
    }
    Rfs {
        "request for screening", "solicitud de inspección de seguridad",
        example "CBP asks that house waybill 7781 be screened by explosive trace detection before loading.",
            "CBP pide pasar la guía house 7781 por detección de trazas de explosivos antes de embarcar.",
        next "Have it screened by the method asked for and report with RFS_RESULT; do not let it load before that.",
            "Ordene la inspección con el método pedido e informe con RFS_RESULT; no permita el embarque antes.",
    }
    RfsResult {
        "result of a screening", "resultado de la inspección de seguridad",
        example "House waybill 7781 screened by x-ray at 09:40, no threat item found.",
            "Guía house 7781 revisada con rayos X a las 09:40, sin artículo de amenaza.",
        next "If a threat item was found, follow the bomb or explosives procedure first; otherwise settle the hold that waited for it.",
            "Si se encontró una amenaza, aplique primero el protocolo de explosivos; si no, resuelva la retención que dependía de esto.",
    }
    ActionRequest {
        "request for action", "solicitud de acción",
        example "The originator, with new evidence, now also asks for a physical inspection and a sample.",
            "Con nueva evidencia, el originador ahora pide además reconocimiento físico y toma de muestra.",
        next "Answer with ACTION_RESPONSE: accept, accept in part, decline, unable, or ask for more time. It is a request, not an order.",
            "Conteste con ACTION_RESPONSE: aceptar, aceptar en parte, rehusar, imposible, o pedir más tiempo. Es una petición, no una orden.",
    }
    ActionResponse {
        "answer to a request for action", "respuesta a la solicitud de acción",
        example "ANAM accepts the hold and the x-ray, and declines the sample because the laboratory is closed.",
            "La ANAM acepta la retención y los rayos X, y rehúsa la muestra porque el laboratorio está cerrado.",
        next "Note what will and will not be done; for what was declined, look for another measure while there is time.",
            "Tome nota de lo que sí y lo que no se hará; para lo rehusado busque otra medida mientras haya tiempo.",
    }
};

const ABOUT_A_CASE: &[super::Row] = rows! { MessageType;
    HoldSet {
        "hold placed", "retención impuesta",
        example "ANAM has placed 24 drums in the bonded warehouse at NLU, reference RET-0412.",
            "La ANAM retuvo 24 tambores en el recinto fiscalizado de NLU, referencia RET-0412.",
        next "Send what the holding side still needs: goods can be held only as long as its law allows.",
            "Envíe lo que aún necesita la autoridad que retiene: solo puede hacerlo mientras su ley lo permita.",
    }
    HoldStatus {
        "state of a hold", "estado de la retención",
        example "Eighteen of the 24 drums are still held; six had left with the first truck.",
            "Siguen retenidos 18 de los 24 tambores; seis ya habían salido en el primer camión.",
        next "Compare pieces and weight with the alert, and go after what is no longer held.",
            "Compare bultos y peso con la alerta y dé seguimiento a lo que ya no está retenido.",
    }
    HoldRelease {
        "hold lifted", "retención levantada",
        example "The inspection found nothing and the goods were released at 17:05.",
            "El reconocimiento no encontró nada y la mercancía se liberó a las 17:05.",
        next "Expect an OUTCOME. If you disagree, speak to the holding side at once: the goods are moving. To ask for this, use RELEASE_HOLD.",
            "Espere un OUTCOME. Si no está de acuerdo, hable de inmediato con quien retenía: la mercancía ya se mueve. Para pedirlo, use RELEASE_HOLD.",
    }
    Outcome {
        "outcome", "resultado",
        example "588.2 kg of 1,4-butanediol under precautionary embargo; indicators DO02 and CH05 proved right.",
            "588.2 kg de 1,4-butanodiol en embargo precautorio; los indicadores DO02 y CH05 resultaron ciertos.",
        next "File it with the case and feed the indicator results back to targeting; a final outcome closes the sender's part.",
            "Intégrelo al expediente y retroalimente a análisis de riesgo; un resultado final cierra la parte de quien lo envía.",
    }
    DisseminationRequest {
        "request to pass on", "solicitud de difusión",
        example "ANAM asks CBP for leave to pass the alert to the FGR.",
            "La ANAM pide autorización a CBP para compartir la alerta con la FGR.",
        next "Only the originator decides. Answer with DISSEMINATION_DECISION; until then nothing may be passed on.",
            "Solo decide el originador. Responda con DISSEMINATION_DECISION; mientras tanto no se comparte nada.",
    }
    DisseminationDecision {
        "decision on passing on", "decisión sobre difusión",
        example "CBP allows the alert to go to the FGR, without the names of the parties.",
            "CBP autoriza que la alerta pase a la FGR, sin los nombres de las partes.",
        next "Pass on exactly what was allowed, to exactly those named, and keep the conditions with it.",
            "Comparta solo lo autorizado, solo con quienes se nombran, y adjunte las condiciones.",
    }
    Link {
        "link between alerts", "vínculo entre alertas",
        example "Two alerts a week apart name the same consignee in Tecámac.",
            "Dos alertas con una semana de diferencia señalan al mismo consignatario en Tecámac.",
        next "Read the linked alerts before you decide; tell both originators if one case changes the other.",
            "Lea las alertas vinculadas antes de decidir; avise a ambos originadores si un caso modifica al otro.",
    }
    Comment {
        "comment", "comentario",
        example "The carrier's cargo terminal moves to another gate from Monday.",
            "La terminal de carga de la aerolínea cambia de puerta a partir del lunes.",
        next "Read it. It changes no state and asks for nothing; what needs an answer comes as RFI or ACTION_REQUEST.",
            "Léalo. No cambia el estado ni pide nada; lo que requiere respuesta llega como RFI o ACTION_REQUEST.",
    }
    Transfer {
        "transfer of responsibility", "traslado de responsabilidad",
        example "ANAM hands the case to the FGR, because the goods are now part of an investigation file.",
            "La ANAM traslada el caso a la FGR, porque la mercancía ya forma parte de una carpeta de investigación.",
        next "The agency named takes over: it acknowledges, and everybody writes to it from now on.",
            "La dependencia nombrada toma el caso: acusa recibo y en adelante todos le escriben a ella.",
    }
    SystemNotice {
        "system notice", "aviso del sistema",
        example "Maintenance of the gateway on Sunday from 02:00 to 03:00 UTC.",
            "Mantenimiento de la pasarela el domingo de 02:00 a 03:00 UTC.",
        next "Plan around it; have the telephone numbers of the other side at hand for the time of an outage.",
            "Prevéalo; tenga a la mano los teléfonos de la otra parte mientras dure una interrupción.",
    }
};

family! { MessageStatus, "MESSAGE_STATUS_", "message_status", "status", "carácter",
    "OASIS Common Alerting Protocol 1.2, status",
    "OASIS Common Alerting Protocol 1.2, status"; rows! { MessageStatus;
    Actual {
        "actual", "real",
        example "A real shipment with real parties.", "Un envío real con partes reales.",
        next "Act on it.", "Actúe.",
    }
    Exercise {
        "exercise", "ejercicio",
        example "A drill between LAX and NLU with invented waybills.",
            "Un simulacro entre LAX y NLU con guías inventadas.",
        next "Go through every step, but touch no real goods and no real person.",
            "Siga todos los pasos, pero no toque mercancía ni personas reales.",
    }
    Test {
        "test", "prueba",
        example "An engineer checks that messages arrive after an update.",
            "Un técnico comprueba que los mensajes lleguen tras una actualización.",
        next "People ignore it; if it appears on a duty screen, tell the node's operator.",
            "Las personas lo ignoran; si aparece en la pantalla de guardia, avise al operador del nodo.",
    }
    System {
        "system", "sistema",
        example "A notice of maintenance; only SYSTEM_NOTICE has this status.",
            "Un aviso de mantenimiento; solo SYSTEM_NOTICE lleva este carácter.",
        next "Read the notice; no shipment is concerned.", "Lea el aviso; no se refiere a ningún envío.",
    }
} }

family! { Precedence, "PRECEDENCE_", "precedence", "precedence", "precedencia",
    "this project, after NCIC, EU FIU and PACT deadlines",
    "este proyecto, según los plazos de NCIC, UIF europeas y PACT"; rows! { Precedence;
    P1 {
        "flash", "relámpago",
        example "The goods are on board, being loaded, or leave within four hours.",
            "La mercancía está a bordo, se está cargando o sale en menos de cuatro horas.",
        next "A person acknowledges within 10 minutes and assesses within 30. Telephone as well.",
            "Una persona acusa en 10 minutos y evalúa en 30. Llame además por teléfono.",
    }
    P2 {
        "immediate", "inmediata",
        example "The flight lands this evening.", "El vuelo aterriza hoy por la tarde.",
        next "A person acknowledges within one hour and assesses within 8 hours.",
            "Una persona acusa en una hora y evalúa en 8 horas.",
    }
    P3 {
        "priority", "prioritaria",
        example "A parcel that is booked to arrive on Thursday.", "Un paquete con llegada programada para el jueves.",
        next "A person acknowledges within 8 hours and assesses within 3 days.",
            "Una persona acusa en 8 horas y evalúa en 3 días.",
    }
    P4 {
        "routine", "rutina",
        example "A pattern seen over months, or the report after a seizure; there may be no shipment yet.",
            "Un patrón observado durante meses, o el informe tras un aseguramiento; puede no haber envío todavía.",
        next "A person acknowledges within 24 hours and assesses within 7 days.",
            "Una persona acusa en 24 horas y evalúa en 7 días.",
    }
} }

family! { OverdueStep, "OVERDUE_STEP_", "overdue_step", "step after a missed deadline", "paso tras un plazo vencido",
    "this project", "este proyecto"; rows! { OverdueStep;
    SecondRequest {
        "second request", "segunda solicitud",
        example "No person at ANAM has acknowledged the P1 alert after 10 minutes: the gateway asks ANAM again.",
            "Nadie en la ANAM ha acusado la alerta P1 tras 10 minutos: la pasarela vuelve a preguntar a la ANAM.",
        next "Answer now: acknowledge, assess, decline, or ask for more time and say until when. That ends the steps.",
            "Responda ahora: acuse, evalúe, decline, o pida más tiempo e indique hasta cuándo. Con eso terminan los pasos.",
    }
    AlternateContact {
        "alternate contact", "contacto suplente",
        example "Ten minutes after the second request nobody has answered: the alternates in the directory are asked.",
            "Diez minutos después de la segunda solicitud nadie ha respondido: se pregunta a los suplentes del directorio.",
        next "If you are an alternate: reach the late agency's duty desk by telephone, or answer for it.",
            "Si usted es suplente: localice por teléfono a la guardia de la dependencia atrasada, o responda por ella.",
    }
    EscalationGroup {
        "escalation group", "grupo de escalamiento",
        example "Still no answer after the alternates were asked: the agencies of the escalation group are told.",
            "Tampoco hay respuesta tras preguntar a los suplentes: se avisa a las dependencias del grupo de escalamiento.",
        next "Decide who acts in its place before the last moment to act; the sender should telephone as well.",
            "Decida quién actúa en su lugar antes del último momento para actuar; el remitente debe llamar además por teléfono.",
    }
} }

family! { AckLevel, "ACK_LEVEL_", "ack_level", "acknowledgement level", "nivel de acuse",
    "this project",
    "este proyecto"; rows! { AckLevel;
    Node {
        "received by the node", "recibida por el nodo",
        example "The computer at the receiving desk has verified and stored the alert; nobody has read it yet.",
            "El equipo de la mesa receptora verificó y guardó la alerta; nadie la ha leído todavía.",
        next "Wait for PERSON; if it does not come in the time of the precedence, telephone.",
            "Espere el nivel PERSON; si no llega en el plazo de la precedencia, llame por teléfono.",
    }
    Person {
        "taken by a person", "tomada por una persona",
        example "Officer Hernández has opened the alert and signed for it.",
            "El oficial Hernández abrió la alerta y firmó de enterado.",
        next "Wait for the assessment; the desk that signed is whom to call.",
            "Espere la evaluación; la mesa que firmó es a quien hay que llamar.",
    }
    Assessed {
        "assessed", "evaluada",
        example "The risk unit has finished its review of the documents and the parties.",
            "La unidad de riesgo terminó de revisar los documentos y las partes.",
        next "Read the ASSESSMENT, and expect the answer to the actions asked for.",
            "Lea el ASSESSMENT y espere la respuesta a las acciones solicitadas.",
    }
    Acted {
        "acted upon", "atendida con acción",
        example "The drums were taken off the truck and inspected.",
            "Se bajaron los tambores del camión y se practicó el reconocimiento.",
        next "Expect the OUTCOME; the case is not closed before it.",
            "Espere el OUTCOME; el caso no se cierra antes.",
    }
} }

family! { CommodityClass, "COMMODITY_CLASS_", "commodity", "commodity", "tipo de mercancía",
    "this project",
    "este proyecto"; rows! { CommodityClass;
    IllicitDrug {
        "illicit drugs", "drogas ilícitas",
        example "Fentanyl tablets in a parcel of toys; also the equipment and cutting agents for them.",
            "Tabletas de fentanilo en un paquete de juguetes; también el equipo y los agentes de corte.",
        next "State a substance, with quantity and form. Do not open powders outside a protected area.",
            "Indique una sustancia, con cantidad y forma. No abra polvos fuera de un área protegida.",
    }
    ChemicalPrecursor {
        "chemical precursors", "precursores químicos",
        example "4-piperidone declared as a laboratory reagent; 1,4-butanediol as cosmetic solvent.",
            "4-piperidona declarada como reactivo de laboratorio; 1,4-butanodiol como disolvente cosmético.",
        next "State the CAS number, and ask for PEN_CHECK or PERMIT_CHECK (COFEPRIS in Mexico, DEA in the United States).",
            "Indique el número CAS y pida PEN_CHECK o PERMIT_CHECK (COFEPRIS en México, DEA en Estados Unidos).",
    }
    Firearm {
        "firearms", "armas de fuego",
        example "Pistol frames and auto-sears declared as machine parts.",
            "Armazones de pistola y dispositivos de ráfaga declarados como partes de máquina.",
        next "State kind and serial number as read; ask for TRACE_FIREARM.",
            "Indique el tipo y el número de serie tal como se lee; pida TRACE_FIREARM.",
    }
    IllicitFuel {
        "illicit fuels", "combustibles ilícitos",
        example "Diesel crossing south as base oil, or stolen crude crossing north as waste oil.",
            "Diésel que entra como aceite base, o crudo robado que sale como aceite usado.",
        next "State declared and suspected product, volume with temperature, permits and Carta Porte.",
            "Indique producto declarado y sospechado, volumen con temperatura, permisos y Carta Porte.",
    }
} }

family! { RecipientKind, "RECIPIENT_KIND_", "recipient_kind", "kind of recipient", "tipo de destinatario",
    "this project",
    "este proyecto"; rows! { RecipientKind;
    Agency {
        "agency", "dependencia",
        example "to: [mx.dev.invalid/anam]", "para Aduanas de México: to: [mx.dev.invalid/anam]",
        next "Every node of the agency that the directory lists receives it.",
            "Lo reciben todos los nodos de la dependencia que están en el directorio.",
    }
    Group {
        "group", "grupo",
        example "to: [\"group:precursor-task-force\"]", "para un grupo de trabajo: to: [\"group:precursor-task-force\"]",
        next "Ask the directory's operator who belongs to it before you send names of persons.",
            "Pregunte al operador del directorio quiénes lo integran antes de enviar nombres de personas.",
    }
    Topic {
        "topic", "tema",
        example "to: [\"topic:precursors\"]", "para los suscritos a un tema: to: [\"topic:precursors\"]",
        next "Whoever has subscribed receives it: never with TLP:RED.",
            "Lo recibe quien esté suscrito: nunca con TLP:RED.",
    }
    Officer {
        "officer", "oficial",
        example "to: [\"spiffe://mx.dev.invalid/agency/fgr/officer/castillo\"]",
            "para una persona: to: [\"spiffe://mx.dev.invalid/agency/fgr/officer/castillo\"]",
        next "Use it for TLP:RED; it is delivered only at the nodes listed for that officer.",
            "Úselo con TLP:RED; se entrega solo en los nodos registrados de ese oficial.",
    }
} }
