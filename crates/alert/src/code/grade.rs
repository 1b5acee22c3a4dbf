//! What describes how sure somebody is, who signs, and how a body is protected: labels alone.

use super::family::{family, rows};
use super::{
    Confidence, EvaluationScale, InformationGrade, PayloadProtection, SignerRole, SourceGrade,
};

family! { Confidence, "CONFIDENCE_", "confidence", "confidence", "confianza",
    "this project",
    "este proyecto"; rows! { Confidence;
    Low { "low", "baja" }
    Medium { "medium", "media" }
    High { "high", "alta" }
    Confirmed { "confirmed", "confirmada" }
} }

family! { EvaluationScale, "EVALUATION_SCALE_", "evaluation_scale", "scale of an evaluation", "escala de evaluación",
    "Admiralty code; Europol SIENA",
    "código del Almirantazgo; SIENA de Europol"; rows! { EvaluationScale;
    Admiralty { "Admiralty: source A to F, information 1 to 6", "Almirantazgo: fuente A a F, información 1 a 6" }
    Siena { "SIENA: source A, B, C or X, information 1 to 4", "SIENA: fuente A, B, C o X, información 1 a 4" }
} }

family! { SourceGrade, "SOURCE_GRADE_", "source_grade", "grade of a source", "grado de la fuente",
    "Admiralty code; Europol SIENA",
    "código del Almirantazgo; SIENA de Europol"; rows! { SourceGrade;
    A { "reliable beyond doubt", "fiable sin duda" }
    B { "usually reliable", "por lo general fiable" }
    C { "fairly reliable; SIENA: mostly unreliable", "bastante fiable; SIENA: poco fiable" }
    D { "not usually reliable", "por lo general no fiable" }
    E { "unreliable", "no fiable" }
    F { "reliability cannot be judged", "no puede juzgarse su fiabilidad" }
    X { "cannot be judged (SIENA)", "no evaluable (SIENA)" }
} }

family! { InformationGrade, "INFORMATION_GRADE_", "information_grade", "grade of an information", "grado de la información",
    "Admiralty code; Europol SIENA",
    "código del Almirantazgo; SIENA de Europol"; rows! { InformationGrade;
    InformationGrade1 { "confirmed; SIENA: known to be true", "confirmada; SIENA: sabida como cierta" }
    InformationGrade2 { "probably true; SIENA: known to the source itself", "probablemente cierta; SIENA: le consta a la fuente" }
    InformationGrade3 { "possibly true; SIENA: hearsay that is confirmed", "posiblemente cierta; SIENA: de oídas, corroborada" }
    InformationGrade4 { "doubtful; SIENA: hearsay", "dudosa; SIENA: de oídas" }
    InformationGrade5 { "improbable", "improbable según lo conocido" }
    InformationGrade6 { "truth cannot be judged", "no puede juzgarse su veracidad" }
} }

family! { SignerRole, "SIGNER_ROLE_", "signer_role", "role of a signer", "papel del firmante",
    "this project",
    "este proyecto"; rows! { SignerRole;
    Node { "node", "nodo" }
    Officer { "officer", "oficial" }
} }

family! { PayloadProtection, "PAYLOAD_PROTECTION_", "payload_protection", "protection of the body", "protección del cuerpo",
    "this project",
    "este proyecto"; rows! { PayloadProtection;
    Clear { "readable by the gateways", "legible para las pasarelas" }
    Sealed { "sealed to the recipients", "sellado para los destinatarios" }
} }
