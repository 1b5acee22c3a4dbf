//! The blocks `[[quota]]` of the settings file: what agencies may submit a minute, where the defaults do not fit.

use std::collections::BTreeSet;
use std::fmt;

use precinto_alert::id::AgencyId;
use serde::Deserialize;

use super::{Origin, Setting};
use crate::limits::{QUOTA_MIB_MAX, QUOTA_STATEMENTS_MAX};
use crate::quota::{Allowance, Allowances};

/// One block as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuotaFile {
    agency: Option<String>,
    statements_per_minute: Option<u64>,
    mib_per_minute: Option<u64>,
    node_statements_per_minute: Option<u64>,
    node_mib_per_minute: Option<u64>,
}

impl QuotaFile {
    /// What is wrong with these blocks, given the trust domains of the sides.
    pub(super) fn problems(
        blocks: &[Self],
        domains: &BTreeSet<&String>,
        wrong: &mut impl FnMut(&str, &str),
    ) {
        let mut named = BTreeSet::new();
        for block in blocks {
            if !named.insert(&block.agency) {
                wrong(
                    "quota.agency",
                    "each agency has one block, and so have all others together",
                );
            }
            let is_ours = |agency: &AgencyId| domains.iter().any(|d| *d == agency.side().as_str());
            if let Some(agency) = &block.agency
                && !agency.parse().is_ok_and(|agency| is_ours(&agency))
            {
                wrong(
                    "quota.agency",
                    "must be an agency of one of the sides, like \"us.example.org/cbp\"; leave it out for all that are not named",
                );
            }
            let rates = [
                (block.statements_per_minute, QUOTA_STATEMENTS_MAX),
                (block.node_statements_per_minute, QUOTA_STATEMENTS_MAX),
                (block.mib_per_minute, QUOTA_MIB_MAX),
                (block.node_mib_per_minute, QUOTA_MIB_MAX),
            ];
            let is_rate =
                |(rate, max): (Option<u64>, u64)| rate.is_none_or(|rate| (1..=max).contains(&rate));
            if !rates.into_iter().all(is_rate) {
                wrong(
                    "quota",
                    "1 to 1,000,000,000 statements, 1 to 1,000,000 MiB a minute",
                );
            }
        }
    }

    /// The allowances that the blocks make, once [`QuotaFile::problems`] has found none.
    pub(super) fn allowances(blocks: Vec<Self>) -> Allowances {
        let mut allowances = Allowances::default();
        let (named, others): (Vec<_>, Vec<_>) =
            blocks.into_iter().partition(|block| block.agency.is_some());
        for block in others {
            allowances.usual = block.over(allowances.usual);
        }
        for block in named {
            let agency = block.agency.as_deref().unwrap_or_default().parse();
            if let Ok(agency) = agency {
                let allowance = block.over(allowances.usual);
                allowances.named.insert(agency, allowance);
            }
        }
        allowances
    }

    fn over(&self, usual: Allowance) -> Allowance {
        let bytes = |mib: Option<u64>, usual| mib.map_or(usual, |mib| mib << 20);
        let mut allowance = usual;
        let Allowance { agency, node } = &mut allowance;
        agency.statements = self.statements_per_minute.unwrap_or(agency.statements);
        agency.bytes = bytes(self.mib_per_minute, agency.bytes);
        node.statements = self.node_statements_per_minute.unwrap_or(node.statements);
        node.bytes = bytes(self.node_mib_per_minute, node.bytes);
        allowance
    }
}

/// The allowances in force, for `config show`: of all agencies, and of each that is named.
pub(super) fn settings(allowances: &Allowances) -> impl Iterator<Item = Setting> {
    let Allowances { usual, named } = allowances;
    let origin = if *usual == Allowance::default() {
        Origin::Default
    } else {
        Origin::File
    };
    let named = named
        .iter()
        .map(|(agency, allowance)| (format!("quota.{agency}"), allowance, Origin::File));
    std::iter::once(("quota".to_owned(), usual, origin))
        .chain(named)
        .flat_map(|(key, Allowance { agency, node }, origin)| {
            let setting = |name: &str, value: &dyn fmt::Display| Setting {
                key: format!("{key}.{name}"),
                value: value.to_string(),
                origin,
            };
            [
                setting("statements_per_minute", &agency.statements),
                setting("mib_per_minute", &(agency.bytes >> 20)),
                setting("node_statements_per_minute", &node.statements),
                setting("node_mib_per_minute", &(node.bytes >> 20)),
            ]
        })
}
