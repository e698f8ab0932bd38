//! E-mail addresses.

use super::{Check, Found, Rule, is_domain};
use crate::desired::entry::Placed;
use crate::desired::index::Context;
use crate::desired::person::Person;
use crate::diag::Code;
use crate::manifest::{RuleLevel, Text};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD030"),
    title: "not an e-mail address",
    level: RuleLevel::Error,
    enforced: true,
    why: "Zendesk refuses an address that is not properly formatted: something before an `@`, and a \
          domain after it.",
    config: "",
    bad: "users:\n  - email: ada@example\n",
    good: "users:\n  - email: ada@example.com\n",
    source: "Zendesk answers 422, \"Email: … is not properly formatted\".",
    checks: &[Check::Person(check)],
};

fn check(_: &Context<'_>, person: &Person<'_>, found: &mut Found<'_>) {
    let own = person.entry.value;
    let email = own.email.get().into_iter();
    let earlier = own.previously.get().into_iter().flat_map(|all| &all.value);
    for address in email.chain(earlier) {
        let address: Placed<'_, Text> = person.entry.placed(address);
        // An earlier name of a person without an address may be an external id.
        let by_id = !own.email.is_given();
        if by_id || is_email(address.value.trim()) {
            continue;
        }
        let bare = address.value.trim();
        let bare = bare.strip_prefix("mailto:").unwrap_or(bare);
        let bare = bare
            .strip_prefix('<')
            .and_then(|bare| bare.strip_suffix('>'))
            .unwrap_or(bare);
        let mut finding = found
            .new_finding(format!("`{}` is not an e-mail address", address.value))
            .at(address.place(), "Zendesk refuses it");
        finding = if is_email(bare) {
            finding.help(format!("write `{bare}`")).replace_with(bare)
        } else if !bare.contains('@') {
            finding.help("write the whole address, such as `ada@example.com`")
        } else {
            finding.help("look at what stands before and after the `@`")
        };
        found.push(finding);
    }
}

pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let wrong = |character: char| {
        character.is_whitespace() || character.is_control() || "@,;:<>()[]\\\"".contains(character)
    };
    !local.is_empty()
        && local.len() <= 64
        && !local.contains(wrong)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && is_domain(domain)
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn addresses_are_told_from_what_only_looks_like_one() {
        for (text, expected) in [
            ("ada@example.com", true),
            ("ada.l+tickets@mail.example.co.uk", true),
            ("o'hara@example.com", true),
            ("ada@bücher.example", true),
            ("ada", false),
            ("ada@", false),
            ("@example.com", false),
            ("ada@example", false),
            ("ada@example..com", false),
            ("ada@-example.com", false),
            ("ada lovelace@example.com", false),
            ("ada@b@example.com", false),
            ("ada.@example.com", false),
        ] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }
}
