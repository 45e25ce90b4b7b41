import pytest

from cnncourse import models
from cnncourse.errors import ArgumentError


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("resnet19", "resnet18"), ("ResNet-50", "resnet50"), ("mobilenet", "mobilenet_v1"),
     ("vgg16bn", "vgg16_bn"), ("efficientnet-b0", "efficientnet_b0"), ("lenet", "lenet5")],
)  # fmt: skip
def test_an_unknown_name_gets_the_nearest(wrong, nearest):
    with pytest.raises(ArgumentError, match=rf"registered model \(nearest: .*{nearest}\b"):
        models.build(wrong)


@pytest.mark.parametrize("wrong", ["", "?", "transformer9000xyz", None, 3])
def test_a_name_like_no_other_gets_the_list(wrong):
    with pytest.raises(ArgumentError, match="`cnncourse models` lists them"):
        models.build(wrong)


@pytest.mark.parametrize("classes", [0, -1, 2.5, "ten"])
def test_classes_are_counted(classes):
    with pytest.raises(ArgumentError, match="num_classes: expected an integer of at least 1"):
        models.build("lenet5", num_classes=classes)


def test_the_1998_lenet_knows_ten_pictures():
    with pytest.raises(ArgumentError, match="num_classes: expected 1 to 10"):
        models.build("lenet5_1998", num_classes=11)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("lenet5", {"image_size": 27}, "image_size: expected an even number up to 32"),
        ("mobilenet_v3_large", {"size": "huge"}, "size: expected 'large' or 'small'"),
        ("vit_mini", {"image_size": 30}, "patch: expected a divisor of 30 pixels, got 4"),
    ],
)
def test_options_that_do_not_suit(name, options, message):
    builder = models.facts(name).builder
    if name.startswith("mobilenet"):
        builder = builder.func
    with pytest.raises(ArgumentError, match=message):
        builder(**options)


def test_depths_that_do_not_exist():
    residual = models.facts("resnet20").builder.func
    with pytest.raises(ArgumentError, match=r"depth: expected 6 n \+ 2 .* got 21"):
        residual(21)
    scaled = models.facts("efficientnet_b0").builder.func
    with pytest.raises(ArgumentError, match="variant: expected 0 to 7, got 8"):
        scaled(8)


def test_every_family_of_the_course_is_there():
    names = set(models.names())
    assert len(names) == len(models.names())
    assert {"lenet5", "lenet5_1998", "alexnet", "alexnet_2012"} < names
    assert {"googlenet", "googlenet_2014", "densenet121", "squeezenet1_0"} < names
    assert {f"vgg{d}{n}" for d in (11, 13, 16, 19) for n in ("", "_bn")} < names
    assert {f"resnet{d}" for d in (18, 34, 50, 101, 152, 20, 32, 44, 56, 110)} < names
    assert {f"plain{d}" for d in (18, 34, 20, 56)} < names
    assert {f"efficientnet_b{variant}" for variant in range(8)} < names


def test_table_has_a_row_for_each():
    table = models.models_table()
    assert [row["name"] for row in table] == models.names()
    by_name = {row["name"]: row for row in table}
    assert by_name["efficientnet_b7"]["input"] == "3 x 600 x 600"
    assert by_name["googlenet_2014"]["error % (top-1 / top-5)"] == "– / 10.07"
    assert by_name["resnet152"]["challenge entry"].startswith("3.57 top-5, six networks")
    assert by_name["lenet5"]["error % (top-1 / top-5)"] == ""


def test_markdown_is_a_table_and_a_rule():
    lines = models.models_markdown().splitlines()
    columns = lines[0].count("|")
    assert all(line.count("|") == columns for line in lines[: 2 + len(models.names())])
    assert lines[-1].startswith("Depth counts layers with weights on the longest path (")
    assert "vit_b_16" in lines[-1]
