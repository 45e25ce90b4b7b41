"""Joining modules without a build tool."""

import subprocess
import sys
from pathlib import Path

import pytest

from cnncourse.errors import SourceError
from cnncourse.instruments.linker import FOLDER, modules, page_scripts, source, style

NODE = Path(sys.executable).with_name("node")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "loader.js").write_text((FOLDER / "loader.js").read_text())
    (tmp_path / "lib/page.js").write_text("export function start() {}\n")
    (tmp_path / "lib/base.js").write_text("let made = 0;\nexport const next = () => ++made;\n")
    (tmp_path / "lib/two.js").write_text(
        'import { next as fresh } from "./base.js";\nexport async function a() {}\n'
        "export class B {}\nexport const first = fresh();\n"
    )
    (tmp_path / "main.js").write_text(
        'import {\n  next,\n} from "./lib/base.js";\nimport * as two from "./lib/two.js";\n'
        "export default { render: () => [two.first, next(), typeof two.a, typeof two.B] };\n"
    )
    return tmp_path


def run(tmp_path, text):
    (tmp_path / "run.mjs").write_text(text)
    done = subprocess.run(
        [NODE, tmp_path / "run.mjs"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_joined_modules_run_and_each_is_made_once(folder):
    text = source("main", folder).replace("export default", "const made =")
    said = run(folder, text + "process.stdout.write(String(made.render()))")
    assert said == "1,2,function,function"


def test_order_is_what_each_needs_first(folder):
    assert modules("main.js", folder) == ["lib/base.js", "lib/two.js", "main.js"]


def test_scripts_of_a_page_share_one_loader(folder):
    scripts = page_scripts("main", folder)
    assert list(scripts) == [
        "loader.js", "lib/page.js", "lib/base.js", "lib/two.js", "main.js", "start.js",
    ]  # fmt: skip
    twice = "\n".join([*scripts.values()] * 2)
    assert run(folder, f"{twice}process.stdout.write(typeof cnncourse.require)") == "function"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import x from "./lib/base.js";', r"cannot read `import x from"),
        ("export { a };", r"cannot read `export \{ a \};`"),
        ('import { a } from "./lib/none.js";', r"none\.js: there is no such module"),
        ('import { a } from "./main.js";', r"imports in a circle"),
    ],
)
def test_what_it_cannot_read_is_named(folder, text, message):
    (folder / "main.js").write_text(f"{text}\nexport default {{}};\n")
    with pytest.raises(SourceError, match=message):
        source("main", folder)


def test_an_instruments_own_style_follows_the_shared_one():
    assert style("kernel_explorer").startswith((FOLDER / "instruments.css").read_text())
    assert "cnn-sums" in style("kernel_explorer")
