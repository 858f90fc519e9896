//! The page of `cargo verify`, and that of a bench, in a real [browser].

#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "these are tests of a program")]

mod browser;

use std::env;

use browser::{AHEAD, LOOKS, axe_finds_nothing, equal, everyone_can_read_it, open};
use ci::page;
use ci::page::about::About;
use libtest_mimic::{Failed, Trial};
use models::catalogue;
use pipeline::bench;
use pipeline::bench::results::Results;
use selvedge::check::Engine;
use selvedge::check::protocol::litmus::{Seen, Table};
use selvedge::check::protocol::{Row, thousands};
use selvedge::check::story::lanes;
use serde_json::Value;

/// Real rows, one a line.
fn rows() -> Vec<Row> {
    let lines = include_str!("../../ci/tests/rows.json").lines();
    lines.map(|line| serde_json::from_str(line).expect("a row is a line of JSON")).collect()
}

/// Real tables, one a line.
fn litmus() -> Vec<Table> {
    let lines = include_str!("../../ci/tests/litmus.json").lines();
    lines.map(|line| serde_json::from_str(line).expect("a table is a line of JSON")).collect()
}

/// The header of the page.
fn about() -> About {
    let [commit, date, machine, seed, command] =
        ["0123456789ab", "2026-01-02T03:04:05Z", "2 cores of a processor, linux", "7", "cargo verify --quick"]
            .map(str::to_owned);
    About { commit, date, machine, seed, command }
}

/// The page of a bench, from real contests, one a line.
fn bench() -> Result<String, Failed> {
    let contests = include_str!("contests.json").lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(bench::page::render(&Results::new(contests)?)?)
}

/// Opens the page of some rows, and returns what a script saw there.
fn drive(name: &str, rows: &[Row], fragment: &str, flags: &[&str], script: &str) -> Result<Value, Failed> {
    open(name, &page::render(rows, &litmus(), &catalogue::listing(), &about())?, fragment, flags, script)
}

fn a_link_opens_a_step_and_keys_lead_to_the_end() -> Result<(), Failed> {
    let script = "
        const opened = { now: text('now'), position: text('position'), focus: document.activeElement.id };
        const trail = [];
        for (let at = 0; at < 30; at += 1) {
            press('ArrowDown');
            trail.push(states().items);
        }
        const end = { now: text('now'), states: states(), line: document.querySelector('#source .current').dataset.n };
        await wait(1000);
        end.hash = location.hash;
        press('Home');
        const home = text('position');
        press('End');
        element('back').click();
        press('ArrowRight');
        press('ArrowLeft');
        const last = { position: text('position'), here: element('here').hash };
        await wait(1000);
        last.hash = location.hash;
        leave({ opened, trail: trail.filter((state, at) => state !== trail[at - 1]), end, home, last });";
    let seen = drive(
        "steps",
        &rows(),
        "#ttl_cache/fresh_write_survives_get[GetDeletesWithoutRecheck]/dpor/17",
        &[AHEAD],
        script,
    )?;
    let steps = rows().into_iter().find(|row| row.subject == "GetDeletesWithoutRecheck" && row.engine == Engine::Dpor);
    let steps = steps.and_then(|row| row.story).ok_or("the story is told")?.steps.len();
    let expected = serde_json::json!({
        "opened": {
            "now": "Step 17: A: read-unlock items — in get, get_deletes_without_recheck.rs:33.",
            "position": "4 of 12",
            "focus": "lanes",
        },
        "trail": ["shut by B", "held by B", "free", "held by A", "free", "read by main", "free"],
        "end": {
            "now": "The end: main: the check fails — checks.rs:28. lost update: key 1 = 2 was written, and is None.",
            "states": { "clock's atomic": "= 2000000000", "items": "free", "main": "the check fails", "A": "has ended", "B": "has ended" },
            "line": "28",
            "hash": format!("#ttl_cache/fresh_write_survives_get%5BGetDeletesWithoutRecheck%5D/dpor/{}", steps + 1),
        },
        "home": "1 of 12",
        "last": {
            "position": "11 of 12",
            "here": "#ttl_cache/fresh_write_survives_get%5BGetDeletesWithoutRecheck%5D/dpor/31",
            "hash": "#ttl_cache/fresh_write_survives_get%5BGetDeletesWithoutRecheck%5D/dpor/31",
        },
        "complaints": [],
    });
    equal(&seen, &expected)
}

fn a_deadlock_ends_with_who_holds_what() -> Result<(), Failed> {
    let script = "
        choose('failure', 'account/opposite_transfers_end[TransferInArgumentOrder]');
        element('last').click();
        const end = { headline: text('headline'), states: states() };
        element('every').click();
        const every = text('position');
        location.hash = '#buffer/every_item_arrives[WaitUnderIf]/dpor/1';
        await wait(500);
        leave({ end, every, followed: element('failure').value, wrong: document.querySelectorAll('.broken .differs').length > 0 });";
    let seen = drive("deadlock", &rows(), "", &[AHEAD], script)?;
    let deadlock = rows().into_iter().find(|row| row.subject == "TransferInArgumentOrder").and_then(|row| row.story);
    let deadlock = deadlock.ok_or("the story is told")?;
    let all = deadlock.steps.len() + deadlock.waits.len();
    let expected = serde_json::json!({
        "end": {
            "headline": "deadlock: A and B wait for each other",
            "states": {
                "balance[0]": "held by A",
                "balance[1]": "held by B",
                "main": "waits for A to end",
                "A": "waits to lock balance[1], B has it",
                "B": "waits to lock balance[0], A has it",
            },
        },
        "every": format!("{all} of {all}"),
        "followed": "buffer/every_item_arrives[WaitUnderIf]",
        "wrong": true,
        "complaints": [],
    });
    equal(&seen, &expected)
}

fn litmus_programs_have_a_row_an_outcome() -> Result<(), Failed> {
    let script = "
        const words = (part) => [...part.querySelectorAll('tr:not(.group)')].map(
            (row) => [...row.cells].map((cell) => cell.textContent).join(' | '));
        const programs = [...document.querySelectorAll('#litmus tbody')].map(
            (part) => [part.querySelector('.group').textContent, words(part)]);
        const linked = document.querySelector('nav a[href=\"#litmus\"]') !== null;
        leave({ programs: Object.fromEntries(programs), linked });";
    let seen = drive("litmus", &rows(), "", &[AHEAD], script)?;
    let yes = |is| if is { "yes" } else { "no" };
    let programs = litmus().into_iter().map(|table| {
        let outcome = |row: &Seen| {
            let registers = format!("r0 = {}, r1 = {}", row.outcome[0], row.outcome[1]);
            let [loom, sc] = [row.allowed.loom, row.allowed.sc].map(yes);
            format!("{registers} | {} | {loom} | {sc} | {}", thousands(row.count), row.words())
        };
        let outcomes: Vec<String> = table.rows.iter().map(outcome).collect();
        (format!("{}: {}", table.name, table.program), serde_json::json!(outcomes))
    });
    let programs: serde_json::Map<String, Value> = programs.collect();
    equal(&seen, &serde_json::json!({ "programs": programs, "linked": true, "complaints": [] }))
}

/// Also if several checks find one defect.
fn every_link_opens_the_failure_that_it_names() -> Result<(), Failed> {
    let mut rows = rows();
    let again = rows.iter().filter(|row| row.story.is_some()).cloned();
    let again: Vec<Row> = again
        .map(|row| Row { check: format!("programs/{}", row.pattern), claim: "another".to_owned(), ..row })
        .collect();
    rows.extend(again);
    let script = "
        const wrong = [];
        const links = [...document.querySelectorAll('.verdicts a[href^=\"#\"]')].map((link) => link.getAttribute('href'));
        for (const link of links) {
            location.hash = link;
            await wait(400);
            const shown = `#${element('failure').value}/${element('engine').value}/`;
            const claims = text('claim').includes('another') === link.includes('programs/');
            if (!decodeURI(link).startsWith(shown) || !claims) wrong.push([link, shown, text('claim')]);
        }
        const names = [...document.querySelectorAll('#twins th[scope=row]')].map((cell) => cell.textContent);
        leave({ wrong, links: links.length, twice: names.filter((name, at) => names.indexOf(name) !== at) });";
    let stories = rows.iter().filter(|row| row.story.is_some()).count();
    let seen = drive("links", &rows, "", &[AHEAD], script)?;
    equal(&seen, &serde_json::json!({ "wrong": [], "links": stories, "twice": [], "complaints": [] }))
}

/// A reader who opens the page, or follows a link into it, sees the program's state without scrolling.
fn the_state_is_above_the_fold() -> Result<(), Failed> {
    for fragment in ["", "#ttl_cache/fresh_write_survives_get[GetDeletesWithoutRecheck]/dpor/17"] {
        let script = "
            await wait(500);
            const bottom = document.querySelector('#threads tr:last-child').getBoundingClientRect().bottom;
            leave({ fits: bottom <= 900 ? 'yes' : `it ends at ${bottom}`, width: innerWidth });";
        let seen = drive("fold", &rows(), fragment, &[AHEAD, "--window-size=1280,900"], script)?;
        equal(&seen, &serde_json::json!({ "fits": "yes", "width": 1280, "complaints": [] }))?;
    }
    Ok(())
}

/// A call is a row, whose number is that of its first step, as in the text of a report; asked for, it is all of its steps.
fn calls_unfold_and_pages_are_ten_steps() -> Result<(), Failed> {
    let script = "
        const numbers = () => [...document.querySelectorAll('#rows .number')].map((number) => number.textContent);
        const whole = { now: text('now'), numbers: numbers() };
        element('inside').click();
        const unfolded = { now: text('now'), numbers: numbers() };
        element('every').click();
        press('Home');
        element('lanes').focus();
        press('PageDown');
        const down = text('now').split(':')[0];
        press('PageUp');
        leave({ whole, unfolded, down, up: text('now').split(':')[0] });";
    let address = "#ttl_cache/fresh_write_survives_get[GetDeletesWithoutRecheck]/dpor/18";
    let seen = drive("calls", &rows(), address, &[AHEAD], script)?;
    let found = rows().into_iter().find(|row| row.subject == "GetDeletesWithoutRecheck" && row.engine == Engine::Dpor);
    let found = found.ok_or("it is there")?;
    let story = found.story.ok_or("it is told")?;
    let numbered = |line: &str| line.trim_start_matches('»').split_whitespace().next()?.parse::<usize>().ok();
    let lanes: Vec<String> = lanes::draw(&story).iter().map(ToString::to_string).collect();
    let in_text: Vec<String> =
        lanes.iter().filter_map(|line| numbered(line)).map(|number| number.to_string()).collect();
    let on_page: Vec<&str> =
        seen["whole"]["numbers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if let Some(missing) = in_text.iter().find(|number| !on_page.contains(&number.as_str())) {
        return Err(format!("step {missing} of the text is no row of the page: {in_text:?}, {on_page:?}").into());
    }
    let is = |what: &str, expected: &str| seen[what].as_str() == Some(expected);
    let told = |which: &str| seen[which]["now"].as_str().unwrap_or_default().to_owned();
    let whole = told("whole").starts_with("Step 18: A: read clock — ");
    let unfolded = told("unfolded").starts_with("Step 18: A: load clock's atomic = 2000000000 (Acquire) — ");
    let ten = is("down", "Step 11") && is("up", "Step 1");
    if whole && unfolded && ten { Ok(()) } else { Err(format!("{seen:#}").into()) }
}

/// Ten thousand events, in real time.
fn a_long_story_stays_quick() -> Result<(), Failed> {
    const EVENTS: usize = 10_000;
    let found = |row: &Row| row.subject == "GetDeletesWithoutRecheck" && row.engine == Engine::Dpor;
    let mut row = rows().into_iter().find(found).ok_or("it is there")?;
    let story = row.story.as_mut().ok_or("it is told")?;
    // The steps of A and B between their begins and ends, again and again.
    let again: Vec<_> = story.steps[11..18].iter().cycle().take(EVENTS - story.steps.len()).cloned().collect();
    story.steps.splice(18..18, again);
    let script = "
        const opened = performance.now();
        const times = [];
        for (let at = 0; at < 300; at += 1) {
            const start = performance.now();
            press('ArrowDown');
            document.body.offsetHeight;
            times.push(performance.now() - start);
        }
        const start = performance.now();
        press('End');
        document.body.offsetHeight;
        const end = performance.now() - start;
        times.sort((one, other) => one - other);
        const [step, slowest] = [times[150], times[299]];
        leave({ opened, step, slowest, end, now: text('now'), elements: document.querySelectorAll('#rows *').length });";
    let seen =
        drive("long", &[row], "#ttl_cache/fresh_write_survives_get[GetDeletesWithoutRecheck]/dpor/1", &[], script)?;
    let milliseconds = |what: &str| seen[what].as_f64().unwrap_or(f64::INFINITY);
    println!(
        "\n{EVENTS} events: open after {:.0} ms; a step takes {:.1} ms, the slowest of 300 {:.1} ms, a jump to the end {:.1} ms",
        milliseconds("opened"),
        milliseconds("step"),
        milliseconds("slowest"),
        milliseconds("end")
    );
    let reads = seen["now"].as_str().is_some_and(|now| now.starts_with("The end: main: the check fails"));
    // The machine may be busy: the limits are far above the normal time, and far below a reader's patience.
    let quick = milliseconds("opened") < 10_000.0 && milliseconds("step") < 250.0 && milliseconds("end") < 1_000.0;
    if reads && quick && milliseconds("elements") < 1_000.0 { Ok(()) } else { Err(format!("{seen:#}").into()) }
}

fn main() {
    const DEADLOCK: &str = "#account/opposite_transfers_end[TransferInArgumentOrder]/dpor/3";
    let verify = || page::render(&rows(), &litmus(), &catalogue::listing(), &about());
    let mut trials = vec![
        Trial::test("a_link_opens_a_step_and_keys_lead_to_the_end", a_link_opens_a_step_and_keys_lead_to_the_end),
        Trial::test("a_deadlock_ends_with_who_holds_what", a_deadlock_ends_with_who_holds_what),
        Trial::test("every_link_opens_the_failure_that_it_names", every_link_opens_the_failure_that_it_names),
        Trial::test("the_state_is_above_the_fold", the_state_is_above_the_fold),
        Trial::test("calls_unfold_and_pages_are_ten_steps", calls_unfold_and_pages_are_ten_steps),
        Trial::test("litmus_programs_have_a_row_an_outcome", litmus_programs_have_a_row_an_outcome),
        Trial::test("a_long_story_stays_quick", a_long_story_stays_quick),
    ];
    for look in LOOKS {
        trials.push(Trial::test(format!("{}_is_readable", look.name), move || {
            everyone_can_read_it(look.name, &verify()?, DEADLOCK, &look)
        }));
        let name = format!("a_bench_in_{}_is_readable", look.name);
        trials.push(Trial::test(name.clone(), move || everyone_can_read_it(&name, &bench()?, "", &look)));
    }
    if let Ok(axe) = env::var("SELVEDGE_AXE") {
        let bench_axe = axe.clone();
        trials.push(Trial::test("axe_finds_nothing", move || axe_finds_nothing(&axe, "axe", &verify()?, DEADLOCK)));
        trials.push(Trial::test("axe_finds_nothing_in_a_bench", move || {
            axe_finds_nothing(&bench_axe, "axe_bench", &bench()?, "")
        }));
    }
    browser::run(trials);
}
