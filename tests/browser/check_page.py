"""Opens a page of `lotwise report` in headless Chromium and tries what people do with it.

    check_page.py PAGE --shots FOLDER [--opens-within SECONDS]

Needs playwright (requirements.txt) and a Chromium: $CHROMIUM, the system's, or `playwright install chromium`.
Fails on any console error, any request, a search, zoom, key or hover that does nothing, a print without its chart.
Screenshots (desktop light and dark, a phone, print) are for people to look at.
"""

import argparse
import json
import os
import pathlib
import shutil
import sys
import time

from playwright.sync_api import sync_playwright


def check(what, holds):
    print(("ok    " if holds else "FAILS ") + what)
    if not holds:
        check.failed = True


check.failed = False


def pixels(page):
    return page.evaluate("document.getElementById('canvas').toDataURL()")


def settled(page):
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def try_page(page, plan):
    canvas = page.locator("#canvas")
    box = canvas.bounding_box()
    whole = pixels(page)
    check("the chart has more than one colour", page.evaluate("""() => {
        const canvas = document.getElementById("canvas"), pen = canvas.getContext("2d");
        const data = pen.getImageData(0, 0, canvas.width, canvas.height).data, seen = new Set();
        for (let at = 0; at < data.length; at += 4 * 37) seen.add((data[at] << 16) + (data[at + 1] << 8) + data[at + 2]);
        return seen.size > 3;
    }"""))

    # Hover: some place of the chart must tell about a lot.
    told = False
    for row in range(60, int(box["height"]) - 8, 13):
        for share in (0.25, 0.4, 0.55, 0.7):
            page.mouse.move(box["x"] + box["width"] * share, box["y"] + row)
            if page.locator("#tip").is_visible():
                told = True
                break
        if told:
            break
    check("hovering tells about a lot: " + (page.locator("#tip").inner_text().replace("\n", " | ")[:150] if told else ""), told)
    page.mouse.down()
    page.mouse.up()
    check("a click keeps the order's details", page.locator("#details").is_visible())
    page.screenshot(path=check.shots / "hover.png")
    page.mouse.move(5, 5)
    check("the hover ends with the pointer", not page.locator("#tip").is_visible())

    page.click("#zoom-in")
    page.click("#zoom-in")
    settled(page)
    near = pixels(page)
    check("zooming in shows something else", near != whole)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 220, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    settled(page)
    check("dragging pans", pixels(page) != near)
    page.click("#fit")

    wanted = next(order["id"] for order in plan["orders"] if order["status"] in ("late", "on_time"))
    page.fill("#search", wanted)
    settled(page)
    check(f"searching {wanted!r} finds it", page.locator("#found").inner_text().split()[0] not in ("", "0"))
    page.press("#search", "Enter")
    settled(page)
    check("Enter goes to the first match", wanted in page.locator("#details").inner_text())
    page.fill("#search", "no such order at all")
    check("what is not there is not found", page.locator("#found").inner_text().startswith("0 "))
    page.fill("#search", "")

    page.focus("#scroll")
    for key in ("0", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    spoken = page.locator("#spoken").inner_text()
    check(f"the arrow keys step through the lots and say so: {spoken[:80]!r}", len(spoken) > 10)
    for key in ("+", "-", "Shift+ArrowRight", "Enter", "Escape", "Home"):
        page.keyboard.press(key)

    for index in range(len(plan["colourings"])):
        page.select_option("#colour", str(index))
        settled(page)
        check(f"colour by {plan['colourings'][index]['name']!r} has a legend", page.locator("#legend span").count() > 0)
    page.select_option("#colour", str(plan["colour_by"]))
    page.select_option("#load-line", str(0))
    check("the load of one line is drawn", page.locator("#load svg rect").count() > 0)
    page.select_option("#load-line", "-1")
    page.locator("#every-order summary").click()
    page.locator("#every-order tbody tr").first.wait_for(state="attached")
    rows = page.locator("#every-order tbody tr").count()
    check(f"the table of all orders has {rows} rows", rows == len(plan["orders"]))
    page.locator("#every-order summary").click()
    page.check("#late-only")
    page.uncheck("#late-only")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path, required=True)
    parser.add_argument("--opens-within", type=float, default=2.0)
    arguments = parser.parse_args()
    check.shots = arguments.shots
    check.shots.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as tools:
        # As root Chromium runs without its sandbox only.
        browser = tools.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.getuid() == 0 else [])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        errors, requests = [], []
        page.on("console", lambda message: errors.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: errors.append(str(fault)))
        page.on("request", lambda request: requests.append(request.url))
        page.on("dialog", lambda dialog: (errors.append("dialog: " + dialog.message), dialog.dismiss()))
        # The browser's own beginning is not the page's. The least of several openings counts, for others work here too.
        page.set_content("<p>warm</p>")
        ticks = page.context.new_cdp_session(page)
        ticks.send("Performance.enable", {"timeDomain": "threadTicks"})
        openings = []
        while len(openings) < 3 or (min(openings) >= arguments.opens_within and len(openings) < 10):
            started = time.monotonic()
            page.goto(arguments.page.resolve().as_uri())
            page.wait_for_selector("html[data-ready=yes]", state="attached", timeout=60_000)
            settled(page)
            openings.append(time.monotonic() - started)
        took = min(openings)
        metrics = {each["name"]: each["value"] for each in ticks.send("Performance.getMetrics")["metrics"]}
        plan = json.loads(page.locator("#plan").text_content())
        size = arguments.page.stat().st_size / 1e6
        check(f"{len(plan['lots'])} lots, {size:.1f} MB: open and drawn after {', '.join(f'{one:.2f}' for one in openings)} s, {metrics['TaskDuration']:.2f} s of the page's own thread", took < arguments.opens_within)
        page.screenshot(path=check.shots / "desktop.png")
        page.screenshot(path=check.shots / "whole.png", full_page=True)
        try_page(page, plan)
        page.emulate_media(color_scheme="dark")
        settled(page)
        page.screenshot(path=check.shots / "dark.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 390, "height": 800})
        settled(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        check(f"nothing sticks out of a phone's screen ({wide} px)", wide <= 391)
        page.screenshot(path=check.shots / "phone.png")
        page.set_viewport_size({"width": 1050, "height": 1000})
        page.emulate_media(media="print")
        page.wait_for_timeout(300)
        check("the chart is there to be printed", page.locator("#print-charts img").count() > 0)
        page.screenshot(path=check.shots / "print.png", full_page=True)
        page.emulate_media(media="screen")
        page.pdf(path=check.shots / "print.pdf", prefer_css_page_size=True)
        check("no error on the console" + "".join("\n      " + error for error in errors[:5]), not errors)
        outside = [url for url in requests if not url.startswith(("file:", "data:"))]
        check("nothing is asked of the network" + str(outside[:3] or ""), not outside)
        browser.close()
    sys.exit(1 if check.failed else 0)


if __name__ == "__main__":
    main()
