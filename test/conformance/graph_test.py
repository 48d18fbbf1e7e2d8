"""PNG graphs of datastreams: GET /v2/feeds/ID/datastreams/DS.png."""
import datetime
import io

import pytest
from PIL import Image

NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.timezone.utc)
PINK = (255, 0, 102)
WINDOW = {"start": "2026-01-02T12:00:00Z", "end": "2026-01-02T13:00:00Z"}


def at(seconds):
    return (NOON + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def draw(feed):
    """An hour of values that go from 0 up to 60; returns a function that draws them."""
    assert feed.points("v", [(at(60 * i), str(i)) for i in range(61)]).status_code == 200

    def picture(stream="v", **params):
        answer = feed.api.get(feed.stream(stream) + ".png", params={**WINDOW, **params})
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "image/png"
        return Image.open(io.BytesIO(answer.content)).convert("RGB")

    picture.feed = feed
    return picture


def pixels(picture, colour):
    """The places of exactly that colour."""
    width, height = picture.size
    data = picture.load()
    return [(x, y) for x in range(width) for y in range(height) if data[x, y] == colour]


def box(places):
    xs, ys = [x for x, _ in places], [y for _, y in places]
    return min(xs), min(ys), max(xs), max(ys)


def test_the_usual_picture(draw):
    picture = draw()
    assert picture.size == (600, 400)
    assert picture.getpixel((300, 2)) == (255, 255, 255)
    line = pixels(picture, PINK)
    left, top, right, bottom = box(line)
    # From the lower left corner to the upper right one, over almost all of the picture.
    assert left < 60 and right > 560 and top < 40 and bottom > 350
    assert min(y for x, y in line if x < left + 10) > max(y for x, y in line if x > right - 10)


@pytest.mark.parametrize("width, height", [("w", "h"), ("width", "height")])
def test_the_size_under_both_names(draw, width, height):
    assert draw(**{width: 320, height: 120}).size == (320, 120)


@pytest.mark.parametrize("name", ["c", "colour"])
@pytest.mark.parametrize("value", ["1565c0", "#1565c0", "#1565C0"])
def test_the_colour_under_both_names(draw, name, value):
    picture = draw(**{name: value})
    assert len(pixels(picture, (0x15, 0x65, 0xC0))) > 500
    assert not pixels(picture, PINK)


@pytest.mark.parametrize("name", ["s", "stroke_size"])
def test_the_stroke_size_under_both_names(draw, name):
    assert len(pixels(draw(**{name: 8}), PINK)) > 2 * len(pixels(draw(**{name: 2}), PINK))


@pytest.mark.parametrize("params", [{"t": "Weather"}, {"title": "Weather"}, {"title": "Wétter ☀ 天気"},
                                    {"title": "so long a title " * 15}])
def test_a_title_makes_room_above_the_plot(draw, params):
    plain, titled = draw(), draw(**params)
    assert box(pixels(titled, PINK))[1] > box(pixels(plain, PINK))[1] + 5
    dark = [p for p in pixels(titled, (0x33, 0x33, 0x33))]
    assert dark and box(dark)[3] < box(pixels(titled, PINK))[1]


@pytest.mark.parametrize("name", ["l", "legend"])
def test_a_legend_has_a_piece_of_the_line(draw, name):
    picture = draw(**{name: "temperature"})
    # The line's end, upper right, is below the legend's piece, upper left.
    pink = pixels(picture, PINK)
    assert [p for p in pink if p[0] < 150 and p[1] < 40]
    assert not [p for p in pixels(draw(), PINK) if p[0] < 150 and p[1] < 40]


@pytest.mark.parametrize("grid, labels", [("g", "b"), ("detailed_grid", "show_axis_labels")])
def test_grid_and_labels_under_both_names(draw, grid, labels):
    dashes = (0xD9, 0xD9, 0xD9)
    grey = (0x66, 0x66, 0x66)
    # Smooth edges of letters may have any grey, in a few places.
    assert len(pixels(draw(), dashes)) < 20
    assert len(pixels(draw(**{grid: "true"}), dashes)) > 1000
    assert len(pixels(draw(**{labels: "true"}), grey)) > len(pixels(draw(), grey))
    assert draw(**{grid: "false", labels: "false"}).tobytes() == draw().tobytes()


def test_scales(draw):
    feed = draw.feed
    assert feed.points("v", [("2026-01-01T00:00:00Z", "600")]).status_code == 200
    # Automatic: the line that is in the picture fills it.
    _, top, _, bottom = box(pixels(draw(scale="auto"), PINK))
    assert bottom - top > 300
    # From the least to the greatest value that the datastream ever had.
    _, top, _, bottom = box(pixels(draw(scale="datastream"), PINK))
    assert bottom > 340 and bottom - top < 60
    _, top, _, bottom = box(pixels(draw(scale="manual", min=-60, max=180), PINK))
    assert 70 < bottom - top < 110
    # What lies outside is cut off.
    assert box(pixels(draw(scale="manual", min=0, max=30), PINK))[2] < 330


def test_the_time_axis_shows_the_range_that_was_asked_for(draw):
    left, _, right, _ = box(pixels(draw(start=at(-3600), end=at(3600)), PINK))
    assert 280 < left < 330 and right > 560
    left, _, right, _ = box(pixels(draw(start=at(0), end=None, duration="2hours"), PINK))
    assert left < 60 and 280 < right < 330


def test_a_time_zone_changes_what_is_written(draw):
    utc, elsewhere = draw(b="true"), draw(b="true", timezone="Kathmandu")
    assert utc.tobytes() != elsewhere.tobytes()
    assert pixels(utc, PINK) == pixels(elsewhere, PINK)


def test_an_interval_takes_fewer_points(draw):
    feed = draw.feed
    assert feed.points("n", [(at(10 * i), str(i % 2 * 100)) for i in range(361)]).status_code == 200
    assert len(pixels(draw("n"), PINK)) > 5 * len(pixels(draw("n", interval=300), PINK))


def test_gaps_stay_empty(draw):
    feed = draw.feed
    points = [(at(60 * i), "5") for i in list(range(20)) + list(range(40, 61))]
    assert feed.points("g", points).status_code == 200
    columns = {x for x, _ in pixels(draw("g", scale="manual", min=0, max=10), PINK)}
    assert not [x for x in range(240, 380) if x in columns]
    assert [x for x in range(60, 200) if x in columns] and [x for x in range(420, 560) if x in columns]


def test_a_single_point_is_a_dot(draw):
    assert draw.feed.points("one", [(at(1800), "21.5")]).status_code == 200
    left, top, right, bottom = box(pixels(draw("one"), PINK))
    assert 1 <= right - left <= 8 and 1 <= bottom - top <= 8
    assert 280 < left < 330


@pytest.mark.parametrize("points", [
    [],
    [(at(60), "on"), (at(120), "off")],
])
def test_without_numbers_the_picture_says_so(draw, points):
    feed = draw.feed
    feed.points("t", points or [("2020-01-01T00:00:00Z", "1")])
    picture = draw("t")
    assert not pixels(picture, PINK)
    middle = [p for p in pixels(picture, (0x88, 0x88, 0x88)) if 180 < p[1] < 220 and 250 < p[0] < 360]
    assert middle


@pytest.mark.parametrize("values", [["-1e300", "1e300"], ["-5", "-3"], ["0", "0"], ["1e-300", "2e-300"],
                                    ["0000017", "+17.5"], ["99999999999999999999", "1"], ["7", "warm", "8"]])
def test_any_numbers_can_be_drawn(draw, values):
    draw.feed.points("x", [(at(600 * i), v) for i, v in enumerate(values)])
    assert pixels(draw("x", b="true", g="true"), PINK)


@pytest.mark.parametrize("params, word", [
    ({"w": 49}, "width"), ({"w": 2001}, "width"), ({"h": "tall"}, "height"), ({"h": -5}, "height"),
    ({"c": "red"}, "colour"), ({"c": "12345"}, "colour"), ({"s": 0}, "stroke_size"), ({"s": 51}, "stroke_size"),
    ({"t": "x" * 256}, "title"), ({"g": "perhaps"}, "detailed_grid"), ({"scale": "log"}, "scale"),
    ({"scale": "manual", "min": 1}, "max"), ({"scale": "manual", "min": 2, "max": 1}, "max"),
    ({"scale": "manual", "min": "nan", "max": 1}, "min"), ({"timezone": "Atlantis"}, "timezone"),
    ({"duration": "1hour"}, "duration"), ({"start": "noon"}, "start"), ({"end": WINDOW["start"]}, "between"),
])
def test_what_cannot_be_drawn_gets_400_and_the_reason(draw, params, word):
    answer = draw.feed.api.get(draw.feed.stream("v") + ".png", params={**WINDOW, **params})
    assert answer.status_code == 400, answer.status_code
    assert answer.headers["Content-Type"].startswith("application/json")
    assert word in answer.json()["errors"]


def test_pictures_need_the_right_to_read(draw, nobody, make_key):
    path = draw.feed.stream("v") + ".png"
    assert nobody.get(path).status_code == 401
    writer = make_key([{"access_methods": ["put"]}])
    assert writer.get(path).status_code == 403
    reader = make_key([{"access_methods": ["get"]}])
    assert reader.session.get(reader.server.url(path), params={"key": reader.key}, timeout=30).status_code == 200
    assert draw.feed.api.get(draw.feed.stream("absent") + ".png").status_code == 404


def test_a_feed_has_no_picture(feed):
    assert feed.api.get(feed.path + ".png").status_code == 406
