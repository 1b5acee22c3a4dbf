//! What can be asked of a recipient: every action is a request that the recipient answers.

use super::ActionCode;
use super::family::{Row, family, rows};

family! { ActionCode, "ACTION_CODE_", "action", "requested action", "acción solicitada",
"this project, after ACAS, PACT and ICS2 referrals", "este proyecto, según remisiones de ACAS, PACT e ICS2"; STOP, EXAMINE, ACT, CHECK, CONTACT }

const STOP: &[Row] = rows! { ActionCode;
    Hold {
        "hold", "retener",
        example "Keep the 24 drums in the warehouse until the sample is tested.",
            "Mantenga los 24 tambores en el recinto hasta que se analice la muestra.",
        next "Place the hold under your own law and report it with HOLD_SET, or say why you cannot.",
            "Retenga conforme a su ley e infórmelo con HOLD_SET, o diga por qué no es posible.",
    }
    Dnl {
        "do not load", "no embarcar",
        example "The parcel must not go on flight AM470; it is still in the cargo terminal.",
            "El paquete no debe subir al vuelo AM470; sigue en la terminal de carga.",
        next "Stop it with the carrier at once. Once loaded it is too late: ask for HOLD at arrival instead.",
            "Deténgalo de inmediato con la aerolínea. Ya embarcado es tarde: pida HOLD en el destino.",
    }
    Rfi {
        "ask for information", "pedir información",
        example "Find out from the carrier who paid and since when the account exists.",
            "Averigüe con el transportista quién pagó y desde cuándo existe la cuenta.",
        next "Put the questions in an RFI message; answers come as RFI_RESPONSE.",
            "Formule las preguntas en un mensaje RFI; la respuesta llega como RFI_RESPONSE.",
    }
    Rfs {
        "screen", "inspección de seguridad",
        example "Screen house waybill 7781 by ETD before it is loaded.",
            "Inspeccione la guía house 7781 con ETD antes del embarque.",
        next "Name the method in requested_actions; the result comes as RFS_RESULT.",
            "Indique el método en requested_actions; el resultado llega como RFS_RESULT.",
    }
    ReleaseHold {
        "lift the hold", "levantar la retención",
        example "The permit turned up; the goods may go. This asks for it; HOLD_RELEASE reports that it was done.",
            "Apareció el permiso; la mercancía puede seguir. Esto lo solicita; HOLD_RELEASE informa que se hizo.",
        next "If nothing else speaks against it, release the goods and report with HOLD_RELEASE.",
            "Si nada más lo impide, libere la mercancía e informe con HOLD_RELEASE.",
    }
};

const EXAMINE: &[Row] = rows! { ActionCode;
    InspectXray {
        "inspect by x-ray", "inspeccionar con rayos X",
        example "X-ray the pallet and compare it with the declared drill plates.",
            "Pase la tarima por rayos X y compárela con las placas declaradas.",
        next "Keep the image, attach its digest to the outcome, and say what it shows.",
            "Guarde la imagen, anexe su huella al resultado y describa lo que muestra.",
    }
    InspectPhysical {
        "inspect by hand", "reconocimiento físico",
        example "Open the cartons, count them, look behind the false bottom. At a Mexican customs office: reconocimiento aduanero.",
            "Abra las cajas, cuéntelas, revise el doble fondo. En una aduana mexicana es el reconocimiento aduanero.",
        next "Photograph seals and packing before opening, wear protection against powders, write down weight and count.",
            "Fotografíe candados y empaque antes de abrir, protéjase de los polvos y anote peso y piezas.",
    }
    K9 {
        "inspect with a dog", "inspección canina",
        example "Lead a narcotics dog past the ULD before it is broken down.",
            "Pase un binomio canino de narcóticos por el ULD antes de desconsolidarlo.",
        next "Report whether the dog marked, and for which odours it is trained.",
            "Informe si hubo marcaje y para qué olores está entrenado el ejemplar.",
    }
    SampleTest {
        "take and test a sample", "tomar y analizar muestra",
        example "Take a sample from three drums, presumptive test on the spot, the rest to the laboratory.",
            "Tome muestra de tres tambores, prueba presuntiva en sitio y el resto al laboratorio.",
        next "Keep the chain of custody and give the laboratory number; until the report is in, the outcome is PENDING_LAB.",
            "Cuide la cadena de custodia y dé el folio del laboratorio; sin dictamen, el resultado es PENDING_LAB.",
    }
};

const ACT: &[Row] = rows! { ActionCode;
    MonitorOnly {
        "watch only", "solo vigilar",
        example "Let the parcel run and note who picks it up.", "Deje correr el paquete y anote quién lo recoge.",
        next "Do not stop, open or ask; report what was seen.", "No detenga, no abra, no pregunte; informe lo observado.",
    }
    ControlledDeliveryCoordinate {
        "coordinate a controlled delivery", "coordinar entrega vigilada",
        example "Forty conversion devices are to reach the buyer in Zapopan under surveillance.",
            "Cuarenta dispositivos de conversión deben llegar al comprador en Zapopan bajo vigilancia.",
        next "Call the originator now; nothing moves until both prosecutors have agreed in writing.",
            "Llame ya al originador; nada se mueve hasta que ambas fiscalías lo acuerden por escrito.",
    }
    DetainUnderNationalLaw {
        "detain under national law", "asegurar conforme a la ley nacional",
        example "The tank truck is to be detained at Pharr, or at Reynosa before it crosses.",
            "Que la pipa se asegure en Pharr, o en Reynosa antes de cruzar.",
        next "Decide by your own law; state the legal form in the outcome (MX_ASEGURAMIENTO, US_DETENTION and so on).",
            "Decida conforme a su ley; indique la forma legal en el resultado (MX_ASEGURAMIENTO, US_DETENTION, etc.).",
    }
    ReturnToOrigin {
        "return to origin", "devolver al origen",
        example "A postal item with a forbidden chemical goes back to the post that sent it.",
            "Un envío postal con un químico prohibido regresa al correo que lo mandó.",
        next "Tell the originator flight and date of the return, so that it is met there.",
            "Avise al originador vuelo y fecha del retorno para que lo reciban.",
    }
};

const CHECK: &[Row] = rows! { ActionCode;
    TraceFirearm {
        "trace the firearm", "rastrear el arma",
        example "Serial number, make and importer's mark of a pistol found in Guadalajara.",
            "Número de serie, marca e importador de una pistola hallada en Guadalajara.",
        next "Enter it in eTrace exactly as read, and send back the trace number.",
            "Captúrelo en eTrace tal como se lee y devuelva el número de rastreo.",
    }
    BallisticImage {
        "compare ballistic images", "comparar imágenes balísticas",
        example "A cartridge case from Culiacán against NIBIN.", "Un casquillo de Culiacán contra NIBIN.",
        next "Give the reference in the image system; never send the images in the alert.",
            "Dé la referencia en el sistema balístico; nunca envíe las imágenes en la alerta.",
    }
    PenCheck {
        "check for a pre-export notification", "verificar notificación previa a la exportación",
        example "Was the ephedrine announced in PEN Online?", "¿Se avisó la efedrina en PEN Online?",
        next "Look it up with your competent authority and give the reference, or say that there is none.",
            "Consúltelo con su autoridad competente y dé la referencia, o diga que no existe.",
    }
    PermitCheck {
        "check for a permit", "verificar permiso",
        example "Does the buyer hold a SENER import permit for this diesel, or a COFEPRIS one for the toluene?",
            "¿Tiene el comprador permiso de importación de SENER para este diésel, o de COFEPRIS para el tolueno?",
        next "State the permit's number, holder, product and validity, or that none was found.",
            "Indique número, titular, producto y vigencia del permiso, o que no se encontró.",
    }
    Backtrack {
        "look back along the supply chain", "rastrear la cadena hacia atrás",
        example "Who made the 4-piperidone on this label, and who bought it first?",
            "¿Quién fabricó la 4-piperidona de esta etiqueta y quién la compró primero?",
        next "Follow label, lot and invoice to the last lawful owner, and report each step.",
            "Siga etiqueta, lote y factura hasta el último dueño legítimo e informe cada paso.",
    }
    PreserveRecords {
        "preserve records", "conservar registros",
        example "The courier's account data and warehouse video of 20 November.",
            "Los datos de la cuenta en la mensajería y el video del almacén del 20 de noviembre.",
        next "Have the holder keep them, and say until when; a formal request for them follows.",
            "Pida al tenedor que los conserve e indique hasta cuándo; después llega la solicitud formal.",
    }
};

const CONTACT: &[Row] = rows! { ActionCode;
    NotifyCarrier {
        "tell the carrier", "avisar al transportista",
        example "The airline must know that a drum leaks and may burn.",
            "La aerolínea debe saber que un tambor gotea y puede arder.",
        next "Tell only what safety needs; this excludes do_not_contact_carrier.",
            "Diga solo lo que exige la seguridad; es incompatible con do_not_contact_carrier.",
    }
    ContactOriginatorFirst {
        "contact the originator first", "contactar primero al originador",
        example "An undercover officer is near the parcel.", "Hay un agente encubierto cerca del paquete.",
        next "Call the contact in the alert before you do anything, at any hour.",
            "Llame al contacto de la alerta antes de hacer cualquier cosa, a cualquier hora.",
    }
    NoActionInformationOnly {
        "for information only", "solo para información",
        example "The report on a seizure made last week.", "El informe de un aseguramiento de la semana pasada.",
        next "Read and file it; an acknowledgement is enough.", "Léalo y archívelo; basta con el acuse.",
    }
};
