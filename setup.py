"""Which folders the distribution carries; everything else is in setup.cfg."""

from setuptools import find_packages, setup

CODE = (
    "buranoclient",
    "catalog_api",
    "catalog_common",
    "catalog_engine",
    "catalog_forms",
    "catalog_standalone",
    "guest_agent",
)

setup(
    packages=[
        "burano_packages",
        *find_packages(include=[pattern for name in CODE for pattern in (name, f"{name}.*")]),
    ],
    # Application packages are data: they travel as one importable folder.
    package_dir={"burano_packages": "packages"},
    package_data={
        "": ["*.yaml", "*.json", "*.sql", "*.mako", "*.html", "*.css", "*.js", "*.svg", "*.png"],
        "burano_packages": ["**/*"],
    },
)
