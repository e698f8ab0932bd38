//! Manifests of any number of people, the same every time.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::Instant;

/// 50 groups and 200 organizations.
pub(crate) fn head() -> String {
    let mut text = String::from("groups:\n");
    for group in 0..50 {
        writeln!(text, "  - name: Group {group}").unwrap();
    }
    text.push_str("organizations:\n");
    for organization in 0..200 {
        writeln!(text, "  - name: Organization {organization}").unwrap();
    }
    text
}

/// Agents with these numbers, each in two groups or one, and in one organization.
pub(crate) fn users(from: usize, to: usize) -> String {
    let mut text = String::from("users:\n");
    for user in from..to {
        write!(
            text,
            "  - email: person.{user}@mail{}.example.com\n    name: Person Number {user}\n    \
             external_id: hr-{user:07}\n    role: agent\n    groups:\n      - Group {}\n      - Group {}\n    \
             organizations: [Organization {}]\n    tags: [vip, tier_{}]\n    time_zone: Europe/Berlin\n    \
             user_fields: {{ region: emea, cost_center: cc-{} }}\n",
            user % 40,
            user % 50,
            (user * 7 + 1) % 50,
            user % 200,
            user % 9,
            user % 900,
        )
        .unwrap();
    }
    text
}

/// The most memory this process has held, in bytes, where the operating system says so.
pub(crate) fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024.0)
}

/// The processor time of this process in seconds, which a busy machine does not stretch; where the operating
/// system does not tell it, time as it goes by.
pub(crate) fn processor_time() -> f64 {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let by = BEGAN.elapsed().as_secs_f64();
    let Ok(text) = std::fs::read_to_string("/proc/self/stat") else {
        return by;
    };
    // After the name in brackets: user and system time are the 12th and 13th value, in hundredths of a second.
    let values = text.rsplit_once(')').map_or("", |(_, values)| values);
    let ticks: Vec<f64> = values
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|value| value.parse().ok())
        .collect();
    if ticks.len() == 2 {
        ticks.iter().sum::<f64>() / 100.0
    } else {
        by
    }
}
