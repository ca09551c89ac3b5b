"""The sample configuration shows every option that there is."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_it_is_up_to_date():
    spec = importlib.util.spec_from_file_location("sample", ROOT / "tools/sample_configuration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    stored = (ROOT / "etc/burano/burano.conf.sample").read_text()
    remedy = "python tools/sample_configuration.py > etc/burano/burano.conf.sample"
    assert stored == module.sample(), remedy
