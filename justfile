# Everything here only calls cargo; anything clever is a test.

# Run the tests
test:
    cargo test --locked

# Check formatting, lints and documentation
check:
    cargo fmt --check
    cargo clippy --locked --all-targets -- -D warnings
    RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps

# Write the generated files again: schemas, reference pages, and snapshots that changed
generate:
    ZDSYNC_GENERATE=1 INSTA_UPDATE=always cargo test --locked

# Fuzz every target for so many seconds: needs the nightly toolchain and cargo-fuzz
fuzz seconds="60":
    fuzz/run {{seconds}}

# Plan and apply the example on the embedded sandbox
example:
    cargo run --locked -- -C examples/acme plan
    cargo run --locked -- -C examples/acme apply --auto-approve

# Build the documentation into target/book (needs mdbook)
book:
    mdbook build docs
