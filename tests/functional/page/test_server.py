"""The page's server: a fixed set of files, strict headers, no secrets."""

import requests


def get(page, path="", method="GET"):
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, page.url + path, timeout=10)


def test_it_serves_its_files_with_a_strict_policy(page, services):
    for path, kind in (("", "text/html"), ("page.js", "text/javascript"), ("page.css", "text/css")):
        answer = get(page, path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(kind)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert f"connect-src 'self' {services.url};" in policy
        assert "unsafe" not in policy


def test_it_tells_the_services_and_nothing_else(page, services):
    found = get(page, "endpoints.json").json()
    assert found["identity"] == services.url + "/v3"
    assert "state" not in found


def test_it_serves_nothing_else(page):
    for path in ("secrets.json", "..%2f..%2fsetup.py", "server.py", "__main__.py"):
        assert get(page, path).status_code == 404
    assert get(page, method="POST").status_code == 501
    assert get(page, method="HEAD").content == b""


def test_before_the_services_are_ready_it_says_so(page, tmp_path):
    (tmp_path / "endpoints.json").unlink()
    assert get(page, "endpoints.json").status_code == 503
    assert "connect-src 'self';" in get(page).headers["Content-Security-Policy"]
