//! All structural mistakes of a file at once.
//!
//! The typed reading stops at its first mistake. Where it failed, the file is read again as a tree,
//! and the tree is held against the very schema that editors use, so that both say the same.

use std::sync::Arc;

use serde_json::Value;

use super::codes;
use super::tree::{Node, Shape};
use super::yaml::Sp;
use crate::diag::{Diagnostic, Diagnostics, Place, Source, Span, nearest};

/// Holds a document against a schema.
pub(super) struct Check<'a> {
    source: &'a Arc<Source>,
    root: &'a Value,
    found: Diagnostics,
}

impl<'a> Check<'a> {
    /// Prepares to check documents of `source` against the schema `root`.
    pub(super) const fn new(source: &'a Arc<Source>, root: &'a Value) -> Self {
        Self {
            source,
            root,
            found: Diagnostics::new(),
        }
    }

    /// The mistakes found in one document.
    pub(super) fn document(mut self, node: &Node) -> Diagnostics {
        self.node(node, self.root, "the document");
        self.found
    }

    fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    fn resolved(&self, schema: &'a Value) -> &'a Value {
        schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.strip_prefix('#'))
            .and_then(|pointer| self.root.pointer(pointer))
            .unwrap_or(schema)
    }

    /// Checks `node`, which people know as `name`.
    fn node(&mut self, node: &Node, schema: &'a Value, name: &str) {
        let schema = self.resolved(schema);
        if let Some(words) = words(schema) {
            return self.word(node, &words, name);
        }
        if let Some(forms) = forms(schema) {
            let fitting = forms.iter().find(|form| accepts(self.resolved(form), node));
            return match fitting {
                Some(form) => self.node(node, form, name),
                None => self.wrong_type(node, schema, name),
            };
        }
        if !accepts(schema, node) {
            return self.wrong_type(node, schema, name);
        }
        match &node.shape {
            Shape::Map(entries) => self.map(node, entries, schema),
            Shape::List(items) => {
                let nothing = &Value::Bool(true);
                let of = schema.get("items").unwrap_or(nothing);
                let name = format!("an item of {name}");
                for item in items {
                    self.node(item, of, &name);
                }
            }
            Shape::Integer => self.bounds(node, schema, name),
            Shape::Null | Shape::Bool | Shape::Float | Shape::Text(_) => {}
        }
    }

    /// Holds a number against the least and the most that the schema allows.
    fn bounds(&mut self, node: &Node, schema: &Value, name: &str) {
        let Ok(number) = self.source.slice(node.span).parse::<i128>() else {
            return;
        };
        let bound = |key: &str| schema.get(key).and_then(Value::as_i64).map(i128::from);
        let (least, most) = (bound("minimum"), bound("maximum"));
        let fault = match (least, most) {
            (Some(least), _) if number < least => format!("at least {least}"),
            (_, Some(most)) if number > most => format!("at most {most}"),
            (_, _) => return,
        };
        let message = format!("{name} must be {fault}");
        let found = Diagnostic::error(codes::WRONG_VALUE, message);
        let description = schema.get("description").and_then(Value::as_str);
        self.found.push(
            found
                .at(self.place(node.span), "out of bounds")
                .maybe_help(description.map(str::to_owned)),
        );
    }

    fn map(&mut self, node: &Node, entries: &[(Sp<String>, Node)], schema: &'a Value) {
        self.repeated(entries);
        let properties = schema.get("properties").and_then(Value::as_object);
        let others = schema.get("additionalProperties");
        let mut meant = Vec::new();
        for (key, value) in entries {
            let known = properties.and_then(|all| all.get(&key.value));
            match (known, others) {
                (Some(schema), _) => self.node(value, schema, &format!("`{}`", key.value)),
                (None, Some(Value::Bool(false))) => {
                    meant.extend(self.unknown_key(key, entries, properties));
                }
                (None, others) => {
                    let schema = others.unwrap_or(&Value::Bool(true));
                    self.node(value, schema, &format!("`{}`", key.value));
                }
            }
        }
        self.missing(node, (entries, &meant), schema);
    }

    fn repeated(&mut self, entries: &[(Sp<String>, Node)]) {
        for (index, (key, _)) in entries.iter().enumerate() {
            let earlier = entries[..index]
                .iter()
                .find(|(other, _)| other.value == key.value);
            if let Some((first, _)) = earlier {
                self.found.push(
                    Diagnostic::error(
                        codes::DUPLICATE_KEY,
                        format!("the key `{}` stands here twice", key.value),
                    )
                    .at(self.place(key.span), "again here")
                    .related("first written here", self.place(first.span))
                    .help("keep one of them: which of the two would hold is not defined"),
                );
            }
        }
    }

    /// Tells of a key that is not known; gives the one that seems to be meant.
    fn unknown_key(
        &mut self,
        key: &Sp<String>,
        entries: &[(Sp<String>, Node)],
        properties: Option<&'a serde_json::Map<String, Value>>,
    ) -> Option<&'a str> {
        let free: Vec<&'a str> = properties
            .into_iter()
            .flat_map(serde_json::Map::keys)
            .map(String::as_str)
            .filter(|known| entries.iter().all(|(other, _)| other.value != **known))
            .collect();
        let meant = nearest(&key.value, free.iter().copied());
        let mut found = Diagnostic::error(
            codes::UNKNOWN_KEY,
            format!("the key `{}` means nothing here", key.value),
        )
        .at(self.place(key.span), "unknown key");
        found = match meant {
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None if free.is_empty() => found.help("delete it"),
            None => found.help(format!("known here: {}", listed(&free))),
        };
        // A slip of case or punctuation leaves no doubt; another letter might.
        let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
        if let Some(meant) = meant.filter(|meant| plain(meant) == plain(&key.value)) {
            found = found.replace_with(meant);
        }
        self.found.push(found);
        meant
    }

    /// Says which keys are not there. One that is `meant` by a misspelt key counts as there.
    fn missing(
        &mut self,
        node: &Node,
        (entries, meant): (&[(Sp<String>, Node)], &[&str]),
        schema: &Value,
    ) {
        let has =
            |key: &str| meant.contains(&key) || entries.iter().any(|(other, _)| other.value == key);
        let required = |schema: &Value| -> Vec<String> {
            let keys = schema.get("required").and_then(Value::as_array);
            keys.into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        };
        // The first character of a mapping says little: its first key says more.
        let place = entries.first().map_or(node.span, |(key, _)| key.span);
        for key in required(schema).into_iter().filter(|key| !has(key)) {
            self.found.push(
                Diagnostic::error(codes::MISSING_KEY, format!("the key `{key}` is missing"))
                    .at(self.place(place), "in this entry")
                    .help(format!("add `{key}:`")),
            );
        }
        for (keyword, only_one) in [("anyOf", false), ("oneOf", true)] {
            let Some(choices) = schema.get(keyword).and_then(Value::as_array) else {
                continue;
            };
            let keys: Vec<String> = choices.iter().flat_map(&required).collect();
            let given = keys.iter().filter(|key| has(key)).count();
            let names: Vec<&str> = keys.iter().map(String::as_str).collect();
            if given == 0 && !keys.is_empty() {
                let message = format!("one of {} is missing", listed(&names));
                self.found.push(
                    Diagnostic::error(codes::MISSING_KEY, message)
                        .at(self.place(place), "in this entry"),
                );
            } else if only_one && given > 1 {
                let message = format!("only one of {} may be given", listed(&names));
                self.found.push(
                    Diagnostic::error(codes::CONFIGURATION, message)
                        .at(self.place(place), "in this entry")
                        .help("keep the one that holds and delete the others"),
                );
            }
        }
    }

    fn word(&mut self, node: &Node, words: &[&str], name: &str) {
        let Some(text) = node.text() else {
            let message = format!("{name} must be one of {}", listed(words));
            self.found
                .push(Diagnostic::error(codes::WRONG_VALUE, message).at(
                    self.place(node.span),
                    format!("this is {}", node.shape.word()),
                ));
            return;
        };
        if words.contains(&text) {
            return;
        }
        let found = Diagnostic::error(codes::WRONG_VALUE, format!("{name} cannot be `{text}`"))
            .at(self.place(node.span), "not one of the values allowed");
        self.found.push(match nearest(text, words.iter().copied()) {
            Some(meant) if meant.eq_ignore_ascii_case(text) => {
                found.help(format!("write `{meant}`")).replace_with(meant)
            }
            Some(meant) => found.help(format!("did you mean `{meant}`?")),
            None => found.help(format!("write one of {}", listed(words))),
        });
    }

    fn wrong_type(&mut self, node: &Node, schema: &Value, name: &str) {
        let wanted = self.wanted(schema);
        if matches!(node.shape, Shape::Null) && wanted.contains(&"a list") {
            self.found.push(
                Diagnostic::error(codes::BLANK_LIST, format!("{name} has nothing after it"))
                    .at(self.place(node.span), "a list is missing here")
                    .help("write [] to remove all, or delete the key to leave them alone"),
            );
            return;
        }
        let message = format!(
            "{name} must be {}, not {}",
            wanted.join(" or "),
            node.shape.word()
        );
        let found = Diagnostic::error(codes::WRONG_VALUE, message).at(
            self.place(node.span),
            format!("this is {}", node.shape.word()),
        );
        let word = node.text().map(str::to_lowercase);
        let switch = match word.as_deref() {
            Some("yes" | "on" | "y" | "true") => Some("true"),
            Some("no" | "off" | "n" | "false") => Some("false"),
            Some(_) | None => None,
        };
        let description = schema.get("description").and_then(Value::as_str);
        self.found.push(match (switch, wanted.as_slice()) {
            (Some(switch), ["`true` or `false`"]) => {
                found.help(format!("write `{switch}`")).replace_with(switch)
            }
            (_, wanted) if wanted.contains(&"a list") => {
                found.help("write it as a list: `- …` on a line of its own, or in brackets")
            }
            (_, _) if matches!(node.shape, Shape::Null) => {
                found.help("write a value, or delete the key")
            }
            (_, _) => found.maybe_help(description.map(str::to_owned)),
        });
    }

    /// What the schema wants, in words, without `null` where there is anything else.
    fn wanted(&self, schema: &'a Value) -> Vec<&'static str> {
        let mut wanted = Vec::new();
        if let Some(forms) = forms(schema) {
            for form in forms {
                wanted.extend(self.wanted(self.resolved(form)));
            }
        }
        wanted.extend(types(schema).filter_map(|kind| match kind {
            "boolean" => Some("`true` or `false`"),
            "integer" => Some("a whole number"),
            "number" => Some("a number"),
            "string" => Some("text"),
            "array" => Some("a list"),
            "object" => Some("a mapping"),
            _ => None,
        }));
        wanted.dedup();
        if wanted.is_empty() {
            wanted.push("something else");
        }
        wanted
    }
}

fn types(schema: &Value) -> impl Iterator<Item = &str> {
    let kind = schema.get("type");
    let one = kind.and_then(Value::as_str);
    let many = kind.and_then(Value::as_array);
    one.into_iter()
        .chain(many.into_iter().flatten().filter_map(Value::as_str))
}

/// Says whether the schema's type lets this value in. Where it wants text, any scalar will do, as it
/// does when the file is read.
fn accepts(schema: &Value, node: &Node) -> bool {
    let own = node.shape.json_type();
    let mut any = true;
    for wanted in types(schema) {
        any = false;
        let fits = wanted == own
            || (wanted == "number" && own == "integer")
            || (wanted == "string" && node.shape.is_scalar());
        if fits {
            return true;
        }
    }
    any
}

/// The allowed words, where the schema is a choice of words.
fn words(schema: &Value) -> Option<Vec<&str>> {
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return words.iter().map(Value::as_str).collect();
    }
    let choices = schema.get("oneOf").and_then(Value::as_array)?;
    choices
        .iter()
        .map(|choice| choice.get("const").and_then(Value::as_str))
        .collect()
}

/// The forms a value may take, where the schema is a choice of forms.
fn forms(schema: &Value) -> Option<&[Value]> {
    let forms = schema.get("anyOf").and_then(Value::as_array)?;
    let is_form = |form: &Value| form.get("type").is_some() || form.get("$ref").is_some();
    forms.iter().all(is_form).then_some(forms.as_slice())
}

fn listed(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}
