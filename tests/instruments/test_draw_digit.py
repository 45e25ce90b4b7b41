"""Draw a digit, driven as a reader drives it; the answers are PyTorch's and NumPy's."""

import json
import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from cnncourse.data.handwriting import as_mnist
from cnncourse.instruments.draw_digit import DrawDigit
from cnncourse.instruments.stored import digit_network, example_digits, stored
from cnncourse.layers import softmax
from cnncourse.models import build
from cnncourse.models.export import network_as_data

SHEET = "canvas[aria-label^='Sheet']"
CALM = {"reduced_motion": "reduce"}


@pytest.fixture(scope="module")
def torch_lenet():
    """The stored weights in PyTorch."""
    model, numpy_model = build("lenet5", image_size=28), digit_network()
    for tensor, param in zip(model.parameters(), numpy_model.params.values(), strict=True):
        tensor.data = torch.from_numpy(param).float().reshape(tensor.shape)
    return model.eval()


def table(page):
    """Class to score and probability, as the instrument says them."""
    rows = page.eval_on_selector_all(
        ".cnn-table tbody tr", "rows => rows.map(row => [...row.children].map(c => c.textContent))"
    )
    return {name: (float(score.replace("−", "-")), float(share.split()[0]) / 100)
            for name, score, share in rows}  # fmt: skip


def expect_answers(page, scores):
    said = table(page)
    shares = softmax(scores[None])[0]
    assert np.allclose([said[str(k)][0] for k in range(len(scores))], scores, atol=6e-5, rtol=0)
    assert np.allclose([said[str(k)][1] for k in range(len(scores))], shares, atol=6e-4)



def draw(page, *points):
    """A stroke with the mouse, through places from 0 to 1."""
    box = page.locator(SHEET).bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=6)
    page.mouse.up()


def test_an_example_is_read_as_numpy_and_pytorch_read_it(play, torch_lenet):
    images, labels = example_digits()
    page = play("draw_digit", "#draw_digit.example=13", **CALM)
    scores = digit_network().forward(images[13][None, None])[0]
    with torch.no_grad():
        assert np.allclose(torch_lenet(torch.from_numpy(images[13:14, None]).float())[0], scores,
                           atol=1e-4)  # fmt: skip
    expect_answers(page, scores)
    assert labels[13] == 4
    read = re.compile(r"^It reads 4 \([\d.]+ %\), then")
    expect(page.locator(".cnn-words")).to_contain_text(read)
    page.locator("[aria-label^='Digits from'] [data-row='1'][data-column='8']").click()
    expect(page.locator(".cnn-words")).to_contain_text("It reads 8")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".cnn-words")).to_contain_text("It reads 7")
    assert page.problems == []


def test_a_digit_drawn_with_the_mouse(play):
    page = play("draw_digit", **CALM)
    draw(page, (0.25, 0.2), (0.75, 0.2), (0.45, 0.85))
    expect(page.locator(".cnn-words")).to_contain_text("It reads 7")
    draw(page, (0.35, 0.5), (0.68, 0.5))
    expect(page.locator(".cnn-words")).to_contain_text("It reads 7")  # crossed, as in Europe
    page.wait_for_url(re.compile(r"draw_digit\.strokes=[\w-]+\.[\w-]+(&|$)"))
    strokes = re.search(r"draw_digit\.strokes=([\w.-]+)", page.url)[1]
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(re.compile(rf"draw_digit\.strokes={strokes.split('.')[0]}(&|$)"))
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".cnn-words")).to_contain_text("On an empty sheet")
    expect_answers(page, digit_network().forward(np.zeros((1, 1, 28, 28)))[0])
    assert page.problems == []


def test_a_digit_drawn_with_the_keyboard(play):
    page = play("draw_digit", "#draw_digit.example=-1", **CALM)
    page.locator(SHEET).focus()
    for key in [" ", *["Shift+ArrowDown"] * 4, " "]:  # a line down from the middle
        page.keyboard.press(key)
    expect(page.locator(".cnn-words")).to_contain_text("It reads 1")
    expect(page.locator(".cnn-panel").first).to_contain_text("pen up at 14, 25")
    page.keyboard.press("Backspace")
    expect(page.locator(".cnn-words")).to_contain_text("On an empty sheet")
    assert page.problems == []


def test_a_finger_draws(play):
    page = play("draw_digit", "#draw_digit.example=-1", has_touch=True, **CALM,
                viewport={"width": 390, "height": 800})  # fmt: skip
    box = page.locator(SHEET).bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".cnn-words")).to_contain_text(re.compile("^It reads"))
    assert page.problems == []


def test_a_drawing_is_centred_as_the_specification_says(play):
    """The same strokes, drawn here with distances in NumPy and centred by `as_mnist`."""
    stroke = "mZNjRrgCJcymZrEWbiTUAW8EasJecNiMRl8VpsamcejUigEmc0rZsvWcz"
    page = play("draw_digit", f"#draw_digit.strokes={stroke}&draw_digit.example=-1", **CALM)
    picture = as_mnist(ink(stroke, pen=2.4))
    expect_answers(page, digit_network().forward(picture[None, None])[0])


def ink(text, pen):
    """What `drawStrokes` does, for one stroke: the share of a pixel within the pen's width."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    values = [sum(letters.index(c) << s for c, s in zip(text[i : i + 3], (12, 6, 0), strict=True))
              for i in range(0, len(text), 3)]  # fmt: skip
    points = np.array([divmod(value, 512) for value in values]) * 112 / 512
    middle = np.stack(np.meshgrid(np.arange(112), np.arange(112)), axis=-1) + 0.5
    nearest = np.full((112, 112), np.inf)
    for start, end in zip(points, [*points[1:], points[-1]], strict=True):
        way = end - start
        along = np.clip((middle - start) @ way / max(way @ way, 1e-12), 0, 1)
        nearest = np.minimum(nearest, np.hypot(*(np.moveaxis(middle - start, 2, 0)
                                                 - way[:, None, None] * along)))  # fmt: skip
    return np.clip(pen / 2 * 4 + 0.5 - nearest, 0, 1)


def test_a_unit_is_looked_into_by_mouse_and_by_keyboard(play):
    image = example_digits()[0][9][None, None]
    maps = {}
    for name, layer in digit_network().layers.items():
        image = maps[name] = layer.forward(image)
    page = play("draw_digit", **CALM)
    words = page.locator(".cnn-words")
    value = f"{maps['act2'][0, 1, 6, 5]:.4f}".rstrip("0")
    expect(words).to_contain_text(f"C3, map 2, row 7, column 6: {value}; it sees rows 11 to 24")
    strip = page.locator("canvas[aria-label^='C3']")
    strip.press("ArrowRight")
    strip.press("PageDown")
    value = f"{maps['act2'][0, 2, 6, 6]:.4f}".rstrip("0").removesuffix(".")
    expect(words).to_contain_text(f"C3, map 3, row 7, column 7: {value}; it sees")
    page.locator("canvas[aria-label^='C5']").hover(position={"x": 8, "y": 8})
    value = f"{maps['act3'][0, 0]:.4f}".rstrip("0").removesuffix(".")
    expect(words).to_contain_text(f"C5, unit 1: {value}; it sees rows 1 to 28")
    weights = page.locator(".cnn-unit-panel")
    expect(weights).to_contain_text("The weights of C5, unit 1: 16 maps of 5 × 5")
    expect(weights).to_contain_text(f"bias {stored_bias('C5.conv'):.3f}".replace("-", "−")
                                    .rstrip("0"))  # fmt: skip
    assert page.problems == []


def stored_bias(name):
    model = digit_network()
    return {"C5.conv": model.params["dense1.bias"]}[name][0]


def test_shifts_and_occlusion_are_numpys(play):
    images, _ = example_digits()
    image, model = images[3], digit_network()
    state = {"example": 3, "probe": True, "reach": 3, "side": 7}
    page = play("draw_digit", state=state, **CALM)
    shift, wipe = page.locator(".cnn-probe-text").all()
    expect(wipe).to_contain_text("costs most", timeout=20_000)
    scores = model.forward(image[None, None])[0]
    label = scores.argmax()

    moves = [(down, right) for down in range(-3, 4) for right in range(-3, 4)]
    moved = [np.roll(np.pad(image, 3), move, (0, 1))[3:-3, 3:-3] for move in moves]
    answers = model.forward(np.stack(moved)[:, None])
    leads = lead(answers, label)
    cells = page.locator("[aria-label^='Answer for each shift'] .cnn-cell").all_text_contents()
    assert cells == [str(row.argmax()) for row in answers]
    down, right = moves[leads.argmin()]
    told = ", ".join(f"{abs(by)} {words[by > 0]}" for by, words in
                     ((down, ("up", "down")), (right, ("left", "right"))) if by)  # fmt: skip
    expect(shift).to_contain_text(f"{told}. It then reads {answers[leads.argmin()].argmax()}")

    middles = [(row, column) for row in range(0, 28, 2) for column in range(0, 28, 2)]
    wiped = np.repeat(image[None], len(middles), axis=0)
    for picture, (row, column) in zip(wiped, middles, strict=True):
        picture[max(0, row - 3) : row + 4, max(0, column - 3) : column + 4] = 0
    leads = lead(model.forward(wiped[:, None]), label)
    row, column = middles[leads.argmin()]
    before, after = lead(scores[None], label)[0], leads.min()
    expect(wipe).to_contain_text(f"row {row + 1}, column {column + 1} costs most")
    expect(wipe).to_contain_text(f"from {before:.2f}".rstrip("0"))
    expect(wipe).to_contain_text(f"to {after:.2f}".rstrip("0").replace("-", "−"))

    cell = page.locator("[aria-label^='Answer for each shift'] [data-row='0'][data-column='6']")
    cell.click()
    expect(page.locator(".cnn-words")).to_contain_text("Moved 3 up, 3 right.")
    expect_answers(page, model.forward(moved[6][None, None])[0])
    assert page.problems == []


def lead(scores, label):
    return scores[:, label] - np.delete(scores, label, axis=1).max(1)


@pytest.fixture(scope="module")
def own():
    """A small network for pictures of 16 x 16 in colour."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3),
    ).eval()  # fmt: skip


def test_a_network_of_ones_own(play, own, tmp_path):
    file = tmp_path / "own.json"
    file.write_text(json.dumps(network_as_data(own, (3, 16, 16), ["cat", "dog", "fox"])))
    page = play("draw_digit", **CALM)
    page.get_by_label("Your own network").set_input_files(file)
    picture = as_mnist(np.kron(example_digits()[0][9], np.ones((4, 4))), 16)
    with torch.no_grad():
        scores = own(torch.from_numpy(picture).float().expand(1, 3, 16, 16))[0].numpy()
    expect(page.locator(".cnn-answer")).to_contain_text("fox")
    expect(page.locator(".cnn-words")).to_contain_text(re.compile("It reads (cat|dog|fox)"))
    said = table(page)
    assert np.allclose([said[k][0] for k in ("cat", "dog", "fox")], scores, atol=6e-5)
    expect(page.locator(".cnn-strip:visible")).to_have_count(4)
    page.get_by_role("button", name="Back to LeNet").click()
    expect(page.locator(".cnn-words")).to_contain_text("It reads 3")
    expect(page.locator(".cnn-strip:visible")).to_have_count(7)
    assert page.problems == []


@pytest.mark.parametrize(("change", "message"), [
    (lambda file: file.update(version=9), "version: expected 1, got 9"),
    (lambda file: file.update(input=[3, 16, 8]), "input: expected square pictures with 1 or 3 "),
    (lambda file: file["layers"][0].update(type="eval"), "layers[0].type: expected one of conv2d"),
])  # fmt: skip
def test_a_wrong_file_is_named_with_its_field(play, own, tmp_path, change, message):
    data = network_as_data(own, (3, 16, 16))
    change(data)
    file = tmp_path / "wrong.json"
    file.write_text(json.dumps(data))
    page = play("draw_digit", **CALM)
    page.get_by_label("Your own network").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text(f"wrong.json cannot be used. {message}")
    expect(page.locator(".cnn-words")).to_contain_text("It reads 3")
    assert page.problems == []


def test_a_file_that_is_dropped(play, own):
    page = play("draw_digit", **CALM)
    text = json.dumps(network_as_data(own, (3, 16, 16), ["cat", "dog", "fox"]))
    page.evaluate(
        """text => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], "own.json"));
          const drop = new DragEvent("drop", { dataTransfer: carried, bubbles: true });
          document.querySelector(".cnn-stage").dispatchEvent(drop);
        }""", text,
    )  # fmt: skip
    expect(page.locator(".cnn-answer")).to_contain_text("fox")


def test_from_python(own):
    widget = DrawDigit(network=network_as_data(own, (3, 16, 16)), picture=np.eye(28))
    assert widget.image().trace() == 28
    assert "network" not in widget.state_names()
    assert DrawDigit(example=-1).image().sum() == 0
    moved = np.roll(DrawDigit().image(), (2, -1), (0, 1))
    assert np.array_equal(DrawDigit(down=2, right=-1).image(), moved)


def test_the_network_in_the_package_is_what_it_says():
    about = stored("lenet")["about"]
    assert about["accuracy"] >= 0.985
    assert about["right"] == round(about["accuracy"] * about["of"])
    assert about["date"]
    assert about["command"].endswith("tools/train_digits.py")
    scores = digit_network().forward(example_digits()[0][:, None])
    wrong = scores.argmax(1) != example_digits()[1]
    assert not wrong[:30].any()
    assert wrong[30:].all()


def test_the_stored_digits_are_centred_as_the_specification_says():
    for image in example_digits()[0]:
        assert np.allclose(as_mnist(np.kron(image, np.ones((4, 4)))), image, atol=1e-12)
