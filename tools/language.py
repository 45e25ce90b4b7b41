"""Write the book's configuration for another language: python tools/language.py zh_CN FILE

The words are in book/locale. What pages compute is the same in each language, so all of them share
what has been executed; the rest of a build stays beside the file.
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def configuration(language: str) -> dict[str, object]:
    """Return the configuration; a folder that is named as seen from it is named in full."""
    found = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    extensions = found["sphinx"]["local_extensions"]
    found["sphinx"]["local_extensions"] = {k: str(ROOT / v) for k, v in extensions.items()}
    found["sphinx"]["config"]["language"] = language
    found["execute"]["cache"] = str(ROOT / "_build/.jupyter_cache")
    return found


def main(language: str, file: str) -> None:
    if language != "en_GB" and not (ROOT / "book/locale" / language / "LC_MESSAGES").is_dir():
        known = ", ".join(path.name for path in sorted((ROOT / "book/locale").iterdir()))
        sys.exit(f"LANGUAGE={language}: expected en_GB or one that book/locale has: {known}")
    target = Path(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial")
    partial.write_text(yaml.safe_dump(configuration(language), sort_keys=False), "utf-8")
    partial.replace(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
