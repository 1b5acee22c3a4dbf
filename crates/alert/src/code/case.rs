//! Recalls, links and notices: what happens to a case besides the goods.

use super::family::{family, rows};
use super::{LinkKind, NoticeKind, RecallGround, RecallMeasure};

family! { RecallMeasure, "RECALL_MEASURE_", "recall_measure", "measure of a recall", "medida del retiro",
    "this project",
    "este proyecto"; rows! { RecallMeasure;
    Quarantine {
        "quarantine", "cuarentena",
        example "Move the alert out of every work list and lock it; the lawyers still need it.",
            "Saque la alerta de todas las listas de trabajo y bloquéela; los abogados aún la necesitan.",
        next "Lock every copy, stop all use, confirm with the number of copies.",
            "Bloquee cada copia, suspenda su uso y confirme cuántas fueron.",
    }
    Erase {
        "erase", "borrado",
        example "A data protection authority has ordered deletion.", "La autoridad de protección de datos ordenó la supresión.",
        next "Delete content and exports everywhere; signatures and digests stay as proof. Then confirm.",
            "Borre contenido y copias exportadas en todas partes; firmas y huellas quedan como prueba. Después confirme.",
    }
} }

family! { RecallGround, "RECALL_GROUND_", "recall_ground", "ground of a recall", "motivo del retiro",
    "this project",
    "este proyecto"; rows! { RecallGround;
    Error {
        "issued in error", "emitida por error",
        example "Two shippers with the same name were mixed up.", "Se confundieron dos remitentes homónimos.",
        next "Undo what was done to the wrong party, and tell them if your law says so.",
            "Deshaga lo hecho contra la parte equivocada e infórmele si su ley lo exige.",
    }
    Unlawful {
        "issued unlawfully", "emitida ilegalmente",
        example "The information came from a tap without a warrant.", "La información provino de una intervención sin orden judicial.",
        next "Stop all use, also of what was derived from it, and ask your legal office.",
            "Suspenda todo uso, incluso de lo derivado, y consulte a su área jurídica.",
    }
    Order {
        "ordered by an authority", "ordenada por una autoridad",
        example "An amparo judge or a court orders that it be withdrawn.", "Un juez de amparo u otro tribunal ordena retirarla.",
        next "Keep the order's number from order_reference with your confirmation.",
            "Conserve el número de la orden, en order_reference, con su confirmación.",
    }
} }

family! { LinkKind, "LINK_KIND_", "link_kind", "kind of link", "tipo de vínculo",
    "this project",
    "este proyecto"; rows! { LinkKind;
    Duplicate {
        "duplicate", "duplicado",
        example "Two offices reported the same parcel.", "Dos oficinas reportaron el mismo paquete.",
        next "Agree on one alert, and cancel the other.", "Acuerden una sola alerta y cancelen la otra.",
    }
    SameParty {
        "same party", "misma parte",
        example "The same consignee under two spellings.", "El mismo consignatario escrito de dos formas.",
        next "Compare tax numbers and telephones, then assess both together.", "Compare RFC y teléfonos y evalúe ambas juntas.",
    }
    SameMethod {
        "same route or method", "misma ruta o método",
        example "A third case of tablets in candle wax through Memphis.", "Tercer caso de tabletas en cera de velas por Memphis.",
        next "Tell your risk unit: this may become a profile.", "Avise a análisis de riesgo: puede convertirse en perfil.",
    }
    SameOperation {
        "same operation", "misma operación",
        example "Upper and lower receivers in two parcels.", "El cajón de mecanismos superior y el inferior en dos paquetes.",
        next "Act on all of them at once, or on none.", "Actúe sobre todas a la vez, o sobre ninguna.",
    }
    TearLine {
        "non-nominal extract", "extracto no nominal",
        example "The version without names for the express companies.", "La versión sin nombres para las empresas de mensajería.",
        next "Pass on the extract, never the full alert; precinto draft tear-line ALERT_ID makes one.",
            "Comparta el extracto, nunca la alerta completa; precinto draft tear-line FOLIO lo hace.",
    }
} }

family! { NoticeKind, "NOTICE_KIND_", "notice_kind", "kind of notice", "tipo de aviso",
    "this project, after ICS2 N06",
    "este proyecto, según ICS2 N06"; rows! { NoticeKind;
    Outage {
        "outage", "interrupción",
        example "The line to the gateway is down since 03:10.", "El enlace con la pasarela está caído desde las 03:10.",
        next "Use the telephone for P1 and P2; messages wait in the outbox.", "Use el teléfono para P1 y P2; los mensajes esperan en la bandeja de salida.",
    }
    Restored {
        "service restored", "servicio restablecido",
        example "Back since 04:02; nothing was lost.", "Restablecido desde las 04:02; no se perdió nada.",
        next "Go through what arrived late, the most urgent first.", "Revise lo que llegó tarde, primero lo más urgente.",
    }
    Maintenance {
        "maintenance", "mantenimiento",
        example "Sunday 02:00 to 03:00 UTC.", "Domingo de 02:00 a 03:00 UTC.",
        next "Send urgent matters before it begins.", "Envíe lo urgente antes de que empiece.",
    }
    Arrival {
        "arrival", "llegada",
        example "Flight M7852 has landed at NLU.", "El vuelo M7852 aterrizó en NLU.",
        next "Check which open alerts name this flight.", "Revise qué alertas abiertas mencionan este vuelo.",
    }
} }
