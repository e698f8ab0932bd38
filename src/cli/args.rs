//! The command line as clap reads it.

use std::net::SocketAddr;
use std::time::Duration;

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};

use crate::manifest::Only;
use crate::model::Kind;
use crate::sandbox::{Credential, Fault, Size, Switch};

use super::canary::Canary;
use super::values::{parse_allowance, parse_duration, parse_patience, parse_time};

/// Declarative access management for Zendesk
///
/// YAML manifests in git declare users, roles, groups, organizations and memberships. `zdsync plan` shows
/// what would change, for whom and with what consequence; `zdsync apply` does exactly that.
///
/// Exit codes: 0 done or nothing to do, 1 error and nothing changed, 2 the plan has changes (with
/// --detailed-exitcode), 3 some operations failed or were skipped or could not be verified, 4 refused, 64
/// wrong usage, 130 interrupted.
#[derive(Debug, Parser)]
#[command(name = "zdsync", version, max_term_width = 100)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) global: GlobalArgs,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Flags that every subcommand takes.
#[derive(Debug, Args)]
pub(super) struct GlobalArgs {
    /// Work in this project folder
    #[arg(
        short = 'C',
        long = "directory",
        value_name = "DIR",
        default_value = ".",
        global = true
    )]
    pub(super) directory: Utf8PathBuf,
    /// When to use colours
    #[arg(long, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", global = true)]
    pub(super) color: Colour,
    /// Say only what was asked for and what went wrong
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more: a line for each request and why it is made; twice for debugging
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub(super) verbose: u8,
    /// How log lines on standard error look
    #[arg(long, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT", global = true)]
    pub(super) log_format: LogFormat,
    /// Log what requests and answers hold too: names of keys, numbers and words of the service, while
    /// secrets, names, addresses and all other texts stand as their length
    #[arg(long, global = true, conflicts_with = "quiet")]
    pub(super) log_bodies: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On terminals, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Start a project folder; asks which account it is for where no flag says so
    Init(InitArgs),
    /// Check the manifests without the account
    Validate(ValidateArgs),
    /// Show what apply would do
    Plan(PlanArgs),
    /// Do what the plan says
    Apply(ApplyArgs),
    /// List what was applied from this folder
    History(HistoryArgs),
    /// Write manifests for what is live
    Import(ImportArgs),
    /// Save the live account as one file
    Snapshot(SnapshotArgs),
    /// Test the connection to the account
    Check(CheckArgs),
    /// Serve the embedded Zendesk simulator on loopback
    Sandbox(SandboxArgs),
    /// Print the JSON Schema of a file
    Schema(SchemaArgs),
    /// Print shell completions
    Completions(CompletionsArgs),
    /// Print or write the man pages
    Man(ManArgs),
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("account"))]
pub(super) struct InitArgs {
    /// The account's subdomain: NAME in NAME.zendesk.com
    #[arg(long, value_name = "NAME", group = "account")]
    pub(super) subdomain: Option<String>,
    /// The account's address, where it is another one
    #[arg(long, value_name = "URL", group = "account")]
    pub(super) url: Option<String>,
    /// Work on the embedded simulator: no network, no credentials
    #[arg(long, group = "account")]
    pub(super) sandbox: bool,
    /// Whose CI is to validate and plan pull requests
    #[arg(long, value_enum, value_name = "CI")]
    pub(super) ci: Option<Ci>,
    /// The command by which a CI job installs zdsync, where it is not `cargo install --locked zdsync`
    #[arg(long, value_name = "COMMAND")]
    pub(super) install: Option<String>,
}

/// Where pull requests are planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Ci {
    /// GitHub Actions
    Github,
    /// GitLab CI
    Gitlab,
    /// Nowhere
    None,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// How to print the mistakes
    #[arg(long, value_enum, default_value_t = ValidateFormat::Human, value_name = "FORMAT")]
    pub(super) format: ValidateFormat,
    /// Judge grants as of this time, such as 2026-12-31T23:00:00Z, or the beginning of this day (UTC)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) at: Option<Timestamp>,
    /// Write the corrections that are certain into the manifests
    #[arg(long)]
    pub(super) fix: bool,
}

/// Output formats of `validate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ValidateFormat {
    /// Text with the lines underlined
    Human,
    /// JSON
    Json,
    /// Annotations for GitHub Actions
    Github,
    /// SARIF 2.1.0 for code scanning
    Sarif,
}

/// What `plan` and an `apply` that plans afresh have in common.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct PlanningArgs {
    /// Raise a removal limit for this plan, such as users=12; may be repeated
    #[arg(long, value_name = "KIND=COUNT", value_delimiter = ',', value_parser = parse_allowance)]
    pub(super) allow_removals: Vec<(Kind, u64)>,
    /// Plan only this address and what it needs, such as user/ada@example.com; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub(super) target: Vec<String>,
    /// Judge grants as of this time, such as 2026-12-31T23:00:00Z, or the beginning of this day (UTC)
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) at: Option<Timestamp>,
    /// Tell what was changed in the account since the apply of this receipt, or the newest of a folder of
    /// receipts [default: .zdsync/receipts]
    #[arg(long, value_name = "PATH")]
    pub(super) receipt: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) planning: PlanningArgs,
    /// How to print the plan
    #[arg(long, value_enum, default_value_t = PlanFormat::Human, value_name = "FORMAT")]
    pub(super) format: PlanFormat,
    /// Save the plan here, for `zdsync apply FILE`
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<Utf8PathBuf>,
    /// End with 2 when there are changes
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
    /// Show only who gains and loses what
    #[arg(long)]
    pub(super) only_access: bool,
    /// Plan against this file of `zdsync snapshot`, without any request and without credentials
    #[arg(long, value_name = "FILE")]
    pub(super) snapshot: Option<Utf8PathBuf>,
}

/// Output formats of `plan`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    /// Text for a terminal
    Human,
    /// JSON (see `zdsync schema plan`)
    Json,
    /// A comment for a pull request
    Markdown,
}

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    /// A plan saved with `zdsync plan --out`; without it, plan afresh
    #[arg(value_name = "PLAN")]
    pub(super) plan: Option<Utf8PathBuf>,
    #[command(flatten)]
    pub(super) planning: PlanningArgs,
    /// Do not ask
    #[arg(long)]
    pub(super) auto_approve: bool,
    /// Apply only if the plan has this digest; the reviewed plan counts as approved
    #[arg(long, value_name = "DIGEST")]
    pub(super) digest: Option<String>,
    /// Go on with the apply that was broken off in this folder, if nothing else has to be done
    #[arg(long, conflicts_with_all = ["plan", "allow_removals", "target", "at", "digest"])]
    pub(super) resume: bool,
    /// Do not read again afterwards what was changed
    #[arg(long)]
    pub(super) no_verify: bool,
    /// Refuse a plan that is expected to take more requests than this
    #[arg(long, value_name = "NUMBER")]
    pub(super) max_requests: Option<u64>,
    /// Give a background job up that makes no progress for this long
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = parse_patience)]
    pub(super) job_timeout: SignedDuration,
    /// Do this part first (a number of people, or an address) and read it again; where it holds, ask before the
    /// rest, or stop there with --auto-approve
    #[arg(long, value_name = "PART", conflicts_with_all = ["plan", "resume", "target", "no_verify"])]
    pub(super) canary: Option<Canary>,
    /// How to print progress and outcome
    #[arg(long, value_enum, default_value_t = ApplyFormat::Human, value_name = "FORMAT")]
    pub(super) format: ApplyFormat,
}

/// Output formats of `apply`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ApplyFormat {
    /// Text
    Human,
    /// One JSON event a line (see `zdsync schema events`)
    Json,
}

#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Only applies that changed something of this person
    #[arg(long, value_name = "EMAIL")]
    pub(super) user: Option<String>,
    /// Only applies that changed this address, such as group/Tier 1; may be repeated
    #[arg(long, value_name = "ADDRESS")]
    pub(super) address: Vec<String>,
    /// Only applies that began at this time or later, such as 2026-12-31T23:00:00Z or 2026-12-31
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) since: Option<Timestamp>,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = HistoryFormat::Human, value_name = "FORMAT")]
    pub(super) format: HistoryFormat,
}

/// Output formats of `history`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum HistoryFormat {
    /// Text
    Human,
    /// JSON
    Json,
    /// Comma-separated values, a row for each change
    Csv,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct ImportArgs {
    /// Write into this folder of the project; files that are there already are never overwritten, and
    /// with `--update` only the parts of them that are not as live
    #[arg(long, value_name = "DIR", default_value = "manifests")]
    pub(super) out: Utf8PathBuf,
    /// Declare end users too
    #[arg(long)]
    pub(super) all_users: bool,
    /// Declare only people in the scope of zdsync.yaml (manage.users.scope)
    #[arg(long)]
    pub(super) users_in_scope: bool,
    /// Declare only this part of the account; may be repeated
    ///
    /// A part is group:NAME, role:NAME, organization:NAME (that object and its people) or suspended (people
    /// who are). Parts of one sort add to each other, and every sort that is given must hold. What such
    /// people refer to beyond it is declared as `external`. With `new`, only what no manifest declares is
    /// taken; with `changed`, only what manifests declare otherwise than it is, which needs `--update`.
    #[arg(long, value_name = "PART", value_parser = str::parse::<Only>)]
    pub(super) only: Vec<Only>,
    /// Bring the manifests that are there up to what is live, in place
    ///
    /// Entries are added to the files of their groups and organizations, values and items of lists change
    /// where they stand, and entries of what is no longer live are taken out. Keys that an entry does not
    /// have are not added, for they are not managed. All comments stay. Nothing is written unless the plan of
    /// the result is empty.
    #[arg(long)]
    pub(super) update: bool,
    /// Write role and groups into everybody's own entry, without profiles for people who share them
    #[arg(long)]
    pub(super) no_profiles: bool,
    /// Take the account from this file of `zdsync snapshot`
    #[arg(long, value_name = "FILE")]
    pub(super) snapshot: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SnapshotArgs {
    /// Write to this file, which only its owner can read, compressed where its name ends in .zst or
    /// .gz; without it, print
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<Utf8PathBuf>,
    /// Replace personal values by salted hashes
    ///
    /// Replaced are names of people, e-mail addresses and mail domains, telephone numbers, notes,
    /// details, signatures, aliases, external ids and texts in custom fields. Names and descriptions of
    /// groups and roles, names of organizations, tags and Zendesk's numbers stay. The salt is in the
    /// file, so that `plan --snapshot` finds the manifests' values again: who holds the file and guesses a value can
    /// confirm the guess. E-mail addresses follow from names, mail domains are known, and telephone and
    /// personnel numbers can be tried one by one: give the file only to those who may know these.
    #[arg(long)]
    pub(super) redact: bool,
    /// Leave end users out
    #[arg(long)]
    pub(super) staff: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = CheckFormat::Human, value_name = "FORMAT")]
    pub(super) format: CheckFormat,
}

/// Output formats of `check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    /// Text
    Human,
    /// JSON
    Json,
}

#[derive(Debug, Args)]
pub(super) struct SandboxArgs {
    /// Forget the state kept for this project's embedded sandbox; the next command starts from its seed
    #[arg(long, exclusive = true)]
    pub(super) reset: bool,
    /// Serve on this loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4010")]
    pub(super) listen: SocketAddr,
    /// Start from this account file; without it, from an account with nobody but its owner
    #[arg(long, value_name = "FILE")]
    pub(super) seed: Option<Utf8PathBuf>,
    /// Start from a made-up account of this size, such as users=10000,agents=800
    #[arg(long, value_name = "SIZE", conflicts_with = "seed")]
    pub(super) generate: Option<Size>,
    /// Where made-up accounts and faults by chance start; the same number gives the same
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(super) random_seed: u64,
    /// Keep the state in this file, and start from it where it exists
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<Utf8PathBuf>,
    /// Requests a minute for the whole account
    #[arg(long, value_name = "NUMBER")]
    pub(super) rpm: Option<u32>,
    /// How long every answer takes, such as 50ms
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = parse_duration)]
    pub(super) latency: Duration,
    /// How long a minute lasts for the limits, such as 2s
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = parse_duration)]
    pub(super) window: Duration,
    /// Lift all limits
    #[arg(long)]
    pub(super) no_limits: bool,
    /// Open the bulk creation of users, which accounts have only on request
    #[arg(long)]
    pub(super) bulk_import: bool,
    /// Paid seats
    #[arg(long, value_name = "NUMBER")]
    pub(super) seats: Option<u32>,
    /// Behave the other way on a point nobody has confirmed, such as keep-last-group; may be repeated
    #[arg(long, value_name = "SWITCH")]
    pub(super) switch: Vec<Switch>,
    /// Take this credential and no other, such as "client olga@example.com zdsync its-secret read write";
    /// may be repeated
    #[arg(long, value_name = "CREDENTIAL")]
    pub(super) credential: Vec<Credential>,
    /// How long the tokens last that it issues, such as 30m; without it they have no end
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(super) token_lifetime: Option<Duration>,
    /// Make something go wrong, such as "POST /groups #1 = drop-after"; may be repeated
    #[arg(long, value_name = "FAULT")]
    pub(super) fault: Vec<Fault>,
    /// Make go wrong what this YAML file lists under `faults`
    #[arg(long, value_name = "FILE")]
    pub(super) faults: Option<Utf8PathBuf>,
    /// Write a JSON line for each request to this file, without secrets and bodies
    #[arg(long, value_name = "FILE")]
    pub(super) log: Option<Utf8PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which schema; without it, list them
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write one page for each subcommand into this folder; without it, print the main page
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<Utf8PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
