"""The instruments on whole networks, driven by keyboard and mouse; the numbers are Python's."""

import re

import pytest
from playwright.sync_api import expect

from cnncourse.instruments import instrument, zoo
from cnncourse.instruments.receptive_field import read_layers
from cnncourse.layers.depth import gradient_by_depth
from cnncourse.layers.fields import core_width, effective_field
from cnncourse.models import facts
from cnncourse.shapes import receptive_field

WORDS = ".cnn-words"


def table(page):
    """The numbers that the picture shows, as its table has them."""
    page.settle()
    return page.eval_on_selector_all(
        ".cnn-table tbody tr", "rows => rows.map(r => [...r.children].map(c => c.textContent))"
    )


def number(text):
    """Read what an instrument wrote: 12,345 or 1.23 × 10⁻⁴."""
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
    return float(text.replace(",", "").replace(" × 10", "e").translate(digits))


# --- feature volumes ---


def test_volumes_are_those_of_the_networks(play):
    page = play("feature_volumes")
    for known in zoo.networks("stage_costs"):
        page.get_by_label("Network").select_option(known["title"])
        expect(page.locator(WORDS)).to_contain_text(known["title"])
        rows = table(page)
        assert [row[0] for row in rows] == ["image", *(s["name"] for s in known["stages"]), "sum"]
        assert number(rows[-1][3]) == facts(known["name"]).parameters
        assert number(rows[-1][4]) == facts(known["name"]).multiply_adds
    assert page.problems == []


def test_a_stage_is_chosen_by_arrow_by_button_and_in_the_picture(play):
    page = play("feature_volumes", state={"network": "vgg16"})
    page.locator("canvas").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator(WORDS)).to_contain_text("head: 1000 come out")
    expect(page.locator(WORDS)).to_contain_text("89.4 % of the parameters")
    page.get_by_role("button", name="stage2").click()
    expect(page.locator(WORDS)).to_contain_text("stage2: 128 × 56 × 56")
    expect(page.get_by_role("button", name="stage2")).to_be_focused()
    box = page.locator("canvas").bounding_box()
    page.mouse.click(box["x"] + 0.97 * box["width"], box["y"] + 100)
    expect(page.locator(WORDS)).to_contain_text("head:")
    assert page.problems == []


def test_memory_is_activations_times_images(play):
    page = play("feature_volumes", state={"network": "alexnet"})
    page.get_by_label("Batch, as a number").fill("200")
    page.keyboard.press("Enter")
    (stages,) = (n["stages"] for n in zoo.networks("stage_costs") if n["name"] == "alexnet")
    total = sum(stage["activations"] for stage in stages)
    expect(page.locator(WORDS)).to_contain_text(
        f"For 200 images the activations take {4 * 200 * total / 1e6:.0f} MB"
    )
    parameters = sum(stage["parameters"] for stage in stages)
    expect(page.locator(WORDS)).to_contain_text(f"from {-(-parameters // total)} images on")


# --- receptive field ---


def check_fields(page, text):
    layers = read_layers(text)
    fields = receptive_field(layers)
    size = fields[-1].size
    expect(page.locator(WORDS)).to_contain_text(f"sees {size} × {size} pixels")
    wanted = [
        [i + 1, layer.kernel_size, layer.stride, layer.dilation, *field,
         core_width(effective_field(layers[: i + 1]), 0.95)]
        for i, (layer, field) in enumerate(zip(layers, fields, strict=True))
    ]  # fmt: skip
    assert [[number(cell) for cell in row] for row in table(page)] == wanted


def handle(page, layer):
    return page.locator(".cnn-handle").nth(layer - 1)


def test_layers_are_moved_added_and_removed_by_keyboard(play):
    page = play("receptive_field")
    check_fields(page, "3,2s2,3,2s2,3")
    handle(page, 2).focus()
    page.keyboard.press("ArrowUp")
    check_fields(page, "2s2,3,3,2s2,3")
    expect(handle(page, 1)).to_be_focused()
    page.keyboard.press("ArrowUp")  # it is the first already
    handle(page, 4).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    check_fields(page, "2s2,2s2,3,3,3")  # 28 pixels instead of 18
    handle(page, 5).focus()
    page.keyboard.press("Delete")
    check_fields(page, "2s2,2s2,3,3")
    page.get_by_role("button", name="+ dilation 2").press("Enter")
    page.get_by_label("kernel of layer 1", exact=True).fill("5")
    page.keyboard.press("Tab")
    check_fields(page, "5s2,2s2,3,3,3d2p2")
    page.wait_for_timeout(400)
    assert "layers=5s2,2s2,3,3,3d2p2" in page.url
    assert page.problems == []


def test_layers_are_dragged_with_the_mouse(play):
    page = play("receptive_field")
    start, end = (handle(page, layer).bounding_box() for layer in (1, 5))
    page.mouse.move(start["x"] + 8, start["y"] + 8)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(start["x"] + 8, start["y"] + 8 + step / 8 * (end["y"] - start["y"]))
    page.mouse.up()
    check_fields(page, "2s2,3,2s2,3,3")
    page.get_by_role("button", name="Remove layer 2").click()
    check_fields(page, "2s2,2s2,3,3")
    page.locator(".cnn-chart[role=slider]").focus()
    page.keyboard.press("Home")
    expect(page.locator(WORDS)).to_contain_text("After 1 of 4 layers one output sees 2 × 2 pixels")
    assert page.problems == []


def test_layers_are_dragged_with_a_finger_and_stop_at_the_largest_field(play):
    page = play("receptive_field", has_touch=True, viewport={"width": 390, "height": 844})
    handle(page, 1).scroll_into_view_if_needed()
    start, end = (handle(page, layer).bounding_box() for layer in (2, 1))
    finger = page.context.new_cdp_session(page)
    for kind, place in (("Start", start), ("Move", end), ("End", None)):
        points = [{"x": place["x"] + 8, "y": place["y"] + 8}] if place else []
        finger.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    check_fields(page, "2s2,3,3,2s2,3")
    for _ in range(14):
        page.get_by_role("button", name="+ stride 2").tap()
    expect(page.locator(WORDS)).to_contain_text("up to 10000 pixels")
    assert page.locator(".cnn-handle").count() < 5 + 14
    assert page.problems == []


@pytest.mark.parametrize(("title", "size"), [
    ("VGG-16", 212), ("ResNet-50", 427), ("dilations 1, 2, 4, 8, 16, 32", 127),
])  # fmt: skip
def test_stacks_to_choose(play, title, size):
    page = play("receptive_field")
    page.get_by_label("Stack").select_option(title)
    expect(page.locator(WORDS)).to_contain_text(f"one output sees {size} × {size} pixels")
    middle, corner = (colour_at(page, place) for place in (0.5, 0.99))
    assert middle != corner


def colour_at(page, place):
    """A colour of the picture, on the way from its upper left to its lower right."""
    return page.locator("canvas").evaluate(
        """(canvas, place) => {
            const at = Math.floor(place * canvas.width);
            return String(canvas.getContext("2d").getImageData(at, at, 1, 1).data);
        }""",
        place,
    )


# --- residual against plain ---


def check_depths(page, **options):
    plain, residual = (gradient_by_depth(shortcuts=s, **options) for s in (False, True))
    wanted = zip(plain.gradient, residual.gradient, plain.signal, residual.signal, strict=True)
    rows = table(page)
    assert len(rows) == options["blocks"] + 1
    for row, numbers in zip(rows, wanted, strict=True):
        assert [number(cell) for cell in row[1:]] == pytest.approx(list(numbers), rel=6e-3)


def test_gradients_are_numpys_whatever_is_set(play):
    page = play("gradient_depth")
    check_depths(page, blocks=28)
    page.get_by_label("Batch norm").press("Space")
    page.get_by_label("Blocks of two layers", exact=True).press("Home")
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.get_by_label("Activation", exact=True).select_option("tanh")
    page.get_by_label("Norm and activation before the weights").click()
    page.get_by_label("Gain of the weights, as a number").fill("0.7")
    page.get_by_role("button", name="Draw other weights").click()
    check_depths(
        page, blocks=9, activation="tanh", norm=False, preactivation=True, gain=0.7, seed=1
    )
    assert page.problems == []


def test_the_cursor_reads_both_curves(play):
    page = play("gradient_depth")
    curve = page.locator(".cnn-chart[role=slider]")
    curve.focus()
    page.keyboard.press("End")
    expect(page.locator(WORDS)).to_contain_text("After 28 of 28 blocks")
    expect(curve).to_have_attribute("aria-valuenow", "28")
    page.keyboard.press("PageDown")
    expect(page.locator(WORDS)).to_contain_text("After 18 of 28 blocks")
    box = curve.bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + 50)
    gradient = gradient_by_depth(28, shortcuts=True).gradient[0]
    expect(page.locator(WORDS)).to_contain_text(
        f"At the input the plain network's gradient is 1.46 × 10⁵ times the one put in at the end, "
        f"the residual network's {gradient:.4g} times."
    )


# --- compound scaling ---


def counted(page):
    counts = r"pixels: ([\d,]+) parameters .* and ([\d,]+) multiply-adds .* in (\d+) layers"
    page.settle()
    found = re.search(counts, page.locator(WORDS).inner_text())
    return [int(number(group)) for group in found.groups()]


def test_released_networks_cost_what_the_registry_says(play):
    page = play("compound_scaling")
    for variant in range(8):
        page.get_by_role("button", name=f"B{variant}", exact=True).click()
        known = facts(f"efficientnet_b{variant}")
        expect(page.locator(WORDS)).to_contain_text(f"{known.parameters:,} parameters")
        assert counted(page) == [known.parameters, known.multiply_adds, known.depth]
    assert page.problems == []


def test_a_budget_is_spent_by_keyboard(play):
    page = play("compound_scaling")
    page.get_by_label("Budget φ", exact=True).press("End")
    page.get_by_role("button", name="resolution alone").press("Enter")
    expect(page.get_by_label("Resolution, as a number")).to_have_value("634")
    assert counted(page)[0] == facts("efficientnet_b0").parameters
    page.get_by_role("button", name="depth alone").press("Enter")
    expect(page.get_by_label("Depth ×", exact=True)).to_have_value("8")
    page.get_by_label("Depth ×", exact=True).press("Home")
    expect(page.locator(WORDS)).to_contain_text("(1 × B0)")


# --- architecture browser ---


def test_two_networks_layer_by_layer(play):
    page = play("architecture_browser")
    page.get_by_label("Find a network").fill("resnet-34")
    expect(page.locator(".cnn-networks tbody tr")).to_have_count(1)
    page.get_by_role("button", name="ResNet-34 as B").click()
    page.get_by_label("Find a network").fill("plain 34 he")
    page.get_by_role("button", name="plain, 34 layers as A").press("Enter")
    plain, residual = facts("plain34"), facts("resnet34")
    for side, known in (("A", plain), ("B", residual)):
        counts = page.locator(f"[data-side={side}] .cnn-caption")
        expect(counts).to_contain_text(
            f"layers: {known.parameters:,} parameters, {known.multiply_adds:,} multiply-adds"
        )
    page.get_by_label("Find layers").fill("conv2d 1 × 1")
    expect(page.locator("[data-side=A] .cnn-caption")).to_contain_text("0 of 69 layers")
    expect(page.locator("[data-side=B] tbody tr")).to_have_count(3)  # the projections
    assert page.problems == []


def test_networks_and_layers_are_sorted(play):
    page = play("architecture_browser")
    page.get_by_role("button", name="parameters", exact=True).press("Enter")
    names = page.locator(".cnn-networks tbody th")
    expect(names.last).to_have_text("VGG-19 with batch norm")
    expect(names.first).to_have_text("LeNet-5 (1998)")
    heading = page.locator(".cnn-networks [data-key=parameters]")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    page.get_by_label("Order of layers").select_option("most parameters first")
    first = page.locator("[data-side=A] tbody tr").first
    expect(first).to_contain_text("Linear 25088 to 4096")
    expect(first.locator("td").first).to_have_attribute("title", f"{25089 * 4096:,}")
    assert page.problems == []


def test_what_papers_say_stands_beside_what_was_counted(play):
    page = play("architecture_browser", "#architecture_browser.left=resnet50")
    rows = {row[0]: row[1] for row in table(page)}
    known = facts("resnet50")
    assert known.paper.place in rows["paper"]
    source = known.reported.source
    assert rows["error % in the paper, top-1 / top-5"] == f"22.85 / 6.71 (ten crops; {source})"
    assert number(rows["multiply-adds"]) == known.multiply_adds


# --- the widgets ---


@pytest.mark.parametrize(("name", "good", "bad"), [
    ("feature_volumes", {"network": "alexnet"}, {"network": "vgg15"}),
    ("receptive_field", {"layers": "3,3d2"}, {"layers": "3,wide"}),
    ("receptive_field", {"after": 3}, {"layers": ""}),
    ("receptive_field", {"layers": "31"}, {"layers": ",".join(["3s2"] * 14)}),
    ("gradient_depth", {"blocks": 64}, {"blocks": 65}),
    ("compound_scaling", {"depth": 3}, {"depth": 0.5}),
    ("architecture_browser", {"left": "vit_mini"}, {"right": "vit"}),
])  # fmt: skip
def test_widgets_take_their_state_and_refuse_other(name, good, bad):
    widget = instrument(name)(**good)
    assert {key: getattr(widget, key) for key in good} == good
    (key,) = bad
    with pytest.raises(Exception, match=key):
        instrument(name)(**bad)


def test_measured_networks_are_kept_until_their_sources_change(tmp_path):
    source, made = tmp_path / "model.py", []
    make = lambda name: made.append(name) or {"made": len(made)}  # noqa: E731
    source.write_text("one")
    for _ in range(2):
        assert zoo.kept("stacks", tmp_path / "kept", make, [source]) == {"made": 1}
    source.write_text("two")
    assert zoo.kept("stacks", tmp_path / "kept", make, [source]) == {"made": 2}
    assert len(list((tmp_path / "kept").iterdir())) == 1
    (tmp_path / "file").write_text("")  # where nothing can be kept
    assert zoo.kept("stacks", tmp_path / "file", make, [source]) == {"made": 3}
