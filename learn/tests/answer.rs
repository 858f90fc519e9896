//! What is said of a prediction, where an engine has not explored everything.

#![cfg(not(any(loom, shuttle)))]

use learn::{Answer, answer};

fn sampled(predicted: &[u8]) -> Answer {
    serde_json::from_str(&answer("threads", predicted, || 1, || (), false)).expect("it is a line of JSON")
}

#[test]
fn what_was_not_met_may_come() {
    let answer = sampled(&[1, 2]);
    assert_eq!((answer.not_met.as_slice(), answer.complete), (&["2".to_owned()][..], false));
}

#[test]
fn no_prediction_is_right_of_which_nobody_knows() {
    let answer = sampled(&[1]);
    assert!(answer.rows[0].predicted && answer.not_met.is_empty());
    assert!(!answer.is_predicted() && answer.check.is_none() && !answer.is_proven());
}
