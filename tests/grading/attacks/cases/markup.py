"""Markup: nothing that a submission shows keeps a form that a page would run."""
# %% HTML, SVG, JavaScript, Markdown, widgets {right: true}
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML("<script>alert(1)</script>"), Javascript("alert(1)"), Markdown("<img src=x onerror=alert(1)>"))
display({"application/vnd.jupyter.widget-view+json": {"model_id": "x"}, "text/plain": "w"}, raw=True)
display({"image/svg+xml": "<svg onload=alert(1)>", "text/html": "<b>", "text/latex": "x"}, raw=True)
# %% a picture that is none {right: true}
from IPython.display import display
display({"image/png": '"><script>alert(1)</script>', "text/plain": "x"}, raw=True)
# %% an object with a page of its own {right: true}
class Page:
    def _repr_html_(self): return "<script>alert(1)</script>"
    def __repr__(self): return "page"
Page()
# %% an object that cannot be shown {right: true}
class Page:
    def __repr__(self): raise SystemExit
Page()
# %% updates of a display {right: true}
from IPython.display import display, clear_output
handle = display("x", display_id=True)
handle.update({"text/html": "<b>"})
clear_output()
# %% an error with markup in its name and words {expect: {test_double: 0}, right: true}
def double(number): raise type("<b>x</b>", (ValueError,), {})("<script>alert(1)</script>")
