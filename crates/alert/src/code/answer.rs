//! How a recipient answers: verdicts and their grounds, assessments, holds.

use super::family::{family, rows};
use super::{ActionVerdict, AssessmentResult, HoldKind, HoldState, VerdictGround};

family! { ActionVerdict, "ACTION_VERDICT_", "verdict", "answer to an action", "respuesta a una acción",
    "this project, after EDXL-RM",
    "este proyecto, según EDXL-RM"; rows! { ActionVerdict;
    Accepted {
        "accepted", "aceptada",
        example "Hold and x-ray: both will be done tonight.", "Retención y rayos X: ambos se harán esta noche.",
        next "Wait for HOLD_SET and OUTCOME.", "Espere HOLD_SET y OUTCOME.",
    }
    Partial {
        "accepted in part", "aceptada en parte",
        example "The hold yes, the sample no: actions lists what will be done.",
            "La retención sí, la muestra no: actions enumera lo que se hará.",
        next "Read the ground, and find another way for the rest.", "Lea el motivo y busque otra vía para lo demás.",
    }
    Declined {
        "declined", "rehusada",
        example "The recipient could, but its law or an operation speaks against it.",
            "El destinatario podría, pero su ley o una operación lo desaconsejan.",
        next "Read the ground; do not repeat the request without something new.",
            "Lea el motivo; no repita la solicitud sin algo nuevo.",
    }
    Unable {
        "cannot be done", "no es posible",
        example "The goods have left, or no dog team is on duty.", "La mercancía ya salió, o no hay binomio canino de turno.",
        next "Turn to whoever has the goods now.", "Acuda a quien tenga ahora la mercancía.",
    }
    MoreTime {
        "more time needed", "se requiere más tiempo",
        example "The warehouse opens at 06:00; answer by 08:00.", "El almacén abre a las 06:00; respuesta antes de las 08:00.",
        next "Check that the time asked for lies before the last moment to act; if not, call.",
            "Verifique que el plazo pedido sea anterior al último momento para actuar; si no, llame.",
    }
} }

family! { VerdictGround, "VERDICT_GROUND_", "verdict_ground", "ground of an answer", "motivo de la respuesta",
    "this project",
    "este proyecto"; rows! { VerdictGround;
    NoJurisdiction {
        "no jurisdiction", "sin competencia",
        example "Stolen crude is a matter for the FGR, not for customs.", "El crudo robado compete a la FGR, no a la aduana.",
        next "Say who is competent, and offer a TRANSFER.", "Indique quién es competente y proponga un TRANSFER.",
    }
    Law {
        "the law forbids it", "la ley lo impide",
        example "A letter may not be opened without a judge's order.", "No puede abrirse una carta sin orden judicial.",
        next "Name the provision in a remark; the originator may obtain an order.",
            "Cite la disposición en una nota; el originador puede gestionar la orden.",
    }
    TooLate {
        "too late", "demasiado tarde",
        example "The flight left twenty minutes before the alert arrived.", "El vuelo despegó veinte minutos antes de llegar la alerta.",
        next "Alert the next point on the route.", "Alerte al siguiente punto de la ruta.",
    }
    NotLocated {
        "not found", "no localizado",
        example "No such waybill in the manifest or in the warehouse.", "La guía no está en el manifiesto ni en el almacén.",
        next "Check the number against the label and look under the house waybill; then ask by RFI.",
            "Coteje el número con la etiqueta y busque por guía house; después consulte con un RFI.",
    }
    InsufficientInformation {
        "not enough information", "información insuficiente",
        example "A pallet is described, but no waybill, ULD or consignee.", "Se describe una tarima, pero sin guía, ULD ni consignatario.",
        next "Send an AMEND with what is missing, or ask for it by RFI.", "Envíe un AMEND con lo que falta, o pídalo por RFI.",
    }
    NoCapacity {
        "no capacity", "sin capacidad",
        example "The scanner is out of order until Monday.", "El equipo de rayos X está descompuesto hasta el lunes.",
        next "Ask for another method, or for another office on the route.", "Pida otro método u otra aduana de la ruta.",
    }
    Operation {
        "would harm an operation", "afectaría una operación",
        example "The same parcel is under surveillance by the prosecutor.", "El mismo paquete está bajo vigilancia de la fiscalía.",
        next "Do not press and do not ask for details; link the cases once you are told to.",
            "No insista ni pida detalles; vincule los casos cuando se lo indiquen.",
    }
    Other {
        "another ground", "otro motivo",
        example "Stated in words in the content.", "Se expresa en texto en el contenido.",
        next "Read the remark.", "Lea la nota.",
    }
} }

family! { AssessmentResult, "ASSESSMENT_RESULT_", "assessment", "result of an assessment", "resultado de la evaluación",
    "this project, after ICS2 and ACAS",
    "este proyecto, según ICS2 y ACAS"; rows! { AssessmentResult;
    Risk {
        "the risk stands", "el riesgo persiste",
        example "Consignee and route match two earlier seizures.", "Consignatario y ruta coinciden con dos aseguramientos previos.",
        next "Carry out the actions that were accepted.", "Ejecute las acciones aceptadas.",
    }
    NoRisk {
        "no risk found", "sin riesgo",
        example "A known laboratory with a valid permit and a plausible order.", "Un laboratorio conocido con permiso vigente y pedido lógico.",
        next "Release what is held; the originator may CANCEL.", "Libere lo retenido; el originador puede enviar CANCEL.",
    }
    InformationNeeded {
        "information needed", "falta información",
        example "Nobody knows who pays for the shipment.", "No se sabe quién paga el envío.",
        next "An RFI follows: answer it first.", "Sigue un RFI: contéstelo primero.",
    }
    ScreeningNeeded {
        "screening needed", "falta inspección de seguridad",
        example "The density on the image does not fit the goods.", "La densidad en la imagen no corresponde a la mercancía.",
        next "An RFS follows: keep the goods off the aircraft until its result.", "Sigue un RFS: no embarque hasta tener el resultado.",
    }
    NotAssessable {
        "cannot be assessed", "no evaluable",
        example "The shipment's data cannot be found in any system.", "Los datos del envío no aparecen en ningún sistema.",
        next "Decide as if the risk stood, and say that you do so.", "Decida como si el riesgo persistiera y hágalo constar.",
    }
} }

family! { HoldKind, "HOLD_KIND_", "hold_kind", "kind of hold", "tipo de retención",
    "ACAS referrals 6H, 7H and 8H, and this project",
    "remisiones 6H, 7H y 8H de ACAS, y este proyecto"; rows! { HoldKind;
    DoNotLoad {
        "do not load", "no embarcar",
        example "ACAS 6H: the goods stay on the ground.", "ACAS 6H: la mercancía no sube al avión.",
        next "Only the authority that placed it may lift it.", "Solo la levanta la autoridad que la impuso.",
    }
    Information {
        "until information arrives", "hasta recibir información",
        example "ACAS 7H: the shipper's address is missing.", "ACAS 7H: falta el domicilio del remitente.",
        next "Answer the RFI; the hold ends with a sufficient answer.", "Conteste el RFI; con una respuesta suficiente termina la retención.",
    }
    Screening {
        "until screened", "hasta la inspección de seguridad",
        example "ACAS 8H: screen by ETD before loading.", "ACAS 8H: inspección con ETD antes del embarque.",
        next "Screen it and send RFS_RESULT.", "Inspeccione y envíe RFS_RESULT.",
    }
    Examination {
        "for examination", "para reconocimiento",
        example "Drums set aside for reconocimiento aduanero tomorrow at 08:00.",
            "Tambores apartados para reconocimiento aduanero mañana a las 08:00.",
        next "Keep seals and pieces as they are; the OUTCOME says what was found.",
            "Conserve candados y bultos como están; el OUTCOME dirá qué se encontró.",
    }
} }

family! { HoldState, "HOLD_STATE_", "hold_state", "state of a hold", "estado de la retención",
    "this project",
    "este proyecto"; rows! { HoldState;
    InPlace {
        "in place", "vigente",
        example "All 24 drums are in the bonded warehouse.", "Los 24 tambores están en el recinto fiscalizado.",
        next "Watch the legal time limit of the hold.", "Vigile el plazo legal de la retención.",
    }
    Partial {
        "in part", "parcial",
        example "Eighteen drums held, six on the road.", "Dieciocho tambores retenidos, seis en camino.",
        next "Alert whoever can stop the rest.", "Alerte a quien pueda detener el resto.",
    }
    TooLate {
        "too late", "demasiado tarde",
        example "The goods had cleared before the hold was entered.", "La mercancía tuvo desaduanamiento libre antes de registrar la retención.",
        next "Look for the goods at the consignee; report ALREADY_DELIVERED or ALREADY_DEPARTED.",
            "Búsquela con el consignatario; informe ALREADY_DELIVERED o ALREADY_DEPARTED.",
    }
    Lifted {
        "lifted", "levantada",
        example "Released at 17:05 after a negative inspection.", "Liberada a las 17:05 tras inspección negativa.",
        next "Expect the OUTCOME; nothing is held any more.", "Espere el OUTCOME; ya no hay nada retenido.",
    }
} }
