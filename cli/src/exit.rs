//! How a program ends, and what it says if it cannot do what it was asked for.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | everything is as it should be |
//! | 1 | something is not |
//! | 2 | it could not be done: one line on standard error says why |
//! | 130 | it was interrupted, and had found nothing wrong until then |

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Parser;
use clap::error::ErrorKind;

use crate::{interrupt, note, output};

/// What an error is cut to: names of all there is fit, and a line of a file that is none does not.
const LONGEST: usize = 4_000;

/// Reads the command line, runs the program to its end, and says how that was. `run` returns whether everything is as it
/// should be.
pub fn exit<P: Parser>(run: impl FnOnce(P) -> anyhow::Result<bool>) -> ExitCode {
    exit_of(env::args_os(), run)
}

/// The same with another command line than that of this process.
pub fn exit_of<P: Parser>(
    line: impl Iterator<Item = OsString>,
    run: impl FnOnce(P) -> anyhow::Result<bool>,
) -> ExitCode {
    let ended = match P::try_parse_from(line) {
        Ok(arguments) => run(arguments),
        Err(error) if error.use_stderr() => Err(anyhow!(refusal(&error, &name::<P>()))),
        Err(help) => {
            output::say(help.render().ansi().to_string().trim_end());
            Ok(true)
        }
    };
    let ended = ended.and_then(|good| output::written().map(|()| good));
    match ended {
        Ok(true) if interrupt::came() => ExitCode::from(130),
        Err(_) if interrupt::came() => {
            note!("interrupted");
            ExitCode::from(130)
        }
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            note!("error: {}", one_line(&format!("{error:#}")));
            ExitCode::from(2)
        }
    }
}

/// The program as one types it.
fn name<P: Parser>() -> String {
    let command = P::command();
    command.get_bin_name().unwrap_or(command.get_name()).to_owned()
}

/// What is wrong with a command line, without the usage that clap adds.
fn refusal(error: &clap::Error, name: &str) -> String {
    let help = format!("`{name} --help` says more");
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return format!("it is not said what to do; {help}");
    }
    let text = error.render().to_string();
    let said = text.split("\n\n").take_while(|part| !part.starts_with("Usage:") && !part.starts_with("For more"));
    let said: Vec<String> = said.map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    format!("{}; {help}", said.join("; ").trim_start_matches("error: "))
}

/// Whatever `text` has in it: a line that a terminal shows as it is, and not longer than one reads.
pub fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let letter = |letter: char| match letter.is_control() {
        true => letter.escape_default().collect(),
        false => String::from(letter),
    };
    shortened(&lines.join("; ").chars().map(letter).collect::<String>(), LONGEST)
}

/// The ends of a text that is longer than so many letters.
pub fn shortened(text: &str, longest: usize) -> String {
    let half = longest / 2;
    let (Some((from, _)), Some(_)) = (text.char_indices().nth(half), text.char_indices().nth(longest)) else {
        return text.to_owned();
    };
    let to = text.char_indices().nth_back(half - 1).map_or(text.len(), |(at, _)| at);
    format!("{} … {}", &text[..from], &text[to..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Parser)]
    #[command(name = "try", bin_name = "cargo try")]
    struct Try {
        #[arg(long = "one", value_name = "N", conflicts_with = "other")]
        _one: Option<u8>,
        #[arg(long)]
        other: bool,
    }

    #[test]
    fn a_command_line_that_cannot_be_is_one_line() {
        let said = |words: &[&str]| {
            let error = Try::try_parse_from(std::iter::once("try").chain(words.iter().copied())).unwrap_err();
            one_line(&refusal(&error, &name::<Try>()))
        };
        let help = "; `cargo try --help` says more";
        assert_eq!(
            said(&["--othr"]),
            format!("unexpected argument '--othr' found; tip: a similar argument exists: '--other'{help}")
        );
        assert!(said(&["--one", "256"]).starts_with("invalid value '256' for '--one <N>': "));
        assert!(said(&["--one", "1", "--other"]).contains("cannot be used with '--other'"));
        assert!(said(&["--one", "a\n\n b"]).starts_with("invalid value 'a; b' for "));
        assert_eq!(one_line("a\r\n\n  \u{1b}[0mb"), "a; \\u{1b}[0mb");
    }

    #[test]
    fn what_is_long_keeps_its_ends() {
        assert_eq!(shortened("abcdef", 6), "abcdef");
        assert_eq!(shortened("abcdefg", 6), "abc … efg");
        assert_eq!(shortened("äöüßäöü", 4), "äö … öü");
        assert_eq!(one_line(&"x".repeat(50_000_000)).chars().count(), LONGEST + 3);
    }
}
