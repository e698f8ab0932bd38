//! Proxies and certificates, from the environment.

use super::project;
use super::stub::Stub;

fn refusing_proxy() -> Stub {
    Stub::bytes(
        b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
    )
}

#[test]
fn a_proxy_of_the_environment_is_used_and_never_sees_a_credential() {
    let proxy = refusing_proxy();
    let project = project("https://acme.example")
        .variable("ZENDESK_OAUTH_TOKEN", "hidden-token-behind-a-proxy")
        .variable("HTTPS_PROXY", &proxy.url);
    let failed = project.run(&["plan"]).exits(1);
    assert!(
        failed
            .stderr
            .contains("the proxy did not let the connection through"),
        "{}",
        failed.stderr
    );
    assert!(failed.stderr.contains("HTTPS_PROXY"), "{}", failed.stderr);
    let heard = proxy.heard().concat();
    assert!(heard.starts_with("CONNECT acme.example:443"), "{heard}");
    assert!(!heard.contains("hidden-token"), "{heard}");
}

#[test]
fn a_password_in_the_address_of_a_proxy_is_not_told() {
    let proxy = refusing_proxy();
    let address = proxy.url.replace("http://", "http://ada:hidden-password@");
    let project = project("https://acme.example")
        .variable("ZENDESK_OAUTH_TOKEN", "hidden-token-behind-a-proxy")
        .variable("HTTPS_PROXY", &address)
        .secret("hidden-password");
    project.run(&["-vv", "plan"]).exits(1);
    let heard = proxy.heard().concat().to_ascii_lowercase();
    assert!(heard.contains("proxy-authorization: basic"), "{heard}");
}

#[test]
fn an_account_on_loopback_is_called_without_the_proxy() {
    let proxy = refusing_proxy();
    let stub = Stub::json(r#"{"user":{"id":null}}"#);
    let project = project(&stub.url)
        .variable("ZENDESK_OAUTH_TOKEN", "hidden-token-on-loopback")
        .variable("HTTP_PROXY", &proxy.url)
        .variable("HTTPS_PROXY", &proxy.url);
    project.run(&["plan"]).exits(1);
    assert_eq!((proxy.heard().len(), stub.heard().len()), (0, 1));
}

#[test]
fn a_ca_bundle_of_the_environment_has_to_be_one() {
    let project = project("https://acme.example")
        .variable("ZENDESK_OAUTH_TOKEN", "hidden-token")
        .variable("ZDSYNC_CA_BUNDLE", "bundle.pem");
    let failed = project.run(&["plan"]).exits(1);
    assert!(failed.stderr.contains("bundle.pem"), "{}", failed.stderr);
    let path = project.write("bundle.pem", "no certificate");
    let project = project.variable("ZDSYNC_CA_BUNDLE", path.to_str().unwrap_or_default());
    let failed = project.run(&["plan"]).exits(1);
    assert!(
        failed.stderr.contains("PEM certificate"),
        "{}",
        failed.stderr
    );
}
