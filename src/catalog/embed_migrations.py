#!/usr/bin/env python3
"""Writes the numbered SQL files as C++: embed_migrations.py OUTPUT FILE..."""
import pathlib
import re
import sys

HEAD = """// Made from schema/sqlite by embed_migrations.py.
#include "catalog/migrations.h"

#include <array>

namespace alexander::catalog {
namespace {

"""

LITERAL_LIMIT = 8000  # characters; compilers need not take more than 65,536 in one literal


def literals(text):
    return "\n".join(f'R"sql({text[i:i + LITERAL_LIMIT]})sql"' for i in range(0, len(text), LITERAL_LIMIT))


def main(output, *names):
    files = sorted(pathlib.Path(name) for name in names)
    numbers = [int(re.match(r"(\d{4})_", file.name)[1]) for file in files]
    if numbers != list(range(1, len(files) + 1)):
        sys.exit(f"migrations must be numbered from 0001 without gaps, found {numbers}")
    rows = ",\n".join(f"    Migration{{{number}, {literals(file.read_text())}}}" for number, file in zip(numbers, files))
    pathlib.Path(output).write_text(
        f"{HEAD}constexpr std::array all{{\n{rows}}};\n\n}}  // namespace\n\n"
        "std::span<const Migration> known_migrations() { return all; }\n\n}  // namespace alexander::catalog\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
