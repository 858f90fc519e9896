//! Values of flags that more than one program takes.

use std::time::Duration;

use clap::builder::RangedI64ValueParser;

/// The longest duration that is understood: beyond it clocks overflow, and nobody waits for its end.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// A duration like `30s` or `2h 30m`.
///
/// # Errors
///
/// If it is none, or nothing, or more than a year.
pub fn duration(text: &str) -> Result<Duration, String> {
    let known = humantime::parse_duration(text);
    bounded(known.map_err(|error| format!("{error}; a duration is written like `30s` or `2h 30m`"))?)
}

/// A duration in milliseconds, as one program tells another.
///
/// # Errors
///
/// As [`duration`].
pub fn milliseconds(text: &str) -> Result<Duration, String> {
    bounded(Duration::from_millis(text.parse().map_err(|error| format!("{error}"))?))
}

fn bounded(duration: Duration) -> Result<Duration, String> {
    match duration {
        Duration::ZERO => Err("nothing can be done in no time".to_owned()),
        _ if duration > LONGEST => Err("a year is the longest".to_owned()),
        _ => Ok(duration),
    }
}

/// How many processes run at once.
pub fn jobs() -> RangedI64ValueParser<u16> {
    clap::value_parser!(u16).range(1..=1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_longer_than_nothing_and_no_longer_than_a_year() {
        assert_eq!(duration("1m 30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("365days"), Ok(LONGEST));
        for bad in ["0s", "0ns", "366days", "18446744073709551615s", "99999999999999y", "-1s", "five", ""] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert!(duration("five").is_err_and(|why| why.ends_with("a duration is written like `30s` or `2h 30m`")));
        assert_eq!(milliseconds("1500"), Ok(Duration::from_millis(1_500)));
        assert!(milliseconds("0").is_err() && milliseconds("18446744073709551615").is_err());
    }
}
