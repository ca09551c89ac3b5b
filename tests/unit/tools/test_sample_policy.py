"""The sample policy shows every rule that there is, by the generator that operators know."""

from pathlib import Path

from oslo_config import cfg
from oslo_policy import generator

ROOT = Path(__file__).parents[3]


def test_it_is_up_to_date(tmp_path):
    made = tmp_path / "policy.yaml.sample"
    arguments = ["--namespace", "burano", "--output-file", str(made)]
    generator.generate_sample(arguments, cfg.ConfigOpts())
    stored = (ROOT / "etc/burano/policy.yaml.sample").read_text()
    remedy = (
        "oslopolicy-sample-generator --namespace burano --output-file etc/burano/policy.yaml.sample"
    )
    assert stored == made.read_text(), remedy
