//! A comparison for people: the verdict first, the proofs whole, and what could not be said.

use super::{Comparison, Exhibit, File, Fork, Gap, Unusable};
use crate::finding::pick;
use crate::report::Verdict;
use precinto_alert::Lang;

impl Comparison {
    /// The lines of the report.
    pub fn lines(&self, lang: Lang) -> Vec<String> {
        let pick = |en: &'static str, es: &'static str| pick(lang, en, es);
        let verdict = match self.verdict {
            Verdict::Clean => pick(
                "CONSISTENT: everything given is of one history",
                "COHERENTE: todo lo que se dio es de una sola historia",
            ),
            Verdict::Findings => pick(
                "FORK: the log's key has signed two histories",
                "BIFURCACIÓN: la llave de la bitácora firmó dos historias",
            ),
            Verdict::Inconclusive => pick(
                "NOT DECIDED: nothing contradicts, but not everything could be compared",
                "NO DECIDIDO: nada se contradice, pero no todo se pudo comparar",
            ),
        };
        let of = pick("log", "bitácora");
        let mut lines = vec![format!("{verdict}   {of} {}", self.origin), String::new()];
        lines.extend(self.files.iter().flat_map(|file| told(file, lang)));
        for Unusable { name, why } in &self.unusable {
            lines.push(format!(
                "  {name}: {}: {why}",
                pick("not usable", "no sirve")
            ));
        }
        for fork in &self.forks {
            lines.extend(proof(fork, lang));
        }
        lines.extend(self.gaps(lang));
        lines
    }

    fn gaps(&self, lang: Lang) -> Vec<String> {
        let mut lines = Vec::new();
        for Gap { from, to } in &self.unlinked {
            let what = pick(
                lang,
                "nothing links these sizes",
                "nada enlaza estos tamaños",
            );
            lines.push(format!("  {from} … {to}: {what}"));
        }
        for size in &self.beyond_log {
            let what = pick(
                lang,
                "the log compared with has signed less",
                "la bitácora con que se comparó firmó menos",
            );
            lines.push(format!("  {size}: {what}"));
        }
        if !self.unlinked.is_empty() && !self.log_given {
            let next = pick(
                lang,
                "Sizes can be linked with the log alone: give it with --journal DIR, or ask a gateway with --node FILE.",
                "Los tamaños solo se enlazan con la bitácora: indíquela con --journal DIR, o pregunte a una pasarela con \
                 --node ARCHIVO.",
            );
            lines.extend([String::new(), next.to_owned()]);
        }
        lines
    }
}

fn told(file: &File, lang: Lang) -> Vec<String> {
    let entries = pick(lang, "entries, root", "entradas, raíz");
    let mut lines = vec![format!(
        "  {}: {} {entries} {}",
        file.name, file.tree_size, file.root
    )];
    for cosigner in &file.cosigned_by {
        let by = pick(lang, "cosigned by", "cofirmado por");
        let at = crate::time::utc(cosigner.time.saturating_mul(1000));
        lines.push(format!("    {by} {}, {at}", cosigner.name));
    }
    lines
}

/// A fork with both notes in full: this text alone is enough to show it to somebody else.
fn proof(fork: &Fork, lang: Lang) -> Vec<String> {
    let (what, first, second) = match fork {
        Fork::TwoRoots {
            tree_size,
            first,
            second,
        } => {
            let (en, es) = (
                "entries, two roots, both signed by the log:",
                "entradas, dos raíces, ambas firmadas por la bitácora:",
            );
            (format!("{tree_size} {}", pick(lang, en, es)), first, second)
        }
        Fork::TwoLeaves {
            index,
            first,
            second,
        } => {
            let (en, es) = (
                ": two receipts for different entries, both signed by the log:",
                ": dos recibos de entradas distintas, ambos firmados por la bitácora:",
            );
            let entry = pick(lang, "entry", "entrada");
            (
                format!("{entry} {index}{}", pick(lang, en, es)),
                first,
                second,
            )
        }
        Fork::NotThisLog {
            tree_size,
            held,
            log,
        } => {
            let (en, es) = (
                "entries: the log compared with has another root there, and the same key has signed it:",
                "entradas: la bitácora con que se comparó tiene ahí otra raíz, y la firmó la misma llave:",
            );
            (format!("{tree_size} {}", pick(lang, en, es)), held, log)
        }
    };
    let mut lines = vec![String::new(), what];
    for Exhibit { name, note } in [first, second] {
        lines.push(format!("  {name}"));
        lines.extend(note.lines().map(|line| format!("    {line}")));
    }
    lines
}
