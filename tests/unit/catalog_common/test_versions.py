"""Versions and specifications as core-library packages write them."""

import pytest

from catalog_common.versions import Version, VersionError, VersionSpec


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "0.0.0"),
        ("", "0.0.0"),
        (1, "1.0.0"),
        (1.2, "1.2.0"),
        ("1.2.3", "1.2.3"),
        ("1.2.3.4", "1.2.3+4"),
        ("01.002", "1.2.0"),
        ("1.2.3-beta.01+x", "1.2.3-beta.1+x"),
        ("1.2rc1", "1.2.0-rc1"),
    ],
)
def test_versions_are_coerced(given, expected):
    assert str(Version.coerce(given)) == expected


@pytest.mark.parametrize("given", ["x", "-1", ".1", "1" * 65, [], {"a": 1}])
def test_what_has_no_number_is_no_version(given):
    with pytest.raises(VersionError):
        Version.coerce(given)


def test_ordering_is_semantic():
    texts = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11",
             "1.0.0", "1.0.1", "1.2.0", "1.10.0", "2.0.0"]  # fmt: skip
    assert sorted(map(Version.coerce, reversed(texts))) == [Version.coerce(text) for text in texts]


@pytest.mark.parametrize(
    ("specification", "inside", "outside"),
    [
        (None, ["0.0.0", "0.9.9"], ["1.0.0", "1.0.0-rc1"]),
        ("", ["0.0.1"], ["1.0.0"]),
        (0, ["0.0.1"], ["1.0.0"]),
        ("1", ["1.0.0", "1.9.0"], ["2.0.0", "0.9.0", "2.0.0-rc1"]),
        ("1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
        ("1.2.3", ["1.2.3", "1.2.3+build"], ["1.2.4"]),
        ("=1.2.3", ["1.2.3"], ["1.2.4"]),
        ("==1.2.3", ["1.2.3"], ["1.2.4"]),
        ("*", ["0.0.0", "9.9.9"], []),
        (">1", ["2.0.0"], ["1.9.9"]),
        (">=1.2", ["1.2.0", "3.0.0"], ["1.1.9"]),
        ("<1", ["0.9.9"], ["1.0.0", "1.0.0-rc1"]),
        ("<=1", ["1.9.9"], ["2.0.0"]),
        ("<=1.2", ["1.2.9"], ["1.3.0"]),
        ("!=1", ["0.9.0", "2.0.0"], ["1.5.0"]),
        (">= 1.0.0, < 2.0.0", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.9"]),
    ],
)
def test_specifications(specification, inside, outside):
    spec = VersionSpec(specification)
    assert [text for text in inside if not spec.matches(Version.coerce(text))] == []
    assert [text for text in outside if spec.matches(Version.coerce(text))] == []


@pytest.mark.parametrize("text", ["aaa", ">", ",", "1,", "~~1", "1.2.3.4.5x", ">=1;<2", "1" * 500])
def test_malformed_specifications_are_refused(text):
    with pytest.raises(VersionError):
        VersionSpec(text)


def test_the_highest_matching_version_is_best():
    versions = [Version.coerce(text) for text in ("1.0.0", "1.10.0", "1.9.0", "2.0.0")]
    assert str(VersionSpec("1").best(versions)) == "1.10.0"
    assert VersionSpec("3").best(versions) is None
