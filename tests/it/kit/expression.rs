//! The expressions of GitHub's workflows, as far as the kit uses them.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where a workflow is beyond it"
)]

use serde_json::Value;

/// A text with every `${{ … }}` in it replaced by its value.
pub(super) fn filled(text: &str, context: &Value) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").unwrap();
        shown.push_str(before);
        shown.push_str(&written(&evaluate(expression, context)));
        rest = after;
    }
    shown + rest
}

/// Says whether a condition holds. Only one that asks `always()` may hold after a failure.
pub(super) fn holds(condition: &Value, failed: bool, context: &Value) -> bool {
    let condition = condition.as_str().unwrap_or("true");
    let unconditional = condition.contains("always()") || condition.contains("cancelled()");
    (!failed || unconditional) && truthy(&evaluate(condition, context))
}

fn evaluate(expression: &str, context: &Value) -> Value {
    let mut parser = Parser {
        words: words(expression),
        at: 0,
        context,
    };
    let value = parser.or();
    assert_eq!(parser.at, parser.words.len(), "{expression}");
    value
}

/// Operators, texts in quotes, and names with their dots.
fn words(expression: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut letters = expression.chars().peekable();
    while let Some(letter) = letters.next() {
        let mut word = letter.to_string();
        match letter {
            ' ' => continue,
            '\'' => {
                while let Some(letter) = letters.next_if(|letter| *letter != '\'') {
                    word.push(letter);
                }
                letters.next();
            }
            '(' | ')' | ',' => {}
            '|' | '&' | '=' | '!' => {
                let double = |next: &char| *next == if letter == '!' { '=' } else { letter };
                word.extend(letters.next_if(double));
            }
            _ => {
                let named = |letter: &char| letter.is_alphanumeric() || "._-".contains(*letter);
                while let Some(letter) = letters.next_if(named) {
                    word.push(letter);
                }
            }
        }
        words.push(word);
    }
    words
}

struct Parser<'a> {
    words: Vec<String>,
    at: usize,
    context: &'a Value,
}

impl Parser<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let there = self.words.get(self.at).is_some_and(|next| next == word);
        self.at += usize::from(there);
        there
    }

    fn or(&mut self) -> Value {
        let mut value = self.and();
        while self.takes("||") {
            let other = self.and();
            value = if truthy(&value) { value } else { other };
        }
        value
    }

    fn and(&mut self) -> Value {
        let mut value = self.equal();
        while self.takes("&&") {
            let other = self.equal();
            value = if truthy(&value) { other } else { value };
        }
        value
    }

    fn equal(&mut self) -> Value {
        let value = self.single();
        if self.takes("==") {
            return same(&value, &self.single()).into();
        }
        if self.takes("!=") {
            return (!same(&value, &self.single())).into();
        }
        value
    }

    fn single(&mut self) -> Value {
        if self.takes("!") {
            return (!truthy(&self.single())).into();
        }
        if self.takes("(") {
            let value = self.or();
            assert!(self.takes(")"));
            return value;
        }
        let word = self.words[self.at].clone();
        self.at += 1;
        if let Some(text) = word.strip_prefix('\'') {
            return text.into();
        }
        if self.takes("(") {
            return self.call(&word);
        }
        if let "true" | "false" = word.as_str() {
            return (word == "true").into();
        }
        let parts = word.split('.');
        parts.fold(self.context.clone(), |value, part| value[part].clone())
    }

    fn call(&mut self, name: &str) -> Value {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            arguments.push(self.or());
            self.takes(",");
        }
        match name {
            "always" => true.into(),
            "cancelled" => false.into(),
            "format" => written(&arguments[0])
                .replace("{0}", &written(&arguments[1]))
                .into(),
            _ => panic!("what is {name}()?"),
        }
    }
}

fn truthy(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Bool(false)) && value != "" && value != 0
}

/// As GitHub compares: values of different types by their numbers.
fn same(one: &Value, other: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Null => 0.0,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Number(value) => value.as_f64().unwrap(),
        Value::String(text) if text.is_empty() => 0.0,
        Value::String(text) => text.parse().unwrap_or(f64::NAN),
        Value::Array(_) | Value::Object(_) => f64::NAN,
    };
    let alike = std::mem::discriminant(one) == std::mem::discriminant(other);
    one == other || (!alike && (number(one) - number(other)).abs() < f64::EPSILON)
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[test]
fn expressions_mean_what_they_mean_to_github() {
    let context = serde_json::json!({
        "inputs": { "a": "true", "b": "" }, "github": { "event": { "number": 7 } }, "steps": { "x-y": { "n": "v" } },
    });
    for (text, expected) in [
        ("-${{ inputs.a }}-${{ steps.x-y.n }}-", "-true-v-"),
        ("${{ inputs.a == 'true' && inputs.b != '' }}", "false"),
        ("${{ inputs.b || 'else' }}", "else"),
        ("${{ inputs.b != '' && 'x' || inputs.a }}", "true"),
        ("${{ github.event.number != '' }}", "true"),
        ("${{ github.event.none.number != '' }}", "false"),
        ("${{ format('{0}/z', inputs.a) }}", "true/z"),
        ("${{ !(inputs.b == '') }}", "false"),
    ] {
        assert_eq!(filled(text, &context), expected, "{text}");
    }
    assert!(holds(
        &"always() && inputs.a == 'true'".into(),
        true,
        &context
    ));
    assert!(!holds(&"inputs.a == 'true'".into(), true, &context));
    assert!(holds(&Value::Null, false, &context));
}
