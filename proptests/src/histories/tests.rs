//! Logs that can be read, and what they mean; and logs that cannot.

use selvedge::check::linearizability::Checker;

use super::Model;
use super::generate::{Shape, generate};

/// The lines of a register's log, each given without the common prefix.
fn register_log(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("INFO  jepsen.util - {}\n", line.replacen(' ', "\t", 3))).collect()
}

/// An event of a key-value log: process, type, function, key and value.
type KvEvent<'a> = (u32, &'a str, &'a str, &'a str, &'a str);

/// The lines of a key-value log.
fn kv_log(lines: &[KvEvent<'_>]) -> String {
    let line = |(process, kind, function, key, value): &KvEvent<'_>| {
        format!("{{:process {process}, :type :{kind}, :f :{function}, :key \"{key}\", :value {value}}}\n")
    };
    lines.iter().map(line).collect()
}

#[track_caller]
fn judge(model: Model, log: &str) -> (usize, bool) {
    let recorded = model.read(log.as_bytes(), false).expect("it can be read");
    (recorded.operations(), recorded.judge(&Checker::new()).is_linearizable())
}

#[test]
fn what_register_logs_mean() {
    let cases = [
        ("0 :invoke :read nil; 0 :ok :read nil", true),
        ("0 :invoke :write 1; 0 :ok :write 1; 0 :invoke :read nil; 0 :ok :read nil", false),
        ("0 :invoke :write 1; 0 :ok :write 1; 0 :invoke :read nil; 0 :ok :read 1", true),
        // A timed-out read tells nothing, and its process goes on.
        ("0 :invoke :read nil; 0 :fail :read :timed-out; 0 :invoke :read nil; 0 :ok :read nil", true),
        ("0 :invoke :read nil; 0 :info :read :timed-out", true),
        // A timed-out write may take effect at any later time,
        (
            "0 :invoke :write 1; 0 :info :write :timed-out; 1 :invoke :read nil; \
         1 :ok :read nil; 1 :invoke :read nil; 1 :ok :read 1",
            true,
        ),
        // or never, but not before it was invoked, and not twice.
        ("0 :invoke :write 1; 0 :info :write :timed-out; 1 :invoke :read nil; 1 :ok :read nil", true),
        ("1 :invoke :read nil; 1 :ok :read 1; 0 :invoke :write 1; 0 :info :write :timed-out", false),
        (
            "0 :invoke :write 1; 0 :fail :write :timed-out; 1 :invoke :read nil; 1 :ok :read 1; \
         1 :invoke :write 2; 1 :ok :write 2; 1 :invoke :read nil; 1 :ok :read 1",
            false,
        ),
        // The same for a write whose end is not in the log, and for a swap.
        ("0 :invoke :write 1; 1 :invoke :read nil; 1 :ok :read 1", true),
        (
            "0 :invoke :write 1; 0 :ok :write 1; 2 :invoke :cas [1 2]; 2 :info :cas :timed-out; \
         1 :invoke :read nil; 1 :ok :read 1; 1 :invoke :read nil; 1 :ok :read 2",
            true,
        ),
        ("2 :invoke :cas [1 2]; 2 :info :cas :timed-out; 1 :invoke :read nil; 1 :ok :read 2", false),
        // A swap that failed did not happen, whatever was there.
        ("0 :invoke :cas [1 2]; 0 :fail :cas [1 2]", true),
        ("0 :invoke :write 1; 0 :ok :write 1; 0 :invoke :cas [1 2]; 0 :fail :cas [1 2]", true),
        ("0 :invoke :cas [1 2]; 0 :ok :cas [1 2]", false),
        ("0 :invoke :write 1; 1 :invoke :cas [1 2]; 1 :fail :cas [1 2]; 0 :ok :write 1", true),
        // Nor did a failed write; and the reason is ignored.
        ("0 :invoke :write 1; 0 :fail :write 1; 1 :invoke :read nil; 1 :ok :read 1", false),
        // The process of a timed-out operation counts as another one when it goes on.
        ("0 :invoke :write 1; 0 :info :write :timed-out; 0 :invoke :read nil; 0 :ok :read 1", true),
    ];
    for (lines, linearizable) in cases {
        let lines: Vec<&str> = lines.split("; ").collect();
        let count = |kind| lines.iter().filter(|line| line.contains(kind)).count();
        let happened = count(":invoke") - count(":fail");
        assert_eq!(judge(Model::Register, &register_log(&lines)), (happened, linearizable), "{lines:#?}");
    }
}

#[test]
fn what_key_value_logs_mean() {
    let append = |process, kind, value| (process, kind, "append", "a", value);
    let did = |function, key, value, read| [(0, "invoke", function, key, value), (0, "ok", function, key, read)];
    let appended = |value| did("append", "a", value, value);
    let put = |value| did("put", "a", value, value);
    let got = |value| did("get", "a", "nil", value);
    let (x, y) = (r#""x""#, r#""y""#);
    let both = [append(1, "invoke", x), append(2, "invoke", y)];
    let are_done = [append(1, "ok", x), append(2, "ok", y)];
    let cases: &[(&[&[KvEvent<'_>]], bool)] = &[
        (&[&got(r#""""#)], true),
        (&[&got("nil")], true),
        (&[&appended(x), &got(r#""""#)], false),
        (&[&appended(x), &got(x)], true),
        // An append that was not answered may have taken effect, or not; and not twice.
        (&[&both[..1], &got(x)], true),
        (&[&both[..1], &got(r#""""#)], true),
        (&[&both[..1], &got(r#""xx""#)], false),
        // Appends that overlap may be in either order, but in one.
        (&[&both, &are_done, &got(r#""yx""#)], true),
        (&[&both, &got(x), &are_done, &got(r#""yx""#)], false),
        // To what is no string nothing can be appended.
        (&[&put("5"), &appended(x)], false),
        // A put replaces, and another key is another matter.
        (&[&appended(x), &put(r#""z""#), &did("get", "b", "nil", r#""""#), &got(r#""z""#)], true),
    ];
    for (lines, linearizable) in cases {
        let lines = lines.concat();
        let invoked = lines.iter().filter(|line| line.1 == "invoke").count();
        assert_eq!(judge(Model::Kv, &kv_log(&lines)), (invoked, *linearizable), "{lines:#?}");
    }
}

#[test]
fn what_is_no_event_is_skipped() {
    let log = "INFO  jepsen.core - 0 is invoked: read\n\nsome other line\n\
               INFO  jepsen.util - :nemesis\t:info\t:start\tnil\nINFO  jepsen.util - 3 nodes are up\n\
               INFO  jepsen.util - 0   :invoke :read   nil\r\nINFO  jepsen.util - 0\t:ok\t:read\tnil\r\n";
    assert_eq!(judge(Model::Register, log), (1, true));
    // With the carriage return and without the line's end.
    let log = kv_log(&[(0, "invoke", "get", "a", "nil"), (0, "ok", "get", "a", "\"\"")]).replace('\n', "\r\n\r\n");
    assert_eq!(judge(Model::Kv, log.trim_end_matches('\n')), (1, true));
    let log = "{:time 5 :value nil, :f :get :key \"a \\\" b\" :type :invoke :process 0 :error \"no\"}";
    assert_eq!(judge(Model::Kv, log), (1, true));
    // Nothing happened.
    for model in [Model::Register, Model::Kv] {
        assert_eq!(judge(model, ""), (0, true));
        assert_eq!(judge(model, "\n\r\n  \n"), (0, true));
    }
}

#[test]
fn what_cannot_be_read() {
    let event = "INFO  jepsen.util - ";
    let register = [
        ("hello\nworld", 1, "neither this nor any other line is an event"),
        ("INFO  jepsen.util - 0\t:ok\t:read\tnil", 1, "process 0 has no operation under way"),
        ("INFO  jepsen.util - 0\t:info\t:write\t:timed-out", 1, "process 0 has no operation under way"),
        ("INFO  jepsen.util - 0\t:invoke\t:rea", 1, "`:rea` is none of :read, :write and :cas"),
        ("INFO  jepsen.util - 0\t:invoke", 1, "`:` is none of :read, :write and :cas"),
        ("INFO  jepsen.util - 0\t:inv", 1, "`:inv` is none of :invoke, :ok, :fail and :info"),
        ("INFO  jepsen.util - 0", 1, "`` is none of :invoke, :ok, :fail and :info"),
        ("0 :inv", 1, "`:inv` is none of :invoke, :ok, :fail and :info"),
        ("INFO  jepsen.util - 0\t:invoke\t:write\t1x", 1, "`1x` is no value"),
        ("INFO  jepsen.util - 0\t:invoke\t:cas\t[1 ", 1, "`[1` is no value"),
        ("INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2 3]", 1, "`[1 2 3]` is no [old new]"),
        ("INFO  jepsen.util - 99999999999\t:invoke\t:read\tnil", 1, "`99999999999` is too large"),
    ];
    for (log, line, reason) in register {
        assert_refused(Model::Register, log.as_bytes(), line, reason);
    }
    let after_a_write = [
        ("0 :invoke :read nil", "process 0 already has an operation under way"),
        ("0 :ok :read 1", "process 0 has a :write under way, and not a :read"),
        ("0 :ok :write 2", "process 0 has write 1 under way, and not this one"),
        ("0 :ok :write :timed-out", "process 0 has write 1 under way, and not this one"),
        ("1 :ok :write 1", "process 1 has no operation under way"),
    ];
    for (line, reason) in after_a_write {
        assert_refused(Model::Register, format!("{event}0 :invoke :write 1\n\n{event}{line}").as_bytes(), 3, reason);
    }
    let kv = [
        ("42", "`42` is no operation"),
        ("{:process 0, :type :invoke, :f :get, :key \"a\", :value nil", "this ends before it is complete"),
        ("{:process 0, :type :invoke, :f :get, :key \"a\", :value \"x}", "this ends before it is complete"),
        ("{:process 0, :type :invoke, :f :get, :key \"a\", :value}", "this ends before it is complete"),
        ("{:process 0, :type :invoke, :f :get, :key \"a\", :value nil)", "`)` closes what was not opened"),
        ("}", "`}` closes what was not opened"),
        ("]", "this closes what was not opened"),
        ("{:type :invoke, :f :get, :key \"a\"}", "an operation needs a :process"),
        ("{:process 0, :f :get, :key \"a\"}", "an operation needs a :type"),
        ("{:process 0, :type :invoke, :key \"a\"}", "an operation needs a :f"),
        ("{:process 0, :type :invoke, :f :get}", "`nil` is no [key value], and there is no :key"),
        ("{:process 0, :type :invoke, :f :get, :value [1]}", "`[1]` is no [key value], and there is no :key"),
        ("{:process 0, :type :invoke, :f :get, :key \"a\", :key \"b\", :value nil}", "a field is there twice"),
        ("{:process x, :type :invoke, :f :get, :key \"a\", :value nil}", "`x` is no number of a process"),
        ("{:process -1, :type :invoke, :f :get, :key \"a\"}", "`-1` is no number of a process"),
        ("{:process 0, :type :invoke, :f :del, :key \"a\"}", "`:del` is none of :get, :put, :append, :cas, :read and"),
        ("{:process 0, :type :gone, :f :get, :key \"a\"}", "`:gone` is none of :invoke, :ok, :fail and :info"),
        ("{:process 0, :type :invoke, :f :append, :key \"a\", :value 5}", "`5` is no string"),
        ("{:process 0, :type :ok, :f :get, :key \"a\", :value \"x\"}", "process 0 has no operation under way"),
    ];
    let after_a_put = [
        ("{:process 0, :type :invoke, :f :get, :key \"a\"}", "process 0 already has an operation"),
        ("{:process 0, :type :ok, :f :put, :key \"b\", :value \"x\"}", "process 0 has put \"a\" \"x\" under way"),
    ];
    for (first, lines) in
        [((9, "invoke", "get", "a", "nil"), &kv[..]), ((0, "invoke", "put", "a", "\"x\""), &after_a_put)]
    {
        for (line, reason) in lines {
            assert_refused(Model::Kv, format!("{}{line}", kv_log(&[first])).as_bytes(), 2, reason);
        }
    }
    let others = [
        (Model::Set, "{:process 0, :type :ok, :f :read, :value 1}", "`1` is no set"),
        (Model::Counter, "{:process 0, :type :ok, :f :read, :value nil}", "`nil` is no number"),
        (Model::Counter, "{:process 1, :type :invoke, :f :add, :value 1.5}", "`1.5` is no number"),
        (Model::Queue, "{:process 1, :type :invoke, :f :read}", "`:read` is none of :enqueue and :dequeue"),
        (Model::Mutex, "{:process 1, :type :invoke, :f :lock}", "`:lock` is none of :acquire and :release"),
    ];
    for (model, line, reason) in others {
        let name = model.functions().last().expect("every model has some").0;
        let first = format!("{{:process 0, :type :invoke, :f :{name}}}");
        assert_refused(model, format!("{first}\n{line}").as_bytes(), 2, reason);
    }
    let deep =
        format!("{{:process 0, :type :invoke, :f :write, :value {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_refused(Model::Register, deep.as_bytes(), 1, "its collections are nested too deep");
    let long = format!("{{:process 0, :type :invoke, :f :{}}}", "x".repeat(1_000_000));
    assert_refused(Model::Register, long.as_bytes(), 1, "`:xxx");
    assert_refused(Model::Kv, b"\n\n{:process \xff}", 3, "it is not UTF-8");
}

#[track_caller]
fn assert_refused(model: Model, log: &[u8], line: usize, reason: &str) {
    let error = model.read(log, false).expect_err("it cannot be read");
    assert_eq!(error.line, line, "{error}");
    assert!(error.reason.starts_with(reason), "{error}");
    assert!(!error.to_string().contains('\n') && error.to_string().len() < 300, "{error}");
}

/// A log cut off anywhere is refused or read, and never panics.
#[test]
fn truncated_logs() {
    let shape = Shape { operations: 20, clients: 3, keys: 2, values: 2, ..LARGE };
    for model in [Model::Register, Model::Kv] {
        let log = generate(&Shape { model, ..shape });
        for end in 0..log.len() {
            let whole_lines = log[..end].lines().count();
            match model.read(&log.as_bytes()[..end], false) {
                Ok(recorded) => assert!(recorded.operations() <= 20),
                Err(error) => assert_eq!(error.line, whole_lines, "{error}"),
            }
        }
    }
}

const LARGE: Shape = Shape {
    model: Model::Register,
    operations: 10_000,
    clients: 20,
    keys: 10,
    values: 5,
    timeouts: 2,
    broken: false,
    seed: 3,
};

#[test]
fn generated_logs() {
    for model in [Model::Register, Model::Kv] {
        for (values, broken) in [(5, false), (1_000_000, true)] {
            let log = generate(&Shape { model, values, broken, clients: 8, operations: 2_000, ..LARGE });
            let happened = 2_000 - log.matches(":fail").count();
            assert_eq!(judge(model, &log), (happened, !broken), "{model:?}");
        }
    }
}

/// A timed-out operation of every model may have happened at any later time, or never.
#[test]
fn what_is_not_known_may_be() {
    let call = |process: u32, function: &str, value: &str, end: &str| {
        let line = |kind| format!("{{:process {process}, :type :{kind}, :f :{function}, :value {value}}}\n");
        [line("invoke"), line(end)].concat()
    };
    let done = |process, function, value| call(process, function, value, "ok");
    let unknown = |function, value| call(9, function, value, "info");
    let cases = [
        (Model::Set, unknown("add", "1"), vec![done(0, "read", "#{}"), done(0, "read", "#{1}")]),
        (Model::Counter, unknown("add", "5"), vec![done(0, "read", "0"), done(0, "read", "5")]),
        (Model::Queue, unknown("enqueue", "1"), vec![done(0, "dequeue", "nil"), done(0, "dequeue", "1")]),
        (Model::Mutex, unknown("release", "nil"), vec![done(0, "acquire", "nil"), done(0, "acquire", "nil")]),
        (Model::Register, unknown("write", "1"), vec![done(0, "read", "nil"), done(0, "read", "1")]),
    ];
    for (model, unknown, then) in cases {
        let before = if model == Model::Mutex { then[0].clone() } else { String::new() };
        for (log, right) in [
            ([before.clone(), unknown.clone(), then[1].clone()].concat(), true),
            ([before.clone(), unknown.clone(), then.concat()].concat(), model != Model::Mutex),
            ([before, then[1].clone(), unknown].concat(), false),
        ] {
            assert_eq!(judge(model, &log).1, right, "{model:?}: {log}");
        }
    }
}

#[test]
fn keys_have_objects_of_their_own_where_there_are_some() {
    let log = "0 :invoke :add [:a 1]\n1 :invoke :add [:b 2]\n0 :ok :add [:a 1]\n1 :ok :add [:b 2]\n\
               0 :invoke :read [:a nil]\n0 :ok :read [:a 1]\n";
    let keyed = Model::Counter.read(log.as_bytes(), true).expect("it can be read");
    assert!(keyed.judge(&Checker::new()).is_linearizable());
    assert!(Model::Counter.read(log.as_bytes(), false).is_err());
    let whole = log.replace("[:a 1]\n1", "[:a 3]\n1").replace(":ok :add [:a 1]", ":ok :add [:a 3]");
    let keyed = Model::Counter.read(whole.as_bytes(), true).expect("it can be read");
    assert!(!keyed.judge(&Checker::new()).is_linearizable());
}

/// Pruning changes no verdict: small logs in which a read answers what another one did.
#[test]
fn pruned_and_unpruned_agree() {
    let mut verdicts = [0, 0];
    for seed in 0..400 {
        for model in [Model::Register, Model::Kv] {
            let shape = Shape { model, operations: 9, clients: 4, keys: 1, values: 3, timeouts: 100, seed, ..LARGE };
            let log = generate(&shape);
            let is_read = |line: &&str| line.contains(":ok") && (line.contains(":read") || line.contains(":get"));
            let value = |line: &str| {
                let marker = if model == Model::Register { "\t" } else { ":value " };
                line[line.rfind(marker).expect("it has a value")..].to_owned()
            };
            let reads: Vec<&str> = log.lines().filter(is_read).collect();
            let (Some(first), Some(last)) = (reads.first(), reads.last()) else { continue };
            let log = log.replace(*last, &last.replace(&value(last), &value(first)));
            let recorded = model.read(log.as_bytes(), false).expect("it can be read");
            let pruned = recorded.judge(&Checker::new()).is_linearizable();
            assert_eq!(recorded.judge(&Checker::new().unpruned()).is_linearizable(), pruned, "{log}");
            verdicts[usize::from(pruned)] += 1;
        }
    }
    assert!(verdicts.iter().all(|&count| count > 20), "{verdicts:?}");
}
