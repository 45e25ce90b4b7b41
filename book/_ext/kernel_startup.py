"""Run by the pages' kernels when they start: keeps out a validator that costs seconds a page.

`glue` imports nbformat, that jsonschema, and that takes the package `rfc3987_syntax` where it is
installed. To compile its 38 grammars takes two seconds or more, and no page has such addresses.
"""

__import__("sys").modules["rfc3987_syntax"] = None
