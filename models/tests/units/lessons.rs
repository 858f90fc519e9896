//! Each lesson is what it says it is: its exercise fails as it says, its solution is proven, its wrong answers are wrong each in
//! a way of its own, its table is the engine's, and its hints give nothing away.
//!
//! The tables are written anew by `RUSTFLAGS="--cfg shuttle" cargo test -p models --test units lessons -- --ignored`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use models::lessons::{self, AFTERWARDS, Answer, LEAVE, Lesson};
use selvedge::check::story::Story;
use selvedge::check::{Engine, Explorer, Verdict};

/// The lessons that an engine of this build is for.
fn here() -> impl Iterator<Item = &'static Lesson> {
    let cfg = Engine::available().next().expect("every build has an engine").cfg();
    lessons::ALL.iter().filter(move |lesson| lesson.engine.cfg() == cfg)
}

fn answers(lesson: &Lesson) -> impl Iterator<Item = &Answer> {
    [&lesson.exercise, &lesson.solution].into_iter().chain(lesson.wrong)
}

/// The block below the heading that has the table: what is before it, itself, and what is after it.
fn block(lesson: &Lesson) -> Option<(&str, &str, &str)> {
    let begin = lesson.text.find(AFTERWARDS)?;
    let begin = begin + lesson.text[begin..].find("```text\n")? + "```text\n".len();
    let end = begin + lesson.text[begin..].find("```")?;
    Some((&lesson.text[..begin], &lesson.text[begin..end], &lesson.text[end..]))
}

/// How the check fails, and the steps that lead to it, wherever they stand.
fn failure(lesson: &Lesson, answer: &Answer) -> (String, Vec<String>) {
    let (name, answer_name) = (lesson.name, answer.name);
    match answer.explore(lesson.engine).verdict {
        Verdict::Failed(failure) => {
            let story = failure.story.as_ref().expect("an engine that explores tells one");
            (failure.headline.clone(), steps(story))
        }
        verdict => panic!("{name}/{answer_name}: it does not fail, and is {}", verdict.status()),
    }
}

fn steps(story: &Story) -> Vec<String> {
    let step = |step: &selvedge::check::story::Step| {
        let object = step.object.map(|object| story.objects[object].name.as_str()).unwrap_or_default();
        format!("{}: {} {object} {}", story.threads[step.thread].name, step.action.words, step.text)
    };
    story.steps.iter().map(step).collect()
}

#[test]
fn the_exercise_fails_as_the_lesson_says() {
    for lesson in here() {
        let (headline, _) = failure(lesson, &lesson.exercise);
        let quoted = lesson.texts().0.split('`').skip(1).step_by(2).map(|quoted| quoted.replace('\n', " "));
        let is_headline = |quoted: &String| quoted.len() > 12 && headline.starts_with(quoted.as_str());
        assert!(quoted.into_iter().any(|quoted| is_headline(&quoted)), "{}: {headline}", lesson.name);
        assert!((lesson.exercise.predicted)().is_empty(), "{}: nothing is predicted yet", lesson.name);
    }
}

#[test]
fn the_solution_is_proven() {
    for lesson in here() {
        let report = lesson.solution.explore(lesson.engine);
        assert_eq!(report.verdict, Verdict::Exhausted, "{}: {report}", lesson.name);
        let table = (lesson.solution.outcomes)(&Explorer::new(lesson.engine));
        assert_eq!(table.report.verdict, Verdict::Exhausted, "{}: {}", lesson.name, table.text);
        let predicted: BTreeSet<String> = (lesson.solution.predicted)().into_iter().collect();
        assert_eq!(predicted, table.values.into_iter().collect(), "{}", lesson.name);
    }
}

#[test]
fn each_wrong_answer_fails_in_a_way_of_its_own() {
    for lesson in here() {
        let mut stories = BTreeSet::from([failure(lesson, &lesson.exercise)]);
        for wrong in lesson.wrong {
            assert!(stories.insert(failure(lesson, wrong)), "{}/{}: the story is known", lesson.name, wrong.name);
        }
    }
}

#[test]
fn the_table_is_the_engine_s() {
    for lesson in here() {
        let table = (lesson.exercise.outcomes)(&Explorer::new(lesson.engine)).text + "\n";
        assert_eq!(block(lesson).map(|(_, block, _)| block), Some(table.as_str()), "{}", lesson.name);
    }
}

#[test]
#[ignore = "it writes the files"]
fn the_tables_written_anew() {
    for lesson in here() {
        let table = (lesson.exercise.outcomes)(&Explorer::new(lesson.engine)).text;
        let (before, _, after) = block(lesson).expect("there is a block for it");
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/lessons").join(lesson.name).join("lesson.md");
        fs::write(file, format!("{before}{table}\n{after}")).expect("the file can be written");
    }
}

#[test]
fn the_files_have_their_parts() {
    for lesson in lessons::ALL {
        let name = lesson.name;
        for answer in answers(lesson) {
            let own = answer.own;
            assert!(own.ends_with(LEAVE) && own.matches(LEAVE).count() == 1, "{name}/{}", answer.name);
        }
        assert!(!lesson.wrong.is_empty(), "{name}: somebody has been wrong");
        let (before, after) = lesson.texts();
        assert!(before.starts_with("# ") && !after.is_empty(), "{name}: the text has a title and an end");
        let missing: Vec<usize> =
            (1..=lesson.wrong.len()).filter(|n| lesson.wrong[n - 1].name != format!("wrong_{n}")).collect();
        assert!(missing.is_empty(), "{name}: wrong answers are numbered: {missing:?}");
    }
    let names: Vec<&str> = lessons::ALL.iter().map(|lesson| lesson.name).collect();
    let number = |(at, name): (usize, &&str)| name.starts_with(&format!("{:02}_", at + 1));
    assert!(names.iter().enumerate().all(number), "they are numbered: {names:?}");
}

/// The sections are those of the table that names the document's.
#[test]
fn the_section_is_one_of_the_document_s() {
    let table = include_str!("../../../examples/README.md");
    let sections: Vec<&str> = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()).collect();
    for lesson in lessons::ALL {
        let (name, section) = (lesson.name, lesson.section);
        assert!(sections.iter().any(|row| row.split(": ").any(|title| title == section)), "{name}: {section}");
        assert!(lesson.texts().0.contains(&format!("\"{section}\"")), "{name}: the text names its section");
    }
}

/// The hint for the prediction and the first two others have no line that only the solution has, nor a value of the table.
#[test]
fn hints_do_not_give_the_solution_away() {
    for lesson in lessons::ALL {
        let hints: Vec<&str> = lesson.hints().collect();
        assert_eq!(hints.len(), 4, "{}", lesson.name);
        assert!(hints.iter().all(|hint| !hint.is_empty()), "{}", lesson.name);
        let lines = |answer: &'static Answer| {
            answer.own.lines().map(|line| line.trim().trim_end_matches([';', ','])).collect::<BTreeSet<_>>()
        };
        for line in lines(&lesson.solution).difference(&lines(&lesson.exercise)).filter(|line| line.len() > 4) {
            assert!(!hints[..3].iter().any(|hint| hint.contains(line)), "{}: a hint has `{line}`", lesson.name);
        }
        for value in (lesson.solution.predicted)().iter().filter(|value| value.len() > 1) {
            assert!(!hints[0].contains(value), "{}: the hint for the prediction has `{value}`", lesson.name);
        }
    }
}

/// What the third lesson asks for is the least there is.
#[test]
#[cfg(shuttle)]
fn the_scheduler_needs_one_preemption() {
    let lesson = here().find(|lesson| lesson.name.ends_with("you_are_the_scheduler")).expect("it is there");
    let with_at_most =
        |preemptions| (lesson.exercise.outcomes)(&Explorer::new(lesson.engine).bound(preemptions)).values;
    assert_eq!([with_at_most(0), with_at_most(1)], [vec!["2"], vec!["1", "2"]]);
}

/// The game is won by what the table has, and by nothing else, and nobody wins it with fewer preemptions than it says.
#[test]
#[cfg(shuttle)]
fn the_game_is_that_of_the_table() {
    let mut played = Vec::new();
    for lesson in here() {
        let Some(schedules) = lesson.game() else { continue };
        played.push(lesson.name);
        let explorer = Explorer::new(lesson.engine);
        let table = (lesson.exercise.outcomes)(&explorer);
        assert_eq!(schedules.values, table.values, "{}", lesson.name);
        let fewest = schedules.fewest_preemptions();
        assert!(fewest.iter().all(Option::is_some), "{}: every value has a schedule", lesson.name);
        // Under weak memory threads do not take turns.
        let most = fewest.iter().max().copied().flatten().filter(|_| lesson.engine == Engine::Dpor);
        for bound in most.into_iter().flat_map(|most| 0..=most) {
            let bounded = (lesson.exercise.outcomes)(&explorer.clone().bound(bound)).values;
            let within = fewest.iter().zip(&schedules.values).filter(|(fewest, _)| **fewest <= Some(bound));
            let within: Vec<String> = within.map(|(_, value)| value.clone()).collect();
            assert_eq!(bounded, within, "{} with {bound} preemptions at the most", lesson.name);
        }
    }
    let too_long = |lesson: &&str| lesson.ends_with("cancellation");
    assert_eq!(played, here().map(|lesson| lesson.name).filter(|name| !too_long(name)).collect::<Vec<_>>());
}

/// The row of the lesson on what a tool cannot see: threads that take turns do not show it.
#[test]
#[cfg(shuttle)]
fn only_weak_memory_shows_what_a_tool_cannot_see() {
    let lesson = here().find(|lesson| lesson.name.ends_with("what_a_tool_cannot_see")).expect("it is there");
    for engine in Engine::available() {
        let report = lesson.exercise.explore(engine);
        let is_told = engine != Engine::Dpor || report.sc_suffices == Some(false);
        assert!(report.verdict.holds() && is_told, "{}: {report}", engine.name());
    }
    assert!(matches!(lesson.exercise.explore(Engine::Rc11).verdict, Verdict::Failed(_)));
}

/// The column of `dpor` in the lesson on store buffering: its threads take turns, whatever the ordering.
#[test]
#[cfg(shuttle)]
fn who_takes_turns_buffers_no_store() {
    let lesson = here().find(|lesson| lesson.name.ends_with("store_buffering")).expect("it is there");
    for answer in answers(lesson) {
        let report = answer.explore(Engine::Dpor);
        assert_eq!(report.verdict, Verdict::Exhausted, "{}: {report}", answer.name);
    }
}
