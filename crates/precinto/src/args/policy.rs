//! `policy`: who may say what to whom, tried out before it counts.

use super::NodeArgs;
use clap::{Args, Subcommand, ValueEnum};
use precinto_alert::country::is_country;
use std::path::PathBuf;

/// `precinto policy …`
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Is this a policy? Everything that is wrong with it, with line, column and what to do about it
    #[command(after_help = "\
A policy is a text of rules in Cedar, one side's own:

  // Sensitive security information of ours goes to Mexico's customs and to nobody else abroad.
  @id(\"ssi-to-customs-only\")
  forbid (principal, action in Action::\"Obtain\", resource)
  when { resource.marks.contains(Mark::\"US:SSI\") }
  unless { principal in Side::\"us.dev.invalid\" || principal == Agency::\"mx.dev.invalid/anam\" };

It can forbid more than both sides have agreed to forbid, never less: below it stands the floor. A policy without a permit leaves to
the floor what it does not forbid; as soon as it holds one, what none of its permits covers is refused. The floor and the policies of
both parties' sides are asked each for itself, and all of them must allow. Cancellations and recalls are not asked about: whoever
was told must learn of it.

It comes into force with its side's part of the directory (policy = '''…''', see `precinto directory propose`): signed by the side's
stewards, visible to both sides, and for everything that is let in or handed out from then on, by streams that are open as well.

Refused are: what the schema does not know (`precinto policy schema`), codes and names that do not exist, rules that can never hold,
rules without a name of their own (@id), sums, functions, and what is too long or too deep for people to read.

Examples:
  precinto policy check us.cedar mx.cedar
  precinto policy check --part us.dev.invalid.toml           (the policy in a part, before it is proposed)
  precinto policy check us.cedar -o json | jq '.files[].faults[]'

Exit code 3 when one of them is no policy.")]
    Check(PolicyCheck),
    /// Do the rules do what a table of cases says? Each side can run the other's table
    #[command(after_help = "\
The table (TOML) names the policies, describes the agencies, and lists cases: who, does what, with which message, and what is to
come of it.

  [policy]
  \"us.dev.invalid\" = \"us.cedar\"
  [[agency]]
  id = \"mx.dev.invalid/anam\"
  country = \"MX\"
  purposes = [\"ILLICIT_DRUG\"]
  [[case]]
  name = \"security information is not for the tax administration\"
  act = \"receive\"                       (submit, receive, read; with passage = \"onward\" or \"released\" where it was passed on)
  who = \"mx.dev.invalid/sat\"
  message = { from = \"us.dev.invalid/cbp\", to = [\"mx.dev.invalid/sat\"], marks = [\"US:SSI\"] }
  expect = \"refuse\"
  rules = [\"us.dev.invalid#ssi-to-customs-only\"]      (when left out, the outcome alone counts)

What is to be known of a message: from, to, to_officers_of, type, status, precedence, tlp, marks, commodities, use_code, authority,
protected_bag, names_persons, tear_line, criminal_intelligence, releasable_to.

Examples:
  precinto policy test crates/policy/examples/cases.toml
  precinto policy test cases.toml --policy us.dev.invalid=next.cedar      (what another text of the rules would have done)

Exit code 3 when a case comes out otherwise.")]
    Test(PolicyTest),
    /// May this agency submit, receive or read this message? Which rules say so, in their own words
    #[command(after_help = "\
Nothing is sent and nobody is asked: the answer comes from the policies and agencies of a table (`precinto policy test --help`), or of
the sides' parts of the directory, and from a draft, or from flags alone. A gateway knows more: whom groups stand for, and what was
said before in the case.

Examples:
  precinto directory show us.dev.invalid --text > us.toml       (the parts in force; mx.toml in the same way)
  precinto policy can receive mx.dev.invalid/anam alert.yaml --from us.dev.invalid/cbp --part US=us.toml --part MX=mx.toml
  precinto policy can receive mx.dev.invalid/anam alert.yaml --from us.dev.invalid/cbp --table cases.toml
  precinto policy can receive mx.dev.invalid/sat --from us.dev.invalid/cbp --mark US:SSI --table cases.toml
  precinto policy can submit us.dev.invalid/cbp alert.yaml --from us.dev.invalid/cbp --table cases.toml -o json

Exit code 0 when it may, 5 when it may not.")]
    Can(Box<PolicyCan>),
    /// What would another policy have done? Asks it about every message in a log, and tells where the answer differs
    #[command(after_help = "\
Before a policy comes into force with its side's part of the directory, see what it would have let in and whom it would have kept
from what, over everything that was said: both rules are asked about every message of the log, those of the parts that its record
names and the same with the replaced policy. Floor, agencies and purposes stay as they were on that day.

The log is read from its beginning, from a running gateway (a node sees what it is a party to, an auditor what is of its side) or from a
data folder (--dir), which is taken as it is. What was refused is not in the log, so it is not asked about again; what the rules of a
case or of the directory said is not repeated. Nothing is sent and nothing changes.

Examples:
  precinto policy replay --policy us.dev.invalid=next.cedar --node nodes/us-cbp-lax.toml
  precinto policy replay --policy us.dev.invalid=next.cedar --dir data/ -o json | jq '.messages[] | [.index, .alert_id, .refusals]'

Exit code 3 when a message would have come out otherwise, 4 when none did and some could not be asked about.")]
    Replay(PolicyReplay),
    /// By which rules was this message let in or refused? Told from the log alone, years later as well
    #[command(after_help = "\
Every entry of the log keeps which rules decided, and one digest over all of their texts: the floor and the policy of each side, which
stand in the parts of the directory that the entry names and that are entries of the log themselves. Here they are looked up, the digest
is computed again, and each rule that decided is shown with what its side has written above it. Nobody has to be believed or asked.

Of what was refused by a rule the log keeps the decision too, not what was said: ask by the message's id or the entry's index.

The log is read from its beginning, from a running gateway (a node sees what it is a party to, an auditor what is of its side) or from a
data folder (--dir), which is taken as it is: whether it is true says `precinto audit log DIR`, which repeats every decision.

Examples:
  precinto policy why US-CBPLAX-2026-000001V --node nodes/us-cbp-lax.toml
  precinto policy why 0192f0c1-7d6a-7c1e-9b8e-3f7c52a1d0e4 --node nodes/us-cbp-lax.toml    (also one that was refused)
  precinto policy why 17 --dir data/ -o json | jq '.entries[].rules[]'
  precinto --lang es policy why 17 --dir data/

Exit code 3 when the digest is not that of the texts that the entry names, 4 when the log does not show them, 7 when nothing was decided
about it as far as this reader may see.")]
    Why(PolicyWhy),
    /// What a rule can ask about: agencies, messages, and every code; the floor with --floor
    #[command(after_help = "\
Examples:
  precinto policy schema > precinto.cedarschema      (editors that know Cedar complete names by it)
  precinto policy schema --floor                     (what both sides have agreed that nobody may do)")]
    Schema {
        /// The rules of the floor instead
        #[arg(long)]
        floor: bool,
    },
}

/// `precinto policy check`
#[derive(Debug, Args)]
pub(crate) struct PolicyCheck {
    /// The policies, each at most 64 KiB
    #[arg(required_unless_present = "part", value_name = "FILE.cedar")]
    pub(crate) files: Vec<PathBuf>,
    /// A side's part of the directory, with its policy: lines are those of this file
    #[arg(long, value_name = "FILE.toml")]
    pub(crate) part: Vec<PathBuf>,
}

/// `precinto policy test`
#[derive(Debug, Args)]
pub(crate) struct PolicyTest {
    /// The table of cases
    #[arg(value_name = "TABLE.toml")]
    pub(crate) table: PathBuf,
    /// Another policy for a side than the table names
    #[arg(long, value_name = "SIDE=FILE", value_parser = of_side)]
    pub(crate) policy: Vec<(String, PathBuf)>,
}

/// `precinto policy can`
#[derive(Debug, Args)]
pub(crate) struct PolicyCan {
    /// What it does with the message
    #[arg(value_enum)]
    pub(crate) act: PolicyAct,
    /// Which agency: side/agency
    #[arg(value_name = "AGENCY")]
    pub(crate) who: String,
    /// The message, as a draft (YAML or JSON); what flags say besides goes before it
    #[arg(value_name = "DRAFT")]
    pub(crate) draft: Option<PathBuf>,
    /// The agency whose message it is
    #[arg(long, value_name = "AGENCY")]
    pub(crate) from: String,
    /// Agencies that it is for [default: the draft's; without a draft the one that is asked about]
    #[arg(long, value_name = "AGENCY")]
    pub(crate) to: Vec<String>,
    /// Type of the message, ALERT and so on
    #[arg(long = "type", value_name = "CODE")]
    pub(crate) message_type: Option<String>,
    /// Traffic light
    #[arg(long, value_name = "CODE")]
    pub(crate) tlp: Option<String>,
    /// A mark, US:LES and so on
    #[arg(long, value_name = "MARK")]
    pub(crate) mark: Vec<String>,
    /// A kind of goods, FIREARM and so on
    #[arg(long, value_name = "CODE")]
    pub(crate) commodity: Vec<String>,
    /// A country or an agency to which it may be released
    #[arg(long, value_name = "NAME")]
    pub(crate) releasable_to: Vec<String>,
    /// Its content has a block about a person or a firm
    #[arg(long)]
    pub(crate) names_persons: bool,
    /// How it gets to the agency
    #[arg(long, value_enum, default_value_t = PolicyPassage::Direct)]
    pub(crate) passage: PolicyPassage,
    /// The policies and agencies to judge by
    #[arg(long, value_name = "TABLE.toml", required_unless_present = "part")]
    pub(crate) table: Option<PathBuf>,
    /// A side's part of the directory to judge by, with the country that the side is of
    #[arg(long, value_name = "COUNTRY=FILE.toml", value_parser = of_country, conflicts_with = "table")]
    pub(crate) part: Vec<(String, PathBuf)>,
    /// Another policy for a side than the table or its part has
    #[arg(long, value_name = "SIDE=FILE", value_parser = of_side)]
    pub(crate) policy: Vec<(String, PathBuf)>,
}

/// `precinto policy replay`
#[derive(Debug, Args)]
pub(crate) struct PolicyReplay {
    /// The policy that is tried, of this side
    #[arg(long, required = true, value_name = "SIDE=FILE", value_parser = of_side)]
    pub(crate) policy: Vec<(String, PathBuf)>,
    /// Of which country a side is [default: what its first alert in the log says]
    #[arg(long, value_name = "SIDE=COUNTRY", value_parser = country_of)]
    pub(crate) country: Vec<(String, String)>,
    /// Which log.
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// `precinto policy why`
#[derive(Debug, Args)]
pub(crate) struct PolicyWhy {
    /// The index of an entry, an alert id, or a message id
    #[arg(value_name = "INDEX|ALERT_ID|MESSAGE_ID")]
    pub(crate) what: String,
    /// Which log.
    #[command(flatten)]
    pub(crate) log: LogArgs,
}

/// Which log is read.
#[derive(Debug, Args)]
pub(crate) struct LogArgs {
    /// A gateway's data folder (with its folder `journal`), read as it is; not needed with --node
    #[arg(long, value_name = "DIR")]
    pub(crate) dir: Option<PathBuf>,
    /// The node that asks its gateway.
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// What an agency does with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyAct {
    /// Put it into the log
    Submit,
    /// Be delivered it
    Receive,
    /// Look it up
    Read,
}

/// How a message gets to an agency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyPassage {
    /// From whoever the information is of
    Direct,
    /// Passed on by another, without the originator's word
    Onward,
    /// Passed on by another, and the originator has agreed
    Released,
}

fn of_country(text: &str) -> Result<(String, PathBuf), String> {
    let said = text.split_once('=');
    let (country, file) = said
        .filter(|(country, _)| is_country(country))
        .ok_or_else(|| {
            "COUNTRY=FILE is expected, the country by its ISO 3166-1 code: US=us.toml".to_owned()
        })?;
    Ok((country.to_owned(), PathBuf::from(file)))
}

fn country_of(text: &str) -> Result<(String, String), String> {
    let said = text.split_once('=');
    let (side, country) = said
        .filter(|(_, country)| is_country(country))
        .ok_or_else(|| {
            "SIDE=COUNTRY is expected, the country by its ISO 3166-1 code: us.dev.invalid=US"
                .to_owned()
        })?;
    Ok((side.to_owned(), country.to_owned()))
}

fn of_side(text: &str) -> Result<(String, PathBuf), String> {
    let (side, file) = text
        .split_once('=')
        .ok_or_else(|| "SIDE=FILE is expected: us.dev.invalid=us.cedar".to_owned())?;
    Ok((side.to_owned(), PathBuf::from(file)))
}
