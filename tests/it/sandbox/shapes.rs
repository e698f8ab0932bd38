//! Which keys every object has, in which order, of which types, and where null stands
//! (zendesk-api §5 to §14, with the corrections of §21).

use serde_json::{Value, json};

use super::account::{ACME, Account, Reply, keys_in_order};
use super::transcripts::USER_KEYS;

/// `i` integer, `s` text, `t` timestamp, `b` bool, `l` list, `o` object; a mark behind says that
/// null stands here (`?`) although another record may have a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "?",
        Value::Bool(_) => "b",
        Value::Number(number) if number.is_u64() => "i",
        Value::Number(_) => "n",
        Value::String(text) if is_timestamp(text) => "t",
        Value::String(_) => "s",
        Value::Array(_) => "l",
        Value::Object(_) => "o",
    }
}

fn is_timestamp(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

/// Writes the shape of an object as `key:kind` words in the order of the wire.
fn shape(reply: &Reply, root: &str) -> String {
    let keys = reply.keys(root);
    let body = reply.json();
    let object = if body[root].is_array() {
        &body[root][0]
    } else {
        &body[root]
    };
    let word = |key: &String| format!("{key}:{}", kind(&object[key]));
    keys.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn users_have_the_shape_of_their_role() {
    let mut account = Account::new(ACME);
    for (email, expected) in [
        (
            "olga@acme.test",
            "organization_id:? role:s verified:b external_id:? tags:l alias:? active:b shared:b \
             shared_agent:b last_login_at:? two_factor_auth_enabled:? signature:? details:? notes:? \
             role_type:i custom_role_id:i is_billing_admin:? moderator:b ticket_restriction:? \
             only_private_comments:b restricted_agent:b suspended:b default_group_id:i report_csv:b \
             user_fields:o suspension_details:?",
        ),
        (
            "ada@acme.test",
            "organization_id:? role:s verified:b external_id:s tags:l alias:? active:b shared:b \
             shared_agent:b last_login_at:? two_factor_auth_enabled:? signature:? details:? notes:? \
             role_type:i custom_role_id:i is_billing_admin:? moderator:b ticket_restriction:s \
             only_private_comments:b restricted_agent:b suspended:b default_group_id:i report_csv:b \
             user_fields:o suspension_details:?",
        ),
        (
            "ben@acme.test",
            "organization_id:? role:s verified:b external_id:? tags:l alias:? active:b shared:b \
             shared_agent:b last_login_at:? two_factor_auth_enabled:? signature:? details:? notes:? \
             role_type:? custom_role_id:? is_billing_admin:? moderator:b ticket_restriction:? \
             only_private_comments:b restricted_agent:b suspended:b default_group_id:i report_csv:b \
             user_fields:o suspension_details:?",
        ),
        (
            "cleo@globex.test",
            "organization_id:i role:s verified:b external_id:? tags:l alias:? active:b shared:b \
             shared_agent:b last_login_at:? two_factor_auth_enabled:? signature:? details:? notes:? \
             role_type:? custom_role_id:? is_billing_admin:? moderator:b ticket_restriction:s \
             only_private_comments:b restricted_agent:b suspended:b default_group_id:? report_csv:b \
             user_fields:o suspension_details:?",
        ),
    ] {
        let id = account.user(email);
        let reply = account.get(&format!("users/{id}"));
        let begin = "id:i url:s name:s email:s created_at:t updated_at:t time_zone:s \
                     iana_time_zone:s phone:? shared_phone_number:? photo:? locale_id:i locale:s ";
        assert_eq!(
            shape(&reply, "user"),
            format!("{begin}{expected}"),
            "{email}"
        );
        assert_eq!(reply.keys("user"), USER_KEYS);
    }
}

#[test]
fn the_flags_of_users_agree_with_their_role() {
    let mut account = Account::new(ACME);
    for (email, role_type, restriction, restricted, moderator) in [
        ("olga@acme.test", json!(4), json!(null), false, true),
        ("ada@acme.test", json!(0), json!("groups"), true, false),
        ("ben@acme.test", json!(null), json!(null), false, false),
        (
            "cleo@globex.test",
            json!(null),
            json!("requested"),
            true,
            false,
        ),
    ] {
        let id = account.user(email);
        let user = account.get(&format!("users/{id}")).expect(200)["user"].clone();
        assert_eq!(user["role_type"], role_type, "{email}");
        assert_eq!(user["ticket_restriction"], restriction, "{email}");
        assert_eq!(user["restricted_agent"], restricted, "{email}");
        assert_eq!(user["moderator"], moderator, "{email}");
    }
}

#[test]
fn every_other_object_has_its_shape() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    let identities = format!("users/{ada}/identities");
    for (path, root, expected) in [
        (
            "groups",
            "groups",
            "url:s id:i is_public:b name:s description:s default:b deleted:b created_at:t \
             updated_at:t",
        ),
        (
            "group_memberships",
            "group_memberships",
            "url:s id:i user_id:i group_id:i default:b created_at:t updated_at:t",
        ),
        (
            "organizations",
            "organizations",
            "url:s id:i name:s shared_tickets:b shared_comments:b external_id:s created_at:t \
             updated_at:t domain_names:l details:? notes:? group_id:? tags:l organization_fields:o",
        ),
        (
            "organization_memberships",
            "organization_memberships",
            "url:s id:i user_id:i organization_id:i default:b created_at:t organization_name:s \
             updated_at:t view_tickets:b",
        ),
        (
            "custom_roles",
            "custom_roles",
            "id:i name:s description:s role_type:i created_at:t updated_at:t configuration:o \
             team_member_count:i",
        ),
        (
            &identities,
            "identities",
            "url:s id:i user_id:i type:s value:s verified:b verification_method:s verified_at:t \
             primary:b created_at:t updated_at:t undeliverable_count:i deliverable_state:s",
        ),
        (
            "user_fields",
            "user_fields",
            "url:s id:i type:s key:s title:s description:s raw_title:s raw_description:s \
             position:i active:b system:b regexp_for_validation:? created_at:t updated_at:t",
        ),
        ("users/count", "count", "value:i refreshed_at:t"),
        (
            &format!("users/{ada}/related"),
            "user_related",
            "assigned_tickets:i ccd_tickets:i organization_subscriptions:i requested_tickets:i",
        ),
    ] {
        let reply = account.get(path);
        reply.expect(200);
        assert_eq!(shape(&reply, root), expected, "{path}");
    }
}

#[test]
fn checkbox_and_dropdown_fields_have_more_keys() {
    let mut account = Account::new(ACME);
    for (key, more) in [("vip", "tag"), ("tier", "custom_field_options")] {
        let reply = account.get(&format!("user_fields/{key}"));
        reply.expect(200);
        assert_eq!(
            reply.keys("user_field").last().map(String::as_str),
            Some(more)
        );
    }
    let date = account.get("user_fields/started").expect(200);
    assert!(date["user_field"]["regexp_for_validation"].is_string());
}

#[test]
fn lists_have_their_keys_in_order() {
    let mut account = Account::new(ACME);
    for (path, expected) in [
        ("users", "users next_page previous_page count"),
        ("users?page[size]=5", "users meta links"),
        (
            "users?page[size]=5&include=groups,identities,roles,organizations,abilities,open_ticket_count",
            "users organizations groups identities roles abilities open_ticket_count meta links",
        ),
        (
            "group_memberships?include=users,groups",
            "group_memberships users groups next_page previous_page count",
        ),
        (
            "organization_memberships?include=users,organizations",
            "organization_memberships users organizations next_page previous_page count",
        ),
        ("custom_roles", "custom_roles"),
        ("job_statuses", "job_statuses meta links"),
        (
            "users/show_many?ids=1",
            "users next_page previous_page count",
        ),
        (
            "search?query=type:group",
            "results facets next_page previous_page count",
        ),
        (
            "search/export?query=a&filter[type]=user",
            "results facets meta links",
        ),
        (
            "incremental/users/cursor?start_time=0",
            "users after_url before_url after_cursor before_cursor end_of_stream",
        ),
        (
            "incremental/users?start_time=0",
            "users next_page count end_of_stream end_time",
        ),
        ("audit_logs?page[size]=5", "audit_logs meta links"),
    ] {
        let reply = account.get(path);
        reply.expect(200);
        assert_eq!(keys_in_order(&reply.text).join(" "), expected, "{path}");
    }
    let page = account.get("users?page[size]=2");
    let text = &page.text[page.text.find("\"meta\":").expect("meta") + 7..];
    assert_eq!(
        keys_in_order(text),
        ["has_more", "after_cursor", "before_cursor"]
    );
}

#[test]
fn every_change_leaves_a_line_in_the_audit_log() {
    let mut account = Account::new(ACME);
    let dan = account.user("dan@initech.test");
    account.act_as("olga@acme.test");
    for change in [
        json!({ "role": "agent" }),
        json!({ "role": "admin" }),
        json!({ "suspended": true }),
    ] {
        account.wait(1);
        account
            .put(&format!("users/{dan}"), &json!({ "user": change }))
            .expect(200);
    }
    let reply = account.get(&format!("audit_logs?filter[source_id]={dan}&page[size]=50"));
    let body = reply.expect(200);
    let lines: Vec<String> = body["audit_logs"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| format!("{}: {}", row["actor_name"], row["change_description"]))
        .collect();
    assert_eq!(
        lines,
        [
            "\"Olga Owner\": \"Suspended\"",
            "\"Olga Owner\": \"Role changed from Agent to Administrator\"",
            "\"Olga Owner\": \"Role changed from End User to Agent\"",
            "\"Olga Owner\": \"Group: Support assigned\"",
        ]
    );
    assert_eq!(
        shape(&reply, "audit_logs"),
        "url:s id:i action_label:s actor_id:i source_id:i source_type:s source_label:s action:s \
         change_description:s ip_address:s created_at:t actor_name:s"
    );
    let path = "audit_logs?filter[created_at]=2026-05-06T09:57:15Z&filter[created_at]=2027-01-01T00:00:00Z";
    assert_eq!(account.get(path).expect(200)["count"], 1);
    assert_eq!(
        account
            .get("audit_logs?filter[source_type]=user_setting")
            .expect(200)["count"],
        1
    );
}

#[test]
fn paths_work_with_and_without_their_suffix() {
    let mut account = Account::new(ACME);
    let ada = account.user("ada@acme.test");
    for path in [
        "users.json".to_owned(),
        format!("users/{ada}.json"),
        "users/me.json".to_owned(),
    ] {
        account.get(&path).expect(200);
    }
    for path in [
        "users.json.json".to_owned(),
        format!("users/{ada}.json.json"),
        "wat".to_owned(),
    ] {
        assert_eq!(
            account.get(&path).expect(404)["error"],
            "InvalidEndpoint",
            "{path}"
        );
    }
    assert_eq!(
        account.get("/nowhere").expect(404)["error"],
        "InvalidEndpoint"
    );
    assert_eq!(
        account.get("users/9223372036854775807").expect(404)["error"],
        "RecordNotFound"
    );
    assert_eq!(
        account.get("users/abc").expect(400)["error"]["title"],
        "Invalid attribute"
    );
    let broken = account.send("POST", "users", "{");
    assert_eq!(broken.expect(400)["error"]["title"], "Invalid attribute");
}
