"""Writes the pins of hooks that were read: python tools/vet/pins.py LOG...

A review is of a source. Run it after reading what each CHANGED line of a log
names, in the version of the package that the log is of.
"""

import pathlib
import re
import sys


def main():
    path = pathlib.Path(__file__).with_name("reviews.txt")
    text = path.read_text()
    for log in sys.argv[1:]:
        for name, pin in re.findall(r"^CHANGED since it was reviewed: (\S+) is now (\w+)$", pathlib.Path(log).read_text(), re.M):
            found = re.search(rf"^hook {re.escape(name)} (\S+)", text, re.M)
            pins = sorted({*found[1].split(","), pin} - {"0"})
            text = text.replace(found[0], f"hook {name} {','.join(pins)}")
    path.write_text(text)


if __name__ == "__main__":
    main()
