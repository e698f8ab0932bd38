//! Languages.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::index::Context;
use crate::diag::{Code, Place, Source};
use crate::manifest::{RuleLevel, Values};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD036"),
    title: "not a language",
    level: RuleLevel::Error,
    enforced: false,
    why: "`locale` is a language tag such as `en-US`, `de` or `zh-TW`: a language of two or three \
          letters and perhaps a region or script, joined by hyphens.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    locale: en_US\n",
    good: "users:\n  - email: ada@example.com\n    locale: en-US\n",
    source: "Zendesk's reference, Users: `locale` is BCP 47.",
    checks: &[Check::Values(check)],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    let Some(locale) = values.locale.get().filter(|locale| !is_locale(locale)) else {
        return;
    };
    let hyphens = locale.value.trim().replace('_', "-");
    let finding = found
        .new_finding(format!("`{}` is not a language", locale.value))
        .at(Place::new(source, locale.span), "not a language tag");
    found.push(if is_locale(&hyphens) {
        finding
            .help(format!("write `{hyphens}`"))
            .replace_with(hyphens)
    } else {
        finding.help("write a tag such as `en-US`, `de` or `zh-TW`")
    });
}

fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    (2..=3).contains(&language.len())
        && letters(language)
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}
