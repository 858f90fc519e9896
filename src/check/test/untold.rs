//! A build without the feature `serde` reports to no runner, and saves nothing.

use std::path::Path;

use super::body::Body;
use super::names::Names;
use crate::check::config::Config;
use crate::check::environment::Environment;
use crate::check::explorer::Test;
use crate::check::orderings::Weakening;
use crate::check::programs::Explored;
use crate::check::verdict::Report;

const WHY: &str = "selvedge was built without its feature `serde`: nothing is listed, told or run again";

#[track_caller]
pub(super) fn list(_: &Test, _: &Names, _: Body<'_>, _: &Path) {
    panic!("{WHY}");
}

#[track_caller]
pub(super) fn prepare(config: Config, environment: &Environment) -> Config {
    assert!(environment.rows.is_none() && environment.shard.is_none() && environment.resume.is_none(), "{WHY}");
    config
}

pub(super) fn tell(_: &Test, _: &Names, _: &Explored<String>, _: &Environment) -> String {
    String::new()
}

pub(super) fn tell_weakened(_: &Test, _: &Names, _: &Weakening, _: &Environment) {}

#[track_caller]
pub(super) fn replay(_: &Test, _: &Names, _: &Config, _: Body<'_>, _: &Environment, _: &Path) -> Option<Report> {
    panic!("{WHY}");
}
