//! What became of a message, for people: a line, or why not, and below it what is flagged.

use super::{Logged, Meta, QUEUED, Report};
use crate::exit::{Failure, Text};
use crate::output::{Lang, Output, printable};
use precinto_alert::Reason;

impl Report {
    /// Prints it: data on stdout, a refusal for people on stderr.
    pub(in crate::commands::send) fn print(&self, output: Output) -> std::io::Result<()> {
        if !output.is_text() {
            return output.json_line(self);
        }
        if let Some(refused) = &self.refused {
            let id = self.name();
            let why = Text::new(&refused.message, refused.message_es.clone());
            let (en, es) = (format!("{id} was refused"), format!("{id} fue rechazado"));
            let mut failure = Failure::new(refused.exit, why.behind(en, es));
            failure.reason = refused.coded;
            if refused.coded == Some(Reason::OfficerRequired) {
                failure = failure.next((
                    "Have the responsible officer sign as well: --officer ID, or officers: [ID] in the draft.",
                    "Pida también la firma del oficial responsable: --officer ID, u officers: [ID] en el borrador.",
                ));
            }
            for violation in &refused.violations {
                let said = violation.said_of_draft(output.lang());
                failure.message.add_line(&said);
            }
            for warning in self.warnings_said(output.lang()) {
                failure.message.add_line(&warning);
            }
            output.failure(&failure);
            return Ok(());
        }
        output.line(self.headline(output))?;
        if self.here {
            let (en, es) = (
                "only the gateway knows the directory, the case, who is revoked, and of which country each side is; to ask it: --validate-only",
                "solo la pasarela conoce el directorio, el caso, quién está revocado y de qué país es cada lado; para consultarla: --validate-only",
            );
            output.line(format!("  {}", output.lang().pick(en, es)))?;
        }
        for warning in self.warnings_said(output.lang()) {
            output.line(format!("  {warning}"))?;
        }
        Ok(())
    }

    fn warnings_said(&self, lang: Lang) -> impl Iterator<Item = String> {
        let warnings = self.warnings.iter();
        warnings.map(move |one| warning(&one.said_of_draft(lang), lang))
    }

    /// What a check found that let it pass: nothing, or what would be flagged.
    fn would_pass(&self, lang: Lang) -> String {
        let passes = match self.warnings.len() {
            0 if self.here => lang
                .pick("breaks no rule", "no incumple ninguna regla")
                .to_owned(),
            0 => lang.pick("would be taken", "se aceptaría").to_owned(),
            1 => lang
                .pick(
                    "would be taken, with 1 warning",
                    "se aceptaría, con 1 aviso",
                )
                .to_owned(),
            count => lang.pick(
                format!("would be taken, with {count} warnings"),
                format!("se aceptaría, con {count} avisos"),
            ),
        };
        let (en, es) = ("the gateway was not asked", "no se consultó a la pasarela");
        if self.here {
            format!("{passes} ({})", lang.pick(en, es))
        } else {
            passes
        }
    }

    /// What a refusal is about: its file where there are several, its id once it has one.
    fn name(&self) -> String {
        let id = &self.meta.message_id;
        match &self.meta.tag {
            Some(tag) if id.is_empty() => tag.clone(),
            Some(tag) => format!("{tag} ({id})"),
            None => id.clone(),
        }
    }

    /// A gateway's words are in it: made safe where they are put in.
    fn headline(&self, output: Output) -> String {
        let Meta {
            message_id,
            alert_id,
            kind,
            ..
        } = &self.meta;
        let lang = output.lang();
        let name = if alert_id.is_empty() {
            kind.clone()
        } else {
            format!("{kind} {alert_id}")
        };
        let head = format!("{name}  {message_id}");
        match (&self.logged, &self.file) {
            (Some(logged), _) => {
                let Logged {
                    index,
                    time,
                    delivered_to,
                    ..
                } = logged;
                let again = if logged.duplicate {
                    lang.pick(" (again)", " (de nuevo)")
                } else {
                    ""
                };
                let to = printable(&delivered_to.join(", "));
                let (entry, goes) = lang.pick(("entry", "goes to"), ("entrada", "va a"));
                format!("{head}  {entry} {index}{again}  {time}  {goes} {to}")
            }
            (None, Some(file)) => format!("{head}  {} {file}", lang.pick("signed:", "firmado:")),
            (None, None) if self.state == Some(QUEUED) => {
                let (en, es) = (
                    "QUEUED on this machine, NOT yet in the log",
                    "EN COLA en este equipo, TODAVÍA NO en la bitácora",
                );
                format!("{head}  {}", lang.pick(en, es))
            }
            (None, None) => format!("{head}  {}", self.would_pass(lang)),
        }
    }
}

/// A line about what is flagged and let pass.
pub(in crate::commands::send) fn warning(said: &str, lang: Lang) -> String {
    format!("{}: {said}", lang.pick("warning", "aviso"))
}
