//! A program as Rust code over the facade, to be pasted into a test.

use std::fmt::Write;

use super::family::{Family, Op, Program, on};

/// What names begin with that stand for what a thread has.
const OWN: &str = "own.";

/// Code with the names of one object, or of the other.
pub fn named(code: &str, object: usize) -> String {
    code.replace(OWN, if object == 0 { "" } else { "other_" })
}

/// Code that was written in several lines.
pub fn in_one_line(code: &str) -> String {
    code.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The body of a check, whose last expression is what its threads have answered, in the order in which they were started.
pub fn code(family: Family, program: &Program, order: &[usize]) -> String {
    let objects = || 0..family.objects;
    let mut text = String::new();
    let mut line = |indentation: usize, line: String| {
        if !line.is_empty() {
            let _ = writeln!(text, "{}{line}", "    ".repeat(indentation));
        }
    };
    objects().for_each(|object| line(0, named(family.code.make, object)));
    for (thread, body) in program.iter().enumerate() {
        line(0, format!("let thread_{} = {{", thread + 1));
        objects().for_each(|object| line(1, named(&(family.code.give)(&on(body, object)), object)));
        line(1, "move || {".to_owned());
        let me = format!("let own.me = {};", thread + 1);
        objects().for_each(|object| line(2, named(&me, object)));
        objects().for_each(|object| line(2, named(family.code.begin, object)));
        let answers = |op: &Op| named((family.operation)(op.kind), op.object) + ", ";
        line(2, format!("let answers = format!(\"{{:?}}\", ({}));", body.iter().map(answers).collect::<String>()));
        let ends: Vec<String> = objects().map(|object| named(family.code.end, object)).collect();
        line(2, format!("(answers, ({}))", ends.join(", ")));
        line(1, "}".to_owned());
        line(0, "};".to_owned());
    }
    objects().for_each(|object| line(0, named(family.code.give_up, object)));
    let started: Vec<String> = order.iter().map(|thread| format!("thread::spawn(thread_{})", thread + 1)).collect();
    line(0, format!("let ended = [{}].map(|thread| thread.join().unwrap());", started.join(", ")));
    line(0, "ended.each_ref().map(|(answers, _)| answers.clone())".to_owned());
    text
}
