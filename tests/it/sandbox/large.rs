//! A large account: how many requests it takes. How long it takes is measured by `benches/sandbox.rs`.

use zdsync::sandbox::{Settings, Size};

use super::account::Account;

fn walk(account: &mut Account, start: &str) -> (usize, usize) {
    let (mut pages, mut bytes) = (0, 0);
    let mut next = start.to_owned();
    loop {
        let reply = account.get(&next);
        assert_eq!(reply.status, 200);
        pages += 1;
        bytes += reply.text.len();
        let tail = reply.text.rfind("\"meta\":").expect("meta");
        let tail: serde_json::Value =
            serde_json::from_str(&format!("{{{}", &reply.text[tail..])).expect("JSON");
        if tail["meta"]["has_more"] == false {
            return (pages, bytes);
        }
        let link = tail["links"]["next"].as_str().expect("a link");
        next = link.replace("http://acme.zendesk.test", "");
    }
}

fn account(size: &str) -> Account {
    let size: Size = size.parse().expect("a size");
    let settings = Settings {
        limits: false,
        ..Settings::default()
    };
    Account::with_seed(&size.seed(1), settings)
}

#[test]
fn every_user_is_on_one_page_of_a_hundred() {
    let mut account = account("users=3000,agents=200,deleted=0");
    let (pages, _) = walk(&mut account, "users?page[size]=100");
    assert_eq!(pages, 30);
    let (pages, _) = walk(&mut account, "users?page[size]=100&role[]=agent");
    assert_eq!(pages, 2);
}
