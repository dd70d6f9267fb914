#!/usr/bin/env python3
"""Reads workflow files as YAML, and checks that each runs lint, pack, verify and try in this order; a benchmark: bench.

    ci/check-workflows.py docs/ci/*.yml
"""
import re
import sys

import yaml

STEPS = ["lint", "pack", "verify", "try"]
BENCHMARK = ["bench"]


def scripts(node):
    """Every command of a workflow, in its order."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "pwsh", "script", "bash") and isinstance(value, str):
                yield value
            else:
                yield from scripts(value)
    elif isinstance(node, list):
        for value in node:
            yield from scripts(value)


def main(files):
    for file in files:
        with open(file, encoding="utf-8") as text:
            workflow = yaml.safe_load(text)
        found = [verb for script in scripts(workflow) for verb in re.findall(r"^waybill (\w+)", script, re.MULTILINE)]
        expected = BENCHMARK if file.endswith("benchmark.yml") else STEPS
        if found != expected:
            sys.exit(f"{file}: runs {found}, not {expected}")
        print(f"{file}: {', '.join(found)}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(sys.argv[1:])
