//! The pages of what is found while files are read. None of it can be switched off.

use super::Rule;
use crate::diag::Code;
use crate::manifest::{RuleLevel, codes};

const fn rule(
    code: Code,
    title: &'static str,
    why: &'static str,
    bad: &'static str,
    good: &'static str,
) -> Rule {
    Rule {
        code,
        title,
        level: RuleLevel::Error,
        enforced: true,
        why,
        config: "",
        bad,
        good,
        source: "zdsync's own rule.",
        checks: &[],
    }
}

pub(super) static UNREADABLE: Rule = rule(
    codes::UNREADABLE,
    "a file cannot be read",
    "Every file that the configuration leads to counts: a plan made without one of them would remove \
     what it declares. Files must exist, be regular files of at most 128 MB, be readable and be UTF-8 \
     text; links may not lead in circles.",
    "",
    "",
);

pub(super) static NOTHING_DECLARED: Rule = rule(
    codes::NOTHING_DECLARED,
    "nothing is declared",
    "A pattern without files, or a file without declarations, is more often an accident than a wish, \
     and the accident would take everything away that was declared there.",
    "# users:\n#   - email: ada@example.com\n",
    "users:\n  - email: ada@example.com\n",
);

pub(super) static SYNTAX: Rule = rule(
    codes::SYNTAX,
    "not YAML",
    "The file is not valid YAML 1.2. The parser stops at the first such mistake of a file.",
    "groups: [Tier 1\n",
    "groups: []\n",
);

pub(super) static DUPLICATE_KEY: Rule = rule(
    codes::DUPLICATE_KEY,
    "a key stands twice",
    "A key may stand in a mapping once. Many programs let the last one win in silence; here that could \
     take away access that the first one gives.",
    "users:\n  - email: ada@example.com\n    tags: [vip]\n    tags: []\n",
    "users:\n  - email: ada@example.com\n    tags: [vip]\n",
);

pub(super) static UNKNOWN_KEY: Rule = rule(
    codes::UNKNOWN_KEY,
    "a key means nothing here",
    "Keys that are not known are refused: a misspelt key would otherwise leave something unmanaged \
     that people believe to be managed.",
    "groups:\n  - name: Tier 1\n    discription: First line\n",
    "groups:\n  - name: Tier 1\n    description: First line\n",
);

pub(super) static WRONG_VALUE: Rule = rule(
    codes::WRONG_VALUE,
    "a value of the wrong type",
    "The value is of another type than its key wants, or none of the words allowed. `yes`, `no`, `on` \
     and `off` are text, as YAML 1.2 has it: switches are `true` and `false`.",
    "groups:\n  - name: Tier 1\n    is_public: yes\n",
    "groups:\n  - name: Tier 1\n    is_public: true\n",
);

pub(super) static MISSING_KEY: Rule = rule(
    codes::MISSING_KEY,
    "a key is missing",
    "Every entry needs what names it: `name`, or for people `email` or `external_id`.",
    "groups:\n  - description: First line\n",
    "groups:\n  - name: Tier 1\n    description: First line\n",
);

pub(super) static BLANK_LIST: Rule = rule(
    codes::BLANK_LIST,
    "a list with nothing after its key",
    "A key with nothing after it is never taken for an empty list, because an empty list takes \
     everything away. Write `[]` to remove all, or delete the key to leave them alone.",
    "users:\n  - email: ada@example.com\n    groups:\n",
    "users:\n  - email: ada@example.com\n    groups: []\n",
);

pub(super) static LIMITS: Rule = rule(
    codes::LIMITS,
    "a file unfolds beyond all reason",
    "Aliases may repeat what an anchor names, and values may be nested, within bounds that no honest \
     file reaches.",
    "",
    "",
);

pub(super) static CONFIGURATION: Rule = rule(
    codes::CONFIGURATION,
    "the configuration contradicts itself",
    "`zdsync.yaml` names exactly one account, removes undeclared people only within a scope, and holds \
     addresses, shares and patterns that can be understood.",
    "account:\n  subdomain: acme\n  sandbox: account.yaml\n",
    "account:\n  subdomain: acme\n",
);
