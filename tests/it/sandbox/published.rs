//! Answers against the service's own description of itself, where that file is at hand: the
//! environment variable `ZENDESK_OPENAPI` names it.

use serde_json::{Map, Value, json};

use super::account::{ACME, Account};

/// Properties that the description never lets be null, although recorded answers hold null there:
/// schema, property, when.
const RECORDINGS_WIN: &[(&str, &str, &str)] = &[
    ("UserForAdmin", "alias", "users made through the API"),
    ("UserForAdmin", "signature", "users made through the API"),
    ("UserForAdmin", "details", "users made through the API"),
    ("UserForAdmin", "notes", "users made through the API"),
    ("UserForAdmin", "default_group_id", "end users"),
    ("UserForAdmin", "last_login_at", "before the first sign-in"),
    (
        "UserForAdmin",
        "email",
        "users without an address, and deleted ones",
    ),
    ("DeletedUserObject", "email", "always"),
    ("DeletedUserObject", "organization_id", "always"),
    (
        "OrganizationObject",
        "details",
        "organizations made through the API",
    ),
    (
        "OrganizationObject",
        "notes",
        "organizations made through the API",
    ),
    (
        "OrganizationObject",
        "group_id",
        "organizations without a group",
    ),
    (
        "OrganizationObject",
        "external_id",
        "organizations without one",
    ),
];

/// Lets null stand where recordings have it, and takes the form that agents and admins are shown.
fn corrected(mut components: Value) -> Value {
    for (schema, property, _) in RECORDINGS_WIN {
        let kind = &mut components["schemas"][*schema]["properties"][*property]["type"];
        *kind = json!([kind.as_str().unwrap_or("string"), "null"]);
    }
    let schemas = &mut components["schemas"];
    schemas["UserObject"] = schemas["UserForAdmin"].clone();
    // Failed items of jobs were recorded in a form that the description does not know.
    schemas["JobStatusObject"]["properties"]["results"] = json!({});
    components
}

/// Returns only the components that a schema leads to.
fn reachable(components: &Value, schema: &Value) -> Value {
    let mut out = json!({});
    let mut open = vec![schema];
    while let Some(next) = open.pop() {
        match next {
            Value::Object(map) => {
                if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
                    let mut parts = reference.trim_start_matches("#/components/").splitn(2, '/');
                    let (Some(group), Some(name)) = (parts.next(), parts.next()) else {
                        continue;
                    };
                    if out[group].get(name).is_none() {
                        out[group][name] = components[group][name].clone();
                        open.push(&components[group][name]);
                    }
                }
                open.extend(map.values());
            }
            Value::Array(rows) => open.extend(rows),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    out
}

fn operation<'a>(document: &'a Value, method: &str, path: &str) -> Option<&'a Value> {
    document.get("paths")?.get(path)?.get(method)
}

/// Turns the dialect of the description into plain JSON Schema: `nullable` becomes a type.
fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut out: Map<String, Value> = map
                .iter()
                .map(|(key, value)| (key.clone(), plain(value)))
                .collect();
            let nullable = out.remove("nullable") == Some(Value::Bool(true));
            out.remove("example");
            out.remove("discriminator");
            if let (true, Some(kind)) = (nullable, out.get("type").cloned()) {
                out.insert("type".to_owned(), json!([kind, "null"]));
            }
            Value::Object(out)
        }
        Value::Array(rows) => rows.iter().map(plain).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

struct Published {
    document: Value,
    components: Value,
    checked: usize,
    faults: Vec<String>,
}

impl Published {
    /// Checks one answer against the schema of its operation.
    fn check(&mut self, account: &mut Account, method: &str, template: &str, sent: (&str, &str)) {
        let (path, body) = sent;
        let reply = account.send(&method.to_uppercase(), path, body);
        assert!(
            reply.status < 300,
            "{method} {path}: {} {}",
            reply.status,
            reply.text
        );
        let operation = operation(&self.document, method, template)
            .unwrap_or_else(|| panic!("{method} {template} is not described"));
        let status = reply.status.to_string();
        let content = &operation["responses"][&status];
        assert!(
            !content.is_null(),
            "{method} {template} does not describe {status}"
        );
        let schema = &content["content"]["application/json"]["schema"];
        if schema.is_null() {
            assert!(reply.text.is_empty(), "{method} {template}");
            return;
        }
        let schema = plain(schema);
        let components = reachable(&self.components, &schema);
        let schema = json!({ "allOf": [schema], "components": components });
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft7)
            .build(&schema)
            .expect("a schema");
        for error in validator.iter_errors(&reply.json()) {
            let place = error.instance_path().to_string();
            self.faults
                .push(format!("{method} {template} {place}: {error}"));
        }
        self.checked += 1;
    }
}

fn load() -> Option<Published> {
    #[expect(clippy::disallowed_methods, reason = "the test asks where the file is")]
    let path = std::env::var("ZENDESK_OPENAPI").ok()?;
    #[expect(clippy::disallowed_methods, reason = "the test reads the file")]
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let size = text.len();
    let options = serde_yaml::options! {
        with_snippet: false,
        budget: serde_yaml::budget! {
            max_events: 2 * size,
            max_nodes: size,
            max_total_scalar_bytes: 2 * size,
        },
    };
    let document: Value =
        serde_yaml::from_str_with_options(&text, options).unwrap_or_else(|error| panic!("{error}"));
    let components = corrected(plain(&document["components"]));
    Some(Published {
        document,
        components,
        checked: 0,
        faults: Vec::new(),
    })
}

/// Operation and path.
const READS: &[(&str, &str)] = &[
    ("/api/v2/users", "users"),
    ("/api/v2/users/{user_id}", "users/{ada}"),
    ("/api/v2/users/{user_id}", "users/{cleo}"),
    ("/api/v2/users/count", "users/count"),
    ("/api/v2/users/me", "users/me"),
    ("/api/v2/users/search", "users/search?query=ada"),
    ("/api/v2/users/autocomplete", "users/autocomplete?name=ada"),
    (
        "/api/v2/users/show_many",
        "users/show_many?ids={ada},{cleo}",
    ),
    ("/api/v2/users/{user_id}/related", "users/{ada}/related"),
    (
        "/api/v2/users/{user_id}/identities",
        "users/{ada}/identities",
    ),
    ("/api/v2/groups", "groups"),
    ("/api/v2/groups/{group_id}", "groups/{support}"),
    ("/api/v2/groups/assignable", "groups/assignable"),
    ("/api/v2/groups/count", "groups/count"),
    ("/api/v2/group_memberships", "group_memberships"),
    (
        "/api/v2/group_memberships/assignable",
        "group_memberships/assignable",
    ),
    ("/api/v2/organizations", "organizations"),
    (
        "/api/v2/organizations/{organization_id}",
        "organizations/{globex}",
    ),
    (
        "/api/v2/organizations/{organization_id}/related",
        "organizations/{globex}/related",
    ),
    (
        "/api/v2/organizations/autocomplete",
        "organizations/autocomplete?name=glo",
    ),
    ("/api/v2/organizations/count", "organizations/count"),
    (
        "/api/v2/organizations/search",
        "organizations/search?name=globex",
    ),
    (
        "/api/v2/organizations/show_many",
        "organizations/show_many?ids={globex}",
    ),
    (
        "/api/v2/organization_memberships",
        "organization_memberships",
    ),
    ("/api/v2/custom_roles", "custom_roles"),
    (
        "/api/v2/custom_roles/{custom_role_id}",
        "custom_roles/{tier}",
    ),
    ("/api/v2/user_fields", "user_fields"),
    ("/api/v2/user_fields/{user_field_id}", "user_fields/vip"),
    (
        "/api/v2/user_fields/{user_field_id}/options",
        "user_fields/tier/options",
    ),
    ("/api/v2/organization_fields", "organization_fields"),
    ("/api/v2/account/settings", "account/settings"),
    ("/api/v2/job_statuses", "job_statuses"),
    ("/api/v2/search", "search?query=type:user%20ada"),
    ("/api/v2/search/count", "search/count?query=ada"),
    (
        "/api/v2/search/export",
        "search/export?query=ada&filter[type]=user",
    ),
    (
        "/api/v2/incremental/users",
        "incremental/users?start_time=0",
    ),
    (
        "/api/v2/incremental/users/cursor",
        "incremental/users/cursor?start_time=0",
    ),
    (
        "/api/v2/incremental/organizations",
        "incremental/organizations?start_time=0",
    ),
    ("/api/v2/audit_logs", "audit_logs"),
    ("/api/v2/deleted_users", "deleted_users"),
    ("/api/v2/deleted_users/count", "deleted_users/count"),
    ("/api/v2/oauth/tokens", "oauth/tokens"),
];

/// Method, operation, path, body.
#[rustfmt::skip]
const WRITES: &[(&str, &str, &str, &str)] = &[
    ("post", "/api/v2/users", "users", r#"{"user":{"name":"x","email":"x@x.test"}}"#),
    ("post", "/api/v2/users/create_or_update", "users/create_or_update", r#"{"user":{"name":"x","email":"x@x.test"}}"#),
    ("put", "/api/v2/users/{user_id}", "users/{ada}", r#"{"user":{"notes":"n"}}"#),
    ("post", "/api/v2/users/create_many", "users/create_many", r#"{"users":[{"name":"a"},{"name":"","email":"bad"}]}"#),
    ("put", "/api/v2/users/update_many", "users/update_many?ids={ada}", r#"{"user":{}}"#),
    ("delete", "/api/v2/users/destroy_many", "users/destroy_many?ids=1", ""),
    ("post", "/api/v2/groups", "groups", r#"{"group":{"name":"New"}}"#),
    ("post", "/api/v2/users/{user_id}/identities", "users/{cleo}/identities", r#"{"identity":{"value":"c2@globex.test"}}"#),
    ("post", "/api/v2/organizations", "organizations", r#"{"organization":{"name":"N"}}"#),
    ("post", "/api/v2/organizations/create_many", "organizations/create_many", r#"{"organizations":[{"name":"a"},{"name":"Globex"}]}"#),
    ("put", "/api/v2/organizations/{organization_id}", "organizations/{globex}", r#"{"organization":{"tags":["a"]}}"#),
    ("post", "/api/v2/organization_memberships", "organization_memberships", r#"{"organization_membership":{"user_id":{ada},"organization_id":{globex}}}"#),
    ("put", "/api/v2/users/{user_id}/organizations/{organization_id}/make_default", "users/{cleo}/organizations/{globex}/make_default", ""),
    ("post", "/api/v2/custom_roles", "custom_roles", r#"{"custom_role":{"name":"Own"}}"#),
    ("put", "/api/v2/custom_roles/{custom_role_id}", "custom_roles/{tier}", r#"{"custom_role":{"description":"d"}}"#),
    ("post", "/api/v2/user_fields", "user_fields", r#"{"user_field":{"key":"k","title":"K","type":"text"}}"#),
    ("delete", "/api/v2/users/{user_id}", "users/{ada}", ""),
    ("delete", "/api/v2/organizations/{organization_id}", "organizations/{globex}", ""),
];

#[test]
fn answers_fit_the_published_description() {
    let Some(mut published) = load() else {
        println!("skipped: ZENDESK_OPENAPI names no file");
        return;
    };
    let mut account = Account::unlimited(ACME);
    let known = [
        ("{ada}", account.user("ada@acme.test")),
        ("{cleo}", account.user("cleo@globex.test")),
        ("{support}", account.named("groups", "Support")),
        ("{globex}", account.named("organizations", "Globex")),
        ("{tier}", account.named("custom_roles", "Tier 2")),
    ];
    let fill = |text: &str| {
        known.iter().fold(text.to_owned(), |text, (word, id)| {
            text.replace(word, &id.to_string())
        })
    };
    for (template, path) in READS {
        published.check(&mut account, "get", template, (&fill(path), ""));
    }
    for (method, template, path, body) in WRITES {
        published.check(&mut account, method, template, (&fill(path), &fill(body)));
    }
    account.wait(70);
    for (template, path) in READS.iter().filter(|row| !row.1.contains('{')) {
        published.check(&mut account, "get", template, (path, ""));
    }
    assert!(published.checked > 85, "{}", published.checked);
    assert!(
        published.faults.is_empty(),
        "{}",
        published.faults.join("\n")
    );
}
