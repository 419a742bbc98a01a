#!/usr/bin/env python3
"""Mutation testing of Packing and Leasing: what is changed there that no test notices?

    mutate.py build                      write the copy with every mutant in it, and build it
    mutate.py run [--mutants 200|all] [--seed 1] [--only FILE] [--quick]
                                         build, try mutants that the seed draws, and report
    mutate.py one NUMBER...              what each suite says of these mutants
    mutate.py list [--only FILE]         every mutant
    mutate.py check                      the same of a small package of which all answers are known

A mutant is one small change: a comparison turned round, a statement left out, a bound moved. All of them stand in one
copy of the sources, below .build/mutation, each behind a switch that asks for BERTH_MUTANT; so they are built once. A
run without a mutant says which suites of tests reach which, and a mutant is tried with those, the fastest first, until
a test fails. A number of simulated lives counts as one of the suites.

Results are kept while sources and tests stay as they are, so that a larger sample goes on from a smaller one.
"""

import argparse, collections, ctypes, hashlib, json, os, re, resource, shutil, signal, subprocess, sys, threading, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Suites of less processor time than this together are tried in one process.
TOGETHER_SECONDS = 2.0
# Suites of more are left out with --quick.
QUICK_SECONDS = 5.0
# A mutant has this many times the processor time of a run without one, and some seconds more.
LIMIT_FACTOR, LIMIT_SECONDS = 8, 5
# Against endless loops that keep what they make.
MEMORY_BYTES = 8 << 30
# How often the copy is built without what did not compile before.
ROUNDS = 40
LIBC = ctypes.CDLL(None)


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Package:
    """A package, what of it is mutated, and who decides."""

    def __init__(self, root, work, mutated, tests, judge=None):
        self.root, self.work, self.mutated, self.tests, self.judge = Path(root), Path(work), mutated, tests, judge
        self.copy = self.work / "package"
        self.points_path, self.dropped_path = self.work / "points.tsv", self.work / "dropped"
        self.build = ["swift", "build", "-c", "release", "--build-tests"]
        self.build += ["-Xswiftc", "-enable-testing", "-Xswiftc", "-suppress-warnings"]


BERTH = Package(
    HERE.parent, HERE.parent / ".build/mutation", ["Packing", "Leasing"], ["PackingTests", "LeasingTests"],
    ("berth-proof", ["lives", "--seeds", "1-50", "--commands", "150", "--model", "--jobs", "1"]))
TOY = Package(HERE / "mutation/Toy", HERE.parent / ".build/mutation-check", ["Toy"], ["ToyTests"])

MANIFEST = """
// What the tests do not need is left out of this copy, and a switch comes in.
do {
    var kept = KEPT
    var place = 0
    while place < kept.count {
        for target in package.targets where target.name == kept[place] {
            for dependency in target.dependencies {
                switch dependency {
                case .targetItem(let name, _), .byNameItem(let name, _): if !kept.contains(name) { kept.append(name) }
                default: break
                }
            }
        }
        place += 1
    }
    package.targets.removeAll { !kept.contains($0.name) }
    package.products = []
    package.targets.append(.target(name: "CMutation"))
    for target in package.targets where MUTATED.contains(target.name) { target.dependencies.append("CMutation") }
}
"""


# MARK: The copy

Point = collections.namedtuple(
    "Point", "number form file line column out_line out_column end_line end_column operator before after")


def put(path, data):
    """Writes a file unless it is so already: what keeps its date is not compiled again."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def compile_writer(work):
    """The program that writes the sources with mutants in them, with the toolchain's own parser."""
    program, source = HERE.parent / ".build/mutation/schemata", HERE / "mutation/Schemata.swift"
    stamp = program.with_suffix(".digest")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    if program.exists() and stamp.exists() and stamp.read_text() == digest:
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    host = Path(os.path.realpath(shutil.which("swiftc"))).parent.parent / "lib/swift/host"
    subprocess.run(
        ["swiftc", "-O", "-I", host, "-L", host, "-lSwiftSyntax", "-lSwiftParser", "-lSwiftOperators",
         "-Xlinker", "-rpath", "-Xlinker", host, source, "-o", program], check=True)
    stamp.write_text(digest)
    return program


def copy_package(package):
    """Copies what is not mutated, and takes away what is no longer there."""
    quoted = lambda names: "[" + ", ".join(f'"{name}"' for name in names) + "]"
    kept = package.tests + ([package.judge[0]] if package.judge else [])
    manifest = (package.root / "Package.swift").read_text() + MANIFEST.replace("KEPT", quoted(kept)).replace(
        "MUTATED", quoted(package.mutated))
    put(package.copy / "Package.swift", manifest.encode())
    if (package.root / "Package.resolved").exists() and not (package.copy / "Package.resolved").exists():
        shutil.copy(package.root / "Package.resolved", package.copy)
    there = set()
    folders = [name for name in ("Sources", "Tests", "config", "docs") if (package.root / name).is_dir()]
    for folder in folders:
        for path in sorted((package.root / folder).rglob("*")):
            name = path.relative_to(package.root)
            is_mutated = folder == "Sources" and name.parts[1] in package.mutated and path.suffix == ".swift"
            if path.is_file():
                there.add(name)
                if not is_mutated:
                    put(package.copy / name, path.read_bytes())
    for path in sorted((HERE / "mutation/CMutation").rglob("*")):
        if path.is_file():
            name = Path("Sources/CMutation") / path.relative_to(HERE / "mutation/CMutation")
            there.add(name)
            put(package.copy / name, path.read_bytes())
    for target in package.mutated:
        name = Path(f"Sources/{target}/Switches.swift")
        there.add(name)
        put(package.copy / name, (HERE / "mutation/Switches.swift.in").read_bytes())
    for folder in folders:
        for path in (package.copy / folder).rglob("*"):
            if path.is_file() and path.relative_to(package.copy) not in there:
                path.unlink()


def read_points(package):
    rows = (line.split("\t") for line in package.points_path.read_text().splitlines() if line)
    return [Point(*(int(v) if 0 <= i <= 8 and i != 2 else v for i, v in enumerate(row))) for row in rows]


def form_key(point):
    operators = {"bound": "comparison"}
    return f"{point.file}:{point.line}:{point.column}:{operators.get(point.operator, point.operator)}"


def write_mutants(package):
    folders = []
    for target in package.mutated:
        folders += [f"Sources/{target}", str((package.copy / f"Sources/{target}").resolve())]
    subprocess.run(
        [compile_writer(package.work), package.points_path.resolve(), package.dropped_path.resolve(), *folders],
        cwd=package.root, check=True)
    return read_points(package)


def culprits(points, file, line, column, count):
    """The forms that an error of the compiler is about, which has been there `count` times before: the innermost
    one around it, or all on its line when that was not enough, or those near it where it is about a whole statement."""
    forms = list({point.form: point for point in points if point.file == file}.values())
    on_line = [p for p in forms if p.out_line <= line <= p.end_line]
    around = [p for p in on_line if (p.out_line, p.out_column) <= (line, column) <= (p.end_line, p.end_column)]
    if around and not count:
        return [max(around, key=lambda p: (p.out_line, p.out_column, -p.end_line, -p.end_column))]
    whole = [p for p in on_line if p.out_line == line]
    if whole or around or on_line:
        return whole or around or on_line
    if not forms:
        return []
    far = lambda point: abs(point.out_line - line)
    return [p for p in forms if far(p) <= max(4 * (count + 1), min(map(far, forms)))]


def source_digest(package):
    digest = hashlib.sha256()
    for path in sorted(package.root.joinpath("Sources").rglob("*.swift")):
        if path.relative_to(package.root).parts[1] in package.mutated:
            digest.update(str(path.relative_to(package.root)).encode() + path.read_bytes())
    for path in sorted((HERE / "mutation").glob("*")):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def build(package):
    """Writes the copy and builds it, without the forms that do not compile. Gives the mutants that are in it."""
    package.work.mkdir(parents=True, exist_ok=True)
    # What did not compile is asked again when sources change.
    stamp, sources = package.work / "dropped-of", source_digest(package)
    if not stamp.exists() or stamp.read_text() != sources:
        package.dropped_path.write_text("")
        stamp.write_text(sources)
    copy_package(package)
    seen = collections.Counter()
    for number in range(ROUNDS):
        points = write_mutants(package)
        say(f"building {len(points)} mutants" + (f", round {number + 1}" if number else ""))
        environment = dict(os.environ)
        environment.pop("CI", None)  # Warnings of what was written are no errors.
        result = subprocess.run(
            package.build, cwd=package.copy, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace")
        (package.work / "build.log").write_text(result.stdout)
        if result.returncode == 0:
            break
        dropped, root = set(), str(package.copy.resolve()) + "/"
        errors = re.findall(r"^(/[^:\n]+):(\d+):(\d+): error: (.*)$", result.stdout, re.M)
        for path, line, column, words in errors:
            file, place = path.removeprefix(root), (path, int(line))
            found = culprits(points, file, int(line), int(column), seen[place])
            if not found:
                sys.exit(f"{path}:{line}:{column}: {words}\nno mutant is there; see {package.work / 'build.log'}")
            dropped |= {form_key(point) for point in found}
        seen.update({(path, int(line)) for path, line, _, _ in errors})
        if not dropped:
            sys.exit(result.stdout[-4000:] + f"\nthe copy does not build; see {package.work / 'build.log'}")
        say(f"{len(dropped)} forms do not compile and are left out")
        with open(package.dropped_path, "a") as file:
            file.write("".join(key + "\n" for key in sorted(dropped)))
    else:
        sys.exit(f"the copy does not build after {ROUNDS} rounds; see {package.work / 'build.log'}")
    digest = hashlib.sha256()
    for path in sorted(package.copy.glob("[ST]*/**/*")):
        if path.is_file():
            digest.update(str(path).encode() + path.read_bytes())
    (package.work / "built").write_text(digest.hexdigest())
    return points


# MARK: Runs

class Run:
    """One process under a mutant, which is ended when a test fails."""

    def __init__(self, command, package, mutant=None, reached=None, limit=None, stops=True):
        environment = dict(os.environ, SWIFT_BACKTRACE="enable=no")
        environment.pop("BERTH_MUTANT", None)
        if mutant is not None:
            environment["BERTH_MUTANT"] = str(mutant)
        if reached is not None:
            environment["BERTH_MUTANTS_REACHED"] = str(reached)

        def limits():
            LIBC.prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with this program, however that ends.
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
            if limit is not None:
                resource.setrlimit(resource.RLIMIT_CPU, (int(limit) + 1, int(limit) + 2))

        process = subprocess.Popen(
            command, cwd=package.copy, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", preexec_fn=limits, start_new_session=True)
        self.is_late = False

        def late():
            self.is_late = True
            self.end(process)

        # Processor time is what is limited; this is for what waits for ever.
        timer = threading.Timer(30 + 20 * limit if limit is not None else 3600, late)
        timer.start()
        self.output, self.failure = "", None
        for line in process.stdout:
            self.output += line
            if self.failure is None and "recorded an issue" in line:
                self.failure = line.strip()
                if stops:
                    self.end(process)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        timer.cancel()
        self.seconds = usage.ru_utime + usage.ru_stime
        self.code = process.returncode

    @staticmethod
    def end(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    @property
    def outcome(self):
        """How the mutant was noticed, or none."""
        if self.failure is not None:
            return "failed"
        if self.is_late or self.code in (-signal.SIGXCPU, -signal.SIGKILL):
            return "time"
        if self.code < 0 or self.code == 128 + signal.SIGTRAP:
            return "crashed"
        return "failed" if self.code != 0 else None


def binary(package):
    path = next((package.copy / ".build/release").glob("*.xctest"), None)
    return path or sys.exit("there is no build; run `mutate.py build`")


# The name of the suite that is no test.
JUDGE = "lives"


def command_of(package, suites):
    """What runs some suites: tests, or the judge by itself."""
    if suites == [JUDGE]:
        return [package.copy / ".build/release" / package.judge[0], *package.judge[1]]
    names = "|".join(re.escape(suite) for suite in suites)
    return [binary(package), "--testing-library", "swift-testing", "--no-parallel", "--filter", f"^({names})/"]


def measure(package, points):
    """The processor time of each suite without a mutant, and the forms that it reaches."""
    digest = (package.work / "built").read_text()
    path, suites = package.work / "base.json", {}
    if path.exists():
        base = json.loads(path.read_text())
        suites = base["suites"] if base["digest"] == digest else {}
    listed = subprocess.run(
        [binary(package), "--testing-library", "swift-testing", "--list-tests"], cwd=package.copy, check=True,
        capture_output=True, text=True).stdout
    names = sorted({line.split("/")[0] for line in listed.splitlines() if line.split(".")[0] in package.tests})
    forms = sorted({point.form for point in points})
    for name in names + ([JUDGE] if package.judge else []):
        command = [str(word) for word in command_of(package, [name])]
        if suites.get(name, {}).get("command") == command:
            continue
        reached = package.work / "reached"
        reached.unlink(missing_ok=True)
        run = Run(command, package, reached=reached.resolve(), stops=False)
        if run.code != 0:
            sys.exit(run.output + f"\n{name} fails without a mutant")
        bytes = reached.read_bytes()
        reached = [form for form in forms if bytes[form]]
        suites[name] = {"seconds": run.seconds, "command": command, "reached": reached}
        say(f"{name} without a mutant: {run.seconds:.1f} s, {len(reached)} forms")
    path.write_text(json.dumps({"digest": digest, "suites": suites}))
    return suites


def processes(suites, names):
    """Suites in processes, the fastest first: quick ones together, each slow one alone."""
    groups, group, sum = [], [], 0
    for name in sorted(names, key=lambda name: suites[name]["seconds"]):
        seconds = suites[name]["seconds"]
        if group and (sum + seconds > TOGETHER_SECONDS or name == JUDGE or group == [JUDGE]):
            groups.append((group, sum))
            group, sum = [], 0
        group.append(name)
        sum += seconds
    return groups + ([(group, sum)] if group else [])


def try_mutant(package, suites, point, names, used=0, seconds_max=None):
    """What becomes of a mutant: its number, outcome, processor time, who noticed it, which suites were not asked."""
    left = [name for name in names if seconds_max is not None and suites[name]["seconds"] > seconds_max]
    for group, seconds in processes(suites, [name for name in names if name not in left]):
        limit = LIMIT_SECONDS + LIMIT_FACTOR * seconds
        run = Run(command_of(package, group), package, point.number, limit=limit)
        used += run.seconds
        if run.outcome:
            by = JUDGE if group == [JUDGE] else run.failure or ", ".join(group)
            return {"number": point.number, "outcome": run.outcome, "seconds": used, "by": by}
    return {"number": point.number, "outcome": "survived" if names else "not reached", "seconds": used, "left": left}


def key(point):
    return f"{point.file}:{point.line}:{point.column}:{point.operator}:{point.after}"


def sample(points, count, seed, only):
    """The mutants that a seed draws, in its order: more of them begin with fewer of them."""
    pool = [point for point in points if not only or only in point.file]
    if only and not pool:
        sys.exit(f"no mutated file has “{only}” in its path")
    pool.sort(key=lambda point: hashlib.sha256(f"{seed}:{key(point)}".encode()).digest())
    return pool if count == "all" else pool[: int(count)]


def run_sample(package, points, chosen, seconds_max=None):
    suites = measure(package, points)
    reaching = collections.defaultdict(list)
    for name, suite in suites.items():
        for form in suite["reached"]:
            reaching[form].append(name)
    path = package.work / f"results-{(package.work / 'built').read_text()[:16]}.jsonl"
    known = {}
    if path.exists():
        known = {result["number"]: result for result in map(json.loads, path.read_text().splitlines())}
    with open(path, "a") as file:
        for place, point in enumerate(chosen):
            before = known.get(point.number)
            if before and (seconds_max is not None or not before.get("left")):
                continue
            names, used = (before["left"], before["seconds"]) if before else (reaching.get(point.form, []), 0)
            result = try_mutant(package, suites, point, names, used, seconds_max)
            known[point.number] = result
            file.write(json.dumps(result) + "\n")
            file.flush()
            by = " in lives" if result.get("by") == JUDGE else ""
            say(f"[{place + 1}/{len(chosen)}] {result['outcome']}{by} ({result['seconds']:.1f} s) {describe(point)}")
    return {point.number: known[point.number] for point in chosen}, reaching


# MARK: The report

KILLED = ("failed", "crashed", "time")


def describe(point):
    return f"{point.number} {point.file}:{point.line}:{point.column} {point.operator}"


def share(part, whole):
    return f"{100 * part / whole:.1f} %" if whole else "-"


def table(title, chosen, results, name):
    rows = collections.defaultdict(collections.Counter)
    for point in chosen:
        result = results[point.number]
        outcome = "killed" if result["outcome"] in KILLED else result["outcome"]
        rows[name(point)][outcome] += 1
        rows[name(point)][JUDGE] += result.get("by") == JUDGE
    width = max(map(len, rows), default=0)
    lines = [f"{title:{width}}  mutants   killed  survived  not reached  killed in lives    share"]
    for row, counts in sorted(rows.items()):
        tried = counts["killed"] + counts["survived"] + counts["not reached"]
        lines.append(
            f"{row:{width}}  {tried:7}  {counts['killed']:7}  {counts['survived']:8}  {counts['not reached']:11}"
            f"  {counts[JUDGE]:15}  {share(counts['killed'], tried):>7}")
    return lines


def report(package, chosen, results, reaching):
    outcomes = collections.Counter(results[point.number]["outcome"] for point in chosen)
    killed = sum(outcomes[name] for name in KILLED)
    lives = sum(result.get("by") == JUDGE for result in results.values())
    lines = table("file", chosen, results, lambda point: point.file.removeprefix("Sources/")) + [""]
    lines += table("operator", chosen, results, lambda point: point.operator) + [""]
    lines += table("target", chosen, results, lambda point: point.file.split("/")[1]) + [""]
    for point in sorted(chosen):
        result = results[point.number]
        if result["outcome"] in KILLED:
            continue
        by = f"reached by {len(reaching.get(point.form, []))} suites"
        source = (package.root / point.file).read_text().splitlines()[point.line - 1].strip()
        lines += [f"{result['outcome']}: {describe(point)} ({by})", f"    {source}"]
        lines += [f"    {point.before}  →  {point.after}"]
    reached = len(chosen) - outcomes["not reached"]
    open_count = sum(bool(result.get("left")) for result in results.values())
    lines += [
        "",
        f"{len(chosen)} mutants: {killed} killed ({outcomes['failed']} by a test that failed, {outcomes['crashed']} by"
        f" a crash, {outcomes['time']} out of time; {lives} of them in lives), {outcomes['survived']} survived,"
        f" {outcomes['not reached']} not reached",
        f"killed: {share(killed, len(chosen))} of all, {share(killed, reached)} of those reached"
        + (f"; {open_count} survivors were not tried with the slowest suites" if open_count else ""),
    ]
    return lines


# MARK: Commands

def show_one(package, points, number):
    point = next((point for point in points if point.number == number), None)
    if point is None:
        sys.exit(f"there is no mutant {number}; `mutate.py list` has them")
    suites = measure(package, points)
    names = [name for name, suite in suites.items() if point.form in suite["reached"]]
    print(f"{describe(point)}\n    {point.before}\n    {point.after}", flush=True)
    print(f"reached by {', '.join(names) or 'nothing'}", flush=True)
    for name in sorted(names, key=lambda name: suites[name]["seconds"]):
        limit = LIMIT_SECONDS + LIMIT_FACTOR * suites[name]["seconds"]
        run = Run(command_of(package, [name]), package, number, limit=limit, stops=False)
        print(f"{name}: {run.outcome or 'does not notice'}", flush=True)
        if run.outcome:
            lines = [line for line in run.output.splitlines() if "issue" in line or "Fatal" in line or name == JUDGE]
            print("".join(f"    {line}\n" for line in lines[:12]), end="")


def check():
    """The toy package says of each of its lines what becomes of the mutants there."""
    package = TOY
    points = build(package)
    results, reaching = run_sample(package, points, points)
    wrong, seen = [], collections.Counter()
    for point in points:
        line = (package.root / point.file).read_text().splitlines()[point.line - 1]
        expected = line.split("//")[1].split() if "//" in line else ["(nothing)"]
        outcome = results[point.number]["outcome"].replace(" ", "-")
        seen[outcome] += 1
        if outcome not in expected:
            change = f"{point.before} → {point.after}"
            wrong.append(f"{describe(point)}: {change}: {outcome}, expected {' or '.join(expected)}")
    dropped = package.dropped_path.read_text().split()
    if len(dropped) != 1 or "Toy.swift" not in dropped[0] or not dropped[0].endswith("arithmetic"):
        wrong.append(f"left out as it does not compile: {dropped}, expected one arithmetic form")
    for outcome in ("failed", "crashed", "time", "survived", "not-reached"):
        if not seen[outcome]:
            wrong.append(f"no mutant is “{outcome}”")
    if "killed:" not in report(package, points, results, reaching)[-1]:
        wrong.append("the report has no share")
    print("\n".join(wrong + [f"{len(points)} mutants, {dict(seen)}, {len(wrong)} other than they should be"]))
    sys.exit(1 if wrong else 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["build", "run", "one", "list", "check"])
    parser.add_argument("numbers", nargs="*", type=int)
    parser.add_argument("--mutants", default="200", help="how many, or all")
    parser.add_argument("--seed", default="1", type=int)
    parser.add_argument("--only", help="files with this in their path")
    parser.add_argument("--quick", action="store_true", help="leave slow suites out; without it survivors are tried on")
    parser.add_argument("--built", action="store_true", help="take what is built as it is")
    arguments = parser.parse_args()
    if arguments.command == "one" and not arguments.numbers:
        parser.error("one takes the numbers of mutants, which the report of a run names")
    if not re.fullmatch(r"[1-9][0-9]*|all", arguments.mutants):
        parser.error(f"--mutants {arguments.mutants}: a number or “all” is expected")
    package = BERTH
    if arguments.command == "check":
        check()
    points = read_points(package) if arguments.built else build(package)
    if arguments.command == "one":
        for number in arguments.numbers or parser.error("which one? its number is expected"):
            show_one(package, points, number)
        return
    if arguments.command == "build":
        return
    chosen = sample(points, "all" if arguments.command == "list" else arguments.mutants, arguments.seed, arguments.only)
    if arguments.command == "list":
        for point in sorted(chosen):
            print(f"{describe(point)}\n    {point.before}\n    {point.after}")
        return
    results, reaching = run_sample(package, points, chosen, QUICK_SECONDS if arguments.quick else None)
    lines = "\n".join(report(package, chosen, results, reaching))
    (package.work / "report.txt").write_text(lines + "\n")
    print(lines)


if __name__ == "__main__":
    main()
