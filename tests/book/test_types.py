"""TypeScript reads the modules that say `// @ts-check`: their JSDoc types are true."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--noEmit", "--allowJs", "--target", "es2022", "--module", "esnext", "--strict", "false",
    "--moduleResolution", "bundler", "--lib", "es2023,dom,dom.iterable", "--types", "",
]  # fmt: skip


def test_types_of_the_instruments():
    modules = sorted((ROOT / "cnncourse/instruments").rglob("*.js"))
    checked = [path for path in modules if path.read_text("utf-8").startswith("// @ts-check")]
    assert len(checked) > 20
    done = subprocess.run(
        [Path(sys.executable).with_name("node"),
         ROOT / "book/_web/node_modules/typescript/bin/tsc", *FLAGS, *checked],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
