#!/usr/bin/env python3
"""What other readers of zip archives make of the archive vectors, held to a list.

  ci/zip_readers.py --check    compares with tests/vectors/other-readers.txt; every difference from the list is an error
  ci/zip_readers.py --write    writes the list

The readers are libarchive (bsdtar), 7-Zip, Info-ZIP's unzip, Python's zipfile, and a model of .NET: `dotnet` below is
written after the sources of System.IO.Compression (ZipArchive.cs, ZipBlocks.cs; ExtractToDirectory of .NET Framework on
Windows), because the real one does not run here. A reader of another version than the list names is left out.

A cell says what a reader sees, compared with a plain reading of the central directory (`plain`):

  same      the same names, kinds and sizes, and it reads all data without complaint
  refuses   it ends with an error
  others    which of these it sees differently: fewer or more entries, name, kind, size; `reads` where there is no plain reading
"""

import concurrent.futures
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
VECTORS = ROOT / "tests/vectors/archive"
LIST = ROOT / "tests/vectors/other-readers.txt"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
SECONDS = 60

# Why readers may see an archive that Waybill reads in another way. Every other such difference is an error.
EXPLAINED = {
    "legal-backslash": "on Unix `\\` separates nothing; Microsoft's tool writes it, and devices run Windows",
    "legal-invisible": "unzip takes names of entries made on FAT for those of a code page, marked as UTF-8 or not",
    "legal-unflagged": "without the flag names are those of a code page; lint warns (WB402)",
}


class Refused(Exception):
    """A reader ends with an error."""


def number(data, at, size):
    if at < 0 or at + size > len(data):
        raise Refused("cut short")
    return int.from_bytes(data[at : at + size], "little")


def run(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, timeout=SECONDS)
    if done.returncode != 0:
        raise Refused(command[0])
    return done.stdout.decode("utf-8", "surrogateescape")


# Every reader returns a list of (name, kind, size): kinds are - (file), d (folder), l (link) and others as `ls` shows them.


def bsdtar(path, _data):
    lines = run("bsdtar", "-tvf", path).splitlines()
    run("bsdtar", "--passphrase", "x", "-xOf", path)
    fields = [line.split(None, 8) for line in lines]
    return [(row[8].split(" -> ")[0], row[0][0], int(row[4])) for row in fields]


def seven_zip(path, _data):
    entries = []
    for block in run("7z", "l", "-slt", "-ba", "-px", "-tzip", path).split("\n\n"):
        values = dict(re.findall(r"^([A-Za-z ]+) = (.*)$", block, re.M))
        if "Path" not in values:
            continue
        mode = values.get("Attributes", "").split(" ")[-1]
        kind = "d" if values.get("Folder") == "+" else mode[0].replace("0", "-") if len(mode) == 10 else "-"
        entries.append((values["Path"], kind, int(values.get("Size") or 0)))
    run("7z", "t", "-px", "-tzip", path)
    return entries


def unzip(path, _data):
    entries = []
    for line in run("unzip", "-Z", "-s", path).splitlines():
        if not re.match("[-dlbcps?][-a-zA-Z?]{6,9} ", line):
            continue  # the lines before and after the list
        row = line.split(None, 8)
        entries.append((row[8], row[0][0].replace("?", "-"), int(row[3])))
    run("unzip", "-tqq", "-P", "x", path)
    return entries


def python(path, _data):
    try:
        with zipfile.ZipFile(path) as archive:
            archive.setpassword(b"x")
            if archive.testzip() is not None:
                raise Refused("CRC")
            return [(entry.filename, "d" if entry.is_dir() else "-", entry.file_size) for entry in archive.infolist()]
    except Exception as error:  # zipfile lets many kinds through
        raise Refused(str(error)) from error


def dotnet(_path, data):
    """A model of ZipFile.ExtractToDirectory of .NET Framework on Windows."""
    end = data.rfind(b"PK\5\6", max(0, len(data) - 22 - 0xFFFF), max(0, len(data) - 18))
    if end < 0 or number(data, end + 4, 2) != number(data, end + 6, 2) or number(data, end + 8, 2) != number(data, end + 10, 2):
        raise Refused("end record")
    count, start = number(data, end + 10, 2), number(data, end + 16, 4)
    if (count == 0xFFFF or start == 0xFFFFFFFF) and data[end - 20 : end - 16] == b"PK\6\7":
        long_end = number(data, end - 12, 8)
        if data[long_end : long_end + 4] != b"PK\6\6":
            raise Refused("zip64 end record")
        count, start = number(data, long_end + 32, 8), number(data, long_end + 48, 8)
    entries, at = [], start
    while data[at : at + 4] == b"PK\1\2":
        entry, at = dotnet_entry(data, at)
        entries.append(entry)
    if len(entries) != count:
        raise Refused("number of entries")
    dotnet_extracts([name for name, _, _ in entries])
    return entries


def dotnet_entry(data, at):
    flags, method = number(data, at + 8, 2), number(data, at + 10, 2)
    lengths = [number(data, at + 28 + 2 * index, 2) for index in range(3)]
    if at + 46 + sum(lengths) > len(data):
        raise Refused("cut short")
    name = data[at + 46 : at + 46 + lengths[0]]
    # Without the flag .NET Framework takes the system's code page; the model's Windows is a western one.
    name = name.decode("utf-8", "replace") if flags & 0x800 else name.decode("cp1252", "replace")
    extra = data[at + 46 + lengths[0] :][: lengths[1]]
    short = {"size": number(data, at + 24, 4), "compressed": number(data, at + 20, 4), "offset": number(data, at + 42, 4)}
    values = dotnet_zip64(extra, short)
    local, size, compressed = values["offset"], values["size"], values["compressed"]
    # The local header's signature and lengths are all that is looked at.
    if method not in (0, 8, 9) or data[local : local + 4] != b"PK\3\4":
        raise Refused("entry")
    begin = local + 30 + number(data, local + 26, 2) + number(data, local + 28, 2)
    if begin + compressed > len(data):
        raise Refused("data")
    kind = "d" if name.endswith(("/", "\\")) else "-"
    return (name, kind, compressed if method == 0 else size), at + 46 + sum(lengths)


def dotnet_zip64(extra, short):
    while len(extra) >= 4 and len(extra) >= 4 + number(extra, 2, 2):
        identifier, length = number(extra, 0, 2), number(extra, 2, 2)
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if identifier == 1:
            values, at = dict(short), 0
            for field in short:
                if at + 8 > length:
                    break
                if short[field] == 0xFFFFFFFF:
                    values[field] = number(body, at, 8)
                    at += 8
                elif length >= 28:  # a field that has every value is read by position
                    at += 8
            if max(values.values()) >= 1 << 63:
                raise Refused("a negative value")
            return values
    return short


def dotnet_extracts(names):
    seen = {}
    for name in names:
        if re.search(r'[\0-\x1f<>"|*?:]', name) or name[:1] in ("/", "\\"):
            raise Refused("a path that Windows refuses")
        parts = [part.rstrip(" .") if part != ".." else part for part in re.split(r"[/\\]", name) if part != "."]
        depth = 0
        for part in parts:
            depth += -1 if part == ".." else 1
            if depth < 0:
                raise Refused("outside the folder")
        path = "/".join(part for part in parts if part).lower()
        kind = "d" if name.endswith(("/", "\\")) else "-"
        parents = [path[:index] for index, letter in enumerate(path) if letter == "/"]
        if kind == "-" and path in seen or seen.get(path) == "-" or any(seen.get(parent) == "-" for parent in parents):
            raise Refused("exists")
        seen[path] = kind
        seen.update({parent: "d" for parent in parents if parent not in seen})


def plain(data):
    """The central directory's names, kinds and sizes, or None where it cannot be read from front to back."""
    try:
        end = data.rfind(b"PK\5\6")
        count, at = number(data, end + 10, 2), number(data, end + 16, 4)
        if data[end - 20 : end - 16] == b"PK\6\7" and data[end - 76 : end - 72] == b"PK\6\6":
            count, at = number(data, end - 44, 8), number(data, end - 28, 8)
        entries = []
        for _ in range(count):
            if data[at : at + 4] != b"PK\1\2":
                return None
            lengths = [number(data, at + 28 + 2 * index, 2) for index in range(3)]
            name = data[at + 46 : at + 46 + lengths[0]].decode("utf-8", "surrogateescape")
            size = number(data, at + 24, 4)
            if size == 0xFFFFFFFF:
                size = number(data, at + 46 + lengths[0] + 4, 8)
            entries.append((name, "d" if name.endswith(("/", "\\")) else "-", size))
            at += 46 + sum(lengths)
        return entries
    except Refused:
        return None


def compared(seen, expected):
    if expected is None:
        return "reads"
    tidy = lambda entries: [(name.replace("\\", "/").strip("/"), kind, size) for name, kind, size in entries]
    seen, expected = tidy(seen), tidy(expected)
    if seen == expected:
        return "same"
    if len(seen) != len(expected):
        return "fewer" if len(seen) < len(expected) else "more"
    differs = [any(one[at] != other[at] for one, other in zip(seen, expected)) for at in range(3)]
    return "+".join(word for word, differ in zip(("name", "kind", "size"), differs) if differ)


def version(*command):
    try:
        found = re.search(r"\d+\.\d+(\.\d+)?", subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        return found[0] if found else "?"
    except (OSError, subprocess.CalledProcessError):
        return "absent"


READERS = {
    "bsdtar": (bsdtar, lambda: version("bsdtar", "--version")),
    "7-Zip": (seven_zip, lambda: version("7z", "i")),
    "unzip": (unzip, lambda: version("unzip", "-v")),
    "Python": (python, lambda: "{}.{}".format(*sys.version_info)),
    ".NET": (dotnet, lambda: "model"),
}


def ask(vector, readers):
    head, body = vector.read_bytes().split(b"\n\n", 1)
    headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
    waybill = "reads" if headers["expect"] == "success" else headers.get("rule", "refuses")
    expected, cells = plain(body), []
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder, "vector.zip"))
        pathlib.Path(path).write_bytes(body)
        for reader in readers:
            try:
                cells.append(compared(READERS[reader][0](path, body), expected))
            except (Refused, IndexError, ValueError):
                cells.append("refuses")
            except subprocess.TimeoutExpired:
                cells.append("hangs")
    return [vector.name, waybill, *cells]


def table(readers, versions):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        rows = list(pool.map(lambda vector: ask(vector, readers), sorted(VECTORS.iterdir())))
    heads = ["vector", "Waybill", *(f"{reader}/{versions[reader]}" for reader in readers)]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    return [heads, *rows], widths


def unexplained(rows):
    """The vectors that Waybill reads and another reader sees differently, for no reason given here."""
    differ = [row[0] for row in rows[1:] if row[1] == "reads" and set(row[2:]) != {"same"}]
    return [name for name in differ if name not in EXPLAINED]


def main(mode):
    versions = {reader: ask_version() for reader, (_, ask_version) in READERS.items()}
    listed = [line.split() for line in LIST.read_text().splitlines() if not line.startswith("#")] if LIST.exists() else []
    readers = list(READERS)
    if mode == "--check":
        named = dict(head.split("/") for head in listed[0][2:])
        for reader in [reader for reader in readers if named.get(reader) != versions[reader]]:
            print(f"not compared: {reader} {versions[reader]}, the list is of {named.get(reader)}")
            readers.remove(reader)
    rows, widths = table(readers, versions)
    for name in unexplained(rows):
        print(f"{name}: Waybill reads it, another reader sees something else, and EXPLAINED has no reason")
    if mode == "--write":
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        LIST.write_text("# What other readers make of the archive vectors, by ci/zip_readers.py, which says what the words mean.\n" + "\n".join(lines) + "\n")
        return 1 if unexplained(rows) else 0
    keep = [0, 1, *(2 + list(READERS).index(reader) for reader in readers)]
    wanted = [[row[column] for column in keep] for row in listed]
    lost = [row for row in wanted if row not in rows]
    new = [row for row in rows if row not in wanted]
    for sign, differing in (("-", lost), ("+", new)):
        for row in differing:
            print(sign, "  ".join(row))
    print(f"{len(rows) - 1} vectors, {len(readers)} readers, {len(lost)} rows of the list not as listed, {len(new)} new")
    return 1 if lost or new or unexplained(rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
