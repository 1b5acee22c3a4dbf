//! Labels about actions, answers and outcomes.

use super::{
    ActionCode, ActionVerdict, AssessmentResult, Coded, DisseminationVerdict, HoldKind, HoldState,
    Label, LinkKind, NoticeKind, OutcomeCode, RecallGround, RecallMeasure, SeizureForm,
    VerdictGround,
};

impl Coded for ActionCode {
    const PREFIX: &'static str = "ACTION_CODE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Hold, "hold", "retener"),
        (Self::Dnl, "do not load", "no embarcar"),
        (Self::Rfi, "ask for information", "pedir información"),
        (Self::Rfs, "screen", "inspección de seguridad"),
        (Self::ReleaseHold, "lift the hold", "levantar la retención"),
        (
            Self::InspectXray,
            "inspect by x-ray",
            "inspeccionar con rayos X",
        ),
        (
            Self::InspectPhysical,
            "inspect by hand",
            "reconocimiento físico",
        ),
        (Self::K9, "inspect with a dog", "inspección canina"),
        (
            Self::SampleTest,
            "take and test a sample",
            "tomar y analizar muestra",
        ),
        (Self::MonitorOnly, "watch only", "solo vigilar"),
        (
            Self::ControlledDeliveryCoordinate,
            "coordinate a controlled delivery",
            "coordinar entrega vigilada",
        ),
        (
            Self::DetainUnderNationalLaw,
            "detain under national law",
            "asegurar conforme a la ley nacional",
        ),
        (
            Self::ReturnToOrigin,
            "return to origin",
            "devolver al origen",
        ),
        (Self::TraceFirearm, "trace the firearm", "rastrear el arma"),
        (
            Self::BallisticImage,
            "compare ballistic images",
            "comparar imágenes balísticas",
        ),
        (
            Self::PenCheck,
            "check for a pre-export notification",
            "verificar notificación previa a la exportación",
        ),
        (Self::PermitCheck, "check for a permit", "verificar permiso"),
        (
            Self::Backtrack,
            "look back along the supply chain",
            "rastrear la cadena hacia atrás",
        ),
        (
            Self::PreserveRecords,
            "preserve records",
            "conservar registros",
        ),
        (
            Self::NotifyCarrier,
            "tell the carrier",
            "avisar al transportista",
        ),
        (
            Self::ContactOriginatorFirst,
            "contact the originator first",
            "contactar primero al originador",
        ),
        (
            Self::NoActionInformationOnly,
            "for information only",
            "solo para información",
        ),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for ActionVerdict {
    const PREFIX: &'static str = "ACTION_VERDICT_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Accepted, "accepted", "aceptada"),
        (Self::Partial, "accepted in part", "aceptada en parte"),
        (Self::Declined, "declined", "rehusada"),
        (Self::Unable, "cannot be done", "no es posible"),
        (Self::MoreTime, "more time needed", "se requiere más tiempo"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for VerdictGround {
    const PREFIX: &'static str = "VERDICT_GROUND_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::NoJurisdiction, "no jurisdiction", "sin competencia"),
        (Self::Law, "the law forbids it", "la ley lo impide"),
        (Self::TooLate, "too late", "demasiado tarde"),
        (Self::NotLocated, "not found", "no localizado"),
        (
            Self::InsufficientInformation,
            "not enough information",
            "información insuficiente",
        ),
        (Self::NoCapacity, "no capacity", "sin capacidad"),
        (
            Self::Operation,
            "would harm an operation",
            "afectaría una operación",
        ),
        (Self::Other, "another ground", "otro motivo"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for AssessmentResult {
    const PREFIX: &'static str = "ASSESSMENT_RESULT_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Risk, "the risk stands", "el riesgo persiste"),
        (Self::NoRisk, "no risk found", "sin riesgo"),
        (
            Self::InformationNeeded,
            "information needed",
            "falta información",
        ),
        (
            Self::ScreeningNeeded,
            "screening needed",
            "falta inspección de seguridad",
        ),
        (Self::NotAssessable, "cannot be assessed", "no evaluable"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for HoldKind {
    const PREFIX: &'static str = "HOLD_KIND_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::DoNotLoad, "do not load", "no embarcar"),
        (
            Self::Information,
            "until information arrives",
            "hasta recibir información",
        ),
        (
            Self::Screening,
            "until screened",
            "hasta la inspección de seguridad",
        ),
        (Self::Examination, "for examination", "para reconocimiento"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for HoldState {
    const PREFIX: &'static str = "HOLD_STATE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::InPlace, "in place", "vigente"),
        (Self::Partial, "in part", "parcial"),
        (Self::TooLate, "too late", "demasiado tarde"),
        (Self::Lifted, "lifted", "levantada"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for OutcomeCode {
    const PREFIX: &'static str = "OUTCOME_CODE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Seized, "seized", "asegurado"),
        (Self::Partial, "seized in part", "asegurado en parte"),
        (
            Self::NegativeInspection,
            "inspected, nothing found",
            "inspección negativa",
        ),
        (Self::NotLocated, "not found", "no localizado"),
        (Self::AlreadyDeparted, "already departed", "ya había salido"),
        (Self::AlreadyDelivered, "already delivered", "ya entregado"),
        (Self::NotPresented, "not presented", "no presentado"),
        (Self::NotInspected, "not inspected", "no inspeccionado"),
        (
            Self::ControlledDelivery,
            "controlled delivery",
            "entrega vigilada",
        ),
        (Self::Returned, "returned", "devuelto"),
        (
            Self::ReleasedLegitimate,
            "legitimate, released",
            "legítimo, liberado",
        ),
        (
            Self::ReferredTo,
            "referred to another agency",
            "turnado a otra dependencia",
        ),
        (
            Self::PendingLab,
            "waiting for the laboratory",
            "pendiente de laboratorio",
        ),
        (Self::NoJurisdiction, "no jurisdiction", "sin competencia"),
        (Self::Duplicate, "duplicate", "duplicado"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for SeizureForm {
    const PREFIX: &'static str = "SEIZURE_FORM_";
    const TABLE: &'static [Label<Self>] = &[
        (
            Self::UsAdministrative,
            "administrative seizure (US)",
            "incautación administrativa (EE. UU.)",
        ),
        (
            Self::UsJudicial,
            "judicial seizure (US)",
            "incautación judicial (EE. UU.)",
        ),
        (
            Self::UsDetention,
            "detention (US)",
            "detención de mercancía (EE. UU.)",
        ),
        (
            Self::MxEmbargoPrecautorio,
            "precautionary embargo (MX)",
            "embargo precautorio",
        ),
        (Self::MxAseguramiento, "securing (MX)", "aseguramiento"),
        (Self::MxDecomiso, "confiscation (MX)", "decomiso"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for DisseminationVerdict {
    const PREFIX: &'static str = "DISSEMINATION_VERDICT_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Granted, "granted", "concedida"),
        (
            Self::GrantedOnConditions,
            "granted on conditions",
            "concedida con condiciones",
        ),
        (Self::Refused, "refused", "negada"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for RecallMeasure {
    const PREFIX: &'static str = "RECALL_MEASURE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Quarantine, "quarantine", "cuarentena"),
        (Self::Erase, "erase", "borrado"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for RecallGround {
    const PREFIX: &'static str = "RECALL_GROUND_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Error, "issued in error", "emitida por error"),
        (Self::Unlawful, "issued unlawfully", "emitida ilegalmente"),
        (
            Self::Order,
            "ordered by an authority",
            "ordenada por una autoridad",
        ),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for LinkKind {
    const PREFIX: &'static str = "LINK_KIND_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Duplicate, "duplicate", "duplicado"),
        (Self::SameParty, "same party", "misma parte"),
        (
            Self::SameMethod,
            "same route or method",
            "misma ruta o método",
        ),
        (Self::SameOperation, "same operation", "misma operación"),
        (Self::TearLine, "non-nominal extract", "extracto no nominal"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for NoticeKind {
    const PREFIX: &'static str = "NOTICE_KIND_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Outage, "outage", "interrupción"),
        (Self::Restored, "service restored", "servicio restablecido"),
        (Self::Maintenance, "maintenance", "mantenimiento"),
        (Self::Arrival, "arrival", "llegada"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}
