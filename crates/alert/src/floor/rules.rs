//! The rules that a gateway's floor has had, by the names that records give them: one table for all who read an older log.

/// By which rules a message was let in, as the decision of its record names them; oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rules {
    /// `floor/1`: whether a message may follow was not asked.
    WithoutCases,
    /// `floor/2`: asked of agencies alone, and no clock was kept.
    OfAgencies,
    /// `floor/3`: asked of nodes too, but neither whom a withdrawal had reached, nor who comes round in a closed case, nor,
    /// by an audit of today, releases and the directory's countries and codes. What else of a case is read otherwise since is
    /// read so of these too: whoever had refused an alert and came round was then held for done, which can make a deadline seem
    /// missing.
    OfNodes,
    /// `floor/4`: the floor was code alone, and no side had a policy.
    All,
    /// `floor/5`: the floor as a text, with purposes and originator control, and the policy of each side.
    Written,
}

impl Rules {
    /// Every set of rules with its name, oldest first.
    const NAMES: [(Self, &'static str); 5] = [
        (Self::WithoutCases, "floor/1"),
        (Self::OfAgencies, "floor/2"),
        (Self::OfNodes, "floor/3"),
        (Self::All, "floor/4"),
        (Self::Written, "floor/5"),
    ];

    /// The rules of that name. A name that nobody knows is of newer ones, or invented: then all are asked.
    pub fn of(policy: &str) -> Self {
        let known = Self::NAMES.iter().find(|(_, name)| *name == policy);
        known.map_or(Self::Written, |(rules, _)| *rules)
    }

    /// Their name in a record.
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(rules, _)| *rules == self);
        named.map_or("", |(_, name)| name)
    }

    /// Whether deadlines were kept.
    pub fn keep_clocks(self) -> bool {
        self >= Self::OfNodes
    }

    /// Whether the floor is asked beside the case: releases, alert ids, officers, withdrawals, and the codes of a directory.
    /// Gateways before told an agency's whole escalation group of a missed deadline, too.
    pub fn ask_floor(self) -> bool {
        self >= Self::All
    }

    /// Whether the written rules were asked, and the record says which of them decided.
    pub fn are_written(self) -> bool {
        self >= Self::Written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_and_an_unknown_name_asks_everything() {
        for (rules, name) in Rules::NAMES {
            assert_eq!((Rules::of(name), rules.name()), (rules, name));
        }
        assert!(Rules::NAMES.is_sorted());
        assert_eq!(Rules::of("floor/6"), Rules::Written);
        assert_eq!(Rules::of(""), Rules::Written);
        let told =
            |(rules, _): (Rules, _)| (rules.keep_clocks(), rules.ask_floor(), rules.are_written());
        let (none, clocks) = ((false, false, false), (true, false, false));
        let (floor, all) = ((true, true, false), (true, true, true));
        assert_eq!(Rules::NAMES.map(told), [none, none, clocks, floor, all]);
    }
}
