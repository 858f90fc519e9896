//! The checks that exist, known before anything is built: the list in `models/catalogue.txt`.
//!
//! The built program has the same list, which is tested, and is decisive. Without the file nothing is known to be
//! wrong.

use std::fs;

use crate::arguments::no_match;
use crate::builds;

/// Fails if there is no such check.
pub fn check(name: &str, defect: Option<&str>) -> Result<(), String> {
    let with = defect.map(|defect| format!(" with {defect}")).unwrap_or_default();
    match list() {
        Some(list) if !list.lines().any(|line| is(line, name, defect)) => {
            Err(format!("there is no check {name}{with}"))
        }
        _ => Ok(()),
    }
}

/// Fails if no check has this in its name, its pattern or its defect.
pub fn filter(filter: &str) -> Result<(), String> {
    match list() {
        Some(list) if !list.lines().any(|line| line.split(' ').any(|word| word.contains(filter))) => {
            Err(no_match(filter))
        }
        _ => Ok(()),
    }
}

fn list() -> Option<String> {
    fs::read_to_string(builds::root().join("models/catalogue.txt")).ok()
}

/// Whether it is the line of a check: its name, its pattern, and its defect if it has one.
fn is(line: &str, name: &str, defect: Option<&str>) -> bool {
    let mut words = line.split(' ');
    (words.next(), words.nth(1)) == (Some(name), defect)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_known() {
        assert_eq!(check("ttl_cache/fresh_write_survives_get", None), Ok(()));
        assert_eq!(check("ttl_cache/fresh_write_survives_get", Some("GetDeletesWithoutRecheck")), Ok(()));
        let why = check("ttl_cache/fresh_write_survives_get", Some("NoSuchDefect")).unwrap_err();
        assert_eq!(why, "there is no check ttl_cache/fresh_write_survives_get with NoSuchDefect");
        assert!(check("ttl_cache/fresh_write", None).is_err());
        assert_eq!((filter("fresh_write"), filter("")), (Ok(()), Ok(())));
        assert!(filter("no such check").unwrap_err().starts_with("no check matches `no such check`"));
    }
}
