//! What describes how sure somebody is, who signs, and how a body is protected: labels alone, and how the two scales of
//! evaluation compare.

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

/// Grades of the Admiralty scale as those of SIENA that come nearest; what is unspecified stays so. `None` for a grade that the
/// Admiralty scale does not have.
///
/// The data model, section 9.2. To be shown beside the originator's own, never in its place: conversion loses levels.
pub const fn to_siena(
    source: SourceGrade,
    information: InformationGrade,
) -> Option<(SourceGrade, InformationGrade)> {
    use InformationGrade as I;
    use SourceGrade as S;
    let source = match source {
        S::Unspecified => S::Unspecified,
        S::A => S::A,
        S::B | S::C => S::B,
        S::D | S::E => S::C,
        S::F => S::X,
        S::X => return None,
    };
    let information = match information {
        I::InformationGrade4 | I::InformationGrade5 | I::InformationGrade6 => I::InformationGrade4,
        same => same,
    };
    Some((source, information))
}

/// Grades of SIENA as those of the Admiralty scale that come nearest, as [`to_siena`]. `None` for a grade that SIENA does not
/// have.
pub const fn to_admiralty(
    source: SourceGrade,
    information: InformationGrade,
) -> Option<(SourceGrade, InformationGrade)> {
    use InformationGrade as I;
    use SourceGrade as S;
    let source = match source {
        S::Unspecified => S::Unspecified,
        S::A => S::A,
        S::B => S::B,
        S::C => S::D,
        S::X => S::F,
        S::D | S::E | S::F => return None,
    };
    let information = match information {
        I::InformationGrade4 => I::InformationGrade6,
        I::InformationGrade5 | I::InformationGrade6 => return None,
        same => same,
    };
    Some((source, information))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Coded as _;

    fn source(name: &str) -> SourceGrade {
        SourceGrade::from_name(name).unwrap()
    }

    fn information(number: i32) -> InformationGrade {
        InformationGrade::try_from(number).unwrap()
    }

    /// The two tables of section 9.2.
    #[test]
    fn grades_convert_as_the_table_says() {
        let (none, nothing) = (SourceGrade::Unspecified, InformationGrade::Unspecified);
        for (admiralty, siena) in ["A", "B", "C", "D", "E", "F"]
            .into_iter()
            .zip(["A", "B", "B", "C", "C", "X"])
        {
            let there = to_siena(source(admiralty), nothing);
            assert_eq!(there, Some((source(siena), nothing)), "{admiralty}");
        }
        for (siena, admiralty) in [("A", "A"), ("B", "B"), ("C", "D"), ("X", "F")] {
            let back = to_admiralty(source(siena), nothing);
            assert_eq!(back, Some((source(admiralty), nothing)), "{siena}");
        }
        for (admiralty, siena) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 4)] {
            let there = to_siena(none, information(admiralty));
            assert_eq!(there, Some((none, information(siena))), "{admiralty}");
        }
        for (siena, admiralty) in [(1, 1), (2, 2), (3, 3), (4, 6)] {
            let back = to_admiralty(none, information(siena));
            assert_eq!(back, Some((none, information(admiralty))), "{siena}");
        }
        assert_eq!(to_siena(SourceGrade::X, nothing), None);
        for grade in ["D", "E", "F"] {
            assert_eq!(to_admiralty(source(grade), nothing), None, "{grade}");
        }
        for grade in [5, 6] {
            assert_eq!(to_admiralty(none, information(grade)), None, "{grade}");
        }
        assert_eq!(to_siena(none, nothing), Some((none, nothing)));
    }
}
