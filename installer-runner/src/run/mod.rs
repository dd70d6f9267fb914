//! Running a resolved command: journal first, output to a file, waiting, survivors.
