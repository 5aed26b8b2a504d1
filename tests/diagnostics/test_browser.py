"""The page of a diagnosis in a real browser: Chromium without a window, if one is installed."""

import html
import json
import pathlib
import re
import shutil
import subprocess

import keras
import pytest

import keras_ivy as ivy
from tests.diagnostics.cases import X, Y, mlp

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: chromium)"),
]

#: Chromium's names for what the reader prefers.
SCHEMES = {"dark": 0, "light": 1}
WIDTHS = {"phone": 390, "desktop": 1280}

#: Holds the page in a frame of a given width and says what it looks like.
HARNESS = """<!doctype html><body><iframe style="width:{width}px;height:2000px;border:0"
srcdoc="{page}"></iframe><pre id="found"></pre><script>
const frame = document.querySelector("iframe");
frame.onload = () => {{
const page = frame.contentDocument, inside = frame.contentWindow, found = {{}};
for (const fold of page.querySelectorAll("details")) fold.open = true;
const light = colour => {{
  const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
}};
const ground = light(inside.getComputedStyle(page.body).backgroundColor);
const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
const texts = [];
let contrast = 99;
while (walker.nextNode()) {{
  const node = walker.currentNode, around = node.parentElement;
  if (!node.textContent.trim() || around.closest("script,style,title")) continue;
  const range = page.createRange();
  range.selectNodeContents(node);
  const style = inside.getComputedStyle(around);
  const ink = light(around.closest("svg") ? style.fill : style.color);
  contrast = Math.min(contrast, (Math.max(ink, ground) + .05) / (Math.min(ink, ground) + .05));
  for (const box of range.getClientRects())
    texts.push([node.textContent.trim().slice(0, 30), box, around]);
}}
found.texts = texts.length;
found.smallest = Math.min(...texts.map(([, box]) => box.height));
found.contrast = contrast;
found.ground = ground;
found.overlaps = [];
for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length; j++) {{
  const [a, p] = texts[i], [b, q] = texts[j];
  const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
  const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
  if (wide > 1 && high > 3) found.overlaps.push([a, b]);
}}
found.cut = texts.filter(([, box, around]) => {{
  const svg = around.closest("svg");
  if (svg) {{
    const whole = svg.getBoundingClientRect();
    return box.left < whole.left - 1 || box.right > whole.right + 1
      || box.bottom > whole.bottom + 1;
  }}
  return !around.closest(".wide") && (box.left < 0 || box.right > inside.innerWidth + 1);
}}).map(([text]) => text);
found.sideways = page.documentElement.scrollWidth - inside.innerWidth;
found.fetched = inside.performance.getEntriesByType("resource").map(each => each.name);
found.lines = [...page.querySelectorAll("svg polyline")].map(each => each.getTotalLength());
found.folds = page.querySelectorAll("details").length;
const heads = [...page.querySelectorAll("th")];
const at = heads.findIndex(each => each.textContent === "rms");
const column = () => [...page.querySelectorAll("tbody tr")].map(row => row.cells[at].dataset.value);
found.before = column();
heads[at].querySelector("button").click();
found.up = column();
found.marked = heads[at].getAttribute("aria-sort");
heads[at].querySelector("button").click();
found.down = column();
document.getElementById("found").textContent = JSON.stringify(found);
}};
</script></body>"""


@pytest.fixture(scope="module")
def page() -> str:
    """A sick network with many layers, long names and shapes, and every kind of picture."""
    model = mlp(11, "relu", lambda: keras.initializers.RandomNormal(stddev=0.02))
    model.get_layer("hidden0").name = "a_layer_whose_name_is_longer_than_any_column_is_wide"
    model.compile("adam", "sparse_categorical_crossentropy")
    return ivy.diagnose(model, X, Y).to_html()


def looked_at(folder: pathlib.Path, page: str, scheme: str, width: int) -> dict:
    path = folder / "harness.html"
    path.write_text(HARNESS.format(width=width, page=html.escape(page)), encoding="utf-8")
    run = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={folder / 'profile'}",
            f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}",
            "--window-size=1400,2200",
            "--virtual-time-budget=5000",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    found = re.search(r'<pre id="found">(.+?)</pre>', run.stdout, re.DOTALL)
    assert found, run.stderr[-2000:]
    return json.loads(html.unescape(found.group(1)))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("device", WIDTHS)
def test_page_can_be_read(page, scheme, device, tmp_path):
    found = looked_at(tmp_path, page, scheme, WIDTHS[device])
    assert found["texts"] > 150
    assert found["overlaps"] == []
    assert found["cut"] == []
    assert found["sideways"] <= 0
    assert found["fetched"] == []
    assert found["smallest"] > 9  # pixels of a line, in pictures too
    assert found["contrast"] >= 4.5  # what WCAG asks of texts
    assert (found["ground"] < 0.1) == (scheme == "dark")
    assert len(found["lines"]) == 4
    assert min(found["lines"]) > 100
    assert found["folds"] > 0


def test_table_sorts_by_clicking(page, tmp_path):
    found = looked_at(tmp_path, page, "light", 1280)
    wanted = sorted(found["before"], key=float)
    assert found["before"] != wanted
    assert (found["up"], found["down"]) == (wanted, wanted[::-1])
    assert found["marked"] == "ascending"


def test_nothing_can_be_fetched(page):
    assert "default-src 'none'" in page
    assert not re.findall(r"""(?:src|href)=|url\(|@import|https?:(?!//www\.w3\.org)""", page)
