"""The page in a real browser, over services of fixed answers."""

import pytest

pytest.importorskip("selenium", reason="pip install selenium")
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.timeout(120)


def wait(browser, condition, what):
    return WebDriverWait(browser, 30, poll_frequency=0.1).until(lambda _: condition(), what)


def text(browser, selector="main"):
    return browser.find_element(By.CSS_SELECTOR, selector).text


def errors(browser):
    return [row["message"] for row in browser.get_log("browser") if row["level"] == "SEVERE"]


def enter(browser, page, password="right"):
    browser.get(f"{page.url}#user=demo&password={password}")


def test_it_shows_packages_environments_attempts_and_reports(browser, page, services, artifacts):
    enter(browser, page)
    wait(browser, lambda: "Creating server" in text(browser), "reports")
    shown = text(browser)
    for part in ("shop", "ready", "front", "10.0.1.4", "engine-1", "lost", "engine-2", "Small web"):
        assert part in shown
    link = browser.find_element(By.LINK_TEXT, "http://127.78.0.4:8080/")
    assert link.get_attribute("rel") == "noopener noreferrer"
    logo = browser.find_element(By.CSS_SELECTOR, "img.logo")
    wait(browser, lambda: int(logo.get_property("naturalWidth")) == 128, "the logo")
    browser.save_screenshot(str(artifacts / "page.png"))
    assert "password" not in browser.current_url
    assert errors(browser) == []
    assert set(services.methods) <= {"GET", "OPTIONS", "POST"}
    assert services.methods.count("POST") == 1


def test_what_guests_say_is_text(browser, page, services):
    enter(browser, page)
    wait(browser, lambda: services.markup in text(browser, ".reports"), "the report")
    assert services.markup in text(browser, ".tile")
    assert browser.title == "Burano"
    assert browser.find_elements(By.CSS_SELECTOR, "main b, [onerror]") == []


def test_reports_and_deployments_come_as_they_happen(browser, page, services):
    base = "/v1/environments/e1/deployments"
    running = services.deployment("d2", state="running", finished=None)
    services.answers[base] = {"deployments": [running, services.deployment("d1")]}
    services.answers[f"{base}/d2"] = {"reports": []}
    enter(browser, page)
    wait(browser, lambda: "running" in text(browser, "summary"), "the deployment")
    row = browser.find_element(By.CSS_SELECTOR, "details")
    services.answers[f"{base}/d2"] = {"reports": [services.report(5, "Half way")]}
    wait(browser, lambda: "Half way" in text(browser, ".reports"), "the report")
    services.answers[base] = {"deployments": [services.deployment("d2")]}
    wait(browser, lambda: "success" in text(browser, "summary"), "the end")
    assert row == browser.find_element(By.CSS_SELECTOR, "details")
    assert len(browser.find_elements(By.CSS_SELECTOR, "details")) == 1


def test_it_is_used_without_a_mouse(browser, page, services):
    browser.get(page.url)
    form = browser.find_element(By.ID, "sign-in")
    wait(browser, form.is_displayed, "the form")
    password = browser.find_element(By.NAME, "password")
    password.send_keys("wrong", Keys.ENTER)
    wait(browser, lambda: "not right" in text(browser, "#refusal"), "the refusal")
    password.clear()
    password.send_keys("right", Keys.ENTER)
    wait(browser, lambda: browser.find_elements(By.TAG_NAME, "summary"), "a deployment")
    details = browser.find_element(By.TAG_NAME, "details")
    assert details.get_property("open")
    for _ in range(10):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.switch_to.active_element.tag_name == "summary":
            break
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait(browser, lambda: not details.get_property("open"), "the closing")
    services.answers["/v1/environments/e1"]["status"] = "deploying"
    wait(browser, lambda: "deploying" in text(browser, "article header"), "a refresh")
    assert browser.switch_to.active_element.tag_name == "summary"


def test_it_is_readable_in_the_dark(browser, page):
    def contrast(selector):
        code = """
        const style = getComputedStyle(arguments[0]);
        let back = arguments[0];
        const clear = 'rgba(0, 0, 0, 0)';
        while (getComputedStyle(back).backgroundColor === clear) back = back.parentElement;
        return [style.color, getComputedStyle(back).backgroundColor].map(
            (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number));
        """
        found = browser.execute_script(code, browser.find_element(By.CSS_SELECTOR, selector))
        bright = sorted(luminance(color) for color in found)
        return (bright[1] + 0.05) / (bright[0] + 0.05)

    for scheme in ("dark", "light"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        enter(browser, page)
        wait(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".reports li"), "reports")
        for selector in ("h3", "h4", ".badge.good", ".soft", "main a", ".reports .warning"):
            assert contrast(selector) >= 4.5, (scheme, selector)
        browser.get("about:blank")


def luminance(color):
    parts = [value / 255 for value in color]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_refused_token_leads_back_to_the_form(browser, page, services):
    enter(browser, page)
    wait(browser, lambda: "shop" in text(browser), "the environment")
    services.refused = True
    wait(browser, browser.find_element(By.ID, "sign-in").is_displayed, "the form")
    assert "shop" not in text(browser)
