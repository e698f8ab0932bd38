//! Time zones.

use std::sync::Arc;

use super::{Check, Found, Rule};
use crate::desired::grant::ZONES;
use crate::desired::index::Context;
use crate::diag::{Code, Place, Source, nearest};
use crate::manifest::{RuleLevel, Values};

pub(super) static RULE: Rule = Rule {
    code: Code("ZD045"),
    title: "an unknown time zone",
    level: RuleLevel::Warning,
    enforced: false,
    why: "`time_zone` is one of the names that Zendesk shows, such as `Berlin` or \
          `Eastern Time (US & Canada)`, or IANA's, such as `Europe/Berlin`. Zendesk refuses others.",
    config: "",
    bad: "users:\n  - email: ada@example.com\n    time_zone: Europe/Berln\n",
    good: "users:\n  - email: ada@example.com\n    time_zone: Europe/Berlin\n",
    source: "Zendesk's reference, Users; the names are those of Ruby on Rails.",
    checks: &[Check::Values(check)],
};

fn check(_: &Context<'_>, values: &Values<'_>, source: &Arc<Source>, found: &mut Found<'_>) {
    let Some(zone) = values.time_zone.get() else {
        return;
    };
    let name = &*zone.value;
    if NAMES.lines().any(|known| known == name) || ZONES.get(name).is_ok() {
        return;
    }
    let finding = found
        .new_finding(format!("`{name}` is not a time zone that is known"))
        .at(Place::new(source, zone.span), "unknown time zone");
    let available: Vec<String> = ZONES.available().map(|zone| zone.to_string()).collect();
    let known = NAMES.lines().chain(available.iter().map(String::as_str));
    found.push(match nearest(name, known) {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("write a name that Zendesk shows, or IANA's, such as `Europe/Berlin`"),
    });
}

/// The names that Zendesk shows besides IANA's, one a line.
const NAMES: &str = "\
Abu Dhabi
Adelaide
Alaska
Almaty
American Samoa
Amsterdam
Arizona
Astana
Athens
Atlantic Time (Canada)
Auckland
Azores
Baghdad
Baku
Bangkok
Beijing
Belgrade
Berlin
Bern
Bogota
Brasilia
Bratislava
Brisbane
Brussels
Bucharest
Budapest
Buenos Aires
Cairo
Canberra
Cape Verde Is.
Caracas
Casablanca
Central America
Central Time (US & Canada)
Chatham Is.
Chennai
Chihuahua
Chongqing
Copenhagen
Darwin
Dhaka
Dublin
Eastern Time (US & Canada)
Edinburgh
Ekaterinburg
Fiji
Georgetown
Greenland
Guadalajara
Guam
Hanoi
Harare
Hawaii
Helsinki
Hobart
Hong Kong
Indiana (East)
International Date Line West
Irkutsk
Islamabad
Istanbul
Jakarta
Jerusalem
Kabul
Kaliningrad
Kamchatka
Karachi
Kathmandu
Kiev
Kolkata
Krasnoyarsk
Kuala Lumpur
Kuwait
Kyiv
La Paz
Lima
Lisbon
Ljubljana
London
Madrid
Magadan
Marshall Is.
Mazatlan
Melbourne
Mexico City
Mid-Atlantic
Midway Island
Minsk
Monrovia
Monterrey
Montevideo
Moscow
Mountain Time (US & Canada)
Mumbai
Muscat
Nairobi
New Caledonia
New Delhi
Newfoundland
Novosibirsk
Nuku'alofa
Osaka
Pacific Time (US & Canada)
Paris
Perth
Port Moresby
Prague
Pretoria
Puerto Rico
Quito
Rangoon
Riga
Riyadh
Rome
Samara
Samoa
Santiago
Sapporo
Sarajevo
Saskatchewan
Seoul
Singapore
Skopje
Sofia
Solomon Is.
Srednekolymsk
Sri Jayawardenepura
St. Petersburg
Stockholm
Sydney
Taipei
Tallinn
Tashkent
Tbilisi
Tehran
Tijuana
Tokelau Is.
Tokyo
UTC
Ulaanbaatar
Urumqi
Vienna
Vilnius
Vladivostok
Volgograd
Warsaw
Wellington
West Central Africa
Yakutsk
Yerevan
Zagreb";
