"""Every rule of tools/tidy.py can fail, and a clean tree passes."""
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import tidy  # noqa: E402

CLEAN = {
    "src/CMakeLists.txt": "add_subdirectory(base)\nadd_subdirectory(rt)\nadd_subdirectory(wire)\n"
                          "add_subdirectory(bus)\nadd_subdirectory(gateway/mqtt)\nadd_subdirectory(gateway/wamp)\n",
    "src/base/CMakeLists.txt": "tt_module(NAME base LAYER 0)\n",
    "src/rt/CMakeLists.txt": "tt_module(NAME rt LAYER 1 DEPS base LIBS Boost::headers)\n",
    "src/wire/CMakeLists.txt": "tt_module(NAME wire LAYER 1 DEPS base)\n",
    "src/bus/CMakeLists.txt": "tt_module(NAME bus LAYER 3 DEPS base rt)\n",
    "src/gateway/mqtt/CMakeLists.txt": "tt_plugin(NAME gateway/mqtt DEPS base rt bus)\n",
    "src/gateway/wamp/CMakeLists.txt": "tt_plugin(NAME gateway/wamp DEPS base)\n",
    "src/bus/bus.h": "#pragma once\n\n// Bus: what it is for.\n\nnamespace tt::bus {\n"
                     "bool matches(int filter, int topic);\n}\n",
    "src/bus/bus.cc": '#include "bus/bus.h"\n\n#include "base/error.h"\n\nnamespace tt::bus {\n'
                      "bool matches(int filter, int topic) { return filter == topic; }\n}\n",
    "test/bus/bus_test.cc": "int main() { return 0; }\n",
}


def findings(tmp_path, changes):
    for rel, text in {**CLEAN, **changes}.items():
        if text is None:
            continue
        path = tmp_path / rel
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    tree = tidy.Tree(tmp_path)
    tree.check()
    return [f"{path}:{line}: {text}" for path, line, text in tree.findings]


def in_source(body):
    """bus.cc with `body`, which then begins in line 6."""
    return {"src/bus/bus.cc": '#include "bus/bus.h"\n\n#include "base/error.h"\n\nnamespace tt::bus {\n' + body + "\n}\n"}


def in_header(body):
    """bus.h with `body`, which then begins in line 6."""
    return {"src/bus/bus.h": "#pragma once\n\n// Bus: what it is for.\n\nnamespace tt::bus {\n" + body + "\n}\n"}


def test_a_clean_tree_has_no_findings(tmp_path):
    assert findings(tmp_path, {}) == []


LONG_BODY = "  call();\n" * 70

FAILING = {
    "higher layer": ({"src/rt/CMakeLists.txt": "tt_module(NAME rt LAYER 1 DEPS base bus)\n"},
                     "rt may not depend on bus"),
    "later in the same layer": ({"src/rt/CMakeLists.txt": "tt_module(NAME rt LAYER 1 DEPS base wire)\n"},
                                "rt may not depend on wire"),
    "edge to edge": ({"src/gateway/wamp/CMakeLists.txt": "tt_plugin(NAME gateway/wamp DEPS gateway/mqtt)\n"},
                     "gateway/wamp may not depend on gateway/mqtt"),
    "unknown module": ({"src/rt/CMakeLists.txt": "tt_module(NAME rt LAYER 1 DEPS bas)\n"}, "rt may not depend on bas"),
    "name and folder": ({"src/wire/CMakeLists.txt": "tt_module(NAME wires LAYER 1 DEPS base)\n"},
                        "the module is named wires, not after its folder"),
    "undeclared include": ({"src/bus/bus.cc": '#include "wire/json.h"\n'},
                           "bus includes wire but does not list it in DEPS"),
    "private folder": ({"src/bus/bus.cc": '#include "rt/detail/run_alone.h"\n'},
                       "rt/detail/run_alone.h is private to rt"),
    "no unit test": ({"test/bus/bus_test.cc": None}, "no test/bus/*_test.cc"),
    "pragma once": ({"src/bus/bus.h": "// Bus.\n#pragma once\n"}, "the first line of a header is #pragma once"),
    "header without a purpose": ({"src/bus/bus.h": "#pragma once\n\nnamespace tt {}\n"},
                                 "a header opens by saying what it is for"),
    "long header": (in_header("// x\n" * 300), "header over 300 lines: split the concept"),
    "long file": (in_source("// x\n" * 800), "file over 800 lines: split the concept"),
    "long line": (in_source("// " + "x" * 98), "line over 100 columns"),
    "heavy header": (in_header("#include <rocksdb/db.h>"), "a heavy library in a header: hide it in a .cc"),
    "using namespace std": (in_source("using namespace std;"), "qualify the names of std"),
    "endl": (in_source("void f() { out << std::endl; }"), "write '\\n'"),
    "new": (in_source("void f() { auto* x = new Bus(1); }"), "use std::make_unique"),
    "delete": (in_source("void f() { delete bus; }"), "use an owner"),
    "thread": (in_source("std::thread t;"), "use rt::Loops or rt::offload"),
    "sleep": (in_source("void f() { std::this_thread::sleep_for(s); }"), "use rt::Timer"),
    "detached": (in_source("void f() { co_spawn(ex, g(), asio::detached); }"),
                 "use rt::Scope: a child has a parent that joins it"),
    "regex": (in_source("const std::regex r;"), "use RE2: its time is linear"),
    "format": (in_source('auto s = std::format("{}", 1);'), "libstdc++ 12 has no <format>: use fmt"),
    "rand": (in_source("int f() { return rand(); }"), "use base/random.h"),
    "clock": (in_source("auto f() { return system_clock::now(); }"), "use the Clock that was handed down"),
    "cerr": (in_source("void f() { std::cerr << 1; }"), "use log::"),
    "C strings": (in_source("int f() { return atoi(text); }"), "use std::string_view, fmt and std::from_chars"),
    "unfinished": (in_source("// TODO: more"), "finish it or file an issue"),
    "helper": (in_source("class TopicHelper;"), "name what it is, not that it helps"),
    "swallowed": (in_source("void f() { try { g(); } catch (...) {} }"), "an exception must not vanish"),
    "macro": (in_source("#define LIMIT 3"), "the only macros are TT_..."),
    "two awaits": (in_source("Task<> f() { co_await g(co_await h()); }"), "one co_await per statement"),
    "awaited lambda": (in_source("Task<> f() { co_await g([p] { return p; }); }"), "name the lambda before co_await"),
    "awaited braces": (in_source("Task<> f() { co_await g({1, 2}); }"), "name the aggregate before co_await"),
    "awaited aggregate": (in_source("Task<> f() { co_await g(store::Put{1}); }"), "name the aggregate before co_await"),
    "awaited over two lines": (in_source("Task<> f() {\n  co_await g(\n      Put{1});\n}"),
                               "name the aggregate before co_await"),
    "capturing coroutine": (in_source("auto f = [this](int x) -> Task<> { co_return; };"),
                            "a coroutine is a function, not a capturing lambda"),
    "global": (in_source("static int count = 0;"), "no variables outside of functions and objects"),
    "long function": (in_source("void f() {\n" + LONG_BODY + "}"), "function of over 70 lines"),
    "long member function": (in_source("class A {\n  int f() const {\n" + LONG_BODY + "  }\n};"),
                             "function of over 70 lines"),
    "long function, head of two lines": (in_source("void f(int a,\n       int b) {\n" + LONG_BODY + "}"),
                                         "function of over 70 lines"),
    "five parameters": (in_header("void f(int a, int b, Map<int, int> c, int d, int e);"),
                        "f() has 5 parameters: use a struct beyond 4"),
    "bool parameter": (in_header("void publish(int topic, bool retain);"),
                       "publish() takes a bool: use an enum that reads at the call"),
    "carriage return": ({"docs/a.md": "a\r\n"}, "line ends are \\n"),
    "no last line end": ({"docs/a.md": "a"}, "the last line ends with \\n"),
    "white space": ({"docs/a.md": "a \n"}, "white space at the end of the line"),
    "tab": ({"docs/a.md": "\ta\n"}, "a tab"),
    "somebody's machine": ({"docs/a.md": "see /" + "home/anna/notes\n"}, "a path of somebody's machine"),
    "dead reference": ({"docs/a.md": "see docs/b.md\n"}, "docs/b.md does not exist"),
}


@pytest.mark.parametrize("name", FAILING)
def test_the_rule_can_fail(tmp_path, name):
    changes, text = FAILING[name]
    assert [f for f in findings(tmp_path, changes) if f.endswith(": " + text)]


PASSING = {
    "words in comments": in_source("// std::thread, a regex: std::regex, co_await g({1})"),
    "words in text": in_source('auto s = "std::endl; rand() co_await f({1})";'),
    "raw text": in_source('auto s = R"(std::endl; { { {)";'),
    "quote characters": in_source("bool f(char c) { return c == '\"' || c == '{' || c == 1'000; }"),
    "two calls awaited together": in_source("Task<> f() { co_await (pump(s) || keep_alive(s)); }"),
    "awaited name": in_source("Task<> f() {\n  Put put{1};\n  auto x = co_await g(std::move(put));\n}"),
    "index in an awaited call": in_source("Task<> f() { co_await g(parts[0], table[i](1)); }"),
    "function of 70 lines": in_source("void f() {\n" + "  call();\n" * 68 + "}"),
    "long class": in_source("class A {\n" + "  int f();\n" * 80 + "};"),
    "setter of a bool": in_header("void set_retain(bool retain);"),
    "an await in a condition": in_source("Task<> f() {\n  while (auto x = co_await g()) co_await h(x);\n}"),
    "an await in front of a block": in_source("Task<> f() {\n  if (co_await g()) {\n    Put p{1};\n  }\n}"),
    "deleter": in_source("void Close::operator()(z_stream* s) const {\n  end(s);\n  delete s;\n}"),
    "lambda that only makes a task": in_source("auto f = [this](int x) -> Task<> { return serve(x); };"),
    "dependencies": in_header("Bus make_bus(A& a, B& b, C& c, D& d, E& e);"),
    "number of cores": in_source("auto n = std::thread::hardware_concurrency();"),
    "constant": in_source("static const int limit = 3;\ninline constexpr int more = 4;"),
}


@pytest.mark.parametrize("name", PASSING)
def test_the_rules_let_good_code_pass(tmp_path, name):
    assert findings(tmp_path, PASSING[name]) == []


def run(root, *arguments):
    command = ["/usr/bin/python3", str(ROOT / "tools" / "tidy.py"), str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_known_finding_is_let_through_until_it_is_mended(tmp_path):
    entry = "src/bus/bus.cc: write '\\n'"
    findings(tmp_path, in_source("void f() { out << std::endl; }"))
    assert run(tmp_path).returncode == 1
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "tidy_known.txt").write_text("# why\n" + entry + "\n")
    assert run(tmp_path).returncode == 0
    (tmp_path / "src/bus/bus.cc").write_text("\n")
    result = run(tmp_path)
    assert result.returncode == 1
    assert "no longer applies, remove: " + entry in result.stdout


def test_the_compile_time_budget(tmp_path):
    findings(tmp_path, {"out/.ninja_log": "# ninja log v5\n0\t9000\t0\tslow.cc.o\tx\n0\t100\t0\tfast.cc.o\tx\n"})
    result = run(tmp_path, "--build", str(tmp_path / "out"))
    assert result.returncode == 1
    assert "slow.cc.o:1: took 9.0 s to compile, the budget is 8 s" in result.stdout
    assert "fast.cc.o" not in result.stdout
