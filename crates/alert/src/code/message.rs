//! Labels about messages: what they are for, how urgent, how they may be handled.

use super::{
    AckLevel, AuthorityCode, Coded, CommodityClass, Label, MessageStatus, MessageType, Precedence,
    ProtectedBag, RecipientKind, Tlp,
};

impl Coded for MessageType {
    const PREFIX: &'static str = "MESSAGE_TYPE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Alert, "alert", "alerta"),
        (Self::Amend, "amendment", "modificación"),
        (Self::Cancel, "cancellation", "cancelación"),
        (Self::Recall, "recall", "retiro"),
        (
            Self::RecallConfirm,
            "confirmation of a recall",
            "confirmación de retiro",
        ),
        (Self::Ack, "acknowledgement", "acuse"),
        (Self::Reject, "rejection", "rechazo"),
        (Self::Assessment, "assessment", "evaluación"),
        (
            Self::Rfi,
            "request for information",
            "solicitud de información",
        ),
        (
            Self::RfiResponse,
            "answer to a request for information",
            "respuesta a la solicitud de información",
        ),
        (
            Self::Rfs,
            "request for screening",
            "solicitud de inspección de seguridad",
        ),
        (
            Self::RfsResult,
            "result of a screening",
            "resultado de la inspección de seguridad",
        ),
        (
            Self::ActionRequest,
            "request for action",
            "solicitud de acción",
        ),
        (
            Self::ActionResponse,
            "answer to a request for action",
            "respuesta a la solicitud de acción",
        ),
        (Self::HoldSet, "hold placed", "retención impuesta"),
        (
            Self::HoldStatus,
            "state of a hold",
            "estado de la retención",
        ),
        (Self::HoldRelease, "hold lifted", "retención levantada"),
        (Self::Outcome, "outcome", "resultado"),
        (
            Self::DisseminationRequest,
            "request to pass on",
            "solicitud de difusión",
        ),
        (
            Self::DisseminationDecision,
            "decision on passing on",
            "decisión sobre difusión",
        ),
        (Self::Link, "link between alerts", "vínculo entre alertas"),
        (Self::Comment, "comment", "comentario"),
        (
            Self::Transfer,
            "transfer of responsibility",
            "traslado de responsabilidad",
        ),
        (Self::SystemNotice, "system notice", "aviso del sistema"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for MessageStatus {
    const PREFIX: &'static str = "MESSAGE_STATUS_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Actual, "actual", "real"),
        (Self::Exercise, "exercise", "ejercicio"),
        (Self::Test, "test", "prueba"),
        (Self::System, "system", "sistema"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for CommodityClass {
    const PREFIX: &'static str = "COMMODITY_CLASS_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::IllicitDrug, "illicit drugs", "drogas ilícitas"),
        (
            Self::ChemicalPrecursor,
            "chemical precursors",
            "precursores químicos",
        ),
        (Self::Firearm, "firearms", "armas de fuego"),
        (Self::IllicitFuel, "illicit fuels", "combustibles ilícitos"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for Precedence {
    const PREFIX: &'static str = "PRECEDENCE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::P1, "flash", "relámpago"),
        (Self::P2, "immediate", "inmediata"),
        (Self::P3, "priority", "prioritaria"),
        (Self::P4, "routine", "rutina"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for Tlp {
    const PREFIX: &'static str = "TLP_";
    const TABLE: &'static [Label<Self>] = &[
        (
            Self::Red,
            "TLP:RED, named officers only",
            "TLP:RED, solo oficiales nombrados",
        ),
        (
            Self::AmberStrict,
            "TLP:AMBER+STRICT, own organisation only",
            "TLP:AMBER+STRICT, solo la propia dependencia",
        ),
        (
            Self::Amber,
            "TLP:AMBER, organisation and those it serves",
            "TLP:AMBER, la dependencia y a quienes sirve",
        ),
        (
            Self::Green,
            "TLP:GREEN, the community",
            "TLP:GREEN, la comunidad",
        ),
        (Self::Clear, "TLP:CLEAR, no limit", "TLP:CLEAR, sin límite"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for AckLevel {
    const PREFIX: &'static str = "ACK_LEVEL_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Node, "received by the node", "recibida por el nodo"),
        (Self::Person, "taken by a person", "tomada por una persona"),
        (Self::Assessed, "assessed", "evaluada"),
        (Self::Acted, "acted upon", "atendida con acción"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for RecipientKind {
    const PREFIX: &'static str = "RECIPIENT_KIND_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Agency, "agency", "dependencia"),
        (Self::Group, "group", "grupo"),
        (Self::Topic, "topic", "tema"),
        (Self::Officer, "officer", "oficial"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for AuthorityCode {
    const PREFIX: &'static str = "AUTHORITY_CODE_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::Treaty, "treaty", "tratado"),
        (Self::NationalLaw, "national law", "ley nacional"),
        (
            Self::CustomsAgreement,
            "customs agreement",
            "acuerdo aduanero",
        ),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}

impl Coded for ProtectedBag {
    const PREFIX: &'static str = "PROTECTED_BAG_";
    const TABLE: &'static [Label<Self>] = &[
        (Self::None, "no protected bag", "sin valija protegida"),
        (Self::Diplomatic, "diplomatic bag", "valija diplomática"),
        (Self::Consular, "consular bag", "valija consular"),
    ];

    fn full_name(self) -> &'static str {
        self.as_str_name()
    }
}
