//! What `zdsync check` finds out: who is calling, what the account can do, and what is missing.

use super::join::{account, who};
use crate::api::{AccountSettings, Error, Listing, Reader, RoleRecord, UserRecord};
use crate::model::{Account, Caller, UserRole};

/// Who is calling, what the account can do, and what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The account, with the fingerprint to pin; where the groups cannot be read it ends in `none`.
    pub account: Account,
    /// Who is calling.
    pub caller: Caller,
    /// The caller's role: `end-user`, `agent`, `admin` or the name of a custom role.
    pub role: String,
    /// What kind of credential is used.
    pub credential: &'static str,
    /// The scopes of the OAuth token, where the service tells.
    pub scopes: Option<Vec<String>>,
    /// What the account's plan has, in a fixed order.
    pub features: Vec<Feature>,
    /// Requests the account allows in a minute, where it says so.
    pub rate_limit: Option<u64>,
    /// What was left of them after the check.
    pub rate_remaining: Option<u64>,
    /// What stands in the way, the worst first.
    pub findings: Vec<Finding>,
    /// How many requests the check took.
    pub requests: u64,
}

/// Something an account may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feature {
    /// A stable name in snake case.
    pub name: &'static str,
    /// Whether the account has it; `None` where that cannot be known without changing something.
    pub available: Option<bool>,
    /// What it means for zdsync, for people.
    pub note: &'static str,
}

/// Something that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A stable name in snake case.
    pub code: &'static str,
    /// Whether nothing can be planned because of it; otherwise only applying, or a part, is hindered.
    pub blocks_planning: bool,
    /// What is wrong; starts in lower case, no full stop.
    pub message: String,
    /// The next step.
    pub help: String,
}

impl Check {
    /// Says whether plans can be made and applied with this credential.
    pub fn is_ready(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Tests the connection. Costs one request for each 100 groups and up to five more.
///
/// # Errors
/// When the caller cannot be known: the account cannot be reached, or does not accept the credential.
/// Everything that is refused after that becomes a finding.
pub async fn check(reader: &Reader) -> Result<Check, Error> {
    let client = reader.client();
    let before = client.requests();
    let caller = reader.me().await?;
    let mut findings = Vec::new();
    let settings = finding(&mut findings, "account settings", reader.settings().await)?;
    let groups = finding(&mut findings, "groups", reader.groups().await)?;
    let roles = finding(&mut findings, "custom roles", reader.roles().await)?;
    let audit_log = reader.has_audit_log().await?;
    let scopes = reader.token_scopes().await?;
    let default_group = groups.and_then(|groups| {
        let default = groups
            .items
            .into_iter()
            .find(|group| group.marks.account_default);
        default.map(|group| group.id)
    });
    let custom_roles = roles.flatten();
    let role = role_name(&caller, custom_roles.as_ref());
    findings.extend(missing_scope(scopes.as_deref()));
    findings.extend(missing_right(&caller, &role));
    findings.sort_by_key(|finding| !finding.blocks_planning);
    Ok(Check {
        account: account(client, default_group),
        caller: who(&caller),
        role,
        credential: client.credential(),
        scopes,
        features: features(settings.as_ref(), custom_roles.is_some(), audit_log),
        rate_limit: client.rate_limit(),
        rate_remaining: client.rate_remaining(),
        findings,
        requests: client.requests() - before,
    })
}

/// Turns a refusal into a finding; other errors end the check.
fn finding<T>(
    findings: &mut Vec<Finding>,
    what: &str,
    read: Result<T, Error>,
) -> Result<Option<T>, Error> {
    let error = match read {
        Ok(value) => return Ok(Some(value)),
        Err(error) if error.is_forbidden() || error.is_not_found() => error,
        Err(error) => return Err(error),
    };
    let message = match error.missing_scopes() {
        Some(scopes) => format!("the {what} cannot be read: the scope `{scopes}` is missing"),
        None => format!("the {what} cannot be read: {error}"),
    };
    findings.push(Finding {
        code: "cannot_read",
        blocks_planning: true,
        message,
        help: error.hint().unwrap_or_default(),
    });
    Ok(None)
}

fn role_name(caller: &UserRecord, roles: Option<&Listing<RoleRecord>>) -> String {
    match caller.user.role {
        Some(UserRole::Admin) => "admin".to_owned(),
        Some(UserRole::Agent | UserRole::Named(_)) => roles
            .into_iter()
            .flat_map(|roles| &roles.items)
            .find(|role| Some(role.id) == caller.custom_role)
            .map_or_else(|| "agent".to_owned(), |role| role.role.name.to_string()),
        Some(UserRole::EndUser) | None => "end-user".to_owned(),
    }
}

/// No narrower scopes open everything zdsync reads and writes (zendesk-api §1.4).
fn missing_scope(scopes: Option<&[String]>) -> Option<Finding> {
    let scopes = scopes?;
    let has = |wanted: &str| scopes.iter().any(|scope| scope == wanted);
    let missing = if !has("read") {
        "read"
    } else if !has("write") {
        "write"
    } else {
        return None;
    };
    Some(Finding {
        code: "missing_scope",
        blocks_planning: missing == "read",
        message: format!(
            "the token has no scope `{missing}`: it has `{}`",
            scopes.join(" ")
        ),
        help: "give the OAuth client the scopes `read write`; `read` alone is enough to plan"
            .to_owned(),
    })
}

fn missing_right(caller: &UserRecord, role: &str) -> Option<Finding> {
    let (blocks_planning, message) = match caller.user.role {
        Some(UserRole::Admin) => return None,
        Some(UserRole::Agent | UserRole::Named(_)) if caller.restricted => (
            true,
            format!(
                "the caller is an agent (`{role}`) who sees only some people and organizations"
            ),
        ),
        Some(UserRole::Agent | UserRole::Named(_)) => (
            false,
            format!("the caller is an agent (`{role}`), who may not change everything"),
        ),
        Some(UserRole::EndUser) | None => (true, "the caller is an end user".to_owned()),
    };
    Some(Finding {
        code: "missing_right",
        blocks_planning,
        message,
        help: "use the credential of an administrator".to_owned(),
    })
}

fn features(
    settings: Option<&AccountSettings>,
    custom_roles: bool,
    audit_log: bool,
) -> Vec<Feature> {
    let setting = |read: fn(&AccountSettings) -> bool| settings.map(read);
    vec![
        Feature {
            name: "custom_roles",
            available: Some(custom_roles),
            note: "roles can be managed, and agents can hold them",
        },
        Feature {
            name: "multiple_organizations",
            available: setting(|settings| settings.multiple_organizations),
            note: "people can belong to several organizations",
        },
        Feature {
            name: "light_agents",
            available: setting(|settings| settings.light_agents),
            note: "agents can have a role that takes no seat",
        },
        Feature {
            name: "unique_group_names",
            available: setting(|settings| settings.unique_group_names),
            note: "the service itself refuses a second group of the same name",
        },
        Feature {
            name: "user_tags",
            available: setting(|settings| settings.user_tags),
            note: "people can carry tags",
        },
        Feature {
            name: "bulk_import",
            available: None,
            note: "many people can be created by one job; Zendesk switches it on when asked, and only trying tells",
        },
        Feature {
            name: "audit_log",
            available: Some(audit_log),
            note: "who changed what can be looked up",
        },
    ]
}
