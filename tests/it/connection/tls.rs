//! Secure connections, really made: a server on loopback whose authority only the environment names.
#![expect(
    clippy::unwrap_used,
    reason = "a test gives up where its own set-up fails"
)]

use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use tokio::io::copy_bidirectional;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Served, project};
use crate::support::Project;

/// Made for these tests, valid from 2020 to 2120 but for the expired one; nobody keeps the key of the
/// authority, and nothing but these tests knows that of the server.
const AUTHORITY: &str = include_str!("certificates/authority.pem");
const KEY: &[u8] = include_bytes!("certificates/server.key");
const LOOPBACK: &[u8] = include_bytes!("certificates/loopback.pem");
const ELSEWHERE: &[u8] = include_bytes!("certificates/elsewhere.pem");
const EXPIRED: &[u8] = include_bytes!("certificates/expired.pem");

/// Takes secure connections on loopback and passes what comes through to a plain address there. Gives its
/// own address.
fn secured(certificate: &[u8], plain: &str) -> String {
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let plain = plain.strip_prefix("http://").unwrap().to_owned();
    thread::spawn(move || serve(listener, &plain, Arc::new(config)));
    url
}

#[tokio::main(flavor = "current_thread")]
async fn serve(listener: TcpListener, plain: &str, config: Arc<ServerConfig>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    let acceptor = TlsAcceptor::from(config);
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, plain) = (acceptor.clone(), plain.to_owned());
        tokio::spawn(async move {
            // Whoever does not trust the server hangs up, which is no fault of it.
            let mut stream = acceptor.accept(stream).await.ok()?;
            let mut behind = TcpStream::connect(plain).await.ok()?;
            copy_bidirectional(&mut stream, &mut behind).await.ok()
        });
    }
}

fn trusting(project: Project, authority: &str) -> Project {
    let path = project.write("authority.pem", authority);
    project.variable("ZDSYNC_CA_BUNDLE", path.to_str().unwrap())
}

fn behind(served: &Served, certificate: &[u8]) -> Project {
    project(&secured(certificate, &served.server.url))
        .variable("ZENDESK_OAUTH_TOKEN", "hidden-token-over-tls")
}

#[test]
fn an_authority_of_the_environment_is_trusted() {
    let served = Served::with(&[]);
    let project = trusting(behind(&served, LOOPBACK), AUTHORITY);
    project.run(&["apply", "--auto-approve"]).exits(0);
    project.run(&["plan", "--detailed-exitcode"]).exits(0);
    assert_eq!(served.count("POST /api/v2/groups 201"), 1);
}

#[test]
fn a_server_that_cannot_prove_itself_hears_nothing() {
    let served = Served::with(&[]);
    for (case, project, why) in [
        (
            "an unknown authority",
            behind(&served, LOOPBACK),
            "UnknownIssuer",
        ),
        (
            "another server",
            trusting(behind(&served, ELSEWHERE), AUTHORITY),
            "not valid for name",
        ),
        (
            "a certificate that has ended",
            trusting(behind(&served, EXPIRED), AUTHORITY),
            "expired",
        ),
    ] {
        let failed = project.run(&["plan"]).exits(1);
        for part in [
            "no secure connection could be made",
            why,
            "ZDSYNC_CA_BUNDLE",
        ] {
            assert!(failed.stderr.contains(part), "{case}: {}", failed.stderr);
        }
    }
    assert!(served.files.read("requests.jsonl").is_empty());
}
