// @ts-check
/**
 * Compile what Pyodide imports ahead of time: node tools/compile_python.mjs TO FILE...
 *
 * Each wheel or zip file is written into the folder TO with its modules compiled, by the very Python
 * that will run them. A page then has nothing to compile, which is most of what it waited for.
 */

import path from "node:path";
import { loadPyodide } from "../book/_web/node_modules/pyodide/pyodide.mjs";

const COMPILE = `
import importlib.util
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc as to_pyc

LONG_AGO = (1980, 1, 1, 0, 0, 0)

def compile_archive(source, target):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith(".py"):
                entry, content = compiled(entry, content)
            new.writestr(entry, content, zipfile.ZIP_DEFLATED)

def compiled(entry, content):
    try:
        code = compile(content, entry.filename, "exec", dont_inherit=True, optimize=0)
    except SyntaxError:  # a template, or a test of syntax errors
        return entry, content
    info = zipfile.ZipInfo(entry.filename + "c", LONG_AGO)
    info.external_attr = 0o644 << 16
    return info, to_pyc(code, importlib.util.source_hash(content), False)
`;

const [to, ...files] = process.argv.slice(2);
const python = await loadPyodide();
python.mountNodeFS("/to", path.resolve(to));
python.runPython(COMPILE);
for (const [number, file] of files.entries()) {
  python.mountNodeFS(`/from${number}`, path.dirname(path.resolve(file)));
  const name = path.basename(file);
  python.globals.get("compile_archive")(`/from${number}/${name}`, `/to/${name}`);
}
