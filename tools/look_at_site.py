"""Look at every page of the built site in Chromium: phone and desktop, light and dark.

    .ci/docs && python tools/look_at_site.py                # prints what does not fit
    python tools/look_at_site.py --shots FOLDER [PAGE...]     # and photographs pages

Each page is held in a frame of a given width. What is found is text or a picture that reaches
beyond the page without a scrollbar of its own, pictures that are not there, and text with too
little contrast. Needs Chromium; it is no part of the tests.
"""

import argparse
import functools
import html
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

SITE = pathlib.Path(__file__).resolve().parent.parent / "site"
WIDTHS = {"phone": 390, "desktop": 1280}
#: Chromium's names for what the reader prefers.
SCHEMES = {"dark": 0, "light": 1}
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip
HARNESS = """<!doctype html><body><pre id="found"></pre><script>
const pages = {pages}, found = {{}};
const light = colour => {{
  const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
}};
const look = name => new Promise(done => {{
  const frame = document.createElement("iframe");
  frame.style.cssText = "width:{width}px;height:900px;border:0";
  frame.src = name;
  frame.onload = () => setTimeout(() => {{
    const page = frame.contentDocument, inside = frame.contentWindow, wrong = [];
    const main = page.querySelector(".md-content");
    if (page.documentElement.scrollWidth > {width} + 1)
      wrong.push("page is " + page.documentElement.scrollWidth + " wide");
    for (const each of main.querySelectorAll("p, li, h1, h2, h3, img, table, pre")) {{
      const box = each.getBoundingClientRect();
      const scrolls = each.closest(".md-typeset__scrollwrap, pre, code");
      if (box.width && box.right > {width} + 1 && !scrolls)
        wrong.push(each.tagName + " reaches " + Math.round(box.right) + ": "
          + each.textContent.trim().slice(0, 40));
      if (each.tagName === "IMG" && !each.naturalWidth) wrong.push("no picture " + each.src);
    }}
    const ground = light(inside.getComputedStyle(page.body).backgroundColor);
    const ink = light(inside.getComputedStyle(main.querySelector("p") || main).color);
    const contrast = (Math.max(ink, ground) + .05) / (Math.min(ink, ground) + .05);
    if (contrast < 4.5) wrong.push("contrast " + contrast.toFixed(1));
    if (wrong.length) found[name] = wrong;
    found.ground = ground;
    frame.remove();
    done();
  }}, 60);
  document.body.append(frame);
}});
(async () => {{
  for (const name of pages) await look(name);
  document.getElementById("found").textContent = JSON.stringify(found);
  document.title = "done";
}})();
</script>"""


def browser(*arguments: str) -> str:
    """What Chromium prints, with a profile of its own."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        sys.exit("Chromium is needed (Debian: chromium).")
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [program, *FLAGS, f"--user-data-dir={profile}", *arguments],
            capture_output=True,
            text=True,
            timeout=300,
        )
    return done.stdout


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves without a word."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> int:
    """Look at all pages, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shots", metavar="FOLDER", help="photograph pages into it")
    parser.add_argument("pages", nargs="*", help="pages to photograph, such as guide/faq/")
    options = parser.parse_args()
    served = functools.partial(Quiet, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), served)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    pages = sorted(f"/{path.parent.relative_to(SITE)}/" for path in SITE.rglob("index.html"))
    pages = [page.replace("/./", "/") for page in pages if not page.startswith("/source/")]
    count = 0
    for scheme, number in SCHEMES.items():
        prefers = f"--blink-settings=preferredColorScheme={number}"
        for name, width in WIDTHS.items():
            harness = SITE / "_look.html"
            harness.write_text(HARNESS.format(pages=json.dumps(pages), width=width), "utf-8")
            try:
                printed = browser(
                    prefers, "--virtual-time-budget=240000", "--dump-dom", f"{address}/_look.html"
                )
            finally:
                harness.unlink()
            text = re.search(r'<pre id="found">(.*?)</pre>', printed, re.DOTALL)
            found = (
                json.loads(html.unescape(text[1])) if text and text[1] else {"all": ["no answer"]}
            )
            ground = found.pop("ground", None)
            print(f"{name}, {scheme}: {len(pages)} pages, ground {ground}")
            for page, wrong in found.items():
                count += len(wrong)
                print(f"  {page}: {'; '.join(wrong[:5])}")
            for page in options.pages if options.shots else ():
                shot = page.strip("/").replace("/", "_") or "index"
                shot = f"{options.shots}/{shot}-{name}-{scheme}"
                size = f"--window-size={width},{2400 if name == 'phone' else 1500}"
                browser(prefers, size, f"--screenshot={shot}.png", f"{address}/{page}")
    server.shutdown()
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
