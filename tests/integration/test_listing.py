"""Listings: order, delimiters, pages."""
import pytest
from botocore.exceptions import ClientError

KEYS = ["asdf", "boo/bar", "boo/baz/xyzzy", "cquux/thud", "cquux/bla", "foo+1/bar", "foo/bar/xyzzy",
        "foo0", "quux ab/thud", "quux ab/\u00e9", "z"]


@pytest.fixture
def filled(s3, bucket):
    for key in KEYS:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    return bucket


def expected_page(prefix, delimiter):
    """What S3 lists, computed from the keys alone."""
    entries = set()
    for key in KEYS:
        if not key.startswith(prefix):
            continue
        rest = key[len(prefix):]
        if delimiter and delimiter in rest:
            entries.add((prefix + rest.split(delimiter)[0] + delimiter, True))
        else:
            entries.add((key, False))
    return sorted(entries, key=lambda entry: entry[0].encode())


@pytest.mark.parametrize("delimiter", ["", "/", "a", "o", "/b"])
@pytest.mark.parametrize("prefix", ["", "b", "boo/", "foo", "quux ab/", "none"])
@pytest.mark.parametrize("page", [1, 2, 1000])
def test_pages_put_together_are_the_whole_listing(s3, filled, prefix, delimiter, page):
    for operation in ("list_objects_v2", "list_objects"):
        found = []
        for answer in s3.get_paginator(operation).paginate(
                Bucket=filled, Prefix=prefix, Delimiter=delimiter, PaginationConfig={"PageSize": page}):
            keys = [(entry["Key"], False) for entry in answer.get("Contents", [])]
            prefixes = [(entry["Prefix"], True) for entry in answer.get("CommonPrefixes", [])]
            assert len(keys) + len(prefixes) <= page
            found += sorted(keys + prefixes, key=lambda entry: entry[0].encode())
        assert found == expected_page(prefix, delimiter), operation


def test_max_keys_zero_is_an_empty_page(s3, filled):
    answer = s3.list_objects_v2(Bucket=filled, MaxKeys=0)
    assert answer["KeyCount"] == 0 and not answer["IsTruncated"]


def test_a_token_survives_the_deletion_of_its_key(s3, filled):
    first = s3.list_objects_v2(Bucket=filled, MaxKeys=2)
    s3.delete_object(Bucket=filled, Key=first["Contents"][1]["Key"])
    second = s3.list_objects_v2(Bucket=filled, MaxKeys=2, ContinuationToken=first["NextContinuationToken"])
    expected = sorted(KEYS, key=lambda key: key.encode())[2:4]
    assert [entry["Key"] for entry in second["Contents"]] == expected


def test_start_after_and_token(s3, filled):
    answer = s3.list_objects_v2(Bucket=filled, StartAfter="foo/bar/xyzzy")
    assert answer["Contents"][0]["Key"] == "foo0"


def test_a_bad_max_keys_is_refused(s3, filled):
    with pytest.raises(ClientError) as error:
        s3.list_objects_v2(Bucket=filled, MaxKeys=-1)
    assert error.value.response["Error"]["Code"] == "InvalidArgument"


def test_a_bucket_of_5000_keys_lists_in_order(s3, bucket):
    for number in range(0, 5000, 7):
        s3.put_object(Bucket=bucket, Key=f"{number % 10}/{number:06}", Body=b"")
    found = [entry["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
             for entry in page["Contents"]]
    assert found == sorted(f"{number % 10}/{number:06}" for number in range(0, 5000, 7))
