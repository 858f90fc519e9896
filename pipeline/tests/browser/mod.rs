//! A page in a real browser, a headless Chromium: opened from a file, driven by a script, and read.
//!
//! A page has no hooks for tests. A copy of it gets a script that drives it and, as its last act, leaves what it
//! saw as the only thing in the document. Without a browser these tests are ignored, and say so; with
//! SELVEDGE_BROWSER=required they fail. Where SELVEDGE_AXE names the `axe.min.js` of axe-core, that has to find nothing.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use cli::process::{self, End};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

/// What hears every complaint, before anything can complain.
const LISTEN: &str = "<script>
    const complaints = [];
    addEventListener('error', (event) => complaints.push(event.message));
    addEventListener('unhandledrejection', (event) => complaints.push(String(event.reason)));
    addEventListener('securitypolicyviolation', (event) => complaints.push(event.violatedDirective));
    for (const level of ['error', 'warn']) console[level] = (...words) => complaints.push(words.join(' '));
</script>";

/// What the scripts of tests are written in.
const WORDS: &str = "
    const element = (id) => document.getElementById(id);
    const text = (id) => element(id).textContent;
    const press = (key) => {
        const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(event);
    };
    const choose = (id, value) => {
        element(id).value = value;
        element(id).dispatchEvent(new Event('change'));
    };
    const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
    const states = () => Object.fromEntries([...document.querySelectorAll('#objects tr, #threads tr')].map(
        (row) => [row.cells[0].firstChild.textContent, row.cells[1].textContent]));
    const leave = (seen) => {
        const all = encodeURIComponent(JSON.stringify({ ...seen, complaints }));
        document.documentElement.replaceChildren(document.createElement('body'));
        document.body.append(all);
    };";

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

fn browser() -> Option<&'static str> {
    let runs = |name: &&str| {
        let version = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    };
    BROWSERS.into_iter().find(runs)
}

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    pub name: &'static str,
    pub dark: bool,
    pub flags: &'static [&'static str],
}

/// By day, by night, and on a phone.
pub const LOOKS: [Look; 3] = [
    Look { name: "light", dark: false, flags: &["--window-size=1400,1200"] },
    Look { name: "dark", dark: true, flags: &["--window-size=1400,1200", "--blink-settings=preferredColorScheme=0"] },
    Look { name: "a_phone", dark: false, flags: &["--window-size=500,900"] },
];

/// Opens a page, and returns what a script saw there.
pub fn open(name: &str, page: &str, fragment: &str, flags: &[&str], script: &str) -> Result<Value, Failed> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder)?;
    let file = folder.join("page.html");
    let driver =
        format!("<script>(async () => {{ {WORDS} {script} }})().catch((error) => console.error(error))</script>");
    let copy = page.replacen("<head>", &format!("<head>{LISTEN}"), 1);
    // The page of a bench has no script, and allows none.
    let copy =
        copy.replacen("style-src 'unsafe-inline'\"", "style-src 'unsafe-inline'; script-src 'unsafe-inline'\"", 1);
    fs::write(&file, copy.replace("</body>", &format!("{driver}</body>")))?;

    let mut command = Command::new(browser().ok_or("there is no browser")?);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display())).args(flags);
    command.arg(format!("file://{}{fragment}", file.display()));
    let line = match process::run(&mut command, Duration::from_secs(120), |_| ())? {
        End::Line(line) => line,
        other => return Err(format!("the browser did not end well: {other:?}").into()),
    };
    let seen = line.split("<body>").nth(1).and_then(|rest| rest.split("</body>").next());
    let seen = seen.ok_or_else(|| format!("the script did not come to its end: {line}"))?;
    let seen: Value = serde_json::from_str(&unescape(seen))?;
    equal(&seen["complaints"], &serde_json::json!([]))?;
    Ok(seen)
}

/// The inverse of `encodeURIComponent`.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let escaped = (byte == b'%').then(|| [rest.next(), rest.next()].map(|digit| char::from(digit.unwrap_or(b'0'))));
        let escaped = escaped.map(|digits| u8::from_str_radix(&String::from_iter(digits), 16).unwrap_or(b'?'));
        bytes.push(escaped.unwrap_or(byte));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub fn equal(seen: &Value, expected: &Value) -> Result<(), Failed> {
    if seen == expected { Ok(()) } else { Err(format!("seen: {seen:#}, expected: {expected:#}").into()) }
}

/// Time runs ahead while the page waits, so that nothing is missed and nothing is slow.
pub const AHEAD: &str = "--virtual-time-budget=20000";

/// Every text against what is behind it, and the page against the width of the window.
pub fn everyone_can_read_it(name: &str, page: &str, fragment: &str, look: &Look) -> Result<(), Failed> {
    let script = r"
        press('End');
        const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
        const luminance = (colour) => {
            const [red, green, blue] = channels(colour).map((value) => value / 255)
                .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
            return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        };
        const behind = (from) => {
            for (let at = from; at; at = at.parentElement) {
                const colour = getComputedStyle(at).backgroundColor;
                if ((channels(colour)[3] ?? 1) === 1) return colour;
            }
            return 'rgb(255, 255, 255)';
        };
        const faint = new Set();
        for (const shown of document.body.querySelectorAll('*')) {
            const words = [...shown.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
            if (!words || !shown.getClientRects().length || shown.closest('script, noscript, .unseen')) continue;
            const [one, other] = [getComputedStyle(shown).color, behind(shown)].map(luminance).sort((one, other) => one - other);
            const contrast = (other + 0.05) / (one + 0.05);
            if (contrast < 4.5) faint.add(`${shown.className || shown.id || shown.tagName}: ${contrast.toFixed(2)}`);
        }
        const unnamed = [...document.querySelectorAll('button, select, input, [tabindex]')].filter((control) =>
            !control.labels?.length && !control.ariaLabel && !control.hasAttribute('aria-labelledby') &&
            !(control.tagName === 'BUTTON' && control.textContent.trim()));
        leave({
            faint: [...faint],
            unnamed: unnamed.map((control) => control.outerHTML),
            tooWide: document.scrollingElement.scrollWidth > document.documentElement.clientWidth,
            dark: matchMedia('(prefers-color-scheme: dark)').matches,
        });";
    let seen = open(name, page, fragment, &[&[AHEAD], look.flags].concat(), script)?;
    equal(
        &seen,
        &serde_json::json!({ "faint": [], "unnamed": [], "tooWide": false, "dark": look.dark, "complaints": [] }),
    )
}

/// axe-core finds nothing, where SELVEDGE_AXE says where its `axe.min.js` is.
pub fn axe_finds_nothing(axe: &str, name: &str, page: &str, fragment: &str) -> Result<(), Failed> {
    let axe = fs::read_to_string(axe).map_err(|error| format!("failed to read SELVEDGE_AXE={axe}: {error}"))?;
    let page = page.replace("</body>", &format!("<script>{}</script></body>", axe.replace("</script", "<\\/script")));
    let script = "
        const { violations } = await axe.run(document);
        leave({ found: violations.map((found) => [found.id, found.help, found.nodes.map((node) => node.html.slice(0, 200))]) });";
    let seen = open(name, &page, fragment, &[AHEAD, "--window-size=1400,1200"], script)?;
    equal(&seen, &serde_json::json!({ "found": [], "complaints": [] }))
}

/// Runs the tests, in two browsers at a time: each waits as much as it works.
pub fn run(trials: Vec<Trial>) {
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(2);
    let there = browser().is_some();
    if !there {
        println!("no browser: the page is not tested; it takes one of {}", BROWSERS.join(", "));
    }
    let required = env::var("SELVEDGE_BROWSER").is_ok_and(|value| value == "required");
    let ignored = !there && !required;
    let trials = trials.into_iter().map(|trial| trial.with_ignored_flag(ignored)).collect();
    libtest_mimic::run(&arguments, trials).exit();
}
