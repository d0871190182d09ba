"""What is called a secret is none of ours to write down; what only resembles one is."""

import pytest

from spillover.common import is_secret, public, secrets_in, without_password


@pytest.mark.parametrize(
    "name",
    "api_key apikey apiKey X-Api-Key hf_token accesstoken X-Auth Authorization client_secret password proxy-passwd "
    "aws_credentials Cookie keys".split(),
)
def test_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name", ["tokenizer", "tokenizer_path", "max_tokens", "skip_special_tokens", "monkey", "author", "secretary", "n"]
)
def test_what_only_resembles_a_secret(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://bob:pw@host:1/v1", "http://host:1/v1"),
        ("https://key@host", "https://host"),
        ("https://host/v1?api_key=abc&n=1", "https://host/v1?api_key=(left out)&n=1"),
        ("https://host/@scope/x?n=1", "https://host/@scope/x?n=1"),
        ("write to a@b.c", "write to a@b.c"),
    ],
)
def test_addresses(text: str, shown: str) -> None:
    assert without_password(text) == shown


def test_plain_data_however_deep() -> None:
    args = {"headers": [{"X-Auth": "s1", "n": 1}], "url": "http://u:s2@h", "path": "/home/me/a.jsonl", "api_key": "s3"}
    assert public(args) == {
        "headers": [{"X-Auth": "(left out)", "n": 1}],
        "url": "http://h",
        "path": "a.jsonl",
        "api_key": "(left out)",
    }
    assert public(args, short=False)["path"] == "/home/me/a.jsonl"
    assert list(secrets_in(args)) == ["X-Auth", "url", "api_key"]
    assert list(secrets_in(public(args))) == []
