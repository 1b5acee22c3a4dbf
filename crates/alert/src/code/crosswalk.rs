//! The crosswalk: which message of an older system comes nearest to each of ours. The data model, section 11.
//!
//! For people who know one of them. Nothing is translated by it: near is not equal.

use super::MessageType;

/// A message of another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equivalent {
    /// The system: `CAP`, `ICS2`, `ACAS`, `PACT`, `EDXL-RM` or `ETSI-REM`.
    pub system: &'static str,
    /// The message, or several, as that system calls it; not translated.
    pub message: &'static str,
}

/// What comes nearest in the systems that people know, the same system at most once; empty where none of them has the like.
#[expect(clippy::too_many_lines, reason = "one arm for each type of message")]
pub fn nearest(message_type: MessageType) -> &'static [Equivalent] {
    use MessageType as T;
    match message_type {
        T::Alert => const { &[of("CAP", "Alert")] },
        T::Amend => {
            const {
                &[
                    of("CAP", "Update"),
                    of("ICS2", "IE3Axx"),
                    of("EDXL-RM", "Update"),
                ]
            }
        }
        T::Cancel => {
            const {
                &[
                    of("CAP", "Cancel"),
                    of("ICS2", "Q04"),
                    of("EDXL-RM", "Cancel"),
                ]
            }
        }
        T::Ack => {
            const {
                &[
                    of("CAP", "Ack"),
                    of("ICS2", "R01"),
                    of("ACAS", "SR"),
                    of("ETSI-REM", "delivery, retrieval"),
                ]
            }
        }
        T::Reject => {
            const {
                &[
                    of("CAP", "Error"),
                    of("ICS2", "N01, N02"),
                    of("ETSI-REM", "rejection"),
                ]
            }
        }
        T::Assessment => const { &[of("ICS2", "N03"), of("ACAS", "SF"), of("PACT", "CO/SF")] },
        T::Rfi => {
            const {
                &[
                    of("ICS2", "Q02"),
                    of("ACAS", "7H"),
                    of("PACT", "RI"),
                    of("EDXL-RM", "RFI"),
                ]
            }
        }
        T::RfiResponse => const { &[of("ICS2", "R02"), of("EDXL-RM", "Response to RFI")] },
        T::Rfs => const { &[of("ICS2", "Q03"), of("ACAS", "8H"), of("PACT", "RS")] },
        T::RfsResult => const { &[of("ICS2", "R03")] },
        T::ActionRequest => const { &[of("ICS2", "Q01"), of("ACAS", "6H"), of("PACT", "CD")] },
        T::ActionResponse => const { &[of("EDXL-RM", "Accept, Decline")] },
        T::HoldSet | T::HoldStatus | T::HoldRelease => {
            const {
                &[
                    of("ACAS", "H, J, I"),
                    of("PACT", "J, I/CO"),
                    of("ICS2", "N04, N05"),
                ]
            }
        }
        T::SystemNotice => const { &[of("ICS2", "N06")] },
        T::Unspecified
        | T::Recall
        | T::RecallConfirm
        | T::Outcome
        | T::DisseminationRequest
        | T::DisseminationDecision
        | T::Link
        | T::Comment
        | T::Transfer => &[],
    }
}

const fn of(system: &'static str, message: &'static str) -> Equivalent {
    Equivalent { system, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Coded as _;

    /// The third column of the table in section 11, as it stands there.
    const SECTION_11: [(MessageType, &str); 24] = {
        use MessageType as T;
        [
            (T::Alert, "CAP Alert"),
            (T::Amend, "CAP Update; ICS2 IE3Axx; EDXL-RM Update"),
            (T::Cancel, "CAP Cancel; ICS2 Q04; EDXL-RM Cancel"),
            (T::Recall, ""),
            (T::RecallConfirm, ""),
            (
                T::Ack,
                "CAP Ack; ICS2 R01; ACAS SR; ETSI-REM delivery, retrieval",
            ),
            (T::Reject, "CAP Error; ICS2 N01, N02; ETSI-REM rejection"),
            (T::Assessment, "ICS2 N03; ACAS SF; PACT CO/SF"),
            (T::Rfi, "ICS2 Q02; ACAS 7H; PACT RI; EDXL-RM RFI"),
            (T::RfiResponse, "ICS2 R02; EDXL-RM Response to RFI"),
            (T::Rfs, "ICS2 Q03; ACAS 8H; PACT RS"),
            (T::RfsResult, "ICS2 R03"),
            (T::ActionRequest, "ICS2 Q01; ACAS 6H; PACT CD"),
            (T::ActionResponse, "EDXL-RM Accept, Decline"),
            (T::HoldSet, "ACAS H, J, I; PACT J, I/CO; ICS2 N04, N05"),
            (T::HoldStatus, "ACAS H, J, I; PACT J, I/CO; ICS2 N04, N05"),
            (T::HoldRelease, "ACAS H, J, I; PACT J, I/CO; ICS2 N04, N05"),
            (T::Outcome, ""),
            (T::DisseminationRequest, ""),
            (T::DisseminationDecision, ""),
            (T::Link, ""),
            (T::Comment, ""),
            (T::Transfer, ""),
            (T::SystemNotice, "ICS2 N06"),
        ]
    };

    #[test]
    fn the_crosswalk_of_every_message_is_the_documented_one() {
        for (message_type, expected) in SECTION_11 {
            let said: Vec<String> = nearest(message_type)
                .iter()
                .map(|one| format!("{} {}", one.system, one.message))
                .collect();
            assert_eq!(said.join("; "), expected, "{}", message_type.name());
        }
        let types = SECTION_11.map(|(message_type, _)| message_type as i32);
        assert!(types.into_iter().eq(1..=24));
    }
}
