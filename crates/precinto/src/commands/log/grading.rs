//! How `log … --witnessed` tells what a proof is worth: computed from the node's own policy, and never only assumed.

use crate::clock;
use crate::exit::{Exit, Failure, Text};
use crate::output::Output;
use precinto_client::grade::Graded;
use precinto_merkle::policy::Grade;
use precinto_merkle::receipt::ReceiptError;
use serde::Serialize;

/// What a proof is worth, by the node's policy.
pub(super) struct Grading(Graded);

/// The same for machines.
#[derive(Serialize)]
pub(super) struct GradeJson {
    grade: &'static str,
    cosigned_by: Vec<CosignerJson>,
}

#[derive(Serialize)]
struct CosignerJson {
    name: String,
    time: String,
}

impl Grading {
    /// Takes a grade, if one was asked for.
    pub(super) fn of(
        graded: Option<Result<Graded, ReceiptError>>,
    ) -> Result<Option<Self>, Failure> {
        let graded = graded.transpose();
        let graded = graded.map_err(|error| {
            let what = Text::cause(error, "las firmas de los testigos no se sostienen");
            Failure::new(Exit::VerificationFailed, what)
        })?;
        Ok(graded.map(Self))
    }

    pub(super) fn json(&self) -> GradeJson {
        GradeJson {
            grade: match self.0.grade {
                Grade::Local => "LOCAL",
                Grade::Witnessed => "WITNESSED",
            },
            cosigned_by: self.cosigners(),
        }
    }

    /// Says the grade; a proof that was asked for as witnessed and is not ends with the exit code for "not yet".
    pub(super) fn end(grading: Option<&Self>, output: Output) -> Exit {
        let Some(grading) = grading else {
            return Exit::Done;
        };
        let lang = output.lang();
        let (word, exit) = match grading.0.grade {
            Grade::Witnessed => {
                let text = ("witnessed", "atestiguado");
                (lang.pick(text.0, text.1), Exit::Done)
            }
            Grade::Local => {
                let text = (
                    "local only: not as many as the policy asks for have cosigned a checkpoint over it yet; try again in a minute",
                    "solo local: aún no han firmado un punto de control que la cubra tantos testigos como pide la política; inténtelo de nuevo en un minuto",
                );
                (lang.pick(text.0, text.1), Exit::Inconclusive)
            }
        };
        output.talk(format!("{}: {word}", lang.pick("grade", "grado")));
        for CosignerJson { name, time } in grading.cosigners() {
            let by = lang.pick("cosigned by", "con firma del testigo");
            output.talk(format!("  {by} {name}, {time}"));
        }
        exit
    }

    fn cosigners(&self) -> Vec<CosignerJson> {
        let cosigned = self.0.cosignatures.iter();
        cosigned
            .map(|one| CosignerJson {
                name: one.key.name().to_owned(),
                time: clock::rfc3339_ms(one.time.unwrap_or_default().saturating_mul(1000)),
            })
            .collect()
    }
}

/// There is no cosigned checkpoint at all.
pub(super) fn nobody_cosigned() -> Failure {
    let text: Text = (
        "no node has cosigned a checkpoint of this log yet",
        "ningún nodo ha firmado aún como testigo un punto de control de esta bitácora",
    )
        .into();
    Failure::new(Exit::Inconclusive, text).next((
        "nodes cosign while they watch, within a minute: is a node of the other side watching?",
        "los nodos firman como testigos mientras escuchan, en un minuto: ¿escucha algún nodo de la otra parte?",
    ))
}
