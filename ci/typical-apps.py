#!/usr/bin/env python3
"""Resolves the commands of typical apps as Windows, on any system, and compares what they come to.

  ci/typical-apps.py [--write] target/debug/waybill

Each app of tests/fixtures/typical-apps is copied, and the stubs of its programs become programs of a width, made of
headers alone. `waybill install` and `uninstall` with `--dry-run --as-windows` must then say what the table in
docs/typical-apps.md says (--write writes the table anew). Independent of that table, program, place and tail of each
install command must be those that the Windows build came to under wine, where a program is 64-bit that a 32-bit agent
finds in SysWOW64 (tests/fixtures/typical-apps-under-wine.json).
"""

import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

APPS = pathlib.Path("tests/fixtures/typical-apps")
UNDER_WINE = pathlib.Path("tests/fixtures/typical-apps-under-wine.json")
PAGE = pathlib.Path("docs/typical-apps.md")
BEGIN, END = "<!-- table of ci/typical-apps.py -->", "<!-- end of the table -->"

# The width of setup programs that are not 32-bit ones: NSIS and Inno Setup make 32-bit programs as a rule, Notepad++ is
# a 64-bit NSIS, and the launchers of PSAppDeployToolkit are .NET programs for any processor.
WIDTHS = {"04-npp": "x64", "10-psadt3": "any", "11-psadt4": "any"}
VARIABLES = ["ProgramFiles", "CommonProgramFiles", "PROCESSOR_ARCHITECTURE", "PROCESSOR_ARCHITEW6432"]


def program(width):
    """A Windows program of headers: for x86, x64, or .NET for any processor (ILONLY)."""
    wide = width == "x64"
    directories = [(0, 0)] * 16
    text = b"\xc3"
    if width == "any":
        directories[14] = (0x1000, 72)
        text = struct.pack("<IHH8xI", 72, 2, 5, 1).ljust(72, b"\0")
    optional = struct.pack("<H", 0x20B if wide else 0x10B).ljust(108 if wide else 92, b"\0") + struct.pack("<I", 16)
    optional += b"".join(struct.pack("<II", *entry) for entry in directories)
    head = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64) + b"PE\0\0"
    head += struct.pack("<HH12xHH", 0x8664 if wide else 0x14C, 1, len(optional), 2) + optional
    head += struct.pack("<8sIIII16x", b".text", len(text), 0x1000, 0x200, 0x400)
    return head.ljust(0x400, b"\0") + text.ljust(0x200, b"\0")


def resolve(waybill, verb, app):
    """The report of a dry run as Windows."""
    arguments = [waybill, verb, str(app), "--dry-run", "--as-windows", "--json"]
    run = subprocess.run(arguments, capture_output=True, text=True, check=False)
    report = json.loads(run.stdout)
    if run.returncode != report["exit"] or report["exit"] not in (0, 8):
        sys.exit(f"{' '.join(arguments)} ended with {run.returncode}:\n{run.stderr}")
    return report


def row(name, verb, report):
    """A row of the table: what the command comes to."""
    command = report["command"]
    refused = command.get("refused")
    if refused:
        return [name, verb, f"refused: {refused['code']}", command["view"], "", "", refused["why"]]
    values = {one["name"]: one.get("value") for one in command["environment"]}
    missing = [one for one in VARIABLES if one not in values]
    if missing:
        sys.exit(f"{name}: the report of {verb} does not have {', '.join(missing)}")
    shown = [one for one in VARIABLES if one != "CommonProgramFiles"]
    variables = ", ".join(f"{one.removeprefix('PROCESSOR_')}={values[one] or '(none)'}" for one in shown)
    width = command.get("programView", "not known")
    return [name, verb, command["program"], command["view"], width, variables, command["tail"]]


def cell(text):
    escaped = text.replace("|", "\\|")
    return f"`{escaped}`" if any(sign in text for sign in "\\%/\"*") and "`" not in text else escaped


def witnessed(name, report, seen):
    """What differs from the Windows build under wine, which has no 32-bit programs."""
    command = report["command"]
    if report["outcome"] != seen["outcome"]:
        return [f"{name}: {report['outcome']}, under wine {seen['outcome']}"]
    if "program" not in seen:
        return []
    tail = command["commandLine"].removeprefix(f'"{command["program"]}"').strip()
    if seen["program"] == "cmd.exe":
        tail = '/d /s /c ""' + tail.rsplit("\\", 1)[-1]
    ours = [command["program"].rsplit("\\", 1)[-1].lower(), command["foundIn"].split(":")[0], tail]
    theirs = [seen["program"].lower(), seen["foundIn"], seen["tail"]]
    return [f"{name}: {one!r}, under wine {other!r}" for one, other in zip(ours, theirs) if one != other]


def main():
    write = "--write" in sys.argv
    waybill = str(pathlib.Path(sys.argv[-1]).resolve())
    under_wine = json.loads(UNDER_WINE.read_text())
    rows, faults = [], []
    with tempfile.TemporaryDirectory() as scratch:
        for app in sorted(path for path in APPS.iterdir() if (path / "app.json").is_file()):
            copy = pathlib.Path(scratch) / app.name
            shutil.copytree(app, copy, copy_function=shutil.copyfile)
            for file in copy.rglob("*.exe"):
                file.write_bytes(program(WIDTHS.get(app.name, "x86")))
            install = resolve(waybill, "install", copy)
            rows.append(row(app.name, "install", install))
            rows.append(row(app.name, "uninstall", resolve(waybill, "uninstall", copy)))
            if app.name in under_wine:
                faults += witnessed(app.name, install, under_wine.pop(app.name))
    faults += [f"{name} is gone from {APPS}" for name in under_wine]
    titles = ["app", "command", "program", "names in", "program's width", "variables", "tail"]
    table = "\n".join(f"| {' | '.join(map(cell, one))} |" for one in [titles, ["---"] * len(titles), *rows])
    page = PAGE.read_text()
    head, rest = page.split(BEGIN)
    fresh = f"{head}{BEGIN}\n\n{table}\n\n{END}{rest.split(END)[1]}"
    if write:
        PAGE.write_text(fresh)
    elif fresh != page:
        old = set(page.splitlines())
        faults += [f"not in {PAGE}: {line}" for line in fresh.splitlines() if line not in old]
    print(f"typical apps: {len(rows)} commands resolved as Windows, {len(faults)} differ")
    if faults:
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
