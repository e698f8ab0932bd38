//! Mail domains.

use super::email::is_email;
use super::{Check, Found, Rule, is_domain};
use crate::desired::entry::Entry;
use crate::desired::index::Context;
use crate::diag::Code;
use crate::manifest::{OrganizationEntry, RuleLevel};
use crate::model::Name;

pub(super) static RULE: Rule = Rule {
    code: Code("ZD071"),
    title: "not a mail domain",
    level: RuleLevel::Error,
    enforced: false,
    why: "`domain_names` holds domains such as `globex.example`, or whole addresses for single people: \
          neither an `@` before a domain nor a web address.",
    config: "",
    bad: "organizations:\n  - name: Globex\n    domain_names: ['@globex.example']\n",
    good: "organizations:\n  - name: Globex\n    domain_names: [globex.example]\n",
    source: "Zendesk's reference, Organizations.",
    checks: &[Check::Organization(check)],
};

fn check(_: &Context<'_>, _: &Name, entry: &Entry<'_, OrganizationEntry>, found: &mut Found<'_>) {
    let all = entry.value.domain_names.get();
    for domain in all.into_iter().flat_map(|all| &all.value) {
        let text = domain.value.trim();
        if is_domain(text) || is_email(text) {
            continue;
        }
        let bare = text
            .trim_start_matches("https://")
            .trim_start_matches("http://")
            .trim_start_matches("www.")
            .trim_start_matches('@');
        let bare = bare.split('/').next().unwrap_or(bare);
        let finding = found
            .new_finding(format!("`{}` is not a mail domain", domain.value))
            .at(entry.placed(domain).place(), "not a domain");
        found.push(if is_domain(bare) {
            finding.help(format!("write `{bare}`")).replace_with(bare)
        } else {
            finding.help("write a domain such as `globex.example`")
        });
    }
}
