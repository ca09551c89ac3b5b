"""The page over the real services, signed in by the link that the launcher prints."""

import pytest

from catalog_standalone.catalog_client import CatalogClient

pytest.importorskip("selenium", reason="pip install selenium")
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("standalone")]


def test_the_printed_link_shows_the_project(standalone, browser, artifacts):
    client = CatalogClient(
        standalone.endpoints["application-catalog"], standalone.endpoints["identity"]
    )
    client.sign_in("demo", standalone.password, "demo")
    client.create_environment("seen on the page")
    client.close()
    link = standalone.ready.partition(" page ")[2].partition(",")[0]
    browser.get(link)
    WebDriverWait(browser, 60).until(
        lambda _: "seen on the page" in browser.find_element(By.TAG_NAME, "main").text
    )
    browser.save_screenshot(str(artifacts / "page-standalone.png"))
    assert "live" in browser.find_element(By.ID, "status").text
    errors = [row for row in browser.get_log("browser") if row["level"] == "SEVERE"]
    assert errors == []
