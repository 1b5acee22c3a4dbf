//! What came of an alert, and in which legal form.

use super::family::{family, rows};
use super::{OutcomeCode, SeizureForm};

family! { OutcomeCode, "OUTCOME_CODE_", "outcome", "outcome", "resultado",
    "this project",
    "este proyecto"; rows! { OutcomeCode;
    Seized {
        "seized", "asegurado",
        example "588.2 kg of 1,4-butanediol, all of it, under precautionary embargo at NLU.",
            "588.2 kg de 1,4-butanodiol, todo, en embargo precautorio en NLU.",
        next "State the legal form in seizure_form, the quantities and the laboratory; the forms of the two sides are not the same.",
            "Indique la forma legal en seizure_form, las cantidades y el laboratorio; las formas de cada país no equivalen.",
    }
    Partial {
        "seized in part", "asegurado en parte",
        example "Six of 24 drums; the others had been delivered.", "Seis de 24 tambores; los demás ya se habían entregado.",
        next "State the legal form and what is missing, and where it was last seen.",
            "Indique la forma legal, lo que falta y dónde se vio por última vez.",
    }
    NegativeInspection {
        "inspected, nothing found", "inspección negativa",
        example "X-rayed and opened: cosmetic solvent, as declared.", "Rayos X y apertura: disolvente cosmético, como se declaró.",
        next "Release the goods, and mark in indicator_feedback which indicators were wrong.",
            "Libere la mercancía y marque en indicator_feedback qué indicadores fallaron.",
    }
    NotLocated {
        "not found", "no localizado",
        example "The waybill never arrived at this airport.", "La guía nunca llegó a este aeropuerto.",
        next "Originator: check number and route; was it transhipped elsewhere?",
            "Originador: revise número y ruta; ¿se transbordó en otro lugar?",
    }
    AlreadyDeparted {
        "already departed", "ya había salido",
        example "Left for Guadalajara by road two hours earlier.", "Salió a Guadalajara por carretera dos horas antes.",
        next "Alert the next office on the route, with the time it left.", "Alerte a la siguiente oficina de la ruta e indique la hora de salida.",
    }
    AlreadyDelivered {
        "already delivered", "ya entregado",
        example "The courier has the consignee's signature of 11:32.", "La mensajería tiene la firma del consignatario de las 11:32.",
        next "Preserve the delivery records; customs powers may have ended, so think of the prosecutor.",
            "Conserve los registros de entrega; quizá ya no hay facultades aduaneras: considere dar vista a la fiscalía.",
    }
    NotPresented {
        "not presented", "no presentado",
        example "The carrier never brought the pallet to inspection.", "La aerolínea nunca presentó la tarima a reconocimiento.",
        next "Follow it up with the carrier; next time use indicator HI03.", "Requiera al transportista; la próxima vez use el indicador HI03.",
    }
    NotInspected {
        "not inspected", "no inspeccionado",
        example "Released unopened because the scanner was down.", "Se liberó sin abrir porque no servían los rayos X.",
        next "Say why in the remark; it is mandatory.", "Explique el motivo en la nota; es obligatorio.",
    }
    ControlledDelivery {
        "controlled delivery", "entrega vigilada",
        example "The parcel runs under surveillance of the FGR.", "El paquete corre bajo vigilancia de la FGR.",
        next "Keep silent towards carrier and parties; a later outcome tells the end.",
            "Guarde silencio ante transportista y partes; un resultado posterior dará el desenlace.",
    }
    Returned {
        "returned", "devuelto",
        example "Sent back to Chicago on AM688.", "Devuelto a Chicago en el AM688.",
        next "The originator meets it on arrival.", "El originador lo recibe a su llegada.",
    }
    ReleasedLegitimate {
        "legitimate, released", "legítimo, liberado",
        example "A university with a valid permit for 2 kg of 4-piperidone.", "Una universidad con permiso vigente para 2 kg de 4-piperidona.",
        next "Originator: take the parties off the watch, or they are stopped again.",
            "Originador: quite a las partes de la vigilancia o volverán a detenerlas.",
    }
    ReferredTo {
        "referred to another agency", "turnado a otra dependencia",
        example "Handed to the FGR, file FED/SIN/0412/2026.", "Turnado a la FGR, carpeta FED/SIN/0412/2026.",
        next "Name the agency in referred_to; it is mandatory.", "Indique la dependencia en referred_to; es obligatorio.",
    }
    PendingLab {
        "waiting for the laboratory", "pendiente de laboratorio",
        example "Presumptive test positive, report expected on Friday.", "Prueba presuntiva positiva; dictamen el viernes.",
        next "Keep the goods safe and report again when the laboratory has answered.",
            "Resguarde la mercancía e informe de nuevo cuando haya dictamen.",
    }
    NoJurisdiction {
        "no jurisdiction", "sin competencia",
        example "The goods lie in a free zone outside this office's district.", "La mercancía está en un recinto fuera de la circunscripción.",
        next "Say who is competent, so that the originator can write to them.", "Indique quién es competente para que el originador le escriba.",
    }
    Duplicate {
        "duplicate", "duplicado",
        example "The same parcel as in alert US-CBPLAX-2026-000123B.", "El mismo paquete que en la alerta US-CBPLAX-2026-000123B.",
        next "Send a LINK to the other alert and work on that one.", "Envíe un LINK a la otra alerta y trabaje en aquella.",
    }
} }

family! { SeizureForm, "SEIZURE_FORM_", "seizure_form", "legal form of a seizure", "forma legal del aseguramiento",
    "US customs law; Mexican customs and criminal procedure law (unconfirmed)",
    "legislación aduanera de EE. UU.; legislación aduanera y procesal penal de México (sin confirmar)"; rows! { SeizureForm;
    UsAdministrative {
        "administrative seizure (US)", "incautación administrativa (EE. UU.)",
        example "CBP seizes the tablets and sends the notice of seizure.", "CBP incauta las tabletas y notifica la incautación.",
        next "The owner may petition; ask CBP's fines and forfeitures office for the case number.",
            "El dueño puede impugnar; pida el número de caso a la oficina de decomisos de CBP.",
    }
    UsJudicial {
        "judicial seizure (US)", "incautación judicial (EE. UU.)",
        example "Goods taken under a federal judge's warrant.", "Mercancía incautada por orden de un juez federal.",
        next "Evidence goes through the prosecutor: use the treaty on legal assistance.",
            "La prueba se solicita al fiscal: use el tratado de asistencia jurídica.",
    }
    UsDetention {
        "detention (US)", "detención de mercancía (EE. UU.)",
        example "CBP keeps the goods while it decides whether they may enter.", "CBP conserva la mercancía mientras decide si puede entrar.",
        next "It is no seizure yet and has a time limit: send what CBP lacks.",
            "Todavía no es incautación y tiene plazo: envíe lo que le falte a CBP.",
    }
    MxEmbargoPrecautorio {
        "precautionary embargo (MX)", "embargo precautorio",
        example "Customs keeps the drums and opens a PAMA.", "La aduana embarga los tambores e inicia un PAMA.",
        next "An administrative measure of customs, not a forfeiture: the importer may still prove legal stay.",
            "Es medida administrativa de la aduana, no decomiso: el importador aún puede acreditar la legal estancia.",
    }
    MxAseguramiento {
        "securing by the prosecutor (MX)", "aseguramiento",
        example "The prosecutor's office secures the weapons as evidence in a carpeta de investigación.",
            "El Ministerio Público asegura las armas como indicio en una carpeta de investigación.",
        next "Ask the FGR for the number of the file; evidence goes through legal assistance.",
            "Pida a la FGR el número de carpeta; la prueba se tramita por asistencia jurídica.",
    }
    MxDecomiso {
        "forfeiture by a judge (MX)", "decomiso",
        example "A judge orders the loss of the tank truck to the state.", "Un juez decreta la pérdida de la pipa a favor del Estado.",
        next "Final in criminal law; extinción de dominio is a separate, civil way.",
            "Es definitivo en lo penal; la extinción de dominio es otra vía, de carácter civil.",
    }
} }
